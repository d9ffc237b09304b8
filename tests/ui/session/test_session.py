"""The session: every change is on disk at once, and taken back from disk."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pytestqt.qtbot import QtBot
from running import raising
from ui.inspection import Stretch, concerns

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.identities import person_uid
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import DONE, IN_PROGRESS, NEW, Edit, Span, Status, Step, Zone, new_uid
from annotator.store.annotator_merging import build_join
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_set import change_labels
from annotator.store.merging import merge
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.queries.training_data import StoredModel, save_model
from annotator.text.tokenizer import tokenize
from annotator.ui.session.session import Session


def on_disk(session: Session) -> list[tuple[str, int, int]]:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        spans = other.spans(session.article.uid, session.annotator)
    return [(span.label, span.start, span.end) for span in spans]


def test_tag_saves_and_selects_the_span_before_returning(session: Session, stretch: Stretch, qtbot: QtBot) -> None:
    start, end = stretch("وزارة الصحة")
    with qtbot.waitSignal(session.changed, check_params_cb=lambda names: {"spans", "selection"} <= names):
        assert session.tag("INSTITUTION", start, end)
    assert on_disk(session) == [("INSTITUTION", start, end)]
    assert session.selection
    assert (session.selection.start, session.selection.end) == (start, end)
    assert session.article_state == IN_PROGRESS


def test_undo_and_redo_revert_all_steps_and_survive_closing(
    session: Session, stretch: Stretch, corpus_path: Path
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert session.selection
    session.relabel(session.selection, "PLAN")
    session.resize(session.selection, session.selection.start, session.selection.start + 5)
    session.remove(session.selection)
    assert on_disk(session) == []
    session.close()

    reopened = Session("Sanae")
    reopened.open(Corpus.open(corpus_path))
    seen = []
    while reopened.undo():
        seen.append(on_disk(reopened))
    assert [len(layer) for layer in seen] == [1, 1, 1, 0]
    assert [layer[0][0] for layer in seen[:3]] == ["PLAN", "PLAN", "INSTITUTION"]
    assert reopened.article_state == NEW
    while reopened.redo():
        pass
    assert on_disk(reopened) == []
    assert len(reopened.undoable) == 4
    reopened.close()


def test_date_labelled_by_hand_has_its_value_until_it_is_undone(session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("، أمس الثلاثاء 09 يوليوز 2024،"))
    assert [span.value for span in session.spans] == ["2024-07-09"]
    session.undo()
    assert session.spans == []
    session.redo()
    [span] = session.spans
    session.resize(span, *stretch("يوليوز 2024"))
    assert [span.value for span in session.spans] == ["2024-07"]
    session.describe(session.spans[0], "", "")
    session.resize(session.spans[0], *stretch("2024"))
    assert [span.value for span in session.spans] == [None]  # the annotator has cleared it


def test_version_chosen_in_a_conflict_keeps_its_missing_value(session: Session, stretch: Stretch) -> None:
    assert session.article
    span = Span(new_uid(), session.article.uid, "Sanae", "DATE", *stretch("أمس الثلاثاء 09 يوليوز 2024"))
    session.resolve_conflict([Edit(None, span)])
    assert session.spans == [span]


def test_tagging_a_range_twice_with_a_label_reports_an_error(session: Session, stretch: Stretch, qtbot: QtBot) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.waitSignal(session.failed) as failure:
        assert not session.tag("DATE", *stretch("أمس"))
    assert failure.args == ["This text already has that label."]
    assert session.tag("PLAN", *stretch("أمس"))
    assert len(on_disk(session)) == 2


def test_change_of_another_window_is_shown_and_not_overwritten(
    session: Session, stretch: Stretch, qtbot: QtBot, corpus_path: Path
) -> None:
    session.tag("DATE", *stretch("أمس"))
    stale = session.selection
    assert stale
    other = Session("Sanae")
    other.open(Corpus.open(corpus_path))
    other.remove(other.spans[0])
    other.close()
    with qtbot.waitSignal(session.failed) as failure:
        assert not session.relabel(stale, "PLAN")
    assert "another window" in failure.args[0]
    assert session.spans == []


def test_who_was_joined_with_another_annotator_elsewhere_works_on_as_that_one(
    session: Session, stretch: Stretch, corpus_path: Path
) -> None:
    session.tag("DATE", *stretch("أمس"))
    with Corpus.open(corpus_path) as other:
        apply_edits(other, [Edit(None, Status(other.article(1).uid, "Omar", DONE))], "Omar")
        finish(merge(other, build_join(other, "Omar", "Sanae"), same={"Omar": "Omar"}, own_name="Sanae"))
    session.check_file()
    assert (session.annotator, [span.label for span in session.spans]) == ("Omar", ["DATE"])
    session.tag("PLAN", *stretch("أمس"))
    with Corpus.open(corpus_path) as other:
        assert other.annotators() == ["Omar"]
        assert len(other.spans(other.article(1).uid, "Omar")) == 2


def test_annotators_have_separate_layers_and_states(session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    session.set_state(DONE)
    assert session.counts[DONE] == 1
    session.switch_annotator("Omar")
    assert (session.spans, session.article_state, session.counts[DONE], session.undoable) == ([], NEW, 0, [])
    session.tag("PLAN", *stretch("أمس"))
    session.switch_annotator("Sanae")
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.articles[0].states == {"Sanae": DONE, "Omar": IN_PROGRESS}


def test_correcting_a_guessed_zone_is_an_undoable_edit(session: Session, stretch: Stretch) -> None:
    before = list(session.zones)
    assert session.mark_zone("boilerplate", before[0].start, before[0].end)
    assert session.zones[0].kind == "boilerplate"
    session.undo()
    assert session.zones == before


def test_own_checkpoint_is_not_taken_for_a_change_of_others(
    session: Session, stretch: Stretch, corpus_path: Path
) -> None:
    changes: list[Step | None] = []
    session.corpus_changed.connect(changes.append)
    assert session.tag("DATE", *stretch("أمس"))
    revision = session.current.revision
    assert session.corpus
    version = session.corpus.data_version()
    with Corpus.open(corpus_path) as other:
        assert other.checkpoint()
    assert session.corpus.data_version() != version
    session.check_file()
    with Corpus.open(corpus_path) as other:
        assert session.tag("PLAN", *stretch("خطة"))
        assert other.checkpoint()
    assert session.set_state(DONE)
    assert [change and change.name for change in changes] == ["tag", "tag", "state"]
    assert session.current.revision == revision
    assert session.current.content == session.corpus.content_version()


def test_undo_and_redo_skip_a_conflicting_step(session: Session, stretch: Stretch, corpus_path: Path) -> None:
    messages: list[str] = []
    session.failed.connect(messages.append)
    headline = session.zones[0]
    assert session.tag("DATE", *stretch("أمس"))
    assert session.mark_zone("dateline", headline.start, headline.end)
    assert session.tag("PLAN", *stretch("خطة"))
    other = Session("Omar")
    other.open(Corpus.open(corpus_path))
    assert other.mark_zone("boilerplate", headline.start, headline.end)
    session.check_file()
    assert session.undo()
    assert not session.undo()
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.undo()
    assert session.spans == []
    assert not session.undo()  # only the one that conflicts is left
    why = "Cannot undo: the annotation was changed in another window or on another computer."
    assert messages == [f"{why} Press the same key again to skip it.", why]
    assert [zone.kind for zone in on_disk_zones(session)] == ["boilerplate"]
    assert session.redo()
    assert session.redo()
    assert sorted(span.label for span in session.spans) == ["DATE", "PLAN"]
    assert other.undo()
    session.check_file()
    for _time in range(3):  # the one that conflicted does so no longer
        assert session.undo()
    assert (session.spans, session.zones[0], session.undoable) == ([], headline, [])
    assert len(session.redoable) == 3
    other.check_file()
    assert other.mark_zone("boilerplate", headline.start, headline.end)
    session.check_file()
    while not session.redo():
        assert "Cannot redo" in messages[-1]
    other.close()


def test_undo_conflict_reloads_the_article(session: Session, corpus_path: Path) -> None:
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


def test_session_resumes_at_the_last_position(session: Session, corpus_path: Path) -> None:
    session.set_state(DONE)
    session.open_article(1)
    session.get_offset = lambda: 12
    session.close()
    reopened = Session("Sanae")
    opened: list[object] = []
    reopened.article_opened.connect(opened.append)
    reopened.open(Corpus.open(corpus_path))
    assert reopened.current_index() == 1
    assert opened == [12]
    reopened.close()


def test_an_article_opens_where_the_annotator_left_it(session: Session) -> None:
    opened: list[object] = []
    session.article_opened.connect(opened.append)
    session.get_offset = lambda: 12
    session.open_relative(1)
    session.get_offset = lambda: 5
    session.open_relative(-1)
    session.open_relative(1)
    assert opened == [0, 12, 5]
    assert session.article
    session.open_by_id(session.article.id, 7)
    assert opened.pop() == 7, "what is looked for goes before what was left"
    session.switch_annotator("Omar")
    session.get_offset = int
    session.open_relative(-1)
    assert opened.pop() == 0, "Omar was not there yet"


def test_session_without_a_corpus_refuses_all_changes(qtbot: QtBot) -> None:
    session = Session("Sanae")
    assert not session.tag("DATE", 0, 1)
    assert not session.undo()
    assert not session.set_state(DONE)
    session.open_article(0)
    session.reload_articles()
    assert session.article is None


def test_zone_change_is_undone_and_redone_repeatedly(session: Session) -> None:
    before = list(session.zones)
    for kind in ("boilerplate", "dateline", "body", "headline"):
        session.mark_zone(kind, before[0].start, before[0].end)
    for _ in range(4):
        session.undo()
    assert session.zones == before
    assert session.article_state == NEW


def test_refine_selection_drops_a_proclitic_before_a_known_word(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    session.corpus.add(build_article("عنوان\n\nوجاء في بلاغ لوزارة الصحة أن للأحزاب رأيا آخر، وأن الأحزاب كثيرة."))
    session.reload_articles()
    session.open_article(2)
    ministry, parties = stretch("لوزارة الصحة"), stretch("للأحزاب")
    assert session.current.refine_selection(*ministry) == ministry
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert session.current.refine_selection(*ministry) == (ministry[0] + 1, ministry[1])
    session.tag("INSTITUTION", *stretch("الأحزاب"))
    assert session.current.refine_selection(*parties) == (parties[0] + 1, parties[1])
    session.tag("PLAN", *ministry)  # known both ways: it stays as it is written
    assert session.current.refine_selection(*ministry) == ministry


def test_refine_selection_does_not_know_what_others_tagged(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    session.corpus.add(build_article("عنوان\n\nوجاء في بلاغ لوزارة الصحة أن الوزارة بخير."))
    session.reload_articles()
    session.open_article(2)
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.switch_annotator("Omar")
    ministry = stretch("لوزارة الصحة")
    assert session.current.refine_selection(*ministry) == ministry
    session.switch_annotator("Sanae", edits=False)  # a look at her work on purpose
    assert session.current.refine_selection(*ministry) == (ministry[0] + 1, ministry[1])


def test_open_next_unfinished_wraps_around(session: Session) -> None:
    assert session.corpus
    for number in range(3):
        session.corpus.add(build_article(f"عنوان رقم {number}\n\nنص الخبر."))
    session.reload_articles()
    session.open_article(2)
    session.set_state(DONE)
    assert session.open_next_unfinished()
    assert session.current_index() == 3
    session.set_article_filter(ArticleFilter(state=DONE))
    assert session.articles.numbers == [3]
    assert session.current_index() == -2  # the one after it would stand at 1
    assert not session.open_next_unfinished()
    session.open_relative(-1)
    assert session.current_index() == 0
    session.set_article_filter(ArticleFilter())
    session.open_article(4)
    assert session.open_next_unfinished()
    assert session.current_index() == 0


def test_reload_reads_changes_of_another_program(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        edits = operations.add_span(session.article, [], "Sanae", "DATE", *stretch("أمس"))
        other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag", tuple(edits)))
    assert session.spans == []
    session.reload()
    assert [span.label for span in session.spans] == ["DATE"]
    assert len(session.undoable) == 1


verbs = st.sampled_from(("tag", "resize", "remove", "relabel", "undo", "redo"))
labels = st.sampled_from(("DATE", "PLAN"))
stories = st.lists(st.tuples(verbs, labels, st.integers(0, 99), st.integers(0, 99)), max_size=25)


@given(stories)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_session_state_equals_a_fresh_read_after_any_steps(
    session: Session, story: list[tuple[str, str, int, int]]
) -> None:
    assert session.corpus
    assert session.article
    words = tokenize(session.article.text)
    for name, label, index, nth in story:
        word = words[index % len(words)]
        target = session.spans[nth % len(session.spans)] if session.spans else None
        if name == "tag":
            session.tag(label, *word)
        elif name in ("undo", "redo"):
            getattr(session, name)()
        elif target and name == "resize":
            session.resize(target, min(target.start, word.start), max(target.end, word.end))
        elif target and name == "relabel":
            session.relabel(target, label)
        elif target:
            session.remove(target)
        uid = session.article.uid
        with Corpus.open(session.corpus.path) as other:
            assert session.spans == other.spans(uid, "Sanae")
            assert (session.undoable, session.redoable) == history.build_stacks(other.history(uid, "Sanae"))


def test_next_step_reads_spans_of_another_program(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    session.tag("DATE", *stretch("أمس"))
    with Corpus.open(session.corpus.path) as other:
        edits = operations.add_span(session.article, [], "Sanae", "PLAN", *stretch("الخطة"))
        other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag", tuple(edits)))
    session.tag("INSTITUTION", *stretch("الرباط"))
    assert sorted(span.label for span in session.spans) == ["DATE", "INSTITUTION", "PLAN"]


@pytest.fixture
def impatient(session: Session) -> Session:
    """Return the session, which waits for no lock."""
    assert session.corpus
    session.corpus.db.execute("PRAGMA busy_timeout = 30")
    return session


def test_article_opens_when_its_position_cannot_be_saved(
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


def test_unreadable_article_leaves_the_open_one(
    session: Session, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.tag("DATE", *stretch("أمس"))
    before = (session.article, session.spans, session.selection)

    monkeypatch.setattr(session.corpus, "note", raising(CorpusError("The disk is gone.")))
    with qtbot.waitSignal(session.failed) as failure:
        session.open_article(1)
    assert failure.args == ["The disk is gone."]
    assert (session.article, session.spans, session.selection) == before


@pytest.mark.parametrize("read", [Session.reload_articles, Session.open_next_unfinished, Session.reload])
def test_reading_reports_an_error_of_the_corpus(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, read: Callable[[Session], object]
) -> None:
    fail = raising(CorpusError("The disk is gone."))

    monkeypatch.setattr(session.corpus, "fetch_numbers", fail)
    monkeypatch.setattr(session.corpus, "spans", fail)
    with qtbot.waitSignal(session.failed) as failure:
        read(session)
    assert failure.args == ["The disk is gone."]
    assert session.article


def test_unreadable_corpus_leaves_the_open_one(session: Session, tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "other.corpus", LabelSet(())) as other:
        other.db.execute("DROP TABLE label")
        before = session.corpus
        with pytest.raises(CorpusError):
            session.open(other)
    assert session.corpus is before
    assert session.tag("DATE", 0, 5)


def test_closing_the_corpus_emits_signals(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignals([session.corpus_opened, session.article_opened]):
        session.close()
    assert (session.corpus, session.article, len(session.articles)) == (None, None, 0)


def test_stepping_beyond_the_list_reports_its_end(session: Session, qtbot: QtBot) -> None:
    opened: list[int] = []
    session.article_opened.connect(opened.append)
    with qtbot.waitSignal(session.notified) as notification:
        session.open_relative(-1)
    assert notification.args == ["This is the first article of the list."]
    session.open_relative(1)
    with qtbot.waitSignal(session.notified) as notification:
        session.open_relative(1)
    assert notification.args == ["This is the last article of the list."]
    assert opened == [0]


def test_switching_annotator_keeps_the_position(session: Session) -> None:
    opened: list[int] = []
    session.article_opened.connect(opened.append)
    session.get_offset = lambda: 12
    session.switch_annotator("Omar")
    assert opened == [12]


def test_switching_annotator_does_not_save_their_position(session: Session, corpus_path: Path) -> None:
    assert session.corpus
    session.corpus.save_position("Omar", session.corpus.article(2).uid, 12)
    session.switch_annotator("Omar")
    session.switch_annotator("Sanae")
    session.switch_annotator("Omar")
    session.close()
    with Corpus.open(corpus_path) as other:
        assert other.last_position("Omar") == (other.article(2).uid, 12)
    session.open(Corpus.open(corpus_path))
    assert session.article
    assert session.article.id == 2
    session.switch_annotator("Sanae")
    assert session.corpus
    session.switch_annotator("Omar")
    session.open_article(0)
    session.switch_annotator("Sanae")
    assert session.corpus.last_position("Omar") == (session.article.uid, 0)


def test_position_is_saved_without_a_step(session: Session, corpus_path: Path, qtbot: QtBot) -> None:
    """A crash forgets no more than the last second's moves."""
    session.open_article(1)
    assert session.article
    session.get_offset = lambda: 7
    session.position.schedule()

    def check_saved() -> None:
        with Corpus.open(corpus_path) as other:
            assert session.article
            assert other.last_position("Sanae") == (session.article.uid, 7)

    qtbot.waitUntil(lambda: not session.position._timer.isActive())
    check_saved()


