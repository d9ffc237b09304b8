"""Writer for formats of tokens with several tags each, for nested and crossing spans."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from annotator.formats.conll.germeval import TaggedSentence
from annotator.formats.conll.tag_columns import TaggedLines
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.writer import TokenWriter, count_tokens
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Span
from annotator.tagging import flat
from annotator.tagging.flat import SpanOutcome
from annotator.tagging.nested import NestedProjection, project_nested


class NestedTagFormat(Protocol):
    """The interface of a module for such a format.

    ALLOWS_SAME_LABEL is the `allow_same_label` of tagging.nested.project_nested.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def ALLOWS_SAME_LABEL(self) -> bool: ...  # noqa: N802

    def write(self, stream: TextIO, article: NestedProjection, scheme: str, depth: int) -> None:
        """Append an article to a file whose deepest article has this depth."""

    def read_back(self, stream: TextIO, depth: int) -> Iterator[list[TaggedSentence]]:
        """Yield the sentences of each article, read strictly. Raises Malformed."""

    def flatten(self, sentences: Sequence[TaggedSentence]) -> Iterator[TaggedLines]:
        """Convert an article to several with one tag a token, which together have all spans."""


class NestedTagWriter(TokenWriter):
    """A writer for tokens with several tags each."""

    needs_inspection = True

    def __init__(self, format_: NestedTagFormat, labels: LabelSet, options: flat.ProjectionOptions) -> None:
        super().__init__(format_.SUFFIXES[0], labels, options)
        self._format = format_
        self._depth = 1

    def inspect(self, annotated: AnnotatedArticle) -> None:
        """Update the greatest depth, the number of columns."""
        self._depth = max(self._depth, self._project(annotated).depth)

    def write(self, stream: TextIO, annotated: AnnotatedArticle) -> tuple[list[SpanOutcome], int, int]:
        """See Writer."""
        projection = self._project(annotated)
        self._format.write(stream, projection, self._options.scheme, self._depth)
        return list(projection.outcomes), *count_tokens([sentence.words for sentence in projection.sentences])

    def read_back(self, path: Path) -> Generator[list[TaggedSentence], None, None]:
        """See Writer."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream, self._depth)

    def compare(
        self, annotated: AnnotatedArticle, content: list[TaggedSentence], expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """See Writer."""
        ranges = ((span, expected[span.uid].text_range) for span in annotated.spans)
        self._check_spans(annotated, self._format.flatten(content), self._options.scheme, ranges)
        return count_tokens(content)

    def _overlap_group(self, span: Span) -> str | None:
        return None if self._format.ALLOWS_SAME_LABEL else span.label

    def _project(self, annotated: AnnotatedArticle) -> NestedProjection:
        allow_same_label = self._format.ALLOWS_SAME_LABEL
        return project_nested(
            annotated.article,
            annotated.zones,
            annotated.spans,
            self._labels,
            self._options,
            allow_same_label=allow_same_label,
        )
