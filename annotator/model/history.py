"""Derive what can be undone and redone from the steps that the corpus stores.

There is no second record: the steps on disk are the undo stack, so it outlives the program (docs/adr/0003).
"""

from bisect import insort
from collections.abc import Iterable
from typing import Final

from annotator.model.records import Edit, Span, Step, StepInfo

IMPORT_STEP: Final = "import"
"""The name of a step that imported spans from a file; no key undoes it, since no key did it."""

LABELS_STEP: Final = "labels"
"""The name of a step that changed the label set.

Earlier steps may be about labels that no longer exist, so neither it nor anything before it can be undone."""


def build_stacks(steps: Iterable[StepInfo]) -> tuple[list[StepInfo], list[StepInfo]]:
    """Return the undo and the redo stack; the last step of each list is its top.

    `steps` are one annotator's on one article, oldest first. A step that undoes one of the undo stack is an undo, one
    that undoes one of the redo stack a redo: usually its top, or a lower one where those above cannot be undone, which
    stay. Any other step is new, and clears the redo stack. An import is on neither stack; a change of the label set
    clears both.
    """
    undo: list[StepInfo] = []
    redo: list[StepInfo] = []
    for step in steps:
        advance_stacks(undo, redo, step)
    return undo, redo


def advance_stacks(undo: list[StepInfo], redo: list[StepInfo], step: StepInfo) -> None:
    """Update both stacks (see `build_stacks`) for one more step."""
    if step.name == IMPORT_STEP:
        return
    if step.name == LABELS_STEP:
        undo.clear()
        redo.clear()
    elif step.undoes and _remove_step(undo, step.undoes):
        redo.append(step)
    elif step.undoes and _remove_step(redo, step.undoes):
        undo.append(step)
    else:
        undo.append(step)
        redo.clear()


def _remove_step(stack: list[StepInfo], uid: str) -> bool:
    """Remove the step of this uid from the stack; return whether it was in it."""
    for index in reversed(range(len(stack))):
        if stack[index].uid == uid:
            del stack[index]
            return True
    return False


def apply_edits(layer: Iterable[Span], edits: Iterable[Edit]) -> list[Span]:
    """Return the spans of a layer after these edits, in the corpus's order: by start, the longer first."""
    spans = list(layer)
    for edit in edits:
        if isinstance(edit.before, Span):
            spans.remove(edit.before)
        if isinstance(edit.after, Span):
            insort(spans, edit.after, key=lambda span: (span.start, -span.end, span.uid))
    return spans


def reverse_step(step: Step) -> tuple[Edit, ...]:
    """Return the edits that undo `step`, the last one first."""
    return tuple(edit.inverse() for edit in reversed(step.edits))