def labels_are_changed(session: Session) -> LabelSet:
    """Another program deletes DATE and renames PLAN."""
    assert session.corpus
    before = session.labels
    after = LabelSet(
        tuple(replace(label, name="SCHEME") if label.name == "PLAN" else label for label in before.labels[1:])
    )
    renamed = {label.name: other.name for label, other in zip(before.labels[1:], after.labels, strict=True)}
    with Corpus.open(session.corpus.path) as other:
        for _count in change_labels(other, LabelChange(before, after, renamed)):
            pass
    return after


def test_labels_changed_by_another_program_are_reloaded_when_needed(
    session: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    session.tag("PLAN", *stretch("الخطة"))
    after = labels_are_changed(session)
    with (
        qtbot.waitSignal(session.changed, check_params_cb=concerns("labels")),
        qtbot.waitSignal(session.failed) as notification,
    ):
        assert not session.tag("DATE", *stretch("أمس"))
    assert "another window" in notification.args[0]
    assert session.labels == after
    assert [span.label for span in session.spans] == ["SCHEME"]


def test_spans_are_never_read_without_their_labels(session: Session, stretch: Stretch) -> None:
    session.tag("PLAN", *stretch("الخطة"))
    after = labels_are_changed(session)
    session.open_article(0)
    assert (session.labels, [span.label for span in session.spans]) == (after, ["SCHEME"])


def test_changes_of_others_are_shown_with_the_next_step(session: Session, stretch: Stretch, qtbot: QtBot) -> None:
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        zones = operations.mark_zone(session.article, session.zones, "boilerplate", *stretch("وزارة الصحة تطلق"))
        status = Status(other.article(2).uid, "Sanae", DONE)
        for edits in (zones, [Edit(None, status)]):
            other.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "other", tuple(edits)))
        with qtbot.waitSignal(session.changed, check_params_cb=concerns("zones")):
            session.tag("DATE", *stretch("أمس"))
        assert session.zones == other.zones(session.article.uid)
    assert session.counts[DONE] == 1
    assert session.current.state_of(session.articles[1]) == DONE


