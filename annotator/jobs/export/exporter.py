"""Exports of a corpus, verified by reading back, with a report on every span."""

import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from annotator.formats import registry
from annotator.formats.report import Report
from annotator.formats.report import write as write_report
from annotator.i18n import _
from annotator.jobs.export.article_selection import ArticleSelection, list_articles, plan_parts
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
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.report_builder import ReportBuilder, explain_empty_export, explain_empty_parts
from annotator.jobs.export.reported_outcomes import ReportedOutcomes
from annotator.jobs.export.stream_output import StreamOutput, prepare_stream_output
from annotator.jobs.export.writer import Converted, Writer
from annotator.jobs.processes import ChunkMap, worker_processes
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle
from annotator.store.corpus import Corpus
from annotator.tagging.flat import REFUSED

_log = logging.getLogger(__name__)


class NothingToExport(CannotExport):
    """The export would contain no article, or no token; `report` has the articles that are left out."""

    def __init__(self, report: Report) -> None:
        super().__init__(explain_empty_export(report))
        self.report = report


class EmptyPart(CannotExport):
    """A part of a split would contain no article."""


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
    writer = options.create_writer(corpus)
    annotator = options.select_layer(corpus, writer)
    if options.split is not None:
        check_split(options.split)
    if is_compressed_path(path):
        _check_one_text(writer, options)
    files: FileOutput | FolderOutput
    if _needs_folder(corpus, writer, annotator, options):
        is_part = options.has_parts or writer.is_folder  # otherwise, the folder itself has the files
        parts = {part: writer.part_name(part) if is_part else "" for part in plan_parts(options).shares}
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
    writer = options.create_writer(corpus)
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
    writer = options.create_writer(corpus)
    return _needs_folder(corpus, writer, options.select_layer(corpus, writer), options)


def _needs_folder(corpus: Corpus, writer: Writer, annotator: str | None, options: ExportOptions) -> bool:
    if options.has_parts or writer.is_folder:
        return True
    return writer.max_articles is not None and len(list_articles(corpus, annotator, options)) > writer.max_articles


def preview_export(corpus: Corpus, options: ExportOptions) -> Generator[tuple[int, int], None, Report]:
    """Compute an export's report, except `verified`, without writing.

    Yields and raises like `export`.
    """
    writer = options.create_writer(corpus)
    if options.split is not None:
        check_split(options.split)
    return _Export(corpus, writer, options.select_layer(corpus, writer), options).preview()


def read_export(corpus: Corpus, options: ExportOptions) -> Iterator[tuple[tuple[str, ...], AnnotatedArticle]]:
    """Yield the articles of an export with what it has of them, each after its parts (see `list_parts`).

    For programs that take the articles without a file. Raises CannotExport if no layer is selected, KeyError for an
    unknown format; when it is read NothingToExport and EmptyPart, as an export would.
    """
    writer = options.create_writer(corpus)
    if options.split is not None:
        check_split(options.split)
    annotator = options.select_layer(corpus, writer)
    articles = ArticleSelection(corpus, annotator, options, has_layers=writer.has_layers)
    return _read_selection(articles, ReportBuilder(writer, options, articles))


def _read_selection(
    articles: ArticleSelection, report: ReportBuilder
) -> Iterator[tuple[tuple[str, ...], AnnotatedArticle]]:
    articles.select()
    for _compared in articles.assign_parts():
        pass
    if not articles.numbers:
        raise NothingToExport(report.build(verified=False))
    for part, count in articles.count_by_part().items():
        report.parts[part].articles = count
    if reason := explain_empty_parts(report.build(verified=False)):
        raise EmptyPart(reason)
    for annotated, parts in articles.read():
        yield parts, annotated


