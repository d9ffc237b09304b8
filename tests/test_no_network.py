"""Nothing is fetched and nothing is sent: no process of the program asks for a network, whatever it does.

Each of them is watched from its first line on (network/sitecustomize.py), those that the window starts too.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzzing.seeds import build_seeds

from annotator.formats.registry import WRITTEN_FORMATS
from annotator.resources import resource_path

WATCH = Path(__file__).resolve().parent / "network"
READ = ("text", "html", "csv", "docx", "pdf", "jsonl")
"""The kinds of files that are only read; all others are those that an export writes."""
TEMPTING = """\
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://127.0.0.1:9/strict.dtd">
<html lang="ar"><head><title>خبر</title><base href="http://127.0.0.1:9/"><link rel="stylesheet" href="style.css">
<link rel="canonical" href="http://localhost:9/a"><script src="a.js"></script></head><body><article><img src="b.png">
<p>قالت وزارة الصحة، اليوم الثلاثاء، إن الخطة الوطنية للتلقيح ستنجز في سنة 2030 وبعدها بقليل.</p>
<p><a href="http://127.0.0.1:9/c">أعلنت الوزارة</a> في بلاغ لها أن الحملة تهم جميع الجهات والأقاليم.</p>
<iframe src="http://127.0.0.1:9/d"></iframe></article></body></html>
"""
WAYS_OUT = """
import contextlib, http.client, socket, urllib.request

with socket.create_server(("127.0.0.1", 0)) as server:
    with socket.create_connection(server.getsockname()):
        pass
socket.getaddrinfo("127.0.0.1", 80)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as letters:
    letters.sendto(b"x", ("127.0.0.1", 9))
with contextlib.suppress(OSError):
    urllib.request.urlopen("http://127.0.0.1:9/", timeout=5)
"""
AT_HOME = """
import socket, subprocess, sys

one, other = socket.socketpair()
one.sendall(b"x")
with socket.socket(socket.AF_UNIX) as screen:
    try:
        screen.connect(sys.argv[1])
    except OSError:
        pass
subprocess.run([sys.executable, "-c", "pass"], check=True)
"""

Watched = Callable[..., str]
Command = Callable[..., str]


class Record:
    """What the watched processes wrote down."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self, kind: str) -> list[str]:
        """Of the processes (`watched`) or of what they reached for (`reached`)."""
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return [line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} ")]


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record(tmp_path / "record.txt")


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Return a function that runs Python under the watch and returns its output; exit code 1 reports refusals."""

    def run(*arguments: str | Path, refusing: bool = False) -> str:
        own = {"NETWORK_RECORD": str(tmp_path / "record.txt"), "PYTHONPATH": str(WATCH), "QT_QPA_PLATFORM": "offscreen"}
        completed = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        assert completed.returncode in ((0, 1) if refusing else (0,)), completed.stderr
        return completed.stdout

    return run


def test_every_way_out_is_seen(watched: Watched, record: Record) -> None:
    watched("-c", WAYS_OUT)
    seen = {line.split()[0] for line in record.lines("reached")}
    assert {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request", "http.client.connect"} <= seen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such sockets")
def test_what_stays_on_the_machine_is_no_network_and_what_is_started_is_watched_too(
    watched: Watched, record: Record, tmp_path: Path
) -> None:
    watched("-c", AT_HOME, tmp_path / "nobody")
    assert record.lines("reached") == []
    assert len(record.lines("watched")) == 2


@pytest.fixture
def command(watched: Watched, tmp_path: Path) -> Command:
    """Return a function that runs a command, after `a.corpus` was made of files that tempt to ask for a network."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "tempting.html").write_text(TEMPTING, encoding="utf-8")
    for name in READ:
        for number, data in enumerate(build_seeds()[name]):
            (files / f"{number}.{'txt' if name == 'text' else name}").write_bytes(data)

    def run(*arguments: str | Path, refusing: bool = False) -> str:
        return watched("-m", "annotator", "--language", "en", *arguments, refusing=refusing)

    imported = run("import", "a.corpus", resource_path("samples"), files, "--add-labels", refusing=True)
    assert "articles added" in imported
    run("suggest", "a.corpus", "--accept", "--annotator", "leila")
    return run


def export(command: Command, name: str) -> None:
    """Export the corpus in the format of this name, and import it again."""
    options = f"--format {name} --annotator leila --state all --zones all --json"
    report = command("export", "a.corpus", name, *options.split(), refusing=True)
    assert '"verified": true' in report, name
    assert "added" in command("import", f"{name}.corpus", name, "--add-labels", refusing=True)


@pytest.mark.parametrize("part", range(3))  # each start takes some seconds under Wine
def test_no_format_asks_for_a_network(command: Command, record: Record, part: int) -> None:
    formats = [format_.name for format_ in WRITTEN_FORMATS if not format_.requires]
    assert len(formats) > 10
    for name in formats[part::3]:
        export(command, name)
    assert len(record.lines("watched")) >= 2 * len(formats[part::3]) + 2
    assert record.lines("reached") == []


def test_no_command_asks_for_a_network(command: Command, record: Record) -> None:
    export(command, "conll2003")
    assert "learned" in command("learn", "conll2003.corpus").lower()
    command("suggest", "conll2003.corpus")
    command("check", "conll2003.corpus", refusing=True)
    command("search", "a.corpus", "وزارة")
    command("stats", "a.corpus")
    command("backup", "a.corpus", "b.corpus")
    assert len(record.lines("watched")) >= 10
    assert record.lines("reached") == []


def test_the_window_asks_for_no_network(watched: Watched, record: Record, tmp_path: Path) -> None:
    watched("-m", "annotator", "import", "a.corpus", resource_path("samples"))
    watched("-m", "annotator", "suggest", "a.corpus", "--accept")
    watched("-m", "annotator", "export", "a.corpus", "a.conll", "--format", "conll2003", "--state", "all")
    watched("-m", "annotator", "import", "b.corpus", "a.conll")
    watched(WATCH / "at_the_window.py", "b.corpus", "window.conll")
    assert (tmp_path / "window.conll").stat().st_size
    assert [line for line in record.lines("watched") if " learn " in line and line.endswith("b.corpus")]
    assert record.lines("reached") == []
