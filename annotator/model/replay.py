"""Replay steps: the records that a set of steps makes, and the steps that do not fit.

Files are merged by the union of their steps. Whichever way the union came about, and in whatever order its parts
arrived, a file holds what this module makes of it: merging is commutative, associative and idempotent.

Steps are ordered by their clock, then by uid (see `order_key`). Each is applied as a whole or not at all; a step that
does not fit is in conflict, changes nothing, and stays recorded for its author.

- An edit fits if its record is as it was before the edit, or already as after it. Where a span came from (`source`) is
  not compared.
- Of states and of resolutions the later one wins; they are never in conflict.
- Two devices may label one range: the earlier of two equal spans stands, and the uid of the later one is an alias of
  it, for later edits too. So with equal zones and dismissals. A different value or note at the same range is a
  conflict.
- A step of the label set (LABELS_STEP) is never in conflict. It gives its spans the other label, or removes them, as
  they are by then, and leaves out edits that no longer fit, among them those of a value alone. Later edits that know
  nothing of it yet mean the span with its new label.
- Undoing a step in conflict withdraws it: neither of the two changes anything. Whatever a file says, a step undoes
  only an earlier one that shares a layer with it: others are replayed together in some copies and not in others.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from annotator.model.history import LABELS_STEP
from annotator.model.operations import find_overlap, with_label
from annotator.model.records import (
    CHOICES,
    STATES,
    ZONE_KINDS,
    Decision,
    Dismissal,
    Edit,
    Note,
    Publication,
    Record,
    Rejection,
    Removal,
    Resolution,
    Span,
    Status,
    Step,
    Title,
    Zone,
)

CHANGED: Final = "changed"
"""Another step changed the record."""
REMOVED: Final = "removed"
"""Another step removed the record, or never added it because of a conflict."""
TAKEN: Final = "taken"
"""The range has the label already, with another value or note."""
OVERLAP: Final = "overlap"
"""Zones would overlap."""
OUTSIDE: Final = "outside"
"""A range is not within the text."""
INVALID: Final = "invalid"
"""An edit or a value that no version of the program makes."""
WITHDRAWN: Final = "withdrawn"
"""The author undid the step, or the step undoes (or redoes) one in conflict: nothing is left to decide."""

Layer: TypeAlias = tuple[str, str | None]
"""The article and annotator of a layer; the shared layer of zones, titles and so on has no annotator."""
RecordKey: TypeAlias = tuple[type[Record], str | tuple[str, ...]]
"""The kind of a record and what identifies it among its kind."""
OrderKey: TypeAlias = tuple[int, str]
"""The clock and uid of a step or change of labels."""

FOREVER: Final[OrderKey] = (1 << 63, "")
"""After every step."""
_BEFORE_ALL: Final[OrderKey] = (-1, "")

_IDENTITIES: Final[dict[type[Record], Callable[[Any], Any]]] = {
    **dict.fromkeys((Span, Zone, Rejection, Dismissal, Decision), attrgetter("uid")),
    **dict.fromkeys((Publication, Title, Removal), attrgetter("article")),
    **dict.fromkeys((Status, Note), attrgetter("article", "annotator")),
    Resolution: attrgetter("step"),
}
_LAST_WINS: Final = (Status, Resolution)
_DELETED_WITH_LABEL: Final = (Rejection, Dismissal)
_AnyRecord = TypeVar("_AnyRecord", bound=Record)


class Replay(Struct, frozen=True):
    """What steps made.

    - `records`: by key
    - `conflicts`: the uids of the steps in conflict, each with its reason (see CHANGED and those below it)
    - `aliases`: of each later uid of equal records, as a key, the key of the record that stands
    - `changed_by`: the uid of the step that last changed a record
    """

    records: dict[RecordKey, Record]
    conflicts: dict[str, str]
    aliases: dict[RecordKey, RecordKey]
    changed_by: dict[RecordKey, str]


def record_key(record: Record) -> RecordKey:
    """Return the record's kind and what identifies it."""
    kind = type(record)
    return kind, _IDENTITIES[kind](record)


def layer_of(record: Record) -> Layer:
    """Return the layer that the record belongs to."""
    return record.article, getattr(record, "annotator", None)


def order_key(step: Step) -> OrderKey:
    """Return the key that orders the steps of all files."""
    return step.clock, step.uid


