"""Copies of a corpus end alike, with all that was done at any of them; `replicas.py` runs any number of histories."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
def test_copies_that_exchange_changes_end_alike_and_nothing_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "replicas.py"), "--histories", "6", "--keep", str(tmp_path / "replicas")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["histories"] == 6
    assert counts["steps"] > 100
    assert min(counts[what] for what in ("received", "corpora merged", "killed", "in conflict")) > 0
