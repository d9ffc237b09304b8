"""Tests of migrations: the content of old files survives and can be listed and searched."""

import sqlite3
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Final

import msgspec
import pytest
from builders import apply_edits, build_label_set
from running import raising
from sqlite_utils import Database, Migrations

from annotator.model import history, operations
from annotator.model.records import Edit, Span, Status, Suggestion, Zone, article_uid, new_uid
from annotator.store import row_mapping, schema, word_index
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError
from annotator.store.queries import training_data
from annotator.store.queries.article_list import ArticleFilter, count_by_state, list_article_numbers, load_all_summaries
from annotator.store.queries.search import find_article_numbers
from annotator.text.word_context import WordContext

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر\u200f في كـتـاب")
UIDS: Final = [article_uid(text) for text in TEXTS]
LABELS: Final = build_label_set("DATE", "INSTITUTION")
ZONES: Final = [Zone(f"z{position}", uid, "body", 0, len(TEXTS[position])) for position, uid in enumerate(UIDS)]
SPANS: Final = [
    Span("s1", UIDS[0], "Sanae", "INSTITUTION", 6, 17, "وزارة الصحة", "ملاحظة"),
    Span("s2", UIDS[0], "Omar", "DATE", 27, 31),
    Span("s3", UIDS[1], "Sanae", "INSTITUTION", 1, 6),
]
STATUS: Final = Status(UIDS[0], "Sanae", "done")


def make_old_corpus(path: Path, version: int = 1) -> Path:
    """Create a file with schema version 1 or 2: two articles, three spans and a status, each added in a step."""
    db = Database(sqlite3.connect(path, isolation_level=None))
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    first_migration = Migrations("annotator")
    first_migration()(schema.m001_first)
    first_migration.apply(db)
    for text, uid in zip(TEXTS, UIDS, strict=True):
        row = {"uid": uid, "text": text, "published": "2024-07-09", "source": "fixture", "added": utc_timestamp()}
        db.table("article").insert(row)
    rows = [row_mapping.from_label(label, position) for position, label in enumerate(LABELS.labels)]
    db.table("label").insert_all({column: row[column] for column in row if column != "uid"} for row in rows)
    db.table("annotator").insert_all({"name": name, "added": utc_timestamp()} for name in ("Sanae", "Omar"))
    records: list[Zone | Span | Status] = [*ZONES, *SPANS, STATUS]
    for record in records:
        row = row_mapping.to_row(record)
        row.pop("source", None)  # of spans, since version 3
        db.table(row_mapping.TABLE_KEYS[type(record)][0]).insert(row)
        if not isinstance(record, Zone):
            fields = {
                "step": f"t{record.article[:4]}{new_uid()}",
                "name": "tag",
                "undoes": None,
                "time": utc_timestamp(),
            }
            common = {"article": record.article, "annotator": record.annotator, "before": None}
            db.table("edit").insert({**fields, **common, "after": msgspec.json.encode(record).decode()})
    if version > 1:
        second_migration = Migrations("annotator")
        second_migration()(schema.m002_desk)
        second_migration.apply(db)
        db.execute("PRAGMA user_version = 2")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert int.from_bytes(path.read_bytes()[60:64], "big") == version
    return path


def check_content(corpus: Corpus) -> None:
    """Check that all content is there and can be listed and searched."""
    assert [corpus.article(uid).text for uid in UIDS] == list(TEXTS)
    assert [corpus.zones(uid)[0] for uid in UIDS] == ZONES
    assert [span for uid in UIDS for span in corpus.spans(uid)] == SPANS
    assert corpus.labels() == LABELS
    assert corpus.annotators() == ["Sanae", "Omar"]
    assert corpus.status(UIDS[0], "Sanae") == STATUS
    assert [step.name for step in corpus.history(UIDS[0], "Sanae")] == ["tag", "tag"]
    assert [summary.spans for summary in load_all_summaries(corpus)] == [2, 1]
    assert list_article_numbers(corpus, "Sanae", ArticleFilter("done")) == [1]
    assert count_by_state(corpus, "Sanae")["new"] == 1
    assert find_article_numbers(corpus, "وزاره الصحه") == [1]
    assert find_article_numbers(corpus, "ك") == find_article_numbers(corpus, "كتاب") == [2]
    assert find_article_numbers(corpus, "رأي") == [2]
    assert [corpus.has_mention(words) for words in ("وزاره", "احزاب", "2024", "خطه")] == [False, True, True, False]
    assert corpus.has_mention("وزارة الصحة")
    assert corpus.note(UIDS[0], "Sanae") is None
    assert corpus.last_position("Sanae") is None


