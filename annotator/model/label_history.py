"""The record of changes of labels, of which the label set is the result.

Records of several files are merged as sets: edits have the order (clock, uid), like steps, and each property of a label
is as the last edit left it that changed this property. So nothing depends on the order of merging, and a label that was
renamed here and got another colour there gets both.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from annotator.model.decoders import prepare_decoders
from annotator.model.identities import derive_uid, label_uid
from annotator.model.labels import Label, LabelSet, normalise_key
from annotator.model.limits import MAX_LABEL_LENGTH
from annotator.model.records import new_uid

_POSITION: Final = "position"


class PlacedLabel(Struct, frozen=True):
    """A label and its place among the others: smaller positions come first."""

    label: Label
    position: int


class LabelEdit(Struct, frozen=True):
    """A label before and after a change: added (None, b), deleted (a, None), changed (a, b).

    `label` is its uid. Of a deleted label, `replacement` is the uid of the label that its spans get, REMOVE if they are
    removed, and None if it had no spans, so that nobody decided about any.
    """

    uid: str
    clock: int
    time: str
    device: str | None
    label: str
    before: PlacedLabel | None
    after: PlacedLabel | None
    replacement: str | None = None

    @property
    def order(self) -> tuple[int, str]:
        """The place among all edits."""
        return self.clock, self.uid


class LabelState(Struct, frozen=True):
    """What the edits of a label amount to, whatever the other labels are.

    `changes` has, for each property of the label, the place of the edit that it comes from. `label` is as it was at
    last if the label was deleted.
    """

    label: PlacedLabel
    changes: dict[str, tuple[int, str]]
    deletion: LabelEdit | None = None


class DeletedLabel(Struct, frozen=True):
    """A deleted label, and what spans get that still have it.

    `label` is as it was, without key; recorded edits call it by its name, which no other label has. `replacement` is
    the uid of an existing label, REMOVE, or None if nobody decided that.
    """

    label: Label
    deletion: LabelEdit
    replacement: str | None


class ResolvedLabels(Struct, frozen=True):
    """The labels that a record amounts to: those that exist, in order, and the deleted ones, by uid."""

    labels: dict[str, Label]
    deleted: dict[str, DeletedLabel]

    def label_set(self) -> LabelSet:
        """Return the labels that exist."""
        return LabelSet(tuple(self.labels.values()))

    def all_labels(self) -> dict[str, Label]:
        """Return the labels that exist and the deleted ones, by uid."""
        return self.labels | {uid: deleted.label for uid, deleted in self.deleted.items()}

    def names(self) -> dict[str, str]:
        """Return all labels' names in recorded edits, each different, by uid."""
        return {uid: label.name for uid, label in self.all_labels().items()}


def fold_edits(edits: Iterable[LabelEdit]) -> dict[str, LabelState]:
    """Return the state of each label by uid; the edits may be in any order."""
    by_label: defaultdict[str, list[LabelEdit]] = defaultdict(list)
    for edit in sorted({edit.uid: edit for edit in edits}.values(), key=lambda edit: edit.order):
        by_label[edit.label].append(edit)
    return {uid: _fold_label(label_edits) for uid, label_edits in sorted(by_label.items())}


def resolve_labels(edits: Iterable[LabelEdit], used: Collection[str] = ()) -> ResolvedLabels:
    """Return the labels that these edits, in any order, amount to; `used` are the uids of the labels with spans.

    A label exists unless the last edit that added or deleted it is a deletion, with these exceptions:

    - Of labels that were to replace one another, the one that was deleted last exists.
    - A label that nobody decided the replacement of exists as long as it is used, itself or as a replacement.
    - There is always a label: the one that was deleted last.

    If two labels have one name, the later one gets a free one, and a deleted one in any case; if they have one key, the
    later loses it. Names do not depend on `used`.
    """
    states = fold_edits(edits)
    deletions = _find_deletions(states)
    names = _assign_names(states, deletions)
    for uid in used:
        last = _follow(uid, deletions)[-1]
        if last in deletions and deletions[last].replacement is None:
            del deletions[last]
    existing = sorted(
        states.keys() - deletions.keys(),
        key=lambda uid: (states[uid].label.position, states[uid].changes[_POSITION], uid),
    )
    keys = _assign_keys({uid: states[uid] for uid in existing})
    labels = {uid: replace(state.label.label, name=names[uid], key=keys.get(uid)) for uid, state in states.items()}
    return ResolvedLabels(
        {uid: labels[uid] for uid in existing},
        {
            uid: DeletedLabel(labels[uid], deletion, _find_replacement(uid, deletions))
            for uid, deletion in deletions.items()
        },
    )


def record_changes(
    edits: Collection[LabelEdit],
    before: Collection[str],
    after: Mapping[str, Label],
    replacements: Mapping[str, str],
    *,
    clock: int,
    time: str,
    device: str | None,
) -> list[LabelEdit]:
    """Return the edits to add to `edits`, so that the labels are those of `after`, by uid and in order.

    `before` are the uids of the labels that exist now, `replacements` has a uid or REMOVE for each deleted label with
    spans. `clock` must be higher than that of any edit.
    """
    states = fold_edits(edits)
    positions = _choose_positions(states, list(after))
    new_edits = []
    for uid, label in after.items():
        state = states.get(uid)
        old = None if state is None or state.deletion else state.label
        new = PlacedLabel(label, positions[uid])
        if old != new:
            new_edits.append(LabelEdit(new_uid(), clock, time, device, uid, old, new))
    for uid, state in states.items():
        if uid not in after and (uid in before or not state.deletion):
            edit = LabelEdit(new_uid(), clock, time, device, uid, state.label, None, replacements.get(uid))
            new_edits.append(edit)
    return new_edits


