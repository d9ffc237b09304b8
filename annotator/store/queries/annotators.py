"""The annotators of a corpus, and how much each has done."""

from typing import NamedTuple

from annotator.model.records import DONE
from annotator.store.corpus import Corpus


class AnnotatorSummary(NamedTuple):
    """An annotator, with the numbers of articles done and of spans."""

    name: str
    done: int
    spans: int


def list_annotators(corpus: Corpus) -> list[AnnotatorSummary]:
    """Return all annotators, in the order in which they began."""
    with corpus.snapshot():
        query = "SELECT annotator, count(*) FROM status WHERE state = ? GROUP BY annotator"
        done = dict(corpus.fetch_tuples(query, DONE))
        spans = dict(corpus.fetch_tuples("SELECT annotator, count(*) FROM span GROUP BY annotator"))
        return [AnnotatorSummary(name, done.get(name, 0), spans.get(name, 0)) for name in corpus.annotators()]
