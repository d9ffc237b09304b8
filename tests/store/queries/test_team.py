"""Tests of the team that a corpus belongs to, and of what its remote does not have yet."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus, give_articles
from msgspec.structs import replace

from annotator.generators import finish
from annotator.model import operations
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import GOLD_UID
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.model.teams import ANNOTATOR, BEGINNING, CURATOR, LEAD
from annotator.store import label_set, restoring
from annotator.store.backups import create_backup
from annotator.store.changesets import read_assigned_part, read_changeset, read_people
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import DamagedCorpus
from annotator.store.merging import merge
from annotator.store.queries.assignments import take_back
from annotator.store.queries.team import (
    Team,
    confirm,
    count_pending,
    has_pending,
    join_team,
    leave_team,
    list_missing_assignments,
    offer_again,
    read_pending,
    read_team,
    update_team,
)
from annotator.store.recovery.integrity import check_integrity
from annotator.store.recovery.salvage import salvage

TEXT: Final = "أعلنت وزارة الصحة 😀 يوم 9 يوليوز 2024 عن خطّة الـتّلقيح\u200f لأحزاب الأغلبية."
OTHER: Final = "وصل القطار إلى وجدة يوم الجمعة."
LABELS: Final = build_label_set("DATE", "INSTITUTION")


def make(path: Path) -> Corpus:
    return create_corpus(path, TEXT, OTHER, labels=LABELS)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with make(tmp_path / "فريق.corpus") as corpus:
        yield corpus


def tag(corpus: Corpus, start: int, annotator: str = "Sanae", number: int = 1) -> Step:
    uid = corpus.article(number).uid
    return apply_edits(corpus, [Edit(None, Span(new_uid(), uid, annotator, "DATE", start, start + 4))], annotator)


def uid_of(corpus: Corpus, name: str) -> str:
    [uid] = [uid for person in read_people(corpus) if person.name == name for uid in person.uids]
    return uid


def join(corpus: Corpus, name: str = "Sanae", role: str = LEAD) -> Team:
    team = Team("t", "فريق الصحة", "/mnt/team", uid_of(corpus, name), role)
    join_team(corpus, team)
    return team


def pending(corpus: Corpus) -> Counter[str]:
    return Counter(kind for (kind,) in corpus.fetch_tuples("SELECT kind FROM pending"))


def push_all(corpus: Corpus) -> None:
    while has_pending(corpus):
        confirm(corpus, read_pending(corpus, 500))


def add_gold(corpus: Corpus) -> None:
    finish(merge(corpus, Changeset("1", people=(Person("gold", (GOLD_UID,), "gold"),))))


def test_corpus_belongs_to_no_team_at_first(corpus: Corpus) -> None:
    tag(corpus, 0)
    assert read_team(corpus) is None
    assert count_pending(corpus) == 0
    assert pending(corpus) == {}
    assert read_pending(corpus, 10).steps == ()


def test_all_that_is_in_the_file_is_pending_when_it_joins_a_team(corpus: Corpus) -> None:
    tag(corpus, 0)
    tag(corpus, 6)
    give_articles(corpus, {"Omar": [1, 2]})
    take_back(corpus, "Omar")
    team = join(corpus)
    assert read_team(corpus) == team
    assert pending(corpus) == {"step": 2, "label": 2, "article": 2, "batch": 1, "assignment": 2}
    assert count_pending(corpus) == 2


def test_what_is_done_after_joining_is_pending(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    assert pending(corpus) == {}
    uid = corpus.article(1).uid
    spans = [Span(new_uid(), uid, "Sanae", "DATE", start, start + 3) for start in (10, 20)]
    apply_edits(corpus, [Edit(None, span) for span in spans])
    assert pending(corpus) == {"step": 1}
    corpus.add(build_plain_article("خبر جديد."))
    give_articles(corpus, {"Omar": [1, 2]})
    assert pending(corpus) == {"step": 1, "article": 1, "batch": 1, "assignment": 2}
    push_all(corpus)
    take_back(corpus, "Omar")
    assert pending(corpus) == {"assignment": 2}
    push_all(corpus)
    give_articles(corpus, {"Omar": [1]})
    assert pending(corpus) == {"batch": 1, "assignment": 1}
    push_all(corpus)
    labels = LabelSet((*LABELS.labels[1:],))
    change = LabelChange(corpus.labels(), labels, {"INSTITUTION": "INSTITUTION"}, {"DATE": REMOVE})
    finish(label_set.change_labels(corpus, change))
    assert pending(corpus) == {"label": 1, "step": 1}
    push_all(corpus)
    label_set.add_labels(corpus, ["PLAN"])
    assert (count_pending(corpus), has_pending(corpus)) == (0, True)


def test_what_is_written_again_is_pending_once(corpus: Corpus) -> None:
    """An import ignores what is there, and a position replaces another one: the triggers must not."""
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    batch = give_articles(corpus, {"Omar": [1]})
    corpus._insert("batch", {"uid": batch.uid, "name": "x", "is_blind": 0, "time": utc_timestamp()}, "IGNORE")
    give_articles(corpus, {"Omar": [1]})
    assert pending(corpus) == {"batch": 2, "assignment": 1}


def test_nothing_is_pending_after_leaving(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    leave_team(corpus)
    tag(corpus, 6)
    assert (read_team(corpus), pending(corpus)) == (None, {})


def test_changes_of_the_team_keep_the_rest(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    update_team(corpus, cursor="7:abc", synced="2026-11-28T10:00:00.000+00:00")
    update_team(corpus, role=CURATOR, name="اسم آخر")
    update_team(corpus)
    team = Team("t", "اسم آخر", "/mnt/team", uid_of(corpus, "Sanae"), CURATOR, "7:abc", "2026-11-28T10:00:00.000+00:00")
    assert read_team(corpus) == team


def test_members_but_the_lead_send_their_own_steps_alone(corpus: Corpus) -> None:
    own, _others = tag(corpus, 0), tag(corpus, 6, "Omar")
    add_gold(corpus)
    corpus.apply(Step(new_uid(), "gold", utc_timestamp(), "decide", _edits(corpus, "gold", 6), actor="Omar"))
    decided = Step(new_uid(), "gold", utc_timestamp(), "decide", _edits(corpus, "gold", 12), actor="Sanae")
    corpus.apply(decided)
    give_articles(corpus, {"Omar": [1]})
    join(corpus, role=ANNOTATOR)
    changeset = read_pending(corpus, 100)
    assert [step.uid for step in changeset.steps] == [own.uid, decided.uid]
    assert (changeset.articles, changeset.assignments, changeset.batches) == ((), (), ())
    assert count_pending(corpus) == 2
    assert {person.name for person in changeset.people} == {"Sanae", "gold"}
    update_team(corpus, role=CURATOR)  # a server refuses what other curators decided, or nobody, from them
    assert [step.uid for step in read_pending(corpus, 100).steps] == [own.uid, decided.uid]
    update_team(corpus, role=LEAD)
    assert count_pending(corpus) == len(read_pending(corpus, 100).steps) == 4
    assert len(read_pending(corpus, 100).articles) == 2


def _edits(corpus: Corpus, annotator: str, start: int) -> tuple[Edit, ...]:
    return (Edit(None, Span(new_uid(), corpus.article(1).uid, annotator, "DATE", start, start + 2)),)


def test_steps_of_others_stay_pending_when_own_ones_are_sent(corpus: Corpus) -> None:
    tag(corpus, 0)
    tag(corpus, 6, "Omar")
    join(corpus, role=ANNOTATOR)
    confirm(corpus, read_pending(corpus, 100))
    assert (count_pending(corpus), has_pending(corpus)) == (0, False)
    assert pending(corpus)["step"] == 1
    update_team(corpus, role=LEAD)
    assert (count_pending(corpus), has_pending(corpus)) == (1, True)


def test_label_of_an_annotator_is_sent_once_they_may(corpus: Corpus) -> None:
    """What they push describes all labels, but that is no request to add them."""
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    update_team(corpus, role=ANNOTATOR)
    label_set.add_labels(corpus, ["PLAN"])
    tag(corpus, 6)
    confirm(corpus, read_pending(corpus, 100))
    assert not has_pending(corpus)
    update_team(corpus, role=LEAD)
    assert pending(corpus) == {"label": 1}


def test_portions_are_limited_and_bring_everything_in_order(corpus: Corpus, tmp_path: Path) -> None:
    give_articles(corpus, {"Omar": [1, 2]})
    steps = [tag(corpus, start) for start in range(0, 40, 4)]
    uid = corpus.article(2).uid
    large = apply_edits(
        corpus, [Edit(None, Span(new_uid(), uid, "Sanae", "DATE", start, start + 2)) for start in range(9)]
    )
    join(corpus)
    sent: list[str] = []
    with create_corpus(tmp_path / "other.corpus", labels=LABELS) as other:
        while has_pending(corpus):
            changeset = read_pending(corpus, 4)
            size = sum(len(step.edits) for step in changeset.steps)
            assert len(changeset.articles) + len(changeset.assignments) + size <= 4 or len(changeset.steps) == 1
            sent += [step.uid for step in changeset.steps]
            result = finish(merge(other, changeset))
            assert (result.waiting_steps, result.conflicts) == ((), ())
            confirm(corpus, changeset)
        assert sent == [step.uid for step in (*steps, large)]
        assert other.spans(uid) == corpus.spans(uid)
        query = "SELECT article, annotator, batch, clock FROM assignment ORDER BY 1, 2"
        assert other.fetch_tuples(query) == corpus.fetch_tuples(query)
    assert pending(corpus) == {}


def test_articles_come_as_they_began(corpus: Corpus, tmp_path: Path) -> None:
    article = corpus.article(1)
    apply_edits(corpus, operations.set_published(article, "2024-07-09"), name="date")
    join(corpus)
    changeset = read_pending(corpus, 100)
    assert [base.article.published for base in changeset.articles] == [None, None]
    with create_corpus(tmp_path / "other.corpus", labels=LABELS) as other:
        finish(merge(other, changeset))
        assert other.article(article.uid).published == "2024-07-09"


def test_what_is_given_out_while_a_push_is_under_way_stays_pending(corpus: Corpus) -> None:
    tag(corpus, 0)
    give_articles(corpus, {"Omar": [1], "Salma": [1]})
    join(corpus)
    changeset = read_pending(corpus, 100)
    take_back(corpus, "Omar")
    confirm(corpus, changeset)
    assert pending(corpus) == {"assignment": 1}
    [assignment] = read_pending(corpus, 100).assignments
    assert (assignment.annotator, assignment.is_taken_back) == ("Omar", True)


def test_what_others_gave_out_does_not_confirm_what_was_given_out_here(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    with make(tmp_path / "other.corpus") as other:
        give_articles(other, {"Omar": [1]})
        give_articles(corpus, {"Salma": [1]})
        theirs = read_changeset(other)
    with corpus.transaction():
        finish(merge(corpus, theirs))
        confirm(corpus, theirs)
    assert [each.annotator for each in read_pending(corpus, 100).assignments] == ["Salma"]


def test_page_is_merged_and_confirmed_with_its_cursor_or_not_at_all(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    with make(tmp_path / "other.corpus") as other:
        tag(other, 6, "Omar")
        theirs = read_changeset(other)

    def receive() -> None:
        finish(merge(corpus, theirs))
        assert pending(corpus)["step"] == 1
        confirm(corpus, theirs)
        update_team(corpus, cursor="1")

    with suppress(KeyboardInterrupt), corpus.transaction():
        receive()
        raise KeyboardInterrupt
    assert corpus.annotators() == ["Sanae"]
    team = read_team(corpus)
    assert team is not None
    assert team.cursor == BEGINNING
    with corpus.transaction():
        receive()
    assert pending(corpus) == {}
    assert len(corpus.spans(corpus.article(1).uid)) == 2
    assert list(check_integrity(corpus)) == []


def test_everything_is_offered_again_to_a_remote_that_went_back(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    before = pending(corpus)
    push_all(corpus)
    update_team(corpus, cursor="9", synced="2026-11-28T10:00:00.000+00:00")
    offer_again(corpus)
    assert pending(corpus) == before
    team = read_team(corpus)
    assert team is not None
    assert (team.cursor, team.synced) == (BEGINNING, "2026-11-28T10:00:00.000+00:00")


def test_articles_that_are_given_to_the_member_anew_are_listed(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0, "Omar")
    member = uid_of(corpus, "Omar")
    first, second = (corpus.article(number).uid for number in (1, 2))
    with create_corpus(tmp_path / "other.corpus", labels=LABELS) as other:
        finish(merge(other, read_changeset(corpus)))
        give_articles(corpus, {"Omar": [1], "Sanae": [2]})

        def missing() -> set[str]:
            return list_missing_assignments(other, replace(read_changeset(corpus), articles=()), member)

        assert missing() == {first}
        finish(merge(other, read_changeset(corpus)))
        assert missing() == set()
        take_back(corpus, "Omar")
        assert missing() == set()
        finish(merge(other, read_changeset(corpus)))
        give_articles(corpus, {"Omar": [1, 2]})
        assert missing() == {first, second}
        finish(merge(other, read_changeset(corpus)))
        assert missing() == set()
        take_back(corpus, "Omar")
        give_articles(corpus, {"Omar": [1]})
        assert missing() == {first}  # steps of the time in between may have been read past
        assert list_missing_assignments(other, read_changeset(corpus), member) == set()  # they come along


# Copies


def test_backup_goes_on_from_where_it_had_read_the_remote(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    push_all(corpus)
    update_team(corpus, cursor="5")
    waiting = tag(corpus, 6)
    backup = finish(create_backup(corpus.path))
    confirm(corpus, read_pending(corpus, 100))
    update_team(corpus, cursor="6")
    tag(corpus, 12)
    finish(restoring.restore(corpus.path, backup.path))
    team = read_team(corpus)
    assert team is not None
    assert team.cursor == "5"
    assert [step.uid for step in read_pending(corpus, 100).steps] == [waiting.uid]


@pytest.mark.parametrize("is_member_before", [False, True])
def test_backup_from_another_time_does_not_change_the_team(corpus: Corpus, is_member_before: bool) -> None:
    tag(corpus, 0)
    if is_member_before:
        join_team(corpus, Team("former", "x", "y", uid_of(corpus, "Sanae"), LEAD, "99"))
    backup = finish(create_backup(corpus.path))
    team = join(corpus)
    push_all(corpus)
    update_team(corpus, cursor="5")
    finish(restoring.restore(corpus.path, backup.path))
    assert read_team(corpus) == team  # from the beginning
    assert count_pending(corpus) == 1


def test_backup_from_before_leaving_a_team_does_not_bring_it_back(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    backup = finish(create_backup(corpus.path))
    leave_team(corpus)
    finish(restoring.restore(corpus.path, backup.path))
    assert (read_team(corpus), pending(corpus)) == (None, {})


def test_files_for_others_have_no_team(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0)
    give_articles(corpus, {"Omar": [1]})
    join(corpus)
    with create_corpus(tmp_path / "omar.corpus", labels=LABELS) as other:
        finish(merge(other, read_assigned_part(corpus, "Omar")))
        assert (read_team(other), pending(other)) == (None, {})
        finish(merge(other, read_changeset(corpus)))
        assert (read_team(other), pending(other)) == (None, {})


def test_copy_that_somebody_else_joins_with_is_theirs(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0)
    tag(corpus, 6, "Omar")
    team = join(corpus)
    push_all(corpus)
    update_team(corpus, cursor="5")
    finish(copy_corpus(corpus.path, tmp_path / "copy.corpus"))
    with Corpus.open(tmp_path / "copy.corpus") as copy:
        own = read_team(copy)
        assert own is not None
        assert (own.member, own.cursor) == (team.member, "5")
        join(copy, "Omar", ANNOTATOR)
        own = read_team(copy)
        assert own is not None
        assert (own.member, own.role, own.cursor) == (uid_of(copy, "Omar"), ANNOTATOR, BEGINNING)
        assert count_pending(copy) == 1


def test_repaired_file_reads_the_remote_from_the_beginning(corpus: Corpus, tmp_path: Path) -> None:
    tag(corpus, 0)
    team = join(corpus)
    push_all(corpus)
    update_team(corpus, cursor="5", synced="2026-11-28T10:00:00.000+00:00")
    corpus.checkpoint()
    damaged = Path(shutil.copyfile(corpus.path, tmp_path / "damaged.corpus"))
    assert finish(salvage(damaged, tmp_path / "repaired.corpus")).losses == ()
    with Corpus.open(tmp_path / "repaired.corpus") as repaired:
        expected = Team(
            team.uid, team.name, team.address, team.member, LEAD, BEGINNING, "2026-11-28T10:00:00.000+00:00"
        )
        assert read_team(repaired) == expected
        assert pending(repaired) == {"step": 1, "label": 2, "article": 2}
        assert list(check_integrity(repaired)) == []


def test_damaged_row_of_the_team_is_named(corpus: Corpus) -> None:
    tag(corpus, 0)
    join(corpus)
    corpus.db.execute("PRAGMA ignore_check_constraints = ON")
    corpus.db.execute("UPDATE team SET role = 'king'")
    with pytest.raises(DamagedCorpus, match="team"):
        read_team(corpus)
    assert "team" in {damage.table for damage in check_integrity(corpus)}
