"""JSON lines: one article a line, with the keys of `annotator show --json`. Lossless.

    {"id": 1, "uid": "…", "title": "…", "published": "2024-07-09T09:00", "source": null, "url": null, "text": "…",
     "zones": [{"kind": "body", "start": 0, "end": 5}],
     "spans": [{"uid": "…", "start": 0, "end": 5, "label": "DATE", "annotator": "…", "value": null, "note": null,
                "text": "…"}],
     "states": {"annotator": "done"}, "notes": {"annotator": "…"}}

Offsets are code points of the line's own text. Only `text` is required. It and the metadata are also read from keys
with the names that columns of tables have for them, such as `content` or `date` (see tables.COLUMNS), or from those
that the caller names. Other keys are ignored, but those that seem to have spans in another shape, such as spaCy's
`ents`, are named in a notice.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path, PurePath
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from annotator.formats.documents import tables
from annotator.formats.format import ALL_FIELDS, Documents, Format
from annotator.formats.json import json_values
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import is_iso_time, parse_published, shorten
from annotator.i18n import N_, _
from annotator.model.article_builder import build_article, check_span_count
from annotator.model.display_names import exported_title
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code
from annotator.model.records import (
    STATES,
    AnnotatedArticle,
    FileLayers,
    Note,
    Notice,
    Refusal,
    Remark,
    Span,
    Status,
    Zone,
    new_uid,
)

_SUFFIXES: Final = (".jsonl", ".ndjson", ".jl", ".json")
_LINE_SUFFIXES: Final = _SUFFIXES[: _SUFFIXES.index(".json")]
MAX_LINE_BYTES: Final = 50_000_000
"""Bytes of the longest line."""
_LIST_START: Final = re.compile(rb":\s*\[\s*[\[{]")
"""What stands between a key and the first of its objects or lists."""
_TAG_LIST: Final = re.compile(rb'"(%b)"\s*:\s*\[\s*["\d]' % "|".join(json_values.TAG_KEYS).encode())
_LAST_KEY: Final = re.compile(rb'"([^"\\]{1,100})"\s*\Z')
_MAX_KEY_BYTES: Final = 110
_SPANLESS_KEYS: Final = frozenset(("spans", "zones", "tokens", "words", "sents", "sentences"))
"""Keys whose lists are read, or have places but no labels."""
_PLACE_KEYS: Final = ({"start", "begin", "from", "offset"}, {"end", "stop", "to", "length"})
"""Parts of the names that other programs give to the two offsets of a span."""
_MAX_LISTED_KEYS: Final = 100

_QUOTE: Final = ord('"')
"""The first byte of a text in JSON."""
_NUMBER_STARTS: Final = frozenset(b"-0123456789")
_NULL: Final = Raw(b"null")
_ABSENT: Final = Raw(b"null")
"""What a line has that lacks the key; it is another object than the null of one that does not."""


class _Line(Struct):
    text: str | None = None
    # Decoded separately, so that errors in them do not cost the article.
    uid: Raw = _NULL
    title: Raw = _ABSENT
    published: Raw = _ABSENT
    source: Raw = _ABSENT
    url: Raw = _ABSENT
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
    value: str | UnsetType | None = UNSET
    note: str | UnsetType | None = UNSET
    text: str | None = None


def sniff(name: str, beginning: bytes) -> bool:
    """Return whether a file has objects, one a line or with a text; the suffix of JSON lines decides alone."""
    if PurePath(name).suffix in _LINE_SUFFIXES:
        return bool(beginning.strip()) and b"\0" not in beginning
    keys = json_values.find_keys(beginning)
    return json_values.are_lines(beginning) or any(tables.find_field(key) == tables.TEXT for key in keys)


def read(path: Path, annotator: str, columns: Mapping[str, str] | None = None) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, and a remark for each skip, repeated key, and key of `columns` that no line has.

    Spans without an annotator become `annotator`'s. `columns` maps fields (keys of tables.COLUMNS) to keys of the
    lines. Raises OSError.
    """
    seen: set[str] = set(_SPANLESS_KEYS)
    fields = _FieldReader(columns or {})
    with path.open("rb") as file:
        for number, name_value, data in json_values.locate_values(file, MAX_LINE_BYTES):
            if isinstance(data, Reason):
                yield Refusal.at(path, number, data)
                continue
            if key := json_values.find_repeated_key(data):
                yield Notice.at(path, number, name_value(json_values.describe_repeated_key(key)))
            item, reasons = _read_article(data, number, annotator, fields)
            if item:
                yield item
                yield from (Notice.at(path, number, _describe_unread_spans(key)) for key in _find_spans(data, seen))
            yield from (Refusal.at(path, number, name_value(reason)) for reason in reasons)
    yield from (Refusal.at(path, 0, tables.describe_missing(key)) for key in fields.unused)


