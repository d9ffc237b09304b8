"""A suggester of somebody else's is held to the protocol."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from suggest.models import article, label_set
from text.texts import texts

from annotator.model.records import Suggestion
from annotator.suggest.external.models import CannotSuggest, ForeignModel, Found
from annotator.suggest.external.safe_suggester import Checked
from annotator.suggest.trimming import whole

LABELS = label_set("DATE", "PLAN")
TEXT = "خُطّة 2030"
GOOD = Suggestion(0, 5, "PLAN", "theirs", 0.7)


class Theirs:
    """Does what it was made with."""

    name = "theirs"

    def __init__(self, does: Callable[[], Any]) -> None:
        self._does = does

    def suggest(self, article: Any, labels: Any) -> Any:
        return self._does()


def checked(does: Callable[[], Any], text: str = TEXT) -> tuple[list[Suggestion], list[str]]:
    """What is left of what it does, and what is told, in two articles."""
    told: list[str] = []
    suggester = Checked(Theirs(does), told.append)
    assert suggester.name == "theirs"
    found = suggester.suggest(article(text), LABELS)
    assert suggester.suggest(article(text), LABELS) == found
    return found, told


def test_what_keeps_to_the_protocol_passes_by_start() -> None:
    later = Suggestion(6, 10, "DATE", "theirs", 1, "2030")
    assert checked(lambda: [later, GOOD]) == ([GOOD, later], [])
    assert checked(lambda: iter([])) == ([], [])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"start": -1}, "lie outside the text"),
        ({"end": 11}, "lie outside the text"),
        ({"start": 3, "end": 3}, "lie outside the text"),
        ({"start": 4, "end": 2}, "lie outside the text"),
        ({"end": 6}, "lie outside the text, are blank or cut a letter"),
        ({"end": 3}, "lie outside the text, are blank or cut a letter"),
        ({"start": 1}, "lie outside the text, are blank or cut a letter"),
        ({"label": "ORG"}, "“theirs” proposes ORG, a label that the corpus lacks: left out."),
        ({"source": "dates"}, "“theirs” proposed in the name of “dates”: left out."),
        ({"score": 1.5}, "scores that are not from 0 to 1"),
        ({"score": float("nan")}, "scores that are not from 0 to 1"),
        ({"score": "sure"}, "no suggestion, left out: Expected `float`, got `str`"),
        ({"start": 0.0}, "no suggestion, left out: Expected `int`, got `float`"),
        ({"start": True}, "no suggestion, left out: Expected `int`, got `bool`"),
        ({"label": None}, "no suggestion, left out: Expected `str`, got `null`"),
        ({"value": 2030}, "no suggestion, left out: Expected `str | null`, got `int`"),
    ],
)
def test_what_breaks_it_is_left_out_and_told_once(changed: dict[str, Any], reason: str) -> None:
    found, told = checked(lambda: [replace(GOOD, **changed), GOOD, replace(GOOD, **changed)])
    assert found == [GOOD]
    assert len(told) == 1
    assert reason in told[0]


@pytest.mark.parametrize("item", [(0, 5, "PLAN"), None, {"start": 0}, "خطة"])
def test_what_is_no_suggestion(item: Any) -> None:
    found, told = checked(lambda: [item, GOOD])
    assert found == [GOOD]
    assert len(told) == 1
    assert "“theirs” proposed what is no suggestion" in told[0]


def raising(error: BaseException) -> Callable[[], Any]:
    def does() -> Any:
        raise error

    return does


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (raising(ValueError("no lexicon\nhere")), "The suggester “theirs” failed: no lexicon"),
        (raising(AssertionError()), "The suggester “theirs” failed: AssertionError"),
        (raising(SystemExit(3)), "The suggester “theirs” failed: 3"),
        (raising(CannotSuggest("A sentence.")), "A sentence."),
        (lambda: None, "The suggester “theirs” failed: 'NoneType' object is not iterable"),
    ],
)
def test_one_that_fails_proposes_nothing_and_is_told_once(does: Callable[[], Any], said: str) -> None:
    assert checked(does) == ([], [said])


def test_what_a_brought_model_finds_under_other_labels_is_told_once() -> None:
    class Brought(ForeignModel[int]):
        name = "brought"

        def _check(self) -> None:
            pass

        def _load(self) -> int:
            return 1

        def _run(self, model: int, text: str) -> list[Found]:
            return [Found(0, 5, label, 0.5) for label in ("MISC", "plan", "MISC", "LAW")]

    told: list[str] = []
    model = Brought("here")
    suggester = Checked(model, told.append)
    for _article in range(2):
        assert suggester.suggest(article(TEXT), LABELS) == [Suggestion(0, 5, "PLAN", "brought", 0.5)]
    assert told == [
        "“brought” proposes MISC, a label that the corpus lacks: left out.",
        "“brought” proposes LAW, a label that the corpus lacks: left out.",
    ]
    assert model.lacking == Counter(MISC=4, LAW=2)


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
def test_whatever_is_proposed_what_is_left_keeps_to_it(text: str, proposed: list[Suggestion]) -> None:
    found, told = checked(lambda: proposed, text)
    assert len(told) == len(set(told))
    assert bool(told) == (len(found) < len(proposed))
    assert [one.start for one in found] == sorted(one.start for one in found)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert whole(text, one.start, one.end) == (one.start, one.end)
        assert LABELS.find(one.label)
        assert 0 <= one.score <= 1
        assert one.source == "theirs"
