"""Derive what can be undone and redone from the stored steps.

There is no second record: the steps are the undo stack, which outlives the program (docs/adr/0003).
"""

from bisect import insort
from collections.abc import Iterable
from typing import Final

from annotator.model.records import Edit, Span, Step, StepInfo

IMPORT_STEP: Final = "import"
"""The name of a step that imported spans; no key undoes it, since no key did it."""

REPLACE_STEP: Final = "import_layer"
"""The name of a step that made a layer what a file says; the annotator can undo it, though no key did it."""

IMPORT_STEPS: Final = (IMPORT_STEP, REPLACE_STEP)
"""The names of the steps of imports, which are no work in the window."""

ACCEPT_STEP: Final = "accept"
"""The name of a step that accepts suggestions."""

AGREED_STEP: Final = "agreed"
"""The name of a step that put into the gold layer what all annotators agree on; no key undoes it either."""

DECIDE_STEP: Final = "decide"
"""The name of a step that decides disagreements in the gold layer."""

RESOLVE_STEP: Final = "resolve"
"""The name of a step that decides a conflict."""

STATE_STEP: Final = "state"
"""The name of a step that sets the state of an article."""

REMOVE_ARTICLE_STEP: Final = "remove_article"
"""The name of a step that removes an article from the corpus."""

RESTORE_ARTICLE_STEP: Final = "restore_article"
"""The name of a step that undoes such a removal."""

LABELS_STEP: Final = "labels"
"""The name of a step that changed the label set.

Neither it nor earlier steps, whose labels may no longer exist, can be undone.
"""


def build_stacks(steps: Iterable[StepInfo]) -> tuple[list[StepInfo], list[StepInfo]]:
    """Return the undo and redo stacks; the last step of each is its top.

    `steps` are one annotator's on one article, oldest first. A step that undoes one of the undo stack is an undo, one
    of the redo stack a redo: usually the top, or a lower one below steps that cannot be undone and stay. Any other step
    is new and clears the redo stack. Imports and what all agree on are on neither stack; a change of the label set
    clears both.
    """
    undo: list[StepInfo] = []
    redo: list[StepInfo] = []
    for step in steps:
        advance_stacks(undo, redo, step)
    return undo, redo


def advance_stacks(undo: list[StepInfo], redo: list[StepInfo], step: StepInfo) -> None:
    """Update both stacks for one more step (see `build_stacks`)."""
    if step.name in (IMPORT_STEP, AGREED_STEP):
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
    """Remove the step with this uid; return whether it was there."""
    for index in reversed(range(len(stack))):
        if stack[index].uid == uid:
            del stack[index]
            return True
    return False


def apply_edits(layer: Iterable[Span], edits: Iterable[Edit]) -> list[Span]:
    """Return a layer's spans after these edits, in corpus order: by start, longer first."""
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
