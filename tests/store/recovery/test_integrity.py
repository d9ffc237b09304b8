"""What is wrong in a corpus is told, all of it, each with its row, and nothing is told of one that is in order."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from annotator.model import history, operations
from annotator.model.article_builder import draft
from annotator.model.label_changes import Change
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, Edit, Span, Step, Suggestion, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Damaged
from annotator.store.label_set import change_labels
from annotator.store.queries.article_list import articles
from annotator.store.recovery.integrity import Damage, damage
from annotator.store.sqlite_utils_import import Database

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024-2030\n\nنص", "لأحزاب الأغلبية رَأيٌ آخر\u200f في كـتـاب")
LABELS: Final = LabelSet(tuple(Label(name, {}, Colour("#112233", "#ddeeff")) for name in ("DATE", "PLAN")))


def step(corpus: Corpus, annotator: str, edits: list[Edit], undoes: str | None = None) -> Step:
    made = Step(new_uid(), annotator, now(), "tag", tuple(edits), undoes)
    corpus.apply(made)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus in which everything was done that leaves something in a table, and some of it undone."""
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for text in TEXTS:
            corpus.add(draft(text))
        article = corpus.article(1)
        step(corpus, "Sanae", operations.add(article, [], "Sanae", "PLAN", 23, 36))
        inner = step(corpus, "Sanae", operations.add(article, corpus.spans(article.uid), "Sanae", "DATE", 27, 36))
        [span] = [one for one in corpus.spans(article.uid) if one.label == "DATE"]
        step(corpus, "Sanae", operations.describe(span, "2024/2030", "ملاحظة"))
        step(corpus, "Omar", operations.add(article, [], "Omar", "DATE", 27, 31))
        undone = step(corpus, "Omar", operations.add(article, [], "Omar", "PLAN", 0, 5))
        step(corpus, "Omar", list(history.reversal(undone)), undone.uid)
        wrong = Suggestion(27, 31, "DATE", "dates", 0.9)
        step(corpus, "Sanae", operations.reject(article, "Sanae", wrong))
        step(corpus, "Sanae", operations.set_state(None, article, "Sanae", DONE))
        step(corpus, "Sanae", operations.note(None, article, "Sanae", "ملاحظة"))
        step(corpus, "Sanae", operations.mark_zone(article, corpus.zones(article.uid), "headline", 0, 5))
        corpus.stand("Sanae", article.uid, 3)
        assert inner
    return path


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without anything that keeps it in order."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("PRAGMA writable_schema = ON")
    yield db
    db.close()


def found(path: Path) -> list[Damage]:
    with Corpus(path, _bare(path)) as corpus:
        return list(damage(corpus))


def test_nothing_is_told_of_a_corpus_that_is_in_order(path: Path) -> None:
    assert found(path) == []


def test_nothing_is_told_where_labels_were_renamed_and_deleted(path: Path) -> None:
    with Corpus.open(path) as corpus:
        date, plan = LABELS.labels
        renamed = Label("WHEN", {}, date.colour)
        for _count in change_labels(corpus, Change(LABELS, LabelSet((renamed,)), {"DATE": "WHEN"}, {"PLAN": "WHEN"})):
            pass
        assert {span.label for span in corpus.spans(corpus.article(1).uid)} == {"WHEN"} != {plan.name}
    assert found(path) == []


