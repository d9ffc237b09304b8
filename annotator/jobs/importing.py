"""Bringing files and folders into a corpus."""

import stat
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import formats
from annotator.core.model import Draft, Refusal
from annotator.formats import Format
from annotator.i18n import _
from annotator.store.corpus import Corpus

_CHUNK: Final = 100
"""Articles in one transaction: few enough to wait for, many enough that the disk is not waited for each time."""

"""What SQLite adds to the name of a corpus for the files that it keeps beside it."""


class Imported(Struct, frozen=True):
    """What an import did: articles that are new, articles that were there, spans stored, and what was not taken."""

    added: int
    duplicates: int
    spans: int
    skipped: list[Refusal]


def import_paths(
    corpus: Corpus, paths: Iterable[Path], format: str | None = None, annotator: str = ""
) -> Generator[tuple[int, int], None, Imported]:
    """Read the files, and all in the folders, into `corpus`; yields how many files are done, and of how many.

    `format` is the NAME of a format, None to recognise each file's; `annotator` has the spans that name nobody. What
    cannot be read is passed over and said in the result. No transaction is open at a yield: when the generator is
    closed there, what was stored stays, whole articles only. Raises KeyError for an unknown format, CorpusError.
    """
    chosen = formats.by_name(format) if format is not None else None
    counts: Counter[str] = Counter()
    skipped: list[Refusal] = []
    waiting: list[tuple[Path, Draft]] = []
    files = list(_files(corpus, paths, skipped))
    yield 0, len(files)
    for done, path in enumerate(files, 1):
        for found in _read(path, chosen, annotator):
            if isinstance(found, Refusal):
                skipped.append(found)
                continue
            waiting.append((path, found))
            if len(waiting) == _CHUNK:
                counts += _store(corpus, waiting, skipped)
                waiting.clear()
                yield done - 1, len(files)
        if done == len(files):
            counts += _store(corpus, waiting, skipped)
        yield done, len(files)
    order = {str(path): place for place, path in enumerate(files)}
    skipped.sort(key=lambda refusal: (order.get(refusal.path, -1), refusal.line))
    return Imported(counts["added"], counts["duplicates"], counts["spans"], skipped)


def _files(corpus: Corpus, paths: Iterable[Path], skipped: list[Refusal]) -> Iterator[Path]:
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


def _store(corpus: Corpus, drafts: Iterable[tuple[Path, Draft]], skipped: list[Refusal]) -> Counter[str]:
    """Add the drafts in one transaction; counts of what was done, by the names of Imported."""
    counts: Counter[str] = Counter()
    with corpus.transaction():
        for path, item in drafts:
            added = corpus.add(item)
            counts["added" if added.new else "duplicates"] += 1
            counts["spans"] += added.spans
            skipped += [Refusal(str(path), item.line, reason) for reason in added.refused]
    return counts
