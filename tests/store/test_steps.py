"""Tests of the table of steps behind the view of edits (see docs/adr/0030)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import apply_edits, build_plain_article, create_corpus

from annotator.model import operations
from annotator.model.records import (
    Decision,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Span,
    Status,
    Step,
    Title,
    new_uid,
)
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.recovery.integrity import check_integrity
from annotator.store.row_mapping import encode_record

STEPS = "SELECT uid, annotator, clock, actor FROM stored_step ORDER BY id"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    articles = [build_plain_article(f"خبر {number} " + "كلمة " * 900) for number in range(2)]
    with create_corpus(tmp_path / "a.corpus", *articles) as corpus:
        yield corpus


def build_spans(corpus: Corpus, number: int, count: int) -> list[Edit]:
    uid = corpus.article(number).uid
    return [Edit(None, Span(new_uid(), uid, "Sanae", "DATE", start, start + 3)) for start in range(count)]


def test_step_of_several_articles_and_batches_is_one_row(corpus: Corpus) -> None:
    edits = (*build_spans(corpus, 1, 700), *build_spans(corpus, 2, 700))
    step = Step(new_uid(), "Sanae", utc_timestamp(), "tag", edits)
    assert list(corpus.apply_in_batches(step)) == [500, 1000, 1400]
    assert corpus.fetch_tuples(STEPS) == [(step.uid, "Sanae", 1, None)]
    assert corpus.step(step.uid).edits == edits
    assert corpus.edit_count(step.uid) == 1400
    for number in (1, 2):
        assert [info.uid for info in corpus.history(corpus.article(number).uid, "Sanae")] == [step.uid]


def test_another_part_of_a_step_belongs_to_its_row(corpus: Corpus) -> None:
    step = apply_edits(corpus, build_spans(corpus, 1, 2))
    other = apply_edits(corpus, build_spans(corpus, 2, 1))
    before = corpus.fetch_tuples(STEPS)
    [part] = build_spans(corpus, 2, 1)
    with corpus.transaction():
        corpus._record_edits(corpus.step(step.uid), [part])
    assert corpus.fetch_tuples(STEPS) == before
    assert corpus.step(step.uid).edits == (*step.edits, part)
    assert [info.uid for info in corpus.history(corpus.article(2).uid, "Sanae")] == [step.uid, other.uid]


def test_step_goes_with_its_last_edit(corpus: Corpus) -> None:
    step = apply_edits(corpus, build_spans(corpus, 1, 2))
    other = apply_edits(corpus, build_spans(corpus, 2, 1))
    [first, last] = corpus.fetch_tuples("SELECT id FROM edit WHERE step = ?", step.uid)
    with corpus.transaction():
        corpus.db.execute("DELETE FROM edit WHERE id = ?", first)
        assert len(corpus.fetch_tuples(STEPS)) == 2
        corpus.db.execute("DELETE FROM edit WHERE id = ?", last)
    assert [uid for uid, *_rest in corpus.fetch_tuples(STEPS)] == [other.uid]


def test_view_of_edits_changes_steps(corpus: Corpus) -> None:
    step = apply_edits(corpus, build_spans(corpus, 1, 2))
    corpus._add_annotator("Omar")
    with corpus.transaction():
        corpus.db.execute("UPDATE edit SET annotator = 'Omar', clock = 7, actor = 'Amal' WHERE step = ?", [step.uid])
    assert corpus.fetch_tuples(STEPS) == [(step.uid, "Omar", 7, "Amal")]
    assert corpus.step(step.uid).edits == step.edits
    assert corpus.next_clock() == 8
    with corpus.transaction():
        corpus.db.execute("UPDATE edit SET step = 'another' WHERE id = (SELECT max(id) FROM edit)")
    assert corpus.fetch_tuples(STEPS) == [(step.uid, "Omar", 7, "Amal"), ("another", "Omar", 7, "Amal")]
    with corpus.transaction():
        corpus.db.execute("UPDATE edit SET step = 'another'")
    assert corpus.fetch_tuples(STEPS) == [("another", "Omar", 7, "Amal")]


def test_json_of_an_edit_leaves_out_what_has_no_value(corpus: Corpus) -> None:
    article, uid = corpus.article(1), new_uid()
    text = 'ملاحظة ,"value":null,"note":null,"source":null,"article":"x"'
    note = Note(article.uid, "Sanae", text)
    records: list[Record] = [
        Span(uid, article.uid, "Sanae", "DATE", 0, 3),
        Span(new_uid(), article.uid, "Sanae", "DATE", 0, 4, note=text, source="names"),
        Rejection(new_uid(), article.uid, "Sanae", "DATE", 0, 5, "names"),
        Status(article.uid, "Sanae", "done"),
        note,
        Title(article.uid, text),
        Decision(new_uid(), article.uid, "Sanae", 0, 3, "agreed", '{"value":null,"note":null}'),
        Decision(new_uid(), article.uid, "Sanae", 0, 4, "agreed", "{}", reason=text),
    ]
    edits = [Edit(None, record) for record in records]
    edits.append(Edit(Publication(article.uid, None), Publication(article.uid, "2024")))
    step = apply_edits(corpus, edits)
    assert corpus.step(step.uid).edits == tuple(edits)
    texts = [text for (text,) in corpus.fetch_tuples("SELECT after FROM edit ORDER BY id")]
    assert texts[0] == (
        f'{{"type":"span","uid":"{uid}","article":"{article.uid}","annotator":"Sanae","label":"DATE",'
        '"start":0,"end":3}'
    )
    assert encode_record(Publication(article.uid, None)) == (
        f'{{"type":"publication","article":"{article.uid}","published":null}}'  # a key that it needs
    )
    assert corpus.note(article.uid, "Sanae") == note
    assert list(check_integrity(corpus)) == []


def test_edit_whose_step_is_missing_is_damage(corpus: Corpus) -> None:
    apply_edits(corpus, operations.set_title(None, corpus.article(1), "عنوان"))
    corpus.db.execute("PRAGMA foreign_keys = OFF")
    with corpus.transaction():
        corpus.db.execute("DELETE FROM stored_step")
    messages = [damage.message for damage in check_integrity(corpus)]
    assert "Row 1 of the table “steps” refers to something that is missing from the table “steps”." in messages
