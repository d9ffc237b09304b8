"""Edges of suggestions: at visible characters and whole letters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.suggest.trimming import trim_span
from annotator.text.visible import trim_invisible


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        (" وزارة ", 0, 7, (1, 6)),
        ("وَزَارَةٌ", 0, 1, (0, 2)),
        ("وَزَارَةٌ", 1, 9, (0, 9)),
        ("وَزَارَةٌ", 3, 4, (2, 4)),
        ("ي\u200c\u0651خ", 0, 1, (0, 3)),
        ("ي\u200c\u0651خ", 2, 4, (0, 4)),
        ("\u115f\u0651خ", 1, 3, (1, 3)),
        ("e\u0301t", 2, 3, (2, 3)),
        (". \u0651", 0, 1, (0, 1)),
        ("x\u200f", 0, 2, (0, 1)),
        ("\u200f ", 0, 2, (0, 0)),
        ("abc", 1, 1, (1, 1)),
    ],
)
def test_trim_span_moves_edges_to_visible_whole_letters(
    text: str, start: int, end: int, expected: tuple[int, int]
) -> None:
    assert trim_span(text, start, end) == expected


@given(texts.filter(bool), st.data())
def test_trim_span_never_cuts_a_letter(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = trim_span(text, start, end)
    seen = trim_invisible(text, start, end)
    if seen[0] == seen[1]:
        assert first == last
        return
    assert 0 <= first <= seen[0] < seen[1] <= last <= len(text)
    assert trim_span(text, first, last) == trim_invisible(text, first, last) == (first, last)
    for edge in (first, last):
        if 0 < edge < len(text) and text[edge - 1].isalpha() and text[edge - 1] not in "\u115f\u1160\u3164\uffa0":
            assert not unicodedata.category(text[edge]).startswith("M")
