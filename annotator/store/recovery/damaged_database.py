"""Reading the rows of a damaged corpus file table by table, whatever the rest's state.

A table is read along its b-tree. A lost page orphans the leaves below it: a leaf neither in a tree nor on the freelist
is assigned to the first table that its rows fit.
"""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from annotator.model.records import STATES, new_uid
from annotator.model.teams import ROLES
from annotator.store import schema_check
from annotator.store.numbered_tables import STORED, VIEWS
from annotator.store.recovery.page_reader import TABLE_INTERIOR, TABLE_LEAF, CorruptPage, PageReader, Value
from annotator.store.schema import APPLICATION_ID, VERSION
from annotator.store.sqlite_library import Column
from annotator.store.team_tables import ARTICLE, ASSIGNMENT, BATCH, LABEL, STEP
from annotator.store.text_compression import DamagedText, decompress_text

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
    "article_number.uid": _UID,
    "pending.kind": re.compile("|".join((STEP, LABEL, ARTICLE, BATCH, ASSIGNMENT))),
    "team.role": re.compile("|".join(ROLES)),
}
"""The values of columns of text with these names, in any table or in one."""
_SHORT_UID: Final = re.compile(r'"article":"([0-9a-f]{8})"')
"""What the JSON of an edit has of the uid of its article (see schema.m009)."""
_SHORT_LENGTH: Final = 8  # digits
_LAYOUT_VERSIONS: Final = (8, 10, 11, VERSION)
"""The schema versions after which tables changed by more than columns at their end: numbers for uids, compressed texts,
and a table of steps.
"""
_STEP_COLUMNS: Final = ("name", "annotator", "time", "undoes", "clock", "device", "actor")
_STEP_INDEXES: Final = {"uid": "sqlite_autoindex_stored_step_1", "clock": "step_by_clock"}
"""The indexes that have a column of each step, also of lost ones."""
_DEFAULTS: Final[dict[str | None, Value]] = {None: None, "0": 0, "''": "", "'person'": "person", "x''": b""}
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
        tables = [item for item in self._list_layouts().items() if item[1][0][0].name != "rejection"]
        # Those without a pattern fit any text.
        tables.sort(key=lambda item: not any(_pattern(item[0], column) for layout in item[1] for column in layout))
        self._layouts = dict(tables)
        self._index_roots: dict[str, int] = {}
        self._article_uids: dict[int, str] = {}  # by number
        self._leaves: dict[str, list[int]] = {name: [] for name in self._layouts}
        self._orphaned_leaves: set[int] = set()
        self._is_freelist_readable = True  # else an orphaned leaf may be a free page of deleted rows

    def close(self) -> None:
        """Close the file."""
        self.page_reader.close()

    def _list_layouts(self) -> dict[str, list[list[Column]]]:
        """Return the columns by table of the file's version, or of all versions, newest first, if it cannot be read."""
        version = self._read_version()
        fitting = [layout_version for layout_version in _LAYOUT_VERSIONS if version <= layout_version]
        layouts: dict[str, list[list[Column]]] = {}
        for layout_version in fitting[:1] if version > 0 else reversed(_LAYOUT_VERSIONS):
            for table, columns in schema_check.table_columns(layout_version).items():
                others = layouts.setdefault(table, [])
                if not any(other[: len(columns)] == columns for other in others):
                    others.append(columns)
        return layouts

    def is_newer(self) -> bool:
        """Return whether the header, if readable, is of a newer program version."""
        return self._read_version() > VERSION

    def _read_version(self) -> int:
        """Return the version in the header; 0 if it cannot be read."""
        try:
            header = self.page_reader.read_page(1)
        except CorruptPage:
            return 0
        version, application = (int.from_bytes(header[offset : offset + 4], "big") for offset in (60, 68))
        return version if application == APPLICATION_ID else 0

    def scan_pages(self) -> Generator[tuple[int, int], None, None]:
        """Find every table's pages; must be called first. Yields (pages scanned, total pages)."""
        roots = self._find_roots()
        seen = {1}
        for name, root in roots.items():
            self._walk_tree(name, root, seen)
        for name in self._layouts.keys() - roots.keys():
            self.truncated_tables.add(_logical_name(name))
        free_pages = self.page_reader.read_freelist()
        self._is_freelist_readable = free_pages is not None
        for number in range(2, self.page_reader.page_count + 1):
            if number % _BATCH_SIZE == 0:
                yield number, self.page_reader.page_count
            if number not in seen and not (free_pages and number in free_pages):
                self._assign_leaf(number)

    def name_articles(self, intact: Mapping[int, str], others: Iterable[str]) -> None:
        """Tell the uids of articles, for the rows that have only their number.

        `intact` are those of articles whose text proves it, by number, `others` those of articles found elsewhere.
        """
        for row in self._read_table("article_number") if "article_number" in self._layouts else ():
            self._article_uids[row.rowid] = row.values["uid"]
        self._article_uids |= intact
        by_beginning = {uid[:_SHORT_LENGTH]: uid for uid in others}
        for row in self._read_table("stored_edit") if "stored_edit" in self._layouts else ():
            match = _SHORT_UID.search(row.values["after"] or row.values["before"] or "")
            if match and not self._article_uids.get(row.values["article"], "").startswith(match[1]):
                self._article_uids.setdefault(row.values["article"], by_beginning.get(match[1], match[1]))

    def read_rows(self, table: str) -> Iterator[Row]:
        """Yield a table's readable rows, with the uids of their articles as far as they are known (`name_articles`).

        In edits of a lost step, `time` is None, as all that no index has of it; without its uid, the step gets another.
        """
        if table in self._layouts:
            for row in self._read_table(table):
                yield row._replace(values=with_text(row.values)) if table == "article" else row
        if table in VIEWS and (stored := STORED + table) in self._layouts:
            steps = self._read_steps() if table == "edit" else {}
            for row in self._read_table(stored):
                is_without_step = table == "edit" and "time" not in row.values
                values = _join_step(row.values, steps) if is_without_step else row.values
                yield row._replace(values=self._with_uid(values))

    def _read_steps(self) -> dict[int, dict[str, Any]]:
        """Return the steps by number; of lost ones only what indexes have, if anything."""
        steps: dict[int, dict[str, Any]] = {}
        for row in self._read_table("stored_step") if "stored_step" in self._layouts else ():
            steps.setdefault(row.rowid, row.values)
        lost_steps: dict[int, dict[str, Any]] = {}
        for column, index in _STEP_INDEXES.items():
            kind = int if column == "clock" else str
            for entry in self._read_index(index):
                match entry:
                    case [value, int(number)] if number not in steps and isinstance(value, kind):
                        lost_steps.setdefault(number, {})[column] = value
        return steps | lost_steps

    def _read_index(self, name: str) -> Iterator[list[Value]]:
        """Yield the readable entries of an index."""
        pages, seen = [self._index_roots[name]] if name in self._index_roots else [], set[int]()
        while pages:
            number = pages.pop()
            with suppress(CorruptPage):
                if number not in seen:
                    seen.add(number)
                    children, entries = self.page_reader.read_index_page(number)
                    pages += children
                    yield from entries

    def _with_uid(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with the uid of the article instead of its number, also in an edit's JSON."""
        number = values["article"]
        uid = self._article_uids.get(number) or str(number)
        whole = {
            column: values[column].replace(f'"article":"{uid[:_SHORT_LENGTH]}"', f'"article":"{uid}"')
            for column in ("before", "after")
            if values.get(column)
        }
        return {**values, **whole, "article": uid}

    def _read_table(self, table: str) -> Iterator[Row]:
        """Yield a table's readable rows in tree order, then those of orphaned leaves.

        Rowids ascend along a tree. If two do not, either may be wrong, and both are lost. If the last row is lost, so
        may be any number after it: the table is truncated.
        """
        layouts, last_rowid, is_end_readable = self._layouts[table], 0, True
        for number in self._leaves[table]:
            is_orphaned = number in self._orphaned_leaves
            leaf_rows = list(self._read_leaf(number))
            rowids = [0 if is_orphaned else last_rowid, *(row[0] if row else None for row in leaf_rows)]
            readable = [rowid for rowid in rowids if rowid is not None]
            disordered = {rowid for pair in pairwise(readable) if pair[0] >= pair[1] for rowid in pair}
            for row in leaf_rows:
                values = row and row[0] not in disordered and _fit_row(layouts, *row)
                if row and values:
                    yield Row(row[0], values, self._is_freelist_readable or not is_orphaned)
                else:
                    self.lost_counts[_logical_name(table)] += 1
                if not is_orphaned:
                    is_end_readable = bool(row and values)
            last_rowid = last_rowid if is_orphaned else max(readable)
        if not is_end_readable:
            self.truncated_tables.add(_logical_name(table))

    def find_lossy_tables(self) -> set[str]:
        """Return the tables that have lost pages or rows, as far as read."""
        return {
            table
            for table in map(_logical_name, self._layouts)
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
                    case ["table", str(name), _, int(root), _] if name in self._layouts:
                        roots[name] = root
                    case ["index", str(name), _, int(root), _]:
                        self._index_roots[name] = root
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
                self.lost_counts[_logical_name(name)] += 1
                if is_last:
                    self.truncated_tables.add(_logical_name(name))

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
        for name, layouts in self._layouts.items():
            if rows and all(_fit_row(layouts, *row, table=name) for row in rows):
                self._leaves[name].append(number)
                self._orphaned_leaves.add(number)
                return


def with_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an article, of any version, with its text: an empty one if it is damaged."""
    if "compressed_text" not in row:
        return dict(row)
    try:
        text = decompress_text(row["compressed_text"], row["length"])
    except DamagedText:
        text = ""
    return {column: row[column] for column in row if column not in ("compressed_text", "length")} | {"text": text}


def _logical_name(table: str) -> str:
    """Return the name of the table, or of the view that has its rows."""
    return table.removeprefix(STORED)


def _pattern(table: str, column: Column) -> re.Pattern[str] | None:
    """Return what the values of a column of text must match."""
    patterns = (_PATTERNS.get(name) for name in (column.name, f"{table}.{column.name}") if column.type == "TEXT")
    return next(filter(None, patterns), None)


def _join_step(edit: dict[str, Any], steps: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Return the row of an edit with the columns of its step, None for those that are lost."""
    step = steps.setdefault(edit["step"], {})
    uid = step.setdefault("uid", new_uid())
    return {**edit, **{column: step.get(column) for column in _STEP_COLUMNS}, "step": uid}


def _fit_row(layouts: list[list[Column]], rowid: int, values: list[Value], *, table: str = "") -> dict[str, Any] | None:
    """Return the values by column of the first layout that they fit; columns of later versions have their defaults.

    With the name of their `table`, they must also match `_PATTERNS`.
    """
    return next(filter(None, (_fit_columns(columns, rowid, values, table) for columns in layouts)), None)


def _fit_columns(columns: list[Column], rowid: int, values: list[Value], table: str) -> dict[str, Any] | None:
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
            table and (pattern := _pattern(table, column)) and not pattern.fullmatch(str(value))
        ):
            return None
    return {column.name: value for column, value in zip(columns, values, strict=True)}
