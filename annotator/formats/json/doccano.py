"""doccano: JSON of texts with labels, in every shape that its versions have read or written.

    {"id": 1, "text": "…", "label": [[4, 8, "DATE"]], "uid": "…", "offsets": "utf16"}

The text is also named `data`; the labels `labels`, `entities` (objects with `start_offset`, `end_offset` and `label`)
or `annotations` (the same, with the number of the `user`, then the annotator). Columns may have other names if only one
has a string and only one labelled spans. Other columns, and `meta`, may have the article's
metadata; `Comments` become the annotator's note.

Offsets count what `offsets` says (see offset_units), a key that we write and doccano gives back with the metadata;
without it, what fits the words of the file best. UTF-16 is written unless another unit is asked for, since that is what
its window draws and records in a project without grapheme mode.

The shape above is written, with the metadata but without a label's annotator, value and note. doccano would keep a
column of these unchanged while users change labels, so they would return for spans that no longer exist.
"""

import string
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import regex
from msgspec import Struct

from annotator.formats.format import Configuration, Documents, Format
from annotator.formats.json import json_values, offset_units
from annotator.formats.json.offset_units import UnitEvidence
from annotator.i18n import _
from annotator.model.article_builder import build_article, check_span_count
from annotator.model.colours import contrast_ratio
from annotator.model.labels import LabelSet
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, FileLayers, Note, Notice, Remark, Span, new_uid

_SUFFIXES: Final = (".jsonl", ".json", ".ndjson")

_UNIT_KEY: Final = "offsets"
_MAX_EVIDENCE: Final = 1000
"""Spans that are enough to tell the unit of a file."""
_LABEL_TYPES: Final = "labels.json"
_LABEL_TYPE_MARK: Final = b'"background_color"'
_LABEL_TYPE_KEYS: Final = frozenset({"text", "suffix_key", "background_color"})
_ALLOWED_KEYS: Final = frozenset(string.digits + string.ascii_lowercase)
_TEXT_KEYS: Final = ("text", "data")
_LABEL_KEYS: Final = ("label", "labels", "entities", "annotations")
_UNREAD_KEYS: Final = ("relations", "cats")
_COMMENT_KEYS: Final = ("Comments", "comments")
_LABELLED_SPAN: Final = regex.compile(rb'(?<!\\)"\s*:\s*\[\s*\[\s*\d+\s*,\s*\d+\s*,\s*["\d]')
_FOREIGN_KEYS: Final = frozenset({"answer", "spans", "tokens", "zones", "annotation_id", "_input_hash", "paragraphs"})


class _Entity(Struct):
    start_offset: int
    end_offset: int
    label: str | int
    user: str | int | None = None


def sniff(_name: str, beginning: bytes) -> bool:
    """Return whether a file starts with texts labelled as by doccano."""
    keys = json_values.find_keys(beginning)
    if not keys or keys & _FOREIGN_KEYS:
        return False
    if any(key.endswith(("/labels", "/result")) or key.startswith("data/") for key in keys):  # Label Studio
        return False
    has_labels = bool(keys & {"label", "labels", "entities/start_offset", "annotations/start_offset"})
    return (has_labels and bool(keys & set(_TEXT_KEYS))) or _LABELLED_SPAN.search(beginning) is not None


def encode(item: AnnotatedArticle, unit: str = offset_units.UTF16) -> str:
    """Encode an article as a line; none of its spans is cut by the unit (see `find_cut_spans`)."""
    article = item.article
    convert = offset_units.from_code_points(article.text, unit)
    labels = [(convert(span.start), convert(span.end), span.label) for span in item.spans]
    # Equal keys on every line: doccano makes a table of the lines, and refuses all of them for a missing cell.
    metadata = dict.fromkeys(json_values.METADATA) | json_values.build_metadata(article)
    line = {"id": article.id, "text": article.text, "label": labels, **metadata, _UNIT_KEY: unit}
    return msgspec.json.encode(line).decode() + "\n"


