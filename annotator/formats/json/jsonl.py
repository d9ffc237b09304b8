"""JSON lines: one article a line, with the keys of `annotator show --json`. Nothing is lost in it.

    {"id": 1, "uid": "…", "title": "…", "published": "2024-07-09T09:00", "source": null, "url": null, "text": "…",
     "zones": [{"kind": "body", "start": 0, "end": 5}],
     "spans": [{"uid": "…", "start": 0, "end": 5, "label": "DATE", "annotator": "…", "value": null, "note": null,
                "text": "…"}],
     "states": {"annotator": "done"}, "notes": {"annotator": "…"}}

Offsets are code points of the line's own text. Only `text` must be there; keys that are not listed are passed over.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.article_builder import draft, few
from annotator.model.operations import Rejected
from annotator.model.records import STATES, Draft, Note, Refusal, Span, Status, Zone, new_uid
from annotator.model.titles import title

NAME: Final = "jsonl"
SUFFIXES: Final = (".jsonl", ".ndjson", ".json")
HEAD = BETWEEN = FOOT = ""
HOLDS: Final = frozenset(
    {"annotator", "value", "note", "zones", "states", "notes", "title", "published", "source", "url"}
)
LARGEST: Final = 50_000_000
"""Bytes of the longest line that is read."""

_BOM: Final = b"\xef\xbb\xbf"
_NULL: Final = Raw(b"null")


class _Line(Struct):
    text: str | None = None
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    # Decoded apart from the rest: what is wrong in them does not cost the article.
    zones: Raw = _NULL
    spans: Raw = _NULL
    states: Raw = _NULL
    notes: Raw = _NULL


class _Zone(Struct):
    kind: str
    start: int
    end: int


class _Span(Struct):
    start: int
    end: int
    label: str
    uid: str | None = None
    annotator: str | None = None
    value: str | None = None
    note: str | None = None
    text: str | None = None


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name begins with a line that is a JSON object, as far as its ends tell."""
    line, newline, _rest = beginning.removeprefix(_BOM).lstrip().partition(b"\n")
    whole = line.rstrip().endswith(b"}") or not newline
    return PurePath(name).suffix in SUFFIXES and line.startswith(b"{") and len(line) > 1 and whole


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The articles of the file at `path`, and what of it was not taken; spans that name nobody are `annotator`'s.

    Raises OSError.
    """
    return json_values.read(path, partial(json_values.lines, largest=LARGEST), partial(_article, annotator=annotator))


def encode(item: Draft) -> str:
    """One article with all that belongs to it, as its line."""
    return msgspec.json.encode(record(item)).decode() + "\n"


def record(item: Draft) -> dict[str, Any]:
    """The article as the JSON object of its line."""
    article = item.article
    return {
        "id": article.id,
        "uid": article.uid,
        "title": title(article, item.zones),
        "published": article.published,
        "source": article.source,
        "url": article.url,
        "text": article.text,
        "zones": [{"kind": zone.kind, "start": zone.start, "end": zone.end} for zone in item.zones],
        "spans": [
            {
                "uid": span.uid,
                "start": span.start,
                "end": span.end,
                "label": span.label,
                "annotator": span.annotator,
                "value": span.value,
                "note": span.note,
                "text": article.text[span.start : span.end],
            }
            for span in item.spans
        ],
        "states": {status.annotator: status.state for status in item.states},
        "notes": {note.annotator: note.text for note in item.notes},
    }


def _article(data: bytes, number: int, annotator: str) -> tuple[Draft | None, list[str]]:
    """The article of one line if there is one, and a sentence for each thing in it that was not taken."""
    refused: list[str] = []
    try:
        line = msgspec.json.decode(data, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, [_("The line does not read as an article: {error}").format(error=error)]
    if line.text is None:
        return None, [_("There is no text in it.")]
    try:
        spans = list(_spans(line, line.text, annotator, refused))
    except Rejected as rejected:
        return None, [str(rejected)]
    drafted = partial(
        draft,
        line.text,
        title=line.title,
        published=json_values.published(line.published, refused),
        source=line.source,
        url=line.url,
        spans=spans,
        states=list(_states(line, refused)),
        notes=list(_notes(line, refused)),
        line=number,
    )
    zones = _zones(line, refused)
    try:
        return drafted(zones=zones), refused
    except Rejected as rejected:
        refused.append(str(rejected))
        if zones is None:
            return None, refused
    try:
        return drafted(zones=None), refused
    except Rejected as rejected:  # so it was the text, and nothing else in the line matters
        return None, [str(rejected)]


def _zones(line: _Line, refused: list[str]) -> list[Zone] | None:
    zones = _decoded(line.zones, list[_Zone] | None, "zones", refused)
    return zones if zones is None else [Zone(new_uid(), "", zone.kind, zone.start, zone.end) for zone in zones]


def _spans(line: _Line, text: str, annotator: str, refused: list[str]) -> Iterator[Span]:
    uids: set[str] = set()
    for raw in few(_decoded(line.spans, list[Raw] | None, "spans", refused) or []):
        span = _decoded(raw, _Span, "spans", refused)
        if span is None:
            continue
        reason = json_values.misplaced(text, span.start, span.end, span.text)
        if reason:
            refused.append(reason)
        else:
            uid = span.uid if span.uid and span.uid not in uids else new_uid()
            uids.add(uid)
            owner = span.annotator if span.annotator and span.annotator.strip() else annotator
            yield Span(uid, "", owner, span.label, span.start, span.end, span.value, span.note)


def _states(line: _Line, refused: list[str]) -> Iterator[Status]:
    for annotator, state in (_decoded(line.states, dict[str, str] | None, "states", refused) or {}).items():
        if state in STATES and annotator.strip():
            yield Status("", annotator, state)
        else:
            refused.append(_("“{state}” is no state of {annotator}.").format(state=state, annotator=annotator))


def _notes(line: _Line, refused: list[str]) -> Iterator[Note]:
    for annotator, text in (_decoded(line.notes, dict[str, str] | None, "notes", refused) or {}).items():
        if text.strip() and annotator.strip():
            yield Note("", annotator, text.strip())


def _decoded(raw: Raw, kind: Any, key: str, refused: list[str]) -> Any:
    """The JSON `raw` as a `kind`; None where it is none, and `refused` then says so."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        refused.append(_("Something in “{key}” does not read: {error}").format(key=key, error=error))
        return None
