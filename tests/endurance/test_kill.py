"""A scripted annotator is killed at any moment, and nothing that was shown is lost; kill.py does it for any count."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from strategies import reduce_count

HERE = Path(__file__).resolve().parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
def test_what_was_shown_is_there_after_kills(tmp_path: Path) -> None:
    kills = reduce_count(100)
    command = [sys.executable, str(HERE / "kill.py"), "--count", str(kills), "--keep", str(tmp_path / "kept")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["kills"] == kills
    assert counts["steps"] > 2 * kills
    assert counts["screens"] > kills // 2
    assert counts["undone"] > kills // 2
