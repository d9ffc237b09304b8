"""Data for the checks: statistics of all spans, and the issues that annotators have dismissed."""

from collections import defaultdict
from typing import TypeAlias

from annotator.model.records import DONE
from annotator.store.corpus import Corpus

DismissalKey: TypeAlias = tuple[str, str, int, int]
"""The kind, label, start and end of a dismissal."""


def count_labelled_forms(corpus: Corpus) -> list[tuple[str, str, int]]:
    """Return (normalised form, label, count) of the spans of all annotators (see `text.proclitics.normalise_form`)."""
    # A full scan, as in training_data.count_mentions.
    query = """
        SELECT words, label, count(*) FROM mention NOT INDEXED CROSS JOIN span ON span.uid = mention.span
        GROUP BY words, label
    """
    return corpus.fetch_tuples(query)


def count_span_lengths(corpus: Corpus) -> list[tuple[str, int, int]]:
    """Return (label, length in code points, count) of the spans of all annotators."""
    return corpus.fetch_tuples('SELECT label, "end" - start AS length, count(*) FROM span GROUP BY label, length')


def list_articles_to_check(corpus: Corpus, annotator: str | None) -> list[int]:
    """Return the numbers of the articles in which the annotator, or anybody with None, has a span or is done."""
    query = """
        SELECT id AS number FROM article WHERE uid IN (
            SELECT article FROM span WHERE ?1 IS NULL OR annotator = ?1
            UNION SELECT article FROM status WHERE state = ?2 AND (?1 IS NULL OR annotator = ?1)
        ) ORDER BY id
    """
    return corpus.fetch_numbers(query, annotator, DONE)


def load_dismissals(corpus: Corpus, article: str | None = None) -> dict[tuple[str, str], set[DismissalKey]]:
    """Return the dismissals in the article with this uid, or in all, by article and annotator."""
    query = """
        SELECT article, annotator, kind, label, start, "end" FROM dismissal WHERE ?1 IS NULL OR article = ?1
    """
    dismissals: defaultdict[tuple[str, str], set[DismissalKey]] = defaultdict(set)
    for uid, annotator, *key in corpus.fetch_tuples(query, article):
        dismissals[uid, annotator].add((key[0], key[1], key[2], key[3]))
    return dismissals
