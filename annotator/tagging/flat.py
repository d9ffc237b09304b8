"""Project an article's spans onto its tokens, without overlaps, and account for every span.

Rules apply in this order: zones, span edges against tokens, overlaps among the rest. Offsets are code points of the
article's text, `end` exclusive.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from msgspec import Struct

from annotator.i18n import _
from annotator.model.choices import check_choice
from annotator.model.labels import LabelSet
from annotator.model.reasons import Code, Reason
from annotator.model.records import BODY, HEADLINE, ZONE_KINDS, Article, Span, Zone
from annotator.tagging import schemes
from annotator.tagging.schemes import Chunk
from annotator.text import sentences, tokenizer, visible
from annotator.text.fast_tokenizer import split_words
from annotator.text.intervals import IntervalIndex
from annotator.text.tokenizer import LONE_MARKS, Token

OUTERMOST: Final = "outermost"
INNERMOST: Final = "innermost"
WIDEN: Final = "widen"
SPLIT: Final = "split"
REFUSE: Final = "refuse"
FLATTENINGS: Final = (OUTERMOST, INNERMOST, REFUSE)
BOUNDARIES: Final = (WIDEN, SPLIT, REFUSE)

WRITTEN: Final = "written"
WIDENED: Final = "widened"
CUT: Final = "split"
FLATTENED: Final = "flattened"
REFUSED: Final = "refused"
OUTSIDE_ZONES: Final = "outside_zones"
OUTCOMES: Final = (WRITTEN, WIDENED, CUT, FLATTENED, REFUSED, OUTSIDE_ZONES)


class ProjectionOptions(Struct, frozen=True):
    """How to project a layer.

    `zones` are the kinds to include; None includes all text, also outside zones. `flatten` chooses among overlapping
    spans: the longest, the shortest, or none. `boundary` treats a span that cuts a token: widen it, cut the token, or
    refuse it.
    """

    scheme: str = schemes.IOB2
    flatten: str = OUTERMOST
    boundary: str = WIDEN
    zones: frozenset[str] | None = frozenset((HEADLINE, BODY))

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown value."""
        check_choice("scheme", self.scheme, schemes.SCHEMES)
        check_choice("flatten", self.flatten, FLATTENINGS)
        check_choice("boundary", self.boundary, BOUNDARIES)
        for kind in self.zones or ():
            check_choice("zone", kind, ZONE_KINDS)


class TextRange(NamedTuple):
    """A range of an article's text."""

    start: int
    end: int

    def contains(self, other: "TextRange") -> bool:
        """Return whether `other` lies within this range."""
        return self.start <= other.start and other.end <= self.end


LabelledRange: TypeAlias = tuple[TextRange, str]
"""A span's exported range and label."""
Labelled = TypeVar("Labelled", bound=tuple[TextRange, *tuple[Any, ...]])


class SpanOutcome(Struct, frozen=True, gc=False):
    """A span's outcome, the reason, and its range and text in the file, if any.

    WRITTEN is the unchanged range, without a reason.
    """

    span: Span
    kind: str
    reason: Reason | None = None
    exported_range: TextRange | None = None
    exported_text: str | None = None


class FlatProjection(Struct, frozen=True):
    """An article as in a flat file, and its spans' outcomes in original order.

    `stretches` are its exported tokens, cut at the edges of spans and sentences: a newline after each token, another
    one after the last of a sentence, and the label, None outside spans.
    """

    article: Article
    stretches: Sequence[tuple[str, str | None]]
    outcomes: tuple[SpanOutcome, ...]

    def count_tokens(self) -> tuple[int, int]:
        """Return the numbers of sentences and tokens."""
        lines = "".join([lines for lines, _label in self.stretches])
        sentences = lines.count("\n\n")
        return sentences, lines.count("\n") - sentences

    def encode_tags(self, scheme: str) -> Iterator[tuple[str, list[str]]]:
        """Yield the tokens of each stretch and their tags, none for those outside spans."""
        previous = None
        for lines, label in self.stretches:
            ends_sentence = lines.endswith("\n\n")
            if label is None:
                yield lines, []
            else:
                count = lines.count("\n") - ends_sentence
                yield lines, schemes.encode_chunk(label, count, scheme, is_touching=label == previous)
            previous = None if ends_sentence else label


def select_ranges(article: Article, zones: Iterable[Zone], kinds: frozenset[str] | None) -> list[TextRange]:
    """Return the zones of these kinds, in order.

    None gives all of the text, split at zone edges.
    """
    if kinds is not None:
        return sorted(TextRange(zone.start, zone.end) for zone in zones if zone.kind in kinds)
    edges = {0, len(article.text), *(edge for zone in zones for edge in (zone.start, zone.end))}
    return [TextRange(*edge) for edge in pairwise(sorted(edges))]


