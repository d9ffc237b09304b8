"""Shared parts of the readers: limited files, articles or refusals, dates, and spans that a text cannot have."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Refusal, Remark
from annotator.open_databases import refuse_open_here

PendingRemark: TypeAlias = tuple[type[Remark], Reason]
"""The class and the reason of a remark on a document."""
ArticleReader: TypeAlias = Callable[[Path, str], Iterator[AnnotatedArticle | Refusal]]

MAX_QUOTE: Final = 100
"""Characters of a quotation in a message."""
_NOT_ASCII: Final = re.compile(r"[^\0-\x7f]")
# Only Python 3.14 and later read the hour 24, as the next day.
_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d([T ](?!24)\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")


def article_reader(build: Callable[[Path], AnnotatedArticle]) -> ArticleReader:
    """Return the reader of a format without spans, an article a file.

    `build` returns the article; it raises InvalidEdit with the reason for refusing it, and OSError.
    """

    def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Refusal]:
        try:
            yield build(path)
        except InvalidEdit as error:
            yield Refusal.at(path, 0, error.reason)

    return read


def read_limited(path: Path, max_bytes: int) -> bytes:
    """Read a file. Raises InvalidEdit if it is larger than `max_bytes`, and OSError, also for an open corpus."""
    refuse_open_here(path)
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    check_size(len(data), max_bytes)
    return data


def check_size(size: int, max_bytes: int) -> None:
    """Raise InvalidEdit for a file of this size if it is larger than `max_bytes`."""
    if size > max_bytes:
        message = _("The file is larger than {size} MB.").format(size=max_bytes // 1_000_000)
        raise InvalidEdit(Reason(Code.FILE_TOO_LARGE, message))


def is_mostly_utf8(data: bytes) -> bool:
    """Return whether few of a text's characters are not valid UTF-8; in another encoding, hardly any would be."""
    text = data.decode(errors="replace")
    invalid, others = text.count("\ufffd"), len(_NOT_ASCII.findall(text))
    return "\0" not in text and (invalid * 10 <= others or (invalid == 1 and others > 2))


def shorten(text: str) -> str:
    """Return a text as quoted in a message."""
    return text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE] + "…"


def describe_outside(start: int, end: int) -> Reason:
    """Return the reason that a text has no such range."""
    message = _("A span from {start} to {end} is not within the text.")
    return Reason(Code.SPAN_OUTSIDE_TEXT, message.format(start=start, end=end))


def describe_empty(start: int, end: int) -> Reason:
    """Return the reason that a range is empty."""
    return Reason(Code.SPAN_EMPTY, _("A span from {start} to {end} is empty.").format(start=start, end=end))


def describe_mismatch(start: int, end: int, quoted: str, actual: str) -> Reason:
    """Return the reason that the file's copy of a range differs from the text."""
    message = _("The span from {start} to {end} should be “{given}”, but the text there is “{there}”.")
    text = message.format(start=start, end=end, given=shorten(quoted), there=shorten(actual))
    return Reason(Code.TEXT_MISMATCH, text)


def parse_published(text: str | None, reasons: list[Reason]) -> str | None:
    """Return the time of publication as ISO 8601: `text` itself, or read as a dateline.

    A time that ISO 8601 could be but no calendar has, such as 25:00, is none: its day alone may be wrong too.
    """
    if not text or is_iso_time(text):
        return text or None
    from annotator.model.zones import parse_dateline  # late: its patterns take long to compile

    published = None if _ISO.fullmatch(text) else parse_dateline(text)
    if published is None:
        reasons.append(describe_invalid_date(text))
    return published


def describe_invalid_date(text: str) -> Reason:
    """Return the reason that a time of publication is none."""
    message = _("“{given}” is not a valid publication date.").format(given=shorten(text))
    return Reason(Code.INVALID_DATE, message)


def is_iso_time(text: str) -> bool:
    """Return whether a text is a year, month, day or time that the calendar has."""
    try:
        return bool(_ISO.fullmatch(text) and datetime.fromisoformat(text + "0000-01-01"[len(text) :]))
    except ValueError:
        return False


def number_remarks(
    path: Path, number: int, items: Iterable[AnnotatedArticle | PendingRemark]
) -> Iterator[AnnotatedArticle | Remark]:
    """Yield what a document of a file without lines contains; each remark names its number."""
    for item in items:
        if isinstance(item, AnnotatedArticle):
            yield item
        else:
            kind, reason = item
            yield kind.at(path, 0, name_document(number, reason))


def name_document(number: int, reason: Reason) -> Reason:
    """Return a reason with the number of the document that it is about, where no line says which."""
    return Reason(reason.code, _("Document {number}: {reason}").format(number=number, reason=reason))
