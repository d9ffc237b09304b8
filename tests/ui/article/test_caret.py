"""The caret on words: lazy tokenization and moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from annotator.text.offsets import normalise_newlines
from annotator.text.tokenizer import tokenize
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
def test_words_equal_the_tokens_of_the_text_in_any_order_of_access(text: str, indices: list[int]) -> None:
    expected = tokenize(text)
    words = Words(text)
    for index in indices:
        if index < len(expected):
            assert words[index] == expected[index]
        else:
            with pytest.raises(IndexError):
                words[index]
        loaded = [word for word in words.tokens_to(index) if word.start <= index]
        assert loaded == [word for word in expected if word.start <= index]
    assert bool(Words(text)) == bool(expected)
    assert [*Words(text)] == expected
    assert len(Words(text)) == len(expected)
    assert Words(text)[1:4] == expected[1:4]
    if expected:
        assert Words(text)[-1] == expected[-1]


def test_words_are_tokenized_line_by_line() -> None:
    words = Words(TEXT)
    assert words[0] == tokenize(TEXT)[0]
    lines = 1
    while words.tokenize_next_line():
        lines += 1
    assert lines == TEXT.count("\n") + 1


@pytest.fixture
def caret(qapp: QApplication) -> Caret:
    return Caret(Page(TEXT, [], 400, 22))


@given(texts, st.integers(-2, 60), st.sampled_from((1, -1)), st.booleans())
def test_next_word_edge_returns_the_nearest_edge(
    qapp: QApplication, text: str, offset: int, step: int, end: bool
) -> None:
    edges = [word.end if end else word.start for word in tokenize(text)]
    beyond = [edge for edge in edges if (edge - offset) * step > 0]
    nearest = min(beyond, key=lambda edge: abs(edge - offset), default=None)
    assert Caret(Page(text, [], 400, 22)).next_word_edge(offset, step, end=end) == nearest


def test_moving_down_and_up_returns_to_the_same_word(caret: Caret) -> None:
    first = caret.focus
    for step in (1, 1, -1, -1):
        index = caret.word_on_adjacent_line(step)
        assert index is not None
        caret.focus = index
    assert caret.focus == first
    assert caret.word_on_adjacent_line(-1) is None


def test_the_last_line_has_no_word_below(caret: Caret) -> None:
    caret.move_to(len(TEXT))
    assert caret.word == tokenize(TEXT)[-1]
    assert caret.word_on_adjacent_line(1) is None


def test_adjacent_word_skips_punctuation_before_other_words(qapp: QApplication) -> None:
    text = "قال: «الخطة»، ثم (2024)."
    caret = Caret(Page(text, [], 400, 22))
    visited = [0]
    while (index := caret.adjacent_word(1)) is not None:
        caret.focus = index
        visited.append(index)
    words = [text[slice(*token)] for token in tokenize(text)]
    assert [words[index] for index in visited] == ["قال", "الخطة", "ثم", "2024", ")", "."]
    visited_backwards = []
    while (index := caret.adjacent_word(-1)) is not None:
        caret.focus = index
        visited_backwards.append(index)
    assert [words[index] for index in visited_backwards] == ["2024", "ثم", "الخطة", "قال"]
