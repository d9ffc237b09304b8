"""The words of a text, all at once."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import PIECES, texts

from annotator.text.tokenizer import tokens
from annotator.text.visible import visible, written
from annotator.text.words import words


def shown(text: str, stretches: list[tuple[int, int]]) -> list[str]:
    return [written(text[slice(*stretch)]) for stretch in stretches]


@settings(max_examples=500)
@given(texts, st.data())
def test_words_are_the_tokens_of_a_text(text: str, data: st.DataObject) -> None:
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    found, counts = words(text, start, end)
    assert found == shown(text, tokens(text, start, end))
    assert counts == []


@settings(max_examples=500)
@given(texts, st.data())
def test_at_an_edge_a_token_is_cut_and_all_words_before_it_are_counted(text: str, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    cut: list[tuple[int, int]] = []
    for token in tokens(text):
        ends = [token.start, *(edge for edge in edges if token.start < edge < token.end), token.end]
        pieces = (visible(text, *piece) for piece in itertools.pairwise(ends))
        cut += (piece for piece in pieces if piece[0] < piece[1])
    found, counts = words(text, 0, len(text), edges)
    assert found == shown(text, cut)
    assert counts == [sum(start < edge for start, _end in cut) for edge in edges]


def test_words_known_from_one_text_are_right_in_another() -> None:
    for piece in (*PIECES, "سنة2024", "2024هـ", "٢٠٢٤م", "كلمةword", "گچپ", "كلمة،"):
        for text in (piece, f"{piece} {piece}", f"قال {piece}\n{piece}، {piece}"):
            assert words(text, 0, len(text))[0] == words(text, 0, len(text))[0] == shown(text, tokens(text))
