"""Label Studio: a list of tasks with their annotations and predictions, as its JSON export and import have them.

    [{"id": 1, "data": {"text": "…", "title": "…"},
      "annotations": [{"completed_by": 1, "was_cancelled": false, "result": [
        {"id": "…", "type": "labels", "from_name": "label", "to_name": "text",
         "value": {"start": 0, "end": 4, "text": "…", "labels": ["DATE"]},
         "meta": {"text": ["a note"], "value": "…"}}]}],
      "predictions": [{"model_version": "…", "result": […]}]}]

Tasks one a line are read too, and its JSON-MIN, where the columns of `data` and the results by their `from_name` are
keys of the task. The text is the column that holds what the results say they are about, else the one of the name
`to_name` or `text`, else the longest. Each annotation is the layer of who completed it (the address, else the name,
else the number), each prediction that of `prediction:` and the version of its model. Offsets are code points; some
versions counted UTF-16 units, and are understood where what a result says of its text tells so.

The note of a span is the `meta.text` of its result, where Label Studio shows it, and its value `meta.value`; Label
Studio keeps both through an import, editing and an export. A text, a choice or a date that was given for a region is
its note (a text) or its value. All else in a result is no span, and said. Who made an annotation is written as its
`annotator`: a `completed_by` that is no member of the organisation makes Label Studio refuse the whole file.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from heapq import nlargest
from pathlib import Path, PurePath
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.article_builder import draft, few
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span, new_uid
from annotator.text.offsets import Utf16

NAME: Final = "labelstudio"
SUFFIXES: Final = (".json", ".jsonl", ".ndjson")
HEAD: Final = "[\n"
BETWEEN: Final = ",\n"
FOOT: Final = "\n]\n"
HOLDS: Final = frozenset({"annotator", "value", "note", "title", "published", "source", "url"})

_TEXT: Final = "text"
_MOST: Final = 100
"""Columns, and results, that are looked at for which column has the text."""
_ANNOTATIONS: Final = ("annotations", "completions")
_SAYING: Final = {"textarea": "text", "choices": "choices", "datetime": "datetime"}
"""The kinds of results that may say something of a region, and where in their value they do."""


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


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name begins with tasks."""
    keys = json_values.keys(beginning)
    labelled = {key.removesuffix("/labels") for key in keys if key.endswith("/labels") and key.count("/") == 1}
    tasks = any(key.startswith("data/") for key in keys) and keys & {*_ANNOTATIONS, "predictions", "data/text"}
    least = any({f"{key}/start", f"{key}/end"} <= keys for key in labelled)
    return PurePath(name).suffix in SUFFIXES and bool(tasks or least)


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The articles of the file at `path`, and what of it was not taken; spans that name nobody are `annotator`'s.

    Raises OSError.
    """
    return json_values.read(path, json_values.values, partial(_article, annotator=annotator))


def encode(item: Draft) -> str:
    """One article as a task, with an annotation for each annotator who has spans in it."""
    article = item.article
    layers: dict[str, list[Span]] = {}
    for span in item.spans:
        layers.setdefault(span.annotator, []).append(span)
    task = {
        "id": article.id,
        "data": {_TEXT: article.text, **json_values.about(article)},
        "annotations": [
            {
                "annotator": annotator,
                "was_cancelled": False,
                "ground_truth": False,  # it would be true where nothing is said
                "result": [_result(article.text, span) for span in spans],
            }
            for annotator, spans in layers.items()
        ],
        "predictions": [],
    }
    return msgspec.json.encode(task).decode()


def _result(text: str, span: Span) -> dict[str, Any]:
    there = {"start": span.start, "end": span.end, "text": text[span.start : span.end], "labels": [span.label]}
    meta = ({"text": [span.note]} if span.note else {}) | ({"value": span.value} if span.value else {})
    said = {"meta": meta} if meta else {}
    return {"id": span.uid, "from_name": "label", "to_name": _TEXT, "type": "labels", "value": there, **said}


def _article(data: bytes, number: int, annotator: str) -> tuple[Draft | None, list[str]]:
    """The article of one value if there is one, and a sentence for each thing in it that was not taken."""
    refused: list[str] = []
    try:
        task = json_values.members(data)
        given = task.get("data")
        if isinstance(given, dict):
            layers = [*_annotations(task, annotator, refused), *_predictions(task, refused)]
            refused += [json_values.passed_over(key) for key in ("drafts",) if task.get(key)]
        else:
            given, layers = task, [_least(task, annotator, refused)]
        text = _text(given, [result for layer in layers for result in layer.results])
        known = json_values.known({key: value for key, value in given.items() if value is not text}, refused)
        units = Utf16(text)
        spans = [span for layer in layers for span in _spans(text, units, layer, refused)]
        return draft(text, **known, spans=spans, line=number), list(dict.fromkeys(refused))
    except Rejected as rejected:  # the text, or all of it: nothing else in it matters
        return None, [str(rejected)]


def _annotations(task: dict[str, Any], annotator: str, refused: list[str]) -> Iterator[_Layer]:
    for key in _ANNOTATIONS:
        for each in few(json_values.converted(task.get(key), list[Any] | None, key, refused) or []):
            annotation = json_values.converted(each, _Annotation, key, refused)
            if annotation is None:
                continue
            by = annotation.completed_by
            who = json_values.named(annotation.annotator, *_names(by) if isinstance(by, dict) else (by,)) or annotator
            if not (annotation.was_cancelled or annotation.skipped):
                yield _layer(who, annotation.result, refused)
            elif annotation.result:
                refused.append(_("What {annotator} has cancelled is not taken.").format(annotator=who))


def _names(person: Mapping[str, Any]) -> tuple[Any, ...]:
    name = " ".join(str(person[part]) for part in ("first_name", "last_name") if person.get(part))
    return person.get("email"), person.get("username"), name, person.get("id")


def _predictions(task: dict[str, Any], refused: list[str]) -> Iterator[_Layer]:
    for each in few(json_values.converted(task.get("predictions"), list[Any] | None, "predictions", refused) or []):
        prediction = json_values.converted(each, _Annotation, "predictions", refused)
        if prediction is not None:
            version = json_values.named(prediction.model_version)
            yield _layer(f"prediction:{version}" if version else "prediction", prediction.result, refused)


def _layer(annotator: str, results: Iterable[Any] | None, refused: list[str]) -> _Layer:
    found = [json_values.converted(result, _Result, "result", refused) for result in few(list(results or ()))]
    return _Layer(annotator, [result for result in found if result is not None])


def _least(task: dict[str, Any], annotator: str, refused: list[str]) -> _Layer:
    """The results that a task of JSON-MIN has among its columns."""
    layer = _Layer(json_values.named(task.get("annotator"), task.get("completed_by")) or annotator, [])
    for key, column in task.items():
        entries = [entry for entry in column if isinstance(entry, dict)] if isinstance(column, list) else []
        layer.results += [_Result("labels", entry, from_name=key) for entry in entries if "labels" in entry]
        if any("labels" not in entry and "start" in entry for entry in entries):
            refused.append(json_values.passed_over(key))
    return layer


def _text(columns: dict[str, Any], results: list[_Result]) -> str:
    """The text that the results are about. Raises Rejected."""
    names = {result.to_name for result in results if isinstance(result.to_name, str)}
    quoted = [(result.value.get("start"), result.value.get("text")) for result in results[:_MOST]]

    def likely(name: str) -> tuple[int, bool, bool, int]:
        text = columns[name]
        held = sum(
            isinstance(said, str) and isinstance(start, int) and text.startswith(said, max(0, start))
            for start, said in quoted
        )
        return held, name in names, name == _TEXT, len(text)

    texts = [name for name, value in columns.items() if isinstance(value, str) and value]
    if not texts:
        raise Rejected(_("There is no text in it."))
    longest = nlargest(_MOST, texts, key=lambda name: len(columns[name]))
    return str(columns[max(longest, key=likely)])


def _spans(text: str, units: Utf16, layer: _Layer, refused: list[str]) -> Iterator[Span]:
    labelled = [result for result in layer.results if result.type.lower() == "labels"]
    said = _said(layer.results, {result.id for result in labelled if result.id is not None}, refused)
    for result in labelled:
        value = json_values.converted(result.value, _Value, "value", refused)
        if value is None:
            continue
        start, end, reason = _place(text, units, value)
        if reason is None and not value.labels:
            reason = _("The span from {start} to {end} has no label.").format(start=start, end=end)
        if reason:
            refused.append(reason)
            continue
        about = said.get(result.id, {})
        meta = result.meta if isinstance(result.meta, dict) else {}
        note = _joined(meta.get("text")) or about.get("note")
        means = _joined(meta.get("value")) or about.get("value")
        for label in value.labels:
            yield Span(new_uid(), "", layer.annotator, label, start, end, means, note)


def _place(text: str, units: Utf16, value: _Value) -> tuple[int, int, str | None]:
    """Where a span of `text` starts and ends, and why it cannot be there, if it cannot."""
    start, end, given = value.start, value.end, value.text
    reason = json_values.misplaced(text, start, end, given)
    if reason is None or given is None:
        return start, end, reason
    if 0 <= start < end:
        counted = units.points(start), units.points(end)
        if json_values.misplaced(text, *counted, given) is None:
            return *counted, None
        if end <= len(text) and _same(text[start : min(end, start + 2 * len(given) + 1)], given):
            return start, end, None
    return start, end, reason


def _same(there: str, given: str) -> bool:
    """Whether a text is what is there, but for the space in it: browsers give what was selected with other space."""
    return "".join(there.split()) == "".join(given.replace("\\n", " ").split())


def _joined(given: Any) -> str | None:
    said = given if isinstance(given, list) else [given]
    return "\n".join(part for part in said if isinstance(part, str) and part) or None


def _said(results: list[_Result], regions: set[Any], refused: list[str]) -> dict[Any, dict[str, str]]:
    """The note and the value that results give to the regions of labels, by the region's id."""
    found: dict[Any, dict[str, str]] = {}
    for result in results:
        kind = result.type.lower()
        if kind == "labels":
            continue
        content = result.value.get(_SAYING.get(kind, ""))
        texts = content if isinstance(content, list) else [content]
        slot = "note" if kind == "textarea" and result.from_name != "value" else "value"
        about = found.setdefault(result.id, {}) if result.id in regions else None
        if about is not None and slot not in about and len(texts) == 1 and isinstance(texts[0], str) and texts[0]:
            about[slot] = texts[0]
        else:
            refused.append(json_values.passed_over(result.type))
    return found
