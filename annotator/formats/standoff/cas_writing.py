"""The annotations of an article in a UIMA CAS, as its files in XMI and JSON have them.

Sentences and tokens are written as INCEpTION's checks accept them: none begins or ends with space or an invisible mark,
and neither does a span. A program that finds no sentences and tokens makes its own.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from annotator.formats.standoff.annotations import SENTENCE, TOKEN
from annotator.formats.standoff.span_layer import SpanLayer
from annotator.model.records import AnnotatedArticle
from annotator.text.offsets import Utf16Offsets
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import tokenize
from annotator.text.visible import trim_invisible

SOFA_ID: Final = 1
FIRST_ID: Final = 2
"""The number of the first annotation."""
_MAX_TOKENS: Final = 200_000
"""Tokens of the longest text that is written with them: each takes some hundred bytes."""


class CasAnnotation(Struct, frozen=True, gc=False):
    """An annotation of a type at UTF-16 offsets; `exact` is the range of a span whose edges were trimmed."""

    type: str
    start: int
    end: int
    features: Mapping[str, str] = {}
    exact: tuple[int, int] | None = None


def build_annotations(item: AnnotatedArticle, layer: SpanLayer) -> Iterator[CasAnnotation]:
    """Yield the sentences and tokens of a text, and its spans, which have visible characters."""
    text = item.article.text
    to_utf16 = Utf16Offsets(text).to_utf16
    tokens = tokenize(text)
    for sentence in split_sentences(text, tokens) if len(tokens) <= _MAX_TOKENS else ():
        yield CasAnnotation(SENTENCE, to_utf16(sentence[0].start), to_utf16(sentence[-1].end))
        for token in sentence:
            yield CasAnnotation(TOKEN, to_utf16(token.start), to_utf16(token.end))
    for span in item.spans:
        start, end = trim_invisible(text, span.start, span.end)
        is_trimmed = (start, end) != (span.start, span.end)
        exact = (to_utf16(span.start), to_utf16(span.end)) if is_trimmed else None
        yield CasAnnotation(layer.type, to_utf16(start), to_utf16(end), layer.feature_values(span), exact)


def list_types(layer: SpanLayer) -> dict[str, tuple[str, ...]]:
    """Return the types of the annotations, with their features of strings."""
    return {SENTENCE: (), TOKEN: (), layer.type: layer.features}
