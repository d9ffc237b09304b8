"""The words beside a stretch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text.proclitics import form
from annotator.text.word_context import context

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
def test_the_words_beside_a_stretch_are_of_its_line(words: str, expected: tuple[str, str, str]) -> None:
    at = TEXT.index(words)
    assert context(TEXT, at, at + len(words)) == expected


@given(texts.filter(bool), st.data())
def test_any_stretch_has_a_context(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = context(text, start, end)
    assert found.words == form(text, start, end)
    assert "\n" not in found.before + found.after
    assert context(text + "\nو2024", start, end) == found or "\n" not in text[end:]
