"""Which articles, and what of them, an export takes, and into which parts they go."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from annotator.jobs.export.gold_layers import GoldLayer, select_gold_layers
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.part_plan import PartPlan, plan_folds, plan_split, plan_unsplit
from annotator.model.records import AnnotatedArticle
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers, list_done_articles
from annotator.store.queries.removals import count_removed_articles, list_removed_articles

_NOBODY: Final = ""
"""The annotator of no layer."""


def plan_parts(options: ExportOptions) -> PartPlan:
    """Return the parts of such an export."""
    if options.split is not None:
        return plan_split(options.split, options.seed)
    return plan_unsplit() if options.folds is None else plan_folds(options.folds, options.seed)


def list_articles(corpus: Corpus, annotator: str | None, options: ExportOptions) -> list[int]:
    """Return the numbers of the articles to export, in corpus order."""
    if options.gold:
        return list(select_gold_layers(corpus, single=options.single, state=options.state))
    if options.state == ALL:
        return list_article_numbers(corpus, "", ArticleFilter())
    return list_done_articles(corpus, annotator)


def list_parts(options: ExportOptions) -> list[str]:
    """Return the names of the parts of such an export; UNSPLIT alone without any."""
    return list(plan_parts(options).shares)


class ArticleSelection:
    """The articles of an export with what it has of them, in corpus order.

    With `annotator` None, all layers are read if the format `has_layers`, else none.
    """

    def __init__(self, corpus: Corpus, annotator: str | None, options: ExportOptions, *, has_layers: bool) -> None:
        self.corpus = corpus
        self.annotator = annotator
        self.options = options
        self.has_spans = options.gold or annotator is not None or has_layers
        self.plan = plan_parts(options)
        self.numbers: list[int] = []
        self.gold_layers: dict[int, GoldLayer] = {}
        self.removed_count = 0
        self.compared: list[int] = []
        """The numbers of all articles that the division into parts depends on."""
        self._parts_of: list[tuple[str, ...]] = []

    def select(self) -> None:
        """List the articles. Their parts are assigned by `assign_parts`."""
        corpus, options = self.corpus, self.options
        self.numbers = list_articles(corpus, self.annotator, options)
        if options.gold:
            self.gold_layers = select_gold_layers(corpus, single=options.single, state=options.state)
        state = None if options.state == ALL else options.state
        self.removed_count = count_removed_articles(corpus, state, self.annotator)
        self.compared = _list_all_articles(corpus) if options.has_parts else []

    def assign_parts(self) -> Iterator[None]:
        """Assign the parts of each article; yield after each that is `compared`."""
        # All articles of the file are compared, whatever their state: marking one as done must not move another.
        for annotated in self.corpus.load_articles(self.compared, _NOBODY):
            self.plan.add(annotated)
            yield
        parts_by_number = dict(zip(self.compared, self.plan.assign(), strict=True))
        is_divided, parts = self.options.has_parts, tuple(self.plan.shares)
        self._parts_of = [parts_by_number[number] if is_divided else parts for number in self.numbers]

    def count_by_part(self) -> Counter[str]:
        """Return the number of articles in each part that has any."""
        return Counter(part for parts in self._parts_of for part in parts)

    def read(self) -> Iterator[tuple[AnnotatedArticle, tuple[str, ...]]]:
        """Yield the articles with their parts."""
        articles = self.corpus.load_articles(self.numbers, None if self.options.gold else self.annotator)
        if self.options.gold:
            articles = (
                _select_own(annotated, self.gold_layers[annotated.article.id].annotator) for annotated in articles
            )
        for annotated, parts in zip(articles, self._parts_of, strict=True):
            yield annotated if self.has_spans else replace(annotated, spans=()), parts


def _list_all_articles(corpus: Corpus) -> list[int]:
    """Return the numbers of all articles, removed ones too, first added first."""
    return sorted([*list_article_numbers(corpus, "", ArticleFilter()), *list_removed_articles(corpus)])


def _select_own(annotated: AnnotatedArticle, annotator: str) -> AnnotatedArticle:
    """Return the article with what is of this annotator."""
    return replace(
        annotated,
        spans=tuple(span for span in annotated.spans if span.annotator == annotator),
        states=tuple(status for status in annotated.states if status.annotator == annotator),
        notes=tuple(note for note in annotated.notes if note.annotator == annotator),
    )
