"""Project an article's spans twice on the same tokens: flat, and with overlaps.

Tokens are cut, and sentences joined, as all spans need it. Tokens keep their range in the article, since these formats
store the text between.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias

from msgspec import Struct

from annotator.i18n import _
from annotator.model.display_names import article_title
from annotator.model.labels import LabelSet
from annotator.model.reasons import Reason
from annotator.model.records import Article, Span, Zone
from annotator.tagging.flat import (
    LabelledRange,
    ProjectionOptions,
    SpanOutcome,
    TextRange,
    align_spans,
    resolve_overlaps,
    select_ranges,
    select_within,
)
from annotator.tagging.schemes import Chunk
from annotator.text import sentences, tokenizer, visible
from annotator.text.fast_tokenizer import cut_tokens
from annotator.text.tokenizer import Token

_ExportedSpan: TypeAlias = tuple[TextRange, str, Span]
"""A span's exported range, its label, and the span itself."""


class CombinedSentence(Struct, frozen=True, gc=False):
    """A sentence's tokens, flat chunks, which never overlap, and all chunks, with the span of each."""

    tokens: tuple[Token, ...]
    flat_chunks: tuple[Chunk, ...]
    all_chunks: tuple[Chunk, ...]
    spans: tuple[Span, ...]

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.tokens)


class CombinedProjection(Struct, frozen=True):
    """An article with its displayed title, flat spans and all spans.

    `outcomes` are among the flat ones, `all_outcomes` among all, in the spans' order.
    """

    article: Article
    sentences: tuple[CombinedSentence, ...]
    outcomes: tuple[SpanOutcome, ...]
    all_outcomes: tuple[SpanOutcome, ...]
    title: str

    def metadata(self) -> dict[str, str | None]:
        """Return where the article is from."""
        article = self.article
        return {"title": self.title, "published": article.published, "source": article.source, "url": article.url}

    def count_tokens(self) -> tuple[int, int]:
        """Return the numbers of sentences and tokens."""
        return len(self.sentences), sum(map(len, self.sentences))

    def find_start(self, token: Token) -> int:
        """Return the offset of a token's first visible character."""
        return visible.trim_invisible(self.article.text, token.start, token.end)[0]

    def token_text(self, token: Token) -> str:
        """Return a token's text in the file."""
        return visible.remove_invisible(self.article.text[token.start : token.end])


def space_between(text: str, start: int, end: int) -> str:
    """Return the space from the end of one token to the start of the next.

    It is a newline if tokens between are left out. Invisible marks are no space.
    """
    visible_range = visible.trim_invisible(text, start, end)
    return "\n" if visible_range[0] < visible_range[1] else "".join(filter(str.isspace, text[start:end]))


def project_combined(
    article: Article,
    zones: Iterable[Zone],
    spans: Sequence[Span],
    labels: LabelSet,
    options: ProjectionOptions,
    overlap_layer: str,
) -> CombinedProjection:
    """Project one annotator's `spans`; the file calls its layer of all spans `overlap_layer`, "" if it has none.

    The outcome of a span displaced from the flat ones has the reason, and its text in that layer. Without that layer,
    the flat spans are all.
    """
    zones = list(zones)
    _parts, aligned = align_spans(article, zones, spans, options)
    flat_outcomes = resolve_overlaps(article.text, aligned, labels, options.flatten)
    aligned = aligned if overlap_layer else flat_outcomes
    flat = {(outcome.exported_range, outcome.span.label) for outcome in flat_outcomes if outcome.exported_range}
    exported = [
        (outcome.exported_range, outcome.span.label, outcome.span) for outcome in aligned if outcome.exported_range
    ]
    exported.sort(key=lambda labelled: (labelled[0], labels.rank(labelled[1])))
    sentences = (
        sentence
        for range_ in select_ranges(article, zones, options.zones)
        for sentence in _build_range_sentences(article.text, range_, select_within(range_, exported), flat)
    )
    outcomes = (
        _mention_overlap_layer(outcome, full, overlap_layer)
        for outcome, full in zip(flat_outcomes, aligned, strict=True)
    )
    title = article_title(article, zones)
    return CombinedProjection(article, tuple(sentences), tuple(outcomes), tuple(aligned), title)


def _build_range_sentences(
    text: str, range_: TextRange, spans: list[_ExportedSpan], flat: set[LabelledRange]
) -> Iterator[CombinedSentence]:
    """Yield the sentences, joined where a span crosses a break; no span cuts a token."""
    edges = sorted({edge for span_range, _label, _span in spans for edge in span_range})
    furthest_ends = list(accumulate((span_range.end for span_range, _label, _span in spans), max, initial=0))
    joined: list[Token] = []
    for sentence in sentences.split_sentences(text, tokenizer.tokenize(text, *range_)):
        spans_before = bisect_left(spans, sentence[0].start, key=lambda labelled: labelled[0].start)
        if joined and furthest_ends[spans_before] <= sentence[0].start:
            yield _build_sentence(joined, spans, flat)
            joined = []
        joined += cut_tokens(text, sentence, edges)
    if joined:
        yield _build_sentence(joined, spans, flat)


def _build_sentence(tokens: list[Token], spans: list[_ExportedSpan], flat: set[LabelledRange]) -> CombinedSentence:
    starts = [token.start for token in tokens]
    first, last = (
        bisect_left(spans, edge, key=lambda labelled: labelled[0].start) for edge in (starts[0], tokens[-1].end)
    )
    chunks = [
        (
            Chunk(label, bisect_left(starts, span_range.start), bisect_left(starts, span_range.end)),
            (span_range, label) in flat,
        )
        for span_range, label, _span in spans[first:last]
    ]
    # Spans equal after widening occur twice among all, once among the flat ones.
    flat_chunks = dict.fromkeys(chunk for chunk, is_flat in chunks if is_flat)
    return CombinedSentence(
        tuple(tokens),
        tuple(flat_chunks),
        tuple(chunk for chunk, _is_flat in chunks),
        tuple(span for _range, _label, span in spans[first:last]),
    )


def _mention_overlap_layer(outcome: SpanOutcome, full: SpanOutcome, overlap_layer: str) -> SpanOutcome:
    """Mention the other layer in a flat outcome if the span is there."""
    if outcome.exported_range or not full.exported_range or not outcome.reason:
        return outcome
    message = _("It is kept in {place}, where spans may overlap.").format(place=overlap_layer)
    text = " ".join(str(part) for part in (outcome.reason, full.reason, message) if part)
    return SpanOutcome(outcome.span, outcome.kind, Reason(outcome.reason.code, text), None, full.exported_text)
