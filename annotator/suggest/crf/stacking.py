"""Suggestions of the base suggesters as input of the model."""

from collections.abc import Iterable, Iterator, Sequence

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import DATE, Suggester, label_for_role
from annotator.suggest.memory import Count, MemorySuggester


def collect_suggestions(
    article: Article, labels: LabelSet, suggesters: Sequence[Suggester], article_counts: Iterable[Count] | None = None
) -> Iterator[Suggestion]:
    """Yield the suggestions of `suggesters`. A memory ignores `article_counts`, the counts learned from the article."""
    for suggester in suggesters:
        if isinstance(suggester, MemorySuggester):
            yield from suggester.suggest(article, labels, article_counts)
        else:
            yield from suggester.suggest(article, labels)


def suggester_features(suggestions: Iterable[Suggestion], labels: LabelSet) -> Iterator[Suggestion]:
    """Select the suggestions that serve as features: all but those for dates from a memory.

    Rules know dates better, and that 1948 or اليوم was a date elsewhere means little. (With them the F1 of DATE is 0.6
    points lower, by cross-validation on Wojood's training part.)
    """
    date_label = label_for_role(DATE, labels)
    return (
        suggestion
        for suggestion in suggestions
        if suggestion.source != MemorySuggester.name or suggestion.label != date_label
    )
