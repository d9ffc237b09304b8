"""What the corpus holds for suggestions to learn from, and what they have learned."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from annotator.model.records import DONE, NEW
from annotator.store.corpus import Corpus, now
from annotator.text.word_context import Context

# A layer teaches once it is done; one with spans that nobody has begun to work at was imported, and teaches too.
_TEACHES: Final = f"""(
    status.state = '{DONE}' OR coalesce(status.state, '{NEW}') = '{NEW}' AND EXISTS (
        SELECT 1 FROM span WHERE span.article = layer.article AND span.annotator = layer.annotator
    )
)"""


class Known(NamedTuple):
    """The words of spans or rejections (see text.proclitics.form), their label, and how many of each there are."""

    words: str
    label: str
    spans: int
    rejections: int


class Learned(NamedTuple):
    """What a suggester has learned, as it was stored: nothing (None) where there was too little to learn from.

    It learned from so many `lessons`, when edit `last` was the last one in the corpus.
    """

    model: bytes | None
    lessons: int
    last: int


def known(corpus: Corpus) -> list[Known]:
    """What was labelled and then what was rejected in the whole corpus, by everybody."""
    # Read from end to end: by the index of their words, a million spans would take five times as long.
    query = """
        SELECT words, label, count(*), 0 FROM mention NOT INDEXED CROSS JOIN span ON span.uid = mention.span
        GROUP BY words, label
        UNION ALL
        SELECT words, label, 0, count(*) FROM rejected JOIN rejection ON rejection.uid = rejected.rejection
        GROUP BY words, label
    """
    return [Known(*row) for row in corpus.tuples(query)]


def rejected(corpus: Corpus, annotator: str) -> set[tuple[Context, str]]:
    """The contexts in which the annotator has rejected a suggestion, each with its label."""
    query = """
        SELECT before, words, after, label FROM rejected JOIN rejection ON rejection.uid = rejected.rejection
        WHERE annotator = ?
    """
    return {(Context(*row[:3]), row[3]) for row in corpus.tuples(query, annotator)}


def lessons(corpus: Corpus) -> list[tuple[int, str]]:
    """The layers from which a model may learn, each as the number of its article and its annotator; those that were
    worked at last come last.

    A layer that is done is one; so is one with spans that nobody has begun to work at, for those were imported.
    """
    query = f"""
        SELECT article.id, layer.annotator
        FROM (SELECT article, annotator, max(id) AS latest FROM edit GROUP BY article, annotator) AS layer
        JOIN article ON article.uid = layer.article
        LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
        WHERE {_TEACHES} ORDER BY latest
    """
    return corpus.tuples(query)


def lessons_since(corpus: Corpus, last: int, most: int) -> int:
    """How many lessons (see `lessons`) somebody worked at since edit `last`; no more than `most` are counted."""
    # Without an index, so that what was done before is not looked at.
    query = f"""
        SELECT count(*) FROM (
            SELECT 1 FROM (SELECT DISTINCT article, annotator FROM edit NOT INDEXED WHERE id > ?) AS layer
            LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
            WHERE {_TEACHES} LIMIT ?
        )
    """
    [(count,)] = corpus.tuples(query, last, most)
    return int(count)


def last_edit(corpus: Corpus) -> int:
    """The number of the last edit in the corpus, which grows with each; 0 where there is none."""
    [(last,)] = corpus.tuples("SELECT coalesce(max(id), 0) FROM edit")
    return int(last)


def learned(corpus: Corpus, source: str) -> Learned | None:
    """What the suggester of this name has learned; None if it never tried."""
    query = "SELECT model, lessons, last FROM learned WHERE source = ?"
    return next((Learned(*row) for row in corpus.tuples(query, source)), None)


def keep(corpus: Corpus, source: str, learned: Learned, doubts: Mapping[str, float]) -> None:
    """Keep what the suggester of this name has learned, in place of what it had. `doubts` are how much articles would
    teach it, by their uid: the greater, the more."""
    with corpus.transaction():
        corpus._insert("learned", {"source": source, "time": now(), **learned._asdict()}, "REPLACE")
        corpus._db.execute("DELETE FROM doubt")
        corpus._insert_all("doubt", [{"article": uid, "doubt": doubt} for uid, doubt in doubts.items()])


def doubtful(corpus: Corpus, annotator: str) -> list[int]:
    """The articles that the annotator has not begun and of which it is known how much they would teach, those that
    would teach most first."""
    query = """
        SELECT article.id FROM doubt JOIN article ON article.uid = doubt.article
        LEFT JOIN status ON status.article = article.uid AND status.annotator = ?
        WHERE coalesce(state, ?) = ? ORDER BY doubt DESC, article.id
    """
    return [number for (number,) in corpus.tuples(query, annotator, NEW, NEW)]


def untouched(corpus: Corpus) -> list[int]:
    """The articles in which nobody has labelled or decided anything."""
    query = """
        SELECT id AS number FROM article WHERE NOT EXISTS (SELECT 1 FROM edit WHERE edit.article = article.uid)
        ORDER BY id
    """
    return corpus.numbers(query)
