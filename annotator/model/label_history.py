"""The record of changes of labels, of which the label set is the result."""

from msgspec import Struct

from annotator.model.decoders import prepare_decoders
from annotator.model.labels import Label


class LabelEdit(Struct, frozen=True):
    """A label before and after a change: added (None, b), deleted (a, None), changed (a, b).

    `label` is its uid. Of a deleted one with spans, `replacement` is the uid of the label that they got, REMOVE if they
    were removed.
    """

    uid: str
    clock: int
    time: str
    device: str | None
    label: str
    before: Label | None
    after: Label | None
    replacement: str | None = None


prepare_decoders(LabelEdit)
