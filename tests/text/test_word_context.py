"""The words beside a range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.text.proclitics import normalise_form
from annotator.text.word_context import extract_context

TEXT = "أعلنت وَزارة الصحة، عن خطة 2024\nلوزارة العدل وأخرى"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("وَزارة الصحة", ("اعلنت", "وزارة الصحة", "،")),
        ("وزارة العدل", ("ل", "وزارة العدل", "واخري")),
        ("أعلنت", ("", "اعلنت", "وزارة")),
        ("2024", ("خطة", "2024", "")),
        ("أخرى", ("العدل و", "اخري", "")),
    ],
)
def test_context_stays_within_the_line(words: str, expected: tuple[str, str, str]) -> None:
    start = TEXT.index(words)
    assert extract_context(TEXT, start, start + len(words)) == expected


@given(texts.filter(bool), st.data())
def test_context_of_any_range(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    context = extract_context(text, start, end)
    assert context.words == normalise_form(text, start, end)
    assert "\n" not in context.before + context.after
    assert extract_context(text + "\nو2024", start, end) == context or "\n" not in text[end:]
