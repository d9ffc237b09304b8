"""Prodigy: JSON lines of texts with their spans, as `db-out` writes and `db-in` reads them.

    {"text": "…", "tokens": [{"text": "…", "start": 0, "end": 4, "id": 0, "ws": true}],
     "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "DATE"}],
     "answer": "accept", "meta": {"uid": "…", "title": "…"}, "_annotator_id": "…", "_session_id": "…"}

Offsets are code points; `token_end` is a span's last token. A span has keys for its value and note, a line one
annotator. The article of a rejected or ignored line is imported without spans.

Prodigy and spaCy drop a span that cuts a token, and rebuild the text from any tokens. So the tokens written are the
program's, cut at the edges of spans, and everything between them (but for a single space, the `ws` of the token
before): every span starts and ends with a token, and the tokens add up to the text.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator.formats.format import Documents, Format
from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.article_builder import build_article, check_span_count
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, FileLayers, Span, new_uid
from annotator.text import tokenizer

_SUFFIXES: Final = (".jsonl", ".json", ".ndjson")

_ACCEPT: Final = "accept"
_UNREAD_KEYS: Final = ("relations", "label", "accept", "options")
_PRODIGY_KEYS: Final = frozenset({"_input_hash", "_task_hash", "_annotator_id", "_session_id", "spans/token_start"})
_ANSWER: Final = re.compile(rb'(?<!\\)"answer"\s*:\s*"(?:accept|reject|ignore)"')


class _Span(Struct):
    start: int
    end: int
    label: str
    text: str | None = None
    value: str | None = None
    note: str | None = None


def sniff(_name: str, beginning: bytes) -> bool:
    """Return whether a file starts with texts that have Prodigy's own keys."""
    keys = json_values.find_keys(beginning)
    is_prodigy = keys & _PRODIGY_KEYS or {"tokens/text", "tokens/ws"} <= keys or _ANSWER.search(beginning)
    return "text" in keys and bool(is_prodigy)


def encode(item: AnnotatedArticle) -> str:
    """Encode an article as a line, with its annotator if there is only one."""
    text = item.article.text
    tokens = _encode_tokens(text, item.spans)
    starts = {token["start"]: token["id"] for token in tokens}
    ends = {token["end"]: token["id"] for token in tokens}
    line: dict[str, Any] = {
        "text": text,
        "tokens": tokens,
        "spans": [
            {
                "start": span.start,
                "end": span.end,
                "token_start": starts[span.start],
                "token_end": ends[span.end],
                "label": span.label,
                **{key: value for key in ("value", "note") if (value := getattr(span, key))},
            }
            for span in item.spans
        ],
        "answer": _ACCEPT,
        "meta": json_values.build_metadata(item.article),
    }
    annotators = {span.annotator for span in item.spans}
    if len(annotators) == 1:
        line["_annotator_id"] = line["_session_id"] = annotators.pop()
    return msgspec.json.encode(line).decode() + "\n"


def _encode_tokens(text: str, spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    """Split all of the text into tokens that fit the spans."""
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    edges = {edge for token in tokenizer.tokenize(text) for edge in token} | starts | ends | {0, len(text)}
    tokens: list[dict[str, Any]] = []
    for start, end in pairwise(sorted(edges)):
        is_free = start not in starts and end not in ends
        if text[start:end] == " " and is_free and tokens:
            tokens[-1]["ws"] = True
        else:
            tokens.append({"text": text[start:end], "start": start, "end": end, "id": len(tokens), "ws": False})
    return tokens


@json_values.value_reader
def read(line: dict[str, Any], number: int, annotator: str, reasons: list[Reason]) -> AnnotatedArticle:
    """See json_values.value_reader."""
    text, meta = line.get("text"), line.get("meta")
    if not isinstance(text, str):
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The article has no text.")))
    answer = line.get("answer") or _ACCEPT
    spans: list[Span] = []
    layers = FileLayers(uid=json_values.read_uid(meta))
    if answer == _ACCEPT:
        name = json_values.first_name(line.get("_annotator_id"), line.get("_session_id"))
        span_reasons: list[Reason] = []
        spans += _read_spans(text, line.get("spans"), name or annotator, span_reasons)
        reasons += span_reasons
        if "spans" in line:
            layers = replace(layers, annotators=frozenset({name or ""}), is_complete=not span_reasons)
    else:
        message = _("The answer is “{answer}”: the article is imported without spans.")
        reasons.append(Reason(Code.ANSWER_NOT_ACCEPTED, message.format(answer=answer)))
    reasons += [json_values.describe_skipped(key) for key in _UNREAD_KEYS if line.get(key)]
    metadata = json_values.read_metadata(meta if isinstance(meta, dict) else {}, reasons)
    return build_article(text, **metadata, spans=spans, line=number, layers=layers)


def _read_spans(text: str, entries: Any, owner: str, reasons: list[Reason]) -> Iterator[Span]:
    for entry in check_span_count(json_values.convert(entries, list[Any] | None, "spans", reasons) or []):
        span = json_values.convert(entry, _Span, "spans", reasons)
        if span is None:
            continue
        reason = json_values.explain_misplaced(text, span.start, span.end, span.text)
        if reason:
            reasons.append(reason)
        else:
            yield Span(new_uid(), "", owner, span.label, span.start, span.end, span.value, span.note)


FORMAT: Final = Format(
    name="prodigy",
    title="Prodigy",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    output=Documents(encode, frozenset({"value", "note", "title", "published", "source", "url"})),
)
