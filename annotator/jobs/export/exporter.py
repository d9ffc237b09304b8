"""Exports of a corpus, verified by reading back, with a report on every span."""

import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from msgspec import Struct
from msgspec.structs import replace

from annotator import __version__
from annotator.formats import registry
from annotator.formats.conll import conll2003
from annotator.formats.format import ALL_FIELDS
from annotator.formats.json import offset_units
from annotator.formats.report import ArticleLines, Entry, OmittedArticle, PartCounts, PartNotice, Report
from annotator.formats.report import write as write_report
from annotator.formats.spooling import Spool
from annotator.i18n import _, ngettext
from annotator.jobs.export.article_selection import list_all_articles, select_own
from annotator.jobs.export.article_tasks import (
    Chunk,
    compare,
    convert,
    convert_and_judge,
    different_file_error,
    map_articles,
    missing_article_error,
    unreadable_file_error,
    work_at_chunk,
)
from annotator.jobs.export.compression import compress_verified, is_compressed_path
from annotator.jobs.export.existing_output import CannotExport, file_digest, folder_digest
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.file_output import FileOutput, check_split, prepare_file_output
from annotator.jobs.export.folder_output import FolderOutput, prepare_folder_output
from annotator.jobs.export.gold_layers import GoldLayer, select_gold_layers
from annotator.jobs.export.part_plan import PartPlan, count_spans, find_imbalances, plan_folds, plan_split, plan_unsplit
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.reported_outcomes import ReportedOutcomes
from annotator.jobs.export.stream_output import StreamOutput, prepare_stream_output
from annotator.jobs.export.writer import Converted, Writer
from annotator.jobs.export.writers import create_writer, select_annotator
from annotator.jobs.processes import ChunkMap, worker_processes
from annotator.model.labels import LabelSet
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code
from annotator.model.records import DONE, ZONE_KINDS, AnnotatedArticle, Article
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.queries.gold import find_gold
from annotator.store.queries.removals import count_removed_articles
from annotator.tagging import flat, schemes
from annotator.tagging.flat import OUTCOMES, REFUSED, WRITTEN, SpanOutcome

ALL: Final = "all"
STATES: Final = (DONE, ALL)
FOLD_COUNTS: Final = range(2, 101)
_NOBODY: Final = ""
"""The annotator of no layer."""
_log = logging.getLogger(__name__)


class ExportOptions(Struct, frozen=True):
    """Content and format of an export; the other options are those of `tagging.flat.ProjectionOptions`.

    `format` is the name of one. `annotator` selects the layer, None the only one. `state` is DONE for articles that
    this annotator has finished, ALL for all. `gold` selects the gold layer instead, and `single` those of articles
    without one that a single person has done (see jobs.export.gold_layers). `split` has weights by part, such as
    {"train": 80, "dev": 10, "test": 10}; instead, `folds` is a number of folds, each with a training and a test set.
    The same `seed` gives the same parts (see jobs.export.dataset_splitter). `offsets` is a unit of json.offset_units,
    for a format that may have any; None for its usual one. `layer` is that of the spans in formats of UIMA (see
    formats.standoff.span_layer), "" for their own.
    """

    format: str = conll2003.FORMAT.name
    scheme: str = schemes.IOB2
    flatten: str = flat.OUTERMOST
    boundary: str = flat.WIDEN
    zones: frozenset[str] | None = flat.ProjectionOptions().zones
    annotator: str | None = None
    state: str = DONE
    gold: bool = False
    single: bool = False
    split: Mapping[str, Fraction | int] | None = None
    folds: int | None = None
    seed: int = 0
    offsets: str | None = None
    layer: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for an invalid option."""
        if self.state not in STATES:
            raise ValueError(self.state)
        if (self.single and not self.gold) or (self.gold and self.annotator is not None):
            raise ValueError(self.annotator)
        if self.folds is not None and (self.split is not None or self.folds not in FOLD_COUNTS):
            raise ValueError(self.folds)
        self.projection_options()

    @property
    def has_parts(self) -> bool:
        """Return whether the articles are divided among several files."""
        return self.split is not None or self.folds is not None

    def projection_options(self) -> flat.ProjectionOptions:
        """Return the options for a projection."""
        return flat.ProjectionOptions(self.scheme, self.flatten, self.boundary, self.zones)

    def create_writer(self, labels: LabelSet) -> Writer:
        """Create the format's writer; raises like `writers.create_writer`."""
        format_ = registry.get_format(self.format)
        return create_writer(format_, labels, self.projection_options(), offsets=self.offsets, layer=self.layer)

    def select_layer(self, corpus: Corpus, writer: Writer) -> str | None:
        """Return the annotator to export; None means all, if the format holds several. Raises CannotExport."""
        if self.gold:
            return find_gold(corpus)
        return None if writer.has_layers and self.annotator is None else select_annotator(corpus, self.annotator)


