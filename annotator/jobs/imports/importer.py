"""Importing files and folders into a corpus."""

import logging
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import ngettext
from annotator.jobs.imports import file_reader, sources
from annotator.jobs.imports.annotator_mapping import AnnotatorMapping
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.gold_guard import add_articles
from annotator.jobs.imports.reading_position import ReadingPosition
from annotator.jobs.imports.replacement import LayerReplacement, LayerReplacer
from annotator.model.date_values import is_date_value
from annotator.model.label_roles import is_date_label
from annotator.model.label_twins import describe_label_twin, find_label_twins
from annotator.model.labels import is_label_name
from annotator.model.limits import MAX_LABEL_LENGTH, MAX_NEW_LABELS
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark, Repair, Span
from annotator.model.remarks import explain_removed, sanitise_remark
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_labels

_BATCH_SIZE: Final = 100
"""Articles in one transaction: few enough to wait for, many enough to save most waits for the disk."""


_log = logging.getLogger(__name__)


class LabelMapping(Struct, frozen=True):
    """The mapping from labels of files to those of the corpus.

    `renamed` maps file labels to corpus labels. Of labels that the corpus lacks, those in `added` are added (None: all
    valid ones); spans of others are refused.
    """

    renamed: Mapping[str, str] = {}
    added: frozenset[str] | None = frozenset()

    def may_add(self, label: str) -> bool:
        """Return whether a label that the corpus lacks may be added to it."""
        return is_label_name(label) and (self.added is None or label in self.added)


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
    format: str | None = None,  # noqa: A002 - as the command calls it
    annotator: str = "",
    label_mapping: LabelMapping = LabelMapping(),  # noqa: B008 - frozen
    *,
    columns: Mapping[str, str] | None = None,
    logical: bool = False,
    sentences_per_article: int | None = None,
    encoding: str | None = None,
    errors: str = sources.STRICT,
    offsets: str | None = None,
    options_by_path: Mapping[Path, ReadOptions] | None = None,
    annotator_names: Mapping[str, str] | None = None,
    replacement: LayerReplacement | None = None,
    strict: bool = False,
    jobs: int = 1,
    stored: Counter[str] | None = None,
) -> Generator[tuple[int, int], None, ImportResult]:
    """Import files, and all files in folders; yield how far it is in them and the total, in kilobytes.

    `format` is a name, None to detect each file's; `annotator` gets the spans without one; `columns` names a table's
    columns by field (see tables.read). `logical` repairs text in presentation forms or visual order, otherwise reported
    as a notice. `sentences_per_article` cuts files of columns that do not say where articles begin. `encoding` is that
    of texts, None to detect it, and `errors` what happens to what it cannot decode. `offsets` is the unit of those of
    doccano (see json.offset_units). `options_by_path` has options for single files; `jobs` processes read them.
    `annotator_names` maps annotators of files to those of the corpus. With a `replacement`, the layers of articles that
    the corpus has become what the files say. Unreadable files are skipped and reported. Without `strict`, no
    transaction is open at a yield, and closing keeps the articles stored so far; with it, all is one transaction,
    rolled back if anything is refused. `stored` counts what is stored so far, named as in ImportResult. Raises KeyError
    for an unknown format, CorpusError.
    """
    steps = _import(
        corpus,
        paths,
        ReadOptions(
            format,
            columns or {},
            logical,
            sentences_per_article=sentences_per_article,
            encoding=encoding,
            errors=errors,
            offsets=offsets,
        ),
        options_by_path or {},
        annotator,
        label_mapping,
        AnnotatorMapping(corpus, annotator_names or {}),
        LayerReplacer(corpus, replacement.annotator) if replacement else None,
        jobs,
        Counter() if stored is None else stored,
    )
    if not strict:
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


