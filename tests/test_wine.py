"""The tests under Wine: what they need of the system, which of them run, and that nothing is left running."""

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import dev
import pytest
import wine_tests
from running import raising

if sys.platform == "win32":
    pytest.skip("Wine is for other systems", allow_module_level=True)

import wine

ROOT = Path(__file__).resolve().parent.parent


def can_use_namespaces() -> bool:
    """Whether this user may do what Wine's Debian needs."""
    try:
        wine.check_system()
    except dev.CannotGoOn:
        return False
    return True


# --- The system


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that this machine can run Wine."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0))


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("module", "name", "value", "reason"),
    [
        (sys, "platform", "darwin", "on Windows, or under Wine on Linux"),
        (platform, "machine", lambda: "aarch64", "on a 64-bit PC"),
        (os, "geteuid", lambda: 1000, "start this as root"),
        (subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1), "use a whole machine"),
        (shutil, "which", lambda program: None, "use a whole machine"),
    ],
    ids=["macOS", "another processor", "not root", "no mounts", "no unshare"],
)
def test_a_machine_without_wine_is_told_what_it_lacks(
    module: object, name: str, value: object, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wine.check_system()
    monkeypatch.setattr(module, name, value)
    with pytest.raises(dev.CannotGoOn, match=reason) as refusal:
        wine.check_system()
    assert refusal.value.exit_code == 2


def test_a_program_that_is_missing_is_installed_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(dev, "run_quietly", lambda doing, command: commands.append(command))
    monkeypatch.setattr(dev, "find_apt_prefix", list)
    wine.require_program("sh", "dash", "sh is missing")
    assert commands == []
    wine.require_program("no-such-program", "its-package", "it is missing")
    assert commands[-1][-1] == "its-package"
    monkeypatch.setattr(dev, "find_apt_prefix", lambda: None)
    with pytest.raises(dev.CannotGoOn, match="it is missing"):
        wine.require_program("no-such-program", "its-package", "it is missing")


@pytest.mark.parametrize(
    ("printed", "mirror"),
    [
        ("https://a.example/debian-security/ x-security\nhttps://a.example/debian/ x\n", "https://a.example/debian"),
        ("http://b.example/debian trixie\nhttps://c.example/debian sid\n", "http://b.example/debian"),
        ("https://d.example/ubuntu/ noble\n", None),
        ("mirror+file:/etc/apt/mirrors.list trixie\n", None),
        ("", None),
    ],
)
def test_debian_comes_from_where_apt_is_set_up_for(
    printed: str, mirror: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, stdout=printed))
    if mirror:
        assert wine.find_mirror() == mirror
    else:
        with pytest.raises(dev.CannotGoOn, match="no address"):
            wine.find_mirror()


def test_the_folder_is_named_or_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WINE_ROOT", str(tmp_path / "wine"))
    assert wine.default_root() == tmp_path / "wine"
    monkeypatch.delenv("WINE_ROOT")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert wine.default_root().is_relative_to(tmp_path)


# --- The packages


def test_the_packages_are_those_of_windows() -> None:
    names = {text.partition("=")[0].partition(">")[0].strip() for text in wine.read_requirements()}
    assert {
        "PySide6-Essentials",
        "pytest",
        "pytest-timeout",
        "pyinstaller",
        "colorama",
        "keyring",
        "psycopg[binary]",
    } <= names
    assert "python-xlib" not in names
    assert len([name for name in names if name.startswith("PySide6")]) == 1
    assert not [text for text in [*wine.read_requirements(), *wine.read_pins()] if ";" in text]
    assert set(wine.WINDOWS_PACKAGES) <= {pin.partition("==")[0] for pin in wine.read_pins()}


@pytest.mark.parametrize(("network", "code"), [(0, 1), (1, 2)], ids=["a wrong pin", "no network"])
def test_a_wrong_pin_is_told_from_a_missing_network(
    network: int, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "run_quietly", raising(dev.CannotGoOn("pip failed")))
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, network, stdout="")
    )
    with pytest.raises(dev.CannotGoOn, match="pip failed") as refusal:
        wine.download_packages(tmp_path, ["one"])
    assert refusal.value.exit_code == code


