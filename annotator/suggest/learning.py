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

_FOLDS: Final = range(2, 6)
"""Numbers of parts for cross-fitting: the more, the closer its models are to the one of all examples."""
_CROSS_FITTING_TOKENS: Final = 20_000
"""Tokens for all models of cross-fitting together, which decide how many parts are affordable."""


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
    folds = min(max(1 + _CROSS_FITTING_TOKENS // max(tokens, 1), _FOLDS[0]), _FOLDS[-1])
    suggestions = cross_suggest(extracted, labels, folds)
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
