"""Resolution of overlaps, compared with its plain definition."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from annotator.model.records import Suggestion
from annotator.suggest.overlaps import have_different_labels, resolve_overlaps


def proposal(start: int, length: int, label: str) -> Suggestion:
    return Suggestion(start, start + length, label, "test", 1.0)


def plain(proposed: Sequence[Suggestion]) -> list[Suggestion]:
    """Compare each suggestion, the longest first, with all that were accepted."""
    accepted: list[Suggestion] = []
    for suggestion in sorted(proposed, key=lambda suggestion: (suggestion.start - suggestion.end, suggestion.start)):
        if all(stays(suggestion, longer) for longer in accepted):
            accepted.append(suggestion)
    return sorted(accepted, key=lambda suggestion: (suggestion.start, -suggestion.end))


def stays(suggestion: Suggestion, longer: Suggestion) -> bool:
    if suggestion.end <= longer.start or longer.end <= suggestion.start:
        return True
    is_inside = (
        longer.start <= suggestion.start
        and suggestion.end <= longer.end
        and (suggestion.start, suggestion.end) != (longer.start, longer.end)
    )
    return is_inside and have_different_labels(suggestion, longer)


# Long and short ones, close enough to overlap in runs of any length, and longer than a bucket of the index.
random_suggestions = st.builds(
    proposal, st.integers(0, 400), st.integers(1, 8) | st.integers(1, 200), st.sampled_from("ABC")
)


@given(st.lists(random_suggestions, max_size=60))
def test_resolve_overlaps_agrees_with_the_plain_definition(
    proposed: list[Suggestion],
) -> None:
    assert resolve_overlaps(proposed) == plain(proposed)


def test_of_two_equally_long_suggestions_the_first_stays() -> None:
    first, other = proposal(3, 4, "B"), proposal(3, 4, "A")
    assert resolve_overlaps([first, other]) == [first]
    assert resolve_overlaps([proposal(5, 4, "A"), first]) == [first]
