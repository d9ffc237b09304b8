"""Rows that no program of ours writes, in a file whose schema is right: each is one sentence where it is read, and is
repaired with nothing else lost."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.history import reversal
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, FLAGGED, SKIPPED, Edit, Span, Step, Suggestion, new_uid
from annotator.store import verification
from annotator.store.corpus import Corpus, now
from annotator.store.errors import CorpusError, Damaged
from annotator.store.queries.annotated_articles import drafts
from annotator.store.recovery.integrity import damage
from annotator.store.recovery.salvage import Salvaged, salvage

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024-2030", "لأحزاب الأغلبية رأي آخر في كتاب")
DATE, PLAN = (Label(name, {"ar": name}, Colour("#112233", "#ddeeff"), key) for name, key in (("DATE", "1"), ("P", "2")))
BRACKETS: Final = "[" * 200_000
READERS: Final[dict[str, Callable[[Corpus], object]]] = {
    "spans": lambda corpus: corpus.spans(corpus.article(1).uid),
    "zones": lambda corpus: corpus.zones(corpus.article(1).uid),
    "whole": lambda corpus: corpus.whole(1),
    "drafts": lambda corpus: list(drafts(corpus, [1])),
    "place": lambda corpus: corpus.place("Sanae"),
    "labels": lambda corpus: corpus.labels(),
    "step": lambda corpus: corpus.step("s"),
}
SPANS, ZONES = ("spans", "whole", "drafts"), ("zones", "whole", "drafts")
ROWS: Final = {
    "a span that ends behind its text": ('UPDATE span SET "end" = 1000', SPANS),
    "a span that starts behind its text": ('UPDATE span SET start = 1000, "end" = 1001', SPANS),
    "a span of 2^62": ('UPDATE span SET "end" = 4611686018427387904', SPANS),
    "a span before its text": ("UPDATE span SET start = -1", SPANS),
    "a span that is empty": ('UPDATE span SET "end" = start', SPANS),
    "a span whose label is none": ("UPDATE span SET label = 'NONE'", SPANS),
    "a zone that ends behind its text": ('UPDATE zone SET "end" = 1000', ZONES),
    "zones that overlap": ("INSERT INTO zone SELECT 'z', article, 'body', 1, 9 FROM zone LIMIT 1", ZONES),
    "a zone of no kind": ("UPDATE zone SET kind = 'none'", ZONES),
    "a stop behind its text": ('UPDATE place SET "offset" = 1000', ("place",)),
    "a stop of 2^31": ('UPDATE place SET "offset" = 2147483648', ("place",)),
    "a stop before its text": ('UPDATE place SET "offset" = -1', ("place",)),
    "a colour that is none": ("UPDATE label SET light = 'javascript:x', dark = '#zz'", ("labels",)),
    "a colour of a million letters": ("UPDATE label SET light = printf('%.*c', 1000000, 'x')", ("labels",)),
    "a key of several characters": ("UPDATE label SET key = 'Ctrl+Z'", ("labels",)),
    "a name with a space": ("UPDATE label SET name = name || ' <b>x</b>'", ("labels",)),
    "a deep title": (f"UPDATE label SET title = '{BRACKETS}'", ("labels",)),
    "a title that is none": ("UPDATE label SET title = 'null'", ("labels",)),
    "a rejection that ends behind its text": ('UPDATE rejection SET "end" = 1000', ()),
    "a rejection that is empty": ('UPDATE rejection SET "end" = start', ()),
    "a deep edit": (f"UPDATE edit SET after = '{BRACKETS}' WHERE step = 's'", ("step",)),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LabelSet((DATE, PLAN))) as corpus:
        for text in TEXTS:
            corpus.add(draft(text))
        article = corpus.article(1)
        span = operations.add(article, [], "Sanae", "DATE", 27, 31)
        corpus.apply(Step("s", "Sanae", now(), "tag", tuple(span)))
        zone = operations.mark_zone(article, corpus.zones(article.uid), "headline", 0, 5)
        corpus.apply(Step(new_uid(), "Sanae", now(), "zone", tuple(zone)))
        wrong = operations.reject(article, "Sanae", Suggestion(27, 31, "P", "dates", 0.9))
        corpus.apply(Step(new_uid(), "Sanae", now(), "reject", tuple(wrong)))
        corpus.stand("Sanae", article.uid, 3)
    return path


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no file looked through when it is opened, as none is that is large."""
    monkeypatch.setattr(verification, "_CHECKED", 0)


