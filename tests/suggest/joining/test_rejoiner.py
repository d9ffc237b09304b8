"""Joining once more, where only what is near changed suggestions is weighed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from suggest.suggesting import LABELS, ROLES

from annotator.model.records import Suggestion
from annotator.suggest.joining.belief import Belief, believe_beforehand
from annotator.suggest.joining.candidates import ALTERNATIVE, Candidate
from annotator.suggest.joining.rejoiner import Rejoiner

TEXT = "قالت وزارة العدل والحريات أمس 😀 إن الخطة الوطنية 2025-2030 «جاهزة» لدى الوزارة. " * 3
SOURCES = ("dates", "names", "memory", "model", "spacy")
BELIEF = Belief(believe_beforehand(LABELS).weights, dict.fromkeys(ROLES, 0.9))


def lists_of_suggestions() -> st.SearchStrategy[list[Suggestion]]:
    """Return lists in the order of the text."""
    suggestions = st.builds(
        lambda start, length, label, score, evidence: Suggestion(
            start, min(start + length, len(TEXT)), label, "", score, evidence=evidence
        ),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 30),
        st.sampled_from(["DATE", "INSTITUTION", "PLAN"]),
        st.sampled_from([0.2, 0.5, 0.9]),
        st.sampled_from(["", "ministry", ALTERNATIVE]),
    )
    in_places = st.lists(suggestions, max_size=6, unique_by=lambda item: (item.start, item.end, item.label))
    return in_places.map(lambda items: sorted(items, key=lambda item: (item.start, -item.end, item.label)))


@given(st.lists(st.tuples(st.sampled_from(SOURCES), lists_of_suggestions(), st.booleans()), min_size=2, max_size=8))
def test_joined_again_is_as_if_joined_for_the_first_time(
    changes: Sequence[tuple[str, Sequence[Suggestion], bool]],
) -> None:
    rejoiner, by_source = Rejoiner(BELIEF), dict[str, Sequence[Suggestion]]()
    for source, suggestions, is_text_longer in changes:
        by_source = {**by_source, source: [replace(item, source=source) for item in suggestions]}
        text = TEXT + "." * is_text_longer
        assert rejoiner.join(by_source, text) == BELIEF.join(by_source, text)


def test_only_what_is_near_a_changed_suggestion_is_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    weighed: list[list[tuple[int, int]]] = []

    def weigh(self: Belief, candidates: Sequence[Candidate]) -> object:
        weighed.append([(item.suggestion.start, item.suggestion.end) for item in candidates])
        return original(self, candidates)

    original = Belief.weigh
    monkeypatch.setattr(Belief, "weigh", weigh)
    names = [Suggestion(5, 16, "INSTITUTION", "names", 0.9), Suggestion(34, 47, "PLAN", "names", 0.9)]
    rejoiner = Rejoiner(BELIEF)
    rejoiner.join({"names": names, "memory": []}, TEXT)
    rejoiner.join({"names": names, "memory": [Suggestion(11, 16, "INSTITUTION", "memory", 0.5)]}, TEXT)
    assert weighed == [[(5, 16), (34, 47)], [(5, 16), (11, 16)]]
