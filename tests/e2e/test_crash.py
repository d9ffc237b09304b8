"""The real program, crashed from outside: the next start tells of it, once, and has every span."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.hands import RealInput
from e2e.program import PATIENCE, start_process

from annotator import settings
from annotator.diagnostics import crash_reports, logs
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.resources import resource_path
from annotator.store.corpus import Corpus, utc_timestamp

if sys.platform == "win32":
    pytest.skip("the program is crashed by a signal of POSIX", allow_module_level=True)
if not os.environ.get("DISPLAY"):
    pytest.skip("no X server here: packaging/dev.py test brings one", allow_module_level=True)

from e2e.devices_x11 import list_windows
from Xlib.display import Display


def wait_until(seen: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def screen() -> Iterator[Display]:
    # For all of a test: an X server whose last client goes away may begin anew, and turn the next one away.
    display = Display()
    yield display
    display.close()


def titles(display: Display, process: subprocess.Popen[bytes]) -> set[str]:
    """Return the titles of the windows that this process has on the screen, where earlier tests may have theirs."""
    return {window.title for window in list_windows(display) if window.process == process.pid and window.title}


def start(*corpus: Path) -> "subprocess.Popen[bytes]":
    return start_process(sys.executable, "-m", "annotator", "--language", "en", *corpus)


def test_a_crash_is_told_at_the_next_start_and_nothing_is_lost(tmp_path: Path, screen: Display) -> None:
    text = resource_path("samples", "01-reading-plan.txt").read_text(encoding="utf-8")
    path = tmp_path / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article(text))
        article = corpus.article(1)
        span = Span(new_uid(), article.uid, "Sanae", "DATE", 0, 5)
        corpus.apply(Step(new_uid(), "Sanae", utc_timestamp(), "tag", (Edit(None, span),)))

    first = start(path)
    wait_until(lambda: "news – Annotator" in titles(screen, first))
    os.kill(first.pid, signal.SIGSEGV)
    assert first.wait(PATIENCE) == -signal.SIGSEGV
    assert crash_reports.list_reports() == []

    second = start(path)
    try:
        wait_until(lambda: {"news – Annotator", "Annotator"} <= titles(screen, second))
        [report] = crash_reports.list_reports()
        report_text = report.read_text(encoding="utf-8")
        assert "Segmentation fault" in report_text
        assert "annotator/ui/app.py" in report_text
        assert "schema" in report_text
        assert not any(line in report_text for line in text.splitlines() if line.strip())
        assert "an earlier process crashed" in logs.log_path().read_text(encoding="utf-8")
    finally:
        second.send_signal(signal.SIGTERM)
        second.wait(PATIENCE)

    third = start(path)
    try:
        wait_until(lambda: "news – Annotator" in titles(screen, third))
        time.sleep(0.5)
        assert "Annotator" not in titles(screen, third)
        assert crash_reports.list_reports() == [report]
    finally:
        third.kill()
        third.wait(PATIENCE)
    with Corpus.open(path) as corpus:
        assert corpus.spans(article.uid) == [span]
    assert len(list(settings.log_dir().glob("crash-*"))) == 2  # of those that were ended from outside


def test_the_corpus_of_a_crash_is_opened_by_enter_and_not_by_itself(tmp_path: Path, screen: Display) -> None:
    path = tmp_path / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("خبر"))
    first = start(path)
    wait_until(lambda: "news – Annotator" in titles(screen, first))
    os.kill(first.pid, signal.SIGSEGV)
    first.wait(PATIENCE)

    second, hands = start(), RealInput()
    try:
        wait_until(lambda: titles(screen, second) == {"Annotator"})  # the dialog
        time.sleep(1)
        assert titles(screen, second) == {"Annotator"}
        descriptors = Path(f"/proc/{second.pid}/fd")
        if descriptors.exists():
            assert str(path) not in {os.path.realpath(each) for each in descriptors.iterdir()}
        hands.press("Return")
        wait_until(lambda: "news – Annotator" in titles(screen, second))
    finally:
        hands.close()
        second.send_signal(signal.SIGTERM)
        second.wait(PATIENCE)
