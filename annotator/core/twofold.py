"""An article both ways: with flat spans, as a flat file shows it, and beside them with all that its tokens allow.

The tokens are one set: they are cut, and the sentences joined, as all the spans need it.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from annotator.core import text
from annotator.core.labels import LabelSet
from annotator.core.model import Article, Span, Zone
from annotator.core.projection import Fate, Options, Stretch, flattened, lay, place
from annotator.core.tagging import Chunk
from annotator.core.text import Token
from annotator.i18n import _


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
        return text.written(self.article.text[token.start : token.end])


def space(words: str, start: int, end: int) -> str:
    """The space between two tokens, from the end of one to the start of the next; a newline where others are left out
    between them. Invisible marks are none."""
    seen = text.visible(words, start, end)
    return "\n" if seen[0] < seen[1] else "".join(filter(str.isspace, words[start:end]))


def project_twofold(
    article: Article, zones: Iterable[Zone], spans: Sequence[Span], labels: LabelSet, options: Options, beside: str
) -> TwofoldProjection:
    """The projection of one annotator's `spans` on the article; `beside` is what the file calls the place of all spans.

    A span that is left out of the flat ones for another has its loss as its fate, and `became` says what is beside.
    """
    tokens, placed = place(article, zones, spans, options)
    flat = flattened(article.text, placed, labels, options.flatten)
    kept = {(*fate.stretch, fate.span.label) for fate in flat if fate.stretch}
    sentences = []
    for pieces, chunks in lay(article.text, tokens, placed, labels):
        # Spans that widening has made one are twice among all, and once among the flat ones.
        chosen = (chunk for chunk in dict.fromkeys(chunks) if (*_stretch(pieces, chunk), chunk.label) in kept)
        sentences.append(Sentence(pieces, tuple(chosen), chunks))
    fates = (_told(loss, fate, beside) for loss, fate in zip(flat, placed, strict=True))
    return TwofoldProjection(article, tuple(sentences), tuple(fates), tuple(placed))


def _stretch(tokens: Sequence[Token], chunk: Chunk) -> Stretch:
    return Stretch(tokens[chunk.start].start, tokens[chunk.end - 1].end)


def _told(loss: Fate, fate: Fate, beside: str) -> Fate:
    """A fate among the flat spans, which says so where the span is beside them."""
    if loss.stretch or not fate.stretch:
        return loss
    reasons = [loss.reason, fate.reason, _("It is in {place}, where spans may overlap.").format(place=beside)]
    return Fate(loss.span, loss.outcome, " ".join(filter(None, reasons)), None, fate.became)
