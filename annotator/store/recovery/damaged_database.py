"""The rows that can still be read in a damaged corpus file, by table, whatever became of the rest of it.

A table whose tree is whole is read along it. Where a page on the way is lost, those beneath it are found again: a leaf
that no tree leads to, and that is not among the free ones, belongs to the one table that such rows fit.
"""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from annotator.model.records import STATES
from annotator.store import schema_check
from annotator.store.recovery.page_reader import TABLE_INTERIOR, TABLE_LEAF, Broken, Pages, Value
from annotator.store.schema import APPLICATION_ID, VERSION

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "TEXT": (str,),
    "INTEGER": (int,),
    "REAL": (float, int),
    "BLOB": (bytes,),
}
_UID: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
_SIGNS: Final = {
    "article": _UID,
    "time": _TIME,
    "added": _TIME,
    "state": re.compile("|".join(STATES)),
    "light": re.compile("#.*"),
}
"""What columns of these names hold, whatever the table."""
_AT_ONCE: Final = 500  # pages


class Row(NamedTuple):
    """A row by its columns, with its rowid; `sure` is that it was not deleted."""

    rowid: int
    values: dict[str, Any]
    sure: bool


class Wreck:
    """A damaged file. `lost` counts, by table, the pages and the rows that cannot be read; "" is unknown of which."""

    def __init__(self, path: Path) -> None:
        self.pages = Pages(path)
        self.lost: Counter[str] = Counter()
        self.ends: set[str] = set()
        """The tables whose last rows are lost, however many they were."""
        self._columns = {
            name: columns for name, columns in schema_check.columns(VERSION).items() if columns[0].name != "rejection"
        }
        self._leaves: dict[str, list[int]] = {name: [] for name in self._columns}
        self._found: set[int] = set()  # leaves that no tree leads to
        self._sure = True  # of those: whether none of them is a free one

    def close(self) -> None:
        """Let go of the file."""
        self.pages.close()

    def newer(self) -> bool:
        """Whether a newer version of the program made the file, as far as its header can be read."""
        try:
            header = self.pages.page(1)
        except Broken:
            return False
        version, application = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))
        return application == APPLICATION_ID and version > VERSION

    def survey(self) -> Generator[tuple[int, int], None, None]:
        """Find the pages of every table: to be called first. Yields how many of how many pages were looked at."""
        roots = self._roots()
        seen = {1}
        for name, root in roots.items():
            self._walk(name, root, seen)
        for name in self._columns.keys() - roots.keys():
            self.ends.add(name)
        free = self.pages.free()
        self._sure = free is not None
        for number in range(2, self.pages.count + 1):
            if number % _AT_ONCE == 0:
                yield number, self.pages.count
            if number not in seen and not (free and number in free):
                self._place(number)

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table that can be read, in the order of its tree, then those that were found besides.

        Rowids rise along a tree. Of two that do not, it cannot be told which one is wrong: both are lost.
        """
        columns, before = self._columns[table], 0
        for number in self._leaves[table]:
            found = number in self._found
            read = list(self._read(number))
            rowids = [0 if found else before, *(row[0] if row else None for row in read)]
            known = [rowid for rowid in rowids if rowid is not None]
            wrong = {rowid for pair in pairwise(known) if pair[0] >= pair[1] for rowid in pair}
            for row in read:
                values = row and row[0] not in wrong and _fitted(columns, *row)
                if row and values:
                    yield Row(row[0], values, self._sure or not found)
                else:
                    self.lost[table] += 1
            before = before if found else max(known)

    def lossy(self) -> set[str]:
        """The tables of which something is lost, as far as their rows were read."""
        return {table for table in self._columns if self.lost[table] or self.lost[""] or table in self.ends}

    def _roots(self) -> dict[str, int]:
        """The page at which each table begins, as far as the schema can be read."""
        leaves: list[int] = []
        self._walk("", 1, set(), leaves)
        found = {}
        for number in leaves:
            for row in self._read(number):
                match row and row[1]:
                    case ["table", str(name), _, int(root), _] if name in self._columns:
                        found[name] = root
        return found

    def _walk(self, name: str, root: int, seen: set[int], leaves: list[int] | None = None) -> None:
        """Take the leaves beneath this page for those of the table."""
        into = self._leaves[name] if leaves is None else leaves
        waiting = [(root, True)]
        while waiting:
            number, last = waiting.pop()
            try:
                if number in seen and number != 1:  # it belongs to another place, and what was here is lost
                    raise Broken
                seen.add(number)
                kind = self.pages.kind(number)
                if kind == TABLE_LEAF:
                    into.append(number)
                elif kind == TABLE_INTERIOR:
                    beneath = self.pages.children(number)
                    waiting += [(child, last and child == beneath[-1]) for child in reversed(beneath)]
                else:
                    raise Broken
            except Broken:
                self.lost[name] += 1
                if last:
                    self.ends.add(name)

    def _read(self, number: int) -> Iterable[tuple[int, list[Value]] | None]:
        try:
            yield from self.pages.rows(number)
        except Broken:
            yield None

    def _place(self, number: int) -> None:
        """Give a leaf that no tree leads to to the table that all its rows fit."""
        try:
            if self.pages.kind(number) != TABLE_LEAF:
                return
        except Broken:
            return
        rows = [row for row in self._read(number) if row]
        for name, columns in self._columns.items():
            if rows and all(_fitted(columns, *row, signs=True) for row in rows):
                self._leaves[name].append(number)
                self._found.add(number)
                return


def _fitted(
    columns: tuple[schema_check.Column, ...], rowid: int, values: list[Value], *, signs: bool = False
) -> dict[str, Any] | None:
    """A row by its columns, if it can be one; those that came with a later version are NULL. With `signs` it also
    has to look like one."""
    if len(values) > len(columns):
        return None
    if columns[0].name == "id" and values and values[0] is None:  # https://www.sqlite.org/lang_createtable.html#rowid
        values = [rowid, *values[1:]]
    values = values + [None] * (len(columns) - len(values))
    for (name, kind, needed), value in zip(columns, values, strict=True):
        if value is None:
            if needed:
                return None
        elif not isinstance(value, _TYPES[kind]) or (
            signs and name in _SIGNS and not _SIGNS[name].fullmatch(str(value))
        ):
            return None
    return {column.name: value for column, value in zip(columns, values, strict=True)}
