"""The visible range of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import marked_texts, texts

from annotator.text.tokenizer import tokenize
from annotator.text.visible import trim_invisible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 \ufe0f", "20"),
        ("20\ufe0f \u200f\ufe0f", "20\ufe0f"),
        ("م\n\u034f\n\ufe0f", "م"),
        (".\U000e007f", "."),
        ("😀\u200f\ufe0f", "😀"),
        ("م\u200f\ufe0f", "م\u200f\ufe0f"),
        ("م َ", "م َ"),
        ("م ـ", "م ـ"),
        (" \ufe0f \U000e0067", ""),
    ],
)
def test_isolated_selectors_are_trimmed(text: str, expected: str) -> None:
    start, end = trim_invisible(text, 0, len(text))
    assert text[start:end] == expected


@given(marked_texts | texts, st.data())
def test_visible_range_runs_from_the_first_token_to_the_last(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    tokens = tokenize(text, start, end)
    expected = (tokens[0].start, tokens[-1].end) if tokens else (start, start)
    assert trim_invisible(text, start, end) == expected
