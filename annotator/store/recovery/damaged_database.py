"""Reading the rows of a damaged corpus file table by table, whatever the rest's state.

A table is read along its b-tree. A lost page orphans the leaves below it: a leaf neither in a tree nor on the freelist
is assigned to the first table that its rows fit.
"""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from annotator.model.records import STATES
from annotator.store import schema_check
from annotator.store.recovery.page_reader import TABLE_INTERIOR, TABLE_LEAF, CorruptPage, PageReader, Value
from annotator.store.schema import APPLICATION_ID, VERSION
from annotator.store.sqlite_library import Column

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,),
    "INTEGER": (int,),
    "REAL": (float, int),
    "BLOB": (bytes,),
}
_UID: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
_PATTERNS: Final = {
    "article": _UID,
    "time": _TIME,
    "added": _TIME,
    "state": re.compile("|".join(STATES)),
    "light": re.compile("#.*"),
}
"""The values of columns with these names, in any table."""
_DEFAULTS: Final[dict[str | None, Value]] = {None: None, "0": 0, "''": "", "'person'": "person"}
"""The values of the defaults of columns, which rows from before a column was added lack."""
_BATCH_SIZE: Final = 500  # pages


class Row(NamedTuple):
    """A row's rowid and values by column; `is_certain` if it cannot be a deleted one."""

    rowid: int
    values: dict[str, Any]
    is_certain: bool


