"""Operations on an article: each returns the edits to make, or raises InvalidEdit.

`Corpus.apply` writes the edits of a step, all or none.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Final

import msgspec

from annotator.i18n import _
from annotator.model.date_values import is_date_value
from annotator.model.label_roles import is_date_label
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    DATELINE,
    IN_PROGRESS,
    NEW,
    ZONE_KINDS,
    Article,
    Dismissal,
    Edit,
    Note,
    Publication,
    Rejection,
    Removal,
    Span,
    Status,
    Suggestion,
    Title,
    Zone,
    labelled_range,
    new_uid,
)

# Only Python 3.14 and later read the hour 24, as the next day.
_PUBLICATION_TIME: Final = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T(?!24)\d\d:\d\d)?)?)?", re.ASCII)
_INVALID: Final = re.compile("[\0\ud800-\udfff]")
"""NUL, which ends a text for many readers, and halves of surrogate pairs."""
_MAX_QUOTED: Final = 40  # characters of a wrong date


class InvalidEdit(Exception):
    """An impossible edit, and why; the text is one sentence in the user's language."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def add_span(article: Article, layer: Iterable[Span], annotator: str, label: str, start: int, end: int) -> list[Edit]:
    """Label `article.text[start:end]`; `layer` has the annotator's spans."""
    span = _new_span(article, annotator, label, start, end)
    _check_new_span(article, layer, span)
    return [Edit(None, span)]


def relabel(article: Article, layer: Iterable[Span], span: Span, label: str) -> list[Edit]:
    """Give `span` another label; no edit if unchanged.

    It then counts as the annotator's own (see accept). Its value stays if it can (see with_label).
    """
    return _change(article, layer, span, with_label(span, label))


def with_label(span: Span, label: str) -> Span:
    """Return `span` with another label; a value that is no date becomes a line of the note if it would be one."""
    after = msgspec.structs.replace(span, label=label)
    return after if label == span.label else with_possible_value(after)


def with_possible_value(span: Span) -> Span:
    """Return `span` without a value that its label cannot have: one that is no date becomes a line of the note."""
    if span.value is None or not is_date_label(span.label) or is_date_value(span.value):
        return span
    return msgspec.structs.replace(span, value=None, note="\n".join(filter(None, (span.note, span.value))))


def resize(article: Article, layer: Iterable[Span], span: Span, start: int, end: int) -> list[Edit]:
    """Move the edges of `span`; no edit if unchanged.

    It then counts as the annotator's own (see accept).
    """
    return _change(article, layer, span, msgspec.structs.replace(span, start=start, end=end))


def add_spans(
    article: Article, layer: Iterable[Span], annotator: str, label: str, ranges: Iterable[tuple[int, int]]
) -> list[Edit]:
    """Label these ranges, except those that have the label already."""
    labelled_ranges = {(span.start, span.end) for span in layer if span.label == label}
    spans = [
        _new_span(article, annotator, label, *range_)
        for range_ in dict.fromkeys(ranges)
        if range_ not in labelled_ranges
    ]
    for span in spans:
        check_span(article, span)
    return [Edit(None, span) for span in spans]


def accept(
    article: Article, layer: Iterable[Span], annotator: str, suggestion: Suggestion, edited: Suggestion
) -> list[Edit]:
    """Label a suggestion's range; `edited` has the annotator's changes.

    With another label or edges, the span is the annotator's own, without the suggested value, and `suggestion` is
    rejected by the edit that follows, by which the statistics know a correction.
    """
    is_unchanged = (edited.label, edited.start, edited.end) == (suggestion.label, suggestion.start, suggestion.end)
    span = _new_span(article, annotator, edited.label, edited.start, edited.end)
    _check_new_span(article, layer, span)
    if not is_unchanged:
        return [Edit(None, span), *reject(article, annotator, suggestion)]
    return [Edit(None, msgspec.structs.replace(span, value=suggestion.value, source=suggestion.source))]


def reject(article: Article, annotator: str, suggestion: Suggestion) -> list[Edit]:
    """Reject a suggestion for good."""
    target = suggestion.label, suggestion.start, suggestion.end
    return [Edit(None, Rejection(new_uid(), article.uid, annotator, *target, suggestion.source))]


def accept_all(
    article: Article, layer: Iterable[Span], annotator: str, suggestions: Iterable[Suggestion]
) -> list[Edit]:
    """Accept these suggestions unchanged."""
    spans = list(layer)
    return [edit for suggestion in suggestions for edit in accept(article, spans, annotator, suggestion, suggestion)]


def describe_span(span: Span, value: str, note: str) -> list[Edit]:
    """Set value and note of `span`; blank ones are cleared."""
    after = msgspec.structs.replace(span, value=_clean_text(value) or None, note=_clean_text(note) or None)
    return [] if after == span else [Edit(span, after)]


