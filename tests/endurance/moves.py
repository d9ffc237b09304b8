"""Moves of scripted annotators: what a person may do to an article, chosen by numbers.

Places are few and collide often, so that histories of several people and computers get in each other's way.
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.colours import next_palette_colour
from annotator.model.history import build_stacks
from annotator.model.label_changes import REMOVE, LabelChange
from annotator.model.labels import Label, LabelSet
from annotator.model.operations import InvalidEdit
from annotator.model.records import (
    STATES,
    ZONE_KINDS,
    Article,
    Dismissal,
    Edit,
    Note,
    Record,
    Rejection,
    Removal,
    Span,
    Status,
    Step,
    Suggestion,
    Title,
    Zone,
    new_uid,
)
from annotator.store import row_mapping
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict
from annotator.store.label_set import change_labels, count_spans
from annotator.store.queries.reversal import read_reversal

LABELS: Final = ("DATE", "INSTITUTION", "PLAN")
TEXTS: Final = (
    "أعلنت وزارةُ الصحّة 👩🏽‍⚕️ يوم الاثنين\nعن خطّةٍ وطنيّةٍ للتلقيح",
    "الرباط – قال رئيس الحكومة إن «المخطط الأخضر» 🌱 مستمرّ\u200f حتى 2030.",
)
VERBS: Final = (
    *("tag", "tag", "tag", "accept", "correct", "reject", "relabel", "resize", "describe", "remove"),
    *("note", "state", "title", "published", "zone", "dismiss", "remove article", "restore article"),
)
LABEL_VERBS: Final = ("add label", "swap labels", "delete label")
LARGEST_NUMBER: Final = 5


class Move(Struct, frozen=True):
    """A verb and two numbers, from 0 to LARGEST_NUMBER, that choose what it is done to."""

    verb: str
    first: int
    second: int


class Content(Struct, frozen=True):
    """An article and one annotator's layer."""

    article: Article
    zones: list[Zone] = []
    spans: list[Span] = []
    dismissals: list[Dismissal] = []
    status: Status | None = None
    note: Note | None = None
    title: Title | None = None
    removal: Removal | None = None


def make_edits(content: Content, annotator: str, move: Move) -> list[Edit]:
    """Return the edits of the move; none if it cannot be made."""
    try:
        return _make_edits(content, annotator, move)
    except InvalidEdit:
        return []


