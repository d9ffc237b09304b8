"""Verification that a file is an undamaged corpus of a supported version."""

import sqlite3
from contextlib import closing
from errno import EACCES
from os import R_OK, access, strerror
from pathlib import Path
from typing import Final

from annotator.i18n import _
from annotator.store import schema_check
from annotator.store.connections import IMMUTABLE, READ_ONLY, connect, connect_readonly, connect_tracked, stat_file
from annotator.store.errors import (
    DamagedCorpus,
    MissingCorpus,
    NewerCorpus,
    NotACorpus,
    newer_version_message,
    translating_file_errors,
    translating_sqlite_errors,
)
from annotator.store.schema import APPLICATION_ID, VERSION
from annotator.store.sqlite_library import Database
from annotator.store.table_titles import describe_table

_CACHE_SIZE = 32_000  # KiB: enough to list 100,000 articles
_MAX_CHECKED_SIZE = 1_000_000  # bytes: checked in a millisecond or two
_MAX_QUOTED = 100  # characters quoted from a row
_SEARCHED_BYTES = 1 << 20  # bytes at a file's start, searched for signatures
_SIGNATURES = (b"article_text_never_changes", b"_sqlite_migrations")
_FIRST_WITH_REMOVALS = 6  # the schema version (see schema.m006)
_FIRST_WITH_COMPRESSED_TEXTS = 11
_HEADER_SIZE = 100  # bytes; https://www.sqlite.org/fileformat2.html#the_database_header

JSON_COLUMNS: Final = (
    ("label", "title"),
    ("label", "guideline"),
    ("edit", "before"),
    ("edit", "after"),
    ("label_edit", "before"),
    ("label_edit", "after"),
)
"""The columns of JSON, which no constraint checks (see m005)."""

_OFFSET_COLUMNS: Final = (
    ("span", "end"),
    ("zone", "end"),
    ("rejection", "end"),
    ("dismissal", "end"),
    ("place", "offset"),
    ("decision", "end"),
)
"""The columns with a row's largest offset, which no constraint compares with the text."""


def connect_immutable(path: Path) -> Database:
    """Connect to the file at `path`, of any version, as immutable: without migration and side files.

    Queries find older versions as this one (see `_complete_older_schema`). Nobody may be writing to
    the file; its log must be empty. Raises NotACorpus, NewerCorpus, DamagedCorpus, CorpusError.
    """
    read_version(path)
    with translating_sqlite_errors(path):
        db = connect(path, IMMUTABLE, readonly=True)
        try:
            _complete_older_schema(db, verify_schema(path, db))
        except BaseException:
            db.close()
            raise
    return db


def _complete_older_schema(db: Database, version: int) -> None:
    """Let queries of this version find what an older file has in another form, or has not."""
    if version == VERSION:
        return
    db.execute("PRAGMA query_only = OFF")  # the file stays read-only
    if version < _FIRST_WITH_REMOVALS:
        db.execute("CREATE TEMP TABLE title (article TEXT PRIMARY KEY, text TEXT)")
        db.execute("CREATE TEMP TABLE removal (article TEXT PRIMARY KEY)")
    if version < _FIRST_WITH_COMPRESSED_TEXTS:
        query = "SELECT *, text AS compressed_text, length(text) AS length FROM main.article"
        db.execute(f"CREATE TEMP VIEW article AS {query}")
    db.execute("PRAGMA query_only = ON")


def verify_copy(path: Path, copy: Path) -> None:
    """Raise NotACorpus or DamagedCorpus, naming `path`, unless `copy` is a sound corpus of any version."""
    with (
        translating_sqlite_errors(path),
        closing(connect(copy, IMMUTABLE, readonly=True)) as db,
    ):
        verify_schema(path, db, allow_damaged=True)
        check_tables(path, db)


def is_checked_on_opening(path: Path) -> bool:
    """Return whether the file is small enough to check on opening. Raises MissingCorpus, CorpusError."""
    return stat_file(path).st_size <= _MAX_CHECKED_SIZE


def verify_file(path: Path) -> None:
    """Raise DamagedCorpus if the file is damaged (see `check_tables`), CorpusError if unreadable."""
    with translating_sqlite_errors(path), translating_file_errors(path), closing(connect_readonly(path)) as db:
        check_tables(path, db)


def check_tables(path: Path, db: Database) -> None:
    """Raise DamagedCorpus if a table, index, JSON, offset, zone or label is damaged.

    Runs SQLite's quick_check (structure and types), but not on the two search indexes, which take nine tenths of the
    time and can be rebuilt: 1,000 articles take 6 ms instead of 80, 100,000 (a gigabyte) one second instead of 15.
    Small files are checked on opening, large ones in the background by the window, any by `annotator check`.
    """
    tables = schema_check.list_tables(db)
    for table in tables:
        for (result,) in db.execute(f"PRAGMA quick_check('{table}')"):
            if result != "ok":
                raise DamagedCorpus(
                    _("“{path}” is damaged: its table “{table}” is broken.").format(
                        path=path, table=describe_table(table)
                    )
                )
    relations = schema_check.list_relations(db)
    for table, column in JSON_COLUMNS:
        if table not in relations:
            continue  # of a later version
        row_id = "id" if table == "edit" else "rowid"  # a view has no rowid
        query = f"SELECT {row_id} FROM {table} WHERE {column} IS NOT NULL AND NOT json_valid({column}) LIMIT 1"
        for (row,) in db.execute(query):
            message = _("“{path}” is damaged: “{column}” in row {row} of the table “{table}” is not JSON.")
            raise DamagedCorpus(message.format(path=path, column=column, row=row, table=describe_table(table)))
    _check_offsets(path, db)
    overlapping = """
        SELECT id FROM (
            SELECT article, start, lag("end") OVER (PARTITION BY article ORDER BY start) AS last FROM zone
        ) JOIN article ON uid = article WHERE start < last LIMIT 1
    """
    for (number,) in db.execute(overlapping):
        raise DamagedCorpus(
            _("“{path}” is damaged: two zones of article {number} overlap.").format(path=path, number=number)
        )
    for (label,) in db.execute("SELECT label FROM span WHERE label NOT IN (SELECT name FROM label) LIMIT 1"):
        message = _("the corpus has no label {label}").format(label=label[:_MAX_QUOTED])
        raise DamagedCorpus(_("“{path}” is damaged: {error}").format(path=path, error=message))


