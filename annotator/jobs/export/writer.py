"""Base classes of the writers, which write, read back and compare a format."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from annotator.formats.conll.tag_columns import TaggedLines
from annotator.formats.report import Report
from annotator.i18n import _
from annotator.jobs.export import read_back
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_outcomes, expect_unchanged, exported_parts
from annotator.jobs.export.file_output import SINGLE_PART_NAME, text_file
from annotator.jobs.export.read_back import NotVerified
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Span
from annotator.tagging import flat
from annotator.tagging.flat import SpanOutcome, TextRange


class Writer(ABC):
    """The writer of a format for one export.

    Its methods take what `opened` yields: a text stream, an open file or a folder.
    """

    suffix: str
    """The suffix of its files."""
    uses_zones = True
    """True if spans may lie outside the exported zones."""
    has_layers = False
    """True if the format holds layers of several annotators."""
    stored_fields: frozenset[str] = frozenset()
    """The article fields stored besides text and spans (see jobs.export.document_writer)."""
    needs_inspection = False
    """True if all articles must be inspected before the first is written."""
    keeps_flattened = False
    """True if the file also has spans that are not among the flat ones."""
    is_folder = False
    """True if even an unsplit export is a folder."""

    def part_name(self, part: str) -> str:
        """Return a part's name in the export's folder; "" is that folder itself."""
        return f"{part or SINGLE_PART_NAME}{self.suffix}"

    def opened(self, path: Path | None) -> AbstractContextManager[Any]:
        """Open a part's file, synced to disk at the end; None writes nothing. Raises OSError."""
        return text_file(path)

    def inspect(self, annotated: AnnotatedArticle) -> None:  # noqa: B027 - most have nothing to do
        """Inspect an article before the first is written."""

    def write_header(self, stream: Any) -> None:  # noqa: B027 - most have nothing to do
        """Write the beginning of the file."""

    @abstractmethod
    def write(self, stream: Any, annotated: AnnotatedArticle) -> tuple[list[SpanOutcome], int, int]:
        """Append an article; return its spans' outcomes and its numbers of sentences and tokens.

        Raises InvalidEdit for an article that the format cannot hold, which is left out.
        """

    def write_footer(self, stream: Any) -> None:  # noqa: B027 - most have nothing to do
        """Write the end of the file."""

    def build_companion_files(self, report: Report) -> Mapping[str, bytes]:
        """Return further files for the folder, by name."""
        return {}

    @abstractmethod
    def read_back(self, path: Path) -> Generator[Any, None, None]:
        """Yield a part's articles. Raises ValueError if unreadable."""

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """Return each span's expected outcome, by uid, without relying on `write`."""
        return expect_unchanged(annotated.spans)

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """Return whether the format may be unable to hold an article."""
        return False

    @abstractmethod
    def compare(
        self, annotated: AnnotatedArticle, content: Any, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """Compare an article as read back; return its numbers of sentences and tokens.

        Raises NotVerified unless it agrees with the corpus and the `expected` outcomes (see `expect`).
        """


class TokenWriter(Writer):
    """A writer for tokens and tags."""

    def __init__(self, suffix: str, labels: LabelSet, options: flat.ProjectionOptions) -> None:
        self.suffix = suffix
        self._labels, self._options = labels, options

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """See Writer."""
        return expect_outcomes(
            annotated.article, annotated.zones, annotated.spans, self._options, self._labels, self._overlap_group
        )

    def _overlap_group(self, _span: Span) -> str | None:
        """Return a key shared by spans that cannot overlap in the file; None if it may overlap any."""
        return ""

    def _check_spans(
        self,
        annotated: AnnotatedArticle,
        layers: Iterable[TaggedLines],
        scheme: str,
        ranges: Iterable[tuple[Span, TextRange | None]],
    ) -> None:
        """Raise NotVerified unless the lines have exactly these spans in these ranges."""
        text, parts = annotated.article.text, exported_parts(annotated.article, annotated.zones, self._options.zones)
        decoded = sorted(span for rows in layers for span in read_back.decode_spans(text, parts, rows, scheme))
        expected = sorted((*text_range, span.label) for span, text_range in ranges if text_range is not None)
        if decoded != expected:
            start, end, label = min(set(decoded) ^ set(expected), default=(decoded or expected)[0])
            reason = _("Article {number}: the file does not match the corpus for “{text}” ({label}) at {start}.")
            text = annotated.article.text[start:end]
            raise NotVerified(reason.format(number=annotated.article.id, text=text, label=label, start=start))


def count_tokens(sentences: Collection[Collection[object]]) -> tuple[int, int]:
    """Count sentences and tokens."""
    return len(sentences), sum(map(len, sentences))


def count_text_tokens(text: str) -> tuple[int, int]:
    """Count sentences and tokens of a whole text."""
    sentences = flat.build_sentences(text, [TextRange(0, len(text))], (), LabelSet(()))
    return count_tokens([words for words, _chunks in sentences])


def count_row_tokens(rows: TaggedLines) -> tuple[int, int]:
    """Count sentences and tokens of lines; an empty one ends each sentence."""
    sentences = rows.words.count("")
    return sentences, len(rows.words) - sentences
