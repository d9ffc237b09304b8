"""Files of an older version: what was in them is there afterwards, and all of it is found."""

import sqlite3
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Final

import msgspec
import pytest
from sqlite_utils import Database, Migrations

from annotator.model import history, operations
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Article, Edit, Record, Span, Status, Step, Suggestion, Zone, article_uid, new_uid
from annotator.store import rows, schema
from annotator.store.corpus import Corpus, now
from annotator.store.errors import CorpusError
from annotator.store.queries import training_data
from annotator.store.queries.article_list import Choice, articles, counts, numbers
from annotator.store.queries.search import matching
from annotator.text.word_context import Context

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر\u200f في كـتـاب")
UIDS: Final = [article_uid(text) for text in TEXTS]
LABELS: Final = LabelSet(
    tuple(Label(name, {"ar": name}, Colour("#112233", "#ddeeff")) for name in ("DATE", "INSTITUTION"))
)
ZONES: Final = [Zone(f"z{at}", uid, "body", 0, len(TEXTS[at])) for at, uid in enumerate(UIDS)]
SPANS: Final = [
    Span("s1", UIDS[0], "Sanae", "INSTITUTION", 6, 17, "وزارة الصحة", "ملاحظة"),
    Span("s2", UIDS[0], "Omar", "DATE", 27, 31),
    Span("s3", UIDS[1], "Sanae", "INSTITUTION", 1, 6),
]
STATUS: Final = Status(UIDS[0], "Sanae", "done")


def older(path: Path, left_by: int = 1) -> Path:
    """A file as this version of the schema, 1 or 2, left it: two articles, three spans, each a step, and a state."""
    db = Database(sqlite3.connect(path, isolation_level=None))
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    first = Migrations("annotator")
    first()(schema.m001_first)
    first.apply(db)
    for text, uid in zip(TEXTS, UIDS, strict=True):
        article = Article(uid, text, published="2024-07-09", source="fixture")
        db.table("article").insert({**rows.from_article(article), "added": now()})
    db.table("label").insert_all(rows.from_label(label, at) for at, label in enumerate(LABELS.labels))
    db.table("annotator").insert_all({"name": name, "added": now()} for name in ("Sanae", "Omar"))
    records: list[Record] = [*ZONES, *SPANS, STATUS]
    for record in records:
        row = rows.to_row(record)
        row.pop("source", None)  # of spans, since version 3
        db.table(rows.KEYS[type(record)][0]).insert(row)
        if not isinstance(record, Zone):
            fields = {"step": f"t{record.article[:4]}{new_uid()}", "name": "tag", "undoes": None, "time": now()}
            known = {"article": record.article, "annotator": record.annotator, "before": None}
            db.table("edit").insert({**fields, **known, "after": msgspec.json.encode(record).decode()})
    if left_by > 1:
        second = Migrations("annotator")
        second()(schema.m002_desk)
        second.apply(db)
        db.execute("PRAGMA user_version = 2")
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
    assert int.from_bytes(path.read_bytes()[60:64], "big") == left_by
    return path


def check(corpus: Corpus) -> None:
    """All is there that was, and is known to the list and the search."""
    assert [corpus.article(uid).text for uid in UIDS] == list(TEXTS)
    assert [corpus.zones(uid)[0] for uid in UIDS] == ZONES
    assert [span for uid in UIDS for span in corpus.spans(uid)] == SPANS
    assert corpus.labels() == LABELS
    assert corpus.annotators() == ["Sanae", "Omar"]
    assert corpus.status(UIDS[0], "Sanae") == STATUS
    assert [past.name for past in corpus.history(UIDS[0], "Sanae")] == ["tag", "tag"]
    assert [one.spans for one in articles(corpus)] == [2, 1]
    assert numbers(corpus, "Sanae", Choice("done")) == [1]
    assert counts(corpus, "Sanae")["new"] == 1
    assert matching(corpus, "وزاره الصحه") == [1]
    assert matching(corpus, "ك") == matching(corpus, "كتاب") == [2]
    assert matching(corpus, "رأي") == [2]
    assert [corpus.knows(words) for words in ("وزاره", "احزاب", "2024", "خطه")] == [False, True, True, False]
    assert corpus.knows("وزارة الصحة")
    assert corpus.note(UIDS[0], "Sanae") is None
    assert corpus.place("Sanae") is None


def version(path: Path) -> int:
    with sqlite3.connect(path) as db:
        found = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return int(found)


