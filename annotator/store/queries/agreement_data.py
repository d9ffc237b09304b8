"""Which layers there are to compare, when they were done, and the steps that made them; nothing of removed articles."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from annotator.model.records import DONE, NEW, Step
from annotator.store.corpus import Corpus
from annotator.store.queries.removals import not_removed
from annotator.store.row_mapping import to_json, to_step

# Records' JSON begins with the type. A step that changes labels changes layers of others than its annotator, too.
_IS_STATUS: Final = """(after GLOB '{"type":"status"*')"""
_IS_APPLIED: Final = "step NOT IN (SELECT step FROM conflict)"
_IS_DONE: Final = f"({_IS_STATUS} AND json_extract(after, '$.state') = '{DONE}' AND {_IS_APPLIED})"
_IS_SPAN: Final = """(before GLOB '{"type":"span"*' OR after GLOB '{"type":"span"*')"""


class LayerKey(NamedTuple):
    """An article's number, and an annotator."""

    article: int
    annotator: str


def list_done_layers(corpus: Corpus) -> list[LayerKey]:
    """Return the layers of which the annotator is done with the article."""
    return _list_layers(corpus, f"SELECT article, annotator FROM status WHERE state = '{DONE}'")


def list_begun_layers(corpus: Corpus) -> list[LayerKey]:
    """Return the layers with spans, or with another state than new."""
    return _list_layers(
        corpus,
        f"""
        SELECT article, annotator FROM status WHERE state <> '{NEW}'
        UNION SELECT article, annotator FROM span
        """,
    )


def list_once_done_layers(corpus: Corpus) -> list[LayerKey]:
    """Return the layers of which the annotator was ever done with the article. Reads all edits."""
    return _list_layers(
        corpus, f"SELECT DISTINCT article, json_extract(after, '$.annotator') AS annotator FROM edit WHERE {_IS_DONE}"
    )


def load_done_times(corpus: Corpus, articles: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return when annotators were last done with the articles of these uids, by uid and annotator."""
    query = f"""
        SELECT article, json_extract(after, '$.annotator'), time FROM edit
        WHERE article IN (SELECT value FROM json_each(?)) AND {_IS_DONE} ORDER BY clock, step, id
    """
    return {(article, name): time for article, name, time in corpus.fetch_tuples(query, to_json(articles))}


def load_layer_steps(corpus: Corpus, articles: Sequence[str]) -> Iterator[Step]:
    """Yield what steps changed of spans and states of the articles with these uids, in order."""
    query = f"""
        SELECT * FROM edit
        WHERE article IN (SELECT value FROM json_each(?)) AND ({_IS_SPAN} OR {_IS_STATUS}) AND {_IS_APPLIED}
        ORDER BY clock, step, id
    """
    for _uid, rows in groupby(corpus.query(query, to_json(articles)), key=lambda row: row["step"]):
        yield to_step(list(rows))


def _list_layers(corpus: Corpus, layers: str) -> list[LayerKey]:
    query = f"""
        SELECT id, annotator FROM ({layers}) AS layer JOIN article ON article.uid = layer.article
        WHERE {not_removed("layer.article")} ORDER BY id
    """
    return [LayerKey(*row) for row in corpus.fetch_tuples(query)]
