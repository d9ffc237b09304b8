"""Tests of the integrity checks: all damage is reported with its row, and none in a sound corpus."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set

from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.label_changes import LabelChange
from annotator.model.labels import Label, LabelSet
from annotator.model.records import DONE, Span, Suggestion
from annotator.store.corpus import Corpus
from annotator.store.errors import DamagedCorpus
from annotator.store.label_set import change_labels
from annotator.store.numbered_tables import STORED, VIEWS
from annotator.store.queries.article_list import load_all_summaries
from annotator.store.recovery.integrity import Damage, check_integrity
from annotator.store.sqlite_library import Database
from annotator.store.text_compression import compress_text, decompress_text

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024-2030\n\nنص", "لأحزاب الأغلبية رَأيٌ آخر\u200f في كـتـاب")
LABELS: Final = build_label_set("DATE", "PLAN")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Create a corpus with rows in all tables, including an undone step."""
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LABELS) as corpus:
        for text in TEXTS:
            corpus.add(build_article(text))
        article = corpus.article(1)
        apply_edits(corpus, operations.add_span(article, [], "Sanae", "PLAN", 23, 36), "Sanae")
        inner_step = apply_edits(
            corpus, operations.add_span(article, corpus.spans(article.uid), "Sanae", "DATE", 27, 36), "Sanae"
        )
        [span] = [span_ for span_ in corpus.spans(article.uid) if span_.label == "DATE"]
        apply_edits(corpus, operations.describe_span(span, "2024/2030", "ملاحظة"), "Sanae")
        apply_edits(corpus, operations.add_span(article, [], "Omar", "DATE", 27, 31), "Omar")
        undone_step = apply_edits(corpus, operations.add_span(article, [], "Omar", "PLAN", 0, 5), "Omar")
        apply_edits(corpus, history.reverse_step(undone_step), "Omar", undone_step.uid)
        suggestion = Suggestion(27, 31, "DATE", "dates", 0.9)
        apply_edits(corpus, operations.reject(article, "Sanae", suggestion), "Sanae")
        apply_edits(corpus, operations.set_state(None, article, "Sanae", DONE), "Sanae")
        apply_edits(corpus, operations.set_note(None, article, "Sanae", "ملاحظة"), "Sanae")
        apply_edits(corpus, operations.mark_zone(article, corpus.zones(article.uid), "headline", 0, 5), "Sanae")
        corpus.save_position("Sanae", article.uid, 3)
        assert inner_step
    return path


@contextmanager
def open_unprotected(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file without constraints and with a writable schema."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("PRAGMA writable_schema = ON")
    yield db
    db.close()


def find_damage(path: Path) -> list[Damage]:
    with Corpus(path, _open_database(path)) as corpus:
        return list(check_integrity(corpus))


def test_sound_corpus_has_no_damage(path: Path) -> None:
    assert find_damage(path) == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE title SET text = 'y'", "title"),
        ("DELETE FROM title", "title"),
        ("DELETE FROM removal", "removal"),
        ("UPDATE article SET published = '1999' WHERE id = 2", "article"),
    ],
)
def test_titles_removals_and_dates_agree_with_their_edits(path: Path, statement: str, table: str) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(2)
        apply_edits(corpus, operations.set_title(None, article, "عنوان"))
        apply_edits(corpus, operations.set_published(article, "2024-07-09"))
        apply_edits(corpus, operations.remove_article(None, article))
    assert find_damage(path) == []
    with open_unprotected(path) as db:
        db.execute(statement)
    assert [(damage.kind, damage.table) for damage in find_damage(path)] == [("contradicts_steps", table)]


def test_renamed_and_deleted_labels_are_no_damage(path: Path) -> None:
    with Corpus.open(path) as corpus:
        date, plan = LABELS.labels
        renamed = Label("WHEN", {}, date.colour)
        for _count in change_labels(
            corpus, LabelChange(LABELS, LabelSet((renamed,)), {"DATE": "WHEN"}, {"PLAN": "WHEN"})
        ):
            pass
        assert {span.label for span in corpus.spans(corpus.article(1).uid)} == {"WHEN"} != {plan.name}
    assert find_damage(path) == []