class NothingToExport(CannotExport):
    """The export would contain no article; `report` has those left out."""

    def __init__(self, report: Report) -> None:
        super().__init__(explain_empty_export(report))
        self.report = report


class EmptyPart(CannotExport):
    """A part of a split would contain no article."""


def explain_empty_parts(report: Report) -> str | None:
    """Say in a sentence which part of a split is empty, and what helps; None if none is."""
    part = next((part for part, counts in (report.parts or {}).items() if not counts.articles), None)
    reason = _(
        "The part {part} would have no article: give it a larger share, choose another seed, or export more articles."
    )
    return None if part is None else reason.format(part=part)


def explain_empty_export(report: Report) -> str:
    """Say in a sentence why an export is empty."""
    if report.left_out:
        return _("There is nothing to export: the format cannot represent any of these articles.")
    if report.removed:
        return _("There is nothing to export: these articles were removed from the corpus.")
    if report.origin is not None:
        return _("There is nothing to export: no article is adjudicated yet.")
    if report.state == ALL:
        return _("There is nothing to export: the corpus has no articles.")
    return _("There is nothing to export: mark articles as done first, or export all.")


def export(
    corpus: Corpus, path: Path, options: ExportOptions, *, force: bool = False, jobs: int = 1
) -> Generator[tuple[int, int], None, Report]:
    """Write the training set to `path` and its report beside it; yield the steps done and their total.

    `path` becomes a file or folder (see `exports_folder`), replacing an unchanged export or, with `force`, more (see
    existing_output). A failed, cancelled (closed), empty or unverified export changes nothing. It reads one snapshot,
    so the corpus's connection must not be used meanwhile. `jobs` processes work at the articles.

    Raises CannotExport at once, KeyError for an unknown format; later NothingToExport, EmptyPart, WouldReplace,
    NotVerified, CorpusError and OSError.
    """
    writer = options.create_writer(corpus.labels())
    annotator = options.select_layer(corpus, writer)
    if options.split is not None:
        check_split(options.split)
    if is_compressed_path(path):
        _check_one_text(writer, options)
    files: FileOutput | FolderOutput
    if _needs_folder(corpus, writer, annotator, options):
        is_part = options.has_parts or writer.is_folder  # otherwise, the folder itself has the files
        parts = {part: writer.part_name(part) if is_part else "" for part in _plan_parts(options).shares}
        files = prepare_folder_output(path, corpus.database_paths(), parts, force=force)
    else:
        files = prepare_file_output(path, corpus.database_paths(), writer.configuration, force=force)
    return _Export(corpus, writer, annotator, options).run(files, jobs)


def export_to_stream(
    corpus: Corpus,
    stream: BinaryIO,
    options: ExportOptions,
    *,
    report: Path | None = None,
    force: bool = False,
    jobs: int = 1,
) -> Generator[tuple[int, int], None, Report]:
    """Write the training set to a stream, and its report to a file, if any; else like `export`.

    Nothing is written before all is verified. `force` may replace any file by the report.
    """
    writer = options.create_writer(corpus.labels())
    annotator = options.select_layer(corpus, writer)
    _check_one_text(writer, options)
    files = prepare_stream_output(stream, report, corpus.database_paths(), force=force)
    return _Export(corpus, writer, annotator, options).run(files, jobs)


