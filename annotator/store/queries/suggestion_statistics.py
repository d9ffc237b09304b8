"""The quality of suggestions in an annotator's done articles: accepted, rejected and missed."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from annotator.model.history import IMPORT_STEP
from annotator.model.records import DONE
from annotator.store.corpus import Corpus

BINS: Final = 20
"""The maximal number of bins of articles."""


class SuggestionCounts(Struct, frozen=True):
    """The number of suggestions accepted unchanged and rejected, and of spans never suggested (missed)."""

    accepted: int = 0
    rejected: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return self.accepted + self.rejected + self.missed

    def plus(self, addend: "SuggestionCounts") -> "SuggestionCounts":
        """Return the sum of both."""
        return SuggestionCounts(
            self.accepted + addend.accepted, self.rejected + addend.rejected, self.missed + addend.missed
        )


class SuggestionStatistics(Struct, frozen=True):
    """Counts by label and bin.

    `bin_sizes` are numbers of articles, those done first in front; `counts_by_label` holds each label's counts by bin,
    without labels that have no spans and rejections.
    """

    bin_sizes: Sequence[int]
    counts_by_label: dict[str, list[SuggestionCounts]]


def collect_suggestion_statistics(corpus: Corpus, annotator: str, bins: int = BINS) -> SuggestionStatistics:
    """Count suggestions in the annotator's done articles, first done first.

    An imported span never counts as missed. A suggestion accepted and then changed counts as rejected, its span as
    missed (see `operations.relabel`).
    """
    bin_sizes: dict[int, int] = {}
    counts_by_bin: dict[str, dict[int, SuggestionCounts]] = {}
    for label, bin_, *counts, size in corpus.fetch_tuples(_QUERY, annotator, bins):
        if label is None:
            bin_sizes[bin_] = size
        elif any(counts):
            counts_by_bin.setdefault(label, {})[bin_] = SuggestionCounts(*counts)
    counts_by_label = {
        label: [label_counts.get(bin_, SuggestionCounts()) for bin_ in bin_sizes]
        for label, label_counts in counts_by_bin.items()
    }
    return SuggestionStatistics([*bin_sizes.values()], counts_by_label)


# An article was done when its state was last set to done. A record's JSON begins with its type.
_QUERY: Final = f"""
    WITH part AS MATERIALIZED (
        SELECT status.article, ntile(?2) OVER (ORDER BY max(edit.id)) AS at
        FROM status CROSS JOIN edit ON edit.article = status.article AND edit.annotator = status.annotator
        WHERE status.annotator = ?1 AND status.state = '{DONE}'
            AND after GLOB '{{"type":"status"*' AND json_extract(after, '$.state') = '{DONE}'
        GROUP BY status.article
    ),
    imported AS (
        SELECT json_extract(after, '$.uid') FROM part CROSS JOIN edit ON edit.article = part.article
        WHERE annotator = ?1 AND name = '{IMPORT_STEP}' AND after GLOB '{{"type":"span"*'
    )
    SELECT NULL AS label, at, 0, 0, 0, count(*) FROM part GROUP BY at
    UNION ALL
    SELECT label, at, sum(accepted), sum(rejected), sum(missed), 0 FROM (
        SELECT label, at, source IS NOT NULL AS accepted, 0 AS rejected,
            source IS NULL AND uid NOT IN imported AS missed
        FROM span JOIN part ON part.article = span.article WHERE annotator = ?1
        UNION ALL
        SELECT label, at, 0, 1, 0 FROM rejection JOIN part ON part.article = rejection.article WHERE annotator = ?1
    ) GROUP BY label, at ORDER BY label, at
"""
