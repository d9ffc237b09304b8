"""Importing files and folders into a corpus."""

import logging
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import ngettext
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.annotator_mapping import AnnotatorMapping
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.gold_guard import add_articles
from annotator.jobs.imports.label_mapping import LabelMapper, LabelMapping
from annotator.jobs.imports.reading_position import ReadingPosition
from annotator.jobs.imports.replacement import LayerReplacement, LayerReplacer
from annotator.model.date_values import is_date_value
from annotator.model.label_roles import is_date_label
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark, Repair, Span
from annotator.model.remarks import explain_removed, sanitise_remark
from annotator.store.corpus import Corpus

_BATCH_SIZE: Final = 100
"""Articles in one transaction: few enough to wait for, many enough to save most waits for the disk."""

_log = logging.getLogger(__name__)


class ImportOptions(Struct, frozen=True):
    """How files become articles and spans of a corpus.

    - `reading`: how each file is read, and `reading_by_path` how single ones are
    - `annotator`: whose spans those without one are
    - `annotator_names`: the corpus's names for annotators of files
    - `labels`: the corpus's names for labels of files, and which are added to it
    - `replacement`: whether layers of articles that the corpus has become what the files say
    - `strict`: whether nothing is imported if anything is refused
    - `jobs`: how many processes read files
    """

    reading: ReadOptions = ReadOptions()
    reading_by_path: Mapping[Path, ReadOptions] = {}
    annotator: str = ""
    annotator_names: Mapping[str, str] = {}
    labels: LabelMapping = LabelMapping()
    replacement: LayerReplacement | None = None
    strict: bool = False
    jobs: int = 1


class ImportResult(Struct, frozen=True):
    """Counts of new articles, duplicates and stored spans in an import, and the remarks.

    `skipped` was not imported, `repaired` was imported after a repair, `noticed` although doubtful. `changed` counts
    the spans, states and notes that replaced others, `removed` the spans that were deleted.
    """

    added: int
    duplicates: int
    spans: int
    skipped: list[Refusal]
    repaired: list[Repair] = []
    noticed: list[Notice] = []
    changed: int = 0
    removed: int = 0


def import_paths(
    corpus: Corpus,
    paths: Iterable[Path],
    options: ImportOptions = ImportOptions(),  # noqa: B008 - frozen
    stored: Counter[str] | None = None,
) -> Generator[tuple[int, int], None, ImportResult]:
    """Import files, and all files in folders; yield how far it is in them and the total, in kilobytes.

    Unreadable files are skipped and reported. No transaction is open at a yield, and closing keeps the articles stored
    so far; a strict import is one transaction, rolled back if anything is refused. `stored` counts what is stored so
    far, named as in ImportResult. Raises KeyError for an unknown format, CorpusError.
    """
    steps = _Importer(corpus, options, Counter() if stored is None else stored).run(paths)
    if not options.strict:
        return (yield from steps)
    try:
        with corpus.transaction():
            result = yield from steps
            if result.skipped:
                raise _Incomplete(result.skipped)
        return result
    except _Incomplete as incomplete:
        return ImportResult(0, 0, 0, incomplete.skipped)


class _Incomplete(Exception):
    def __init__(self, skipped: list[Refusal]) -> None:
        super().__init__()
        self.skipped = skipped


