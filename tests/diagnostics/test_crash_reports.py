"""Error reports and crash records: complete, without article text, and limited in number."""

import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from strategies import texts

from annotator import __version__, settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import ErrorDetails

ARABIC = re.compile(r"[\u0600-\u06ff]{3}")


def make_details(message: str = "x") -> ErrorDetails:
    try:
        raise ValueError(message)
    except ValueError as error:
        return ErrorDetails.from_error(error)


def test_report_holds_facts_trace_and_last_log_lines() -> None:
    logs.start()
    for number in range(60):
        logging.getLogger("annotator").info("line %d", number)
    text = crash_reports.format_report(make_details(), {"Qt": "6.11.2", "corpus": "schema 9, 3 articles, 12 spans"})
    logs.stop()
    for line in (
        rf"annotator +{re.escape(__version__)}",
        rf"Python +{'.'.join(map(str, sys.version_info[:3]))}",
        r"sqlite-utils +4\.\S+",
        r"language +en",
        r"Qt +6\.11\.2",
        r"corpus +schema 9, 3 articles, 12 spans",
        r"ValueError",
        r"  \S*test_crash_reports\.py:\d+ in make_details",
        r".* line 59",
        r".* line 10",
    ):
        assert re.search(rf"^{line}$", text, re.MULTILINE), line
    assert "line 9\n" not in text


@given(texts)
def test_report_holds_no_words_of_an_article(text: str) -> None:
    message = f"{text} وزارة الصحة"
    assert not ARABIC.search(crash_reports.format_report(make_details(message), {"corpus": message}))


def test_only_the_newest_reports_are_kept() -> None:
    assert crash_reports.list_reports() == []
    paths = [crash_reports.save_report(f"report {number}") for number in range(25)]
    reports = crash_reports.list_reports()
    assert len(reports) == 20
    assert paths[-1] in reports
    assert re.fullmatch(r"report-\d{8}-\d{6}(-\d+)?\.txt", reports[0].name)
    assert all(path.parent == settings.log_dir() for path in reports)


def test_save_report_returns_none_if_it_cannot_write() -> None:
    settings.log_dir().parent.mkdir(parents=True, exist_ok=True)
    settings.log_dir().write_text("a file where the folder would be")
    assert crash_reports.save_report("text") is None
    assert crash_reports.take_crash() is None
    with crash_reports.recording_crashes():
        pass


def test_summary_mentions_another_thread() -> None:
    details: list[ErrorDetails] = []
    thread = threading.Thread(target=lambda: details.append(make_details()))
    thread.start()
    thread.join()
    assert details[0].summary == "ValueError in another thread"
    assert make_details().summary == "ValueError"


CRASHING = """
import os, signal, sys
from annotator import settings
from annotator.diagnostics import crash_reports
settings.log_dir().mkdir(parents=True, exist_ok=True)
def article(text):
    os.kill(os.getpid(), signal.Signals[sys.argv[1]])
with crash_reports.recording_crashes():
    article("وزارة الصحة")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("sent", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_crash_is_recorded_with_its_trace_and_taken_once(sent: str) -> None:
    completed = subprocess.run([sys.executable, "-c", CRASHING, sent], check=False)
    assert completed.returncode == -signal.Signals[sent]
    crash = crash_reports.take_crash()
    assert crash
    assert any("in article" in line for line in crash.trace)
    assert not ARABIC.search("\n".join(crash.trace))
    assert crash_reports.take_crash() is None
    assert list(settings.log_dir().iterdir()) == []


OPENING = (
    CRASHING.replace("recording_crashes():", "recording_crashes() as note:")
    .replace("    article(", "    note(Path('مدونة.corpus'))\n    article(")
    .replace("import os,", "from pathlib import Path\nimport os,")
)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_crash_record_has_the_open_corpus_outside_the_report(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPENING, "SIGSEGV"], check=False, cwd=tmp_path, env=_environment())
    crash = crash_reports.take_crash()
    assert crash
    assert crash.corpora == (tmp_path / "مدونة.corpus",)
    assert "corpus" not in "\n".join((*crash.trace, crash.summary, crash.location))
    assert list(settings.log_dir().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_note_of_a_killed_process_is_deleted_after_a_week(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPENING, "SIGKILL"], check=False, cwd=tmp_path, env=_environment())
    assert len(list(settings.log_dir().iterdir())) == 2
    assert crash_reports.take_crash() is None
    for path in settings.log_dir().iterdir():
        os.utime(path, (time.time() - 8 * 24 * 3600,) * 2)
    assert crash_reports.take_crash() is None
    assert list(settings.log_dir().iterdir()) == []


def test_open_corpus_is_noted_until_it_is_closed(tmp_path: Path) -> None:
    settings.log_dir().mkdir(parents=True)
    with crash_reports.recording_crashes() as note:
        note(tmp_path / "one.corpus")
        note(tmp_path / "two.corpus")
        [mark] = settings.log_dir().glob("open-*")
        assert mark.read_bytes() == os.fsencode(tmp_path / "two.corpus")
        note(None)
        assert not mark.exists()
        note(tmp_path / "one.corpus")
    assert list(settings.log_dir().iterdir()) == []


def _environment() -> dict[str, str]:
    """Return the environment of a process that runs in another folder."""
    return {**os.environ, "PYTHONPATH": str(Path(crash_reports.__file__).parents[2])}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGTERM"])
def test_terminated_process_has_not_crashed(sent: str) -> None:
    subprocess.run([sys.executable, "-c", CRASHING, sent], check=False)
    [record] = settings.log_dir().iterdir()
    assert crash_reports.take_crash() is None
    assert record.exists()  # it might be running
    os.utime(record, (time.time() - 8 * 24 * 3600,) * 2)
    assert crash_reports.take_crash() is None
    assert not record.exists()


def test_process_that_exits_normally_leaves_no_files() -> None:
    code = CRASHING.replace(
        "os.kill(os.getpid(), signal.Signals[sys.argv[1]])", "assert len(os.listdir(settings.log_dir())) == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(settings.log_dir().iterdir()) == []
