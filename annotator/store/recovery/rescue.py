"""What an open connection still holds when the corpus file is no longer where it was, brought into safety.

Sync clients and file managers rename, delete and replace files, whoever has them open. The connection goes on with
the file that it has opened, which may have no name any more, while another file may lie at the corpus' path: the two
are never mixed. None of this happens on Windows, which refuses to rename, delete or replace an open file.
"""

import logging
import os
from collections.abc import Generator
from datetime import datetime
from enum import Enum, auto
from itertools import chain, count
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import settings
from annotator.i18n import _
from annotator.store import copying, open_connections, sqlite_errors
from annotator.store.connection import Connection
from annotator.store.errors import CorpusError, ExistingCorpus, MissingCorpus
from annotator.store.restoring import look

_log = logging.getLogger(__name__)
_TIME: Final = "%Y-%m-%d %H-%M"  # no colon: Windows has none in names
_ALL: Final = ("SELECT uid FROM article", "SELECT DISTINCT step FROM edit", "SELECT * FROM label")
"""Whatever a person does is an edit, an article or a label."""
_LAYERS: Final = ("span", "zone", "status", "note", "rejection", "dismissal")
"""The tables in which the edits show, by article."""


class Change(Enum):
    """What became of the file at a corpus' path."""

    RENAMED = auto()
    DELETED = auto()
    """Or moved into another folder."""
    REPLACED = auto()
    UPDATED = auto()
    """Replaced by a file that holds everything that the corpus holds."""


class Displacement(Struct, frozen=True):
    """What became of the corpus file at `path`, and the file that holds all that it held."""

    change: Change
    path: Path
    current: Path


def displace(corpus: Connection) -> Displacement:
    """Find or make the file that holds all that an open corpus holds, after its own is no longer at its path, and
    close the corpus.

    Raises MissingCorpus where the medium has gone with the file and may come back, CorpusError where no copy can be
    made; the corpus stays open then.
    """
    path, identity = corpus.path, corpus.identity
    other = open_connections.identity(path)
    folder = open_connections.identity(path.absolute().parent)
    if not identity or not folder or folder[0] != identity[0] or (other and other[0] != identity[0]):
        raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
    is_whole = corpus.checkpoint()  # all is in the file itself, and its log is harmless beside any other
    renamed = _find(path.absolute().parent, identity) if is_whole else None
    # A log that is gone was written into the new file by whoever took it for that one's.
    if is_whole and other and corpus.has_its_log() and _holds_all(path, corpus):
        displacement = Displacement(Change.UPDATED, path, path)
    elif renamed:
        displacement = Displacement(Change.REPLACED if other else Change.RENAMED, path, renamed)
    else:
        displacement = Displacement(Change.REPLACED if other else Change.DELETED, path, copy_to_safety(corpus))
    corpus.close_displaced()  # before another connection opens a file of that name
    return displacement


def copy_to_safety(corpus: Connection) -> Path:
    """Copy all that an open corpus holds into a new file beside its path, under a name that says so, or into the
    program's data folder where that is not possible, and return where. Raises CorpusError.

    It is done at once, through the connection itself: that may be all that still leads to what it has opened.
    """
    folder = corpus.path.absolute().parent
    while True:
        try:
            copying.copy_open(corpus.path, corpus.copy_into, target := _free_path(folder, corpus.path))
        except ExistingCorpus:  # another window, whose corpus is gone too, has taken this name meanwhile
            continue
        except CorpusError as error:
            if folder == (folder := _safe_folder(error)):
                raise
        else:
            return target


def copy_file_to_safety(path: Path) -> Generator[tuple[int, int], None, Path]:
    """Do the same with the corpus file at `path`, by a connection of its own, beside those who work in it. Yields how
    many of how many pages are copied. Raises CorpusError."""
    folder = path.absolute().parent
    while True:
        try:
            yield from copying.copy(path, target := _free_path(folder, path))
        except ExistingCorpus:
            continue
        except CorpusError as error:
            if folder == (folder := _safe_folder(error)):
                raise
        else:
            return target


def _safe_folder(error: CorpusError) -> Path:
    """Make the folder for copies that cannot lie beside their corpus, for this reason. Raises CorpusError."""
    _log.warning("no copy could be made beside the corpus", exc_info=error)
    folder = settings.data_dir() / "rescued"
    with sqlite_errors.translating_file_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _free_path(folder: Path, path: Path) -> Path:
    name = _("{corpus} rescued {time}").format(corpus=path.stem, time=datetime.now().strftime(_TIME))
    names = chain([name], (f"{name} {number}" for number in count(2)))
    return next(target for each in names if not (target := folder / f"{each}{path.suffix}").exists())


def _find(folder: Path, identity: tuple[int, int]) -> Path | None:
    """Find the file by what tells it from any other: renamed, it is in the same folder under another name."""
    with sqlite_errors.translating_file_errors(folder), os.scandir(folder) as entries:
        for entry in entries:
            if entry.inode() == identity[1] and open_connections.identity(Path(entry.path)) == identity:
                return Path(entry.path)
    return None


def _holds_all(path: Path, corpus: Connection) -> bool:
    """Return whether the file at `path` is a sound corpus that holds every article, step and label of an open one, and
    differs from it only in articles in which it has further steps."""
    try:
        with look(path) as other:
            if not all(set(corpus.tuples(query)) <= set(other.tuples(query)) for query in _ALL):
                return False
            known = set(corpus.tuples("SELECT DISTINCT step FROM edit"))
            further = {
                article
                for step, article in other.tuples("SELECT DISTINCT step, article FROM edit")
                if (step,) not in known
            }
            return all(_is_kept(table, corpus, other, further) for table in _LAYERS)
    except CorpusError:
        return False


def _is_kept(table: str, corpus: Connection, other: Connection, further: set[str]) -> bool:
    """Return whether a table and its indexes are in order in the other corpus, and whether it lacks rows only of these
    further articles."""
    if other.tuples(f"PRAGMA integrity_check('{table}')") != [("ok",)]:
        return False
    query = f"SELECT article, * FROM {table}"
    lacking = set(corpus.tuples(query)) - set(other.tuples(query))
    return all(article in further for article, *_row in lacking)
