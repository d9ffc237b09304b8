"""The recorded edits of an article, and the records that they make (see `model.replay`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from annotator.model.records import Article, Edit, Record
from annotator.model.replay import Replay, replay
from annotator.store import row_mapping
from annotator.store.corpus import Corpus

RECORDED_EDITS: Final = """
    SELECT edit.*, conflict.reason FROM edit LEFT JOIN conflict ON conflict.step = edit.step
    WHERE article = ? ORDER BY clock, edit.step, id
"""
"""The edits of an article in their order; the `reason` of those of steps in conflict, which changed nothing, is set."""


def has_later_edits(corpus: Corpus, article: str, last_edit: int, without: Sequence[str]) -> bool:
    """Return whether an article has edits after the one with this id, other than those of these steps."""
    query = """
        SELECT EXISTS (
            SELECT 1 FROM edit WHERE id > ? AND +article = ? AND step NOT IN (SELECT value FROM json_each(?))
        )
    """
    [(has_edits,)] = corpus.fetch_tuples(query, last_edit, article, row_mapping.to_json(list(without)))
    return bool(has_edits)


def replay_edits(
    article: Article, rows: Sequence[Mapping[str, Any]], records: Iterable[Record]
) -> tuple[dict[tuple[str, ...], Record], bool]:
    """Return the records that these RECORDED_EDITS make, by key, and whether each of them fits (see `replay_article`).

    Of merged steps, the last edit of a record is not always its state: two people may have labelled a range alike, or
    set a state at the same time.
    """
    result = replay_article(article, rows, records)
    conflicts = {row["step"] for row in rows if row["reason"] is not None}
    by_key = {row_mapping.record_key(record): record for record in result.records.values()}
    return by_key, result.conflicts.keys() <= conflicts


def replay_article(article: Article, rows: Iterable[Mapping[str, Any]], records: Iterable[Record]) -> Replay:
    """Replay these RECORDED_EDITS of an article, without trying again what is in conflict.

    `records` are the article's as the tables have them.
    """
    rows = list(rows)
    conflicts = {row["step"]: row["reason"] for row in rows if row["reason"] is not None}
    steps = [row_mapping.to_step(list(edits)) for _uid, edits in groupby(rows, key=lambda row: row["step"])]
    return replay(records, steps, {article.uid: len(article.text)}, known_conflicts=conflicts)


def list_edits_after(corpus: Corpus, last: int) -> Iterator[tuple[str, Edit]]:
    """Yield the edits recorded after the one with this id, each with the uid of its article; those of one together."""
    query = "SELECT * FROM edit WHERE id > ? ORDER BY article, id"
    for row in corpus.query(query, last):
        yield row["article"], row_mapping.to_edit(row)
