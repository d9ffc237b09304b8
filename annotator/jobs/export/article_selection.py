"""Which articles, and what of them, an export takes."""

from msgspec.structs import replace

from annotator.model.records import AnnotatedArticle
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers
from annotator.store.queries.removals import list_removed_articles


def list_all_articles(corpus: Corpus) -> list[int]:
    """Return the numbers of all articles, removed ones too, first added first."""
    return sorted([*list_article_numbers(corpus, "", ArticleFilter()), *list_removed_articles(corpus)])


def select_own(annotated: AnnotatedArticle, annotator: str) -> AnnotatedArticle:
    """Return the article with what is of this annotator."""
    return replace(
        annotated,
        spans=tuple(span for span in annotated.spans if span.annotator == annotator),
        states=tuple(status for status in annotated.states if status.annotator == annotator),
        notes=tuple(note for note in annotated.notes if note.annotator == annotator),
    )