def test_the_functions_of_python_are_read_off_its_library() -> None:
    lines = [f"\t[{number:4}] +base[{number:4}]  {number:04x} Py_Function{number}" for number in range(1200)]
    names = wine.parse_exported_names(
        "\n".join(["Py_Other", "[Ordinal/Name Pointer] Table", *lines, "\t[1201] DllMain"])
    )
    assert names == [f"Py_Function{number}" for number in range(1200)]
    with pytest.raises(wine.Unusable):
        wine.parse_exported_names("\n".join(lines))


def test_the_checkout_is_copied_as_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "folder").mkdir(parents=True)
    monkeypatch.setattr(dev, "ROOT", source)
    subprocess.run(["git", "init", "--quiet", source], check=True)
    for name in ("folder/changed", "deleted", ".gitignore"):
        (source / name).write_text("ignored\n", encoding="utf-8")
    subprocess.run(["git", "-C", source, "add", "."], check=True)
    (source / "folder" / "changed").write_text("خبر", encoding="utf-8")
    (source / "deleted").unlink()
    for name in ("ignored", "جديد"):
        (source / name).touch()
    target.mkdir()
    (target / "old").touch()
    wine.copy_checkout(target)
    files = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert files == {".gitignore", "folder/changed", "جديد"}
    assert (target / "folder" / "changed").read_text(encoding="utf-8") == "خبر"
    shutil.rmtree(source / ".git")
    with pytest.raises(dev.CannotGoOn, match="needs git"):
        wine.copy_checkout(target)


def test_a_debian_of_other_packages_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "wine"
    (root / "win").mkdir(parents=True)
    (root / ".debian").write_text("of other packages", encoding="ascii")

    def debootstrap(doing: str, command: list[str]) -> None:
        (Path(command[-2]) / "etc" / "apt").mkdir(parents=True)

    monkeypatch.setattr(wine, "find_mirror", lambda: "https://a.example/debian")
    monkeypatch.setattr(wine, "require_program", lambda *_: None)
    monkeypatch.setattr(dev, "run_quietly", debootstrap)
    wine.make_debian(root)
    assert (root / ".debian").read_text(encoding="ascii") == wine.describe_debian()
    assert not (root / "win").exists()
    monkeypatch.setattr(wine, "DEBIAN_PACKAGES", ("wine",))
    assert (root / ".debian").read_text(encoding="ascii") != wine.describe_debian()


def test_drive_c_has_a_name_on_the_network(tmp_path: Path) -> None:
    (tmp_path / "drive_c" / "users").mkdir(parents=True)
    for _time in range(2):
        wine.share_drive(tmp_path / "drive_c")
        assert (tmp_path / "dosdevices" / "unc" / "localhost" / "c$" / "users").is_dir()


# --- Which tests run


def test_what_a_system_does_in_its_own_way_runs_usually() -> None:
    parts, options = wine_tests.plan_parts(["-x"])
    assert options == ["-x"]
    assert all((ROOT / path).is_file() for part in parts for path in part.paths)
    assert {path for part in parts if part.platform == "windows" for path in part.paths} == {*wine_tests.SYSTEM_WINDOWS}
    assert {part.name for part in parts} > {"store", "jobs", "cli", "beside"}
    assert len({part.name for part in parts}) == len(parts)


def test_all_that_can_run_there_runs_on_request() -> None:
    parts, options = wine_tests.plan_parts(["--all", "-k", "zones"])
    assert options == ["--hypothesis-profile", "all", "-k", "zones"]
    offscreen = {path for part in parts if part.platform == "offscreen" for path in part.paths}
    folders = {path for path in offscreen if not path.endswith(".py")}
    assert folders == {f"tests/{folder}" for folder in wine_tests.FOLDERS}
    assert all((ROOT / folder).is_dir() for folder in folders)
    assert offscreen > set(wine_tests.REMOTES)
    beside = {path.removeprefix("tests/") for path in offscreen - folders - set(wine_tests.REMOTES)}
    assert beside | wine_tests.LINUX_ONLY == {path.name for path in (ROOT / "tests").glob("test_*.py")}
    files = {path for part in parts if part.platform == "windows" for path in part.paths}
    assert files > set(wine_tests.SYSTEM_WINDOWS)
    assert {"tests/e2e/test_stories.py", "tests/ui/dialogs/test_about.py"} <= files


