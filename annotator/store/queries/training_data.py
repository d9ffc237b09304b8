"""Data to train suggesters with, without removed articles, and the trained models in the corpus.

Nobody learns what others did in an article that they label blind (see `queries.assignments`).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from annotator.model.records import DONE, IN_PROGRESS, NEW
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.assignments import IS_GOLD, IS_PUBLIC, TEACHES
from annotator.store.queries.removals import not_removed
from annotator.store.word_index import MENTIONED_SPANS
from annotator.text.word_context import WordContext

IS_FINISHED_LAYER: Final = f"""({not_removed("layer.article")} AND (
    status.state = '{DONE}' OR coalesce(status.state, '{NEW}') = '{NEW}' AND EXISTS (
        SELECT 1 FROM span WHERE span.article = layer.article AND span.annotator = layer.annotator
    )
))"""
"""The condition that `layer`, of an article and an annotator, with its `status` is done, or imported: still new, but
with spans."""
_IS_TRAINING_LAYER: Final = f"({IS_FINISHED_LAYER} AND {IS_PUBLIC.format(layer='layer')})"  # the model is everybody's
_TEACHES_FINISHED: Final = f"({IS_FINISHED_LAYER} AND {TEACHES.format(layer='layer')})"
_IS_REVIEWED: Final = f"""(span.source IS NULL OR NOT EXISTS (
    SELECT 1 FROM status WHERE status.article = span.article AND status.annotator = span.annotator
        AND state = '{IN_PROGRESS}'
))"""


class MentionCounts(NamedTuple):
    """Normalised words of spans or rejections (see `text.proclitics.normalise_form`), a label, and counts."""

    words: str
    label: str
    spans: int
    rejections: int


class StoredModel(NamedTuple):
    """A trained model as stored; `model` is None if there was too little training data.

    `lessons` is the number of training layers, `last` the id of the last edit then.
    """

    model: bytes | None
    lessons: int
    last: int


def count_mentions(corpus: Corpus, annotator: str | None = None, *, only_reviewed: bool = False) -> list[MentionCounts]:
    """Return the counts of spans, then of rejections, that teach an annotator, or everybody with None.

    An annotator learns from own layers and from gold, except gold in articles that they still have to do. With
    `only_reviewed`, accepted suggestions do not count in articles in progress.
    """
    teaches = IS_PUBLIC if annotator is None else TEACHES
    reviewed = _IS_REVIEWED if only_reviewed else "TRUE"
    query = f"""
        SELECT words, label, count(*), 0 FROM {MENTIONED_SPANS} AS span
        WHERE {teaches.format(layer="span")} AND {not_removed("article")} AND {reviewed} GROUP BY words, label
        UNION ALL
        SELECT words, label, 0, count(*) FROM rejected JOIN rejection ON rejection.uid = rejected.rejection
        WHERE {teaches.format(layer="rejection")} AND {not_removed("article")} GROUP BY words, label
    """
    return [MentionCounts(*row) for row in corpus.fetch_tuples(query, *([] if annotator is None else [annotator]))]


def list_articles_of_others(corpus: Corpus, annotator: str) -> set[str]:
    """Return the uids of articles that other annotators have done, or have spans in."""
    query = """
        SELECT article FROM span WHERE annotator <> ?1
        UNION SELECT article FROM status WHERE annotator <> ?1 AND state = ?2
    """
    return {uid for (uid,) in corpus.fetch_tuples(query, annotator, DONE)}


def load_rejections(corpus: Corpus, annotator: str) -> set[tuple[WordContext, str]]:
    """Return the contexts of the annotator's rejections, each with its label."""
    query = f"""
        SELECT before, words, after, label FROM rejected JOIN rejection ON rejection.uid = rejected.rejection
        WHERE annotator = ? AND {not_removed("article")}
    """
    return {(WordContext(*row[:3]), row[3]) for row in corpus.fetch_tuples(query, annotator)}


