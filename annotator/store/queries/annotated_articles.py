"""Articles with all that is known of them, many at a time: what an export reads a corpus by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, starmap
from typing import Any, Final, TypeAlias

import msgspec

from annotator.model.records import Article, Draft, Note, Span, Status, Zone
from annotator.store.corpus import Corpus
from annotator.store.rows import check_spans, check_zones

_ARTICLE: TypeAlias = tuple[str, str, str | None, str | None, str | None, str | None, int]
_ZONE: TypeAlias = tuple[str, str, str, int, int]
_SPAN: TypeAlias = tuple[str, str, str, str, int, int, str | None, str | None, str | None]
_ABOUT: TypeAlias = tuple[str, str, str]

_AT_ONCE: Final = 100  # articles: with as many in one query, what a query costs by itself is no matter
_FROM: Final = "WHERE article IN (SELECT uid FROM article WHERE id IN (SELECT value FROM json_each(?)))"
_BY: Final = "AND (? IS NULL OR annotator = ?)"


def drafts(corpus: Corpus, numbers: Iterable[int], annotator: str | None = None) -> Iterator[Draft]:
    """The articles of these numbers with all that is known of them, from one annotator or from all, as `Corpus.whole`
    has it, in this order. There must be no other number."""
    left = iter(numbers)
    while some := list(islice(left, _AT_ONCE)):
        yield from _read(corpus, some, annotator)


def _read(corpus: Corpus, numbers: Sequence[int], annotator: str | None) -> Iterator[Draft]:
    wanted = msgspec.json.encode(numbers).decode()

    def grouped(kind: Any, columns: str, table: str, order: str, *values: object) -> dict[str, list[Any]]:
        """The rows of a table about the articles, each of this type, by article; its uid is the second column."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        rows = corpus.tuples(f"SELECT {columns} FROM {table} {_FROM} {order}", wanted, *values)
        for row in corpus._converted(rows, list[kind]):
            found[row[1]].append(row)
        return found

    by = (annotator, annotator)
    zones = grouped(_ZONE, 'uid, article, kind, start, "end"', "zone", "ORDER BY start")
    columns = 'uid, article, annotator, label, start, "end", value, note, source'
    spans = grouped(_SPAN, columns, "span", f'{_BY} ORDER BY start, "end" DESC, uid', *by)
    labels = corpus._label_names()
    known = "(SELECT rowid FROM annotator WHERE name = annotator)"
    states = grouped(_ABOUT, "state, article, annotator", "status", f"{_BY} ORDER BY {known}", *by)
    notes = grouped(_ABOUT, "text, article, annotator", "note", f"{_BY} ORDER BY {known}", *by)
    rows = corpus.tuples(
        "SELECT uid, text, title, published, source, url, id FROM article WHERE id IN (SELECT value FROM json_each(?))",
        wanted,
    )
    articles = {row[-1]: row for row in corpus._converted(rows, list[_ARTICLE])}
    for number in numbers:
        article = Article(*articles[number])
        uid, length = article.uid, len(article.text)
        its_zones, its_spans = tuple(starmap(Zone, zones.get(uid, ()))), tuple(starmap(Span, spans.get(uid, ())))
        if not corpus.lenient:
            check_zones(uid, its_zones, length)
            check_spans(its_spans, length, labels)
        yield Draft(
            article,
            its_zones,
            its_spans,
            tuple(Status(uid, who, state) for state, _uid, who in states.get(uid, ())),
            tuple(Note(uid, who, text) for text, _uid, who in notes.get(uid, ())),
        )
