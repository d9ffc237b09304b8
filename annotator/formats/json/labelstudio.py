"""Label Studio: a list of tasks with their annotations and predictions, as in its JSON export and import.

    [{"id": 1, "data": {"text": "…", "uid": "…", "title": "…"},
      "annotations": [{"completed_by": 1, "was_cancelled": false, "result": [
        {"id": "…", "type": "labels", "from_name": "label", "to_name": "text",
         "value": {"start": 0, "end": 4, "text": "…", "labels": ["DATE"]},
         "meta": {"text": ["a note"]}},
        {"id": "…", "type": "textarea", "from_name": "value", "to_name": "text",
         "value": {"start": 0, "end": 4, "text": ["2024-07-09"]}}]}],
      "predictions": []}]

Also read: tasks one a line, and JSON-MIN, where columns of `data`, and results by their `from_name`, are keys of the
task; its CSV and TSV exports are tables of the same, with the results in JSON, which pandas writes into JSON as texts.
The text is the column with the results' texts, else the one named `to_name` or `text`, else the longest. An annotation
is the layer of whoever completed it (by address, else name, else number). Predictions are no annotations: they are
counted in a notice. Offsets are code points; UTF-16 units, as in some versions, are recognised if a result's text shows
them.

A span's note is `meta.text`, where Label Studio shows it, and its value the text of a second result for the same
region, which its window shows beside the region: see `encode_configuration`. A value in `meta`, where version 0.1.0
wrote it, is read too. A text, choice or date given for a region is its note (a text) or its value. All else in a result
is reported as skipped. JSON-MIN and tables have no notes, and do not say which region has which value.

An annotation's author is written as its `annotator`: Label Studio refuses a whole file for a `completed_by` outside the
organisation. It forgets that key, so where an export has the layers of several annotators, each result names its
`annotator` in `meta`, which it keeps, and `layers` in `data` has the names in the order of the annotations: one whose
results are all new or gone has the first that no other annotation names.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import nlargest
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec
from msgspec import Struct

from annotator.formats.documents import tables
from annotator.formats.format import Configuration, Documents, Format
from annotator.formats.json import json_values
from annotator.formats.library_errors import explain_error
from annotator.i18n import _, ngettext
from annotator.model.article_builder import build_article, check_span_count
from annotator.model.labels import LabelSet
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import DONE, AnnotatedArticle, FileLayers, Notice, Remark, Span, new_uid
from annotator.text.offsets import Utf16Offsets

_SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")

_SNIFFED_BYTES: Final = 1 << 10
_TEXT_KEY: Final = "text"
_OWN_COLUMNS: Final = frozenset({"annotation_id", "annotator", "created_at", "id", "lead_time", "updated_at"})
"""What Label Studio adds to the columns of `data` in JSON-MIN and tables."""
_FOREIGN_KEYS: Final = frozenset({"spans", "tokens", "entities"})
"""Keys of annotations in other formats."""
_UID: Final = re.compile("[0-9a-v]{16}|[0-9a-f]{32}")
"""An id that this program gave; Label Studio's are shorter."""
_MAX_COMPARED: Final = 100
"""Columns and results compared to find the text."""
_ANNOTATION_KEYS: Final = ("annotations", "completions")
_CONFIGURATION: Final = "config.xml"
_LABELS_NAME: Final = "label"
"""The `from_name` of labelled regions."""
_VALUE_NAME: Final = "value"
"""The `from_name` of the texts that are values of spans."""
_LAYERS_KEY: Final = "layers"
"""The key in `data` of the annotators whose layers were exported."""
_LIST_START: Final = re.compile(r'\s*\[\s*[\]{"]')
_PYTHON_LIST: Final = re.compile(r"\s*\[\s*\{\s*'")
_REGION_KEYS: Final = re.compile("""["'](?:start|labels)["']""")
_CONTENT_KEYS: Final = {"textarea": "text", "choices": "choices", "datetime": "datetime"}
"""The types of results that can describe a region, and the key in their value."""


