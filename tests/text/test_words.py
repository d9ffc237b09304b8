"""Words of a text, split all at once."""

import itertools
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PIECES, texts

from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible, trim_invisible
from annotator.text.words import split_words


def visible_texts(text: str, ranges: Iterable[tuple[int, int]]) -> list[str]:
    return [remove_invisible(text[slice(*range_)]) for range_ in ranges]


@settings(max_examples=500)
@given(texts, st.data())
def test_words_are_the_tokens(text: str, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    words, counts = split_words(text, start, end)
    assert words == visible_texts(text, tokenize(text, start, end))
    assert counts == []


@settings(max_examples=500)
@given(texts, st.data())
def test_tokens_are_cut_at_edges_and_the_words_before_each_are_counted(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    cut: list[tuple[int, int]] = []
    for token in tokenize(text):
        ends = [token.start, *(edge for edge in edges if token.start < edge < token.end), token.end]
        pieces = (trim_invisible(text, *piece) for piece in itertools.pairwise(ends))
        cut += (piece for piece in pieces if piece[0] < piece[1])
    words, counts = split_words(text, 0, len(text), edges)
    assert words == visible_texts(text, cut)
    assert counts == [sum(start < edge for start, _end in cut) for edge in edges]


def test_cached_words_are_right_in_another_text() -> None:
    for piece in (*PIECES, "سنة2024", "2024هـ", "٢٠٢٤م", "كلمةword", "گچپ", "كلمة،"):
        for text in (piece, f"{piece} {piece}", f"قال {piece}\n{piece}، {piece}"):
            assert (
                split_words(text, 0, len(text))[0]
                == split_words(text, 0, len(text))[0]
                == visible_texts(text, tokenize(text))
            )
