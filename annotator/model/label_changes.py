"""From one label set to another: what is kept, under which name, and what becomes of the spans of what is not.

`Change` is what a corpus is asked to do; `Entry` a label while somebody edits it, from which the change is told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.labels import Fault, Label, LabelSet, check, faults, same_key
from annotator.model.records import new_uid

REMOVE: Final = ""
"""Instead of another label: the spans are removed."""


class BadChange(ValueError):
    """A change that does not fit together: its text says how, for whoever programmed it."""


class Change(Struct, frozen=True):
    """The label set `before` becomes `after`. By names:

    - `kept` has every label of before that lives on, and its name in after; its spans are then of that name
    - `instead` has for each other label of before that spans have: the label of after that they get, or REMOVE
    """

    before: LabelSet
    after: LabelSet
    kept: dict[str, str]
    instead: dict[str, str] = {}

    def renamed(self) -> dict[str, str]:
        """The old and the new name of each label that has another."""
        return {old: new for old, new in self.kept.items() if old != new}

    def deleted(self) -> list[str]:
        """The labels that are no more."""
        return [label.name for label in self.before.labels if label.name not in self.kept]

    def check(self) -> None:
        """Raise BadLabelSet where the labels after have a fault, BadChange where the parts do not fit together."""
        check(self.after)
        names = {label.name for label in self.after.labels}
        if not self.kept.keys() <= {label.name for label in self.before.labels}:
            raise BadChange("kept names a label that there was not")
        if not set(self.kept.values()) <= names or len(set(self.kept.values())) < len(self.kept):
            raise BadChange("kept does not give each label a name of its own")
        if not self.instead.keys() <= set(self.deleted()):
            raise BadChange("instead names a label that is kept, or that there was not")
        if not set(self.instead.values()) <= names | {REMOVE}:
            raise BadChange("instead gives spans a label that there is not")
        if names & self.instead.keys():
            raise BadChange("a label has the name of one whose spans are still to be moved")


class Entry(Struct, frozen=True):
    """A label while it is edited. `uid` tells it from the others, whatever they are called meanwhile.

    `origin` is its name in the corpus, None for a new one. A deleted one with spans has in `instead` the uid of the
    entry whose label they get, or REMOVE; None is not decided yet.
    """

    uid: str
    label: Label
    origin: str | None = None
    deleted: bool = False
    instead: str | None = None


def entries(labels: LabelSet) -> list[Entry]:
    """An entry for each label, as it is in the corpus; its uid is its name."""
    return [Entry(label.name, label, label.name) for label in labels.labels]


def shown_faults(
    edited: Sequence[Entry], usage: Mapping[str, int], same: Callable[[str], str] = same_key
) -> Iterator[Fault]:
    """What keeps these entries from being a change, at their places in `edited`.

    `usage` says how many spans have each label of the corpus; `same` is as for `faults`. The field of a deleted entry
    whose spans have nowhere to go is `instead`.
    """
    places = [at for at, entry in enumerate(edited) if not entry.deleted]
    for fault in faults(LabelSet(tuple(edited[at].label for at in places)), same):
        yield Fault(places[fault.at] if places else 0, fault.field, fault.reason)
    leaving = {entry.origin for entry in edited if entry.deleted and usage.get(entry.origin or "")}
    for at, entry in enumerate(edited):
        if entry.origin in leaving and entry.instead is None:
            said = _("choose what becomes of the spans of {name}")
            yield Fault(at, "instead", said.format(name=entry.origin))
        if not entry.deleted and entry.label.name in leaving:
            said = _("spans have {name} until its deletion is applied: do that first")
            yield Fault(at, "name", said.format(name=entry.label.name))


def change(before: LabelSet, edited: Iterable[Entry], usage: Mapping[str, int]) -> Change:
    """The change that these entries, which have no fault, make of `before`."""
    edited = list(edited)
    left = {entry.uid: entry.label.name for entry in edited if not entry.deleted}
    return Change(
        before,
        LabelSet(tuple(entry.label for entry in edited if not entry.deleted)),
        {entry.origin: left[entry.uid] for entry in edited if entry.origin and not entry.deleted},
        {
            entry.origin: left[entry.instead] if entry.instead else REMOVE
            for entry in edited
            if entry.origin and entry.deleted and entry.instead is not None and usage.get(entry.origin)
        },
    )


def without(edited: Iterable[Entry], uid: str) -> list[Entry]:
    """The entries with this one deleted: a new one is gone, one of the corpus stays to say what becomes of its spans.

    Others whose spans were to get its label are undecided again.
    """
    left = []
    for entry in edited:
        if entry.uid == uid:
            if entry.origin:
                left.append(replace(entry, deleted=True, instead=None))
        else:
            left.append(replace(entry, instead=None) if entry.instead == uid else entry)
    return left


def loaded(edited: Iterable[Entry], labels: LabelSet) -> list[Entry]:
    """The entries after a label set was taken in: its labels in their order, then what it does not have.

    A label with the name of an entry takes that one's place, which also brings a deleted one back; others are new.
    """
    others = list(edited)
    taken = []
    for label in labels.labels:
        there = next((entry for entry in others if entry.label.name == label.name), None)
        if there:
            others.remove(there)
            taken.append(replace(there, label=label, deleted=False, instead=None))
        else:
            taken.append(Entry(new_uid(), label))
    return taken + others