def read_version(path: Path) -> int:
    with sqlite3.connect(path) as db:
        user_version = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return int(user_version)


@pytest.mark.parametrize("version", [1, 2])
def test_old_file_is_migrated_when_it_is_opened(tmp_path: Path, version: int) -> None:
    path = make_old_corpus(tmp_path / "a.corpus", version)
    with Corpus.open(path) as corpus:
        check_content(corpus)
    assert read_version(path) == schema.VERSION
    with Corpus.open(path) as corpus:
        check_content(corpus)


@pytest.mark.parametrize("version", [1, 2])
def test_migrated_file_works_like_a_new_one(tmp_path: Path, version: int) -> None:
    with Corpus.open(make_old_corpus(tmp_path / "a.corpus", version)) as corpus:
        undo, _redo = history.build_stacks(corpus.history(UIDS[1], "Sanae"))
        step = corpus.step(undo[-1].uid)
        apply_edits(corpus, history.reverse_step(step), undoes=step.uid)
        assert corpus.spans(UIDS[1]) == []
        assert not corpus.has_mention("احزاب")
        apply_edits(corpus, [Edit(SPANS[1], None)], "Omar")
        edits = operations.set_note(None, corpus.article(1), "Omar", "تمت المراجعة")
        apply_edits(corpus, edits, "Omar", name="note")
        corpus.save_position("Omar", UIDS[1], 7)
        assert corpus.last_position("Omar") == (UIDS[1], 7)
        suggestion = Suggestion(27, 31, "DATE", "dates", 0.9)
        apply_edits(corpus, operations.reject(corpus.article(1), "Omar", suggestion), "Omar", name="reject")
        assert training_data.load_rejections(corpus, "Omar") == {(WordContext("خطة", "2024", ""), "DATE")}
        assert [(counts.words, counts.spans) for counts in training_data.count_mentions(corpus)] == [
            ("وزارة الصحة", 1),
            ("2024", 0),
        ]
        assert training_data.list_training_layers(corpus) == [(1, "Sanae")]


@pytest.mark.parametrize("version", [1, 2])
def test_migrated_and_new_files_have_the_same_schema(tmp_path: Path, version: int) -> None:
    schemas = []
    Corpus.create(tmp_path / "new.corpus", LABELS).close()
    Corpus.open(make_old_corpus(tmp_path / "old.corpus", version)).close()
    for name in ("new", "old"):
        with sqlite3.connect(tmp_path / f"{name}.corpus") as db:
            schemas.append(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall())
            assert db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.close()
    assert schemas[0] == schemas[1]


def test_readonly_opening_migrates_a_writable_file(tmp_path: Path) -> None:
    path = make_old_corpus(tmp_path / "a.corpus")
    with Corpus.open(path, readonly=True) as corpus:
        check_content(corpus)
        with pytest.raises(CorpusError):
            corpus.save_position("Sanae", UIDS[0], 1)
    assert read_version(path) == schema.VERSION
    assert [path_.name for path_ in tmp_path.iterdir()] == ["a.corpus"]


def test_write_protected_old_file_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = make_old_corpus(tmp_path / "a.corpus")
    path.chmod(0o444)
    before = path.read_bytes()
    for readonly in (True, False):
        with pytest.raises(CorpusError, match="older version" if readonly else "cannot be written to") as error_info:
            Corpus.open(path, readonly=readonly)
        assert "\n" not in str(error_info.value)
    assert path.read_bytes() == before
    path.chmod(0o644)
    with Corpus.open(path, readonly=True) as corpus:
        check_content(corpus)


def test_failed_migration_is_rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_old_corpus(tmp_path / "a.corpus")

    with monkeypatch.context() as patch:
        patch.setattr(word_index, "build", raising(sqlite3.OperationalError("the disk is full")))
        with pytest.raises(CorpusError, match="cannot be used"):
            Corpus.open(path)
    assert read_version(path) == 1
    with Corpus.open(path) as corpus:
        check_content(corpus)


def test_concurrent_openings_migrate_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, build = make_old_corpus(tmp_path / "a.corpus"), word_index.build
    has_started, errors = Event(), []

    def build_slowly(db: Database) -> None:
        has_started.set()
        sleep(0.3)  # until the other thread waits
        build(db)

    def open_too() -> None:
        try:
            has_started.wait(5)
            with Corpus.open(path) as corpus:
                check_content(corpus)
        except BaseException as error:
            errors.append(error)

    monkeypatch.setattr(word_index, "build", build_slowly)
    thread = Thread(target=open_too)
    thread.start()
    with Corpus.open(path) as corpus:
        thread.join()
        check_content(corpus)
    assert errors == []
