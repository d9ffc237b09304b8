"""Whether the tables of a file are those of a corpus, to the letter: the first thing that is asked of it.

A database can bring code along: triggers, views, checks, generated columns and virtual tables run when a table is
written or read (https://www.sqlite.org/security.html). Nothing of it runs while the schema itself is read, and a file
with anything that the migrations have not made is refused then.
"""

import hashlib
import re
import sqlite3
from contextlib import closing
from functools import cache
from typing import Final, NamedTuple

from annotator.i18n import _
from annotator.store.schema import migrations
from annotator.store.sqlite_utils_import import Database

DIGESTS: Final = {
    1: "8db926927915872a6dd1bb3c54b36e53fc08dd96c8b8418819b52004e5d57c57",
    2: "4bf15f619143537ed10d8cca1be47788b04b86ed1301c9a3ca1ec1e79b6625a3",
    3: "f50d1d1133f26799a6dcd8a3883278f5eb6d06034940cb240df2605810c92df3",
    4: "628466708aae87f81263d5c905d5744920cf41da1b5d94f992348d9ca38699c8",
    5: "898a30a916a41cdc287f39e563a074beb5a85c8dab9ef8c931c6cfc85d2f766b",
}
"""What `digest` says of the schema of each version, so that an opening need not make a corpus to compare with: that
takes 3 milliseconds. Of a version that is not here, or a file that another SQLite has made, it is made."""


class Column(NamedTuple):
    """A column of a table: its type is TEXT, INTEGER, REAL or BLOB."""

    name: str
    type: str
    needed: bool
    """Whether it never holds NULL."""


_Schema = dict[str, tuple[str, str, str]]
_PUNCTUATION: Final = re.compile(r"\s*([(),=])\s*")
_OF_SQLITE: Final = {
    "sqlite_stat1": ("table", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    "sqlite_stat4": ("table", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
}
"""What ANALYZE makes, in whatever tool a person has looked at the file with: figures, and no code."""
_OF_MIGRATIONS: Final = migrations.migrations_table
_INNOCUOUS: Final = 0x200000
"""SQLITE_INNOCUOUS: a function that a schema may call although it is not trusted (https://sqlite.org/c3ref/c_deterministic.html)."""
_LAST_WITH_JSON_VALID: Final = 4
"""The last version of the schema whose checks call json_valid()."""


def strange(connection: sqlite3.Connection, version: int) -> str:
    """What is in the schema and is not of a corpus of this version, or is missing there, as a part of a sentence;
    empty where there is nothing."""
    found = _schema(connection)
    if digest(found) == DIGESTS.get(version):
        return ""
    wanted = made(version)
    for name, one in found.items():
        if wanted.get(name) != one and not _harmless(*one):
            kinds = {"table": _("table"), "index": _("index"), "view": _("view"), "trigger": _("trigger")}
            shown = " ".join(name.split())[:60]
            return _("“{name}” ({kind}) in it is not of a corpus").format(name=shown, kind=kinds.get(one[0], one[0]))
    for name in sorted(wanted.keys() - found.keys()):
        if wanted[name][1] != _OF_MIGRATIONS:
            return _("“{name}” is missing in it").format(name=name)
    return ""


def needs_trust(version: int) -> bool:
    """Return whether this SQLite works with the schema of that version only if it trusts it: see schema.m005."""
    return version <= _LAST_WITH_JSON_VALID and not is_innocuous("json_valid")


@cache
def is_innocuous(function: str) -> bool:
    """Return whether this SQLite lets a schema that it does not trust call the function."""
    with closing(sqlite3.connect(":memory:")) as connection:
        rows = connection.execute("SELECT flags FROM pragma_function_list WHERE name = ?", (function,)).fetchall()
    return bool(rows) and all(flags & _INNOCUOUS for (flags,) in rows)


def made(version: int) -> _Schema:
    """The schema that the migrations up to this version make: https://www.sqlite.org/schematab.html, by name."""
    with closing(_database(version)) as db:
        return _schema(db.conn)


def columns(version: int) -> dict[str, tuple[Column, ...]]:
    """The columns of each table of this version that is neither an index of words nor sqlite-utils' own."""
    with closing(_database(version)) as db:
        query = "SELECT name FROM sqlite_schema WHERE sql LIKE '%STRICT%' AND type = 'table'"
        return {
            name: tuple(
                Column(*row) for row in db.execute(f'SELECT name, type, "notnull" FROM pragma_table_info({name!r})')
            )
            for (name,) in db.execute(query).fetchall()
        }


def _database(version: int) -> Database:
    db = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
    later = [migration.name for migration in migrations.pending(db)][version:]
    migrations.apply(db, stop_before=later)
    return db


def digest(schema: _Schema) -> str:
    """What tells this schema from any other."""
    return hashlib.sha256(repr(sorted(schema.items())).encode("utf-8", "backslashreplace")).hexdigest()


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables that hold rows themselves: not the virtual ones, which can be made anew."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
    return [name for (name,) in connection.execute(query)]


def _schema(connection: sqlite3.Connection) -> _Schema:
    rows = connection.execute("SELECT name, type, tbl_name, sql FROM sqlite_schema").fetchall()
    found = {str(name): (str(kind), str(table), _normal(str(sql or ""))) for name, kind, table, sql in rows}
    for name, one in _OF_SQLITE.items():
        if found.get(name) == one:
            del found[name]
    return found


def _normal(sql: str) -> str:
    """SQL without what SQLite's versions write differently: the space in it."""
    return _PUNCTUATION.sub(r"\1", " ".join(sql.split()))


def _harmless(kind: str, table: str, sql: str) -> bool:
    """Whether it is where sqlite-utils keeps which migrations were made, as another version of it has made it: columns
    without a check or anything that is computed."""
    plain = sql.replace("PRIMARY KEY(", "PRIMARY KEY ")
    return table == _OF_MIGRATIONS and kind in ("table", "index") and plain.count("(") <= 1
