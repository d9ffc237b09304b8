"""Join tokens into readable text, with spaces by rule.

A sentence becomes a line. One space separates tokens, except

- before a mark that closes or ends: . , ; : ! ? … ، ؛ ؟ ۔ » › ) ] } ⟩ ﴾ and the like;
- after one that opens: « ‹ ( [ { ⟨ ﴿ ¿ ¡;
- inside a pair of quotation marks. " “ ” „ ' are written either way round: a mark opens when no earlier one is open,
  unless it ends the sentence or is a ” that no other follows;
- before % and ٪ after a digit, before English clitics ('s, n't), after an elided French article (l', d’);
- after #, around _ between words and / between digits: #رؤية_2030, 15/1/1959.

Tokens keep their characters, including direction marks. Dots are not joined, as ".." is another token than "." ".".
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
_UNDERSCORE: Final = "_"
_SLASH: Final = "/"
_DIGIT: Final = regex.compile(rf".*\p{{Nd}}{_MARKS}*", regex.V1 | regex.DOTALL)
_DOT_LAST: Final = regex.compile(rf".*{_DOTS}{_AFTER}*", regex.V1 | regex.DOTALL)
_DOT_FIRST: Final = regex.compile(rf"{_AFTER}*{_DOTS}.*", regex.V1 | regex.DOTALL)
_STARTS_COMBINING: Final = regex.compile(r"[\p{M}\p{Cf}].*", regex.V1 | regex.DOTALL)
"""Starts with a character that would join the one before it."""

_MAX_CACHED_LENGTH: Final = 100
"""Length in code points of the longest token that is cached."""

_PLAIN, _CLOSES, _OPENS, _EITHER, _UNIT, _JOINS = range(6)


def detokenize(sentences: Iterable[Sequence[str]]) -> tuple[str, list[list[int]]]:
    """Return the sentences' text, and where each of their tokens starts in it (code points)."""
    lines: list[str] = []
    starts: list[list[int]] = []
    offset = 0
    for tokens in sentences:
        pieces = [" " + token if space else token for token, space in zip(tokens, _spaces_before(tokens), strict=True)]
        ends = list(accumulate(map(len, pieces), initial=offset))[1:]
        starts.append(list(map(sub, ends, map(len, tokens))))
        lines.append("".join(pieces))
        offset += len(lines[-1]) + 1
    return "\n".join(lines), starts


def find_token_starts(text: str, tokens: Iterable[str]) -> list[int] | None:
    """Return where each token starts in the text they were cut from; None for another text."""
    starts: list[int] = []
    offset = 0
    for token in tokens:
        start = text.find(token, offset)
        if start < 0 or text[offset:start].strip():
            return None
        starts.append(start)
        offset = start + len(token)
    return None if text[offset:].strip() else starts


def _spaces_before(tokens: Sequence[str]) -> list[bool]:
    """Return whether a space precedes each token of a sentence."""
    kinds = [_PLAIN if token.isalnum() else _classify(token) for token in tokens]
    if _EITHER in kinds:
        kinds = _resolve_quotes(tokens, kinds)
    spaces = [index > 0 for index in range(len(tokens))]
    if not any(kinds):
        return spaces
    previous = _PLAIN
    for index, kind in enumerate(kinds):
        if kind == _JOINS and not _is_joiner(tokens, kinds, index):
            kind = _PLAIN
        if kind == _CLOSES:
            spaces[index] = bool(_DOT_FIRST.fullmatch(tokens[index]) and _DOT_LAST.fullmatch(tokens[index - 1]))
        elif kind == _JOINS or (kind == _UNIT and _DIGIT.fullmatch(tokens[index - 1])):
            spaces[index] = False
        elif previous in (_OPENS, _JOINS):
            spaces[index] = _STARTS_COMBINING.match(tokens[index]) is not None
        previous = kind
    return [False, *spaces[1:]]


def _is_joiner(tokens: Sequence[str], kinds: list[int], index: int) -> bool:
    """Return whether the _ or / at `index` joins its neighbours, words or numbers."""
    if not 0 < index < len(tokens) - 1:
        return False
    if tokens[index] == _SLASH:
        return tokens[index + 1][0].isdecimal() and _DIGIT.fullmatch(tokens[index - 1]) is not None
    return kinds[index - 1] == kinds[index + 1] == _PLAIN


def _resolve_quotes(tokens: Sequence[str], kinds: list[int]) -> list[int]:
    """Return `kinds` with each quotation mark as one that opens or closes."""
    resolved = list(kinds)
    open_quotes: list[bool] = []
    # From `closing_from` on there are only closing marks.
    closing_from = next((index + 1 for index in reversed(range(len(kinds))) if kinds[index] != _CLOSES), 0)
    last_quote = max(index for index, kind in enumerate(kinds) if kind == _EITHER)
    for index, kind in enumerate(kinds):
        if kind != _EITHER:
            continue
        is_single = "'" in tokens[index]
        if is_single in open_quotes:
            del open_quotes[open_quotes.index(is_single) :]
            resolved[index] = _CLOSES
        elif index and (index + 1 >= closing_from or ("”" in tokens[index] and index == last_quote)):
            resolved[index] = _CLOSES
        else:
            open_quotes.append(is_single)
            resolved[index] = _OPENS
    return resolved


def _classify(token: str) -> int:
    return _classify_cached(token) if len(token) <= _MAX_CACHED_LENGTH else _classify_cached.__wrapped__(token)


@lru_cache(maxsize=1 << 14)
def _classify_cached(token: str) -> int:
    if _QUOTE.fullmatch(token):
        return _EITHER
    if _CLOSING.fullmatch(token):
        return _CLOSES
    if _OPENING.fullmatch(token):
        return _OPENS
    if token in (_UNDERSCORE, _SLASH):
        return _JOINS
    return _UNIT if _PERCENT.fullmatch(token) else _PLAIN
