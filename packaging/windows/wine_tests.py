"""Run the tests under Wine, for `dev.py test --with windows`, two processes at a time."""

import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import dev
import wine

LONGEST_TEST: Final = 600  # seconds; a property with all of its examples takes a hundred on a busy machine
LONGEST_PART: Final = 1800
LONGEST_SCREEN_TEST: Final = 180
LONGEST_SCREEN_FILE: Final = 600
"""Of a file of tests that open windows, which takes a minute: one that hangs leaves time for its second try."""
OPTIONS: Final = ("-p", "no:cacheprovider", "-q", "-rfE")
ON_SCREEN: Final = ("tests/ui", "tests/e2e")
"""Tests that open windows: they run on Qt's platform `windows`, the rest on `offscreen`."""
FOLDERS: Final = (
    *("store", "jobs", "formats", "cli", "fuzzing", "text", "model", "tagging", "team", "suggest", "checks"),
    "diagnostics",
)
"""Folders of tests that run completely with `--all`, the slowest first."""
REMOTES: Final = tuple(
    f"tests/remotes/test_{name}.py" for name in ("connection", "folder", "invitation", "memberships")
)
"""Tests of teams that take less than a minute. Others replay long histories, or need a server on Linux."""
LINUX_ONLY: Final = frozenset(
    (
        *("test_dev.py", "test_installed_story.py", "test_line_endings.py", "test_linux_packages.py"),
        *("test_packaging.py", "test_code_rules.py", "test_wheel.py", "test_wine.py", "test_workflow.py"),
    )
)
"""Files beside the folders that test what makes and checks the program on Linux. The others there run with `--all`."""
SYSTEM: Final = {
    "store": (
        *("backups", "checkpoints", "connections", "database_files", "full_disk", "locks"),
        *("network_drive", "opening", "travelling"),
    ),
    "cli": ("backup", "console", "module_path", "terminal"),
    "jobs": ("processes", "imports/test_sources"),
    "formats": ("library_errors", "spooling"),
    "remotes": ("folder",),
    "": ("device_key", "file_ops", "open_databases", "paths", "settings", "single_instance", "system_language"),
}
"""Tests by folder of what a system does in its own way: files, paths, locks, processes, languages, consoles."""
SYSTEM_WINDOWS: Final = (
    *("tests/e2e/test_main_job.py", "tests/e2e/test_second_start.py", "tests/ui/test_activation.py"),
    "tests/ui/test_save_errors.py",
)
"""Tests of windows that run with those of SYSTEM."""


@dataclass(frozen=True)
class Part:
    """Tests that run in one process."""

    name: str
    paths: tuple[str, ...]

    @property
    def platform(self) -> str:
        """The platform of Qt that the tests need."""
        return "windows" if any(path.startswith(ON_SCREEN) for path in self.paths) else "offscreen"

    @property
    def time_limit(self) -> int:
        """The seconds after which the part is ended."""
        return min(LONGEST_PART, LONGEST_SCREEN_FILE * len(self.paths)) if self.platform == "windows" else LONGEST_PART

    @property
    def test_limit(self) -> int:
        """The seconds after which one of its tests ends it."""
        return LONGEST_SCREEN_TEST if self.platform == "windows" else LONGEST_TEST


@dataclass(frozen=True)
class Result:
    """The outcome of a part: `summary` is pytest's last line, or what happened instead."""

    part: Part
    success: bool
    summary: str
    seconds: float

    @property
    def may_pass_again(self) -> bool:
        """Whether the part failed and may pass when it is run again.

        Wine moves the keyboard focus later than Windows does, and on a busy machine too late for a test.
        """
        return not self.success and self.part.platform == "windows"


def find_named_tests(arguments: Sequence[str], root: Path | None = None) -> list[str]:
    """Return the arguments that name a folder or a file of tests, or a test in one."""
    root = root or dev.ROOT
    return [text for text in arguments if not text.startswith("-") and (root / text.partition("::")[0]).exists()]


