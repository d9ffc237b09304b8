"""The quality of suggestions in an annotator's done articles: accepted, corrected, rejected and missed.

A suggestion is corrected if its label or edges were changed, before it was accepted or later, and the span is still
there. The record tells: the step that rejects the suggestion adds or changes the span just before (see
`operations.accept`). What was undone is not counted, as only present spans and rejections are, and nothing in removed
articles.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import astuple

from annotator.model.history import IMPORT_STEPS
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import IS_COUNTED
from annotator.store.queries.removals import not_removed

BINS: Final = 20
"""The maximal number of bins of articles."""

# A record's JSON begins with its type. A step's edits have successive numbers.
CORRECTION: Final = """
    correction AS MATERIALIZED (
        SELECT rejection.uid AS rejection, span.uid AS span, (span.label, span.start, span."end")
            = (rejection.label, rejection.start, rejection."end") AS is_restored
        FROM stored_edit AS edit JOIN stored_edit AS change ON change.id = edit.id - 1 AND change.step = edit.step
        JOIN rejection ON rejection.uid = json_extract(edit.after, '$.uid')
        JOIN span ON span.uid = json_extract(change.after, '$.uid')
        WHERE edit.after GLOB '{"type":"rejection"*' AND change.after GLOB '{"type":"span"*'
        GROUP BY rejection.uid
    )
"""
"""A common table of the rejections that belong to a correction, each with the annotator's span.

`is_restored` says whether that is the suggestion again.
"""


class SuggestionCounts(Struct, frozen=True):
    """The number of suggestions accepted, corrected and rejected, and of spans never suggested (missed)."""

    accepted: int = 0
    corrected: int = 0
    rejected: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(astuple(self))

    def plus(self, addend: "SuggestionCounts") -> "SuggestionCounts":
        """Return the sum of both."""
        return SuggestionCounts(*map(sum, zip(astuple(self), astuple(addend), strict=True)))


class SuggestionStatistics(Struct, frozen=True):
    """Counts by label and bin.

    `bin_sizes` are numbers of articles, those done first in front; `counts_by_label` holds each label's counts by bin,
    without labels that have no spans and rejections.
    """

    bin_sizes: Sequence[int]
    counts_by_label: dict[str, list[SuggestionCounts]]


def collect_suggestion_statistics(
    corpus: Corpus, annotator: str, bins: int = BINS, reader: str = ""
) -> SuggestionStatistics:
    """Count suggestions in the annotator's done articles, first done first.

    Each suggestion counts once, under the label that was suggested. An imported span never counts as missed. Another
    `reader` finds nothing of articles that they still label blind; "" is somebody who sees all.
    """
    bin_sizes: dict[int, int] = {}
    counts_by_bin: dict[str, dict[int, SuggestionCounts]] = {}
    for label, bin_, *counts, size in corpus.fetch_tuples(_QUERY, reader, annotator, bins):
        if label is None:
            bin_sizes[bin_] = size
        elif any(counts):
            counts_by_bin.setdefault(label, {})[bin_] = SuggestionCounts(*counts)
    counts_by_label = {
        label: [label_counts.get(bin_, SuggestionCounts()) for bin_ in bin_sizes]
        for label, label_counts in counts_by_bin.items()
    }
    return SuggestionStatistics([*bin_sizes.values()], counts_by_label)


def count_decisions(corpus: Corpus) -> dict[str, SuggestionCounts]:
    """Count each annotator's decisions on suggestions in all articles, without missed ones."""
    query = f"""
        WITH {CORRECTION}
        SELECT annotator, sum(accepted), sum(corrected), sum(rejected) FROM (
            SELECT annotator, 1 AS accepted, 0 AS corrected, 0 AS rejected FROM span
            WHERE source IS NOT NULL AND {not_removed("article")}
            UNION ALL
            SELECT annotator, coalesce(is_restored, 0), coalesce(NOT is_restored, 0), is_restored IS NULL
            FROM rejection LEFT JOIN correction ON correction.rejection = rejection.uid
            WHERE {not_removed("article")}
        ) GROUP BY annotator
    """
    return {annotator: SuggestionCounts(*counts) for annotator, *counts in corpus.fetch_tuples(query)}


# An article was done when its state was last set to done. A CASE lets SQLite read whose a step is before its records.
_QUERY: Final = f"""
    WITH part AS MATERIALIZED (
        SELECT status.article, ntile(?3) OVER (ORDER BY max(edit.id)) AS at
        FROM status CROSS JOIN edit ON edit.article = status.article
        WHERE status.annotator = ?2 AND status.state = '{DONE}' AND {not_removed("status.article")}
            AND {IS_COUNTED.format(person="status.annotator", article="status.article")}
            AND CASE WHEN edit.annotator = status.annotator
                THEN after GLOB '{{"type":"status"*' AND json_extract(after, '$.state') = '{DONE}' END
        GROUP BY status.article
    ),
    imported AS (
        SELECT json_extract(after, '$.uid') FROM part CROSS JOIN edit ON edit.article = part.article
        WHERE CASE WHEN annotator = ?2 AND name IN {IMPORT_STEPS} THEN after GLOB '{{"type":"span"*' END
    ),
    {CORRECTION}
    SELECT NULL AS label, at, 0, 0, 0, 0, count(*) FROM part GROUP BY at
    UNION ALL
    SELECT label, at, sum(accepted), sum(corrected), sum(rejected), sum(missed), 0 FROM (
        SELECT label, at, source IS NOT NULL AS accepted, 0 AS corrected, 0 AS rejected,
            source IS NULL AND uid NOT IN imported AND uid NOT IN (SELECT span FROM correction) AS missed
        FROM span JOIN part ON part.article = span.article WHERE annotator = ?2
        UNION ALL
        SELECT label, at, coalesce(is_restored, 0), coalesce(NOT is_restored, 0), is_restored IS NULL, 0
        FROM rejection JOIN part ON part.article = rejection.article
        LEFT JOIN correction ON correction.rejection = rejection.uid WHERE annotator = ?2
    ) GROUP BY label, at ORDER BY label, at
"""
