"""That the benchmark still measures what it says; how fast anything is, no test asks."""

from pathlib import Path

import pytest
from benchmarks import bench


def test_every_figure_is_measured(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RUNS", 2)
    monkeypatch.setattr(bench, "ARTICLES", 2)
    found = list(bench.figures(tmp_path))
    assert len({figure.what for figure in found}) == len(found) == 5
    assert all(figure.own > 0 and figure.reference > 0 for figure in found)