class _FieldReader:
    """Reads the text and the metadata of lines from other keys than their own; `unused` are named ones not found."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._fields = {key: field for field, key in columns.items()}
        self.unused = dict.fromkeys(columns.values())

    def complete(self, line: _Line, data: bytes) -> dict[str, str]:
        """Set the fields that a line lacks, or that are under a named key; return the keys of these.

        A number may stand for metadata, as a date of pandas does: it is refused under its key. Raises InvalidEdit if
        there may be two texts, and what decoding a named one raises.
        """
        absent = {field for field in json_values.METADATA if getattr(line, field) is _ABSENT}
        absent |= {tables.TEXT} if line.text is None else set()
        absent -= set(self._fields.values())
        keys: dict[str, str] = {}
        if not absent and not self._fields:
            return keys
        for key, raw in msgspec.json.decode(data, type=dict[str, Raw]).items():
            field = self._fields.get(key)
            if field:
                self.unused.pop(key, None)
            elif (start := memoryview(raw)[0]) == _QUOTE or start in _NUMBER_STARTS:
                column = tables.find_field(key)
                field = column if column in absent and (start == _QUOTE or column != tables.TEXT) else None
            if field == tables.TEXT and field in keys:
                raise InvalidEdit(tables.describe_ambiguous(keys[field], key))
            if field and field not in keys:
                keys[field] = key
                setattr(line, field, msgspec.json.decode(raw, type=str | None) if field == tables.TEXT else raw)
        return keys


def _find_spans(data: bytes, seen: set[str]) -> Iterator[str]:
    """Yield the keys of an object that seem to have spans, or a tag for each token, and are not `seen`.

    Add all keys of its lists to those.
    """
    starts = (match.start() for match in _LIST_START.finditer(data))
    matches = (_LAST_KEY.search(data, max(0, start - _MAX_KEY_BYTES), start) for start in starts)
    keys = {match[1].decode(errors="replace") for match in chain(matches, _TAG_LIST.finditer(data)) if match} - seen
    if not keys or len(seen) > _MAX_LISTED_KEYS:
        return
    seen |= keys
    try:
        line = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # in a value that is not read
        return
    for key in sorted(keys & line.keys()):
        entries = line[key]
        if isinstance(entries, list) and entries and (_is_span(entries[0]) or _are_tags(key, entries, line)):
            yield key


def _is_span(entry: Any) -> bool:
    """Return whether an entry of a list seems to be a span of some program: two offsets and a word."""
    if isinstance(entry, list):
        return [type(part) for part in entry[:3]] == [int, int, str]
    if not isinstance(entry, dict) or not any(isinstance(value, str) for value in entry.values()):
        return False
    numbers = [key.lower() for key, value in entry.items() if type(value) is int]
    return all(any(part in key for key in numbers for part in parts) for parts in _PLACE_KEYS)


def _are_tags(key: str, entries: list[Any], line: dict[str, Any]) -> bool:
    tokens = [line[name] for name in json_values.TOKEN_KEYS if isinstance(line.get(name), list)]
    return key in json_values.TAG_KEYS and len(entries) in map(len, tokens)


def _describe_unread_spans(key: str) -> Reason:
    message = _("“{name}” seems to contain spans, which are not read: those in “spans” are, with start, end and label.")
    return Reason(Code.ANNOTATION_SKIPPED, message.format(name=shorten(key)))


def encode(item: AnnotatedArticle) -> str:
    """Encode all of an article as a line, without a time of publication that no calendar has."""
    record = build_record(item)
    if not is_iso_time(record["published"] or ""):
        record["published"] = None
    return msgspec.json.encode(record).decode() + "\n"


def build_record(item: AnnotatedArticle) -> dict[str, Any]:
    """Return an article as the JSON object of its line."""
    article = item.article
    return {
        "id": article.id,
        "uid": article.uid,
        "title": exported_title(article, item.zones),
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


def _read_article(
    data: bytes, number: int, annotator: str, fields: _FieldReader
) -> tuple[AnnotatedArticle | None, list[Reason]]:
    """Return the article, if any, and each skip's reason."""
    reasons: list[Reason] = []
    try:
        line = msgspec.json.decode(data, type=_Line)
        keys = fields.complete(line, data)
    except InvalidEdit as error:
        return None, [error.reason]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _("The line is not a valid article: {error}").format(error=explain_error(error, data, number))
        return None, [Reason(json_error_code(error), message)]
    if line.text is None:
        return None, [Reason(Code.NO_TEXT, _("The article has no text."))]
    span_reasons: list[Reason] = []
    try:
        spans = list(_read_spans(line, line.text, span_reasons))
    except InvalidEdit as error:
        return None, [error.reason]
    reasons += span_reasons
    metadata = {name: _read_text(getattr(line, name), keys.get(name, name), reasons) for name in json_values.METADATA}
    published = parse_published(metadata["published"], reasons)
    states = list(_read_states(line, reasons))
    build = partial(
        build_article,
        line.text,
        title=metadata["title"],
        published=published,
        source=metadata["source"],
        url=metadata["url"],
        spans=[_to_span(span, annotator) for span in spans],
        states=states,
        notes=list(_read_notes(line, reasons)),
        line=number,
        layers=_describe_layers(line, spans, states, is_complete=not span_reasons),
    )
    zones = _read_zones(line, reasons)
    try:
        return build(zones=zones), reasons
    except InvalidEdit as error:
        reasons.append(error.reason)
        if zones is None:
            return None, reasons
    try:
        return build(zones=None), reasons
    except InvalidEdit as error:  # the text is invalid, so nothing else in the line matters
        return None, [error.reason]


