"""The gold layer, which holds what was decided of several annotators' work, and what adjudication needs besides."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, cast

from annotator.model.annotator_names import find_free_name
from annotator.model.changeset import GOLD
from annotator.model.history import AGREED_STEP
from annotator.model.identities import GOLD_NAME, GOLD_UID
from annotator.model.records import IN_PROGRESS, NEW, Decision
from annotator.store import row_mapping
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.removals import not_removed
from annotator.store.queries.training_data import IS_FINISHED_LAYER

_PERSON: Final = "person"


def find_gold(corpus: Corpus) -> str | None:
    """Return the name of the gold layer's owner; None before anything was adjudicated."""
    names = corpus.fetch_tuples("SELECT name FROM annotator WHERE kind = ?", GOLD)
    return next((name for (name,) in names), None)


def create_gold(corpus: Corpus) -> str:
    """Return the name of the gold layer's owner, who is created if missing: the same one in every corpus."""
    with corpus.transaction():
        if name := find_gold(corpus):
            return name
        name = find_free_name(GOLD_NAME, corpus.annotators())
        corpus._insert("annotator", {"name": name, "added": utc_timestamp(), "kind": GOLD})
        corpus._insert("identity", {"uid": GOLD_UID, "annotator": name})
        return name


def list_shared_articles(corpus: Corpus) -> list[int]:
    """Return the numbers of the articles that at least two persons have done or imported, in corpus order.

    One that was given out blind is not among them before all to whom it was given are done with it.
    """
    query = f"""
        SELECT layer.number FROM (
            SELECT article.id AS number, article.uid AS article, annotator.name AS annotator
            FROM article CROSS JOIN annotator WHERE kind = ?
        ) AS layer
        LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
        WHERE {IS_FINISHED_LAYER} AND layer.article NOT IN (
            SELECT assignment.article FROM assignment JOIN batch ON batch.uid = batch AND is_blind
            LEFT JOIN status USING (article, annotator) WHERE coalesce(state, ?) IN (?, ?)
        )
        GROUP BY layer.number HAVING count(*) > 1 ORDER BY layer.number
    """
    return corpus.fetch_numbers(query, _PERSON, NEW, NEW, IN_PROGRESS)


def list_gold_articles(corpus: Corpus, gold_name: str, state: str | None) -> list[int]:
    """Return the numbers of the articles whose gold layer is in this state, or in any but new, in corpus order."""
    query = f"""
        SELECT article.id AS number FROM status JOIN article ON article.uid = status.article
        WHERE annotator = ?1 AND state <> ?3 AND (?2 IS NULL OR state = ?2) AND {not_removed("article.uid")}
        ORDER BY article.id
    """
    return corpus.fetch_numbers(query, gold_name, state, NEW)


def list_decided_articles(corpus: Corpus, gold_name: str) -> set[int]:
    """Return the numbers of the articles in whose gold layer somebody has decided, or edited it."""
    query = """
        SELECT DISTINCT article.id AS number FROM edit JOIN article ON article.uid = edit.article
        WHERE annotator = ? AND name NOT IN (?, 'state')
    """
    return set(corpus.fetch_numbers(query, gold_name, AGREED_STEP))


def list_single_layers(corpus: Corpus) -> list[tuple[int, str]]:
    """Return the articles that a single person has done or imported, as (article number, annotator)."""
    query = f"""
        SELECT layer.number, max(layer.annotator) FROM (
            SELECT article.id AS number, article.uid AS article, annotator.name AS annotator
            FROM article CROSS JOIN annotator WHERE kind = ?
        ) AS layer
        LEFT JOIN status ON status.article = layer.article AND status.annotator = layer.annotator
        WHERE {IS_FINISHED_LAYER} GROUP BY layer.number HAVING count(*) = 1 ORDER BY layer.number
    """
    return corpus.fetch_tuples(query, _PERSON)


def load_decisions(corpus: Corpus, articles: Sequence[str]) -> dict[str, list[Decision]]:
    """Return the decisions on these articles by uid, in the order of the text; no entry without any."""
    query = "SELECT * FROM decision WHERE article IN (SELECT value FROM json_each(?)) ORDER BY start, uid"
    decisions: defaultdict[str, list[Decision]] = defaultdict(list)
    for row in corpus.query(query, row_mapping.to_json(articles)):
        decisions[row["article"]].append(cast(Decision, row_mapping.to_record(Decision, row)))
    return dict(decisions)


def load_rejected_ranges(
    corpus: Corpus, articles: Sequence[str], annotator: str
) -> dict[str, set[tuple[int, int, str]]]:
    """Return the ranges with labels that the annotator has rejected in these articles, by uid."""
    query = """
        SELECT article, start, "end", label FROM rejection
        WHERE article IN (SELECT value FROM json_each(?)) AND annotator = ?
    """
    ranges: defaultdict[str, set[tuple[int, int, str]]] = defaultdict(set)
    for article, start, end, label in corpus.fetch_tuples(query, row_mapping.to_json(articles), annotator):
        ranges[article].add((start, end, label))
    return dict(ranges)


def load_label_uids(corpus: Corpus) -> dict[str, str]:
    """Return the uids of the labels by name."""
    return dict(corpus.fetch_tuples("SELECT name, uid FROM label"))


def find_blind_batch(corpus: Corpus, article: str) -> str | None:
    """Return the uid of the blind batch with which the article was given out; None if it was not given out blind."""
    query = (
        "SELECT batch.uid FROM assignment JOIN batch ON batch.uid = batch WHERE article = ? AND is_blind = 1 LIMIT 1"
    )
    return next((uid for (uid,) in corpus.fetch_tuples(query, article)), None)
