"""Layers as they were when their annotators were first done: agreement before anybody was corrected."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from annotator.model.records import DONE, Edit, Span, Status, Step, labelled_range
from annotator.team.layers import LabelledRange

LayerKey: TypeAlias = tuple[str, str]
"""An article's uid and an annotator."""


class FirstLayer(Struct, frozen=True):
    """The spans of a layer when its annotator was first done with the article, and that moment."""

    spans: tuple[Span, ...]
    time: str


def fold_first_layers(steps: Iterable[Step]) -> dict[LayerKey, FirstLayer]:
    """Return the layers that were ever done, as they were after the step by which they first were.

    `steps` are all of these articles in their order, of everybody, as one may change the layers of others too. What
    they change of other records than spans and states does not matter.
    """
    layers: defaultdict[LayerKey, dict[LabelledRange, Span]] = defaultdict(dict)
    first_layers: dict[LayerKey, FirstLayer] = {}
    for step in steps:
        for edit in step.edits:
            _apply_edit(layers, edit)
        for edit in step.edits:
            if isinstance(edit.after, Status) and edit.after.state == DONE:
                key = edit.article, edit.after.annotator
                if key not in first_layers:
                    first_layers[key] = FirstLayer(tuple(layers[key].values()), step.time)
    return first_layers


def _apply_edit(layers: defaultdict[LayerKey, dict[LabelledRange, Span]], edit: Edit) -> None:
    # By range and label, which no two spans of a layer share: one that two copies of a corpus added has two uids.
    before, after = edit.before, edit.after
    if isinstance(before, Span):
        layers[before.article, before.annotator].pop(labelled_range(before), None)
    if isinstance(after, Span):
        layers[after.article, after.annotator][labelled_range(after)] = after
