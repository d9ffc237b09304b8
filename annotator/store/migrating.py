"""Migrating a corpus file of an older version to the schema of this one."""

import logging
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from annotator.store import shared_memory, word_index
from annotator.store.connections import connect_to_file, is_writable, prepare_writing, set_defensive
from annotator.store.errors import CorpusError, ReadOnlyCorpus, readonly_message, translating_sqlite_errors
from annotator.store.schema import INDEX_VERSION, VERSION, migrations
from annotator.store.sqlite_library import Database
from annotator.store.verification import read_version, verify_schema

_log = logging.getLogger(__name__)
_BACKUP_SHARE: Final = 10  # percent of the work, about
_TABLES_SHARE: Final = 50  # with the backup; the index takes the other half


def is_outdated(path: Path) -> bool:
    """Return whether the corpus at `path` is of an older version.

    Raises MissingCorpus, NotACorpus, NewerCorpus, CorpusError.
    """
    return read_version(path) < VERSION


def migrate(
    path: Path, *, allow_damaged: bool = False, with_backup: bool = True
) -> Generator[tuple[int, int], None, None]:
    """Migrate the corpus at `path`, if it is of an older version, after a backup unless `with_backup` is false.

    All happens in one transaction, so that only one of several processes does it; closed early, or if the backup fails,
    nothing is changed. Yields (percent done, 100). With `allow_damaged` the file may be damaged. Raises DamagedCorpus,
    ReadOnlyCorpus, CorpusError.
    """
    if not is_writable(path):
        raise ReadOnlyCorpus(readonly_message(path))
    has_memory = shared_memory.is_usable(path.absolute().parent)
    with (
        translating_sqlite_errors(path),
        closing(connect_to_file(path, readonly=False, has_shared_memory=has_memory)) as db,
    ):
        verify_schema(path, db, allow_damaged=allow_damaged)
        prepare_writing(db, has_shared_memory=has_memory)
        db.execute("BEGIN IMMEDIATE")
        try:
            [file_version] = db.execute("PRAGMA user_version").fetchone()
            if file_version < VERSION:  # else another process was first
                if with_backup:
                    yield from _scale(_back_up(path), 0, _BACKUP_SHARE)
                yield from _scale(_migrate_tables(db), _BACKUP_SHARE, _TABLES_SHARE)
                if file_version < INDEX_VERSION:
                    yield from _scale(word_index.rebuild(db), _TABLES_SHARE, 100)
                db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


def _back_up(path: Path) -> Iterator[tuple[int, int]]:
    """Back up the corpus, in its folder if the usual one cannot be used. Yields (pages copied, total pages)."""
    from annotator.store import backups  # a start with a current file does without it

    reason = backups.BEFORE_VERSION.format(version=VERSION)
    try:
        yield from backups.create_backup(path, reason)
    except CorpusError as error:
        _log.warning("cannot create a backup in the usual folder", exc_info=error)
        backups.create_backup_beside(path, reason)


def _migrate_tables(db: Database) -> Iterator[tuple[int, int]]:
    """Apply the migrations that the file lacks. Yields (migrations applied, their number)."""
    names = [migration.name for migration in migrations.pending(db)]
    for position, _name in enumerate(names, 1):
        # Its schema was verified to contain no foreign code.
        set_defensive(db.conn, False)
        try:
            migrations.apply(db, stop_before=names[position:])
        finally:
            set_defensive(db.conn, True)
        yield position, len(names)


def _scale(counts: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the counts (done, total) as (percent done, 100), of a part of the work that is from `start` to `end`."""
    for done, total in counts:
        yield start + (end - start) * done // max(total, 1), 100
