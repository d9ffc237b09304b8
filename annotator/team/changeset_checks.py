"""Check what a changeset from elsewhere contains, item by item, before anything of it reaches a corpus.

An offset beyond the end of its text is not refused: replaying the steps makes a conflict of it, whether the article is
in the changeset or in the corpus.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias

from annotator.i18n import _
from annotator.model.article_builder import check_text
from annotator.model.changeset import ANNOTATOR_KINDS, Assignment, BaseArticle, Batch, Changeset, Person
from annotator.model.label_history import LabelEdit
from annotator.model.labels import InvalidLabelSet, check_label, is_label_name
from annotator.model.limits import MAX_ARTICLE_LENGTH
from annotator.model.operations import InvalidEdit, check_zones_within
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    CHOICES,
    STATES,
    ZONE_KINDS,
    Decision,
    Dismissal,
    Edit,
    Note,
    Record,
    Rejection,
    Resolution,
    Span,
    Status,
    Step,
    Title,
    Zone,
    article_uid,
)
from annotator.text.offsets import normalise_newlines

Item: TypeAlias = Person | LabelEdit | BaseArticle | Batch | Assignment | Step
"""Anything in a changeset."""

MAX_CLOCK: Final = 1 << 53
"""Far above the clock of any step: a corpus has to be able to count on from it."""
MAX_NAME_LENGTH: Final = 1000
"""Code points of a name or uid."""


class ChangesetChecker:
    """Checks items in the order of `list_items`."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._uids: set[tuple[type, str]] = set()

    def check(self, item: Item) -> None:
        """Raise InvalidEdit, with a message for the user, unless a corpus may hold the item."""
        match item:
            case Person():
                self._check_person(item)
            case LabelEdit():
                self._add_uid(item, item.uid)
                _check_label_edit(item)
            case BaseArticle():
                self._add_uid(item, item.article.uid)
                _check_article(item)
            case Batch():
                self._add_uid(item, item.uid)
                _check_name(item.name)
                _check_time(item.time)
            case Assignment():
                self._check_annotator(item.annotator)
                _check_clock(item)
            case Step():
                self._check_step(item)

    def _check_person(self, person: Person) -> None:
        _check_name(person.name)
        if person.name in self._names or not person.uids or person.kind not in ANNOTATOR_KINDS:
            message = _("“{name}” is not a valid annotator.").format(name=person.name)
            raise InvalidEdit(Reason(Code.INVALID_ANNOTATOR, message))
        for uid in person.uids:
            self._add_uid(person, uid)
        self._names.add(person.name)

    def _check_step(self, step: Step) -> None:
        self._add_uid(step, step.uid)
        for name in filter(None, (step.annotator, step.actor)):
            self._check_annotator(name)
        _check_name(step.name)
        _check_time(step.time)
        if not (0 <= step.clock < MAX_CLOCK and step.edits):
            raise _impossible_edit(step)
        for edit in step.edits:
            if not _is_possible(edit):
                raise _impossible_edit(step)
            for record in (edit.before, edit.after):
                if isinstance(annotator := getattr(record, "annotator", None), str):
                    self._check_annotator(annotator)

    def _check_annotator(self, name: str) -> None:
        if name not in self._names:
            message = _("“{name}” is not a valid annotator.").format(name=name[:MAX_NAME_LENGTH])
            raise InvalidEdit(Reason(Code.INVALID_ANNOTATOR, message))

    def _add_uid(self, item: Item, uid: str) -> None:
        _check_name(uid)
        if (type(item), uid) in self._uids:
            raise InvalidEdit(Reason(Code.DUPLICATE_ID, _("{uid} appears twice.").format(uid=uid)))
        self._uids.add((type(item), uid))


def list_items(changeset: Changeset) -> Iterator[Item]:
    """Yield all items of a changeset, each after those that it refers to."""
    yield from changeset.people
    yield from changeset.label_edits
    yield from changeset.articles
    yield from changeset.batches
    yield from changeset.assignments
    yield from changeset.steps


def check_changeset(changeset: Changeset) -> None:
    """Raise InvalidEdit, with a message for the user, unless a corpus may hold all items."""
    checker = ChangesetChecker()
    for item in list_items(changeset):
        checker.check(item)


def _check_article(base: BaseArticle) -> None:
    article = base.article
    check_text(article.text)
    is_stored = article.id or article.custom_title is not None
    is_other = article.uid != article_uid(article.text) or article.text != normalise_newlines(article.text)
    if is_stored or is_other or any(zone.article != article.uid for zone in base.zones):
        message = _("The text of article {uid} is not the one that it had.").format(uid=article.uid)
        raise InvalidEdit(Reason(Code.TEXT_CHANGED, message))
    _check_time(base.added)
    for zone in base.zones:  # those of files that began differently may overlap: `model.replay` decides which stand
        check_zones_within(len(article.text), [zone])


def _check_label_edit(edit: LabelEdit) -> None:
    _check_name(edit.label)
    if edit.time:  # unknown after the repair of a damaged file
        _check_time(edit.time)
    labels = [label for label in (edit.before, edit.after) if label is not None]
    numbers = [edit.clock, *(label.position for label in labels)]
    if not (labels and all(0 <= number < MAX_CLOCK for number in numbers)):
        raise _impossible_edit(edit)
    try:
        for label in labels:
            check_label(label.label)
    except InvalidLabelSet as error:
        raise InvalidEdit(Reason(error.refusal.code, error.refusal.reason)) from error


def _check_clock(assignment: Assignment) -> None:
    if not 0 <= assignment.clock < MAX_CLOCK:
        message = _("“{value}” is not a valid number.").format(value=assignment.clock)
        raise InvalidEdit(Reason(Code.INVALID_NUMBER, message))


def _check_name(name: str) -> None:
    if not name or len(name) > MAX_NAME_LENGTH or "\0" in name:
        message = _("“{name}” is not a valid name.").format(name=name[:MAX_NAME_LENGTH].replace("\0", ""))
        raise InvalidEdit(Reason(Code.INVALID_NAME, message))


def _check_time(time: str) -> None:
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidEdit(Reason(Code.INVALID_TIME, _("“{time}” is not a time.").format(time=time[:MAX_NAME_LENGTH])))


def _impossible_edit(step: Step | LabelEdit) -> InvalidEdit:
    return InvalidEdit(Reason(Code.IMPOSSIBLE_EDIT, _("Step {uid} contains an impossible edit.").format(uid=step.uid)))


def _is_possible(edit: Edit) -> bool:
    """Return whether the records of an edit are valid, and one and the same before and after."""
    records = [record for record in (edit.before, edit.after) if record is not None]
    return len(set(map(_identity, records))) == 1 and all(map(_is_valid, records))


def _identity(record: Record) -> tuple[object, ...]:
    return type(record), *(getattr(record, field, None) for field in ("article", "annotator", "uid", "step"))


def _is_valid(record: Record) -> bool:
    match record:
        case Span() | Rejection() | Dismissal():
            return _is_range(record.start, record.end) and is_label_name(record.label)
        case Zone():
            return _is_range(record.start, record.end) and record.kind in ZONE_KINDS
        case Decision():
            return _is_range(record.start, record.end)
        case Resolution():
            return record.choice in CHOICES
        case Status():
            return record.state in STATES
        case Title() | Note():
            return bool(record.text)
        case _:
            return True


def _is_range(start: int, end: int) -> bool:
    return 0 <= start < end <= MAX_ARTICLE_LENGTH
