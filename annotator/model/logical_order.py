"""Restore the logical order of texts stored as displayed (see text.visual_order)."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar

from msgspec.structs import replace

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.article_builder import build_article
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Span, Zone
from annotator.text import visual_order
from annotator.text.offset_map import OffsetMap

_QUOTED: Final = 60
"""Code points of a quotation in a message."""

SpanOrZone = TypeVar("SpanOrZone", Span, Zone)


def is_logical(item: AnnotatedArticle) -> bool:
    """Return whether text and title show no presentation forms or visual order."""
    return (
        visual_order.find_display_artifacts(item.article.text) is None
        and visual_order.find_display_artifacts(item.article.title or "") is None
    )


def restore_logical_order(item: AnnotatedArticle) -> tuple[AnnotatedArticle, list[Reason]]:
    """Return the article with logical text and title, and a reason for each lost span or zone.

    Spans and zones move with their characters; one is lost if others would stand between its own. Recognised zones are
    recognised again. Raises InvalidEdit if nothing in the logical text is visible.
    """
    article = item.article
    title = article.title
    if title and visual_order.find_display_artifacts(title):
        title = visual_order.restore_logical_text(title).text
    if not visual_order.find_display_artifacts(article.text):
        return replace(item, article=replace(article, title=title)), []
    restored = visual_order.restore_logical_text(article.text)
    losses: list[Reason] = []
    were_recognised = [(zone.kind, zone.start, zone.end) for zone in item.zones] == zoning.recognise_zones(article.text)
    zones = (
        None
        if were_recognised
        else [moved for zone in item.zones for moved in _move_record(zone, article.text, restored, losses)]
    )
    logical_article = build_article(
        restored.text,
        title=title,
        published=article.published,
        source=article.source,
        url=article.url,
        zones=zones,
        spans=[moved for span in item.spans for moved in _move_record(span, article.text, restored, losses)],
        states=item.states,
        notes=item.notes,
        line=item.line,
        layers=item.layers and replace(item.layers, is_complete=item.layers.is_complete and not losses),
    )
    return logical_article, losses


def changed_lines(before: str, after: str, limit: int) -> list[tuple[str, str]]:
    """Return the first pairs of lines, at most `limit`, in which the texts differ."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return list(islice((pair for pair in pairs if pair[0] != pair[1]), limit))


def _move_record(record: SpanOrZone, before: str, restored: OffsetMap, losses: list[Reason]) -> Iterator[SpanOrZone]:
    """Yield the record with its logical range, or append a loss."""
    new_range = restored.map_range(record.start, record.end)
    if new_range:
        yield replace(record, start=new_range[0], end=new_range[1])
        return
    name = record.label if isinstance(record, Span) else record.kind
    quoted = before[record.start : record.end]
    message = _("“{text}” ({name}) is not contiguous in logical order.")
    text = message.format(text=quoted if len(quoted) <= _QUOTED else quoted[:_QUOTED] + "…", name=name)
    losses.append(Reason(Code.NOT_CONTIGUOUS, text))
