"""What the checks of a corpus compare with, and what annotators do not want to be asked again."""

from collections import defaultdict
from typing import TypeAlias

from annotator.model.records import DONE
from annotator.store.corpus import Corpus

Place: TypeAlias = tuple[str, str, int, int]
"""Kind, label, start and end of a dismissal."""


def forms(corpus: Corpus) -> list[tuple[str, str, int]]:
    """The words of spans (see text.proclitics.form), their label, and how many there are, of everybody."""
    # Read from end to end, as learning.known.
    query = """
        SELECT words, label, count(*) FROM mention NOT INDEXED CROSS JOIN span ON span.uid = mention.span
        GROUP BY words, label
    """
    return corpus.tuples(query)


def lengths(corpus: Corpus) -> list[tuple[str, int, int]]:
    """Label, length in code points, and how many spans have them."""
    return corpus.tuples('SELECT label, "end" - start AS length, count(*) FROM span GROUP BY label, length')


def checked(corpus: Corpus, annotator: str | None) -> list[int]:
    """The numbers of the articles in which there is something to check: in which the annotator, or anybody with None,
    has a span, or is done."""
    query = """
        SELECT id AS number FROM article WHERE uid IN (
            SELECT article FROM span WHERE ?1 IS NULL OR annotator = ?1
            UNION SELECT article FROM status WHERE state = ?2 AND (?1 IS NULL OR annotator = ?1)
        ) ORDER BY id
    """
    return corpus.numbers(query, annotator, DONE)


def dismissed(corpus: Corpus, article: str | None = None) -> dict[tuple[str, str], set[Place]]:
    """What was dismissed in the article of this uid, or in all, by article and annotator."""
    query = """
        SELECT article, annotator, kind, label, start, "end" FROM dismissal WHERE ?1 IS NULL OR article = ?1
    """
    found: defaultdict[tuple[str, str], set[Place]] = defaultdict(set)
    for uid, annotator, *place in corpus.tuples(query, article):
        found[uid, annotator].add((place[0], place[1], place[2], place[3]))
    return found
