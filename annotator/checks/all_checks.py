"""All checks of one layer: issues of its spans, and words that may lack a span."""

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
"""Checks whose issue makes all others about the same span pointless."""
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
    """All checks with the statistics of a corpus.

    `label_titles` are the titles of its labels by name, `date_labels` the names of the labels whose values are dates.
    """

    statistics: LabelStatistics
    label_titles: dict[str, str]
    date_labels: frozenset[str]

    def check_spans(self, context: CheckContext) -> list[Issue]:
        """Return the issues of the spans of a layer, in the order of the spans."""
        return [issue for span in context.layer for issue in self._check_span(context, span)]

    def find_unlabelled(self, context: CheckContext, state: str) -> list[Match]:
        """Find words without a span that are labelled elsewhere, as far as the annotator has come.

        That is all of a done article, nothing of a skipped one, otherwise the text up to the end of the last span.
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
