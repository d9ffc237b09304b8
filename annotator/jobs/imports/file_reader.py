"""Finding files and reading them, for import and preview."""

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.file_ops import explain_os_error
from annotator.formats import registry, report
from annotator.formats.conll import columns
from annotator.formats.documents import tables
from annotator.formats.format import Format
from annotator.formats.json import doccano, jsonl
from annotator.i18n import _, ngettext
from annotator.jobs.imports import sources
from annotator.jobs.imports.reading_position import ReadingPosition
from annotator.jobs.processes import map_in_processes
from annotator.model.article_builder import build_article
from annotator.model.limits import MAX_FILES, MAX_REMARKS
from annotator.model.logical_order import is_logical, restore_logical_order
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, os_error_code
from annotator.model.records import AnnotatedArticle, Refusal, Remark, Repair, VisualOrderNotice
from annotator.model.remarks import sanitise_remark
from annotator.open_databases import is_open_here
from annotator.paths import extend_path, is_link, resolve_path
from annotator.store.corpus import Corpus
from annotator.store.database_files import is_database
from annotator.text.line_joining import join_lines

_FILES_AT_ONCE: Final = 10  # for a process
_MAX_SMALL_SIZE: Final = 1 << 20  # bytes


class ReadOptions(Struct, frozen=True):
    """Options for reading a file.

    `format` is the name of one, None to detect it; `columns` names a table's columns, or keys of JSON lines, by field
    (see tables.read); `logical` repairs text in presentation forms or visual order (see model.logical_order),
    `joins_lines` joins those that were broken to fit a page (see text.line_joining). `sentences_per_article` cuts
    columns that do not say where articles begin (see conll.columns.read); `offsets` is the unit of doccano's (see
    json.offset_units). `encoding` is that of texts, None to detect it, and `errors` what happens to what it cannot
    decode (see sources.open_contents). With `whole_layers`, formats that may have only a part of them are refused.
    """

    format: str | None = None
    columns: Mapping[str, str] = {}
    logical: bool = False
    joins_lines: bool = False
    sentences_per_article: int | None = None
    encoding: str | None = None
    errors: str = sources.STRICT
    offsets: str | None = None
    whole_layers: bool = False


def list_files(corpus: Corpus, paths: Iterable[Path], format_name: str | None, remarks: list[Remark]) -> list[Path]:
    """List the files at `paths` and in the folders there, sorted by name within each folder.

    Other things, and links out of such a folder (not followed), are reported in `remarks`. Skipped are hidden entries
    of folders, the corpus, reports of exports and companions, which are read with another file; if the format
    `format_name` has none, no file is a companion. What alone is named is not skipped but refused as it is read.
    """
    roots = list(paths)
    files = list(islice(_walk(corpus, roots, remarks), MAX_FILES + 1))
    if len(files) > MAX_FILES:
        message = ngettext(
            "An import reads at most {count} file; this one and the rest were skipped.",
            "An import reads at most {count} files; this one and the rest were skipped.",
            MAX_FILES,
        )
        remarks.append(Refusal.at(str(files.pop()), 0, Reason(Code.TOO_MANY_FILES, message.format(count=MAX_FILES))))
    files = _leave_out_reports(roots, files)
    if format_name is not None and not registry.get_format(format_name).has_companions:
        return files
    companions = {
        resolve_path(companion)
        for path in files
        for companion in registry.find_companions(path)
        if companion != path or path not in roots
    }
    return [path for path in files if resolve_path(path) not in companions]


def _leave_out_reports(roots: Sequence[Path], files: Sequence[Path]) -> list[Path]:
    """Return the files without the reports of exports in folders, and of exports that are named with their reports."""
    reports = set(filter(report.is_report, files))
    if not reports:
        return list(files)
    exports = {resolve_path(path) for path in (*roots, *files)}
    lone_reports = {
        path
        for path in reports.intersection(roots)
        if resolve_path(path.with_name(path.name.removesuffix(report.SUFFIX))) not in exports
    }
    return [path for path in files if path not in reports or path in lone_reports]


def read_files(
    files: Iterable[tuple[Path, ReadOptions]], annotator: str, jobs: int = 1, position: ReadingPosition | None = None
) -> Iterator[tuple[Path, Iterable[AnnotatedArticle | Remark]]]:
    """Yield each file with its articles and remarks, in order; `jobs` processes read small ones ahead.

    A large file is read here while its items are taken, since sending them takes a third as long; `position` follows
    it. Raises KeyError for an unknown format.
    """
    if jobs == 1:
        yield from ((path, read(path, options, annotator, position)) for path, options in files)
        return
    remaining = iter(files)
    chunks = iter(lambda: list(islice(remaining, _FILES_AT_ONCE)), [])
    for chunk in map_in_processes(partial(_read_small_files, annotator), chunks, jobs):
        for path, options, items in chunk:
            yield path, read(path, options, annotator, position) if items is None else items


