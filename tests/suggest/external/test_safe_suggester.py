"""The wrapper that enforces the protocol on a suggester."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from running import raising
from strategies import texts
from suggest.suggesting import article

from annotator.model.records import Suggestion
from annotator.suggest.external.models import CannotSuggest, ExternalModel, ModelSpan
from annotator.suggest.external.safe_suggester import SafeSuggester
from annotator.suggest.trimming import trim_span

LABELS = build_label_set("DATE", "PLAN")
TEXT = "خُطّة 2030"
GOOD = Suggestion(0, 5, "PLAN", "theirs", 0.7)


class Theirs:
    """Returns what the callable returns."""

    name = "theirs"

    def __init__(self, does: Callable[[], Any]) -> None:
        self._does = does

    def suggest(self, article: Any, labels: Any) -> Any:
        return self._does()


def run_safely(does: Callable[[], Any], text: str = TEXT) -> tuple[list[Suggestion], list[str]]:
    """Return what remains of the callable's suggestions for two articles, and the reported problems."""
    messages: list[str] = []
    suggester = SafeSuggester(Theirs(does), messages.append)
    assert suggester.name == "theirs"
    suggestions = suggester.suggest(article(text), LABELS)
    assert suggester.suggest(article(text), LABELS) == suggestions
    return suggestions, messages


def test_valid_suggestions_pass_sorted_by_start() -> None:
    later = Suggestion(6, 10, "DATE", "theirs", 1, "2030")
    assert run_safely(lambda: [later, GOOD]) == ([GOOD, later], [])
    assert run_safely(lambda: iter([])) == ([], [])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"start": -1}, "outside the text"),
        ({"end": 11}, "outside the text"),
        ({"start": 3, "end": 3}, "outside the text"),
        ({"start": 4, "end": 2}, "outside the text"),
        ({"end": 6}, "outside the text, are blank or split a letter"),
        ({"end": 3}, "outside the text, are blank or split a letter"),
        ({"start": 1}, "outside the text, are blank or split a letter"),
        (
            {"label": "ORG"},
            "Skipped suggestions from “theirs” with the label ORG, which the corpus does not have.",
        ),
        ({"source": "dates"}, "Skipped suggestions from “theirs” that name “dates” as their source."),
        ({"score": 1.5}, "scores are not between 0 and 1"),
        ({"score": float("nan")}, "scores are not between 0 and 1"),
        ({"score": "sure"}, "invalid suggestion from “theirs”: Expected `float`, got `str`"),
        ({"start": 0.0}, "invalid suggestion from “theirs”: Expected `int`, got `float`"),
        ({"start": True}, "invalid suggestion from “theirs”: Expected `int`, got `bool`"),
        ({"label": None}, "invalid suggestion from “theirs”: Expected `str`, got `null`"),
        ({"value": 2030}, "invalid suggestion from “theirs”: Expected `str | null`, got `int`"),
    ],
)
def test_invalid_suggestions_are_dropped_and_reported_once(changed: dict[str, Any], reason: str) -> None:
    suggestions, messages = run_safely(lambda: [replace(GOOD, **changed), GOOD, replace(GOOD, **changed)])
    assert suggestions == [GOOD]
    assert len(messages) == 1
    assert reason in messages[0]


@pytest.mark.parametrize("item", [(0, 5, "PLAN"), None, {"start": 0}, "خطة"])
def test_objects_that_are_no_suggestions_are_dropped(item: Any) -> None:
    suggestions, messages = run_safely(lambda: [item, GOOD])
    assert suggestions == [GOOD]
    assert len(messages) == 1
    assert "Skipped an invalid suggestion from “theirs”" in messages[0]


@pytest.mark.parametrize(
    ("does", "message"),
    [
        (raising(ValueError("no lexicon\nhere")), "The suggester “theirs” failed: no lexicon"),
        (raising(AssertionError()), "The suggester “theirs” failed: AssertionError"),
        (raising(SystemExit(3)), "The suggester “theirs” failed: 3"),
        (raising(CannotSuggest("A sentence.")), "A sentence."),
        (lambda: None, "The suggester “theirs” failed: 'NoneType' object is not iterable"),
    ],
)
def test_failing_suggester_returns_nothing_and_is_reported_once(does: Callable[[], Any], message: str) -> None:
    assert run_safely(does) == ([], [message])


def test_missing_labels_of_an_external_model_are_reported_once() -> None:
    class Brought(ExternalModel[int]):
        name = "brought"

        def _check(self) -> None:
            pass

        def _load(self) -> int:
            return 1

        def _run(self, model: int, text: str) -> list[ModelSpan]:
            return [ModelSpan(0, 5, label, 0.5) for label in ("MISC", "plan", "MISC", "LAW")]

    messages: list[str] = []
    model = Brought("here")
    suggester = SafeSuggester(model, messages.append)
    for _article in range(2):
        assert suggester.suggest(article(TEXT), LABELS) == [Suggestion(0, 5, "PLAN", "brought", 0.5)]
    assert messages == [
        "Skipped suggestions from “brought” with the label MISC, which the corpus does not have.",
        "Skipped suggestions from “brought” with the label LAW, which the corpus does not have.",
    ]
    assert model.missing_labels == Counter(MISC=4, LAW=2)


@given(
    texts,
    st.lists(
        st.builds(
            Suggestion,
            st.integers(-2, 30),
            st.integers(-2, 30),
            st.sampled_from(["DATE", "PLAN", "ORG"]),
            st.sampled_from(["theirs", "dates"]),
            st.floats(-0.5, 1.5),
        ),
        max_size=8,
    ),
)
def test_whatever_is_suggested_the_rest_is_valid(text: str, proposed: list[Suggestion]) -> None:
    suggestions, messages = run_safely(lambda: proposed, text)
    assert len(messages) == len(set(messages))
    assert bool(messages) == (len(suggestions) < len(proposed))
    assert [suggestion.start for suggestion in suggestions] == sorted(suggestion.start for suggestion in suggestions)
    for suggestion in suggestions:
        assert 0 <= suggestion.start < suggestion.end <= len(text)
        assert trim_span(text, suggestion.start, suggestion.end) == (suggestion.start, suggestion.end)
        assert LABELS.find(suggestion.label)
        assert 0 <= suggestion.score <= 1
        assert suggestion.source == "theirs"
