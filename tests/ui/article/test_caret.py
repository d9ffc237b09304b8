"""A caret on words: the words are found as they are asked for, and each way leads to the word that a reader expects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from annotator.text.offsets import normalise_newlines
from annotator.text.tokenizer import tokens
from annotator.ui.article.caret import Caret, Words
from annotator.ui.article.page import Page

TEXT = "قال الوزير إن الخطة.\n\nبدأت سنة 2024 في Rabat فعلا\nثم انتهت"

PIECES = (
    *("لأحزاب", "مُحَمَّدٌ", "2023-2030", "Covid-19", "،", "😀", "👨\u200d👩\u200d👧", "\u200f", "\ufeff"),
    *(" ", "\n", "\n\n"),
)
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(
    lambda pieces: normalise_newlines("".join(pieces))
)


@given(texts, st.lists(st.integers(0, 40), max_size=5))
def test_words_are_the_tokens_of_the_text_however_they_are_asked_for(text: str, places: list[int]) -> None:
    all_of_them = tokens(text)
    words = Words(text)
    for at in places:
        if at < len(all_of_them):
            assert words[at] == all_of_them[at]
        else:
            with pytest.raises(IndexError):
                words[at]
        found = [word for word in words.until(at) if word.start <= at]
        assert found == [word for word in all_of_them if word.start <= at]
    assert bool(Words(text)) == bool(all_of_them)
    assert [*Words(text)] == all_of_them
    assert len(Words(text)) == len(all_of_them)
    assert Words(text)[1:4] == all_of_them[1:4]
    if all_of_them:
        assert Words(text)[-1] == all_of_them[-1]


def test_only_the_lines_that_are_asked_for_are_taken_apart() -> None:
    words = Words(TEXT)
    assert words[0] == tokens(TEXT)[0]
    lines = 1
    while words.grow():
        lines += 1
    assert lines == TEXT.count("\n") + 1


@pytest.fixture
def caret(qapp: QApplication) -> Caret:
    return Caret(Page(TEXT, [], 400, 22))


@given(texts, st.integers(-2, 60), st.sampled_from((1, -1)), st.booleans())
def test_the_next_edge_is_the_nearest_one(qapp: QApplication, text: str, offset: int, step: int, end: bool) -> None:
    edges = [word.end if end else word.start for word in tokens(text)]
    beyond = [edge for edge in edges if (edge - offset) * step > 0]
    nearest = min(beyond, key=lambda edge: abs(edge - offset), default=None)
    assert Caret(Page(text, [], 400, 22)).next_edge(offset, step, end=end) == nearest


def test_a_line_down_and_up_again_is_where_one_was(caret: Caret) -> None:
    first = caret.focus
    for step in (1, 1, -1, -1):
        place = caret.by_line(step)
        assert place is not None
        caret.focus = place
    assert caret.focus == first
    assert caret.by_line(-1) is None


def test_the_last_line_has_none_below(caret: Caret) -> None:
    caret.stand(len(TEXT))
    assert caret.word == tokens(TEXT)[-1]
    assert caret.by_line(1) is None


def test_marks_of_punctuation_are_passed_over_by_word_but_for_the_last(qapp: QApplication) -> None:
    text = "قال: «الخطة»، ثم (2024)."
    caret = Caret(Page(text, [], 400, 22))
    passed = [0]
    while (at := caret.by_word(1)) is not None:
        caret.focus = at
        passed.append(at)
    words = [text[slice(*token)] for token in tokens(text)]
    assert [words[at] for at in passed] == ["قال", "الخطة", "ثم", "2024", ")", "."]
    back = []
    while (at := caret.by_word(-1)) is not None:
        caret.focus = at
        back.append(at)
    assert [words[at] for at in back] == ["2024", "ثم", "الخطة", "قال"]
