"""The welcome page: when it appears, what it shows, every way to begin, and the hint until the first tag."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import label_texts

from annotator import settings
from annotator.model.labels import default_labels
from annotator.settings import Settings, first_corpus_path
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import load_all_summaries
from annotator.ui import app
from annotator.ui.welcome.example import ExampleSentence, LabelKey
from annotator.ui.welcome.welcome_page import WelcomePage
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

LEFT = Qt.MouseButton.LeftButton
HINT = "Select some words, then press the key of their label: 1 Date, 2 Institution, 3 Plan"
CHOOSE_TARGET = "annotator.ui.widgets.file_dialogs.choose_save_path"
Start = Callable[..., app.ApplicationController]


@pytest.fixture
def start(create_controller: Callable[[Settings], app.ApplicationController], qtbot: QtBot) -> Start:
    """Return a function that starts the program with the settings of the previous start, and knows who works here."""
    controller: app.ApplicationController | None = None

    def launch(path: Path | None = None) -> app.ApplicationController:
        nonlocal controller
        if controller:
            controller.window.close()
            controller.session.close()
        controller = create_controller(replace(settings.load(), annotator="Sanae"))
        controller.start(path)
        controller.window.resize(1366, 768)
        with qtbot.waitExposed(controller.window):
            controller.show()
        controller.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is controller.window)
        return controller

    return launch


def welcome_page(controller: app.ApplicationController) -> WelcomePage:
    page = controller.window._central_widget.pages.currentWidget()
    assert isinstance(page, WelcomePage)
    return page


def has_begun(controller: app.ApplicationController) -> bool:
    """Return whether an article has the focus, and its corpus will be opened at the next start."""
    window, corpus = controller.window, controller.session.corpus
    return bool(
        corpus
        and controller.session.article
        and window._central_widget.pages.currentWidget() is window.view
        and QApplication.focusWidget() is window.view
        and not window.welcome_commands.is_page_visible
        and settings.load().last_corpus == str(corpus.path)
    )


def press(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused
    QTest.keyClick(focused, key)


def mime_data(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(widget: QWidget, *paths: Path) -> None:
    data = mime_data(*paths)
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop
    )
    widget.dropEvent(event)
    QCoreApplication.processEvents()  # what follows a drop comes after its event


def test_first_start_shows_the_page_and_lists_the_samples(start: Start) -> None:
    controller = start()
    assert welcome_page(controller).isVisible()
    assert controller.session.corpus
    assert controller.session.corpus.path == first_corpus_path()
    assert len(controller.session.articles) >= 6
    assert controller.session.article is None
    assert not controller.window._central_widget.footer.isVisible()
    assert settings.load().last_corpus is None
    begin = QApplication.focusWidget()
    assert isinstance(begin, ActionButton)
    assert (begin.text(), begin.key_text()) == ("Start with the sample articles", "\u2066Enter\u2069")


def test_page_explains_the_purpose_and_the_keys(start: Start) -> None:
    page = welcome_page(start())
    assert page.accessibleName() == label_texts(page)[0] == "Welcome"
    assert page.accessibleDescription() == label_texts(page)[1]
    keys = [key.accessibleName() for key in page.findChildren(LabelKey)]
    assert keys == ["1 Date", "2 Institution", "3 Plan"]
    [example] = page.findChildren(ExampleSentence)
    assert example.accessibleName().endswith(
        "وزارة الصحة, Institution; أمس الثلاثاء, Date; الخطة الوطنية للتلقيح, Plan"
    )
    buttons = [(button.text(), button.key_text()) for button in page.findChildren(ActionButton)][1:]
    assert buttons == [
        ("New corpus from files…", "\u2066Ctrl+Shift+N\u2069"),
        ("Open corpus…", "\u2066Ctrl+O\u2069"),
    ]
    assert any("\u2066Ctrl+Z\u2069" in text and "\u2066F1\u2069" in text for text in label_texts(page))


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_page_scrolls_only_vertically_on_a_small_screen(start: Start, qtbot: QtBot, language: str) -> None:
    controller = start()
    controller.window.settings.save(language=language)
    controller.window.resize(controller.window.minimumSizeHint().width(), 600)
    controller.window.show()
    page = welcome_page(controller)
    content = page.widget()
    assert content
    qtbot.waitUntil(lambda: content.width() == page.viewport().width() < 500)
    qtbot.waitUntil(lambda: cut_off(page) == [])


def cut_off(page: WelcomePage) -> list[QWidget]:
    """Return the widgets of the page that are too narrow or outside of it."""
    kinds = (QLabel, ActionButton, LabelKey, ExampleSentence)
    parts = [part for part in page.findChildren(QWidget) if isinstance(part, kinds)]
    assert len(parts) > 10
    content = page.widget()
    assert content
    rects = {part: QRect(part.mapTo(content, QPoint(0, 0)), part.size()) for part in parts}
    return [
        part
        for part in parts
        if part.width() < part.minimumSizeHint().width() or not content.rect().contains(rects[part])
    ]


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_page_is_seen_whole_on_a_screen_of_768_pixels_with_a_title_bar(
    start: Start, qtbot: QtBot, language: str
) -> None:
    settings.save(replace(settings.load(), language=language))
    controller = start()
    page = welcome_page(controller)
    keys = [label for label in page.findChildren(QLabel) if "Ctrl+Shift+N" in label.text()]
    assert all(label.isVisible() for label in keys)
    controller.window.resize(1354, 678)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() == 0 and page.viewport().height() < 600)
    assert keys
    assert not any(label.isVisible() for label in keys)
    controller.window.resize(1366, 768)
    qtbot.waitUntil(lambda: all(label.isVisible() for label in keys))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_example_has_the_colours_of_the_labels(start: Start, theme: Theme) -> None:
    controller = start()
    controller.window.settings.save(theme="dark" if theme is DARK else "light")
    [example] = welcome_page(controller).findChildren(ExampleSentence)
    image = example.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    for label in default_labels().labels:
        assert theme.line_colour(label).name() in colours


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape])
def test_one_key_opens_the_first_sample(start: Start, qtbot: QtBot, key: Qt.Key) -> None:
    controller = start()
    press(key)
    qtbot.waitUntil(lambda: has_begun(controller))
    assert controller.session.current_index() == 0
    assert controller.window.view.caret.word
    assert controller.window._central_widget.footer.isVisible()


def test_hint_stays_until_the_first_span(start: Start, qtbot: QtBot) -> None:
    controller = start()
    line = controller.window.status_line
    assert line.hint() == ""
    press(Qt.Key.Key_Return)
    assert line.hint() == HINT
    controller.session.notified.emit("something else")
    assert line.hint() == HINT
    controller.session.set_state("flagged")
    controller.session.open_article(1)
    assert line.hint() == HINT
    QTest.keyClick(controller.window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(controller.window.view, Qt.Key.Key_1)
    assert [span.label for span in controller.session.spans] == ["DATE"]
    assert line.hint() != HINT
    controller.session.undo()
    controller.session.open_article(0)
    assert line.hint() != HINT


def test_second_start_shows_no_page_and_no_hint(start: Start, qtbot: QtBot) -> None:
    start()
    assert start().window.welcome_commands.is_page_visible, "who only looked at it has not begun"
    press(Qt.Key.Key_Return)
    controller = start()
    qtbot.waitUntil(lambda: has_begun(controller))
    assert controller.window.status_line.hint() == ""


def test_start_with_a_corpus_shows_no_page(start: Start, corpus_path: Path, qtbot: QtBot) -> None:
    controller = start(corpus_path)
    qtbot.waitUntil(lambda: has_begun(controller))


def test_opening_an_article_closes_the_page(start: Start) -> None:
    controller = start()
    controller.window.action("next_article").trigger()
    assert has_begun(controller)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    controller.window.settings.save(keys={"undo": ["F12"]})  # must not reach the deleted page


def test_keys_do_not_annotate_behind_the_page(start: Start) -> None:
    controller = start()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Delete, Qt.Key.Key_F6):
        press(key)
    controller.window.action("done").trigger()
    controller.window.action("accept_article").trigger()
    assert welcome_page(controller).isVisible()
    controller.session.resume_article()
    assert controller.session.spans == []
    assert controller.session.article_state == "new"
    assert controller.session.undoable == []


def test_every_choice_is_reached_by_keyboard(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = start()
    questions: list[str] = []

    def choose_file(*_arguments: object, **_options: object) -> str:
        questions.append("open")
        return ""

    def choose_files(*_arguments: object, **_options: object) -> list[str]:
        questions.append("new")
        return []

    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_file", choose_file)
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_files", choose_files)
    texts = []
    for _step in range(6):
        focused = QApplication.focusWidget()
        assert isinstance(focused, QAbstractButton)
        texts.append(focused.text())
        assert (
            welcome_page(controller)
            .rect()
            .contains(welcome_page(controller).viewport().mapFromGlobal(focused.mapToGlobal(QPoint(1, 1))))
        )
        if focused.text().endswith("files…") or focused.text().startswith("Open"):
            press(Qt.Key.Key_Return)
            press(Qt.Key.Key_Space)
        press(Qt.Key.Key_Tab)
    assert texts == [
        "Start with the sample articles", "New corpus from files…", "Open corpus…", "العربية", "Français", "English"
    ]  # fmt: skip
    assert questions == ["new", "new", "open", "open"]
    assert welcome_page(controller).isVisible()


def test_dropped_files_make_a_corpus_beside_them(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = start()
    news = [tmp_path / "أخبار.txt", tmp_path / "other.txt"]
    news[0].write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    news[1].write_text("وصل القطار إلى وجدة.", encoding="utf-8")
    (tmp_path / "أخبار.corpus").touch()
    proposed: list[Path] = []

    def choose_target(_parent: object, _title: str, path: str, *_arguments: object, **_options: object) -> str:
        proposed.append(Path(path))
        return path

    monkeypatch.setattr(CHOOSE_TARGET, choose_target)
    monkeypatch.setattr("annotator.ui.widgets.modal.show_message", lambda *_arguments: None)
    drop(welcome_page(controller), *news)
    assert proposed == [tmp_path / "أخبار 2.corpus"]
    qtbot.waitUntil(lambda: has_begun(controller))
    assert controller.session.corpus
    assert controller.session.corpus.path == proposed[0]
    with Corpus.open(proposed[0], readonly=True) as corpus:
        assert len(list(load_all_summaries(corpus))) == 2
    with Corpus.open(first_corpus_path(), readonly=True) as samples:
        assert len(list(load_all_summaries(samples))) == 10
    assert controller.window.status_line.hint() == HINT


def test_folder_dropped_on_the_window_gives_the_corpus_its_name(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = start()
    folder = tmp_path / "news.2024"
    folder.mkdir()
    (folder / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    monkeypatch.setattr(CHOOSE_TARGET, lambda _parent, _title, where, *_a, **_k: where)
    drop(controller.window, folder)
    qtbot.waitUntil(lambda: has_begun(controller))
    assert controller.session.corpus
    assert controller.session.corpus.path == tmp_path / "news.2024.corpus"


def test_files_are_first_looked_for_among_the_documents(
    start: Start, corpus_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, folders = tmp_path / "documents", list[str]()

    def choose_none(_parent: QWidget, _title: str, folder: str) -> list[str]:
        folders.append(folder)
        return []

    monkeypatch.setattr("platformdirs.user_documents_path", lambda: documents)
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_files", choose_none)
    controller = start()
    controller.window.action("corpus_from_files").trigger()
    documents.mkdir()
    controller.window.action("corpus_from_files").trigger()
    assert controller.window.corpus_commands.open_path(corpus_path)
    controller.window.action("import_files").trigger()
    assert folders == [str(Path.home()), str(documents), str(corpus_path.parent)]


def test_cancelled_save_dialog_leaves_the_page(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = start()
    (tmp_path / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    monkeypatch.setattr(CHOOSE_TARGET, lambda *_a, **_k: "")
    drop(welcome_page(controller), tmp_path / "one.txt")
    drop(welcome_page(controller))
    assert welcome_page(controller).isVisible()
    assert list(tmp_path.glob("*.corpus")) == []


def test_dropped_corpus_is_opened(start: Start, corpus_path: Path) -> None:
    controller = start()
    drop(welcome_page(controller), corpus_path)
    assert has_begun(controller)
    assert controller.session.corpus
    assert controller.session.corpus.path == corpus_path


@pytest.mark.parametrize("content", [b"no corpus at all", b"SQLite format 3\x00" + bytes(500)])
def test_dropped_damaged_corpus_is_reported_and_unchanged(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    controller = start()
    (tmp_path / "broken.corpus").write_bytes(content)
    messages: list[str] = []
    controller.window.corpus_commands.damaged.disconnect()
    controller.window.corpus_commands.damaged.connect(lambda _path, reason: messages.append(reason))
    monkeypatch.setattr("annotator.ui.widgets.modal.show_message", lambda _parent, _icon, text: messages.append(text))
    drop(welcome_page(controller), tmp_path / "broken.corpus")
    assert len(messages) == 1
    assert "broken.corpus" in messages[0]
    assert welcome_page(controller).isVisible()
    assert (tmp_path / "broken.corpus").read_bytes() == content


def test_dropped_broken_file_is_reported_and_the_rest_imported(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller = start()
    (tmp_path / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    (tmp_path / "two.docx").write_bytes(b"PK\x03\x04 and no more")
    texts: list[str] = []
    monkeypatch.setattr(CHOOSE_TARGET, lambda _parent, _title, where, *_a, **_k: where)
    monkeypatch.setattr("annotator.ui.dialogs.imports.import_preview.ImportDialog.exec", lambda _dialog: True)
    method = "annotator.ui.dialogs.results.ImportResultDialog.exec"
    monkeypatch.setattr(method, lambda dialog: texts.append(dialog.tree.topLevelItem(0).child(0).text(0)))
    drop(welcome_page(controller), tmp_path / "one.txt", tmp_path / "two.docx")
    qtbot.waitUntil(lambda: bool(texts) and has_begun(controller))
    assert texts == ["\u2066two.docx\u2069"]
    assert len(controller.session.articles) == 1


def test_drop_zone_is_highlighted_while_files_are_dragged(start: Start, tmp_path: Path) -> None:
    page = welcome_page(start())

    def drag_over(data: QMimeData) -> bool:
        event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        page.dragEnterEvent(event)
        return event.isAccepted()

    idle_image = page.grab().toImage()
    assert not drag_over(QMimeData())
    assert drag_over(mime_data(tmp_path))
    assert page.grab().toImage() != idle_image
    page.dragLeaveEvent(QDragLeaveEvent())
    assert page.grab().toImage() == idle_image


def test_changed_language_keeps_the_page_and_is_remembered(start: Start, qtbot: QtBot) -> None:
    controller = start()
    languages = welcome_page(controller).findChildren(QToolButton)
    QTest.mouseClick(languages[-1], LEFT)
    assert [button.isChecked() for button in languages] == [False, False, True]
    [french] = [button for button in welcome_page(controller).findChildren(QToolButton) if button.text() == "Français"]
    QTest.mouseClick(french, LEFT)
    assert label_texts(welcome_page(controller))[0] == "Bienvenue"
    assert [button.text() for button in welcome_page(controller).findChildren(QToolButton) if button.isChecked()] == [
        "Français"
    ]
    assert settings.load().language == "fr"
    controller = start()
    assert label_texts(welcome_page(controller))[0] == "Bienvenue", "who chose a language has not begun"
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), ActionButton))
    press(Qt.Key.Key_Return)
    assert has_begun(controller)
    controller.window.settings.save(language="en")
    assert controller.window.status_line.hint() == HINT


def test_reopened_page_can_be_closed_for_the_previous_article(start: Start, corpus_path: Path, qtbot: QtBot) -> None:
    controller = start(corpus_path)
    controller.session.open_article(1)
    controller.window.view.move_to(10)
    offset = controller.window.view.current_offset()
    controller.window.action("show_welcome").trigger()
    controller.window.action("show_welcome").trigger()
    assert welcome_page(controller).isVisible()
    assert controller.window._central_widget.pages.count() == 4
    press(Qt.Key.Key_Escape)
    assert has_begun(controller)
    assert controller.session.corpus
    assert controller.session.corpus.path == corpus_path
    assert (controller.session.current_index(), controller.window.view.current_offset()) == (1, offset)
    controller.window.action("show_welcome").trigger()
    press(Qt.Key.Key_Return)
    assert has_begun(controller)
    assert controller.session.corpus
    assert controller.session.corpus.path == first_corpus_path()


def test_unavailable_samples_are_reported(start: Start, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = start(corpus_path)
    messages: list[str] = []
    monkeypatch.setattr("annotator.ui.widgets.modal.show_message", lambda _parent, _icon, text: messages.append(text))
    first_corpus_path().parent.mkdir(parents=True, exist_ok=True)
    first_corpus_path().write_text("no corpus")
    controller.window.action("show_welcome").trigger()
    press(Qt.Key.Key_Return)
    assert len(messages) == 1
    assert welcome_page(controller).isVisible()
    press(Qt.Key.Key_Escape)
    assert has_begun(controller)
