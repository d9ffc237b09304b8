"""Data for the checks: statistics of spans, and issues dismissed by annotators; nothing of removed articles."""

from collections import defaultdict
from typing import TypeAlias

from annotator.model.records import DONE, Edit
from annotator.store.corpus import Corpus
from annotator.store.queries.removals import not_removed
from annotator.store.row_mapping import to_edit
from annotator.store.word_index import MENTIONED_SPANS

DismissalKey: TypeAlias = tuple[str, str, int, int]
"""A dismissal's kind, label, start and end."""


def count_labelled_forms(corpus: Corpus, annotator: str | None = None) -> list[tuple[str, str, int]]:
    """Return (normalised form, label, count) of one annotator's or all spans (see `text.proclitics.normalise_form`)."""
    query = f"""
        SELECT words, label, count(*) FROM {MENTIONED_SPANS}
        WHERE (annotator = ?1 OR ?1 IS NULL) AND {not_removed("article")} GROUP BY words, label
    """
    return corpus.fetch_tuples(query, annotator)


def count_span_lengths(corpus: Corpus, annotator: str | None = None) -> list[tuple[str, int, int]]:
    """Return (label, length in code points, count) of one annotator's or all spans."""
    query = f"""
        SELECT label, "end" - start AS length, count(*) FROM span
        WHERE (annotator = ?1 OR ?1 IS NULL) AND {not_removed("article")} GROUP BY label, length
    """
    return corpus.fetch_tuples(query, annotator)


def list_articles_to_check(corpus: Corpus, annotator: str | None) -> list[int]:
    """Return the numbers of articles where the annotator, or anybody with None, has a span or is done."""
    query = f"""
        SELECT id AS number FROM article WHERE uid IN (
            SELECT article FROM span WHERE ?1 IS NULL OR annotator = ?1
            UNION SELECT article FROM status WHERE state = ?2 AND (?1 IS NULL OR annotator = ?1)
        ) AND {not_removed("uid")} ORDER BY id
    """
    return corpus.fetch_numbers(query, annotator, DONE)


def load_edits_since(corpus: Corpus, last: int, limit: int) -> tuple[list[Edit], int]:
    """Return at most `limit` edits that follow the one with the id `last`, and the id of the last of them."""
    rows = list(corpus.query("SELECT * FROM edit WHERE id > ? ORDER BY id LIMIT ?", last, limit))
    return [to_edit(row) for row in rows], rows[-1]["id"] if rows else last


def load_dismissals(corpus: Corpus, article: str | None = None) -> dict[tuple[str, str], set[DismissalKey]]:
    """Return the dismissals in one article or all, by article uid and annotator."""
    query = """
        SELECT article, annotator, kind, label, start, "end" FROM dismissal WHERE ?1 IS NULL OR article = ?1
    """
    dismissals: defaultdict[tuple[str, str], set[DismissalKey]] = defaultdict(set)
    for uid, annotator, *key in corpus.fetch_tuples(query, article):
        dismissals[uid, annotator].add((key[0], key[1], key[2], key[3]))
    return dismissals