class DamagedDatabase:
    """A damaged corpus file.

    `lost_counts` has the unreadable pages and rows by table, "" if unknown.
    """

    def __init__(self, path: Path) -> None:
        self.page_reader = PageReader(path)
        self.lost_counts: Counter[str] = Counter()
        self.truncated_tables: set[str] = set()
        """The tables whose last rows, of unknown number, are lost."""
        tables = [item for item in schema_check.table_columns(VERSION).items() if item[1][0].name != "rejection"]
        tables.sort(key=lambda item: all(column.name not in _PATTERNS for column in item[1]))  # those fit any text
        self._columns = dict(tables)
        self._leaves: dict[str, list[int]] = {name: [] for name in self._columns}
        self._orphaned_leaves: set[int] = set()
        self._is_freelist_readable = True  # else an orphaned leaf may be a free page of deleted rows

    def close(self) -> None:
        """Close the file."""
        self.page_reader.close()

    def is_newer(self) -> bool:
        """Return whether the header, if readable, is of a newer program version."""
        try:
            header = self.page_reader.read_page(1)
        except CorruptPage:
            return False
        version, application = (int.from_bytes(header[offset : offset + 4], "big") for offset in (60, 68))
        return application == APPLICATION_ID and version > VERSION

    def scan_pages(self) -> Generator[tuple[int, int], None, None]:
        """Find every table's pages; must be called first. Yields (pages scanned, total pages)."""
        roots = self._find_roots()
        seen = {1}
        for name, root in roots.items():
            self._walk_tree(name, root, seen)
        for name in self._columns.keys() - roots.keys():
            self.truncated_tables.add(name)
        free_pages = self.page_reader.read_freelist()
        self._is_freelist_readable = free_pages is not None
        for number in range(2, self.page_reader.page_count + 1):
            if number % _BATCH_SIZE == 0:
                yield number, self.page_reader.page_count
            if number not in seen and not (free_pages and number in free_pages):
                self._assign_leaf(number)

    def read_rows(self, table: str) -> Iterator[Row]:
        """Yield a table's readable rows in tree order, then those of orphaned leaves.

        Rowids ascend along a tree. If two do not, either may be wrong, and both are lost. If the last row is lost, so
        may be any number after it: the table is truncated.
        """
        columns, last_rowid, is_end_readable = self._columns[table], 0, True
        for number in self._leaves[table]:
            is_orphaned = number in self._orphaned_leaves
            leaf_rows = list(self._read_leaf(number))
            rowids = [0 if is_orphaned else last_rowid, *(row[0] if row else None for row in leaf_rows)]
            readable = [rowid for rowid in rowids if rowid is not None]
            disordered = {rowid for pair in pairwise(readable) if pair[0] >= pair[1] for rowid in pair}
            for row in leaf_rows:
                values = row and row[0] not in disordered and _fit_row(columns, *row)
                if row and values:
                    yield Row(row[0], values, self._is_freelist_readable or not is_orphaned)
                else:
                    self.lost_counts[table] += 1
                if not is_orphaned:
                    is_end_readable = bool(row and values)
            last_rowid = last_rowid if is_orphaned else max(readable)
        if not is_end_readable:
            self.truncated_tables.add(table)

    def find_lossy_tables(self) -> set[str]:
        """Return the tables that have lost pages or rows, as far as read."""
        return {
            table
            for table in self._columns
            if self.lost_counts[table] or self.lost_counts[""] or table in self.truncated_tables
        }

    def _find_roots(self) -> dict[str, int]:
        """Return each table's root page, as far as the schema is readable."""
        leaves: list[int] = []
        self._walk_tree("", 1, set(), leaves)
        roots = {}
        for number in leaves:
            for row in self._read_leaf(number):
                match row and row[1]:
                    case ["table", str(name), _, int(root), _] if name in self._columns:
                        roots[name] = root
        return roots

    def _walk_tree(self, name: str, root: int, seen: set[int], leaves: list[int] | None = None) -> None:
        """Add the leaves below the page `root` to the table's, or to `leaves`."""
        target = self._leaves[name] if leaves is None else leaves
        stack = [(root, True)]
        while stack:
            number, is_last = stack.pop()
            try:
                if number in seen and number != 1:  # the page belongs elsewhere, and the right one is lost
                    raise CorruptPage
                seen.add(number)
                page_type = self.page_reader.read_page_type(number)
                if page_type == TABLE_LEAF:
                    target.append(number)
                elif page_type == TABLE_INTERIOR:
                    children = self.page_reader.read_children(number)
                    stack += [(child, is_last and child == children[-1]) for child in reversed(children)]
                else:
                    raise CorruptPage
            except CorruptPage:
                self.lost_counts[name] += 1
                if is_last:
                    self.truncated_tables.add(name)

    def _read_leaf(self, number: int) -> Iterable[tuple[int, list[Value]] | None]:
        try:
            yield from self.page_reader.read_rows(number)
        except CorruptPage:
            yield None

    def _assign_leaf(self, number: int) -> None:
        """Assign an orphaned leaf to the first table that all its rows fit."""
        try:
            if self.page_reader.read_page_type(number) != TABLE_LEAF:
                return
        except CorruptPage:
            return
        rows = [row for row in self._read_leaf(number) if row]
        for name, columns in self._columns.items():
            if rows and all(_fit_row(columns, *row, match_patterns=True) for row in rows):
                self._leaves[name].append(number)
                self._orphaned_leaves.add(number)
                return


def _fit_row(
    columns: list[Column], rowid: int, values: list[Value], *, match_patterns: bool = False
) -> dict[str, Any] | None:
    """Return the values by column if they fit; columns of later versions have their defaults.

    With `match_patterns` they must also match `_PATTERNS`.
    """
    if len(values) > len(columns):
        return None
    if columns[0].name == "id" and values and values[0] is None:  # https://www.sqlite.org/lang_createtable.html#rowid
        values = [rowid, *values[1:]]
    values = [*values, *(_DEFAULTS[column.default_value] for column in columns[len(values) :])]
    for column, value in zip(columns, values, strict=True):
        if value is None:
            if column.notnull:
                return None
        elif not isinstance(value, _TYPES[column.type]) or (
            match_patterns and column.name in _PATTERNS and not _PATTERNS[column.name].fullmatch(str(value))
        ):
            return None
    return {column.name: value for column, value in zip(columns, values, strict=True)}
