"""The annotators of a corpus, and how much each has done."""

from typing import NamedTuple

from annotator.device_key import device_uid
from annotator.model.annotator_names import find_free_name
from annotator.model.identities import person_uid
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import LABELLED_BLIND
from annotator.store.queries.gold import find_gold
from annotator.store.queries.removals import not_removed


class AnnotatorSummary(NamedTuple):
    """An annotator, with the numbers of articles done and of spans."""

    name: str
    done: int
    spans: int


def list_annotators(corpus: Corpus, reader: str = "") -> list[AnnotatorSummary]:
    """Return all persons, in the order in which they began; nothing in removed articles counts.

    Nor does what others did in articles that the `reader` labels blind.
    """
    with corpus.snapshot():
        is_counted = f"(annotator = ?1 OR article NOT IN ({LABELLED_BLIND})) AND {not_removed('article')}"
        query = f"SELECT annotator, count(*) FROM {{table}} WHERE {is_counted} GROUP BY annotator"
        done_query = query.format(table=f"(SELECT * FROM status WHERE state = '{DONE}')")
        done_counts = dict(corpus.fetch_tuples(done_query, reader))
        span_counts = dict(corpus.fetch_tuples(query.format(table="span"), reader))
        return [
            AnnotatorSummary(name, done_counts.get(name, 0), span_counts.get(name, 0)) for name in list_people(corpus)
        ]


def find_own_name(corpus: Corpus, name: str) -> str:
    """Return what the person who works on this computer under this name is called in the corpus.

    It is another name where a merge brought in somebody of the same name first, or where the gold layer has the name.
    In a corpus of a team it is the member's, whatever the name: nobody else's work would reach the team.
    """
    rows = corpus.fetch_tuples("SELECT annotator FROM team JOIN identity ON identity.uid = team.member")
    rows = rows or corpus.fetch_tuples("SELECT annotator FROM identity WHERE uid = ?", person_uid(device_uid(), name))
    if rows:
        own_name: str = rows[0][0]
        return own_name
    return find_free_name(name, corpus.annotators()) if name == find_gold(corpus) else name


def list_people(corpus: Corpus) -> list[str]:
    """Return the annotators who are people, in the order in which they began; the gold layer is nobody's."""
    return [name for (name,) in corpus.fetch_tuples("SELECT name FROM annotator WHERE kind = 'person' ORDER BY rowid")]
