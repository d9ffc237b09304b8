"""Try an installer on Windows itself: `python check_installed.py FOLDER`, where FOLDER has the installer.

It installs without a question, imports and exports by the installed commands, opens a window twice on one corpus, and
removes the program. It ends with 0 and `all is well`. It is for a machine without an installation, such as a
hosted runner: it removes what it installs. The whole story, with real keys, is `installed_story.py`, under Wine.
"""

# Standard library only.

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

ID: Final = "ArabicNewsAnnotator"
CLASSES: Final = r"Software\Classes"
SCHEME: Final = rf"{CLASSES}\arabic-news-annotator"
UNINSTALL: Final = rf"Software\Microsoft\Windows\CurrentVersion\Uninstall\{ID}"
SAMPLES: Final = Path(__file__).resolve().parents[2] / "resources" / "samples"
PATIENCE: Final = 60  # seconds


def main(arguments: list[str]) -> int:
    """Check the installer, and return 0. Raises SystemExit, with a sentence, at the first failure."""
    if os.name != "nt":
        raise SystemExit("This tries an installer on Windows.")
    [installer] = Path(arguments[0]).glob("*.exe")
    program = Path(os.environ["LOCALAPPDATA"], "Programs", ID)
    expect(not program.exists(), f"{program} is not there before")
    run_program(installer, "/S")
    for name in ("annotator.exe", "annotator-commands.exe", "uninstall.exe", "LICENCES.txt"):
        expect((program / name).is_file(), f"{name} is installed")
    expect(read_registry_value(rf"{CLASSES}\.corpus") == f"{ID}.Corpus", "a corpus has its kind")
    opening = read_registry_value(rf"{CLASSES}\{ID}.Corpus\shell\open\command")
    expect(opening == f'"{program}\\annotator.exe" "%1"', f"a double click opens a corpus, not by {opening}")
    expect(read_registry_value(SCHEME, "URL Protocol") == "", "links have their scheme")
    expect(read_registry_value(rf"{SCHEME}\shell\open\command") == opening, "a click opens a link as a corpus")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "مدوّنات الأخبار")
        folder.mkdir()
        corpus = folder / "أخبار.corpus"
        use_program(program, corpus)
        run_program(program / "uninstall.exe", "/S")
        wait_until(lambda: not program.exists(), "the folder of the program is gone")
        wait_until(lambda: read_registry_value(UNINSTALL, "DisplayName") is None, "the list of programs is as before")
        expect(read_registry_value(rf"{CLASSES}\{ID}.Corpus") is None, "a corpus has no kind any more")
        expect(read_registry_value(SCHEME) is None, "links have no scheme any more")
        expect(corpus.is_file(), "the corpus is left")
    print("all is well")
    return 0


def use_program(program: Path, corpus: Path) -> None:
    """Do the main job by commands, and open the corpus in a window twice."""
    commands = program / "annotator-commands.exe"
    run_program(commands, "import", corpus, SAMPLES)
    run_program(commands, "suggest", corpus, "--accept")
    target = corpus.with_name("تدريب.conll")
    result = json.loads(
        run_program(commands, "export", corpus, target, "--format", "conll2003", "--state", "all", "--json")
    )
    expect(result["verified"] is True and result["written"] > 100, "the export is verified")
    expect(b"\r" not in target.read_bytes(), "the training set has its own line ends")
    window = subprocess.Popen([program / "annotator.exe", corpus])
    try:
        # A second start ends with 0 once it has found the first one's window, and else becomes a window.
        deadline = time.monotonic() + PATIENCE
        while True:
            expect(window.poll() is None and time.monotonic() < deadline, "a second start finds the window")
            time.sleep(5)
            second = subprocess.Popen([program / "annotator.exe", corpus])
            try:
                expect(second.wait(10) == 0, "a second start ends with 0")
                break
            except subprocess.TimeoutExpired:
                second.kill()
                second.wait()
        link = json.loads(run_program(commands, "show", corpus, "1@0-5", "--json"))["link"]
        run_program(program / "annotator.exe", link)
    finally:
        window.kill()
        window.wait()


def run_program(program: Path, *arguments: str | Path) -> str:
    """Run a program and return what it prints, in UTF-8."""
    environment = {**os.environ, "PYTHONUTF8": "1"}
    command = [str(program), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=600)
    expect(
        done.returncode == 0,
        f"{program.name} ends with 0, not {done.returncode}: {done.stderr.decode(errors='replace')}",
    )
    return done.stdout.decode()


def read_registry_value(key: str, name: str = "") -> str | None:
    """Return a value of the user's registry, or None where it is missing."""
    winreg: Any = importlib.import_module("winreg")  # which no other system has
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
            return str(winreg.QueryValueEx(opened, name)[0])
    except FileNotFoundError:
        return None


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds. Raises SystemExit after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        expect(time.monotonic() < deadline, what)
        time.sleep(0.5)


def expect(condition: bool, what: str) -> None:
    """Raise SystemExit, with `what`, unless `condition` holds."""
    if not condition:
        raise SystemExit(f"FAILED: {what}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
