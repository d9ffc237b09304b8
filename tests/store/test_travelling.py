"""Corpora that travel between people: what of one reaches another one by a merge (see docs/adr)."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from builders import build_label_set, build_plain_article, create_corpus, locate
from msgspec.structs import replace

from annotator import settings
from annotator.generators import finish
from annotator.jobs.undo import undo_step
from annotator.model import operations
from annotator.model.changeset import GOLD, Changeset, Person
from annotator.model.history import build_stacks
from annotator.model.identities import GOLD_NAME, GOLD_UID
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import DONE, HEADLINE, IN_PROGRESS, Edit, Step, Suggestion, article_uid, new_uid
from annotator.model.replay import CHANGED
from annotator.store.annotator_merging import build_join, find_same_names
from annotator.store.changesets import read_changeset, read_step_uids
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError
from annotator.store.label_set import add_labels, change_labels
from annotator.store.merging import MergeResult, merge
from annotator.store.queries.annotators import find_own_name
from annotator.store.recovery.integrity import check_integrity

TEXT: Final = "أعلنت وزارة الصحة 😀 يوم الاثنين عن خطّةٍ جديدة في الرباط"
ARTICLE: Final = article_uid(TEXT)
MONDAY: Final = locate("يوم الاثنين", TEXT)
MINISTRY: Final = locate("وزارة الصحة", TEXT)

Work: TypeAlias = Callable[[Corpus, str, str, Iterable[Edit]], Step]


@pytest.fixture
def open_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Corpus]]:
    """Create the same article in a corpus of its own on each computer, and return its corpus."""
    corpora: dict[str, Corpus] = {}

    def open_corpus(computer: str) -> Corpus:
        monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / f"home of {computer}"))
        if computer not in corpora:
            path = tmp_path / f"{computer}.corpus"
            labels = build_label_set("DATE", "INSTITUTION", "PLAN")
            corpora[computer] = create_corpus(path, build_plain_article(TEXT), labels=labels)
        return corpora[computer]

    yield open_corpus
    for corpus in corpora.values():
        assert list(check_integrity(corpus)) == []
        corpus.close()


def do(corpus: Corpus, annotator: str, name: str, edits: Iterable[Edit], undoes: str | None = None) -> Step:
    step = Step(new_uid(), annotator, utc_timestamp(), name, tuple(edits), undoes)
    corpus.apply(step)
    return step


def tag(corpus: Corpus, annotator: str, label: str, edges: tuple[int, int] = MONDAY) -> Step:
    layer = corpus.spans(ARTICLE, annotator)
    return do(corpus, annotator, "tag", operations.add_span(corpus.article(ARTICLE), layer, annotator, label, *edges))


def relabel(corpus: Corpus, annotator: str, label: str) -> Step:
    layer = corpus.spans(ARTICLE, annotator)
    return do(corpus, annotator, "relabel", operations.relabel(corpus.article(ARTICLE), layer, layer[0], label))


def send(source: Corpus, target: Corpus) -> MergeResult:
    return finish(merge(target, read_changeset(source), own_name=settings.load().annotator_name))


def ranges(corpus: Corpus, annotator: str) -> list[tuple[str, int, int]]:
    return [(span.label, span.start, span.end) for span in corpus.spans(ARTICLE, annotator)]


def test_two_people_of_one_name_have_a_layer_each(open_on: Callable[[str], Corpus]) -> None:
    desk = open_on("desk")
    tag(desk, "user", "DATE")
    laptop = open_on("laptop")
    tag(laptop, "user", "INSTITUTION", MINISTRY)
    result = send(laptop, open_on("desk"))
    assert result.people == {"user": "user (2)"}
    assert ranges(desk, "user") == [("DATE", *MONDAY)]
    assert ranges(desk, "user (2)") == [("INSTITUTION", *MINISTRY)]


def test_whoever_works_here_does_not_get_the_layer_of_a_namesake_who_came_first(
    open_on: Callable[[str], Corpus],
) -> None:
    laptop = open_on("laptop")
    tag(laptop, "user", "DATE")
    desk = open_on("desk")
    settings.save(settings.Settings(annotator="user"))  # has done nothing in this corpus yet
    changeset = read_changeset(laptop)
    assert find_same_names(desk, changeset.people, "user") == ["user"]
    assert send(laptop, desk).people == {"user": "user (2)"}
    own_name = find_own_name(desk, "user")
    assert own_name == "user"
    tag(desk, own_name, "PLAN")
    assert (ranges(desk, "user"), ranges(desk, "user (2)")) == ([("PLAN", *MONDAY)], [("DATE", *MONDAY)])
    assert find_same_names(open_on("laptop"), read_changeset(desk).people, "user") == ["user"]


def test_the_answer_that_a_namesake_is_the_same_person_is_remembered(open_on: Callable[[str], Corpus]) -> None:
    laptop = open_on("laptop")
    tag(laptop, "user", "DATE")
    desk = open_on("desk")
    settings.save(settings.Settings(annotator="user"))
    assert finish(merge(desk, read_changeset(laptop), same={"user": "user"})).people == {"user": "user"}
    relabel(desk, "user", "PLAN")
    assert find_same_names(desk, read_changeset(laptop).people, "user") == []
    send(desk, laptop)
    assert ranges(laptop, "user") == ranges(desk, "user") == [("PLAN", *MONDAY)]


def join(corpus: Corpus, former: str, name: str) -> MergeResult:
    return finish(merge(corpus, build_join(corpus, name, former), same={name: name}))


def test_people_kept_apart_can_be_joined_later_and_other_copies_learn_it(open_on: Callable[[str], Corpus]) -> None:
    laptop, office, desk = open_on("laptop"), open_on("office"), open_on("desk")
    tag(desk, "user", "DATE")
    do(desk, "user", "note", operations.set_note(None, desk.article(ARTICLE), "user", "من المكتب"))
    open_on("laptop")
    steps = [tag(laptop, "user", "DATE"), tag(laptop, "user", "INSTITUTION", MINISTRY)]
    open_on("office")
    for source in (desk, laptop):
        send(source, office)
    assert office.annotators() == ["user", "user (2)"]
    version = office.content_version()
    assert join(office, "user (2)", "user").joined == {"user (2)": "user"}
    assert office.annotators() == ["user"]
    assert ranges(office, "user") == [("INSTITUTION", *MINISTRY), ("DATE", *MONDAY)]
    assert send(office, office).joined == {}
    assert office.content_version() != version  # other windows read it again
    open_on("desk")
    send(laptop, desk)  # this copy keeps them apart, as before
    assert desk.annotators() == ["user", "user (2)"]
    changeset = read_changeset(office, known_steps=read_step_uids(office))
    assert finish(merge(desk, changeset, own_name="user")).joined == {"user (2)": "user"}
    open_on("laptop")
    send(office, laptop)
    for corpus in (desk, laptop):
        assert corpus.annotators() == ["user"]
        assert corpus.spans(ARTICLE) == office.spans(ARTICLE)
        assert corpus.history(ARTICLE, "user") == office.history(ARTICLE, "user")
        assert [corpus.step(step.uid) for step in steps] == [office.step(step.uid) for step in steps]
        assert corpus.note(ARTICLE, "user") == office.note(ARTICLE, "user")
        assert corpus.has_mention("وزارة الصحة", "user")
        assert send(office, corpus).joined == {}


def test_joining_later_makes_what_joining_at_first_makes(open_on: Callable[[str], Corpus]) -> None:
    laptop, early, late, desk = open_on("laptop"), open_on("early"), open_on("late"), open_on("desk")
    tag(desk, "سناء", "DATE")
    relabel(desk, "سناء", "PLAN")
    open_on("laptop")
    tag(laptop, "user", "DATE")
    tag(laptop, "user", "INSTITUTION", MINISTRY)
    changeset = read_changeset(laptop)
    for corpus in (early, late):
        send(desk, corpus)
    finish(merge(early, changeset, same={"user": "سناء"}))
    finish(merge(late, changeset))
    assert late.annotators() == ["سناء", "user"]
    finish(merge(late, changeset, same={"user": "سناء"}))  # said when it is merged again
    for query in ("SELECT * FROM span ORDER BY uid", "SELECT * FROM conflict", "SELECT * FROM identity ORDER BY uid"):
        assert late.fetch_tuples(query) == early.fetch_tuples(query)
    assert late.annotators() == early.annotators() == ["سناء"]
    assert late.history(ARTICLE, "سناء") == early.history(ARTICLE, "سناء")


def test_who_works_here_under_a_name_that_goes_is_known_by_the_one_that_stays(
    open_on: Callable[[str], Corpus], tmp_path: Path
) -> None:
    desk = open_on("desk")
    for name in ("سناء", "user"):
        tag(desk, name, "DATE")
    open_on("laptop")  # where the file was copied to
    changeset = build_join(desk, "سناء", "user")
    with branch(desk, tmp_path / "copy.corpus") as copy, branch(desk, tmp_path / "other.corpus") as other:
        finish(merge(copy, changeset, own_name="user"))
        assert (copy.annotators(), find_own_name(copy, "user")) == (["user"], "user")
        finish(merge(other, changeset, same={"سناء": "سناء"}, own_name="user"))
        assert (other.annotators(), find_own_name(other, "user")) == (["سناء"], "سناء")


def test_a_name_that_became_free_is_not_taken_for_who_had_it(open_on: Callable[[str], Corpus]) -> None:
    laptop, desk = open_on("laptop"), open_on("desk")
    tag(desk, "سناء", "DATE")
    open_on("laptop")
    tag(laptop, "user", "INSTITUTION", MINISTRY)
    send(laptop, desk)
    joined, office = build_join(desk, "سناء", "user"), open_on("office")
    tag(office, "user", "PLAN")
    both = replace(read_changeset(office), people=(*joined.people, *read_changeset(office).people))
    open_on("desk")
    assert finish(merge(desk, both)).people == {"سناء": "سناء", "user": "user"}
    assert (ranges(desk, "user"), len(ranges(desk, "سناء"))) == ([("PLAN", *MONDAY)], 2)


def branch(corpus: Corpus, path: Path) -> Corpus:
    corpus.checkpoint()
    shutil.copyfile(corpus.path, path)
    return Corpus.open(path)


def test_nobody_becomes_the_gold_layer(open_on: Callable[[str], Corpus]) -> None:
    desk = open_on("desk")
    tag(desk, "سناء", "DATE")
    finish(merge(desk, Changeset("", people=(Person(GOLD_NAME, (GOLD_UID,), GOLD),))))
    with pytest.raises(CorpusError, match="سناء"):
        join(desk, "سناء", GOLD_NAME)
    assert desk.annotators() == ["سناء", GOLD_NAME]


def test_a_removal_travels(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    tag(laptop, "سناء", "DATE")
    send(laptop, desk)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    do(laptop, "سناء", "remove", operations.remove_span(laptop.spans(ARTICLE)[0]))
    send(laptop, desk)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE) == []


def test_a_relabelled_span_is_not_doubled(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    tag(laptop, "سناء", "DATE")
    send(laptop, desk)
    relabel(laptop, "سناء", "PLAN")
    send(laptop, desk)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    assert ranges(desk, "سناء") == [("PLAN", *MONDAY)]


def test_a_state_that_went_on_travels(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    for state in (IN_PROGRESS, DONE):
        status = laptop.status(ARTICLE, "سناء")
        do(laptop, "سناء", "state", operations.set_state(status, laptop.article(ARTICLE), "سناء", state))
        send(laptop, desk)
        assert desk.status(ARTICLE, "سناء") == laptop.status(ARTICLE, "سناء")


def test_the_history_travels_with_its_times_and_can_be_undone(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    steps = [tag(laptop, "سناء", "DATE"), relabel(laptop, "سناء", "PLAN")]
    send(laptop, desk)
    assert desk.history(ARTICLE, "سناء") == laptop.history(ARTICLE, "سناء")
    assert [desk.step(step.uid) for step in steps] == [laptop.step(step.uid) for step in steps]
    assert [desk.step(step.uid).time for step in steps] == [step.time for step in steps]
    undo_last(desk)
    send(desk, laptop)
    assert ranges(laptop, "سناء") == [("DATE", *MONDAY)]
    undo, redo = build_stacks(laptop.history(ARTICLE, "سناء"))
    assert (len(undo), len(redo)) == (1, 1)


def test_zones_publication_and_title_travel(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    article = laptop.article(ARTICLE)
    do(laptop, "سناء", "zone", operations.mark_zone(article, laptop.zones(ARTICLE), HEADLINE, 0, 10))
    do(laptop, "سناء", "published", operations.set_published(article, "2024-07-09"))
    do(laptop, "سناء", "title", operations.set_title(None, article, "خطّة جديدة"))
    send(laptop, desk)
    assert desk.zones(ARTICLE) == laptop.zones(ARTICLE) != []
    assert desk.article(ARTICLE) == laptop.article(ARTICLE)


def test_merging_again_changes_nothing(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    tag(laptop, "سناء", "DATE")
    assert send(laptop, desk).steps == 1
    version = desk.content_version()
    result = send(laptop, desk)
    assert (result.steps, result.articles, result.conflicts) == (0, 0, ())
    assert desk.content_version() == version
    assert send(desk, laptop).steps == 0


def test_what_two_computers_did_to_one_span_is_kept_and_one_of_it_is_a_conflict(
    open_on: Callable[[str], Corpus],
) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    tag(desk, "سناء", "DATE")
    send(desk, laptop)
    relabel(desk, "سناء", "PLAN")
    layer = laptop.spans(ARTICLE)
    do(
        laptop,
        "سناء",
        "resize",
        operations.resize(laptop.article(ARTICLE), layer, layer[0], MONDAY[0], MINISTRY[1] + 9),
    )
    conflicts = {conflict.step: conflict.reason for conflict in send(laptop, desk).conflicts}
    assert list(conflicts.values()) == [CHANGED]
    send(desk, laptop)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    assert desk.fetch_tuples("SELECT * FROM conflict") == laptop.fetch_tuples("SELECT * FROM conflict")
    for corpus in (desk, laptop):
        [uid] = conflicts
        assert corpus.step(uid).edits  # it can still be shown and decided
        assert uid not in {step.uid for step in corpus.history(ARTICLE, "سناء")}


def test_one_label_on_one_range_from_two_computers_is_one_span(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    do(desk, "سناء", "state", operations.set_state(None, desk.article(ARTICLE), "سناء", IN_PROGRESS))
    send(desk, laptop)
    tag(desk, "سناء", "DATE")
    tag(laptop, "سناء", "DATE")
    assert send(laptop, desk).conflicts == send(desk, laptop).conflicts == ()
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    relabel(laptop, "سناء", "PLAN")
    send(laptop, desk)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    assert ranges(desk, "سناء") == [("PLAN", *MONDAY)]


def test_a_span_that_stands_for_an_equal_one_can_be_undone_and_redone(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    do(desk, "سناء", "state", operations.set_state(None, desk.article(ARTICLE), "سناء", IN_PROGRESS))
    send(desk, laptop)
    tag(desk, "سناء", "DATE")
    tag(laptop, "سناء", "DATE")
    relabel(laptop, "سناء", "PLAN")
    send(laptop, desk)
    send(desk, laptop)
    for label in ("DATE", None):
        undo_last(laptop)
        assert ranges(laptop, "سناء") == ([(label, *MONDAY)] if label else [])
    undo_last(laptop, is_redo=True)
    send(laptop, desk)
    assert desk.spans(ARTICLE) == laptop.spans(ARTICLE)
    assert ranges(desk, "سناء") == [("DATE", *MONDAY)]


def undo_last(corpus: Corpus, *, is_redo: bool = False) -> None:
    uid = build_stacks(corpus.history(ARTICLE, "سناء"))[is_redo][-1].uid
    finish(undo_step(corpus, "سناء", uid))


def delete_label(corpus: Corpus, name: str) -> None:
    before = corpus.labels()
    after = LabelSet(tuple(label for label in before.labels if label.name != name))
    finish(change_labels(corpus, LabelChange(before, after, {label.name: label.name for label in after.labels})))


def test_a_rejection_comes_back_with_its_label_in_whatever_order_they_arrive(
    open_on: Callable[[str], Corpus],
) -> None:
    desk, laptop, elsewhere = open_on("desk"), open_on("laptop"), open_on("elsewhere")
    delete_label(desk, "PLAN")
    send(desk, other := open_on("other"))
    tag(laptop, "سناء", "DATE")
    suggestion = Suggestion(*MINISTRY, "PLAN", "memory", 0.9)
    do(laptop, "سناء", "reject", operations.reject(laptop.article(ARTICLE), "سناء", suggestion))
    tag(elsewhere, "عمر", "PLAN")  # keeps the label, which had no spans where it was deleted
    send(laptop, desk)
    assert rejected_labels(desk) == []
    send(elsewhere, desk)
    send(elsewhere, other)
    send(laptop, other)
    assert rejected_labels(desk) == rejected_labels(other) == ["PLAN"]


def test_what_was_rejected_before_a_label_was_added_again_is_void_everywhere(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop = open_on("desk"), open_on("laptop")
    tag(laptop, "سناء", "DATE")
    suggestion = Suggestion(*MINISTRY, "PLAN", "memory", 0.9)
    do(laptop, "سناء", "reject", operations.reject(laptop.article(ARTICLE), "سناء", suggestion))
    delete_label(desk, "PLAN")
    for name in ("عمر", "هند"):
        tag(desk, name, "DATE")
    add_labels(desk, ["PLAN"])
    send(desk, laptop)
    send(laptop, desk)
    assert rejected_labels(desk) == rejected_labels(laptop) == []


def test_a_step_that_ends_undo_is_the_same_wherever_it_was_made(open_on: Callable[[str], Corpus]) -> None:
    desk, laptop, office = open_on("desk"), open_on("laptop"), open_on("office")
    tag(laptop, "سناء", "PLAN")
    do(laptop, "سناء", "remove", operations.remove_span(laptop.spans(ARTICLE)[0]))
    delete_label(desk, "PLAN")
    send(desk, office)
    do(office, "هند", "published", operations.set_published(office.article(ARTICLE), "2024"))
    for corpus in (desk, office):  # each ends undo by itself, and knows another time of publication
        send(laptop, corpus)
    send(desk, office)
    send(office, desk)
    uids = [uid for (uid,) in desk.fetch_tuples("SELECT DISTINCT step FROM edit ORDER BY clock, step")]
    assert len(uids) > 4
    assert [desk.step(uid) for uid in uids] == [office.step(uid) for uid in uids]
    assert build_stacks(desk.history(ARTICLE, "سناء")) == build_stacks(office.history(ARTICLE, "سناء")) == ([], [])


def rejected_labels(corpus: Corpus) -> list[str]:
    return [label for (label,) in corpus.fetch_tuples("SELECT label FROM rejection")]
