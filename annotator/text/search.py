"""Find a span's words or a search query, in folded spelling behind proclitics; cut excerpts."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from annotator.text.folding import FoldedText, fold, fold_with_offsets
from annotator.text.offsets import line_range
from annotator.text.proclitics import (
    CONJUNCTIONS,
    DEFINITE_ARTICLE,
    FUTURE_PREFIX,
    LAM_PREFIXES,
    PREPOSITIONS,
    TokenLookup,
    has_own_lam,
)

# Prefixes of a noun; a search also skips the article, and the future prefix of a verb.
_NOUN_PREFIXES: Final = frozenset(
    ["", *CONJUNCTIONS, *PREPOSITIONS, *(first + second for first in CONJUNCTIONS for second in PREPOSITIONS)]
)
_ARTICLE_PREFIXES: Final = frozenset(
    [lead + DEFINITE_ARTICLE for lead in _NOUN_PREFIXES if not lead.endswith(DEFINITE_ARTICLE[1])]
    + [lead + DEFINITE_ARTICLE[1] for lead in LAM_PREFIXES]
)
_VERB_PREFIXES: Final = frozenset(lead + FUTURE_PREFIX for lead in ("", *CONJUNCTIONS))
_LAM_PREFIXES: Final = frozenset(LAM_PREFIXES)
_QUERY_PREFIXES: Final = _NOUN_PREFIXES | _VERB_PREFIXES | _ARTICLE_PREFIXES
_PREFIX_LETTERS: Final = re.compile(
    f"[{''.join(sorted(set(''.join(_QUERY_PREFIXES))))}]{{0,{max(map(len, _QUERY_PREFIXES))}}}"
)
_SHORT: Final = 3  # letters: behind a proclitic, such a word is as likely as not another one
_MAX_PREFIX_LENGTH: Final = 32  # characters of two proclitics at most, with marks and tatweels
_ARABIC: Final = "\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff"  # letters, once digits are folded
_SCRIPT_CHANGES: Final = [(r"\d", r"[^\W\d_]"), (rf"[{_ARABIC}]", rf"[^\W\d_{_ARABIC}]")]  # never in one word

WORD_BOUNDARY: Final = re.compile("|".join(f"(?<={a})(?={b})|(?<={b})(?={a})" for a, b in _SCRIPT_CHANGES))
"""Matches between words in a folded run of letters and digits.

A word is a run of digits, Arabic letters or other letters, so سنة2024 is two.
"""

ARABIC_LETTERS: Final = re.compile(f"[{_ARABIC}]+")
"""Matches a folded run without such a boundary; if it is all letters, it is a word."""

MAX_SHORT_PREFIX: Final = 3
"""Letters of a word's longest `short_prefixes`."""


MAX_QUERY_LENGTH: Final = 1000
"""Code points of a query. In a text that repeats it, finding takes time in proportion to both lengths."""


class Hit(NamedTuple):
    """An occurrence, without proclitics; `is_sure` is false for possible other words."""

    start: int
    end: int
    is_sure: bool


_Range = TypeVar("_Range", Hit, tuple[int, int])


class _Needle(NamedTuple):
    """A folded text to find, and its first word's possible prefixes."""

    text: str
    leads: frozenset[str]


def find_occurrences(text: str, form: str, *, taa: bool = False) -> list[Hit]:
    """Return where the words of `form` occur in `text` as complete words, in order and without overlaps.

    Spelling is folded (ة and ه with `taa`), white space is any but a newline, and up to two proclitics (not the س of
    verbs) may precede, the ل also as in للأمم for الأمم. Otherwise a hit is complete tokens. Not sure are hits of one
    word with at most three letters behind a proclitic (جدة in وجدة), and لجنة in للجنة.
    """
    folded_form = fold(form, taa=taa).strip()
    if not folded_form:
        return []
    needles = [_Needle(folded_form, _NOUN_PREFIXES)]
    if len(folded_form.partition(" ")[0]) > _SHORT:
        needles += _lam_needles(folded_form)
    folded, lookup = fold_with_offsets(text, taa=taa), TokenLookup(text)
    hits: list[Hit] = []
    for needle in needles:
        for index in _find_all(folded.text, needle.text):
            stop = index + len(needle.text)
            start, end = folded.source_range(index, stop)
            first, last = lookup.token_at(start), lookup.token_at(folded.source_range(stop - 1, stop - 1)[0])
            if first is None or last is None or "\n" in text[start : last.start]:
                continue
            lead = fold(text[max(first.start, start - _MAX_PREFIX_LENGTH) : start])
            if (
                lead not in needle.leads
                or start - first.start > _MAX_PREFIX_LENGTH
                or any(map(fold, text[end : last.end]))
            ):
                continue
            if fold(text[start:end], taa=taa) == needle.text:  # else it would cut a ligature
                is_sure = not lead or _is_sure(needle.text, folded_form, lead)
                hits.append(Hit(start if lead else first.start, last.end, is_sure))
    return _drop_overlaps(hits)


def find_query(text: str, query: str, *, taa: bool = True) -> list[tuple[int, int]]:
    """Return the ranges in `text` where `query`, as far as typed, occurs, in order and without overlaps.

    A hit starts at a word (see WORD_BOUNDARY) or behind its proclitics and article, and may end within one. A query
    that starts with neither letter nor digit is found anywhere, a blank one nowhere.
    """
    folded_query = fold(query, taa=taa).strip()
    if not folded_query:
        return []
    folded, matches_anywhere = _fold_cached(text, taa), not folded_query[0].isalnum()
    hits: list[tuple[int, int]] = []
    for needle in _query_needles(folded_query):
        match_lead = _leads_pattern(needle.leads).match
        hits += (
            folded.source_range(index, index + len(needle.text))
            for index in _find_all(folded.text, needle.text)
            if matches_anywhere or match_lead(folded.text, index)
        )
    return _drop_overlaps(hits)