def project_flat(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], labels: LabelSet, options: ProjectionOptions
) -> FlatProjection:
    """Project one annotator's `spans` on the article."""
    ranges, aligned = align_spans(article, zones, spans, options)
    outcomes = resolve_overlaps(article.text, aligned, labels, options.flatten)
    labelled = [(outcome.exported_range, outcome.span.label) for outcome in outcomes if outcome.exported_range]
    labelled.sort()
    labels_by_start = {start: label for (start, _end), label in labelled}
    stretches: list[tuple[str, str | None]] = []
    for edges, ends, pieces in _cut_ranges(article.text, ranges, labelled):
        for (start, end), lines in zip(pairwise(edges), pieces, strict=True):
            if lines:
                stretches.append((lines, labels_by_start.get(start)))
            if end in ends and stretches and not stretches[-1][0].endswith("\n\n"):
                lines, label = stretches[-1]
                stretches[-1] = f"{lines}\n", label
    return FlatProjection(article, stretches, tuple(outcomes))


def align_spans(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], options: ProjectionOptions
) -> tuple[list[TextRange], list[SpanOutcome]]:
    """Return the ranges to export, and each span's outcome if it were alone."""
    ranges = select_ranges(article, zones, options.zones)
    outcomes = (
        _keep_span(article.text, ranges, span) or _align_span(article.text, ranges, span, options.boundary)
        for span in spans
    )
    return ranges, list(outcomes)


def build_sentences(
    text: str, ranges: Iterable[TextRange], outcomes: Iterable[SpanOutcome], labels: LabelSet
) -> Iterator[tuple[list[str], list[Chunk]]]:
    """Yield the sentences of these ranges: their words, and the exported spans as chunks.

    No chunk crosses the end of a sentence or cuts a word. Of chunks of one range, the higher-ranked label comes first.
    """
    exported = [outcome for outcome in outcomes if outcome.exported_range]
    exported.sort(key=lambda outcome: (outcome.exported_range, labels.rank(outcome.span.label), outcome.span.uid))
    labelled = [(outcome.exported_range, outcome.span.label) for outcome in exported if outcome.exported_range]
    for edges, stretches in _split_sentences(text, ranges, labelled):
        counts = accumulate((stretch.count("\n") for stretch in stretches), initial=0)
        words_before = dict(zip(edges, counts, strict=True))
        chunks = [
            Chunk(label, words_before[start], words_before[end])
            for (start, end), label in select_within(TextRange(edges[0], edges[-1]), labelled)
        ]
        yield "".join(stretches).split("\n")[:-1], chunks


def count_tokens(text: str, ranges: Iterable[TextRange]) -> tuple[int, int]:
    """Return the numbers of sentences and tokens of these ranges, as `build_sentences` cuts them without spans."""
    counts = [sum(stretch.count("\n") for stretch in stretches) for _, stretches in _split_sentences(text, ranges, [])]
    return len(counts), sum(counts)


def select_within(range_: TextRange, labelled: list[Labelled]) -> list[Labelled]:
    """Return those that start in the range, of spans' exported ranges and labels (and more), sorted by start."""
    first, last = (bisect_left(labelled, edge, key=lambda item: item[0].start) for edge in range_)
    return labelled[first:last]


def _split_sentences(
    text: str, ranges: Iterable[TextRange], labelled: list[LabelledRange]
) -> Iterator[tuple[list[int], list[str]]]:
    """Yield each sentence: its edges and those of its spans, and its tokens from each to the next (see _cut_ranges)."""
    for edges, ends, pieces in _cut_ranges(text, ranges, labelled):
        first = 0
        for last, edge in enumerate(edges):
            if edge in ends:
                if any(pieces[first:last]):
                    yield edges[first : last + 1], pieces[first:last]
                first = last


def _cut_ranges(
    text: str, ranges: Iterable[TextRange], labelled: list[LabelledRange]
) -> Iterator[tuple[list[int], set[int], list[str]]]:
    """Yield the edges of spans and sentences, those where a sentence ends, and the tokens from each to the next.

    `labelled` are exported spans, sorted by start. Where one crosses a break, sentences are joined. Ranges of whole
    lines are cut at once, as no token and no sentence crosses lines.
    """
    for joined in _join_lines(text, ranges):
        whole = TextRange(joined[0].start, joined[-1].end)
        if text[slice(*whole)].isspace():  # such as the text between zones
            continue
        spans = select_within(whole, labelled)
        ends = {*_drop_within(sentences.sentence_breaks(text, *whole), spans), *(range_.end for range_ in joined)}
        edges = sorted({whole.start, *ends, *chain.from_iterable(span_range for span_range, _label in spans)})
        yield edges, ends, split_words(text, edges)


