"""Arabic-aware text: newlines, tokens, sentences, word snapping, and offsets as Qt counts them.

Offsets are code points, end exclusive. Everything here is a pure function of the text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import regex


class Token(NamedTuple):
    """A stretch of the text that is one token: it starts and ends on something visible and holds no space."""

    start: int
    end: int


# Classes for `regex` with its V1 set operations.
_SHOWN_FORMAT = r"\p{Prepended_Concatenation_Mark}"  # Cf and yet visible, such as the end-of-ayah sign
_HIDDEN = rf"[\p{{Cf}}--{_SHOWN_FORMAT}]"
_BLANK = rf"[\s\p{{Z}}\p{{Cc}}\p{{Cs}}\p{{Default_Ignorable_Code_Point}}{_HIDDEN}]"
_ARABIC = r"[[\p{L}&&\p{Script=Arabic}]\u0640]"  # the tatweel is of no script
_EMOJI_TAG = r"[\U000E0020-\U000E007F]"  # end the flags of England, Scotland and Wales
_LETTER = rf"[\p{{L}}--{_ARABIC}--\p{{Default_Ignorable_Code_Point}}]"


def _run(first: str, more: str) -> str:
    """A pattern of `first` and then `more`, direction marks and joiners within but never at the end."""
    return rf"{first}{more}*+(?:{_HIDDEN}++{more}++)*+"


_LATIN = _run(_LETTER, rf"[{_LETTER}\p{{N}}\p{{M}}]")
_DIGITS = _run(r"\p{Nd}", r"[\p{Nd}\p{M}]")
_PICTURE = rf"\p{{Extended_Pictographic}}[\p{{M}}\p{{Emoji_Modifier}}{_EMOJI_TAG}]*+"
_URL = r"(?:(?:https?|ftp)://|www\.)"
_URL_CHARACTER = r"[^\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}<>\"«»“”،؛؟]"
# Bounded, as RFC 1035 and 5321 bound names, so that a long run is not searched to its end from each of its letters.
_DOMAIN = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}+\.){1,5}[a-z]{2,6}(?![\p{L}\p{N}\p{M}])"
_TOKEN: Final = regex.compile(
    "|".join(
        (
            rf"{_URL}{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+",
            rf"[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}+@{_DOMAIN}",
            rf"{_DOMAIN}(?:/(?:{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+)?)?",
            rf"(?!{_BLANK})\p{{M}}*+" + _run(_ARABIC, rf"[{_ARABIC}\p{{M}}]"),
            # Digits before a letter belong to it (5G, 19h30); those before an Arabic letter do not (1445هـ).
            rf"\p{{Nd}}*{_LATIN}(?:{_HIDDEN}*['’‐‑-]{_HIDDEN}*\p{{Nd}}*(?:{_LATIN}|(?<=\p{{Nd}})\p{{M}}*+))*",
            rf"{_DIGITS}(?:{_HIDDEN}*[-‐‑–/:.,٫٬]{_HIDDEN}*{_DIGITS})*+",
            rf"[.…](?:{_HIDDEN}*[.…])*+\p{{M}}*+",
            r"\p{Regional_Indicator}{2}\p{M}*+",
            rf"{_PICTURE}(?:\u200D{_PICTURE})*+",
            _run(rf"[^{_BLANK}]", r"\p{M}"),
        )
    ),
    regex.V1,
)
INVISIBLE: Final = regex.compile(rf"[{_HIDDEN}--[\u200C\u200D]--{_EMOJI_TAG}]+", regex.V1)
"""What no file shows: direction marks and the like, but not joiners."""
_LEADING: Final = regex.compile(rf"{_BLANK}*+", regex.V1)
_TRAILING: Final = regex.compile(rf"[{_BLANK}--\p{{M}}--{_EMOJI_TAG}]*+", regex.V1 | regex.REVERSE)
_BLANK_MARK: Final = regex.compile(rf"[{_BLANK}&&[\p{{M}}{_EMOJI_TAG}]]", regex.V1)
"""Variation selectors and the like: part of the token that they are in, if they are in any."""
_PUNCTUATION: Final = regex.compile(r"\p{P}[\p{P}\p{M}\p{Cf}]*", regex.V1)

_FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # letters of Hangul that are blank

_NEWLINE: Final = regex.compile(r"\r\n|[\r\v\f\u0085\u2028\u2029]")
_QUOTES: Final = '"“”„'  # written either way round in Arabic, so only their order tells which one opens
_OPENS: Final = {"»": "«", "›": "‹", "’": "‘", ")": "(", "]": "[", "}": "{", "⟩": "⟨", "﴾": "﴿"}
PAIRED: Final = frozenset([*_QUOTES, *_OPENS, *_OPENS.values()])
"""Quotation marks and brackets."""
_STOPS: Final = ".…!؟?"
_LETTERS_BEFORE: Final = 3  # in a word that is no abbreviation
# As most sentences end, with what is between a word and another; or any other stop, which has to be looked at.
_STOP: Final = regex.compile(rf"(?<=[ء-غف-ي]{{{_LETTERS_BEFORE}}})[{_STOPS}] ++(?=[ء-غف-ي])|[{_STOPS}]")
_PAIR: Final = regex.compile(f"[{regex.escape(''.join(sorted(PAIRED)))}]")
_PAUSE: Final = ".."  # in Arabic headlines what a dash is in English ones
_NO_START: Final = "،؛,;:"


def normalise_newlines(text: str) -> str:
    """`text` with every kind of line end (CR LF, CR, VT, FF, U+0085, U+2028, U+2029) as one LF."""
    return _NEWLINE.sub("\n", text)


class Newlines:
    """Moves offsets into a text to the same text after `normalise_newlines`, where only CR LF has shrunk."""

    def __init__(self, text: str) -> None:
        self._pairs = [match.start() for match in regex.finditer("\r\n", text)]

    def moved(self, offset: int) -> int:
        """The normalised offset; one between CR and LF goes before the newline."""
        return offset - bisect_left(self._pairs, offset)


class Utf16:
    """Converts between the code points of one text and the UTF-16 units that Qt counts.

    O(1) while every character is in the basic plane, else a search among those that are not.
    """

    def __init__(self, text: str) -> None:
        wide = [] if text.isascii() else [at for at, character in enumerate(text) if character > "\uffff"]
        self._points = wide
        self._units = [at + before for before, at in enumerate(wide)]

    def units(self, offset: int) -> int:
        """The UTF-16 offset of a code point offset."""
        return offset + bisect_left(self._points, offset) if self._points else offset

    def points(self, unit: int) -> int:
        """The code point offset of a UTF-16 offset; one within a surrogate pair goes to its character's start."""
        return unit - bisect_left(self._units, unit) if self._units else unit


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of `text[start:end]`, in order.

    Punctuation marks are tokens of their own, a run of dots one; numbers keep what joins their digits; diacritics
    and the tatweel stay in the word; URLs, e-mail addresses and emoji are one. Invisible characters may lie within
    a token, never at its edges. Spaces and control characters are in none.
    """
    return [Token(*match.span()) for match in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def written(text: str) -> str:
    """`text` as a file shows it: without direction marks and other invisible characters, joiners kept."""
    return text if text.isalnum() else INVISIBLE.sub("", text)  # most words are, and none of those marks is


def visible(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` without the spaces and invisible characters at its edges; (start, start) if none is left.

    It ends where a token ends, if nothing follows in that token: a variation selector counts with the character that it
    belongs to, and is blank elsewhere, such as after a space.
    """
    if start < end and _is_seen(text[start]) and _is_seen(text[end - 1]):
        return start, end
    leading = _LEADING.match(text, start, end)
    first, last = leading.end() if leading else start, end
    while True:
        trailing = _TRAILING.match(text, first, last)
        last = trailing.start() if trailing else last
        if first == last or not _BLANK_MARK.match(text, last - 1):
            break
        word = word_start(text, last - 1, first)
        ends = [token.end for token in tokens(text, word, last)] or [word]
        if ends[-1] == last:
            break
        last = ends[-1]
    return (first, last) if first < last else (start, start)


