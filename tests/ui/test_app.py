"""The program around the window: its first start, its languages and themes, and what can go wrong before it opens."""

import gc
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QFileOpenEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from annotator import i18n, settings
from annotator.diagnostics.crash_reports import Fault
from annotator.file_ops import delete_file
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.errors import MissingCorpus
from annotator.store.queries.article_list import articles
from annotator.ui import app
from annotator.ui.article.page import Page


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, corpus_path: Path) -> app.Desk:
    made = app.Desk(qapp, Settings(language="en", annotator="Sanae"))
    made.work_at(Corpus.open(corpus_path))
    made.show()
    yield made
    made.window.close()
    made.session.close()
    i18n.use("en")
    app.Desk(qapp, Settings(language="en")).window.deleteLater()  # puts the application's direction and colours back


def test_windows_is_told_whose_windows_these_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first one; the installer's shortcut has the same id (tests/test_bundle.py)."""
    calls: list[str] = []
    shell = SimpleNamespace(SetCurrentProcessExplicitAppUserModelID=calls.append)
    with monkeypatch.context() as patch:
        patch.setattr(app.ctypes, "windll", SimpleNamespace(shell32=shell), raising=False)
        patch.setattr(app.sys, "platform", "win32")
        patch.setattr(app.QApplication, "instance", lambda: calls.append("window system"))
        patch.setattr(app, "Application", lambda _arguments: pytest.fail("else it is made"))
        with pytest.raises(pytest.fail.Exception):
            app.application()
    assert calls == ["ArabicNewsAnnotator", "window system"]