def _read_text(raw: Raw, key: str, reasons: list[Reason]) -> str | None:
    value = _decode(raw, Any, key, reasons)
    if value is None or isinstance(value, str):
        return value
    reasons.append(Reason(Code.INVALID_VALUE, _("“{key}” is not a text and is skipped.").format(key=key)))
    return None


def _read_zones(line: _Line, reasons: list[Reason]) -> list[Zone] | None:
    zones = _decode(line.zones, list[_Zone] | None, "zones", reasons)
    return zones if zones is None else [Zone(new_uid(), "", zone.kind, zone.start, zone.end) for zone in zones]


def _describe_layers(line: _Line, spans: Sequence[_Span], states: Iterable[Status], *, is_complete: bool) -> FileLayers:
    annotators = {_owner(span) for span in spans} | {status.annotator for status in states}
    unstated = frozenset(span.uid for span in spans if span.uid and UNSET in (span.value, span.note))
    return FileLayers(
        frozenset(annotators or ({""} if bytes(line.spans) != bytes(_NULL) else ())),
        is_complete,
        is_exact=not spans or len(unstated) < len(spans),
        unstated=unstated,
        uid=_read_text(line.uid, "uid", []),
    )


def _owner(span: _Span) -> str:
    return span.annotator if span.annotator and span.annotator.strip() else ""


def _to_span(span: _Span, annotator: str) -> Span:
    value, note = (None if text is UNSET else text for text in (span.value, span.note))
    return Span(span.uid or new_uid(), "", _owner(span) or annotator, span.label, span.start, span.end, value, note)


def _read_spans(line: _Line, text: str, reasons: list[Reason]) -> Iterator[_Span]:
    uids: set[str] = set()
    for raw in check_span_count(_decode(line.spans, list[Raw] | None, "spans", reasons) or []):
        span = _decode(raw, _Span, "spans", reasons)
        if span is None:
            continue
        reason = json_values.explain_misplaced(text, span.start, span.end, span.text)
        if reason:
            reasons.append(reason)
        else:
            span.uid = span.uid if span.uid and span.uid not in uids else new_uid()
            uids.add(span.uid)
            yield span


def _read_states(line: _Line, reasons: list[Reason]) -> Iterator[Status]:
    for annotator, state in _read_texts(line.states, "states", reasons):
        if state in STATES and annotator.strip():
            yield Status("", annotator, state)
        else:
            message = _("Invalid state “{state}” for annotator “{annotator}”.")
            reasons.append(Reason(Code.INVALID_STATE, message.format(state=state, annotator=annotator)))


def _read_notes(line: _Line, reasons: list[Reason]) -> Iterator[Note]:
    for annotator, text in _read_texts(line.notes, "notes", reasons):
        if text.strip() and annotator.strip():
            yield Note("", annotator, text.strip())


def _read_texts(raw: Raw, key: str, reasons: list[Reason]) -> Iterator[tuple[str, str]]:
    """Yield annotators with their texts, and none for null: tables of Arrow name all annotators in every row."""
    for annotator, text in (_decode(raw, dict[str, str | None] | None, key, reasons) or {}).items():
        if text is not None:
            yield annotator, text


def _decode(raw: Raw, type_: Any, key: str, reasons: list[Reason]) -> Any:
    """Decode JSON as a `type_`; on failure add to `reasons` and return None."""
    try:
        return msgspec.json.decode(raw, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _("Invalid value in “{key}”: {error}").format(key=key, error=explain_error(error))
        reasons.append(Reason(Code.INVALID_VALUE, message))
        return None


FORMAT: Final = Format(
    name="jsonl",
    title="JSON Lines",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    is_fallback=True,
    output=Documents(encode, ALL_FIELDS),
    export_title=N_("JSON Lines: complete articles"),
)
