"""The words of a text, all at once: for what reads a whole corpus and has no time for a token at a time.

No token holds a space, so the tokens of a text are those of what stands between its spaces; and most of that has been
met before, in any language. What is known of it is kept, as many as fit into some megabytes.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Final

from annotator.text import tokenizer, visible
from annotator.text.tokenizer import Token

_KNOWN: Final = 1 << 16
_LETTERS: Final = re.compile("[ء-غف-ي]+")


def words(text: str, start: int, end: int, edges: Sequence[int] = ()) -> tuple[list[str], list[int]]:
    """The tokens of `text[start:end]` as a file shows them, and how many of them stand before each of `edges`.

    `edges` are offsets from start to end, in order. A token that one of them lies in is cut there, into words that have
    something to be seen.
    """
    spaced = text[start:end].replace("\n", " ")
    found = list(map(_words, spaced.split(" ")))
    places: list[int] = []  # for each edge, how many of those pieces stand before it
    inner: dict[int, list[int]] = {}  # the edges that lie in a piece, by its number
    at = piece = 0
    for edge in edges:
        piece += spaced.count(" ", at, edge - start)
        at = edge - start
        begun = at > 0 and spaced[at - 1] != " "
        ended = at == len(spaced) or spaced[at] == " "
        places.append(piece + (begun and ended))
        if begun and not ended:
            inner.setdefault(piece, []).append(edge)
    within: dict[int, int] = {}
    for piece, here in inner.items():
        stretch = tokenizer.word_start(text, here[0], start), tokenizer.word_end(text, here[0], end)
        tokens = cut(text, tokenizer.tokens(text, *stretch), here)
        found[piece] = tuple(visible.written(text[slice(*token)]) for token in tokens)
        within |= {edge: bisect_left(tokens, edge, key=lambda token: token.start) for edge in here}
    before = list(accumulate(map(len, found), initial=0))
    counts = [before[place] + within.get(edge, 0) for edge, place in zip(edges, places, strict=True)]
    return list(chain.from_iterable(found)), counts


@lru_cache(_KNOWN)
def _words(piece: str) -> tuple[str, ...]:
    """The words of what stands between two spaces."""
    if _LETTERS.fullmatch(piece):
        return (piece,)
    return tuple(visible.written(piece[slice(*token)]) for token in tokenizer.tokens(piece))


def cut(text: str, tokens: Iterable[Token], edges: Sequence[int]) -> list[Token]:
    """The tokens, cut where one of `edges` lies in one, into pieces that have something to be seen."""
    pieces: list[Token] = []
    for token in tokens:
        within = edges[bisect_right(edges, token.start) : bisect_left(edges, token.end)]
        parts = (visible.visible(text, *piece) for piece in pairwise([token.start, *within, token.end]))
        pieces += (Token(*piece) for piece in parts if piece[0] < piece[1]) if within else [token]
    return pieces