def revise_span(before: Span, after: Span) -> list[Edit]:
    """Change `before` into `after`, which has its uid; no edit if unchanged.

    With another label or edges, it then counts as the annotator's own (see accept).
    """
    if before == after:
        return []
    if labelled_range(before) == labelled_range(after):
        return [Edit(before, after)]
    return [Edit(before, msgspec.structs.replace(after, source=None)), *_reject_source(before)]


def set_note(before: Note | None, article: Article, annotator: str, text: str) -> list[Edit]:
    """Replace the note `before`; a blank one is removed."""
    note = _clean_text(text)
    after = Note(article.uid, annotator, note) if note else None
    return [] if after == before else [Edit(before, after)]


def set_title(before: Title | None, article: Article, text: str) -> list[Edit]:
    """Give `article` this title, on one line; a blank one restores the source's."""
    line = " ".join(_clean_text(text).split())
    after = Title(article.uid, line) if line else None
    return [] if after == before else [Edit(before, after)]


def set_published(article: Article, published: str | None) -> list[Edit]:
    """Set the time of publication, None if unknown: a year, month, day or minute as ISO 8601."""
    if published is not None and not _is_publication_time(published):
        message = _("“{value}” is not a date such as 2024-07-09 or 2024-07-09T09:00.")
        raise InvalidEdit(Reason(Code.INVALID_DATE, message.format(value=published[:_MAX_QUOTED])))
    return _change_published(article, published)


def _is_publication_time(text: str) -> bool:
    try:
        return bool(_PUBLICATION_TIME.fullmatch(text) and datetime.fromisoformat(text + "0000-01-01"[len(text) :]))
    except ValueError:
        return False


def replace_invalid(text: str) -> str:
    """Replace characters that no file can hold."""
    return _INVALID.sub("\N{REPLACEMENT CHARACTER}", text)


def _clean_text(text: str) -> str:
    """Return a typed or pasted text as it is stored."""
    return replace_invalid(text).strip()


def _change_published(article: Article, published: str | None) -> list[Edit]:
    if published == article.published:
        return []
    return [Edit(Publication(article.uid, article.published), Publication(article.uid, published))]


def remove_article(before: Removal | None, article: Article) -> list[Edit]:
    """Remove `article` from lists, suggestions, statistics and exports; no edit if it is removed already."""
    return [] if before else [Edit(None, Removal(article.uid))]


def restore_article(before: Removal | None) -> list[Edit]:
    """Undo a removal, if there is one."""
    return [Edit(before, None)] if before else []


def remove_span(span: Span) -> list[Edit]:
    """Remove `span`; if it was an accepted suggestion, reject that."""
    return [Edit(span, None), *_reject_source(span)]


def replace_span(
    article: Article, layer: Iterable[Span], annotator: str, span: Span | None, label: str | None, start: int, end: int
) -> list[Edit]:
    """Replace `span`, if any, by one with this label and edges; the label None removes it.

    If such a span exists, `span` is just removed.
    """
    if span is None:
        return add_span(article, layer, annotator, label, start, end) if label is not None else []
    exists = any(
        (other.label, other.start, other.end) == (label, start, end) for other in layer if other.uid != span.uid
    )
    if label is None or exists:
        return remove_span(span)
    return _change(article, layer, span, msgspec.structs.replace(with_label(span, label), start=start, end=end))


def replace_spans(
    article: Article,
    layer: Iterable[Span],
    annotator: str,
    replacements: Iterable[tuple[Span | None, str | None, int, int]],
) -> list[Edit]:
    """Replace each span as `replace_span` does, one after another."""
    spans, edits = {span.uid: span for span in layer}, list[Edit]()
    for replacement in replacements:
        new_edits = replace_span(article, spans.values(), annotator, *replacement)
        edits += new_edits
        for edit in new_edits:
            if isinstance(edit.before, Span):
                del spans[edit.before.uid]
            if isinstance(edit.after, Span):
                spans[edit.after.uid] = edit.after
    return edits


def dismiss(article: Article, annotator: str, kind: str, label: str, start: int, end: int) -> list[Edit]:
    """Dismiss an issue for this annotator (see checks.issue)."""
    return [Edit(None, Dismissal(new_uid(), article.uid, annotator, kind, label, start, end))]


def set_state(before: Status | None, article: Article, annotator: str, state: str) -> list[Edit]:
    """Set the annotator's state of `article`; no edit if unchanged."""
    after = Status(article.uid, annotator, state)
    return [] if after == before else [Edit(before, after)]


def begin_article(before: Status | None, article: Article, annotator: str) -> list[Edit]:
    """Set the annotator's state of `article` to in progress if it is new."""
    return set_state(before, article, annotator, IN_PROGRESS) if before is None or before.state == NEW else []


