"""Words of a text, split all at once."""

import itertools
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES, examples, texts

from annotator.text.fast_tokenizer import split_words
from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible, trim_invisible

USUAL = st.text('كلمةى  \n،.:“”«»()-/؛؟!"0249', max_size=25)


def as_lines(words: Iterable[str]) -> str:
    return "".join(f"{word}\n" for word in words)


def visible_texts(text: str, ranges: Iterable[tuple[int, int]]) -> list[str]:
    return [remove_invisible(text[slice(*range_)]) for range_ in ranges]


@examples(500)
@given(USUAL | texts, st.data())
def test_words_are_the_tokens(text: str, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    assert split_words(text, [start, end]) == [as_lines(visible_texts(text, tokenize(text, start, end)))]


@examples(500)
@given((USUAL | texts).filter(bool), st.data())
def test_tokens_are_cut_at_edges(text: str, data: st.DataObject) -> None:
    edges = sorted({0, len(text), *data.draw(st.sets(st.integers(0, len(text)), max_size=6))})
    cut: list[tuple[int, int]] = []
    for token in tokenize(text):
        ends = [token.start, *(edge for edge in edges if token.start < edge < token.end), token.end]
        pieces = (trim_invisible(text, *piece) for piece in itertools.pairwise(ends))
        cut += (piece for piece in pieces if piece[0] < piece[1])
    assert split_words(text, edges) == [
        as_lines(visible_texts(text, (range_ for range_ in cut if first <= range_[0] < last)))
        for first, last in itertools.pairwise(edges)
    ]


def test_cached_words_are_right_in_another_text() -> None:
    for piece in (*PIECES, "سنة2024", "2024هـ", "٢٠٢٤م", "كلمةword", "گچپ", "كلمة،"):
        for text in (piece, f"{piece} {piece}", f"قال {piece}\n{piece}، {piece}"):
            lines = [as_lines(visible_texts(text, tokenize(text)))]
            assert split_words(text, [0, len(text)]) == split_words(text, [0, len(text)]) == lines
