"""Writer for formats of tokens with flat tags plus all spans; they need optional packages."""

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from annotator.formats.conll.tag_columns import TaggedLines
from annotator.formats.report import Report
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.writer import TokenWriter, count_row_tokens, count_tokens
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.optional import is_installed
from annotator.tagging import flat, schemes
from annotator.tagging.combined import CombinedProjection, project_combined
from annotator.tagging.flat import SpanOutcome
from annotator.tagging.nested import assign_levels
from annotator.tagging.schemes import Chunk

ReadSentence: TypeAlias = tuple[list[str], list[Chunk], list[Chunk]]
"""A sentence read back: its tokens, the flat chunks and all chunks."""
CombinedRows: TypeAlias = tuple[TaggedLines, list[TaggedLines]]
"""An article's lines tagged with the flat chunks, and once for each depth with all chunks of that depth."""


class Sink(Protocol):
    """An open file of such a format."""

    def add(self, article: CombinedProjection) -> None:
        """Append one article. Raises OSError."""


class CombinedFormat(Protocol):
    """The interface of a module for such a format.

    It needs PACKAGE and stores all spans in SPANS_FIELD. With IN_FOLDER, even an unsplit export is a folder; with
    HAS_TAGS, flat spans are tags of a scheme.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def PACKAGE(self) -> str: ...  # noqa: N802
    @property
    def SPANS_FIELD(self) -> str: ...  # noqa: N802

    @property
    def HAS_TAGS(self) -> bool: ...  # noqa: N802
    @property
    def IN_FOLDER(self) -> bool: ...  # noqa: N802

    def open_sink(self, stream: BinaryIO, labels: Sequence[str], scheme: str) -> AbstractContextManager[Sink]:
        """Open a file of articles, complete once the block succeeds. Raises OSError."""

    def read_back(self, path: Path, scheme: str) -> Iterator[list[ReadSentence]]:
        """Yield each article's sentences, read strictly by PACKAGE. Raises ValueError."""

    def build_companion_files(self, report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
        """Return further files for an export's folder, by name."""

    def missing_message(self) -> str:
        """Say what to install if PACKAGE is missing."""


class CombinedWriter(TokenWriter):
    """A writer for flat tags plus all spans."""

    keeps_flattened = True

    def __init__(self, format_: CombinedFormat, labels: LabelSet, options: flat.ProjectionOptions) -> None:
        """Raise CannotExport without the format's package."""
        if not is_installed(format_.PACKAGE):
            raise CannotExport(format_.missing_message())
        super().__init__(format_.SUFFIXES[0], labels, options)
        self.is_folder = format_.IN_FOLDER
        self._format = format_
        self._names = [label.name for label in labels.labels]

    @contextmanager
    def opened(self, path: Path | None) -> Iterator[Sink | None]:
        """See Writer."""
        if path is None:
            yield None
            return
        with path.open("xb") as stream:
            with self._format.open_sink(stream, self._names, self._options.scheme) as sink:
                yield sink
            stream.flush()
            os.fsync(stream.fileno())

    def write(self, sink: Sink | None, annotated: AnnotatedArticle) -> tuple[list[SpanOutcome], int, int]:
        """See Writer."""
        spans_field = self._format.SPANS_FIELD
        projection = project_combined(
            annotated.article, annotated.zones, annotated.spans, self._labels, self._options, spans_field
        )
        if sink is not None:
            sink.add(projection)
        return list(projection.outcomes), *count_tokens([sentence.tokens for sentence in projection.sentences])

    def build_companion_files(self, report: Report) -> Mapping[str, bytes]:
        """See Writer."""
        return self._format.build_companion_files(report, self._names)

    def read_back(self, path: Path) -> Generator[CombinedRows, None, None]:
        """See Writer."""
        for article in self._format.read_back(path, self._options.scheme):
            yield _encode_layers(article)

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """See Writer."""
        return True  # a file has a limited size

    def compare(
        self, annotated: AnnotatedArticle, content: CombinedRows, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """See Writer."""
        flat_rows, depths = content
        flat_ranges = ((span, expected[span.uid].text_range) for span in annotated.spans)
        all_ranges = ((span, expected[span.uid].range_alone) for span in annotated.spans)
        self._check_spans(annotated, [flat_rows], schemes.IOB2, flat_ranges)
        self._check_spans(annotated, depths, schemes.IOB2, all_ranges)
        return count_row_tokens(flat_rows)


def _encode_layers(sentences: Sequence[ReadSentence]) -> CombinedRows:
    """Convert an article to tags. Raises ValueError for invalid chunks."""
    depths = [assign_levels(chunks) for _words, _flat, chunks in sentences]
    deepest = max(map(len, depths), default=0)
    return _encode_rows((words, chunks) for words, chunks, _all in sentences), [
        _encode_rows(
            (words, sentence_levels[depth] if depth < len(sentence_levels) else [])
            for (words, _flat, _all), sentence_levels in zip(sentences, depths, strict=True)
        )
        for depth in range(deepest)
    ]


def _encode_rows(sentences: Iterable[tuple[list[str], Sequence[Chunk]]]) -> TaggedLines:
    """Convert sentences with flat chunks to tagged lines."""
    rows = TaggedLines([], {})
    for words, chunks in sentences:
        tags = schemes.encode(len(words), chunks, schemes.IOB2)
        rows.tags.update((len(rows.words) + index, tag) for index, tag in enumerate(tags) if tag != schemes.OUTSIDE)
        rows.words.extend((*words, ""))
    return rows
