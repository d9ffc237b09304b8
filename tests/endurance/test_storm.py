"""What other programs do to a corpus while a window works at it takes nothing away; storm.py does it for any count."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.skipif(sys.platform != "linux", reason="files are renamed while they are open, and found by /proc")
def test_what_was_shown_as_saved_is_there_after_thirty_storms(tmp_path: Path) -> None:
    command = [sys.executable, HERE / "storm.py", "--count", "30", "--keep", tmp_path / "kept"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["storms"] == 30
    assert counts["steps shown"] > 60
    assert min(counts[what] for what in ("rename", "replace", "delete", "copy", "write", "killed")) > 0
