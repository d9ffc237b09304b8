"""Records of changes of labels, made apart in several files and merged as sets."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples

from annotator.model.label_changes import REMOVE
from annotator.model.label_history import (
    LabelEdit,
    PlacedLabel,
    map_names,
    record_changes,
    resolve_labels,
)
from annotator.model.labels import Colour, Label, find_faults

RED, BLUE = Colour("#aa0000", "#ffaaaa"), Colour("#0000aa", "#aaaaff")


def build_label(name: str, key: str | None = None) -> Label:
    return Label(name, {}, RED, key)


def base(*labels: Label) -> list[LabelEdit]:
    """Return the record of a new corpus; a label's uid is its name in lower case."""
    return [
        LabelEdit(f"base {label.name}", 0, "", None, label.name.lower(), None, PlacedLabel(label, position))
        for position, label in enumerate(labels)
    ]


def change(
    edits: Sequence[LabelEdit], after: dict[str, Label], replacements: dict[str, str] | None = None, clock: int = 0
) -> list[LabelEdit]:
    """Return the record after a change of the labels to `after`, by uid."""
    clock = clock or 1 + max(edit.clock for edit in edits)
    before = resolve_labels(edits).labels
    new_edits = record_changes(edits, before, after, replacements or {}, clock=clock, time="", device=None)
    return [*edits, *new_edits]


def names(edits: Sequence[LabelEdit], *used: str) -> list[str]:
    return [label.name for label in resolve_labels(edits, used).labels.values()]


A, B, C = (build_label(name) for name in "ABC")
ABC = base(A, B, C)


def test_record_of_a_new_corpus_has_its_labels_in_order() -> None:
    assert resolve_labels(reversed(ABC)).label_set().labels == (A, B, C)
    assert resolve_labels([]).labels == {}


def test_a_change_is_recorded_for_the_changed_label_only() -> None:
    edits = change(ABC, {"a": A, "b": replace(B, name="PLAN"), "c": C})
    [edit] = edits[len(ABC) :]
    assert (edit.label, edit.before, edit.after) == ("b", PlacedLabel(B, 1), PlacedLabel(replace(B, name="PLAN"), 1))
    assert change(edits, resolve_labels(edits).labels) == edits


def test_adding_and_deleting_labels_moves_no_other() -> None:
    deleted = change(ABC, {"b": B, "c": C}, {"a": "c"})
    assert [(edit.label, edit.after, edit.replacement) for edit in deleted[len(ABC) :]] == [("a", None, "c")]
    added = change(deleted, {"b": B, "c": C, "d": build_label("D")})
    assert [edit.after for edit in added[len(deleted) :]] == [PlacedLabel(build_label("D"), 3)]
    assert names(added) == ["B", "C", "D"]


def test_different_properties_of_a_label_change_apart() -> None:
    renamed = change(ABC, {"a": replace(A, name="DATE"), "b": B, "c": C})
    recoloured = change(ABC, {"b": B, "a": replace(A, colour=BLUE), "c": C}, clock=9)
    assert list(resolve_labels(renamed + recoloured).labels.values()) == [B, Label("DATE", {}, BLUE), C]


def test_the_later_one_of_two_new_names_stands() -> None:
    first = change(ABC, {"a": replace(A, name="FIRST"), "b": B, "c": C}, clock=5)
    second = change(ABC, {"a": replace(A, name="SECOND"), "b": B, "c": C}, clock=4)
    assert names(first + second) == names(second + first) == ["FIRST", "B", "C"]
    assert map_names(second, first + second) == {"SECOND": "FIRST", "B": "B", "C": "C"}


def test_names_that_were_swapped_are_mapped() -> None:
    swapped = change(ABC, {"a": replace(A, name="B"), "b": replace(B, name="A"), "c": C})
    assert map_names(ABC, swapped) == {"A": "B", "B": "A", "C": "C"}
    assert map_names(swapped, change(swapped, {"a": A, "b": B, "c": C})) == {"A": "B", "B": "A", "C": "C"}


