"""Lays one article's layer over its tokens for a flat training file, and says what became of every span.

The order of the rules: the zones, then the spans' edges against the tokens, then nesting among what is left.
Offsets are code points of the article's text, end exclusive.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from annotator.core import tagging, text
from annotator.core.labels import LabelSet
from annotator.core.model import BODY, HEADLINE, ZONE_KINDS, Article, Span, Zone
from annotator.core.tagging import Chunk
from annotator.core.text import Token
from annotator.i18n import _

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

    scheme: str = tagging.IOB2
    flatten: str = OUTERMOST
    boundary: str = WIDEN
    zones: frozenset[str] | None = frozenset((HEADLINE, BODY))

    def __post_init__(self) -> None:
        """Raise ValueError for what is no option."""
        for value, known in (
            (self.scheme, tagging.SCHEMES),
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


class Sentence(Struct, frozen=True):
    """The tokens of a sentence and its chunks, which never overlap."""

    tokens: tuple[Token, ...]
    chunks: tuple[Chunk, ...]

    def tags(self, scheme: str) -> list[str]:
        """One tag a token."""
        return tagging.encode(len(self.tokens), self.chunks, scheme)


class Projection(Struct, frozen=True):
    """An article as a flat file shows it, and the fate of each of its spans, in the order in which they came."""

    article: Article
    sentences: tuple[Sentence, ...]
    fates: tuple[Fate, ...]

    def word(self, token: Token) -> str:
        """What the file shows of a token."""
        return text.written(self.article.text[token.start : token.end])


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
    tokens, placed = place(article, zones, spans, options)
    fates = flattened(article.text, placed, labels, options.flatten)
    sentences = (Sentence(*laid) for laid in lay(article.text, tokens, fates, labels))
    return Projection(article, tuple(sentences), tuple(fates))


def place(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], options: Options
) -> tuple[list[list[Token]], list[Fate]]:
    """The tokens of each part of the article that is taken, and what becomes of each span, were it the only one."""
    words = article.text
    parts = segments(article, zones, options.zones)
    tokens = [text.tokens(words, *part) for part in parts]
    flat = [token for part in tokens for token in part]
    return tokens, [_place(words, parts, flat, span, options.boundary) for span in spans]


def lay(
    words: str, tokens: Iterable[list[Token]], fates: Iterable[Fate], labels: LabelSet
) -> Iterator[tuple[tuple[Token, ...], tuple[Chunk, ...]]]:
    """The sentences of these parts of a text: their tokens, and the stretches of the fates as chunks of them.

    No stretch runs over the end of a sentence or cuts a token. Of one stretch, the label of higher rank comes first.
    """
    standing = [fate for fate in fates if fate.stretch]
    standing.sort(key=lambda fate: (fate.stretch, labels.rank(fate.span.label), fate.span.uid))
    kept = [(fate.stretch, fate.span.label) for fate in standing if fate.stretch]
    for part in tokens:
        for sentence in _joined(text.sentences(words, part), kept):
            yield _cut(words, sentence, kept)


def _place(words: str, parts: list[Stretch], tokens: list[Token], span: Span, boundary: str) -> Fate:
    """What becomes of a span by itself, before others are in its way."""
    given = Stretch(span.start, span.end)
    seen = Stretch(*text.visible(words, *given))
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
    first = tokens[bisect_right(tokens, seen.start, key=lambda token: token.end)]
    last = tokens[bisect_left(tokens, seen.end, key=lambda token: token.start) - 1]
    left = text.visible(words, min(seen.end, last.end), last.end)
    # No cut where what is left of the token could not be seen, nor in front of a mark that belongs to what was seen.
    seen = Stretch(seen.start, last.end if left[0] == left[1] else text.visible(words, seen.start, left[0])[1])
    cut = dict.fromkeys([first] * (seen.start > first.start) + [last] * (seen.end < last.end))
    named = " ".join(text.written(words[token.start : token.end]) for token in cut)
    reasons = [_("Space or invisible marks at its edges are not counted.")] if seen != given else []
    if cut and boundary == REFUSE:
        return Fate(span, REFUSED, _("It cuts “{token}”.").format(token=named))
    if cut and boundary == WIDEN:
        seen = Stretch(first.start, last.end)
        reasons.append(_("It cuts “{token}” and is widened to all of it.").format(token=named))
    elif cut:
        reasons.append(_("“{token}” is cut at the edge of the span.").format(token=named))
    outcome = CUT if cut and boundary == SPLIT else WIDENED if reasons else WRITTEN
    return Fate(span, outcome, " ".join(reasons), seen, text.written(words[seen.start : seen.end]))


def flattened(words: str, placed: list[Fate], labels: LabelSet, flatten: str) -> list[Fate]:
    """`placed`, with every fate that stands in the way of a better one replaced by its loss."""
    winners: list[Fate] = []
    lost: dict[str, Fate] = {}
    standing = sorted((fate for fate in placed if fate.stretch), key=lambda fate: _priority(fate, labels, flatten))
    for fate in standing:
        rivals = standing if flatten == REFUSE else winners
        winner = next((other for other in rivals if other is not fate and _overlap(other, fate)), None)
        if winner is None:
            winners.append(fate)
        else:
            lost[fate.span.uid] = _loss(words, fate, winner, flatten)
    return [lost.get(fate.span.uid, fate) for fate in placed]


def _priority(fate: Fate, labels: LabelSet, flatten: str) -> tuple[int, int, int, str]:
    """Sorts first who stays: the longest (`innermost`: the shortest), then the earliest, the label's rank, the uid."""
    assert fate.stretch
    length = fate.stretch.end - fate.stretch.start
    return (
        length if flatten == INNERMOST else -length,
        fate.stretch.start,
        labels.rank(fate.span.label),
        fate.span.uid,
    )


