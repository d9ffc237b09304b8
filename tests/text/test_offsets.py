"""Newlines and UTF-16."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import raw_texts, texts

from annotator.text.offsets import NewlineOffsets, Utf16Offsets, normalise_newlines


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_every_kind_of_newline_is_normalised(newline: str) -> None:
    assert normalise_newlines(f"a{newline}b{newline}{newline}") == "a\nb\n\n"


def test_offsets_shift_by_the_newlines_that_shrink() -> None:
    newlines = NewlineOffsets("a\r\nb\r\n\rc")
    assert [newlines.to_normalised(offset) for offset in range(9)] == [0, 1, 1, 2, 3, 3, 4, 5, 6]


@given(raw_texts, st.data())
def test_normalised_offsets_enclose_the_same_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    inside_pair = [text[offset - 1 : offset + 1] == "\r\n" for offset in (start, end)]
    newlines, normalised = NewlineOffsets(text), normalise_newlines(text)
    assert newlines.to_normalised(len(text)) == len(normalised)
    if not any(inside_pair):
        assert normalised[newlines.to_normalised(start) : newlines.to_normalised(end)] == normalise_newlines(
            text[start:end]
        )


@given(texts)
def test_utf16_offsets_agree_with_the_encoding(text: str) -> None:
    converter = Utf16Offsets(text)
    for offset in range(len(text) + 1):
        unit = converter.to_utf16(offset)
        assert unit == len(text[:offset].encode("utf-16-le")) // 2
        assert converter.to_code_points(unit) == offset
        if offset < len(text) and text[offset] > "\uffff":
            assert converter.to_code_points(unit + 1) == offset
