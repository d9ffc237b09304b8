"""Tests of malicious files, which are refused with a clear message before any of their code can run."""

import sqlite3
import tempfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import i18n
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.store import schema_check
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, NotACorpus
from annotator.store.schema import VERSION

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article("أعلنت وزارة الصحة عن خطة 2024"))
    return path


def alter(path: Path, *statements: str) -> Path:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        db.execute(statement)
    db.close()
    return path


HOSTILE: Final = [
    ("CREATE TRIGGER evil AFTER INSERT ON stored_edit BEGIN DELETE FROM span; END", "“evil” (trigger)"),
    ("CREATE VIEW evil AS SELECT * FROM article", "“evil” (view)"),
    ("CREATE TABLE evil (x)", "“evil” (table)"),
    ("CREATE TABLE evil (x, y AS (hex(x)) STORED)", "“evil” (table)"),
    ("CREATE VIRTUAL TABLE evil USING fts5(x)", "“evil” (table)"),
    ("CREATE INDEX evil ON article(length(title))", "“evil” (index)"),
    ("CREATE INDEX evil ON article(title) WHERE title LIKE '%x%'", "“evil” (index)"),
    ("ALTER TABLE article ADD COLUMN evil TEXT DEFAULT 'x'", "“article” (table)"),
    ("ALTER TABLE article ADD COLUMN evil TEXT AS (printf('%d', 1)) VIRTUAL", "“article” (table)"),
    ("ALTER TABLE article RENAME COLUMN url TO link", "“article” (table)"),
    ("DROP TRIGGER article_text_never_changes", "“article_text_never_changes” is missing"),
    ("DROP TABLE doubt", "is missing"),
    ("DROP INDEX edit_by_article", "“edit_by_article” is missing"),
    ("ALTER TABLE _sqlite_migrations ADD COLUMN evil TEXT AS (hex(1))", "“_sqlite_migrations” (table)"),
    ("ALTER TABLE _sqlite_migrations ADD COLUMN evil TEXT CHECK (hex(1) <> '')", "“_sqlite_migrations” (table)"),
    ("ALTER TABLE _sqlite_migrations ADD COLUMN evil TEXT CHECK (evil <> '')", "“_sqlite_migrations” (table)"),
    ("CREATE TRIGGER evil AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM span; END", "“evil” (trigger)"),
    ("CREATE TABLE sqlite_stat1_evil (tbl, idx, stat)", ""),
    (
        (
            "UPDATE sqlite_schema SET sql = replace(sql, 'ABORT, ''the', 'IGNORE); DELETE FROM span; SELECT ''the') "
            "WHERE name = 'article_text_never_changes'"
        ),
        "",
    ),
    ("UPDATE sqlite_schema SET sql = 'CREATE VIEW span AS SELECT 1', type = 'view' WHERE name = 'stored_span'", ""),
    ("UPDATE sqlite_schema SET sql = 'nonsense' WHERE name = 'stored_span'", ""),
    ("UPDATE sqlite_schema SET name = CAST(X'FF' AS TEXT), tbl_name = name WHERE name = 'doubt'", ""),
    ("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'stored_span'", "“stored_span” (table)"),
    ("UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'stored_span'", ""),
    ("UPDATE sqlite_schema SET type = 'thing' WHERE name = 'stored_span'", ""),
    ("PRAGMA user_version = 1", ""),
    ("PRAGMA user_version = 0", ""),
    ("PRAGMA user_version = -1", ""),
]


@pytest.mark.parametrize(("statement", "message"), HOSTILE, ids=[statement[:60] for statement, _message in HOSTILE])
def test_file_with_a_foreign_schema_is_refused(path: Path, statement: str, message: str) -> None:
    try:
        alter(path, statement)
    except sqlite3.Error:
        if message:
            raise
        pytest.skip("this SQLite does not make such a file")
    for readonly in (False, True):
        with pytest.raises(CorpusError) as error_info:
            Corpus.open(path, readonly=readonly)
        assert message in str(error_info.value)
        assert "\n" not in str(error_info.value)
        assert not message or type(error_info.value) is NotACorpus


