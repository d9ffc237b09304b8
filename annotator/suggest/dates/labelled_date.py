"""The value of a date that an annotator has labelled, whose edges need not be those that the rules give it."""

import re
from typing import Final, TypeAlias

from annotator.model.date_values import parse_date_value
from annotator.model.records import Article
from annotator.suggest.dates import DateSpan, find_dates_in, find_dates_in_phrase
from annotator.text.folding import fold

_MAX_LENGTH: Final = 120  # code points; no date is longer
_WORDS: Final = re.compile(r"\w+")
_PROCLITICS: Final = re.compile("[وف]?[بلك]?")
_BEFORE: Final = re.compile("[وف]?(?:[بل]?(?:يوم|شهر|سنة|عام|تاريخ)|في|من|منذ|خلال|برسم|الي|غاية|حتي|ما|بين)")  # folded
_AFTER: Final = "م"  # of the Christian era
_BEFORE_NUMBER: Final = re.compile(r"[وف]?[بلك]?ـ*(?=\d)")
"""A proclitic without which alone the rules read a number: ولـ2030."""
_PREPOSITION: Final = "في "
"""Some dates are recognised only after a preposition: في مارس."""

_Day: TypeAlias = tuple[int, int, int]


def read_labelled_date(article: Article, start: int, end: int) -> str | None:
    """Return the value of the date that `article.text[start:end]` is; None if the rules read none.

    A date that they find in the article counts if it differs at its edges alone, by marks, a proclitic, or words such
    as يوم and في. Else the range is read by itself, and must agree with all that they find: in 9 يوليوز 2023, the words
    9 يوليوز are no day of the year of publication. Lengths of time have no value (see `DateSpan`).
    """
    if end - start > _MAX_LENGTH:
        return None
    overlapping = find_dates_in(article.text, start, end, article.published)
    if len(overlapping) == 1 and _differs_at_edges_alone(article.text, overlapping[0], start, end):
        return _value_of(overlapping[0])
    value = _read_phrase(article.text[start:end], article.published)
    return value if value and all(_agree(value, date_span.value) for date_span in overlapping) else None


def _read_phrase(phrase: str, published: str | None) -> str | None:
    """Return the value of a date that is read without the words around it."""
    proclitic = _BEFORE_NUMBER.match(phrase)
    phrase = phrase[proclitic.end() :] if proclitic else phrase
    for before in ("", _PREPOSITION):
        date_spans = find_dates_in_phrase(before + phrase, published)
        if len(date_spans) == 1 and _differs_at_edges_alone(
            before + phrase, date_spans[0], len(before), len(before + phrase)
        ):
            return _value_of(date_spans[0])
    return None


def _value_of(date_span: DateSpan) -> str | None:
    return None if date_span.is_offset else date_span.value


def _differs_at_edges_alone(text: str, date_span: DateSpan, start: int, end: int) -> bool:
    """Return whether a date and a range have the same words, but for those that do not change the value."""
    first, second = sorted((start, date_span.start))
    last, after_last = sorted((end, date_span.end))
    if second >= last:
        return False
    words_before = _WORDS.findall(fold(text[first:second]))
    ends_in_word = words_before and text[second - 1].isalnum() and text[second].isalnum()
    if ends_in_word and not _PROCLITICS.fullmatch(words_before.pop()):
        return False
    words_after = _WORDS.findall(fold(text[last:after_last]))
    return all(map(_BEFORE.fullmatch, words_before)) and words_after in ([], [_AFTER])


def _agree(value: str, other: str | None) -> bool:
    """Return whether one of two values lies within the other."""
    if other is None:
        return False
    (first, last), (other_first, other_last) = _days_of(value), _days_of(other)
    return (first <= other_first and other_last <= last) or (other_first <= first and last <= other_last)


def _days_of(value: str) -> tuple[_Day, _Day]:
    """Return the first and last day of a value; months have 31 days."""
    moments = parse_date_value(value) or ()
    first, last = moments[0], moments[-1]
    return (first.year, first.month or 1, first.day or 1), (last.year, last.month or 12, last.day or 31)
