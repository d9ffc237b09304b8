"""What models suggest for the examples themselves, each by a model that has not learned from it.

So what the model's suggestions are worth in a corpus can be learned from the articles that it has (Breiman 1996,
Stacked regressions).
"""

from collections.abc import Sequence

from annotator.model.labels import LabelSet
from annotator.model.records import Suggestion
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import ExampleFeatures, train_on_features
from annotator.text.analysis import analysed


def cross_suggest(
    examples: Sequence[ExampleFeatures], labels: LabelSet, folds: int = 2, judged: int | None = None
) -> list[list[Suggestion] | None]:
    """Return a model's suggestions for each example, learned from the other folds'; None where these are too few.

    Every fold is spread over all examples. It takes about `folds - 1` times as long as training on the examples, and
    less if only the first folds, as many as `judged`, get suggestions; others have None.
    """
    suggestions: list[list[Suggestion] | None] = [None for _example in examples]
    for fold in range(folds if judged is None else judged):
        others = [example for index, example in enumerate(examples) if index % folds != fold]
        trained = train_on_features(others, labels)
        if trained is None:
            continue
        model = CrfSuggester(trained, has_alternatives=True)
        for index in range(fold, len(examples), folds):
            analysis = analysed(examples[index].example.article.text)
            suggestions[index] = model.suggest_from_features(analysis, labels, examples[index].token_features)
    return suggestions
