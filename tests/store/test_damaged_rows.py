"""Tests of invalid rows in a file with a valid schema: each raises a short error and is repaired without more loss."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, execute_unchecked

from annotator.generators import finish
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.history import reverse_step
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, FLAGGED, SKIPPED, Edit, Span, Step, Suggestion, new_uid
from annotator.store import verification
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.store.recovery.integrity import check_integrity
from annotator.store.recovery.salvage import SalvageResult, salvage

TEXTS: Final = ("أعلنت وزارة الصحة 😀 عن خطة 2024-2030", "لأحزاب الأغلبية رأي آخر في كتاب")
DATE, PLAN = (Label(name, {"ar": name}, Colour("#112233", "#ddeeff"), key) for name, key in (("DATE", "1"), ("P", "2")))
BRACKETS: Final = "[" * 200_000
READERS: Final[dict[str, Callable[[Corpus], object]]] = {
    "spans": lambda corpus: corpus.spans(corpus.article(1).uid),
    "zones": lambda corpus: corpus.zones(corpus.article(1).uid),
    "load_article": lambda corpus: corpus.load_article(1),
    "load_articles": lambda corpus: list(corpus.load_articles([1])),
    "place": lambda corpus: corpus.last_position("Sanae"),
    "labels": lambda corpus: corpus.labels(),
    "step": lambda corpus: corpus.step("s"),
}
SPANS, ZONES = ("spans", "load_article", "load_articles"), ("zones", "load_article", "load_articles")
ROWS: Final = {
    "a span that ends after its text": ('UPDATE span SET "end" = 1000', SPANS),
    "a span that starts after its text": ('UPDATE span SET start = 1000, "end" = 1001', SPANS),
    "a span of 2^62": ('UPDATE span SET "end" = 4611686018427387904', SPANS),
    "a span before its text": ("UPDATE span SET start = -1", SPANS),
    "a span that is empty": ('UPDATE span SET "end" = start', SPANS),
    "a span with an unknown label": ("UPDATE span SET label = 'NONE'", SPANS),
    "a zone that ends after its text": ('UPDATE zone SET "end" = 1000', ZONES),
    "zones that overlap": ("INSERT INTO zone SELECT 'z', article, 'body', 1, 9 FROM zone LIMIT 1", ZONES),
    "a zone of an unknown kind": ("UPDATE zone SET kind = 'none'", ZONES),
    "a position after its text": ('UPDATE place SET "offset" = 1000', ("place",)),
    "a position of 2^31": ('UPDATE place SET "offset" = 2147483648', ("place",)),
    "a position before its text": ('UPDATE place SET "offset" = -1', ("place",)),
    "an invalid colour": ("UPDATE label SET light = 'javascript:x', dark = '#zz'", ("labels",)),
    "a colour of a million letters": ("UPDATE label SET light = printf('%.*c', 1000000, 'x')", ("labels",)),
    "a key of several characters": ("UPDATE label SET key = 'Ctrl+Z'", ("labels",)),
    "a name with a space": ("UPDATE label SET name = name || ' <b>x</b>'", ("labels",)),
    "a deeply nested title": (f"UPDATE label SET title = '{BRACKETS}'", ("labels",)),
    "a title that is null": ("UPDATE label SET title = 'null'", ("labels",)),
    "a rejection that ends after its text": ('UPDATE rejection SET "end" = 1000', ()),
    "a rejection that is empty": ('UPDATE rejection SET "end" = start', ()),
    "a deeply nested edit": (f"UPDATE edit SET after = '{BRACKETS}' WHERE step = 's'", ("step",)),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.corpus"
    with Corpus.create(path, LabelSet((DATE, PLAN))) as corpus:
        for text in TEXTS:
            corpus.add(build_article(text))
        article = corpus.article(1)
        span_edits = operations.add_span(article, [], "Sanae", "DATE", 27, 31)
        corpus.apply(Step("s", "Sanae", utc_timestamp(), "tag", tuple(span_edits)))
        zone_edits = operations.mark_zone(article, corpus.zones(article.uid), "headline", 0, 5)
        apply_edits(corpus, zone_edits, name="zone")
        rejection_edits = operations.reject(article, "Sanae", Suggestion(27, 31, "P", "dates", 0.9))
        apply_edits(corpus, rejection_edits, name="reject")
        corpus.save_position("Sanae", article.uid, 3)
    return path


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the check on opening, as for large files."""
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)


