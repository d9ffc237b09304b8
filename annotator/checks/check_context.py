"""An article and one annotator's layer of it, as the checks look at them: what several of them need is found once."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter

from msgspec import Struct

from annotator.checks.issue import Question, Remedy
from annotator.model.records import Span, Zone
from annotator.text.analysis import analysed
from annotator.text.invisible import Hidden, hidden
from annotator.text.tokenizer import Token

_start = attrgetter("start")


class Seen(Struct, frozen=True, dict=True):
    """`text` is the article's; `zones` are by start, `layer` by start, the longer first."""

    text: str
    zones: Sequence[Zone]
    layer: Sequence[Span]

    @cached_property
    def _breaks(self) -> list[int]:
        """Where each sentence but the first begins (see text.tokenizer.breaks)."""
        found = analysed(self.text)
        return [found.tokens[first].start for first, _last in found.sentences[1:]]

    @cached_property
    def hidden(self) -> list[Hidden]:
        """The invisible characters."""
        return list(hidden(self.text))

    @cached_property
    def labels(self) -> dict[tuple[int, int], set[str]]:
        """The labels that each labelled stretch has."""
        found: dict[tuple[int, int], set[str]] = {}
        for span in self.layer:
            found.setdefault((span.start, span.end), set()).add(span.label)
        return found

    @cached_property
    def _reached(self) -> tuple[list[int], list[int]]:
        """Where each span begins, and how far it and those before it reach."""
        reached, ends = 0, []
        for span in self.layer:
            reached = max(reached, span.end)
            ends.append(reached)
        return [span.start for span in self.layer], ends

    def token(self, offset: int) -> Token | None:
        """The token that the character at `offset` is in; None between tokens and beyond the text."""
        tokens = analysed(self.text).tokens
        at = bisect_right(tokens, offset, key=_start) - 1
        return tokens[at] if at >= 0 and offset < tokens[at].end else None

    def labelled(self, start: int, end: int) -> bool:
        """Whether a span overlaps this stretch."""
        starts, ends = self._reached
        at = bisect_left(starts, end)
        return at > 0 and ends[at - 1] > start

    def hidden_in(self, start: int, end: int) -> list[Hidden]:
        """The invisible characters of this stretch."""
        found = self.hidden
        return found[bisect_left(found, (start,)) : bisect_left(found, (end,))] if found else []

    def broken(self, start: int, end: int) -> bool:
        """Whether a sentence ends within this stretch."""
        at = bisect_right(self._breaks, start)
        return at < len(self._breaks) and self._breaks[at] < end

    def zones_at(self, start: int, end: int) -> Iterator[Zone]:
        """The zones that overlap this stretch."""
        return (zone for zone in self.zones if zone.start < end and start < zone.end)


def asked(kind: str, span: Span, message: str, remedy: Remedy | None = None) -> Question:
    """A question of this kind about a span."""
    return Question(kind, span.label, span.start, span.end, message, span.uid, remedy)


def moved(span: Span, start: int, end: int) -> Remedy:
    """That the span is to have these edges."""
    return Remedy(span.label, start, end)


def removed(span: Span) -> Remedy:
    """That there is to be no such span."""
    return Remedy(None, span.start, span.end)
