"""doccano: JSON of texts with their labels, in every shape that its versions have read or written.

    {"id": 1, "text": "…", "label": [[4, 8, "DATE"]]}

The text is also named `data`; the labels `labels`, `entities` (each an object with `start_offset`, `end_offset`
and `label`) or `annotations` (the same, with the number of the `user`, who is then the annotator). The columns of a
file may have any other name, where only one holds a string and only one labelled stretches. Offsets are code points.
The other columns, and `meta`, may say what is known of the article; `Comments` become the annotator's note of it.

What is written is the shape above, and what is known of the article. A label has no room for who gave it, for a value
or a note. A column of its own could carry them, but doccano keeps such columns as they came while its users change the
labels, and what comes back would be about spans that are no longer there.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import Any, Final

import msgspec
import regex
from msgspec import Struct

from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.article_builder import draft, few
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Note, Refusal, Span, new_uid

NAME: Final = "doccano"
SUFFIXES: Final = (".jsonl", ".json", ".ndjson")
HEAD = BETWEEN = FOOT = ""
HOLDS: Final = frozenset({"title", "published", "source", "url"})

_TEXTS: Final = ("text", "data")
_LABELS: Final = ("label", "labels", "entities", "annotations")
_OTHER: Final = ("relations", "cats")
_COMMENTS: Final = ("Comments", "comments")
_LABELLED: Final = regex.compile(rb'(?<!\\)"\s*:\s*\[\s*\[\s*\d+\s*,\s*\d+\s*,\s*["\d]')
_FOREIGN: Final = frozenset({"answer", "spans", "tokens", "zones", "annotation_id", "_input_hash", "paragraphs"})


class _Entity(Struct):
    start_offset: int
    end_offset: int
    label: str | int
    user: str | int | None = None


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name begins with texts that have labels as doccano gives them."""
    keys = json_values.keys(beginning)
    if PurePath(name).suffix not in SUFFIXES or not keys or keys & _FOREIGN:
        return False
    if any(key.endswith(("/labels", "/result")) or key.startswith("data/") for key in keys):  # Label Studio
        return False
    labelled = bool(keys & {"label", "labels", "entities/start_offset", "annotations/start_offset"})
    return (labelled and bool(keys & set(_TEXTS))) or _LABELLED.search(beginning) is not None


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The articles of the file at `path`, and what of it was not taken; spans that name nobody are `annotator`'s.

    Raises OSError.
    """
    return json_values.read(path, json_values.values, partial(_article, annotator=annotator))


def encode(item: Draft) -> str:
    """One article as its line."""
    article = item.article
    labels = [(span.start, span.end, span.label) for span in item.spans]
    line = {"id": article.id, "text": article.text, "label": labels, **json_values.about(article)}
    return msgspec.json.encode(line).decode() + "\n"


def _article(data: bytes, number: int, annotator: str) -> tuple[Draft | None, list[str]]:
    """The article of one value if there is one, and a sentence for each thing in it that was not taken."""
    refused: list[str] = []
    try:
        line = json_values.members(data)
        name = _text(line)
        text = line[name]
        columns = _labels(line, refused)
        spans = [span for key in columns for span in _spans(text, key, line[key], annotator, refused)]
        refused += [json_values.passed_over(key) for key in _OTHER if line.get(key)]
        known = json_values.known({**_meta(line), **line}, refused)
        notes = list(_notes(line, annotator, refused))
        return draft(text, **known, spans=spans, notes=notes, line=number), list(dict.fromkeys(refused))
    except Rejected as rejected:  # the text, or all of it: nothing else in it matters
        return None, [str(rejected)]


def _text(line: dict[str, Any]) -> str:
    """The name of the column that has the text. Raises Rejected."""
    columns = [name for name in _TEXTS if isinstance(line.get(name), str)]
    others = [name for name, value in line.items() if isinstance(value, str)] if set(_TEXTS).isdisjoint(line) else []
    if columns or len(others) == 1:
        return (columns or others)[0]
    raise Rejected(_("There is no text in it."))


def _labels(line: dict[str, Any], refused: list[str]) -> list[str]:
    """The names of the columns that have labels."""
    named = [name for name in _LABELS if line.get(name) not in (None, "", [], {})]
    others = [name for name, value in line.items() if name not in named and value and _is_labelled(value)]
    if not named and len(others) == 1:
        return others
    refused += map(json_values.passed_over, others)
    return named


def _is_labelled(value: Any) -> bool:
    """Whether these are stretches as [start, end, label], all of them."""
    return isinstance(value, list) and all(
        isinstance(entry, list) and [type(part) for part in entry] == [int, int, str] for entry in value
    )


def _meta(line: dict[str, Any]) -> dict[str, Any]:
    return next((line[key] for key in ("meta", "metadata") if isinstance(line.get(key), dict)), {})


def _spans(text: str, key: str, entries: Any, annotator: str, refused: list[str]) -> Iterator[Span]:
    if not isinstance(entries, list) or all(isinstance(entry, str | int) for entry in entries):
        refused.append(json_values.passed_over(key))  # labels of the text as a whole
        return
    for entry in few(entries):
        named = dict(zip(_Entity.__struct_fields__, entry, strict=False)) if isinstance(entry, list) else entry
        entity = json_values.converted(named, _Entity, key, refused)
        if entity is None:
            continue
        start, end, label = entity.start_offset, entity.end_offset, str(entity.label)
        reason = json_values.misplaced(text, start, end)
        if reason:
            refused.append(reason)
        else:
            yield Span(new_uid(), "", json_values.named(entity.user) or annotator, label, start, end)


def _notes(line: dict[str, Any], annotator: str, refused: list[str]) -> Iterable[Note]:
    for key in _COMMENTS:
        comments = line.get(key) or []
        said = [comment for comment in comments if isinstance(comment, str)] if isinstance(comments, list) else []
        if len(said) < len(comments):
            refused.append(json_values.passed_over(key))
        if any(map(str.strip, said)) and annotator.strip():
            yield Note("", annotator, "\n".join(said).strip())
