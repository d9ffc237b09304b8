"""Formats of tokens with flat tags and all spans beside them: written, and compared with the corpus.

They are written and read by a package that need not be installed.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from annotator.core import projection, tagging
from annotator.core.labels import LabelSet
from annotator.core.levels import levels
from annotator.core.model import Draft
from annotator.core.projection import Fate
from annotator.core.tagging import Chunk
from annotator.core.twofold import TwofoldProjection, project_twofold
from annotator.extras import installed
from annotator.formats.conll import Rows
from annotator.formats.report import Report
from annotator.jobs import verifying
from annotator.jobs.flat import Moved, counts
from annotator.jobs.publishing import CannotExport

Said: TypeAlias = tuple[list[str], list[Chunk], list[Chunk]]
"""A sentence that was read back: its tokens, the flat chunks, and all of them."""
Layers: TypeAlias = tuple[Rows, list[Rows]]
"""The lines of an article with the tags of the flat chunks, and for each depth of all chunks with those."""


class Sink(Protocol):
    """A file that is being written."""

    def add(self, article: TwofoldProjection) -> None:
        """Append one article. Raises OSError."""


class TwofoldFormat(Protocol):
    """What the module of such a format has. It needs the PACKAGE, and calls the place of all spans BESIDE. Where it has
    COMPANIONS, an export is a folder with these files beside its own. Its flat spans are tags of a scheme if TAGS."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def PACKAGE(self) -> str: ...  # noqa: N802
    @property
    def BESIDE(self) -> str: ...  # noqa: N802

    @property
    def TAGS(self) -> bool: ...  # noqa: N802
    @property
    def COMPANIONS(self) -> tuple[str, ...]: ...  # noqa: N802

    def sink(self, stream: BinaryIO, labels: Sequence[str], scheme: str) -> AbstractContextManager[Sink]:
        """A file of articles, whole when the block has ended well. Raises OSError."""

    def read_back(self, path: Path, scheme: str) -> Iterator[list[Said]]:
        """The sentences of each article, read strictly by the PACKAGE. Raises ValueError."""

    def companions(self, report: Report, labels: Sequence[str]) -> Iterator[bytes]:
        """The contents of the COMPANIONS of an export, where the corpus has these labels."""

    def missing(self) -> str:
        """Says what to install where the PACKAGE is missing."""


class Twofold:
    """Writes drafts in such a format, and knows what became of each span (see jobs.exporting.Writer)."""

    zoned = True
    layered = False
    looks = False
    holds: frozenset[str] = frozenset()

    def __init__(self, format_: TwofoldFormat, labels: LabelSet, options: projection.Options) -> None:
        """Raise CannotExport where what the format needs is not installed."""
        if not installed(format_.PACKAGE):
            raise CannotExport(format_.missing())
        self.suffix = format_.SUFFIXES[0]
        self.companions = format_.COMPANIONS
        self._format, self._labels, self._options = format_, labels, options
        self._names = [label.name for label in labels.labels]
        self._flat, self._all = Moved(), Moved()

    @contextmanager
    def opened(self, path: Path | None) -> Iterator[Sink | None]:
        """A new file of articles, which is on the disk when the block ends; None is nowhere. Raises OSError."""
        if path is None:
            yield None
            return
        with path.open("xb") as stream:
            with self._format.sink(stream, self._names, self._options.scheme) as sink:
                yield sink
            stream.flush()
            os.fsync(stream.fileno())

    def look(self, item: Draft) -> None:
        """Nothing has to be known before."""

    def begin(self, sink: Sink | None) -> None:
        """Nothing comes before the first article."""

    def write(self, sink: Sink | None, item: Draft) -> tuple[list[Fate], int, int]:
        """Append an article; the fates of its spans, and how many sentences and tokens it has."""
        beside = self._format.BESIDE
        projected = project_twofold(item.article, item.zones, item.spans, self._labels, self._options, beside)
        if sink is not None:
            sink.add(projected)
            self._flat.note(projected.fates)
            self._all.note(projected.placed)
        return list(projected.fates), *counts([sentence.tokens for sentence in projected.sentences])

    def end(self, sink: Sink | None) -> None:
        """Nothing comes after the last article that the file itself does not see to."""

    def accompany(self, report: Report) -> Iterator[bytes]:
        """The contents of the files beside those of the articles."""
        return self._format.companions(report, self._names)

    def read_back(self, path: Path) -> Generator[Layers, None, None]:
        """The articles of a file that this has written. Raises ValueError where it does not read."""
        for article in self._format.read_back(path, self._options.scheme):
            yield _layers(article)

    def compare(self, item: Draft, found: Layers) -> tuple[int, int]:
        """How many sentences and tokens were found for the article. Raises NotVerified where they do not say its
        spans."""
        flat, depths = found
        text, zones = item.article.text, projection.segments(item.article, item.zones, self._options.zones)
        self._flat.compare(item, verifying.spans(text, zones, flat, tagging.IOB2))
        said = [one for rows in depths for one in verifying.spans(text, zones, rows, tagging.IOB2)]
        self._all.compare(item, sorted(said))
        sentences = flat.words.count("")
        return sentences, len(flat.words) - sentences


def _layers(sentences: Sequence[Said]) -> Layers:
    """An article as tags. Raises ValueError for chunks that are none."""
    depths = [levels(chunks) for _words, _flat, chunks in sentences]
    deepest = max(map(len, depths), default=0)
    return _rows((words, chunks) for words, chunks, _all in sentences), [
        _rows(
            (words, depth[at] if at < len(depth) else [])
            for (words, _flat, _all), depth in zip(sentences, depths, strict=True)
        )
        for at in range(deepest)
    ]


def _rows(sentences: Iterable[tuple[list[str], Sequence[Chunk]]]) -> Rows:
    """Sentences with flat chunks, as lines."""
    rows = Rows([], {})
    for words, chunks in sentences:
        tags = tagging.encode(len(words), chunks, tagging.IOB2)
        rows.tags.update((len(rows.words) + at, tag) for at, tag in enumerate(tags) if tag != tagging.OUTSIDE)
        rows.words.extend((*words, ""))
    return rows
