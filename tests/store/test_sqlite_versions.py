"""Tests that a corpus works with different versions of SQLite, each reading and writing the file of the other.

The newest SQLite is in the package `apsw`; on the oldest supported system, Python's own is SQLite 3.40.
"""

import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import apsw
import pytest
from builders import apply_edits

from annotator.model.article_builder import build_article
from annotator.model.label_changes import LabelChange
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Edit, Span, new_uid
from annotator.store import label_set, schema_check, verification
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, NotACorpus
from annotator.store.queries.search import find_article_numbers
from annotator.store.recovery.integrity import check_integrity
from annotator.store.schema import VERSION
from annotator.store.verification import JSON_COLUMNS

STORED: Final = Path(__file__).parent / "versions"
WITH_JSON_VALID: Final = (1, 2, 3, 4)
"""The versions of the schema whose checks call json_valid()."""
LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))
TEXT: Final = "أعلنت وزارة الصحة عن خطة 2024"
RENAMING: Final = LabelChange(
    LABELS, LabelSet((Label("TIME", {"ar": "وقت"}, Colour("#112233", "#ddeeff"), "1"),)), {"DATE": "TIME"}
)
INNOCUOUS_IN_3_40: Final = {"coalesce", "length", "replace", "substr"}
"""The functions that the schema calls, all marked SQLITE_INNOCUOUS by SQLite 3.40."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "مدوّنة.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article(TEXT))
    return path


def stored(folder: Path, version: int) -> Path:
    """Copy the stored corpus of this version into the folder."""
    return Path(shutil.copyfile(STORED / f"v{version}.corpus", folder / f"v{version}.corpus"))


def tag(corpus: Corpus, start: int, end: int) -> Span:
    [uid] = corpus.fetch_tuples("SELECT uid FROM article WHERE id = 1")[0]
    span = Span(new_uid(), uid, "Sanae", "DATE", start, end)
    apply_edits(corpus, [Edit(None, span)])
    return span


def untrusting(path: Path) -> apsw.Connection:
    """Open the file with the newest SQLite, which then refuses functions in the schema that are not innocuous."""
    connection = apsw.Connection(str(path))
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    return connection


def test_apsw_includes_a_newer_sqlite() -> None:
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) > max(sqlite3.sqlite_version_info, (3, 50, 0))


def test_newest_sqlite_reads_and_writes_the_same_file(path: Path) -> None:
    with Corpus.open(path) as corpus:
        first = tag(corpus, 0, 5)
    with closing(untrusting(path)) as newest:
        assert newest.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert newest.execute("SELECT uid FROM span").fetchall() == [(first.uid,)]
        assert newest.execute("SELECT rowid FROM search WHERE search MATCH 'احزاب OR خطه'").fetchall() == [(1,)]
        newest.execute("UPDATE span SET note = 'من جديد'")
        newest.execute("INSERT INTO search(search) VALUES ('optimize')")
        newest.execute("ANALYZE; VACUUM")
    with Corpus.open(path) as corpus:
        assert [span.note for span in corpus.spans(first.article)] == ["من جديد"]
        second = tag(corpus, 6, 17)
        assert find_article_numbers(corpus, "وزاره الصحه") == [1]
        assert [item.table for item in check_integrity(corpus)] == ["span"]  # the note, which no edit recorded
    with closing(untrusting(path)) as newest:
        assert newest.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert newest.execute("SELECT count(*) FROM span WHERE uid IN (?, ?)", (first.uid, second.uid)).get == 2


@pytest.mark.parametrize("version", WITH_JSON_VALID)
def test_old_corpus_written_by_the_newest_sqlite_is_migrated(tmp_path: Path, version: int) -> None:
    path = stored(tmp_path, version)
    with closing(apsw.Connection(str(path))) as newest:
        newest.execute("VACUUM")
        newest.execute('UPDATE label SET guideline = \'{"ar": "جديد"}\'')
    with Corpus.open(path) as corpus:
        assert {label.guideline["ar"] for label in corpus.labels().labels} == {"جديد"}
        assert list(check_integrity(corpus)) == []
    with closing(untrusting(path)) as newest:
        assert newest.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert newest.execute("PRAGMA user_version").get == VERSION
        newest.execute("UPDATE label SET key = NULL")


def test_schema_calls_only_functions_that_sqlite_3_40_marks_innocuous(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        functions = {name for (name,) in db.execute("SELECT DISTINCT name FROM pragma_function_list")}
        query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'"
        statements = [sql for (sql,) in db.execute(query)]
    calls = {name.lower() for sql in statements for name in re.findall(r"(\w+)\s*\(", sql)} & functions
    assert calls == INNOCUOUS_IN_3_40
    assert all(schema_check.is_innocuous(name) for name in calls)


def test_unmarked_and_unknown_functions_are_not_innocuous() -> None:
    assert schema_check.is_innocuous("length")
    assert not schema_check.is_innocuous("load_extension")
    assert not schema_check.is_innocuous("no_such_function")


@pytest.mark.parametrize("version", [*WITH_JSON_VALID, VERSION])
def test_schema_of_an_open_corpus_is_untrusted(tmp_path: Path, path: Path, version: int) -> None:
    if version != VERSION:
        path = stored(tmp_path, version)
    for readonly in (False, True):
        with Corpus.open(path, readonly=readonly) as corpus:
            assert corpus.fetch_tuples("PRAGMA trusted_schema") == [(0,)]
            assert corpus.fetch_tuples("SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%json%'") == [(0,)]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 cannot set DEFENSIVE")
@pytest.mark.parametrize("version", [*WITH_JSON_VALID, VERSION])
def test_schema_of_a_migrated_corpus_cannot_be_edited(tmp_path: Path, path: Path, version: int) -> None:
    with Corpus.open(path if version == VERSION else stored(tmp_path, version)) as corpus:
        corpus.fetch_tuples("PRAGMA writable_schema = ON")
        with pytest.raises(CorpusError, match="cannot be used"):
            corpus.fetch_tuples("UPDATE sqlite_schema SET sql = ''")


@pytest.mark.parametrize("version", WITH_JSON_VALID)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER UPDATE ON label BEGIN DELETE FROM span; END",
        "CREATE VIEW evil AS SELECT json_valid(title) FROM label",
        "CREATE TABLE evil (x, y AS (json_valid(x)))",
        "CREATE INDEX evil ON label(json_valid(title))",
    ],
)
def test_old_corpus_with_foreign_code_is_refused_and_unchanged(tmp_path: Path, version: int, statement: str) -> None:
    path = stored(tmp_path, version)
    with closing(sqlite3.connect(path)) as db:
        db.execute(statement)
    before = path.read_bytes()
    for attempt in (Corpus.open, Corpus.open_backup, lambda path: verification.verify_copy(path, path)):
        with pytest.raises(NotACorpus, match="evil"):
            attempt(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("table", "column"), JSON_COLUMNS)
def test_invalid_json_is_damage(path: Path, table: str, column: str) -> None:
    with Corpus.open(path) as corpus:
        tag(corpus, 0, 5)
        large = Corpus.open(path)  # like a large one, which is not checked on opening
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE {table} SET {column} = '{{'")
    with pytest.raises(DamagedCorpus, match="JSON"):
        Corpus.open(path)
    with large:
        with pytest.raises(DamagedCorpus):
            verification.verify_file(path)
        assert [item.table for item in check_integrity(large)] == [table]
        if table == "edit":
            with pytest.raises(DamagedCorpus, match="a part of it cannot be read"):
                list(label_set.change_labels(large, RENAMING))
