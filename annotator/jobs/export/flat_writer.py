"""Writer for formats of tokens with one tag each, for a flattened layer."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TextIO

from annotator.formats.conll.tag_columns import TaggedLines
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.writer import TokenWriter, count_row_tokens, count_tokens
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.tagging import flat
from annotator.tagging.flat import FlatProjection, SpanOutcome


class FlatTagFormat(Protocol):
    """The interface of a module for such a format. A file is a sequence of articles."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def write(self, stream: TextIO, article: FlatProjection, scheme: str) -> None:
        """Append one article."""

    def read_back(self, stream: TextIO) -> Iterator[TaggedLines]:
        """Yield the lines of each article, read strictly. Raises Malformed."""


class FlatTagWriter(TokenWriter):
    """A writer for tokens with one tag each."""

    def __init__(self, format_: FlatTagFormat, labels: LabelSet, options: flat.ProjectionOptions) -> None:
        super().__init__(format_.SUFFIXES[0], labels, options)
        self._format = format_

    def write(self, stream: TextIO, annotated: AnnotatedArticle) -> tuple[list[SpanOutcome], int, int]:
        """See Writer."""
        projection = flat.project_flat(annotated.article, annotated.zones, annotated.spans, self._labels, self._options)
        self._format.write(stream, projection, self._options.scheme)
        return list(projection.outcomes), *count_tokens([sentence.words for sentence in projection.sentences])

    def read_back(self, path: Path) -> Generator[TaggedLines, None, None]:
        """See Writer."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream)

    def compare(
        self, annotated: AnnotatedArticle, content: TaggedLines, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """See Writer."""
        ranges = ((span, expected[span.uid].text_range) for span in annotated.spans)
        self._check_spans(annotated, [content], self._options.scheme, ranges)
        return count_row_tokens(content)
