"""The expected outcome of each span in an export: a second, independent implementation.

`tagging.flat` decides what is written; this module only judges it. From corpus, options and tokenizer, it applies the
rules of docs/export.md one by one. Offsets are code points of the article's text, end exclusive.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

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
    ProjectionOptions,
    TextRange,
)
from annotator.text import tokenizer, visible
from annotator.text.tokenizer import LONE_MARKS, Token

_AFTER: Final = f" \n{LONE_MARKS}"
_INCREMENT: Final = bytes([1, 2, *[2] * 254])  # spans that cover a character: none, one, several


class ExpectedOutcome(Struct, frozen=True, gc=False):
    """The expected outcome of a span.

    `text_range` is its range in the file (None: absent), `range_alone` the one without other spans.
    """

    kind: str
    text_range: TextRange | None
    range_alone: TextRange | None


def expect_unchanged(spans: Iterable[Span]) -> dict[str, ExpectedOutcome]:
    """Expect each span as in the corpus; return outcomes by uid."""
    ranges = {span.uid: TextRange(span.start, span.end) for span in spans}
    return {uid: ExpectedOutcome(WRITTEN, text_range, text_range) for uid, text_range in ranges.items()}


def exported_parts(article: Article, zones: Iterable[Zone], kinds: frozenset[str] | None) -> list[TextRange]:
    """Return the exported parts of the text, in order.

    They are the zones of these kinds or, for None, the whole text, cut at zone edges.
    """
    if kinds is not None:
        return [
            TextRange(zone.start, zone.end) for zone in sorted(zones, key=lambda zone: zone.start) if zone.kind in kinds
        ]
    cuts = {0, len(article.text)}
    for zone in zones:
        cuts |= {zone.start, zone.end}
    return [TextRange(*part) for part in pairwise(sorted(cuts))]


def expect_outcomes(
    article: Article,
    zones: Iterable[Zone],
    spans: Sequence[Span],
    options: ProjectionOptions,
    labels: LabelSet,
    overlap_group: Callable[[Span], str | None],
) -> dict[str, ExpectedOutcome]:
    """Return each span's expected outcome, by uid.

    `options.flatten` decides among overlapping spans of one `overlap_group`; spans of group None may overlap any.
    """
    placer = _SpanPlacer(article.text, exported_parts(article, zones, options.zones), options.boundary)
    outcomes = {span.uid: placer.place(span) for span in spans}
    ranks = {label.name: rank for rank, label in enumerate(labels.labels)}
    groups: dict[str, list[Span]] = {}
    for span in spans:
        group = overlap_group(span)
        if group is not None and outcomes[span.uid].text_range:
            groups.setdefault(group, []).append(span)
    for group_spans in groups.values():
        displaced = _find_displaced(len(article.text), group_spans, outcomes, options.flatten, ranks)
        kind = REFUSED if options.flatten == REFUSE else FLATTENED
        outcomes.update({uid: ExpectedOutcome(kind, None, outcomes[uid].range_alone) for uid in displaced})
    return outcomes


class _SpanPlacer:
    """Determines each span's outcome as if it were alone."""

    def __init__(self, text: str, parts: list[TextRange], boundary: str) -> None:
        self._text, self._parts, self._boundary = text, parts, boundary
        self._starts, self._ends = [part.start for part in parts], [part.end for part in parts]
        self._tokens: dict[tuple[int, int], list[Token]] = {}

    def place(self, span: Span) -> ExpectedOutcome:
        start, end = visible.trim_invisible(self._text, span.start, span.end)
        is_empty = start == end
        first_part = bisect_right(self._ends, span.start if is_empty else start)
        part_count = bisect_left(self._starts, span.end if is_empty else end) - first_part
        if part_count <= 0:
            return ExpectedOutcome(OUTSIDE_ZONES, None, None)
        part = self._parts[first_part]
        if is_empty or start < part.start or end > part.end:
            return ExpectedOutcome(REFUSED, None, None)
        visible_range = TextRange(start, end)
        if (start, end) == (span.start, span.end) and self._stands_apart(part, visible_range):
            return ExpectedOutcome(WRITTEN, visible_range, visible_range)
        first = self._token_at(part, visible_range.start)
        last = self._token_at(part, visible_range.end - 1)
        remainder = visible.trim_invisible(self._text, min(visible_range.end, last.end), last.end)
        if remainder[0] == remainder[1]:  # only invisible characters follow in the token
            visible_range = TextRange(visible_range.start, last.end)
        else:  # invisible marks before the remainder do not belong to the span
            visible_range = TextRange(*visible.trim_invisible(self._text, visible_range.start, remainder[0]))
        cuts_token = visible_range.start > first.start or visible_range.end < last.end
        if cuts_token and self._boundary == REFUSE:
            return ExpectedOutcome(REFUSED, None, None)
        if cuts_token and self._boundary != SPLIT:
            widened = TextRange(first.start, last.end)
            return ExpectedOutcome(WIDENED, widened, widened)
        kind = CUT if cuts_token else WRITTEN if visible_range == (span.start, span.end) else WIDENED
        return ExpectedOutcome(kind, visible_range, visible_range)

    def _stands_apart(self, part: TextRange, text_range: TextRange) -> bool:
        """Return whether spaces, edges of the part, or marks with nothing of the range in their token surround it."""
        start, end = text_range
        is_start = start == part.start or self._text[start - 1] in " \n"
        if not is_start and self._text[start - 1] in LONE_MARKS:
            is_start = self._text[start].isalnum()
        return is_start and (end == part.end or self._text[end] in _AFTER)

    def _token_at(self, part: TextRange, offset: int) -> Token:
        """Return the part's token at `offset`; none contains a space."""
        run = (
            tokenizer.word_start(self._text, offset, part.start),
            tokenizer.word_end(self._text, offset, part.end),
        )
        if run not in self._tokens:
            self._tokens[run] = tokenizer.tokenize(self._text, *run)
        tokens = self._tokens[run]
        return tokens[max(0, bisect_right(tokens, offset, key=lambda token: token.start) - 1)]


def _find_displaced(
    length: int, spans: list[Span], outcomes: Mapping[str, ExpectedOutcome], flatten: str, ranks: Mapping[str, int]
) -> list[str]:
    """Return the uids of spans displaced in a file with one span for each word."""
    placed = [(span, text_range) for span in spans if (text_range := outcomes[span.uid].text_range)]
    ranges = sorted(text_range for _span, text_range in placed)
    if all(previous.end <= following.start for previous, following in pairwise(ranges)):
        return []
    covered = bytearray(length)  # spans that cover each character: 0, 1 or more
    if flatten == REFUSE:
        for _span, (start, end) in placed:
            covered[start:end] = covered[start:end].translate(_INCREMENT)
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
    displaced = []
    for span, (start, end) in placed:
        if covered.find(1, start, end) >= 0:
            displaced.append(span.uid)
        else:
            covered[start:end] = b"\1" * (end - start)
    return displaced
