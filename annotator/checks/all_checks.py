"""All checks of one layer's spans and unlabelled words."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from annotator.checks.boundaries import check_empty, check_inside_word, check_proclitic, check_punctuation
from annotator.checks.check_context import CheckContext
from annotator.checks.consistency import check_other_label, find_unlabelled
from annotator.checks.date_values import check_value
from annotator.checks.extent import (
    check_across_sentences,
    check_across_zones,
    check_boilerplate,
    check_length,
    check_outside,
)
from annotator.checks.invisible_characters import check_invisible
from annotator.checks.issue import Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.records import DONE, SKIPPED, Span
from annotator.text.lexicon import Match

_EXCLUSIVE: Final = (check_outside, check_empty)
"""Checks whose issue makes all others about the span pointless."""
_BY_TEXT: Final = (
    check_punctuation,
    check_inside_word,
    check_across_sentences,
    check_across_zones,
    check_boilerplate,
    check_invisible,
)
_BY_STATISTICS: Final = (check_proclitic, check_length)


class LayerChecker(Struct, frozen=True):
    """All checks, with a corpus's statistics.

    `label_titles` maps label names to titles; the labels in `date_labels` have dates as values.
    """

    statistics: LabelStatistics
    label_titles: dict[str, str]
    date_labels: frozenset[str]

    def check_spans(self, context: CheckContext) -> list[Issue]:
        """Return the issues of a layer's spans, in order."""
        return [issue for span in context.layer for issue in self._check_span(context, span)]

    def find_unlabelled(self, context: CheckContext, state: str) -> list[Match]:
        """Find words labelled elsewhere but not here, as far as the annotator has come.

        That is all of a done article, nothing of a skipped one, else up to the last span's end.
        """
        last = max((span.end for span in context.layer), default=0)
        stop = {DONE: len(context.text), SKIPPED: 0}.get(state, last)
        return list(find_unlabelled(context, self.statistics, stop)) if stop else []

    def _check_span(self, context: CheckContext, span: Span) -> Iterator[Issue]:
        for exclusive_check in _EXCLUSIVE:
            if issue := exclusive_check(context, span):
                yield issue
                return
        for check in _BY_TEXT:
            if issue := check(context, span):
                yield issue
        for check_usage in _BY_STATISTICS:
            if issue := check_usage(context, span, self.statistics):
                yield issue
        if issue := check_other_label(context, span, self.statistics, self.label_titles):
            yield issue
        if span.label in self.date_labels and (issue := check_value(span)):
            yield issue
