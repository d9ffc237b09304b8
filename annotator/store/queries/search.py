"""Full-text search for words with folded spelling, optionally after a proclitic.

The index finds articles, `text.search` the words in their texts.
"""

from collections.abc import Iterator

from msgspec import Struct

from annotator.model.records import Article
from annotator.store.corpus import Corpus
from annotator.store.queries.removals import list_removed_articles
from annotator.store.word_index import search_tokens
from annotator.text.search import MAX_SHORT_PREFIX, Snippet, expand_query, find_query, make_snippet


class SearchResult(Struct, frozen=True):
    """An article with the words; the first match is [start, end)."""

    article: Article
    start: int
    end: int


def find_article_numbers(corpus: Corpus, words: str) -> list[int]:
    """Return the numbers of the articles with `words`, whose last may be a prefix; also of removed ones.

    Blank text matches none.
    """
    first, *further_words = search_tokens(words) or [""]
    if not first:
        return []
    if not further_words and first.isalnum() and len(first) <= MAX_SHORT_PREFIX:
        return corpus.fetch_numbers(
            "SELECT rowid AS number FROM beginning WHERE beginning MATCH ?", _fts_phrase([first])
        )
    phrases = [f"{_fts_phrase([form, *further_words])} *" for form in expand_query(first) or [first]]
    return corpus.fetch_numbers("SELECT rowid AS number FROM search WHERE search MATCH ?", " OR ".join(phrases))


def find_excerpt(corpus: Corpus, number: int, words: str) -> Snippet | None:
    """Return the first match of `words` in an article, with its context."""
    text = corpus.article(number).text
    matches = find_query(text, words)
    return make_snippet(text, *matches[0]) if matches else None


def search(corpus: Corpus, words: str) -> Iterator[SearchResult]:
    """Yield the articles that contain `words`, each with its first match; no removed ones."""
    removed = set(list_removed_articles(corpus))
    for number in find_article_numbers(corpus, words):
        if number in removed:
            continue
        article = corpus.article(number)
        for start, end in find_query(article.text, words)[:1]:
            yield SearchResult(article, start, end)


def _fts_phrase(words: list[str]) -> str:
    """Return these words as an FTS5 phrase (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""
    quoted = " ".join(words).replace('"', '""')
    return f'"{quoted}"'
