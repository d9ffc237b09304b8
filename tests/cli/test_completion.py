"""Completion in real shells: the script that the program prints, and what a shell makes of it when Tab is pressed."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pages
import pytest
from cli.sample import Run

from annotator.cli.completion import SHELLS, script
from annotator.formats import registry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")

PATIENCE = 30  # seconds
COMMANDS = {
    "bash": ("bash", "--noprofile", "--rcfile", ".rc", "-i"),
    "zsh": ("zsh", "-i"),
}
"""How each shell is started in a folder with a file of commands."""
DOCUMENTED = {
    name: re.findall(rf"`([^`]*{name}_source[^`]*)`", pages.text(pages.DOCS / "engineers.md"))[0].replace("\\", "")
    for name in SHELLS
}
"""The line with which the engineer's page has each shell complete."""
SETUP = {
    "bash": f"""\
{DOCUMENTED["bash"]}
log() {{ _annotator_completion "$@"; printf '%s\\n' "${{COMPREPLY[@]}}" >.candidates; }}
complete -o nosort -F log annotator
bind -x '"\\C-t": printf "%s" "$READLINE_LINE" >.new; mv .new .line'
""",
    "zsh": f"""\
autoload -Uz compinit && compinit -u && {DOCUMENTED["zsh"]}
dump() {{ print -rn -- $BUFFER >.new; mv .new .line }}; zle -N dump; bindkey '^T' dump
""",
}
"""Turns completion on, and has ^T save the line that is being typed."""


class Shell:
    """A shell on a terminal, in a folder with two corpora and another file; the program is on its path."""

    def __init__(self, name: str, folder: Path) -> None:
        import pty

        self.folder = make_folder(folder)
        for rc in (".rc", ".zshrc"):
            (self.folder / rc).write_text(f"PS1='ready> '\n{SETUP[name]}", encoding="utf-8")
        self.controller, terminal = pty.openpty()
        self.process = subprocess.Popen(
            COMMANDS[name],
            cwd=self.folder,
            env=environment(self.folder),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        self._wait(lambda shown: b"ready> " in shown)

    def press_tab(self, typed: str) -> str:
        """Return the line that becomes of what is typed when Tab is pressed."""
        line = self.folder / ".line"
        line.unlink(missing_ok=True)
        os.write(self.controller, b"\x15" + typed.encode() + b"\t\x14")  # ^U deletes the line of before
        output = self._wait(lambda _: line.exists())
        assert line.exists(), output.decode()
        return line.read_text(encoding="utf-8")

    def candidates(self, typed: str) -> list[str]:
        """Return what bash offers."""
        self.press_tab(typed)
        return (self.folder / ".candidates").read_text(encoding="utf-8").splitlines()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.controller)

    def _wait(self, is_done: Callable[[bytes], bool]) -> bytes:
        """Return what the terminal shows until then, or for PATIENCE seconds."""
        output = b""
        end = time.monotonic() + PATIENCE
        while not is_done(output) and time.monotonic() < end:
            if select.select([self.controller], [], [], 0.02)[0]:
                output += os.read(self.controller, 4096)
        return output


def make_folder(folder: Path) -> Path:
    """Return a folder with two corpora and another file, and the program beside it."""
    programs, work = folder / "bin", folder / "work"
    programs.mkdir()
    work.mkdir()
    (programs / "annotator").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m annotator "$@"\n')
    (programs / "annotator").chmod(0o755)
    for name in ("restful.corpus", "my news.corpus", "lab.team", "notes.txt"):
        (work / name).touch()
    return work


def environment(work: Path) -> dict[str, str]:
    path = f"{work.parent / 'bin'}:{os.environ['PATH']}"
    home = {name: str(work) for name in ("HOME", "ZDOTDIR")}
    return {**os.environ, **home, "PATH": path, "PYTHONPATH": str(pages.ROOT), "TERM": "dumb"}


def skip_without(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed; on Debian: sudo apt-get install {shell}")


@pytest.fixture(scope="module", params=["bash", "zsh"])
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    skip_without(request.param)
    shell = Shell(request.param, tmp_path_factory.mktemp(request.param))
    yield shell
    shell.close()


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    skip_without("bash")
    shell = Shell("bash", tmp_path_factory.mktemp("bash"))
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("annotator exp", "annotator export "),
        ("annotator not", "annotator notes.txt "),
        ("annotator --lang", "annotator --language "),
        ("annotator --language f", "annotator --language fr "),
        ("annotator --language fr exp", "annotator --language fr export "),
        ("annotator restf", "annotator restful.corpus "),
        ("annotator export restf", "annotator export restful.corpus "),
        ("annotator export my", "annotator export my\\ news.corpus "),
        ("annotator export a.corpus b --scheme io", "annotator export a.corpus b --scheme iob"),
        ("annotator export a.corpus b --format conllu", "annotator export a.corpus b --format conllu "),
        ("annotator import a.corpus notes.txt --form", "annotator import a.corpus notes.txt --format "),
        ("annotator restful.corpus --new", "annotator restful.corpus --new-window "),
        ("annotator nothing --new", "annotator nothing --new-window "),
    ],
)
def test_tab_completes_the_line(shell: Shell, typed: str, line: str) -> None:
    assert shell.press_tab(typed) == line


def test_bash_offers_commands_and_corpora_beside_each_other(bash: Shell) -> None:
    assert bash.candidates("annotator rest") == ["restore", "restful.corpus"]
    offered = bash.candidates("annotator ")
    assert {"import", "export", "restful.corpus", "my news.corpus", "lab.team"} < set(offered)
    assert "notes.txt" not in offered


def test_bash_completes_a_value_after_an_equals_sign(bash: Shell) -> None:
    line = bash.press_tab("annotator import a b --format=pr")
    assert line == "annotator import a b --format=prodigy "


def test_fish_completes_the_line(tmp_path: Path) -> None:
    skip_without("fish")
    work = make_folder(tmp_path)

    def candidates(typed: str) -> list[str]:
        command = f"{DOCUMENTED['fish']}; complete --do-complete {typed!r}"
        completed = subprocess.run(
            ["fish", "-c", command], cwd=work, env=environment(work), capture_output=True, text=True, check=True
        )
        assert completed.stderr == ""
        return [line.partition("\t")[0] for line in completed.stdout.splitlines()]

    assert candidates("annotator exp") == ["export"]
    assert set(candidates("annotator rest")) == {"restore", "restful.corpus"}
    assert candidates("annotator --language f") == ["fr"]
    assert candidates("annotator export restf") == ["restful.corpus"]
    assert set(candidates("annotator import a b --format ")) >= {format_.name for format_ in registry.READ_FORMATS}


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_that_is_printed_is_that_of_the_packages(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ANNOTATOR_COMPLETE", f"{name}_source")
    ended = run()
    assert (ended.code, ended.text.strip(), ended.err) == (0, script(name).strip(), "")
