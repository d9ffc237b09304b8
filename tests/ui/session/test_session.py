"""The session: every change is on disk at once, and taken back from disk."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from annotator.model import history, operations
from annotator.model.article_builder import draft
from annotator.model.label_changes import Change
from annotator.model.labels import LabelSet
from annotator.model.records import DONE, IN_PROGRESS, NEW, Edit, Status, Step, Zone, new_uid
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_set import change_labels
from annotator.store.queries.article_list import Choice
from annotator.store.queries.training_data import Learned, keep
from annotator.text.tokenizer import tokens
from annotator.ui.session.session import Session

Stretch = Callable[..., tuple[int, int]]


def on_disk(session: Session) -> list[tuple[str, int, int]]:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        spans = other.spans(session.article.uid, session.annotator)
    return [(span.label, span.start, span.end) for span in spans]


def test_a_tag_is_on_disk_and_selected_before_the_call_returns(
    session: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    start, end = stretch("وزارة الصحة")
    with qtbot.waitSignals([session.layer_changed, session.selected]):
        assert session.tag("INSTITUTION", start, end)
    assert on_disk(session) == [("INSTITUTION", start, end)]
    assert session.selection
    assert (session.selection.start, session.selection.end) == (start, end)
    assert session.state() == IN_PROGRESS


def test_undo_and_redo_go_all_the_way_and_survive_closing(
    session: Session, stretch: Stretch, corpus_path: Path
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert session.selection
    session.relabel(session.selection, "PLAN")
    session.resize(session.selection, session.selection.start, session.selection.start + 5)
    session.remove(session.selection)
    assert on_disk(session) == []
    session.close()

    again = Session("Sanae")
    again.open(Corpus.open(corpus_path))
    seen = []
    while again.undo():
        seen.append(on_disk(again))
    assert [len(layer) for layer in seen] == [1, 1, 1, 0]
    assert [layer[0][0] for layer in seen[:3]] == ["PLAN", "PLAN", "INSTITUTION"]
    assert again.state() == NEW
    while again.redo():
        pass
    assert on_disk(again) == []
    assert len(again.undoable) == 4
    again.close()


def test_the_same_label_twice_on_a_stretch_is_refused_in_words(
    session: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.waitSignal(session.failed) as said:
        assert not session.tag("DATE", *stretch("أمس"))
    assert said.args == ["This stretch has that label already."]
    assert session.tag("PLAN", *stretch("أمس"))
    assert len(on_disk(session)) == 2


def test_a_change_in_another_window_is_shown_and_not_overwritten(
    session: Session, stretch: Stretch, qtbot: QtBot, corpus_path: Path
) -> None:
    session.tag("DATE", *stretch("أمس"))
    stale = session.selection
    assert stale
    other = Session("Sanae")
    other.open(Corpus.open(corpus_path))
    other.remove(other.spans[0])
    other.close()
    with qtbot.waitSignal(session.failed) as said:
        assert not session.relabel(stale, "PLAN")
    assert "another window" in said.args[0]
    assert session.spans == []


def test_each_annotator_has_a_layer_and_a_state_of_their_own(session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    session.set_state(DONE)
    assert session.counts[DONE] == 1
    session.work_as("Omar")
    assert (session.spans, session.state(), session.counts[DONE], session.undoable) == ([], NEW, 0, [])
    session.tag("PLAN", *stretch("أمس"))
    session.work_as("Sanae")
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.articles[0].states == {"Sanae": DONE, "Omar": IN_PROGRESS}


def test_a_wrong_guess_about_a_zone_is_an_edit_like_any_other(session: Session, stretch: Stretch) -> None:
    before = list(session.zones)
    assert session.mark_zone("boilerplate", before[0].start, before[0].end)
    assert session.zones[0].kind == "boilerplate"
    session.undo()
    assert session.zones == before


def test_undo_and_redo_go_on_past_a_step_that_conflicts(session: Session, stretch: Stretch, corpus_path: Path) -> None:
    said: list[str] = []
    session.failed.connect(said.append)
    headline = session.zones[0]
    assert session.tag("DATE", *stretch("أمس"))
    assert session.mark_zone("dateline", headline.start, headline.end)
    assert session.tag("PLAN", *stretch("خطة"))
    other = Session("Omar")
    other.open(Corpus.open(corpus_path))
    assert other.mark_zone("boilerplate", headline.start, headline.end)
    session.look()
    assert session.undo()
    assert not session.undo()
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.undo()
    assert session.spans == []
    assert not session.undo()  # only the one that conflicts is left
    why = "This cannot be undone: it was changed in another window since."
    assert said == [f"{why} The same key goes on past it.", why]
    assert [zone.kind for zone in on_disk_zones(session)] == ["boilerplate"]
    assert session.redo()
    assert session.redo()
    assert sorted(span.label for span in session.spans) == ["DATE", "PLAN"]
    assert other.undo()
    session.look()
    for _time in range(3):  # the one that conflicted does so no longer
        assert session.undo()
    assert (session.spans, session.zones[0], session.undoable) == ([], headline, [])
    assert len(session.redoable) == 3
    other.look()
    assert other.mark_zone("boilerplate", headline.start, headline.end)
    session.look()
    while not session.redo():
        assert "cannot be done again" in said[-1]
    other.close()


def test_what_keeps_a_step_from_being_undone_is_shown(session: Session, corpus_path: Path) -> None:
    headline = session.zones[0]
    assert session.mark_zone("dateline", headline.start, headline.end)
    other = Session("Omar")
    other.open(Corpus.open(corpus_path))
    assert other.mark_zone("boilerplate", headline.start, headline.end)
    other.close()
    assert session.zones[0].kind == "dateline"
    assert not session.undo()
    assert session.zones[0].kind == "boilerplate"


def on_disk_zones(session: Session) -> list[Zone]:
    assert session.corpus
    assert session.article
    return [zone for zone in session.corpus.zones(session.article.uid) if zone.start == 0]


def test_where_the_annotator_stopped_is_where_they_go_on(session: Session, corpus_path: Path) -> None:
    session.set_state(DONE)
    session.open_article(1)
    session.where = lambda: 12
    session.close()
    again, opened = Session("Sanae"), []
    again.article_opened.connect(opened.append)
    again.open(Corpus.open(corpus_path))
    assert again.place() == 1
    assert opened == [12]
    again.close()


def test_without_a_corpus_nothing_can_be_done_and_nothing_breaks(qtbot: QtBot) -> None:
    session = Session("Sanae")
    assert not session.tag("DATE", 0, 1)
    assert not session.undo()
    assert not session.set_state(DONE)
    session.open_article(0)
    session.refresh()
    assert session.article is None


def test_a_zone_comes_back_as_it_was_however_often(session: Session) -> None:
    before = list(session.zones)
    for kind in ("boilerplate", "dateline", "body", "headline"):
        session.mark_zone(kind, before[0].start, before[0].end)
    for _ in range(4):
        session.undo()
    assert session.zones == before
    assert session.state() == NEW


def test_a_selection_is_meant_without_a_proclitic_where_the_corpus_knows_the_word(
    session: Session, stretch: Stretch
) -> None:
    assert session.corpus
    session.corpus.add(draft("عنوان\n\nوجاء في بلاغ لوزارة الصحة أن للأحزاب رأيا آخر، وأن الأحزاب كثيرة."))
    session.refresh()
    session.open_article(2)
    ministry, parties = stretch("لوزارة الصحة"), stretch("للأحزاب")
    assert session.meant(*ministry) == ministry
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert session.meant(*ministry) == (ministry[0] + 1, ministry[1])
    session.tag("INSTITUTION", *stretch("الأحزاب"))
    assert session.meant(*parties) == (parties[0] + 1, parties[1])
    session.tag("PLAN", *ministry)  # known both ways: it stays as it is written
    assert session.meant(*ministry) == ministry


def test_the_next_open_article_is_the_next_of_the_list_and_then_the_first(session: Session) -> None:
    assert session.corpus
    for number in range(3):
        session.corpus.add(draft(f"عنوان رقم {number}\n\nنص الخبر."))
    session.refresh()
    session.open_article(2)
    session.set_state(DONE)
    assert session.open_next()
    assert session.place() == 3
    session.choose(Choice(state=DONE))
    assert session.articles.numbers == [3]
    assert session.place() == -2  # the one after it would stand at 1
    assert not session.open_next()
    session.open_step(-1)
    assert session.place() == 0
    session.choose(Choice())
    session.open_article(4)
    assert session.open_next()
    assert session.place() == 0


def test_a_corpus_that_another_program_changed_is_read_anew_on_request(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        edits = operations.add(session.article, [], "Sanae", "DATE", *stretch("أمس"))
        other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag", tuple(edits)))
    assert session.spans == []
    session.changed()
    assert [span.label for span in session.spans] == ["DATE"]
    assert len(session.undoable) == 1


verbs = st.sampled_from(("tag", "resize", "remove", "relabel", "undo", "redo"))
labels = st.sampled_from(("DATE", "PLAN"))
stories = st.lists(st.tuples(verbs, labels, st.integers(0, 99), st.integers(0, 99)), max_size=25)


@given(stories)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_is_what_would_be_read(session: Session, story: list[tuple[str, str, int, int]]) -> None:
    assert session.corpus
    assert session.article
    words = tokens(session.article.text)
    for name, label, at, nth in story:
        word = words[at % len(words)]
        chosen = session.spans[nth % len(session.spans)] if session.spans else None
        if name == "tag":
            session.tag(label, *word)
        elif name in ("undo", "redo"):
            getattr(session, name)()
        elif chosen and name == "resize":
            session.resize(chosen, min(chosen.start, word.start), max(chosen.end, word.end))
        elif chosen and name == "relabel":
            session.relabel(chosen, label)
        elif chosen:
            session.remove(chosen)
        uid = session.article.uid
        with Corpus.open(session.corpus.path) as other:
            assert session.spans == other.spans(uid, "Sanae")
            assert (session.undoable, session.redoable) == history.stacks(other.history(uid, "Sanae"))


def test_another_programs_spans_are_seen_at_the_next_step(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    session.tag("DATE", *stretch("أمس"))
    with Corpus.open(session.corpus.path) as other:
        edits = operations.add(session.article, [], "Sanae", "PLAN", *stretch("الخطة"))
        other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag", tuple(edits)))
    session.tag("INSTITUTION", *stretch("الرباط"))
    assert sorted(span.label for span in session.spans) == ["DATE", "INSTITUTION", "PLAN"]


@pytest.fixture
def impatient(session: Session) -> Session:
    """The session, that waits for no lock."""
    assert session.corpus
    session.corpus._db.execute("PRAGMA busy_timeout = 30")
    return session


def test_an_article_opens_whole_where_nothing_can_be_written(
    impatient: Session, stretch: Stretch, corpus_path: Path, qtbot: QtBot
) -> None:
    impatient.tag("DATE", *stretch("أمس"))
    holder = sqlite3.connect(corpus_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with qtbot.waitSignal(impatient.article_opened):
        impatient.open_article(1)
    assert impatient.article
    assert (impatient.article.id, impatient.spans, impatient.selection) == (2, [], None)
    holder.close()


def test_an_article_that_cannot_be_read_leaves_the_one_that_is_open(
    session: Session, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.tag("DATE", *stretch("أمس"))
    before = (session.article, session.spans, session.selection)

    def fail(*_asked: object) -> None:
        raise CorpusError("The disk is gone.")

    monkeypatch.setattr(session.corpus, "note", fail)
    with qtbot.waitSignal(session.failed) as said:
        session.open_article(1)
    assert said.args == ["The disk is gone."]
    assert (session.article, session.spans, session.selection) == before


@pytest.mark.parametrize("ask", ["refresh", "open_next", "changed"])
def test_what_cannot_be_read_is_told(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, ask: str) -> None:
    def fail(*_asked: object) -> None:
        raise CorpusError("The disk is gone.")

    monkeypatch.setattr(session.corpus, "numbers", fail)
    monkeypatch.setattr(session.corpus, "spans", fail)
    with qtbot.waitSignal(session.failed) as said:
        getattr(session, ask)()
    assert said.args == ["The disk is gone."]
    assert session.article


def test_a_corpus_that_cannot_be_read_leaves_the_one_that_is_open(session: Session, tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "other.corpus", LabelSet(())) as other:
        other._db.execute("DROP TABLE label")
        before = session.corpus
        with pytest.raises(CorpusError):
            session.open(other)
    assert session.corpus is before
    assert session.tag("DATE", 0, 5)


def test_a_corpus_that_is_let_go_of_is_told(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignals([session.corpus_opened, session.article_opened]):
        session.close()
    assert (session.corpus, session.article, len(session.articles)) == (None, None, 0)


def test_the_ends_of_the_list_are_said_and_the_article_stays_as_it_is(session: Session, qtbot: QtBot) -> None:
    opened: list[int] = []
    session.article_opened.connect(opened.append)
    with qtbot.waitSignal(session.told) as said:
        session.open_step(-1)
    assert said.args == ["This is the first article of the list."]
    session.open_step(1)
    with qtbot.waitSignal(session.told) as said:
        session.open_step(1)
    assert said.args == ["This is the last article of the list."]
    assert opened == [0]


def test_another_annotator_stands_at_the_same_place(session: Session) -> None:
    opened: list[int] = []
    session.article_opened.connect(opened.append)
    session.where = lambda: 12
    session.work_as("Omar")
    assert opened == [12]


def test_a_look_at_anothers_layer_leaves_them_where_they_stopped(session: Session, corpus_path: Path) -> None:
    assert session.corpus
    session.corpus.stand("Omar", session.corpus.article(2).uid, 12)
    session.work_as("Omar")
    session.work_as("Sanae")
    session.work_as("Omar")
    session.close()
    with Corpus.open(corpus_path) as other:
        assert other.place("Omar") == (other.article(2).uid, 12)
    session.open(Corpus.open(corpus_path))
    assert session.article
    assert session.article.id == 2
    session.work_as("Sanae")
    assert session.corpus
    session.work_as("Omar")
    session.open_article(0)
    session.work_as("Sanae")
    assert session.corpus.place("Omar") == (session.article.uid, 0)


def test_where_the_annotator_rests_is_kept_without_a_step(session: Session, corpus_path: Path, qtbot: QtBot) -> None:
    """A crash forgets no more than the last second's moves."""
    session.open_article(1)
    assert session.article
    session.where = lambda: 7
    session.moved()

    def kept() -> None:
        with Corpus.open(corpus_path) as other:
            assert session.article
            assert other.place("Sanae") == (session.article.uid, 7)

    qtbot.waitUntil(lambda: not session._resting.isActive())
    kept()