def repair(path: Path, target: Path) -> SalvageResult:
    return finish(salvage(path, target))


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("row", ROWS)
def test_damaged_row_raises_a_short_error_where_it_is_read(path: Path, row: str) -> None:
    statement, readers = ROWS[row]
    execute_unchecked(path, statement)
    with Corpus.open(path) as corpus:
        for name, read in READERS.items():
            if name in readers:
                with pytest.raises(DamagedCorpus) as error_info:
                    read(corpus)
                assert "is damaged: " in str(error_info.value)
                assert "\n" not in str(error_info.value)
                assert len(str(error_info.value)) < 900
            elif "name" not in row:  # spans do not have a renamed label
                read(corpus)


@pytest.mark.parametrize("row", [row for row, (_statement, readers) in ROWS.items() if readers != ("labels",)])
def test_small_file_with_a_damaged_row_is_not_opened(path: Path, row: str) -> None:
    execute_unchecked(path, ROWS[row][0])
    with pytest.raises(DamagedCorpus):
        Corpus.open(path)


@pytest.mark.parametrize("row", ROWS)
def test_damaged_row_in_a_large_file_is_detected_after_opening(path: Path, row: str) -> None:
    statement, readers = ROWS[row]
    execute_unchecked(path, statement)
    if readers != ("labels",):
        with pytest.raises(DamagedCorpus):
            verification.verify_file(path)
    with Corpus.open(path, readonly=True, allow_damaged=True) as corpus:
        assert [*check_integrity(corpus)] != []


def test_findings_of_sqlite_are_explained_in_the_words_of_the_program(path: Path) -> None:
    execute_unchecked(path, "UPDATE span SET start = -1")
    db = sqlite3.connect(path)
    [(page,)] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'zone_by_article'")
    db.close()
    content = bytearray(path.read_bytes())
    entry_count = (page - 1) * 4096 + 3
    content[entry_count : entry_count + 2] = bytes(2)
    path.write_bytes(content)
    with Corpus.open(path, readonly=True, allow_damaged=True) as corpus:
        messages = {damage.message for damage in check_integrity(corpus)}
    for beginning in (
        "The index “zone_by_article” does not agree with its table (",
        "The table “spans” has a value that is not allowed there (",
    ):
        assert any(message.startswith(beginning) for message in messages), messages


@pytest.mark.parametrize("row", ROWS)
def test_repaired_file_is_readable_and_has_lost_nothing_else(path: Path, row: str, tmp_path: Path) -> None:
    execute_unchecked(path, ROWS[row][0])
    result = repair(path, tmp_path / "new.corpus")
    assert result.articles == 2
    assert result.losses
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert [*check_integrity(corpus)] == []
        for name, read in READERS.items():
            if name != "step":  # a step that has lost an edit is lost
                read(corpus)
        assert [article.article.text for article in corpus.load_articles([1, 2])] == list(TEXTS)
        zones = [(zone.kind, zone.start, zone.end) for zone in corpus.zones(corpus.article(1).uid)]
        assert ("headline", 0, 5) in zones or (row == "zones that overlap" and zones)
        if row not in ("a span with an unknown label", "a name with a space"):
            assert [(span.label, span.start, span.end) for span in corpus.spans(corpus.article(1).uid)] == [
                ("DATE", 27, 31)
            ]
        if "colour" in row or "key" in row:
            assert [label.title for label in corpus.labels().labels] == [DATE.title, PLAN.title]


