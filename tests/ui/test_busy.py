"""From the first moment of a job, nothing else starts, and its corpus is not left."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QFileOpenEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.window import Window

pytestmark = pytest.mark.usefixtures("no_dialogs")
REFUSAL = "“Working” is still running. Wait until it finishes, or cancel it."


class Work:
    """A job that goes on until it is to end, and how it ended."""

    def __init__(self, tasks: TaskRunner) -> None:
        self.over, self.outcome = threading.Event(), list[object]()
        tasks.run(
            "Working",
            self._work,
            self.outcome.append,
            failed=self.outcome.append,
            aborted=lambda: self.outcome.append("aborted"),
        )

    def _work(self) -> Generator[tuple[int, int], None, str]:
        while not self.over.wait(0.01):
            yield 0, 0
        return "done"


@pytest.fixture
def work(qtbot: QtBot, window: Window) -> Iterator[Work]:
    job = Work(window.tasks)
    yield job
    job.over.set()  # the window is gone by now
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    window.suggestions.close()  # as a window does that is not kept from closing


@pytest.fixture
def other(corpus_path: Path) -> Path:
    path = corpus_path.with_name("other.corpus")
    Corpus.create(path, default_labels()).close()
    return path


def test_second_job_is_refused_as_busy(qtbot: QtBot, window: Window, work: Work) -> None:
    second = Work(window.tasks)
    assert second.outcome == ["aborted", REFUSAL]
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))
    assert work.outcome == ["done"]


@pytest.mark.parametrize("name", ["new_corpus", "import_files", "export", "edit_labels", "done", "undo"])
def test_actions_are_refused_during_a_job(window: Window, work: Work, failures: list[str], name: str) -> None:
    assert window.session.tag("DATE", 0, 5)
    window.action(name).trigger()
    assert failures == [REFUSAL]
    assert len(window.session.spans) == 1


def test_checkable_action_keeps_its_state_during_a_job(window: Window, work: Work) -> None:
    action = window.action("toggle_invisible")
    for before in (action.isChecked(),) * 2:
        action.trigger()
        assert action.isChecked() == before


def test_opening_and_importing_are_refused_during_a_job(
    window: Window, work: Work, failures: list[str], corpus_path: Path, other: Path
) -> None:
    assert not window.corpus_commands.open_path(other)
    window.corpus_commands.import_or_open([str(other)])
    window.corpus_commands.import_or_open([str(other.parent)])
    assert failures == [REFUSAL] * 3
    assert window.session.corpus
    assert window.session.corpus.path == corpus_path
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(other))])
    copy, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPointF(9, 9).toPoint(), copy, mime, button, none)
    event.ignore()
    window.dragEnterEvent(event)
    assert not event.isAccepted()


def test_tagging_works_again_after_the_job(
    qtbot: QtBot, window: Window, work: Work, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.select(*stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert window.session.spans == []
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert len(window.session.spans) == 1


def test_closing_stops_the_job_and_then_closes_the_window(qtbot: QtBot, window: Window, work: Work) -> None:
    window.close()
    window.action("quit").trigger()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert work.outcome == ["aborted"]


def test_window_that_stayed_open_does_not_close_after_the_next_job(
    qtbot: QtBot, window: Window, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(window.corpus_commands), "confirm_leave", lambda _self: False)
    with qtbot.waitSignal(window.tasks.finished):
        window.close()
    monkeypatch.undo()
    second = Work(window.tasks)
    second.over.set()
    qtbot.waitUntil(lambda: bool(second.outcome))
    qtbot.wait(20)
    assert window.isVisible()


def test_recovery_is_offered_after_the_job(
    qtbot: QtBot, window: Window, work: Work, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_states: list[bool] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: busy_states.append(window.tasks.is_busy))
    window.backup_commands.offer_recovery(str(corpus_path), "it is damaged")
    qtbot.wait(400)
    assert busy_states == []
    work.over.set()
    qtbot.waitUntil(lambda: bool(busy_states))
    assert busy_states == [False]


def test_language_and_numerals_change_at_the_next_start_during_a_job(
    qtbot: QtBot, controller: app.ApplicationController
) -> None:
    window, work = controller.window, Work(controller.window.tasks)
    window.settings.save(language="fr")
    window.settings.save(numerals="eastern")
    assert controller.window is window
    assert i18n.current_language() == "en"
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))


def test_file_open_event_waits_for_the_job(
    qapp: QApplication, qtbot: QtBot, controller: app.ApplicationController, other: Path
) -> None:
    opened, work = controller.session.corpus, Work(controller.window.tasks)
    failures: list[str] = []
    controller.session.failed.connect(failures.append)
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(other)))
    qtbot.wait(400)
    assert controller.session.corpus is opened
    work.over.set()
    qtbot.waitUntil(lambda: controller.session.corpus is not None and controller.session.corpus.path == other)
    assert failures == []


def test_import_goes_into_the_corpus_that_was_open_at_its_preview(
    qtbot: QtBot, window: Window, corpus_path: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = corpus_path.with_name("news.jsonl")
    spans = [{"start": 0, "end": 3, "label": "UNKNOWN"}]
    news.write_text(json.dumps({"text": "خبر من وجدة.", "spans": spans}), encoding="utf-8")

    def accept(_dialog: ImportDialog) -> bool:
        window.session.open(Corpus.open(other))
        return True

    monkeypatch.setattr(ImportDialog, "exec", accept)
    window.corpus_commands.import_or_open([str(news)])
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    for path, count in ((corpus_path, 3), (other, 0)):
        with Corpus.open(path) as corpus:
            assert len(corpus.fetch_numbers("SELECT id AS number FROM article")) == count


@pytest.mark.parametrize(("readonly", "expected"), [(True, ["aborted"]), (False, ["result"])])
def test_only_a_result_that_was_read_is_dropped_after_a_late_cancel(
    window: Window, qtbot: QtBot, corpus_path: Path, readonly: bool, expected: list[str]
) -> None:
    begun, over, outcome = threading.Event(), threading.Event(), list[str]()

    def work(_corpus: Corpus) -> str:
        begun.set()
        over.wait(10)
        return "result"

    window.tasks.run_on_corpus(
        "Working", corpus_path, work, outcome.append, readonly=readonly, aborted=lambda: outcome.append("aborted")
    )
    assert begun.wait(10)
    window.tasks.stop()
    over.set()
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    assert outcome == expected
