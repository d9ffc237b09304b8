"""How a text that was read becomes an article that can be stored."""

from collections.abc import Iterable

from msgspec.structs import replace

from annotator.core import zones as zoning
from annotator.core.editing import Rejected, check_zones
from annotator.core.model import DATELINE, Article, Draft, Note, Span, Status, Zone, article_uid, new_uid
from annotator.core.text import Newlines, normalise_newlines, visible
from annotator.i18n import _


def draft(
    text: str,
    *,
    title: str | None = None,
    published: str | None = None,
    source: str | None = None,
    url: str | None = None,
    zones: Iterable[Zone] | None = None,
    spans: Iterable[Span] = (),
    states: Iterable[Status] = (),
    notes: Iterable[Note] = (),
    line: int = 0,
) -> Draft:
    """The article with this text, verbatim but for its newlines.

    `zones` and `spans` have the offsets of `text` as it is given, and are moved where a newline shrinks; what they,
    `states` and `notes` say of their article is put right. Zones that are None are recognised, and a time of
    publication that is None is the first that a dateline states. Raises Rejected for a text that cannot be an article,
    and for zones that overlap or lie outside it. Spans are not looked at: `Corpus.add` refuses those that cannot be.
    """
    _check(text)
    moved = Newlines(text).moved
    stored = normalise_newlines(text)
    uid = article_uid(stored)
    if zones is None:
        placed = [Zone(new_uid(), uid, *stretch) for stretch in zoning.recognise(stored)]
    else:
        placed = [replace(zone, article=uid, start=moved(zone.start), end=moved(zone.end)) for zone in zones]
    stated = (zoning.published(stored[zone.start : zone.end]) for zone in placed if zone.kind == DATELINE)
    article = Article(uid, stored, title, published or next(filter(None, stated), None), source, url)
    check_zones(article, placed)
    return Draft(
        article,
        tuple(placed),
        tuple(replace(span, article=uid, start=moved(span.start), end=moved(span.end)) for span in spans),
        tuple(replace(status, article=uid) for status in states),
        tuple(replace(note, article=uid) for note in notes),
        line,
    )


def _check(text: str) -> None:
    """Raise Rejected unless `text` can be stored and has something to read."""
    if "\0" in text:
        raise Rejected(_("The text holds NUL characters, as no text does."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Rejected(_("The text holds half a character at {offset}.").format(offset=error.start)) from error
    start, end = visible(text, 0, len(text))
    if start == end:
        raise Rejected(_("The text is empty."))
