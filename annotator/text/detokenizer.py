"""Tokens back as a text that reads as one: what was between them is not known, and is put in by rule.

A sentence is a line. There is one space between two tokens, and none

- before a mark that closes or ends: . , ; : ! ? … ، ؛ ؟ ۔ and » › ) ] } ⟩ ﴾ and their kin;
- after one that opens: « ‹ ( [ { ⟨ ﴿ ¿ ¡;
- between a pair of quotation marks and what it encloses. " “ ” „ ' are written either way round, so their order in
  the sentence tells which opens: one that none is open for opens, unless it ends the sentence or is a ” that no other
  follows;
- before % and ٪ after a digit, before what English cuts off a word ('s, n't), after an elided French article (l', d’);
- after #, on both sides of _ between words, of / between digits: #رؤية_2030 is a hashtag, 15/1/1959 a date.

The characters of the tokens stay as they are, direction marks and all. Dots are not run together with dots: ".." is
another token than "." and ".".
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import Final

import regex

_MARKS: Final = r"[\u200e\u200f\u061c]"
_AFTER: Final = r"[\p{M}\p{Cf}]"
_DOTS: Final = r"[.…]"
_ELIDED: Final = r"(?i:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu|aujourd)"
_CLOSING: Final = regex.compile(
    rf"{_MARKS}*(?:[.,;:!?…،؛؟۔»›)\]}}⟩﴾’]{_AFTER}*)+|{_MARKS}*''|['’](?i:s|re|ve|ll|d|m|t)|n['’]t", regex.V1
)
_OPENING: Final = regex.compile(rf"{_MARKS}*(?:[#«‹(\[{{⟨﴿‘¿¡]{_AFTER}*)+|``|{_ELIDED}['’]", regex.V1)
_QUOTE: Final = regex.compile(rf"{_MARKS}*[\"“”„']{_AFTER}*", regex.V1)
_PERCENT: Final = regex.compile(r"[%٪]")
_LINE: Final = "_"
_SLASH: Final = "/"
_DIGIT: Final = regex.compile(rf".*\p{{Nd}}{_MARKS}*", regex.V1 | regex.DOTALL)
_DOT_LAST: Final = regex.compile(rf".*{_DOTS}{_AFTER}*", regex.V1 | regex.DOTALL)
_DOT_FIRST: Final = regex.compile(rf"{_AFTER}*{_DOTS}.*", regex.V1 | regex.DOTALL)
_LEANING: Final = regex.compile(r"[\p{M}\p{Cf}].*", regex.V1 | regex.DOTALL)
"""Begins with what would join the character before it."""

_KEPT: Final = 100
"""Code points of the longest token that is remembered."""

_PLAIN, _CLOSES, _OPENS, _EITHER, _UNIT, _JOINS = range(6)


def detokenise(sentences: Iterable[Sequence[str]]) -> tuple[str, list[list[int]]]:
    """The text of these sentences, and where in it each token of each of them begins (code points)."""
    lines: list[str] = []
    starts: list[list[int]] = []
    at = 0
    for tokens in sentences:
        pieces = [" " + token if space else token for token, space in zip(tokens, _spaces(tokens), strict=True)]
        ends = list(accumulate(map(len, pieces), initial=at))[1:]
        starts.append(list(map(sub, ends, map(len, tokens))))
        lines.append("".join(pieces))
        at += len(lines[-1]) + 1
    return "\n".join(lines), starts


def locate(text: str, tokens: Iterable[str]) -> list[int] | None:
    """Where each token begins in the text that they were cut from, one after the other; None if it is another text."""
    starts: list[int] = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        if start < 0 or text[at:start].strip():
            return None
        starts.append(start)
        at = start + len(token)
    return None if text[at:].strip() else starts


def _spaces(tokens: Sequence[str]) -> list[bool]:
    """Whether there is a space before each token of a sentence."""
    kinds = [_PLAIN if token.isalnum() else _kind(token) for token in tokens]
    if _EITHER in kinds:
        kinds = _paired(tokens, kinds)
    spaces = [at > 0 for at in range(len(tokens))]
    if not any(kinds):
        return spaces
    before = _PLAIN
    for at, kind in enumerate(kinds):
        if kind == _JOINS and not _joins(tokens, kinds, at):
            kind = _PLAIN
        if kind == _CLOSES:
            spaces[at] = bool(_DOT_FIRST.fullmatch(tokens[at]) and _DOT_LAST.fullmatch(tokens[at - 1]))
        elif kind == _JOINS or (kind == _UNIT and _DIGIT.fullmatch(tokens[at - 1])):
            spaces[at] = False
        elif before in (_OPENS, _JOINS):
            spaces[at] = _LEANING.match(tokens[at]) is not None
        before = kind
    return [False, *spaces[1:]]


def _joins(tokens: Sequence[str], kinds: list[int], at: int) -> bool:
    """Whether the _ or / at this place joins what is beside it: words, and numbers."""
    if not 0 < at < len(tokens) - 1:
        return False
    if tokens[at] == _SLASH:
        return tokens[at + 1][0].isdecimal() and _DIGIT.fullmatch(tokens[at - 1]) is not None
    return kinds[at - 1] == kinds[at + 1] == _PLAIN


def _paired(tokens: Sequence[str], kinds: list[int]) -> list[int]:
    """`kinds`, with each quotation mark as one that opens or closes."""
    found = list(kinds)
    opened: list[bool] = []
    # From where on there are none but closing marks, and where the last quotation mark is.
    closed = next((at + 1 for at in reversed(range(len(kinds))) if kinds[at] != _CLOSES), 0)
    last = max(at for at, kind in enumerate(kinds) if kind == _EITHER)
    for at, kind in enumerate(kinds):
        if kind != _EITHER:
            continue
        single = "'" in tokens[at]
        if single in opened:
            del opened[opened.index(single) :]
            found[at] = _CLOSES
        elif at and (at + 1 >= closed or ("”" in tokens[at] and at == last)):
            found[at] = _CLOSES
        else:
            opened.append(single)
            found[at] = _OPENS
    return found


def _kind(token: str) -> int:
    return _known_kind(token) if len(token) <= _KEPT else _known_kind.__wrapped__(token)


@lru_cache(maxsize=1 << 14)
def _known_kind(token: str) -> int:
    if _QUOTE.fullmatch(token):
        return _EITHER
    if _CLOSING.fullmatch(token):
        return _CLOSES
    if _OPENING.fullmatch(token):
        return _OPENS
    if token in (_LINE, _SLASH):
        return _JOINS
    return _UNIT if _PERCENT.fullmatch(token) else _PLAIN
