"""Formats of tokens with flat tags and all spans beside them: written, and compared with the corpus.

They are written and read by a package that need not be installed.
"""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from annotator.formats.conll.tag_columns import Rows
from annotator.formats.report import Report
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.writer import TokenWriter, counts, line_counts
from annotator.model.labels import LabelSet
from annotator.model.records import Draft
from annotator.optional import installed
from annotator.tagging import flat, schemes
from annotator.tagging.combined import TwofoldProjection, project_twofold
from annotator.tagging.flat import Fate
from annotator.tagging.nested import levels
from annotator.tagging.schemes import Chunk

Said: TypeAlias = tuple[list[str], list[Chunk], list[Chunk]]
"""A sentence that was read back: its tokens, the flat chunks, and all of them."""
Layers: TypeAlias = tuple[Rows, list[Rows]]
"""The lines of an article with the tags of the flat chunks, and for each depth of all chunks with those."""


class Sink(Protocol):
    """A file that is being written."""

    def add(self, article: TwofoldProjection) -> None:
        """Append one article. Raises OSError."""


class TwofoldFormat(Protocol):
    """What the module of such a format has. It needs the PACKAGE, and calls the place of all spans BESIDE. An export is
    a folder even where it is not split if IN_FOLDER; the flat spans are tags of a scheme if TAGS."""

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
    def IN_FOLDER(self) -> bool: ...  # noqa: N802

    def sink(self, stream: BinaryIO, labels: Sequence[str], scheme: str) -> AbstractContextManager[Sink]:
        """A file of articles, whole when the block has ended well. Raises OSError."""

    def read_back(self, path: Path, scheme: str) -> Iterator[list[Said]]:
        """The sentences of each article, read strictly by the PACKAGE. Raises ValueError."""

    def companions(self, report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
        """What lies beside the files of an export, by name, where the corpus has these labels."""

    def missing(self) -> str:
        """Says what to install where the PACKAGE is missing."""


class Twofold(TokenWriter):
    """Writes drafts in such a format, and knows what became of each span."""

    keeps_flattened = True

    def __init__(self, format_: TwofoldFormat, labels: LabelSet, options: flat.Options) -> None:
        """Raise CannotExport where what the format needs is not installed."""
        if not installed(format_.PACKAGE):
            raise CannotExport(format_.missing())
        super().__init__(format_.SUFFIXES[0], labels, options)
        self.in_folder = format_.IN_FOLDER
        self._format = format_
        self._names = [label.name for label in labels.labels]

    @contextmanager
    def opened(self, path: Path | None) -> Iterator[Sink | None]:
        """See Writer."""
        if path is None:
            yield None
            return
        with path.open("xb") as stream:
            with self._format.sink(stream, self._names, self._options.scheme) as sink:
                yield sink
            stream.flush()
            os.fsync(stream.fileno())

    def write(self, sink: Sink | None, item: Draft) -> tuple[list[Fate], int, int]:
        """See Writer."""
        beside = self._format.BESIDE
        projected = project_twofold(item.article, item.zones, item.spans, self._labels, self._options, beside)
        if sink is not None:
            sink.add(projected)
        return list(projected.fates), *counts([sentence.tokens for sentence in projected.sentences])

    def companions(self, report: Report) -> Mapping[str, bytes]:
        """See Writer."""
        return self._format.companions(report, self._names)

    def read_back(self, path: Path) -> Generator[Layers, None, None]:
        """See Writer."""
        for article in self._format.read_back(path, self._options.scheme):
            yield _layers(article)

    def may_leave_out(self, item: Draft) -> bool:
        """See Writer."""
        return True  # the file may be full

    def compare(self, item: Draft, found: Layers, expected: Mapping[str, Expected]) -> tuple[int, int]:
        """See Writer."""
        flat_rows, depths = found
        chosen = ((span, expected[span.uid].stretch) for span in item.spans)
        everything = ((span, expected[span.uid].alone) for span in item.spans)
        self._check_spans(item, [flat_rows], schemes.IOB2, chosen)
        self._check_spans(item, depths, schemes.IOB2, everything)
        return line_counts(flat_rows)


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
        tags = schemes.encode(len(words), chunks, schemes.IOB2)
        rows.tags.update((len(rows.words) + at, tag) for at, tag in enumerate(tags) if tag != schemes.OUTSIDE)
        rows.words.extend((*words, ""))
    return rows
