"""How a text that was read becomes an article that can be stored."""

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeVar, overload

from msgspec.structs import replace

from annotator.i18n import _, ngettext
from annotator.model import zones as zoning
from annotator.model.limits import ARTICLE, SPANS
from annotator.model.operations import Rejected, check_zones
from annotator.model.records import DATELINE, Article, Draft, Note, Span, Status, Zone, article_uid, new_uid
from annotator.text.offsets import Newlines, normalise_newlines
from annotator.text.visible import visible

T = TypeVar("T")

_UNHELD: Final = re.compile("[\0\ud800-\udfff]")
"""Ends a text for many who read it, or is half of a character."""


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
    `states` and `notes` say of their article is put right, and characters in what is said that no file holds. Zones
    that are None are recognised, and a time of publication that is None is the first that a dateline states. Raises
    Rejected for a text that cannot be an article, for more spans than one may have, and for zones that overlap or lie
    outside it. Spans are not looked at: `Corpus.add` refuses those that cannot be.
    """
    _check(text)
    placed_spans = _few(spans)
    moved = Newlines(text).moved
    stored = normalise_newlines(text)
    uid = article_uid(stored)
    if zones is None:
        placed = [Zone(new_uid(), uid, *stretch) for stretch in zoning.recognise(stored)]
    else:
        placed = [replace(zone, article=uid, start=moved(zone.start), end=moved(zone.end)) for zone in zones]
    stated = (zoning.published(stored[zone.start : zone.end]) for zone in placed if zone.kind == DATELINE)
    published = published or next(filter(None, stated), None)
    article = Article(uid, stored, _plain(title), _plain(published), _plain(source), _plain(url))
    check_zones(article, placed)
    return Draft(
        article,
        tuple(placed),
        tuple(_moved(span, uid, moved) for span in placed_spans),
        tuple(replace(status, article=uid, annotator=_plain(status.annotator)) for status in states),
        tuple(replace(note, article=uid, annotator=_plain(note.annotator), text=_plain(note.text)) for note in notes),
        line,
    )


def _moved(span: Span, uid: str, moved: Callable[[int], int]) -> Span:
    start, end, annotator = moved(span.start), moved(span.end), _plain(span.annotator)
    value, note = _plain(span.value), _plain(span.note)
    return replace(span, article=uid, annotator=annotator, start=start, end=end, value=value, note=note)


@overload
def _plain(text: str) -> str: ...
@overload
def _plain(text: str | None) -> str | None: ...
def _plain(text: str | None) -> str | None:
    """What is said of an article or a span, with a sign for each character that no file holds as it is."""
    return _UNHELD.sub("\N{REPLACEMENT CHARACTER}", text) if text and _UNHELD.search(text) else text


def too_long() -> str:
    """The sentence that says that an article has too much text."""
    count = ARTICLE // 1_000_000
    return ngettext(
        "The article is longer than {count} million characters.",
        "The article is longer than {count} million characters.",
        count,
    ).format(count=count)


def few(spans: list[T]) -> list[T]:
    """The same. Raises Rejected where there are more than an article may have."""
    if len(spans) > SPANS:
        reason = ngettext("The article has more than {count} span.", "The article has more than {count} spans.", SPANS)
        raise Rejected(reason.format(count=SPANS))
    return spans


def _few(spans: Iterable[Span]) -> list[Span]:
    """The spans. Raises Rejected where there are more than an article may have."""
    return few(list(islice(spans, SPANS + 1)))


def _check(text: str) -> None:
    """Raise Rejected unless `text` can be stored and has something to read."""
    if len(text) > ARTICLE:
        raise Rejected(too_long())
    if "\0" in text:
        raise Rejected(_("The text holds NUL characters, as no text does."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Rejected(_("The text holds half a character at {offset}.").format(offset=error.start)) from error
    start, end = visible(text, 0, len(text))
    if start == end:
        raise Rejected(_("The text is empty."))