@pytest.mark.parametrize(
    ("change", "kind", "table", "said"),
    [
        ("UPDATE span SET \"end\" = 4000 WHERE label = 'PLAN'", "place", "span", "to 4000 is not within the text"),
        ("UPDATE span SET label = 'NONE' WHERE label = 'PLAN'", "row", "span", "“label” does not hold"),
        ("UPDATE span SET start = start + 1 WHERE label = 'PLAN'", "record", "span", "record of edits"),
        ("DELETE FROM span WHERE label = 'PLAN'", "record", "span", "record of edits"),
        ("UPDATE status SET state = 'skipped'", "record", "status", "record of edits"),
        ("DELETE FROM note", "record", "note", "record of edits"),
        ('UPDATE zone SET start = 0, "end" = 30', "place", "zone", "overlap"),
        ('UPDATE edit SET after = \'{"type": "span"}\' WHERE id = 3', "row", "edit", "Row 3 of the table “edit”"),
        ("UPDATE edit SET after = '{' WHERE id = 3", "row", "edit", "Row 3 of the table “edit”"),
        ("UPDATE edit SET after = '[]' WHERE id = 3", "row", "edit", "Row 3 of the table “edit”"),
        ("UPDATE label SET title = '[1]' WHERE name = 'DATE'", "row", "label", "Row DATE of the table “label”"),
        ("UPDATE span SET note = CAST(X'D8' AS TEXT)", "row", "span", "a text in it is none"),
        ("UPDATE span SET note = CAST(X'EDA080' AS TEXT)", "row", "span", "a text in it is none"),
        ("UPDATE article SET title = CAST(X'FF' AS TEXT) WHERE id = 2", "row", "article", "a text in it is none"),
        ("DELETE FROM article WHERE id = 1", "row", "span", "“article” does not hold"),
    ],
)
def test_what_is_wrong_is_told(path: Path, change: str, kind: str, table: str, said: str) -> None:
    with by_hand(path) as db:
        db.execute(change)
    told = found(path)
    assert (kind, table) in [(one.kind, one.table) for one in told if said in one.message]
    assert all("\n" not in one.message for one in told)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("article", "UPDATE article SET title = X'00' WHERE id = 2"),
        ("span", "UPDATE span SET note = X'00' WHERE label = 'PLAN'"),
        ("zone", "UPDATE zone SET kind = X'00' WHERE kind = 'headline'"),
    ],
)
def test_a_value_of_another_type_than_its_column_has_is_told_of_its_row_alone(
    path: Path, table: str, change: str
) -> None:
    """No SQLite writes it into such a table, but a byte that a disk has spoilt may make it one."""
    for statement in (
        f"UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = '{table}'",
        change,
        f"UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = '{table}'",
    ):
        with by_hand(path) as db:
            db.execute(statement)
    [told] = [one for one in found(path) if one.kind != "file"]  # SQLite notices it too
    assert (told.kind, told.table) == ("row", table)
    if table != "article":
        column = change.split()[3]
        with by_hand(path) as db:
            assert db.execute(f"SELECT uid FROM {table} WHERE typeof({column}) = 'blob'").fetchall() == [(told.row,)]
    assert "damaged" in told.message


def test_a_text_that_was_changed_is_told(path: Path) -> None:
    with by_hand(path) as db:
        db.execute("DROP TRIGGER article_text_never_changes")
        db.execute("UPDATE article SET text = replace(text, '2030', '2031')")
    assert [(one.kind, one.row) for one in found(path)] == [("text", "1")]


def test_pages_that_are_not_in_order_are_told_and_the_rest_is_looked_at(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span_by_label'")
        [[size]] = db.execute("PRAGMA page_size")
        db.execute("UPDATE status SET state = 'skipped'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * size : root * size] = b"\xa5" * size
    path.write_bytes(data)
    assert {"file", "record"} <= {one.kind for one in found(path)}
    with pytest.raises(Damaged):
        Corpus.open(path)
    with Corpus.open(path, readonly=True, damaged=True) as corpus:
        assert list(damage(corpus)) == found(path)


def test_what_a_row_holds_that_it_cannot_hold_is_one_sentence_when_it_is_read(path: Path) -> None:
    uid = _uid(path)
    with by_hand(path) as db:
        db.execute('UPDATE edit SET before = NULL, after = \'{"type": "span"}\' WHERE id = 3')
        [[broken]] = db.execute("SELECT step FROM edit WHERE id = 3")
        db.execute("UPDATE label SET title = '{\"ar\": 1}' WHERE name = 'DATE'")
        db.execute("UPDATE span SET value = CAST(X'D8' AS TEXT) WHERE label = 'DATE'")
        db.execute("UPDATE status SET state = CAST(X'FF' AS TEXT)")
    with Corpus(path, _bare(path)) as corpus:
        for read in (
            corpus.labels,
            lambda: corpus.step(broken),
            lambda: corpus.spans(uid),
            lambda: corpus.whole(1),
            lambda: list(articles(corpus)),
        ):
            with pytest.raises(Damaged) as caught:
                read()
            assert "\n" not in str(caught.value)


def _uid(path: Path) -> str:
    with Corpus.open(path) as corpus:
        return corpus.article(1).uid


def _bare(path: Path):  # type: ignore[no-untyped-def]

    return Database(sqlite3.connect(path, isolation_level=None), execute_plugins=False)


def test_a_span_is_compared_with_its_last_edit_alone(path: Path) -> None:
    with Corpus.open(path) as corpus:
        [span] = corpus.spans(corpus.article(1).uid, "Omar")
        assert isinstance(span, Span)
        step(corpus, "Omar", operations.relabel(corpus.article(1), [], span, "PLAN"))
        step(corpus, "Omar", operations.relabel(corpus.article(1), [], corpus.spans(span.article, "Omar")[0], "DATE"))
    assert found(path) == []
