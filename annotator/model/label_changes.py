"""Changes from one label set to another: renamed and deleted labels, and new labels of spans.

A `LabelChange` is built from `LabelEntry` objects, labels being edited.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _, format_number, ngettext
from annotator.model.label_roles import is_date_label
from annotator.model.labels import Fault, Label, LabelSet, check_labels, find_faults, normalise_key
from annotator.model.reasons import Code, Reason
from annotator.model.records import new_uid

REMOVE: Final = ""
"""In place of a label: remove the spans."""


class InvalidLabelChange(ValueError):
    """An inconsistent change; the message is for developers."""


class LabelChange(Struct, frozen=True):
    """The change of the label set `before` into `after`, by names.

    - `new_names`: each label of `before` that stays, and the name in `after` that its spans get
    - `replacements`: each deleted label with spans, and the label of `after` that they get, or REMOVE
    """

    before: LabelSet
    after: LabelSet
    new_names: dict[str, str]
    replacements: dict[str, str] = {}

    def labels_turned_into_dates(self) -> list[str]:
        """Return the new names of renamed labels whose values were any text, and now are dates."""
        return [new for old, new in self.new_names.items() if is_date_label(new) and not is_date_label(old)]

    def deleted_labels(self) -> list[str]:
        """Return the names of the deleted labels."""
        return [label.name for label in self.before.labels if label.name not in self.new_names]

    def check(self) -> None:
        """Raise InvalidLabelSet for a fault of the new labels, InvalidLabelChange for inconsistency."""
        check_labels(self.after)
        names = {label.name for label in self.after.labels}
        if not self.new_names.keys() <= {label.name for label in self.before.labels}:
            raise InvalidLabelChange("new_names has a label that did not exist")
        if not set(self.new_names.values()) <= names or len(set(self.new_names.values())) < len(self.new_names):
            raise InvalidLabelChange("new_names does not map each label to a name of its own")
        if not self.replacements.keys() <= set(self.deleted_labels()):
            raise InvalidLabelChange("replacements has a label that stays, or that did not exist")
        if not set(self.replacements.values()) <= names | {REMOVE}:
            raise InvalidLabelChange("replacements gives spans a label that does not exist")
        if names & self.replacements.keys():
            raise InvalidLabelChange("a label has the name of one whose spans have yet to be moved")


class LabelEntry(Struct, frozen=True):
    """A label being edited, identified by `uid` whatever its name.

    `origin` is its name in the corpus, None if new. `replacement`, if deleted with spans, is the uid of the entry whose
    label they get, or REMOVE; None while undecided.
    """

    uid: str
    label: Label
    origin: str | None = None
    is_deleted: bool = False
    replacement: str | None = None


def list_entries(labels: LabelSet) -> list[LabelEntry]:
    """Return an entry for each label; its uid is its name."""
    return [LabelEntry(label.name, label, label.name) for label in labels.labels]


def find_entry_faults(
    edited: Sequence[LabelEntry], usage: Mapping[str, int], normalise: Callable[[str], str] = normalise_key
) -> Iterator[Fault]:
    """Yield all that keeps these entries from being a change, by their index in `edited`.

    `usage` counts the spans of each label; `normalise` is as for `find_faults`. The field is `instead` for a deleted
    entry whose spans have no new label.
    """
    indices = [index for index, entry in enumerate(edited) if not entry.is_deleted]
    for fault in find_faults(LabelSet(tuple(edited[index].label for index in indices)), normalise):
        yield Fault(indices[fault.index] if indices else 0, fault.field, fault.reason)
    deleted_in_use = {entry.origin for entry in edited if entry.is_deleted and usage.get(entry.origin or "")}
    for index, entry in enumerate(edited):
        if entry.origin in deleted_in_use and entry.replacement is None:
            message = _("choose what happens to the {name} spans")
            yield Fault(index, "instead", Reason(Code.LABEL_IN_USE, message.format(name=entry.origin)))
        if not entry.is_deleted and entry.label.name in deleted_in_use:
            message = _("spans still have {name}: apply its deletion first")
            yield Fault(index, "name", Reason(Code.LABEL_IN_USE, message.format(name=entry.label.name)))


def build_change(before: LabelSet, edited: Iterable[LabelEntry], usage: Mapping[str, int]) -> LabelChange:
    """Return the change of `before` that these faultless entries describe."""
    edited = list(edited)
    names = {entry.uid: entry.label.name for entry in edited if not entry.is_deleted}
    return LabelChange(
        before,
        LabelSet(tuple(entry.label for entry in edited if not entry.is_deleted)),
        {entry.origin: names[entry.uid] for entry in edited if entry.origin and not entry.is_deleted},
        {
            entry.origin: names[entry.replacement] if entry.replacement else REMOVE
            for entry in edited
            if entry.origin and entry.is_deleted and entry.replacement is not None and usage.get(entry.origin)
        },
    )


def delete_entry(edited: Iterable[LabelEntry], uid: str) -> list[LabelEntry]:
    """Return the entries with this one deleted.

    A new label is removed; one of the corpus stays, for its spans to get another. Entries that were to get its label
    become undecided.
    """
    remaining = []
    for entry in edited:
        if entry.uid == uid:
            if entry.origin:
                remaining.append(replace(entry, is_deleted=True, replacement=None))
        else:
            remaining.append(replace(entry, replacement=None) if entry.replacement == uid else entry)
    return remaining


def merge_label_set(edited: Iterable[LabelEntry], labels: LabelSet) -> list[LabelEntry]:
    """Return the entries after importing a label set: its labels in order, then those it lacks.

    A label named like an entry replaces its label and restores a deleted one; others are new.
    """
    remaining = list(edited)
    merged = []
    for label in labels.labels:
        match = next((entry for entry in remaining if entry.label.name == label.name), None)
        if match:
            remaining.remove(match)
            merged.append(replace(match, label=label, is_deleted=False, replacement=None))
        else:
            merged.append(LabelEntry(new_uid(), label))
    return merged + remaining


def describe_value_changes(
    edited: Iterable[LabelEntry], values: Mapping[str, tuple[int, int]], isolate: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield sentences on what becomes of values under a new name.

    `values` counts each label's values, and those that are no dates; `isolate` keeps a name apart from the words around
    it.
    """
    for entry in edited:
        old, new = entry.origin or "", entry.label.name
        all_values, others = values.get(old, (0, 0))
        count, text = 0, ""
        if not entry.is_deleted and all_values and is_date_label(old) and not is_date_label(new):
            count = all_values
            text = ngettext(
                "{label} is no label of dates: {count} value stays, and is checked no more.",
                "{label} is no label of dates: {count} values stay, and are checked no more.",
                count,
            )
        elif not entry.is_deleted and others and is_date_label(new) and not is_date_label(old):
            count = others
            text = ngettext(
                "{label} is a label of dates: {count} value that is no date moves to the note, for good.",
                "{label} is a label of dates: {count} values that are no dates move to the notes, for good.",
                count,
            )
        if text:
            yield text.format(label=isolate(new), count=format_number(count))
