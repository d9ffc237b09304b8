"""That a disagreement is counted, and what the issue asks of it."""

from pathlib import Path

import adjudication_effort
import pytest
from e2e.stories import estimate_handling


def test_what_a_disagreement_costs(qapp: object, tmp_path: Path) -> None:
    effort = adjudication_effort.count_adjudication(tmp_path)
    print(effort)
    assert effort.decisions.total() == effort.tally["decisions"] >= 15
    assert effort.decisions["Return"] > effort.decisions.total() / 2
    assert len(effort.decisions) > 2  # not only what most have
    assert effort.tally["clicks"] == effort.tally["drags"] == 0
    assert estimate_handling(effort.tally) <= 1.9


def test_it_stands_beside_that_of_a_peer(qapp: object, tmp_path: Path) -> None:
    keys, seconds = adjudication_effort.measure(tmp_path)
    assert seconds.median() == pytest.approx(1.35 + 0.28 * keys.median())
    assert seconds.is_met()
    assert (seconds.ratio() or 1) < 0.4
