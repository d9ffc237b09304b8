"""Suggestions of models that have not learned from the article."""

import pytest
from suggest.learning import examples
from suggest.suggesting import LABELS

from annotator.suggest.crf.cross_fitting import cross_suggest
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import extract_examples, train
from annotator.suggest.dates import DateSuggester


@pytest.mark.parametrize("folds", [2, 3])
def test_every_example_is_suggested_to_by_a_model_of_the_other_folds(folds: int) -> None:
    learned = examples()
    suggestions = cross_suggest(extract_examples(learned, LABELS, [DateSuggester()]), LABELS, folds)
    assert len(suggestions) == len(learned)
    for fold in range(folds):
        others = [other for index, other in enumerate(learned) if index % folds != fold]
        trained = train(others, LABELS, [DateSuggester()])
        assert trained
        model = CrfSuggester(trained, [DateSuggester()], has_alternatives=True)
        for index in range(fold, len(learned), folds):
            assert suggestions[index] == model.suggest(learned[index].article, LABELS)
    assert any(suggestions)


def test_only_the_folds_to_judge_get_suggestions() -> None:
    extracted = extract_examples(examples(), LABELS, [DateSuggester()])
    both, first = cross_suggest(extracted, LABELS, 2), cross_suggest(extracted, LABELS, 2, 1)
    assert first[::2] == both[::2]
    assert first[1::2] == [None] * len(first[1::2])


def test_nothing_is_suggested_where_the_others_are_too_few() -> None:
    assert cross_suggest(extract_examples(examples()[:4], LABELS), LABELS) == [None] * 4
    assert cross_suggest([], LABELS) == []
