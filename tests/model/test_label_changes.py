"""From one label set to another: what a change may say, and how editing leads to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from annotator.model.label_changes import (
    REMOVE,
    BadChange,
    Change,
    Entry,
    change,
    entries,
    loaded,
    shown_faults,
    without,
)
from annotator.model.labels import BadLabelSet, Colour, Label, LabelSet


def label(name: str, key: str | None = None) -> Label:
    return Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c"), key)


def labels(*names: str) -> LabelSet:
    return LabelSet(tuple(label(name) for name in names))


BEFORE = labels("DATE", "INSTITUTION", "PLAN")
USAGE = {"DATE": 3, "PLAN": 1}


def faulty(edited: list[Entry]) -> list[tuple[int, str]]:
    return [(fault.at, fault.field) for fault in shown_faults(edited, USAGE)]


def test_a_change_knows_what_is_renamed_and_what_is_deleted() -> None:
    told = Change(BEFORE, labels("PLAN", "TIME"), {"DATE": "TIME", "PLAN": "PLAN"}, {"INSTITUTION": "PLAN"})
    told.check()
    assert told.renamed() == {"DATE": "TIME"}
    assert told.deleted() == ["INSTITUTION"]


@pytest.mark.parametrize(
    ("after", "kept", "instead"),
    [
        (labels("A"), {"X": "A"}, {}),
        (labels("A"), {"DATE": "B"}, {}),
        (labels("A"), {"DATE": "A", "PLAN": "A"}, {}),
        (labels("A"), {"DATE": "A"}, {"DATE": "A"}),
        (labels("A"), {"DATE": "A"}, {"X": "A"}),
        (labels("A"), {"DATE": "A"}, {"PLAN": "INSTITUTION"}),
        (labels("PLAN"), {"DATE": "PLAN"}, {"PLAN": REMOVE}),
    ],
)
def test_a_change_whose_parts_do_not_fit_is_refused(
    after: LabelSet, kept: dict[str, str], instead: dict[str, str]
) -> None:
    with pytest.raises(BadChange):
        Change(BEFORE, after, kept, instead).check()


@pytest.mark.parametrize("after", [labels(), labels("A B"), labels("A", "A")])
def test_a_change_to_labels_with_a_fault_is_refused(after: LabelSet) -> None:
    with pytest.raises(BadLabelSet):
        Change(BEFORE, after, {}).check()


def test_untouched_entries_change_nothing() -> None:
    told = change(BEFORE, entries(BEFORE), USAGE)
    assert told == Change(BEFORE, BEFORE, {"DATE": "DATE", "INSTITUTION": "INSTITUTION", "PLAN": "PLAN"})
    assert faulty(entries(BEFORE)) == []


def test_a_label_keeps_its_spans_through_a_new_name_and_place() -> None:
    date, institution, plan = entries(BEFORE)
    told = change(BEFORE, [plan, replace(date, label=label("TIME")), institution], USAGE)
    assert [one.name for one in told.after.labels] == ["PLAN", "TIME", "INSTITUTION"]
    assert told.renamed() == {"DATE": "TIME"}


def test_a_deleted_label_with_spans_has_to_say_what_becomes_of_them() -> None:
    edited = without(entries(BEFORE), "DATE")
    assert faulty(edited) == [(0, "instead")]
    assert faulty(without(entries(BEFORE), "INSTITUTION")) == []
    edited[0] = replace(edited[0], instead=REMOVE)
    assert faulty(edited) == []
    assert change(BEFORE, edited, USAGE).instead == {"DATE": REMOVE}
    # The other label is meant, whatever it is called by then.
    edited[0] = replace(edited[0], instead="PLAN")
    edited[2] = replace(edited[2], label=label("STRATEGY"))
    assert change(BEFORE, edited, USAGE).instead == {"DATE": "STRATEGY"}


def test_what_is_not_decided_is_never_a_removal() -> None:
    assert change(BEFORE, without(entries(BEFORE), "DATE"), USAGE).instead == {}


def test_spans_that_were_to_get_a_label_which_is_deleted_too_are_undecided_again() -> None:
    edited = without(entries(BEFORE), "DATE")
    edited[0] = replace(edited[0], instead="PLAN")
    edited = without(edited, "PLAN")
    assert faulty(edited) == [(0, "instead"), (2, "instead")]


def test_a_new_label_that_is_deleted_leaves_nothing() -> None:
    new = Entry("n", label("NEW"))
    assert without([*entries(BEFORE), new], "n") == entries(BEFORE)
    edited = [replace(one, instead="n", deleted=True) if one.uid == "DATE" else one for one in entries(BEFORE)]
    assert without([*edited, new], "n")[0].instead is None


def test_the_name_of_a_label_whose_spans_still_move_is_not_free() -> None:
    edited = [replace(one, instead="PLAN") if one.deleted else one for one in without(entries(BEFORE), "DATE")]
    assert faulty([*edited, Entry("n", label("DATE"))]) == [(3, "name")]
    assert faulty([*without(entries(BEFORE), "INSTITUTION"), Entry("n", label("INSTITUTION"))]) == []


def test_faults_are_at_the_places_of_their_entries() -> None:
    edited = without(entries(BEFORE), "INSTITUTION")
    edited[2] = replace(edited[2], label=label("A B"))
    assert faulty(edited) == [(2, "name")]
    edited[2] = replace(edited[2], label=label("DATE"))
    assert faulty(edited) == [(0, "name"), (2, "name")]


def test_all_deleted_is_a_fault() -> None:
    edited = entries(labels("A"))
    assert faulty(without(edited, "A")) == [(0, "name")]
    assert faulty([]) == [(0, "name")]


def test_a_label_set_that_is_taken_in_changes_its_namesakes_and_adds_the_others() -> None:
    edited = without(entries(BEFORE), "PLAN")
    plan, new = replace(label("PLAN", "7"), title={"fr": "Plan"}), label("NEW")
    taken = loaded(edited, LabelSet((plan, new)))
    assert [entry.label for entry in taken] == [plan, new, label("DATE"), label("INSTITUTION")]
    assert [entry.origin for entry in taken] == ["PLAN", None, "DATE", "INSTITUTION"]
    assert not any(entry.deleted for entry in taken)
    assert len({entry.uid for entry in taken}) == 4
    assert loaded(entries(BEFORE), BEFORE) == entries(BEFORE)


@given(st.data())
def test_entries_without_a_fault_are_a_change_that_fits(data: st.DataObject) -> None:
    edited = entries(BEFORE)
    for turn in range(data.draw(st.integers(0, 8))):
        what = data.draw(st.sampled_from(["rename", "delete", "instead", "add", "order"]))
        chosen = data.draw(st.sampled_from(edited)) if edited else None
        if what == "add":
            edited.append(Entry(f"new {turn}", label(data.draw(st.sampled_from(["A", "B", "DATE", "PLAN", "X Y"])))))
        elif what == "order":
            edited = data.draw(st.permutations(edited))
        elif chosen and what == "delete":
            edited = without(edited, chosen.uid)
        elif chosen and what == "rename":
            name = data.draw(st.sampled_from(["A", "B", "DATE", "PLAN"]))
            edited[edited.index(chosen)] = replace(chosen, label=label(name))
        elif chosen and what == "instead" and chosen.deleted:
            left = [one.uid for one in edited if not one.deleted]
            edited[edited.index(chosen)] = replace(chosen, instead=data.draw(st.sampled_from([REMOVE, *left])))
    if not faulty(edited):
        told = change(BEFORE, edited, USAGE)
        told.check()
        assert {name for name in told.deleted() if name in USAGE} == told.instead.keys()