def expand_query(word: str) -> list[str]:
    """Return prefixes of the words in which `find_query` finds `word`: folded, ة as ه, `word` itself first.

    For an index of words (see WORD_BOUNDARY): a hit's first word has one of them. Empty if `word` is no word.
    """
    folded_word = fold(word, taa=True).strip()
    if not folded_word or not folded_word[0].isalnum():
        return []
    prefixes = [lead + needle.text for needle in _query_needles(folded_word) for lead in sorted(needle.leads)]
    return list(dict.fromkeys(prefixes))


def short_prefixes(word: str) -> frozenset[str]:
    """Return the queries of up to MAX_SHORT_PREFIX letters that `find_query` finds at a word; all are folded.

    With them an index need not try all of `expand_query` for queries found nearly everywhere.
    """
    run = _PREFIX_LETTERS.match(word)
    starts = _leads(run[0]) if run else ()
    prefixes = {word[index : index + length] for index in starts for length in range(1, MAX_SHORT_PREFIX + 1)}
    for index in (1, 2):
        if word[:index] in _LAM_PREFIXES and word[index : index + 1] == DEFINITE_ARTICLE[1]:  # see _lam_needles
            prefixes.update(
                [
                    DEFINITE_ARTICLE,
                    DEFINITE_ARTICLE[0] + word[index : index + MAX_SHORT_PREFIX - 1],
                    DEFINITE_ARTICLE + DEFINITE_ARTICLE[1],
                ]
            )
    return frozenset(prefixes - {""})


@lru_cache
def _leads(run: str) -> tuple[int, ...]:
    """Return the offsets at which a word with these first letters may start unprefixed."""
    return tuple(index for index in range(len(run) + 1) if run[:index] in _QUERY_PREFIXES)


@lru_cache(maxsize=1)
def _fold_cached(text: str, taa: bool) -> FoldedText:
    """Fold the searched text; the last one is cached between key presses."""
    return fold_with_offsets(text, taa=taa)


def _query_needles(folded_query: str) -> list[_Needle]:
    return [_Needle(folded_query, _QUERY_PREFIXES), *_lam_needles(folded_query)]


def _lam_needles(folded_form: str) -> list[_Needle]:
    """Return the rest of `folded_form` behind a ل that has dropped its article's alef.

    ل + الأمم is للأمم; of the three lams of ل + اللجنة two are written.
    """
    needles = []
    if folded_form.startswith(DEFINITE_ARTICLE) and not has_own_lam(folded_form[1:]):
        needles.append(_Needle(folded_form[1:], _LAM_PREFIXES))
    if folded_form.startswith(DEFINITE_ARTICLE + DEFINITE_ARTICLE[1]):
        needles.append(_Needle(folded_form[2:], _LAM_PREFIXES))
    return needles


def _is_sure(part: str, form: str, lead: str) -> bool:
    """Return whether `part`, written for `form` behind `lead`, can hardly be another word."""
    may_be_article = part == form and form.startswith(DEFINITE_ARTICLE[1]) and lead.endswith(DEFINITE_ARTICLE[1])
    return " " in form or (len(form) > _SHORT and not may_be_article)


@lru_cache(maxsize=2)
def _leads_pattern(leads: frozenset[str]) -> re.Pattern[str]:
    """Compile an empty match after one of `leads` at the same word's start."""
    word_start = f"(?:(?<![^\\W_])|{WORD_BOUNDARY.pattern})"
    by_length = [f"(?<={word_start}(?:{'|'.join(group)}))" for _, group in groupby(sorted(leads, key=len), key=len)]
    return re.compile("|".join(by_length))


def _find_all(text: str, part: str) -> Iterator[int]:
    """Yield the offset of each, also overlapping, occurrence of `part`."""
    index = text.find(part)
    while index >= 0:
        yield index
        index = text.find(part, index + 1)


def _drop_overlaps(hits: list[_Range]) -> list[_Range]:
    """Return `hits` in order, without those overlapping an earlier one."""
    separate: list[_Range] = []
    for hit in sorted(hits):
        if not separate or separate[-1][1] <= hit[0]:
            separate.append(hit)
    return separate


_MAX_BEFORE: Final = 18  # code points
_MAX_AFTER: Final = 60
_ELLIPSIS: Final = "…"


class Snippet(NamedTuple):
    """A one-line excerpt; `start` to `end` is the requested range."""

    text: str
    start: int
    end: int


def make_snippet(text: str, start: int, end: int) -> Snippet:
    """Return `text[start:end]` with nearby words of its line, and `…` for omitted ones."""
    line_start, line_end = line_range(text, start, end)
    excerpt_start, excerpt_end = max(line_start, start - _MAX_BEFORE), min(line_end, end + _MAX_AFTER)
    if excerpt_start > line_start:
        space = text.find(" ", excerpt_start, start)
        excerpt_start = space + 1 if space >= 0 else start
    if excerpt_end < line_end:
        space = text.rfind(" ", end, excerpt_end)
        excerpt_end = space if space >= 0 else end
    head = _ELLIPSIS if text[line_start:excerpt_start].strip() else ""
    tail = _ELLIPSIS if text[excerpt_end:line_end].strip() else ""
    shift = len(head) - excerpt_start
    excerpt = text[excerpt_start:excerpt_end].replace("\n", " ")  # the range may cross lines
    return Snippet(head + excerpt + tail, start + shift, end + shift)