def test_tests_that_are_named_run_alone_on_their_platform() -> None:
    selection = ["tests/model/test_zones.py::test_x", "tests/ui/article/test_marks.py", "tests/store"]
    parts, options = wine_tests.plan_parts([*selection, "-k", "store"])
    assert options == ["-k", "store"]
    assert {part.platform: part.paths for part in parts} == {
        "windows": ("tests/ui/article/test_marks.py",),
        "offscreen": ("tests/model/test_zones.py::test_x", "tests/store"),
    }


# --- Running them


@pytest.fixture
def part() -> wine_tests.Part:
    return wine_tests.Part("text", ("tests/text",))


class Script:
    """In place of Windows: what pytest does there is done by a shell."""

    def __init__(self, share: Path, script: str = "exit 0") -> None:
        self.share = share
        self._script = script
        wine_tests.log_folder(self).mkdir()  # type: ignore[arg-type]

    def start(self, command: object, output: object, **_: object) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(["sh", "-c", self._script], stdout=output)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    ("script", "success", "summary"),
    [
        ("echo dots; echo '3 passed, 1 skipped in 2.0s'", True, "3 passed, 1 skipped in 2.0s"),
        ("echo '1 failed, 2 passed in 2.0s'; exit 1", False, "1 failed, 2 passed in 2.0s"),
        ("echo '4 deselected in 2.0s'; exit 5", True, "4 deselected in 2.0s"),
        ("echo 'Timeout'; exit 1", False, "ended early, with exit code 1: Timeout"),
        ("exit 3", False, "ended early, with exit code 3: printed nothing"),
        ("exit 0", False, "ended early, with exit code 0: printed nothing"),
        ("exec sleep 60", False, "not done after 0 minutes"),
    ],
)
def test_a_part_passes_only_if_pytest_says_so(
    script: str, success: bool, summary: str, part: wine_tests.Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wine_tests, "LONGEST_PART", 2)
    result = wine_tests.run_part(Script(tmp_path, script), part, [])  # type: ignore[arg-type]
    assert (result.success, result.summary) == (success, summary)


def test_a_file_on_the_screen_that_hangs_leaves_time_for_a_second_try() -> None:
    limits = {part.name: (part.test_limit, part.time_limit) for part in wine_tests.plan_parts([])[0]}
    assert limits["ui.test_activation"] == (180, 600)
    assert limits["store"] == (600, 1800)
    [part] = wine_tests.plan_parts(["tests/ui/test_window.py", "tests/ui/test_busy.py"])[0]
    assert part.time_limit == 1200


