"""That the benchmark still measures what it says; how fast anything is, no test asks."""

import re
import sys
from pathlib import Path

import bench
import memory
import pytest
import transfer_speed


def test_every_figure_is_measured(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "home"))
    found = list(bench.figures(tmp_path, runs=2, presses=2, articles=2, large=20))
    assert len({(figure.what, figure.against) for figure in found}) == len(found) == 22 - len(transfer_speed.missing())
    assert all(time > 0 for figure in found for time in (*figure.own, *figure.reference))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell how much memory a process took")
def test_the_memory_of_an_export_is_measured(tmp_path: Path) -> None:
    (line,) = memory.table(tmp_path, 30, "conll2002", "split", small=20)
    assert re.fullmatch(r"peak of an export \(conll2002, split\) of 20 articles: \d+ MB; of 30: \d+ MB", line)