@pytest.mark.parametrize(("screen", "is_maximized"), [((1366, 768), True), ((1920, 1080), False), ((1680, 1000), True)])
def test_a_first_window_is_maximized_where_it_would_not_fit_with_its_frame(
    screen: tuple[int, int], is_maximized: bool, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = SimpleNamespace(availableSize=lambda: QSize(*screen))
    monkeypatch.setattr("annotator.ui.window.QGuiApplication.primaryScreen", lambda: room)
    desk = app.Desk(qapp, Settings(language="en", annotator="Sanae"))
    desk.show()
    assert desk.window.isMaximized() == is_maximized
    size = desk.window.normalGeometry().size() if is_maximized else desk.window.size()
    assert size == QSize(*screen).boundedTo(QSize(1500, 950))
    geometry = desk.window.geometry_text()
    desk.window.close()
    desk.session.close()

    desk = app.Desk(qapp, Settings(language="en", annotator="Sanae", geometry=geometry))
    desk.show()
    assert desk.window.isMaximized() == is_maximized
    desk.window.close()
    desk.session.close()


def test_a_first_start_has_the_sample_articles() -> None:
    corpus, complaint = app.starting_corpus(None, None)
    with corpus:
        assert corpus.path == app.first_corpus_path()
        assert len(list(articles(corpus))) >= 6
        assert [label.name for label in corpus.labels().labels] == ["DATE", "INSTITUTION", "PLAN"]
    assert complaint == ""


def test_samples_that_have_no_place_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    with pytest.raises(MissingCorpus):
        app.starting_corpus(None, None)


def test_the_last_corpus_is_opened_again(desk: app.Desk, corpus_path: Path) -> None:
    last = settings.load().last_corpus
    assert last == str(corpus_path)
    corpus, complaint = app.starting_corpus(None, last)
    with corpus:
        assert (corpus.path, complaint) == (corpus_path, "")


def test_a_corpus_in_which_the_program_crashed_is_not_opened_by_itself(corpus_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.corpus"
    crash = Fault("The program ended unexpectedly.", (), "crash-1", (other, corpus_path))
    assert app.unopened_corpus(crash, str(corpus_path)) == corpus_path
    assert app.unopened_corpus(crash, str(tmp_path / "third.corpus")) is None
    assert app.unopened_corpus(crash, None) is None
    assert app.unopened_corpus(None, str(corpus_path)) is None
    samples = Fault("The program ended unexpectedly.", (), "crash-1", (settings.first_corpus_path(),))
    assert app.unopened_corpus(samples, None) == settings.first_corpus_path()


def test_which_corpus_is_open_is_noted(desk: app.Desk, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Path | None] = []
    monkeypatch.setattr(desk, "_note", noted.append)
    desk.session.close()
    desk.work_at(Corpus.open(corpus_path))
    assert noted == [None, corpus_path]


def test_a_last_corpus_that_is_gone_is_said_and_the_samples_opened(tmp_path: Path) -> None:
    corpus, complaint = app.starting_corpus(None, str(tmp_path / "gone.corpus"))
    with corpus:
        assert corpus.path == app.first_corpus_path()
    assert "gone.corpus" in complaint


def test_a_named_corpus_that_is_missing_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(MissingCorpus):
        app.starting_corpus(tmp_path / "typo.corpus", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_named", [True, False])
def test_a_corpus_is_noted_before_it_is_opened(
    qapp: QApplication, corpus_path: Path, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    """It may be its opening that crashes the program."""
    noted: list[bytes] = []

    def start(_desk: app.Desk, _path: Path | None) -> str:
        noted.extend(mark.read_bytes() for mark in settings.log_dir().glob("open-*"))
        raise MissingCorpus("the end of the test")

    settings.save(Settings(language="en", last_corpus=str(corpus_path)))
    settings.log_dir().mkdir(parents=True)
    monkeypatch.setattr(app.logs, "start", lambda: None)  # it would write on in the tests after this one
    monkeypatch.setattr(app.Desk, "start", start)
    monkeypatch.setattr(app, "_without_terminal", lambda: False)  # where there is none, the end is told in a dialog
    with pytest.raises(MissingCorpus):
        app.run(corpus_path if is_named else None)
    assert noted == [os.fsencode(corpus_path)]


def test_a_document_that_macos_hands_over_is_opened(desk: app.Desk, qapp: QApplication, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Corpus.create(tmp_path / f"{name}.corpus", default_labels()).close()
    for name, language in (("one", "fr"), ("two", "en")):
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(tmp_path / f"{name}.corpus")))
        assert desk.session.corpus
        assert desk.session.corpus.path == tmp_path / f"{name}.corpus"
        assert settings.load().last_corpus == str(tmp_path / f"{name}.corpus")
        desk.window.language_asked.emit(language)  # the next one is opened in the window of then


def test_a_document_that_is_handed_over_waits_for_a_dialog(
    desk: app.Desk, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    path, opened = tmp_path / "later.corpus", desk.session.corpus
    Corpus.create(path, default_labels()).close()
    dialog = QDialog(desk.window)
    dialog.open()
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(path)))
    QTest.qWait(700)
    assert desk.session.corpus is opened
    dialog.close()
    qtbot.waitUntil(lambda: desk.session.corpus is not None and desk.session.corpus.path == path)


def test_a_document_that_is_no_corpus_is_said_and_the_open_one_stays(
    desk: app.Desk, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(desk.window.corpus_commands, "warn", said.append)
    opened = desk.session.corpus
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(tmp_path / "gone.corpus")))
    assert desk.session.corpus is opened
    assert len(said) == 1
    assert "gone.corpus" in said[0]


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_another_language_keeps_the_place_and_the_work(desk: app.Desk, qapp: QApplication, language: str) -> None:
    desk.session.open_article(1)
    desk.session.tag("DATE", 0, 5)
    old = desk.window
    desk.window.language_asked.emit(language)
    assert desk.window is not old
    assert desk.session.place() == 1
    assert [span.label for span in desk.session.spans] == ["DATE"]
    assert qapp.layoutDirection() == (
        Qt.LayoutDirection.RightToLeft if language == "ar" else Qt.LayoutDirection.LeftToRight
    )
    assert desk.window.action("undo").text().partition("\t")[0] == {"ar": "تراجع", "fr": "Annuler"}[language]
    assert settings.load().language == language
    desk.session.undo()
    assert desk.session.spans == []


def test_themes_are_changed_while_working_and_kept(desk: app.Desk) -> None:
    desk.window.theme_asked.emit("dark")
    QTest.qWait(10)
    image = desk.window.view.grab().toImage()
    assert image.pixelColor(20, 40).lightness() < 90
    assert settings.load().theme == "dark"
    desk.window.theme_asked.emit("light")
    image = desk.window.view.grab().toImage()
    assert image.pixelColor(20, 40).lightness() > 230


def test_two_windows_keep_each_others_settings(desk: app.Desk, qapp: QApplication) -> None:
    other = app.Desk(qapp, settings.load())
    desk.window.change_keys({"done": ["Ctrl+D"]})
    desk.window.remember(annotator="Samira")
    other.window.change_keys({"skip": ["Ctrl+K"]})
    other.window.show()
    other.window.close()
    assert settings.load().annotator == "Samira"
    assert settings.load().keys == {"done": ["Ctrl+D"], "skip": ["Ctrl+K"]}
    other.session.let_go()
    other.window.deleteLater()


def test_settings_that_could_not_be_saved_are_saved_with_the_next(desk: app.Desk) -> None:
    file = settings.config_dir() / "settings.json"
    delete_file(file)  # the learner's process may be reading it
    file.mkdir()
    desk.window.remember(annotator="Samira")
    assert "could not be saved" in desk.window.status_line._said.text()
    file.rmdir()
    desk.window.remember(zoom=120)
    assert (settings.load().annotator, settings.load().zoom) == ("Samira", 120)


def test_the_letters_are_those_of_the_program(qapp: QApplication) -> None:
    page = Page("وزارة 2023-2030 Covid", [], 500, 22)
    runs = page.blocks[0].layout.glyphRuns()
    assert {run.rawFont().familyName() for run in runs} == {"Noto Naskh Arabic", "Noto Sans"}
    assert all(glyph for run in runs for glyph in run.glyphIndexes())  # 0 is the box of a missing letter


def test_the_window_has_the_programs_sign(qapp: QApplication) -> None:
    image = qapp.windowIcon().pixmap(64, 64).toImage()
    assert image.pixelColor(32, 8) == QColor("#2c6e66")


def test_a_language_leaves_nothing_of_the_one_before(desk: app.Desk, qapp: QApplication) -> None:
    def count() -> tuple[int, int]:
        for _again in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            qapp.processEvents()
        gc.collect()
        return len(qapp.allWidgets()), len(desk.findChildren(QObject))

    counts = []
    for language in ("fr", "en") * 3:
        desk.window.language_asked.emit(language)
        counts.append(count())
    assert len(set(counts[1::2])) == 1


def test_what_is_being_typed_outlives_a_change_of_language(desk: app.Desk) -> None:
    desk.window.activateWindow()
    desk.window.action("edit_article_note").trigger()
    QTest.keyClicks(desk.window.note, "kept")
    desk.window.language_asked.emit("fr")
    assert desk.window.note.text() == "kept"
