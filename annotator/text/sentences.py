"""Split Arabic text into sentences."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

from annotator.text.punctuation import OPENING_BRACKETS, PAIRED_MARKS, QUOTES, match_pairs
from annotator.text.tokenizer import LETTER, Token, token_starts, tokenize, word_end, word_start

_STOPS: Final = ".…!؟?"
_LETTERS_BEFORE: Final = 3  # in a word that cannot be an abbreviation
# Any stop; with the space up to the next word where it certainly ends a sentence, and the others need a closer look.
_STOP: Final = re.compile(rf"[{_STOPS}](?:(?<=[ء-غف-ي]{{{_LETTERS_BEFORE}}}.) +(?=[ء-غف-ي]))?")
_SPACE_BEFORE_LETTER: Final = re.compile(" +(?=[ء-غف-ي])")
_PAIR: Final = regex.compile(f"[{regex.escape(''.join(sorted(PAIRED_MARKS)))}]")
_MAX_CACHED_LENGTH: Final = 64  # code points of a word that may come again
_PAUSE: Final = ".."  # Arabic headlines use it like a dash
_NO_START: Final = "،؛,;:"
_LATIN: Final = regex.compile(rf"\p{{Nd}}*{LETTER}", regex.V1)
_AND: Final = "و"  # written apart by mistake, it begins a sentence as often as any word
_TOP_DOMAINS: Final = frozenset({"كوم", "نت", "أورغ", "أورج", "إنفو", "أنفو", "انفو"})
_ABBREVIATION: Final = re.compile("(?i:(?<![a-z])(?:co|corp|dr|inc|jr|ltd|mr|mrs|ms|no|prof|sr|st|vs))$")
# Latin letters as Arabic spells them in names: إم. بي. سي. Those in the second line are words of Arabic, too.
_LATIN_LETTERS: Final = "إيه?|اي|بي|سي|دي|إف|جيه?|إتش|آي|كيو?|كيه|إل|إم|آر|إس|تي|يو|دبليو|إكس|واي"
_LATIN_LETTERS_OR_WORDS: Final = rf"{_LATIN_LETTERS}|إن|أو|في"
_SPELLED_WORD: Final = re.compile(rf"(?<!\w)[وفبلك]?(?:{_LATIN_LETTERS_OR_WORDS})$")
_SPELLED_NEXT: Final = re.compile(rf"(?:{_LATIN_LETTERS})(?!\w)")
_SPELLED_JOINED: Final = re.compile(_LATIN_LETTERS_OR_WORDS)
_SPACED_DATE: Final = re.compile(r"(?<!\d)\d{1,2}\. ?\d{1,2}\. ?(?:\d{4}|\d{2})(?!\d)")
_MAX_DATE_LENGTH: Final = 12


def split_sentences(text: str, tokens: list[Token]) -> list[list[Token]]:
    """Group `tokens`, those of a range of `text`, into non-empty sentences."""
    if not tokens:
        return []
    breaks = sentence_breaks(text, tokens[0].start, tokens[-1].end)
    starts = [bisect_left(tokens, offset, key=lambda token: token.start) for offset in breaks]
    return [tokens[first:last] for first, last in pairwise([0, *starts, len(tokens)]) if first < last]


def sentence_breaks(text: str, start: int, end: int) -> list[int]:
    """Return the offsets in `text[start:end]` between two sentences, in order and within no token.

    A sentence ends at a newline, and after . ! ؟ ? … with the closing quotes and brackets that follow, unless a comma,
    semicolon or colon is next. Two dots end none, being a dash in Arabic headlines. Nor does a dot within a name: after
    a word of one letter (م. د. ص. and ود.) or a Latin abbreviation (Dr. Oetker), between Latin letters that Arabic
    spells (إم. بي. سي), within a dotted date (12. 5. 2024), directly before a Latin word (SNRT.News) or an initial
    (محمد.ف). For speed, only words with a stop and what follows are tokenized.
    """
    breaks: list[int] = []
    newline = text.find("\n", start, end)
    while newline >= 0:
        breaks += (*_line_breaks(text, start, newline), newline)
        start = newline + 1
        newline = text.find("\n", start, end)
    return [*breaks, *_line_breaks(text, start, end)]


def _line_breaks(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets between sentences of a line."""
    closing_quotes: set[int] | None = None

    def continues_sentence(offset: int) -> bool:
        """Return whether the token at this offset belongs to the stopped sentence."""
        nonlocal closing_quotes
        if text[offset] not in QUOTES:
            return text[offset] in _STOPS or text[offset] in OPENING_BRACKETS
        if closing_quotes is None:  # once per line with a quotation mark
            closing_quotes = _closing_quotes(text, start, end)
        return offset in closing_quotes

    position = start
    for match in _STOP.finditer(text, start, end):
        first, last = match.span()
        if first < position or last == end:
            continue
        if last > first + 1 and first - start >= _LETTERS_BEFORE:
            position = last
            yield position
            continue
        word_offset, word_limit = word_start(text, first, start), word_end(text, first, end)
        for stop in _find_stops(text[word_offset:word_limit]):
            first, last = word_offset + stop.start, word_offset + stop.end
            if first >= position:
                if space := _SPACE_BEFORE_LETTER.match(text, last, end):
                    position = space.end()
                else:
                    position = next(
                        (offset for offset in token_starts(text, last, end) if not continues_sentence(offset)), end
                    )
                if (
                    position < end
                    and text[position] not in _NO_START
                    and not _continues_name(text, Token(first, last), position, start, end)
                ):
                    yield position
        position = max(position, word_limit)