class _Value(Struct):
    start: int
    end: int
    labels: list[str] = []
    text: str | None = None


class _Result(Struct):
    type: str
    value: dict[str, Any] = {}
    id: str | int | None = None
    from_name: Any = None
    to_name: Any = None
    meta: Any = None


class _Annotation(Struct):
    result: list[Any] | None = None
    annotator: str | None = None
    completed_by: Any = None
    model_version: Any = None
    was_cancelled: bool | None = False
    skipped: bool | None = False


class _Layer(Struct):
    """The results of one annotator."""

    annotator: str
    results: list[_Result]
    is_named: bool = True


class _Skipped(Struct):
    """What of a file is not read: how many of a kind, and why a column's cells are not."""

    counts: Counter[str] = msgspec.field(default_factory=Counter)
    columns: dict[str, Reason] = {}


def sniff(_name: str, beginning: bytes) -> bool:
    """Return whether a file starts with tasks."""
    if not _is_json(beginning):
        return b"\0" not in beginning and tables.has_label_studio_columns(beginning)
    keys = json_values.find_keys(beginning)
    label_columns = {key.removesuffix("/labels") for key in keys if key.endswith("/labels") and key.count("/") == 1}
    has_tasks = any(key.startswith("data/") for key in keys) and keys & {*_ANNOTATION_KEYS, "predictions", "data/text"}
    is_json_min = any({f"{key}/start", f"{key}/end"} <= keys for key in label_columns)
    has_own_columns = keys >= tables.LABEL_STUDIO_COLUMNS and not keys & _FOREIGN_KEYS  # the spans may be texts
    return bool(has_tasks or is_json_min or has_own_columns)


def encode(item: AnnotatedArticle, *, names_layers: bool = False) -> str:
    """Encode an article as a task, with an annotation for each annotator of its spans, or who is done without any.

    Label Studio gives back whose they are if there are several, or if asked for by `names_layers`.
    """
    article = item.article
    layers: dict[str, list[Span]] = {status.annotator: [] for status in item.states if status.state == DONE}
    for span in item.spans:
        layers.setdefault(span.annotator, []).append(span)
    names_layers |= len(layers) > 1
    data = {_TEXT_KEY: article.text, **json_values.build_metadata(article)}
    task = {
        "id": article.id,
        "data": data | ({_LAYERS_KEY: list(layers)} if names_layers and layers else {}),
        "annotations": [
            {
                "annotator": annotator,
                "was_cancelled": False,
                "ground_truth": False,  # the default is true
                "result": [
                    result
                    for span in spans
                    for result in _encode_span(article.text, span, annotator if names_layers else None)
                ],
            }
            for annotator, spans in layers.items()
        ],
        "predictions": [],
    }
    return msgspec.json.encode(task).decode()


def _encode_span(text: str, span: Span, annotator: str | None) -> Iterator[dict[str, Any]]:
    """Yield the results of a span; `annotator` is named in them unless it is None."""
    region = {"start": span.start, "end": span.end}
    value = {**region, "text": text[span.start : span.end], "labels": [span.label]}
    meta = ({"text": [span.note]} if span.note else {}) | ({"annotator": annotator} if annotator else {})
    result = {"id": span.uid, "from_name": _LABELS_NAME, "to_name": _TEXT_KEY, "type": "labels", "value": value}
    yield {**result, "meta": meta} if meta else result
    if span.value:
        yield {**result, "from_name": _VALUE_NAME, "type": "textarea", "value": {**region, "text": [span.value]}}


def encode_configuration(labels: LabelSet) -> bytes:
    """Encode the labelling configuration for a project: labels with their colours and keys, and values of regions."""
    view = Element("View")
    label_list = SubElement(view, "Labels", name=_LABELS_NAME, toName=_TEXT_KEY)
    for label in labels.labels:
        look = {"value": label.name, "background": label.colour.light}
        SubElement(label_list, "Label", look | ({"hotkey": label.key} if label.key else {}))
    SubElement(view, "Text", name=_TEXT_KEY, value=f"${_TEXT_KEY}")
    once = {"perRegion": "true", "maxSubmissions": "1", "editable": "true"}
    names = {"name": _VALUE_NAME, "toName": _TEXT_KEY, "placeholder": _VALUE_NAME}
    SubElement(view, "TextArea", names | once)
    indent(view)
    return f"{tostring(view, encoding='unicode')}\n".encode()


