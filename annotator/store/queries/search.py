"""The search of a corpus: which articles hold some words, their spelling folded, a proclitic allowed in front.

The index answers with the articles; where in an article the words stand, core.occurrences tells from its text.
"""

from collections.abc import Iterator

from msgspec import Struct

from annotator.model.records import Article
from annotator.store.corpus import Corpus
from annotator.store.index import parts
from annotator.text.search import BEGINNING, forms, found
from annotator.text.snippets import Snippet, snippet


class Found(Struct, frozen=True):
    """An article that holds the words; `start` to `end` is the first place."""

    article: Article
    start: int
    end: int


def matching(corpus: Corpus, words: str) -> list[int]:
    """The numbers of the articles that hold `words`, the last of which may be the beginning of one; none for a
    blank text."""
    first, *rest = parts(words) or [""]
    if not first:
        return []
    if not rest and first.isalnum() and len(first) <= BEGINNING:
        return corpus.numbers("SELECT rowid AS number FROM beginning WHERE beginning MATCH ?", _phrase([first]))
    phrases = [f"{_phrase([form, *rest])} *" for form in forms(first) or [first]]
    return corpus.numbers("SELECT rowid AS number FROM search WHERE search MATCH ?", " OR ".join(phrases))


def excerpt(corpus: Corpus, number: int, words: str) -> Snippet | None:
    """The first place of `words` in the article of this number, with the words around it."""
    text = corpus.article(number).text
    places = found(text, words)
    return snippet(text, *places[0]) if places else None


def search(corpus: Corpus, words: str) -> Iterator[Found]:
    """The articles that hold `words`, in the order in which they came, each with the first place."""
    for number in matching(corpus, words):
        article = corpus.article(number)
        for start, end in found(article.text, words)[:1]:
            yield Found(article, start, end)


def _phrase(words: list[str]) -> str:
    """These words in a row, for FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax)."""
    quoted = " ".join(words).replace('"', '""')
    return f'"{quoted}"'
