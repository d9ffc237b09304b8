"""Bringing files and folders into a corpus."""

import logging
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import ngettext
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.model.labels import is_name
from annotator.model.limits import LABEL, LABELS
from annotator.model.records import Draft, Notice, Refusal, Remark, Repair, Span
from annotator.model.remarks import plainly
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_label

_CHUNK: Final = 100
"""Articles in one transaction: few enough to wait for, many enough that the disk is not waited for each time."""


_log = logging.getLogger(__name__)


class Naming(Struct, frozen=True):
    """What becomes of the labels that a file names: `renamed` says which the corpus calls otherwise; of those that it
    lacks, the ones in `added` are added to it, None for all that may be. The spans of others are refused."""

    renamed: Mapping[str, str] = {}
    added: frozenset[str] | None = frozenset()


class Imported(Struct, frozen=True):
    """What an import did: articles that are new, articles that were there, spans stored; what was not taken, what was
    put right and taken, and what was taken and is doubtful."""

    added: int
    duplicates: int
    spans: int
    skipped: list[Refusal]
    repaired: list[Repair] = []
    noticed: list[Notice] = []


def import_paths(
    corpus: Corpus,
    paths: Iterable[Path],
    format: str | None = None,
    annotator: str = "",
    naming: Naming = Naming(),  # noqa: B008 - frozen
    *,
    columns: Mapping[str, str] | None = None,
    logical: bool = False,
    ways: Mapping[Path, Way] | None = None,
    strict: bool = False,
) -> Generator[tuple[int, int], None, Imported]:
    """Read the files, and all in the folders, into `corpus`; yields how many files are done, and of how many.

    `format` is the NAME of a format, None to recognise each file's; `annotator` has the spans that name nobody;
    `columns` say which column of a table holds what (see tables.read). With `logical`, text in presentation
    forms or visual order is put right, which is else noticed. `ways` has the files that are read in a way of their
    own. What cannot be read is passed over and said in the result. No transaction is open at a yield: when the
    generator is closed there, what was stored stays, whole articles only. With `strict` it is all or nothing: one
    transaction, in which nothing stays where anything was refused. Raises KeyError for an unknown format, CorpusError.
    """
    steps = _import(corpus, paths, Way(format, columns or {}, logical), ways or {}, annotator, naming)
    if not strict:
        return (yield from steps)
    try:
        with corpus.transaction():
            done = yield from steps
            if done.skipped:
                raise _NotAll(done.skipped)
        return done
    except _NotAll as refused:
        return Imported(0, 0, 0, refused.skipped)


class _NotAll(Exception):
    def __init__(self, skipped: list[Refusal]) -> None:
        super().__init__()
        self.skipped = skipped


def _import(
    corpus: Corpus, paths: Iterable[Path], way: Way, ways: Mapping[Path, Way], annotator: str, naming: Naming
) -> Generator[tuple[int, int], None, Imported]:
    counts: Counter[str] = Counter()
    remarks: list[Remark] = []
    unknown = _Unknown()
    waiting: list[tuple[Path, Draft]] = []
    files = file_reader.files(corpus, paths, way.format, remarks)
    yield 0, len(files)
    for done, path in enumerate(files, 1):
        for found in file_reader.read(path, ways.get(path, way), annotator):
            if isinstance(found, Remark):
                remarks.append(found)
                continue
            waiting.append((path, found))
            if len(waiting) == _CHUNK:
                counts += _store(corpus, waiting, naming, unknown, remarks)
                waiting.clear()
                yield done - 1, len(files)
        if done == len(files):
            counts += _store(corpus, waiting, naming, unknown, remarks)
        yield done, len(files)
    remarks += unknown.refusals()
    remarks[:] = map(plainly, remarks)
    order = {str(path): place for place, path in enumerate(files)}
    remarks.sort(key=lambda remark: (order.get(remark.path, -1), remark.line))
    _log.info("imported %d files into %s: %s, %d remarks", len(files), corpus.path, dict(counts), len(remarks))
    return Imported(
        *(counts["added"], counts["duplicates"], counts["spans"]),
        [remark for remark in remarks if isinstance(remark, Refusal)],
        [remark for remark in remarks if isinstance(remark, Repair)],
        [remark for remark in remarks if isinstance(remark, Notice)],
    )


class _Unknown:
    """The spans of a file whose label the corpus lacks, counted by label, with the line of the first; where a file has
    very many such labels, those of the others are counted together."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, str | None], tuple[int, int]] = {}
        self._labels: Counter[Path] = Counter()

    def add(self, path: Path, item: Draft, label: str) -> None:
        """Count one."""
        key: tuple[Path, str | None] = path, label if len(label) <= LABEL else f"{label[:LABEL]}…"
        if key not in self._found and self._labels[path] == LABELS:
            key = path, None
        elif key not in self._found:
            self._labels[path] += 1
        count, line = self._found.get(key, (0, item.line))
        self._found[key] = count + 1, line

    def refusals(self) -> Iterator[Refusal]:
        """One for each label and file."""
        for (path, label), (count, line) in self._found.items():
            if label is None:
                reason = ngettext(
                    "{count} span of other labels was not taken",
                    "{count} spans of other labels were not taken",
                    count,
                )
            elif is_name(label):
                reason = ngettext(
                    "the corpus has no label {label}: {count} span was not taken",
                    "the corpus has no label {label}: {count} spans were not taken",
                    count,
                )
            else:
                reason = ngettext(
                    "“{label}” cannot name a label (letters, digits, _ and - can): {count} span was not taken",
                    "“{label}” cannot name a label (letters, digits, _ and - can): {count} spans were not taken",
                    count,
                )
            yield Refusal(str(path), line, reason.format(label=label, count=count))


def _store(
    corpus: Corpus, drafts: Iterable[tuple[Path, Draft]], naming: Naming, unknown: _Unknown, remarks: list[Remark]
) -> Counter[str]:
    """Add the drafts in one transaction; counts of what was done, by the names of Imported."""
    counts: Counter[str] = Counter()
    with corpus.transaction():
        known = {label.name for label in corpus.labels().labels}
        for path, item in drafts:
            spans = tuple(_labelled(corpus, path, item, naming, known, unknown))
            added = corpus.add(replace(item, spans=spans))
            counts["added" if added.new else "duplicates"] += 1
            counts["spans"] += added.spans
            remarks += [Refusal(str(path), item.line, reason) for reason in added.refused]
    return counts


def _labelled(
    corpus: Corpus, path: Path, item: Draft, naming: Naming, known: set[str], unknown: _Unknown
) -> Iterator[Span]:
    """The draft's spans with their labels as the corpus calls them, those that may be added with it; `known` are all
    that it has. The others go to `unknown`, and so do those of labels that are too many."""
    for span in item.spans:
        label = naming.renamed.get(span.label, span.label)
        wanted = is_name(label) and (naming.added is None or label in naming.added)
        if label not in known and wanted and len(known) < LABELS:
            add_label(corpus, label)
            known.add(label)
        if label not in known:
            unknown.add(path, item, label)
        else:
            yield span if label == span.label else replace(span, label=label)
