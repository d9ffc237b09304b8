"""How good the suggestions were in what one annotator has done: what was accepted, rejected and missed."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from annotator.model.history import IMPORT
from annotator.model.records import DONE
from annotator.store.corpus import Corpus

BINS: Final = 20
"""Into so many parts at most the articles are divided."""


class Tally(Struct, frozen=True):
    """How many suggestions were accepted as they were, how many rejected, and how many spans nothing had suggested."""

    accepted: int = 0
    rejected: int = 0
    missed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.accepted + self.rejected + self.missed

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(self.accepted + other.accepted, self.rejected + other.rejected, self.missed + other.missed)


class Quality(Struct, frozen=True):
    """`sizes` are how many articles each part holds, those that were done first in front; `tallies` the tallies of each
    label by part. A label with which nothing was labelled or rejected is not there."""

    sizes: Sequence[int]
    tallies: dict[str, list[Tally]]


def quality(corpus: Corpus, annotator: str, bins: int = BINS) -> Quality:
    """How good the suggestions were in the articles that the annotator has done, in the order in which they were.

    A span that was imported is nobody's miss, whatever became of it. A suggestion that was accepted and then changed is
    a rejected one, and the span a missed one (see editing.relabel).
    """
    sizes: dict[int, int] = {}
    found: dict[str, dict[int, Tally]] = {}
    for label, at, *counts, size in corpus.tuples(_QUERY, annotator, bins):
        if label is None:
            sizes[at] = size
        elif any(counts):
            found.setdefault(label, {})[at] = Tally(*counts)
    tallies = {label: [parts.get(at, Tally()) for at in sizes] for label, parts in found.items()}
    return Quality([*sizes.values()], tallies)


# An article was done when it was last said to be. An edit begins with the kind of its record (see rows.encoded).
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
        WHERE annotator = ?1 AND name = '{IMPORT}' AND after GLOB '{{"type":"span"*'
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
