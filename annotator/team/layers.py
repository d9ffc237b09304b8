"""An article as several annotators labelled it: what agreement is measured on.

A layer is a set: spans may nest, cross and share a range, and their order means nothing. Offsets are code points of the
article's text, `end` exclusive.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias

from msgspec import Struct

LabelledRange: TypeAlias = tuple[int, int, str]
"""The start, end and label of a span."""
Range: TypeAlias = tuple[int, int]


class Layer(Struct, frozen=True):
    """One annotator's spans in an article.

    `accepted` is how many of them are suggestions accepted unchanged, `done` the moment when the article was done (ISO
    8601 in UTC), None if it never was.
    """

    spans: frozenset[LabelledRange]
    accepted: int = 0
    done: str | None = None


class SharedArticle(Struct, frozen=True):
    """An article with the layers of two or more annotators, by name.

    `ranges` are the parts of its text that count, in order and apart; `id` is its number in the corpus.
    """

    uid: str
    id: int
    text: str
    ranges: Sequence[Range]
    layers: Mapping[str, Layer]


def list_touched(ranges: Sequence[Range], start: int, end: int) -> Sequence[Range]:
    """Return those of the sorted ranges that share a character with [start, end)."""
    first = bisect_right(ranges, start, key=itemgetter(1))
    return ranges[first : bisect_left(ranges, end, key=itemgetter(0))]


def flatten_outermost(spans: Iterable[LabelledRange]) -> list[LabelledRange]:
    """Return the longest spans of which no two overlap, by start.

    As in flat exports, a span goes whole if it overlaps a longer one; of two equally long ones the first in the text
    stays, of two of one range that whose label is first in the alphabet.
    """
    outermost: list[LabelledRange] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        index = bisect_left(outermost, span)
        is_free_before = index == 0 or outermost[index - 1][1] <= span[0]
        if is_free_before and (index == len(outermost) or span[1] <= outermost[index][0]):
            insort(outermost, span)
    return outermost
