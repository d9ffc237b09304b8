"""The program around the window: its first start, its languages and themes, and what can go wrong before it opens."""

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import create_corpus, locate
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QFileOpenEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator import settings
from annotator.diagnostics import logs
from annotator.diagnostics.crash_reports import ErrorDetails
from annotator.file_ops import delete_file
from annotator.model.labels import default_labels
from annotator.model.links import InvalidLink, build_link
from annotator.model.places import Place
from annotator.settings import Settings, first_corpus_path
from annotator.store.corpus import Corpus
from annotator.store.errors import MissingCorpus
from annotator.store.queries.article_list import load_all_summaries
from annotator.ui import app
from annotator.ui.article.page import Page
from annotator.ui.commands import corpus_commands
from annotator.ui.widgets.window_geometry import geometry_text


def test_taskbar_id_is_set_before_the_first_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first one; the installer's shortcut has the same id (tests/test_bundle.py)."""
    calls: list[str] = []
    shell = SimpleNamespace(SetCurrentProcessExplicitAppUserModelID=calls.append)
    with monkeypatch.context() as patch:
        patch.setattr(ctypes, "windll", SimpleNamespace(shell32=shell), raising=False)
        patch.setattr(sys, "platform", "win32")
        patch.setattr(QApplication, "instance", lambda: calls.append("window system"))
        patch.setattr(app, "Application", lambda _arguments: pytest.fail("else it is made"))
        with pytest.raises(pytest.fail.Exception):
            app.create_application()
    assert calls == ["ArabicNewsAnnotator", "window system"]


