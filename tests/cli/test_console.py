"""What reaches a terminal, a pipe and a broken one: real processes with real files at their ends."""

import errno
import io
import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from cli.sample import BODY, HEADLINE, TEXT

from annotator.cli import console, running
from annotator.cli.console import finish, for_screen
from annotator.cli.running import run
from annotator.cli.terminal import columns, visual
from annotator.model.records import Article, Draft, article_uid
from annotator.store.corpus import Corpus

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")


def _environment(**more: str) -> dict[str, str]:
    gone = ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM", "TERM_PROGRAM", "PYTHONUTF8", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in gone and not name.startswith("LC_")}
    return {**kept, "TERM": "xterm", "COLUMNS": "60", "LINES": "24", **more}


def _annotator(*arguments: object, **more: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "annotator", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=_environment(**more), timeout=60)


def _on_a_terminal(*arguments: object, **more: str) -> str:
    """What a terminal at both outputs is sent."""
    import pty

    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "annotator", *map(str, arguments)]
    with subprocess.Popen(command, stdout=terminal, stderr=terminal, env=_environment(**more)) as process:
        os.close(terminal)
        sent = bytearray()
        try:
            while part := os.read(controller, 4096):
                sent += part
        except OSError:  # how Linux says that the other end was closed
            pass
        os.close(controller)
        assert process.wait(60) == 0
    return sent.decode().replace("\r\n", "\n")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@posix
def test_a_terminal_without_bidi_gets_arabic_laid_out(corpus: Path) -> None:
    shown = _on_a_terminal("show", corpus, 1)
    assert HEADLINE not in shown
    assert visual(HEADLINE) in shown
    assert all(columns(line) <= 60 for line in visual(TEXT, 60).split("\n"))
    assert visual(BODY).rjust(59) in shown or visual(BODY) in shown
    listed = _on_a_terminal("list", corpus)
    assert visual(HEADLINE) in listed
    assert "\u200e" not in listed


@posix
def test_a_terminal_with_bidi_gets_it_as_it_is(corpus: Path) -> None:
    shown = _on_a_terminal("show", corpus, 1, VTE_VERSION="7006")
    assert HEADLINE in shown
    listed = _on_a_terminal("list", corpus, VTE_VERSION="7006")
    # Kept apart by marks, so that the Arabic of one cell does not draw the next to its side.
    assert any(line.startswith("\u200e") and HEADLINE in line for line in listed.splitlines())
    assert visual(HEADLINE) in _on_a_terminal("show", corpus, 1, "--visual", VTE_VERSION="7006")


@posix
def test_a_text_cannot_command_the_terminal(corpus: Path) -> None:
    text = "before \x1b]0;title\x07 \x9b2J after"
    with Corpus.open(corpus) as opened:
        opened.add(Draft(Article(article_uid(text), text)))
    for mode in "--visual", "--logical":
        shown = _on_a_terminal("show", corpus, 3, mode)
        assert "before" in shown
        assert not set(shown) & set("\x1b\x07\x9b")
    assert not set(_on_a_terminal("list", corpus)) & set("\x1b\x07\x9b")


def test_a_pipe_gets_what_is_stored(corpus: Path) -> None:
    shown = _annotator("show", corpus, 1)
    assert HEADLINE.encode() in shown.stdout
    assert shown.stderr == b""
    assert "\u200e".encode() not in _annotator("list", corpus).stdout


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "POSIX"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
    ],
    ids=str,
)
def test_no_locale_spoils_the_output(corpus: Path, locale: dict[str, str]) -> None:
    for arguments in ("list", corpus, "--json"), ("show", corpus, "1"):
        done = _annotator(*arguments, **locale)
        assert (done.returncode, done.stderr) == (0, b"")
        assert HEADLINE.encode() in done.stdout
    wrong = _annotator("show", corpus, "ثلاثة", **locale)
    assert wrong.returncode == 2
    assert "ثلاثة".encode() in wrong.stderr
    helped = _annotator("--language", "ar", "--help", **locale)
    assert (helped.returncode, helped.stderr) == (0, b"")


def test_a_reader_that_leaves_is_no_error(corpus: Path) -> None:
    for arguments in (["list", str(corpus)], ["list", str(corpus), "--json"], ["--help"]):
        command = [sys.executable, "-m", "annotator", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0


class ClosedPipe(io.StringIO):
    """A stream that Windows says EINVAL of: nobody reads its other end any more."""

    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


def test_on_windows_a_closed_pipe_is_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    monkeypatch.setattr(sys, "platform", "linux")
    assert run(["--help"]) == 2
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(BrokenPipeError):
        run(["--help"])


def test_an_invalid_argument_of_anything_else_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(running, "root", fail)
    assert run(["--help"]) == 2
    assert "Invalid argument" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdout", None)  # as in a program with a window there
    assert run(["--help"]) == 2


def _steps() -> Generator[tuple[int, int], None, str]:
    for done in range(1, 5):
        yield done, 4
    return "all"


def test_work_is_done_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert finish(_steps(), "Working") == "all"
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert finish(_steps(), "Working") == "all"
    assert "Working" in screen.getvalue()
    assert "100%" in screen.getvalue()
    assert capsys.readouterr().out == ""


def test_only_a_screen_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console.os, "environ", {})
    assert for_screen("خطة\x1b", io.StringIO()) == "خطة\x1b"
    assert for_screen("خطة\x1b", Screen()).strip() == visual("خطة\ufffd")
    assert for_screen("خطة", Screen(), reorder=False) == "خطة"
    assert for_screen("خطة", io.StringIO(), reorder=True) == visual("خطة")
