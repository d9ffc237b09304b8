"""Writer for formats with files for each article, in a folder."""

import os
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from annotator.i18n import _
from annotator.jobs.export.document_writer import compare_articles
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_unchanged
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Writer, count_text_tokens
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Article, Refusal, Span
from annotator.tagging.flat import REFUSED, WRITTEN, SpanOutcome


class FilePerArticleFormat(Protocol):
    """The interface of a module for such a format.

    The main file has the first of SUFFIXES; companion files, read with it, have others. For STORED_FIELDS see
    jobs.export.document_writer.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def STORED_FIELDS(self) -> frozenset[str]: ...  # noqa: N802

    def refusal_reason(self, span: Span) -> str | None:
        """Say why a file cannot hold the span; None if it can."""

    def encode_files(self, annotated: AnnotatedArticle) -> dict[str, bytes]:
        """Return an article's files by suffix. Raises InvalidEdit if the format cannot hold it.

        None of its spans has a `refusal_reason`.
        """

    def encode_shared_files(self, labels: Sequence[str], values: Collection[str]) -> dict[str, bytes]:
        """Return the files needed once in a folder, by name.

        `labels` are the corpus's, `values` its spans'.
        """

    def read(self, path: Path, annotator: str) -> Iterator[AnnotatedArticle | Refusal]:
        """See formats.registry.Format."""


class ArticleFolder:
    """A folder being filled."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: set[str] = set()
        """The values of its spans."""
        self.has_files = False

    def add(self, name: str, data: bytes) -> None:
        """Create a file and sync it to disk. Raises OSError."""
        with (self._path / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.has_files = True


class FilePerArticleWriter(Writer):
    """A writer for files by article, with sentences and tokens of the whole text. Parts are folders."""

    uses_zones = False
    is_folder = True

    def __init__(self, format_: FilePerArticleFormat, labels: LabelSet) -> None:
        self.suffix = format_.SUFFIXES[0]
        self.stored_fields = format_.STORED_FIELDS
        self.has_layers = "annotator" in self.stored_fields
        self._format = format_
        self._labels = [label.name for label in labels.labels]

    def part_name(self, part: str) -> str:
        """See Writer."""
        return part

    @contextmanager
    def opened(self, path: Path | None) -> Iterator[ArticleFolder | None]:
        """See Writer."""
        if path is None:
            yield None
            return
        path.mkdir(exist_ok=True)
        yield ArticleFolder(path)

    def write(self, folder: ArticleFolder | None, annotated: AnnotatedArticle) -> tuple[list[SpanOutcome], int, int]:
        """See Writer."""
        reasons = {span.uid: reason for span in annotated.spans if (reason := self._format.refusal_reason(span))}
        written_spans = [span for span in annotated.spans if span.uid not in reasons]
        files = self._format.encode_files(replace(annotated, spans=tuple(written_spans)))
        if folder is not None:
            for suffix, data in files.items():
                folder.add(_file_stem(annotated.article) + suffix, data)
            folder.values |= {span.value for span in written_spans if span.value}
        return [_build_outcome(span, reasons.get(span.uid)) for span in annotated.spans], *count_text_tokens(
            annotated.article.text
        )

    def write_footer(self, folder: ArticleFolder | None) -> None:
        """Write the shared files if there are any articles."""
        if folder is not None and folder.has_files:
            for name, data in self._format.encode_shared_files(self._labels, folder.values).items():
                folder.add(name, data)

    def read_back(self, path: Path) -> Generator[Path, None, None]:
        """Yield the folder once for each article; its number determines its file."""
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.endswith(self.suffix):
                    yield path

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """See Writer. The rules are implemented independently of the formats."""
        refused_spans = [span for span in annotated.spans if self._must_refuse(span)]
        return expect_unchanged(annotated.spans) | {
            span.uid: ExpectedOutcome(REFUSED, None, None) for span in refused_spans
        }

    def _must_refuse(self, span: Span) -> bool:
        if self._format.NAME == "brat":
            return any(map(str.isspace, span.label))
        return self._format.NAME == "xmi" and not is_xml_text(span.value or "")

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """See Writer."""
        return self._format.NAME == "xmi" and not is_xml_text(annotated.article.text)

    def compare(
        self, annotated: AnnotatedArticle, content: Path, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """See Writer."""
        expected_spans = tuple(span for span in annotated.spans if expected[span.uid].kind == WRITTEN)
        path = content / (_file_stem(annotated.article) + self.suffix)
        if not path.is_file():
            raise NotVerified(_("Article {number} is missing from the file.").format(number=annotated.article.id))
        sentences = tokens = 0
        for item in self._format.read(path, ""):
            if isinstance(item, Refusal):
                raise NotVerified(_("The file cannot be read back: {error}").format(error=item.reason))
            compare_articles(replace(annotated, spans=expected_spans), item, self.stored_fields)
            sentences, tokens = count_text_tokens(item.article.text)
        return sentences, tokens


def is_xml_text(text: str) -> bool:
    """Return whether XML 1.0 allows each character (https://www.w3.org/TR/xml/#charsets)."""
    return not any(
        (character < " " and character not in "\t\n\r")
        or "\ud800" <= character <= "\udfff"
        or character in "\ufffe\uffff"
        for character in text
    )


def _file_stem(article: Article) -> str:
    """Return an article's file name without suffix, from its number, unique and stable.

    Not from its title: brat fails on non-ASCII names (https://github.com/nlplab/brat/issues/1195).
    """
    return f"article-{article.id:05}"


def _build_outcome(span: Span, reason: str | None) -> SpanOutcome:
    return SpanOutcome(span, REFUSED, reason) if reason else SpanOutcome(span, WRITTEN)