def test_describing_an_unselected_span_selects_nothing(session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    first = session.spans[0]
    session.tag("PLAN", *stretch("الأطفال"))
    session.describe(first, "2024-07-08", "")
    assert session.selection
    assert session.selection.label == "PLAN"
    session.undo()
    assert session.selection.uid == first.uid


def test_step_over_several_articles_selects_only_in_the_open_one(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    assert session.article
    other = session.corpus.article(2)
    edits = operations.add_span(session.article, [], "Sanae", "DATE", *stretch("أمس"))
    edits += operations.add_span(other, [], "Sanae", "DATE", 0, 5)
    session.corpus.apply(Step(new_uid(), "Sanae", "2024-07-09T09:00:00.000+00:00", "tag_each", tuple(edits)))
    session.reload()
    session.undo()
    assert session.spans == []
    session.redo()
    assert session.selection == session.spans[0]


def doubt(session: Session, *numbers: int) -> None:
    """Have it known of these articles how much they would teach, of the first most."""
    assert session.corpus
    doubts = {session.corpus.article(number).uid: 1 / (1 + index) for index, number in enumerate(numbers)}
    save_model(session.corpus, "model", StoredModel(b"", 1, 1), doubts)


def test_open_next_unfinished_opens_the_most_informative_article(session: Session) -> None:
    assert session.corpus
    for number in range(3, 7):
        session.corpus.add(build_article(f"مقال رقم {number}"))
    session.reload_articles()
    assert session.article
    session.prefers_informative = True
    assert session.open_next_unfinished()
    assert session.article.id == 2, "nothing is known: the next in order"
    doubt(session, 5, 3, 1)
    order = []
    for _attempt in range(4):
        assert session.open_next_unfinished()
        order.append(session.article.id)
    assert order == [5, 3, 1, 5], "one after the other, though none was begun"
    session.set_state(DONE)
    assert session.open_next_unfinished()
    assert session.article.id == 3, "of those that are left the most informative"
    session.prefers_informative = False
    assert session.open_next_unfinished()
    assert session.article.id == 4, "the next one in order"


def test_open_next_unfinished_falls_back_to_list_order(session: Session) -> None:
    doubt(session, 2)
    session.prefers_informative = True
    assert session.article
    assert session.article.id == 1
    assert session.open_next_unfinished()
    session.set_state(DONE)
    assert session.open_next_unfinished()
    assert session.article.id == 1
    assert not session.open_next_unfinished()


def test_open_next_unfinished_opens_only_listed_articles(session: Session) -> None:
    assert session.corpus
    session.corpus.add(build_article("وصل القطار إلى فاس"))
    doubt(session, 1, 3, 2)
    session.prefers_informative = True
    session.open_by_id(2)
    session.set_article_filter(ArticleFilter(words="القطار"))
    assert session.open_next_unfinished()
    assert session.article
    assert session.article.id == 3


def test_annotator_has_the_own_layer_in_a_file_where_another_one_has_the_name(
    session: Session, corpus_path: Path
) -> None:
    own_uid = person_uid(device_uid(), "Sanae")
    with Corpus.open(corpus_path) as corpus, corpus.transaction():
        for name in ("Sanae", "Sanae (2)"):
            corpus.db.execute("INSERT INTO annotator VALUES (?, '2026', 'person')", [name])
        corpus.db.execute("INSERT INTO identity VALUES ('somebody else', 'Sanae')")
        corpus.db.execute("INSERT INTO identity VALUES (?, 'Sanae (2)')", [own_uid])
    session.open(Corpus.open(corpus_path))
    assert session.annotator == session.current.user == "Sanae (2)"
    session.close()
    assert session.annotator == "Sanae"
