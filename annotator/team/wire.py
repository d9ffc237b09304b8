"""A changeset as items that a server of a team checks and numbers one by one, and back.

Items call people and labels by their uids, never by names: a label that was renamed meanwhile is still the same one.
An item is known by its uid, that of an assignment by its article and annotator, that of a person by `uid` and `person`
together: whoever turns out to be somebody else gets one more item.

A step goes in parts, each with its edits of one layer, so that a reader gets no more of it than they may see. A part is
known by the step, the article and the owner; `number` is only the order in which the sender had them.

What this version of the program cannot read is left out and named in `newer_steps`, with every other item that it
cannot use: no member can keep the others from reading the rest.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from annotator import __version__
from annotator.i18n import _
from annotator.model.annotator_names import find_free_name
from annotator.model.changeset import GOLD, PERSON, Assignment, BaseArticle, Batch, Changeset, Person
from annotator.model.identities import GOLD_NAME, GOLD_UID, label_uid
from annotator.model.label_history import LabelEdit, PlacedLabel, resolve_labels
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import Article, Edit, Record, Step, Zone
from annotator.team.changeset_checks import MAX_NAME_LENGTH, ChangesetChecker, Item, list_items
from annotator.team.changeset_file import has_other_fields

SHARED: Final = ""
"""The owner of facts that all share, such as zones."""


class PersonItem(Struct, frozen=True, tag_field="kind", tag="person"):
    """A uid of a person, and the uid that they go by in the team: that of a member, if they are one."""

    uid: str
    name: str
    person: str
    person_kind: str = PERSON


class LabelItem(Struct, frozen=True, tag_field="kind", tag="label"):
    """A change of labels (see LabelEdit)."""

    uid: str
    clock: int
    time: str
    device: str | None
    label: str
    before: PlacedLabel | None
    after: PlacedLabel | None
    replacement: str | None = None


class ArticleItem(Struct, frozen=True, tag_field="kind", tag="article"):
    """An article as it was before its first step (see BaseArticle)."""

    uid: str
    text: str
    title: str | None
    published: str | None
    source: str | None
    url: str | None
    added: str
    zones: tuple[Zone, ...]


class BatchItem(Struct, frozen=True, tag_field="kind", tag="batch"):
    """Articles given out together (see Batch)."""

    uid: str
    name: str
    is_blind: bool
    time: str


class AssignmentItem(Struct, frozen=True, tag_field="kind", tag="assignment"):
    """An article given to somebody, or taken back (see Assignment)."""

    article: str
    annotator: str
    batch: str | None
    clock: int
    is_taken_back: bool


class StepItem(Struct, frozen=True, tag_field="kind", tag="step"):
    """The edits of a step in one layer: that of `owner` in `article` (see Step)."""

    uid: str
    number: int
    article: str
    owner: str
    annotator: str
    actor: str | None
    clock: int
    device: str | None
    name: str
    time: str
    undoes: str | None
    edits: tuple[Edit, ...]


WireItem: TypeAlias = PersonItem | LabelItem | ArticleItem | BatchItem | AssignmentItem | StepItem

_DECODER: Final = msgspec.json.Decoder(WireItem)
_SHARED_FIELDS: Final = ("annotator", "actor", "clock", "device", "name", "time", "undoes")


def list_wire_items(changeset: Changeset, members: Collection[str] = ()) -> Iterator[WireItem]:
    """Yield the items of a changeset, each after those that it refers to; `members` are the uids of the team's.

    Raises InvalidEdit where it names a person whom it does not describe.
    """
    people = {person.name: _choose_uid(person, members) for person in changeset.people}
    for person in changeset.people:
        for uid in (GOLD_UID,) if person.kind == GOLD else person.uids:
            yield PersonItem(uid, person.name, people[person.name], person.kind)
    for edit in changeset.label_edits:
        yield LabelItem(**{field: getattr(edit, field) for field in LabelEdit.__struct_fields__})
    for base in changeset.articles:
        article = base.article
        yield ArticleItem(
            *(article.uid, article.text, article.title, article.published, article.source, article.url),
            *(base.added, base.zones),
        )
    for batch in changeset.batches:
        yield BatchItem(**asdict(batch))
    for assignment in changeset.assignments:
        yield AssignmentItem(**asdict(assignment) | {"annotator": _find_uid(people, assignment.annotator)})
    labels = {name: uid for uid, name in resolve_labels(changeset.label_edits).names().items()}
    for step in changeset.steps:
        yield from _split_step(step, people, labels)


def decode_items(items: Iterable[bytes | str]) -> Changeset:
    """Return the changeset of items in any order, each as JSON.

    A person whose item is not among them is named by their uid, and so is a label: the reader knows them from before.
    """
    reader = _Reader()
    for item in items:
        reader.add(item)
    return reader.changeset()


# To items


def _choose_uid(person: Person, members: Collection[str]) -> str:
    if person.kind == GOLD:
        return GOLD_UID
    return next((uid for uid in person.uids if uid in members), min(person.uids, default=""))


def _find_uid(people: dict[str, str], name: str) -> str:
    if not people.get(name):
        message = _("The changes name an annotator whom they do not describe.")
        raise InvalidEdit(Reason(Code.INVALID_ANNOTATOR, message))
    return people[name]


def _split_step(step: Step, people: dict[str, str], labels: dict[str, str]) -> Iterator[StepItem]:
    parts: defaultdict[tuple[str, str], list[Edit]] = defaultdict(list)
    for edit in step.edits:
        translated = Edit(*(_rename_record(record, people, labels, label_uid) for record in (edit.before, edit.after)))
        parts[edit.article, _owner(translated)].append(translated)
    for number, ((article, owner), edits) in enumerate(parts.items()):
        yield StepItem(
            *(step.uid, number, article, owner, _find_uid(people, step.annotator)),
            *(step.actor and _find_uid(people, step.actor), step.clock, step.device, step.name, step.time),
            *(step.undoes, tuple(edits)),
        )


def _owner(edit: Edit) -> str:
    return str(getattr(edit.after or edit.before, "annotator", SHARED))


def _rename_record(record: Record | None, people: dict[str, str], labels: dict[str, str], default: Any) -> Any:
    """Return the record with these names of people and labels; of a label without any, the default."""
    changes: dict[str, Any] = {}
    if (annotator := getattr(record, "annotator", None)) is not None:
        changes["annotator"] = _find_uid(people, annotator)
    if (label := getattr(record, "label", None)) is not None:
        changes["label"] = labels[label] if label in labels else default(label)
    return record if record is None or not changes else replace(record, **changes)


# From items


class _Reader:
    """Puts items together to a changeset."""

    def __init__(self) -> None:
        self._people: dict[tuple[str, str], PersonItem] = {}
        self._label_edits: dict[str, LabelEdit] = {}
        self._articles: dict[str, BaseArticle] = {}
        self._batches: dict[str, Batch] = {}
        self._assignments: list[AssignmentItem] = []
        self._parts: defaultdict[str, list[StepItem]] = defaultdict(list)
        self._left_out: dict[str, None] = {}

    def add(self, data: bytes | str) -> None:
        """Read an item, or leave it out."""
        try:
            item = _DECODER.decode(data)
            if msgspec.json.encode(item) != (data.encode() if isinstance(data, str) else data) and has_other_fields(
                msgspec.json.decode(data), msgspec.to_builtins(item)
            ):
                raise ValueError("an item of a newer version")
            self._add(item)
        except (ValueError, RecursionError, InvalidEdit):
            self._left_out[_read_uid(data)] = None

    def _add(self, item: WireItem) -> None:
        match item:
            case PersonItem():
                is_gold = item.person_kind == GOLD
                if not (is_gold == (item.uid == GOLD_UID) == (item.person == GOLD_UID)):
                    raise ValueError("only gold is gold")  # nobody joins it
                self._people[item.uid, item.person] = item
            case LabelItem():
                edit = LabelEdit(**asdict(item))
                ChangesetChecker().check(edit)  # before names are made of it
                self._label_edits.setdefault(item.uid, edit)
            case ArticleItem():
                article = Article(item.uid, item.text, item.title, item.published, item.source, item.url)
                self._articles.setdefault(item.uid, BaseArticle(article, item.added, item.zones))
            case BatchItem():
                self._batches.setdefault(item.uid, Batch(**asdict(item)))
            case AssignmentItem():
                self._assignments.append(item)
            case StepItem():
                if item not in self._parts[item.uid]:
                    self._parts[item.uid].append(item)

    def changeset(self) -> Changeset:
        """Return the changeset, without what a corpus may not hold."""
        uids = {uid for pair in self._people for uid in pair}
        uids |= {item.annotator for item in self._assignments}
        for parts in self._parts.values():
            uids |= {uid for part in parts for uid in (part.annotator, part.actor, part.owner) if uid}
        people = self._build_people(uids)
        names = {uid: person.name for person in people for uid in person.uids}
        labels = resolve_labels(self._label_edits.values()).names()
        changeset = Changeset(
            program=__version__,
            people=tuple(people),
            label_edits=tuple(self._label_edits.values()),
            articles=tuple(self._articles.values()),
            batches=tuple(self._batches.values()),
            assignments=tuple(
                Assignment(**asdict(item) | {"annotator": names[item.annotator]}) for item in self._assignments
            ),
            steps=tuple(self._build_steps(names, labels)),
        )
        return self._leave_out_invalid(changeset)

    def _build_people(self, uids: Collection[str]) -> list[Person]:
        """Return everybody with one of these uids; who has uids in common is one person."""
        described_uids = (uid for pair in self._people for uid in pair)
        groups = {uid: {uid} for uid in (*described_uids, *sorted(uids))}  # the same order of people each time
        for uid, person in self._people:
            if groups[uid] is not groups[person]:
                groups[uid] |= groups[person]
                for other in groups[person]:
                    groups[other] = groups[uid]
        people: list[Person] = []
        for group in {min(group): group for group in groups.values()}.values():
            items = sorted(
                (item for item in self._people.values() if item.uid in group), key=lambda item: item.uid != item.person
            )
            is_gold = GOLD_UID in group
            name = items[0].name if items else GOLD_NAME if is_gold else min(group)
            name = find_free_name(name, {person.name for person in people})
            people.append(Person(name, tuple(sorted(group)), GOLD if is_gold else PERSON))
        return people

    def _build_steps(self, names: dict[str, str], labels: dict[str, str]) -> Iterator[Step]:
        for uid, parts in self._parts.items():
            try:
                yield _join_parts(sorted(parts, key=lambda part: part.number), names, labels)
            except ValueError:
                self._left_out[uid] = None

    def _leave_out_invalid(self, changeset: Changeset) -> Changeset:
        checker, valid = ChangesetChecker(), set[int]()
        for item in list_items(changeset):
            try:
                checker.check(item)
                valid.add(id(item))
            except (ValueError, InvalidEdit):
                self._left_out[_item_uid(item)[:MAX_NAME_LENGTH]] = None
        fields = ("people", "label_edits", "articles", "batches", "assignments", "steps")
        items = {field: tuple(item for item in getattr(changeset, field) if id(item) in valid) for field in fields}
        steps = tuple(step for step in items.pop("steps") if step.uid not in self._left_out)
        return replace(changeset, **items, steps=steps, newer_steps=tuple(self._left_out))


def _join_parts(parts: list[StepItem], names: dict[str, str], labels: dict[str, str]) -> Step:
    """Return the step of these parts. Raises ValueError if they are not of one step."""
    first, edits = parts[0], list[Edit]()
    for part in parts:
        if any(getattr(part, field) != getattr(first, field) for field in _SHARED_FIELDS):
            raise ValueError("parts of two steps")
        for edit in part.edits:
            records = [record for record in (edit.before, edit.after) if record is not None]
            if any(
                record.article != part.article or getattr(record, "annotator", SHARED) != part.owner
                for record in records
            ):
                raise ValueError("a record of another layer")
            edits.append(Edit(*(_rename_record(record, names, labels, str) for record in (edit.before, edit.after))))
    actor = first.actor and names[first.actor]
    return Step(
        *(first.uid, names[first.annotator], first.time, first.name, tuple(edits)),
        *(first.undoes, first.clock, first.device, actor),
    )


def _item_uid(item: Item) -> str:
    match item:
        case BaseArticle():
            return item.article.uid
        case Person():
            return item.uids[0]
        case Assignment():
            return item.article
        case _:
            return item.uid


def _read_uid(data: bytes | str) -> str:
    """Return the uid of an item that cannot be read, or ""."""
    try:
        return str(msgspec.json.decode(data, type=dict[str, Any]).get("uid", ""))[:MAX_NAME_LENGTH]
    except (ValueError, RecursionError):
        return ""
