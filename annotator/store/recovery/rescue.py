"""Rescue of an open corpus whose file was renamed, deleted or replaced.

Sync clients and file managers do that, except on Windows. The connection goes on with its file, perhaps without a name,
while another may lie at the path; the two are never mixed.
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
from annotator.open_databases import file_identity
from annotator.store import copying
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, ExistingCorpus, FullDisk, MissingCorpus, translating_file_errors
from annotator.store.numbered_tables import STORED, VIEWS

_log = logging.getLogger(__name__)
_TIME: Final = "%Y-%m-%d %H-%M"  # no colon: Windows forbids it in names
_CONTENT_QUERIES: Final = ("SELECT uid FROM article", "SELECT DISTINCT step FROM edit", "SELECT * FROM label")
"""All that a user can add is an edit, article or label."""
_LAYER_TABLES: Final = ("span", "zone", "status", "note", "title", "removal", "rejection", "dismissal")
"""The tables that edits change, each with a column `article`."""


class FileChange(Enum):
    """How the file at a corpus's path was changed."""

    RENAMED = auto()
    DELETED = auto()
    """Deleted, or moved to another folder."""
    REPLACED = auto()
    UPDATED = auto()
    """Replaced by a file with at least the corpus's content."""


class Displacement(Struct, frozen=True):
    """The change of the corpus file at `path`, and the file that now has its content."""

    change: FileChange
    path: Path
    current: Path


def rescue_displaced(corpus: Corpus) -> Displacement:
    """Find or create a file with all content of an open corpus no longer at its path, then close the corpus.

    Raises MissingCorpus if its medium was removed and may come back, CorpusError if it cannot be copied; the corpus
    then stays open.
    """
    path, identity = corpus.path, corpus.identity
    current_identity = file_identity(path)
    folder = file_identity(path.absolute().parent)
    if (
        not identity
        or not folder
        or folder[0] != identity[0]
        or (current_identity and current_identity[0] != identity[0])
    ):
        raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
    renamed_path = _find_file(path.absolute().parent, identity)
    try:
        is_checkpointed = corpus.checkpoint()  # if so, its empty log is harmless beside any file
    except FullDisk:
        if renamed_path:
            raise  # the file and its log are still there, and become one once there is room
        is_checkpointed = False
    if not is_checkpointed:
        renamed_path = None
    # If the log is gone, another process has written it into the new file.
    if is_checkpointed and current_identity and corpus.has_own_wal() and _holds_all(path, corpus):
        displacement = Displacement(FileChange.UPDATED, path, path)
    elif renamed_path:
        displacement = Displacement(FileChange.REPLACED if current_identity else FileChange.RENAMED, path, renamed_path)
    else:
        displacement = Displacement(
            FileChange.REPLACED if current_identity else FileChange.DELETED, path, copy_to_safety(corpus)
        )
    corpus.close_displaced()  # before another connection opens a file of that name
    return displacement


def copy_to_safety(corpus: Corpus) -> Path:
    """Copy an open corpus to a new file beside its path, or else in the program's data folder; return the path.

    The connection, perhaps the only access left, makes the copy at once. Raises CorpusError.
    """
    folder = corpus.path.absolute().parent
    while True:
        try:
            copying.copy_open_corpus(corpus.path, corpus.copy_into, target := _free_path(folder, corpus.path))
        except ExistingCorpus:  # by another window with the same problem
            continue
        except CorpusError as error:
            if folder == (folder := _safe_folder(error)):
                raise
        else:
            return target


def copy_file_to_safety(path: Path) -> Generator[tuple[int, int], None, Path]:
    """Do the same as `copy_to_safety` through a new connection to the file at `path`.

    Yields (pages copied, total pages). Raises CorpusError.
    """
    folder = path.absolute().parent
    while True:
        try:
            yield from copying.copy_corpus(path, target := _free_path(folder, path))
        except ExistingCorpus:
            continue
        except CorpusError as error:
            if folder == (folder := _safe_folder(error)):
                raise
        else:
            return target


def _safe_folder(error: CorpusError) -> Path:
    """Create the folder for copies that `error` keeps from their corpus's folder. Raises CorpusError."""
    _log.warning("cannot create a copy beside the corpus", exc_info=error)
    folder = settings.data_dir() / "rescued"
    with translating_file_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _free_path(folder: Path, path: Path) -> Path:
    name = _("{corpus} rescued {time}").format(corpus=path.stem, time=datetime.now().strftime(_TIME))
    names = chain([name], (f"{name} {number}" for number in count(2)))
    return next(target for candidate in names if not (target := folder / f"{candidate}{path.suffix}").exists())


def _find_file(folder: Path, identity: tuple[int, int]) -> Path | None:
    """Find a file in a folder by its identity."""
    with translating_file_errors(folder), os.scandir(folder) as entries:
        for entry in entries:
            if entry.inode() == identity[1] and file_identity(Path(entry.path)) == identity:
                return Path(entry.path)
    return None


def _holds_all(path: Path, corpus: Corpus) -> bool:
    """Return whether the file at `path` is a sound corpus with every article, step and label of an open one.

    Layers may differ only in articles with more steps.
    """
    try:
        with Corpus.open_backup(path) as new_corpus:
            if not all(
                set(corpus.fetch_tuples(query)) <= set(new_corpus.fetch_tuples(query)) for query in _CONTENT_QUERIES
            ):
                return False
            steps = set(corpus.fetch_tuples("SELECT DISTINCT step FROM edit"))
            changed_articles = {
                article
                for step, article in new_corpus.fetch_tuples("SELECT DISTINCT step, article FROM edit")
                if (step,) not in steps
            }
            return all(
                _lacks_only_changed_articles(table, corpus, new_corpus, changed_articles) for table in _LAYER_TABLES
            )
    except CorpusError:
        return False


def _lacks_only_changed_articles(table: str, corpus: Corpus, new_corpus: Corpus, changed_articles: set[str]) -> bool:
    """Return whether a table of the new corpus is sound and lacks only rows of changed articles."""
    stored = STORED + table if table in VIEWS else table
    if new_corpus.fetch_tuples(f"PRAGMA integrity_check('{stored}')") != [("ok",)]:
        return False
    query = f"SELECT article, * FROM {table}"
    lacking = set(corpus.fetch_tuples(query)) - set(new_corpus.fetch_tuples(query))
    return all(article in changed_articles for article, *_row in lacking)