def _loss(words: str, fate: Fate, winner: Fate, flatten: str) -> Fate:
    mine, other = fate.stretch, winner.stretch
    assert mine
    assert other
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
    named = text.written(words[winner.span.start : winner.span.end])
    outcome = REFUSED if flatten == REFUSE else FLATTENED
    return Fate(fate.span, outcome, reason.format(text=named, label=winner.span.label))


def _overlap(one: Fate, other: Fate) -> bool:
    return one.stretch is not None and other.stretch is not None and one.stretch.overlaps(other.stretch)


_Kept: TypeAlias = list[tuple[Stretch, str]]


def _joined(sentences: list[list[Token]], kept: _Kept) -> Iterator[list[Token]]:
    """The sentences of a part, without the breaks that a kept stretch runs over."""
    joined: list[Token] = []
    reach = list(accumulate((stretch.end for stretch, _label in kept), max, initial=0))
    for sentence in sentences:
        before = bisect_left(kept, sentence[0].start, key=lambda entry: entry[0].start)
        if joined and reach[before] <= sentence[0].start:
            yield joined
            joined = []
        joined = joined + sentence
    if joined:
        yield joined


def _cut(words: str, tokens: list[Token], kept: _Kept) -> tuple[tuple[Token, ...], tuple[Chunk, ...]]:
    """A sentence with its tokens cut where a kept stretch has its edge, and the stretches as chunks of them."""
    first = bisect_left(kept, tokens[0].start, key=lambda entry: entry[0].start)
    last = bisect_left(kept, tokens[-1].end, key=lambda entry: entry[0].start)
    here = kept[first:last]
    edges = sorted({edge for stretch, _label in here for edge in stretch})
    pieces: list[Token] = []
    for token in tokens:
        within = edges[bisect_right(edges, token.start) : bisect_left(edges, token.end)]
        if not within:
            pieces.append(token)
            continue
        cut = (text.visible(words, *piece) for piece in pairwise([token.start, *within, token.end]))
        pieces += (Token(*piece) for piece in cut if piece[0] < piece[1])
    starts = [piece.start for piece in pieces]
    chunks = (Chunk(label, bisect_left(starts, start), bisect_left(starts, end)) for (start, end), label in here)
    return tuple(pieces), tuple(chunks)
