"""Two screens of different scaling: a window that is moved between them looks as if it had always been there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).with_name("moved_window.py")


def screen(name: str, x: int, scaling: float) -> dict[str, object]:
    """Describe a screen for Qt's offscreen platform."""
    place = {"name": name, "x": x, "y": 0, "width": 1400, "height": 900}
    return {**place, "logicalDpi": 96 * scaling, "logicalBaseDpi": 96, "dpr": 1}


@pytest.mark.parametrize(
    ("language", "scalings", "articles"),
    [("ar", (1, 1.5), True), ("en", (1.5, 1), True), ("ar", (1.5, 2), False), ("en", (1.25, 1.5), False)],
)
def test_a_window_on_another_screen_is_as_sharp_as_a_new_one(
    corpus_path: Path, tmp_path: Path, language: str, scalings: tuple[float, float], articles: bool
) -> None:
    if not articles:
        corpus_path = tmp_path / "empty.corpus"
        Corpus.create(corpus_path, default_labels()).close()
    screens = [screen("one", 0, scalings[0]), screen("two", 1400, scalings[1])]
    config = {"synchronousWindowSystemEvents": False, "windowFrameMargins": False, "screens": screens}
    (tmp_path / "screens.json").write_text(json.dumps(config), encoding="utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen:configfile=screens.json"}
    command = [sys.executable, str(SCRIPT), str(corpus_path), language, "window"]
    completed = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert completed.returncode == 0, completed.stderr
    result = json.loads(completed.stdout)
    assert result["ratios"] == [scalings[0], scalings[1], scalings[1]], "else nothing was moved"
    assert result["differing"] == 0, f"compare {tmp_path}/window-*.png"
    assert result["policy"] == "PassThrough", "150 % is no 200 %"
