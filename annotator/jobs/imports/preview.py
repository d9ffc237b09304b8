"""Preview of files before their import. Nothing is stored."""

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator.formats import registry
from annotator.formats.documents import pdf, tables
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.replacement import has_corrections
from annotator.model.logical_order import changed_lines, is_logical, restore_logical_order
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code
from annotator.model.records import AnnotatedArticle, Refusal, Remark, Repair, UndividedNotice
from annotator.model.remarks import explain_removed
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle
from annotator.text.line_joining import find_broken_lines

_MAX_LINES: Final = 5
"""Lines of an article, and pairs of lines before and after a repair, to show."""
_MAX_LINE_LENGTH: Final = 400
"""Code points of a line to show."""
_MAX_REMARKS: Final = 20
"""Remarks kept for a file; further ones are counted."""
_PROGRESS_INTERVAL: Final = 100
"""Articles between two yields."""


class FilePreview(Struct, frozen=True):
    """The content of a file as read with these options.

    `format` is its format's name, None if unknown; `possible_formats` are candidates. `new_uids` are of articles that
    the corpus lacks, `first_lines` the first article's. `not_logical` counts articles in presentation forms or visual
    order; `line_changes` has lines of the first before and after the repair. `label_counts` counts spans by label,
    `unknown_labels` those of labels that the corpus lacks. `remarks` are the first; `refusal_count` and `repair_count`
    count all of their kinds. `columns` are a table's, if their names do not show their content. `broken_lines` counts
    the lines of a PDF that can be joined with the next, `undivided_sentences` those of a long file of columns that does
    not say where its articles begin. `corrected` counts the articles of the corpus of which the file has spans changed
    or deleted (see jobs.imports.replacement). `has_encoding` says whether the encoding of the file may be chosen, and
    `is_undecodable` whether it must be, `guesses_offsets` whether the unit of its offsets was guessed or chosen.
    """

    path: Path
    options: ReadOptions
    format: str | None
    possible_formats: Sequence[str]
    articles: int
    new_uids: frozenset[str]
    spans: int
    first_lines: str
    not_logical: int
    line_changes: Sequence[tuple[str, str]]
    unknown_labels: Mapping[str, int]
    remarks: Sequence[Remark]
    refusal_count: int
    repair_count: int
    columns: Sequence[str]
    broken_lines: int = 0
    label_counts: Mapping[str, int] = {}
    undivided_sentences: int = 0
    corrected: int = 0
    has_encoding: bool = False
    is_undecodable: bool = False
    guesses_offsets: bool = False

    @property
    def needs_decision(self) -> bool:
        """Return whether there is a decision to make or a repair to review."""
        unknown = self.format is None and bool(self.possible_formats)
        is_to_be_changed = self.not_logical or self.broken_lines or self.undivided_sentences or self.corrected
        is_doubtful = self.is_undecodable or self.guesses_offsets
        return bool(
            unknown or self.columns or self.unknown_labels or self.repair_count or is_to_be_changed or is_doubtful
        )


def preview_files(
    corpus: Corpus,
    paths: Iterable[Path],
    annotator: str = "",
    options_by_path: Mapping[Path, ReadOptions] | None = None,
) -> Generator[tuple[int, int], None, list[FilePreview]]:
    """Read files, and all files in folders; yield the number done and the total.

    `options_by_path` has options for single files; by default the format is detected and text repaired. Paths that are
    no files are left to the import. Raises KeyError for an unknown format, CorpusError.
    """
    known_labels = {label.name for label in corpus.labels().labels}
    files = file_reader.list_files(corpus, paths, None, [])
    previews: list[FilePreview] = []
    for index, path in enumerate(files):
        progress = index, len(files)
        yield progress
        options = (options_by_path or {}).get(path, ReadOptions(logical=True))
        previews.append((yield from _preview_file(corpus, path, options, annotator, known_labels, progress)))
    return previews


def _preview_file(
    corpus: Corpus, path: Path, options: ReadOptions, annotator: str, known_labels: set[str], progress: tuple[int, int]
) -> Generator[tuple[int, int], None, FilePreview]:
    """Preview a file, yielding `progress` at intervals."""
    builder = _PreviewBuilder(corpus, path, options)
    for item in file_reader.read_unrepaired(path, options, annotator):
        if isinstance(item, Remark):
            builder.add_remark(item)
        else:
            builder.add_article(item)
            if builder.articles % _PROGRESS_INTERVAL == 0:
                yield progress
    return builder.build(known_labels)


