"""The words by which a proclitic is told from a letter."""

import pytest

from annotator.suggest.first_words import list_first_words
from annotator.text.proclitics import has_proclitic


def test_no_known_word_seems_to_begin_with_a_proclitic() -> None:
    words = list_first_words()
    assert [word for word in words if has_proclitic(word, 0, len(word), words.__contains__)] == []


@pytest.mark.parametrize(
    "text", ["لوزارة الصحة", "بمجلس النواب", "وبرنامج مدن", "ليوم الثلاثاء", "لسنة 2024", "بصحيفة الصباح"]
)
def test_names_and_dates_behind_a_proclitic_are_known(text: str) -> None:
    assert has_proclitic(text, 0, len(text), list_first_words().__contains__)


@pytest.mark.parametrize(
    "text", ["وزارة الصحة", "فاس", "بنك المغرب", "كلية الطب", "سنة 2024", "لجنة التلقيح", "برنامج مدن"]
)
def test_words_of_their_own_have_no_proclitic(text: str) -> None:
    assert not has_proclitic(text, 0, len(text), list_first_words().__contains__)
