"""The years of plans and what sets plans apart, beyond the examples in resources/names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.plan_values import years_in
from annotator.suggest.names.plans import find_period_end
from annotator.text.analysis import analyse

PARTS = ("(", ")", " 2024", " 2030", "-", " لسنة", " للفترة", " ما", " بين", " و", " إلى", " سنة", " خطة")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("2030", 1),
        ("2024-2030 أمس", 1),
        ("2024 - 2030 أمس", 3),
        ("(2015-2020) أمس", 3),
        ("لسنة 2025 أمس", 2),
        ("للفترة الممتدة من 2020 إلى 2027 أمس", 6),
        ("للسنوات 2020 و2022", 4),
        ("2020 و2022", 1),
        ("(2015-2020 أمس", None),
        ("لسنة جديدة", None),
        ("سنة 2030", None),
        ("37.17 المتعلق", None),
        ("", None),
    ],
)
def test_years_end_where_they_do(text: str, length: int | None) -> None:
    assert find_period_end(analyse(text).folded_words, 0) == length


def test_year_follows_a_head_directly_with_its_noun() -> None:
    assert find_period_end(analyse("سنة 2063").folded_words, 0, is_after_head=True) == 2


@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_years_end_within_the_text(text: str) -> None:
    words = analyse(text).folded_words
    for start in range(len(words) + 1):
        end = find_period_end(words, start)
        assert end is None or start < end <= len(words)
    assert years_in(text) is None or "20" in text