def mark_zone(article: Article, zones: Iterable[Zone], kind: str, start: int, end: int) -> list[Edit]:
    """Make `article.text[start:end]` a zone of `kind`; trim or split overlapping zones.

    A dateline with a date also sets the time of publication.
    """
    if kind not in ZONE_KINDS:
        raise ValueError(kind)
    zones = list(zones)
    if not 0 <= start < end <= len(article.text):
        raise InvalidEdit(Reason(Code.NOTHING_SELECTED, _("Nothing is selected.")))
    zone_of_range = next((zone for zone in zones if (zone.start, zone.end) == (start, end)), None)
    if zone_of_range and zone_of_range.kind == kind:
        return []
    if zone_of_range:
        edits = [Edit(zone_of_range, msgspec.structs.replace(zone_of_range, kind=kind))]
    else:
        edits = [*clear_zones(zones, start, end), Edit(None, Zone(new_uid(), article.uid, kind, start, end))]
    published = _parse_dateline(article.text[start:end]) if kind == DATELINE else None
    return [*edits, *_change_published(article, published)] if published else edits


def clear_zones(zones: Iterable[Zone], start: int, end: int) -> Iterator[Edit]:
    """Yield the edits that clear zones from `start` to `end`, keeping parts outside."""
    for zone in zones:
        if zone.end <= start or end <= zone.start:
            continue
        pieces = [piece for piece in ((zone.start, start), (end, zone.end)) if piece[0] < piece[1]]
        yield Edit(zone, msgspec.structs.replace(zone, start=pieces[0][0], end=pieces[0][1]) if pieces else None)
        yield from (Edit(None, Zone(new_uid(), zone.article, zone.kind, *piece)) for piece in pieces[1:])


def _parse_dateline(dateline: str) -> str | None:
    from annotator.model.zones import parse_dateline  # slow to compile, and rarely needed

    return parse_dateline(dateline)


def check_zones(article: Article, zones: Iterable[Zone]) -> None:
    """Raise InvalidEdit for zones of unknown kind, outside the text or overlapping."""
    check_zones_within(len(article.text), zones)


def check_zones_within(length: int, zones: Iterable[Zone]) -> None:
    """Raise InvalidEdit unless the zones are of known kinds, within `length` code points, and do not overlap."""
    ordered = sorted(zones, key=lambda zone: zone.start)
    for zone in ordered:
        if zone.kind not in ZONE_KINDS:
            message = _("“{kind}” is not a kind of zone.").format(kind=zone.kind)
            raise InvalidEdit(Reason(Code.INVALID_ZONE_KIND, message))
        if not 0 <= zone.start < zone.end <= length:
            message = _("A zone from {start} to {end} is not within the text.").format(start=zone.start, end=zone.end)
            raise InvalidEdit(Reason(Code.ZONE_OUTSIDE_TEXT, message))
    overlap = find_overlap(ordered)
    if overlap is not None:
        raise InvalidEdit(Reason(Code.ZONES_OVERLAP, _("Two zones overlap at {start}.").format(start=overlap)))


def find_overlap(zones: Iterable[Zone]) -> int | None:
    """Return the code point at which two of the zones begin to overlap; None if no two do."""
    ordered = sorted(zones, key=lambda zone: zone.start)
    return next((zone.start for previous, zone in pairwise(ordered) if zone.start < previous.end), None)


def check_span(article: Article, span: Span) -> None:
    """Raise InvalidEdit unless the span is within the text and not only whitespace."""
    if not 0 <= span.start < span.end <= len(article.text):
        message = _("A span from {start} to {end} is not within the text.").format(start=span.start, end=span.end)
        raise InvalidEdit(Reason(Code.SPAN_OUTSIDE_TEXT, message))
    if not article.text[span.start : span.end].strip():
        raise InvalidEdit(Reason(Code.SPAN_BLANK, _("The span contains only whitespace.")))


def _check_new_span(article: Article, layer: Iterable[Span], span: Span) -> None:
    check_span(article, span)
    for other in layer:
        is_same = other.start == span.start and other.end == span.end and other.label == span.label
        if is_same and other.uid != span.uid:
            raise InvalidEdit(Reason(Code.SPAN_EXISTS, _("This text already has that label.")))


def _change(article: Article, layer: Iterable[Span], before: Span, after: Span) -> list[Edit]:
    if before == after:
        return []
    after = msgspec.structs.replace(after, source=None)
    _check_new_span(article, layer, after)
    return [Edit(before, after), *_reject_source(before)]


def _new_span(article: Article, annotator: str, label: str, start: int, end: int) -> Span:
    return Span(new_uid(), article.uid, annotator, label, start, end)


def _reject_source(span: Span) -> list[Edit]:
    """Return the edit that rejects the suggestion accepted as `span`, if any."""
    if span.source is None:
        return []
    target = span.label, span.start, span.end
    return [Edit(None, Rejection(new_uid(), span.article, span.annotator, *target, span.source))]
