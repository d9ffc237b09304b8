"""Which of all that is suggested for an article still stands: what its annotator has not decided yet."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from annotator.model.records import BOILERPLATE, Rejection, Span, Suggestion, Zone
from annotator.text.intervals import Taken
from annotator.text.proclitics import form
from annotator.text.word_context import Context, context

SURE: Final = 0.99
"""The score from which a suggestion is accepted with all the others that are sure: of a hundred such one is wrong."""
CREDIBLE: Final = 0.6
"""The score from which a suggestion stands in the way of shorter, surer ones."""

_Place: TypeAlias = tuple[int, int, str]


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

    `sources` are what each suggester says; the surest is heard first, and of those that are as sure the first one's.
    `layer` is what the annotator has labelled. Nothing is suggested in boilerplate, and nothing that crosses a span, or
    another suggestion that was heard before, or stands on just the same stretch. One may lie within another of its own
    label only where its source says both; else the longer one stands, if it is CREDIBLE: a span is the longest stretch
    that it can be.
    """
    away = _taken((zone.start, zone.end, zone.kind) for zone in zones if zone.kind == BOILERPLATE)
    taken = _taken(map(_place, layer))
    heard: list[Suggestion] = []
    nested = [_nested(source) for source in sources]
    wide = _taken(_place(one) for source in sources for one in source if one.score >= CREDIBLE)
    ranked = [
        (one, inner)
        for source, inner in zip(sources, nested, strict=True)
        for one in source
        if _place(one) in inner
        or not any(_is_part(_place(one), other) for other in wide.overlapping(one.start, one.end))
    ]
    for one, inner in sorted(ranked, key=lambda pair: (-pair[0].score, pair[0].start, -pair[0].end)):
        place = _place(one)
        near = taken.overlapping(one.start, one.end)
        if not any(away.overlapping(one.start, one.end)) and not any(_clash(place, other, inner) for other in near):
            heard.append(one)
            taken.add(one.start, one.end, place)
    return tuple(sorted(heard, key=lambda one: (one.start, -one.end, one.label)))


def undecided(standing: Sequence[Suggestion], decided: Iterable[Span | Rejection]) -> tuple[Suggestion, ...]:
    """Those of the suggestions that stand which are in nobody's way after these decisions.

    Others may stand in their place now: those only `standing` finds.
    """
    decisions = {_place(one): isinstance(one, Span) for one in decided}
    starts = {start for start, _, _ in decisions}  # few, and compared in C
    left = tuple(one for one in standing if one.start not in starts or _place(one) not in decisions)
    if len(left) + len(decisions) == len(standing):
        return left  # all were suggested just so, and were in nobody's way before
    spans = [place for place, is_span in decisions.items() if is_span]
    first, last = min((start for start, _, _ in spans), default=0), max((end for _, end, _ in spans), default=0)
    # Most of perhaps a thousand are nowhere near, and a key waits for this.
    near = {one for one in left if one.start < last and first < one.end}
    gone = {one for one in near for span in spans if _overlap(_place(one), span) and _clash(_place(one), span, set())}
    return tuple(one for one in left if one not in gone) if gone else left


def _place(one: Span | Suggestion | Rejection) -> _Place:
    return one.start, one.end, one.label


def _taken(places: Iterable[_Place]) -> Taken[_Place]:
    taken = Taken[_Place]()
    for place in places:
        taken.add(place[0], place[1], place)
    return taken


def _nested(source: Sequence[Suggestion]) -> set[_Place]:
    """What a source says within another of its suggestions of the same label."""
    inner = set()
    reached: dict[str, int] = {}  # by those of a label that begin before
    for one in sorted(source, key=lambda one: (one.start, -one.end)):
        if one.end <= reached.get(one.label, 0):
            inner.add(_place(one))
        reached[one.label] = max(one.end, reached.get(one.label, 0))
    return inner


def _overlap(one: _Place, other: _Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _is_part(one: _Place, other: _Place) -> bool:
    """Whether one place lies within another, longer one of its label."""
    return one[2] == other[2] and one[:2] != other[:2] and other[0] <= one[0] and one[1] <= other[1]


def _clash(one: _Place, other: _Place, nested: set[_Place]) -> bool:
    """Whether only one of two places that overlap may stand."""
    if one[:2] == other[:2]:
        return True
    within = other[0] <= one[0] and one[1] <= other[1]
    around = one[0] <= other[0] and other[1] <= one[1]
    if not within and not around:
        return True
    return one[2] == other[2] and (one if within else other) not in nested
