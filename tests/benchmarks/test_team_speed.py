"""That the work of several people is measured, with some articles."""

from pathlib import Path

import team_speed


def test_the_work_of_a_team_is_measured(qapp: object, tmp_path: Path) -> None:
    figures = list(team_speed.measure(tmp_path, (20, 30), runs=6))
    names = {figure.what for figure in figures}
    assert len(names) == 10
    assert len(figures) == 2 * len(names)
    assert all(figure.median() > 0 for figure in figures)
    assert all(figure.ratio() for figure in figures)
    assert {figure.size.count for figure in figures if figure.size} == {20, 30}
    assert not list(tmp_path.glob("?0.*"))