def _make_edits(content: Content, annotator: str, move: Move) -> list[Edit]:
    article, spans, first, second = content.article, content.spans, move.first, move.second
    words = [match.span() for match in re.finditer(r"\S+", article.text)]
    start, end = words[first % len(words)][0], words[(first + second % 2) % len(words)][1]
    start, end = min(start, end - 1), max(start, end)
    label = LABELS[second % len(LABELS)]
    suggestion = Suggestion(start, end, label, "memory", 0.9)
    match move.verb:
        case "tag":
            return operations.add_span(article, spans, annotator, label, start, end)
        case "accept":
            return operations.accept(article, spans, annotator, suggestion, suggestion)
        case "correct":
            edited = Suggestion(start, end, LABELS[first % len(LABELS)], "memory", 0.9)
            return operations.accept(article, spans, annotator, suggestion, edited)
        case "reject":
            return operations.reject(article, annotator, suggestion)
        case "note":
            return operations.set_note(content.note, article, annotator, ("", "راجع", "note 😀")[second % 3])
        case "state":
            return operations.set_state(content.status, article, annotator, STATES[second % len(STATES)])
        case "title":
            return operations.set_title(content.title, article, ("", "عنوان", "خطّة")[second % 3])
        case "published":
            return operations.set_published(article, (None, "2024-07-09", "2024")[second % 3])
        case "zone":
            return operations.mark_zone(article, content.zones, ZONE_KINDS[second % len(ZONE_KINDS)], start, end)
        case "dismiss":
            dismissed = [(dismissal.label, dismissal.start, dismissal.end) for dismissal in content.dismissals]
            if (label, start, end) in dismissed:
                return []
            return operations.dismiss(article, annotator, "case", label, start, end)
        case "remove article":
            return operations.remove_article(content.removal, article)
        case "restore article":
            return operations.restore_article(content.removal)
    if not spans:
        return []
    span = spans[first % len(spans)]
    match move.verb:
        case "relabel":
            return operations.relabel(article, spans, span, label)
        case "resize":
            return operations.resize(article, spans, span, *words[second % len(words)])
        case "describe":
            return operations.describe_span(span, ("", "2024-07-09")[second % 2], ("", "ملاحظة")[second // 2 % 2])
        case "remove":
            return operations.remove_span(span)
    raise ValueError(move.verb)


# In a corpus


def make_move(corpus: Corpus, article: str, annotator: str, move: Move, actor: str | None = None) -> bool:
    """Apply a move, and return whether there was anything to do."""
    edits = make_edits(read_content(corpus, article, annotator), annotator, move)
    labels = {edit.after.label for edit in edits if isinstance(edit.after, Span | Rejection | Dismissal)}
    if not edits or labels - {label.name for label in corpus.labels().labels}:
        return False
    _apply(corpus, annotator, move.verb, edits, actor=actor)
    return True


def undo_last(corpus: Corpus, article: str, annotator: str, *, is_redo: bool, actor: str | None = None) -> bool:
    """Undo or redo the last step of an annotator in an article, and return whether that was possible."""
    steps = build_stacks(corpus.history(article, annotator))[is_redo]
    if not steps:
        return False
    name, edits = read_reversal(corpus, steps[-1].uid)
    try:
        _apply(corpus, annotator, name, edits, steps[-1].uid, actor)
    except Conflict:  # somebody else changed the zones or the title meanwhile
        return False
    return True


def _apply(
    corpus: Corpus,
    annotator: str,
    name: str,
    edits: Iterable[Edit],
    undoes: str | None = None,
    actor: str | None = None,
) -> None:
    corpus.apply(Step(new_uid(), annotator, utc_timestamp(), name, tuple(edits), undoes, actor=actor))


def move_labels(corpus: Corpus, move: Move) -> dict[str, str]:
    """Add, swap or delete labels, and return all new names; the spans of a deleted one go or get another label."""
    before = corpus.labels()
    by_name = {label.name: label for label in before.labels}
    names = list(by_name)
    name, other = names[move.first % len(names)], names[move.second % len(names)]
    new_names = {old: old for old in names}
    replacements = {}
    match move.verb:
        case "add label":
            free_name = next((label for label in LABELS if label not in names), f"NEW{len(names)}")
            by_name[free_name] = Label(free_name, {}, next_palette_colour(before))
        case "swap labels":
            new_names |= {name: other, other: name}
        case "delete label" if len(names) > 2:
            del by_name[name], new_names[name]
            if name in count_spans(corpus):
                replacements[name] = REMOVE if name == other else other
    labels = [replace(label, name=new_names.get(old, old)) for old, label in by_name.items()]
    for _progress in change_labels(corpus, LabelChange(before, LabelSet(tuple(labels)), new_names, replacements)):
        pass
    return new_names


def read_content(corpus: Corpus, article: str, annotator: str) -> Content:
    """Read an article and one annotator's layer."""
    dismissals = [record for record in read_records(corpus, Dismissal) if isinstance(record, Dismissal)]
    return Content(
        corpus.article(article),
        corpus.zones(article),
        corpus.spans(article, annotator),
        [record for record in dismissals if (record.article, record.annotator) == (article, annotator)],
        corpus.status(article, annotator),
        corpus.note(article, annotator),
        corpus.title(article),
        corpus.removal(article),
    )


def read_steps(corpus: Corpus) -> list[Step]:
    """Read all steps, in no order."""
    return [corpus.step(uid) for (uid,) in corpus.fetch_tuples("SELECT DISTINCT step FROM edit")]


def read_records(corpus: Corpus, *kinds: type[Record]) -> list[Record]:
    """Read all records of these kinds, of all without any."""
    return [
        row_mapping.to_record(kind, row)
        for kind, (table, _columns) in row_mapping.TABLE_KEYS.items()
        if kind in kinds or not kinds
        for row in corpus.query(f"SELECT * FROM {table}")
    ]
