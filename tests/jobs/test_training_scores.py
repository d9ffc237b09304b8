"""Scores of a model's predictions, and the list of its errors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import create_corpus
from hypothesis import given
from hypothesis import strategies as st

from annotator.jobs.training_scores import (
    MISSED,
    SPURIOUS,
    WRONG_LABEL,
    WRONG_RANGE,
    InvalidPredictions,
    PredictedSpan,
    align_tokens,
    compare,
    score_predictions,
)
from annotator.store.corpus import Corpus

UID = "a" * 64
TEXT = "أعلنت وزارة\u200f الصحة 😀 خطة 2030."
TOKENS = ["أعلنت", "وزارة", "الصحة", "😀", "خطة", "2030", "."]
TAGS = ["O", "B-INSTITUTION", "I-INSTITUTION", "O", "B-PLAN", "I-PLAN", "O"]


def span(start: int, end: int, label: str = "DATE") -> PredictedSpan:
    return PredictedSpan(UID, start, end, label)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", TEXT) as corpus:
        yield corpus


def write(folder: Path, corpus: Corpus, **changes: Any) -> Path:
    sentence = {"uid": corpus.article(1).uid, "start": 0, "tokens": TOKENS, "expected": TAGS, "predicted": TAGS}
    path = folder / "predictions.jsonl"
    path.write_text(json.dumps({**sentence, **changes}) + "\n", encoding="utf-8")
    return path


def test_errors_are_told_apart() -> None:
    expected = [span(0, 5), span(10, 15), span(20, 25), span(30, 35)]
    predicted = [span(0, 5), span(10, 15, "PLAN"), span(21, 25), span(40, 45)]
    scores = compare(expected, predicted)
    assert [(error.kind, error.expected, error.predicted) for error in scores.errors] == [
        (WRONG_LABEL, span(10, 15), span(10, 15, "PLAN")),
        (WRONG_RANGE, span(20, 25), span(21, 25)),
        (MISSED, span(30, 35), None),
        (SPURIOUS, None, span(40, 45)),
    ]
    assert (scores.overall.precision, scores.overall.recall, scores.overall.f1) == (0.25, 0.25, 0.25)
    assert (scores.labels["DATE"].expected, scores.labels["DATE"].predicted) == (4, 3)
    assert scores.labels["PLAN"].precision == scores.labels["PLAN"].f1 == 0.0
    assert str(scores.errors[0].place) == f"{UID}@10-15"


@given(st.sets(st.tuples(st.integers(0, 9), st.integers(10, 14), st.sampled_from("AB")), max_size=8), st.data())
def test_every_span_that_is_not_right_is_in_one_error(ranges: set[tuple[int, int, str]], data: st.DataObject) -> None:
    expected = [span(*range_) for range_ in sorted(ranges)]
    chosen_ranges = data.draw(st.sets(st.sampled_from(sorted(ranges)))) if ranges else set()
    predicted = [*(span(*range_) for range_ in sorted(chosen_ranges)), span(20, 21, "A")]
    errors = compare(expected, predicted).errors
    right = set(expected) & set(predicted)
    assert sorted(error.expected for error in errors if error.expected) == sorted(set(expected) - right)
    assert sorted(error.predicted for error in errors if error.predicted) == sorted(set(predicted) - right)


def test_right_predictions_have_full_scores(corpus: Corpus, tmp_path: Path) -> None:
    scores = score_predictions(corpus, write(tmp_path, corpus))
    assert scores.errors == []
    assert {label: score.f1 for label, score in scores.labels.items()} == {"INSTITUTION": 1.0, "PLAN": 1.0}


def test_an_error_has_the_place_in_the_article(corpus: Corpus, tmp_path: Path) -> None:
    predicted = ["O", "I-INSTITUTION", "O", "O", "B-PLAN", "I-PLAN", "O"]
    [error] = score_predictions(corpus, write(tmp_path, corpus, predicted=predicted)).errors
    assert error.kind == WRONG_RANGE
    assert error.expected
    assert error.predicted
    assert TEXT[error.expected.start : error.expected.end] == "وزارة\u200f الصحة"
    assert TEXT[error.predicted.start : error.predicted.end] == "وزارة"


@pytest.mark.parametrize(
    "changes",
    [{"tokens": TOKENS[1:]}, {"predicted": TAGS[1:]}, {"tokens": [*TOKENS[:-1], "!"]}, {"start": "x"}, {"start": 7}],
)
def test_what_does_not_fit_is_named_with_its_line(corpus: Corpus, tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPredictions, match=r"predictions\.jsonl:1: "):
        score_predictions(corpus, write(tmp_path, corpus, **changes))


@given(
    st.lists(st.text("أبتلا\u064e\u0640😀2.", min_size=1, max_size=4), max_size=8),
    st.lists(st.text(" \u00a0\u200f\u2067\n", max_size=3), min_size=9, max_size=9),
)
def test_tokens_are_found_between_what_exports_leave_out(words: list[str], gaps: list[str]) -> None:
    text, ranges = "خبر", list[tuple[int, int]]()
    for word, gap in zip(words, gaps, strict=False):
        text += gap
        ranges.append((len(text), len(text) + len(word)))
        text += word
    assert align_tokens(text + gaps[-1], 3, words) == ranges
