"""From a path to a connection that can be trusted, or to one clear sentence with nothing changed."""

import logging
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES
from os import R_OK, W_OK, access, strerror
from pathlib import Path
from uuid import uuid4

from annotator.i18n import _
from annotator.store.errors import (
    Conflict,
    CorpusError,
    ExistingCorpus,
    FullDisk,
    Locked,
    MissingCorpus,
    NewerCorpus,
    NotACorpus,
    ReadOnlyCorpus,
    Unreachable,
)
from annotator.store.lean import Database
from annotator.store.schema import APPLICATION_ID, VERSION, migrations

_log = logging.getLogger(__name__)
_WAIT = 5.0  # seconds for another process's lock
_CACHE = 32_000  # KiB: the indexes that a list of a hundred thousand articles is read from
_HEADER = 100  # bytes; https://www.sqlite.org/fileformat2.html#the_database_header


def create(path: Path) -> None:
    """Make an empty corpus at `path`. Raises ExistingCorpus, MissingCorpus, ReadOnlyCorpus, CorpusError.

    It is made beside its place and moved there whole, so that no half-made file ever bears the name.
    """
    if path.exists():
        raise ExistingCorpus(_("“{path}” is there already.").format(path=path))
    left = next((one for one in beside(path) if one.exists()), None)
    if left:
        # SQLite would take it for the new file's, and mix the two (https://sqlite.org/howtocorrupt.html#_mispairing).
        said = _("“{left}” is what another corpus of this name has left: choose another name, or move it away.")
        raise ExistingCorpus(said.format(left=left))
    folder = path.absolute().parent
    if not folder.is_dir():
        raise MissingCorpus(_("There is no folder “{folder}”.").format(folder=folder))
    if not access(folder, W_OK):
        raise ReadOnlyCorpus(_("The folder “{folder}” cannot be written to.").format(folder=folder))
    making = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with spoken(path), _file_errors(path):
            db = Database(sqlite3.connect(making, isolation_level=None), execute_plugins=False)
            try:
                # Before WAL, so that the marks stand in the file's header, where `open` looks first.
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {VERSION}")
                migrations.apply(db)
                db.execute("PRAGMA journal_mode = WAL")
            finally:
                db.close()
            making.rename(path)
    finally:
        making.unlink(missing_ok=True)


def connect(path: Path, *, readonly: bool = False) -> Database:
    """A connection to the corpus at `path`, its schema brought up to date unless `readonly`.

    Raises MissingCorpus, NotACorpus, NewerCorpus, ReadOnlyCorpus (only where it is to be written), CorpusError.
    """
    version = _inspect(path)
    if readonly and version < VERSION and _writable(path):
        connect(path).close()  # brings it up to date
    if not readonly and not _writable(path):
        raise ReadOnlyCorpus(_("“{path}” cannot be written to, so nothing could be saved in it.").format(path=path))
    with spoken(path):
        db = _database(path, readonly=readonly)
        try:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found > VERSION:
                raise _newer(path)
            if not readonly:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                if found < VERSION:
                    _update(db)
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


def _update(db: Database) -> None:
    """Bring the schema up to date, all of it or nothing; of several who find it old at once, one does."""
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def beside(path: Path) -> list[Path]:
    """The files that SQLite may put beside the one at `path` while it is in use, and leaves there after a crash."""
    return [path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal")]


def identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from any other that may come to lie there; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turns what SQLite says about `path` into a CorpusError for a person."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        _log.warning("SQLite fails %s: %s", path, code)
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            raise NotACorpus(_("“{path}” is damaged or not a corpus.").format(path=path)) from error
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            raise Locked(_("Another program keeps “{path}” locked.").format(path=path)) from error
        if code.startswith("SQLITE_FULL"):
            raise FullDisk(_("The disk is full: nothing more can be saved in “{path}”.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
            raise Unreachable(
                _("What “{path}” lies on cannot be read or written: {error}").format(path=path, error=error)
            ) from error
        if code.startswith("SQLITE_CONSTRAINT"):
            raise Conflict(_("This was changed in another window meanwhile: look at it once more.")) from error
        if code.startswith("SQLITE_READONLY"):
            raise ReadOnlyCorpus(
                _("“{path}” cannot be written to, so nothing could be saved in it.").format(path=path)
            ) from error
        raise CorpusError(_("“{path}” cannot be used: {error}").format(path=path, error=error)) from error


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorpusError(
            _("“{path}” cannot be used: {error}").format(path=path, error=error.strerror or error)
        ) from error


def _inspect(path: Path) -> int:
    """Look at the file's header, and leave no files beside it yet. Its version.

    SQLite has to read it, though these are its first bytes: when a process closes a file, POSIX takes all locks from it
    that it has there, those of an open corpus too (https://sqlite.org/howtocorrupt.html#posix_close_bug). The next
    process to close the corpus would then take away the log of writes that this one goes on writing to.
    """
    if path.is_dir():
        raise NotACorpus(_("“{path}” is a folder, not a corpus.").format(path=path))
    if not path.exists():
        if not path.absolute().parent.is_dir():
            raise MissingCorpus(_("There is no folder “{folder}”.").format(folder=path.absolute().parent))
        raise MissingCorpus(_("There is no file “{path}”.").format(path=path))
    with _file_errors(path):
        if not access(path, R_OK):
            raise PermissionError(EACCES, strerror(EACCES))
        size = path.stat().st_size
    application, version = _marks(path) if size >= _HEADER else (None, 0)
    if application is None:
        raise NotACorpus(_("“{path}” is not a corpus.").format(path=path))
    if application != APPLICATION_ID:
        raise NotACorpus(_("“{path}” is a database, but not a corpus.").format(path=path))
    if version > VERSION:
        raise _newer(path)
    return version


def _marks(path: Path) -> tuple[int | None, int]:
    """The application id and the version in a database's header; no id where it is no database."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        [application], [version] = (
            connection.execute(f"PRAGMA {mark}").fetchone() for mark in ("application_id", "user_version")
        )
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname != "SQLITE_NOTADB":
            raise CorpusError(_("“{path}” cannot be used: {error}").format(path=path, error=error)) from error
        return None, 0
    finally:
        connection.close()
    return application, version


def _newer(path: Path) -> NewerCorpus:
    return NewerCorpus(_("“{path}” was made by a newer version of this program: please update it.").format(path=path))


def _writable(path: Path) -> bool:
    """Whether the file and its folder may be written to; a write-protected file is not, even to the superuser."""
    bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return bool(path.stat().st_mode & bits) and access(path, W_OK) and access(path.absolute().parent, W_OK)


def _database(path: Path, *, readonly: bool) -> Database:
    writable = _writable(path)
    if writable:
        mode = "mode=rw"  # for reading too: only who may write clears the files away that SQLite puts beside this one
    elif access(path.absolute().parent, W_OK) or _pending(path):
        mode = "mode=ro"
    else:
        # A WAL file cannot be read without a -shm beside it, unless nobody can write: then there is no WAL to miss.
        mode = "mode=ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_WAIT, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA cache_size = {-_CACHE}")
    if readonly:
        connection.execute("PRAGMA query_only = ON")
    return Database(connection, execute_plugins=False)


def _pending(path: Path) -> bool:
    """Whether there are writes beside the file that are not in it yet."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
