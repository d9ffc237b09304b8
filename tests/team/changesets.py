"""Changesets of the tests: a small one of every kind of item, any that hypothesis draws, and their files."""

import gzip
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from annotator.generators import finish
from annotator.model.changeset import GOLD, Assignment, BaseArticle, Batch, Changeset, Person
from annotator.model.label_history import LabelEdit, PlacedLabel
from annotator.model.labels import default_labels
from annotator.model.records import (
    DONE,
    OWN,
    STATES,
    Article,
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
    article_uid,
)
from annotator.team.changeset_file import encode_changeset

TEXT: Final = "قالت وزارة الصحة إن الخطة ستنجز في 2030 😀"
UID: Final = article_uid(TEXT)
TIME: Final = "2026-11-27T09:00:00.000+00:00"
LAYER: Final = (UID, "سلمى")
SPAN: Final = Span("s1", *LAYER, "INSTITUTION", 5, 16, note='"\n\\u0000')
ZONE: Final = Zone("z1", UID, "body", 0, 39)


def build_step(uid: str, *edits: Edit, clock: int = 1, undoes: str | None = None) -> Step:
    """Build a step of the annotator of LAYER."""
    return Step(uid, LAYER[1], TIME, "tag", edits, undoes, clock, "laptop")


RECORDS: Final[tuple[Record, ...]] = (
    *(SPAN, ZONE, Status(*LAYER, DONE), Publication(UID, "2024-07-09"), Title(UID, "وزارة"), Removal(UID)),
    *(Note(*LAYER, "سؤال"), Rejection("r1", *LAYER, "DATE", 0, 4, "dates")),
    *(Dismissal("d1", *LAYER, "inside_word", "DATE", 0, 4), Resolution("e1", *LAYER, OWN)),
    Decision("c1", *LAYER, 5, 16, "none", "[]", "slip", "سبب"),
)
"""A record of each kind."""

CHANGESET: Final = Changeset(
    "1.0",
    "laptop",
    (Person(LAYER[1], ("p1", "p2")), Person("gold", ("g",), GOLD)),
    tuple(
        LabelEdit(f"l{index}", 0, TIME, None, f"u{index}", None, PlacedLabel(label, index))
        for index, label in enumerate(default_labels().labels)
    ),
    (BaseArticle(Article(UID, TEXT, "عنوان", "2024-07"), TIME, (ZONE,)),),
    (
        *(build_step(f"e{index}", Edit(None, record), clock=index) for index, record in enumerate(RECORDS, 1)),
        build_step("undo", Edit(SPAN, None), clock=20, undoes="e1"),
    ),
    (Batch("b1", "الأسبوع 1", True, TIME),),
    (Assignment(*LAYER, "b1"), Assignment(UID, "gold")),
)
"""A changeset with every kind of item and record."""

_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5)
_OFFSETS = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@st.composite
def changesets(draw: st.DrawFn) -> Changeset:
    """Draw a changeset of some steps, each with several edits, by people of any name."""
    names = draw(st.lists(_TEXTS, min_size=1, max_size=3, unique=True))
    spans = st.builds(
        lambda uid, name, label, offsets, value, note: Span(uid, UID, name, label, offsets[0], offsets[1], value, note),
        *(_TEXTS, st.sampled_from(names), st.sampled_from(["DATE", "مؤسسة"]), _OFFSETS),
        *(st.none() | _TEXTS, st.none() | _TEXTS),
    )
    states = st.builds(Status, st.just(UID), st.sampled_from(names), st.sampled_from(STATES))
    edits = st.builds(Edit, st.none(), spans) | st.builds(Edit, states, st.none())
    steps = draw(
        st.lists(st.tuples(st.lists(edits, min_size=1, max_size=4), st.sampled_from([None, *names])), max_size=4)
    )
    return Changeset(
        draw(_TEXTS),
        draw(st.none() | _TEXTS),
        tuple(Person(name, (f"uid of {name}",)) for name in names),
        articles=CHANGESET.articles if draw(st.booleans()) else (),
        steps=tuple(
            Step(f"{index}", names[0], TIME, "tag", tuple(edits), None, index, None, actor)
            for index, (edits, actor) in enumerate(steps)
        ),
    )


def encode(changeset: Changeset) -> bytes:
    """Return the file of a changeset."""
    stream = BytesIO()
    finish(encode_changeset(changeset, stream))
    return stream.getvalue()


def list_lines(changeset: Changeset) -> list[bytes]:
    """Return the lines of a changeset's file but the last."""
    return gzip.decompress(encode(changeset)).splitlines()[:-1]


def seal_lines(lines: Iterable[bytes]) -> bytes:
    """Return the file of these lines, with a last one as if they were written by the program."""
    content = b"".join(line + b"\n" for line in lines)
    counts: Counter[str] = Counter()
    for line in content.splitlines():
        try:
            counts.update(list(msgspec.json.decode(line, type=dict[str, msgspec.Raw])))
        except (ValueError, RecursionError):
            counts["invalid"] += 1
    end = {"end": {"sha256": hashlib.sha256(content).hexdigest(), "counts": dict(counts)}}
    return gzip.compress(content + msgspec.json.encode(end) + b"\n", 1)


def change_lines(change: Callable[[list[dict[str, Any]]], object], changeset: Changeset = CHANGESET) -> bytes:
    """Return the file of a changeset as somebody changed it who can count and hash."""
    lines = [msgspec.json.decode(line) for line in list_lines(changeset)]
    change(lines)
    return seal_lines(map(msgspec.json.encode, lines))
