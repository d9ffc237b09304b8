"""Labels of two copies of a corpus, changed apart, merged with what was labelled meanwhile."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import apply_edits, build_label_set, build_plain_article, create_corpus
from msgspec.structs import replace

from annotator.generators import finish
from annotator.model.changeset import Changeset, Person
from annotator.model.history import LABELS_STEP, build_stacks
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.label_history import LabelEdit, PlacedLabel, resolve_labels
from annotator.model.labels import InvalidLabelSet, Label, LabelSet
from annotator.model.records import Dismissal, Edit, Rejection, Span, Step, article_uid, new_uid
from annotator.model.teams import CURATOR
from annotator.store.changesets import read_changeset, read_people
from annotator.store.corpus import Corpus
from annotator.store.label_merging import merge_label_edits
from annotator.store.label_rows import read_label_edits, read_label_uids
from annotator.store.label_set import add_labels, change_labels
from annotator.store.merging import MergeResult
from annotator.store.merging import merge as merge_changeset
from annotator.store.queries.team import Team, join_team
from annotator.store.recovery.integrity import check_integrity
from annotator.store.schema import record_first_labels

TEXT = "أعلنت وزارة الصحة 😀 عن خطة 2024"
ARTICLE = article_uid(TEXT)


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[tuple[Corpus, Corpus]]:
    """Two copies of a corpus with the labels A, B and C, and a span of A by Sanae."""
    with create_corpus(
        tmp_path / "lead.corpus", build_plain_article(TEXT), labels=build_label_set("A", "B", "C")
    ) as lead:
        tag(lead, "A", 0)
    shutil.copy(tmp_path / "lead.corpus", tmp_path / "sanae.corpus")
    with Corpus.open(tmp_path / "lead.corpus") as lead, Corpus.open(tmp_path / "sanae.corpus") as sanae:
        yield lead, sanae


def tag(corpus: Corpus, label: str, start: int, **fields: str) -> Span:
    span = Span(new_uid(), ARTICLE, "Sanae", label, start, start + 4, **fields)
    apply_edits(corpus, [Edit(None, span)])
    return span


def change(corpus: Corpus, new_names: Mapping[str, str], replacements: Mapping[str, str] | None = None) -> None:
    """Rename labels of the corpus, and delete those without a new name; others follow."""
    before = corpus.labels()
    after = LabelSet(
        tuple(replace(label, name=new_names[label.name]) for label in before.labels if label.name in new_names)
    )
    for _count in change_labels(corpus, LabelChange(before, after, dict(new_names), dict(replacements or {}))):
        pass
    assert_recorded(corpus)


def assert_recorded(corpus: Corpus) -> None:
    """Check that the labels are those that their record amounts to, and that no row is damaged."""
    used = {read_label_uids(corpus)[label] for (label,) in corpus.fetch_tuples("SELECT label FROM span")}
    assert resolve_labels(read_label_edits(corpus), used).label_set() == corpus.labels()
    assert not list(check_integrity(corpus))


def read_steps(corpus: Corpus) -> list[Step]:
    rows = corpus.fetch_tuples("SELECT DISTINCT clock, step FROM edit ORDER BY clock, step")
    return [corpus.step(uid) for _clock, uid in rows]


def merge(source: Corpus, target: Corpus) -> MergeResult:
    result = finish(merge_changeset(target, read_changeset(source)))
    assert isinstance(result, MergeResult)
    assert_recorded(target)
    return result


def labels_of(corpus: Corpus) -> list[tuple[str, int]]:
    return sorted((span.label, span.start) for span in corpus.spans(ARTICLE))


def names_of(corpus: Corpus) -> list[str]:
    return [label.name for label in corpus.labels().labels]


def content(corpus: Corpus) -> tuple[object, ...]:
    uids = read_label_uids(corpus)
    conflicts = corpus.fetch_tuples("SELECT step FROM conflict ORDER BY step")
    return corpus.labels(), uids, read_label_edits(corpus), corpus.spans(ARTICLE), read_steps(corpus), conflicts


def merge_both(lead: Corpus, sanae: Corpus) -> None:
    """Merge each into the other; check that both come to the same, and that merging again changes nothing."""
    merge(sanae, lead)
    merge(lead, sanae)
    assert content(lead) == content(sanae)
    expected = content(lead)
    merge(sanae, lead)
    assert content(lead) == expected


Copies = tuple[Corpus, Corpus]


def test_copies_of_a_corpus_have_one_record(copies: Copies) -> None:
    lead, sanae = copies
    assert read_label_edits(lead) == read_label_edits(sanae)
    assert {edit.label for edit in read_label_edits(lead)} == set(read_label_uids(lead).values())
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "B", "C"]


def test_corpora_created_apart_share_labels_of_one_name(tmp_path: Path) -> None:
    with (
        create_corpus(tmp_path / "a.corpus", build_plain_article(TEXT), labels=build_label_set("A", "B")) as first,
        create_corpus(tmp_path / "b.corpus", build_plain_article(TEXT), labels=build_label_set("B", "D")) as second,
    ):
        tag(first, "B", 0)
        tag(second, "B", 5)
        tag(second, "D", 9)
        merge_both(first, second)
        assert sorted(names_of(first)) == ["A", "B", "D"]
        assert labels_of(first) == [("B", 0), ("B", 5), ("D", 9)]


def test_renaming_here_and_spans_there(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "DATE", "B": "B", "C": "C"})
    tag(sanae, "A", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("DATE", 0), ("DATE", 5)]


def test_names_swapped_between_merges(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "B", "B": "A", "C": "C"})
    tag(sanae, "A", 5)
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("A", 5), ("B", 0), ("B", 5)]
    change(sanae, {"A": "B", "B": "A", "C": "C"})
    tag(lead, "A", 9)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("A", 0), ("A", 5), ("B", 5), ("B", 9)]


def test_names_swapped_in_both_copies(copies: Copies) -> None:
    lead, sanae = copies
    for corpus in copies:
        change(corpus, {"A": "B", "B": "A", "C": "C"})
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["B", "A", "C"]
    assert labels_of(lead) == [("B", 0), ("B", 5)]


def test_one_name_for_two_labels(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "PLAN", "B": "B", "C": "C"})
    tag(sanae, "C", 5)
    change(sanae, {"A": "A", "B": "B", "C": "PLAN"})
    merge_both(lead, sanae)
    assert names_of(lead) == ["PLAN", "B", "PLAN_2"]
    assert labels_of(lead) == [("PLAN", 0), ("PLAN_2", 5)]
    change(lead, {"PLAN": "PLAN", "B": "B", "PLAN_2": "TIME"})
    merge_both(lead, sanae)
    assert labels_of(sanae) == [("PLAN", 0), ("TIME", 5)]


def test_spans_of_a_label_replaced_elsewhere_get_the_replacement(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": "C"})
    tag(sanae, "A", 5, note="ملاحظة")
    merge_both(lead, sanae)
    assert labels_of(lead) == [("C", 0), ("C", 5)]
    assert lead.spans(ARTICLE)[1].note == "ملاحظة"
    last = read_steps(lead)[-1]
    assert (last.name, last.annotator) == (LABELS_STEP, "Sanae")
    assert not build_stacks(lead.history(ARTICLE, "Sanae"))[0], "undo ends there"


def test_a_span_whose_range_has_the_replacement_is_removed(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": "C"})
    tag(sanae, "A", 5)
    other = tag(sanae, "C", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("C", 0), ("C", 5)]
    assert other in lead.spans(ARTICLE)


def test_replacement_that_was_replaced_in_turn(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": "B"})
    change(lead, {"C": "C"}, {"B": "C"})
    tag(sanae, "A", 5)
    tag(sanae, "B", 9)
    merge_both(lead, sanae)
    assert names_of(lead) == ["C"]
    assert labels_of(lead) == [("C", 0), ("C", 5), ("C", 9)]


def test_labels_deleted_in_both_copies_each_for_the_other(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": "B"})
    tag(sanae, "B", 5)
    tag(sanae, "C", 9)
    change(sanae, {"A": "A", "C": "C"}, {"B": "A"})
    merge_both(lead, sanae)
    assert names_of(lead) == ["B", "C"]
    assert labels_of(lead) == [("B", 0), ("B", 5), ("C", 9)]


def test_spans_of_a_label_removed_elsewhere_are_removed(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": REMOVE})
    tag(sanae, "A", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == []
    assert not build_stacks(sanae.history(ARTICLE, "Sanae"))[0]


def test_a_label_deleted_as_unused_comes_back_with_spans(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "A", "C": "C"})
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "B", "C"]
    assert labels_of(lead) == [("A", 0), ("B", 5)]
    change(lead, {"A": "A", "B": "PLAN", "C": "C"})
    merge_both(lead, sanae)
    assert labels_of(sanae) == [("A", 0), ("PLAN", 5)]
    change(lead, {"A": "A", "C": "C"}, {"PLAN": "C"})
    merge_both(lead, sanae)
    assert labels_of(sanae) == [("A", 0), ("C", 5)]


def test_undo_cannot_bring_back_a_label_deleted_elsewhere(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "A", "C": "C"})
    apply_edits(sanae, [Edit(tag(sanae, "B", 5), None)])
    assert len(build_stacks(sanae.history(ARTICLE, "Sanae"))[0]) == 3
    merge_both(lead, sanae)
    assert names_of(sanae) == ["A", "C"]
    assert not build_stacks(sanae.history(ARTICLE, "Sanae"))[0]
    tag(sanae, "C", 5)
    assert len(build_stacks(sanae.history(ARTICLE, "Sanae"))[0]) == 1


def test_a_label_added_again_is_the_deleted_one(copies: Copies) -> None:
    lead, sanae = copies
    uid = read_label_uids(lead)["B"]
    change(lead, {"A": "A", "C": "C"})
    add_labels(lead, ["B"])
    assert read_label_uids(lead)["B"] == uid
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "C", "B"]
    assert labels_of(lead) == [("A", 0), ("B", 5)]


def test_a_label_added_with_the_name_that_a_deleted_one_has_in_recorded_edits(copies: Copies) -> None:
    lead, sanae = copies
    tag(sanae, "B", 5)
    change(lead, {"A": "A", "C": "C"})
    change(lead, {"A": "A", "C": "B"})
    for name in ("PLAN", "B_2"):
        add_labels(lead, [name])
        assert_recorded(lead)
    tag(lead, "B_2", 9)
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "B", "PLAN", "B_2"]
    assert labels_of(lead) == [("A", 0), ("B_2", 5), ("B_2", 9)]


def test_a_new_label_of_a_former_name_is_another_label(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "DATE", "B": "B", "C": "C"})
    add_labels(lead, ["A"])
    tag(lead, "A", 9)
    tag(sanae, "A", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("A", 9), ("DATE", 0), ("DATE", 5)]


def test_a_new_label_of_the_former_name_of_a_deleted_one_is_another_label(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "DATE", "B": "B", "C": "C"})
    change(lead, {"B": "B", "C": "C"}, {"DATE": "C"})
    add_labels(lead, ["A"])
    tag(sanae, "A", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["B", "C", "A"]
    assert labels_of(lead) == [("C", 0), ("C", 5)]


def test_a_label_with_the_name_of_a_deleted_one_does_not_get_its_spans(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "A", "C": "C"})
    change(lead, {"A": "A", "C": "B"})
    tag(lead, "B", 9)
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "B_2", "B"]
    assert labels_of(lead) == [("A", 0), ("B", 9), ("B_2", 5)]


def test_decisions_about_a_deleted_label_go(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"A": "A", "C": "C"})
    for start, label in ((5, "B"), (9, "C")):
        rejection = Rejection(new_uid(), ARTICLE, "Sanae", label, start, start + 4, "memory")
        dismissal = Dismissal(new_uid(), ARTICLE, "Sanae", "kind", label, start, start + 4)
        apply_edits(sanae, [Edit(None, rejection), Edit(None, dismissal)])
    merge_both(lead, sanae)
    for corpus in copies:
        assert corpus.fetch_tuples("SELECT label FROM rejection UNION ALL SELECT label FROM dismissal") == [("C",)] * 2


def test_decisions_about_a_deleted_label_go_where_another_one_comes_back(copies: Copies) -> None:
    lead, sanae = copies
    change(lead, {"C": "C"}, {"A": "C"})
    for start in (5, 9, 13):
        tag(sanae, "B", start)
    dismissals = [Dismissal(new_uid(), ARTICLE, "Sanae", "kind", label, 5, 9) for label in ("A", "B")]
    apply_edits(sanae, [Edit(None, dismissal) for dismissal in dismissals])  # later than the deletions, by the clocks
    merge_both(lead, sanae)
    for corpus in copies:
        assert names_of(corpus) == ["B", "C"]
        assert corpus.fetch_tuples("SELECT label FROM dismissal") == [("B",)]


def test_decisions_before_a_deletion_do_not_come_back_with_the_label(copies: Copies) -> None:
    lead, sanae = copies
    tag(lead, "C", 9)
    tag(lead, "C", 15)
    for corpus in copies:
        rejection = Rejection(new_uid(), ARTICLE, "Sanae", "B", 5, 9, "memory")
        apply_edits(corpus, [Edit(None, rejection)])
    change(lead, {"A": "A", "C": "C"})
    add_labels(lead, ["B"])
    merge(lead, sanae)
    assert sanae.fetch_tuples("SELECT label FROM rejection") == []


def test_renaming_a_label_to_the_name_of_a_deleted_one_keeps_its_decisions(copies: Copies) -> None:
    lead, _sanae = copies
    rejection = Rejection(new_uid(), ARTICLE, "Sanae", "C", 5, 9, "memory")
    apply_edits(lead, [Edit(None, rejection)])
    change(lead, {"A": "A", "C": "B"})
    assert lead.fetch_tuples("SELECT label FROM rejection") == [("B",)]


def test_properties_changed_in_both_copies(copies: Copies) -> None:
    lead, sanae = copies
    for corpus, field in ((lead, {"key": "7"}), (sanae, {"guideline": {"ar": "دليل"}})):
        before = corpus.labels()
        after = LabelSet((replace(before.labels[0], **field), *before.labels[1:]))
        for _count in change_labels(corpus, LabelChange(before, after, {name: name for name in "ABC"})):
            pass
    merge_both(lead, sanae)
    label = lead.labels().labels[0]
    assert (label.name, label.key, label.guideline) == ("A", "7", {"ar": "دليل"})


def test_labels_added_in_both_copies(copies: Copies) -> None:
    lead, sanae = copies
    for corpus, label_names in ((lead, ["D", "E"]), (sanae, ["F", "D"])):
        for name in label_names:
            add_labels(corpus, [name])
            assert_recorded(corpus)
    tag(sanae, "D", 5)
    merge_both(lead, sanae)
    assert names_of(lead)[:3] == ["A", "B", "C"]
    assert sorted(names_of(lead)[3:]) == ["D", "E", "F"]
    keys = [label.key for label in lead.labels().labels if label.key]
    assert len(keys) == len(set(keys))


def test_labels_without_a_record_get_one(copies: Copies) -> None:
    """Repairing a damaged file may leave such labels."""
    lead, sanae = copies
    tag(sanae, "B", 5)
    lead.db.execute("DELETE FROM label_edit WHERE label = ?", (read_label_uids(lead)["A"],))
    lead.db.conn.commit()
    merge(sanae, lead)
    assert names_of(lead) == ["A", "B", "C"]
    assert labels_of(lead) == [("A", 0), ("B", 5)]
    change(lead, {"A": "DATE", "B": "B", "C": "C"})
    merge(lead, sanae)
    assert labels_of(sanae) == [("B", 5), ("DATE", 0)]


def test_labels_deleted_before_changes_were_recorded(copies: Copies) -> None:
    """In a file of an older version, only recorded edits name them; its copy may have them still."""
    lead, sanae = copies
    tag(lead, "B", 9)
    change(lead, {"A": "A", "C": "C"}, {"B": "C"})
    for corpus in copies:
        with corpus.transaction():
            corpus.db.execute("DELETE FROM label_edit")
            record_first_labels(corpus.db)
        assert_recorded(corpus)
    assert [edit.before and edit.before.label.name for edit in read_label_edits(lead) if edit.after is None] == ["B"]
    merge(lead, sanae)
    assert names_of(sanae) == ["A", "C"]
    tag(sanae, "C", 5)
    merge_both(lead, sanae)
    assert labels_of(lead) == [("A", 0), ("C", 5), ("C", 9)]


def test_a_label_that_only_a_copy_deleted_long_ago_exists_while_it_is_used(copies: Copies) -> None:
    lead, sanae = copies
    tag(lead, "B", 9)
    change(lead, {"A": "A", "C": "C"}, {"B": "C"})
    with lead.transaction():
        lead.db.execute("DELETE FROM label_edit")
        record_first_labels(lead.db)
    tag(sanae, "B", 5)
    merge_both(lead, sanae)
    assert names_of(lead) == ["A", "B", "C"]
    assert labels_of(lead) == [("A", 0), ("B", 5), ("C", 9)]
    label = sanae.labels().find("B")
    assert label is not None
    assert label.title == {"ar": "B"}


def test_label_that_cannot_be_is_refused(copies: Copies) -> None:
    lead, _sanae = copies
    before = content(lead)
    invalid = PlacedLabel(Label("two words", {}, lead.labels().labels[0].colour), 3)
    with pytest.raises(InvalidLabelSet):
        merge_label_edits(lead, [LabelEdit("x", 1, "", None, "y", None, invalid)])
    assert content(lead) == before


def test_what_a_member_makes_of_a_deletion_alone_goes_when_the_label_comes_back(
    copies: tuple[Corpus, Corpus], tmp_path: Path
) -> None:
    """A curator may not send what a merge makes in another's layer: nobody else would have it (docs/adr/0021)."""
    lead, sanae = copies
    with_deletion = replace_for_a_while(lead)
    late = tag(sanae, "A", 8)
    with join_curator(sanae, tmp_path / "curator.corpus") as curator:
        finish(merge_changeset(curator, with_deletion))
        assert label_of(curator, late) == "B"
        for corpus in (lead, curator):
            finish(merge_changeset(corpus, read_changeset(sanae)))
        finish(merge_changeset(curator, read_changeset(lead)))
        assert (label_of(lead, late), label_of(curator, late)) == ("A", "A")
        assert_recorded(curator)


