"""From the first moment of a job, nothing else starts, and its corpus is not left."""

import json
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QFileOpenEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.dialogs.import_preview import ImportDialog
from annotator.ui.session.background import Background, Busy, Cancelled
from annotator.ui.session.session import Session
from annotator.ui.window import Window

pytestmark = pytest.mark.usefixtures("no_dialogs")
REFUSAL = "“Working” is not done yet: wait until it is, or cancel it."


class Work:
    """A job that goes on until it is to end, and how it ended."""

    def __init__(self, background: Background) -> None:
        self.over, self.outcome = threading.Event(), list[object]()
        background.run("Working", self._work, self.outcome.append, self.outcome.append)

    def _work(self) -> Generator[tuple[int, int], None, str]:
        while not self.over.wait(0.01):
            yield 0, 0
        return "done"


@pytest.fixture
def work(qtbot: QtBot, window: Window) -> Iterator[Work]:
    made = Work(window.corpus_commands.background)
    yield made
    made.over.set()  # the window is gone by now
    qtbot.waitUntil(lambda: not window.corpus_commands.background.busy)
    window.suggestions.close()  # as a window does that is not kept from closing


@pytest.fixture
def said(session: Session) -> list[str]:
    told: list[str] = []
    session.failed.connect(told.append)
    return told


@pytest.fixture
def other(corpus_path: Path) -> Path:
    path = corpus_path.with_name("other.corpus")
    Corpus.create(path, default_labels()).close()
    return path


def test_no_second_job_starts(qtbot: QtBot, window: Window, work: Work) -> None:
    second = Work(window.corpus_commands.background)
    assert [type(outcome) for outcome in second.outcome] == [Busy]
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))
    assert work.outcome == ["done"]


@pytest.mark.parametrize("name", ["new_corpus", "import_files", "export", "edit_labels", "done", "undo"])
def test_no_action_is_done(window: Window, work: Work, said: list[str], name: str) -> None:
    assert window.session.tag("DATE", 0, 5)
    window.action(name).trigger()
    assert said == [REFUSAL]
    assert len(window.session.spans) == 1


def test_an_action_that_is_on_or_off_stays_as_it_was(window: Window, work: Work) -> None:
    action = window.action("toggle_invisible")
    for before in (action.isChecked(),) * 2:
        action.trigger()
        assert action.isChecked() == before


def test_no_other_corpus_is_opened_and_no_file_taken(
    window: Window, work: Work, said: list[str], corpus_path: Path, other: Path
) -> None:
    assert not window.corpus_commands.open_path(other)
    window.corpus_commands.take([str(other)])
    window.corpus_commands.take([str(other.parent)])
    assert said == [REFUSAL] * 3
    assert window.session.corpus
    assert window.session.corpus.path == corpus_path
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(other))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPointF(9, 9).toPoint(), copy, mime, left, none)
    event.ignore()
    window.dragEnterEvent(event)
    assert not event.isAccepted()


def test_a_label_is_tagged_again_once_the_job_has_ended(
    qtbot: QtBot, window: Window, work: Work, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.select(*stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert window.session.spans == []
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert len(window.session.spans) == 1


def test_the_window_closes_when_the_job_that_it_stopped_has_ended(qtbot: QtBot, window: Window, work: Work) -> None:
    window.close()
    window.action("quit").trigger()
    assert window.isVisible()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [type(outcome) for outcome in work.outcome] == [Cancelled]


def test_a_window_that_stayed_open_does_not_close_after_the_next_job(
    qtbot: QtBot, window: Window, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(window.corpus_commands), "may_leave", lambda _self: False)
    with qtbot.waitSignal(window.corpus_commands.background.ended):
        window.close()
    monkeypatch.undo()
    again = Work(window.corpus_commands.background)
    again.over.set()
    qtbot.waitUntil(lambda: bool(again.outcome))
    qtbot.wait(20)
    assert window.isVisible()


def test_what_is_to_be_done_about_a_damaged_file_is_asked_once_the_job_has_ended(
    qtbot: QtBot, window: Window, work: Work, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: asked.append(window.corpus_commands.background.busy))
    window.backups.rescue(str(corpus_path), "it is damaged")
    qtbot.wait(400)
    assert asked == []
    work.over.set()
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [False]


def test_another_language_and_other_numerals_wait_for_the_next_start(qtbot: QtBot, desk: app.Desk) -> None:
    window, work = desk.window, Work(desk.window.corpus_commands.background)
    window.language_asked.emit("fr")
    window.numerals_asked.emit("eastern")
    assert desk.window is window
    assert i18n.current() == "en"
    work.over.set()
    qtbot.waitUntil(lambda: bool(work.outcome))


def test_a_document_that_is_handed_over_waits_for_the_job(
    qapp: app.QApplication, qtbot: QtBot, desk: app.Desk, other: Path
) -> None:
    opened, work = desk.session.corpus, Work(desk.window.corpus_commands.background)
    refused: list[str] = []
    desk.session.failed.connect(refused.append)
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(other)))
    qtbot.wait(400)
    assert desk.session.corpus is opened
    work.over.set()
    qtbot.waitUntil(lambda: desk.session.corpus is not None and desk.session.corpus.path == other)
    assert refused == []


def test_an_import_goes_into_the_corpus_that_its_files_were_looked_at_for(
    qtbot: QtBot, window: Window, corpus_path: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = corpus_path.with_name("news.jsonl")
    spans = [{"start": 0, "end": 3, "label": "UNKNOWN"}]
    news.write_text(json.dumps({"text": "خبر من وجدة.", "spans": spans}), encoding="utf-8")

    def accept(_dialog: ImportDialog) -> bool:
        window.session.open(Corpus.open(other))
        return True

    monkeypatch.setattr(ImportDialog, "exec", accept)
    window.corpus_commands.take([str(news)])
    qtbot.waitUntil(lambda: not window.corpus_commands.background.busy)
    for path, count in ((corpus_path, 3), (other, 0)):
        with Corpus.open(path) as corpus:
            assert len(corpus.numbers("SELECT id AS number FROM article")) == count