def test_every_part_runs_and_what_opens_windows_one_after_the_other(
    part: wine_tests.Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[str] = []

    def run_part(windows: object, part: wine_tests.Part, options: object) -> wine_tests.Result:
        if part.platform == "windows":
            assert not running
            running.append(part.name)
        time.sleep(0.01)
        if part.platform == "windows":
            running.remove(part.name)
        return wine_tests.Result(part, True, "1 passed in 1s", 1)

    monkeypatch.setattr(wine_tests, "run_part", run_part)
    monkeypatch.setattr(wine_tests, "report", lambda windows, result: None)
    parts, _ = wine_tests.plan_parts(["--all"])
    results = wine_tests.run_parts(None, parts, [])  # type: ignore[arg-type]
    assert sorted(result.part.name for result in results) == sorted(part.name for part in parts)


def test_a_part_that_raises_is_no_success(
    part: wine_tests.Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wine_tests, "run_part", raising(OSError("no room")))
    [result] = wine_tests.run_parts(Script(tmp_path), [part], [])  # type: ignore[arg-type]
    assert not result.success
    assert "no room" in result.summary


@pytest.mark.parametrize(("paths", "tries"), [("tests/ui/article/test_marks.py", 2), ("tests/text", 1)])
@pytest.mark.parametrize("recovers", [True, False])
def test_what_fails_on_the_screen_alone_gets_a_second_try(
    paths: str, tries: int, recovers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summaries: list[str] = []

    def run_part(windows: object, part: wine_tests.Part, options: object) -> wine_tests.Result:
        success = recovers and bool(summaries)
        summaries.append("3 passed in 1s" if success else "1 failed, 2 passed in 1s")
        return wine_tests.Result(part, success, summaries[-1], 1)

    monkeypatch.setattr(wine_tests, "run_part", run_part)
    [result] = wine_tests.run_parts(Script(tmp_path), [wine_tests.Part("x", (paths,))], [])  # type: ignore[arg-type]
    assert len(summaries) == tries
    assert result.success == (recovers and tries == 2)
    assert ("at the second try: 1 failed" in result.summary) == (tries == 2)
    assert wine_tests.format_total([result]) == ("3 passed" if result.success else "1 failed, 2 passed")


def test_the_counts_are_added_up(part: wine_tests.Part) -> None:
    summaries = ("2 passed, 1 skipped in 1s", "1 failed, 40 passed in 61.00s (0:01:01)", "1 passed, 3 errors in 1s")
    results = [wine_tests.Result(part, False, summary, 1) for summary in summaries]
    assert wine_tests.format_total(results) == "1 failed, 3 error, 43 passed, 1 skipped"
    early = wine_tests.Result(part, False, "ended early, with exit code 1: Timeout", 1)
    assert wine_tests.format_total([*results, early]).endswith(", 1 parts not finished")
    retried = wine_tests.Result(part, True, f"14 passed in 1s, at the second try: {early.summary} at the first", 1)
    assert wine_tests.format_total([retried]) == "14 passed"


# --- What decides whether a change is good


@pytest.mark.parametrize(
    ("linux", "windows", "code", "reason"),
    [
        (0, 0, 0, ""),
        (1, 0, 1, ""),
        (0, 1, 1, "failed"),
        (0, 2, 0, "are left out"),
        (0, 124, 1, "did not end"),
        (0, 137, 1, "did not end"),
        (0, 139, 1, "failed"),
    ],
)
def test_ci_fails_with_the_tests_of_windows_and_not_without_wine(
    linux: int, windows: int, code: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *windows*) exit {windows} ;; *) exit {linux} ;; esac\n', encoding="utf-8"
    )
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    completed = subprocess.run([ROOT / ".ci" / "run"], capture_output=True, text=True)
    assert completed.returncode == code, completed.stderr
    assert ("windows" in completed.stdout) == (not linux)
    assert reason in completed.stderr
    assert bool(reason) == bool(completed.stderr)


# --- Nothing is left running

needs_namespaces = pytest.mark.skipif(
    not can_use_namespaces(), reason="only root may make namespaces, and not everywhere"
)


def is_running(mark: str) -> bool:
    """Whether a process with this in its command line runs, seen from outside."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in path.read_bytes().decode(errors="replace"):
                return True
        except OSError:  # it has just ended
            continue
    return False


def wait_until(condition: object, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


@needs_namespaces
def test_what_hangs_ends_with_its_session() -> None:
    mark = f"86400.{os.getpid()}"
    windows = wine.Windows(Path("/"), {"GREETING": "مرحبا"})
    windows.open()
    try:
        printed = windows.run_linux(["sh", "-c", 'echo "$GREETING $HOME"; pwd'], cwd="/tmp", quiet=True)
        assert printed.stdout == "مرحبا /root\n/tmp\n"
        assert windows.run_linux(["sh", "-c", "exit 7"], cwd="/").returncode == 7
        with pytest.raises(subprocess.TimeoutExpired):
            windows.run_linux(["sh", "-c", f"setsid sleep {mark} & wait"], cwd="/", timeout=1)
        assert is_running(mark)
    finally:
        windows.close()
    assert wait_until(lambda: not is_running(mark))


@needs_namespaces
def test_what_runs_ends_when_this_program_is_killed(tmp_path: Path) -> None:
    mark = f"86401.{os.getpid()}"
    script = tmp_path / "killed.py"
    script.write_text(
        "import pathlib, sys\n"
        f"sys.path[:0] = {[str(ROOT / 'packaging'), str(ROOT / 'packaging' / 'windows')]!r}\n"
        "import wine\n"
        "windows = wine.Windows(pathlib.Path('/'), {})\n"
        "windows.open()\n"
        f"windows.start(['setsid', 'sleep', '{mark}'], cwd='/').wait()\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([sys.executable, script])
    try:
        assert wait_until(lambda: is_running(f"sleep\0{mark}"))
    finally:
        process.kill()
        process.wait()
    assert wait_until(lambda: not is_running(f"sleep\0{mark}"))