def _join_lines(text: str, ranges: Iterable[TextRange]) -> list[list[TextRange]]:
    """Group ranges of which one ends, and the next one starts, at a newline."""
    groups: list[list[TextRange]] = []
    for range_ in ranges:
        if groups and groups[-1][-1].end == range_.start and "\n" in text[range_.start - 1 : range_.start + 1]:
            groups[-1].append(range_)
        else:
            groups.append([range_])
    return groups


def _drop_within(breaks: list[int], spans: list[LabelledRange]) -> Iterator[int]:
    """Yield the breaks that no span crosses."""
    reached = index = 0
    for offset in breaks:
        while index < len(spans) and spans[index][0].start < offset:
            reached = max(reached, spans[index][0].end)
            index += 1
        if reached <= offset:
            yield offset


def _keep_span(text: str, ranges: list[TextRange], span: Span) -> SpanOutcome | None:
    """Return the usual outcome, without tokenizing, of a visible span that is not cut out of a token.

    Around it are spaces, edges of its range, or lone marks, of which the one before ends at a letter or digit.
    """
    start, end = span.start, span.end
    index = bisect_right(ranges, (start, end)) - 1
    if index < 0 or end > ranges[index].end:
        return None
    before = " " if start == ranges[index].start else text[start - 1]
    after = " " if end == ranges[index].end else text[end]
    if not (before in " \n" or (before in LONE_MARKS and text[start].isalnum())) or not (
        after in " \n" or after in LONE_MARKS
    ):
        return None
    if visible.trim_invisible(text, start, end) != (start, end):
        return None
    return SpanOutcome(span, WRITTEN, None, TextRange(start, end), visible.remove_invisible(text[start:end]))


def _align_span(text: str, ranges: list[TextRange], span: Span, boundary: str) -> SpanOutcome:
    """Return a span's outcome, regardless of overlaps."""
    original = TextRange(span.start, span.end)
    trimmed = TextRange(*visible.trim_invisible(text, *original))
    is_empty = trimmed.start == trimmed.end
    start, end = original if is_empty else trimmed
    touched = ranges[bisect_right(ranges, start, key=itemgetter(1)) : bisect_left(ranges, end, key=itemgetter(0))]
    if not touched:
        return SpanOutcome(span, OUTSIDE_ZONES, Reason(Code.OUTSIDE_ZONES, _("It lies outside the exported zones.")))
    if is_empty:
        return SpanOutcome(span, REFUSED, Reason(Code.SPAN_BLANK, _("It has no visible characters.")))
    if len(touched) > 1:
        return SpanOutcome(span, REFUSED, Reason(Code.ACROSS_ZONES, _("It extends from one zone into another.")))
    if not touched[0].contains(trimmed):
        return SpanOutcome(span, REFUSED, Reason(Code.ACROSS_ZONES, _("It crosses the boundary of an exported zone.")))
    first, last = _edge_tokens(text, touched[0], trimmed)
    ending = visible.trim_invisible(text, min(trimmed.end, last.end), last.end)
    # Never cut off a token's invisible ending, nor a mark of the character before it.
    trimmed = TextRange(
        trimmed.start, last.end if ending[0] == ending[1] else visible.trim_invisible(text, trimmed.start, ending[0])[1]
    )
    cut_tokens = dict.fromkeys([first] * (trimmed.start > first.start) + [last] * (trimmed.end < last.end))
    token_texts = " ".join(visible.remove_invisible(text[token.start : token.end]) for token in cut_tokens)
    reason: Reason | None = None
    if trimmed != original:
        reason = Reason(Code.EDGES_TRIMMED, _("Spaces or invisible characters at its edges are left out."))
    if cut_tokens and boundary == REFUSE:
        message = _("It cuts through “{token}”.").format(token=token_texts)
        return SpanOutcome(span, REFUSED, Reason(Code.INSIDE_WORD, message))
    if cut_tokens and boundary == WIDEN:
        trimmed = TextRange(first.start, last.end)
        message = _("It cuts through “{token}” and is widened to include all of it.").format(token=token_texts)
        reason = _join(reason, Reason(Code.SPAN_WIDENED, message))
    elif cut_tokens:
        message = _("“{token}” is split at the edge of the span.").format(token=token_texts)
        reason = _join(reason, Reason(Code.TOKEN_SPLIT, message))
    kind = CUT if cut_tokens and boundary == SPLIT else WIDENED if reason else WRITTEN
    return SpanOutcome(span, kind, reason, trimmed, visible.remove_invisible(text[trimmed.start : trimmed.end]))


