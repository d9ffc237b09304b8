"""What kill.py and writers.py look for is found where it is."""

import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from soundness import Rows, connect, find_faults

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Edit, Rejection, Step, Suggestion, new_uid
from annotator.store.corpus import Corpus, utc_timestamp

TEXT = "وزارة الصحة تطلق خطة وطنية للتلقيح\n\nأعلنت وزارة الصحة، أمس، عن خُطّةٍ 2024-2030 😀 للوقاية."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    corpus_path = tmp_path / "a.corpus"
    with Corpus.create(corpus_path, default_labels()) as corpus:
        corpus.add(build_article(TEXT))
        article = corpus.article(1)
        [added] = operations.add_span(article, [], "Sanae", "PLAN", 17, 20)
        assert isinstance(added, Edit)
        rejected = operations.reject(article, "Sanae", Suggestion(0, 5, "DATE", "dates", 0.9))
        assert isinstance(rejected[0].after, Rejection)
        state = operations.set_state(None, article, "Sanae", "done")
        note = operations.set_note(None, article, "Sanae", "x")
        zone = operations.mark_zone(article, corpus.zones(article.uid), "boilerplate", 0, 5)
        for edits in ([added, *state], rejected, note, zone):
            corpus.apply(Step(new_uid(), "Sanae", utc_timestamp(), "tag", tuple(edits)))
    return corpus_path


def test_nothing_is_wrong_with_a_corpus_that_was_only_worked_at(path: Path) -> None:
    assert find_faults(Rows(path)) == []


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("DELETE FROM edit WHERE id = 1", "the record says None"),
        ("DELETE FROM edit WHERE id = 2", "status"),
        ("UPDATE edit SET after = json_set(after, '$.start', 16) WHERE id = 1", "span"),
        ("UPDATE edit SET annotator = 'عمر' WHERE id = 1", "another layer"),
        ("UPDATE span SET start = 16", "span"),
        ("UPDATE status SET state = 'new'", "status"),
        ("UPDATE note SET text = 'y'", "note"),
        ("DELETE FROM note", "note"),
        ("DELETE FROM zone WHERE start > 20", "did not come with its zones"),
        ("UPDATE zone SET kind = 'body' WHERE kind = 'boilerplate'", "zone"),
        ("UPDATE article SET published = '2024'", "did not come as it is read"),
        ("DELETE FROM rejection", "rejection"),
        ("DELETE FROM mention", "mention"),
        ("UPDATE mention SET words = 'x'", "mention"),
        ("DELETE FROM rejected", "rejected"),
        ("INSERT INTO search(search) VALUES ('delete-all')", "search"),
        ("INSERT INTO beginning(beginning) VALUES ('delete-all')", "beginning"),
        ("UPDATE span SET label = 'none'", "foreign key"),
        ("INSERT INTO doubt SELECT uid, 7 FROM article", "doubt"),
    ],
)
def test_what_is_wrong_is_said(path: Path, damage: str, sentence: str) -> None:
    with connect(path) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("INSERT OR IGNORE INTO annotator VALUES ('عمر', '', 'person')")
        before = db.total_changes  # which counts what the triggers of a view change, too
        db.execute(damage)
        assert db.total_changes != before
    assert any(sentence in fault for fault in find_faults(Rows(path)))


def test_a_file_that_is_damaged_is_not_sound(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[8192:20000] = bytes(20000 - 8192)
    path.write_bytes(data)
    with suppress(sqlite3.DatabaseError):
        assert find_faults(Rows(path))
