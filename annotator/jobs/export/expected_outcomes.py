"""What should become of each span in an export: a second implementation, which shares nothing with the first.

`core.projection` decides what is written, and says so in the report; this module only judges it. It knows the corpus,
the options and the tokenizer, and is as simple as it can be: one rule after the other, in the words of docs/export.md.
Offsets are code points of the article's text, end exclusive.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone
from annotator.tagging.flat import (
    CUT,
    FLATTENED,
    INNERMOST,
    OUTSIDE_ZONES,
    REFUSE,
    REFUSED,
    SPLIT,
    WIDENED,
    WRITTEN,
    Options,
    Stretch,
)
from annotator.text import tokenizer, visible
from annotator.text.tokenizer import Token

_RUN: Final = re.compile(r"[^ \n]+")  # no token goes on over a space
_ONE_MORE: Final = bytes([1, 2, *[2] * 254])  # how many spans cover a character: none, one, several


class Expected(NamedTuple):
    """What should become of a span: its outcome, where the file holds it (None: nowhere), and where it would be held
    if it were alone."""

    outcome: str
    stretch: Stretch | None
    alone: Stretch | None


def as_written(spans: Iterable[Span]) -> dict[str, Expected]:
    """Expect every span exactly as it is in the corpus; by their uids."""
    stretches = {span.uid: Stretch(span.start, span.end) for span in spans}
    return {uid: Expected(WRITTEN, stretch, stretch) for uid, stretch in stretches.items()}


def exported_parts(article: Article, zones: Iterable[Zone], kinds: frozenset[str] | None) -> list[Stretch]:
    """Return the parts of the text that are exported, in order: the zones of these kinds, or, for None, everything, cut
    where a zone begins or ends."""
    if kinds is not None:
        return [
            Stretch(zone.start, zone.end) for zone in sorted(zones, key=lambda zone: zone.start) if zone.kind in kinds
        ]
    cuts = {0, len(article.text)}
    for zone in zones:
        cuts |= {zone.start, zone.end}
    return [Stretch(*part) for part in pairwise(sorted(cuts))]


def expect_outcomes(
    article: Article,
    zones: Iterable[Zone],
    spans: Sequence[Span],
    options: Options,
    labels: LabelSet,
    overlap_group: Callable[[Span], str | None],
) -> dict[str, Expected]:
    """Return what should become of each span, by its uid.

    Of overlapping spans with the same `overlap_group` only one is kept, by `options.flatten`; those of group None may
    overlap whatever they like.
    """
    placing = _Placing(article.text, exported_parts(article, zones, options.zones), options.boundary)
    outcomes = {span.uid: placing.place(span) for span in spans}
    ranks = {label.name: rank for rank, label in enumerate(labels.labels)}
    groups: dict[str, list[Span]] = {}
    for span in spans:
        group = overlap_group(span)
        if group is not None and outcomes[span.uid].stretch:
            groups.setdefault(group, []).append(span)
    for group_spans in groups.values():
        lost = _lost(len(article.text), group_spans, outcomes, options.flatten, ranks)
        outcome = REFUSED if options.flatten == REFUSE else FLATTENED
        outcomes.update({uid: Expected(outcome, None, outcomes[uid].alone) for uid in lost})
    return outcomes


class _Placing:
    """Places the spans of one article, each as if it were alone."""

    def __init__(self, text: str, parts: list[Stretch], boundary: str) -> None:
        self._text, self._parts, self._boundary = text, parts, boundary
        self._runs: list[tuple[int, int]] = []
        self._tokens: dict[tuple[int, int], list[Token]] = {}

    def place(self, span: Span) -> Expected:
        given = Stretch(span.start, span.end)
        seen = Stretch(*visible.visible(self._text, *given))
        is_empty = seen.start == seen.end
        parts = self._touched_parts(given if is_empty else seen)
        if not parts:
            return Expected(OUTSIDE_ZONES, None, None)
        if is_empty or seen.start < parts[0].start or seen.end > parts[0].end:
            return Expected(REFUSED, None, None)
        if given == seen and self._stands_apart(parts[0], seen):
            return Expected(WRITTEN, seen, seen)
        first = self._token_at(parts[0], seen.start)
        last = self._token_at(parts[0], seen.end - 1)
        rest = visible.visible(self._text, min(seen.end, last.end), last.end)
        if rest[0] == rest[1]:  # nothing of the token could be seen behind the span
            seen = Stretch(seen.start, last.end)
        else:  # invisible marks in front of what follows are not the span's
            seen = Stretch(*visible.visible(self._text, seen.start, rest[0]))
        cuts_token = seen.start > first.start or seen.end < last.end
        if cuts_token and self._boundary == REFUSE:
            return Expected(REFUSED, None, None)
        if cuts_token and self._boundary != SPLIT:
            whole = Stretch(first.start, last.end)
            return Expected(WIDENED, whole, whole)
        outcome = CUT if cuts_token else WRITTEN if seen == given else WIDENED
        return Expected(outcome, seen, seen)

    def _touched_parts(self, stretch: Stretch) -> list[Stretch]:
        first = bisect_right(self._parts, stretch.start, key=lambda part: part.end)
        stop = bisect_left(self._parts, stretch.end, key=lambda part: part.start)
        return self._parts[first:stop]

    def _stands_apart(self, part: Stretch, stretch: Stretch) -> bool:
        """Return whether there is a space, or the edge of the part, on both sides of a stretch, as with most spans: no
        token can then be cut."""
        is_start = stretch.start == part.start or self._text[stretch.start - 1] in " \n"
        return is_start and (stretch.end == part.end or self._text[stretch.end] in " \n")

    def _token_at(self, part: Stretch, offset: int) -> Token:
        """Return the token of the part that has the character at `offset`."""
        if not self._runs:
            self._runs = [match.span() for match in _RUN.finditer(self._text)]
        start, end = self._runs[bisect_right(self._runs, offset, key=lambda run: run[0]) - 1]
        run = max(start, part.start), min(end, part.end)
        if run not in self._tokens:
            self._tokens[run] = tokenizer.tokens(self._text, *run)
        tokens = self._tokens[run]
        return tokens[max(0, bisect_right(tokens, offset, key=lambda token: token.start) - 1)]


def _lost(
    length: int, spans: list[Span], outcomes: Mapping[str, Expected], flatten: str, ranks: Mapping[str, int]
) -> list[str]:
    """Return the uids of the spans that others keep out of a file with room for one span a word."""
    placed = [(span, stretch) for span in spans if (stretch := outcomes[span.uid].stretch)]
    covered = bytearray(length)  # for each character, how many spans cover it: 0, 1 or more
    if flatten == REFUSE:
        for _span, (start, end) in placed:
            covered[start:end] = covered[start:end].translate(_ONE_MORE)
        return [span.uid for span, (start, end) in placed if covered.find(2, start, end) >= 0]
    sign = 1 if flatten == INNERMOST else -1
    placed.sort(
        key=lambda entry: (
            sign * (entry[1].end - entry[1].start),
            entry[1].start,
            ranks.get(entry[0].label, len(ranks)),
            entry[0].uid,
        )
    )
    lost = []
    for span, (start, end) in placed:
        if covered.find(1, start, end) >= 0:
            lost.append(span.uid)
        else:
            covered[start:end] = b"\1" * (end - start)
    return lost