def _read_small_files(
    annotator: str, files: Iterable[tuple[Path, ReadOptions]]
) -> list[tuple[Path, ReadOptions, list[AnnotatedArticle | Remark] | None]]:
    return [
        (path, options, list(read(path, options, annotator)) if _is_small(path) else None) for path, options in files
    ]


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _MAX_SMALL_SIZE and not sources.is_compressed_name(path)
    except OSError:
        return False


def read(
    path: Path, options: ReadOptions, annotator: str, position: ReadingPosition | None = None
) -> Iterator[AnnotatedArticle | Remark]:
    """Yield a file's articles and remarks; `position` follows it. Raises KeyError for an unknown format."""
    for item in _check_logical(path, read_unrepaired(path, options, annotator, position), options.logical):
        yield join_article_lines(item) if options.joins_lines and isinstance(item, AnnotatedArticle) else item


def join_article_lines(item: AnnotatedArticle) -> AnnotatedArticle:
    """Return the article with its broken lines joined and its zones recognised again; the spans stay where they are."""
    article = item.article
    text = join_lines(article.text)
    if text == article.text:
        return item
    return build_article(
        text,
        title=article.title,
        published=article.published,
        source=article.source,
        url=article.url,
        spans=item.spans,
        states=item.states,
        notes=item.notes,
        line=item.line,
        layers=item.layers,
    )


def read_unrepaired(
    path: Path, options: ReadOptions, annotator: str, position: ReadingPosition | None = None
) -> Iterator[AnnotatedArticle | Remark]:
    """Read like `read`, without checking for logical order."""
    return _limit_remarks(path, _read_items(path, options, annotator, position))


def _limit_remarks(path: Path, items: Iterable[AnnotatedArticle | Remark]) -> Iterator[AnnotatedArticle | Remark]:
    """Yield a file's items; of too many remarks of a kind, only the first and a count."""
    counts: Counter[type[Remark]] = Counter()
    for item in items:
        if not isinstance(item, Remark):
            yield item
            continue
        counts[type(item)] += 1
        if counts[type(item)] <= MAX_REMARKS:
            yield sanitise_remark(item)
    for kind, count in counts.items():
        if count > MAX_REMARKS:
            excess = count - MAX_REMARKS
            message = ngettext(
                "There is {count} more like this in the file.",
                "There are {count} more like this in the file.",
                excess,
            )
            yield kind.at(path, 0, Reason(Code.MORE_REMARKS, message.format(count=excess)))


def _read_items(
    path: Path, options: ReadOptions, annotator: str, position: ReadingPosition | None
) -> Iterator[AnnotatedArticle | Remark]:
    remarks: list[Remark] = []
    try:
        with open_contents(path, options, remarks) as contents:
            yield from remarks
            for number, content in enumerate(contents):
                file = position.follow(content.path, path, (number, len(contents))) if position else content.path
                for item in _read_content(file, options, annotator):
                    is_renamed = isinstance(item, Remark) and content.path != path
                    yield replace(item, path=content.name) if is_renamed else item
    except OSError as error:
        yield _unreadable(path, error)


def open_contents(
    path: Path, options: ReadOptions, remarks: list[Remark]
) -> AbstractContextManager[list[sources.Content]]:
    """Open what a path stands for; see sources.open_contents. Raises KeyError for an unknown format."""
    format_ = registry.get_format(options.format) if options.format is not None else None
    return sources.open_contents(path, format_, options.encoding, options.errors, remarks)


