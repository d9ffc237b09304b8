"""Formats of tokens and tags, which show an article's layer flattened: written, and compared with the corpus."""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TextIO

from annotator.formats.conll.tag_columns import Rows
from annotator.jobs.export.expected_outcomes import Expected
from annotator.jobs.export.writer import TokenWriter, counts, line_counts
from annotator.model.labels import LabelSet
from annotator.model.records import Draft
from annotator.tagging import flat
from annotator.tagging.flat import Fate, Projection


class TaggedFormat(Protocol):
    """What the module of a format of tokens and tags has. Its files are their articles, one after the other."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article."""

    def read_back(self, stream: TextIO) -> Iterator[Rows]:
        """The lines of each article, read strictly. Raises Malformed."""


class Flat(TokenWriter):
    """Writes drafts in a format of tokens and tags, and knows what became of each span."""

    def __init__(self, format_: TaggedFormat, labels: LabelSet, options: flat.Options) -> None:
        super().__init__(format_.SUFFIXES[0], labels, options)
        self._format = format_

    def write(self, stream: TextIO, item: Draft) -> tuple[list[Fate], int, int]:
        """See Writer."""
        projected = flat.project(item.article, item.zones, item.spans, self._labels, self._options)
        self._format.write(stream, projected, self._options.scheme)
        return list(projected.fates), *counts([sentence.words for sentence in projected.sentences])

    def read_back(self, path: Path) -> Generator[Rows, None, None]:
        """See Writer."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream)

    def compare(self, item: Draft, found: Rows, expected: Mapping[str, Expected]) -> tuple[int, int]:
        """See Writer."""
        stretches = ((span, expected[span.uid].stretch) for span in item.spans)
        self._check_spans(item, [found], self._options.scheme, stretches)
        return line_counts(found)