class _PreviewBuilder:
    """Counts what the articles and remarks of a file come to."""

    def __init__(self, corpus: Corpus, path: Path, options: ReadOptions) -> None:
        self._corpus, self._path, self._options = corpus, path, options
        self._format, self._possible_formats, self._columns = _detect_format_and_columns(path, options)
        self.articles = 0
        self._new_uids: set[str] = set()
        self._label_counts: Counter[str] = Counter()
        self._remarks: list[Remark] = []
        self._remark_counts: Counter[type[Remark]] = Counter()
        self._codes: set[Code] = set()
        self._line_changes: Sequence[tuple[str, str]] = ()
        self._first_lines = ""
        self._not_logical = self._broken_lines = self._undivided_sentences = self._corrected = 0

    def add_remark(self, remark: Remark) -> None:
        """Count a remark; the first ones are kept."""
        self._remark_counts[type(remark)] += 1
        self._codes.add(remark.code)
        if len(self._remarks) < _MAX_REMARKS:
            self._remarks.append(remark)
        if isinstance(remark, UndividedNotice):
            self._undivided_sentences += remark.sentences

    def add_article(self, item: AnnotatedArticle) -> None:
        """Count an article, repaired as the options say."""
        self.articles += 1
        self._label_counts.update(span.label for span in item.spans)
        is_first, original = not self._first_lines, item
        item = self._restore_logical_order(item)
        if self._format == pdf.FORMAT.name:
            self._broken_lines += sum(1 for _offset in find_broken_lines(item.article.text))
        if self._options.joins_lines:
            item = original = file_reader.join_article_lines(item)
        if is_first:
            self._first_lines = _first_lines(original)
        if _is_new(self._corpus, item.article.uid):
            self._new_uids.add(item.article.uid)
        elif self._corpus.removal(item.article.uid):
            self.add_remark(Refusal.at(self._path, item.line, explain_removed()))
        else:
            self._corrected += has_corrections(self._corpus, item)

    def _restore_logical_order(self, item: AnnotatedArticle) -> AnnotatedArticle:
        """Return the article repaired if the options say so; note what that changes in the first such article."""
        if is_logical(item):
            return item
        self._not_logical += 1
        repaired = _repair(item)
        self._line_changes = self._line_changes or [
            (_truncate_lines(old_line), _truncate_lines(new_line))
            for old_line, new_line in changed_lines(item.article.text, repaired.article.text, _MAX_LINES)
        ]
        return repaired if self._options.logical else item

    def build(self, known_labels: Collection[str]) -> FilePreview:
        """Return the preview for a corpus with these labels."""
        counts, options = self._label_counts, self._options
        return FilePreview(
            path=self._path,
            options=options,
            format=self._format,
            possible_formats=self._possible_formats,
            articles=self.articles,
            new_uids=frozenset(self._new_uids),
            spans=counts.total(),
            first_lines=self._first_lines,
            not_logical=self._not_logical,
            line_changes=self._line_changes,
            unknown_labels={name: count for name, count in counts.most_common() if name not in known_labels},
            remarks=self._remarks,
            refusal_count=self._remark_counts[Refusal],
            repair_count=self._remark_counts[Repair],
            columns=self._columns if options.columns or not self.articles else [],
            broken_lines=self._broken_lines,
            label_counts=dict(counts),
            undivided_sentences=self._undivided_sentences,
            corrected=self._corrected,
            has_encoding=options.encoding is not None or _has_encoding(self._format, self._possible_formats),
            is_undecodable=not self._codes.isdisjoint((Code.INVALID_ENCODING, Code.UNKNOWN_ENCODING)),
            guesses_offsets=options.offsets is not None or Code.OFFSET_UNIT_GUESSED in self._codes,
        )


def _has_encoding(format_: str | None, possible_formats: Iterable[str]) -> bool:
    """Return whether a file in this format, or in one that it may have, is a text whose encoding it does not say."""
    formats = map(registry.get_format, possible_formats if format_ is None else [format_])
    return any(not (each.is_binary or each.declares_encoding) for each in formats)


def _first_lines(item: AnnotatedArticle) -> str:
    return _truncate_lines("\n".join(item.article.text.split("\n", _MAX_LINES)[:_MAX_LINES]))


def _detect_format_and_columns(path: Path, options: ReadOptions) -> tuple[str | None, list[str], list[str]]:
    """Return format, candidates, and a table's columns; of an archive, the format that all its files have."""
    try:
        with file_reader.open_contents(path, options, []) as contents:
            formats = {file_reader.detect_format(content.path, options) for content in contents}
            format_ = formats.pop() if len(formats) == 1 else None
            if len(contents) != 1:
                return format_.name if format_ else None, [], []
            file = contents[0].path
            possible_formats = [candidate.name for candidate in registry.find_candidates(file)]
            is_table = format_ is tables.FORMAT or (format_ is None and file.suffix.lower() in tables.FORMAT.suffixes)
            columns = tables.read_header(file) if is_table else []
    except OSError:  # reported when the file is read
        return None, [], []
    return format_.name if format_ else None, possible_formats, columns if len(columns) > 1 else []


def _repair(annotated: AnnotatedArticle) -> AnnotatedArticle:
    try:
        return restore_logical_order(annotated)[0]
    except InvalidEdit:  # the import reports the reason
        return annotated


def _is_new(corpus: Corpus, uid: str) -> bool:
    try:
        corpus.article(uid)
    except NoSuchArticle:
        return True
    return False


def _truncate_lines(text: str) -> str:
    """Shorten lines too long to show."""
    return "\n".join(
        line if len(line) <= _MAX_LINE_LENGTH else line[:_MAX_LINE_LENGTH] + "…" for line in text.split("\n")
    )
