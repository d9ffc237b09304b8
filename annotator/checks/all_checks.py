"""All checks of one layer: what is asked about its spans, and about words that have none."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from annotator.checks.boundaries import empty, inside_word, proclitic, punctuation
from annotator.checks.check_context import Seen
from annotator.checks.consistency import labelled_differently, unlabelled
from annotator.checks.date_values import value
from annotator.checks.extent import across_sentences, across_zones, huge, in_boilerplate, outside
from annotator.checks.invisible_characters import invisible
from annotator.checks.issue import Question
from annotator.checks.label_statistics import Usage
from annotator.model.records import DONE, SKIPPED, Span
from annotator.text.lexicon import Match

_ALONE: Final = (outside, empty)
"""What makes every other question about a span pointless."""
_BY_TEXT: Final = (punctuation, inside_word, across_sentences, across_zones, in_boilerplate, invisible)
_BY_USAGE: Final = (proclitic, huge)


class Checks(Struct, frozen=True):
    """The checks of a corpus. `titles` are those of its labels by name, `dates` the names of those whose values are
    dates."""

    usage: Usage
    titles: dict[str, str]
    dates: frozenset[str]

    def of_spans(self, seen: Seen) -> list[Question]:
        """What is asked about the spans of a layer, in their order."""
        return [question for span in seen.layer for question in self._of_span(seen, span)]

    def unlabelled(self, seen: Seen, state: str) -> list[Match]:
        """Where words of spans stand without one, as far as the annotator has come: all of an article that is done,
        nothing of one that is skipped, else to the end of its last span."""
        last = max((span.end for span in seen.layer), default=0)
        until = {DONE: len(seen.text), SKIPPED: 0}.get(state, last)
        return list(unlabelled(seen, self.usage, until)) if until else []

    def _of_span(self, seen: Seen, span: Span) -> Iterator[Question]:
        for alone in _ALONE:
            if question := alone(seen, span):
                yield question
                return
        for check in _BY_TEXT:
            if question := check(seen, span):
                yield question
        for by_usage in _BY_USAGE:
            if question := by_usage(seen, span, self.usage):
                yield question
        if question := labelled_differently(seen, span, self.usage, self.titles):
            yield question
        if span.label in self.dates and (question := value(span)):
            yield question
