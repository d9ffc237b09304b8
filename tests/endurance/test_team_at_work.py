"""Some desktops of a team for some seconds; `team_at_work.py` runs longer, with more of them."""

from pathlib import Path

import pytest
from postgresql import find_programs
from team_at_work import Fault, work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix_only("PostgreSQL's programs"),
    pytest.mark.skipif(
        find_programs() is None, reason="PostgreSQL is not installed; on Debian: sudo apt-get install postgresql"
    ),
]


def test_nothing_is_lost_between_desktops_and_a_server_that_is_restored(tmp_path: Path) -> None:
    figures = work(tmp_path, 5, 25, 1, seed=1)
    assert figures["restored"]
    assert figures["changes"] > 25
    assert figures["kills"]


def test_a_change_that_nobody_else_has_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("team_at_work.Desktop.list_steps", lambda desktop: {"never made"}, raising=True)
    with pytest.raises(Fault, match="has lost 1 of 1"):
        work(tmp_path, 2, 3, 1, seed=1, restores=False)