@pytest.mark.parametrize(
    ("change", "kind", "table", "message"),
    [
        (
            "UPDATE span SET \"end\" = 4000 WHERE label = 'PLAN'",
            "misplaced_row",
            "span",
            "to 4000 is not within the text",
        ),
        (
            "UPDATE span SET label = 'NONE' WHERE label = 'PLAN'",
            "damaged_row",
            "span",
            "is missing from the table “labels”",
        ),
        ("UPDATE span SET start = start + 1 WHERE label = 'PLAN'", "contradicts_steps", "span", "edit history"),
        ("DELETE FROM span WHERE label = 'PLAN'", "contradicts_steps", "span", "edit history"),
        ("UPDATE status SET state = 'skipped'", "contradicts_steps", "status", "edit history"),
        ("DELETE FROM note", "contradicts_steps", "note", "edit history"),
        ('UPDATE zone SET start = 0, "end" = 30', "misplaced_row", "zone", "overlap"),
        (
            'UPDATE edit SET after = \'{"type": "span"}\' WHERE id = 3',
            "damaged_row",
            "edit",
            "Row 3 of the table “steps”",
        ),
        ("UPDATE edit SET after = '{' WHERE id = 3", "damaged_row", "edit", "Row 3 of the table “steps”"),
        ("UPDATE edit SET after = '[]' WHERE id = 3", "damaged_row", "edit", "Row 3 of the table “steps”"),
        (
            "UPDATE label SET title = '[1]' WHERE name = 'DATE'",
            "damaged_row",
            "label",
            "Row DATE of the table “labels”",
        ),
        (
            "UPDATE label SET key = 'x' WHERE name = 'DATE'",
            "contradicts_steps",
            "label_edit",
            "record of their changes",
        ),
        ("DELETE FROM label_edit WHERE rowid = 1", "contradicts_steps", "label_edit", "record of their changes"),
        (
            "UPDATE label_edit SET after = NULL WHERE rowid = 1",
            "damaged_row",
            "label_edit",
            "of the table “changes to labels”",
        ),
        ("UPDATE span SET note = CAST(X'D8' AS TEXT)", "damaged_row", "span", "it contains invalid text"),
        ("UPDATE span SET note = CAST(X'EDA080' AS TEXT)", "damaged_row", "span", "it contains invalid text"),
        (
            "UPDATE article SET title = CAST(X'FF' AS TEXT) WHERE id = 2",
            "damaged_row",
            "article",
            "it contains invalid text",
        ),
        ("DELETE FROM article WHERE id = 1", "damaged_row", "span", "is missing from the table “articles”"),
    ],
)
def test_damage_is_reported(path: Path, change: str, kind: str, table: str, message: str) -> None:
    with open_unprotected(path) as db:
        db.execute(change)
    damages = find_damage(path)
    assert (kind, table) in [(damage.kind, damage.table) for damage in damages if message in damage.message]
    assert all("\n" not in damage.message for damage in damages)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("article", "UPDATE article SET title = X'00' WHERE id = 2"),
        ("span", "UPDATE span SET note = X'00' WHERE label = 'PLAN'"),
        ("zone", "UPDATE zone SET kind = X'00' WHERE kind = 'headline'"),
    ],
)
def test_value_of_the_wrong_type_is_reported_for_its_row_only(path: Path, table: str, change: str) -> None:
    """SQLite never writes it into a STRICT table, but a byte corrupted on the disk may result in it."""
    stored = STORED + table if table in VIEWS else table
    for statement in (
        f"UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = '{stored}'",
        change.replace(f"UPDATE {table}", f"UPDATE {stored}"),
        f"UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = '{stored}'",
    ):
        with open_unprotected(path) as db:
            db.execute(statement)
    [damage] = [damage_ for damage_ in find_damage(path) if damage_.kind != "damaged_file"]  # SQLite reports it as well
    assert (damage.kind, damage.table) == ("damaged_row", table)
    if table != "article":
        column = change.split()[3]
        with open_unprotected(path) as db:
            assert db.execute(f"SELECT uid FROM {table} WHERE typeof({column}) = 'blob'").fetchall() == [(damage.row,)]
    assert "damaged" in damage.message


