"""Some desktops of a team for some seconds; `team_at_work.py` runs longer, with more of them."""

import sys
import time
from pathlib import Path

import psutil
import pytest
from packet_network import NoNamespaces
from postgresql import find_programs
from team_at_work import Fault, work

pytestmark = [
    pytest.mark.slow,
    pytest.mark.posix_only("PostgreSQL's programs"),
    pytest.mark.skipif(
        find_programs() is None, reason="PostgreSQL is not installed; on Debian: sudo apt-get install postgresql"
    ),
]


def test_nothing_is_lost_between_desktops_and_a_server_that_is_restored(tmp_path: Path) -> None:
    figures = work(tmp_path, 5, 25, 1, seed=1)
    assert figures["restores"]
    assert figures["changes"] > 25
    assert figures["kills"]


def test_nothing_is_lost_where_packets_are_lost_and_come_in_another_order(tmp_path: Path) -> None:
    try:
        figures = work(tmp_path, 3, 20, 1, seed=1, has_namespaces=True)
    except NoNamespaces as error:
        pytest.skip(str(error))
    assert figures["restores"]
    assert all(figures[name] for name in ("changes", "kills", "reordered", "dropped", "doubled")), figures


def test_a_change_that_nobody_else_has_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("team_at_work.Desktop.list_steps", lambda desktop: {"never made"}, raising=True)
    with pytest.raises(Fault, match="has lost 1 of 1"):
        work(tmp_path, 2, 3, 1, seed=1, restores=False)


def test_nothing_goes_on_when_it_is_killed(tmp_path: Path) -> None:
    """Neither the desktops nor the server, of which a shell knows the folder."""
    script = Path(__file__).with_name("team_at_work.py")
    team = psutil.Popen(
        [sys.executable, script, "--desktops", "1", "--seconds", "600", "--no-restore", "--keep", tmp_path]
    )
    commands = dict[psutil.Process, str]()
    while not any("member_at_work.py" in command for command in commands.values()):
        assert team.poll() is None, "it has ended by itself"
        time.sleep(0.1)
        commands = {process: read_command(process) for process in team.children(recursive=True)}
    [shell] = [command for command in commands.values() if "pg_ctl" in command and command.startswith("/bin/sh")]
    folder = Path(shell.split()[-1])
    assert (folder / "data" / "postmaster.pid").exists()
    team.kill()
    team.wait()
    psutil.wait_procs(list(commands), timeout=120)
    assert not [command for process, command in commands.items() if process.is_running()]
    assert not folder.exists()


def read_command(process: psutil.Process) -> str:
    """Return the command of a process, "" if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
