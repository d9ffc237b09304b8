"""Split a text into words at once, fast enough for a whole corpus.

No token contains a space, so a text can be tokenized piece by piece. Most pieces repeat, so their words are cached, in
a few megabytes.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Final

from annotator.text import tokenizer, visible
from annotator.text.tokenizer import Token

_CACHE_SIZE: Final = 1 << 16
_LETTERS: Final = re.compile("[ء-غف-ي]+")


def split_words(text: str, start: int, end: int, edges: Sequence[int] = ()) -> tuple[list[str], list[int]]:
    """Return the tokens of `text[start:end]` as exports write them, and how many precede each of `edges`.

    `edges` are sorted offsets from start to end. Tokens are cut at them, without invisible pieces.
    """
    line = text[start:end].replace("\n", " ")
    piece_words = list(map(_split_piece, line.split(" ")))
    piece_counts: list[int] = []  # for each edge, the number of pieces before it
    edges_in_piece: dict[int, list[int]] = {}  # the edges within a piece, by its index
    position = piece = 0
    for edge in edges:
        piece += line.count(" ", position, edge - start)
        position = edge - start
        has_piece_before = position > 0 and line[position - 1] != " "
        is_piece_end = position == len(line) or line[position] == " "
        piece_counts.append(piece + (has_piece_before and is_piece_end))
        if has_piece_before and not is_piece_end:
            edges_in_piece.setdefault(piece, []).append(edge)
    words_before_edge: dict[int, int] = {}
    for piece, piece_edges in edges_in_piece.items():
        piece_range = tokenizer.word_start(text, piece_edges[0], start), tokenizer.word_end(text, piece_edges[0], end)
        cut = cut_tokens(text, tokenizer.tokenize(text, *piece_range), piece_edges)
        piece_words[piece] = tuple(visible.remove_invisible(text[slice(*token)]) for token in cut)
        words_before_edge |= {edge: bisect_left(cut, edge, key=lambda token: token.start) for edge in piece_edges}
    before = list(accumulate(map(len, piece_words), initial=0))
    counts = [before[count] + words_before_edge.get(edge, 0) for edge, count in zip(edges, piece_counts, strict=True)]
    return list(chain.from_iterable(piece_words)), counts


@lru_cache(_CACHE_SIZE)
def _split_piece(piece: str) -> tuple[str, ...]:
    """Return the words of the text between two spaces."""
    if _LETTERS.fullmatch(piece):
        return (piece,)
    return tuple(visible.remove_invisible(piece[slice(*token)]) for token in tokenizer.tokenize(piece))


def cut_tokens(text: str, tokens: Iterable[Token], edges: Sequence[int]) -> list[Token]:
    """Cut the tokens at the `edges` within them; pieces without anything visible are dropped."""
    pieces: list[Token] = []
    for token in tokens:
        inner_edges = edges[bisect_right(edges, token.start) : bisect_left(edges, token.end)]
        parts = (visible.trim_invisible(text, *piece) for piece in pairwise([token.start, *inner_edges, token.end]))
        pieces += (Token(*piece) for piece in parts if piece[0] < piece[1]) if inner_edges else [token]
    return pieces