def labels_are_changed(session: Session) -> LabelSet:
    """Another program deletes DATE and renames PLAN."""
    assert session.corpus
    before = session.labels
    after = LabelSet(
        tuple(replace(label, name="SCHEME") if label.name == "PLAN" else label for label in before.labels[1:])
    )
    kept = {label.name: other.name for label, other in zip(before.labels[1:], after.labels, strict=True)}
    with Corpus.open(session.corpus.path) as other:
        for _count in change_labels(other, Change(before, after, kept)):
            pass
    return after


def test_labels_that_another_program_changed_are_read_where_one_is_missed(
    session: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    session.tag("PLAN", *stretch("الخطة"))
    after = labels_are_changed(session)
    with qtbot.waitSignals([session.failed, session.labels_changed]), qtbot.waitSignal(session.failed) as said:
        assert not session.tag("DATE", *stretch("أمس"))
    assert "another window" in said.args[0]
    assert session.labels == after
    assert [span.label for span in session.spans] == ["SCHEME"]


def test_spans_are_never_read_without_their_labels(session: Session, stretch: Stretch) -> None:
    session.tag("PLAN", *stretch("الخطة"))
    after = labels_are_changed(session)
    session.open_article(0)
    assert (session.labels, [span.label for span in session.spans]) == (after, ["SCHEME"])


def test_what_others_did_meanwhile_is_shown_with_the_next_step(
    session: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        zones = operations.mark_zone(session.article, session.zones, "boilerplate", *stretch("وزارة الصحة تطلق"))
        status = Status(other.article(2).uid, "Sanae", DONE)
        for edits in (zones, [Edit(None, status)]):
            other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "other", tuple(edits)))
        with qtbot.waitSignal(session.zones_changed):
            session.tag("DATE", *stretch("أمس"))
        assert session.zones == other.zones(session.article.uid)
    assert session.counts[DONE] == 1
    assert session.state_of(session.articles[1]) == DONE