def find_cut_spans(item: AnnotatedArticle, unit: str) -> dict[int, Reason]:
    """Return why spans that begin or end within a unit cannot be written, by their index."""
    convert = offset_units.from_code_points(item.article.text, unit)
    reason = Reason(Code.GRAPHEME_CUT, _("The span begins or ends within a grapheme, such as between letter and mark."))
    edges = ((convert(span.start), convert(span.end)) for span in item.spans)
    return {index: reason for index, (start, end) in enumerate(edges) if None in (start, end)}


def allows_span(text: str, span: Span, unit: str) -> bool:
    """Return whether a unit cuts no edge of a span, in other words than `find_cut_spans`."""
    if unit != offset_units.GRAPHEMES:
        return True
    parts = (text[: span.start], text[span.start : span.end], text[span.end :])
    return sum(len(regex.findall(r"\X", part)) for part in parts) == len(regex.findall(r"\X", text))


def encode_label_types(labels: LabelSet) -> bytes:
    """Encode the labels with their colours and keys, for the upload on a project's page of labels.

    A key is a digit or a small ASCII letter there, and of one label only.
    """
    types = []
    keys: set[str] = set()
    for label in labels.labels:
        key = label.key if label.key in _ALLOWED_KEYS - keys else None
        keys |= {key} if key else set()
        background = label.colour.light
        types.append(
            {
                "text": label.name,
                "prefix_key": None,
                "suffix_key": key,
                "background_color": background,
                "text_color": max("#ffffff", "#000000", key=partial(contrast_ratio, background)),
            }
        )
    return msgspec.json.format(msgspec.json.encode(types)) + b"\n"


def find_companions(path: Path) -> list[Path]:
    """Return the file of label types beside a file of texts."""
    return json_values.find_configurations(path, _LABEL_TYPES, _LABEL_TYPE_MARK)


def has_label_types(beginning: bytes) -> bool:
    """Return whether a file starts with label types, such as those of `encode_label_types`."""
    return _LABEL_TYPE_MARK in beginning and json_values.find_keys(beginning) >= _LABEL_TYPE_KEYS


def read(path: Path, annotator: str, unit: str | None = None) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, a refusal for each skip, and a notice if the unit of offsets matters but is not known.

    `unit` is that of offset_units, None to read what the lines say or to guess it. Raises OSError.
    """
    guess, evidence = unit or _guess_unit(path), UnitEvidence()
    yield from json_values.value_reader(partial(_read_line, guess, unit is not None, evidence))(path, annotator)
    if unit is None and (reason := evidence.describe(guess)):
        yield Notice.at(path, 0, reason)


def _guess_unit(path: Path) -> str:
    """Return the unit that fits most spans of the lines that do not name theirs. Raises OSError."""
    evidence = UnitEvidence()
    with path.open("rb") as file:
        for line, data in json_values.read_values(file):
            if evidence.total >= _MAX_EVIDENCE:
                break
            if isinstance(data, bytes) and offset_units.may_differ(data):
                with suppress(InvalidEdit):
                    fields = json_values.decode_object(data, line)
                    _read_line(offset_units.CODE_POINTS, False, evidence, fields, line, annotator="", reasons=[])
    return evidence.best_unit()


def _read_line(
    guess: str,
    is_sure: bool,
    evidence: UnitEvidence,
    line: dict[str, Any],
    number: int,
    annotator: str,
    reasons: list[Reason],
) -> AnnotatedArticle:
    """Parse a line (see json_values.value_reader), whose offsets are in the unit `guess` unless it names another."""
    name = _find_text_key(line)
    text = line[name]
    columns = _find_label_keys(line, reasons)
    named_unit = None if is_sure else line.get(_UNIT_KEY)
    unit = named_unit if named_unit in offset_units.UNITS else guess
    unsure = None if is_sure or unit == named_unit else evidence
    span_reasons: list[Reason] = []
    spans = [
        span for key in columns for span in _read_spans(text, key, line[key], annotator, span_reasons, unit, unsure)
    ]
    reasons += span_reasons
    has_labels = columns or any(line.get(key) in ([], {}) for key in _LABEL_KEYS)
    reasons += [json_values.describe_skipped(key) for key in _UNREAD_KEYS if line.get(key)]
    table = {**_read_meta(line), **line}
    metadata = json_values.read_metadata(table, reasons)
    notes = list(_read_notes(line, annotator, reasons))
    annotators = {span.annotator for span in spans} or ({""} if has_labels else set())
    layers = FileLayers(
        frozenset(annotators),
        is_complete=not span_reasons,
        uid=json_values.read_uid(table),
        counts_graphemes=unit == offset_units.GRAPHEMES,
    )
    return build_article(text, **metadata, spans=spans, notes=notes, line=number, layers=layers)


def _find_text_key(line: dict[str, Any]) -> str:
    """Return the text column's name. Raises InvalidEdit."""
    columns = [name for name in _TEXT_KEYS if isinstance(line.get(name), str)]
    unknown = (
        [name for name, value in line.items() if isinstance(value, str)] if set(_TEXT_KEYS).isdisjoint(line) else []
    )
    if columns or len(unknown) == 1:
        return (columns or unknown)[0]
    raise InvalidEdit(Reason(Code.NO_TEXT, _("The article has no text.")))