def _check_offsets(path: Path, db: Database) -> None:
    """Raise DamagedCorpus if an offset is beyond its article's text.

    In an older file, compares only each article's largest, to measure no text twice, and skips texts with a NUL, where
    length() stops.
    """
    relations = schema_check.list_relations(db)
    has_lengths = "length" in db.table("article").columns_dict
    length = "length" if has_lengths else "iif(instr(text, char(0)), NULL, length(text))"
    for table, column in _OFFSET_COLUMNS:
        query = f"""
            SELECT id FROM (SELECT article, max("{column}") AS last FROM {table} GROUP BY article)
            JOIN article ON uid = article WHERE last > {length} LIMIT 1
        """
        for (number,) in db.execute(query) if table in relations else ():
            message = _(
                "“{path}” is damaged: an offset in the table “{table}” is not within the text of article {number}."
            )
            raise DamagedCorpus(message.format(path=path, table=describe_table(table), number=number))


def verify_schema(path: Path, db: Database, *, allow_damaged: bool = False) -> int:
    """Verify that a file is a corpus and, unless `allow_damaged`, passes the checks for its size; return its version.

    An old schema is trusted if this SQLite needs that (see `needs_trust`): reading it runs nothing, and the file is
    refused unless it is exactly the migrations'.
    """
    db.execute("BEGIN")  # one snapshot, as others may be migrating the file
    try:
        [version] = db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerCorpus(newer_version_message(path))
        if schema_check.needs_trust(version):
            db.execute("PRAGMA trusted_schema = ON")
        if problem := schema_check.schema_mismatch(db, version):
            raise NotACorpus(_("“{path}” cannot be opened: {problem}.").format(path=path, problem=problem))
        if not allow_damaged and is_checked_on_opening(path):
            check_tables(path, db)
    finally:
        db.rollback()
    db.execute(f"PRAGMA cache_size = {-_CACHE_SIZE}")  # reads the schema, so it must follow trusted_schema
    return int(version)


def read_version(path: Path) -> int:
    """Return the version in a corpus file's header, without creating side files.

    Reading without SQLite is unsafe: when a process closes a file, POSIX drops all its locks on it
    (https://sqlite.org/howtocorrupt.html#posix_close_bug), and the next process to close an open corpus would delete
    the log that this one still writes to.
    """
    with translating_file_errors(path):
        if path.is_dir():
            message = _("“{path}” is a folder, not a corpus. If it has articles, import it into one.")
            raise NotACorpus(message.format(path=path))
        if not path.exists():
            if not path.absolute().parent.is_dir():
                raise MissingCorpus(_("The folder “{folder}” does not exist.").format(folder=path.absolute().parent))
            raise MissingCorpus(_("The file “{path}” does not exist.").format(path=path))
        if not access(path, R_OK):
            raise PermissionError(EACCES, strerror(EACCES))
        size = path.stat().st_size
    application, version = _read_header(path) if size >= _HEADER_SIZE else (None, 0)
    if application is None:
        raise NotACorpus(_("“{path}” is not a corpus. If it has articles, import it into one.").format(path=path))
    if application != APPLICATION_ID:
        raise NotACorpus(_("“{path}” is a database, but not a corpus.").format(path=path))
    if version > VERSION:
        raise NewerCorpus(newer_version_message(path))
    return version


def _read_header(path: Path) -> tuple[int | None, int]:
    """Return a database's application id and version; no id if the file is not a database."""
    with translating_sqlite_errors(path):
        try:
            return _query_header(path, IMMUTABLE)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname == "SQLITE_NOTADB":
                if _contains_corpus_signature(path):
                    raise
                return None, 0
            if error.sqlite_errorname == "SQLITE_CORRUPT":
                # Another process may be checkpointing: retry with locks.
                return _query_header(path, READ_ONLY)
            raise


def _query_header(path: Path, mode: str) -> tuple[int, int]:
    with closing(connect_tracked(path, mode)) as connection:
        [application], [version] = (
            connection.execute(f"PRAGMA {mark}").fetchone() for mark in ("application_id", "user_version")
        )
        return application, version


def _contains_corpus_signature(path: Path) -> bool:
    """Return whether a file that SQLite does not recognise was a corpus.

    Reading it without SQLite is safe (see `read_version`): no connection of this process can have it open.
    """
    with translating_file_errors(path), path.open("rb") as file:
        beginning = file.read(_SEARCHED_BYTES)
    return any(sign in beginning for sign in _SIGNATURES)