class _Importer:
    """An import under way, with what it has stored and remarked so far."""

    def __init__(self, corpus: Corpus, options: ImportOptions, stored: Counter[str]) -> None:
        self._corpus, self._options, self._stored = corpus, options, stored
        self._annotators = AnnotatorMapping(corpus, options.annotator_names)
        self._labels = LabelMapper(corpus, options.labels)
        self._replacer = LayerReplacer(corpus, options.replacement.annotator) if options.replacement else None
        self._dates = _InvalidDates()
        self._remarks: list[Remark] = []

    def run(self, paths: Iterable[Path]) -> Generator[tuple[int, int], None, ImportResult]:
        """See import_paths."""
        options = self._options
        files = file_reader.list_files(self._corpus, paths, options.reading.format, self._remarks)
        position = ReadingPosition(files)
        yield 0, position.total
        batch: list[tuple[Path, AnnotatedArticle]] = []
        requests = [(path, self._reading_options(path)) for path in files]
        contents = file_reader.read_files(requests, options.annotator, options.jobs, position)
        for count, (path, items) in enumerate(contents, 1):
            for item in items:
                if isinstance(item, Remark):
                    self._remarks.append(item)
                    continue
                batch.append((path, self._annotators.apply(path, item)))
                if len(batch) == _BATCH_SIZE:
                    self._store(batch)
                    batch.clear()
                    yield position.current, position.total
            if count == len(files):
                self._store(batch)
            position.finish_file()
            yield position.current, position.total
        remarks = self._list_remarks(files)
        _log.info(
            "imported %d files into %s: %s, %d remarks",
            *(len(files), self._corpus.path, dict(self._stored), len(remarks)),
        )
        return ImportResult(
            *(self._stored["added"], self._stored["duplicates"], self._stored["spans"]),
            [remark for remark in remarks if isinstance(remark, Refusal)],
            [remark for remark in remarks if isinstance(remark, Repair)],
            [remark for remark in remarks if isinstance(remark, Notice)],
            *(self._stored["changed"], self._stored["removed"]),
        )

    def _reading_options(self, path: Path) -> ReadOptions:
        reading = self._options.reading_by_path.get(path, self._options.reading)
        return replace(reading, whole_layers=True) if self._replacer else reading

    def _store(self, batch: list[tuple[Path, AnnotatedArticle]]) -> None:
        """Add a batch in one transaction."""
        counts: Counter[str] = Counter()
        new_uids: list[str] = []
        try:
            with self._corpus.transaction():
                mapped = self._labels.apply(batch)
                results = self._replacer.store(mapped) if self._replacer else add_articles(self._corpus, mapped)
                for (path, _file_article), annotated, added in zip(batch, mapped, results, strict=True):
                    if added.is_removed:
                        self._remarks.append(Refusal.at(path, annotated.line, explain_removed()))
                        continue
                    if added.is_new:
                        new_uids.append(annotated.article.uid)
                    counts["added" if added.is_new else "duplicates"] += 1
                    counts += Counter(spans=added.spans, changed=added.changed, removed=added.removed)
                    if added.spans or added.changed:
                        self._dates.add(self._corpus, path, annotated)
                    self._remarks += [Refusal.at(path, annotated.line, reason) for reason in added.skip_reasons]
        except KeyboardInterrupt:  # which may come as soon as the transaction is committed
            if self._corpus.stored_articles(new_uids[-1:]):
                self._stored += counts
            raise
        self._stored += counts

    def _list_remarks(self, files: list[Path]) -> list[Remark]:
        """Return all remarks, fit to be printed, by file and line."""
        remarks = [*self._remarks, *self._dates.notices(), *self._labels.remarks(), *self._annotators.remarks()]
        order = {str(path): index for index, path in enumerate(files)}
        return sorted(map(sanitise_remark, remarks), key=lambda remark: (order.get(remark.path, -1), remark.line))


class _InvalidDates:
    """Counts stored values of dates that are none, by file, with the line and the value of the first."""

    def __init__(self) -> None:
        self._counts: dict[Path, tuple[int, int, str]] = {}

    def add(self, corpus: Corpus, path: Path, annotated: AnnotatedArticle) -> None:
        """Count those of an article that was stored, except of spans that were refused."""
        doubtful = [_span_key(span) for span in annotated.spans if _is_invalid_date(span)]
        if not doubtful:
            return
        stored = set(map(_span_key, corpus.spans(annotated.article.uid)))
        for key in filter(stored.__contains__, doubtful):
            count, line, value = self._counts.get(path, (0, annotated.line, key[-1]))
            self._counts[path] = count + 1, line, value

    def notices(self) -> Iterator[Notice]:
        """Yield a notice for each file."""
        for path, (count, line, value) in self._counts.items():
            message = ngettext(
                "{count} invalid date was kept: “{value}”. A check of the labels lists it.",
                "{count} invalid dates were kept, such as “{value}”. A check of the labels lists them.",
                count,
            )
            yield Notice.at(path, line, Reason(Code.INVALID_DATE_VALUE, message.format(count=count, value=value)))


def _is_invalid_date(span: Span) -> bool:
    return span.value is not None and is_date_label(span.label) and not is_date_value(span.value)


def _span_key(span: Span) -> tuple[str, str, int, int, str]:
    return span.annotator, span.label, span.start, span.end, span.value or ""
