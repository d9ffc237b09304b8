"""From a path to a connection that can be trusted, or to one clear sentence with nothing changed."""

import logging
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from errno import EACCES
from os import R_OK, W_OK, access, link, stat_result, strerror
from pathlib import Path
from shutil import disk_usage

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.paths import hidden_path, refused_name
from annotator.store import handles, shape, shared_memory
from annotator.store.errors import (
    Conflict,
    CorpusError,
    Damaged,
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
from annotator.store.schema import APPLICATION_ID, JSON_COLUMNS, PLACES, VERSION, migrations
from annotator.store.uri import sqlite_uri

_log = logging.getLogger(__name__)
_WAIT = 5.0  # seconds for another process's lock
_CACHE = 32_000  # KiB: the indexes that a list of a hundred thousand articles is read from
_NO_TEXT = "Could not decode to UTF-8"  # how Python begins what it says of bytes that are no text
_NO_JSON = "malformed JSON"  # what SQLite's JSON functions say of a text that is none
_CHECKED = 1_000_000  # bytes: the tables of such a file are looked through in a millisecond or two
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1 << 28,  # bytes of a text or a row: no article and no model comes near it
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
"""What this program's own SQL keeps far below, as https://www.sqlite.org/security.html advises."""
_SHOWN = 100  # characters of what is quoted out of a row, which may be of any length
_BEGINNING = 1 << 20  # bytes of a file that SQLite takes for no database, in which signs of a corpus are looked for
_SIGNS = (b"article_text_never_changes", b"_sqlite_migrations")
SIDE_FILES = ("-wal", "-shm", "-journal")
"""How the names of the files end that SQLite puts beside a database: https://www.sqlite.org/tempfiles.html."""
_HEADER = 100  # bytes; https://www.sqlite.org/fileformat2.html#the_database_header


def create(path: Path, fill: Callable[[Database], None]) -> None:
    """Make a corpus at `path` that holds what `fill` writes. Raises ExistingCorpus, MissingCorpus, ReadOnlyCorpus,
    CorpusError.

    It is made beside its place and moved there whole, so that no half-made file ever bears the name.
    """
    if refusal := refused_name(path):
        raise CorpusError(refusal)
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
    making = hidden_path(path, "part")
    try:
        with spoken(path), file_errors(path):
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
            with closing(_connection(making, "mode=rw", readonly=False)) as made:
                _verify(path, made.conn, damaged=True)  # no file bears the name that could not be opened again
            name_file(making, path)
    finally:
        discard_file(making)


def name_file(making: Path, path: Path) -> None:
    """Give a new file its name, unless another process was faster. Raises ExistingCorpus, OSError."""
    try:
        link(making, path)  # which a rename is not: it would take the place of what is there
    except FileExistsError as error:
        raise ExistingCorpus(_("“{path}” is there already.").format(path=path)) from error
    except OSError:  # a file system that has no links
        rename_file(making, path)


def connect(path: Path, *, readonly: bool = False, damaged: bool = False, backed_up: bool = True) -> Database:
    """A connection to the corpus at `path`, its schema brought up to date unless `readonly`; a backup is made first,
    unless it is not to be `backed_up`. With `damaged`, one will do in which not all is in order.

    Raises MissingCorpus, NotACorpus, NewerCorpus, ReadOnlyCorpus (only where it is to be written), CorpusError.
    """
    version = _inspect(path)
    if readonly and version < VERSION and _writable(path):
        connect(path).close()  # brings it up to date
    if not readonly and not _writable(path):
        raise ReadOnlyCorpus(_("“{path}” cannot be written to, so nothing could be saved in it.").format(path=path))
    has_memory = shared_memory.is_usable(path.absolute().parent)
    with spoken(path):
        db = _database(path, readonly=readonly, has_memory=has_memory)
        try:
            found = _verify(path, db.conn, damaged=damaged)
            if not readonly:
                if has_memory:
                    db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                if found < VERSION:
                    _update(path, db, backed_up=backed_up)
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


def reading(path: Path) -> sqlite3.Connection:
    """A connection that only reads the file at `path`, whatever it is: for a copy of it."""
    return _database(path, readonly=True, has_memory=shared_memory.is_usable(path.absolute().parent)).conn


def connect_to_checkpoint(path: Path) -> sqlite3.Connection:
    """A connection to a corpus that is open in this process already, which waits for nobody."""
    connection = _connection(path, "mode=rw", readonly=False).conn
    assert isinstance(connection, handles.Handle)
    connection.is_awaited = False  # its Checkpointer closes it before the corpus is closed
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def checkpoint(connection: sqlite3.Connection, kind: str) -> tuple[int, int, int]:
    """Return whether others were in the way, the pages in the log, and how many of them are in the file.

    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    [row] = connection.execute(f"PRAGMA wal_checkpoint({kind})").fetchall()
    busy, pages, done = row
    return int(busy), int(pages), int(done)


def looked(path: Path) -> Database:
    """A connection to the file at `path` as it lies, of whatever version, in which nothing is pending and to which
    nobody writes: no file is made beside it. Raises NotACorpus, NewerCorpus, Damaged, CorpusError."""
    _inspect(path)
    with spoken(path):
        db = _connection(path, f"mode=ro&{handles.IMMUTABLE}", readonly=True)
        try:
            _verify(path, db.conn)
        except BaseException:
            db.close()
            raise
    return db


def check_copy(path: Path, copy: Path) -> None:
    """Raise NotACorpus or Damaged, naming `path`, unless the file at `copy`, of whatever version, is a whole corpus."""
    with spoken(path), closing(_connection(copy, f"mode=ro&{handles.IMMUTABLE}", readonly=True)) as db:
        _verify(path, db.conn, damaged=True)
        check(path, db.conn)


def is_checked(path: Path) -> bool:
    """Whether a file of its size is looked through when it is opened. Raises MissingCorpus, CorpusError."""
    return _stat(path).st_size <= _CHECKED


def look_through(path: Path) -> None:
    """Raise Damaged where the file at `path` is (see `check`), CorpusError where it cannot be read."""
    with spoken(path), file_errors(path):
        connection = reading(path)
        try:
            check(path, connection)
        finally:
            connection.close()


def check(path: Path, connection: sqlite3.Connection) -> None:
    """Raise Damaged where a table or an index of it is not in order, down to the types of its values.

    This is SQLite's quick_check without the two indexes of words, which take nine tenths of its time and can be made
    anew: a thousand articles take 6 milliseconds instead of 80, a hundred thousand (a gigabyte) one second instead of
    15. So only small files are looked through when they are opened; large ones by the window in the background, and
    any file by `annotator check`.
    """
    for table in shape.tables(connection):
        for (told,) in connection.execute(f"PRAGMA quick_check('{table}')"):
            if told != "ok":
                raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=" ".join(str(told).split())))
    for table, column in JSON_COLUMNS:
        query = f"SELECT rowid FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column}) LIMIT 1"
        for (row,) in connection.execute(query):
            said = _("“{path}” is damaged: “{column}” in row {row} of the table “{table}” is not JSON.")
            raise Damaged(said.format(path=path, column=column, row=row, table=table))
    _check_places(path, connection)
    overlapping = """
        SELECT id FROM (
            SELECT article, start, lag("end") OVER (PARTITION BY article ORDER BY start) AS last FROM zone
        ) JOIN article ON uid = article WHERE start < last LIMIT 1
    """
    for (number,) in connection.execute(overlapping):
        raise Damaged(_("“{path}” is damaged: two zones of article {number} overlap.").format(path=path, number=number))
    for (label,) in connection.execute("SELECT label FROM span WHERE label NOT IN (SELECT name FROM label) LIMIT 1"):
        said = _("the corpus has no label {label}").format(label=label[:_SHOWN])
        raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=said))


def _check_places(path: Path, connection: sqlite3.Connection) -> None:
    """Raise Damaged where something is about a place that its article's text does not have.

    Of each article the last place alone is compared, so that no text is measured twice; not of a text with a NUL, at
    which length() ends.
    """
    places = shape.tables(connection)
    for table, column in PLACES:
        query = f"""
            SELECT id FROM (SELECT article, max("{column}") AS last FROM {table} GROUP BY article)
            JOIN article ON uid = article WHERE last > length(text) AND NOT instr(text, char(0)) LIMIT 1
        """
        for (number,) in connection.execute(query) if table in places else ():
            said = _("“{path}” is damaged: a place in the table “{table}” is not within the text of article {number}.")
            raise Damaged(said.format(path=path, table=table, number=number))


def _verify(path: Path, connection: sqlite3.Connection, *, damaged: bool = False) -> int:
    """Return the version of a file that is a corpus and nothing else, and not damaged as far as a moment tells, unless
    it may be `damaged`.

    The schema of an old version is trusted where this SQLite needs that (see shape.needs_trust): reading a schema runs
    nothing of it, and the file is refused unless it is to the letter what the migrations make.
    """
    connection.execute("BEGIN")  # others may be bringing it up to date: the version and the tables of one moment
    try:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerCorpus(of_newer(path))
        if shape.needs_trust(version):
            connection.execute("PRAGMA trusted_schema = ON")
        if problem := shape.strange(connection, version):
            raise NotACorpus(_("“{path}” is not opened: {problem}.").format(path=path, problem=problem))
        if not damaged and is_checked(path):
            check(path, connection)
    finally:
        connection.rollback()
    connection.execute(f"PRAGMA cache_size = {-_CACHE}")  # it reads the schema, and so comes after the trust
    return int(version)


def _update(path: Path, db: Database, *, backed_up: bool) -> None:
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
    _set_defensive(connection, False)
    try:
        yield
    finally:
        _set_defensive(connection, True)


def _set_defensive(connection: sqlite3.Connection, on: bool) -> None:
    """Set SQLITE_DBCONFIG_DEFENSIVE, which Python 3.11 cannot."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, on)


def beside(path: Path) -> list[Path]:
    """The files that SQLite may put beside the one at `path` while it is in use, and leaves there after a crash."""
    return [path.with_name(path.name + end) for end in SIDE_FILES]


def log_path(path: Path) -> Path:
    """The file beside the one at `path` that SQLite appends each commit to."""
    return path.with_name(path.name + SIDE_FILES[0])


def log_paths(path: Path) -> list[Path]:
    """The log beside the file at `path`, and the file by which its users know what is in it."""
    return beside(path)[:2]


@contextmanager
def spoken(path: Path) -> Iterator[None]:
    """Turns what SQLite says about `path` into a CorpusError for a person."""
    try:
        yield
    except UnicodeDecodeError as error:  # what SQLite wanted to say of the file has bytes of it that are no text
        raise Damaged(_("“{path}” is damaged: a text in it is none.").format(path=path)) from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        _log.warning("SQLite fails %s: %s", path, code)
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error) == _NO_JSON:
            raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error).startswith(_NO_TEXT):  # and goes on with the text itself
            raise Damaged(_("“{path}” is damaged: a text in it is none.").format(path=path)) from error
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            raise Locked(_("Another program keeps “{path}” locked.").format(path=path)) from error
        if code.startswith("SQLITE_FULL"):
            raise FullDisk(_("The disk is full: nothing more can be saved in “{path}”.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and _is_disk_full(path):
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
def file_errors(path: Path) -> Iterator[None]:
    """Turns what the system says about `path` into a CorpusError for a person."""
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
    with file_errors(path):
        if path.is_dir():
            raise NotACorpus(_("“{path}” is a folder, not a corpus.").format(path=path))
        if not path.exists():
            if not path.absolute().parent.is_dir():
                raise MissingCorpus(_("There is no folder “{folder}”.").format(folder=path.absolute().parent))
            raise MissingCorpus(_("There is no file “{path}”.").format(path=path))
        if not access(path, R_OK):
            raise PermissionError(EACCES, strerror(EACCES))
        size = path.stat().st_size
    application, version = _marks(path) if size >= _HEADER else (None, 0)
    if application is None:
        raise NotACorpus(_("“{path}” is not a corpus.").format(path=path))
    if application != APPLICATION_ID:
        raise NotACorpus(_("“{path}” is a database, but not a corpus.").format(path=path))
    if version > VERSION:
        raise NewerCorpus(of_newer(path))
    return version


def _marks(path: Path) -> tuple[int | None, int]:
    """The application id and the version in a database's header; no id where it is no database."""
    with spoken(path):
        try:
            return _read_marks(path, f"mode=ro&{handles.IMMUTABLE}")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname == "SQLITE_NOTADB":
                if _looks_like_one(path):
                    raise
                return None, 0
            if error.sqlite_errorname == "SQLITE_CORRUPT":
                # Or another process was just bringing what is in its log into the file: asked again, under its locks.
                return _read_marks(path, "mode=ro")
            raise


def _read_marks(path: Path, mode: str) -> tuple[int, int]:
    connection = handles.connect(path, mode)
    try:
        [application], [version] = (
            connection.execute(f"PRAGMA {mark}").fetchone() for mark in ("application_id", "user_version")
        )
        return application, version
    finally:
        connection.close()


def _looks_like_one(path: Path) -> bool:
    """Whether a file that SQLite takes for no database was a corpus. It is read past SQLite (see `_inspect`): no
    connection of this process has it open and well."""
    with file_errors(path), path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    return any(sign in beginning for sign in _SIGNS)


def of_newer(path: Path) -> str:
    """Says that a newer version of the program made the file."""
    return _("“{path}” was made by a newer version of this program: please update it.").format(path=path)


def _stat(path: Path) -> stat_result:
    """What the system says of a file that was there a moment ago. Raises MissingCorpus, CorpusError."""
    with file_errors(path):
        try:
            return path.stat()
        except FileNotFoundError as gone:
            raise MissingCorpus(_("There is no file “{path}”.").format(path=path)) from gone


def _writable(path: Path) -> bool:
    """Whether the file and its folder may be written to; a write-protected file is not, even to the superuser."""
    bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return bool(_stat(path).st_mode & bits) and access(path, W_OK) and access(path.absolute().parent, W_OK)


def _database(path: Path, *, readonly: bool, has_memory: bool) -> Database:
    """Connect to the file at `path`; it keeps no log where its users share no memory. Raises sqlite3.Error."""
    immutable = f"mode=ro&{handles.IMMUTABLE}"
    if _writable(path):
        if not has_memory:
            leave_log(path)
        # For reading too: only who may write clears the files away that SQLite puts beside this one. On a full disk it
        # cannot make them; where nobody has made them, nobody writes, and the file can be read without.
        is_stuck = readonly and _is_disk_full(path) and not _pending(path) and not _is_in_use(path)
        mode = immutable if is_stuck else "mode=rw"
    elif (has_memory and access(path.absolute().parent, W_OK)) or _pending(path):
        mode = "mode=ro"
    else:
        # A WAL file cannot be read without a -shm beside it, unless nobody can write: then there is no WAL to miss.
        mode = immutable
    return _connection(path, mode, readonly=readonly)


def lock(connection: sqlite3.Connection) -> None:
    """Keep a file without a log for this connection alone, in all of its transactions, until it is closed. Raises
    sqlite3.OperationalError: locked."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")  # the mode alone waits for the next write
    connection.execute("COMMIT")


def leave_log(path: Path) -> None:
    """Bring what a log holds into the file at `path`, and have SQLite keep a rollback journal instead: it needs no
    shared memory, and whoever reads and whoever writes wait for one another. Nothing, where the file has no log.

    Raises sqlite3.OperationalError: locked, where another process has the log open.
    """
    with closing(handles.connect(path, "mode=rw", timeout=_WAIT, isolation_level=None)) as connection:
        # Before anything is read: what a log's users share is then in this process alone
        # (https://sqlite.org/wal.html#use_of_wal_without_shared_memory).
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")


def _is_disk_full(path: Path) -> bool:
    """Return whether there is no room for the smallest file that SQLite makes beside the one at `path`."""
    try:
        return disk_usage(path.absolute().parent).free < shared_memory.SIZE
    except OSError:
        return False


def _is_in_use(path: Path) -> bool:
    """Return whether somebody has made the file beside the one at `path` by which its users know of one another."""
    _log, shared, _journal = beside(path)
    return _size(shared) >= shared_memory.SIZE


def _connection(path: Path, mode: str, *, readonly: bool) -> Database:
    if not handles.is_immutable(mode) and handles.is_displaced(path):
        raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
    connection = handles.connect(path, mode, timeout=_WAIT, isolation_level=None)
    try:
        _defend(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()  # Windows lets nobody delete or replace a file that is open
        raise


def _defend(connection: sqlite3.Connection) -> None:
    """SQLite's own defences against a file that was made to do harm: https://www.sqlite.org/security.html.

    Python 3.12 and later can also set DEFENSIVE, which keeps SQL from breaking the file. 3.11 cannot: there, that no
    SQL is run but this program's own stands in for it, which `shape.strange` sees to. No extension is ever loaded:
    SQLite refuses to until it is told otherwise, and nothing here does.
    """
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    _set_defensive(connection, True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")


def _pending(path: Path) -> bool:
    """Whether there are writes beside the file that are not in it yet, or half in it."""
    log, _shared, journal = beside(path)
    return any(_size(each) for each in (log, journal))


def _size(path: Path) -> int:
    """The bytes of a file that others may delete at any moment; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