def _check_one_text(writer: Writer, options: ExportOptions) -> None:
    """Raise CannotExport unless the export is one file of text."""
    if options.has_parts or writer.is_folder or registry.get_format(options.format).is_binary:
        raise CannotExport(_("Only an export to one text file can be compressed or go to standard output."))


def exports_folder(corpus: Corpus, options: ExportOptions) -> bool:
    """Return whether such an export is a folder. Raises KeyError, CannotExport."""
    writer = options.create_writer(corpus.labels())
    return _needs_folder(corpus, writer, options.select_layer(corpus, writer), options)


def _needs_folder(corpus: Corpus, writer: Writer, annotator: str | None, options: ExportOptions) -> bool:
    if options.has_parts or writer.is_folder:
        return True
    return writer.max_articles is not None and len(_list_articles(corpus, annotator, options)) > writer.max_articles


def _plan_parts(options: ExportOptions) -> PartPlan:
    if options.split is not None:
        return plan_split(options.split, options.seed)
    return plan_unsplit() if options.folds is None else plan_folds(options.folds, options.seed)


def _list_articles(corpus: Corpus, annotator: str | None, options: ExportOptions) -> list[int]:
    """Return the numbers of the articles to export, in corpus order."""
    if options.gold:
        return list(select_gold_layers(corpus, single=options.single, state=options.state))
    if options.state == ALL:
        return article_list.list_article_numbers(corpus, "", ArticleFilter())
    return article_list.list_done_articles(corpus, annotator)


def preview_export(corpus: Corpus, options: ExportOptions) -> Generator[tuple[int, int], None, Report]:
    """Compute an export's report, except `verified`, without writing.

    Yields and raises like `export`.
    """
    writer = options.create_writer(corpus.labels())
    if options.split is not None:
        check_split(options.split)
    return _Export(corpus, writer, options.select_layer(corpus, writer), options).preview()


def list_parts(options: ExportOptions) -> list[str]:
    """Return the names of the parts of such an export; UNSPLIT alone without any."""
    return list(_plan_parts(options).shares)


def read_export(corpus: Corpus, options: ExportOptions) -> Iterator[tuple[tuple[str, ...], AnnotatedArticle]]:
    """Yield the articles of an export with what it has of them, each after its parts (see `list_parts`).

    For programs that take the articles without a file. Raises CannotExport if no layer is selected, KeyError for an
    unknown format.
    """
    writer = options.create_writer(corpus.labels())
    if options.split is not None:
        check_split(options.split)
    return _Export(corpus, writer, options.select_layer(corpus, writer), options).read()


