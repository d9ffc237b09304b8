"""Lays one article's layer over its tokens for a flat training file, and says what became of every span.

The order of the rules: the zones, then the spans' edges against the tokens, then nesting among what is left.
Offsets are code points of the article's text, end exclusive.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple

from msgspec import Struct

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import BODY, HEADLINE, ZONE_KINDS, Article, Span, Zone
from annotator.tagging import schemes
from annotator.tagging.schemes import Chunk
from annotator.text import sentences, tokenizer, visible
from annotator.text.intervals import Taken
from annotator.text.tokenizer import Token
from annotator.text.words import words

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


class Options(Struct, frozen=True):
    """How a layer becomes flat. `zones` are the kinds to take; None takes all, and text in no zone with them.

    `flatten` says which of overlapping spans stays: the longest, the shortest, or none of them.
    `boundary` says what becomes of a span that cuts a token: widened to the token, the token cut, or refused.
    """

    scheme: str = schemes.IOB2
    flatten: str = OUTERMOST
    boundary: str = WIDEN
    zones: frozenset[str] | None = frozenset((HEADLINE, BODY))

    def __post_init__(self) -> None:
        """Raise ValueError for what is no option."""
        for value, known in (
            (self.scheme, schemes.SCHEMES),
            (self.flatten, FLATTENINGS),
            (self.boundary, BOUNDARIES),
            *((kind, ZONE_KINDS) for kind in self.zones or ()),
        ):
            if value not in known:
                raise ValueError(value)


class Stretch(NamedTuple):
    """Part of an article's text."""

    start: int
    end: int

    def overlaps(self, other: "Stretch") -> bool:
        """Whether a code point lies in both."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Stretch") -> bool:
        """Whether all of the other lies within."""
        return self.start <= other.start and other.end <= self.end


class Fate(Struct, frozen=True):
    """What became of one span: an outcome, why, and the stretch that the file holds for it with its text, if any.

    WRITTEN is the very stretch of the corpus, with an empty reason.
    """

    span: Span
    outcome: str
    reason: str = ""
    stretch: Stretch | None = None
    became: str | None = None


class Sentence(Struct, frozen=True, gc=False):
    """The tokens of a sentence as the file shows them, and its chunks, which never overlap."""

    words: Sequence[str]
    chunks: Sequence[Chunk]

    def tags(self, scheme: str) -> list[str]:
        """One tag a word."""
        return schemes.encode(len(self.words), self.chunks, scheme)


class Projection(Struct, frozen=True):
    """An article as a flat file shows it, and the fate of each of its spans, in the order in which they came."""

    article: Article
    sentences: tuple[Sentence, ...]
    fates: tuple[Fate, ...]


def segments(article: Article, zones: Iterable[Zone], kinds: frozenset[str] | None) -> list[Stretch]:
    """The stretches that zones of these kinds cover, in order; for None all of the text, cut where a zone is."""
    if kinds is not None:
        return sorted(Stretch(zone.start, zone.end) for zone in zones if zone.kind in kinds)
    edges = {0, len(article.text), *(edge for zone in zones for edge in (zone.start, zone.end))}
    return [Stretch(*edge) for edge in pairwise(sorted(edges))]


def project(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], labels: LabelSet, options: Options
) -> Projection:
    """The projection of one annotator's `spans` on the article."""
    parts, placed = place(article, zones, spans, options)
    fates = flattened(article.text, placed, labels, options.flatten)
    sentences = (Sentence(*laid) for laid in lay(article.text, parts, fates, labels))
    return Projection(article, tuple(sentences), tuple(fates))


def place(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], options: Options
) -> tuple[list[Stretch], list[Fate]]:
    """The parts of the article that are taken, and what becomes of each span, were it the only one."""
    parts = segments(article, zones, options.zones)
    return parts, [_place(article.text, parts, span, options.boundary) for span in spans]


def lay(
    whole: str, parts: Iterable[Stretch], fates: Iterable[Fate], labels: LabelSet
) -> Iterator[tuple[list[str], list[Chunk]]]:
    """The sentences of these parts of a text: their words, and the stretches of the fates as chunks of them.

    No stretch runs over the end of a sentence or cuts a word. Of one stretch, the label of higher rank comes first.
    """
    standing = [fate for fate in fates if fate.stretch]
    standing.sort(key=lambda fate: (fate.stretch, labels.rank(fate.span.label), fate.span.uid))
    kept = [(fate.stretch, fate.span.label) for fate in standing if fate.stretch]
    for part in parts:
        if whole[slice(*part)].isspace():  # as is what lies between zones
            continue
        first, last = (bisect_left(kept, edge, key=lambda entry: entry[0].start) for edge in part)
        yield from _sentences(whole, part, kept[first:last])


def _sentences(whole: str, part: Stretch, kept: list[tuple[Stretch, str]]) -> Iterator[tuple[list[str], list[Chunk]]]:
    """The sentences of a part, without the breaks that one of the stretches there runs over."""
    breaks = sentences.breaks(whole, *part)
    edges = sorted({*breaks, *chain.from_iterable(stretch for stretch, _label in kept)})
    found, counts = words(whole, *part, edges)
    before = dict(zip(edges, counts, strict=True))
    chunks = [Chunk(label, before[start], before[end]) for (start, end), label in kept]
    ends = {len(found), *map(before.__getitem__, breaks)}
    ends.difference_update(*(range(start + 1, end) for _label, start, end in chunks))
    first = 0
    for start, end in pairwise(sorted({0, *ends})):
        last = bisect_left(chunks, end, first, key=lambda chunk: chunk.start)
        yield found[start:end], [Chunk(label, one - start, other - start) for label, one, other in chunks[first:last]]
        first = last


