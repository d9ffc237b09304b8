"""Changes from one label set to another, and the editing that leads to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from annotator.model.label_changes import (
    REMOVE,
    InvalidLabelChange,
    LabelChange,
    LabelEntry,
    build_change,
    delete_entry,
    find_entry_faults,
    list_entries,
    merge_label_set,
)
from annotator.model.labels import Colour, InvalidLabelSet, Label, LabelSet


def label(name: str, key: str | None = None) -> Label:
    return Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c"), key)


def labels(*names: str) -> LabelSet:
    return LabelSet(tuple(label(name) for name in names))


BEFORE = labels("DATE", "INSTITUTION", "PLAN")
USAGE = {"DATE": 3, "PLAN": 1}


def list_faults(edited: list[LabelEntry]) -> list[tuple[int, str]]:
    return [(fault.index, fault.field) for fault in find_entry_faults(edited, USAGE)]


def test_change_lists_deleted_labels() -> None:
    change = LabelChange(BEFORE, labels("PLAN", "TIME"), {"DATE": "TIME", "PLAN": "PLAN"}, {"INSTITUTION": "PLAN"})
    change.check()
    assert change.deleted_labels() == ["INSTITUTION"]


@pytest.mark.parametrize(
    ("after", "new_names", "replacements"),
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
def test_inconsistent_change_is_refused(
    after: LabelSet, new_names: dict[str, str], replacements: dict[str, str]
) -> None:
    with pytest.raises(InvalidLabelChange):
        LabelChange(BEFORE, after, new_names, replacements).check()


@pytest.mark.parametrize("after", [labels(), labels("A B"), labels("A", "A")])
def test_change_to_labels_with_a_fault_is_refused(after: LabelSet) -> None:
    with pytest.raises(InvalidLabelSet):
        LabelChange(BEFORE, after, {}).check()


def test_unedited_entries_change_nothing() -> None:
    change = build_change(BEFORE, list_entries(BEFORE), USAGE)
    assert change == LabelChange(BEFORE, BEFORE, {"DATE": "DATE", "INSTITUTION": "INSTITUTION", "PLAN": "PLAN"})
    assert list_faults(list_entries(BEFORE)) == []


def test_label_keeps_its_spans_when_renamed_and_moved() -> None:
    date, institution, plan = list_entries(BEFORE)
    change = build_change(BEFORE, [plan, replace(date, label=label("TIME")), institution], USAGE)
    assert [label_.name for label_ in change.after.labels] == ["PLAN", "TIME", "INSTITUTION"]
    assert change.new_names == {"PLAN": "PLAN", "DATE": "TIME", "INSTITUTION": "INSTITUTION"}


def test_deleted_label_with_spans_needs_a_replacement() -> None:
    edited = delete_entry(list_entries(BEFORE), "DATE")
    assert list_faults(edited) == [(0, "instead")]
    assert list_faults(delete_entry(list_entries(BEFORE), "INSTITUTION")) == []
    edited[0] = replace(edited[0], replacement=REMOVE)
    assert list_faults(edited) == []
    assert build_change(BEFORE, edited, USAGE).replacements == {"DATE": REMOVE}
    # The replacement refers to the label, whatever its name is by then.
    edited[0] = replace(edited[0], replacement="PLAN")
    edited[2] = replace(edited[2], label=label("STRATEGY"))
    assert build_change(BEFORE, edited, USAGE).replacements == {"DATE": "STRATEGY"}


def test_undecided_replacement_never_removes_spans() -> None:
    assert build_change(BEFORE, delete_entry(list_entries(BEFORE), "DATE"), USAGE).replacements == {}


def test_replacement_is_undecided_again_when_it_is_deleted_too() -> None:
    edited = delete_entry(list_entries(BEFORE), "DATE")
    edited[0] = replace(edited[0], replacement="PLAN")
    edited = delete_entry(edited, "PLAN")
    assert list_faults(edited) == [(0, "instead"), (2, "instead")]


def test_deleting_a_new_label_leaves_no_entry() -> None:
    new = LabelEntry("n", label("NEW"))
    assert delete_entry([*list_entries(BEFORE), new], "n") == list_entries(BEFORE)
    edited = [
        replace(entry, replacement="n", is_deleted=True) if entry.uid == "DATE" else entry
        for entry in list_entries(BEFORE)
    ]
    assert delete_entry([*edited, new], "n")[0].replacement is None


def test_name_of_a_deleted_label_with_spans_is_not_available() -> None:
    edited = [
        replace(entry, replacement="PLAN") if entry.is_deleted else entry
        for entry in delete_entry(list_entries(BEFORE), "DATE")
    ]
    assert list_faults([*edited, LabelEntry("n", label("DATE"))]) == [(3, "name")]
    assert (
        list_faults([*delete_entry(list_entries(BEFORE), "INSTITUTION"), LabelEntry("n", label("INSTITUTION"))]) == []
    )


def test_faults_have_the_indices_of_their_entries() -> None:
    edited = delete_entry(list_entries(BEFORE), "INSTITUTION")
    edited[2] = replace(edited[2], label=label("A B"))
    assert list_faults(edited) == [(2, "name")]
    edited[2] = replace(edited[2], label=label("DATE"))
    assert list_faults(edited) == [(0, "name"), (2, "name")]


def test_deleting_all_labels_is_a_fault() -> None:
    edited = list_entries(labels("A"))
    assert list_faults(delete_entry(edited, "A")) == [(0, "name")]
    assert list_faults([]) == [(0, "name")]


def test_merged_label_set_replaces_labels_of_the_same_name_and_adds_others() -> None:
    edited = delete_entry(list_entries(BEFORE), "PLAN")
    plan, new = replace(label("PLAN", "7"), title={"fr": "Plan"}), label("NEW")
    merged = merge_label_set(edited, LabelSet((plan, new)))
    assert [entry.label for entry in merged] == [plan, new, label("DATE"), label("INSTITUTION")]
    assert [entry.origin for entry in merged] == ["PLAN", None, "DATE", "INSTITUTION"]
    assert not any(entry.is_deleted for entry in merged)
    assert len({entry.uid for entry in merged}) == 4
    assert merge_label_set(list_entries(BEFORE), BEFORE) == list_entries(BEFORE)


@given(st.data())
def test_entries_without_faults_give_a_consistent_change(data: st.DataObject) -> None:
    edited = list_entries(BEFORE)
    for index in range(data.draw(st.integers(0, 8))):
        action = data.draw(st.sampled_from(["rename", "delete", "instead", "add", "order"]))
        entry = data.draw(st.sampled_from(edited)) if edited else None
        if action == "add":
            edited.append(
                LabelEntry(f"new {index}", label(data.draw(st.sampled_from(["A", "B", "DATE", "PLAN", "X Y"]))))
            )
        elif action == "order":
            edited = data.draw(st.permutations(edited))
        elif entry and action == "delete":
            edited = delete_entry(edited, entry.uid)
        elif entry and action == "rename":
            name = data.draw(st.sampled_from(["A", "B", "DATE", "PLAN"]))
            edited[edited.index(entry)] = replace(entry, label=label(name))
        elif entry and action == "instead" and entry.is_deleted:
            remaining = [other.uid for other in edited if not other.is_deleted]
            edited[edited.index(entry)] = replace(entry, replacement=data.draw(st.sampled_from([REMOVE, *remaining])))
    if not list_faults(edited):
        change = build_change(BEFORE, edited, USAGE)
        change.check()
        assert {name for name in change.deleted_labels() if name in USAGE} == change.replacements.keys()