def seen_from(text: str, start: int) -> int:
    """Where what is seen of `text[start:]` begins; its end where nothing is."""
    leading = _LEADING.match(text, start)
    return leading.end() if leading else start


def _is_seen(character: str) -> bool:
    """Whether a character is a letter or a digit that can be seen; many that are neither can be seen too."""
    return character.isalnum() and character not in _FILLERS


def is_punctuation(text: str, token: Token) -> bool:
    """Whether a token is a quotation mark, a bracket or another mark of punctuation."""
    return _PUNCTUATION.fullmatch(text, *token) is not None


def sentences(text: str, tokens: list[Token]) -> list[list[Token]]:
    """`tokens`, the tokens of a stretch of `text`, as its sentences (see `breaks`); none is empty."""
    if not tokens:
        return []
    found = breaks(text, tokens[0].start, tokens[-1].end)
    firsts = [bisect_left(tokens, offset, key=lambda token: token.start) for offset in found]
    return [tokens[first:last] for first, last in pairwise([0, *firsts, len(tokens)]) if first < last]


def breaks(text: str, start: int, end: int) -> list[int]:
    """Where one sentence of `text[start:end]` ends and another begins: offsets that no token has within it, in order.

    A sentence ends at a newline, and after . ! ؟ ? … with the closing quotes and brackets that follow, unless a
    comma, semicolon or colon comes next. Two dots end none: Arabic headlines have them for a dash. Nor does the dot
    after a word of one letter (م. د. ص. and ود.), which is an abbreviation's. Cut into tokens are only the words with
    a stop in them, and what follows: what reads a whole corpus has no time for more.
    """
    found: list[int] = []
    newline = text.find("\n", start, end)
    while newline >= 0:
        found += (*_stops(text, start, newline), newline)
        start = newline + 1
        newline = text.find("\n", start, end)
    return [*found, *_stops(text, start, end)]


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    """Where in a line a sentence begins after another."""
    closing: set[int] | None = None

    def goes_on(at: int) -> bool:
        """Whether the token at this offset belongs to the sentence that was stopped before it."""
        nonlocal closing
        if text[at] not in _QUOTES:
            return text[at] in _STOPS or text[at] in _OPENS
        if closing is None:  # found when the first is met, once a line
            closing = _closing_quotes(text, start, end)
        return at in closing

    reached = start
    for match in _STOP.finditer(text, start, end):
        first, last = match.span()
        if first < reached or last == end:
            continue
        if last > first + 1 and first - start >= _LETTERS_BEFORE:
            reached = last
            yield reached
            continue
        word = tokens(text, word_start(text, first, start), word_end(text, first, end))
        for at, (first, last) in enumerate(word):
            stops = text[first] in _STOPS and text[first:last] != _PAUSE and not abbreviates(text, word, at)
            if stops and first >= reached:
                reached = next((at for at in _starts(text, last, end) if not goes_on(at)), end)
                if reached < end and text[reached] not in _NO_START:
                    yield reached
        reached = max(reached, word[-1].end)


