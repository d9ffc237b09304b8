"""An open corpus file: SQL, transactions, and checks that the file is still the same."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec
from msgspec.json import Decoder

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.open_databases import FileIdentity, file_identity
from annotator.paths import hidden_path, resolve_path
from annotator.store import connections, database_files, locks, opening, row_mapping
from annotator.store.errors import (
    DamagedCorpus,
    LostWal,
    MissingCorpus,
    translating_file_errors,
    translating_sqlite_errors,
)
from annotator.store.sqlite_library import Database

_Value = TypeVar("_Value")
_NUMBERS: Final = Decoder(list[int])


class CorpusFile:
    """The open file at `path`, and `db`, the connection to it.

    Every method raises CorpusError, for the user, if the file fails.
    """

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self.db = db
        self._busy_timeout: int | None = None
        self._is_in_transaction = False
        self._identify()

    def _identify(self) -> None:
        self.identity = file_identity(self.path)
        """The identity of the open file."""
        self._wal_identities = self._identify_wal()

    def _identify_wal(self) -> list[FileIdentity | None]:
        """Return the identities of the -wal and -shm."""
        return [file_identity(path) for path in database_files.wal_paths(self.path)]

    def is_in_wal_mode(self) -> bool:
        """Return whether readers and writers do not block one another; on network drives they do."""
        with translating_sqlite_errors(self.path):
            return self.db.journal_mode == "wal"

    def database_paths(self) -> set[Path]:
        """Return the paths of the corpus and its side files, links resolved."""
        path = resolve_path(self.path)
        return {path, *database_files.side_files(path)}

    def set_busy_timeout(self, milliseconds: int) -> None:
        """Wait at most this long for other connections' locks."""
        self._busy_timeout = milliseconds
        self.db.execute(f"PRAGMA busy_timeout = {milliseconds:d}")

    def commit_lazily(self) -> None:
        """Do not wait for the disk at each commit: for what can be had again, while others wait to write.

        After a power failure the last commits may be missing, each whole, and nothing that others have written since.
        """
        self.db.execute("PRAGMA synchronous = NORMAL")

    def check_file_identity(self) -> None:
        """Raise an error unless the paths still lead to the opened files.

        Raises MissingCorpus for the corpus, LostWal for its -wal and -shm. SQLite would write on into a nameless file.
        """
        if file_identity(self.path) != self.identity:
            reason = _("“{path}” was moved or deleted while it was open: changes can no longer be saved in it.")
            raise MissingCorpus(reason.format(path=self.path))
        if self._identify_wal() != self._wal_identities:
            reason = _("Another program removed a file that belongs to “{path}”.")
            raise LostWal(reason.format(path=self.path))

    def reconnect(self) -> None:
        """Reopen the file with a new log. Raises CorpusError.

        Closes all connections of this process first, since they share their view of the log.
        """
        self.close_everywhere()
        self.db = opening.connect_to_corpus(self.path)
        self._identify()
        if self._busy_timeout is not None:
            self.set_busy_timeout(self._busy_timeout)

    def checkpoint(self) -> bool:
        """Move the log into the file and truncate it; return whether no connection blocked that."""
        with translating_sqlite_errors(self.path):
            busy, _pages, _checkpointed = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    def has_own_wal(self) -> bool:
        """Return whether this connection writes to the log beside the path."""
        return self._identify_wal() == self._wal_identities

    def close_displaced(self) -> None:
        """Close the connection to a moved file, and delete its log unless another process uses it.

        SQLite would leave it beside any file that takes the path. Its content must already be elsewhere.
        """
        wal, own_identity = database_files.wal_path(self.path), self._wal_identities[0]
        self.close_everywhere()
        if file_identity(wal) == own_identity and not locks.is_wal_in_use(self.path):
            for path in database_files.side_files(self.path):
                discard_file(path)

    def close_preserving_wal(self) -> None:
        """Close the connection without touching another file's log at the path. Raises CorpusError.

        SQLite would delete it if the files, on different media, share an inode number.
        """
        wal = database_files.wal_path(self.path)
        if not wal.exists() or self.has_own_wal():
            self.close_everywhere()
            return
        temporary = hidden_path(wal, "kept")
        with translating_file_errors(wal):
            rename_file(wal, temporary)
            try:
                self.close_everywhere()
            finally:
                rename_file(temporary, wal)

    def copy_into(self, target: Database) -> None:
        """Copy the database, as this connection sees it, into another. Raises sqlite3.Error."""
        self.db.conn.backup(target.conn)

    def close(self) -> None:
        """Close the connection."""
        self.db.close()

    def close_everywhere(self) -> None:
        """Close the connection; interrupt other threads' and wait until they are closed."""
        self.close()
        connections.wait_until_closed(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # Reading, for modules of the store only

    def query(self, sql: str, *values: object) -> Iterator[Mapping[str, Any]]:
        """Yield an SQL query's rows as mappings.

        The one of sqlite-utils would set a savepoint (see `transaction`).
        """
        with translating_sqlite_errors(self.path):
            cursor = self.db.execute(sql, values)
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(columns, row, strict=True))

    def fetch_tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return an SQL query's rows as tuples; fast enough for keystrokes and whole corpora."""
        with translating_sqlite_errors(self.path):
            return self.db.execute(sql, values).fetchall()

    def fetch_numbers(self, sql: str, *values: object) -> list[int]:
        """Return the column `number` (article numbers) of an SQL query.

        SQLite returns one JSON text: 100,000 rows would take five times as long.
        """
        [row] = self.query(f"SELECT json_group_array(number) AS numbers FROM ({sql})", *values)
        return self._decode_json(row["numbers"], _NUMBERS)

    # Writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes in the block one transaction, on disk when it ends, rolled back when it raises.

        Nested blocks join the outer one. Do not catch their errors after a write: there is no savepoint, since one
        makes FTS5 flush its cache, most of an import's cost.

        Raises MissingCorpus and LostWal (see `check_file_identity`), also after the last write: writes to a replaced
        file are not safe.
        """
        if self._is_in_transaction:
            yield
            return
        self.check_file_identity()  # first: a moved corpus may be closed, and its change is to be retried elsewhere
        with translating_sqlite_errors(self.path):
            # IMMEDIATE locks before the first read, so nothing changes between a check and a write.
            self.db.execute("BEGIN IMMEDIATE")
            self._is_in_transaction = True
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                self.db.rollback()  # does nothing if the error ended the transaction
                raise
            finally:
                self._is_in_transaction = False
        self.check_file_identity()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads in the block see the corpus as of the first."""
        with translating_sqlite_errors(self.path), self.db.atomic():
            yield

    def _insert(self, table: str, row: Mapping[str, Any], conflict: str = "ABORT") -> int:
        """Insert a row; return its rowid. Much faster than sqlite-utils, which rereads the schema."""
        return int(self.db.execute(row_mapping.insert_sql(table, row, conflict), list(row.values())).lastrowid or 0)

    def _insert_all(self, table: str, new_rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows with the same columns."""
        if new_rows:
            values = [list(row.values()) for row in new_rows]
            self.db.conn.executemany(row_mapping.insert_sql(table, new_rows[0]), values)

    def _decode_json(self, text: str, decoder: Decoder[_Value]) -> _Value:
        """Decode SQLite's JSON. Raises DamagedCorpus if it is of another type."""
        try:
            return decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            message = _("“{path}” is damaged: a part of it cannot be read.")
            raise DamagedCorpus(message.format(path=self.path)) from error
