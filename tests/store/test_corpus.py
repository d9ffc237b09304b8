"""Tests of the corpus on real files: storing, refusing and rolling back."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from annotator.device_key import device_uid
from annotator.model import history, operations
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Edit,
    Note,
    Publication,
    Removal,
    Span,
    Status,
    Step,
    StepInfo,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store import corpus as corpus_module
from annotator.store import database_files
from annotator.store.corpus import AddResult, Corpus, utc_timestamp
from annotator.store.errors import Conflict, CorpusError, MissingCorpus, NoSuchArticle
from annotator.store.label_set import add_labels
from annotator.store.numbered_tables import STORED, VIEWS
from annotator.store.queries.article_list import load_all_summaries
from annotator.store.queries.training_data import StoredModel, save_model

TEXT = "وزارة الصحة تطلق خطة\nأعلنت وزارة الصحة، أمس، عن خطة 2024-2030 😀 للوقاية."
LABELS = LabelSet(
    tuple(
        Label(name, {"ar": title, "en": name.title()}, Colour("#112233", "#ddeeff"), key)
        for name, title, key in (("DATE", "تاريخ", "1"), ("INSTITUTION", "مؤسسة", "2"), ("PLAN", "خطة", "3"))
    )
)


def make_article(text: str = TEXT, **fields: Any) -> AnnotatedArticle:
    article = Article(article_uid(text), text, published="2024-07-09", source="fixture")
    headline_end = text.find("\n") if "\n" in text else len(text)
    zones = [Zone(new_uid(), article.uid, "headline", 0, headline_end)]
    if headline_end < len(text):
        zones.append(Zone(new_uid(), article.uid, "body", headline_end + 1, len(text)))
    return AnnotatedArticle(article, tuple(zones), **fields)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        yield opened


def step(article: str, edits: list[Edit], annotator: str = "Sanae", undoes: str | None = None) -> Step:
    return Step(new_uid(), annotator, utc_timestamp(), "tag", tuple(edits), undoes)


def test_file_has_the_documented_settings_and_tables(corpus: Corpus) -> None:
    raw = sqlite3.connect(corpus.path)
    assert raw.execute("PRAGMA application_id").fetchone()[0] == 0x41724E41
    assert raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert corpus.db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert corpus.db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    tables = raw.execute(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
    ).fetchall()
    expected = {"article", "label", "annotator", "status", "note", "mention", *(STORED + view for view in VIEWS)}
    assert expected <= {name for name, _strict in tables}
    assert all(strict for name, strict in tables if name in expected)
    raw.close()


def test_labels_are_read_in_their_order(corpus: Corpus) -> None:
    assert corpus.labels() == LABELS


def test_article_is_stored_once_and_verbatim(corpus: Corpus) -> None:
    first = corpus.add(make_article())
    second = corpus.add(make_article())
    assert (first.is_new, second.is_new) == (True, False)
    [summary] = load_all_summaries(corpus)
    article = corpus.article(summary.id)
    assert article.text == TEXT
    assert article == corpus.article(article.uid)
    assert (summary.title, summary.spans, summary.states) == ("وزارة الصحة تطلق خطة", 0, {})
    assert [zone.kind for zone in corpus.zones(article.uid)] == ["headline", "body"]


def test_unknown_article_raises_no_such_article(corpus: Corpus) -> None:
    with pytest.raises(NoSuchArticle, match="has no article 7"):
        corpus.article(7)


def test_text_of_an_article_cannot_be_changed(corpus: Corpus) -> None:
    corpus.add(make_article())
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        corpus.db.execute("UPDATE article SET compressed_text = x'00'")


def test_step_is_recorded_and_can_be_reversed(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    edits = operations.add_span(article, [], "Sanae", "PLAN", 16, 20)
    step_taken = step(article.uid, [*edits, *operations.set_state(None, article, "Sanae", "in_progress")])
    corpus.apply(step_taken)
    assert [span.label for span in corpus.spans(article.uid, "Sanae")] == ["PLAN"]
    assert corpus.spans(article.uid, "Omar") == []
    assert corpus.status(article.uid, "Sanae") == Status(article.uid, "Sanae", "in_progress")
    assert corpus.history(article.uid, "Sanae") == [StepInfo(step_taken.uid, "tag")]
    assert corpus.step(step_taken.uid) == replace(step_taken, clock=1, device=device_uid())
    assert corpus.annotators() == corpus.annotators_with_spans() == ["Sanae"]

    corpus.apply(step(article.uid, list(history.reverse_step(step_taken)), undoes=step_taken.uid))
    assert corpus.spans(article.uid) == []
    assert corpus.status(article.uid, "Sanae") is None
    undo, redo = history.build_stacks(corpus.history(article.uid, "Sanae"))
    assert undo == []
    assert [top.undoes for top in redo] == [step_taken.uid]


def test_steps_with_one_clock_are_in_the_order_of_their_uids(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    uids = sorted((new_uid() for _ in range(4)), reverse=True)
    for end, uid in enumerate(uids, start=5):
        edits = operations.add_span(article, [], "Sanae", "PLAN", 0, end)
        corpus.apply(replace(step(article.uid, edits), uid=uid))
    with corpus.transaction():
        corpus.db.execute("UPDATE edit SET clock = 7 WHERE step <> ?", [uids[0]])  # as merging may bring them
    assert [info.uid for info in corpus.history(article.uid, "Sanae")] == [uids[0], *reversed(uids[1:])]


def test_content_survives_reopening(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    corpus.apply(step(article.uid, operations.add_span(article, [], "Sanae", "DATE", 38, 41)))
    before = corpus.spans(article.uid)
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.spans(article.uid) == before
        assert opened.labels() == LABELS


def test_spans_may_nest_cross_and_share_a_range_but_not_be_duplicated(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    for label, start, end in (("PLAN", 5, 20), ("DATE", 7, 9), ("INSTITUTION", 15, 25), ("DATE", 5, 20)):
        layer = corpus.spans(article.uid, "Sanae")
        corpus.apply(step(article.uid, operations.add_span(article, layer, "Sanae", label, start, end)))
    assert len(corpus.spans(article.uid)) == 4
    with pytest.raises(operations.InvalidEdit):
        operations.add_span(article, corpus.spans(article.uid, "Sanae"), "Sanae", "PLAN", 5, 20)
    # The table itself refuses a duplicate that bypasses the operations.
    twin = Span(new_uid(), article.uid, "Sanae", "PLAN", 5, 20)
    with pytest.raises(CorpusError):
        corpus.apply(step(article.uid, [Edit(None, twin)]))
    # Another annotator has a layer of their own.
    corpus.apply(step(article.uid, operations.add_span(article, [], "Omar", "PLAN", 5, 20), "Omar"))
    assert len(corpus.spans(article.uid)) == 5


def test_failing_step_is_rolled_back(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    good = operations.add_span(article, [], "Sanae", "DATE", 0, 5)
    absent = Edit(Span(new_uid(), article.uid, "Sanae", "DATE", 1, 2), None)
    with pytest.raises(Conflict):
        corpus.apply(step(article.uid, [*good, absent]))
    assert corpus.spans(article.uid) == []
    assert corpus.history(article.uid, "Sanae") == []
    assert corpus.annotators() == []


def test_change_of_another_connection_is_not_overwritten(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    corpus.apply(step(article.uid, operations.add_span(article, [], "Sanae", "DATE", 0, 5)))
    [span] = corpus.spans(article.uid)
    with Corpus.open(corpus.path) as other:
        other.apply(step(article.uid, operations.resize(article, [span], span, 0, 9)))
    with pytest.raises(Conflict, match="another window"):
        corpus.apply(step(article.uid, operations.relabel(article, [span], span, "PLAN")))
    [stored] = corpus.spans(article.uid)
    assert (stored.label, stored.end) == ("DATE", 9)


def test_zone_is_corrected_and_the_correction_undone(corpus: Corpus) -> None:
    corpus.add(make_article("عنوان\nالثلاثاء 09 يوليو 2024 على الساعة 09:00\nنص المقال."))
    article = corpus.article(1)
    before = corpus.zones(article.uid)
    start = article.text.index("الثلاثاء")
    edits = operations.mark_zone(article, before, "dateline", start, article.text.index("\nنص"))
    assert Edit(Publication(article.uid, "2024-07-09"), Publication(article.uid, "2024-07-09T09:00")) in edits
    step_taken = step(article.uid, edits)
    corpus.apply(step_taken)
    assert [zone.kind for zone in corpus.zones(article.uid)] == ["headline", "dateline", "body"]
    assert corpus.article(1).published == "2024-07-09T09:00"
    corpus.apply(step(article.uid, list(history.reverse_step(step_taken)), undoes=step_taken.uid))
    assert corpus.zones(article.uid) == before
    assert corpus.article(1).published == "2024-07-09"


def test_title_is_given_changed_and_taken_back(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    given = step(article.uid, operations.set_title(None, article, " عنوان\n آخر "))
    corpus.apply(given)
    assert corpus.article(1) == msgspec.structs.replace(article, custom_title="عنوان آخر")
    assert [loaded.article for loaded in corpus.load_articles([1])] == [corpus.article(1)]
    changed = step(article.uid, operations.set_title(corpus.title(article.uid), article, "ثالث"))
    corpus.apply(changed)
    assert corpus.article(article.uid).custom_title == "ثالث"
    for undone in (changed, given):
        corpus.apply(step(article.uid, list(history.reverse_step(undone)), undoes=undone.uid))
    assert corpus.article(1) == article
    assert corpus.title(article.uid) is None


def test_article_is_removed_once_and_restored(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    edits = operations.remove_article(None, article)
    removal = step(article.uid, edits)
    corpus.apply(removal)
    assert operations.remove_article(corpus.removal(article.uid), article) == []
    with pytest.raises(CorpusError):
        corpus.apply(step(article.uid, edits))  # by another window, say
    corpus.apply(step(article.uid, list(history.reverse_step(removal)), undoes=removal.uid))
    assert corpus.removal(article.uid) is None
    assert corpus.article(1) == article
    undo, redo = history.build_stacks(corpus.history(article.uid, "Sanae"))
    assert (len(undo), len(redo)) == (0, 1)


def test_nothing_is_added_to_a_removed_article(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    corpus.apply(step(article.uid, operations.remove_article(None, article)))
    added = corpus.add(make_article(spans=(Span("one", article.uid, "Sanae", "PLAN", 16, 20),)))
    assert added == AddResult(is_new=False, spans=0, is_removed=True)
    assert corpus.spans(article.uid) == []
    assert corpus.removal(article.uid) == Removal(article.uid)


def test_overlapping_zones_are_refused(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    with pytest.raises(operations.InvalidEdit, match="overlap"):
        corpus.apply(step(article.uid, [Edit(None, Zone(new_uid(), article.uid, "body", 0, 3))]))
    assert len(corpus.zones(article.uid)) == 2


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_zones_are_checked_in_every_batch_of_a_step(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    monkeypatch.setattr(corpus_module, "_BATCH_SIZE", 2)
    corpus.add(make_article())
    article = corpus.article(1)
    spans = [
        Edit(None, Span(new_uid(), article.uid, "Sanae", "DATE", start, start + 3)) for start in range(before + after)
    ]
    crossing = Edit(None, Zone(new_uid(), article.uid, "body", 0, 3))
    with pytest.raises(operations.InvalidEdit, match="overlap"):
        corpus.apply(step(article.uid, [*spans[:before], crossing, *spans[before:]]))
    assert len(corpus.zones(article.uid)) == 2
    assert corpus.spans(article.uid) == []


def test_spans_of_a_new_article_are_stored_or_skipped_with_a_reason(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    spans = (
        Span("one", uid, "Sanae", "PLAN", 16, 20, value="v", note="n"),
        Span("two", uid, "Sanae", "PERSON", 0, 5),
        Span("three", uid, "Omar", "DATE", 0, 5000),
        Span("four", uid, "Omar", "DATE", 38, 41),
    )
    added = corpus.add(make_article(spans=spans, states=(Status(uid, "Sanae", "done"),)))
    assert (added.is_new, added.spans) == (True, 2)
    assert "PERSON" in added.skip_reasons[0].text
    assert "not within the text" in added.skip_reasons[1].text
    assert set(corpus.spans(uid)) == {spans[0], spans[3]}
    [summary] = load_all_summaries(corpus)
    assert (summary.states, summary.spans) == ({"Sanae": "done"}, 2)
    # Adding the same again changes nothing; another value for the same range is not dropped silently.
    assert corpus.add(make_article(spans=(spans[0], spans[3]))) == (type(added))(False, 0)
    other = corpus.add(make_article(spans=(Span("five", uid, "Sanae", "PLAN", 16, 20, value="w"),)))
    assert "a different value" in other.skip_reasons[0].text
    # A new layer on an existing article is added, with a new uid.
    late = corpus.add(make_article(spans=(Span("one", uid, "Huda", "PLAN", 16, 20),)))
    assert (late.is_new, late.spans) == (False, 1)
    assert history.build_stacks(corpus.history(uid, "Sanae")) == ([], [])


def test_snapshot_does_not_see_writes_of_others(corpus: Corpus) -> None:
    corpus.add(make_article())
    with Corpus.open(corpus.path) as other, corpus.snapshot():
        assert len(list(load_all_summaries(corpus))) == 1
        other.add(make_article("خبر آخر\nنصه."))
        assert len(list(load_all_summaries(corpus))) == 1
    assert len(list(load_all_summaries(corpus))) == 2


def test_content_version_changes_with_every_write_but_that_of_a_position(corpus: Corpus) -> None:
    versions = [corpus.content_version()]
    article = make_article()
    corpus.add(article)
    versions.append(corpus.content_version())
    uid = article.article.uid
    span = Span(new_uid(), uid, "Sanae", "DATE", 0, 5)
    corpus.apply(
        Step(new_uid(), "Sanae", utc_timestamp(), "tag", (Edit(None, span), Edit(None, Status(uid, "Sanae", DONE))))
    )
    versions.append(corpus.content_version())
    assert versions[-1] == versions[-2].after_edits(2)
    add_labels(corpus, ["PERSON"])
    versions.append(corpus.content_version())
    save_model(corpus, "model", StoredModel(None, 1, 2), {})
    versions.append(corpus.content_version())
    assert len(set(versions)) == len(versions)
    corpus.save_position("Sanae", uid, 3)
    assert corpus.content_version() == versions[-1]


def test_truncated_log_changes_the_data_version_but_not_that_of_the_content(corpus: Corpus) -> None:
    corpus.add(make_article())
    before = corpus.data_version(), corpus.content_version()
    with Corpus.open(corpus.path) as other:
        assert other.checkpoint()
    assert corpus.data_version() != before[0]
    assert corpus.content_version() == before[1]


def test_title_is_stripped_of_marks_and_extra_spaces(corpus: Corpus) -> None:
    corpus.add(make_article("\u200fعنوان 😀  طويل\nنص."))
    assert next(load_all_summaries(corpus)).title == "عنوان 😀 طويل"


# Notes and last positions


def test_note_is_written_changed_and_undone(corpus: Corpus) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    assert corpus.note(article.uid, "Sanae") is None
    written = step(article.uid, operations.set_note(None, article, "Sanae", "تنقصه الفقرة الأخيرة 😀"))
    corpus.apply(written)
    before = corpus.note(article.uid, "Sanae")
    assert before == Note(article.uid, "Sanae", "تنقصه الفقرة الأخيرة 😀")
    assert corpus.note(article.uid, "Omar") is None
    changed = step(article.uid, operations.set_note(before, article, "Sanae", "تام"))
    corpus.apply(changed)
    with pytest.raises(Conflict):
        corpus.apply(step(article.uid, operations.set_note(before, article, "Sanae", "آخر")))
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.note(article.uid, "Sanae") == Note(article.uid, "Sanae", "تام")
        for step_ in (changed, written):
            opened.apply(step(article.uid, list(history.reverse_step(step_)), undoes=step_.uid))
        assert opened.note(article.uid, "Sanae") is None


def test_empty_note_is_refused(corpus: Corpus) -> None:
    corpus.add(make_article())
    with pytest.raises(CorpusError):
        corpus.apply(step("", [Edit(None, Note(corpus.article(1).uid, "Sanae", ""))]))


def test_last_position_of_each_annotator_survives_reopening(corpus: Corpus) -> None:
    for text in (TEXT, "خبر آخر"):
        corpus.add(make_article(text))
    first, second = (corpus.article(number).uid for number in (1, 2))
    assert corpus.last_position("Sanae") is None
    for annotator, article, offset in (("Sanae", first, 7), ("Omar", first, 3), ("Sanae", second, 0)):
        corpus.save_position(annotator, article, offset)
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.last_position("Sanae") == (second, 0)
        assert opened.last_position("Omar") == (first, 3)
        assert opened.last_position("Huda") is None
        assert opened.annotators() == [], "an annotator who only reads has no layer"
        for article, offset in (("none", 0), (first, -1)):
            with pytest.raises(CorpusError):
                opened.save_position("Sanae", article, offset)
        assert opened.last_position("Sanae") == (second, 0)


# Mentions


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("وزارة الصحة", True),
        ("وزارة", True),
        ("وزا", False),
        ("وزارة ال", False),
        ("الصحة", False),
        ("وزارة الصحة اليوم", False),
        ("خطة 2024", False),
        ("خطة", True),
        ("وز%", False),
        ("", False),
        (" ", False),
    ],
)
def test_mentions_are_found_by_their_first_words(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, words: str, expected: bool
) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    for label, start, end in (("INSTITUTION", 0, 11), ("PLAN", 17, 20)):
        corpus.apply(step(article.uid, operations.add_span(article, [], "Sanae", label, start, end)))
    assert corpus.has_mention(words) is corpus.has_mention(words, "Sanae") is expected
    assert not corpus.has_mention(words, "Omar")
    monkeypatch.setattr("annotator.store.corpus._FEW_SPANS", 0)
    assert corpus.has_mention(words, "Sanae") is expected
    assert not corpus.has_mention(words, "Omar")


def test_spans_of_a_new_article_are_mentions(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    assert not corpus.has_mention("وزارة")
    corpus.add(make_article(spans=(Span("one", uid, "Sanae", "INSTITUTION", 0, 11),)))
    assert corpus.has_mention("وزارة")


# Steps across articles


@pytest.fixture
def three_articles(corpus: Corpus) -> list[Article]:
    """Add three articles with the same range to label."""
    for text in (TEXT, "وزارة العدل\nنص.", "وزارة المالية\nنص آخر."):
        corpus.add(make_article(text))
    return [corpus.article(number) for number in (1, 2, 3)]


def label_all(articles: list[Article]) -> list[Edit]:
    return [edit for article in articles for edit in operations.add_span(article, [], "Sanae", "INSTITUTION", 0, 5)]


def count_spans(corpus: Corpus, articles: list[Article]) -> list[int]:
    return [len(corpus.spans(article.uid)) for article in articles]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_step_across_articles_can_be_undone_from_each_of_them(
    corpus: Corpus, three_articles: list[Article], index: int
) -> None:
    step_taken = step("", label_all(three_articles))
    corpus.apply(step_taken)
    assert count_spans(corpus, three_articles) == [1, 1, 1]
    assert corpus.has_mention("وزارة")
    for article in three_articles:
        assert corpus.history(article.uid, "Sanae") == [StepInfo(step_taken.uid, "tag")]
        assert corpus.history(article.uid, "Omar") == []
    undo, _redo = history.build_stacks(corpus.history(three_articles[index].uid, "Sanae"))
    last_step = corpus.step(undo[-1].uid)
    assert last_step == replace(step_taken, clock=1, device=device_uid())
    corpus.apply(step("", list(history.reverse_step(last_step)), undoes=last_step.uid))
    assert count_spans(corpus, three_articles) == [0, 0, 0]
    assert not corpus.has_mention("وزارة")
    for article in three_articles:
        undo, redo = history.build_stacks(corpus.history(article.uid, "Sanae"))
        assert (undo, len(redo)) == ([], 1)


def test_step_across_articles_is_atomic(corpus: Corpus, three_articles: list[Article]) -> None:
    edits = label_all(three_articles[2:])
    corpus.apply(step("", edits))
    before = list(corpus.query("SELECT * FROM edit"))
    with pytest.raises(CorpusError):  # the range in the last article has that label already
        corpus.apply(step("", label_all(three_articles)))
    assert count_spans(corpus, three_articles) == [0, 0, 1]
    deletions = [Edit(edit.after, None) for edit in label_all(three_articles[:1])]
    with pytest.raises(Conflict):
        corpus.apply(step("", [*label_all(three_articles[:2]), *deletions]))
    assert count_spans(corpus, three_articles) == [0, 0, 1]
    assert list(corpus.query("SELECT * FROM edit")) == before
    assert [row["n"] for row in corpus.query("SELECT count(*) AS n FROM mention")] == [1]


def test_step_cannot_be_undone_after_one_of_its_spans_was_changed(
    corpus: Corpus, three_articles: list[Article]
) -> None:
    step_taken = step("", label_all(three_articles))
    corpus.apply(step_taken)
    [span] = corpus.spans(three_articles[1].uid)
    corpus.apply(step("", operations.resize(three_articles[1], [span], span, 0, 11)))
    before = [corpus.spans(article.uid) for article in three_articles], list(corpus.query("SELECT * FROM edit"))
    with pytest.raises(Conflict):
        corpus.apply(step("", list(history.reverse_step(step_taken)), undoes=step_taken.uid))
    assert before == (
        [corpus.spans(article.uid) for article in three_articles],
        list(corpus.query("SELECT * FROM edit")),
    )
    assert corpus.has_mention("وزارة العدل")


def test_step_without_edits_is_not_recorded(corpus: Corpus) -> None:
    nothing = step("", [])
    corpus.apply(nothing)
    with pytest.raises(CorpusError, match="has no step"):
        corpus.step(nothing.uid)


def test_fetch_numbers_returns_the_number_column(corpus: Corpus) -> None:
    assert corpus.fetch_numbers("SELECT id AS number FROM article") == []
    for text in ("أول", "ثان", "ثالث"):
        corpus.add(make_article(text))
    assert corpus.fetch_numbers("SELECT id AS number FROM article WHERE id > ?", 1) == [2, 3]
    with pytest.raises(CorpusError):
        corpus.fetch_numbers("SELECT id FROM article")


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be moved there")
@pytest.mark.parametrize("change", ["moved", "deleted", "replaced"])
def test_writing_to_a_moved_deleted_or_replaced_file_raises_missing_corpus(
    corpus: Corpus, tmp_path: Path, change: str
) -> None:
    """SQLite would silently go on writing into a file that is no longer at its path."""
    corpus.add(make_article(TEXT))
    article, path = corpus.article(1).uid, corpus.path
    if change == "deleted":
        path.unlink()
    else:
        path.rename(tmp_path / "elsewhere.corpus")
    if change == "replaced":
        for side_file in filter(Path.exists, database_files.side_files(path)):
            side_file.rename(tmp_path / side_file.name.replace(path.name, "elsewhere.corpus"))
        Corpus.create(tmp_path / "another.corpus", LabelSet(())).close()
        (tmp_path / "another.corpus").rename(path)
    with pytest.raises(MissingCorpus, match="moved or deleted"):
        corpus.save_position("Sanae", article, 3)


def test_spans_with_the_same_uid_are_both_stored(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    spans = tuple(
        Span("same", uid, annotator, "PLAN", start, 10)
        for annotator, start in (("Sanae", 0), ("Sanae", 5), ("Omar", 0))
    )
    assert corpus.add(make_article(spans=spans)).spans == 3
    stored = corpus.spans(uid)
    assert len({span.uid for span in stored}) == 3
    assert sorted((span.annotator, span.start) for span in stored) == [("Omar", 0), ("Sanae", 0), ("Sanae", 5)]


@pytest.mark.parametrize("name", ["", " ", "\u00a0"])
def test_step_of_a_blank_annotator_is_refused(corpus: Corpus, name: str) -> None:
    corpus.add(make_article())
    article = corpus.article(1)
    with pytest.raises(CorpusError, match="must have a name"):
        corpus.apply(step(article.uid, operations.add_span(article, [], name, "DATE", 0, 3), name))
    assert corpus.spans(article.uid) == []
    assert name not in corpus.annotators()


@pytest.mark.posix_only("Windows moves no file that is open")
def test_file_moved_during_a_transaction_raises_missing_corpus(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(make_article(TEXT))
    article = corpus.article(1).uid

    def write() -> None:
        with corpus.transaction():
            corpus.save_position("Sanae", article, 3)
            corpus.path.rename(tmp_path / "elsewhere.corpus")

    with pytest.raises(MissingCorpus, match="moved or deleted"):
        write()


@pytest.mark.parametrize("timeout", [20, None])
def test_reconnection_keeps_the_busy_timeout(corpus: Corpus, timeout: int | None) -> None:
    if timeout is not None:
        corpus.set_busy_timeout(timeout)
    before = corpus.fetch_tuples("PRAGMA busy_timeout")
    corpus.reconnect()
    assert corpus.fetch_tuples("PRAGMA busy_timeout") == before
    assert (before == [(20,)]) is (timeout == 20)


def test_notes_and_states_of_an_existing_article_are_not_replaced(corpus: Corpus) -> None:
    uid = article_uid("خبر")
    for text, state in (("أولى", DONE), ("ثانية", IN_PROGRESS)):
        corpus.add(make_article("خبر", notes=[Note(uid, "Sanae", text)], states=[Status(uid, "Sanae", state)]))
    stored = corpus.load_article(1)
    assert [note.text for note in stored.notes] == ["أولى"]
    assert [status.state for status in stored.states] == [DONE]


@pytest.mark.posix_only("Windows moves no file that is open")
def test_transaction_does_not_begin_in_a_missing_file(corpus: Corpus, tmp_path: Path) -> None:
    corpus.path.rename(tmp_path / "elsewhere.corpus")
    has_begun = False

    def write() -> None:
        nonlocal has_begun
        with corpus.transaction():
            has_begun = True

    with pytest.raises(MissingCorpus):
        write()
    assert not has_begun


def test_article_without_spans_adds_none(corpus: Corpus) -> None:
    assert [corpus.add(make_article()).spans, corpus.add(make_article()).spans] == [0, 0]
