"""Words within tokens."""

import pytest
from hypothesis import given
from strategies import texts

from annotator.text.analysis import analysed
from annotator.text.tokenizer import tokenize
from annotator.text.visible import trim_invisible
from annotator.text.word_parts import analysed_in_parts, split_compounds, split_form_in_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("موقع goud.ma", ["موقع", "goud", ".", "ma"]),
        ("Goud.MA", ["Goud", ".", "MA"]),
        ("OCP-Group", ["OCP", "-", "Group"]),
        ("l’Economiste", ["l", "’", "Economiste"]),
        ("2.16.668 و2023-2030", ["2.16.668", "و", "2023-2030"]),
        ("وَزَارَةُ العـدل", ["وَزَارَةُ", "العـدل"]),
        ("A\u200f-B", ["A", "-", "B"]),
        ("A-\u200dB", ["A", "-", "B"]),
        ("5G 19h30", ["5G", "19h30"]),
        ("A-B", ["A", "-", "B"]),
    ],
    ids=[
        "domain",
        "capitals",
        "hyphen",
        "apostrophe",
        "numbers",
        "marks",
        "direction mark",
        "joiner",
        "digits",
        "short",
    ],
)
def test_compounds_are_cut_into_words_and_marks(text: str, parts: list[str]) -> None:
    assert list(analysed_in_parts(text).words) == parts


def test_form_is_cut_like_a_text() -> None:
    assert split_form_in_parts("goud.ma") == ("goud", ".", "ma")
    assert split_form_in_parts("وزارة العدل") == ("وزارة", "العدل")


@given(texts)
def test_parts_are_tokens_or_lie_within_one_without_a_letter_between(text: str) -> None:
    tokens = tokenize(text)
    parts = list(split_compounds(text, tokens))
    assert parts == sorted(parts)
    for start, end in parts:
        assert trim_invisible(text, start, end) == (start, end)
    for start, end in tokens:
        inside = [part for part in parts if start <= part.start and part.end <= end]
        covered = {index for part in inside for index in range(*part)}
        assert not any(text[index].isalnum() for index in range(start, end) if index not in covered)
    assert analysed_in_parts(text).tokens == tuple(parts) or analysed_in_parts(text) is analysed(text)
