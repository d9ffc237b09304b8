"""Prodigy: JSON lines of texts with their spans, as `db-out` writes and `db-in` reads them.

    {"text": "…", "tokens": [{"text": "…", "start": 0, "end": 4, "id": 0, "ws": true}],
     "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "DATE"}],
     "answer": "accept", "meta": {"title": "…"}, "_annotator_id": "…", "_session_id": "…"}

Offsets are code points; `token_end` is the last token of the span. A value or a note that a span has is a key of its
own. A line has one annotator. What was rejected or ignored has its article taken, and not its spans.

Prodigy and spaCy drop a span that cuts a token, and where there are tokens they make the text anew of them. So what is
written here are the program's tokens, cut where a span begins or ends, and with what lies between them (but for
a single space, which is the `ws` of the token before it): every span begins and ends with a token, and the tokens are
the text, to the letter.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.article_builder import draft, few
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span, new_uid
from annotator.text import tokenizer

NAME: Final = "prodigy"
SUFFIXES: Final = (".jsonl", ".json", ".ndjson")
HEAD = BETWEEN = FOOT = ""
HOLDS: Final = frozenset({"value", "note", "title", "published", "source", "url"})

_ACCEPT: Final = "accept"
_OTHER: Final = ("relations", "label", "accept", "options")
_OWN: Final = frozenset({"_input_hash", "_task_hash", "_annotator_id", "_session_id", "spans/token_start"})
_ANSWERED: Final = re.compile(rb'(?<!\\)"answer"\s*:\s*"(?:accept|reject|ignore)"')


class _Span(Struct):
    start: int
    end: int
    label: str
    text: str | None = None
    value: str | None = None
    note: str | None = None


def recognises(name: str, beginning: bytes) -> bool:
    """Whether a file of this name begins with texts that have what Prodigy alone gives them."""
    keys = json_values.keys(beginning)
    own = keys & _OWN or {"tokens/text", "tokens/ws"} <= keys or _ANSWERED.search(beginning)
    return PurePath(name).suffix in SUFFIXES and "text" in keys and bool(own)


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The articles of the file at `path`, and what of it was not taken; spans that name nobody are `annotator`'s.

    Raises OSError.
    """
    return json_values.read(path, json_values.values, partial(_article, annotator=annotator))


def encode(item: Draft) -> str:
    """One article as its line; whose spans they are is said where they are one annotator's."""
    text = item.article.text
    tokens = _tokens(text, item.spans)
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
                **{key: said for key in ("value", "note") if (said := getattr(span, key))},
            }
            for span in item.spans
        ],
        "answer": _ACCEPT,
        "meta": json_values.about(item.article),
    }
    annotators = {span.annotator for span in item.spans}
    if len(annotators) == 1:
        line["_annotator_id"] = line["_session_id"] = annotators.pop()
    return msgspec.json.encode(line).decode() + "\n"


def _tokens(text: str, spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    """All of the text as tokens, so that each span begins and ends with one."""
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    edges = {edge for token in tokenizer.tokens(text) for edge in token} | starts | ends | {0, len(text)}
    tokens: list[dict[str, Any]] = []
    for start, end in pairwise(sorted(edges)):
        free = start not in starts and end not in ends
        if text[start:end] == " " and free and tokens:
            tokens[-1]["ws"] = True
        else:
            tokens.append({"text": text[start:end], "start": start, "end": end, "id": len(tokens), "ws": False})
    return tokens


def _article(data: bytes, number: int, annotator: str) -> tuple[Draft | None, list[str]]:
    """The article of one value if there is one, and a sentence for each thing in it that was not taken."""
    refused: list[str] = []
    try:
        line = json_values.members(data)
        text, meta = line.get("text"), line.get("meta")
        if not isinstance(text, str):
            raise Rejected(_("There is no text in it."))
        answer = line.get("answer") or _ACCEPT
        if answer == _ACCEPT:
            owner = json_values.named(line.get("_annotator_id"), line.get("_session_id")) or annotator
            spans = list(_spans(text, line.get("spans"), owner, refused))
        else:
            spans = []
            reason = _("The answer to it is “{answer}”: the article is taken, and no spans.")
            refused.append(reason.format(answer=answer))
        refused += [json_values.passed_over(key) for key in _OTHER if line.get(key)]
        known = json_values.known(meta if isinstance(meta, dict) else {}, refused)
        return draft(text, **known, spans=spans, line=number), list(dict.fromkeys(refused))
    except Rejected as rejected:  # the text, or all of it: nothing else in it matters
        return None, [str(rejected)]


def _spans(text: str, entries: Any, owner: str, refused: list[str]) -> Iterator[Span]:
    for entry in few(json_values.converted(entries, list[Any] | None, "spans", refused) or []):
        span = json_values.converted(entry, _Span, "spans", refused)
        if span is None:
            continue
        reason = json_values.misplaced(text, span.start, span.end, span.text)
        if reason:
            refused.append(reason)
        else:
            yield Span(new_uid(), "", owner, span.label, span.start, span.end, span.value, span.note)
