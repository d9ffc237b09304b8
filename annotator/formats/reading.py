"""Shared parts of the readers: limited files, articles or refusals, dates, and spans that a text cannot have."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from annotator.i18n import _
from annotator.model import zones as zoning
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle, Refusal, Remark

PendingRemark: TypeAlias = tuple[type[Remark], str]
"""The class and the reason of a remark on a document."""
ArticleReader: TypeAlias = Callable[[Path, str], Iterator[AnnotatedArticle | Refusal]]

MAX_QUOTE: Final = 100
"""Characters of a quotation in a message."""
_ISO: Final = re.compile(r"\d{4}(-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?")


def article_reader(build: Callable[[Path], AnnotatedArticle]) -> ArticleReader:
    """Return the reader of a format without spans, an article a file.

    `build` returns the article; it raises InvalidEdit with the reason for refusing it, and OSError.
    """

    def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Refusal]:
        try:
            yield build(path)
        except InvalidEdit as error:
            yield Refusal(str(path), 0, str(error))

    return read


def read_limited(path: Path, max_bytes: int) -> bytes:
    """Read a file. Raises InvalidEdit if it is larger than `max_bytes`, and OSError."""
    with path.open("rb") as file:
        data = file.read(max_bytes + 1)
    check_size(len(data), max_bytes)
    return data


def check_size(size: int, max_bytes: int) -> None:
    """Raise InvalidEdit for a file of this size if it is larger than `max_bytes`."""
    if size > max_bytes:
        raise InvalidEdit(_("The file is larger than {size} MB.").format(size=max_bytes // 1_000_000))


def shorten(text: str) -> str:
    """Return a text as quoted in a message."""
    return text if len(text) <= MAX_QUOTE else text[:MAX_QUOTE] + "…"


def describe_outside(start: int, end: int) -> str:
    """Return the message that a text has no such range."""
    return _("A span from {start} to {end} is not within the text.").format(start=start, end=end)


def describe_empty(start: int, end: int) -> str:
    """Return the message that a range is empty."""
    return _("A span from {start} to {end} is empty.").format(start=start, end=end)


def describe_mismatch(start: int, end: int, quoted: str, actual: str) -> str:
    """Return the message that the file's copy of a range differs from the text."""
    reason = _("The span from {start} to {end} should be “{given}”, but the text there is “{there}”.")
    return reason.format(start=start, end=end, given=shorten(quoted), there=shorten(actual))


def parse_published(text: str | None, reasons: list[str]) -> str | None:
    """Return the time of publication as ISO 8601: `text` itself, or read as a dateline."""
    if not text or _ISO.fullmatch(text):
        return text or None
    published = zoning.parse_dateline(text)
    if published is None:
        reasons.append(_("“{given}” is not a valid publication date.").format(given=shorten(text)))
    return published


def number_remarks(
    path: Path, number: int, items: Iterable[AnnotatedArticle | PendingRemark]
) -> Iterator[AnnotatedArticle | Remark]:
    """Yield what a document of a file without lines contains; each remark names its number."""
    for item in items:
        if isinstance(item, AnnotatedArticle):
            yield item
        else:
            kind, reason = item
            yield kind(str(path), 0, _("Document {number}: {reason}").format(number=number, reason=reason))
