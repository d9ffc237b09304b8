"""Formats of tokens and tags, which show an article's layer flattened: written, and compared with the corpus."""

from collections.abc import Collection, Generator, Iterator
from pathlib import Path
from typing import Protocol, TextIO

from annotator.core import projection
from annotator.core.labels import LabelSet
from annotator.core.model import Draft
from annotator.core.projection import WRITTEN, Fate, Projection, Stretch
from annotator.formats.conll import Rows
from annotator.i18n import _
from annotator.jobs import verifying
from annotator.jobs.verifying import NotVerified


class TaggedFormat(Protocol):
    """What the module of a format of tokens and tags has. Its files are their articles, one after the other."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article."""

    def read_back(self, stream: TextIO) -> Iterator[list[Rows]]:
        """The sentences of each article, read strictly. Raises Malformed."""


class Flat:
    """Writes drafts in a format of tokens and tags, and knows what became of each span (see jobs.exporting.Writer)."""

    zoned = True
    layered = False

    def __init__(self, format_: TaggedFormat, labels: LabelSet, options: projection.Options) -> None:
        self.suffix = format_.SUFFIXES[0]
        self._format, self._labels, self._options = format_, labels, options
        self._moved: dict[str, Stretch | None] = {}

    def begin(self, stream: TextIO) -> None:
        """Nothing comes before the first article."""

    def write(self, stream: TextIO, item: Draft) -> tuple[list[Fate], int, int]:
        """Append an article; the fates of its spans, and how many sentences and tokens it has."""
        projected = projection.project(item.article, item.zones, item.spans, self._labels, self._options)
        self._format.write(stream, projected, self._options.scheme)
        self._moved |= {fate.span.uid: fate.stretch for fate in projected.fates if fate.outcome != WRITTEN}
        return list(projected.fates), *_counts([sentence.tokens for sentence in projected.sentences])

    def end(self, stream: TextIO) -> None:
        """Nothing comes after the last article."""

    def read_back(self, path: Path) -> Generator[list[Rows], None, None]:
        """The articles of a file that this has written. Raises ValueError where it does not read."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream)

    def compare(self, item: Draft, found: list[Rows]) -> tuple[int, int]:
        """How many sentences and tokens were found for the article. Raises NotVerified where they do not say its
        spans."""
        article = item.article
        zones = projection.segments(article, item.zones, self._options.zones)
        said = verifying.spans(article.text, zones, found, self._options.scheme)
        expected = []
        for span in item.spans:
            stretch = self._moved.get(span.uid, Stretch(span.start, span.end))
            if stretch is not None:
                expected.append((*stretch, span.label))
        if said != sorted(expected):
            start, end, label = min(set(said) ^ set(expected), default=said[0])
            raise _differs(item, start, end, label)
        return _counts(found)


def _counts(sentences: Collection[Collection[object]]) -> tuple[int, int]:
    return len(sentences), sum(map(len, sentences))


def _differs(item: Draft, start: int, end: int, label: str) -> NotVerified:
    reason = _("Article {number}: the file and the corpus differ in “{text}” ({label}) at {start}.")
    text = item.article.text[start:end]
    return NotVerified(reason.format(number=item.article.id, text=text, label=label, start=start))
