"""What models suggest for the examples themselves, each by a model that has not learned from it.

So what the model's suggestions are worth in a corpus can be learned from the articles that it has (Breiman 1996,
Stacked regressions).
"""

from collections.abc import Sequence

from annotator.model.labels import LabelSet
from annotator.model.records import Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainingExample, extract_example, train_on_features
from annotator.text.analysis import analysed


def cross_suggest(
    examples: Sequence[TrainingExample], labels: LabelSet, base_suggesters: Sequence[Suggester] = (), folds: int = 2
) -> list[list[Suggestion]]:
    """Return a model's suggestions for each example, learned from the other folds'; none where these are too few.

    Every fold is spread over all examples. A memory among the base suggesters must have learned from all examples or
    none. It takes about `folds - 1` times as long as training on the examples, all of which are learned from.
    """
    extracted = [extract_example(example, labels, base_suggesters) for example in examples]
    suggestions: list[list[Suggestion]] = [[] for _example in examples]
    for fold in range(folds):
        others = [example for index, example in enumerate(extracted) if index % folds != fold]
        trained = train_on_features(others, labels)
        if trained is None:
            continue
        model = CrfSuggester(trained)
        for index in range(fold, len(extracted), folds):
            analysis, token_features = analysed(examples[index].article.text), extracted[index].token_features
            suggestions[index] = model.suggest_from_features(analysis, labels, token_features)
    return suggestions
