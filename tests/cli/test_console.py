"""Output to a terminal, a pipe and a broken pipe, with real processes and real files."""

import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from builders import build_plain_article
from cli.sample import BODY, HEADLINE, TEXT
from running import raising

from annotator.cli.console import format_for_terminal, print_json, print_json_list, print_message, run_with_progress
from annotator.cli.root import root
from annotator.cli.running import run
from annotator.cli.terminal import display_width, has_arabic, reorder_for_display
from annotator.store.corpus import Corpus

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")


def _environment(**more: str) -> dict[str, str]:
    gone = ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM", "TERM_PROGRAM", "PYTHONUTF8", "PYTHONIOENCODING")
    environment = {name: value for name, value in os.environ.items() if name not in gone and not name.startswith("LC_")}
    return {**environment, "TERM": "xterm", "COLUMNS": "60", "LINES": "24", **more}


def _annotator(*arguments: object, **more: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "annotator", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=_environment(**more), timeout=60)


def _on_a_terminal(*arguments: object, encoding: str = "utf-8", **more: str) -> str:
    """Return the output of a command with a terminal at both outputs."""
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
    return sent.decode(encoding).replace("\r\n", "\n")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@posix
def test_a_terminal_without_bidi_gets_arabic_laid_out(corpus: Path) -> None:
    output = _on_a_terminal("show", corpus, 1)
    assert HEADLINE not in output
    assert reorder_for_display(HEADLINE) in output
    assert all(display_width(line) <= 60 for line in reorder_for_display(TEXT, 60).split("\n"))
    assert reorder_for_display(BODY).rjust(59) in output or reorder_for_display(BODY) in output
    listed = _on_a_terminal("list", corpus)
    assert reorder_for_display(HEADLINE) in listed
    assert "\u200e" not in listed


@posix
def test_a_terminal_with_bidi_gets_it_as_it_is(corpus: Path) -> None:
    output = _on_a_terminal("show", corpus, 1, VTE_VERSION="7006")
    assert HEADLINE in output
    listed = _on_a_terminal("list", corpus, VTE_VERSION="7006")
    # Marks separate the cells, so that Arabic in one does not reorder the next.
    assert any(line.startswith("\u200e") and HEADLINE in line for line in listed.splitlines())
    assert reorder_for_display(HEADLINE) in _on_a_terminal("show", corpus, 1, "--visual", VTE_VERSION="7006")


@posix
def test_arabic_help_on_a_terminal_without_bidi_keeps_its_columns() -> None:
    logical = _annotator("suggest", "-h", ANNOTATOR_LANGUAGE="ar", COLUMNS="100").stdout.decode().splitlines()
    laid_out = _on_a_terminal("suggest", "-h", ANNOTATOR_LANGUAGE="ar", COLUMNS="100").splitlines()
    assert len(laid_out) == len(logical)
    assert any(line.lstrip().startswith("model") for line in logical)  # a line in Arabic that begins with another word
    for line, source in zip(laid_out, logical, strict=True):
        option = re.match(r"  --?[\w, -]+( [A-Z,.]+)?  +| *", source)
        assert option
        words = source[option.end() :]
        if has_arabic(words):
            assert (display_width(line), line[: option.end()]) == (78, option[0])
            assert line.endswith(" " + reorder_for_display("\u200f" + words))
        else:
            assert line == source


@posix
def test_a_text_cannot_send_control_characters_to_the_terminal(corpus: Path) -> None:
    text = "before \x1b]0;title\x07 \x9b2J after"
    with Corpus.open(corpus) as opened:
        opened.add(build_plain_article(text))
    for mode in "--visual", "--logical":
        output = _on_a_terminal("show", corpus, 3, mode)
        assert "before" in output
        assert not set(output) & set("\x1b\x07\x9b")
    assert not set(_on_a_terminal("list", corpus)) & set("\x1b\x07\x9b")


def test_a_pipe_gets_the_text_as_stored(corpus: Path) -> None:
    output = _annotator("show", corpus, 1)
    assert HEADLINE.encode() in output.stdout
    assert output.stderr == b""
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
def test_output_is_utf_8_in_every_locale(corpus: Path, locale: dict[str, str]) -> None:
    for arguments in ("list", corpus, "--json"), ("show", corpus, "1"):
        completed = _annotator(*arguments, **locale)
        assert (completed.returncode, completed.stderr) == (0, b"")
        assert HEADLINE.encode() in completed.stdout
    wrong = _annotator("show", corpus, "ثلاثة", **locale)
    assert wrong.returncode == 2
    assert "ثلاثة".encode() in wrong.stderr
    helped = _annotator("--language", "ar", "--help", **locale)
    assert (helped.returncode, helped.stderr) == (0, b"")


