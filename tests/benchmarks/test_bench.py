"""That the benchmark still measures what it says; how fast anything is, no test asks."""

from pathlib import Path

import bench
import pytest


def test_every_figure_is_measured(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    found = list(bench.figures(tmp_path, runs=2, presses=2, articles=2, large=20))
    assert len({figure.what for figure in found}) == len(found) == 17
    assert all(time > 0 for figure in found for time in (*figure.own, *figure.reference))
