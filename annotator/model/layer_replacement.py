"""Make a layer what a file says, by the fewest edits: what is the same stays, with its uid, value and note."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from msgspec.structs import replace

from annotator.model.operations import check_span, remove_span, revise_span, with_label
from annotator.model.records import Article, Edit, Span, labelled_range, new_uid
from annotator.text.intervals import IntervalIndex
from annotator.text.offsets import GraphemeOffsets
from annotator.text.visible import trim_invisible

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_CANDIDATES: Final = 100
"""Spans that are compared with one, to find where it was before; a file may have any number on one another."""


def replace_layer(
    article: Article,
    layer: Iterable[Span],
    spans: Iterable[Span],
    *,
    is_exact: bool = False,
    unstated: Collection[str] = (),
    counts_graphemes: bool = False,
) -> list[Edit]:
    """Return the edits that make `layer`, an annotator's spans, the `spans` of a file.

    No two of `spans` may have the same label and range. One that is new in its place is another one changed, if that
    has its uid, its range, or the same label and overlaps it. A missing value is deleted only if `is_exact` or if other
    `spans` have values, and a missing note likewise: the file may be of a program that does not keep them. Those of
    `unstated` uids stay even then: of these the file says neither. Unless
    `is_exact`, a span that only lacks invisible characters at its edges is the same, and one that other formats cannot
    hold stays; so does one that begins or ends within a grapheme if the file counts those (`counts_graphemes`). Raises
    InvalidEdit for a span that the article cannot have.
    """
    spans = list(spans)
    layer = list(layer)
    if not is_exact:
        spans = _restore_edges(article, layer, spans)
    for span in spans:
        check_span(article, span)
    has_values = is_exact or any(span.value for span in spans)
    has_notes = is_exact or any(span.note for span in spans)
    stored = {labelled_range(span): span for span in layer}
    uids = {span.uid for span in stored.values()}
    wanted = {labelled_range(span): span for span in spans}
    pairs = [(stored.pop(key), wanted.pop(key)) for key in list(wanted) if key in stored]
    pairs += _pair_changed(stored, wanted)
    to_graphemes = GraphemeOffsets(article.text).to_graphemes if counts_graphemes and stored else None
    edits = [
        edit
        for span in stored.values()
        if is_exact or _is_exportable(article, span, to_graphemes)
        for edit in remove_span(span)
    ]
    for before, span in pairs:
        is_stated = span.uid not in unstated
        has_value = bool(span.value) or (has_values and is_stated)
        after = replace(before, label=span.label) if has_value else with_label(before, span.label)
        after = replace(after, start=span.start, end=span.end)
        if has_value and span.value != before.value:
            after = replace(after, value=(span.value or "").strip() or None)
        if (span.note or (has_notes and is_stated)) and span.note != before.note:
            after = replace(after, note=(span.note or "").strip() or None)
        edits += revise_span(before, after)
    edits += [Edit(None, replace(span, uid=new_uid()) if span.uid in uids else span) for span in wanted.values()]
    return edits


def _restore_edges(article: Article, layer: Iterable[Span], spans: list[Span]) -> list[Span]:
    """Return the spans with the edges of those in the layer from which other programs cut invisible characters."""
    exact = {labelled_range(span) for span in layer}
    taken = {labelled_range(span) for span in spans}
    by_trimmed: dict[tuple[int, int, str], Span] = {}
    for span in layer:
        if labelled_range(span) not in taken:
            by_trimmed[(*trim_invisible(article.text, span.start, span.end), span.label)] = span
    return [
        replace(span, start=other.start, end=other.end)
        if labelled_range(span) not in exact and (other := by_trimmed.pop(labelled_range(span), None))
        else span
        for span in spans
    ]


def _is_exportable(article: Article, span: Span, to_graphemes: Callable[[int], int | None] | None) -> bool:
    """Return whether all formats can hold a span: some refuse one of invisible characters, and XML its controls.

    `to_graphemes` converts offsets to the unit of a file that counts graphemes.
    """
    if to_graphemes and None in (to_graphemes(span.start), to_graphemes(span.end)):
        return False
    start, end = trim_invisible(article.text, span.start, span.end)
    return start < end and not _NOT_IN_XML.search((span.value or "") + (span.note or ""))


def _pair_changed(
    stored: dict[tuple[int, int, str], Span], wanted: dict[tuple[int, int, str], Span]
) -> list[tuple[Span, Span]]:
    """Return the spans that were changed, before and after, and take them out of both."""
    pairs: list[tuple[Span, Span]] = []

    def take(before: Span, after: Span) -> None:
        if labelled_range(before) in stored and labelled_range(after) in wanted:
            pairs.append((stored.pop(labelled_range(before)), wanted.pop(labelled_range(after))))

    by_uid = {span.uid: span for span in stored.values()}
    for span in list(wanted.values()):
        if span.uid in by_uid:
            take(by_uid[span.uid], span)
    by_range: dict[tuple[int, int], list[Span]] = {}
    for span in stored.values():
        by_range.setdefault((span.start, span.end), []).append(span)
    for span in list(wanted.values()):
        if candidates := by_range.get((span.start, span.end)):
            take(candidates.pop(0), span)
    for before, after in sorted(_overlapping(stored.values(), wanted.values()), key=_overlap, reverse=True):
        take(before, after)
    return pairs


def _overlapping(stored: Iterable[Span], wanted: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Yield the pairs of spans that have the same label and overlap."""
    index = IntervalIndex[Span]()
    for span in stored:
        index.add(span.start, span.end, span)
    for span in wanted:
        for other in islice(index.overlapping(span.start, span.end), _MAX_CANDIDATES):
            if other.label == span.label:
                yield other, span


def _overlap(pair: tuple[Span, Span]) -> tuple[int, int]:
    """Return how many code points two spans share, and how many they do not, counted down."""
    before, after = pair
    shared = min(before.end, after.end) - max(before.start, after.start)
    return shared, 2 * shared - (before.end - before.start) - (after.end - after.start)
