"""The rules that tools can check: style, types, layers, translations, and what a command may load."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import catalogues
import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
LONGEST = 400


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "ruff", "check", "--no-cache", "."],
        [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."],
        [sys.executable, "-m", "mypy"],
        [SCRIPTS / "lint-imports", "--no-cache"],
    ],
    ids=["ruff check", "ruff format", "mypy", "import-linter"],
)
def test_a_tool_has_nothing_to_say(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace")
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def test_every_text_is_translated():
    assert catalogues.missing() == []


def test_every_module_is_short_enough_to_do_one_thing():
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "annotator").rglob("*.py")}
    assert lengths
    assert {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > LONGEST} == {}


HELP = "import runpy; sys.argv = ['annotator', '--help']; runpy.run_module('annotator', run_name='__main__')"


@pytest.mark.parametrize("code", ["import annotator.cli", HELP], ids=["import", "help"])
def test_a_command_never_loads_qt(code):
    """Qt takes longer to load than most commands take, and a server need not have its libraries."""
    told = "[name for name in sys.modules if name.partition('.')[0] in ('PySide6', 'shiboken6', 'superqt')]"
    # A list as the exit code: Python prints it and ends with 1.
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit as end:\n    assert not end.code\nsys.exit({told} or 0)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
