"""New labels, of which only the name is said."""

from collections.abc import Iterable

from annotator.model.colours import next_palette_colour
from annotator.model.labels import DEFAULT_KEYS, Label, LabelSet, check_labels, normalise_key


def build_label(labels: LabelSet, name: str) -> Label:
    """Return a label with a colour and key that are free beside these, or no key, and without a title."""
    used_keys = {normalise_key(label.key) for label in labels.labels if label.key}
    key = next((key for key in DEFAULT_KEYS if key not in used_keys), None)
    return Label(name, {}, next_palette_colour(labels), key)


def build_label_set(names: Iterable[str]) -> LabelSet:
    """Return the labels of these names. Raises InvalidLabelSet for what is no name, one that is twice, and for none."""
    labels = LabelSet(())
    for name in names:
        labels = LabelSet((*labels.labels, build_label(labels, name)))
    check_labels(labels)
    return labels
