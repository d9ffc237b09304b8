"""A scripted annotator is killed at any moment, and nothing that was shown is lost; kill.py does it for any count."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
def test_what_was_shown_is_there_after_fifty_kills(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "kill.py"), "--count", "50", "--keep", str(tmp_path / "kept")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["kills"] == 50
    assert counts["steps"] > 100
    assert counts["screens"] > 30
    assert counts["undone"] > 50