def test_long_foreign_name_is_reported_in_one_short_line(path: Path) -> None:
    alter(path, f'CREATE TABLE "two\nlines{"x" * 500}" (x)')
    with pytest.raises(NotACorpus, match="two lines") as error_info:
        Corpus.open(path)
    assert "\n" not in str(error_info.value)
    assert len(str(error_info.value)) < 300


@pytest.mark.parametrize(
    "statement",
    [
        "ANALYZE",
        "VACUUM",
        "REINDEX",
        # The migrations table of another version of sqlite-utils.
        "DROP TABLE _sqlite_migrations",
        "CREATE INDEX idx_other ON _sqlite_migrations (applied_at)",
    ],
)
def test_harmless_changes_of_other_tools_are_accepted(path: Path, statement: str) -> None:
    alter(path, statement)
    if statement.startswith("DROP"):
        alter(path, "CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
    with Corpus.open(path) as corpus:
        assert corpus.labels() == LABELS


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_digest_of_every_version_is_listed(version: int) -> None:
    """If this fails for a new version, add its digest to schema_check.DIGESTS."""
    assert schema_check.DIGESTS.get(version) == schema_check.schema_digest(schema_check.expected_schema(version))


def test_opening_compares_digests_without_building_a_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_check, "expected_schema", lambda version: pytest.fail(str(version)))
    Corpus.open(path).close()


def test_version_without_a_digest_is_compared_with_a_built_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_check, "DIGESTS", {})
    Corpus.open(path).close()
    alter(path, "CREATE TABLE evil (x)")
    with pytest.raises(NotACorpus, match="evil"):
        Corpus.open(path)


def test_extensions_and_attached_files_are_refused(path: Path, tmp_path: Path) -> None:
    with Corpus.open(path) as corpus:
        for statement in ("SELECT load_extension('evil')", f"ATTACH '{tmp_path}/evil' AS evil"):
            with pytest.raises(CorpusError):
                corpus.fetch_tuples(statement)
        [(trusted,)] = corpus.fetch_tuples("PRAGMA trusted_schema")
        [(checked,)] = corpus.fetch_tuples("PRAGMA cell_size_check")
        assert (trusted, checked) == (0, 1)
    assert sorted(path_.name for path_ in tmp_path.iterdir()) == ["a.corpus"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE span SET start = X'00'",
        "UPDATE article SET title = X'FF'",
        "UPDATE label SET position = 'x'",
        "UPDATE annotator SET name = ''",
        "UPDATE edit SET after = '{'",
    ],
)
def test_values_of_the_wrong_type_are_damage(path: Path, change: str) -> None:
    """A STRICT table refuses them, so write them while it is not STRICT."""
    with Corpus.open(path) as corpus:
        corpus._add_annotator("Sanae")
        layer = {"article": corpus.article(1).uid, "annotator": "Sanae"}
        corpus._insert("span", {"uid": "s", **layer, "label": "DATE", "start": 0, "end": 5})
        corpus._insert("edit", {"step": "t", "name": "tag", **layer, "time": "", "after": "{}"})
    alter(path, "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '/* * */') WHERE type = 'table'")
    alter(path, "PRAGMA ignore_check_constraints = ON", change)
    alter(path, "UPDATE sqlite_schema SET sql = replace(sql, '/* * */', 'STRICT') WHERE type = 'table'")
    with pytest.raises(DamagedCorpus):
        Corpus.open(path)


@given(st.binary(min_size=100, max_size=4096), st.integers(0, 60))
def test_random_schema_raises_a_corpus_error(junk: bytes, row: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.corpus"
        Corpus.create(path, LABELS).close()
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = CAST(? AS TEXT) WHERE rowid = ?", (junk, row))
        changed = db.execute("SELECT changes()").fetchone()[0]
        db.close()
        if changed:
            with pytest.raises(CorpusError):
                Corpus.open(path)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("CREATE TABLE evil (x)", "جدول"),
        ("CREATE VIEW evil AS SELECT 1", "عرض"),
        ("CREATE INDEX evil ON stored_span(uid)", "فهرس"),
    ],
)
def test_foreign_schema_is_reported_in_the_language_of_the_program(path: Path, statement: str, kind: str) -> None:
    alter(path, statement)
    i18n.set_language("ar")
    with pytest.raises(CorpusError) as error_info:
        Corpus.open(path)
    assert "evil" in str(error_info.value)
    assert kind in str(error_info.value)