@pytest.mark.parametrize(("screen", "is_maximized"), [((1366, 768), True), ((1920, 1080), False), ((1680, 1000), True)])
def test_first_window_is_maximized_if_it_does_not_fit_with_its_frame(
    screen: tuple[int, int],
    is_maximized: bool,
    create_controller: Callable[[Settings], app.ApplicationController],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = SimpleNamespace(availableSize=lambda: QSize(*screen))
    monkeypatch.setattr("annotator.ui.widgets.window_geometry.QGuiApplication.primaryScreen", lambda: room)
    controller = create_controller(Settings(language="en", annotator="Sanae"))
    controller.show()
    assert controller.window.isMaximized() == is_maximized
    size = controller.window.normalGeometry().size() if is_maximized else controller.window.size()
    assert size == (QSize(*screen) - QSize(12, 90)).boundedTo(QSize(1500, 950))
    geometry = geometry_text(controller.window)
    controller.window.close()
    controller.session.close()

    controller = create_controller(Settings(language="en", annotator="Sanae", geometry=geometry))
    controller.show()
    assert controller.window.isMaximized() == is_maximized


def test_first_start_opens_the_sample_articles() -> None:
    corpus, message = app.open_starting_corpus(None, None)
    with corpus:
        assert corpus.path == first_corpus_path()
        assert len(list(load_all_summaries(corpus))) >= 6
        assert [label.name for label in corpus.labels().labels] == ["DATE", "INSTITUTION", "PLAN"]
    assert message == ""


def test_start_raises_if_the_sample_corpus_cannot_be_created(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    with pytest.raises(MissingCorpus):
        app.open_starting_corpus(None, None)


def test_start_opens_the_last_corpus(controller: app.ApplicationController, corpus_path: Path) -> None:
    last = settings.load().last_corpus
    assert last == str(corpus_path)
    corpus, message = app.open_starting_corpus(None, last)
    with corpus:
        assert (corpus.path, message) == (corpus_path, "")


def test_start_does_not_open_a_corpus_that_was_open_in_a_crash(corpus_path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.corpus"
    crash = ErrorDetails("The program ended unexpectedly.", (), "crash-1", (other, corpus_path))
    assert app.find_corpus_open_at_crash(crash, str(corpus_path)) == corpus_path
    assert app.find_corpus_open_at_crash(crash, str(tmp_path / "third.corpus")) is None
    assert app.find_corpus_open_at_crash(crash, None) is None
    assert app.find_corpus_open_at_crash(None, str(corpus_path)) is None
    samples = ErrorDetails("The program ended unexpectedly.", (), "crash-1", (settings.first_corpus_path(),))
    assert app.find_corpus_open_at_crash(samples, None) == settings.first_corpus_path()


def test_open_corpus_is_noted_for_crash_reports(
    controller: app.ApplicationController, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Path | None] = []
    monkeypatch.setattr(controller, "_note_corpus", noted.append)
    controller.session.close()
    controller.open_corpus(Corpus.open(corpus_path))
    assert noted == [None, corpus_path]


def test_start_reports_a_missing_last_corpus_and_opens_the_samples(tmp_path: Path) -> None:
    corpus, message = app.open_starting_corpus(None, str(tmp_path / "gone.corpus"))
    with corpus:
        assert corpus.path == first_corpus_path()
    assert "gone.corpus" in message


def test_start_raises_on_a_missing_named_corpus_and_does_not_create_it(tmp_path: Path) -> None:
    with pytest.raises(MissingCorpus):
        app.open_starting_corpus(tmp_path / "typo.corpus", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_named", [True, False])
def test_corpus_is_noted_for_crash_reports_before_it_is_opened(
    corpus_path: Path, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    """It may be its opening that crashes the program."""
    noted: list[bytes] = []

    def start(controller: app.ApplicationController, _path: Path | None) -> str:
        controller.window.deleteLater()
        noted.extend(mark.read_bytes() for mark in settings.log_dir().glob("open-*"))
        raise MissingCorpus("the end of the test")

    settings.save(Settings(language="en", last_corpus=str(corpus_path)))
    settings.log_dir().mkdir(parents=True)
    monkeypatch.setattr(logs, "start", lambda: None)  # it would write on in the tests after this one
    monkeypatch.setattr(app.ApplicationController, "start", start)
    monkeypatch.setattr(app, "_has_no_terminal", lambda: False)  # where there is none, the end is told in a dialog
    with pytest.raises(MissingCorpus):
        app.run(corpus_path if is_named else None)
    assert noted == [os.fsencode(corpus_path)]


def test_start_says_what_is_wrong_with_the_settings(corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output: list[app.ApplicationController] = []
    messages: list[str] = []
    settings.save(Settings(language="en"))
    settings.settings_path().write_text('{"language": "en",\n"zoom": "wide"}', encoding="utf-8")
    settings.log_dir().mkdir(parents=True)
    for name in ("start", "stop"):
        monkeypatch.setattr(logs, name, lambda: None)
    monkeypatch.setattr(app, "tune_runtime", lambda: None)
    monkeypatch.setattr(app.ApplicationController, "show", lambda controller: output.append(controller))

    def read_message(*_application: QApplication) -> int:
        messages.append(output[0].window.toast.message())
        return 0

    monkeypatch.setattr(QApplication, "exec", read_message)
    assert app.run(corpus_path) == 0
    assert f"{settings.settings_path()}:2: the setting “zoom” is not valid" in strip_isolates(messages[0])
    for left_over in (output[0].window, output[0]):  # which would open the files that later tests send the application
        left_over.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    # The window has saved settings since then.
    assert "wide" in settings.settings_path().with_name("settings.json.bad").read_text(encoding="utf-8")


def test_file_open_event_opens_the_corpus(
    controller: app.ApplicationController, qapp: QApplication, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        Corpus.create(tmp_path / f"{name}.corpus", default_labels()).close()
    for name, language in (("one", "fr"), ("two", "en")):
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(tmp_path / f"{name}.corpus")))
        assert controller.session.corpus
        assert controller.session.corpus.path == tmp_path / f"{name}.corpus"
        assert settings.load().last_corpus == str(tmp_path / f"{name}.corpus")
        controller.window.settings.save(language=language)  # the next one is opened in the window of then


def test_file_open_event_waits_for_an_open_dialog(
    controller: app.ApplicationController, qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    path, opened = tmp_path / "later.corpus", controller.session.corpus
    Corpus.create(path, default_labels()).close()
    dialog = QDialog(controller.window)
    dialog.open()
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(path)))
    QTest.qWait(700)
    assert controller.session.corpus is opened
    dialog.close()
    qtbot.waitUntil(lambda: controller.session.corpus is not None and controller.session.corpus.path == path)


def test_file_open_event_reports_a_file_that_is_no_corpus(
    controller: app.ApplicationController, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(corpus_commands, "warn", lambda _parent, text: warnings.append(text))
    opened = controller.session.corpus
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(str(tmp_path / "gone.corpus")))
    assert controller.session.corpus is opened
    assert len(warnings) == 1
    assert "gone.corpus" in warnings[0]


def test_file_open_event_with_a_link_opens_the_corpus_at_the_place(
    controller: app.ApplicationController, qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "أخبار يونيو 100%.corpus"
    text = "أعلنت الوزارة الخطة."
    create_corpus(path, "خبر أول.", text).close()
    corpora: list[Corpus | None] = []
    for words in ("الوزارة", "الخطة"):
        link = build_link(path, Place("2", *locate(words, text)))
        assert link
        QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl(link)))
        corpora.append(controller.session.corpus)
        assert controller.window.view.selection == locate(words, text)
    assert corpora[0]
    assert corpora[0].path == path
    assert corpora[0] is corpora[1]  # it was open already


@pytest.mark.parametrize("link", ["arabic-news-annotator://server/a.corpus?at=1@0-3", "arabic-news-annotator:///"])
def test_a_link_that_leads_nowhere_is_refused(
    controller: app.ApplicationController, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(app, "warn", lambda _parent, text: warnings.append(text))
    opened = controller.session.corpus
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl(link)))
    assert controller.session.corpus is opened
    assert len(warnings) == 1
    assert warnings[0].startswith(("A link only opens", "This is not a link"))


@pytest.mark.parametrize("has_terminal", [True, False])
def test_an_invalid_link_is_shown_to_who_has_no_terminal(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, has_terminal: bool
) -> None:
    messages: list[str] = []
    monkeypatch.setattr(app, "_has_no_terminal", lambda: not has_terminal)
    monkeypatch.setattr(app, "show_message", lambda _parent, _icon, text: messages.append(text))
    app.show_invalid_link(InvalidLink("It leads nowhere."))
    assert messages == ([] if has_terminal else ["It leads nowhere."])


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_changing_the_language_keeps_article_and_undo(
    controller: app.ApplicationController, qapp: QApplication, language: str
) -> None:
    controller.session.open_article(1)
    controller.session.tag("DATE", 0, 5)
    old = controller.window
    controller.window.settings.save(language=language)
    assert controller.window is not old
    assert controller.session.current_index() == 1
    assert [span.label for span in controller.session.spans] == ["DATE"]
    assert qapp.layoutDirection() == (
        Qt.LayoutDirection.RightToLeft if language == "ar" else Qt.LayoutDirection.LeftToRight
    )
    assert controller.window.action("undo").text().partition("\t")[0] == {"ar": "تراجع", "fr": "Annuler"}[language]
    assert settings.load().language == language
    controller.session.undo()
    assert controller.session.spans == []


def test_theme_changes_at_once_and_is_saved(controller: app.ApplicationController) -> None:
    controller.window.settings.save(theme="dark")
    QTest.qWait(10)
    image = controller.window.view.grab().toImage()
    assert image.pixelColor(20, 40).lightness() < 90
    assert settings.load().theme == "dark"
    controller.window.settings.save(theme="light")
    image = controller.window.view.grab().toImage()
    assert image.pixelColor(20, 40).lightness() > 230


def test_two_windows_do_not_overwrite_each_others_settings(
    controller: app.ApplicationController, create_controller: Callable[[Settings], app.ApplicationController]
) -> None:
    other = create_controller(settings.load())
    controller.window.settings.save(keys={"done": ["Ctrl+D"]})
    controller.window.settings.save(annotator="Samira")
    other.window.settings.save(keys={"skip": ["Ctrl+K"]})
    other.window.show()
    other.window.close()
    assert settings.load().annotator == "Samira"
    assert settings.load().keys == {"done": ["Ctrl+D"], "skip": ["Ctrl+K"]}


def test_unsaved_settings_are_saved_with_the_next_change(controller: app.ApplicationController) -> None:
    file = settings.config_dir() / "settings.json"
    delete_file(file)  # the learner's process may be reading it
    file.mkdir()
    controller.window.settings.save(annotator="Samira")
    assert "could not be saved" in controller.window.toast.message()
    file.rmdir()
    controller.window.settings.save(zoom=120)
    assert (settings.load().annotator, settings.load().zoom) == ("Samira", 120)


def test_text_uses_the_bundled_fonts(qapp: QApplication) -> None:
    page = Page("وزارة 2023-2030 Covid", [], 500, 22)
    runs = page.lines[0].block.layout.glyphRuns()
    assert {run.rawFont().familyName() for run in runs} == {"Noto Naskh Arabic", "Noto Sans"}
    assert all(glyph for run in runs for glyph in run.glyphIndexes())  # 0 is the box of a missing letter


def test_window_has_the_program_icon(qapp: QApplication) -> None:
    image = qapp.windowIcon().pixmap(64, 64).toImage()
    assert image.pixelColor(32, 8) == QColor("#2c6e66")


@pytest.mark.slow
def test_changing_the_language_leaks_no_widgets(controller: app.ApplicationController, qapp: QApplication) -> None:
    def count() -> tuple[int, int]:
        for _pass in range(3):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            qapp.processEvents()
        gc.collect()
        return len(qapp.allWidgets()), len(controller.findChildren(QObject))

    counts = []
    for language in ("fr", "en") * 3:
        controller.window.settings.save(language=language)
        counts.append(count())
    assert len(set(counts[1::2])) == 1


def test_text_being_typed_survives_a_change_of_language(controller: app.ApplicationController) -> None:
    controller.window.activateWindow()
    controller.window.action("edit_article_note").trigger()
    QTest.keyClicks(controller.window.note_field, "kept")
    controller.window.settings.save(language="fr")
    assert controller.window.note_field.text() == "kept"
