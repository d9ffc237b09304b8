"""Conflicts as their author decides them: what stands, what the author wanted, and the edits that bring that about.

Steps of one author that do not fit are one conflict if they change the same record: whoever labelled a range and then
moved its end wants the span as it was in the end.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from annotator.model.operations import clear_zones, with_label
from annotator.model.records import (
    NEW,
    OWN,
    ZONE_KINDS,
    Decision,
    Dismissal,
    Edit,
    Record,
    Rejection,
    Resolution,
    Span,
    Status,
    Step,
    Zone,
)
from annotator.model.replay import INVALID, OUTSIDE, RecordKey, order_key, record_key

NO_LABEL: Final = "no label"
"""The label was deleted, and nothing takes its place."""

_INCIDENTAL: Final = (Status, Resolution, Rejection)
"""Records that come with others; nobody decides about them alone."""
_Labelled: TypeAlias = Span | Rejection | Dismissal


class StepConflict(Struct, frozen=True):
    """Steps of one author in one layer that do not fit, oldest first."""

    steps: tuple[Step, ...]

    @property
    def annotator(self) -> str:
        """Whose layer the steps change."""
        return self.steps[0].annotator

    @property
    def articles(self) -> tuple[str, ...]:
        """The uids of the articles, each once."""
        return tuple(dict.fromkeys(edit.article for step in self.steps for edit in step.edits))

    @property
    def last_step(self) -> Step:
        """The step that says what the author wanted in the end."""
        return self.steps[-1]


class Difference(Struct, frozen=True):
    """What stands in one place, and what the author wanted there: nothing if it is None.

    `obstacle` is why that is impossible: NO_LABEL, or OUTSIDE or INVALID as in `model.replay`. `former_label` is the
    deleted one that the author chose, if another one took its place.
    """

    standing: tuple[Record, ...]
    own: Record | None
    obstacle: str = ""
    former_label: str = ""


class OwnVersion(Struct, frozen=True):
    """What the author wanted, as far as it is possible now: where it differs from what stands, and the edits."""

    differences: tuple[Difference, ...]
    edits: tuple[Edit, ...]

    @property
    def is_possible(self) -> bool:
        """Whether at least a part can be had."""
        return not self.differences or any(not difference.obstacle for difference in self.differences)


class Layers(Struct, frozen=True):
    """What an author's version is compared with: the records of the layers, by key, and what was changed meanwhile.

    - `aliases`: see `Replay`
    - `lengths`: of the texts in code points, by the uid of their article
    - `labels`: the names of those that exist
    - `replacements`: the name of the label that took the place of a deleted one
    """

    records: Mapping[RecordKey, Record]
    aliases: Mapping[RecordKey, RecordKey]
    lengths: Mapping[str, int]
    labels: Collection[str]
    replacements: Mapping[str, str]


def group_conflicts(steps: Iterable[Step]) -> list[StepConflict]:
    """Return the conflicts that steps in conflict, all of one author, amount to, oldest first."""
    ordered = sorted(steps, key=order_key)
    groups: list[list[Step]] = []
    group_of: dict[tuple[str, RecordKey], list[Step]] = {}
    for step in ordered:
        keys = {(step.annotator, key) for key in _changed_keys(step)}
        joined = [step]
        for group in {id(group_of[key]): group_of[key] for key in keys if key in group_of}.values():
            joined += group
            groups.remove(group)
        groups.append(joined)
        for member in joined:
            group_of |= {(member.annotator, key): joined for key in _changed_keys(member)}
    conflicts = [StepConflict(tuple(sorted(group, key=order_key))) for group in groups]
    return sorted(conflicts, key=lambda conflict: order_key(conflict.steps[0]))


def _changed_keys(step: Step) -> set[RecordKey]:
    """Return what connects a step with others: its records, and the decision about itself."""
    records = (edit.after or edit.before for edit in step.edits)
    keys = {record_key(record) for record in records if record is not None and not isinstance(record, Status)}
    return keys | {(Resolution, step.uid)}


def find_own_version(conflict: StepConflict, layers: Layers) -> OwnVersion:
    """Return what the author wanted, compared with what stands."""
    return _OwnVersionBuilder(conflict, layers).build()


def resolve_conflict(conflict: StepConflict, choice: str, layers: Layers) -> tuple[Edit, ...]:
    """Return the edits of the step that decides a conflict: those of the own version, if that is the choice.

    The decision is recorded of each of its steps, and of those that one of them had decided.
    """
    steps = dict.fromkeys(
        uid
        for step in conflict.steps
        for uid in (*(edit.after.step for edit in step.edits if isinstance(edit.after, Resolution)), step.uid)
    )
    edits = list(find_own_version(conflict, layers).edits) if choice == OWN else []
    article = conflict.articles[0]
    for uid in steps:
        before = layers.records.get((Resolution, uid))
        after = Resolution(uid, before.article if before else article, conflict.annotator, choice)
        if before != after:
            edits.append(Edit(before, after))
    return tuple(edits)


def follow_aliases(key: RecordKey, aliases: Mapping[RecordKey, RecordKey]) -> RecordKey:
    """Return the key of the record that stands for the one with this key."""
    while key in aliases:
        key = aliases[key]
    return key


def list_disputed_keys(conflict: StepConflict, layers: Layers) -> set[RecordKey]:
    """Return the keys of what the author wanted to change and of what stands in its way, also of what is gone."""
    records = (edit.after or edit.before for step in conflict.steps for edit in step.edits)
    keys = {
        follow_aliases(record_key(record), layers.aliases)
        for record in records
        if record is not None and not isinstance(record, _INCIDENTAL)
    }
    differences = find_own_version(conflict, layers).differences
    return keys | {record_key(record) for difference in differences for record in difference.standing}


class _OwnVersionBuilder:
    """Brings about, one by one, the records that the steps of a conflict were to leave behind."""

    def __init__(self, conflict: StepConflict, layers: Layers) -> None:
        self._layers = layers
        self._records = dict(layers.records)
        self._edits: list[Edit] = []
        self._differences: list[Difference] = []
        self._former_labels: dict[RecordKey, str] = {}
        self._wanted: dict[RecordKey, Record | None] = {}
        for step in conflict.steps:
            for edit in step.edits:
                record = edit.after or edit.before
                if record is not None and edit.before != edit.after and not isinstance(record, Resolution):
                    key = follow_aliases(record_key(record), layers.aliases)
                    self._wanted.pop(key, None)  # in the order of the last changes
                    self._wanted[key] = _with_key(edit.after, key)

    def build(self) -> OwnVersion:
        """Return the version: what goes comes first, since it may make room."""
        for key, record in [*self._wanted.items()]:
            if record is None:
                self._remove(key)
            else:
                self._check(key, record)
        for key, record in self._wanted.items():
            if record is not None:
                self._bring_about(key, record)
        main = [each for each in self._differences if not _is_incidental(each)]
        return OwnVersion(tuple(main or self._differences), tuple(self._edits))

    def _remove(self, key: RecordKey) -> None:
        current = self._records.get(key)
        if current is not None and not isinstance(current, Status):
            self._differences.append(Difference((current,), None))
            self._change(key, None)

    def _check(self, key: RecordKey, record: Record) -> None:
        """Give a record the label that took the place of its own; want it no longer if it cannot be."""
        if isinstance(record, Span | Rejection | Dismissal) and record.label not in self._layers.labels:
            replacement = self._layers.replacements.get(record.label)
            if replacement is None:
                del self._wanted[key]
                if isinstance(record, Span):  # decisions go with their label
                    self._differences.append(Difference(self._standing(key), record, NO_LABEL))
                return
            self._former_labels[key] = record.label
            self._wanted[key] = record = _with_label(record, replacement)
        if obstacle := self._find_obstacle(record):
            del self._wanted[key]
            self._differences.append(Difference(self._standing(key), record, obstacle))

    def _bring_about(self, key: RecordKey, record: Record) -> None:
        match record:
            case Status():
                current = self._records.get(key)  # how far one is now is not what the step was about
                if current is None or (isinstance(current, Status) and current.state == NEW):
                    self._change(key, record)
            case Zone():
                self._mark(key, record)
            case Span():
                self._label(key, record)
            case Dismissal() if self._has_equal_dismissal(record):
                pass
            case _:
                self._set(key, record)

    def _find_obstacle(self, record: Record) -> str:
        if isinstance(record, Zone) and record.kind not in ZONE_KINDS:
            return INVALID
        if isinstance(record, Span | Zone | Rejection | Dismissal | Decision):
            return "" if 0 <= record.start < record.end <= self._layers.lengths[record.article] else OUTSIDE
        return ""

    def _mark(self, key: RecordKey, zone: Zone) -> None:
        """Make a range a zone: others go, or lose what they share with it."""
        others = [other for other in self._zones(zone.article) if record_key(other) != key]
        overlapping = [other for other in others if other.start < zone.end and zone.start < other.end]
        if self._records.get(key) == zone and not overlapping:
            return
        self._differences.append(Difference((*self._standing(key), *overlapping), zone))
        for edit in clear_zones(overlapping, zone.start, zone.end):
            record = edit.after or edit.before
            if record is not None:
                self._change(record_key(record), edit.after)
        self._change(key, zone)

    def _label(self, key: RecordKey, span: Span) -> None:
        """Have a span; where its range has the label already, with the value and the note of the author."""
        other = self._find_other_span(key, span)
        if other is not None and self._goes_elsewhere(other):
            self._change(record_key(other), None)
            other = None
        if other is None:
            self._set(key, span)
            return
        described = replace(other, value=span.value, note=span.note)
        standing = (*self._standing(key), *([other] if described != other else []))
        if standing:
            self._differences.append(Difference(standing, described, former_label=self._former_labels.get(key, "")))
        self._change(key, None)
        self._change(record_key(other), described)

    def _goes_elsewhere(self, span: Span) -> bool:
        """Return whether the author wants this span in another place, to which it is not brought yet."""
        wanted = self._wanted.get(record_key(span))
        return isinstance(wanted, Span) and _range(wanted) != _range(span)

    def _set(self, key: RecordKey, record: Record) -> None:
        if self._layers.records.get(key) != record:
            former_label = self._former_labels.get(key, "")
            self._differences.append(Difference(self._standing(key), record, former_label=former_label))
        self._change(key, record)

    def _change(self, key: RecordKey, after: Record | None) -> None:
        before = self._records.get(key)
        if before == after:
            return
        self._edits.append(Edit(before, after))
        if after is None:
            del self._records[key]
        else:
            self._records[key] = after

    def _standing(self, key: RecordKey) -> tuple[Record, ...]:
        """Return what stood under this key before anything was changed."""
        record = self._layers.records.get(key)
        return () if record is None else (record,)

    def _zones(self, article: str) -> Iterator[Zone]:
        return (record for record in self._records.values() if isinstance(record, Zone) and record.article == article)

    def _find_other_span(self, key: RecordKey, span: Span) -> Span | None:
        place = span.article, span.annotator, _range(span)
        spans = (record for record in self._records.values() if isinstance(record, Span) and record_key(record) != key)
        return next((other for other in spans if (other.article, other.annotator, _range(other)) == place), None)

    def _has_equal_dismissal(self, dismissal: Dismissal) -> bool:
        return any(
            isinstance(record, Dismissal) and replace(record, uid=dismissal.uid) == dismissal
            for record in self._records.values()
        )


def _range(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _with_key(record: Record | None, key: RecordKey) -> Record | None:
    """Return a record under the uid of the one that stands."""
    if isinstance(record, Span | Zone | Dismissal) and isinstance(key[1], str):
        return replace(record, uid=key[1])
    return record


def _with_label(record: _Labelled, label: str) -> _Labelled:
    return with_label(record, label) if isinstance(record, Span) else replace(record, label=label)


def _is_incidental(difference: Difference) -> bool:
    return all(isinstance(record, _INCIDENTAL) for record in (*difference.standing, difference.own) if record)
