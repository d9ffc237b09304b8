"""Check what must be true of a corpus file at every moment, by reading it with SQLite alone.

The record of edits says everything that was done, so replaying it from nothing must give the tables; the indexes must
be those that the articles and spans give when they are rebuilt. What is read here does not use the program's own ways
of reading, so that a fault in those cannot hide another one.
"""

import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from annotator.model.article_builder import build_article
from annotator.store.sqlite_library import Database
from annotator.store.text_compression import decompress_text
from annotator.store.word_index import add_articles
from annotator.text.proclitics import normalise_form
from annotator.text.word_context import extract_context

Key = tuple[str, ...]
Row = dict[str, Any]

_KEYS: Final = {
    "span": ("uid",),
    "zone": ("uid",),
    "rejection": ("uid",),
    "dismissal": ("uid",),
    "status": ("article", "annotator"),
    "note": ("article", "annotator"),
    "title": ("article",),
    "removal": ("article",),
    "publication": ("article",),
}
_IMPORTED_KINDS: Final = ("zone", "publication")  # an article comes with these, and no edit says so
_DECISIONS: Final = ("rejection", "dismissal")  # those about a label go with it when it is deleted, and no edit says so
_INDEXES: Final = ("search", "beginning")


_OPTIONAL_KEYS: Final = {"span": ("value", "note", "source"), "decision": ("cause", "reason")}
"""The keys that the JSON of a record leaves out where they have no value."""


class Edited(NamedTuple):
    """A row of the record."""

    id: int
    step: str
    name: str
    article: str
    annotator: str
    undoes: str | None
    before: str | None
    after: str | None


class Rows:
    """All that a corpus file contains at one moment. Raises sqlite3.DatabaseError for a file that is none.

    Its integrity and its indexes of words are read only `deeply`.
    """

    def __init__(self, path: Path, *, deeply: bool = True) -> None:
        with connect(path) as db:
            db.execute("BEGIN")
            self.edits = [
                Edited(*row) for row in db.execute(f"SELECT {', '.join(Edited._fields)} FROM edit ORDER BY id")
            ]
            self.articles = [
                (number, uid, decompress_text(stored_text, length))
                for number, uid, stored_text, length in db.execute(
                    "SELECT id, uid, compressed_text, length FROM article ORDER BY id"
                )
            ]
            self.labels = [name for (name,) in db.execute("SELECT name FROM label ORDER BY position")]
            self.tables: dict[str, dict[Key, Row]] = {kind: {} for kind in _KEYS}
            for kind, keys in _KEYS.items():
                for row in _read_rows(db, kind):
                    self.tables[kind][tuple(row[key] for key in keys)] = row
            self.mentions = dict(db.execute("SELECT uid, words FROM mention JOIN stored_span ON id = span"))
            self.rejected = {row[0]: row[1:] for row in db.execute("SELECT * FROM rejected")}
            self.places = {row[0]: row[1:] for row in db.execute("SELECT * FROM place")}
            self.learned = db.execute("SELECT source, lessons, last, model FROM learned").fetchall()
            self.doubts = db.execute("SELECT article, doubt FROM doubt").fetchall()
            if deeply:
                self._look(db)
            db.execute("COMMIT")

    def _look(self, db: sqlite3.Connection) -> None:
        self.integrity_errors = [
            *(text for (text,) in db.execute("PRAGMA integrity_check") if text != "ok"),
            *(f"foreign key: {row}" for row in db.execute("PRAGMA foreign_key_check")),
        ]
        self.terms = _read_terms(db)
        declared = "SELECT sql FROM sqlite_master WHERE name IN (?, ?)"
        self.declared = [statement for (statement,) in db.execute(declared, _INDEXES)]

    def layer(self, article: str, annotator: str) -> dict[str, dict[Key, Row]]:
        """Return what one annotator sees of one article, as records by their keys."""
        return {
            kind: {
                key: row
                for key, row in rows.items()
                if row["article"] == article and row.get("annotator", annotator) == annotator
            }
            for kind, rows in self.tables.items()
        }

    def steps(self) -> dict[str, list[Edited]]:
        """Return the edits of each step, in the order in which they were made."""
        by_step: dict[str, list[Edited]] = {}
        for edit in self.edits:
            by_step.setdefault(edit.step, []).append(edit)
        return by_step


