"""The page of a first start: when it stands, what it shows, every way on from it, and the hint until the first tag."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from annotator import i18n, settings
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import articles
from annotator.ui import app
from annotator.ui.welcome.example import Example, LabelKey
from annotator.ui.welcome.welcome_page import WelcomePage
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

LEFT = Qt.MouseButton.LeftButton
HINT = "Select some words, then press the key of their label: 1 Date, 2 Institution, 3 Plan"
NAMES = "annotator.ui.widgets.file_dialogs.choose_target"
Start = Callable[..., app.Desk]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot) -> Iterator[Start]:
    """Starts the program as it was left by the start before."""
    desks: list[app.Desk] = []

    def begin(path: Path | None = None) -> app.Desk:
        end()
        desk = app.Desk(qapp, settings.load())
        desks.append(desk)
        desk.start(path)
        desk.window.resize(1366, 768)
        with qtbot.waitExposed(desk.window):
            desk.show()
        desk.window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.window)
        return desk

    def end() -> None:
        while desks:
            desk = desks.pop()
            desk.window.close()
            desk.session.close()
            desk.window.deleteLater()
            desk.deleteLater()

    yield begin
    end()
    i18n.use("en")
    app.Desk(qapp, Settings(language="en")).window.deleteLater()  # puts the application's direction and colours back


def page(desk: app.Desk) -> WelcomePage:
    shown = desk.window._middle.pages.currentWidget()
    assert isinstance(shown, WelcomePage)
    return shown


def has_begun(desk: app.Desk) -> bool:
    """Whether an article is there to be tagged, with the keyboard, and its corpus will be opened next time."""
    window, corpus = desk.window, desk.session.corpus
    return bool(
        corpus
        and desk.session.article
        and window._middle.pages.currentWidget() is window.view
        and QApplication.focusWidget() is window.view
        and not window.welcoming.standing
        and settings.load().last_corpus == str(corpus.path)
    )


def press(key: Qt.Key) -> None:
    held = QApplication.focusWidget()
    assert held
    QTest.keyClick(held, key)


def said(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(widget: QWidget, *paths: Path) -> None:
    data = files(*paths)
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier, QEvent.Type.Drop
    )
    widget.dropEvent(event)


def test_a_first_start_shows_the_page_and_the_samples_beside_it(start: Start) -> None:
    desk = start()
    assert page(desk).isVisible()
    assert desk.session.corpus
    assert desk.session.corpus.path == app.first_corpus_path()
    assert len(desk.session.articles) >= 6
    assert desk.session.article is None
    assert not desk.window._middle.foot.isVisible()
    assert settings.load().last_corpus is None
    begin = QApplication.focusWidget()
    assert isinstance(begin, ActionButton)
    assert (begin.text(), begin.key()) == ("Begin with the sample articles", "\u2066Enter\u2069")


def test_it_says_what_for_and_how(start: Start) -> None:
    shown = page(start())
    assert shown.accessibleName() == said(shown)[0] == "Welcome"
    assert shown.accessibleDescription() == said(shown)[1]
    keys = [key.accessibleName() for key in shown.findChildren(LabelKey)]
    assert keys == ["1 Date", "2 Institution", "3 Plan"]
    [example] = shown.findChildren(Example)
    assert example.accessibleName().endswith(
        "وزارة الصحة, Institution; أمس الثلاثاء, Date; الخطة الوطنية للتلقيح, Plan"
    )
    buttons = [(button.text(), button.key()) for button in shown.findChildren(ActionButton)][1:]
    assert buttons == [
        ("New corpus from files…", "\u2066Ctrl+Shift+N\u2069"),
        ("Open corpus…", "\u2066Ctrl+O\u2069"),
    ]
    assert any("\u2066Ctrl+Z\u2069" in text and "\u2066F1\u2069" in text for text in said(shown))


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_on_a_small_screen_it_scrolls_down_only(start: Start, qtbot: QtBot, language: str) -> None:
    desk = start()
    desk.window.language_asked.emit(language)
    desk.window.resize(desk.window.minimumSizeHint().width(), 600)
    desk.window.show()
    shown = page(desk)
    qtbot.waitUntil(lambda: shown.widget().width() == shown.viewport().width() < 500)
    qtbot.waitUntil(lambda: cut_off(shown) == [])


def cut_off(shown: WelcomePage) -> list[QWidget]:
    """What of the page is not whole, or outside of it."""
    kinds = (QLabel, ActionButton, LabelKey, Example)
    parts = [part for part in shown.findChildren(QWidget) if isinstance(part, kinds)]
    assert len(parts) > 10
    place = {part: QRect(part.mapTo(shown.widget(), QPoint(0, 0)), part.size()) for part in parts}
    return [
        part
        for part in parts
        if part.width() < part.minimumSizeHint().width() or not shown.widget().rect().contains(place[part])
    ]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_example_is_painted_as_the_article_paints_spans(start: Start, theme: Theme) -> None:
    desk = start()
    desk.window.theme_asked.emit("dark" if theme is DARK else "light")
    [example] = page(desk).findChildren(Example)
    image = example.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    for label in default_labels().labels:
        assert theme.firm(label).name() in colours


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape])
def test_one_key_begins_in_the_first_sample(start: Start, qtbot: QtBot, key: Qt.Key) -> None:
    desk = start()
    press(key)
    qtbot.waitUntil(lambda: has_begun(desk))
    assert desk.session.place() == 0
    assert desk.window.view.caret.word
    assert desk.window._middle.foot.isVisible()


def test_a_hint_stands_until_something_is_tagged(start: Start, qtbot: QtBot) -> None:
    desk = start()
    line = desk.window.status_line
    assert line.said() == ""
    press(Qt.Key.Key_Return)
    assert line.said() == HINT
    line.say("something else", well=True)
    assert line.said() == "something else"
    line._forget.stop()
    line._forget.timeout.emit()
    assert line.said() == HINT
    desk.session.set_state("flagged")
    desk.session.open_article(1)
    assert line.said() == HINT
    QTest.keyClick(desk.window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(desk.window.view, "1")
    assert [span.label for span in desk.session.spans] == ["DATE"]
    assert line.said() == ""
    desk.session.undo()
    desk.session.open_article(0)
    assert line.said() == ""


def test_a_second_start_has_no_page_and_no_hint(start: Start, qtbot: QtBot) -> None:
    start()
    assert start().window.welcoming.standing, "who only looked at it has not begun"
    press(Qt.Key.Key_Return)
    desk = start()
    qtbot.waitUntil(lambda: has_begun(desk))
    assert desk.window.status_line.said() == ""


def test_a_start_on_a_corpus_has_no_page(start: Start, corpus_path: Path, qtbot: QtBot) -> None:
    desk = start(corpus_path)
    qtbot.waitUntil(lambda: has_begun(desk))


def test_what_opens_an_article_ends_it(start: Start) -> None:
    desk = start()
    desk.window.action("next_article").trigger()
    assert has_begun(desk)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk.window.change_keys({"undo": ["F12"]})  # nothing of the page is told of it any more


def test_no_key_tags_anything_behind_it(start: Start) -> None:
    desk = start()
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Delete, Qt.Key.Key_F6):
        press(key)
    desk.window.action("done").trigger()
    desk.window.action("accept_article").trigger()
    assert page(desk).isVisible()
    desk.session.resume()
    assert desk.session.spans == []
    assert desk.session.state() == "new"
    assert desk.session.undoable == []


def test_the_keyboard_alone_comes_to_every_way_on(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = start()
    asked: list[str] = []
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_file", lambda *_a, **_k: asked.append("open") or "")
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_files", lambda *_a, **_k: asked.append("new") or [])
    come_to = []
    for _step in range(6):
        held = QApplication.focusWidget()
        come_to.append(held.text())
        assert page(desk).rect().contains(page(desk).viewport().mapFromGlobal(held.mapToGlobal(QPoint(1, 1))))
        if held.text().endswith("files…") or held.text().startswith("Open"):
            press(Qt.Key.Key_Return)
            press(Qt.Key.Key_Space)
        press(Qt.Key.Key_Tab)
    assert come_to == [
        "Begin with the sample articles", "New corpus from files…", "Open corpus…", "العربية", "Français", "English"
    ]  # fmt: skip
    assert asked == ["new", "new", "open", "open"]
    assert page(desk).isVisible()


def test_files_that_are_dropped_make_a_corpus_beside_them(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start()
    news = [tmp_path / "أخبار.txt", tmp_path / "other.txt"]
    news[0].write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    news[1].write_text("وصل القطار إلى وجدة.", encoding="utf-8")
    (tmp_path / "أخبار.corpus").touch()
    proposed: list[Path] = []

    def ask(_parent: object, _title: str, where: str, *_more: object, **_options: object) -> str:
        proposed.append(Path(where))
        return where

    monkeypatch.setattr(NAMES, ask)
    monkeypatch.setattr("annotator.ui.commands.corpus_commands.tell", lambda *_said: None)
    drop(page(desk), *news)
    assert proposed == [tmp_path / "أخبار 2.corpus"]
    qtbot.waitUntil(lambda: has_begun(desk), timeout=20_000)
    assert desk.session.corpus.path == proposed[0]
    with Corpus.open(proposed[0], readonly=True) as corpus:
        assert len(list(articles(corpus))) == 2
    with Corpus.open(app.first_corpus_path(), readonly=True) as samples:
        assert len(list(articles(samples))) == 10
    assert desk.window.status_line._hint == HINT


def test_a_folder_is_called_as_it_is_and_may_be_dropped_beside_the_page(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start()
    folder = tmp_path / "news.2024"
    folder.mkdir()
    (folder / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    monkeypatch.setattr(NAMES, lambda _parent, _title, where, *_a, **_k: where)
    drop(desk.window, folder)
    qtbot.waitUntil(lambda: has_begun(desk), timeout=20_000)
    assert desk.session.corpus.path == tmp_path / "news.2024.corpus"


def test_who_does_not_say_where_is_still_on_the_page(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start()
    (tmp_path / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    monkeypatch.setattr(NAMES, lambda *_a, **_k: "")
    drop(page(desk), tmp_path / "one.txt")
    drop(page(desk))
    assert page(desk).isVisible()
    assert list(tmp_path.glob("*.corpus")) == []


def test_a_corpus_that_is_dropped_is_opened(start: Start, corpus_path: Path) -> None:
    desk = start()
    drop(page(desk), corpus_path)
    assert has_begun(desk)
    assert desk.session.corpus.path == corpus_path


@pytest.mark.parametrize("content", [b"no corpus at all", b"SQLite format 3\x00" + bytes(500)])
def test_a_broken_corpus_that_is_dropped_is_told(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    desk = start()
    (tmp_path / "broken.corpus").write_bytes(content)
    told: list[str] = []
    desk.window.corpus_commands.damaged.disconnect()
    desk.window.corpus_commands.damaged.connect(lambda _path, what: told.append(what))
    monkeypatch.setattr("annotator.ui.commands.corpus_commands.tell", lambda _parent, _icon, text: told.append(text))
    drop(page(desk), tmp_path / "broken.corpus")
    assert len(told) == 1
    assert "broken.corpus" in told[0]
    assert page(desk).isVisible()
    assert (tmp_path / "broken.corpus").read_bytes() == content


def test_a_broken_file_that_is_dropped_is_told_beside_what_was_read(
    start: Start, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = start()
    (tmp_path / "one.txt").write_text("أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
    (tmp_path / "two.docx").write_bytes(b"PK\x03\x04 and no more")
    told: list[str] = []
    monkeypatch.setattr(NAMES, lambda _parent, _title, where, *_a, **_k: where)
    monkeypatch.setattr("annotator.ui.dialogs.import_preview.ImportDialog.exec", lambda _dialog: True)
    refused = "annotator.ui.dialogs.import_result.ImportedDialog.exec"
    monkeypatch.setattr(refused, lambda dialog: told.append(dialog.tree.topLevelItem(0).child(0).text(0)))
    drop(page(desk), tmp_path / "one.txt", tmp_path / "two.docx")
    qtbot.waitUntil(lambda: has_begun(desk), timeout=20_000)
    assert told == ["\u2066two.docx\u2069"]
    assert len(desk.session.articles) == 1


def test_the_zone_shows_that_something_may_be_dropped(start: Start, tmp_path: Path) -> None:
    shown = page(start())

    def hold(data: QMimeData) -> bool:
        event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        shown.dragEnterEvent(event)
        return event.isAccepted()

    quiet = shown.grab().toImage()
    assert not hold(QMimeData())
    assert hold(files(tmp_path))
    assert shown.grab().toImage() != quiet
    shown.dragLeaveEvent(QDragLeaveEvent())
    assert shown.grab().toImage() == quiet


def test_another_language_keeps_the_page_and_is_remembered(start: Start, qtbot: QtBot) -> None:
    desk = start()
    languages = page(desk).findChildren(QToolButton)
    QTest.mouseClick(languages[-1], LEFT)
    assert [button.isChecked() for button in languages] == [False, False, True]
    [french] = [button for button in page(desk).findChildren(QToolButton) if button.text() == "Français"]
    QTest.mouseClick(french, LEFT)
    assert said(page(desk))[0] == "Bienvenue"
    assert [button.text() for button in page(desk).findChildren(QToolButton) if button.isChecked()] == ["Français"]
    assert settings.load().language == "fr"
    desk = start()
    assert said(page(desk))[0] == "Bienvenue", "who chose a language has not begun"
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), ActionButton))
    press(Qt.Key.Key_Return)
    assert has_begun(desk)
    desk.window.language_asked.emit("en")
    assert desk.window.status_line.said() == HINT


def test_it_can_be_called_again_and_left_for_what_was_open(start: Start, corpus_path: Path, qtbot: QtBot) -> None:
    desk = start(corpus_path)
    desk.session.open_article(1)
    desk.window.view.stand(10)
    stood = desk.window.view.offset()
    desk.window.action("show_welcome").trigger()
    desk.window.action("show_welcome").trigger()
    assert page(desk).isVisible()
    assert desk.window._middle.pages.count() == 4
    press(Qt.Key.Key_Escape)
    assert has_begun(desk)
    assert desk.session.corpus.path == corpus_path
    assert (desk.session.place(), desk.window.view.offset()) == (1, stood)
    desk.window.action("show_welcome").trigger()
    press(Qt.Key.Key_Return)
    assert has_begun(desk)
    assert desk.session.corpus.path == app.first_corpus_path()


def test_samples_that_cannot_be_had_are_told(start: Start, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = start(corpus_path)
    told: list[str] = []
    monkeypatch.setattr("annotator.ui.commands.corpus_commands.tell", lambda _parent, _icon, text: told.append(text))
    app.first_corpus_path().parent.mkdir(parents=True)
    app.first_corpus_path().write_text("no corpus")
    desk.window.action("show_welcome").trigger()
    press(Qt.Key.Key_Return)
    assert len(told) == 1
    assert page(desk).isVisible()
    press(Qt.Key.Key_Escape)
    assert has_begun(desk)
