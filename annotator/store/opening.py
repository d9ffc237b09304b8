"""Make a corpus file, or open one with its schema brought up to date."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from os import W_OK, access
from pathlib import Path

from annotator.file_ops import discard_file
from annotator.i18n import _
from annotator.paths import hidden_path, refused_name
from annotator.store import shared_memory
from annotator.store.copying import name_file
from annotator.store.errors import CorpusError, ExistingCorpus, MissingCorpus, ReadOnlyCorpus
from annotator.store.safe_connection import connect_safely, connect_to_file, is_writable, set_defensive
from annotator.store.schema import APPLICATION_ID, VERSION, migrations
from annotator.store.side_files import side_files
from annotator.store.sqlite_errors import translating_file_errors, translating_sqlite_errors
from annotator.store.sqlite_utils_import import Database
from annotator.store.uri import sqlite_uri
from annotator.store.verification import read_version, verify_schema

_log = logging.getLogger(__name__)


def create(path: Path, fill: Callable[[Database], None]) -> None:
    """Make a corpus at `path` that holds what `fill` writes. Raises ExistingCorpus, MissingCorpus, ReadOnlyCorpus,
    CorpusError.

    It is made beside its place and moved there whole, so that no half-made file ever bears the name.
    """
    if refusal := refused_name(path):
        raise CorpusError(refusal)
    if path.exists():
        raise ExistingCorpus(_("“{path}” is there already.").format(path=path))
    left = next((one for one in side_files(path) if one.exists()), None)
    if left:
        # SQLite would take it for the new file's, and mix the two (https://sqlite.org/howtocorrupt.html#_mispairing).
        said = _("“{left}” is what another corpus of this name has left: choose another name, or move it away.")
        raise ExistingCorpus(said.format(left=left))
    folder = path.absolute().parent
    if not folder.is_dir():
        raise MissingCorpus(_("There is no folder “{folder}”.").format(folder=folder))
    if not access(folder, W_OK):
        raise ReadOnlyCorpus(_("The folder “{folder}” cannot be written to.").format(folder=folder))
    making = hidden_path(path, "part")
    try:
        with translating_sqlite_errors(path), translating_file_errors(path):
            uri = sqlite_uri(making.absolute(), "mode=rwc")
            db = Database(sqlite3.connect(uri, uri=True, isolation_level=None), execute_plugins=False)
            try:
                # Before WAL, so that the marks stand in the file's header, where `open` looks first.
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {VERSION}")
                migrations.apply(db)
                fill(db)
                if shared_memory.is_usable(folder):
                    db.execute("PRAGMA journal_mode = WAL")
            finally:
                db.close()
            with closing(connect_safely(making, "mode=rw", readonly=False)) as made:
                verify_schema(path, made.conn, damaged=True)  # no file bears the name that could not be opened again
            name_file(making, path)
    finally:
        discard_file(making)


def connect(path: Path, *, readonly: bool = False, damaged: bool = False, backed_up: bool = True) -> Database:
    """A connection to the corpus at `path`, its schema brought up to date unless `readonly`; a backup is made first,
    unless it is not to be `backed_up`. With `damaged`, one will do in which not all is in order.

    Raises MissingCorpus, NotACorpus, NewerCorpus, ReadOnlyCorpus (only where it is to be written), CorpusError.
    """
    version = read_version(path)
    if readonly and version < VERSION and is_writable(path):
        connect(path).close()  # brings it up to date
    if not readonly and not is_writable(path):
        raise ReadOnlyCorpus(_("“{path}” cannot be written to, so nothing could be saved in it.").format(path=path))
    has_memory = shared_memory.is_usable(path.absolute().parent)
    with translating_sqlite_errors(path):
        db = connect_to_file(path, readonly=readonly, has_memory=has_memory)
        try:
            found = verify_schema(path, db.conn, damaged=damaged)
            if not readonly:
                if has_memory:
                    db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                if found < VERSION:
                    _migrate(path, db, backed_up=backed_up)
            elif found < VERSION:
                raise CorpusError(
                    _("“{path}” is of an older version and cannot be brought up to date where it lies.").format(
                        path=path
                    )
                )
        except BaseException:
            db.close()
            raise
    return db


def _migrate(path: Path, db: Database, *, backed_up: bool) -> None:
    """Bring the schema up to date, all of it or nothing; of several who find it old at once, one does. A backup of the
    file as it was is made first: where that fails, nothing is changed."""
    from annotator.store import backups  # it opens files, and a start with a file that is up to date has no use for it

    db.execute("BEGIN IMMEDIATE")
    try:
        [found] = db.execute("PRAGMA user_version").fetchone()
        if found < VERSION and backed_up:
            reason = backups.BEFORE_VERSION.format(version=VERSION)
            try:
                for _count in backups.keep(path, reason):
                    pass
            except CorpusError as error:
                _log.warning("no backup in the usual place", exc_info=error)
                backups.keep_beside(path, reason)
        with _schema_writable(db.conn):
            migrations.apply(db)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
    db.execute("PRAGMA trusted_schema = OFF")


@contextmanager
def _schema_writable(connection: sqlite3.Connection) -> Iterator[None]:
    """Lift DEFENSIVE for a migration that edits the schema. The file was verified: nothing in it is a stranger's."""
    set_defensive(connection, False)
    try:
        yield
    finally:
        set_defensive(connection, True)
