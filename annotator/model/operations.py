"""The verbs: each looks at what is there and returns the edits that do it, or raises Rejected.

Nothing is written here. `Corpus.apply` writes a step of edits, all of them or none.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from annotator.i18n import _
from annotator.model.records import (
    DATELINE,
    ZONE_KINDS,
    Article,
    Dismissal,
    Edit,
    Note,
    Publication,
    Rejection,
    Span,
    Status,
    Suggestion,
    Zone,
    new_uid,
)


class Rejected(Exception):
    """An edit that cannot be; its text is one sentence in the reader's language."""


def add(article: Article, layer: Iterable[Span], annotator: str, label: str, start: int, end: int) -> list[Edit]:
    """Label `article.text[start:end]`. `layer` holds the annotator's spans of the article."""
    span = Span(new_uid(), article.uid, annotator, label, start, end)
    _check(article, layer, span)
    return [Edit(None, span)]


def relabel(article: Article, layer: Iterable[Span], span: Span, label: str) -> list[Edit]:
    """Give `span` another label; nothing to do when it has that label. It is the annotator's own then (see accept)."""
    return _change(article, layer, span, msgspec.structs.replace(span, label=label))


def resize(article: Article, layer: Iterable[Span], span: Span, start: int, end: int) -> list[Edit]:
    """Move the edges of `span`; nothing to do when they stand there. It is the annotator's own then (see accept)."""
    return _change(article, layer, span, msgspec.structs.replace(span, start=start, end=end))


def add_each(
    article: Article, layer: Iterable[Span], annotator: str, label: str, places: Iterable[tuple[int, int]]
) -> list[Edit]:
    """Label each of these stretches of the article but those that have the label already."""
    known = {(span.start, span.end) for span in layer if span.label == label}
    spans = [
        Span(new_uid(), article.uid, annotator, label, *place) for place in dict.fromkeys(places) if place not in known
    ]
    for span in spans:
        check_span(article, span)
    return [Edit(None, span) for span in spans]


def accept(
    article: Article, layer: Iterable[Span], annotator: str, proposed: Suggestion, wanted: Suggestion
) -> list[Edit]:
    """Label what a suggestion is about. `wanted` is that suggestion as the annotator has changed it: with another
    label or other edges the span is the annotator's own, without the value, and what was proposed is rejected."""
    as_it_is = (wanted.label, wanted.start, wanted.end) == (proposed.label, proposed.start, proposed.end)
    span = Span(new_uid(), article.uid, annotator, wanted.label, wanted.start, wanted.end)
    _check(article, layer, span)
    if not as_it_is:
        return [Edit(None, span), *reject(article, annotator, proposed)]
    return [Edit(None, msgspec.structs.replace(span, value=proposed.value, source=proposed.source))]


def reject(article: Article, annotator: str, suggestion: Suggestion) -> list[Edit]:
    """Say that a suggestion is wrong, for good."""
    place = suggestion.label, suggestion.start, suggestion.end
    return [Edit(None, Rejection(new_uid(), article.uid, annotator, *place, suggestion.source))]


def accept_each(
    article: Article, layer: Iterable[Span], annotator: str, suggestions: Iterable[Suggestion]
) -> list[Edit]:
    """Label what each of these suggestions is about, as it is."""
    spans = list(layer)
    return [edit for one in suggestions for edit in accept(article, spans, annotator, one, one)]


def describe(span: Span, value: str, note: str) -> list[Edit]:
    """Say what `span` means and what there is to note about it; a blank text is none."""
    after = msgspec.structs.replace(span, value=value.strip() or None, note=note.strip() or None)
    return [] if after == span else [Edit(span, after)]


def note(before: Note | None, article: Article, annotator: str, text: str) -> list[Edit]:
    """Note something about the article, in place of what was noted `before`; a blank text is no note."""
    after = Note(article.uid, annotator, text.strip()) if text.strip() else None
    return [] if after == before else [Edit(before, after)]


def remove(span: Span) -> list[Edit]:
    """Take `span` away; a suggestion that was accepted is rejected so."""
    return [Edit(span, None), *_rejected(span)]


def put_right(
    article: Article, layer: Iterable[Span], annotator: str, span: Span | None, label: str | None, start: int, end: int
) -> list[Edit]:
    """Have a span with this label and these edges in place of `span`, or where there is none; with the label None have
    none. Where there is such a span already, `span` is removed."""
    if span is None:
        return add(article, layer, annotator, label, start, end) if label is not None else []
    there = any((one.label, one.start, one.end) == (label, start, end) for one in layer if one.uid != span.uid)
    if label is None or there:
        return remove(span)
    return _change(article, layer, span, msgspec.structs.replace(span, label=label, start=start, end=end))


