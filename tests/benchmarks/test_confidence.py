"""That intervals are as wide as the literature has them."""

import pytest
from confidence import bootstrap, estimate_share


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (81, 263, 0.2553, 0.3662), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilsons_interval_of_a_share(count: int, total: int, low: float, high: float) -> None:
    assert estimate_share(count, total) == pytest.approx((low, high), abs=1e-4)


def test_an_interval_of_drawn_items_is_about_their_mean_and_the_same_each_time() -> None:
    items = [0.0, 1.0] * 50
    low, high = bootstrap(items, lambda some: sum(some) / len(some))
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.02)  # half of them, and 1.96 times 0.05
    assert bootstrap(items, lambda some: sum(some) / len(some)) == (low, high)
    assert bootstrap([1.0], sum) == (1.0, 1.0)
    assert bootstrap([], sum) == (0.0, 1.0)