def changed_layers(step: Step) -> set[Layer]:
    """Return the layers that the step changes."""
    return {
        layer_of(record)
        for edit in step.edits
        if edit.before != edit.after  # marks the end of undo (see `store.label_set`)
        for record in (edit.before, edit.after)
        if record is not None
    }


def connected_layers(layers: Iterable[Layer], groups: Iterable[Collection[Layer]]) -> set[Layer]:
    """Return these layers and those that must be replayed with them: all that share steps, also through others.

    `groups` has the layers of each step that changes more than one.
    """
    groups_by_layer: defaultdict[Layer, list[Collection[Layer]]] = defaultdict(list)
    for group in groups:
        for layer in group:
            groups_by_layer[layer].append(group)
    connected: set[Layer] = set()
    remaining = list(layers)
    while remaining:
        layer = remaining.pop()
        if layer not in connected:
            connected.add(layer)
            for group in groups_by_layer.pop(layer, ()):
                remaining += group
    return connected


def replay(
    stored: Iterable[Record],
    steps: Iterable[Step],
    lengths: Mapping[str, int],
    deleted_labels: Mapping[str, OrderKey] | None = None,
    known_conflicts: Mapping[str, str] | None = None,
) -> Replay:
    """Return what the steps make of the records that came without a step.

    `steps` are all steps of connected layers, in any order, and `lengths` the code points of their articles' texts, by
    uid. `stored` are records of those layers as the merged files have them, at least their zones and publications:
    those that no step names came with the article, and of the others the first step says how they were. Of different
    zones at one place, those that a step names stand, then those with the smaller uid.

    Rejections and dismissals are deleted with their label, without an edit: `deleted_labels` has the last deletion of
    each label that was deleted, FOREVER if it does not exist. Spans of such labels stay, for the caller to complete
    what the deletion began.

    Steps in `known_conflicts`, by uid with their reasons, are not tried again: so the steps of some of the connected
    layers, or of one article, can be replayed alone.
    """
    ordered = sorted({step.uid: step for step in steps}.values(), key=order_key)
    state = _State(lengths, deleted_labels or {})
    first_records, unchanged_records = _find_base(stored, ordered)
    for record in first_records:
        state.add_base(record)
    for record in unchanged_records:
        if state.find_in_place(record) is None:
            state.add_base(record)
    conflicts = dict(known_conflicts or {})
    untried = frozenset(conflicts)
    withdrawals = _Withdrawals(conflicts)
    earlier_steps = dict[str, Step]()
    for step in ordered:
        target = earlier_steps.get(step.undoes or "")
        earlier_steps[step.uid] = step
        if step.uid in untried:
            continue
        if target and target.uid in conflicts and changed_layers(target) & changed_layers(step):
            withdrawals.add(step)
        elif reason := state.apply(step):
            conflicts[step.uid] = reason
    return Replay(state.records, conflicts, state.aliases, state.changed_by)


def _find_base(stored: Iterable[Record], steps: Iterable[Step]) -> tuple[list[Record], list[Record]]:
    """Return the records before the first step: those that a step names, and the others."""
    firsts: dict[RecordKey, Record | None] = {}
    for step in steps:
        for edit in step.edits:
            record = edit.after or edit.before
            if record is not None and edit.before != edit.after:
                firsts.setdefault(record_key(record), edit.before)
    first_records = [record for record in firsts.values() if record is not None]
    unedited_records = [record for record in stored if record_key(record) not in firsts]
    return sorted(first_records, key=_base_order), sorted(unedited_records, key=_base_order)


def _base_order(record: Record) -> tuple[bool, str]:
    """Order by uid, and known times of publication before unknown ones."""
    return isinstance(record, Publication) and record.published is None, repr(record)


class _Withdrawals:
    """Steps that undo or redo steps in conflict; `conflicts` is updated."""

    def __init__(self, conflicts: dict[str, str]) -> None:
        self._conflicts = conflicts
        self._origins: dict[str, tuple[str, str, bool]] = {}

    def add(self, step: Step) -> None:
        """Leave out a step that undoes one in conflict, or redoes one that was undone."""
        undoes = step.undoes or ""
        origin, reason, is_undone = self._origins.get(undoes, (undoes, self._conflicts[undoes], False))
        self._origins[step.uid] = origin, reason, not is_undone
        self._conflicts[origin] = reason if is_undone else WITHDRAWN
        self._conflicts[step.uid] = WITHDRAWN