@pytest.mark.usefixtures("large")
def test_undo_refuses_a_span_beyond_the_text(path: Path) -> None:
    execute_unchecked(
        path, """UPDATE edit SET before = replace(after, '"end":31', '"end":310'), after = NULL WHERE step = 's'"""
    )
    execute_unchecked(path, "DELETE FROM span")
    with Corpus.open(path) as corpus:
        step = corpus.step("s")
        undo = Step(new_uid(), "Sanae", utc_timestamp(), "tag", reverse_step(step), "s")
        [edit] = undo.edits
        assert isinstance(edit.after, Span)
        with pytest.raises(CorpusError, match="A span from 27 to 310 is not within the text"):
            corpus.apply(undo)
        assert corpus.spans(corpus.article(1).uid) == []
        assert corpus.edit_count(undo.uid) == 0


def test_step_with_a_span_or_rejection_beyond_the_text_is_refused(path: Path) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        outside = Span(new_uid(), article.uid, "Sanae", "DATE", 0, len(article.text) + 1)
        entire = Span(new_uid(), article.uid, "Sanae", "P", 0, len(article.text))
        rejection_edits = operations.reject(article, "Sanae", Suggestion(0, len(article.text) + 1, "P", "dates", 0.9))
        for edit in (Edit(None, outside), *rejection_edits):
            with pytest.raises(CorpusError, match="not within the text"):
                apply_edits(corpus, [edit])
        apply_edits(corpus, [Edit(None, entire)])


def test_sound_corpus_passes_all_readers(path: Path) -> None:
    with Corpus.open(path) as corpus:
        for read in READERS.values():
            read(corpus)
        corpus.save_position("Sanae", corpus.article(1).uid, len(TEXTS[0]))
        assert corpus.last_position("Sanae") == (corpus.article(1).uid, len(TEXTS[0])), "after the last letter"
        assert [*check_integrity(corpus)] == []


def test_span_beyond_the_text_in_table_and_edits_is_reported_as_lost(path: Path, tmp_path: Path) -> None:
    execute_unchecked(path, 'UPDATE span SET "end" = 1000')
    execute_unchecked(path, "UPDATE edit SET after = json_replace(after, '$.end', 1000) WHERE step = 's'")
    result = repair(path, tmp_path / "new.corpus")
    [loss] = [loss for loss in result.losses if loss.lost]
    assert loss.table == "span"
    assert loss.message.startswith("Article 1: “")
    assert "(DATE) is invalid: " in loss.message
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        assert list(check_integrity(corpus)) == []


def test_missing_annotator_is_recovered_with_all_spans(path: Path, tmp_path: Path) -> None:
    execute_unchecked(path, "DELETE FROM annotator")
    result = repair(path, tmp_path / "new.corpus")
    assert [loss for loss in result.losses if loss.lost] == []
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.annotators() == ["Sanae"]
        [span] = corpus.spans(corpus.article(1).uid)
        assert (span.annotator, span.start, span.end) == ("Sanae", 27, 31)


def set_states(path: Path) -> None:
    """Set several states, each in a step with its name."""
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        for state in (DONE, SKIPPED, FLAGGED):
            edits = operations.set_state(corpus.status(article.uid, "Sanae"), article, "Sanae", state)
            corpus.apply(Step(state, "Sanae", utc_timestamp(), "state", tuple(edits)))


def test_span_in_the_edits_but_not_in_the_table_is_reported_as_lost(path: Path, tmp_path: Path) -> None:
    """No edit is missing that could have deleted it, so it must have been another program."""
    set_states(path)
    execute_unchecked(path, "DELETE FROM span")
    result = repair(path, tmp_path / "new.corpus")
    [loss] = result.losses
    assert (loss.table, loss.lost) == ("span", True)
    assert "differs between its table and the edit history: –; {" in loss.message
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        assert list(check_integrity(corpus)) == []


