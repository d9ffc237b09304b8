"""That the model is about as good as it was when it was last measured (see docs/suggestions.md)."""

from pathlib import Path

import model_accuracy as measured
import pytest

from annotator.suggest.crf.training import TrainingExample


@pytest.fixture(scope="module")
def sample(shared: Path) -> tuple[list[TrainingExample], list[TrainingExample]]:
    training, gold = (
        measured.read_sentences(shared / "data/ner" / f"wojood-sample-{part}.txt") for part in ("train", "val")
    )
    return training, gold


def test_the_sample_is_read_by_the_sentence(sample: tuple[list[TrainingExample], list[TrainingExample]]) -> None:
    training, gold = sample
    assert (len(training), len(gold)) == (1115, 159)
    assert sum(span[2] == "DATE" for example in gold for span in example.spans) == 84


def test_three_hundred_sentences_teach_it_dates_and_institutions(
    sample: tuple[list[TrainingExample], list[TrainingExample]],
) -> None:
    training, gold = sample
    result = measured.measure_accuracy(training[:300], gold, measured.create_label_set(measured.TWO))
    assert result.outermost["DATE"] >= 0.78
    assert result.outermost["ORG"] >= 0.80
    assert result.wrong <= result.sure // 20
    assert min(result.seconds, result.tokens) > 0


def test_the_outermost_of_a_label_are_counted() -> None:
    assert measured.select_outermost([(0, 5, "A"), (1, 3, "A"), (1, 3, "B"), (4, 6, "A")]) == {
        (0, 5, "A"),
        (1, 3, "B"),
        (4, 6, "A"),
    }
    assert measured.compute_f1([{(0, 1, "A"), (2, 3, "A")}], [{(0, 1, "A"), (2, 4, "A")}]) == {"A": 0.5, "all": 0.5}


def test_what_is_wanted_after_so_many_sentences_is_in_the_figures() -> None:
    result = measured.Accuracy(300, {"DATE": 0.91, "ORG": 0.7}, {}, 0.5, 40_000, 10, 1)
    met = {figure.what: figure.is_met() for figure in measured._create_figures(result, "the first")}
    assert met["F1 of DATE, 300 sentences, the first"] is True
    assert met["F1 of ORG, 300 sentences, the first"] is False
    assert met["wrong of 10 that are sure, 300 sentences, the first"] is None
    assert {met["learning from 300 sentences, the first"], met["reading, after 300 sentences, the first"]} == {True}
    shuffled = [
        figure.wanted for figure in measured._create_figures(result, "the mean of shuffles") if "F1" in figure.what
    ]
    assert shuffled == [None, None]
