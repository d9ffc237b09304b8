"""What the README shows of commands is what they print."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_the_commands_of_the_readme_print_what_it_shows(tmp_path: Path) -> None:
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE) if step]
    assert len(steps) == 3
    for step in steps:
        line, _newline, expected = step.partition("\n")
        program, *words = shlex.split(line)
        assert program == "annotator"
        words = [str(ROOT / word) if word.startswith("resources/") else word for word in words]
        done = subprocess.run(
            [sys.executable, "-m", "annotator", *words],
            cwd=tmp_path,
            env={**os.environ, "ANNOTATOR_LANGUAGE": "en"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == expected


def test_the_keys_of_the_readme_are_those_of_the_table() -> None:
    from annotator.ui.actions import ACTIONS

    keys = {key for action in ACTIONS for key in action.keys}
    for key in ("Ctrl+N", "Ctrl+I", "Ctrl+Shift+I", "Ctrl+E", "F1", "F6", "F9", "Ctrl+Return", "Alt+Down", "Alt+Left"):
        assert key in keys
