"""Formats of tokens with several tags, which keep spans that nest and cross: written, and compared with the corpus."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from annotator.formats.conll.germeval import NestedRows
from annotator.formats.conll.tag_columns import Rows
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.writer import TokenWriter, counts
from annotator.model.labels import LabelSet
from annotator.model.records import Draft, Span
from annotator.tagging import flat
from annotator.tagging.flat import Fate
from annotator.tagging.nested import NestedProjection, project_levels


class NestedFormat(Protocol):
    """What the module of a format of tokens with several tags has. WITHIN_LABEL: see tagging.nested.project_levels."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def WITHIN_LABEL(self) -> bool: ...  # noqa: N802

    def write(self, stream: TextIO, article: NestedProjection, scheme: str, depth: int) -> None:
        """Append one article to a file whose deepest article has this depth."""

    def read_back(self, stream: TextIO, depth: int) -> Iterator[list[NestedRows]]:
        """The sentences of each article, read strictly. Raises Malformed."""

    def flat(self, sentences: Sequence[NestedRows]) -> Iterator[Rows]:
        """An article that was read back, several times with one tag a token: its spans are those of all."""


class Nested(TokenWriter):
    """Writes drafts in a format of tokens with several tags."""

    looks = True

    def __init__(self, format_: NestedFormat, labels: LabelSet, options: flat.Options) -> None:
        super().__init__(format_.SUFFIXES[0], labels, options)
        self._format = format_
        self._depth = 1

    def look(self, item: Draft) -> None:
        """The deepest article says how many columns a file has."""
        self._depth = max(self._depth, self._projected(item).depth)

    def write(self, stream: TextIO, item: Draft) -> tuple[list[Fate], int, int]:
        """See Writer."""
        projected = self._projected(item)
        self._format.write(stream, projected, self._options.scheme, self._depth)
        return list(projected.fates), *counts([sentence.words for sentence in projected.sentences])

    def read_back(self, path: Path) -> Generator[list[NestedRows], None, None]:
        """See Writer."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream, self._depth)

    def compare(self, item: Draft, found: list[NestedRows], expected: Mapping[str, Expected]) -> tuple[int, int]:
        """See Writer."""
        stretches = ((span, expected[span.uid].stretch) for span in item.spans)
        self._check_spans(item, self._format.flat(found), self._options.scheme, stretches)
        return counts(found)

    def _overlap_group(self, span: Span) -> str | None:
        return None if self._format.WITHIN_LABEL else span.label

    def _projected(self, item: Draft) -> NestedProjection:
        within = self._format.WITHIN_LABEL
        return project_levels(item.article, item.zones, item.spans, self._labels, self._options, within_label=within)
