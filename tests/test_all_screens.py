"""The command that takes every state of the window on many screens (packaging/screens.py)."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtGui import QColor, QImage

SCREENS = Path(__file__).resolve().parent.parent / "packaging" / "screens.py"


def test_a_sheet_shows_a_state_in_each_language_and_theme(tmp_path: Path) -> None:
    command = [sys.executable, str(SCREENS), str(tmp_path / "out"), "--state", "no-spans", "--scaling", "1.5"]
    command += ["--size", "1920x1080", "--language", "ar", "--language", "en", "--theme", "light", "--theme", "dark"]
    completed = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    sheet = tmp_path / "out" / "1920x1080-150%" / "no-spans.png"
    assert (completed.returncode, completed.stdout.splitlines()) == (0, [str(sheet)]), completed.stderr
    assert "QObject" not in completed.stderr, "an object needs an application that is not there"
    image = QImage(str(sheet))
    assert (image.width(), image.height()) == (2 * (1920 + 8) + 8, 2 * (1080 + 8) + 8)
    margin = 20  # pixels inside each window
    lightness = [
        [QColor(image.pixel(x, y)).lightness() for x in (8 + margin, 8 + 1928 + margin)]
        for y in (8 + margin, 8 + 1088 + margin)
    ]
    assert all(light > 200 and dark < 60 for light, dark in lightness)
