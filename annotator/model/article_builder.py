"""Build storable articles from text."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar, overload

from msgspec.structs import replace

from annotator.i18n import _, ngettext
from annotator.model import zones as zoning
from annotator.model.limits import MAX_ARTICLE_LENGTH, MAX_SPANS
from annotator.model.operations import InvalidEdit, check_zones, replace_invalid
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    DATELINE,
    AnnotatedArticle,
    Article,
    FileLayers,
    Note,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.text.offsets import NewlineOffsets, normalise_newlines
from annotator.text.visible import trim_invisible

T = TypeVar("T")


def build_article(
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
    layers: FileLayers | None = None,
) -> AnnotatedArticle:
    """Return the article with this text, unchanged except for newlines.

    `zones` and `spans` have offsets into `text` as passed, moved where a newline shrinks. The article's uid is set in
    them, in `states` and in `notes`; characters that no file can hold are replaced everywhere but in `text`. Missing
    `zones` are recognised; a missing `published` is taken from the first dateline with a date. Raises InvalidEdit for
    an invalid text, too many spans, and zones that overlap or lie outside it. Spans are not checked: `Corpus.add`
    refuses invalid ones.
    """
    check_text(text)
    span_list = _take_spans(spans)
    to_normalised = NewlineOffsets(text).to_normalised
    stored = normalise_newlines(text)
    uid = article_uid(stored)
    if zones is None:
        placed_zones = [Zone(new_uid(), uid, *zone_range) for zone_range in zoning.recognise_zones(stored)]
    else:
        placed_zones = [
            replace(zone, article=uid, start=to_normalised(zone.start), end=to_normalised(zone.end)) for zone in zones
        ]
    dates = (zoning.parse_dateline(stored[zone.start : zone.end]) for zone in placed_zones if zone.kind == DATELINE)
    published = published or next(filter(None, dates), None)
    article = Article(
        uid,
        stored,
        _replace_invalid(title),
        _replace_invalid(published),
        _replace_invalid(source),
        _replace_invalid(url),
    )
    check_zones(article, placed_zones)
    return AnnotatedArticle(
        article,
        tuple(placed_zones),
        tuple(_move_span(span, uid, to_normalised) for span in span_list),
        tuple(replace(status, article=uid, annotator=_replace_invalid(status.annotator)) for status in states),
        tuple(
            replace(note, article=uid, annotator=_replace_invalid(note.annotator), text=_replace_invalid(note.text))
            for note in notes
        ),
        line,
        layers,
    )


def _move_span(span: Span, uid: str, to_normalised: Callable[[int], int]) -> Span:
    start, end, annotator = to_normalised(span.start), to_normalised(span.end), _replace_invalid(span.annotator)
    value, note = _replace_invalid(span.value), _replace_invalid(span.note)
    return replace(span, article=uid, annotator=annotator, start=start, end=end, value=value, note=note)


@overload
def _replace_invalid(text: str) -> str: ...
@overload
def _replace_invalid(text: str | None) -> str | None: ...
def _replace_invalid(text: str | None) -> str | None:
    return replace_invalid(text) if text else text


def explain_too_long() -> Reason:
    """Return why too long an article is refused."""
    count = MAX_ARTICLE_LENGTH // 1_000_000
    message = ngettext(
        "The article is longer than {count} million characters.",
        "The article is longer than {count} million characters.",
        count,
    )
    return Reason(Code.ARTICLE_TOO_LONG, message.format(count=count))


def check_span_count(spans: list[T]) -> list[T]:
    """Return the spans. Raises InvalidEdit for too many."""
    if len(spans) > MAX_SPANS:
        message = ngettext(
            "The article has more than {count} span.", "The article has more than {count} spans.", MAX_SPANS
        )
        raise InvalidEdit(Reason(Code.TOO_MANY_SPANS, message.format(count=MAX_SPANS)))
    return spans


def _take_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the spans as a list. Raises InvalidEdit for too many."""
    return check_span_count(list(islice(spans, MAX_SPANS + 1)))


def check_text(text: str) -> None:
    """Raise InvalidEdit unless `text` is storable and has something visible."""
    if len(text) > MAX_ARTICLE_LENGTH:
        raise InvalidEdit(explain_too_long())
    if "\0" in text:
        raise InvalidEdit(Reason(Code.INVALID_CHARACTER, _("The text contains NUL characters.")))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = _("The text contains an unpaired surrogate at offset {offset}.").format(offset=error.start)
        raise InvalidEdit(Reason(Code.INVALID_CHARACTER, message)) from error
    start, end = trim_invisible(text, 0, len(text))
    if start == end:
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The text is empty.")))
