"""Display names of the model's values."""

import pytest

from annotator.model.display_names import source_title, to_percent


def test_source_titles_and_the_name_of_an_unknown_source() -> None:
    assert [source_title(source) for source in ("dates", "memory", "my-own")] == [
        "Date rules",
        "Seen before",
        "my-own",
    ]


@pytest.mark.parametrize(("score", "expected"), [(1.0, 100), (0.999, 99), (0.29, 29), (0.995, 99), (0.0, 0)])
def test_percentage_is_rounded_down(score: float, expected: int) -> None:
    assert to_percent(score) == expected
