"""Layers as they were when their annotators were first done: agreement before anybody was corrected."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from annotator.model.records import DONE, Edit, Span, Status, Step
from annotator.model.replay import Layer, layer_of, order_key, replay

LayerKey: TypeAlias = tuple[str, str]
"""An article's uid and an annotator."""


class FirstLayer(Struct, frozen=True):
    """The spans of a layer when its annotator was first done with the article, and that moment."""

    spans: tuple[Span, ...]
    time: str


def fold_first_layers(steps: Iterable[Step], lengths: Mapping[str, int]) -> dict[LayerKey, FirstLayer]:
    """Return the layers that were ever done, as they were after the step by which they first were.

    `steps` are all that changed spans and states of these articles, without those in conflict; `lengths` are the code
    points of the articles' texts, by uid.
    """
    times: dict[Layer, str] = {}
    early_steps = []
    for step in sorted(steps, key=order_key):
        edits = tuple(edit for edit in step.edits if _layer_of(edit) not in times)
        early_steps.append(replace(step, edits=edits))
        for edit in edits:
            if isinstance(edit.after, Status) and edit.after.state == DONE:
                times[layer_of(edit.after)] = step.time
    spans: defaultdict[Layer, list[Span]] = defaultdict(list)
    for record in replay((), early_steps, lengths).records.values():
        if isinstance(record, Span):
            spans[layer_of(record)].append(record)
    return {
        (article, annotator): FirstLayer(tuple(spans[article, annotator]), time)
        for (article, annotator), time in times.items()
        if annotator is not None
    }


def _layer_of(edit: Edit) -> Layer | None:
    record = edit.after or edit.before
    return layer_of(record) if record else None
