"""Articles with their zones, spans, states and notes, in batches for whole-corpus jobs such as exports."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, starmap
from typing import Any, Final, TypeAlias

import msgspec

from annotator.model.records import AnnotatedArticle, Article, Note, Span, Status, Zone
from annotator.store.corpus import Corpus
from annotator.store.rows import check_spans, check_zones

_ArticleRow: TypeAlias = tuple[str, str, str | None, str | None, str | None, str | None, int]
_ZoneRow: TypeAlias = tuple[str, str, str, int, int]
_SpanRow: TypeAlias = tuple[str, str, str, str, int, int, str | None, str | None, str | None]
_AnnotatorRow: TypeAlias = tuple[str, str, str]

_BATCH_SIZE: Final = 100  # articles: makes a query's overhead negligible
_IN_ARTICLES: Final = "WHERE article IN (SELECT uid FROM article WHERE id IN (SELECT value FROM json_each(?)))"
_BY_ANNOTATOR: Final = "AND (? IS NULL OR annotator = ?)"


def load_articles(corpus: Corpus, numbers: Iterable[int], annotator: str | None = None) -> Iterator[AnnotatedArticle]:
    """Yield the articles with these numbers, which must exist, in this order (see `Corpus.load_article`).

    Their layers are those of one annotator or all.
    """
    remaining = iter(numbers)
    while batch := list(islice(remaining, _BATCH_SIZE)):
        yield from _load_batch(corpus, batch, annotator)


def _load_batch(corpus: Corpus, numbers: Sequence[int], annotator: str | None) -> Iterator[AnnotatedArticle]:
    numbers_json = msgspec.json.encode(numbers).decode()

    def fetch_by_article(row_type: Any, columns: str, table: str, order: str, *values: object) -> dict[str, list[Any]]:
        """Return a table's validated rows by article uid, the second column."""
        rows_by_article: defaultdict[str, list[Any]] = defaultdict(list)
        rows = corpus.fetch_tuples(f"SELECT {columns} FROM {table} {_IN_ARTICLES} {order}", numbers_json, *values)
        for row in corpus._convert(rows, list[row_type]):
            rows_by_article[row[1]].append(row)
        return rows_by_article

    annotator_values = (annotator, annotator)
    zones = fetch_by_article(_ZoneRow, 'uid, article, kind, start, "end"', "zone", "ORDER BY start")
    columns = 'uid, article, annotator, label, start, "end", value, note, source'
    spans = fetch_by_article(
        _SpanRow, columns, "span", f'{_BY_ANNOTATOR} ORDER BY start, "end" DESC, uid', *annotator_values
    )
    labels = corpus._label_names()
    annotator_order = "(SELECT rowid FROM annotator WHERE name = annotator)"
    states = fetch_by_article(
        _AnnotatorRow,
        "state, article, annotator",
        "status",
        f"{_BY_ANNOTATOR} ORDER BY {annotator_order}",
        *annotator_values,
    )
    notes = fetch_by_article(
        _AnnotatorRow,
        "text, article, annotator",
        "note",
        f"{_BY_ANNOTATOR} ORDER BY {annotator_order}",
        *annotator_values,
    )
    rows = corpus.fetch_tuples(
        "SELECT uid, text, title, published, source, url, id FROM article WHERE id IN (SELECT value FROM json_each(?))",
        numbers_json,
    )
    articles = {row[-1]: row for row in corpus._convert(rows, list[_ArticleRow])}
    for number in numbers:
        article = Article(*articles[number])
        uid, length = article.uid, len(article.text)
        article_zones, article_spans = (
            tuple(starmap(Zone, zones.get(uid, ()))),
            tuple(starmap(Span, spans.get(uid, ()))),
        )
        if not corpus.is_lenient:
            check_zones(uid, article_zones, length)
            check_spans(article_spans, length, labels)
        yield AnnotatedArticle(
            article,
            article_zones,
            article_spans,
            tuple(Status(uid, name, state) for state, _uid, name in states.get(uid, ())),
            tuple(Note(uid, name, text) for text, _uid, name in notes.get(uid, ())),
        )
