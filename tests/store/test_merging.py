"""Tests of merging corpora by their steps."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.generators import finish
from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.changeset import Changeset, Person
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.model.replay import CHANGED, TAKEN
from annotator.store.annotator_merging import find_same_names
from annotator.store.changesets import read_changeset, read_step_uids
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError
from annotator.store.merging import MergeResult, merge
from annotator.store.queries.annotators import find_own_name
from annotator.store.recovery.integrity import check_integrity
from annotator.team.changeset_checks import check_changeset

TEXT: Final = "أعلنت وزارة الصحة 😀 يوم 9 يوليوز 2024 عن خطّة الـتّلقيح 2024-2030 لأحزاب الأغلبية."
OTHER: Final = "وصل القطار إلى وجدة يوم الجمعة."
LABELS: Final = build_label_set("DATE", "INSTITUTION", "PLAN")
MINISTRY: Final = (6, 17)
DATE: Final = (24, 37)


def make(path: Path, *texts: str) -> Corpus:
    return create_corpus(path, *map(build_article, texts or (TEXT,)), labels=LABELS)


def branch(corpus: Corpus, name: str) -> Corpus:
    """Return a copy of the corpus, as a second computer gets it."""
    path = corpus.path.with_name(name)
    corpus.checkpoint()
    shutil.copyfile(corpus.path, path)
    return Corpus.open(path)


def tag(corpus: Corpus, label: str, place: tuple[int, int], annotator: str = "Sanae", number: int = 1) -> Span:
    article = corpus.article(number)
    layer = corpus.spans(article.uid, annotator)
    edits = operations.add_span(article, layer, annotator, label, *place)
    apply_edits(corpus, edits, annotator)
    [span] = [edit.after for edit in edits if isinstance(edit.after, Span)]
    return span


def merge_into(corpus: Corpus, other: Corpus | Changeset, **options: dict[str, str] | bool) -> MergeResult:
    changeset = other if isinstance(other, Changeset) else read_changeset(other)
    result = finish(merge(corpus, changeset, **options))  # type: ignore[arg-type]
    assert isinstance(result, MergeResult)
    assert list(check_integrity(corpus)) == []
    return result


def state(corpus: Corpus) -> set[tuple[object, ...]]:
    """Return all records that are in the tables, and the conflicts, whatever the names of people here."""
    uids = {name: uid for uid, name in corpus.fetch_tuples("SELECT uid, annotator FROM identity ORDER BY uid DESC")}
    records: set[tuple[object, ...]] = set(corpus.fetch_tuples("SELECT step, reason FROM conflict"))
    for (uid,) in corpus.fetch_tuples("SELECT uid FROM article"):
        annotated = corpus.load_article(uid)
        for record in (*annotated.zones, *annotated.spans, *annotated.states, *annotated.notes):
            text = repr(record)
            for name, person in uids.items():
                text = text.replace(f"annotator={name!r}", f"annotator={person!r}")
            records.add((text,))
        records.add((repr(corpus.title(uid)), corpus.article(uid).published, corpus.removal(uid) is None))
    return records


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with make(tmp_path / "a.corpus") as corpus:
        yield corpus


def test_two_people_of_one_name_keep_their_layers(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corpora made on two computers, whose systems call both people `user` (hinders.py, a)."""
    tag(corpus, "DATE", DATE, "user")
    monkeypatch.setattr("annotator.store.corpus.device_uid", lambda: "another computer")
    with make(tmp_path / "b.corpus") as other:
        tag(other, "INSTITUTION", MINISTRY, "user")
        changeset = read_changeset(other)
        assert find_same_names(corpus, changeset.people, "") == ["user"]
        result = merge_into(corpus, changeset)
        assert result.people == {"user": "user (2)"}
        assert result.same_names == ("user",)
        uid = corpus.article(1).uid
        assert [span.label for span in corpus.spans(uid, "user")] == ["DATE"]
        assert [span.label for span in corpus.spans(uid, "user (2)")] == ["INSTITUTION"]
        assert merge_into(corpus, changeset).steps == 0
        assert corpus.annotators() == ["user", "user (2)"]
        assert find_same_names(corpus, changeset.people, "") == []


