"""The commands of dev.py: what they make, ask of the system, and run."""

import ast
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import dev
import pytest
from running import raising

ROOT = Path(__file__).resolve().parent.parent
GROUPS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
TWO_GROUPS = "[dependency-groups]\ndev = ['one>=1']\nconsumers = ['two', {include-group = 'dev'}]\n"
SHARED = ["--dist", "loadfile", "--max-worker-restart", "0"]
QUICK = ["--numprocesses", str(dev.CORES + 1), "-m", "not slow and not long", *SHARED]
SLOW_TOO = ["--numprocesses", str(dev.CORES), "-m", "not long", *SHARED]
EVERY = ["--numprocesses", str(dev.CORES), "--hypothesis-profile", "all", *SHARED]
Commands = list[list[str]]
System = dict[str, Any]
May = Callable[..., None]
Handed = list[Any]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="apt and X11 are Linux's")


@pytest.fixture(autouse=True)
def _signals_are_handled_as_before() -> Iterator[None]:
    """Restore the handlers that the commands install: other tests may follow in the same process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


# --- The environment


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a checkout in a folder with a space, with an environment of files alone, and run the commands there."""
    root = tmp_path / "a checkout"
    (root / "resources" / "i18n").mkdir(parents=True)
    (root / "pyproject.toml").write_text(TWO_GROUPS, encoding="utf-8")
    for name in ("constraints.txt", "resources/i18n/ar.po"):
        (root / name).write_text("one", encoding="utf-8")
    monkeypatch.setattr(dev, "ROOT", root)
    monkeypatch.setattr(dev, "VENV", root / ".venv")
    monkeypatch.setattr(dev, "PYTHON", root / ".venv" / "python")
    monkeypatch.setattr(dev, "PROJECT", root / "pyproject.toml")
    monkeypatch.setattr(dev, "CONSTRAINTS", root / "constraints.txt")
    return root