def _find_stops(word: str) -> tuple[Token, ...]:
    """Return the tokens of a text without spaces that may end a sentence."""
    return _find_stops_cached(word) if len(word) <= _MAX_CACHED_LENGTH else _find_stops_cached.__wrapped__(word)


@lru_cache(maxsize=1 << 12)
def _find_stops_cached(word: str) -> tuple[Token, ...]:
    tokens = tokenize(word)
    return tuple(
        token
        for index, token in enumerate(tokens)
        if word[token.start] in _STOPS
        and word[slice(*token)] != _PAUSE
        and not is_abbreviation_dot(word, tokens, index)
        and not _joins_words(word, tokens, index)
    )


def _closing_quotes(text: str, start: int, end: int) -> set[int]:
    """Return the offsets of a line's closing quotation marks."""
    marks: list[Token] = []
    position = start
    for match in _PAIR.finditer(text, start, end):
        if match.start() >= position:
            position = word_end(text, match.start(), end)
            word = tokenize(text, word_start(text, match.start(), start), position)
            marks += (token for token in word if text[token.start] in PAIRED_MARKS)
    return {marks[index].start for index, partner in match_pairs(text, marks).items() if partner < index}


def is_abbreviation_dot(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Return whether token `index` is a dot directly after a word of one letter, possibly with a و before it."""
    if not index or text[slice(*tokens[index])] != "." or tokens[index - 1].end != tokens[index].start:
        return False
    letters = [character for character in text[slice(*tokens[index - 1])] if character.isalpha()]
    return len(letters) == 1 or (len(letters) == 2 and letters[0] == "و")


def _joins_words(text: str, tokens: list[Token], index: int) -> bool:
    """Return whether token `index` is a dot in a name without spaces: SNRT.News, .ma, Web2.0, هسبريس.كوم, محمد.ف."""
    stop = tokens[index]
    if text[slice(*stop)] != "." or index + 1 == len(tokens) or tokens[index + 1].start != stop.end:
        return False
    following = text[slice(*tokens[index + 1])]
    if _LATIN.match(following):
        return True
    if not index or tokens[index - 1].end != stop.start:
        return False
    if _SPELLED_JOINED.fullmatch(following) and _SPELLED_WORD.search(text, tokens[index - 1].start, stop.start):
        return True
    if following[0].isdecimal():
        return _LATIN.match(text, tokens[index - 1].start) is not None
    letters = [character for character in following if character.isalpha()]
    return following in _TOP_DOMAINS or (len(letters) == 1 and letters[0] != _AND and text[stop.start - 1].isalpha())


def _continues_name(text: str, stop: Token, following: int, start: int, end: int) -> bool:
    """Return whether a name goes on at `following`, behind a dot and a space: Dr. Oetker, 12. 5. 2024.

    `start` and `end` are the line's.
    """
    dot = stop.start
    if text[slice(*stop)] != "." or not text[stop.end : following].isspace():
        return False
    if text[following].isdecimal():
        first = max(dot - _MAX_DATE_LENGTH, start)
        around = text[first : min(dot + _MAX_DATE_LENGTH, end)]
        return any(date.start() <= dot - first < date.end() for date in _SPACED_DATE.finditer(around))
    first = word_start(text, dot, start)
    if _SPELLED_NEXT.match(text, following):
        return _SPELLED_WORD.search(text, first, dot) is not None
    return _LATIN.match(text, following) is not None and _ABBREVIATION.search(text, first, dot) is not None