def find_companions(path: Path) -> list[Path]:
    """Return the labelling configuration beside a file of tasks."""
    return json_values.find_configurations(path, _CONFIGURATION, b"<View>")


def read(path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    """Yield the articles, and a remark for each skip; the predictions are counted in one notice."""
    skipped = _Skipped()
    parse = partial(_read_task, skipped)
    with path.open("rb") as file:
        is_json = _is_json(file.read(_SNIFFED_BYTES))
    if is_json:
        yield from json_values.value_reader(parse)(path, annotator)
    else:
        for line, record in tables.read_records(path):
            reasons: list[Reason] = []
            try:
                yield parse(_parse_record(record), line, annotator, reasons)
            except InvalidEdit as error:
                reasons = [error.reason]
            yield from json_values.refuse_all(path, line, reasons)
    yield from _notice_skipped(path, skipped)


def _is_json(beginning: bytes) -> bool:
    is_marked = beginning.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{")
    return is_marked or json_values.has_objects(beginning)  # whose first line is damaged


def _parse_record(record: Mapping[str, str] | Reason) -> dict[str, Any]:
    """Return a row of a table as a JSON-MIN task. Raises InvalidEdit with the reason for refusing it."""
    if isinstance(record, Reason):
        raise InvalidEdit(record)
    return dict(record)


def _parse_cells(task: Mapping[str, Any], unread: dict[str, Reason], span_reasons: list[Reason]) -> dict[str, Any]:
    """Return a JSON-MIN task with the lists in its texts, without spans that cannot be parsed.

    `unread` gets the reasons for columns, `span_reasons` those for single cells. A text may look like a list, too.
    """
    columns: dict[str, Any] = {}
    for name, cell in task.items():
        columns[name] = cell
        if not isinstance(cell, str) or name == _TEXT_KEY:
            continue
        if _PYTHON_LIST.match(cell) and _has_spans(name, cell):
            unread[name] = tables.describe_unread_spans(name)
            del columns[name]
        elif _LIST_START.match(cell):
            try:
                columns[name] = msgspec.json.decode(cell, type=list[Any])
            except (msgspec.DecodeError, RecursionError) as error:
                if _has_spans(name, cell):
                    message = _("Invalid value in “{key}”: {error}").format(key=name, error=explain_error(error))
                    span_reasons.append(Reason(Code.INVALID_JSON, message))
                    del columns[name]
    return columns


def _has_spans(name: str, cell: str) -> bool:
    return name == _LABELS_NAME or _REGION_KEYS.search(cell) is not None


def _find_unread(columns: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield the columns of a JSON-MIN task that have annotations of other kinds, as those of whole articles."""
    for name, value in columns.items():
        is_label = name == _LABELS_NAME and value is not text and value not in (None, "", [])
        has_entries = isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
        if (is_label and not has_entries) or (isinstance(value, dict) and "choices" in value):
            yield name


def _notice_skipped(path: Path, skipped: _Skipped) -> Iterator[Notice]:
    yield from (Notice.at(path, 0, reason) for reason in skipped.columns.values())
    if count := skipped.counts["predictions"]:
        message = ngettext(
            "{count} prediction was not imported: only what somebody has annotated is.",
            "{count} predictions were not imported: only what somebody has annotated is.",
            count,
        )
        yield Notice.at(path, 0, Reason(Code.PREDICTION_SKIPPED, message.format(count=count)))
    if count := skipped.counts[_VALUE_NAME]:
        message = ngettext(
            "{count} article has values that the file assigns to no span; Label Studio’s JSON export does.",
            "{count} articles have values that the file assigns to no span; Label Studio’s JSON export does.",
            count,
        )
        yield Notice.at(path, 0, Reason(Code.VALUE_UNASSIGNED, message.format(count=count)))
    if count := skipped.counts[_LAYERS_KEY]:
        message = ngettext(
            "The file does not say whose layer {count} annotation is; Label Studio’s JSON export does.",
            "The file does not say whose layers {count} annotations are; Label Studio’s JSON export does.",
            count,
        )
        yield Notice.at(path, 0, Reason(Code.LAYER_UNASSIGNED, message.format(count=count)))


def _read_task(
    skipped: _Skipped, task: dict[str, Any], number: int, annotator: str, reasons: list[Reason]
) -> AnnotatedArticle:
    """Parse a task (see json_values.value_reader), and count what is not read in `skipped`."""
    columns = task.get("data")
    span_reasons: list[Reason] = []
    unread: dict[str, Reason] = {}
    is_json_min = not isinstance(columns, dict)
    if isinstance(columns, dict):
        layers = list(_read_annotations(task, annotator, reasons, span_reasons))
        skipped.counts["predictions"] += _count_predictions(task)
        reasons += [json_values.describe_skipped(key) for key in ("drafts",) if task.get(key)]
    else:
        columns = _parse_cells(task, unread, span_reasons)
        layers = [_read_json_min(columns, annotator, reasons)]
        skipped.counts[_VALUE_NAME] += bool(layers[0].results and columns.get(_VALUE_NAME))
        skipped.counts[_LAYERS_KEY] += bool(columns.get(_LAYERS_KEY) and json_values.read_uid(columns))
    text = _find_text(columns, [result for layer in layers for result in layer.results])
    if is_json_min:
        unread |= {name: json_values.describe_skipped(name) for name in _find_unread(columns, text)}
        skipped.columns.update(unread)
    metadata = json_values.read_metadata({key: value for key, value in columns.items() if value is not text}, reasons)
    units = Utf16Offsets(text)
    uids: set[str] = set()
    spans = [span for layer in layers for span in _read_spans(text, units, layer, uids, reasons, span_reasons)]
    reasons += span_reasons
    annotators = frozenset(layer.annotator if layer.is_named else "" for layer in layers)
    file_layers = FileLayers(annotators, is_complete=not (span_reasons or unread), uid=json_values.read_uid(columns))
    return build_article(text, **metadata, spans=spans, line=number, layers=file_layers)


def _read_annotations(
    task: dict[str, Any], annotator: str, reasons: list[Reason], span_reasons: list[Reason]
) -> Iterator[_Layer]:
    contents: dict[str, set[bytes]] = {}
    annotations = [
        annotation
        for key in _ANNOTATION_KEYS
        for entry in check_span_count(json_values.convert(task.get(key), list[Any] | None, key, span_reasons) or [])
        if (annotation := json_values.convert(entry, _Annotation, key, span_reasons)) is not None
    ]
    authors = _find_authors(annotations, _read_layer_names(task["data"]))
    for annotation, author in zip(annotations, authors, strict=True):
        owner = author or annotator
        if not _is_cancelled(annotation):
            results = _read_results(annotation.result, span_reasons)
            content = set(map(_encode_content, results))
            if contents.setdefault(owner, content) is content:
                yield _Layer(owner, results, author is not None)
            elif content != contents[owner]:
                message = _("The layer of {annotator} comes twice, and differs: only the first one is imported.")
                reasons.append(Reason(Code.LAYER_TWICE, message.format(annotator=owner)))
        elif annotation.result:
            message = _("Annotations that {annotator} cancelled are skipped.").format(annotator=owner)
            reasons.append(Reason(Code.ANNOTATION_CANCELLED, message))


def _read_layer_names(columns: Mapping[str, Any]) -> list[str]:
    """Return the annotators of the layers that we exported with an article; none if that did not name them."""
    names = columns.get(_LAYERS_KEY)
    if json_values.read_uid(columns) is None or not isinstance(names, list):
        return []
    return [name for name in names if isinstance(name, str) and name.strip()]


def _is_cancelled(annotation: _Annotation) -> bool:
    return bool(annotation.was_cancelled or annotation.skipped)


def _find_authors(annotations: Sequence[_Annotation], layer_names: Iterable[str]) -> list[str | None]:
    """Return whose each annotation is, None if it does not say.

    Of those that name nobody, the first ones have the layer names that are left; the others were added later.
    """
    authors = [json_values.first_name(entry.annotator, _find_annotator(entry.result)) for entry in annotations]
    importers = [entry.completed_by for entry, author in zip(annotations, authors, strict=True) if author]
    unnamed = [
        index
        for index, entry in enumerate(annotations)
        if authors[index] is None
        and not _is_cancelled(entry)
        and (not importers or entry.completed_by in importers)  # whoever imported the file completed all layers
    ]
    remaining = [name for name in layer_names if name not in authors]
    if len(remaining) <= len(unnamed):
        for index, name in zip(unnamed, remaining, strict=False):
            authors[index] = name
    return [
        author or json_values.first_name(*_person_names(entry.completed_by))
        for entry, author in zip(annotations, authors, strict=True)
    ]


def _encode_content(result: _Result) -> bytes:
    """Return what a result says of the text, without what each program adds."""
    value = [result.value.get(key) for key in ("start", "end", "labels", *_CONTENT_KEYS.values())]
    return msgspec.json.encode((result.type.lower(), value, result.meta))


def _find_annotator(results: Iterable[Any] | None) -> str | None:
    """Return the annotator that the results' `meta` names, None unless all that name one name the same."""
    metas = [result.get("meta") for result in results or () if isinstance(result, dict)]
    names = {meta["annotator"] for meta in metas if isinstance(meta, dict) and isinstance(meta.get("annotator"), str)}
    return names.pop() if len(names) == 1 else None


def _person_names(person: Any) -> tuple[Any, ...]:
    if not isinstance(person, dict):
        return (person,)
    name = " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))
    return person.get("email"), person.get("username"), name, person.get("id")


def _count_predictions(task: Mapping[str, Any]) -> int:
    """Return the number of predictions, which are objects in a file to import, and numbers in an export."""
    predictions = task.get("predictions")
    return len(predictions) if isinstance(predictions, list) else bool(predictions)


def _read_results(results: Iterable[Any] | None, reasons: list[Reason]) -> list[_Result]:
    converted = [
        json_values.convert(result, _Result, "result", reasons) for result in check_span_count(list(results or ()))
    ]
    return [result for result in converted if result is not None]


def _read_json_min(task: dict[str, Any], annotator: str, reasons: list[Reason]) -> _Layer:
    """Return the results among the columns of a JSON-MIN task."""
    name = json_values.first_name(task.get("annotator"), task.get("completed_by"))
    layer = _Layer(name or annotator, [], name is not None)
    for key, column in task.items():
        entries = [entry for entry in column if isinstance(entry, dict)] if isinstance(column, list) else []
        layer.results += [_Result("labels", entry, from_name=key) for entry in entries if "labels" in entry]
        if any("labels" not in entry and "start" in entry for entry in entries):
            reasons.append(json_values.describe_skipped(key))
    return layer


def _find_text(columns: dict[str, Any], results: list[_Result]) -> str:
    """Return the text of the results. Raises InvalidEdit."""
    names = {result.to_name for result in results if isinstance(result.to_name, str)}
    quotes = [(result.value.get("start"), result.value.get("text")) for result in results[:_MAX_COMPARED]]

    def score(name: str) -> tuple[int, bool, bool, int]:
        text = columns[name]
        match_count = sum(
            isinstance(quote, str) and isinstance(start, int) and text.startswith(quote, max(0, start))
            for start, quote in quotes
        )
        return match_count, name in names, name == _TEXT_KEY, len(text)

    texts = [name for name, value in columns.items() if isinstance(value, str) and value and name not in _OWN_COLUMNS]
    if not texts or (columns.get(_TEXT_KEY) == "" and not results):
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The article has no text.")))
    longest = nlargest(_MAX_COMPARED, texts, key=lambda name: len(columns[name]))
    return str(columns[max(longest, key=score)])


def _read_spans(
    text: str, units: Utf16Offsets, layer: _Layer, uids: set[str], reasons: list[Reason], span_reasons: list[Reason]
) -> Iterator[Span]:
    """Yield the spans of a layer, with the uids that were exported as the ids of results; add those to `uids`."""
    labelled = [result for result in layer.results if result.type.lower() == "labels"]
    details_by_region = _read_details(
        layer.results, {result.id for result in labelled if result.id is not None}, reasons
    )
    for result in labelled:
        value = json_values.convert(result.value, _Value, "value", span_reasons)
        if value is None:
            continue
        start, end, reason = _locate_span(text, units, value)
        if reason is None and not value.labels:
            message = _("The span from {start} to {end} has no label.").format(start=start, end=end)
            reason = Reason(Code.SPAN_WITHOUT_LABEL, message)
        if reason:
            span_reasons.append(reason)
            continue
        details = details_by_region.get(result.id, {})
        meta = result.meta if isinstance(result.meta, dict) else {}
        note = _join_texts(meta.get("text")) or details.get("note")
        span_value = details.get("value") or _join_texts(meta.get("value"))
        for label in value.labels:
            id_ = result.id
            uid = id_ if isinstance(id_, str) and _UID.fullmatch(id_) and id_ not in uids else new_uid()
            uids.add(uid)
            yield Span(uid, "", layer.annotator, label, start, end, span_value, note)


def _locate_span(text: str, units: Utf16Offsets, value: _Value) -> tuple[int, int, Reason | None]:
    """Return a span's start and end, and why it cannot be there, or None."""
    start, end, quoted = value.start, value.end, value.text
    reason = json_values.explain_misplaced(text, start, end, quoted)
    if reason is None or quoted is None:
        return start, end, reason
    if 0 <= start < end:
        offsets = units.to_code_points(start), units.to_code_points(end)
        if json_values.explain_misplaced(text, *offsets, quoted) is None:
            return *offsets, None
        if end <= len(text) and _differ_only_in_space(text[start : min(end, start + 2 * len(quoted) + 1)], quoted):
            return start, end, None
    return start, end, reason


def _differ_only_in_space(actual: str, quoted: str) -> bool:
    """Return whether two texts differ only in space, as a browser's quotation may."""
    return "".join(actual.split()) == "".join(quoted.replace("\\n", " ").split())


def _join_texts(value: Any) -> str | None:
    parts = value if isinstance(value, list) else [value]
    return "\n".join(part for part in parts if isinstance(part, str) and part) or None


def _read_details(results: list[_Result], regions: set[Any], reasons: list[Reason]) -> dict[Any, dict[str, str]]:
    """Return the notes and values for the regions of labels, by the region's id."""
    details_by_region: dict[Any, dict[str, str]] = {}
    for result in results:
        type_ = result.type.lower()
        if type_ == "labels":
            continue
        content = result.value.get(_CONTENT_KEYS.get(type_, ""))
        texts = content if isinstance(content, list) else [content]
        slot = "note" if type_ == "textarea" and result.from_name != _VALUE_NAME else "value"
        details = details_by_region.setdefault(result.id, {}) if result.id in regions else None
        if details is not None and slot not in details and len(texts) == 1 and isinstance(texts[0], str) and texts[0]:
            details[slot] = texts[0]
        else:
            reasons.append(json_values.describe_skipped(result.type))
    return details_by_region


FORMAT: Final = Format(
    name="labelstudio",
    title="Label Studio",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    output=Documents(
        encode,
        frozenset({"annotator", "value", "note", "title", "published", "source", "url"}),
        header="[\n",
        separator=",\n",
        footer="\n]\n",
        configuration=Configuration(_CONFIGURATION, encode_configuration),
        encode_layers=partial(encode, names_layers=True),
    ),
    find_companions=find_companions,
)