@pytest.fixture
def commands(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Return what would have been run, as lists of texts; `venv` leaves a Python behind."""
    ran: Commands = []

    def record(doing: str, command: Sequence[str | Path]) -> None:
        ran.append([str(part) for part in command])
        if "venv" in ran[-1]:
            dev.VENV.mkdir(exist_ok=True)
            dev.PYTHON.touch()

    monkeypatch.setattr(dev, "run_quietly", record)
    return ran


def test_the_environment_is_made_once(commands: Commands) -> None:
    dev.make_environment()
    assert [sys.executable, "-m", "venv", "--clear", str(dev.VENV)] in commands
    assert commands[-1][-3:] == ["--editable", ".", "one>=1"]
    assert all(str(dev.CONSTRAINTS) in command for command in commands if "pip" in command)
    commands.clear()
    dev.make_environment()
    assert commands == []


def test_a_group_is_installed_once_and_stays(commands: Commands, checkout: Path) -> None:
    dev.make_environment()
    commands.clear()
    dev.make_environment(["consumers"])
    assert commands[-1][-5:] == ["--editable", ".", "one>=1", "two", "one>=1"]
    assert all("venv" not in command for command in commands)
    commands.clear()
    dev.make_environment()
    dev.make_environment(["consumers"])
    assert commands == []
    (checkout / "constraints.txt").write_text("two", encoding="utf-8")
    dev.make_environment()
    assert commands[-1][-5:] == ["--editable", ".", "one>=1", "two", "one>=1"]


def test_extras_that_a_group_names_are_those_of_the_checkout(checkout: Path) -> None:
    text = f"[dependency-groups]\ndev = ['one']\nmore = ['{dev.NAME}[a,b]', 'two']\n"
    dev.PROJECT.write_text(text, encoding="utf-8")
    assert dev.checkout_requirements(["dev"]) == ["--editable", ".", "one"]
    assert dev.checkout_requirements(["dev", "more"]) == ["--editable", ".[a,b]", "one", "two"]


def test_another_python_begins_without_groups(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.make_environment(["consumers"])
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    dev.make_environment()
    assert commands[-1][-3:] == ["--editable", ".", "one>=1"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_requirements_are_installed_into_the_same_environment(
    name: str, commands: Commands, checkout: Path
) -> None:
    dev.make_environment()
    commands.clear()
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    dev.make_environment()
    assert commands
    assert all("venv" not in command for command in commands)


def test_another_python_makes_another_environment(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.make_environment()
    commands.clear()
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    dev.make_environment()
    assert "venv" in commands[0]


def test_an_environment_whose_python_is_gone_is_made_again(commands: Commands) -> None:
    dev.make_environment()
    dev.PYTHON.unlink()
    commands.clear()
    dev.make_environment()
    assert "venv" in commands[0]


def test_an_installation_that_failed_is_tried_again(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    dev.make_environment()
    dev.PROJECT.write_text(f"{TWO_GROUPS}# changed\n", encoding="utf-8")
    with monkeypatch.context() as broken:
        broken.setattr(dev, "run_quietly", lambda *_: (_ for _ in ()).throw(dev.CannotGoOn("no network")))
        with pytest.raises(dev.CannotGoOn):
            dev.make_environment()
    # Half of the new packages may be there: going back to the old ones is an installation too.
    dev.PROJECT.write_text(TWO_GROUPS, encoding="utf-8")
    commands.clear()
    dev.make_environment()
    assert commands


@pytest.fixture
def peers(commands: Commands, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Return the commands that make the environment of the peers, for a project that names two."""
    monkeypatch.setattr(dev, "PEERS", checkout / ".venv-peers")
    dev.PROJECT.write_text(
        "[dependency-groups]\nbench = ['one>=1', {include-group = 'more'}]\nmore = ['two']\n", encoding="utf-8"
    )
    python = dev.PEERS / dev._BINARY

    def record(doing: str, command: Sequence[str | Path]) -> None:
        commands.append([str(part) for part in command])
        if "venv" in commands[-1]:
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()

    monkeypatch.setattr(dev, "run_quietly", record)
    return commands


def test_the_peers_have_an_environment_of_their_own_that_is_made_once(peers: Commands) -> None:
    python = dev.make_peer_environment()
    assert python.is_relative_to(dev.PEERS)
    assert peers[0] == [sys.executable, "-m", "venv", "--clear", str(dev.PEERS)]
    assert peers[1][:4] == [str(python), "-m", "pip", "install"]
    assert peers[1][-4:] == ["--constraint", str(dev.CONSTRAINTS), "one>=1", "two"]
    peers.clear()
    assert dev.make_peer_environment() == python
    assert peers == []
    dev.CONSTRAINTS.write_text("two", encoding="utf-8")
    dev.make_peer_environment()
    assert peers


def test_peers_that_could_not_be_installed_are_tried_again(peers: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(dev, "run_quietly", lambda *_: (_ for _ in ()).throw(dev.CannotGoOn("no network")))
        with pytest.raises(dev.CannotGoOn):
            dev.make_peer_environment()
    dev.make_peer_environment()
    assert peers


def test_the_peers_are_a_dependency_group_and_git_ignores_their_environment() -> None:
    assert dev.PEER_GROUP in GROUPS
    assert ".venv*/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_site_is_made_in_an_environment_of_its_own(peers: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "SITE", dev.PEERS)
    monkeypatch.setattr(dev, "SITE_GROUP", dev.PEER_GROUP)
    ran: Commands = []

    def hand_over(command: list[str | Path], cwd: Path, env: dict[str, str]) -> int:
        ran.append([str(part) for part in command])
        return 3

    monkeypatch.setattr(dev, "hand_over", hand_over)
    assert dev.main(["site"]) == 3
    assert peers[1][-4:] == ["--constraint", str(dev.SITE_CONSTRAINTS), "one>=1", "two"]
    assert ran == [[str(dev.SITE / dev._BINARY), "-m", "mkdocs", "build", "--config-file", str(dev.SITE_CONFIGURATION)]]
    assert dev.main(["site", "--open"]) == 2


def test_translations_are_compiled_when_their_texts_change(commands: Commands, checkout: Path) -> None:
    dev.VENV.mkdir()
    dev.compile_translations()
    dev.compile_translations()
    assert len(commands) == 1
    (checkout / "resources" / "i18n" / "ar.po").write_text("two", encoding="utf-8")
    dev.compile_translations()
    assert len(commands) == 2


def test_what_a_command_printed_is_shown_only_when_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    dev.run_quietly("Talking", [sys.executable, "-c", "print('chatter')"])
    assert capfd.readouterr() == ("", "")
    with pytest.raises(dev.CannotGoOn, match=r"^Talking failed"):
        dev.run_quietly("Talking", [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])
    assert "the reason" in capfd.readouterr().err


# --- The system


def test_libraries_are_looked_for_by_loading_them() -> None:
    assert dev.find_missing(False, loads=lambda library: library != "libxcb-cursor.so.0") == {
        "libxcb-cursor.so.0": "libxcb-cursor0"
    }
    assert dev.find_missing(True, loads=lambda library: True, finds=lambda program: None) == {"Xvfb": "xvfb"}
    assert dev.find_missing(True, loads=lambda library: True, finds=lambda program: f"/usr/bin/{program}") == {}
    wayland = dev.find_missing(False, True, loads=lambda library: True, finds=lambda program: None)
    assert wayland == {"sway": "sway", "grim": "grim", "wl-copy": "wl-clipboard"}
    assert not dev.can_load("libthere-is-none.so.1")


def test_a_python_without_venv_gets_debians_package(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    version = "{}.{}".format(*sys.version_info[:2])
    assert dev.find_missing(False, loads=lambda library: True) == {"Python's venv": f"python{version}-venv"}


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> System:
    """Return the state of a Linux that lacks a library until apt is called, and has an Arabic font."""
    state: System = {"lacks": {"libEGL.so.1": "libegl1"}, "font": True, "apt_brings": True}
    monkeypatch.setattr(dev, "ON_LINUX", True)
    monkeypatch.setattr(dev, "find_missing", lambda *needs: {} if commands and state["apt_brings"] else state["lacks"])
    monkeypatch.setattr(dev, "has_arabic_font", lambda: state["font"])
    return state


@pytest.fixture
def may(monkeypatch: pytest.MonkeyPatch) -> May:
    """Return a function that sets which programs there are, who the user is, and whether sudo asks for a password."""

    def set_it(programs: list[str], user: int = 1000, sudo_asks: bool = True) -> None:
        monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
        monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
        answer: subprocess.CompletedProcess[str] = subprocess.CompletedProcess([], int(sudo_asks))
        monkeypatch.setattr(subprocess, "run", lambda command, **_: answer)

    return set_it


@pytest.mark.parametrize(
    "rights", [{"programs": ["apt-get"]}, {"programs": ["apt-get", "sudo"]}], ids=["no sudo", "sudo asks"]
)
def test_the_command_to_type_is_said_where_it_cannot_be_run(
    rights: dict[str, Any], system: System, may: May, commands: Commands
) -> None:
    system["font"] = False
    may(**rights)
    with pytest.raises(dev.CannotGoOn, match=r"lacks libEGL\.so\.1\.") as refusal:
        dev.prepare_system(False)
    assert str(refusal.value).splitlines()[-1] == (
        "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends fonts-noto-core libegl1"
    )
    assert commands == []


def test_a_system_without_apt_is_told_what_it_lacks(system: System, may: May) -> None:
    may(["sudo"], user=0)
    with pytest.raises(dev.CannotGoOn, match=r"lacks libEGL\.so\.1\. Install"):
        dev.prepare_system(False)


@pytest.mark.parametrize(
    ("rights", "before"),
    [
        ({"programs": ["apt-get"], "user": 0}, ["env"]),
        ({"programs": ["apt-get", "sudo"], "sudo_asks": False}, ["sudo", "--non-interactive", "env"]),
    ],
    ids=["root", "sudo"],
)
def test_apt_installs_what_is_missing(
    rights: dict[str, Any], before: list[str], system: System, may: May, commands: Commands
) -> None:
    may(**rights)
    system["font"] = False
    dev.prepare_system(False)
    before = [*before, "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    assert [command[: len(before) + 1] for command in commands] == [[*before, "update"], [*before, "install"]]
    assert commands[1][-2:] == ["fonts-noto-core", "libegl1"]


def test_what_apt_did_not_bring_is_said(system: System, may: May) -> None:
    may(["apt-get"], user=0)
    system["apt_brings"] = False
    with pytest.raises(dev.CannotGoOn, match=r"lacks libEGL\.so\.1\."):
        dev.prepare_system(False)


def test_a_missing_font_stops_nobody(
    system: System, may: May, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    system.update(lacks={}, font=False)
    may([])
    dev.prepare_system(False)
    assert capfd.readouterr().err == ""

    may(["apt-get"], user=0)
    monkeypatch.setattr(dev, "run_quietly", raising(dev.CannotGoOn("no network")))
    dev.prepare_system(False)
    assert "fonts that the program brings" in capfd.readouterr().err


@pytest.mark.parametrize(("version", "present"), [("15", True), ("18", True), ("14", False), ("old", False)])
def test_postgresql_is_that_of_debian(version: str, present: bool, tmp_path: Path, may: May) -> None:
    may([])
    (tmp_path / version / "bin").mkdir(parents=True)
    assert not dev.find_postgresql(str(tmp_path))
    (tmp_path / version / "bin" / "initdb").touch()
    assert dev.find_postgresql(str(tmp_path)) is present


def test_postgresql_on_the_path_is_enough(tmp_path: Path, may: May) -> None:
    may(["initdb"])
    assert dev.find_postgresql(str(tmp_path))


@pytest.fixture
def without_postgresql(monkeypatch: pytest.MonkeyPatch, commands: Commands) -> None:
    """Have a Linux without PostgreSQL's server until apt brings it."""
    monkeypatch.setattr(dev, "ON_LINUX", True)
    monkeypatch.setattr(dev, "find_postgresql", lambda: any("postgresql" in command for command in commands))


@pytest.mark.usefixtures("without_postgresql")
def test_apt_installs_postgresql_and_no_server_is_started(
    may: May, commands: Commands, capfd: pytest.CaptureFixture[str]
) -> None:
    may(["apt-get"], user=0)
    dev.prepare_postgresql()
    setting, update, install, tidy = [command[2:] for command in commands]  # after env and a variable
    assert setting[0] == "sh"
    assert "'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/" in setting[-1]
    assert (update[-1], install[-1]) == ("update", "postgresql")
    assert tidy == ["rm", "-f", dev.NO_CLUSTER]
    dev.prepare_postgresql()
    assert len(commands) == 4
    assert "skipped" not in capfd.readouterr().err


@pytest.mark.usefixtures("without_postgresql")
def test_what_is_skipped_without_postgresql_is_said(
    may: May, commands: Commands, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    may(["apt-get"])
    dev.prepare_postgresql()
    assert commands == []
    assert "a team on a server are skipped. On Debian: sudo apt-get install postgresql\n" in capfd.readouterr().err

    def fail_to_install(doing: str, command: Sequence[str | Path]) -> None:
        commands.append([str(part) for part in command])
        if "install" in command:
            raise dev.CannotGoOn("no network")

    may(["apt-get"], user=0)
    monkeypatch.setattr(dev, "run_quietly", fail_to_install)
    monkeypatch.setattr(dev, "find_postgresql", lambda: False)
    dev.prepare_postgresql()
    assert commands[-1][-3:] == ["rm", "-f", dev.NO_CLUSTER]
    assert "are skipped" in capfd.readouterr().err


def test_other_systems_need_nothing_of_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ON_LINUX", False)
    monkeypatch.setattr(dev, "find_missing", None)
    dev.prepare_system(True)
    assert dev.can_open_screen()


# --- The screen and the commands


@on_linux
def test_a_screen_is_one_that_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert dev.can_open_screen() == bool(os.environ.get("DISPLAY"))
    monkeypatch.setenv("DISPLAY", ":98765")
    assert not dev.can_open_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "nobody-listens"))
    assert not dev.can_open_screen()
    monkeypatch.delenv("DISPLAY")
    assert not dev.can_open_screen()


@on_linux
def test_a_virtual_screen_opens_and_ends_with_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_SCALE_FACTOR", "2")

    def use_it_and_fail() -> None:
        with dev.virtual_screen() as env:
            assert env["QT_QPA_PLATFORM"] == "xcb"
            assert "QT_SCALE_FACTOR" not in env
            monkeypatch.setenv("DISPLAY", env["DISPLAY"])
            assert dev.can_open_screen()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use_it_and_fail()
    assert not dev.can_open_screen()


@on_linux
def test_a_virtual_screen_that_does_not_start_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "Xvfb"
    broken.write_text("#!/bin/sh\necho no fonts >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(dev.CannotGoOn, match="does not start"), dev.virtual_screen():
        pass
    assert "no fonts" in capfd.readouterr().err


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> Handed:
    """Return the programs that would have been started, on a Linux without a screen."""
    started: Handed = []
    monkeypatch.setattr(dev, "ON_LINUX", True)
    monkeypatch.setattr(
        dev, "prepare_system", lambda with_xvfb, with_wayland=False: started.extend(["sway"] if with_wayland else [])
    )
    monkeypatch.setattr(dev, "prepare_postgresql", lambda: None)
    monkeypatch.setattr(dev, "make_environment", lambda groups: started.extend(groups))
    monkeypatch.setattr(dev, "compile_translations", lambda: None)
    monkeypatch.setattr(dev, "can_open_screen", lambda: False)

    def hand_over(command: Sequence[str | Path], cwd: Path | None = None, env: dict[str, str] | None = None) -> int:
        started.append(([str(part) for part in command[1:]], (env or {}).get("QT_QPA_PLATFORM")))
        return 5

    monkeypatch.setattr(dev, "hand_over", hand_over)
    return started


@on_linux
def test_the_tests_run_on_a_virtual_screen_with_the_arguments_given(handed: Handed) -> None:
    assert dev.main(["test", "-k", "zones", "--maxfail=1"]) == 5
    assert handed == [(["-m", "pytest", *QUICK, "-k", "zones", "--maxfail=1"], "xcb")]


@on_linux
@pytest.mark.parametrize(("option", "selection"), [("--slow", SLOW_TOO), ("--all", EVERY)])
def test_slow_runs_the_slow_tests_too_and_all_the_long_ones(option: str, selection: list[str], handed: Handed) -> None:
    assert dev.main(["test", option, "-x"]) == 5
    assert handed == [(["-m", "pytest", *selection, "-x"], "xcb")]


@pytest.mark.parametrize("is_linux", [True, False])
def test_the_tests_are_compiled_once_where_python_is_told_to_write_nothing(
    handed: Handed, monkeypatch: pytest.MonkeyPatch, is_linux: bool
) -> None:
    def hand_over(command: list[str], cwd: Path, env: dict[str, str]) -> int:
        return int("PYTHONDONTWRITEBYTECODE" in env or env["KEPT"] != "خط")

    @contextlib.contextmanager
    def virtual_screen() -> Iterator[dict[str, str]]:
        yield dict(os.environ)

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("KEPT", "خط")
    monkeypatch.setattr(dev, "ON_LINUX", is_linux)
    monkeypatch.setattr(dev, "hand_over", hand_over)
    monkeypatch.setattr(dev, "virtual_screen", virtual_screen)
    assert dev.main(["test"]) == 0


@on_linux
def test_named_tests_run_one_after_the_other_whether_slow_or_not(handed: Handed, checkout: Path) -> None:
    (checkout / "tests" / "text").mkdir(parents=True)
    assert dev.main(["test", "tests/text", "-x"]) == 5
    assert dev.main(["test", "--all", "tests/text"]) == 5
    assert handed == [
        (["-m", "pytest", "tests/text", "-x"], "xcb"),
        (["-m", "pytest", "--hypothesis-profile", "all", "tests/text"], "xcb"),
    ]


def test_lint_runs_every_linter_and_fails_where_one_does(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: Commands = []

    def hand_over(command: list[str], cwd: Path) -> int:
        ran.append(command[1:])
        return int("mypy" in command)

    monkeypatch.setattr(dev, "hand_over", hand_over)
    assert dev.main(["lint"]) == 1
    assert ran == [list(command) for command in dev.LINTERS]
    assert dev.main(["lint", "tests"]) == 2


@on_linux
def test_a_group_is_named_before_the_arguments_of_pytest(handed: Handed, capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["test", "--with", "consumers", "-x"]) == 5
    assert handed == ["consumers", (["-m", "pytest", *QUICK, "-x"], "xcb")]
    for wrong in (["--with"], ["--with", "-x"], ["--with", "dev"], ["--with", "consumers", "--with"]):
        assert dev.main(["test", *wrong]) == 2
        assert (
            "--with is followed by the name of a group: consumers, mutants, peers, wayland, windows."
            in capfd.readouterr().err
        )


def test_the_mutants_are_tried_without_a_screen_and_without_another_group(
    handed: Handed, capfd: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["test", "--with", "mutants", "--count", "3"]) == 5
    assert handed == ["mutants", ([str(dev.ROOT / "tests" / "mutants" / "measure.py"), "--count", "3"], None)]
    handed.clear()
    assert dev.main(["test", "--with", "mutants", "--with", "consumers"]) == 2
    assert handed == []
    assert capfd.readouterr().err == "--with mutants takes no other group beside it.\n"


def test_the_tests_of_windows_get_the_arguments_that_follow(
    handed: Handed, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def become(program: str, command: list[str]) -> NoReturn:
        handed.append((program, command))
        raise SystemExit(7)

    program = str(checkout / "packaging" / "on_wine.py")
    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(SystemExit, match="7"):
        dev.main(["test", "--with", "windows", "--all", "-x"])
    assert handed == [(sys.executable, [sys.executable, program, "--all", "-x"])]
    handed.clear()
    monkeypatch.setattr(dev, "ON_LINUX", False)
    assert dev.main(["test", "--with", "windows", "-x"]) == 5
    assert handed == [([program, "-x"], None)]


def test_a_reason_may_have_an_exit_code_of_its_own(
    handed: Handed, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Failure(dev.CannotGoOn):
        exit_code = 1

    monkeypatch.setattr(dev, "test_on_wine", lambda arguments: (_ for _ in ()).throw(Failure("It broke.")))
    assert dev.main(["test", "--with", "windows"]) == 1
    assert capfd.readouterr().err == "It broke.\n"


@on_linux
def test_a_compositor_is_asked_for_beside_a_group(handed: Handed) -> None:
    assert dev.main(["test", "--with", "consumers", "--with", "wayland", "-x"]) == 5
    assert handed == ["sway", "consumers", (["-m", "pytest", *QUICK, "-x"], "xcb")]
    handed.clear()
    assert dev.main(["test", "--with", "wayland"]) == 5
    assert handed == ["sway", (["-m", "pytest", *QUICK], "xcb")]
    handed.clear()
    assert dev.main(["test", "--with", "wayland", "--with", "windows"]) == 2
    assert handed == []


@on_linux
def test_the_servers_of_peers_are_asked_for_beside_a_group(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "make_server_environments", lambda: handed.append("servers"))
    assert dev.main(["test", "--with", "peers", "--with", "consumers", "-x"]) == 5
    assert handed == ["servers", "consumers", (["-m", "pytest", *QUICK, "-x"], "xcb")]


def test_each_server_gets_an_environment_that_is_made_once(
    checkout: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (checkout / "pyproject.toml").write_text("[dependency-groups]\none = ['one==1', 'two<3']\n", encoding="utf-8")
    monkeypatch.setattr(dev, "ROOT", checkout)
    version = sys.version_info[:2]
    monkeypatch.setattr(
        dev, "PEER_SERVERS", {"one": (*version, version[1]), "other": (version[0], 3, 4), "old": (2, 4, 4)}
    )
    python = dev.peer_server_python("one")
    python.parent.mkdir(parents=True)
    dev.make_server_environments()
    assert [command[1:3] for command in commands] == [["-m", "venv"], ["-m", "pip"]]
    assert commands[-1][-2:] == ["one==1", "two<3"]
    output = capfd.readouterr().err
    assert f"other needs Python {version[0]}.3 to {version[0]}.4: the tests of it are skipped." in output
    assert "old needs Python 2.4: the tests of it are skipped." in output
    python.touch()
    dev.make_server_environments()
    assert len(commands) == 2
    (checkout / "pyproject.toml").write_text("[dependency-groups]\none = ['one==2']\n", encoding="utf-8")
    dev.make_server_environments()
    assert len(commands) == 4


def test_what_follows_with_is_a_dependency_group() -> None:
    assert {*dev.GROUPS, *dev.PEER_SERVERS} <= set(GROUPS)


@on_linux
def test_the_bench_runs_on_a_virtual_screen_with_the_arguments_given(handed: Handed, checkout: Path) -> None:
    assert dev.main(["bench", "speed", "--json", "a.json"]) == 5
    assert handed == [([str(checkout / "tests" / "benchmarks" / "bench.py"), "speed", "--json", "a.json"], "xcb")]


@on_linux
def test_run_shows_the_job_on_a_virtual_screen_where_there_is_none(
    handed: Handed, checkout: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["run"]) == 5
    demo, output = checkout / "packaging" / "demo.py", checkout / "build" / "demo"
    assert handed == [([str(demo), str(output)], "xcb")]
    assert "no screen" in capfd.readouterr().err


def test_run_opens_the_window_where_there_is_a_screen(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "can_open_screen", lambda: True)
    assert dev.main(["run", "--", "my.corpus"]) == 5
    assert handed == [(["-P", "-m", "annotator", "my.corpus"], None)]


def test_a_reason_not_to_go_on_is_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "prepare_system", raising(dev.CannotGoOn("No.")))
    assert dev.main(["run"]) == 2
    assert capfd.readouterr() == ("", "No.\n")


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["fly"], 2)])
def test_the_commands_are_explained(arguments: list[str], code: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == code
    assert "packaging/dev.py run" in "".join(capfd.readouterr())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
def test_a_program_that_died_of_a_signal_has_the_code_that_a_shell_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    command = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]
    assert dev.hand_over(command) == 137


def test_an_older_python_reads_dev_far_enough_to_say_that_it_is_too_old() -> None:
    ast.parse((ROOT / "packaging" / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 6))
