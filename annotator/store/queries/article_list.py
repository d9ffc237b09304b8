"""The list of articles: filtered numbers, and summaries loaded on demand.

For corpora too large to load at once: `list_article_numbers` returns all numbers, `load_summaries` loads the articles
in view.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from types import MappingProxyType
from typing import Final, overload

from msgspec import Struct
from msgspec.json import Decoder

from annotator.model.display_names import display_title
from annotator.model.records import DONE, IN_PROGRESS, NEW, SKIPPED, STATES
from annotator.store.corpus import Corpus
from annotator.store.queries.assignments import list_hidden_articles, list_queue
from annotator.store.queries.gold import find_gold, list_shared_articles
from annotator.store.queries.removals import count_removed_articles, list_removed_articles, not_removed
from annotator.store.queries.search import find_article_numbers
from annotator.store.row_mapping import to_json
from annotator.store.text_compression import decompress_beginning
from annotator.text.search import find_query

_TITLE_SEARCH_LENGTH: Final = 400  # code points searched for an untitled article's first line
_BATCH_SIZE: Final = 500  # numbers in one query
_PAGE_SIZE: Final = 50  # articles loaded at once
_MAX_TITLES: Final = 300  # titles searched while a key waits
_STATES: Final = Decoder(dict[str, str])
_RANGE: Final = Decoder(tuple[int, int])
_TOUCHED: Final = tuple(state for state in STATES if state != NEW)


class ArticleSummary(Struct, frozen=True):
    """An article in a list, with states by annotator and the number of all layers' spans."""

    id: int
    uid: str
    title: str
    published: str | None
    source: str | None
    states: dict[str, str]
    spans: int


class ArticleFilter(Struct, frozen=True):
    """A filter for articles with this `state`, if set, and these `words`, if any (see `store.queries.search`).

    It finds no removed articles, or only those; with `is_mine`, only those assigned to the annotator, and with
    `numbers`, at most the articles that have these.
    """

    state: str | None = None
    words: str = ""
    is_removed: bool = False
    is_mine: bool = False
    numbers: tuple[int, ...] | None = None


def list_article_numbers(corpus: Corpus, annotator: str, article_filter: ArticleFilter, reader: str = "") -> list[int]:
    """Return the numbers of the articles that match the filter, first added first.

    A `reader` looks at the annotator's work, and finds no articles that they label blind. The gold layer's owner has
    only articles that several people have done.
    """
    if article_filter.words.strip():
        numbers = find_article_numbers(corpus, article_filter.words)
    else:
        numbers = corpus.fetch_numbers("SELECT id AS number FROM article")
    if article_filter.state == NEW:
        touched = _find_in_states(corpus, annotator, *_TOUCHED)
        numbers = [number for number in numbers if number not in touched]
    elif article_filter.state:
        in_state = _find_in_states(corpus, annotator, article_filter.state)
        numbers = [number for number in numbers if number in in_state]
    if annotator and annotator == find_gold(corpus):
        shared = set(list_shared_articles(corpus))
        numbers = [number for number in numbers if number in shared]
    if article_filter.numbers is not None:
        requested = set(article_filter.numbers)
        numbers = [number for number in numbers if number in requested]
    removed = set(list_removed_articles(corpus))
    if removed or article_filter.is_removed:
        numbers = [number for number in numbers if (number in removed) == article_filter.is_removed]
    if article_filter.is_mine:
        queue = list_queue(corpus, annotator)
        numbers = [number for number in numbers if number in queue]
    hidden = list_hidden_articles(corpus, reader, annotator) if reader else ()
    return sorted(number for number in numbers if number not in hidden)


