"""Writer for formats with files for each article, in a folder."""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from annotator.file_ops import synced_file
from annotator.formats.format import Files, Format
from annotator.i18n import _
from annotator.jobs.export.document_writer import compare_articles
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_unchanged
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Converted, Writer, count_text_tokens
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Article, Remark
from annotator.tagging.flat import REFUSED, WRITTEN


class ArticleFolder:
    """A folder being filled."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: set[str] = set()
        """The values of its spans."""
        self.has_files = False

    def add(self, name: str, data: bytes) -> None:
        """Create a file and sync it to disk. Raises OSError."""
        with synced_file(self._path / name) as file:
            file.write(data)
        self.has_files = True


class FilePerArticleWriter(Writer):
    """A writer for files by article, with sentences and tokens of the whole text. Parts are folders."""

    uses_zones = False
    has_whole_texts = True
    is_folder = True

    def __init__(self, format_: Format, files: Files, labels: LabelSet) -> None:
        self.suffix = format_.suffixes[0]
        self.stored_fields = files.stored_fields
        self._format, self._files = format_, files
        self._labels = [label.name for label in labels.labels]

    def part_name(self, part: str) -> str:
        """See Writer."""
        return part

    def file_name(self, article: Article) -> str:
        """See Writer."""
        return _file_stem(article) + self.suffix

    @contextmanager
    def opened(self, path: Path) -> Iterator[ArticleFolder]:
        """See Writer. The shared files are written at the end, if there are any articles."""
        path.mkdir(exist_ok=True)
        folder = ArticleFolder(path)
        yield folder
        if folder.has_files:
            for name, data in self._files.encode_shared(self._labels, folder.values).items():
                folder.add(name, data)

    def convert(self, annotated: AnnotatedArticle) -> Converted:
        """See Writer."""
        reasons = [self._files.refusal_reason(annotated.article.text, span) for span in annotated.spans]
        spans = tuple(span for span, reason in zip(annotated.spans, reasons, strict=True) if not reason)
        files = self._files.encode(replace(annotated, spans=spans))
        outcomes = {index: (REFUSED, reason, None) for index, reason in enumerate(reasons) if reason}
        return Converted(files, outcomes, *count_text_tokens(annotated.article.text))

    def append(self, target: ArticleFolder, annotated: AnnotatedArticle, content: Mapping[str, bytes]) -> None:
        """See Writer."""
        for suffix, data in content.items():
            target.add(_file_stem(annotated.article) + suffix, data)
        text = annotated.article.text
        target.values |= {
            span.value for span in annotated.spans if span.value and not self._files.refusal_reason(text, span)
        }

    def read_back(self, path: Path) -> Generator[Path, None, None]:
        """Yield the folder once for each article; its number determines its file."""
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.endswith(self.suffix):
                    yield path

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """See Writer."""
        return expect_unchanged(annotated.spans) | {
            span.uid: ExpectedOutcome(REFUSED, None, None)
            for span in annotated.spans
            if not self._files.allows_span(annotated.article.text, span)
        }

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """See Writer."""
        return not self._files.allows_article(annotated)

    def compare(self, annotated: AnnotatedArticle, content: Path, expected: Mapping[str, ExpectedOutcome]) -> None:
        """See Writer."""
        expected_spans = tuple(span for span in annotated.spans if expected[span.uid].kind == WRITTEN)
        path = content / self.file_name(annotated.article)
        if not path.is_file():
            raise NotVerified(_("Article {number} is missing from the file.").format(number=annotated.article.id))
        items = list(self._format.read(path, ""))
        if not items:
            raise NotVerified(_("Article {number} is missing from the file.").format(number=annotated.article.id))
        for item in items:
            if isinstance(item, Remark):
                raise NotVerified(_("The file cannot be read back: {error}").format(error=item.reason))
            compare_articles(replace(annotated, spans=expected_spans), item, self.stored_fields)


def _file_stem(article: Article) -> str:
    """Return an article's file name without suffix, from its number, unique and stable.

    Not from its title: brat fails on non-ASCII names (https://github.com/nlplab/brat/issues/1195).
    """
    return f"article-{article.id:05}"
