"""Formats with a file, or several, for each article: written into a folder, and compared with the corpus."""

import os
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from annotator.i18n import _
from annotator.jobs.export.document_writer import compare
from annotator.jobs.export.expected_outcomes import Expected, as_written
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Writer, text_counts
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Draft, Refusal, Span
from annotator.tagging.flat import REFUSED, WRITTEN, Fate


class FileFormat(Protocol):
    """What the module of a format with a file an article has. The file that is read has the first of SUFFIXES, and
    those beside it that it is read with have their own. HOLDS: see jobs.export.document_writer."""

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802
    @property
    def HOLDS(self) -> frozenset[str]: ...  # noqa: N802

    def fault(self, span: Span) -> str | None:
        """Why a file cannot hold a span; None where it can."""

    def encode_files(self, item: Draft) -> dict[str, bytes]:
        """The files of an article, by suffix. Its spans have no fault. Raises Rejected where it cannot be held."""

    def shared_files(self, labels: Sequence[str], values: Collection[str]) -> dict[str, bytes]:
        """What a folder needs once, by name: `labels` are the corpus', `values` what its spans stand for."""

    def read(self, path: Path, annotator: str) -> Iterator[Draft | Refusal]:
        """See formats.Format."""


class Folder:
    """A folder that is being filled."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.values: set[str] = set()
        """What the spans of its articles stand for."""
        self.filled = False

    def add(self, name: str, data: bytes) -> None:
        """Make a file. Raises OSError."""
        with (self._path / name).open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.filled = True


class ArticleFiles(Writer):
    """Writes drafts in a format with a file an article, whose sentences and tokens are those of its text. Each part is
    a folder."""

    zoned = False
    in_folder = True

    def __init__(self, format_: FileFormat, labels: LabelSet) -> None:
        self.suffix = format_.SUFFIXES[0]
        self.holds = format_.HOLDS
        self.layered = "annotator" in self.holds
        self._format = format_
        self._labels = [label.name for label in labels.labels]

    def named(self, part: str) -> str:
        """See Writer."""
        return part

    @contextmanager
    def opened(self, path: Path | None) -> Iterator[Folder | None]:
        """See Writer."""
        if path is None:
            yield None
            return
        path.mkdir(exist_ok=True)
        yield Folder(path)

    def write(self, folder: Folder | None, item: Draft) -> tuple[list[Fate], int, int]:
        """See Writer."""
        faults = {span.uid: fault for span in item.spans if (fault := self._format.fault(span))}
        kept = [span for span in item.spans if span.uid not in faults]
        files = self._format.encode_files(replace(item, spans=tuple(kept)))
        if folder is not None:
            for suffix, data in files.items():
                folder.add(_stem(item.article) + suffix, data)
            folder.values |= {span.value for span in kept if span.value}
        return [_fate(span, faults.get(span.uid)) for span in item.spans], *text_counts(item.article.text)

    def end(self, folder: Folder | None) -> None:
        """Write what the files need besides, where there are any."""
        if folder is not None and folder.filled:
            for name, data in self._format.shared_files(self._labels, folder.values).items():
                folder.add(name, data)

    def read_back(self, path: Path) -> Generator[Path, None, None]:
        """The folder, once for each article that is in it: which of its files is whose, an article's number says."""
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.endswith(self.suffix):
                    yield path

    def expect(self, item: Draft) -> dict[str, Expected]:
        """See Writer. The rules are those of the formats, in other words."""
        refused = [span for span in item.spans if self._is_unholdable(span)]
        return as_written(item.spans) | {span.uid: Expected(REFUSED, None, None) for span in refused}

    def _is_unholdable(self, span: Span) -> bool:
        if self._format.NAME == "brat":
            return any(map(str.isspace, span.label))
        return self._format.NAME == "xmi" and not is_xml(span.value or "")

    def may_leave_out(self, item: Draft) -> bool:
        """See Writer."""
        return self._format.NAME == "xmi" and not is_xml(item.article.text)

    def compare(self, item: Draft, found: Path, expected: Mapping[str, Expected]) -> tuple[int, int]:
        """See Writer."""
        kept = tuple(span for span in item.spans if expected[span.uid].outcome == WRITTEN)
        path = found / (_stem(item.article) + self.suffix)
        if not path.is_file():
            raise NotVerified(_("The file lacks article {number}.").format(number=item.article.id))
        sentences = tokens = 0
        for one in self._format.read(path, ""):
            if isinstance(one, Refusal):
                raise NotVerified(_("The file does not read back: {error}").format(error=one.reason))
            compare(replace(item, spans=kept), one, self.holds)
            sentences, tokens = text_counts(one.article.text)
        return sentences, tokens


def is_xml(text: str) -> bool:
    """Return whether XML 1.0 has a place for each character: https://www.w3.org/TR/xml/#charsets"""
    return not any(
        (character < " " and character not in "\t\n\r")
        or "\ud800" <= character <= "\udfff"
        or character in "\ufffe\uffff"
        for character in text
    )


def _stem(article: Article) -> str:
    """What the files of an article are called. Its number is its own and stays; brat falls over letters that are not
    ASCII in a name (https://github.com/nlplab/brat/issues/1195), so there is no title in it."""
    return f"article-{article.id:05}"


def _fate(span: Span, fault: str | None) -> Fate:
    return Fate(span, REFUSED, fault) if fault else Fate(span, WRITTEN)
