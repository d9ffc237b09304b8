"""The log: in its folder, bounded, without article text, and never a reason to fail."""

import io
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator import settings
from annotator.diagnostics import logs

log = logging.getLogger("annotator.here")
ARABIC = re.compile(r"[\u0600-\u06ff]{3}")


@pytest.fixture(autouse=True)
def _stop_logging() -> Iterator[None]:
    yield
    logs.stop()


def read_log() -> str:
    return logs.log_path().read_text(encoding="utf-8")


def test_nothing_is_logged_before_start(capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("early")
    assert not logs.log_path().exists()
    assert logs.last_lines(10) == []
    assert capsys.readouterr().err == ""


def test_log_line_has_time_process_level_logger_and_message() -> None:
    assert logs.start()
    log.info("opened %s with %d articles, %.1f s", Path("/x/news.corpus"), 3, 0.25)
    [line] = logs.last_lines(10)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ INFO annotator\.here: "
        r"opened #[0-9a-f]{4}\.corpus with 3 articles, 0\.2 s",
        line,
    )


def test_second_start_does_not_duplicate_lines() -> None:
    logs.start()
    logs.start()
    log.info("once")
    assert read_log().count("once") == 1
    logs.stop()
    log.info("late")
    assert "late" not in read_log()


def test_repeated_warning_is_logged_once() -> None:
    logs.start()
    for number in range(3):
        for _time in range(4):
            log.warning("%s is locked", Path("/x/news.corpus"))
        log.info("try %d", number)
        log.info("try %d", number)
    assert read_log().count("is locked") == 3
    assert read_log().count("try") == 6


def test_error_is_logged_with_its_trace_but_without_its_message() -> None:
    logs.start()
    try:
        raise KeyError("Covid budget")
    except KeyError as error:
        log.exception("%s came", error)
    assert "KeyError came" in read_log()
    assert 'raise KeyError("Covid budget")' in read_log()  # the program's own code
    assert read_log().splitlines()[-1] == "KeyError"


@given(st.lists(texts, min_size=1, max_size=3))
def test_log_holds_no_words_of_an_article(drawn: list[str]) -> None:
    formatter = logs.RedactingFormatter()
    messages = [f"وزارة الصحة {text}" for text in drawn]
    try:
        raise ValueError(*messages) from KeyError(messages[0])
    except ValueError:
        error = sys.exc_info()
    message = " %s" * len(messages)
    for record in (
        logging.LogRecord("annotator", 20, "", 1, message, tuple(messages), error),
        logging.LogRecord("annotator", 20, "", 1, messages[0].replace("%", ""), (), None),
        logging.LogRecord("annotator", 20, "", 1, "%s %s %s", (messages, error[1], {"a": messages[0]}), None),
    ):
        line = formatter.format(record)
        assert not ARABIC.search(line)
        assert len(line.splitlines()) == 1 or record.exc_info


def test_log_rotates_among_a_few_files_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 2000)
    logs.start()
    for number in range(300):
        log.info("line %d", number)
    files = sorted(path.name for path in settings.log_dir().iterdir())
    assert files == ["annotator.log", "annotator.log.1", "annotator.log.2", "annotator.log.3"]
    assert all(path.stat().st_size <= 2000 for path in settings.log_dir().iterdir())
    assert logs.last_lines(1)[0].endswith("line 299")
    assert len(logs.last_lines(5)) == 5


def test_two_windows_write_to_one_log_without_losing_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 2000)
    monkeypatch.setattr(logs, "_OLDER", 50)
    settings.log_dir().mkdir(parents=True)
    windows = [
        logs._SharedLogHandler(logs.log_path(), maxBytes=2000, encoding="utf-8", errors="replace")
        for _window in range(2)
    ]
    for number in range(200):
        windows[number % 2].handle(logging.LogRecord("annotator", logging.INFO, "", 0, "line %03d;", (number,), None))
    for window in windows:
        window.close()
    text = "".join(path.read_text(encoding="utf-8") for path in settings.log_dir().iterdir())
    assert sorted(re.findall(r"line (\d+);", text)) == [f"{number:03}" for number in range(200)]
    if sys.platform != "win32":  # there the file grows until one window is closed
        assert all(path.stat().st_size <= 2100 for path in settings.log_dir().iterdir())


def test_log_that_cannot_be_renamed_grows_and_older_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows refuses the renaming while another window has the log open."""
    monkeypatch.setattr(logs, "_SIZE", 2000)
    logs.start()
    older = logs.log_path().with_name("annotator.log.1")
    older.write_text("older")
    tries = []

    def refuse(path: Path, _target: Path) -> Path:
        tries.append(path)
        raise PermissionError(13, "another process has it open")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        for number in range(100):
            log.info("line %03d;", number)
    assert re.findall(r"line (\d+);", read_log()) == [f"{number:03}" for number in range(100)]
    assert older.read_text() == "older"
    assert len(tries) < 50, "not at every line"
    for number in range(20):
        log.info("line %03d;", number)
    assert "older" not in older.read_text()
    assert logs.log_path().stat().st_size < 2000


def test_start_returns_false_if_the_folder_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    settings.log_dir().parent.mkdir(parents=True, exist_ok=True)
    settings.log_dir().write_text("a file where the folder would be")
    assert not logs.start()
    log.error("lost")
    assert logs.last_lines(10) == []
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
def test_full_disk_does_not_raise(capsys: pytest.CaptureFixture[str]) -> None:
    settings.log_dir().mkdir(parents=True)
    logs.log_path().symlink_to("/dev/full")
    assert logs.start()
    log.error("lost")
    logs.stop()
    assert capsys.readouterr().err == ""


def test_loggers_of_other_packages_are_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.start()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    logging.getLogger("trafilatura").error("reading %s", "Covid budget")
    assert read_log() == ""


def test_log_is_in_the_platforms_log_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.log_dir() == Path(os.environ["ANNOTATOR_HOME"]) / "log"
    monkeypatch.delenv("ANNOTATOR_HOME")
    assert settings.log_dir() == Path(platformdirs.user_log_dir("annotator", appauthor=False))