def _import(
    corpus: Corpus,
    paths: Iterable[Path],
    options: ReadOptions,
    options_by_path: Mapping[Path, ReadOptions],
    annotator: str,
    label_mapping: LabelMapping,
    annotator_mapping: AnnotatorMapping,
    replacer: LayerReplacer | None,
    jobs: int,
    counts: Counter[str],
) -> Generator[tuple[int, int], None, ImportResult]:
    remarks: list[Remark] = []
    unknown, doubtful, usage = _UnknownLabels(), _InvalidDates(), _LabelUsage()
    batch: list[tuple[Path, AnnotatedArticle]] = []
    files = file_reader.list_files(corpus, paths, options.format, remarks)
    position = ReadingPosition(files)
    yield 0, position.total
    requests = [(path, options_by_path.get(path, options)) for path in files]
    if replacer:
        requests = [(path, replace(options, whole_layers=True)) for path, options in requests]
    for count, (path, items) in enumerate(file_reader.read_files(requests, annotator, jobs, position), 1):
        for item in items:
            if isinstance(item, Remark):
                remarks.append(item)
                continue
            item = annotator_mapping.apply(path, item)
            usage.add(path, item, label_mapping)
            batch.append((path, item))
            if len(batch) == _BATCH_SIZE:
                counts += _store(corpus, batch, label_mapping, replacer, unknown, doubtful, remarks)
                batch.clear()
                yield position.current, position.total
        if count == len(files):
            counts += _store(corpus, batch, label_mapping, replacer, unknown, doubtful, remarks)
        position.finish_file()
        yield position.current, position.total
    remarks += [*unknown.refusals(), *doubtful.notices(), *usage.notices(), *annotator_mapping.remarks()]
    remarks[:] = map(sanitise_remark, remarks)
    order = {str(path): index for index, path in enumerate(files)}
    remarks.sort(key=lambda remark: (order.get(remark.path, -1), remark.line))
    _log.info("imported %d files into %s: %s, %d remarks", len(files), corpus.path, dict(counts), len(remarks))
    return ImportResult(
        *(counts["added"], counts["duplicates"], counts["spans"]),
        [remark for remark in remarks if isinstance(remark, Refusal)],
        [remark for remark in remarks if isinstance(remark, Repair)],
        [remark for remark in remarks if isinstance(remark, Notice)],
        *(counts["changed"], counts["removed"]),
    )


class _UnknownLabels:
    """Counts spans whose label the corpus lacks, by file and label, with the line of the first.

    A file's labels beyond a limit are counted together.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[Path, str | None], tuple[int, int]] = {}
        self._label_counts: Counter[Path] = Counter()
        self._beyond_limit: dict[Path, tuple[int, int]] = {}

    def add_beyond_limit(self, path: Path, annotated: AnnotatedArticle) -> None:
        """Count a span whose label would be one more than a corpus may get."""
        count, line = self._beyond_limit.get(path, (0, annotated.line))
        self._beyond_limit[path] = count + 1, line

    def add(self, path: Path, annotated: AnnotatedArticle, label: str) -> None:
        """Count a span of this label."""
        key: tuple[Path, str | None] = path, label if len(label) <= MAX_LABEL_LENGTH else f"{label[:MAX_LABEL_LENGTH]}…"
        if key not in self._counts and self._label_counts[path] == MAX_NEW_LABELS:
            key = path, None
        elif key not in self._counts:
            self._label_counts[path] += 1
        count, line = self._counts.get(key, (0, annotated.line))
        self._counts[key] = count + 1, line

    def refusals(self) -> Iterator[Refusal]:
        """Yield a refusal for each label and file."""
        for (path, label), (count, line) in self._counts.items():
            if label is None:
                message = ngettext(
                    "{count} span with another label was skipped",
                    "{count} spans with other labels were skipped",
                    count,
                )
            elif is_label_name(label):
                message = ngettext(
                    "the corpus has no label {label}: {count} span was skipped",
                    "the corpus has no label {label}: {count} spans were skipped",
                    count,
                )
            else:
                message = ngettext(
                    "“{label}” is not a valid label name (use letters, digits, _ and -): {count} span was skipped",
                    "“{label}” is not a valid label name (use letters, digits, _ and -): {count} spans were skipped",
                    count,
                )
            code = Code.UNKNOWN_LABEL if label is None or is_label_name(label) else Code.INVALID_LABEL
            yield Refusal.at(path, line, Reason(code, message.format(label=label, count=count)))
        for path, (count, line) in self._beyond_limit.items():
            message = ngettext(
                "the corpus has {limit} labels, and an import adds no more: {count} span with another one was skipped",
                "the corpus has {limit} labels, and an import adds no more: {count} spans with others were skipped",
                count,
            )
            text = message.format(limit=MAX_NEW_LABELS, count=count)
            yield Refusal.at(path, line, Reason(Code.TOO_MANY_LABELS, text))


class _LabelUsage:
    """Counts spans by label, as renamed, with the file and line of the first."""

    def __init__(self) -> None:
        self._counts = Counter[str]()
        self._first_places: dict[str, tuple[Path, int]] = {}

    def add(self, path: Path, annotated: AnnotatedArticle, label_mapping: LabelMapping) -> None:
        """Count an article's spans."""
        for span in annotated.spans:
            label = label_mapping.renamed.get(span.label, span.label)
            if label in self._counts or (len(label) <= MAX_LABEL_LENGTH and len(self._counts) < MAX_NEW_LABELS):
                self._counts[label] += 1
                self._first_places.setdefault(label, (path, annotated.line))

    def notices(self) -> Iterator[Notice]:
        """Yield a notice for each label that is probably misspelt."""
        for rare, twin in find_label_twins(self._counts).items():
            path, line = self._first_places[rare]
            yield Notice.at(path, line, Reason(Code.SIMILAR_LABEL, describe_label_twin(rare, twin, self._counts)))


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


