"""An open corpus file as SQL sees it: rows read and written, in transactions. What they mean, `corpus` knows."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.paths import hidden_path, resolve_path
from annotator.store import locks, open_connections, opening, rows, safe_connection, side_files, sqlite_errors
from annotator.store.errors import Damaged, LostLog, MissingCorpus
from annotator.store.sqlite_utils_import import Database, Table

_Row = TypeVar("_Row")


class Connection:
    """A connection to the file at `path`. Every method raises CorpusError, with a sentence for a person, where the file
    fails it."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self._db = db
        self._patience: int | None = None
        self._identify()

    def _identify(self) -> None:
        self.identity = open_connections.identity(self.path)
        """What tells the file that is open from any other."""
        self._log_identities = self._identify_log()

    def _identify_log(self) -> list[open_connections.Identity | None]:
        """What tells the log, and what its users share, from others of these names."""
        return [open_connections.identity(path) for path in side_files.log_paths(self.path)]

    def has_log(self) -> bool:
        """Return whether those who read and those who write do not wait for one another: not on a network drive."""
        [(mode,)] = self.tuples("PRAGMA journal_mode")
        return bool(mode == "wal")

    def files(self) -> set[Path]:
        """Every file that is the corpus or may lie beside it while it is in use, links resolved."""
        path = resolve_path(self.path)
        return {path, *side_files.side_files(path)}

    def hurry(self, patience: int) -> None:
        """Wait no longer than so many milliseconds for others who write."""
        self._patience = patience
        self._db.execute(f"PRAGMA busy_timeout = {patience:d}")

    def check_there(self) -> None:
        """Raise MissingCorpus where the file is no longer the one that was opened, LostLog where its log, or what the
        log's users share, is not: SQLite would write on, into a file that has no name any more."""
        if open_connections.identity(self.path) != self.identity:
            reason = _("“{path}” was moved or deleted while it was open: nothing more can be saved in it.")
            raise MissingCorpus(reason.format(path=self.path))
        if self._identify_log() != self._log_identities:
            reason = _("Another program has taken away a file that belongs to “{path}”.")
            raise LostLog(reason.format(path=self.path))

    def reconnect(self) -> None:
        """Open the same file anew, with a log of its own. Raises CorpusError where that is not possible.

        All connections of this process are closed first: those to one file share what they know of its log.
        """
        self.close_everywhere()
        self._db = opening.connect(self.path)
        self._identify()
        if self._patience is not None:
            self.hurry(self._patience)

    def checkpoint(self) -> bool:
        """Bring all that is in the log into the file and empty the log; return whether nobody was in the way."""
        with sqlite_errors.translating_sqlite_errors(self.path):
            busy, _pages, _done = safe_connection.checkpoint(self._db.conn, "TRUNCATE")
            return not busy

    def has_its_log(self) -> bool:
        """Return whether the log beside the path is still the one that this connection writes to."""
        return self._identify_log() == self._log_identities

    def close_displaced(self) -> None:
        """Close the connection, and remove its log unless somebody else uses it: SQLite leaves it beside whatever comes
        to lie at the path of a file that was moved. All that it holds must be in another file by now."""
        log, ours = side_files.log_path(self.path), self._log_identities[0]
        self.close_everywhere()
        if open_connections.identity(log) == ours and not locks.is_log_in_use(self.path):
            for path in side_files.side_files(self.path):
                discard_file(path)

    def close_away(self) -> None:
        """Close the connection, and leave the log of the file alone that lies at the path now: SQLite would delete what
        has that name, where the files of two media have one inode number. Raises CorpusError."""
        log = side_files.log_path(self.path)
        if not log.exists() or self.has_its_log():
            self.close_everywhere()
            return
        aside = hidden_path(log, "kept")
        with sqlite_errors.translating_file_errors(log):
            rename_file(log, aside)
            try:
                self.close_everywhere()
            finally:
                rename_file(aside, log)

    def copy_into(self, target: sqlite3.Connection) -> None:
        """Copy all that this connection sees into another database. Raises sqlite3.Error."""
        self._db.conn.backup(target)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def close_everywhere(self) -> None:
        """Let go of the file, in all threads of this process: what others do with it is interrupted."""
        self.close()
        open_connections.wait_until_closed(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # Reading: for the modules of the store alone

    def query(self, query: str, *values: object) -> Iterator[Mapping[str, Any]]:
        """The rows that an SQL query finds: for the modules of the store alone.

        Not by sqlite-utils' query, which sets a savepoint (see `transaction`).
        """
        with sqlite_errors.translating_sqlite_errors(self.path):
            found = self._db.execute(query, values)
            columns = [column[0] for column in found.description]
            for row in found:
                yield dict(zip(columns, row, strict=True))

    def tuples(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows that an SQL query finds, all at once: likewise, for what a key waits for or a whole corpus is read
        by."""
        with sqlite_errors.translating_sqlite_errors(self.path):
            return self._db.execute(query, values).fetchall()

    def numbers(self, query: str, *values: object) -> list[int]:
        """What an SQL query finds in its column `number`, the numbers of articles: likewise.

        A hundred thousand rows would take five times as long as the one JSON text that SQLite makes of them here.
        """
        [row] = self.query(f"SELECT json_group_array(number) AS numbers FROM ({query})", *values)
        return self._decoded(row["numbers"], list[int])

    # Writing

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes within are one, on disk when the block ends and undone when it raises.

        Blocks may nest: an inner one is a part of the outer one. An error in it after a write must not be caught there:
        a savepoint, to go back to, has FTS5 write all that it holds, which is most of what an import would cost.

        Raises MissingCorpus and LostLog (see check_there), after the last write too: what was written into a file that
        was taken away meanwhile is not safe.
        """
        self.check_there()
        with sqlite_errors.translating_sqlite_errors(self.path):
            if self._db.conn.in_transaction:
                yield
                return
            # IMMEDIATE takes the lock before the first read, so that what was checked is what is changed.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.rollback()  # nothing, where the error has ended the transaction
                raise
        self.check_there()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads within see the corpus as it was at the first of them, whatever others write meanwhile."""
        with sqlite_errors.translating_sqlite_errors(self.path):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("COMMIT")

    def _table(self, name: str) -> Table:
        return self._db.table(name)

    def _insert(self, table: str, row: Mapping[str, Any], conflict: str = "ABORT") -> int:
        """Insert one row; its number. What a key waits for is not sqlite-utils' insert, which asks for the schema each
        time."""
        return int(self._db.execute(rows.insertion(table, row, conflict), list(row.values())).lastrowid or 0)

    def _insert_all(self, table: str, new: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows of the same columns."""
        if new:
            self._db.conn.executemany(rows.insertion(table, new[0]), [list(row.values()) for row in new])

    def _listed(self, kind: type[_Row], columns: str, query: str, *values: object) -> list[_Row]:
        """These columns of all that an SQL query finds, in its order, each row of this kind. For what a key waits
        for: a thousand rows take half as long again as the one JSON text that SQLite makes of them here.
        """
        [(text,)] = self.tuples(f"SELECT json_group_array(json_array({columns})) FROM ({query})", *values)
        return self._decoded(text, list[kind])  # type: ignore[valid-type]

    def _decoded(self, text: str, kind: type[_Row]) -> _Row:
        """What SQLite has written as JSON; Damaged where the rows that it is made of hold something else."""
        with self._reading():
            return msgspec.json.decode(text, type=kind)

    def _converted(self, values: object, kind: type[_Row]) -> _Row:
        """What SQL has found, as a value of this type; Damaged where the rows hold something else."""
        with self._reading():
            return msgspec.convert(values, kind)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Damaged(_("“{path}” is damaged: {error}").format(path=self.path, error=error)) from error
