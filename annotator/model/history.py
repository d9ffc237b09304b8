"""What can be undone and redone, told from the steps that the corpus holds.

There is no second record of it: the steps on disk are the undo stack, so it outlives the program (docs/adr/0003).
"""

from bisect import insort
from collections.abc import Iterable
from typing import Final

from annotator.model.records import Edit, Past, Span, Step

IMPORT: Final = "import"
"""The name of a step that brought spans in from a file: no key takes back what nobody did by key."""

LABELS: Final = "labels"
"""The name of a step that a change of the label set made: what was before it may be about labels that are no more, so
neither it nor anything before it is taken back."""


def stacks(steps: Iterable[Past]) -> tuple[list[Past], list[Past]]:
    """The steps that undo, and those that redo, would take back next: last first to go, each list's end its top.

    `steps` are one annotator's on one article, oldest first. A step that undoes one of the undo stack is an undo, one
    that undoes one of the redo stack a redo: mostly its top, and a lower one where those above cannot be taken back,
    which stay. Any other step is new, and ends what could be redone. An import is on neither stack; a change of the
    label set empties both.
    """
    undo: list[Past] = []
    redo: list[Past] = []
    for step in steps:
        advance(undo, redo, step)
    return undo, redo


def advance(undo: list[Past], redo: list[Past], step: Past) -> None:
    """Bring both stacks (see `stacks`) to where they are after one step more."""
    if step.name == IMPORT:
        return
    if step.name == LABELS:
        undo.clear()
        redo.clear()
    elif step.undoes and _take(undo, step.undoes):
        redo.append(step)
    elif step.undoes and _take(redo, step.undoes):
        undo.append(step)
    else:
        undo.append(step)
        redo.clear()


def _take(stack: list[Past], uid: str) -> bool:
    """Take the step of this uid out of the stack; return whether it was there."""
    for at in reversed(range(len(stack))):
        if stack[at].uid == uid:
            del stack[at]
            return True
    return False


def applied(layer: Iterable[Span], edits: Iterable[Edit]) -> list[Span]:
    """The spans of a layer after these edits of its spans, in the order in which a corpus reads them: by start, the
    longer first."""
    spans = list(layer)
    for edit in edits:
        if isinstance(edit.before, Span):
            spans.remove(edit.before)
        if isinstance(edit.after, Span):
            insort(spans, edit.after, key=lambda span: (span.start, -span.end, span.uid))
    return spans


def reversal(step: Step) -> tuple[Edit, ...]:
    """The edits that take `step` back, last one first."""
    return tuple(edit.inverse() for edit in reversed(step.edits))
