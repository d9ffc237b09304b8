"""Parts of a step: copies of a corpus may have some of its edits only, as of a member who may not see all layers.

A part is all that a step did to one layer, so two copies have either all edits of a layer or none.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec.structs import replace

from annotator.model.records import Edit, Record, Step
from annotator.model.replay import layer_of, record_key

_AnyRecord = TypeVar("_AnyRecord", bound=Record)


def list_missing_edits(recorded: Iterable[Edit], edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return those of the edits of a step that are not recorded of it yet, in their order.

    One that a step has twice is recorded twice. An edit is known by its records: what is different in them, such as a
    label that has another name here, makes no other edit.
    """
    counts = Counter(recorded)
    unequal = [edit for edit in edits if not _take(counts, edit)]
    if not unequal:
        return ()
    identities = Counter(map(_identify, counts.elements()))
    return tuple(edit for edit in unequal if not _take(identities, _identify(edit)))


def unite_edits(recorded: Step, edits: Iterable[Edit]) -> Step:
    """Return a recorded step with these edits as well."""
    return replace(recorded, edits=(*recorded.edits, *edits))


def with_annotators(step: Step, name: Callable[[str], str]) -> Step:
    """Return the step with the names that its annotators have elsewhere."""

    def rename(record: _AnyRecord | None) -> _AnyRecord | None:
        annotator = getattr(record, "annotator", None)
        if record is None or annotator is None or (other := name(annotator)) == annotator:
            return record
        return replace(record, annotator=other)

    edits = tuple(Edit(rename(edit.before), rename(edit.after)) for edit in step.edits)
    return replace(step, annotator=name(step.annotator), actor=step.actor and name(step.actor), edits=edits)


_Value = TypeVar("_Value")


def _take(counts: Counter[_Value], value: _Value) -> bool:
    """Count one less of the value; return whether there was any."""
    if counts[value] <= 0:
        return False
    counts[value] -= 1
    return True


def _identify(edit: Edit) -> tuple[object, ...]:
    """Return what an edit is known by."""
    record = edit.after or edit.before
    if record is None:
        raise ValueError(edit)
    return record_key(record), layer_of(record), edit.before is None, edit.after is None
