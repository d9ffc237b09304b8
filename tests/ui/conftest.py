"""A real session on a real corpus, in a real window."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from annotator import i18n, settings
from annotator.model.article_builder import draft
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session
from annotator.ui.window import Window

ARTICLE = """وزارة الصحة تطلق خطة وطنية للتلقيح

أعلنت وزارة الصحة بالرباط، أمس الثلاثاء 09 يوليوز 2024، عن الخطة الوطنية للتلقيح 2024-2030 لفائدة الأطفال.

وقال المصدر إن لأحزاب الأغلبية رأيا آخر في «برنامج العمل 2025» الذي أعدته اللجنة الوطنية للتلقيح."""

OTHER = """مدينة وجدة تستقبل قطارا جديدا

وصل القطار إلى وجدة يوم الجمعة 3 ماي 2024 بعد سنتين من الأشغال التي أشرف عليها المكتب الوطني للسكك الحديدية."""


@pytest.fixture(autouse=True)
def _looks(qapp: app.QApplication) -> None:
    app.application()


@pytest.fixture(autouse=True)
def _nothing_is_suggested_before_it_is_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    # What the rules find in the articles is no matter here, and changes with them.
    monkeypatch.setattr("annotator.jobs.suggesting.rules", tuple)


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    path = tmp_path / "test.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        for text in (ARTICLE, OTHER):
            corpus.add(draft(text))
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """A medium of its own, of one megabyte, with a corpus on it."""
    folder = tmp_path / "stick"
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("only Unix mounts a medium in a folder")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a medium takes the rights of the superuser")
    path = folder / "stick.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(draft("أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح."))
    yield path
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


@pytest.fixture
def session(qapp: app.QApplication, corpus_path: Path) -> Iterator[Session]:
    made = Session("Sanae")
    made.open(Corpus.open(corpus_path))
    yield made
    made.close()


def _ask_nothing(window: Window) -> None:
    """Have a window close: a test that failed may have left something that is not saved, and nobody would answer."""
    window.corpus_commands.may_leave = lambda: True  # type: ignore[method-assign]


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Window:
    made = Window(session, settings.load(), app.LIGHT)
    qtbot.addWidget(made, before_close_func=_ask_nothing)
    made.resize(1366, 768)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(lambda: made.view.hasFocus() and QApplication.activeWindow() is made)
    return made


@pytest.fixture
def desk(qapp: app.QApplication, corpus_path: Path) -> Iterator[app.Desk]:
    """The whole program, in English."""
    made = app.Desk(qapp, settings.Settings(language="en", annotator="Sanae"))
    made.work_at(Corpus.open(corpus_path))
    made.show()
    yield made
    _ask_nothing(made.window)
    made.window.close()
    made.session.close()
    i18n.use("en")
    app.Desk(qapp, settings.Settings(language="en")).window.deleteLater()


@pytest.fixture
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would ask a person something fails the test, and does not wait for an answer that nobody gives."""

    def fail(*_arguments: object) -> None:
        pytest.fail("a dialog opens")

    for kind, name in ((QDialog, "exec"), (QMessageBox, "exec"), (QInputDialog, "getItem")):
        monkeypatch.setattr(kind, name, fail)


@pytest.fixture
def stretch(session: Session) -> Callable[..., tuple[int, int]]:
    """Where some words stand in the open article."""

    def find(words: str, nth: int = 0) -> tuple[int, int]:
        assert session.article
        at = -1
        for _ in range(nth + 1):
            at = session.article.text.index(words, at + 1)
        return at, at + len(words)

    return find