def _closing_quotes(text: str, start: int, end: int) -> set[int]:
    """The offsets of the quotation marks in a line that close what another one opens."""
    marks: list[Token] = []
    reached = start
    for match in _PAIR.finditer(text, start, end):
        if match.start() >= reached:
            reached = word_end(text, match.start(), end)
            word = tokens(text, word_start(text, match.start(), start), reached)
            marks += (token for token in word if text[token.start] in PAIRED)
    return {marks[at].start for at, partner in partners(text, marks).items() if partner < at}


def _starts(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets at which the tokens of `text[start:end]` begin, found one by one."""
    return (match.start() for match in _TOKEN.finditer(text, start, end))


def word_start(text: str, at: int, start: int = 0) -> int:
    """Where the word that `text[at]` is in begins: behind the last space or newline before it, not before `start`.

    No token holds a space, so the tokens of a text are those of its words, each cut by itself.
    """
    space = text.rfind(" ", start, at) + 1 or start
    return text.rfind("\n", space, at) + 1 or space


def word_end(text: str, at: int, end: int) -> int:
    """Where that word ends: at the first space or newline from `at` on, `end` if there is none before that."""
    space = text.find(" ", at, end)
    newline = text.find("\n", at, space if space >= 0 else end)
    return newline if newline >= 0 else space if space >= 0 else end


def abbreviates(text: str, tokens: list[Token], at: int) -> bool:
    """Whether token `at` is the dot that follows a word of one letter, or such a one after و, at once."""
    if not at or text[slice(*tokens[at])] != "." or tokens[at - 1].end != tokens[at].start:
        return False
    letters = [character for character in text[slice(*tokens[at - 1])] if character.isalpha()]
    return len(letters) == 1 or (len(letters) == 2 and letters[0] == "و")


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """A raw selection as the stretch that was meant: whole words, without space and punctuation at its edges.

    Of a pair of quotation marks or brackets it holds both or neither: a mark at an edge is left out unless its
    partner is within, and a partner that is missing is taken in. A selection of punctuation alone stays, one of
    space alone is (start, start).
    """
    if start >= end:
        return start, start
    # No token and no pair runs over a newline, so only the lines that the selection touches need be looked at.
    after = text.find("\n", end)
    line = tokens(text, text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after)
    first = bisect_right(line, start, key=lambda token: token.end)
    last = bisect_left(line, end, key=lambda token: token.start) - 1
    if first > last:
        return start, start
    if not all(is_punctuation(text, token) for token in line[first : last + 1]):
        first, last = _balance(text, line, first, last)
    return line[first].start, line[last].end


def _balance(text: str, line: list[Token], first: int, last: int) -> tuple[int, int]:
    """The tokens `first` to `last` without punctuation at the edges, and with both marks of each pair within."""
    pairs = partners(text, line)
    trimmed = None
    while trimmed != (first, last):
        trimmed = (first, last)
        if pairs.get(first) == last:
            first, last = first + 1, last - 1
        elif is_punctuation(text, line[first]) and not first < pairs.get(first, first) <= last:
            first += 1
        elif is_punctuation(text, line[last]) and not first <= pairs.get(last, last) < last:
            last -= 1
    widened = None
    while widened != (first, last):
        widened = (first, last)
        reached = [pairs[at] for at in range(first, last + 1) if at in pairs]
        first, last = min([first, *reached]), max([last, *reached])
    return first, last


def partners(text: str, tokens: list[Token]) -> dict[int, int]:
    """Which token each quotation mark or bracket among `tokens` belongs with, both ways; a pair stays in its line."""
    found: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    marks = [(at, token) for at, token in enumerate(tokens) if text[token.start] in PAIRED]
    for before, (at, token) in pairwise([(-1, Token(0, 0)), *marks]):
        if "\n" in text[before[1].end : token.start]:
            waiting.clear()
        mark = '"' if text[token.start] in _QUOTES else text[token.start]
        opener = _OPENS.get(mark, mark)
        matching = next((depth for depth in reversed(range(len(waiting))) if waiting[depth][0] == opener), None)
        if (mark in _OPENS or mark == '"') and matching is not None:
            found[at] = waiting[matching][1]
            found[found[at]] = at
            del waiting[matching:]
        elif mark == '"' or mark in _OPENS.values():
            waiting.append((mark, at))
    return found
