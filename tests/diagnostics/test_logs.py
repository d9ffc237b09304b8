"""The log: in its place, bounded, harmless, and no reason to stop working."""

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
from text.texts import texts

from annotator import settings
from annotator.diagnostics import logs

log = logging.getLogger("annotator.here")
ARABIC = re.compile(r"[\u0600-\u06ff]{3}")


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    logs.stop()


def written() -> str:
    return logs.file().read_text(encoding="utf-8")


def test_nothing_is_written_before_it_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    log.warning("early")
    assert not logs.file().exists()
    assert logs.last(10) == []
    assert capsys.readouterr().err == ""


def test_a_line_says_when_who_and_what() -> None:
    assert logs.start()
    log.info("opened %s with %d articles, %.1f s", Path("/x/news.corpus"), 3, 0.25)
    [line] = logs.last(10)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ INFO annotator\.here: "
        r"opened #[0-9a-f]{4}\.corpus with 3 articles, 0\.2 s",
        line,
    )


def test_a_second_start_writes_each_line_once() -> None:
    logs.start()
    logs.start()
    log.info("once")
    assert written().count("once") == 1
    logs.stop()
    log.info("late")
    assert "late" not in written()


def test_a_warning_that_comes_again_and_again_is_there_once() -> None:
    logs.start()
    for at in range(3):
        for _time in range(4):
            log.warning("%s is locked", Path("/x/news.corpus"))
        log.info("try %d", at)
        log.info("try %d", at)
    assert written().count("is locked") == 3
    assert written().count("try") == 6


def test_the_trace_of_an_error_is_there_without_its_words() -> None:
    logs.start()
    try:
        raise KeyError("Covid budget")
    except KeyError as error:
        log.exception("%s came", error)
    assert "KeyError came" in written()
    assert 'raise KeyError("Covid budget")' in written()  # the program's own code
    assert written().splitlines()[-1] == "KeyError"


@given(st.lists(texts, min_size=1, max_size=3))
def test_no_words_of_an_article_get_into_the_log(said: list[str]) -> None:
    formatter = logs.Harmless()
    given_ = [f"وزارة الصحة {text}" for text in said]
    try:
        raise ValueError(*given_) from KeyError(given_[0])
    except ValueError:
        error = sys.exc_info()
    message = " %s" * len(given_)
    for record in (
        logging.LogRecord("annotator", 20, "", 1, message, tuple(given_), error),
        logging.LogRecord("annotator", 20, "", 1, given_[0].replace("%", ""), (), None),
        logging.LogRecord("annotator", 20, "", 1, "%s %s %s", (given_, error[1], {"a": given_[0]}), None),
    ):
        line = formatter.format(record)
        assert not ARABIC.search(line)
        assert len(line.splitlines()) == 1 or record.exc_info


def test_it_is_kept_in_a_few_files_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 2000)
    logs.start()
    for at in range(300):
        log.info("line %d", at)
    files = sorted(path.name for path in settings.log_dir().iterdir())
    assert files == ["annotator.log", "annotator.log.1", "annotator.log.2", "annotator.log.3"]
    assert all(path.stat().st_size <= 2000 for path in settings.log_dir().iterdir())
    assert logs.last(1)[0].endswith("line 299")
    assert len(logs.last(5)) == 5


def test_two_windows_write_to_one_log_and_no_line_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_SIZE", 2000)
    monkeypatch.setattr(logs, "_OLDER", 50)
    settings.log_dir().mkdir(parents=True)
    windows = [logs._File(logs.file(), maxBytes=2000, encoding="utf-8", errors="replace") for _window in range(2)]
    for at in range(200):
        windows[at % 2].handle(logging.LogRecord("annotator", logging.INFO, "", 0, "line %03d;", (at,), None))
    for window in windows:
        window.close()
    text = "".join(path.read_text(encoding="utf-8") for path in settings.log_dir().iterdir())
    assert sorted(re.findall(r"line (\d+);", text)) == [f"{at:03}" for at in range(200)]
    if sys.platform != "win32":  # there the file grows until one window is closed
        assert all(path.stat().st_size <= 2100 for path in settings.log_dir().iterdir())


def test_a_log_that_cannot_be_renamed_grows_and_the_older_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, while another window has it open."""
    monkeypatch.setattr(logs, "_SIZE", 2000)
    logs.start()
    older = logs.file().with_name("annotator.log.1")
    older.write_text("older")
    tries = []

    def refuse(path: Path, _target: Path) -> Path:
        tries.append(path)
        raise PermissionError(13, "another process has it open")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        for at in range(100):
            log.info("line %03d;", at)
    assert re.findall(r"line (\d+);", written()) == [f"{at:03}" for at in range(100)]
    assert older.read_text() == "older"
    assert len(tries) < 50, "not at every line"
    for at in range(20):
        log.info("line %03d;", at)
    assert "older" not in older.read_text()
    assert logs.file().stat().st_size < 2000


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    settings.log_dir().parent.mkdir(parents=True, exist_ok=True)
    settings.log_dir().write_text("a file where the folder would be")
    assert not logs.start()
    log.error("lost")
    assert logs.last(10) == []
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk here that is always full")
def test_a_full_disk_is_no_reason_to_stop(capsys: pytest.CaptureFixture[str]) -> None:
    settings.log_dir().mkdir(parents=True)
    logs.file().symlink_to("/dev/full")
    assert logs.start()
    log.error("lost")
    logs.stop()
    assert capsys.readouterr().err == ""


def test_other_programs_loggers_are_no_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.start()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    logging.getLogger("trafilatura").error("reading %s", "Covid budget")
    assert written() == ""


def test_it_lies_where_the_platform_has_its_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.log_dir() == Path(os.environ["ANNOTATOR_HOME"]) / "log"
    monkeypatch.delenv("ANNOTATOR_HOME")
    assert settings.log_dir() == Path(platformdirs.user_log_dir("annotator", appauthor=False))
