"""What was rejected, here and in the same context elsewhere."""

import pytest
from core.texts import texts
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.model import Suggestion
from annotator.suggest.rejected import context, unrejected


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("رأت اللّجنة أن", "اللّجنة", ("اللجنة", "رات", "ان")),
        ("اللجنة تجتمع", "اللجنة", ("اللجنة", "", "تجتمع")),
        ("عملت اللجنة", "اللجنة", ("اللجنة", "عملت", "")),
        ("انتهى الأمر. للجنة رأي! آخر", "لجنة", ("لجنة", "", "راي")),
        ("قال للأمم المتحدة: لا", "لأمم المتحدة", ("الامم المتحدة", "قال", ":")),
        ("اليوم\nاللجنة\nغدا", "اللجنة", ("اللجنة", "", "")),
    ],
    ids=["words", "start of text", "end of text", "start of sentence", "proclitic", "lines"],
)
def test_a_context_is_what_a_stretch_says_and_the_words_beside_it(
    text: str, part: str, expected: tuple[str, str, str]
) -> None:
    start = text.index(part)
    assert context(text, start, start + len(part)) == expected


def test_what_was_rejected_is_dropped_in_the_same_context_with_the_same_label() -> None:
    text = "رأت اللجنة أن وقالت اللجنة أن"
    both = [Suggestion(start, start + 6, "INSTITUTION", "memory", 0.5) for start in (4, 20)]
    rejected = {("اللجنة", "رات", "ان", "INSTITUTION")}
    assert unrejected(text, both, rejected) == both[1:]
    assert unrejected(text, both, {("اللجنة", "رات", "ان", "PLAN")}) == both


@given(texts, st.data())
def test_every_stretch_has_a_context(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert all(isinstance(word, str) for word in context(text, start, end))