def last_deletions(edits: Iterable[LabelEdit]) -> dict[str, tuple[int, str]]:
    """Return the place of the last deletion of each label that was ever deleted, by the name in recorded edits.

    Of a label that was added again, it is the place of that. Earlier rejections and dismissals of the label are void,
    even if it exists again: they would otherwise depend on which of them had arrived before.
    """
    edits = list(edits)
    names = resolve_labels(edits).names()
    places: dict[str, tuple[int, str]] = {}
    for edit in sorted(edits, key=lambda edit: edit.order):
        if edit.after is None or (edit.before is None and edit.label in places):
            places[edit.label] = edit.order
    return {names[uid]: place for uid, place in places.items()}


def choose_uid(name: str, taken: Collection[str]) -> str:
    """Return the uid of a new label: the same in each file where it is the first of its name."""
    uid = label_uid(name)
    while uid in taken:
        uid = derive_uid(uid, name)
    return uid


def map_names(theirs: Iterable[LabelEdit], ours: Iterable[LabelEdit]) -> dict[str, str]:
    """Return our name for each name of a label, deleted ones too, in the other file's recorded edits.

    `ours` must include `theirs`.
    """
    our_names = resolve_labels(ours).names()
    return {name: our_names[uid] for uid, name in resolve_labels(theirs).names().items()}


def _properties(label: PlacedLabel | None) -> dict[str, Any]:
    return {} if label is None else {**asdict(label.label), _POSITION: label.position}


def _fold_label(edits: Iterable[LabelEdit]) -> LabelState:
    """Return the state of the label of these edits, which are in order."""
    properties: dict[str, Any] = {}
    changes: dict[str, tuple[int, str]] = {}
    deletion = None
    for edit in edits:
        before, after = _properties(edit.before), _properties(edit.after)
        for name, value in (after or before).items():
            if name not in properties or (after and (not before or before[name] != value)):
                properties[name], changes[name] = value, edit.order
        if edit.after is None:
            deletion = edit
        elif edit.before is None:
            deletion = None
    position = properties.pop(_POSITION)
    return LabelState(PlacedLabel(Label(**properties), position), changes, deletion)


def _find_deletions(states: Mapping[str, LabelState]) -> dict[str, LabelEdit]:
    """Return the deletions that stand whatever labels are used, by the label's uid."""
    deletions = {}
    for uid, state in states.items():
        if state.deletion:
            is_known = not state.deletion.replacement or state.deletion.replacement in states
            deletions[uid] = state.deletion if is_known else replace(state.deletion, replacement=None)
    for uid in list(deletions):
        chain = _follow(uid, deletions)
        if chain[-1] in chain[:-1]:  # a label that would replace itself in the end
            del deletions[max(chain, key=lambda member: deletions[member].order)]
    if states and len(deletions) == len(states):
        del deletions[max(deletions, key=lambda uid: deletions[uid].order)]
    return deletions


def _follow(uid: str, deletions: Mapping[str, LabelEdit]) -> list[str]:
    """Return the label, its replacement, that one's and so on; if they form a cycle, return that, closed."""
    chain = [uid]
    while (deletion := deletions.get(chain[-1])) and deletion.replacement:
        if deletion.replacement in chain:
            return [*chain[chain.index(deletion.replacement) :], deletion.replacement]
        chain.append(deletion.replacement)
    return chain


def _find_replacement(uid: str, deletions: Mapping[str, LabelEdit]) -> str | None:
    last = _follow(uid, deletions)[-1]
    return deletions[last].replacement if last in deletions else last


def _assign_names(states: Mapping[str, LabelState], deletions: Mapping[str, LabelEdit]) -> dict[str, str]:
    """Return a name for each label: its own, unless an earlier one has it, or an existing one if it is deleted."""
    order = sorted(states, key=lambda uid: (uid in deletions, states[uid].changes["name"], uid))
    first_uids: dict[str, str] = {}
    for uid in order:
        first_uids.setdefault(states[uid].label.label.name, uid)
    names = {uid: name for name, uid in first_uids.items()}
    taken = set(first_uids)
    for uid in order:
        if uid not in names:
            names[uid] = _find_free_name(states[uid].label.label.name, taken)
            taken.add(names[uid])
    return names


def _find_free_name(name: str, taken: Collection[str]) -> str:
    number = 2
    while (free_name := f"{name[: MAX_LABEL_LENGTH - len(f'_{number}')]}_{number}") in taken:
        number += 1
    return free_name


def _assign_keys(states: Mapping[str, LabelState]) -> dict[str, str]:
    """Return the keys of these labels; of those with the same, the earliest has it."""
    keys: dict[str, str] = {}
    taken = set()
    for uid in sorted(states, key=lambda uid: (states[uid].changes["key"], uid)):
        key = states[uid].label.label.key
        if key is not None and normalise_key(key) not in taken:
            keys[uid] = key
            taken.add(normalise_key(key))
    return keys


def _choose_positions(states: Mapping[str, LabelState], uids: list[str]) -> dict[str, int]:
    """Return a position for each of these labels, in this order: where possible those that they have."""
    current = [states[uid].label.position for uid in uids if uid in states]
    is_ascending = all(first < second for first, second in pairwise(current))
    if not is_ascending or any(uid in states for uid in uids[len(current) :]):
        return {uid: position for position, uid in enumerate(uids)}
    first_free = current[-1] + 1 if current else 0
    return dict(zip(uids, (*current, *range(first_free, first_free + len(uids) - len(current))), strict=True))


prepare_decoders(LabelEdit)
