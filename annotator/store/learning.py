"""What the corpus holds for suggestions to learn from, and what they have learned."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from annotator.core.context import Context
from annotator.core.model import DONE, NEW
from annotator.store.corpus import Corpus, now


class Known(NamedTuple):
    """The words of spans or rejections (see core.proclitics.form), their label, and how many of each there are."""

    words: str
    label: str
    spans: int
    rejections: int


def known(corpus: Corpus) -> Iterator[Known]:
    """What was labelled and rejected in the whole corpus, by everybody."""
    query = """
        SELECT words, label, sum(spans), sum(rejections) FROM (
            SELECT words, label, count(*) AS spans, 0 AS rejections
            FROM mention JOIN span ON span.uid = mention.span GROUP BY words, label
            UNION ALL
            SELECT words, label, 0, count(*)
            FROM rejected JOIN rejection ON rejection.uid = rejected.rejection GROUP BY words, label
        ) GROUP BY words, label ORDER BY words, label
    """
    return (Known(*row) for row in corpus.tuples(query))


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
    query = """
        SELECT article.id, layer.annotator FROM (
            SELECT article, annotator, max(id) AS latest FROM edit GROUP BY article, annotator
        ) AS layer
        JOIN article ON article.uid = layer.article
        LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
        WHERE status.state = ? OR coalesce(status.state, ?) = ? AND EXISTS (
            SELECT 1 FROM span WHERE span.article = layer.article AND span.annotator = layer.annotator
        )
        ORDER BY latest
    """
    return [(number, annotator) for number, annotator in corpus.tuples(query, DONE, NEW, NEW)]


def model(corpus: Corpus, source: str) -> bytes | None:
    """What the suggester of this name has learned, as it was stored."""
    return next((data for (data,) in corpus.tuples("SELECT model FROM learned WHERE source = ?", source)), None)


def keep_model(corpus: Corpus, source: str, data: bytes | None, doubts: Mapping[str, float]) -> None:
    """Keep what the suggester of this name has learned, in place of what it had; nothing with None. `doubts` are how
    many wrong suggestions it expects in articles, by their uid."""
    with corpus.transaction():
        corpus._db.execute("DELETE FROM learned WHERE source = ?", [source])
        corpus._db.execute("DELETE FROM doubt")
        if data is not None:
            corpus._insert("learned", {"source": source, "time": now(), "model": data})
        corpus._insert_all("doubt", [{"article": uid, "wrong": wrong} for uid, wrong in doubts.items()])


def most_doubtful(corpus: Corpus, annotator: str, among: Sequence[int]) -> int | None:
    """Of these articles that the annotator has not begun, the one in which most is doubtful; None where of none it is
    known."""
    query = """
        SELECT article.id FROM doubt JOIN article ON article.uid = doubt.article
        LEFT JOIN status ON status.article = article.uid AND status.annotator = ?
        WHERE coalesce(state, ?) = ? AND article.id IN (SELECT value FROM json_each(?))
        ORDER BY wrong DESC, article.id LIMIT 1
    """
    found = corpus.tuples(query, annotator, NEW, NEW, msgspec.json.encode(among).decode())
    return next((int(number) for (number,) in found), None)