def _join(first: Reason | None, main: Reason) -> Reason:
    """Return a reason with the sentences of both, of which `main` gives the code."""
    return Reason(main.code, f"{first} {main}") if first else main


def _widen_to_spaces(text: str, limits: TextRange, trimmed: TextRange) -> TextRange:
    """Widen a range to the spaces around it."""
    return TextRange(
        tokenizer.word_start(text, trimmed.start, limits.start), tokenizer.word_end(text, trimmed.end - 1, limits.end)
    )


def _edge_tokens(text: str, limits: TextRange, trimmed: TextRange) -> tuple[Token, Token]:
    """Return the first and last token that a visible range touches, within `limits`."""
    start, end = _widen_to_spaces(text, limits, trimmed)
    first_tokens = tokenizer.tokenize(text, start, tokenizer.word_end(text, trimmed.start, limits.end))
    first = next(token for token in first_tokens if token.end > trimmed.start)
    last_tokens = tokenizer.tokenize(text, tokenizer.word_start(text, trimmed.end - 1, limits.start), end)
    return first, next(token for token in reversed(last_tokens) if token.start < trimmed.end)


def resolve_overlaps(text: str, aligned: list[SpanOutcome], labels: LabelSet, flatten: str) -> list[SpanOutcome]:
    """Return the outcomes, new ones for spans that lose against an overlapping one."""
    ranges = sorted(outcome.exported_range for outcome in aligned if outcome.exported_range)
    if all(previous.end <= following.start for previous, following in pairwise(ranges)):
        return aligned
    ranked = sorted(
        (outcome for outcome in aligned if outcome.exported_range),
        key=lambda outcome: _priority(outcome, labels, flatten),
    )
    rivals, losses = IntervalIndex[int](), dict[str, SpanOutcome]()  # `rivals` has indices of `ranked`
    if flatten == REFUSE:
        for rank, outcome in enumerate(ranked):
            rivals.add(*_range_of(outcome), rank)
    for rank, outcome in enumerate(ranked):
        winner = min((rival for rival in rivals.overlapping(*_range_of(outcome)) if rival != rank), default=None)
        if winner is not None:
            losses[outcome.span.uid] = _overlap_outcome(text, outcome, ranked[winner], flatten)
        elif flatten != REFUSE:
            rivals.add(*_range_of(outcome), rank)
    return [losses.get(outcome.span.uid, outcome) for outcome in aligned]


def _priority(outcome: SpanOutcome, labels: LabelSet, flatten: str) -> tuple[int, int, int, str]:
    """Return a sort key: longest first (`innermost`: shortest), then start, label rank, uid."""
    start, end = _range_of(outcome)
    return (
        end - start if flatten == INNERMOST else start - end,
        start,
        labels.rank(outcome.span.label),
        outcome.span.uid,
    )


def _overlap_outcome(text: str, outcome: SpanOutcome, winner: SpanOutcome, flatten: str) -> SpanOutcome:
    loser_range, winner_range = _range_of(outcome), _range_of(winner)
    if flatten == REFUSE:
        code, message = Code.OVERLAPS, _("It overlaps “{text}” ({label}).")
    elif loser_range == winner_range:
        code, message = Code.SAME_RANGE, _("It covers the same text as “{text}” ({label}), which is kept.")
    elif winner_range.contains(loser_range):
        code, message = Code.INSIDE_SPAN, _("It lies inside “{text}” ({label}), which is kept.")
    elif loser_range.contains(winner_range):
        code, message = Code.AROUND_SPAN, _("It contains “{text}” ({label}), which is kept.")
    else:
        code, message = Code.CROSSES_SPAN, _("It partly overlaps “{text}” ({label}), which is kept.")
    winner_text = visible.remove_invisible(text[winner.span.start : winner.span.end])
    kind = REFUSED if flatten == REFUSE else FLATTENED
    reason = Reason(code, message.format(text=winner_text, label=winner.span.label))
    return SpanOutcome(outcome.span, kind, reason)


def _range_of(outcome: SpanOutcome) -> TextRange:
    """Return the range of an outcome that has one."""
    assert outcome.exported_range
    return outcome.exported_range
