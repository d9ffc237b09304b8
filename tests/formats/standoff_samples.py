"""Sample articles for the standoff formats: any text, and spans of all kinds with values."""

from collections.abc import Callable, Collection, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import raw_texts

from annotator.formats.standoff.span_layer import SpanLayer, parse_layer
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle, Refusal, Span
from annotator.text.tokenizer import tokenize
from annotator.text.visible import trim_invisible

LABELS = ("DATE", "INSTITUTION", "PLAN", "خطة_1", "A_b-c")
OPTIONAL_TEXTS = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
)
NASTY = st.sampled_from(["2023/2030", "a|b", "*", "_", "[1]", "\\", "x\\", "->", ";", "a\tb\nc\r\u2028\x85", '"', " "])

LAYERS = [
    SpanLayer(),
    parse_layer("custom.Span|label"),
    parse_layer("custom.Span|label|value|note"),
    parse_layer("webanno.custom.Entity|entity|identifier|comment"),
    parse_layer("Bare|kind||note"),
]


@st.composite
def annotated_articles(
    draw: st.DrawFn, notes: bool = False, texts: st.SearchStrategy[str] = raw_texts
) -> AnnotatedArticle:
    """Draw an article with spans that nest, cross, cut words and have equal ranges; each is within the text."""
    text = draw(texts)
    stored = build_article(text if _is_valid_text(text) else "خطة").article.text
    offsets = st.integers(0, len(stored))
    edges = st.tuples(offsets, offsets).map(lambda pair: (min(pair), max(pair)))
    drawn = draw(
        st.lists(st.tuples(edges, st.sampled_from(LABELS), OPTIONAL_TEXTS | NASTY, OPTIONAL_TEXTS | NASTY), max_size=8)
    )
    visible = [entry for entry in drawn if stored[slice(*entry[0])].strip()]  # a filter would reject too many
    has_duplicate = draw(st.booleans())
    spans = [
        Span(f"s{index}", "", "سلمى", label, *edge, value, note if notes else None)
        for index, (edge, label, value, note) in enumerate(chain(visible, visible[:1] if has_duplicate else ()))
    ]
    return build_article(stored, spans=spans)


def drop_invisible(item: AnnotatedArticle) -> AnnotatedArticle:
    """Return an article without the spans that have no visible characters."""
    return replace(item, spans=tuple(span for span in item.spans if tokenize(item.article.text, span.start, span.end)))


def drop_fields(item: AnnotatedArticle, fields: Collection[str]) -> AnnotatedArticle:
    """Return an article as a format has it that keeps only these of value and note."""
    spans = (
        replace(span, value=span.value if "value" in fields else None, note=span.note if "note" in fields else None)
        for span in item.spans
    )
    return replace(item, spans=tuple(spans))


def trim_spans(item: AnnotatedArticle) -> AnnotatedArticle:
    """Return an article whose spans begin and end with something visible, as files of UIMA have them."""
    text = item.article.text
    edges = [trim_invisible(text, span.start, span.end) for span in item.spans]
    spans = (replace(span, start=start, end=end) for span, (start, end) in zip(item.spans, edges, strict=True))
    return replace(item, spans=tuple(spans))


def cas_content(cas: Any, layer: SpanLayer) -> list[tuple[int, int, str, str, str]]:
    """Return the spans of a CAS as cassis has it, like `stored_content`."""
    return sorted(
        (
            *(entity.begin, entity.end, getattr(entity, layer.label)),
            *(getattr(entity, feature) or "" if feature else "" for feature in (layer.value, layer.note)),
        )
        for entity in cas.select(layer.type)
    )


def is_blank_edged(text: str) -> bool:
    """Return whether INCEpTION's check for annotations that start or end with white space refuses this text."""
    return not text or any(
        character.isspace()
        or "\u2000" <= character <= "\u200f"
        or "\u2028" <= character <= "\u202f"
        or "\u2060" <= character <= "\u206f"
        for character in (text[0], text[-1])
    )


def stored_content(item: AnnotatedArticle, notes: bool = False) -> list[tuple[int, int, str, str, str]]:
    """Return the spans as a format stores them that keeps values, and maybe notes."""
    return sorted(
        (span.start, span.end, span.label, span.value or "", (span.note or "") if notes else "") for span in item.spans
    )


def read_file(
    path: Path, read: Callable[[Path, str], Iterable[AnnotatedArticle | Refusal]]
) -> tuple[AnnotatedArticle | None, list[tuple[int, str]]]:
    """Return the article of a file, and the line and reason of each refusal."""
    items = list(read(path, "سعيد"))
    articles = [item for item in items if isinstance(item, AnnotatedArticle)]
    assert len(articles) < 2
    assert {item.path for item in items if isinstance(item, Refusal)} <= {str(path)}
    assert all(span.annotator == "سعيد" for item in articles for span in item.spans)
    refusals = sorted((item.line, item.reason) for item in items if isinstance(item, Refusal))
    return (articles[0] if articles else None), refusals


def labelled_texts(item: AnnotatedArticle) -> list[tuple[str, str]]:
    """Return label and text of the spans, in the order of the text."""
    text = item.article.text
    return [(s.label, text[s.start : s.end]) for s in sorted(item.spans, key=lambda s: (s.start, -s.end, s.label))]


def _is_valid_text(text: str) -> bool:
    try:
        build_article(text)
    except InvalidEdit:
        return False
    return True
