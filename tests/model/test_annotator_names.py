"""Tests of annotators' names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.annotator_names import InvalidName, clean_name, explain_invalid_name, find_similar_name, parse_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Sanae ", "Sanae"),
        ("سلمى \u200f  بناني", "سلمى بناني"),
        ("e\u0301", "é"),
        (" \u200b", ""),
        ("a\0b\x1b", "a b"),
    ],
)
def test_names_are_cleaned(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize(
    ("name", "similar"),
    [("salma", "Salma"), ("selma", "Salma"), ("سلمي", "سلمى"), ("أحمد", "احمد"), ("Omar", None), ("Salma", None)],
)
def test_other_spellings_of_a_name_are_similar(name: str, similar: str | None) -> None:
    assert find_similar_name(name, ["Salma", "سلمى", "احمد", "Driss"]) == similar


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  سلمى \u200f بناني\n", "سلمى بناني"),
        ("سـلمى\u0651", "سـلمى\u0651"),  # tatweel and a diacritic belong to a name
        ("👩🏽\u200d🔬", "👩🏽\u200d🔬"),
        ("س" * 255, "س" * 255),
        ("Omar  A", "Omar  A"),  # a file named them so
        ("x" * 300, "x" * 300),
    ],
)
def test_a_name_is_parsed_as_the_corpus_has_it_or_cleaned(text: str, name: str) -> None:
    assert parse_name(text, ["Omar  A", "x" * 300]) == name


@pytest.mark.parametrize("text", ["", " \u200f", "a\nb", "\x1b[31mred", "a\u2028b", "a\x85b", "a\0", "س" * 256])
def test_what_is_no_name_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidName, match=r"^(An annotator must|“[^\x00-\x1f]*” (has control|is longer)).*\.$"):
        parse_name(text, ["Salma"])


@given(st.text(), st.lists(st.text()))
def test_a_parsed_name_is_known_or_valid_and_parsed_alike_again(text: str, names: list[str]) -> None:
    try:
        name = parse_name(text, names)
    except InvalidName:
        return
    assert name in names or (explain_invalid_name(name) is None and clean_name(name) == name)
    assert parse_name(name, [*names, name]) == name