class _State:
    """The records after the steps so far."""

    def __init__(self, lengths: Mapping[str, int], deleted_labels: Mapping[str, OrderKey]) -> None:
        self.records: dict[RecordKey, Record] = {}
        self.aliases: dict[RecordKey, RecordKey] = {}
        self.changed_by: dict[RecordKey, str] = {}
        self._replaced_labels: defaultdict[RecordKey, dict[str, str]] = defaultdict(dict)
        self._lengths, self._deleted_labels = lengths, deleted_labels
        self._places: dict[tuple[object, ...], RecordKey] = {}
        self._zones: defaultdict[str, dict[RecordKey, Zone]] = defaultdict(dict)
        self._step_order = _BEFORE_ALL
        self._previous_records: list[tuple[RecordKey, Record | None]] = []  # of the current step
        self._new_aliases: list[RecordKey] = []  # of the current step

    def add_base(self, record: Record) -> None:
        """Add a record that came without a step, unless another one is in its place."""
        article = record.article
        if self._apply_edit(Edit(None, record)) is None and self._zones_overlap(article):
            self._put(record_key(record), None)

    def apply(self, step: Step) -> str | None:
        """Apply all edits of a step, or none; return why not."""
        self._step_order = order_key(step)
        self._previous_records.clear()
        self._new_aliases.clear()
        if step.name == LABELS_STEP:
            for edit in step.edits:
                self._apply_label_edit(edit)
            reason = None
        else:
            reason = self._apply_edits(step.edits)
        if reason is None and self._makes_zones_overlap():
            reason = OVERLAP
        if reason is not None:
            self._roll_back()
            return reason
        for key, _record in self._previous_records:
            self.changed_by[key] = step.uid
        return None

    def _apply_edits(self, edits: Iterable[Edit]) -> str | None:
        """Apply edits; return why they do not fit, whatever the order of the layers that they change.

        It may differ between copies of a step that came in parts (see `model.step_parts`).
        """
        reasons: dict[Layer, str] = {}
        for edit in edits:
            if reasons and (record := edit.after or edit.before) is not None and layer_of(record) in reasons:
                continue
            if (reason := self._apply_edit(edit)) and (record := edit.after or edit.before) is not None:
                reasons[layer_of(record)] = reason
        return min(reasons.values(), default=None)

    def _apply_edit(self, edit: Edit) -> str | None:
        """Apply an edit; return why it does not fit."""
        before, after = edit.before, edit.after
        record = after if after is not None else before
        if record is None or before == after:
            return None
        key = named_key = record_key(record)
        if before is not None and after is not None and _are_apart(before, after):
            return INVALID
        if after is not None and (reason := self._check(after)):
            return reason
        while key in self.aliases:
            key = self.aliases[key]
        if key is not named_key:
            before, after = _with_key(before, key), _with_key(after, key)
        current = self.records.get(key)
        if isinstance(before, Span) and not _is_same(current, before):
            before, after = self._replace_labels(key, before, after)
        if not isinstance(record, _LAST_WINS) and not _is_same(current, before):
            if _is_same(current, after):
                return None
            return REMOVED if current is None else CHANGED
        if after is not None:
            if isinstance(after, _DELETED_WITH_LABEL) and self._is_deleted(after.label):
                return None
            standing = self.find_in_place(after)
            if standing is not None and standing != key:
                if before is None and self._is_equal(standing, after):
                    self.aliases[key] = standing
                    self._new_aliases.append(key)
                    return None
                return OVERLAP if isinstance(after, Zone) else TAKEN
        self._change(key, after)
        return None

    def _apply_label_edit(self, edit: Edit) -> None:
        """Apply an edit of a step that changed the label set, as far as possible."""
        span = edit.before
        if not isinstance(span, Span):
            self._apply_edit(edit)
            return
        key = record_key(span)
        while key in self.aliases:
            key = self.aliases[key]
        reason, current = self._apply_edit(edit), self.records.get(key)
        if isinstance(edit.after, Span) and edit.after.label != span.label:
            self._replaced_labels[key][span.label] = edit.after.label
        if reason is None:
            return
        keeps_label = isinstance(edit.after, Span) and edit.after.label == span.label
        if not isinstance(current, Span) or current.label != span.label or keeps_label:
            return
        after = with_label(current, edit.after.label) if isinstance(edit.after, Span) else None
        is_free = after is not None and self.find_in_place(after) is None
        self._change(key, after if is_free else None)

    def _replace_labels(self, key: RecordKey, before: Span, after: Record | None) -> tuple[Span, Record | None]:
        """Return the states of a span with the labels that its labels were replaced by meanwhile."""
        replaced = dict(self._replaced_labels[key])
        while (label := replaced.pop(before.label, None)) is not None:
            if isinstance(after, Span) and after.label == before.label:
                after = with_label(after, label)
            before = with_label(before, label)
        return before, after

    def _check(self, record: Record) -> str | None:
        """Return what is wrong with the record itself."""
        if isinstance(record, Span | Zone | Rejection | Dismissal | Decision):
            if not 0 <= record.start < record.end <= self._lengths[record.article]:
                return OUTSIDE
            return INVALID if isinstance(record, Zone) and record.kind not in ZONE_KINDS else None
        is_valid = True
        if isinstance(record, Status):
            is_valid = record.state in STATES
        elif isinstance(record, Resolution):
            is_valid = record.choice in CHOICES
        elif isinstance(record, Title | Note):
            is_valid = bool(record.text)
        return None if is_valid else INVALID

    def _is_deleted(self, label: str) -> bool:
        deletion = self._deleted_labels.get(label)
        return deletion is not None and self._step_order < deletion

    def find_in_place(self, record: Record) -> RecordKey | None:
        """Return the key of the record at the same place, of which there cannot be two."""
        if isinstance(record, Zone):
            zones = self._zones[record.article].items()
            return next((key for key, zone in zones if _zone_range(zone) == _zone_range(record)), None)
        place = _place(record)
        return None if place is None else self._places.get(place)

    def _is_equal(self, standing: RecordKey, record: Record) -> bool:
        """Return whether the record that stands at the same place says the same."""
        other = self.records[standing]
        if isinstance(other, Span) and isinstance(record, Span):
            return (other.value, other.note) == (record.value, record.note)
        return True

    def _change(self, key: RecordKey, record: Record | None) -> None:
        self._previous_records.append((key, self.records.get(key)))
        self._put(key, record)

    def _put(self, key: RecordKey, record: Record | None) -> None:
        previous = self.records.get(key)
        if isinstance(previous, Zone):
            del self._zones[previous.article][key]
        elif previous is not None and (place := _place(previous)) is not None:
            del self._places[place]
        if record is None:
            self.records.pop(key, None)
            return
        self.records[key] = record
        if isinstance(record, Zone):
            self._zones[record.article][key] = record
        elif (place := _place(record)) is not None:
            self._places[place] = key

    def _makes_zones_overlap(self) -> bool:
        zones = [self.records.get(key) for key, _previous in self._previous_records if key[0] is Zone]
        return any(map(self._zones_overlap, {zone.article for zone in zones if zone is not None}))

    def _zones_overlap(self, article: str) -> bool:
        return find_overlap(self._zones[article].values()) is not None

    def _roll_back(self) -> None:
        for key, record in reversed(self._previous_records):
            self._put(key, record)
        for key in self._new_aliases:
            del self.aliases[key]


def _are_apart(before: Record, after: Record) -> bool:
    """Return whether two records are not the same one at different times."""
    return record_key(before) != record_key(after) or layer_of(before) != layer_of(after)


def _place(record: Record) -> tuple[object, ...] | None:
    """Return what a span or a dismissal may not share with another one."""
    if isinstance(record, Span):
        return record.article, record.annotator, record.label, record.start, record.end
    if isinstance(record, Dismissal):
        return Dismissal, record.article, record.annotator, record.kind, record.label, record.start, record.end
    return None


def _zone_range(zone: Zone) -> tuple[str, int, int]:
    return zone.kind, zone.start, zone.end


def _with_key(record: _AnyRecord | None, key: RecordKey) -> _AnyRecord | None:
    """Return the record under the uid of the one that stands."""
    return None if record is None else replace(record, uid=key[1])


def _is_same(record: Record | None, other: Record | None) -> bool:
    """Return whether two records say the same, wherever a span came from."""
    if isinstance(record, Span) and isinstance(other, Span) and record.source != other.source:
        return replace(record, source=other.source) == other
    return record == other
