"""Learning from articles that are done: the model, and what it and the other sources are worth."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from annotator.model.labels import LabelSet
from annotator.model.records import Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.cross_fitting import cross_suggest
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import (
    ExampleFeatures,
    TrainedModel,
    TrainingExample,
    extract_examples,
    train_on_features,
)
from annotator.suggest.joining.belief import DecidedArticle, learn_belief

_FOLDS_BY_TOKENS: Final = ((6_000, 5, 5), (12_000, 3, 3))
"""Up to how many tokens cross-fitting has how many parts, and how many of them are judged: learning takes seconds."""
_FOLDS_OF_MANY: Final = (2, 1)


def learn_from_examples(
    examples: Sequence[TrainingExample], labels: LabelSet, base_suggesters: Sequence[Suggester] = ()
) -> TrainedModel | None:
    """Train the model on examples, the oldest first, and learn what all sources are worth; None if they are too few.

    See `crf.training.train` for the base suggesters, cost and errors.
    """
    extracted = extract_examples(examples, labels, base_suggesters)
    trained = train_on_features(extracted, labels)
    if trained is None:
        return None
    tokens = sum(len(example.token_features) for example in extracted)
    folds, judged = next((tuple(rest) for most, *rest in _FOLDS_BY_TOKENS if tokens <= most), _FOLDS_OF_MANY)
    suggestions = cross_suggest(extracted, labels, folds, judged)
    names = [suggester.name for suggester in base_suggesters]
    articles = [_decide(example, names, model) for example, model in zip(extracted, suggestions, strict=True)]
    return replace(trained, belief=learn_belief(articles, labels))


def _decide(
    extracted: ExampleFeatures, names: Iterable[str], model_suggestions: list[Suggestion] | None
) -> DecidedArticle:
    by_source = {
        name: [suggestion for suggestion in extracted.suggestions if suggestion.source == name] for name in names
    }
    if model_suggestions is not None:
        by_source[CrfSuggester.name] = model_suggestions
    example = extracted.example
    return DecidedArticle(example.article.text, by_source, frozenset(example.spans), example.is_labelled)