def load_summaries(corpus: Corpus, numbers: Iterable[int]) -> Iterator[ArticleSummary]:
    """Yield the summaries of the articles with these numbers, by number."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), _BATCH_SIZE):
        query = """
            SELECT id, uid, published, source, title, compressed_text,
                (SELECT title.text FROM title WHERE title.article = article.uid) AS custom_title,
                (SELECT json_array(start, "end") FROM zone
                    WHERE zone.article = article.uid AND kind = 'headline' ORDER BY start LIMIT 1) AS headline,
                (SELECT json_group_object(annotator, state) FROM status
                    WHERE status.article = article.uid) AS states,
                (SELECT count(*) FROM span WHERE span.article = article.uid) AS spans
            FROM article WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
        """
        batch = to_json(ordered[start : start + _BATCH_SIZE])
        for row in corpus.query(query, batch):
            start, end = corpus._decode_json(row["headline"], _RANGE) if row["headline"] else (0, 0)
            beginning = decompress_beginning(row["compressed_text"], max(end, _TITLE_SEARCH_LENGTH))
            headline = beginning[start:end]
            yield ArticleSummary(
                id=row["id"],
                uid=row["uid"],
                title=display_title(row["custom_title"], headline, row["title"], beginning[:_TITLE_SEARCH_LENGTH]),
                published=row["published"],
                source=row["source"],
                states=corpus._decode_json(row["states"], _STATES),
                spans=row["spans"],
            )


class LazyArticleList(Sequence[ArticleSummary]):
    """The articles that match a filter, loaded in pages on access. Empty without a corpus.

    Those with a higher count of something in `counts`, by number, come first, then those that were added first.
    """

    def __init__(
        self,
        corpus: Corpus | None = None,
        annotator: str = "",
        article_filter: ArticleFilter = ArticleFilter(),  # noqa: B008
        reader: str = "",
        counts: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._corpus, self._counts = corpus, counts
        self.numbers = list_article_numbers(corpus, annotator, article_filter, reader) if corpus else []
        if counts:
            self.numbers.sort(key=self._rank)
        self._summaries: dict[int, ArticleSummary] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> ArticleSummary: ...
    @overload
    def __getitem__(self, index: slice) -> list[ArticleSummary]: ...
    def __getitem__(self, index: int | slice) -> ArticleSummary | list[ArticleSummary]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        number = self.numbers[index]
        if number not in self._summaries and self._corpus:
            first = index % len(self) // _PAGE_SIZE * _PAGE_SIZE
            page = self.numbers[first : first + _PAGE_SIZE]
            missing = [page_number for page_number in page if page_number not in self._summaries]
            self._summaries.update((summary.id, summary) for summary in load_summaries(self._corpus, missing))
        return self._summaries[number]

    def find_index(self, number: int) -> int:
        """Return the index of the article with this number.

        If it is not listed, return -1 - index of the next one; that of no article, 0, is the first.
        """
        index = bisect_left(self.numbers, self._rank(number), key=self._rank) if number else 0
        return index if index < len(self) and self.numbers[index] == number else -1 - index

    def find_after(self, number: int) -> int:
        """Return the index behind the article with this number, listed or not."""
        index = self.find_index(number)
        return index + 1 if index >= 0 else -1 - index

    def _rank(self, number: int) -> tuple[int, int]:
        return -self._counts.get(number, 0), number

    def invalidate(self, number: int | None = None) -> None:
        """Reload the changed article, or all, at the next access."""
        if number is None:
            self._summaries.clear()
        else:
            self._summaries.pop(number, None)


def find_by_title(corpus: Corpus, annotator: str, words: str, limit: int) -> list[ArticleSummary]:
    """Return at most `limit` articles with these words in their titles, first added first.

    Titles count that are part of the text. Of articles with these words anywhere, only the first few hundred are looked
    at.
    """
    numbers = list_article_numbers(corpus, annotator, ArticleFilter(words=words))[:_MAX_TITLES]
    summaries = load_summaries(corpus, numbers)
    return list(islice((summary for summary in summaries if find_query(summary.title, words)), limit))


def load_all_summaries(corpus: Corpus) -> Iterator[ArticleSummary]:
    """Yield the summaries of all articles, by number."""
    return load_summaries(corpus, list_article_numbers(corpus, "", ArticleFilter()))


def list_done_articles(corpus: Corpus, annotator: str | None) -> list[int]:
    """Return the numbers of articles done by the annotator, or anybody with None; without removed ones."""
    query = f"""
        SELECT id AS number FROM article
        WHERE uid IN (SELECT article FROM status WHERE state = ?1 AND (?2 IS NULL OR annotator = ?2))
            AND {not_removed("uid")}
        ORDER BY id
    """
    return corpus.fetch_numbers(query, DONE, annotator)


def list_unfinished_articles(corpus: Corpus, annotator: str) -> list[int]:
    """Return the numbers of articles neither done nor skipped by the annotator."""
    closed = _find_in_states(corpus, annotator, DONE, SKIPPED)
    return [number for number in list_article_numbers(corpus, annotator, ArticleFilter()) if number not in closed]


def count_by_state(
    corpus: Corpus,
    annotator: str,
    *,
    only_assigned: bool = False,
    total: int | None = None,
    hidden: Set[int] = frozenset(),
) -> dict[str, int]:
    """Return the annotator's number of articles by state, of all or of those assigned to them; without removed ones.

    Articles whose numbers are `hidden` do not count.
    `total` is the number of articles if it is known: to count those of the gold layer takes long in a large corpus.
    """
    assigned = "IN (SELECT article FROM assignment WHERE annotator = ?1)" if only_assigned else "IS NOT NULL"
    is_hidden = "article IN (SELECT uid FROM article WHERE id IN (SELECT value FROM json_each(?2)))"
    query = f"""
        SELECT state, count(*) AS n FROM status
        WHERE annotator = ?1 AND article {assigned} AND {not_removed("article")} AND NOT {is_hidden} GROUP BY state
    """
    numbers = to_json(sorted(hidden))
    counts = dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in corpus.query(query, annotator, numbers)}
    if total is None:
        is_gold = annotator == find_gold(corpus)
        total = (
            len(list_shared_articles(corpus))
            if is_gold
            else count_articles(corpus, annotator if only_assigned else None)
        )
    if hidden:
        total -= len(hidden & list_queue(corpus, annotator)) if only_assigned else len(hidden)
    return counts | {NEW: total - sum(counts[state] for state in _TOUCHED)}


def count_articles(corpus: Corpus, annotator: str | None = None) -> int:
    """Return the number of articles, of all or of those assigned to the annotator; without removed ones."""
    if annotator is not None:
        query = f"SELECT count(*) FROM assignment WHERE annotator = ? AND {not_removed('article')}"
        [(count,)] = corpus.fetch_tuples(query, annotator)
        return int(count)
    [(count,)] = corpus.fetch_tuples("SELECT count(*) FROM article")
    return int(count) - count_removed_articles(corpus)


def find_first_open(corpus: Corpus, annotator: str, among: Sequence[int]) -> int | None:
    """Return the first of these articles that is new or in progress for the annotator."""
    first_page, other_pages = among[:_PAGE_SIZE], among[_PAGE_SIZE:]
    query = """
        SELECT id AS number FROM article LEFT JOIN status ON status.article = article.uid AND annotator = ?
        WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(state, ?) IN (?, ?)
    """
    open_numbers = set(corpus.fetch_numbers(query, annotator, to_json([*first_page]), NEW, NEW, IN_PROGRESS))
    if open_numbers or not other_pages:
        return next((number for number in first_page if number in open_numbers), None)
    closed = _find_in_states(corpus, annotator, *(state for state in _TOUCHED if state != IN_PROGRESS))
    return next((number for number in other_pages if number not in closed), None)


def _find_in_states(corpus: Corpus, annotator: str, *states: str) -> set[int]:
    """Return the numbers of articles in one of these states for the annotator."""
    query = """
        SELECT id AS number FROM status JOIN article ON uid = article
        WHERE annotator = ? AND state IN (SELECT value FROM json_each(?))
    """
    return set(corpus.fetch_numbers(query, annotator, to_json(states)))


def last_article_number(corpus: Corpus) -> int:
    """Return the highest number of an article, removed ones included; 0 without any."""
    [(number,)] = corpus.fetch_tuples("SELECT coalesce(max(id), 0) FROM article")
    return int(number)
