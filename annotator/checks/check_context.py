"""The input of the checks: an article, a layer, and shared lookups."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter

from msgspec import Struct

from annotator.checks.issue import Fix, Issue
from annotator.model.records import Span, Zone
from annotator.text.analysis import analysed
from annotator.text.invisible import InvisibleCharacter, find_invisible
from annotator.text.tokenizer import Token

_start = attrgetter("start")


class CheckContext(Struct, frozen=True, dict=True):
    """An article's text, its zones by start, and a layer's spans by start, longer ones first."""

    text: str
    zones: Sequence[Zone]
    layer: Sequence[Span]

    @cached_property
    def _sentence_starts(self) -> list[int]:
        """Return where each sentence but the first begins."""
        analysis = analysed(self.text)
        return [analysis.tokens[first].start for first, _last in analysis.sentence_ranges[1:]]

    @cached_property
    def invisible_characters(self) -> list[InvisibleCharacter]:
        """Return the text's invisible characters."""
        return list(find_invisible(self.text))

    @cached_property
    def labels_by_range(self) -> dict[tuple[int, int], set[str]]:
        """Return the labels of each range (start, end)."""
        labels: dict[tuple[int, int], set[str]] = {}
        for span in self.layer:
            labels.setdefault((span.start, span.end), set()).add(span.label)
        return labels

    @cached_property
    def _starts_and_reach(self) -> tuple[list[int], list[int]]:
        """Return each span's start, and the furthest end up to it."""
        reached, ends = 0, []
        for span in self.layer:
            reached = max(reached, span.end)
            ends.append(reached)
        return [span.start for span in self.layer], ends

    def token_at(self, offset: int) -> Token | None:
        """Return the token at `offset`; None between tokens and beyond the text."""
        tokens = analysed(self.text).tokens
        index = bisect_right(tokens, offset, key=_start) - 1
        return tokens[index] if index >= 0 and offset < tokens[index].end else None

    def has_span(self, start: int, end: int) -> bool:
        """Return whether a span overlaps the range."""
        starts, ends = self._starts_and_reach
        count = bisect_left(starts, end)
        return count > 0 and ends[count - 1] > start

    def invisible_in(self, start: int, end: int) -> list[InvisibleCharacter]:
        """Return the range's invisible characters."""
        characters = self.invisible_characters
        return characters[bisect_left(characters, (start,)) : bisect_left(characters, (end,))] if characters else []

    def has_sentence_break(self, start: int, end: int) -> bool:
        """Return whether a sentence ends within the range."""
        index = bisect_right(self._sentence_starts, start)
        return index < len(self._sentence_starts) and self._sentence_starts[index] < end

    def zones_in(self, start: int, end: int) -> Iterator[Zone]:
        """Return the zones that overlap the range."""
        return (zone for zone in self.zones if zone.start < end and start < zone.end)


def make_issue(kind: str, span: Span, message: str, fix: Fix | None = None) -> Issue:
    """Create an issue about a span."""
    return Issue(kind, span.label, span.start, span.end, message, span.uid, fix)


def move_fix(span: Span, start: int, end: int) -> Fix:
    """Create a fix that moves a span's edges."""
    return Fix(span.label, start, end)


def removal_fix(span: Span) -> Fix:
    """Create a fix that removes a span."""
    return Fix(None, span.start, span.end)
