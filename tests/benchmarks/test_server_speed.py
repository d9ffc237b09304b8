"""That the server of a team is measured, with some edits."""

import pytest
import server_speed
from postgresql import find_programs


@pytest.mark.skipif(find_programs() is None, reason="no PostgreSQL here")
def test_the_server_of_a_team_is_measured() -> None:
    figures = list(server_speed.measure((1, 5), 20, runs=3))
    assert len(figures) == 6
    assert all(figure.median() > 0 for figure in figures)
    assert all(figure.ratio() for figure in figures if figure.reference)
