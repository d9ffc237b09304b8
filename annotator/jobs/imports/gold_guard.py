"""Files that name the owner of the gold layer, which only adjudication changes in the articles that a corpus has."""

from collections.abc import Sequence

from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, labelled_range
from annotator.store.corpus import AddResult, Corpus
from annotator.store.queries.gold import find_gold


def explain_gold_layer(name: str) -> Reason:
    """Return why a file does not change the gold layer."""
    message = _("“{name}” is the gold layer, which only adjudication changes: its spans stay as they are.")
    return Reason(Code.GOLD_LAYER, message.format(name=name))


def add_articles(corpus: Corpus, articles: Sequence[AnnotatedArticle]) -> list[AddResult]:
    """Add articles as `Corpus.add_all` does, but nothing to the gold layer of those that the corpus has.

    If a file has more of that layer than the corpus, the result of the article has a reason. A new article comes with
    its gold layer, as in a merge.
    """
    gold = find_gold(corpus)
    if gold is None:
        return corpus.add_all(articles)
    stored = corpus.stored_articles(item.article.uid for item in articles)
    reasons = {
        index: explain_gold_layer(gold)
        for index, item in enumerate(articles)
        if item.article.uid in stored and _has_news(corpus, item, gold)
    }
    results = corpus.add_all([_without(item, gold) if item.article.uid in stored else item for item in articles])
    return [
        replace(result, skip_reasons=(*result.skip_reasons, reasons[index]))
        if index in reasons and not result.is_removed
        else result
        for index, result in enumerate(results)
    ]


def _has_news(corpus: Corpus, item: AnnotatedArticle, gold: str) -> bool:
    """Return whether the corpus lacks something that the file has of the layer."""
    uid = item.article.uid
    spans = {labelled_range(span) for span in item.spans if span.annotator == gold}
    return (
        (bool(spans) and not spans <= {labelled_range(span) for span in corpus.spans(uid, gold)})
        or (any(status.annotator == gold for status in item.states) and corpus.status(uid, gold) is None)
        or (any(note.annotator == gold for note in item.notes) and corpus.note(uid, gold) is None)
    )


def _without(item: AnnotatedArticle, name: str) -> AnnotatedArticle:
    """Return the article without an annotator's spans, states and notes."""
    return replace(
        item,
        spans=tuple(span for span in item.spans if span.annotator != name),
        states=tuple(status for status in item.states if status.annotator != name),
        notes=tuple(note for note in item.notes if note.annotator != name),
    )