def _read_content(path: Path, options: ReadOptions, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    format_ = detect_format(path, options)
    if format_ is None:
        message = registry.explain_belonging(path) or _("The format of the file was not recognised.")
        if is_database(path):
            message = _("This is a corpus: merge it instead of importing it.")
        yield Refusal.at(path, 0, Reason(Code.FORMAT_NOT_RECOGNISED, message))
    elif options.whole_layers and format_.is_projection:
        message = _("The format {format} may have only a part of a layer, so no layer is replaced by it.")
        text = message.format(format=format_.localised_title())
        yield Refusal.at(path, 0, Reason(Code.PARTIAL_FORMAT, text))
    elif format_ is tables.FORMAT:
        yield from tables.read(path, annotator, options.columns)
    elif format_ is jsonl.FORMAT:
        yield from jsonl.read(path, annotator, options.columns)
    elif format_ is columns.FORMAT:
        yield from columns.read(path, annotator, options.sentences_per_article)
    elif format_ is doccano.FORMAT:
        yield from doccano.read(path, annotator, options.offsets)
    else:
        yield from format_.read(path, annotator)


def detect_format(path: Path, options: ReadOptions) -> Format | None:
    """Return the format to read a file in, None if not recognised.

    With `columns`, a file with a table's suffix is a table whatever its header. Raises OSError, and KeyError for an
    unknown format.
    """
    if options.format is not None:
        return registry.get_format(options.format)
    is_table = options.columns and path.suffix.lower() in tables.FORMAT.suffixes
    return registry.detect_format(path) or (tables.FORMAT if is_table else None)


def _check_logical(
    path: Path, items: Iterable[AnnotatedArticle | Remark], repair: bool
) -> Iterator[AnnotatedArticle | Remark]:
    """Yield a file's items, then a remark with the number of texts not in logical order.

    With `repair`, they are repaired.
    """
    count = line = 0
    for item in items:
        if isinstance(item, AnnotatedArticle) and not is_logical(item):
            count, line = count + 1, line if count else item.line
            if repair:
                yield from _repair(path, item)
                continue
        yield item
    if not count:
        return
    if repair:
        message = ngettext(
            "{count} text had letters in presentation forms or lines in visual order, and was "
            "converted to logical text.",
            "{count} texts had letters in presentation forms or lines in visual order, and were "
            "converted to logical text.",
            count,
        )
        yield Repair.at(path, line, Reason(Code.VISUAL_ORDER, message.format(count=count)))
    else:
        message = ngettext(
            "{count} text has letters in presentation forms or lines in visual order, and was imported unchanged.",
            "{count} texts have letters in presentation forms or lines in visual order, and were imported unchanged.",
            count,
        )
        yield VisualOrderNotice.at(path, line, Reason(Code.VISUAL_ORDER, message.format(count=count)))


def _repair(path: Path, item: AnnotatedArticle) -> Iterator[AnnotatedArticle | Remark]:
    try:
        repaired, losses = restore_logical_order(item)
    except InvalidEdit as rejected:
        yield Refusal.at(path, item.line, rejected.reason)
        return
    yield repaired
    yield from (Refusal.at(path, item.line, reason) for reason in losses)


def _walk(corpus: Corpus, paths: Iterable[Path], remarks: list[Remark]) -> Iterator[Path]:
    """Yield the files at `paths` and below; enter a folder once, even if a link leads back.

    Links out of it are not followed: an archive could pull private files into a corpus that is then shared.
    """
    corpus_files = corpus.database_paths()
    for root in paths:
        entered: set[tuple[int, int]] = set()
        pending = [root]
        while pending:
            path = pending.pop()
            if path == root and sources.is_stream(path):
                yield path
                continue
            try:
                status = path.stat()
                if path != root and (reason := _explain_outside_link(path, root)):
                    remarks.append(Refusal.at(path, 0, reason))
                    continue
                if stat.S_ISDIR(status.st_mode):
                    if (status.st_dev, status.st_ino) not in entered:
                        entered.add((status.st_dev, status.st_ino))
                        entries = (extend_path(entry) for entry in path.iterdir() if not entry.name.startswith("."))
                        pending += sorted(entries, reverse=True)
                elif not stat.S_ISREG(status.st_mode):
                    message = _("This is neither a file nor a folder.")
                    remarks.append(Refusal.at(path, 0, Reason(Code.NOT_A_FILE, message)))
                elif resolve_path(path) not in corpus_files and not is_open_here(path):
                    yield path
                elif path == root:
                    message = _("“{path}” is the corpus itself.").format(path=path)
                    remarks.append(Refusal.at(path, 0, Reason(Code.FORMAT_NOT_RECOGNISED, message)))
            except OSError as error:
                remarks.append(_unreadable(path, error))


def _explain_outside_link(path: Path, root: Path) -> Reason | None:
    """Return a reason if a file or a companion of it is a link out of `root`."""
    for file in (path, *registry.find_companions(path)):
        if is_link(file) and not resolve_path(file).is_relative_to(resolve_path(root)):
            if file == path:
                message = _("This link points outside the folder and is not followed: {path}.")
            else:
                message = _("The companion file “{name}” is a link that points outside the folder: {path}.")
            return Reason(Code.LINK_OUTSIDE_FOLDER, message.format(name=file.name, path=resolve_path(file)))
    return None


def _unreadable(path: Path, error: OSError) -> Refusal:
    code = os_error_code(error)
    if code is Code.FILE_NOT_FOUND:
        return Refusal.at(path, 0, Reason(code, _("No such file or folder.")))
    message = _("Cannot be read: {error}").format(error=explain_os_error(error))
    return Refusal.at(path, 0, Reason(code, message))