def list_training_layers(corpus: Corpus, annotator: str | None = None) -> list[tuple[int, str]]:
    """Return the training layers as (article number, annotator), most recently edited last, after them the gold ones.

    These are done, or imported: still new, but with spans. With an annotator, they are those that teach them.
    """
    query = f"""
        SELECT article.id, layer.annotator
        FROM (
            SELECT article_number.uid AS article, annotator, latest FROM (
                SELECT article, annotator, max(stored_edit.id) AS latest
                FROM stored_edit CROSS JOIN stored_step ON stored_step.id = step GROUP BY article, annotator
            ) CROSS JOIN article_number ON article_number.id = article
        ) AS layer
        JOIN article ON article.uid = layer.article
        LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
        WHERE {_IS_TRAINING_LAYER if annotator is None else _TEACHES_FINISHED}
        ORDER BY {IS_GOLD.format(layer="layer")}, latest
    """
    return corpus.fetch_tuples(query, *([] if annotator is None else [annotator]))


def count_training_layers_since(corpus: Corpus, last: int, limit: int) -> int:
    """Return the number of training layers edited since edit `last`, at most `limit`."""
    # Without an index, so that earlier edits are not read.
    query = f"""
        SELECT count(*) FROM (
            SELECT 1 FROM (SELECT DISTINCT article, annotator FROM edit NOT INDEXED WHERE id > ?) AS layer
            LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
            WHERE {_IS_TRAINING_LAYER} LIMIT ?
        )
    """
    [(count,)] = corpus.fetch_tuples(query, last, limit)
    return int(count)


def last_edit_id(corpus: Corpus) -> int:
    """Return the last edit's id, which grows with each; 0 without edits."""
    [(last,)] = corpus.fetch_tuples("SELECT coalesce(max(id), 0) FROM edit")
    return int(last)


def load_stored_model(corpus: Corpus, source: str) -> StoredModel | None:
    """Return the model of the suggester with this name; None if never trained."""
    query = "SELECT model, lessons, last FROM learned WHERE source = ?"
    return next((StoredModel(*row) for row in corpus.fetch_tuples(query, source)), None)


def save_model(corpus: Corpus, source: str, model: StoredModel, uncertainty: Mapping[str, float]) -> None:
    """Store the model of the suggester with this name, replacing the old one.

    `uncertainty` is the model's, by article uid; the higher, the more it would learn.
    """
    with corpus.transaction():
        learned, doubt = corpus.db.table("learned"), corpus.db.table("doubt")
        learned.insert({"source": source, "time": utc_timestamp(), **model._asdict()}, replace=True)
        doubt.delete_where()
        doubt.insert_all({"article": uid, "doubt": value} for uid, value in uncertainty.items())


def list_uncertain_articles(corpus: Corpus, annotator: str) -> list[int]:
    """Return the numbers of articles new to the annotator with a known uncertainty, most uncertain first."""
    query = f"""
        SELECT article.id FROM doubt JOIN article ON article.uid = doubt.article
        LEFT JOIN status ON status.article = article.uid AND status.annotator = ?
        WHERE coalesce(state, ?) = ? AND {not_removed("article.uid")} ORDER BY doubt DESC, article.id
    """
    return [number for (number,) in corpus.fetch_tuples(query, annotator, NEW, NEW)]


def load_uncertainties(corpus: Corpus) -> dict[int, float]:
    """Return the known uncertainties about articles by their numbers."""
    query = "SELECT article.id, doubt FROM doubt JOIN article ON article.uid = doubt.article"
    return dict(corpus.fetch_tuples(query))


def list_untouched_articles(corpus: Corpus) -> list[int]:
    """Return the numbers of articles without any edit."""
    query = f"""
        SELECT id AS number FROM article
        WHERE NOT EXISTS (SELECT 1 FROM stored_edit WHERE stored_edit.article = article.id)
            AND {not_removed("uid")} ORDER BY id
    """
    return corpus.fetch_numbers(query)