class _Export:
    """A running export."""

    def __init__(self, corpus: Corpus, writer: Writer, annotator: str | None, options: ExportOptions) -> None:
        self.corpus = corpus
        self.writer = writer
        self.articles = ArticleSelection(corpus, annotator, options, has_layers=writer.has_layers)
        self.report = ReportBuilder(writer, options, self.articles)
        self.part_digests = {part: hashlib.sha256() for part in self.report.parts}
        self.processed_count = self.step_count = 0

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
                if self.report.is_empty:
                    raise NothingToExport(self.report.build(verified=False))
                if reason := explain_empty_parts(self.report.build(verified=False)):
                    raise EmptyPart(reason)
                if self.writer.encodes_bytes:
                    self._compare_bytes(staged.parts)
                else:
                    yield from self._compare_articles(staged.parts, map_chunks)
            report = self.report.build()
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
                report.companions = {files.companion.name: files.companion.digest()}
            with staged.report.open("xb") as stream:
                write_report(report, stream)
        _log.info("exported %d articles of %s as %s", report.articles, self.corpus.path, report.format)
        return report

    def preview(self) -> Generator[tuple[int, int], None, Report]:
        """Compute the report like `run`, without writing."""
        with self.corpus.snapshot():
            yield from self._select_articles()
            yield from self._inspect()
            for annotated, parts in self.articles.read():
                self._write_article({}, parts, annotated, convert(self.writer, annotated))
                yield self._advance(1 if self.writer.encodes_bytes else 1 + len(parts))
        return self.report.build(verified=False)

    def _select_articles(self) -> Iterator[tuple[int, int]]:
        """Determine number and parts of each article to export."""
        self.articles.select()
        numbers, compared = self.articles.numbers, self.articles.compared
        passes = (1, self.articles.plan.copies * (not self.writer.encodes_bytes), self.writer.needs_inspection)
        self.step_count = sum(passes) * len(numbers) + len(compared)
        for _compared in self.articles.assign_parts():
            yield self._advance()

    def _advance(self, by: int = 1) -> tuple[int, int]:
        self.processed_count += by
        return self.processed_count, self.step_count

    def _inspect(self) -> Iterator[tuple[int, int]]:
        for annotated, _parts in self.articles.read() if self.writer.needs_inspection else ():
            self.writer.inspect(annotated)
            yield self._advance()

    def _write(self, parts: Mapping[str, Path], map_chunks: ChunkMap[Chunk, list[Any]]) -> Iterator[tuple[int, int]]:
        """Write the articles, and compare the outcomes recorded with those expected. Raises NotVerified."""
        reported = ReportedOutcomes(self.report.entries, keeps_flattened=self.writer.keeps_flattened)
        spans, written = Counter[str](), Counter[str]()
        with ExitStack() as stack:
            targets = {part: stack.enter_context(self.writer.opened(path)) for part, path in parts.items()}
            articles = ((annotated, assigned, ()) for annotated, assigned in self.articles.read())
            for annotated, assigned, (converted, expected, lines) in map_articles(
                map_chunks, convert_and_judge, articles
            ):
                if not self._write_article(targets, assigned, annotated, converted):
                    if not self.writer.may_refuse(annotated):
                        raise missing_article_error(annotated)
                    expected = {span.uid: ExpectedOutcome(REFUSED, None, None) for span in annotated.spans}
                if isinstance(converted, Converted):
                    self.report.index_lines(annotated.article, assigned, converted.content, lines)
                    self.report.index_file(annotated.article, assigned)
                unchanged_count = reported.check(annotated, expected)
                for part in assigned:
                    spans[part] += len(annotated.spans)
                    written[part] += unchanged_count
                yield self._advance()
        reported.check_end()
        if any(
            (counts.spans, counts.written) != (spans[part], written[part]) for part, counts in self.report.parts.items()
        ):
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
        except InvalidEdit as rejected:
            if is_written:
                raise CannotExport(str(rejected)) from rejected
            self.report.leave_out(annotated, parts, rejected.reason)
            return False
        self.report.add(annotated, parts, converted)
        return True

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
                written = self.report.parts[part]
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
        left_out = self.report.left_out_numbers
        for annotated, parts in self.articles.read():
            for part in parts if annotated.article.id not in left_out else ():
                try:
                    content = _read_next(readers[part])
                except NotVerified as error:  # raised once the articles before are compared
                    content = error
                yield annotated, part, (content,)


def _read_next(reader: Iterator[Any]) -> Any:
    """Return the next article read back, None at the end. Raises NotVerified if unreadable."""
    try:
        return next(reader, None)
    except ValueError as error:
        raise unreadable_file_error(error) from error