class connect:  # noqa: N801 - used as a function is
    """A connection to the file, closed when the block ends."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        self._db = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode=rw", uri=True, timeout=30, isolation_level=None
        )
        return self._db

    def __exit__(self, *_exception: object) -> None:
        self._db.close()


def describe_article(tables: dict[str, dict[Key, Row]], article: str) -> dict[str, Any]:
    """Return what the tables say of an article itself, as the screen does."""
    title = tables["title"].get((article,))
    return {
        "title": title and title["text"],
        "published": tables["publication"][article,]["published"],
        "is_removed": (article,) in tables["removal"],
    }


def find_faults(rows: Rows) -> list[str]:
    """Return what is wrong with the file, a sentence each."""
    return [*rows.integrity_errors, *_replay(rows), *_check_indexes(rows), *_check_learning(rows)]


def decode_record(text: str | None) -> Row | None:
    """Decode a record from the table of edits."""
    if text is None:
        return None
    row: Row = msgspec.json.decode(text)
    return dict.fromkeys(_OPTIONAL_KEYS.get(row["type"], ())) | row


def fingerprint(edits: Iterable[tuple[str | None, str | None]]) -> str:
    """Return a digest of these edits, before and after, without their labels, whose names may change later."""
    digest = sha256()
    for edit in edits:
        records = [decode_record(text) for text in edit]
        plain = [row and {name: value for name, value in row.items() if name != "label"} for row in records]
        digest.update(msgspec.json.encode(plain, order="deterministic"))
    return digest.hexdigest()


def revert_edits(layer: dict[str, dict[Key, Row]], edits: list[Edited]) -> list[str]:
    """Undo the edits in a layer, last one first, and return what does not fit."""
    wrong = []
    for edit in reversed(edits):
        before, after = decode_record(edit.before), decode_record(edit.after)
        some = after or before
        assert some
        rows, key = layer[some["type"]], _row_key(some)
        if rows.get(key) != after:
            wrong.append(f"edit {edit.id}: {rows.get(key)} is not what the edit left")
        if before is None:
            rows.pop(key, None)
        else:
            rows[key] = before
    return wrong


def _read_rows(db: sqlite3.Connection, kind: str) -> list[Row]:
    cursor = db.execute(
        "SELECT uid AS article, published FROM article" if kind == "publication" else f"SELECT * FROM {kind}"
    )
    names = [column[0] for column in cursor.description]
    return [{"type": kind, **dict(zip(names, row, strict=True))} for row in cursor]


def _row_key(row: Row) -> Key:
    return tuple(row[key] for key in _KEYS[row["type"]])


def _replay(rows: Rows) -> list[str]:
    """Replay the record from nothing, and compare the result with the tables."""
    wrong: list[str] = []
    now: dict[str, dict[Key, Row | None]] = {kind: {} for kind in _KEYS}
    first: dict[str, dict[Key, Row | None]] = {kind: {} for kind in _IMPORTED_KINDS}
    for edit in rows.edits:
        before, after = decode_record(edit.before), decode_record(edit.after)
        some = after or before
        assert some
        kind, key = some["type"], _row_key(some)
        if some["article"] != edit.article or some.get("annotator", edit.annotator) != edit.annotator:
            wrong.append(f"edit {edit.id} is about another layer than it says")
        if kind in first and key not in now[kind]:
            first[kind][key] = now[kind][key] = before
        if now[kind].get(key) != before:
            wrong.append(f"edit {edit.id} ({edit.name}): there was {now[kind].get(key)}, and not {before}")
        now[kind][key] = after
    for kind, stored in rows.tables.items():
        replayed = {key: row for key, row in now[kind].items() if row is not None}
        if kind in _DECISIONS:
            replayed = {key: row for key, row in replayed.items() if row["label"] in rows.labels}
        if kind in first:
            replayed |= {key: row for key, row in stored.items() if key not in now[kind]}
        for key in replayed.keys() | stored.keys():
            if replayed.get(key) != stored.get(key):
                wrong.append(f"{kind} {key}: the table has {stored.get(key)}, the record says {replayed.get(key)}")
    return [*wrong, *_check_beginnings(rows, first)]


def _check_beginnings(rows: Rows, first: dict[str, dict[Key, Row | None]]) -> list[str]:
    """Check that each article began with the zones and the date of its text."""
    zones: dict[str, list[tuple[str, int, int]]] = {uid: [] for _id, uid, _text in rows.articles}
    first_zones = {
        **{key: row for key, row in rows.tables["zone"].items() if key not in first["zone"]},
        **first["zone"],
    }
    for row in first_zones.values():
        if row is not None:
            zones[row["article"]].append((row["kind"], row["start"], row["end"]))
    wrong = []
    for _id, uid, text in rows.articles:
        drafted = build_article(text)
        if sorted(zones[uid]) != sorted((zone.kind, zone.start, zone.end) for zone in drafted.zones):
            wrong.append(f"article {uid} did not come with its zones: {zones[uid]}")
        published = {**rows.tables["publication"], **first["publication"]}[uid,]
        if drafted.article.uid != uid or not published or published["published"] != drafted.article.published:
            wrong.append(f"article {uid} did not come as it is read: {published}")
    return wrong


def _check_indexes(rows: Rows) -> list[str]:
    texts = {uid: text for _id, uid, text in rows.articles}
    spans, rejections = rows.tables["span"].values(), rows.tables["rejection"].values()
    mentions = {row["uid"]: normalise_form(texts[row["article"]], row["start"], row["end"]) for row in spans}
    rejected = {
        row["uid"]: tuple(extract_context(texts[row["article"]], row["start"], row["end"])) for row in rejections
    }
    wrong = []
    for name, stored, expected in (("mention", rows.mentions, mentions), ("rejected", rows.rejected, rejected)):
        for uid in stored.keys() | expected.keys():
            if stored.get(uid) != expected.get(uid):
                wrong.append(f"{name} {uid}: the index has {stored.get(uid)}, the text says {expected.get(uid)}")
    for name, terms in _rebuild_terms(rows).items():
        if terms != rows.terms[name]:
            wrong.append(f"the index {name} is not what the articles say: {sorted(terms ^ rows.terms[name])[:3]}")
    return wrong


def _read_terms(db: sqlite3.Connection) -> dict[str, set[tuple[str, int, int]]]:
    """Return the indexes of words: each word, the number of its article, and its position there if that is stored."""
    terms = {}
    for name in _INDEXES:
        db.execute(f"CREATE VIRTUAL TABLE temp.{name}_terms USING fts5vocab(main, {name}, instance)")
        terms[name] = set(db.execute(f"SELECT term, doc, coalesce(offset, 0) FROM {name}_terms"))
        db.execute(f"DROP TABLE temp.{name}_terms")
    return terms


def _rebuild_terms(rows: Rows) -> dict[str, set[tuple[str, int, int]]]:
    """Return the same of indexes that are rebuilt from the articles."""
    db = Database(memory=True)
    try:
        for statement in rows.declared:
            db.execute(statement)
        for number, _uid, text in rows.articles:
            add_articles(db, [(number, text)])
        return _read_terms(db.conn)
    finally:
        db.close()


def _check_learning(rows: Rows) -> list[str]:
    """Check that a model and its doubts were written at once: here each doubt is the number of lessons."""
    counts = {float(lessons) for _source, lessons, _last, _model in rows.learned}
    return [f"doubt {doubt} is not of the model that is kept" for _uid, doubt in rows.doubts if doubt not in counts][:3]
