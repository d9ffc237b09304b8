"""Reports of what nobody foresaw: complete, harmless, few; and what is left of a process that crashed."""

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
from text.texts import texts

from annotator import __version__, settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import Fault

ARABIC = re.compile(r"[\u0600-\u06ff]{3}")


def fault(said: str = "x") -> Fault:
    try:
        raise ValueError(said)
    except ValueError as error:
        return Fault.of(error)


def test_a_report_says_what_it_was_on_what_and_what_came_before() -> None:
    logs.start()
    for at in range(60):
        logs.logging.getLogger("annotator").info("line %d", at)
    text = crash_reports.report(fault(), {"Qt": "6.11.2", "corpus": "schema 9, 3 articles, 12 spans"})
    logs.stop()
    for line in (
        rf"annotator +{re.escape(__version__)}",
        rf"Python +{'.'.join(map(str, sys.version_info[:3]))}",
        r"sqlite-utils +4\.\S+",
        r"language +en",
        r"Qt +6\.11\.2",
        r"corpus +schema 9, 3 articles, 12 spans",
        r"ValueError",
        r"  \S*test_crash_reports\.py:\d+ in fault",
        r".* line 59",
        r".* line 10",
    ):
        assert re.search(rf"^{line}$", text, re.MULTILINE), line
    assert "line 9\n" not in text


@given(texts)
def test_no_words_of_an_article_get_into_a_report(text: str) -> None:
    said = f"{text} وزارة الصحة"
    assert not ARABIC.search(crash_reports.report(fault(said), {"corpus": said}))


def test_reports_are_written_and_the_newest_kept() -> None:
    assert crash_reports.reports() == []
    paths = [crash_reports.write(f"report {at}") for at in range(25)]
    kept = crash_reports.reports()
    assert len(kept) == 20
    assert paths[-1] in kept
    assert re.fullmatch(r"report-\d{8}-\d{6}(-\d+)?\.txt", kept[0].name)
    assert all(path.parent == settings.log_dir() for path in kept)


def test_a_report_that_cannot_be_written_is_none() -> None:
    settings.log_dir().parent.mkdir(parents=True, exist_ok=True)
    settings.log_dir().write_text("a file where the folder would be")
    assert crash_reports.write("text") is None
    assert crash_reports.crashed() is None
    with crash_reports.watching():
        pass


def test_the_thread_is_told() -> None:
    found: list[Fault] = []
    thread = threading.Thread(target=lambda: found.append(fault()))
    thread.start()
    thread.join()
    assert found[0].what == "ValueError in another thread"
    assert fault().what == "ValueError"


CRASHING = """
import os, signal, sys
from annotator import settings
from annotator.diagnostics import crash_reports
settings.log_dir().mkdir(parents=True, exist_ok=True)
def article(text):
    os.kill(os.getpid(), signal.Signals[sys.argv[1]])
with crash_reports.watching():
    article("وزارة الصحة")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("sent", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_a_crash_leaves_its_place_behind_and_is_told_once(sent: str) -> None:
    done = subprocess.run([sys.executable, "-c", CRASHING, sent], check=False)
    assert done.returncode == -signal.Signals[sent]
    found = crash_reports.crashed()
    assert found
    assert any("in article" in line for line in found.trace)
    assert not ARABIC.search("\n".join(found.trace))
    assert crash_reports.crashed() is None
    assert list(settings.log_dir().iterdir()) == []


OPENING = (
    CRASHING.replace("watching():", "watching() as note:")
    .replace("    article(", "    note(Path('مدونة.corpus'))\n    article(")
    .replace("import os,", "from pathlib import Path\nimport os,")
)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_crash_tells_which_corpus_was_open_and_its_report_does_not(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPENING, "SIGSEGV"], check=False, cwd=tmp_path, env=_found_here())
    found = crash_reports.crashed()
    assert found
    assert found.corpora == (tmp_path / "مدونة.corpus",)
    assert "corpus" not in "\n".join((*found.trace, found.what, found.place))
    assert list(settings.log_dir().iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_what_was_open_in_a_process_that_was_killed_goes_with_time(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPENING, "SIGKILL"], check=False, cwd=tmp_path, env=_found_here())
    assert len(list(settings.log_dir().iterdir())) == 2
    assert crash_reports.crashed() is None
    for path in settings.log_dir().iterdir():
        os.utime(path, (time.time() - 8 * 24 * 3600,) * 2)
    assert crash_reports.crashed() is None
    assert list(settings.log_dir().iterdir()) == []


def test_the_corpus_that_is_open_is_noted_while_it_is(tmp_path: Path) -> None:
    settings.log_dir().mkdir(parents=True)
    with crash_reports.watching() as note:
        note(tmp_path / "one.corpus")
        note(tmp_path / "two.corpus")
        [mark] = settings.log_dir().glob("open-*")
        assert mark.read_bytes() == os.fsencode(tmp_path / "two.corpus")
        note(None)
        assert not mark.exists()
        note(tmp_path / "one.corpus")
    assert list(settings.log_dir().iterdir()) == []


def _found_here() -> dict[str, str]:
    """The environment of a process that runs in another folder."""
    return {**os.environ, "PYTHONPATH": str(Path(crash_reports.__file__).parents[2])}


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGTERM"])
def test_who_is_ended_from_outside_has_not_crashed(sent: str) -> None:
    subprocess.run([sys.executable, "-c", CRASHING, sent], check=False)
    [left] = settings.log_dir().iterdir()
    assert crash_reports.crashed() is None
    assert left.exists()  # it might be running
    os.utime(left, (time.time() - 8 * 24 * 3600,) * 2)
    assert crash_reports.crashed() is None
    assert not left.exists()


def test_who_ends_well_leaves_nothing_behind() -> None:
    code = CRASHING.replace(
        "os.kill(os.getpid(), signal.Signals[sys.argv[1]])", "assert len(os.listdir(settings.log_dir())) == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(settings.log_dir().iterdir()) == []
