"""Split a text into words at once, fast enough for a whole corpus.

No token contains a space, so a text can be tokenized piece by piece. Nearly all pieces consist of letters without marks
and of common punctuation, each a token: in these, a few replacements separate all tokens of the text. The others are
tokenized one by one and cached, in a few megabytes, since most repeat.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from annotator.text import tokenizer, visible
from annotator.text.tokenizer import Token

_CACHE_SIZE: Final = 1 << 16
_MARKS: Final = re.escape('،.:“”«»()-/؛؟!"')
_MARK: Final = re.compile(rf"([{_MARKS}]) *")
_LETTER: Final = "[ء-غف-ي]"
# Digits are usual, but not beside letters, nor with a mark between. The first set makes the search fast.
_UNUSUAL: Final = re.compile(
    rf"[^ \nء-غف-ي{_MARKS}](?:(?<![0-9])|(?<={_LETTER}[0-9])|(?={_LETTER}|[-/:.][0-9]))[^ \n]*"
)
_NEWLINES: Final = re.compile("\n\n+")
# Control characters belong to no token, so that the text has none once its unusual pieces are replaced.
_DOTS: Final = "\x1c\x1c"
_PIECE: Final = "\x1d"
_EDGE: Final = "\x1e"


def split_words(text: str, edges: Sequence[int]) -> list[str]:
    """Return the tokens from each of the sorted `edges` to the next, as exports write them, with a newline after each.

    What lies between the first and the last edge is tokenized. Tokens are cut at the others, without invisible pieces.
    """
    start = edges[0]
    plain = text[start : edges[-1]]
    piece_words: list[str] = []
    fillers: list[str] = []
    position = 0
    for match in _UNUSUAL.finditer(plain.replace("..", _DOTS)):  # a run of dots is one token
        first, last = tokenizer.word_start(plain, match.start(), position), match.end()
        next_edge = bisect_right(edges, start + first)
        if edges[next_edge] < start + last:
            piece_edges = [start + first, *edges[next_edge : bisect_left(edges, start + last)], start + last]
            piece_words += _cut_piece(text, piece_edges)
            fillers += (plain[position:first], *(_PIECE.ljust(end - begin) for begin, end in pairwise(piece_edges)))
        else:
            piece_words.append(_split_piece(plain[first:last]))
            fillers += (plain[position:first], _PIECE.ljust(last - first))
        position = last
    if fillers:
        plain = "".join((*fillers, plain[position:]))
    if len(edges) > 2:
        plain = f"\n{_EDGE}\n".join([plain[first - start : last - start] for first, last in pairwise(edges)])
    lines = "\n".join(("", *_MARK.split(plain), "")).replace(" ", "\n")
    lines = _NEWLINES.sub("\n", lines)
    if piece_words:
        first_lines, *next_lines = lines.split(_PIECE)  # a newline begins each: two characters take longer to search
        lines = first_lines + "".join([words + after[1:] for words, after in zip(piece_words, next_lines, strict=True)])
    return lines[1:].split(f"{_EDGE}\n")


@lru_cache(_CACHE_SIZE)
def _split_piece(piece: str) -> str:
    """Return the words of the text between two spaces, each with a newline."""
    return _join_words(piece, tokenizer.tokenize(piece))


def _cut_piece(text: str, edges: Sequence[int]) -> Iterator[str]:
    """Yield the words of a piece from each of its edges to the next."""
    tokens = cut_tokens(text, tokenizer.tokenize(text, edges[0], edges[-1]), edges)
    for first, last in pairwise(edges):
        yield _join_words(text, (token for token in tokens if first <= token.start < last))


def _join_words(text: str, tokens: Iterable[Token]) -> str:
    return "".join(f"{visible.remove_invisible(text[start:end])}\n" for start, end in tokens)


def cut_tokens(text: str, tokens: Iterable[Token], edges: Sequence[int]) -> list[Token]:
    """Cut the tokens at the `edges` within them and drop invisible pieces."""
    pieces: list[Token] = []
    for token in tokens:
        inner_edges = edges[bisect_right(edges, token.start) : bisect_left(edges, token.end)]
        parts = (visible.trim_invisible(text, *piece) for piece in pairwise([token.start, *inner_edges, token.end]))
        pieces += (Token(*piece) for piece in parts if piece[0] < piece[1]) if inner_edges else [token]
    return pieces