def test_the_same_person_on_two_computers_has_one_layer(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(corpus, "DATE", DATE, "سناء")
    monkeypatch.setattr("annotator.store.corpus.device_uid", lambda: "laptop")
    with make(tmp_path / "b.corpus") as other:
        tag(other, "INSTITUTION", MINISTRY, "user")
        result = merge_into(corpus, other, same={"user": "سناء"})
        assert result.people == {"user": "سناء"}
        uid = corpus.article(1).uid
        assert [span.label for span in corpus.spans(uid, "سناء")] == ["INSTITUTION", "DATE"]
        tag(other, "PLAN", (41, 50), "user")
        assert merge_into(corpus, other).people == {"user": "سناء"}  # asked once


def test_steps_of_a_copy_come_in_as_they_were_done(corpus: Corpus) -> None:
    """Removals, new labels, states, zones, titles and undo (hinders.py, b to f)."""
    gone, relabelled = tag(corpus, "DATE", DATE), tag(corpus, "INSTITUTION", MINISTRY)
    with branch(corpus, "b.corpus") as other:
        article = other.article(1)
        apply_edits(other, operations.remove_span(gone), name="remove")
        apply_edits(other, operations.relabel(article, [relabelled], relabelled, "PLAN"), name="relabel")
        apply_edits(other, operations.set_state(other.status(article.uid, "Sanae"), article, "Sanae", "done"))
        apply_edits(other, operations.mark_zone(article, other.zones(article.uid), "headline", 0, 6), name="zone")
        apply_edits(other, operations.set_title(None, article, "عنوان"), name="title")
        apply_edits(other, operations.set_published(article, "2024-07-09"), name="date")
        last = tag(other, "DATE", (55, 59))
        step = other.history(article.uid, "Sanae")[-1]
        apply_edits(other, [Edit(last, None)], undoes=step.uid)
        result = merge_into(corpus, other)
        assert result.steps == 8
        assert result.conflicts == ()
        assert state(corpus) == state(other)
        assert corpus.history(article.uid, "Sanae") == other.history(article.uid, "Sanae")
        assert [corpus.step(info.uid) for info in corpus.history(article.uid, "Sanae")] == [
            other.step(info.uid) for info in other.history(article.uid, "Sanae")
        ]
        undo, redo = history.build_stacks(corpus.history(article.uid, "Sanae"))
        assert (len(undo), len(redo)) == (8, 1)
        repeated = merge_into(corpus, other)
        assert (repeated.steps, repeated.articles) == (0, 0)
        assert state(corpus) == state(other)
        assert corpus.has_mention("وزارة الصحة")
        assert not corpus.has_mention("9 يوليوز 2024")


def test_new_articles_come_with_their_zones_and_can_be_found(tmp_path: Path, corpus: Corpus) -> None:
    from annotator.store.queries.search import find_article_numbers

    with make(tmp_path / "b.corpus", OTHER, TEXT) as other:
        tag(other, "DATE", (20, 30))
        result = merge_into(corpus, other)
        assert (result.articles, result.steps) == (1, 1)
        assert corpus.article(2).text == OTHER
        assert corpus.zones(corpus.article(2).uid) == other.zones(corpus.article(2).uid)
        assert find_article_numbers(corpus, "وجدة") == [2]
        assert corpus.has_mention("الجمعة") == other.has_mention("الجمعة")


def test_what_two_computers_change_alike_is_no_conflict(corpus: Corpus) -> None:
    with branch(corpus, "b.corpus") as other:
        ours, theirs = tag(corpus, "DATE", DATE), tag(other, "DATE", DATE)
        result = merge_into(corpus, other)
        assert result.conflicts == ()
        merge_into(other, read_changeset(corpus))
        assert state(corpus) == state(other)
        [span] = corpus.spans(corpus.article(1).uid)
        assert span.uid in {ours.uid, theirs.uid}


def test_what_does_not_fit_is_a_conflict_and_stays_recorded(corpus: Corpus) -> None:
    span = tag(corpus, "DATE", DATE)
    with branch(corpus, "b.corpus") as other:
        article = corpus.article(1)
        apply_edits(corpus, operations.relabel(article, [span], span, "PLAN"), name="relabel")
        apply_edits(other, operations.resize(article, [span], span, 24, 33), name="resize")
        [conflict] = merge_into(corpus, other).conflicts
        assert (conflict.annotator, conflict.article) == ("Sanae", article.uid)
        assert conflict.reason in {CHANGED, TAKEN}
        [back] = merge_into(other, corpus).conflicts
        assert back.step == conflict.step
        assert state(corpus) == state(other)
        assert read_step_uids(corpus) == read_step_uids(other)
        assert conflict.step not in {info.uid for info in corpus.history(article.uid, "Sanae")}
        assert corpus.step(conflict.step).edits


def test_merging_again_makes_no_conflict_twice(corpus: Corpus) -> None:
    span = tag(corpus, "DATE", DATE)
    with branch(corpus, "b.corpus") as other:
        article = corpus.article(1)
        apply_edits(corpus, operations.relabel(article, [span], span, "PLAN"), name="relabel")
        apply_edits(other, operations.resize(article, [span], span, 24, 33), name="resize")
        assert len(merge_into(corpus, other).conflicts) == 1
        assert merge_into(corpus, other).conflicts == ()


def test_merge_that_is_closed_early_changes_nothing(tmp_path: Path, corpus: Corpus) -> None:
    with make(tmp_path / "b.corpus", OTHER) as other:
        tag(other, "DATE", (20, 30), "Omar")
        running = merge(corpus, read_changeset(other))
        next(running)
        running.close()
        assert corpus.annotators() == []
        assert merge_into(corpus, other).steps == 1


def test_changes_for_somebody_who_has_the_rest_are_only_the_new_ones(corpus: Corpus) -> None:
    tag(corpus, "DATE", DATE)
    with branch(corpus, "b.corpus") as other:
        tag(other, "INSTITUTION", MINISTRY)
        changeset = read_changeset(other, known_steps=read_step_uids(corpus))
        assert len(changeset.steps) == 1
        merge_into(corpus, changeset)
        assert state(corpus) == state(other)


def test_steps_about_an_article_that_nobody_has_wait_for_it(tmp_path: Path, corpus: Corpus) -> None:
    with make(tmp_path / "b.corpus", OTHER) as other:
        tag(other, "DATE", (20, 30))
        changeset = read_changeset(other)
        result = merge_into(corpus, Changeset("1", None, changeset.people, changeset.label_edits, (), changeset.steps))
        [step], [base] = changeset.steps, changeset.articles
        assert (result.steps, result.waiting_steps, result.missing_articles) == (0, (step.uid,), (base.article.uid,))
        result = merge_into(corpus, changeset)
        assert (result.steps, result.waiting_steps, result.missing_articles) == (1, (), ())


def test_people_come_into_a_corpus_that_has_no_labels_yet(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "empty.corpus", labels=LabelSet(())) as empty:
        merge_into(empty, Changeset("", people=(Person("Salma", ("a" * 32,)),)))
        assert (empty.annotators(), empty.labels().labels) == (["Salma"], ())


def test_changes_that_name_an_unknown_person_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    with make(tmp_path / "b.corpus") as other:
        tag(other, "DATE", DATE)
        changeset = read_changeset(other)
        broken = Changeset("1", None, (), changeset.label_edits, changeset.articles, changeset.steps)
        with pytest.raises(CorpusError, match="annotator"):
            finish(merge(corpus, broken))
        assert read_step_uids(corpus) == set()


def test_copies_that_began_with_different_zones_agree_afterwards(tmp_path: Path) -> None:
    with make(tmp_path / "a.corpus") as first, make(tmp_path / "b.corpus") as second:
        assert first.zones(first.article(1).uid) != second.zones(first.article(1).uid)  # other uids
        changes = read_changeset(first), read_changeset(second)
        merge_into(first, changes[1])
        merge_into(second, changes[0])
        assert state(first) == state(second)
        article = first.article(1)
        apply_edits(first, operations.mark_zone(article, first.zones(article.uid), "headline", 0, 6), name="zone")
        assert merge_into(second, first).conflicts == ()
        assert state(first) == state(second)


def test_zones_that_two_copies_changed_come_into_a_third(tmp_path: Path) -> None:
    with make(tmp_path / "a.corpus") as first, make(tmp_path / "b.corpus") as second:
        article = first.article(1)
        for copy in (first, second):
            edits = operations.mark_zone(article, copy.zones(article.uid), "headline", 0, 6)
            apply_edits(copy, edits, "Sanae", name="zone")
        merge_into(first, second)
        tag(first, "DATE", DATE, "Omar")
        for name, annotators in (("c.corpus", None), ("d.corpus", ["Omar"])):
            changeset = read_changeset(first, annotators=annotators)
            check_changeset(changeset)
            with make(tmp_path / name, OTHER) as third:
                assert merge_into(third, changeset).articles == 1
                if annotators is None:
                    assert set(third.zones(article.uid)) == set(first.zones(article.uid))
                else:
                    assert [(zone.start, zone.end) for zone in third.zones(article.uid)] == [(0, len(TEXT))]


def test_three_copies_end_alike_whatever_the_order(corpus: Corpus, tmp_path: Path) -> None:
    span = tag(corpus, "DATE", DATE)
    article = corpus.article(1)
    with ExitStack() as stack:
        copies = [stack.enter_context(branch(corpus, f"{name}.corpus")) for name in "bcd"]
        apply_edits(copies[0], operations.relabel(article, [span], span, "PLAN"), name="relabel")
        apply_edits(copies[1], operations.resize(article, [span], span, 24, 33), name="resize")
        tag(copies[1], "INSTITUTION", MINISTRY)
        apply_edits(copies[2], operations.remove_span(span), name="remove")
        tag(copies[2], "INSTITUTION", MINISTRY, "Omar")
        changesets = [read_changeset(copy) for copy in copies]
    states = []
    for number, order in enumerate([(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)]):
        with branch(corpus, f"result{number}.corpus") as result:
            for index in order:
                merge_into(result, changesets[index])
            states.append(state(result))
    assert all(each == states[0] for each in states)


def test_whoever_works_here_is_known_in_a_file_where_their_name_is_another_one(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag(corpus, "DATE", DATE, "user")
    monkeypatch.setattr("annotator.store.corpus.device_uid", lambda: "another computer")
    with make(tmp_path / "b.corpus") as other:
        tag(other, "INSTITUTION", MINISTRY, "user")
        merge_into(corpus, other)
        assert find_own_name(corpus, "user") == "user"
        assert find_own_name(corpus, "سناء") == "سناء"
        monkeypatch.setattr("annotator.store.queries.annotators.device_uid", lambda: "another computer")
        assert find_own_name(corpus, "user") == "user (2)"


def test_who_edited_the_layer_of_somebody_else_is_known_everywhere(tmp_path: Path, corpus: Corpus) -> None:
    article = corpus.article(1)
    edits = operations.add_span(article, [], "gold", "DATE", *DATE)
    step = Step(new_uid(), "gold", utc_timestamp(), "tag", tuple(edits), actor="Omar")
    corpus.apply(step)
    with make(tmp_path / "b.corpus", OTHER) as other:
        assert merge_into(other, corpus).people == {"gold": "gold", "Omar": "Omar"}
        assert other.step(step.uid).actor == "Omar"


def test_small_changeset_costs_no_more_in_a_large_corpus(tmp_path: Path) -> None:
    """In a team, every sync merges some steps, and no key can write meanwhile."""

    def count_operations(name: str, articles: int) -> int:
        """Return the hundreds of operations of SQLite's virtual machine that merging one step takes."""
        with make(tmp_path / f"{name}.corpus", *(f"قالت وزارة الصحة {number}" for number in range(articles))) as corpus:
            with corpus.transaction():
                for number in range(1, articles + 1):
                    tag(corpus, "PLAN", (0, 4), number=number)
                    tag(corpus, "PLAN", (5, 10), number=number)
            with branch(corpus, f"{name}-other") as other:
                known = read_step_uids(corpus)
                tag(other, "PLAN", (0, 4), "Omar")
                changeset, counter = read_changeset(other, known_steps=known), Counter[str]()
                corpus.db.conn.set_progress_handler(lambda: counter.update(["operations"]), 100)
                assert finish(merge(corpus, changeset)).steps == 1
                return counter["operations"]

    assert count_operations("large", 400) < 2 * count_operations("small", 4)
