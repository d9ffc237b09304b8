"""Labels that are probably misspelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.label_twins import find_label_twins, is_near


@pytest.mark.parametrize("rare", ["ORF", "OEG", "OR", "OGR", "ORGG", "XORG", "Org", "RG", "ROG"])
def test_a_rare_label_a_letter_away_from_a_frequent_one_is_found(rare: str) -> None:
    expected = {rare: "ORG"} if len(rare) > 2 else {}
    assert find_label_twins({"ORG": 900, rare: 1, "DATE": 50}) == expected


@pytest.mark.parametrize("counts", [{"ORG": 900, "ORF": 4}, {"ORG": 19, "ORF": 1}, {"ORG": 900, "OXY": 1}, {"ORG": 9}])
def test_labels_that_are_used_or_differ_more_are_no_twins(counts: dict[str, int]) -> None:
    assert find_label_twins(counts) == {}


def test_the_most_frequent_twin_is_chosen() -> None:
    assert find_label_twins({"LOC": 100, "LOG": 30, "LOB": 1}) == {"LOB": "LOC"}
    assert find_label_twins({"LOB": 1, "LOA": 0, "LOD": 1}) == {}


def edits(name: str) -> set[str]:
    """Return every name a letter away, by the definition."""
    letters = "abc"
    splits = [(name[:index], name[index:]) for index in range(len(name) + 1)]
    return {
        *(head + tail[1:] for head, tail in splits if tail),
        *(head + letter + tail for head, tail in splits for letter in letters),
        *(head + letter + tail[1:] for head, tail in splits if tail for letter in letters),
        *(head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1),
    } - {name}


@given(st.text("abc", min_size=3, max_size=6), st.text("abc", min_size=3, max_size=6))
def test_names_are_near_if_one_edit_makes_them_the_same(name: str, other: str) -> None:
    assert is_near(name, other) == is_near(other, name) == (other in edits(name))
    assert all(is_near(name, edited) for edited in edits(name) if len(edited) > 2)