def _place(whole: str, parts: list[Stretch], span: Span, boundary: str) -> Fate:
    """What becomes of a span by itself, before others are in its way."""
    given = Stretch(span.start, span.end)
    seen = Stretch(*visible.visible(whole, *given))
    empty = seen.start == seen.end
    near = [part for part in parts if part.overlaps(given if empty else seen)]
    if not near:
        return Fate(span, OUTSIDE_ZONES, _("It lies outside the zones that are exported."))
    if empty:
        return Fate(span, REFUSED, _("Nothing of it can be seen."))
    if len(near) > 1:
        return Fate(span, REFUSED, _("It runs from one zone into another."))
    if not near[0].holds(seen):
        return Fate(span, REFUSED, _("It crosses the edge of a zone that is exported."))
    if given == seen == _in_words(whole, near[0], seen):  # as most do, and tokens need not be found to see it
        return Fate(span, WRITTEN, "", seen, visible.written(whole[seen.start : seen.end]))
    first, last = _touched(whole, near[0], seen)
    left = visible.visible(whole, min(seen.end, last.end), last.end)
    # No cut where what is left of the token could not be seen, nor in front of a mark that belongs to what was seen.
    seen = Stretch(seen.start, last.end if left[0] == left[1] else visible.visible(whole, seen.start, left[0])[1])
    cut = dict.fromkeys([first] * (seen.start > first.start) + [last] * (seen.end < last.end))
    named = " ".join(visible.written(whole[token.start : token.end]) for token in cut)
    reasons = [_("Space or invisible marks at its edges are not counted.")] if seen != given else []
    if cut and boundary == REFUSE:
        return Fate(span, REFUSED, _("It cuts “{token}”.").format(token=named))
    if cut and boundary == WIDEN:
        seen = Stretch(first.start, last.end)
        reasons.append(_("It cuts “{token}” and is widened to all of it.").format(token=named))
    elif cut:
        reasons.append(_("“{token}” is cut at the edge of the span.").format(token=named))
    outcome = CUT if cut and boundary == SPLIT else WIDENED if reasons else WRITTEN
    return Fate(span, outcome, " ".join(reasons), seen, visible.written(whole[seen.start : seen.end]))


def _in_words(whole: str, part: Stretch, seen: Stretch) -> Stretch:
    """A stretch from the space before it to the space behind it."""
    return Stretch(
        tokenizer.word_start(whole, seen.start, part.start), tokenizer.word_end(whole, seen.end - 1, part.end)
    )


def _touched(whole: str, part: Stretch, seen: Stretch) -> tuple[Token, Token]:
    """The first and the last of the tokens of a part that a stretch with something to be seen touches."""
    start, end = _in_words(whole, part, seen)
    front = tokenizer.tokens(whole, start, tokenizer.word_end(whole, seen.start, part.end))
    first = next(token for token in front if token.end > seen.start)
    back = tokenizer.tokens(whole, tokenizer.word_start(whole, seen.end - 1, part.start), end)
    return first, next(token for token in reversed(back) if token.start < seen.end)


def flattened(words: str, placed: list[Fate], labels: LabelSet, flatten: str) -> list[Fate]:
    """`placed`, with every fate that stands in the way of a better one replaced by its loss."""
    stretches = sorted(fate.stretch for fate in placed if fate.stretch)
    if all(left.end <= right.start for left, right in pairwise(stretches)):
        return placed
    standing = sorted((fate for fate in placed if fate.stretch), key=lambda fate: _priority(fate, labels, flatten))
    rivals, lost = Taken[int](), dict[str, Fate]()  # by their places among those that are standing
    if flatten == REFUSE:
        for at, fate in enumerate(standing):
            rivals.add(*_stretch(fate), at)
    for at, fate in enumerate(standing):
        winner = min((other for other in rivals.overlapping(*_stretch(fate)) if other != at), default=None)
        if winner is not None:
            lost[fate.span.uid] = _loss(words, fate, standing[winner], flatten)
        elif flatten != REFUSE:
            rivals.add(*_stretch(fate), at)
    return [lost.get(fate.span.uid, fate) for fate in placed]


def _priority(fate: Fate, labels: LabelSet, flatten: str) -> tuple[int, int, int, str]:
    """Sorts first who stays: the longest (`innermost`: the shortest), then the earliest, the label's rank, the uid."""
    start, end = _stretch(fate)
    return (
        end - start if flatten == INNERMOST else start - end,
        start,
        labels.rank(fate.span.label),
        fate.span.uid,
    )


def _loss(words: str, fate: Fate, winner: Fate, flatten: str) -> Fate:
    mine, other = _stretch(fate), _stretch(winner)
    if flatten == REFUSE:
        reason = _("It overlaps “{text}” ({label}).")
    elif mine == other:
        reason = _("It covers the same stretch as “{text}” ({label}), which is kept.")
    elif other.holds(mine):
        reason = _("It lies inside “{text}” ({label}), which is kept.")
    elif mine.holds(other):
        reason = _("It holds “{text}” ({label}), which is kept.")
    else:
        reason = _("It crosses “{text}” ({label}), which is kept.")
    named = visible.written(words[winner.span.start : winner.span.end])
    outcome = REFUSED if flatten == REFUSE else FLATTENED
    return Fate(fate.span, outcome, reason.format(text=named, label=winner.span.label))


def _stretch(fate: Fate) -> Stretch:
    """Of one that is standing."""
    assert fate.stretch
    return fate.stretch