def dismiss(article: Article, annotator: str, kind: str, label: str, start: int, end: int) -> list[Edit]:
    """Say that the annotator does not want to be asked this again (see checks.issue)."""
    return [Edit(None, Dismissal(new_uid(), article.uid, annotator, kind, label, start, end))]


def set_state(before: Status | None, article: Article, annotator: str, state: str) -> list[Edit]:
    """Say how far `annotator` is with `article`; nothing to do when that was so."""
    after = Status(article.uid, annotator, state)
    return [] if after == before else [Edit(before, after)]


def mark_zone(article: Article, zones: Iterable[Zone], kind: str, start: int, end: int) -> list[Edit]:
    """Say that `article.text[start:end]` is of `kind`, trimming or splitting the zones in its way.

    A dateline also says when the article was published.
    """
    if kind not in ZONE_KINDS:
        raise ValueError(kind)
    zones = list(zones)
    if not 0 <= start < end <= len(article.text):
        raise Rejected(_("Nothing is selected."))
    same = next((zone for zone in zones if (zone.start, zone.end) == (start, end)), None)
    if same and same.kind == kind:
        return []
    if same:
        edits = [Edit(same, msgspec.structs.replace(same, kind=kind))]
    else:
        edits = [*_cleared(zones, start, end), Edit(None, Zone(new_uid(), article.uid, kind, start, end))]
    when = _published(article.text[start:end]) if kind == DATELINE else None
    if when and when != article.published:
        edits.append(Edit(Publication(article.uid, article.published), Publication(article.uid, when)))
    return edits


def _published(dateline: str) -> str | None:
    from annotator.model.zones import published  # its patterns take their time, and few edits need them

    return published(dateline)


def check_zones(article: Article, zones: Iterable[Zone]) -> None:
    """Raise Rejected unless the zones lie within the text and apart from each other."""
    check_zones_within(len(article.text), zones)


def check_zones_within(length: int, zones: Iterable[Zone]) -> None:
    """Raise Rejected unless the zones lie within a text of so many code points and apart from each other."""
    ordered = sorted(zones, key=lambda zone: zone.start)
    for zone in ordered:
        if zone.kind not in ZONE_KINDS:
            raise Rejected(_("“{kind}” is not a kind of zone.").format(kind=zone.kind))
        if not 0 <= zone.start < zone.end <= length:
            raise Rejected(
                _("A zone from {start} to {end} is not within the text.").format(start=zone.start, end=zone.end)
            )
    for left, right in pairwise(ordered):
        if right.start < left.end:
            raise Rejected(_("Two zones overlap at {start}.").format(start=right.start))


def check_span(article: Article, span: Span) -> None:
    """Raise Rejected unless the span lies within the text and holds something that can be seen."""
    if not 0 <= span.start < span.end <= len(article.text):
        raise Rejected(_("A span from {start} to {end} is not within the text.").format(start=span.start, end=span.end))
    if not article.text[span.start : span.end].strip():
        raise Rejected(_("Nothing but space is selected."))


def _cleared(zones: list[Zone], start: int, end: int) -> Iterator[Edit]:
    """The edits that leave no zone between `start` and `end`, and of each what lies outside."""
    for zone in zones:
        if zone.end <= start or end <= zone.start:
            continue
        rest = [piece for piece in ((zone.start, start), (end, zone.end)) if piece[0] < piece[1]]
        yield Edit(zone, msgspec.structs.replace(zone, start=rest[0][0], end=rest[0][1]) if rest else None)
        yield from (Edit(None, Zone(new_uid(), zone.article, zone.kind, *piece)) for piece in rest[1:])


def _check(article: Article, layer: Iterable[Span], span: Span) -> None:
    check_span(article, span)
    for other in layer:
        same = other.start == span.start and other.end == span.end and other.label == span.label
        if same and other.uid != span.uid:
            raise Rejected(_("This stretch has that label already."))


def _change(article: Article, layer: Iterable[Span], before: Span, after: Span) -> list[Edit]:
    if before == after:
        return []
    after = msgspec.structs.replace(after, source=None)
    _check(article, layer, after)
    return [Edit(before, after), *_rejected(before)]


def _rejected(span: Span) -> list[Edit]:
    """What says that the suggestion which `span` was accepted from is not right, if it is one."""
    if span.source is None:
        return []
    place = span.label, span.start, span.end
    return [Edit(None, Rejection(new_uid(), span.article, span.annotator, *place, span.source))]
