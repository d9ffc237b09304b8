"""An article both ways: with flat spans, as a flat file shows it, and beside them with all that its tokens allow.

The tokens are one set: they are cut, and the sentences joined, as all the spans need it. Of each token it is known
where it stands in the article, since such formats keep what lies between them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias

from msgspec import Struct

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone
from annotator.tagging.flat import Fate, Options, Stretch, flattened, place, segments
from annotator.tagging.schemes import Chunk
from annotator.text import sentences, tokenizer, visible
from annotator.text.tokenizer import Token
from annotator.text.words import cut

_Kept: TypeAlias = tuple[Stretch, str]
"""Where a span is in the file, and its label."""


class Sentence(Struct, frozen=True):
    """The tokens of a sentence, its chunks that never overlap, and all of its chunks."""

    tokens: tuple[Token, ...]
    flat: tuple[Chunk, ...]
    all: tuple[Chunk, ...]


class TwofoldProjection(Struct, frozen=True):
    """An article as such a file shows it. `fates` are those of its spans among the flat ones, in the order in which
    they came; `placed` are those that they have among all."""

    article: Article
    sentences: tuple[Sentence, ...]
    fates: tuple[Fate, ...]
    placed: tuple[Fate, ...]

    def word(self, token: Token) -> str:
        """What the file shows of a token."""
        return visible.written(self.article.text[token.start : token.end])


def space(words: str, start: int, end: int) -> str:
    """The space between two tokens, from the end of one to the start of the next; a newline where others are left out
    between them. Invisible marks are none."""
    seen = visible.visible(words, start, end)
    return "\n" if seen[0] < seen[1] else "".join(filter(str.isspace, words[start:end]))


def project_twofold(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], labels: LabelSet, options: Options, beside: str
) -> TwofoldProjection:
    """The projection of one annotator's `spans` on the article; `beside` is what the file calls the place of all spans.

    A span that is left out of the flat ones for another has its loss as its fate, and `became` says what is beside.
    """
    zones = list(zones)
    _parts, placed = place(article, zones, spans, options)
    fates = flattened(article.text, placed, labels, options.flatten)
    flat = {(fate.stretch, fate.span.label) for fate in fates if fate.stretch}
    standing = [(fate.stretch, fate.span.label) for fate in placed if fate.stretch]
    standing.sort(key=lambda kept: (kept[0], labels.rank(kept[1])))
    sentences = (
        sentence
        for part in segments(article, zones, options.zones)
        for sentence in _laid(article.text, part, [kept for kept in standing if part.holds(kept[0])], flat)
    )
    told = (_told(fate, all_, beside) for fate, all_ in zip(fates, placed, strict=True))
    return TwofoldProjection(article, tuple(sentences), tuple(told), tuple(placed))


def _laid(words: str, part: Stretch, spans: list[_Kept], flat: set[_Kept]) -> Iterator[Sentence]:
    """The sentences of a part: no span there runs over the end of one or cuts a token."""
    edges = sorted({edge for stretch, _label in spans for edge in stretch})
    reach = list(accumulate((stretch.end for stretch, _label in spans), max, initial=0))
    joined: list[Token] = []
    for sentence in sentences.sentences(words, tokenizer.tokens(words, *part)):
        begun = bisect_left(spans, sentence[0].start, key=lambda kept: kept[0].start)
        if joined and reach[begun] <= sentence[0].start:
            yield _sentence(joined, spans, flat)
            joined = []
        joined += cut(words, sentence, edges)
    if joined:
        yield _sentence(joined, spans, flat)


def _sentence(tokens: list[Token], spans: list[_Kept], flat: set[_Kept]) -> Sentence:
    starts = [token.start for token in tokens]
    first, last = (bisect_left(spans, edge, key=lambda kept: kept[0].start) for edge in (starts[0], tokens[-1].end))
    chunks = [
        (Chunk(kept[1], bisect_left(starts, kept[0].start), bisect_left(starts, kept[0].end)), kept in flat)
        for kept in spans[first:last]
    ]
    # Spans that widening has made one are twice among all, and once among the flat ones.
    chosen = dict.fromkeys(chunk for chunk, is_flat in chunks if is_flat)
    return Sentence(tuple(tokens), tuple(chosen), tuple(chunk for chunk, _is_flat in chunks))


def _told(fate: Fate, all_: Fate, beside: str) -> Fate:
    """A fate among the flat spans, which says so where the span is beside them."""
    if fate.stretch or not all_.stretch:
        return fate
    reasons = [fate.reason, all_.reason, _("It is in {place}, where spans may overlap.").format(place=beside)]
    return Fate(fate.span, fate.outcome, " ".join(filter(None, reasons)), None, all_.became)
