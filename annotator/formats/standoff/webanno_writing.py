"""Writer of WebAnno TSV 3.3, such as INCEpTION's reader and checks accept it.

They refuse sentences, tokens and spans that begin or end with space or an invisible mark, so these are written without.
The text between two sentences is in the id of the first, which INCEpTION keeps and writes again (see `sentence_id`);
the exact range of a span that was trimmed is a line of its own, which it ignores. A span that starts or ends within a
token has a unit for that part (1-1.1).
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from annotator.formats.standoff.span_layer import SpanLayer
from annotator.formats.standoff.webanno_reading import NO_ANNOTATION, NO_VALUE, SENTENCE_ID, SPAN_RANGE, default_gap
from annotator.model.records import AnnotatedArticle, Span
from annotator.text.offsets import Utf16Offsets
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token, tokenize
from annotator.text.visible import trim_invisible

_ESCAPES: Final = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\b": "\\b", "\\": "\\\\"}
_UNSAFE_IN_TEXT: Final = re.compile(r"[\x00-\x0a\x0c-\x1f\\]")
_UNSAFE_IN_VALUE: Final = re.compile(r"->|[\\\[\]|_;*\t\n\r]")


class _Unit(Struct, frozen=True, order=True):
    """A line of the file: its token's index, and its range."""

    token: int
    start: int
    end: int


def encode(item: AnnotatedArticle, layer: SpanLayer) -> str:
    """Encode an article as a whole file; its spans have visible characters."""
    text = item.article.text
    return "".join(_encode_lines(text, split_sentences(text, tokenize(text)), item.spans, layer))


def _encode_lines(
    text: str, sentences: Sequence[Sequence[Token]], spans: Sequence[Span], layer: SpanLayer
) -> Iterator[str]:
    yield f"#FORMAT=WebAnno TSV 3.3\n#T_SP={layer.type}|{'|'.join(layer.features)}\n\n"
    utf16 = Utf16Offsets(text)
    all_tokens = [token for sentence in sentences for token in sentence]
    ranges = [trim_invisible(text, span.start, span.end) for span in spans]
    span_units = [_split_range(all_tokens, *trimmed) for trimmed in ranges]
    is_trimmed = [trimmed != (span.start, span.end) for span, trimmed in zip(spans, ranges, strict=True)]
    spans_by_unit: dict[_Unit, list[int]] = defaultdict(list)
    for number, units in enumerate(span_units):
        for unit in units:
            spans_by_unit[unit].append(number)
    ids: dict[int, int] = {}
    trimmed_spans: dict[int, list[int]] = defaultdict(list)  # by their first token
    for number, units in enumerate(span_units):
        if len(units) > 1 or len(spans_by_unit[units[0]]) > 1 or is_trimmed[number]:
            ids[number] = len(ids) + 1
        if is_trimmed[number]:
            trimmed_spans[units[0].token].append(number)
    parts_by_token: dict[int, list[_Unit]] = defaultdict(list)
    for unit in sorted(spans_by_unit):
        if (unit.start, unit.end) != all_tokens[unit.token]:
            parts_by_token[unit.token].append(unit)
    index = 0
    end = 0
    for number, sentence in enumerate(sentences):
        before = text[end : sentence[0].start] if not number else ""
        start, end = sentence[0].start, sentence[-1].end
        is_last = number + 1 == len(sentences)
        after = text[end : None if is_last else sentences[number + 1][0].start]
        yield f"\n{SENTENCE_ID}{sentence_id(before, start, after, is_last=is_last)}\n"
        yield f"#Text={_escape_text(text[start:end])}\n"
        for token in range(index, index + len(sentence)):
            for span in trimmed_spans.get(token, ()):
                first, last = utf16.to_utf16(spans[span].start), utf16.to_utf16(spans[span].end)
                yield f"{SPAN_RANGE}{ids[span]} {first}-{last}\n"
        for token_number, token_range in enumerate(sentence, 1):
            for part_number, unit in enumerate([_Unit(index, *token_range), *parts_by_token[index]]):
                unit_id = (
                    f"{number + 1}-{token_number}.{part_number}" if part_number else f"{number + 1}-{token_number}"
                )
                offsets = f"{utf16.to_utf16(unit.start)}-{utf16.to_utf16(unit.end)}"
                stacked = [(layer.feature_values(spans[span]), ids.get(span)) for span in spans_by_unit.get(unit, ())]
                cells = "\t".join(_encode_cells(stacked, layer.features))
                yield f"{unit_id}\t{offsets}\t{_escape_text(text[unit.start : unit.end])}\t{cells}\t\n"
            index += 1


def sentence_id(before: str, start: int, after: str, *, is_last: bool) -> str:
    """Return a sentence's id: its start in code points, and the text around it that a reader would not infer.

    `before` is the text before the first sentence, `after` that up to the next one or the end: 12a32a32 is a sentence
    from 12, with two spaces after it; 10b1 one from 1, with a newline before it.
    """
    leading = "" if before == default_gap(before, is_first=True) else "".join(f"{ord(letter)}b" for letter in before)
    inferred = "" if is_last else default_gap(after)
    return f"{leading}{start}" + ("" if after == inferred else "".join(f"a{ord(letter)}" for letter in after))


def _split_range(all_tokens: Sequence[Token], start: int, end: int) -> list[_Unit]:
    """Return a range's lines: all or part of each token."""
    first = bisect_right(all_tokens, start, key=lambda token: token.end)
    last = bisect_left(all_tokens, end, key=lambda token: token.start)
    starts = [start, *(token.start for token in all_tokens[first + 1 : last])]
    ends = [*(token.end for token in all_tokens[first : last - 1]), end]
    return [_Unit(first + index, *edge) for index, edge in enumerate(zip(starts, ends, strict=True))]


def _encode_cells(spans: Sequence[tuple[Mapping[str, str], int | None]], features: Iterable[str]) -> Iterator[str]:
    """Yield a line's columns, one for each feature: the values of its spans there."""
    for feature in features:
        values = [
            (_escape_value(values[feature]) if feature in values else NO_VALUE) + (f"[{id_}]" if id_ else "")
            for values, id_ in spans
        ]
        yield "|".join(values) or NO_ANNOTATION


def _escape_text(text: str) -> str:
    return _UNSAFE_IN_TEXT.sub(lambda match: _ESCAPES.get(match[0], "\\" + match[0]), text)


def _escape_value(text: str) -> str:
    return _UNSAFE_IN_VALUE.sub(lambda match: _ESCAPES.get(match[0], "\\" + match[0]), text)
