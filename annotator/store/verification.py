"""Verify that a file is a corpus, of which version, and in order."""

import sqlite3
from contextlib import closing
from errno import EACCES
from os import R_OK, access, strerror
from pathlib import Path

from annotator.i18n import _
from annotator.store import open_connections, schema_check
from annotator.store.errors import Damaged, MissingCorpus, NewerCorpus, NotACorpus
from annotator.store.safe_connection import connect_readonly, connect_safely, stat_file
from annotator.store.schema import APPLICATION_ID, JSON_COLUMNS, PLACES, VERSION
from annotator.store.sqlite_errors import newer_version_message, translating_file_errors, translating_sqlite_errors
from annotator.store.sqlite_utils_import import Database

_CACHE = 32_000  # KiB: the indexes that a list of a hundred thousand articles is read from
_CHECKED = 1_000_000  # bytes: the tables of such a file are looked through in a millisecond or two
_SHOWN = 100  # characters of what is quoted out of a row, which may be of any length
_BEGINNING = 1 << 20  # bytes of a file that SQLite takes for no database, in which signs of a corpus are looked for
_SIGNS = (b"article_text_never_changes", b"_sqlite_migrations")
_HEADER = 100  # bytes; https://www.sqlite.org/fileformat2.html#the_database_header


def connect_immutable(path: Path) -> Database:
    """A connection to the file at `path` as it lies, of whatever version, in which nothing is pending and to which
    nobody writes: no file is made beside it. Raises NotACorpus, NewerCorpus, Damaged, CorpusError."""
    read_version(path)
    with translating_sqlite_errors(path):
        db = connect_safely(path, f"mode=ro&{open_connections.IMMUTABLE}", readonly=True)
        try:
            verify_schema(path, db.conn)
        except BaseException:
            db.close()
            raise
    return db


def check_copy(path: Path, copy: Path) -> None:
    """Raise NotACorpus or Damaged, naming `path`, unless the file at `copy`, of whatever version, is a whole corpus."""
    with (
        translating_sqlite_errors(path),
        closing(connect_safely(copy, f"mode=ro&{open_connections.IMMUTABLE}", readonly=True)) as db,
    ):
        verify_schema(path, db.conn, damaged=True)
        check_tables(path, db.conn)


def is_checked(path: Path) -> bool:
    """Whether a file of its size is looked through when it is opened. Raises MissingCorpus, CorpusError."""
    return stat_file(path).st_size <= _CHECKED


def verify_file(path: Path) -> None:
    """Raise Damaged where the file at `path` is (see `check`), CorpusError where it cannot be read."""
    with translating_sqlite_errors(path), translating_file_errors(path):
        connection = connect_readonly(path)
        try:
            check_tables(path, connection)
        finally:
            connection.close()


def check_tables(path: Path, connection: sqlite3.Connection) -> None:
    """Raise Damaged where a table or an index of it is not in order, down to the types of its values.

    This is SQLite's quick_check without the two indexes of words, which take nine tenths of its time and can be made
    anew: a thousand articles take 6 milliseconds instead of 80, a hundred thousand (a gigabyte) one second instead of
    15. So only small files are looked through when they are opened; large ones by the window in the background, and
    any file by `annotator check`.
    """
    for table in schema_check.tables(connection):
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
    places = schema_check.tables(connection)
    for table, column in PLACES:
        query = f"""
            SELECT id FROM (SELECT article, max("{column}") AS last FROM {table} GROUP BY article)
            JOIN article ON uid = article WHERE last > length(text) AND NOT instr(text, char(0)) LIMIT 1
        """
        for (number,) in connection.execute(query) if table in places else ():
            said = _("“{path}” is damaged: a place in the table “{table}” is not within the text of article {number}.")
            raise Damaged(said.format(path=path, table=table, number=number))


def verify_schema(path: Path, connection: sqlite3.Connection, *, damaged: bool = False) -> int:
    """Return the version of a file that is a corpus and nothing else, and not damaged as far as a moment tells, unless
    it may be `damaged`.

    The schema of an old version is trusted where this SQLite needs that (see shape.needs_trust): reading a schema runs
    nothing of it, and the file is refused unless it is to the letter what the migrations make.
    """
    connection.execute("BEGIN")  # others may be bringing it up to date: the version and the tables of one moment
    try:
        [version] = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerCorpus(newer_version_message(path))
        if schema_check.needs_trust(version):
            connection.execute("PRAGMA trusted_schema = ON")
        if problem := schema_check.strange(connection, version):
            raise NotACorpus(_("“{path}” is not opened: {problem}.").format(path=path, problem=problem))
        if not damaged and is_checked(path):
            check_tables(path, connection)
    finally:
        connection.rollback()
    connection.execute(f"PRAGMA cache_size = {-_CACHE}")  # it reads the schema, and so comes after the trust
    return int(version)


def read_version(path: Path) -> int:
    """Look at the file's header, and leave no files beside it yet. Its version.

    SQLite has to read it, though these are its first bytes: when a process closes a file, POSIX takes all locks from it
    that it has there, those of an open corpus too (https://sqlite.org/howtocorrupt.html#posix_close_bug). The next
    process to close the corpus would then take away the log of writes that this one goes on writing to.
    """
    with translating_file_errors(path):
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
        raise NewerCorpus(newer_version_message(path))
    return version


def _marks(path: Path) -> tuple[int | None, int]:
    """The application id and the version in a database's header; no id where it is no database."""
    with translating_sqlite_errors(path):
        try:
            return _read_marks(path, f"mode=ro&{open_connections.IMMUTABLE}")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname == "SQLITE_NOTADB":
                if _has_corpus_signs(path):
                    raise
                return None, 0
            if error.sqlite_errorname == "SQLITE_CORRUPT":
                # Or another process was just bringing what is in its log into the file: asked again, under its locks.
                return _read_marks(path, "mode=ro")
            raise


def _read_marks(path: Path, mode: str) -> tuple[int, int]:
    connection = open_connections.connect(path, mode)
    try:
        [application], [version] = (
            connection.execute(f"PRAGMA {mark}").fetchone() for mark in ("application_id", "user_version")
        )
        return application, version
    finally:
        connection.close()


def _has_corpus_signs(path: Path) -> bool:
    """Whether a file that SQLite takes for no database was a corpus. It is read past SQLite (see `_inspect`): no
    connection of this process has it open and well."""
    with translating_file_errors(path), path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    return any(sign in beginning for sign in _SIGNS)