def test_a_closed_pipe_is_no_error(corpus: Path) -> None:
    for arguments in (["list", str(corpus)], ["list", str(corpus), "--json"], ["--help"]):
        command = [sys.executable, "-m", "annotator", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0


@posix
@pytest.mark.parametrize(
    "closing",
    ["<&- >&- 2>&-", *(pytest.param(each, marks=pytest.mark.slow) for each in (">&-", "2>&-", "<&-", ">&- 2>&-"))],
)
def test_a_closed_stream_is_no_error_and_no_file_gets_its_number(corpus: Path, tmp_path: Path, closing: str) -> None:
    out = tmp_path / "out.jsonl"
    lines = [
        f'list "{corpus}"',
        f'list "{corpus}" --json',
        f'search "{corpus}" وزارة',
        f'mark "{corpus}" - --state done',
        f'export "{corpus}" "{out}" --format jsonl --state all --annotator salma',
    ]
    for line in lines:
        command = f'"{sys.executable}" -m annotator {line} {closing}'
        completed = subprocess.run(["sh", "-c", command], capture_output=True, env=_environment(), timeout=60)
        assert (completed.returncode, b"internal error" in completed.stderr) == (0, False), command
    assert len(out.read_bytes().splitlines()) == 2
    with Corpus.open(corpus, readonly=True) as opened:
        assert opened.article(1).text == TEXT


@posix
def test_an_export_to_a_closed_stream_is_an_error(corpus: Path) -> None:
    command = f'"{sys.executable}" -m annotator --language en export "{corpus}" - --format jsonl --state all'
    command += " --annotator salma >&-"
    completed = subprocess.run(["sh", "-c", command], capture_output=True, env=_environment(), timeout=60)
    assert completed.returncode == 2
    assert completed.stderr == b"annotator: standard output is closed, so nothing was exported\n"


@posix
def test_letters_that_a_terminal_of_windows_1256_has_are_shown(corpus: Path) -> None:
    output = _on_a_terminal("list", corpus, PYTHONIOENCODING="cp1256", encoding="cp1256")
    assert HEADLINE.split()[1][::-1] in output
    assert "?" not in output


class ClosedPipe(io.StringIO):
    """A stream whose reader has gone, for which Windows reports EINVAL."""

    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


def test_on_windows_a_closed_pipe_is_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", ClosedPipe())
    monkeypatch.setattr(sys, "platform", "linux")
    assert run(["--help"]) == 2
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(BrokenPipeError):
        run(["--help"])


def test_any_other_invalid_argument_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(root, "make_context", raising(OSError(errno.EINVAL, "Invalid argument")))
    assert run(["--help"]) == 2
    assert "Invalid argument" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdout", None)  # as in a program with a window there
    assert run(["--help"]) == 2


def _steps() -> Generator[tuple[int, int], None, str]:
    for position in range(1, 5):
        yield position, 4
    return "all"


def test_json_has_no_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"title": "\x1b[31m \x9b31m \x7f \n نص"}
    print_json(value)
    print_json_list([[value]])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [value, [value]]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", "".join(lines))


def test_a_message_has_no_control_characters_wherever_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    """A message in a log is read on a terminal later."""
    print_message("“a\0b\x1b[31m\nc”: no")
    assert capsys.readouterr().err == "annotator: “a\ufffdb\ufffd[31m c”: no\n"


def test_a_message_has_no_letters_in_reverse(capsys: pytest.CaptureFixture[str]) -> None:
    print_message("“cod.\u202efdp”: no")
    assert capsys.readouterr().err == "annotator: “cod.\ufffdfdp”: no\n"


def test_run_with_progress_returns_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_with_progress(_steps(), "Working") == "all"
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_the_progress(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert run_with_progress(_steps(), "Working") == "all"
    assert "Working" in screen.getvalue()
    assert "100%" in screen.getvalue()
    assert capsys.readouterr().out == ""


def test_only_a_terminal_gets_reordered_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {})
    assert format_for_terminal("خطة\x1b", io.StringIO()) == "خطة\x1b"
    assert format_for_terminal("خطة\x1b", Screen()).strip() == reorder_for_display("خطة\ufffd")
    assert format_for_terminal("خطة", Screen(), reorder=False) == "خطة"
    assert format_for_terminal("خطة", io.StringIO(), reorder=True) == reorder_for_display("خطة")