def test_the_later_one_of_two_labels_of_one_name_gets_a_free_name() -> None:
    first = change(ABC, {"a": A, "b": B, "c": C, "d": build_label("PLAN"), "e": build_label("PLAN_2")}, clock=1)
    second = change(ABC, {"a": A, "b": B, "c": replace(C, name="PLAN")}, clock=2)
    assert names(first + second) == ["A", "B", "PLAN_3", "PLAN", "PLAN_2"]
    assert map_names(second, first + second) == {"A": "A", "B": "B", "PLAN": "PLAN_3"}


def test_free_name_of_the_longest_name_is_valid() -> None:
    first, second = (change(ABC, {"a": A, uid: build_label("ا" * 100)}, clock=1) for uid in ("x", "y"))
    resolved = resolve_labels(first + second)
    assert not list(find_faults(resolved.label_set()))
    assert len(resolved.labels) == 3


def test_the_later_one_of_two_labels_with_one_key_loses_it() -> None:
    first = change(ABC, {"a": A, "b": replace(B, key="Q"), "c": C}, clock=2)
    second = change(ABC, {"a": replace(A, key="q"), "b": B, "c": C}, clock=3)
    assert [label.key for label in resolve_labels(first + second).labels.values()] == [None, "Q", None]


def test_an_existing_label_takes_the_name_from_a_deleted_one() -> None:
    deleted = change(ABC, {"b": B, "c": C}, {"a": REMOVE})
    assert resolve_labels(deleted).names() == {"a": "A", "b": "B", "c": "C"}
    renamed = change(deleted, {"b": replace(B, name="A"), "c": C})
    assert resolve_labels(renamed).names() == {"a": "A_2", "b": "A", "c": "C"}
    assert map_names(ABC, renamed) == {"A": "A_2", "B": "A", "C": "C"}


def test_replacements_are_followed() -> None:
    edits = change(change(ABC, {"b": B, "c": C}, {"a": "b"}), {"c": C}, {"b": "c"})
    assert {uid: label.replacement for uid, label in resolve_labels(edits).deleted.items()} == {"a": "c", "b": "c"}
    edits = change(change(ABC, {"b": B, "c": C}, {"a": "b"}), {"c": C}, {"b": REMOVE})
    assert {uid: label.replacement for uid, label in resolve_labels(edits).deleted.items()} == {
        "a": REMOVE,
        "b": REMOVE,
    }


def test_of_labels_that_replace_one_another_the_one_deleted_last_stays() -> None:
    first = change(ABC, {"b": B, "c": C}, {"a": "b"}, clock=1)
    second = change(ABC, {"a": A, "c": C}, {"b": "a"}, clock=2)
    assert names(first + second) == ["B", "C"]
    assert resolve_labels(first + second).deleted["a"].replacement == "b"


def test_a_label_deleted_as_unused_exists_while_it_is_used() -> None:
    deleted = change(ABC, {"b": B, "c": C})
    assert names(deleted) == ["B", "C"]
    assert resolve_labels(deleted).deleted["a"].replacement is None
    assert names(deleted, "a") == ["A", "B", "C"]
    replaced = change(ABC, {"a": A, "c": C}, {"b": "a"})
    assert names(deleted + replaced) == ["C"]
    assert names(deleted + replaced, "b") == ["A", "C"]
    assert resolve_labels(deleted + replaced, ["b"]).deleted["b"].replacement == "a"


def test_a_decision_to_remove_spans_stands_when_the_label_is_used() -> None:
    deleted = change(ABC, {"b": B, "c": C}, {"a": REMOVE})
    assert names(deleted, "a") == ["B", "C"]


def test_there_is_always_a_label() -> None:
    first = change(base(A, B), {"b": B}, {"a": REMOVE}, clock=2)
    second = change(base(A, B), {"a": A}, {"b": REMOVE}, clock=1)
    assert names(first + second) == ["A"]


def test_a_label_added_again_exists_though_it_is_deleted_elsewhere_before() -> None:
    deleted = change(ABC, {"b": B, "c": C}, {"a": "c"})
    readded = change(deleted, {"b": B, "c": C, "a": replace(A, colour=BLUE)})
    elsewhere = change(ABC, {"b": B, "c": C}, {"a": REMOVE}, clock=1)
    assert names(readded + elsewhere) == ["B", "C", "A"]


