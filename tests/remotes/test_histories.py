"""Desktops of a team end alike, whatever happens; `histories.py` runs any number of histories."""

import pytest
from remotes.histories import run_history


@pytest.mark.parametrize("seed", range(6))
def test_all_desktops_of_a_team_end_alike(seed: int) -> None:
    run_history(seed)


@pytest.mark.slow
def test_all_desktops_of_a_team_end_alike_in_many_histories() -> None:
    for seed in range(100, 160):
        run_history(seed)
