"""Drafts for the formats that keep annotations apart from the text: any text, and spans of all kinds with values."""

from itertools import chain
from pathlib import Path

from hypothesis import strategies as st
from text.texts import raw_texts

from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span

LABELS = ("DATE", "INSTITUTION", "PLAN", "خطة_1", "A_b-c")
SAID = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
NASTY = st.sampled_from(["2023/2030", "a|b", "*", "_", "[1]", "\\", "x\\", "->", ";", "a\tb\nc\r\u2028\x85", '"', " "])


@st.composite
def drafts(draw: st.DrawFn, notes: bool = False, texts: st.SearchStrategy[str] = raw_texts) -> Draft:
    """An article with spans that nest, cross, cut words and lie on the very same stretch; each within the text."""
    text = draw(texts)
    stored = draft(text if _stands(text) else "خطة").article.text
    offsets = st.integers(0, len(stored))
    edges = st.tuples(offsets, offsets).map(sorted)
    drawn = draw(st.lists(st.tuples(edges, st.sampled_from(LABELS), SAID | NASTY, SAID | NASTY), max_size=8))
    found = [one for one in drawn if stored[slice(*one[0])].strip()]  # not filtered: too many are
    again = draw(st.booleans())
    spans = [
        Span(f"s{at}", "", "سلمى", label, *edge, value, note if notes else None)
        for at, (edge, label, value, note) in enumerate(chain(found, found[:1] if again else ()))
    ]
    return draft(stored, spans=spans)


def said(item: Draft, notes: bool = False) -> list[tuple]:
    """What a format that keeps values, and maybe notes, says of the spans."""
    return sorted(
        (span.start, span.end, span.label, span.value or "", (span.note or "") if notes else "") for span in item.spans
    )


def outcome(path: Path, read) -> tuple[Draft | None, list[tuple[int, str]]]:
    """The article of a file, and line and reason of what was not taken."""
    found = list(read(path, "سعيد"))
    articles = [item for item in found if isinstance(item, Draft)]
    assert len(articles) < 2
    assert {item.path for item in found if isinstance(item, Refusal)} <= {str(path)}
    assert all(span.annotator == "سعيد" for item in articles for span in item.spans)
    refused = sorted((item.line, item.reason) for item in found if isinstance(item, Refusal))
    return (articles[0] if articles else None), refused


def labelled(item: Draft) -> list[tuple[str, str]]:
    """Label and text of the spans, in the order of the text."""
    text = item.article.text
    return [(s.label, text[s.start : s.end]) for s in sorted(item.spans, key=lambda s: (s.start, -s.end, s.label))]


def _stands(text: str) -> bool:
    try:
        draft(text)
    except Rejected:
        return False
    return True
