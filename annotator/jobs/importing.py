"""Bringing files and folders into a corpus."""

import stat
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator import formats
from annotator.core.labels import BadLabelSet
from annotator.core.model import Draft, Refusal
from annotator.formats import Format
from annotator.i18n import _
from annotator.store.corpus import Corpus
from annotator.store.labelling import add_label

_CHUNK: Final = 100
"""Articles in one transaction: few enough to wait for, many enough that the disk is not waited for each time."""


class Naming(Struct, frozen=True):
    """What becomes of the labels that a file names: `renamed` says which the corpus calls otherwise; of those that it
    lacks, the ones in `added` are added to it, None for all. The spans of others are refused."""

    renamed: Mapping[str, str] = {}
    added: frozenset[str] | None = frozenset()


class Imported(Struct, frozen=True):
    """What an import did: articles that are new, articles that were there, spans stored, and what was not taken."""

    added: int
    duplicates: int
    spans: int
    skipped: list[Refusal]


def import_paths(
    corpus: Corpus,
    paths: Iterable[Path],
    format: str | None = None,
    annotator: str = "",
    naming: Naming = Naming(),  # noqa: B008 - frozen
    *,
    strict: bool = False,
) -> Generator[tuple[int, int], None, Imported]:
    """Read the files, and all in the folders, into `corpus`; yields how many files are done, and of how many.

    `format` is the NAME of a format, None to recognise each file's; `annotator` has the spans that name nobody. What
    cannot be read is passed over and said in the result. No transaction is open at a yield: when the generator is
    closed there, what was stored stays, whole articles only. With `strict` it is all or nothing: one transaction, in
    which nothing stays where anything was passed over. Raises KeyError for an unknown format, CorpusError.
    """
    steps = _import(corpus, paths, format, annotator, naming)
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


def lacking(
    corpus: Corpus, paths: Iterable[Path], annotator: str = ""
) -> Generator[tuple[int, int], None, dict[str, int]]:
    """The labels that the files at `paths` name and the corpus lacks, by how many spans have them; nothing is stored.
    Yields as `import_paths`. Raises CorpusError."""
    known = {label.name for label in corpus.labels().labels}
    found: Counter[str] = Counter()
    files = _files(corpus, paths, None, [])
    for done, path in enumerate(files):
        yield done, len(files)
        for item in _read(path, None, annotator):
            if isinstance(item, Draft):
                found.update(span.label for span in item.spans if span.label not in known)
    return dict(found.most_common())


class _NotAll(Exception):
    def __init__(self, skipped: list[Refusal]) -> None:
        super().__init__()
        self.skipped = skipped


def _import(
    corpus: Corpus, paths: Iterable[Path], format: str | None, annotator: str, naming: Naming
) -> Generator[tuple[int, int], None, Imported]:
    chosen = formats.by_name(format) if format is not None else None
    counts: Counter[str] = Counter()
    skipped: list[Refusal] = []
    waiting: list[tuple[Path, Draft]] = []
    files = _files(corpus, paths, chosen, skipped)
    yield 0, len(files)
    for done, path in enumerate(files, 1):
        for found in _read(path, chosen, annotator):
            if isinstance(found, Refusal):
                skipped.append(found)
                continue
            waiting.append((path, found))
            if len(waiting) == _CHUNK:
                counts += _store(corpus, waiting, naming, skipped)
                waiting.clear()
                yield done - 1, len(files)
        if done == len(files):
            counts += _store(corpus, waiting, naming, skipped)
        yield done, len(files)
    order = {str(path): place for place, path in enumerate(files)}
    skipped.sort(key=lambda refusal: (order.get(refusal.path, -1), refusal.line))
    return Imported(counts["added"], counts["duplicates"], counts["spans"], skipped)


def _files(corpus: Corpus, paths: Iterable[Path], chosen: Format | None, skipped: list[Refusal]) -> list[Path]:
    """The files to read: those that are read with another one are not read by themselves too."""
    files = list(_found(corpus, paths, skipped))
    if chosen is not None and not formats.has_companions(chosen):
        return files
    taken = {beside.resolve() for path in files for beside in formats.companions(path)}
    return [path for path in files if path.resolve() not in taken]


def _found(corpus: Corpus, paths: Iterable[Path], skipped: list[Refusal]) -> Iterator[Path]:
    """The files at `paths` and in the folders there, by name; hidden ones and the corpus itself are passed over.

    A folder that a link leads back to is entered once.
    """
    own = corpus.files()
    for root in paths:
        entered: set[tuple[int, int]] = set()
        left = [root]
        while left:
            path = left.pop()
            try:
                found = path.stat()
                if stat.S_ISDIR(found.st_mode):
                    if (found.st_dev, found.st_ino) not in entered:
                        entered.add((found.st_dev, found.st_ino))
                        inside = (entry for entry in path.iterdir() if not entry.name.startswith("."))
                        left += sorted(inside, reverse=True)
                elif not stat.S_ISREG(found.st_mode):
                    skipped.append(Refusal(str(path), 0, _("This is neither a file nor a folder.")))
                elif path.resolve() not in own:
                    yield path
            except OSError as error:
                skipped.append(_unreadable(path, error))


def _read(path: Path, chosen: Format | None, annotator: str) -> Iterator[Draft | Refusal]:
    """What is in one file, in the format that was chosen or the one that it is recognised to have."""
    try:
        format_ = chosen or formats.recognise(path)
        if format_ is None:
            yield Refusal(str(path), 0, _("The format of the file was not recognised."))
        else:
            yield from format_.read(path, annotator)
    except OSError as error:
        yield _unreadable(path, error)


def _unreadable(path: Path, error: OSError) -> Refusal:
    if isinstance(error, FileNotFoundError):
        return Refusal(str(path), 0, _("There is no such file or folder."))
    return Refusal(str(path), 0, _("It could not be read: {error}").format(error=error.strerror or error))


def _store(
    corpus: Corpus, drafts: Iterable[tuple[Path, Draft]], naming: Naming, skipped: list[Refusal]
) -> Counter[str]:
    """Add the drafts in one transaction; counts of what was done, by the names of Imported."""
    counts: Counter[str] = Counter()
    with corpus.transaction():
        for path, item in drafts:
            item = _named(item, naming)
            refused = _add_labels(corpus, item, naming)
            skipped += [Refusal(str(path), item.line, reason) for reason in refused]
            added = corpus.add(item)
            counts["added" if added.new else "duplicates"] += 1
            counts["spans"] += added.spans
            skipped += [Refusal(str(path), item.line, reason) for reason in added.refused]
    return counts


def _named(item: Draft, naming: Naming) -> Draft:
    """The draft with its labels as the corpus calls them."""
    if not naming.renamed:
        return item
    spans = (replace(span, label=naming.renamed.get(span.label, span.label)) for span in item.spans)
    return replace(item, spans=tuple(spans))


def _add_labels(corpus: Corpus, item: Draft, naming: Naming) -> Iterator[str]:
    """Add the labels that the draft's spans have and the corpus lacks; a sentence for each that cannot be one."""
    if not item.spans or naming.added == frozenset():
        return
    known = {label.name for label in corpus.labels().labels}
    for name in dict.fromkeys(span.label for span in item.spans if span.label not in known):
        if naming.added is not None and name not in naming.added:
            continue
        try:
            add_label(corpus, name)
        except BadLabelSet as bad:
            yield str(bad)
