"""Creating corpus files, and opening them with their schema migrated."""

from collections.abc import Callable, Generator
from contextlib import closing
from os import W_OK, access
from pathlib import Path
from typing import TypeAlias

from annotator.generators import finish
from annotator.i18n import _
from annotator.store import shared_memory
from annotator.store.connections import (
    READ_WRITE,
    connect,
    connect_to_file,
    create_database,
    is_writable,
    prepare_writing,
)
from annotator.store.copying import new_file
from annotator.store.database_files import side_files
from annotator.store.errors import (
    CorpusError,
    ExistingCorpus,
    ReadOnlyCorpus,
    readonly_message,
    translating_file_errors,
    translating_sqlite_errors,
)
from annotator.store.migrating import is_outdated, migrate
from annotator.store.schema import APPLICATION_ID, VERSION, migrations
from annotator.store.sqlite_library import Database
from annotator.store.verification import verify_schema

MigrationRunner: TypeAlias = Callable[[Generator[tuple[int, int], None, None]], object]
"""Runs a migration, which yields its progress (see `store.migrating`)."""


def create(path: Path, fill: Callable[[Database], object]) -> None:
    """Create a corpus at `path` with the content that `fill` writes (see `new_file`).

    Raises ExistingCorpus, MissingCorpus, ReadOnlyCorpus, CorpusError.
    """
    folder = path.absolute().parent
    with new_file(path) as temporary:
        leftover = next((side_file for side_file in side_files(path) if side_file.exists()), None)
        if leftover:
            # SQLite would use it for the new corpus (https://sqlite.org/howtocorrupt.html#_mispairing).
            message = _(
                "“{left}” is left over from another corpus with this name: choose another name, or move the file away."
            )
            raise ExistingCorpus(message.format(left=leftover))
        if not access(folder, W_OK):
            raise ReadOnlyCorpus(_("The folder “{folder}” cannot be written to.").format(folder=folder))
        with translating_sqlite_errors(path), translating_file_errors(path):
            with closing(create_database(temporary)) as db:
                # Nobody sees the file before `new_file` has flushed it, so SQLite need not wait for the disk.
                db.execute("PRAGMA synchronous = OFF")
                db.execute("PRAGMA journal_mode = MEMORY")
                # Before WAL, so that these numbers are in the file's header, which is read first.
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {VERSION}")
                migrations.apply(db)
                fill(db)
                if shared_memory.is_usable(folder):
                    db.enable_wal()
            with closing(connect(temporary, READ_WRITE, readonly=False)) as reopened:
                verify_schema(path, reopened, allow_damaged=True)  # never create a file that cannot be opened


def connect_to_corpus(
    path: Path,
    *,
    readonly: bool = False,
    allow_damaged: bool = False,
    with_backup: bool = True,
    run_migration: MigrationRunner = finish,
) -> Database:
    """Connect to the corpus at `path`; have an old schema migrated, after a backup unless `with_backup` is false.

    With `readonly` an old file is still migrated, or refused if that is impossible. With `allow_damaged` it may be
    damaged. Raises MissingCorpus, NotACorpus, NewerCorpus, ReadOnlyCorpus (unless `readonly`), CorpusError.
    """
    is_old = is_outdated(path)
    if not readonly and not is_writable(path):
        raise ReadOnlyCorpus(readonly_message(path))
    if is_old and is_writable(path):
        run_migration(migrate(path, allow_damaged=allow_damaged, with_backup=with_backup))
    has_memory = shared_memory.is_usable(path.absolute().parent)
    with translating_sqlite_errors(path):
        db = connect_to_file(path, readonly=readonly, has_shared_memory=has_memory)
        try:
            if verify_schema(path, db, allow_damaged=allow_damaged) < VERSION:
                raise CorpusError(
                    _("“{path}” was made by an older version and cannot be updated in its current location.").format(
                        path=path
                    )
                )
            if not readonly:
                prepare_writing(db, has_shared_memory=has_memory)
        except BaseException:
            db.close()
            raise
    return db