def plan_parts(arguments: Sequence[str], root: Path | None = None) -> tuple[list[Part], list[str]]:
    """Return the parts to run and the options that all of them get, by what was typed.

    Tests that are named (`tests/model`, `tests/model/test_zones.py::test_x`) run instead of the usual ones; `--all`
    runs every test that can run on Windows, with all examples.
    """
    root = root or dev.ROOT
    selected = find_named_tests(arguments, root)
    options = [text for text in arguments if text != "--all" and text not in selected]
    if selected:
        screen = tuple(path for path in selected if path.startswith(ON_SCREEN))
        rest = tuple(path for path in selected if not path.startswith(ON_SCREEN))
        return [Part(name, paths) for name, paths in (("windows", screen), ("others", rest)) if paths], options
    if "--all" not in arguments:
        parts = [_build_part(path) for path in SYSTEM_WINDOWS]
        for folder, names in SYSTEM.items():
            place = f"tests/{folder}/" if folder else "tests/"
            files = tuple(f"{place}{name if '/' in name else f'test_{name}'}.py" for name in names)
            parts.append(Part(folder or "beside", files))
        return parts, options
    # A process for each file: after some hundred windows one process is slow.
    screens = sorted(path for folder in ON_SCREEN for path in (root / folder).rglob("test_*.py"))
    parts = [_build_part(path.relative_to(root).as_posix()) for path in screens]
    parts += [Part(folder, (f"tests/{folder}",)) for folder in FOLDERS]
    parts.append(Part("remotes", REMOTES))
    beside = sorted(path.name for path in (root / "tests").glob("test_*.py") if path.name not in LINUX_ONLY)
    parts.append(Part("beside", tuple(f"tests/{name}" for name in beside)))
    return parts, ["--hypothesis-profile", dev.ALL_EXAMPLES, *options]


def _build_part(path: str) -> Part:
    """Return the part of one file of tests."""
    return Part(path.removeprefix("tests/").removesuffix(".py").replace("/", "."), (path,))


def main(arguments: Sequence[str]) -> int:
    """Run the tests and return 0 if all passed, else 1. Raises dev.CannotGoOn where Wine is not available."""
    wine.check_system()
    dev.prepare_system(with_xvfb=True)
    parts, options = plan_parts(arguments)
    start = time.monotonic()
    with (
        dev.virtual_screen() as screen,
        wine.prepare_windows(environment={"DISPLAY": screen["DISPLAY"]}) as windows,
    ):
        dev.say(f"Windows is ready after {(time.monotonic() - start) / 60:.1f} minutes.")
        shutil.rmtree(log_folder(windows), ignore_errors=True)
        log_folder(windows).mkdir()
        temporary = windows.drive_c / "users" / "root" / "AppData" / "Local" / "Temp"
        for folder in temporary.glob("pytest-of-*"):
            shutil.rmtree(folder, ignore_errors=True)
        results = run_parts(windows, parts, options)
    for result in results:
        print(f"{'passed' if result.success else 'FAILED'}  {result.part.name}: {result.summary}")
    minutes = (time.monotonic() - start) / 60
    total, logs = format_total(results), log_folder(windows)
    print(f"On Wine: {total} in {minutes:.1f} minutes. The output of each part is in {logs}.")
    return 0 if len(results) == len(parts) and all(result.success for result in results) else 1