def test_span_that_a_missing_edit_may_have_deleted_is_not_reported(path: Path, tmp_path: Path) -> None:
    set_states(path)
    execute_unchecked(path, "DELETE FROM span")
    execute_unchecked(path, "DELETE FROM edit WHERE step = 'skipped'")
    result = repair(path, tmp_path / "new.corpus")
    assert [loss for loss in result.losses if loss.table == "span"] == []
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.spans(corpus.article(1).uid) == []
        status = corpus.status(corpus.article(1).uid, "Sanae")
        assert status
        assert status.state == FLAGGED


@pytest.mark.parametrize("column", ["annotator", "article"])
def test_edit_stored_under_another_layer_is_reported_as_lost(path: Path, tmp_path: Path, column: str) -> None:
    with Corpus.open(path) as corpus:
        first, second = corpus.article(1), corpus.article(2)
        corpus.apply(
            Step("o", "Omar", utc_timestamp(), "tag", tuple(operations.add_span(second, [], "Omar", "DATE", 0, 5)))
        )
    value = "Omar" if column == "annotator" else second.uid
    execute_unchecked(path, f"UPDATE edit SET {column} = '{value}' WHERE step = 's'")
    result = repair(path, tmp_path / "new.corpus")
    assert [loss.message for loss in result.losses if loss.table == "edit"] == [
        "1 edit in the edit history is lost and cannot be undone."
    ]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert [(span.start, span.end) for span in corpus.spans(first.uid)] == [(27, 31)]
        assert corpus.edit_count("s") == 0


def test_message_quotes_a_hundred_characters_of_the_key_of_a_damaged_row(path: Path) -> None:
    execute_unchecked(path, f"UPDATE label SET name = '{'x' * 100}', light = 'x' WHERE name = 'DATE'")
    execute_unchecked(path, "DELETE FROM span")
    with Corpus.open(path) as corpus, pytest.raises(DamagedCorpus, match=f" {'x' * 100} "):
        corpus.labels()
    execute_unchecked(path, f"UPDATE label SET name = '{'x' * 101}' WHERE position = 0")
    with Corpus.open(path) as corpus, pytest.raises(DamagedCorpus, match=f" {'x' * 100}… "):
        corpus.labels()


def test_message_quotes_a_hundred_characters_of_a_missing_label(path: Path) -> None:
    execute_unchecked(path, f"UPDATE span SET label = '{'x' * 200}'")
    with pytest.raises(DamagedCorpus, match=f" {'x' * 100}$"):
        Corpus.open(path)


def test_lenient_corpus_returns_spans_beyond_the_text(path: Path) -> None:
    execute_unchecked(path, 'UPDATE span SET "end" = 1000')
    with Corpus.open(path, readonly=True, allow_damaged=True) as corpus:
        assert [(span.start, span.end) for span in corpus.spans(corpus.article(1).uid)] == [(27, 1000)]


def test_labels_after_a_damaged_one_are_salvaged(path: Path, tmp_path: Path) -> None:
    execute_unchecked(path, "UPDATE label SET name = 'two words' WHERE name = 'DATE'")
    result = repair(path, tmp_path / "new.corpus")
    assert {loss.row for loss in result.losses if loss.table == "label"} == {"two words"}
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.labels() == LabelSet((DATE, PLAN))  # the record of the changes of labels has the lost one


def test_span_with_an_invalid_label_name_is_lost_and_reported(path: Path, tmp_path: Path) -> None:
    execute_unchecked(path, "UPDATE span SET label = 'two words'")
    execute_unchecked(path, "UPDATE edit SET after = json_replace(after, '$.label', 'two words') WHERE step = 's'")
    result = repair(path, tmp_path / "new.corpus")
    assert [loss.table for loss in result.losses if loss.lost] == ["span"]
    with Corpus.open(tmp_path / "new.corpus") as corpus:
        assert corpus.labels() == LabelSet((DATE, PLAN))
        assert corpus.spans(corpus.article(1).uid) == []