def test_what_a_member_makes_of_a_deletion_puts_no_later_step_in_conflict(
    copies: tuple[Corpus, Corpus], tmp_path: Path
) -> None:
    lead, sanae = copies
    change(lead, {"B": "B", "C": "C"}, {"A": REMOVE})
    late = tag(sanae, "A", 8)
    with join_curator(sanae, tmp_path / "curator.corpus") as curator:
        finish(merge_changeset(curator, read_changeset(lead)))
        assert label_of(curator, late) == ""
        for start in (14, 20, 26):  # until her clock is further than that of what the merge made
            tag(sanae, "B", start)
        apply_edits(sanae, [Edit(late, replace(late, end=late.end + 1))])
        assert finish(merge_changeset(lead, read_changeset(sanae))).conflicts == ()
        assert finish(merge_changeset(curator, read_changeset(lead))).conflicts == ()
        assert curator.fetch_tuples("SELECT * FROM conflict") == []
        assert_recorded(curator)


def test_what_a_merge_makes_in_an_own_layer_stays(copies: tuple[Corpus, Corpus], tmp_path: Path) -> None:
    """Its annotator may send it: so it counts for all."""
    lead, sanae = copies
    with_deletion = replace_for_a_while(lead)
    late = tag(sanae, "A", 8)
    with join_curator(sanae, tmp_path / "own.corpus", name="Sanae") as own:
        for changeset in (with_deletion, read_changeset(lead)):
            finish(merge_changeset(own, changeset))
        finish(merge_changeset(lead, read_changeset(own)))
        assert (label_of(lead, late), label_of(own, late)) == ("B", "B")


def replace_for_a_while(lead: Corpus) -> Changeset:
    """Delete the label A, whose spans get B, and add it again; return what there was in between."""
    before = lead.labels()
    change(lead, {"B": "B", "C": "C"}, {"A": "B"})
    changeset = read_changeset(lead)
    finish(change_labels(lead, LabelChange(lead.labels(), before, {"B": "B", "C": "C"})))
    return changeset


@contextmanager
def join_curator(corpus: Corpus, path: Path, name: str = "Hind") -> Iterator[Corpus]:
    """Yield a copy of a corpus in a team, of somebody who is no lead."""
    corpus.checkpoint()
    with Corpus.open(Path(shutil.copy(corpus.path, path))) as copy:
        finish(merge_changeset(copy, Changeset("", people=(Person(name, (new_uid(),)),))))
        uids = {person.name: person.uids[-1] for person in read_people(copy)}
        join_team(copy, Team("t", "الفريق", "", uids[name], CURATOR))
        yield copy


def label_of(corpus: Corpus, span: Span) -> str:
    """Return the label of a span; "" if it is not there."""
    return "".join(label for (label,) in corpus.fetch_tuples("SELECT label FROM span WHERE uid = ?", span.uid))
