"""The undo and redo stacks derived from steps, against a model with two lists."""

from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.history import IMPORT_STEP, LABELS_STEP, build_stacks, reverse_step
from annotator.model.records import Edit, Span, Step

OLD: Final = Span("s", "a", "سناء", "DATE", 0, 8)
NEW: Final = Span("s", "a", "سناء", "PLAN", 0, 8)


def step(uid: str, undoes: str | None = None, name: str = "tag", edits: tuple[Edit, ...] = ()) -> Step:
    return Step(uid, "سناء", "2024-07-09T09:00:00Z", name, edits, undoes)


def stacks(steps: Iterable[Step]) -> tuple[list[Step], list[Step]]:
    """Build the stacks of whole steps, which have all that is asked of a StepInfo."""
    build: Any = build_stacks
    undo, redo = build(steps)
    return undo, redo


def stack_uids(*steps: Step) -> tuple[list[str], list[str]]:
    undo, redo = stacks(steps)
    return [stacked.uid for stacked in undo], [stacked.uid for stacked in redo]


def test_no_steps_give_empty_stacks() -> None:
    assert stack_uids() == ([], [])


def test_steps_stack_up() -> None:
    assert stack_uids(step("1"), step("2")) == (["1", "2"], [])


def test_an_undo_can_be_redone() -> None:
    assert stack_uids(step("1"), step("2"), step("3", "2")) == (["1"], ["3"])


def test_a_redo_can_be_undone() -> None:
    assert stack_uids(step("1"), step("2"), step("3", "2"), step("4", "3")) == (["1", "4"], [])


def test_undoing_and_redoing_all_keeps_the_order() -> None:
    steps = [step("1"), step("2"), step("3", "2"), step("4", "1")]
    assert stack_uids(*steps) == ([], ["3", "4"])
    assert stack_uids(*steps, step("5", "4"), step("6", "3")) == (["5", "6"], [])


def test_new_step_clears_the_redo_stack() -> None:
    assert stack_uids(step("1"), step("2"), step("3", "2"), step("4")) == (["1", "4"], [])


def test_undo_may_skip_a_step_that_cannot_be_undone() -> None:
    steps = [step("1"), step("2"), step("3", "1")]
    assert stack_uids(*steps) == (["2"], ["3"])
    assert stack_uids(*steps, step("4", "3")) == (["2", "4"], [])
    assert stack_uids(*steps, step("4", "2")) == ([], ["3", "4"])
    assert stack_uids(*steps, step("4", "2"), step("5", "3")) == (["5"], ["4"])


@pytest.mark.parametrize("undoes", ["2", "9"])
def test_step_that_undoes_one_on_neither_stack_is_new(undoes: str) -> None:
    # Undo steps from another machine, after a merge, may not fit these stacks.
    assert stack_uids(step("1"), step("2"), step("3", "2"), step("4"), step("5", undoes)) == (["1", "4", "5"], [])


def test_import_is_on_neither_stack_and_keeps_the_redo_stack() -> None:
    imported = step("i", name=IMPORT_STEP)
    assert stack_uids(imported) == ([], [])
    assert stack_uids(imported, step("1"), step("2", "1"), imported) == ([], ["2"])
    assert stack_uids(imported, step("1"), step("2", "1"), imported, step("3", "2")) == (["3"], [])


def test_change_of_the_labels_clears_both_stacks() -> None:
    barrier = step("l", name=LABELS_STEP)
    assert stack_uids(step("1"), step("2"), step("3", "2"), barrier) == ([], [])
    assert stack_uids(step("1"), barrier, step("2"), step("3", "2")) == ([], ["3"])
    assert stack_uids(step("1"), barrier, step("2", "1")) == (["2"], [])


def test_reversed_step_has_the_inverse_edits_in_reverse_order() -> None:
    original = step("1", edits=(Edit(None, OLD), Edit(OLD, NEW), Edit(NEW, None)))
    assert reverse_step(original) == (Edit(None, NEW), Edit(NEW, OLD), Edit(OLD, None))
    assert reverse_step(step("2", edits=reverse_step(original))) == original.edits


@given(st.lists(st.sampled_from(["do", "undo", "redo", "import"]), max_size=40))
def test_stacks_follow_the_actions_of_an_annotator(moves: list[str]) -> None:
    steps: list[Step] = []
    # The model holds the names of the actions, not of the steps: an action keeps its name when undone and redone.
    undo: list[int] = []
    redo: list[int] = []
    action: dict[str, int] = {}
    for index, move in enumerate(moves):
        could_undo, could_redo = stacks(steps)
        uid = f"step {index}"
        if move == "do":
            steps.append(step(uid))
            action[uid] = index
            undo.append(index)
            redo.clear()
        elif move == "import":
            steps.append(step(uid, name=IMPORT_STEP))
        elif move == "undo" and undo:
            steps.append(step(uid, could_undo[-1].uid))
            action[uid] = undo[-1]
            redo.append(undo.pop())
        elif move == "redo" and redo:
            steps.append(step(uid, could_redo[-1].uid))
            action[uid] = redo[-1]
            undo.append(redo.pop())
        can_undo, can_redo = stacks(steps)
        assert [action[stacked.uid] for stacked in can_undo] == undo
        assert [action[stacked.uid] for stacked in can_redo] == redo


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 12))
def test_undoing_and_redoing_restores_a_layer(values: list[int], times: int) -> None:
    """Each step adds or removes a value; the resulting layer is checked through undo and redo."""
    steps: list[Step] = []
    layer: set[Span] = set()
    states = [frozenset(layer)]

    def apply(uid: str, edits: tuple[Edit, ...], undoes: str | None) -> None:
        for edit in edits:
            if isinstance(edit.before, Span):
                layer.remove(edit.before)
            if isinstance(edit.after, Span):
                assert edit.after not in layer
                layer.add(edit.after)
        steps.append(step(uid, undoes, edits=edits))

    for index, value in enumerate(values):
        span = Span(str(value), "a", "سناء", "DATE", value, value + 1)
        apply(f"do {index}", (Edit(span, None) if span in layer else Edit(None, span),), None)
        states.append(frozenset(layer))
    count = min(times, len(values))
    for index in range(count):
        last_step = stacks(steps)[0][-1]
        apply(f"undo {index}", reverse_step(last_step), last_step.uid)
        assert layer == states[-2 - index]
    for index in range(count):
        last_step = stacks(steps)[1][-1]
        apply(f"redo {index}", reverse_step(last_step), last_step.uid)
        assert layer == states[len(values) - count + 1 + index]
    assert len(stacks(steps)[0]) == len(values)