@pytest.mark.parametrize("left_by", [1, 2])
def test_an_older_file_is_brought_up_to_date_when_it_is_opened(tmp_path: Path, left_by: int) -> None:
    path = older(tmp_path / "a.corpus", left_by)
    with Corpus.open(path) as corpus:
        check(corpus)
    assert version(path) == schema.VERSION
    with Corpus.open(path) as corpus:
        check(corpus)


@pytest.mark.parametrize("left_by", [1, 2])
def test_it_is_worked_with_like_a_new_one(tmp_path: Path, left_by: int) -> None:
    with Corpus.open(older(tmp_path / "a.corpus", left_by)) as corpus:
        undo, _redo = history.stacks(corpus.history(UIDS[1], "Sanae"))
        step = corpus.step(undo[-1].uid)
        corpus.apply(Step(new_uid(), "Sanae", now(), "tag", history.reversal(step), step.uid))
        assert corpus.spans(UIDS[1]) == []
        assert not corpus.knows("احزاب")
        corpus.apply(Step(new_uid(), "Omar", now(), "tag", (Edit(SPANS[1], None),)))
        edits = operations.note(None, corpus.article(1), "Omar", "تمت المراجعة")
        corpus.apply(Step(new_uid(), "Omar", now(), "note", tuple(edits)))
        corpus.stand("Omar", UIDS[1], 7)
        assert corpus.place("Omar") == (UIDS[1], 7)
        wrong = Suggestion(27, 31, "DATE", "dates", 0.9)
        corpus.apply(
            Step(new_uid(), "Omar", now(), "reject", tuple(operations.reject(corpus.article(1), "Omar", wrong)))
        )
        assert training_data.rejected(corpus, "Omar") == {(Context("خطة", "2024", ""), "DATE")}
        assert [(known.words, known.spans) for known in training_data.known(corpus)] == [
            ("وزارة الصحة", 1),
            ("2024", 0),
        ]
        assert training_data.lessons(corpus) == [(1, "Sanae")]


@pytest.mark.parametrize("left_by", [1, 2])
def test_an_older_file_and_a_new_one_have_the_same_tables(tmp_path: Path, left_by: int) -> None:
    found = []
    Corpus.create(tmp_path / "new.corpus", LABELS).close()
    Corpus.open(older(tmp_path / "old.corpus", left_by)).close()
    for name in ("new", "old"):
        with sqlite3.connect(tmp_path / f"{name}.corpus") as db:
            found.append(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall())
            assert db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
            assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.close()
    assert found[0] == found[1]


def test_reading_brings_an_older_file_up_to_date_where_it_may(tmp_path: Path) -> None:
    path = older(tmp_path / "a.corpus")
    with Corpus.open(path, readonly=True) as corpus:
        check(corpus)
        with pytest.raises(CorpusError):
            corpus.stand("Sanae", UIDS[0], 1)
    assert version(path) == schema.VERSION
    assert [one.name for one in tmp_path.iterdir()] == ["a.corpus"]


def test_an_older_file_that_is_write_protected_is_refused_untouched(tmp_path: Path) -> None:
    path = older(tmp_path / "a.corpus")
    path.chmod(0o444)
    before = path.read_bytes()
    for readonly in (True, False):
        with pytest.raises(CorpusError, match="older version" if readonly else "cannot be written to") as caught:
            Corpus.open(path, readonly=readonly)
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    path.chmod(0o644)
    with Corpus.open(path, readonly=True) as corpus:
        check(corpus)


def test_a_file_that_cannot_be_brought_up_to_date_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = older(tmp_path / "a.corpus")

    def fails(_db: Database) -> None:
        raise sqlite3.OperationalError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(schema.index, "fill", fails)
        with pytest.raises(CorpusError, match="disk is full"):
            Corpus.open(path)
    assert version(path) == 1
    with Corpus.open(path) as corpus:
        check(corpus)


def test_two_who_find_it_old_at_once_bring_it_up_to_date_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, fill = older(tmp_path / "a.corpus"), schema.index.fill
    begun, problems = Event(), []

    def slowly(db: Database) -> None:
        begun.set()
        sleep(0.3)  # until the other one waits
        fill(db)

    def other() -> None:
        try:
            begun.wait(5)
            with Corpus.open(path) as corpus:
                check(corpus)
        except BaseException as problem:
            problems.append(problem)

    monkeypatch.setattr(schema.index, "fill", slowly)
    thread = Thread(target=other)
    thread.start()
    with Corpus.open(path) as corpus:
        thread.join()
        check(corpus)
    assert problems == []
