"""What values of the model are called."""

import pytest

from annotator.model.display_names import hundredth, source_title


def test_a_source_is_named_in_words_and_one_that_nobody_knows_by_its_own_name() -> None:
    assert [source_title(source) for source in ("dates", "memory", "my-own")] == ["Date rules", "Seen before", "my-own"]


@pytest.mark.parametrize(("score", "expected"), [(1.0, 100), (0.999, 99), (0.29, 29), (0.995, 99), (0.0, 0)])
def test_nothing_is_wholly_sure_that_may_be_wrong(score: float, expected: int) -> None:
    assert hundredth(score) == expected
