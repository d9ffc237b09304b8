"""Which of all that is suggested for an article still stands: what its annotator has not decided yet."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Final

from msgspec.structs import replace

from annotator.core.context import Context, context
from annotator.core.model import BOILERPLATE, Rejection, Span, Suggestion, Zone
from annotator.core.proclitics import form

SURE: Final = 0.9
"""The score from which a suggestion is accepted with all the others that are sure."""


class Rejected:
    """The contexts in which an annotator has rejected suggestions, here or elsewhere."""

    def __init__(self, contexts: Iterable[tuple[Context, str]] = ()) -> None:
        self._known: Counter[tuple[Context, str]] = Counter(contexts)
        self._words: Counter[tuple[str, str]] = Counter()
        for (where, label), count in self._known.items():
            self._words[where.words, label] += count

    def learn(self, text: str, rejection: Rejection, times: int = 1) -> None:
        """Know this rejection in an article of this text; with -1 know it no longer."""
        where = context(text, rejection.start, rejection.end)
        self._known[where, rejection.label] += times
        self._words[where.words, rejection.label] += times

    def holds(self, text: str, suggestion: Suggestion) -> bool:
        """Whether such a suggestion was rejected in such a place."""
        if not self._words:
            return False
        start, end, label = suggestion.start, suggestion.end, suggestion.label
        # Most words were never rejected, and to know those beside them takes longer.
        return self._words[form(text, start, end), label] > 0 and self._known[context(text, start, end), label] > 0


def standing(
    sources: Sequence[Sequence[Suggestion]], layer: Sequence[Span], zones: Iterable[Zone] = ()
) -> tuple[Suggestion, ...]:
    """The suggestions that are neither decided nor in the way of a better one, by start, the longer first.

    `sources` are what each suggester says, the one that is to be heard first in front; `layer` is what the annotator
    has labelled. Nothing is suggested in boilerplate, and nothing that crosses a span, or another suggestion that was
    heard before, or stands on just the same stretch. One may lie within another of its own label only where its source
    says both. Where two sources say the same, the first one is named and the higher score counts.
    """
    away = [(zone.start, zone.end) for zone in zones if zone.kind == BOILERPLATE]
    decided = _Decided(layer)
    taken: list[tuple[int, int, str]] = []  # by start
    longest = max((one.end - one.start for source in sources for one in source), default=0)
    heard: dict[tuple[int, int, str], Suggestion] = {}
    for source in sources:
        nested = _nested(source)
        for one in sorted(source, key=lambda one: (-one.score, one.start, -one.end)):
            place = (one.start, one.end, one.label)
            if same := heard.get(place):
                heard[place] = replace(same, score=max(same.score, one.score))
            elif not any(start < one.end and one.start < end for start, end in away) and not any(
                _clash(place, other, nested)
                for other in (
                    *decided.touching(one.start, one.end),
                    *taken[bisect_left(taken, (one.start - longest,)) : bisect_left(taken, (one.end,))],
                )
            ):
                heard[place] = one
                insort(taken, place)
    return tuple(sorted(heard.values(), key=lambda one: (one.start, -one.end, one.label)))


def undecided(standing: Sequence[Suggestion], decided: Iterable[Span | Rejection]) -> tuple[Suggestion, ...]:
    """Those of the suggestions that stand which are in nobody's way after these decisions.

    Others may stand in their place now: those only `standing` finds.
    """
    places = {(one.start, one.end, one.label): isinstance(one, Span) for one in decided}
    left = [one for one in standing if (one.start, one.end, one.label) not in places]
    if len(left) + len(places) == len(standing):  # they were suggested just so, and so are in nobody's way
        return tuple(left)
    spans = [place for place, is_span in places.items() if is_span]
    return tuple(one for one in left if not any(_clash((one.start, one.end, one.label), span, set()) for span in spans))


def _nested(source: Sequence[Suggestion]) -> set[tuple[int, int, str]]:
    """What a source says within another of its suggestions of the same label."""
    inner = set()
    reached: dict[str, int] = {}  # how far those before go, by label
    for one in sorted(source, key=lambda one: (one.start, -one.end)):
        if one.end <= reached.get(one.label, -1):
            inner.add((one.start, one.end, one.label))
        reached[one.label] = max(one.end, reached.get(one.label, -1))
    return inner


class _Decided:
    """The places of the spans of a layer, of which there may be a thousand, and a key waits for them."""

    def __init__(self, layer: Sequence[Span]) -> None:
        self._spans = sorted(layer, key=attrgetter("start"))
        self._starts = list(map(attrgetter("start"), self._spans))
        self._reached = list(accumulate(map(attrgetter("end"), self._spans), max))

    def touching(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Those that share letters with this stretch, and perhaps a few more."""
        for span in self._spans[bisect_right(self._reached, start) : bisect_left(self._starts, end)]:
            yield span.start, span.end, span.label


def _clash(one: tuple[int, int, str], other: tuple[int, int, str], nested: set[tuple[int, int, str]]) -> bool:
    if one[1] <= other[0] or other[1] <= one[0]:
        return False
    if one[:2] == other[:2]:
        return True
    within = other[0] <= one[0] and one[1] <= other[1]
    around = one[0] <= other[0] and other[1] <= one[1]
    if not within and not around:
        return True
    return one[2] == other[2] and (one if within else other) not in nested
