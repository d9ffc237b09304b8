"""Writes WebAnno TSV 3.3: the built-in layer of names, with the label as its `value` and the value as `identifier`.

Each sentence has all of the text up to the next, so that nothing between sentences is lost. A span that starts or ends
within a token has a unit of its own for that part (1-1.1), as in WebAnno; where space or invisible marks at its edges
are in no token, that unit reaches over them.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from annotator.formats.standoff.annotations import NAMED_ENTITY
from annotator.formats.standoff.webanno_reading import NOTHING, UNSAID
from annotator.model.records import Draft, Span
from annotator.text.offsets import Utf16
from annotator.text.sentences import sentences
from annotator.text.tokenizer import Token, tokens

_HEAD: Final = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|identifier|value\n\n"
_NAMED: Final = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
_IN_TEXT: Final = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_IN_VALUE: Final = re.compile(r"->|[\\\[\]|_;*\t\n\r]")


class _Unit(Struct, frozen=True, order=True):
    """A line of the file: the token that it belongs to, and its stretch."""

    token: int
    start: int
    end: int


def encode(item: Draft) -> str:
    """The article as a file of its own; a file holds no second one."""
    text = item.article.text
    parts = _sentences(text)
    flat = [token for part in parts for token in part]
    units = [_units(flat, span) for span in item.spans]
    on: dict[_Unit, list[int]] = defaultdict(list)
    for number, own in enumerate(units):
        for unit in own:
            on[unit].append(number)
    ids: dict[int, int] = {}
    for number, own in enumerate(units):
        if len(own) > 1 or len(on[own[0]]) > 1:
            ids[number] = len(ids) + 1
    return _HEAD + "".join(_written(text, parts, flat, item.spans, on, ids))


def _sentences(text: str) -> list[list[Token]]:
    """The tokens of each sentence; what comes before the first token is one too, for a sentence starts with a token."""
    found = sentences(text, tokens(text)) or [[Token(0, len(text))]]
    start = found[0][0].start
    return [[Token(0, start)], *found] if start else found


def _units(flat: Sequence[Token], span: Span) -> list[_Unit]:
    """The lines that a span is on: all of a token, or a part of one, or what lies between two."""
    first = bisect_right(flat, span.start, key=lambda token: token.end)
    last = bisect_left(flat, span.end, key=lambda token: token.start)
    if first == last:
        return [_Unit(max(first - 1, 0), span.start, span.end)]
    starts = [span.start, *(token.start for token in flat[first + 1 : last])]
    ends = [*(token.end for token in flat[first : last - 1]), span.end]
    return [_Unit(first + at, *edge) for at, edge in enumerate(zip(starts, ends, strict=True))]


def _written(
    text: str,
    parts: list[list[Token]],
    flat: list[Token],
    spans: Sequence[Span],
    on: dict[_Unit, list[int]],
    ids: dict[int, int],
) -> Iterator[str]:
    converted = Utf16(text)
    parted: dict[int, list[_Unit]] = defaultdict(list)
    for unit in sorted(on):
        if (unit.start, unit.end) != flat[unit.token]:
            parted[unit.token].append(unit)
    starts = [part[0].start for part in parts]
    at = 0
    for number, (part, (start, end)) in enumerate(zip(parts, pairwise([*starts, len(text)]), strict=True), 1):
        words = text[start:end] if end == len(text) else text[start:end].removesuffix("\n")
        yield "\n" + "".join(f"#Text={_escaped(line)}\n" for line in words.split("\n"))
        for place, token in enumerate(part, 1):
            for sub, unit in enumerate([_Unit(at, *token), *parted[at]]):
                named = f"{number}-{place}.{sub}" if sub else f"{number}-{place}"
                offsets = f"{converted.units(unit.start)}-{converted.units(unit.end)}"
                cells = "\t".join(_cells([(spans[span], ids.get(span)) for span in on.get(unit, ())]))
                yield f"{named}\t{offsets}\t{_escaped(text[unit.start : unit.end])}\t{cells}\t\n"
            at += 1


def _cells(here: list[tuple[Span, int | None]]) -> tuple[str, str]:
    """The two columns of a line: what its spans stand for, and their labels."""
    if not here:
        return NOTHING, NOTHING
    marks = [f"[{id_}]" if id_ else "" for _span, id_ in here]
    values = [_value(span.value) if span.value else UNSAID for span, _id in here]
    labels = [_value(span.label) for span, _id in here]
    return (
        "|".join(map("".join, zip(values, marks, strict=True))),
        "|".join(map("".join, zip(labels, marks, strict=True))),
    )


def _escaped(text: str) -> str:
    return _IN_TEXT.sub(lambda found: _NAMED.get(found[0], "\\" + found[0]), text)


def _value(text: str) -> str:
    return _IN_VALUE.sub(lambda found: _NAMED.get(found[0], "\\" + found[0]), text)
