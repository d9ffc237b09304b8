"""The search of a corpus: which articles hold some words, their spelling folded, a proclitic allowed in front.

The index answers with the articles; where in an article the words stand, core.occurrences tells from its text.
"""

from collections.abc import Iterator

from msgspec import Struct

from annotator.core.model import Article
from annotator.core.occurrences import forms, found
from annotator.core.snippets import Snippet, snippet
from annotator.store.corpus import Corpus
from annotator.store.index import parts


class Found(Struct, frozen=True):
    """An article that holds the words; `start` to `end` is the first place."""

    article: Article
    start: int
    end: int


def matching(corpus: Corpus, words: str) -> list[int]:
    """The numbers of the articles that hold `words`, the last of which may be the beginning of one; none for a
    blank text."""
    query = _query(words)
    return corpus.numbers("SELECT rowid AS number FROM search WHERE search MATCH ?", query) if query else []


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


def _query(words: str) -> str:
    """`words` for FTS5 (https://www.sqlite.org/fts5.html#full_text_query_syntax): a phrase for each form that its
    first word may have, its last word a prefix. Empty for a blank text."""
    first, *rest = parts(words) or [""]
    begun = forms(first) or [first]
    if not rest:  # what begins with وال begins with و
        begun = [form for form in begun if not any(form != other and form.startswith(other) for other in begun)]
    return " OR ".join(_phrase([form, *rest]) for form in begun) if first else ""


def _phrase(words: list[str]) -> str:
    quoted = " ".join(words).replace('"', '""')
    return f'"{quoted}" *'
