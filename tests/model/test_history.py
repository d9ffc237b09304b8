"""The undo and redo stacks, told from the steps alone, against a model that keeps two lists."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.history import IMPORT, LABELS, reversal, stacks
from annotator.model.records import Edit, Span, Step

OLD: Final = Span("s", "a", "سناء", "DATE", 0, 8)
NEW: Final = Span("s", "a", "سناء", "PLAN", 0, 8)


def step(uid: str, undoes: str | None = None, name: str = "tag", edits: tuple[Edit, ...] = ()) -> Step:
    return Step(uid, "سناء", "2024-07-09T09:00:00Z", name, edits, undoes)


def told(*steps: Step) -> tuple[list[str], list[str]]:
    undo, redo = stacks(steps)
    return [one.uid for one in undo], [one.uid for one in redo]


def test_nothing_done_is_nothing_to_undo() -> None:
    assert told() == ([], [])


def test_steps_stack_up() -> None:
    assert told(step("1"), step("2")) == (["1", "2"], [])


def test_an_undo_can_be_redone() -> None:
    assert told(step("1"), step("2"), step("3", "2")) == (["1"], ["3"])


def test_a_redo_can_be_undone() -> None:
    assert told(step("1"), step("2"), step("3", "2"), step("4", "3")) == (["1", "4"], [])


def test_undoing_all_and_redoing_all_keeps_the_order() -> None:
    back = [step("1"), step("2"), step("3", "2"), step("4", "1")]
    assert told(*back) == ([], ["3", "4"])
    assert told(*back, step("5", "4"), step("6", "3")) == (["5", "6"], [])


def test_a_new_step_ends_what_could_be_redone() -> None:
    assert told(step("1"), step("2"), step("3", "2"), step("4")) == (["1", "4"], [])


def test_an_undo_goes_past_a_step_that_cannot_be_taken_back() -> None:
    past = [step("1"), step("2"), step("3", "1")]
    assert told(*past) == (["2"], ["3"])
    assert told(*past, step("4", "3")) == (["2", "4"], [])
    assert told(*past, step("4", "2")) == ([], ["3", "4"])
    assert told(*past, step("4", "2"), step("5", "3")) == (["5"], ["4"])


@pytest.mark.parametrize("undoes", ["2", "9"])
def test_a_step_that_takes_back_what_is_on_neither_stack_is_new(undoes: str) -> None:
    # What another machine undid and a merge brought in need not fit the stacks here.
    assert told(step("1"), step("2"), step("3", "2"), step("4"), step("5", undoes)) == (["1", "4", "5"], [])


def test_an_import_is_on_neither_stack_and_ends_no_redo() -> None:
    imported = step("i", name=IMPORT)
    assert told(imported) == ([], [])
    assert told(imported, step("1"), step("2", "1"), imported) == ([], ["2"])
    assert told(imported, step("1"), step("2", "1"), imported, step("3", "2")) == (["3"], [])


def test_nothing_is_taken_back_across_a_change_of_the_labels() -> None:
    barrier = step("l", name=LABELS)
    assert told(step("1"), step("2"), step("3", "2"), barrier) == ([], [])
    assert told(step("1"), barrier, step("2"), step("3", "2")) == ([], ["3"])
    assert told(step("1"), barrier, step("2", "1")) == (["2"], [])


def test_a_reversal_takes_the_edits_back_last_one_first() -> None:
    done = step("1", edits=(Edit(None, OLD), Edit(OLD, NEW), Edit(NEW, None)))
    assert reversal(done) == (Edit(None, NEW), Edit(NEW, OLD), Edit(OLD, None))
    assert reversal(step("2", edits=reversal(done))) == done.edits


@given(st.lists(st.sampled_from(["do", "undo", "redo", "import"]), max_size=40))
def test_the_stacks_follow_what_an_annotator_does(moves: list[str]) -> None:
    steps: list[Step] = []
    # The model holds the names of the actions, not of the steps: an action keeps its name when undone and redone.
    undo: list[int] = []
    redo: list[int] = []
    action: dict[str, int] = {}
    for at, move in enumerate(moves):
        could_undo, could_redo = stacks(steps)
        uid = f"step {at}"
        if move == "do":
            steps.append(step(uid))
            action[uid] = at
            undo.append(at)
            redo.clear()
        elif move == "import":
            steps.append(step(uid, name=IMPORT))
        elif move == "undo" and undo:
            steps.append(step(uid, could_undo[-1].uid))
            action[uid] = undo[-1]
            redo.append(undo.pop())
        elif move == "redo" and redo:
            steps.append(step(uid, could_redo[-1].uid))
            action[uid] = redo[-1]
            undo.append(redo.pop())
        can_undo, can_redo = stacks(steps)
        assert [action[one.uid] for one in can_undo] == undo
        assert [action[one.uid] for one in can_redo] == redo


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 12))
def test_undoing_and_redoing_restores_the_text_of_a_layer(values: list[int], times: int) -> None:
    """Each step adds a value or takes it away; the layer that the edits make is followed through undo and redo."""
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

    for at, value in enumerate(values):
        span = Span(str(value), "a", "سناء", "DATE", value, value + 1)
        apply(f"do {at}", (Edit(span, None) if span in layer else Edit(None, span),), None)
        states.append(frozenset(layer))
    back = min(times, len(values))
    for at in range(back):
        top = stacks(steps)[0][-1]
        apply(f"undo {at}", reversal(top), top.uid)
        assert layer == states[-2 - at]
    for at in range(back):
        top = stacks(steps)[1][-1]
        apply(f"redo {at}", reversal(top), top.uid)
        assert layer == states[len(values) - back + 1 + at]
    assert len(stacks(steps)[0]) == len(values)
