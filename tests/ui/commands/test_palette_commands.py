"""The command palette in a real window: opened, narrowed, run and left by keys, and by the mouse."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator import i18n, settings
from annotator.i18n import _
from annotator.ui.actions.keyboard import to_sequences
from annotator.ui.central.command_palette import CommandPalette
from annotator.ui.commands.table import ACTIONS
from annotator.ui.session.session import Session
from annotator.ui.window import Window

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key in whatever has the focus."""
    focus = QApplication.focusWidget()
    assert focus
    QTest.keyClick(focus, key, modifiers)


def palette_of(window: Window) -> CommandPalette:
    palette = window.palette_commands._palette
    assert palette
    return palette


@pytest.fixture
def palette(window: Window) -> CommandPalette:
    press(Qt.Key.Key_P, CONTROL)
    return palette_of(window)


@pytest.fixture(params=i18n.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.set_language(request.param)
    yield request.param
    i18n.set_language("en")


def titles_of(palette: CommandPalette) -> list[str]:
    model = palette.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def current_title(palette: CommandPalette) -> str:
    return titles_of(palette)[palette.list.currentIndex().row()]


@pytest.mark.usefixtures("language")
def test_the_palette_lists_every_action_of_the_table_in_the_interface_language(window: Window) -> None:
    window.action("show_palette").trigger()
    titles = titles_of(palette_of(window))
    for action in ACTIONS:
        text = window.action(action.name).text().partition("\t")[0] if action.describe else _(action.text)
        assert (text.removesuffix("…") in titles) == (action.name != "show_palette"), action.name


def test_enter_runs_the_current_entry_and_the_article_has_the_focus_again(
    window: Window, palette: CommandPalette
) -> None:
    assert palette.isVisible()
    assert palette.field.hasFocus()
    QTest.keyClicks(palette.field, "flag")
    assert current_title(palette) == "Flag for review"
    press(Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.view.hasFocus()
    assert window.session.article_state == "flagged"


def test_escape_and_the_same_key_leave_it_without_doing_anything(window: Window, palette: CommandPalette) -> None:
    press(Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.view.hasFocus()
    press(Qt.Key.Key_P, CONTROL)
    assert palette.isVisible()
    press(Qt.Key.Key_P, CONTROL)
    assert not palette.isVisible()
    assert window.view.hasFocus()


def test_arrow_keys_move_through_the_entries_and_wrap_around(palette: CommandPalette) -> None:
    first, *_others, last = titles_of(palette)
    press(Qt.Key.Key_Up)
    assert current_title(palette) == last
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    assert current_title(palette) == titles_of(palette)[1]
    press(Qt.Key.Key_PageUp)
    assert current_title(palette) == first


def test_arrow_keys_reach_what_is_not_available_too(palette: CommandPalette) -> None:
    palette.field.setText("un")
    assert "Undo" in titles_of(palette)[:-1]
    passed = []
    for _title in titles_of(palette):
        passed.append(current_title(palette))
        press(Qt.Key.Key_Down)
    assert passed == titles_of(palette)


def test_a_click_runs_an_entry(window: Window, palette: CommandPalette) -> None:
    QTest.keyClicks(palette.field, "skip")
    index = palette.list.model().index(0, 0)
    QTest.mouseClick(palette.list.viewport(), LEFT, pos=palette.list.visualRect(index).center())
    assert window.session.article_state == "skipped"
    assert not palette.isVisible()


def test_a_click_beside_the_palette_leaves_it(window: Window, palette: CommandPalette) -> None:
    QTest.mouseClick(window.view.viewport(), LEFT, pos=window.view.viewport().rect().bottomLeft())
    assert not palette.isVisible()
    assert window.view.hasFocus()


def test_no_other_key_reaches_the_window(window: Window, palette: CommandPalette) -> None:
    caret = window.view.caret.word
    for key, modifiers in ((Qt.Key.Key_D, CONTROL), (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier)):
        press(key, modifiers)
    press(Qt.Key.Key_1)
    assert palette.isVisible()
    assert palette.field.text() == "1"
    assert (window.session.article_state, window.session.spans, window.view.caret.word) == ("new", [], caret)


def test_what_is_not_available_is_listed_with_the_reason_and_cannot_be_run(
    window: Window, palette: CommandPalette
) -> None:
    QTest.keyClicks(palette.field, "undo")
    index = palette.list.model().index(0, 0)
    role = Qt.ItemDataRole.AccessibleTextRole
    assert index.data(role) == "Undo, Edit, \u2066Ctrl+Z\u2069, There is nothing to undo."
    press(Qt.Key.Key_Return)
    assert palette.isVisible()
    press(Qt.Key.Key_Escape)
    assert window.session.tag("DATE", 0, 5)
    press(Qt.Key.Key_P, CONTROL)
    QTest.keyClicks(palette.field, "undo")
    press(Qt.Key.Key_Return)
    assert window.session.spans == []


def test_what_was_run_last_comes_first_also_in_the_next_window(window: Window, palette: CommandPalette) -> None:
    for words in ("zoom in", "flag", "zoom in"):
        palette.field.setText(words)
        press(Qt.Key.Key_Return)
        press(Qt.Key.Key_P, CONTROL)
    assert titles_of(palette)[:2] == ["Zoom in", "Flag for review"]
    assert settings.load().recent_commands == ["zoom_in", "flag"]


def test_a_label_is_run_like_its_key(window: Window, palette: CommandPalette) -> None:
    palette.field.setText("مؤسسة")
    assert current_title(palette) == "Tag as Institution"
    press(Qt.Key.Key_Return)
    assert [span.label for span in window.session.spans] == ["INSTITUTION"]


def test_a_choice_is_found_by_its_title_and_value(window: Window, palette: CommandPalette) -> None:
    palette.field.setText("ألوان داكنة")
    assert current_title(palette) == "Colours: Dark"
    press(Qt.Key.Key_Return)
    assert window.settings.current.theme == "dark"


def test_articles_are_found_by_their_titles_and_the_corpus_by_any_words(
    window: Window, palette: CommandPalette, qtbot: QtBot, session: Session
) -> None:
    palette.field.setText("قطار")  # in the title of the other article
    qtbot.waitUntil(lambda: len(titles_of(palette)) == 2)
    assert titles_of(palette) == ["مدينة وجدة تستقبل قطارا جديدا", "Search corpus for “قطار”"]
    press(Qt.Key.Key_Return)
    assert session.current_index() == 1
    press(Qt.Key.Key_P, CONTROL)
    palette.field.setText("الأشغال")  # in its text alone
    qtbot.waitUntil(lambda: titles_of(palette) == ["Search corpus for “الأشغال”"])
    press(Qt.Key.Key_Return)
    assert window.articles_sidebar.search_line.text() == "الأشغال"


def test_a_custom_key_opens_and_closes_the_palette(window: Window) -> None:
    window.settings.save(keys={"show_palette": ["Ctrl+J"]})
    assert window.action("show_palette").shortcuts() == to_sequences(["Ctrl+J", "Ctrl+ت"])
    for is_open in (True, False):
        press(Qt.Key.Key_J, CONTROL)
        assert palette_of(window).isVisible() == is_open


@pytest.mark.parametrize("size", [(1024, 600), (1366, 768)])
def test_the_palette_lies_within_the_window(window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    window.action("show_palette").trigger()
    palette = palette_of(window)
    assert window.rect().contains(palette.geometry())
    window.resize(window.width() + 100, window.height() + 50)
    QApplication.processEvents()
    assert palette.geometry().center().x() == pytest.approx(window.rect().center().x(), abs=1)


def test_the_field_and_the_list_have_names_for_screen_readers(palette: CommandPalette) -> None:
    for widget in (palette.field, palette.list):
        interface = QAccessible.queryAccessibleInterface(widget)
        assert isinstance(interface, QAccessibleInterface)
        assert interface.text(QAccessible.Text.Name)