def test_changed_text_is_reported(path: Path) -> None:
    with open_unprotected(path) as db:
        db.execute("DROP TRIGGER article_text_never_changes")
        [(stored_text, length)] = db.execute("SELECT compressed_text, length FROM article WHERE id = 1").fetchall()
        other_text = decompress_text(stored_text, length).replace("2030", "2031")
        db.execute("UPDATE article SET compressed_text = ? WHERE id = 1", [compress_text(other_text)])
    assert [(damage.kind, damage.row) for damage in find_damage(path)] == [("text_changed", "1")]


def test_damaged_page_does_not_stop_other_checks(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span_by_label'")
        [[size]] = db.execute("PRAGMA page_size")
        db.execute("UPDATE status SET state = 'skipped'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * size : root * size] = b"\xa5" * size
    path.write_bytes(data)
    assert {"damaged_file", "contradicts_steps"} <= {damage.kind for damage in find_damage(path)}
    with pytest.raises(DamagedCorpus):
        Corpus.open(path)
    with Corpus.open(path, readonly=True, allow_damaged=True) as corpus:
        assert list(check_integrity(corpus)) == find_damage(path)


def test_invalid_row_raises_a_one_line_error_when_it_is_read(path: Path) -> None:
    uid = _uid(path)
    with open_unprotected(path) as db:
        db.execute('UPDATE edit SET before = NULL, after = \'{"type": "span"}\' WHERE id = 3')
        [[damaged_step]] = db.execute("SELECT step FROM edit WHERE id = 3")
        db.execute("UPDATE label SET title = '{\"ar\": 1}' WHERE name = 'DATE'")
        db.execute("UPDATE span SET value = CAST(X'D8' AS TEXT) WHERE label = 'DATE'")
        db.execute("UPDATE status SET state = CAST(X'FF' AS TEXT)")
    with Corpus(path, _open_database(path)) as corpus:
        for read in (
            corpus.labels,
            lambda: corpus.step(damaged_step),
            lambda: corpus.spans(uid),
            lambda: corpus.load_article(1),
            lambda: list(load_all_summaries(corpus)),
        ):
            with pytest.raises(DamagedCorpus) as error_info:
                read()
            assert "\n" not in str(error_info.value)


def _uid(path: Path) -> str:
    with Corpus.open(path) as corpus:
        return corpus.article(1).uid


def _open_database(path: Path) -> Database:

    return Database(sqlite3.connect(path, isolation_level=None), execute_plugins=False)


def test_span_is_compared_with_its_last_edit_only(path: Path) -> None:
    with Corpus.open(path) as corpus:
        [span] = corpus.spans(corpus.article(1).uid, "Omar")
        assert isinstance(span, Span)
        apply_edits(corpus, operations.relabel(corpus.article(1), [], span, "PLAN"), "Omar")
        apply_edits(
            corpus, operations.relabel(corpus.article(1), [], corpus.spans(span.article, "Omar")[0], "DATE"), "Omar"
        )
    assert find_damage(path) == []


def test_damaged_state_is_named_by_its_article_and_annotator(path: Path) -> None:
    for statement in (
        "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'status'",
        "UPDATE status SET state = X'00'",
        "UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'status'",
    ):
        with open_unprotected(path) as db:
            db.execute(statement)
    with open_unprotected(path) as db:
        [[article]] = db.execute("SELECT uid FROM article WHERE id = 1")
    assert [(damage.table, damage.row) for damage in find_damage(path) if damage.kind == "damaged_row"] == [
        ("status", f"{article}, Sanae")
    ]