class _Export:
    """A running export: its settings, articles and counts so far.

    With `annotator` None, all layers are written if the format holds several, else none.
    """

    def __init__(self, corpus: Corpus, writer: Writer, annotator: str | None, options: ExportOptions) -> None:
        self.corpus = corpus
        self.writer = writer
        self.annotator = annotator
        self.options = options
        self.numbers: list[int] = []
        self.gold_layers: dict[int, GoldLayer] = {}
        self.removed_count = 0
        self.astral_count = 0
        self.plan = _plan_parts(options)
        self.parts_of: list[tuple[str, ...]] = []
        self.processed_count = self.step_count = 0
        self.left_out: list[OmittedArticle] = []
        self.digest = hashlib.sha256()
        self.total = PartCounts()
        self.parts = {part: PartCounts() for part in self.plan.shares}
        self.part_digests = {part: hashlib.sha256() for part in self.parts}
        self.line_counts = Counter[str]()
        self.index = Spool(ArticleLines)
        self.entries = {outcome: Spool(Entry) for outcome in OUTCOMES if outcome != WRITTEN}

    def run(
        self, files: FileOutput | FolderOutput | StreamOutput, jobs: int
    ) -> Generator[tuple[int, int], None, Report]:
        """Write and verify the files, then move them into place."""
        with self.corpus.snapshot(), files.staged() as staged:
            yield from self._select_articles()
            yield self._advance(0)
            yield from self._inspect()
            with worker_processes(partial(work_at_chunk, self.writer), jobs) as map_chunks:
                yield from self._write(staged.parts, map_chunks)
                if not self.total.articles:
                    raise NothingToExport(self._build_report(verified=False))
                if reason := explain_empty_parts(self._build_report(verified=False)):
                    raise EmptyPart(reason)
                if self.writer.encodes_bytes:
                    self._compare_bytes(staged.parts)
                else:
                    yield from self._compare_articles(staged.parts, map_chunks)
            report = self._build_report()
            if staged.folder:
                report.files = folder_digest(staged.folder)  # of the data, for the companion files
                for name, content in self.writer.build_companion_files(report).items():
                    (staged.folder / name).write_bytes(content)
                report.files = folder_digest(staged.folder)
            elif staged.compressed:
                [file] = staged.parts.values()
                compress_verified(file, staged.compressed)
                report.files = file_digest(staged.compressed)
            elif self.writer.encodes_bytes:  # which are those of the file
                [part_digest] = self.part_digests.values()
                report.files = part_digest.hexdigest()
            else:
                [file] = staged.parts.values()
                report.files = file_digest(file)
            if isinstance(files, FileOutput) and files.companion:
                report.companions = {files.companion.path.name: files.companion.digest()}
            with staged.report.open("xb") as stream:
                write_report(report, stream)
        _log.info("exported %d articles of %s as %s", report.articles, self.corpus.path, report.format)
        return report

    def preview(self) -> Generator[tuple[int, int], None, Report]:
        """Compute the report like `run`, without writing."""
        with self.corpus.snapshot():
            yield from self._select_articles()
            yield from self._inspect()
            for annotated, parts in self._read_articles():
                self._write_article({}, parts, annotated, convert(self.writer, annotated))
                yield self._advance(1 if self.writer.encodes_bytes else 1 + len(parts))
        return self._build_report(verified=False)

    def read(self) -> Iterator[tuple[tuple[str, ...], AnnotatedArticle]]:
        """Yield the articles, each after its parts."""
        for _progress in self._select_articles():
            pass
        for annotated, parts in self._read_articles():
            yield parts, annotated

    def _select_articles(self) -> Iterator[tuple[int, int]]:
        """Determine number and part of each article to export, in corpus order."""
        self.numbers = _list_articles(self.corpus, self.annotator, self.options)
        if self.options.gold:
            self.gold_layers = select_gold_layers(self.corpus, single=self.options.single, state=self.options.state)
        state = None if self.options.state == ALL else self.options.state
        self.removed_count = count_removed_articles(self.corpus, state, self.annotator)
        copies, is_divided = self.plan.copies, self.options.has_parts
        passes = (1, copies * (not self.writer.encodes_bytes), self.writer.needs_inspection)
        compared = list_all_articles(self.corpus) if is_divided else []
        self.step_count = sum(passes) * len(self.numbers) + len(compared)
        # All articles of the file are compared, whatever their state: marking one as done must not move another.
        for annotated in self.corpus.load_articles(compared, _NOBODY):
            self.plan.add(annotated)
            yield self._advance()
        parts_by_number = dict(zip(compared, self.plan.assign(), strict=True))
        self.parts_of = [parts_by_number[number] if is_divided else tuple(self.parts) for number in self.numbers]

    def _advance(self, by: int = 1) -> tuple[int, int]:
        self.processed_count += by
        return self.processed_count, self.step_count

    def _read_articles(self) -> Iterator[tuple[AnnotatedArticle, tuple[str, ...]]]:
        """Yield the articles with their parts."""
        articles = self.corpus.load_articles(self.numbers, None if self.options.gold else self.annotator)
        if self.options.gold:
            articles = (
                select_own(annotated, self.gold_layers[annotated.article.id].annotator) for annotated in articles
            )
        has_spans = self.options.gold or self.annotator is not None or self.writer.has_layers
        for annotated, parts in zip(articles, self.parts_of, strict=True):
            yield annotated if has_spans else replace(annotated, spans=()), parts

    def _inspect(self) -> Iterator[tuple[int, int]]:
        for annotated, _parts in self._read_articles() if self.writer.needs_inspection else ():
            self.writer.inspect(annotated)
            yield self._advance()

    def _write(self, parts: Mapping[str, Path], map_chunks: ChunkMap[Chunk, list[Any]]) -> Iterator[tuple[int, int]]:
        """Write the articles, and compare the outcomes recorded with those expected. Raises NotVerified."""
        reported = ReportedOutcomes(self.entries, keeps_flattened=self.writer.keeps_flattened)
        spans, written = Counter[str](), Counter[str]()
        with ExitStack() as stack:
            targets = {part: stack.enter_context(self.writer.opened(path)) for part, path in parts.items()}
            articles = ((annotated, assigned, ()) for annotated, assigned in self._read_articles())
            for annotated, assigned, (converted, expected, lines) in map_articles(
                map_chunks, convert_and_judge, articles
            ):
                if not self._write_article(targets, assigned, annotated, converted):
                    if not self.writer.may_refuse(annotated):
                        raise missing_article_error(annotated)
                    expected = {span.uid: ExpectedOutcome(REFUSED, None, None) for span in annotated.spans}
                if isinstance(converted, Converted):
                    self._index_lines(annotated.article, assigned, converted.content, lines)
                unchanged_count = reported.check(annotated, expected)
                for part in assigned:
                    spans[part] += len(annotated.spans)
                    written[part] += unchanged_count
                yield self._advance()
        reported.check_end()
        if any((counts.spans, counts.written) != (spans[part], written[part]) for part, counts in self.parts.items()):
            raise different_file_error()

    def _write_article(
        self,
        targets: Mapping[str, Any],
        parts: Collection[str],
        annotated: AnnotatedArticle,
        converted: Converted | InvalidEdit,
    ) -> bool:
        """Write an article, record its spans' outcomes, and return whether the format can hold it.

        Raises CannotExport if only some of the parts have room for it.
        """
        is_written = False
        try:
            if isinstance(converted, InvalidEdit):
                raise converted
            for part in parts if targets else ():
                self.writer.append(targets[part], annotated, converted.content)
                if self.writer.encodes_bytes:
                    self.part_digests[part].update(converted.content)
                is_written = True
            is_written = True
        except InvalidEdit as rejected:
            if is_written:
                raise CannotExport(str(rejected)) from rejected
            reason = rejected.reason
            self.left_out.append(OmittedArticle(annotated.article.id, reason.text, reason.code))
            refusal = REFUSED, reason, None
            converted = Converted(None, dict.fromkeys(range(len(annotated.spans)), refusal), 0, 0)
        for counts in (self.total, *(self.parts[part] for part in parts)):
            counts.articles += is_written
            counts.sentences += converted.sentences
            counts.tokens += converted.tokens
            count_spans(annotated, counts, converted)
        self._update_digest(annotated)
        self.astral_count += offset_units.has_astral(annotated.article.text)
        outcomes = [
            SpanOutcome(annotated.spans[index], kind, reason, None, text)
            for index, (kind, reason, text) in converted.outcomes.items()
        ]
        self._record_outcomes(annotated.article, outcomes)
        return is_written

    def _record_outcomes(self, article: Article, outcomes: list[SpanOutcome]) -> None:
        """Record the spans that are not just written."""
        for outcome in outcomes:
            self.entries[outcome.kind].append(_build_entry(article, outcome))

    def _index_lines(
        self, article: Article, parts: Collection[str], content: Any, lines: Sequence[tuple[int, int, int]]
    ) -> None:
        """Record where the article and its sentences are in the files."""
        for part in parts if self.writer.has_line_index else ():
            first = self.line_counts[part] + 1
            sentences = [(first + line, start, end) for line, start, end in lines]
            self.index.append(ArticleLines(article.id, article.uid, first, sentences, part))
            self.line_counts[part] += content.count(b"\n")

    def _update_digest(self, annotated: AnnotatedArticle) -> None:
        """Add the article and its spans to the digest of all."""
        contents = [annotated.article.uid]
        contents += [
            repr((span.annotator, span.label, span.start, span.end, span.value, span.note)) for span in annotated.spans
        ]
        self.digest.update("".join(contents).encode("utf-8", "surrogatepass"))

    def _compare_bytes(self, parts: Mapping[str, Path]) -> None:
        """Compare the files on disk with the bytes that were judged. Raises NotVerified."""
        for part, path in parts.items():
            if file_digest(path) != self.part_digests[part].hexdigest():
                raise different_file_error()

    def _compare_articles(
        self, parts: Mapping[str, Path], map_chunks: ChunkMap[Chunk, list[Any]]
    ) -> Iterator[tuple[int, int]]:
        """Compare the articles in the files with the corpus. Raises NotVerified."""
        read_counts = {part: Counter[str]() for part in parts}
        readers = {part: self.writer.read_back(path) for part, path in parts.items()}
        try:
            for _annotated, part, counts in map_articles(map_chunks, compare, self._read_back(readers)):
                sentences, tokens = counts or (0, 0)
                read_counts[part].update(articles=1, sentences=sentences, tokens=tokens)
                yield self._advance()
            for part, reader in readers.items():
                written = self.parts[part]
                written_counts = Counter(articles=written.articles)
                if not self.writer.has_whole_texts:
                    written_counts.update(sentences=written.sentences, tokens=written.tokens)
                if _read_next(reader) is not None or read_counts[part] != written_counts:
                    raise different_file_error()
        finally:
            for reader in readers.values():
                reader.close()

    def _read_back(self, readers: Mapping[str, Iterator[Any]]) -> Iterator[tuple[AnnotatedArticle, str, tuple[Any]]]:
        """Yield each article that should be in a file, its part, and its content there or why that is unreadable."""
        left_out = {entry.article for entry in self.left_out}
        for annotated, parts in self._read_articles():
            for part in parts if annotated.article.id not in left_out else ():
                try:
                    content = _read_next(readers[part])
                except NotVerified as error:  # raised once the articles before are compared
                    content = error
                yield annotated, part, (content,)

    def _notice_unit(self) -> Iterator[PartNotice]:
        """Yield a notice if the unit of offsets matters."""
        if self.astral_count and self.writer.unit is not None:
            message = ngettext(
                "{count} article has characters beyond U+FFFF, such as emoji: offsets count {unit} there.",
                "{count} articles have characters beyond U+FFFF, such as emoji: offsets count {unit} there.",
                self.astral_count,
            )
            reason = message.format(count=self.astral_count, unit=offset_units.describe_unit(self.writer.unit))
            yield PartNotice("", Code.OFFSET_UNIT, reason)

    def _build_report(self, *, verified: bool = True) -> Report:
        options, total = self.options, self.total
        left_out = {entry.article for entry in self.left_out}
        return Report(
            format=options.format,
            scheme=options.scheme,
            articles=total.articles,
            sentences=total.sentences,
            tokens=total.tokens,
            spans=total.spans,
            written=total.written,
            **self.entries,
            verified=verified,
            labels=total.labels,
            digest=self.digest.hexdigest(),
            not_held=sorted(ALL_FIELDS - self.writer.held_fields),
            annotator=self.annotator,
            state=options.state,
            zones=[kind for kind in ZONE_KINDS if kind in options.zones]
            if self.writer.uses_zones and options.zones is not None
            else None,
            flatten=options.flatten,
            boundary=options.boundary,
            program=f"annotator {__version__}",
            removed=self.removed_count,
            left_out=self.left_out,
            files=None,
            companions=None,
            parts=self.parts if options.has_parts else None,
            seed=options.seed if options.has_parts else None,
            offsets=self.writer.unit,
            noticed=[
                *(find_imbalances(self.parts, self.plan.shares, total) if options.has_parts else ()),
                *self._notice_unit(),
            ],
            layer=options.layer or None,
            index=self.index,
            origin={str(number): layer.origin for number, layer in self.gold_layers.items() if number not in left_out}
            if options.gold
            else None,
        )


def _build_entry(article: Article, outcome: SpanOutcome) -> Entry:
    span, reason = outcome.span, outcome.reason
    if reason is None:
        raise ValueError("a span that is not just written has no reason")
    place = (article.id, span.uid, span.start, span.end, span.label, article.text[span.start : span.end])
    return Entry(*place, reason.text, reason.code, outcome.exported_text)


def _read_next(reader: Iterator[Any]) -> Any:
    """Return the next article read back, None at the end. Raises NotVerified if unreadable."""
    try:
        return next(reader, None)
    except ValueError as error:
        raise unreadable_file_error(error) from error
