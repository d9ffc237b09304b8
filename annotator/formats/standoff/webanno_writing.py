"""Writer of WebAnno TSV 3.3: the built-in layer of named entities, `value` the label, `identifier` the value.

Each sentence has the text up to the next, so nothing is lost. A span that starts or ends within a token has a unit for
that part (1-1.1), as in WebAnno, which includes space or invisible marks at the span's edges that are in no token.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from annotator.formats.standoff.annotations import NAMED_ENTITY
from annotator.formats.standoff.webanno_reading import NO_ANNOTATION, NO_VALUE
from annotator.model.records import AnnotatedArticle, Span
from annotator.text.offsets import Utf16Offsets
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize

_HEADER: Final = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|identifier|value\n\n"
_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
_UNSAFE_IN_TEXT: Final = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_UNSAFE_IN_VALUE: Final = re.compile(r"->|[\\\[\]|_;*\t\n\r]")


class _Unit(Struct, frozen=True, order=True):
    """A line of the file: its token's index, and its range."""

    token: int
    start: int
    end: int


def encode(item: AnnotatedArticle) -> str:
    """Encode an article as a whole file."""
    text = item.article.text
    parts = _split_sentences(text)
    all_tokens = [token for part in parts for token in part]
    units = [_split_span(all_tokens, span) for span in item.spans]
    spans_by_unit: dict[_Unit, list[int]] = defaultdict(list)
    for number, span_units in enumerate(units):
        for unit in span_units:
            spans_by_unit[unit].append(number)
    ids: dict[int, int] = {}
    for number, span_units in enumerate(units):
        if len(span_units) > 1 or len(spans_by_unit[span_units[0]]) > 1:
            ids[number] = len(ids) + 1
    return _HEADER + "".join(_encode_lines(text, parts, all_tokens, item.spans, spans_by_unit, ids))


def _split_sentences(text: str) -> list[list[Token]]:
    """Return each sentence's tokens; text before the first token is a sentence of one."""
    result = split_sentences(text, tokenize(text)) or [[Token(0, len(text))]]
    start = result[0][0].start
    return [[Token(0, start)], *result] if start else result


def _split_span(all_tokens: Sequence[Token], span: Span) -> list[_Unit]:
    """Return a span's lines: all or part of a token, or the text between two."""
    first = bisect_right(all_tokens, span.start, key=lambda token: token.end)
    last = bisect_left(all_tokens, span.end, key=lambda token: token.start)
    if first == last:
        return [_Unit(max(first - 1, 0), span.start, span.end)]
    starts = [span.start, *(token.start for token in all_tokens[first + 1 : last])]
    ends = [*(token.end for token in all_tokens[first : last - 1]), span.end]
    return [_Unit(first + index, *edge) for index, edge in enumerate(zip(starts, ends, strict=True))]


def _encode_lines(
    text: str,
    sentences: list[list[Token]],
    all_tokens: list[Token],
    spans: Sequence[Span],
    spans_by_unit: dict[_Unit, list[int]],
    ids: dict[int, int],
) -> Iterator[str]:
    utf16 = Utf16Offsets(text)
    parts_by_token: dict[int, list[_Unit]] = defaultdict(list)
    for unit in sorted(spans_by_unit):
        if (unit.start, unit.end) != all_tokens[unit.token]:
            parts_by_token[unit.token].append(unit)
    starts = [sentence[0].start for sentence in sentences]
    index = 0
    for number, (sentence, (start, end)) in enumerate(zip(sentences, pairwise([*starts, len(text)]), strict=True), 1):
        words = text[start:end] if end == len(text) else text[start:end].removesuffix("\n")
        yield "\n" + "".join(f"#Text={_escape_text(line)}\n" for line in words.split("\n"))
        for token_number, token in enumerate(sentence, 1):
            for part_number, unit in enumerate([_Unit(index, *token), *parts_by_token[index]]):
                unit_id = f"{number}-{token_number}.{part_number}" if part_number else f"{number}-{token_number}"
                offsets = f"{utf16.to_utf16(unit.start)}-{utf16.to_utf16(unit.end)}"
                cells = "\t".join(_encode_cells([(spans[span], ids.get(span)) for span in spans_by_unit.get(unit, ())]))
                yield f"{unit_id}\t{offsets}\t{_escape_text(text[unit.start : unit.end])}\t{cells}\t\n"
            index += 1


def _encode_cells(spans: list[tuple[Span, int | None]]) -> tuple[str, str]:
    """Return a line's two columns: the values and labels of its spans."""
    if not spans:
        return NO_ANNOTATION, NO_ANNOTATION
    marks = [f"[{id_}]" if id_ else "" for _span, id_ in spans]
    values = [_escape_value(span.value) if span.value else NO_VALUE for span, _id in spans]
    labels = [_escape_value(span.label) for span, _id in spans]
    return (
        "|".join(map("".join, zip(values, marks, strict=True))),
        "|".join(map("".join, zip(labels, marks, strict=True))),
    )


def _escape_text(text: str) -> str:
    return _UNSAFE_IN_TEXT.sub(lambda match: _ESCAPES.get(match[0], "\\" + match[0]), text)


def _escape_value(text: str) -> str:
    return _UNSAFE_IN_VALUE.sub(lambda match: _ESCAPES.get(match[0], "\\" + match[0]), text)