def _store(
    corpus: Corpus,
    batch: Iterable[tuple[Path, AnnotatedArticle]],
    label_mapping: LabelMapping,
    replacer: LayerReplacer | None,
    unknown: _UnknownLabels,
    doubtful: _InvalidDates,
    remarks: list[Remark],
) -> Counter[str]:
    """Add a batch in one transaction; return counts named as in ImportResult."""
    counts: Counter[str] = Counter()
    with corpus.transaction():
        batch = list(batch)
        known_labels = _add_missing_labels(corpus, label_mapping, (annotated for _path, annotated in batch))
        mapped = [_map_labels(path, annotated, label_mapping, known_labels, unknown) for path, annotated in batch]
        results = replacer.store(mapped) if replacer else add_articles(corpus, mapped)
        for (path, _file_article), annotated, added in zip(batch, mapped, results, strict=True):
            if added.is_removed:
                remarks.append(Refusal.at(path, annotated.line, explain_removed()))
                continue
            counts["added" if added.is_new else "duplicates"] += 1
            counts += Counter(spans=added.spans, changed=added.changed, removed=added.removed)
            if added.spans or added.changed:
                doubtful.add(corpus, path, annotated)
            remarks += [Refusal.at(path, annotated.line, reason) for reason in added.skip_reasons]
    return counts


def _add_missing_labels(
    corpus: Corpus, label_mapping: LabelMapping, articles: Iterable[AnnotatedArticle]
) -> frozenset[str]:
    """Add the labels of these articles that the corpus lacks and may get; return all that it has then."""
    known_labels = {label.name for label in corpus.labels().labels}
    used_labels = dict.fromkeys(span.label for annotated in articles for span in annotated.spans)
    missing = dict.fromkeys(label_mapping.renamed.get(label, label) for label in used_labels)
    added = [label for label in missing if label not in known_labels and label_mapping.may_add(label)]
    added = added[: max(0, MAX_NEW_LABELS - len(known_labels))]
    if added:
        add_labels(corpus, added)
    return frozenset((*known_labels, *added))


def _map_labels(
    path: Path,
    annotated: AnnotatedArticle,
    label_mapping: LabelMapping,
    known_labels: Collection[str],
    unknown: _UnknownLabels,
) -> AnnotatedArticle:
    """Return the article with labels of the corpus.

    Spans of other labels are counted in `unknown`, and the article's layers are not complete then.
    """
    spans: list[Span] = []
    for span in annotated.spans:
        label = label_mapping.renamed.get(span.label, span.label)
        if label in known_labels:
            spans.append(span if label == span.label else replace(span, label=label))
        elif label_mapping.may_add(label):
            unknown.add_beyond_limit(path, annotated)
        else:
            unknown.add(path, annotated, label)
    layers = annotated.layers
    if layers and len(spans) < len(annotated.spans):
        layers = replace(layers, is_complete=False)
    return replace(annotated, spans=tuple(spans), layers=layers)