def test_what_is_said_of_a_span_that_is_not_selected_selects_nothing(session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    first = session.spans[0]
    session.tag("PLAN", *stretch("الأطفال"))
    session.describe(first, "2024-07-08", "")
    assert session.selection
    assert session.selection.label == "PLAN"
    session.undo()
    assert session.selection.uid == first.uid


def test_a_step_over_several_articles_leaves_the_selection_to_the_open_one(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    other = session.corpus.article(2)
    edits = operations.add(session.article, [], "Sanae", "DATE", *stretch("أمس"))
    edits += operations.add(other, [], "Sanae", "DATE", 0, 5)
    session.corpus.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag_each", tuple(edits)))
    session.changed()
    session.undo()
    assert session.spans == []
    session.redo()
    assert session.selection == session.spans[0]


def doubt(session: Session, *numbers: int) -> None:
    """Have it known of these articles how much they would teach, of the first most."""
    assert session.corpus
    doubts = {session.corpus.article(number).uid: 1 / (1 + at) for at, number in enumerate(numbers)}
    keep(session.corpus, "model", Learned(b"", 1, 1), doubts)


def test_the_next_article_is_the_most_instructive_one_where_that_is_asked_for_and_known(session: Session) -> None:
    assert session.corpus
    for number in range(3, 7):
        session.corpus.add(draft(f"مقال رقم {number}"))
    session.refresh()
    assert session.article
    session.instructive = True
    assert session.open_next()
    assert session.article.id == 2, "nothing is known: the next in order"
    doubt(session, 5, 3, 1)
    order = []
    for _again in range(4):
        assert session.open_next()
        order.append(session.article.id)
    assert order == [5, 3, 1, 5], "one after the other, though none was begun"
    session.set_state(DONE)
    assert session.open_next()
    assert session.article.id == 3, "of those that are left the most instructive"
    session.instructive = False
    assert session.open_next()
    assert session.article.id == 4, "the next one in order"


def test_when_all_that_is_instructive_was_begun_the_others_follow_in_order(session: Session) -> None:
    doubt(session, 2)
    session.instructive = True
    assert session.article
    assert session.article.id == 1
    assert session.open_next()
    session.set_state(DONE)
    assert session.open_next()
    assert session.article.id == 1
    assert not session.open_next()


def test_only_what_the_list_shows_is_opened_as_instructive(session: Session) -> None:
    assert session.corpus
    session.corpus.add(draft("وصل القطار إلى فاس"))
    doubt(session, 1, 3, 2)
    session.instructive = True
    session.open_number(2)
    session.choose(Choice(words="القطار"))
    assert session.open_next()
    assert session.article
    assert session.article.id == 3
