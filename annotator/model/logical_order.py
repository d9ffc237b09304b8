"""Articles whose text is as a page shows it (see `visual`), and the same with the text as it is written."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar

from msgspec.structs import replace

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.article_builder import draft
from annotator.model.records import Draft, Span, Zone
from annotator.text import visual_order
from annotator.text.offset_map import Repaired

_QUOTED: Final = 60
"""Code points of a stretch that a sentence holds."""

Placed = TypeVar("Placed", Span, Zone)


def is_logical(item: Draft) -> bool:
    """Whether nothing shows that the text or the title is in presentation forms or visual order."""
    return visual_order.suspect(item.article.text) is None and visual_order.suspect(item.article.title or "") is None


def logical(item: Draft) -> tuple[Draft, list[str]]:
    """The article with its logical text and title, with its spans and zones where their characters now stand; and a
    sentence for each of them that is lost, for it falls apart: other characters stand between its own.

    What is logical stays as it is. Zones that were recognised are recognised anew. Raises Rejected where the logical
    text shows nothing.
    """
    article = item.article
    title = article.title
    if title and visual_order.suspect(title):
        title = visual_order.repaired(title).text
    if not visual_order.suspect(article.text):
        return replace(item, article=replace(article, title=title)), []
    text = visual_order.repaired(article.text)
    lost: list[str] = []
    recognised = [(zone.kind, zone.start, zone.end) for zone in item.zones] == zoning.recognise(article.text)
    zones = None if recognised else [moved for zone in item.zones for moved in _moved(zone, article.text, text, lost)]
    found = draft(
        text.text,
        title=title,
        published=article.published,
        source=article.source,
        url=article.url,
        zones=zones,
        spans=[moved for span in item.spans for moved in _moved(span, article.text, text, lost)],
        states=item.states,
        notes=item.notes,
        line=item.line,
    )
    return found, lost


def changed_lines(before: str, after: str, most: int) -> list[tuple[str, str]]:
    """The first lines, at most so many, that a text and its logical text do not have in common, as each has them."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return list(islice((pair for pair in pairs if pair[0] != pair[1]), most))


def _moved(stretch: Placed, before: str, text: Repaired, lost: list[str]) -> Iterator[Placed]:
    """The span or zone where its characters stand in the logical text; `lost` says why it is nowhere there."""
    there = text.stretch(stretch.start, stretch.end)
    if there:
        yield replace(stretch, start=there[0], end=there[1])
        return
    name = stretch.label if isinstance(stretch, Span) else stretch.kind
    shown = before[stretch.start : stretch.end]
    reason = _("“{text}” ({name}) falls apart in the logical text.")
    lost.append(reason.format(text=shown if len(shown) <= _QUOTED else shown[:_QUOTED] + "…", name=name))
