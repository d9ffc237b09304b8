"""Verification that a file's schema is exactly a corpus's, before anything else is read.

A database can contain code: triggers, views, checks, generated columns and virtual tables run when a table is read or
written (https://www.sqlite.org/security.html). Reading the schema runs none, and a file with anything not from the
migrations is refused then.
"""

import hashlib
import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

from annotator.i18n import _
from annotator.store.schema import migrations
from annotator.store.sqlite_library import Column, Database

DIGESTS: Final = {
    1: "8db926927915872a6dd1bb3c54b36e53fc08dd96c8b8418819b52004e5d57c57",
    2: "4bf15f619143537ed10d8cca1be47788b04b86ed1301c9a3ca1ec1e79b6625a3",
    3: "f50d1d1133f26799a6dcd8a3883278f5eb6d06034940cb240df2605810c92df3",
    4: "628466708aae87f81263d5c905d5744920cf41da1b5d94f992348d9ca38699c8",
    5: "898a30a916a41cdc287f39e563a074beb5a85c8dab9ef8c931c6cfc85d2f766b",
    6: "2488124c44fba28c8e76a4c74fa622f0a2dd2f125b4602cfd9fd3a295c4f4889",
    7: "636f1ff9958ce64ff6cb3fcd1ebfe0bb5b14fde8a99e5386b20f475a983f7405",
    8: "636f1ff9958ce64ff6cb3fcd1ebfe0bb5b14fde8a99e5386b20f475a983f7405",
    9: "db5c29fee12f74c151e9b548345ae2233350315e7e0a1764d8f56f7c5a8a0bc1",
    10: "087a5710f232ac7a57877944604ab219cd30c1aed94486e11b7e4235fe9f2a29",
    11: "c7b2eaeec9b16e7e3ef71130105876569859029302f9ad05749900a92abc355a",
    12: "7edfe3652594b92043af005740cfdab7704b93a33a90064296f3adc88236adac",
    13: "1d73461a1157e092f6241de089fcca959257019efc8a3cf9155b068ef31efcb3",
}
"""The `schema_digest` of each version, which saves building a schema to compare on opening (3 ms).

That is done only for a version missing here, or a file that another SQLite made.
"""


_Schema = dict[str, tuple[str, str, str]]
_ANALYZE_TABLES: Final = {
    "sqlite_stat1": ("table", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
    "sqlite_stat4": ("table", "sqlite_stat4", "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
}
"""Tables of ANALYZE in other tools: statistics, no code."""
_MIGRATIONS_TABLE: Final = migrations.migrations_table
_INNOCUOUS: Final = 0x200000
"""SQLITE_INNOCUOUS: an untrusted schema may call the function (https://sqlite.org/c3ref/c_deterministic.html)."""
_LAST_WITH_JSON_VALID: Final = 4
"""The last schema version whose checks call json_valid()."""


def schema_mismatch(db: Database, version: int) -> str:
    """Return the first difference from this version's schema as part of a sentence, or ""."""
    schema = _read_schema(db)
    if schema_digest(schema) == DIGESTS.get(version):
        return ""
    expected = expected_schema(version)
    for name, entry in schema.items():
        if expected.get(name) != entry and not _is_harmless(*entry):
            kinds = {"table": _("table"), "index": _("index"), "view": _("view"), "trigger": _("trigger")}
            short_name = " ".join(name.split())[:60]
            return _("“{name}” ({kind}) is not part of a corpus").format(
                name=short_name, kind=kinds.get(entry[0], entry[0])
            )
    for name in sorted(expected.keys() - schema.keys()):
        if expected[name][1] != _MIGRATIONS_TABLE:
            return _("“{name}” is missing").format(name=name)
    return ""


def needs_trust(version: int) -> bool:
    """Return whether this SQLite must trust that version's schema (see schema.m005)."""
    return version <= _LAST_WITH_JSON_VALID and not is_innocuous("json_valid")


@cache
def is_innocuous(function: str) -> bool:
    """Return whether this SQLite lets an untrusted schema call the function."""
    with closing(sqlite3.connect(":memory:")) as connection:
        rows = connection.execute("SELECT flags FROM pragma_function_list WHERE name = ?", (function,)).fetchall()
    return bool(rows) and all(flags & _INNOCUOUS for (flags,) in rows)


def expected_schema(version: int) -> _Schema:
    """Return the schema, by name, of the migrations up to this version.

    See https://www.sqlite.org/schematab.html.
    """
    with closing(_build_database(version)) as db:
        return _read_schema(db)


def table_columns(version: int) -> dict[str, list[Column]]:
    """Return the columns by table, without search indexes and sqlite-utils' table."""
    with closing(_build_database(version)) as db:
        return {table.name: table.columns for table in db.tables if table.strict}


def _build_database(version: int) -> Database:
    db = Database(memory=True, execute_plugins=False)
    later = [migration.name for migration in migrations.pending(db)][max(0, version) :]  # a hostile file may say -1
    migrations.apply(db, stop_before=later)
    return db


def schema_digest(schema: _Schema) -> str:
    """Return a digest of the schema."""
    return hashlib.sha256(repr(sorted(schema.items())).encode("utf-8", "backslashreplace")).hexdigest()


def list_tables(db: Database) -> list[str]:
    """Return the tables that hold rows themselves; virtual ones can be rebuilt."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
    return [name for (name,) in db.execute(query)]


def list_relations(db: Database) -> set[str]:
    """Return the names of all tables and views."""
    return {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")}


def _read_schema(db: Database) -> _Schema:
    rows = db.execute("SELECT name, type, tbl_name, sql FROM sqlite_schema").fetchall()
    schema = {str(name): (str(kind), str(table), _normalise_sql(str(sql or ""))) for name, kind, table, sql in rows}
    for name, entry in _ANALYZE_TABLES.items():
        if schema.get(name) == entry:
            del schema[name]
    return schema


def _normalise_sql(sql: str) -> str:
    """Return the SQL with normalised whitespace, where versions of SQLite differ."""
    normalised = " ".join(sql.split())
    for mark in "(),=":
        normalised = normalised.replace(f" {mark}", mark).replace(f"{mark} ", mark)
    return normalised


def _is_harmless(kind: str, table: str, sql: str) -> bool:
    """Return whether an entry is another sqlite-utils version's migrations table, without checks or expressions."""
    plain = sql.replace("PRIMARY KEY(", "PRIMARY KEY ")
    return table == _MIGRATIONS_TABLE and kind in ("table", "index") and plain.count("(") <= 1
