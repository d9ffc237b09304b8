"""What a reader yields, as what a test expects of it."""

from collections.abc import Iterable

from annotator.model.records import AnnotatedArticle, Remark


def only_articles(items: Iterable[AnnotatedArticle | Remark]) -> list[AnnotatedArticle]:
    """Return the items, and fail if one of them is a remark."""
    articles = []
    for item in items:
        assert isinstance(item, AnnotatedArticle), item
        articles.append(item)
    return articles
