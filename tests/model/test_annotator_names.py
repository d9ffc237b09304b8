"""Tests of annotators' names."""

import pytest

from annotator.model.annotator_names import clean_name, find_similar_name


@pytest.mark.parametrize(
    ("typed", "name"), [(" Sanae ", "Sanae"), ("سلمى \u200f  بناني", "سلمى بناني"), ("e\u0301", "é"), (" \u200b", "")]
)
def test_names_are_cleaned(typed: str, name: str) -> None:
    assert clean_name(typed) == name


@pytest.mark.parametrize(
    ("name", "similar"),
    [("salma", "Salma"), ("selma", "Salma"), ("سلمي", "سلمى"), ("أحمد", "احمد"), ("Omar", None), ("Salma", None)],
)
def test_other_spellings_of_a_name_are_similar(name: str, similar: str | None) -> None:
    assert find_similar_name(name, ["Salma", "سلمى", "احمد", "Driss"]) == similar
