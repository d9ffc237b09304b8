"""Formats of whole articles, which keep every span as it is: written, and compared with the corpus."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO

from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Writer, text_counts
from annotator.model import zones as zoning
from annotator.model.records import DATELINE, Draft, Remark
from annotator.model.titles import title
from annotator.tagging.flat import WRITTEN, Fate


class ArticleFormat(Protocol):
    """What the module of a format of whole articles has.

    A file is HEAD, the articles with BETWEEN between them, and FOOT. HOLDS names what it keeps of an article besides
    its text and the labels, starts and ends of its spans: of "annotator", "value", "note", "zones", "states", "notes",
    "title", "published", "source", "url".
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def HEAD(self) -> str: ...  # noqa: N802
    @property
    def BETWEEN(self) -> str: ...  # noqa: N802
    @property
    def FOOT(self) -> str: ...  # noqa: N802
    @property
    def HOLDS(self) -> frozenset[str]: ...  # noqa: N802

    def encode(self, item: Draft) -> str:
        """The article as it stands in a file."""

    def read(self, path: Path, annotator: str) -> Iterator[Draft | Remark]:
        """See formats.Format."""


class Whole(Writer):
    """Writes drafts in a format of whole articles, whose sentences and tokens are those of their text."""

    zoned = False

    def __init__(self, format_: ArticleFormat) -> None:
        self.suffix = format_.SUFFIXES[0]
        self._format = format_
        self.holds = format_.HOLDS
        self.layered = "annotator" in self.holds
        self._begun: set[int] = set()

    def begin(self, stream: TextIO) -> None:
        """See Writer."""
        stream.write(self._format.HEAD)

    def write(self, stream: TextIO, item: Draft) -> tuple[list[Fate], int, int]:
        """See Writer."""
        if id(stream) in self._begun:
            stream.write(self._format.BETWEEN)
        self._begun.add(id(stream))
        stream.write(self._format.encode(item))
        return [Fate(span, WRITTEN) for span in item.spans], *text_counts(item.article.text)

    def end(self, stream: TextIO) -> None:
        """See Writer."""
        stream.write(self._format.FOOT)

    def read_back(self, path: Path) -> Generator[Draft, None, None]:
        """See Writer."""
        for found in self._format.read(path, ""):
            if isinstance(found, Remark):
                raise ValueError(found.reason)
            yield found

    def compare(self, item: Draft, found: Draft, _expected: Mapping[str, Expected]) -> tuple[int, int]:
        """See Writer."""
        compare(item, found, self.holds)
        return text_counts(found.article.text)


def compare(item: Draft, found: Draft, holds: frozenset[str]) -> None:
    """Raise NotVerified where what was found for the article is not what a format that `holds` this should hold."""
    if found.article.text != item.article.text:
        raise NotVerified(_("Article {number}: the text of the file differs.").format(number=item.article.id))
    if _said(found, holds) != _said(item, holds) or not _is_described(item, found, holds):
        raise NotVerified(_("Article {number}: the file and the corpus differ.").format(number=item.article.id))


def _is_described(item: Draft, found: Draft, holds: frozenset[str]) -> bool:
    """Return whether title, time, source and address are those of the corpus, as far as the format holds them.

    A format may write the title that is shown in place of one that is missing; a time that is missing is read off a
    dateline.
    """
    article, text = item.article, found.article.text
    datelines = (text[zone.start : zone.end] for zone in found.zones if zone.kind == DATELINE)
    stated = next(filter(None, map(zoning.published, datelines)), None)
    allowed = {
        "title": {article.title or None, title(article, item.zones)},
        "published": {article.published or stated},
        "source": {article.source or None},
        "url": {article.url or None},
    }
    return all((getattr(found.article, name) or None) in values for name, values in allowed.items() if name in holds)


def _said(item: Draft, holds: frozenset[str]) -> list[list[tuple[Any, ...]]]:
    """All that the format says of an article, but for its text."""
    held = [name for name in ("annotator", "value", "note") if name in holds]
    spans = [(span.start, span.end, span.label, *(getattr(span, name) or "" for name in held)) for span in item.spans]
    parts: dict[str, list[tuple[Any, ...]]] = {
        "zones": [(zone.kind, zone.start, zone.end) for zone in item.zones],
        "states": [(status.annotator, status.state) for status in item.states],
        "notes": [(note.annotator, note.text) for note in item.notes],
    }
    return [sorted(spans), *(sorted(part) for name, part in parts.items() if name in holds)]
