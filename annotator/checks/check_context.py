"""The input of the checks: an article, a layer, and shared lookups."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Final

from msgspec import Struct

from annotator.checks.issue import Fix, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.reasons import Reason
from annotator.model.records import Span, Zone
from annotator.text.analysis import analysed
from annotator.text.invisible import BIDI_CONTROL, InvisibleCharacter, find_invisible
from annotator.text.offsets import line_range
from annotator.text.tokenizer import Token

_OPENING: Final = frozenset(("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"))
_MAX_DEPTH: Final = 125  # of controls within one another: UAX #9, BD2
_start, _end = attrgetter("start"), attrgetter("end")


class CorpusFacts(Struct, frozen=True):
    """What the checks know of a corpus.

    `label_titles` maps label names to titles; the labels in `date_labels` have dates as values.
    """

    statistics: LabelStatistics
    label_titles: dict[str, str]
    date_labels: frozenset[str]


class CheckContext(Struct, frozen=True, dict=True):
    """An article's text, its zones by start, a layer's spans by start, longer ones first, and when it was published."""

    text: str
    zones: Sequence[Zone]
    layer: Sequence[Span]
    corpus: CorpusFacts
    published: str | None = None

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

    @cached_property
    def _controls(self) -> tuple[list[int], list[tuple[InvisibleCharacter, ...]]]:
        """Return the offset of each bidi control, and those in force in its line from there."""
        offsets, in_force = list[int](), list[tuple[InvisibleCharacter, ...]]()
        unclosed: tuple[InvisibleCharacter, ...] = ()
        line_end = -1
        for control in self.invisible_characters:
            if control.kind == BIDI_CONTROL:
                if control.offset > line_end:
                    unclosed, line_end = (), line_range(self.text, control.offset, control.offset)[1]
                unclosed = (*unclosed, control)[:_MAX_DEPTH] if control.name in _OPENING else unclosed[:-1]
                offsets.append(control.offset)
                in_force.append(unclosed)
        return offsets, in_force

    def controls_at(self, offset: int) -> tuple[InvisibleCharacter, ...]:
        """Return the line's bidi controls still in force at `offset`."""
        offsets, in_force = self._controls
        index = bisect_left(offsets, offset) - 1
        is_in_line = index >= 0 and offsets[index] >= line_range(self.text, offset, offset)[0]
        return in_force[index] if is_in_line else ()

    def has_sentence_break(self, start: int, end: int) -> bool:
        """Return whether a sentence ends within the range."""
        index = bisect_right(self._sentence_starts, start)
        return index < len(self._sentence_starts) and self._sentence_starts[index] < end

    def zones_in(self, start: int, end: int) -> Sequence[Zone]:
        """Return the zones that overlap the range; they never overlap each other."""
        return self.zones[bisect_right(self.zones, start, key=_end) : bisect_left(self.zones, end, key=_start)]


class Check(Struct, frozen=True):
    """A kind of issue, and the function that finds it in a span; None if it is not about spans.

    An issue of an exclusive kind makes all others about the span pointless.
    """

    kind: str
    title: Callable[[], str]
    find: Callable[[CheckContext, Span], Issue | None] | None
    is_exclusive: bool = False


def make_issue(kind: str, span: Span, reason: Reason, fix: Fix | None = None) -> Issue:
    """Create an issue about a span."""
    return Issue(kind, span.label, span.start, span.end, reason.text, reason.code, span.uid, fix)


def move_fix(span: Span, start: int, end: int) -> Fix:
    """Create a fix that moves a span's edges."""
    return Fix(span.label, start, end)


def removal_fix(span: Span) -> Fix:
    """Create a fix that removes a span."""
    return Fix(None, span.start, span.end)