@pytest.mark.parametrize("replacement", ["unknown", "a"])
def test_a_replacement_that_cannot_be_is_none(replacement: str) -> None:
    deletion = LabelEdit("x", 1, "", None, "a", PlacedLabel(A, 0), None, replacement)
    assert names([*ABC, deletion], "a") == ["A", "B", "C"]


class File:
    """A copy of a corpus whose labels are changed apart."""

    def __init__(self) -> None:
        self.edits = ABC

    def clock(self) -> int:
        return 1 + max(edit.clock for edit in self.edits)

    def change(self, verb: str, first: int, second: int, name: str) -> None:
        labels = dict(resolve_labels(self.edits).labels)
        uids = list(labels)
        uid, other = uids[first % len(uids)], uids[second % len(uids)]
        replacements = {}
        if verb == "rename" and name not in {label.name for label in labels.values()}:
            labels[uid] = replace(labels[uid], name=name)
        elif verb == "swap":
            first_name, second_name = labels[uid].name, labels[other].name
            labels[uid] = replace(labels[uid], name=second_name)
            labels[other] = replace(labels[other], name=first_name)
        elif verb == "key":
            keys = {label.key for label in labels.values()}
            labels[uid] = replace(labels[uid], key=next((key for key in "12345678" if key not in keys), None))
        elif verb == "move":
            labels[uid] = labels.pop(uid)
        elif verb == "add":
            labels.setdefault(name.lower(), build_label(name))
            if len({label.name for label in labels.values()}) < len(labels):
                return
        elif verb in ("replace", "remove", "delete") and uid != other:
            del labels[uid]
            replacements = {"replace": {uid: other}, "remove": {uid: REMOVE}, "delete": {}}[verb]
        self.edits = change(self.edits, labels, replacements)
        assert list(resolve_labels(self.edits).labels.items()) == list(labels.items())

    def merge(self, other: "File") -> None:
        self.edits = list({edit.uid: edit for edit in (*self.edits, *other.edits)}.values())


VERBS = ["rename", "swap", "key", "move", "add", "replace", "remove", "delete"]
CHANGES = st.tuples(
    st.integers(0, 2), st.sampled_from(VERBS), st.integers(0, 5), st.integers(0, 5), st.sampled_from("ABCDE")
)
MERGES = st.tuples(st.integers(0, 2), st.just("merge"), st.integers(0, 2), st.just(0), st.just(""))


@examples(150)
@given(st.lists(CHANGES | MERGES, max_size=16), st.sets(st.sampled_from("abcde")), st.randoms(use_true_random=False))
def test_labels_depend_on_no_order_of_changes_and_merges(
    moves: list[tuple[int, str, int, int, str]], used: set[str], random: Random
) -> None:
    files = [File(), File(), File()]
    for index, verb, first, second, name in moves:
        if verb == "merge":
            files[index].merge(files[first])
        else:
            files[index].change(verb, first, second, name)
    union = {edit.uid: edit for file in files for edit in file.edits}
    shuffled = list(union.values())
    random.shuffle(shuffled)
    resolved = resolve_labels(union.values(), used)
    assert resolve_labels(shuffled * 2, used) == resolved
    assert list(resolve_labels(shuffled, used).labels) == list(resolved.labels)
    assert not list(find_faults(resolved.label_set()))
    assert resolved.labels.keys() | resolved.deleted.keys() == {edit.label for edit in shuffled}
    assert len(set(resolved.names().values())) == len(resolved.labels) + len(resolved.deleted)
    assert resolved.names() == resolve_labels(shuffled).names()
    for deleted in resolved.deleted.values():
        assert deleted.replacement in (*resolved.labels, REMOVE, None)
    assert not [uid for uid in used & resolved.deleted.keys() if resolved.deleted[uid].replacement is None]
    for file in files:
        their_names = resolve_labels(file.edits).names()
        mapping = map_names(file.edits, shuffled)
        assert {uid: mapping[name] for uid, name in their_names.items()}.items() <= resolved.names().items()