def _find_label_keys(line: dict[str, Any], reasons: list[Reason]) -> list[str]:
    """Return the names of the columns with labels."""
    label_keys = [name for name in _LABEL_KEYS if line.get(name) not in (None, "", [], {})]
    other_keys = [name for name, value in line.items() if name not in label_keys and value and _is_labelled(value)]
    if not label_keys and len(other_keys) == 1:
        return other_keys
    reasons += map(json_values.describe_skipped, other_keys)
    return label_keys


def _is_labelled(value: Any) -> bool:
    """Return whether a value is a list of [start, end, label]."""
    return isinstance(value, list) and all(
        isinstance(entry, list) and [type(part) for part in entry] == [int, int, str] for entry in value
    )


def _read_meta(line: dict[str, Any]) -> dict[str, Any]:
    return next((line[key] for key in ("meta", "metadata") if isinstance(line.get(key), dict)), {})


def _read_spans(
    text: str,
    key: str,
    entries: Any,
    annotator: str,
    reasons: list[Reason],
    unit: str,
    evidence: UnitEvidence | None,
) -> Iterator[Span]:
    """Yield the spans, whose offsets are in this unit; add their places to the evidence, if any."""
    if not isinstance(entries, list) or all(isinstance(entry, str | int) for entry in entries):
        reasons.append(json_values.describe_skipped(key))  # labels of the whole text
        return
    convert = offset_units.to_code_points(text, unit)
    ranges = []
    for entry in check_span_count(entries):
        fields = dict(zip(_Entity.__struct_fields__, entry, strict=False)) if isinstance(entry, list) else entry
        entity = json_values.convert(fields, _Entity, key, reasons)
        if entity is None:
            continue
        ranges.append((entity.start_offset, entity.end_offset))
        start, end, label = convert(entity.start_offset), convert(entity.end_offset), str(entity.label)
        reason = json_values.explain_misplaced(text, start, end)
        if reason:
            reasons.append(reason)
        else:
            yield Span(new_uid(), "", json_values.first_name(entity.user) or annotator, label, start, end)
    if evidence:
        evidence.add(text, ranges)


def _read_notes(line: dict[str, Any], annotator: str, reasons: list[Reason]) -> Iterable[Note]:
    for key in _COMMENT_KEYS:
        comments = line.get(key) or []
        texts = [comment for comment in comments if isinstance(comment, str)] if isinstance(comments, list) else []
        if len(texts) < len(comments):
            reasons.append(json_values.describe_skipped(key))
        if any(map(str.strip, texts)) and annotator.strip():
            yield Note("", annotator, "\n".join(texts).strip())


def build_output(unit: str) -> Documents:
    """Return what is written, with offsets in this unit."""
    return Documents(
        partial(encode, unit=unit),
        frozenset({"title", "published", "source", "url"}),
        configuration=Configuration(_LABEL_TYPES, encode_label_types),
        unit=unit,
        find_refused=partial(find_cut_spans, unit=unit),
        allows_span=partial(allows_span, unit=unit),
    )


FORMAT: Final = Format(
    name="doccano",
    title="doccano",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    output=build_output(offset_units.UTF16),
    output_in_unit=build_output,
    find_companions=find_companions,
)