def run_parts(windows: wine.Windows, parts: Sequence[Part], options: Sequence[str]) -> list[Result]:
    """Run the parts in two processes at a time, of which only one uses the screen, because one window has the focus.

    Parts on the screen that fail get a second try, and the results say so.
    """
    on_screen: queue.SimpleQueue[Part] = queue.SimpleQueue()
    others: queue.SimpleQueue[Part] = queue.SimpleQueue()
    for part in parts:
        (on_screen if part.platform == "windows" else others).put(part)
    results: list[Result] = []

    stopping = threading.Event()

    def work(*queues: "queue.SimpleQueue[Part]") -> None:
        for parts in queues:
            while not parts.empty() and not stopping.is_set():
                try:
                    part = parts.get_nowait()
                except queue.Empty:  # the other worker was faster
                    break
                result = run_part_reported(windows, part, options, stopping)
                if result.may_pass_again and not stopping.is_set():
                    retry = run_part_reported(windows, part, options, stopping)
                    result = replace(
                        retry, summary=f"{retry.summary}, at the second try: {result.summary} at the first"
                    )
                if not stopping.is_set():
                    results.append(result)

    workers = [threading.Thread(target=work, args=queues) for queues in ((on_screen, others), (others,))]
    for worker in workers:
        worker.daemon = True  # a signal ends this program at once, and with it all that runs under Wine
        worker.start()
    try:
        for worker in workers:
            worker.join()
    finally:
        stopping.set()
    return results


def run_part_reported(windows: wine.Windows, part: Part, options: Sequence[str], stopping: threading.Event) -> Result:
    """Run the tests of one part and print how it ended, unless the whole run was stopped meanwhile."""
    try:
        result = run_part(windows, part, options)
    except OSError as error:
        result = Result(part, False, f"ended early: {error}", 0)
    if not stopping.is_set():
        report(windows, result)
    return result


def run_part(windows: wine.Windows, part: Part, options: Sequence[str]) -> Result:
    """Run the tests of one part; their output goes to a file."""
    # -u shows what a hanging test has printed; the programs that tests start would inherit a variable.
    limit = f"--timeout={part.test_limit}"
    command = ["wine", wine.PYTHON, "-u", "-m", "pytest", *OPTIONS, limit, *options, *part.paths]
    start = time.monotonic()
    log_file = log_path(windows, part)
    with log_file.open("wb") as log:
        process = windows.start(
            command, cwd="/win/checkout", environment={"QT_QPA_PLATFORM": part.platform}, output=log
        )
        try:
            code = process.wait(part.time_limit)
        except subprocess.TimeoutExpired:
            process.kill()
            return Result(part, False, f"not done after {part.time_limit / 60:.0f} minutes", time.monotonic() - start)
    lines = [line for line in log_file.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    summary = lines[-1].strip("= ") if lines else "printed nothing"
    finished = re.search(r"\d+ (passed|skipped|failed|error|deselected)", summary)
    if not finished:
        summary = f"ended early, with exit code {code}: {summary}"
    # 5 is pytest's for “no tests”, as where `-k` leaves none of a part.
    return Result(part, bool(finished) and code in (0, 5), summary, time.monotonic() - start)


def log_folder(windows: wine.Windows) -> Path:
    """Return the folder of the logs."""
    return windows.share / "logs"


def log_path(windows: wine.Windows, part: Part) -> Path:
    """Return the path of a part's log."""
    return log_folder(windows) / f"{part.name}.log"


def report(windows: wine.Windows, result: Result) -> None:
    """Print how a part ended, and all of its output if it failed."""
    if not result.success:
        log = log_path(windows, result.part)
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        sys.stdout.write(f"\n{text}\n")
    dev.say(f"{result.part.name}: {result.summary} ({result.seconds:.0f} s)")


def format_total(results: Sequence[Result]) -> str:
    """Return the counts of all parts together, as pytest words those of one."""
    counts: dict[str, int] = {}
    ended = 0
    for result in results:
        last_try = result.summary.partition(", at the second try")[0]
        for number, word in re.findall(r"(\d+) (passed|failed|skipped|error)", last_try):
            counts[word] = counts.get(word, 0) + int(number)
        ended += "early" in last_try or "not done" in last_try
    unfinished = [f"{ended} parts not finished"] if ended else []
    words = ("failed", "error", "passed", "skipped")
    return ", ".join([*(f"{counts[word]} {word}" for word in words if word in counts), *unfinished])