def write(path: Path, statement: str) -> None:
    """What keeps a file in order is no matter to whoever wants to do harm."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA ignore_check_constraints = ON")
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(statement)
    db.close()


def repair(path: Path, target: Path) -> Salvaged:
    work = salvage(path, target)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("row", ROWS)
def test_a_damaged_row_is_one_short_sentence_where_it_is_read(path: Path, row: str) -> None:
    statement, readers = ROWS[row]
    write(path, statement)
    with Corpus.open(path) as corpus:
        for name, read in READERS.items():
            if name in readers:
                with pytest.raises(Damaged) as caught:
                    read(corpus)
                assert "is damaged: " in str(caught.value)
                assert "\n" not in str(caught.value)
                assert len(str(caught.value)) < 900
            elif "name" not in row:  # with another name, a label is not the one that spans have
                read(corpus)


@pytest.mark.parametrize("row", [row for row, (_statement, readers) in ROWS.items() if readers != ("labels",)])
def test_a_small_file_with_a_damaged_row_is_not_opened(path: Path, row: str) -> None:
    write(path, ROWS[row][0])
    with pytest.raises(Damaged):
        Corpus.open(path)


@pytest.mark.parametrize("row", ROWS)
def test_a_large_file_with_a_damaged_row_is_told_soon_after(path: Path, row: str) -> None:
    statement, readers = ROWS[row]
    write(path, statement)
    if readers != ("labels",):
        with pytest.raises(Damaged):
            verification.verify_file(path)
    with Corpus.open(path, readonly=True, damaged=True) as corpus:
        assert [*damage(corpus)] != []


@pytest.mark.parametrize("row", ROWS)
def test_what_is_repaired_can_be_read_and_has_lost_nothing_else(path: Path, row: str, tmp_path: Path) -> None:
    write(path, ROWS[row][0])
    found = repair(path, tmp_path / "new.corpus")
    assert found.articles == 2
    assert found.losses
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert [*damage(corpus)] == []
        for name, read in READERS.items():
            if name != "step":  # a step of which an edit is lost is none
                read(corpus)
        assert [article.article.text for article in drafts(corpus, [1, 2])] == list(TEXTS)
        zones = [(zone.kind, zone.start, zone.end) for zone in corpus.zones(corpus.article(1).uid)]
        assert ("headline", 0, 5) in zones or (row == "zones that overlap" and zones)
        if row not in ("a span whose label is none", "a name with a space"):
            assert [(span.label, span.start, span.end) for span in corpus.spans(corpus.article(1).uid)] == [
                ("DATE", 27, 31)
            ]
        if "colour" in row or "key" in row:
            assert [label.title for label in corpus.labels().labels] == [DATE.title, PLAN.title]


@pytest.mark.usefixtures("large")
def test_undo_writes_nothing_that_is_not_within_the_text(path: Path) -> None:
    write(path, """UPDATE edit SET before = replace(after, '"end":31', '"end":310'), after = NULL WHERE step = 's'""")
    write(path, "DELETE FROM span")
    with Corpus.open(path) as corpus:
        step = corpus.step("s")
        undo = Step(new_uid(), "Sanae", now(), "tag", reversal(step), "s")
        [edit] = undo.edits
        assert isinstance(edit.after, Span)
        with pytest.raises(CorpusError, match="A span from 27 to 310 is not within the text"):
            corpus.apply(undo)
        assert corpus.spans(corpus.article(1).uid) == []
        assert corpus.size(undo.uid) == 0


def test_no_step_puts_a_span_or_a_rejection_outside_its_text(path: Path) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        outside = Span(new_uid(), article.uid, "Sanae", "DATE", 0, len(article.text) + 1)
        whole = Span(new_uid(), article.uid, "Sanae", "P", 0, len(article.text))
        wrong = operations.reject(article, "Sanae", Suggestion(0, len(article.text) + 1, "P", "dates", 0.9))
        for edit in (Edit(None, outside), *wrong):
            with pytest.raises(CorpusError, match="not within the text"):
                corpus.apply(Step(new_uid(), "Sanae", now(), "tag", (edit,)))
        corpus.apply(Step(new_uid(), "Sanae", now(), "tag", (Edit(None, whole),)))


def test_a_corpus_in_order_is_read_as_before(path: Path) -> None:
    with Corpus.open(path) as corpus:
        for read in READERS.values():
            read(corpus)
        corpus.stand("Sanae", corpus.article(1).uid, len(TEXTS[0]))
        assert corpus.place("Sanae") == (corpus.article(1).uid, len(TEXTS[0])), "behind the last letter"
        assert [*damage(corpus)] == []


def test_a_span_that_lies_outside_of_its_text_in_the_record_too_is_lost_and_told(path: Path, tmp_path: Path) -> None:
    write(path, 'UPDATE span SET "end" = 1000')
    write(path, "UPDATE edit SET after = json_replace(after, '$.end', 1000) WHERE step = 's'")
    found = repair(path, tmp_path / "new.corpus")
    [loss] = [loss for loss in found.losses if loss.lost]
    assert loss.table == "span"
    assert loss.message.startswith("Article 1: “")
    assert "(DATE) cannot be: " in loss.message
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        assert list(damage(corpus)) == []


def test_an_annotator_whose_row_is_missing_is_there_again_with_all_spans(path: Path, tmp_path: Path) -> None:
    write(path, "DELETE FROM annotator")
    found = repair(path, tmp_path / "new.corpus")
    assert [loss for loss in found.losses if loss.lost] == []
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.annotators() == ["Sanae"]
        [span] = corpus.spans(corpus.article(1).uid)
        assert (span.annotator, span.start, span.end) == ("Sanae", 27, 31)


def set_states(path: Path) -> None:
    """Set one state after the other, each in a step of its name."""
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        for state in (DONE, SKIPPED, FLAGGED):
            edits = operations.set_state(corpus.status(article.uid, "Sanae"), article, "Sanae", state)
            corpus.apply(Step(state, "Sanae", now(), "state", tuple(edits)))


def test_a_span_that_is_in_the_record_and_not_in_its_table_is_lost_and_told(path: Path, tmp_path: Path) -> None:
    """No edit is missing that could have removed it, so that it was another program."""
    set_states(path)
    write(path, "DELETE FROM span")
    found = repair(path, tmp_path / "new.corpus")
    [loss] = found.losses
    assert (loss.table, loss.lost) == ("span", True)
    assert "is not what the record of edits says: –; {" in loss.message
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        assert list(damage(corpus)) == []


def test_a_span_that_a_missing_edit_may_have_removed_is_not_told_of(path: Path, tmp_path: Path) -> None:
    set_states(path)
    write(path, "DELETE FROM span")
    write(path, "DELETE FROM edit WHERE step = 'skipped'")
    found = repair(path, tmp_path / "new.corpus")
    assert [loss for loss in found.losses if loss.table == "span"] == []
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        status = corpus.status(corpus.article(1).uid, "Sanae")
        assert status
        assert status.state == FLAGGED


@pytest.mark.parametrize("column", ["annotator", "article"])
def test_an_edit_whose_row_is_of_another_layer_than_what_it_says_is_lost_and_told(
    path: Path, tmp_path: Path, column: str
) -> None:
    with Corpus.open(path) as corpus:
        here, other = corpus.article(1), corpus.article(2)
        corpus.apply(Step("o", "Omar", now(), "tag", tuple(operations.add(other, [], "Omar", "DATE", 0, 5))))
    value = "Omar" if column == "annotator" else other.uid
    write(path, f"UPDATE edit SET {column} = '{value}' WHERE step = 's'")
    found = repair(path, tmp_path / "new.corpus")
    assert [loss.message for loss in found.losses if loss.table == "edit"] == [
        "1 edit of the record is lost: it cannot be undone."
    ]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert [(span.start, span.end) for span in corpus.spans(here.uid)] == [(27, 31)]
        assert corpus.size("s") == 0
