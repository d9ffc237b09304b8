"""The menu of a text field: the program's words, look and keys, in each language."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator import i18n
from annotator.settings import Settings
from annotator.ui import app
from annotator.ui.widgets.text_menu import set_text_menu
from annotator.ui.window import Window


@pytest.fixture
def open_menu(qtbot: QtBot) -> Iterator[Callable[[QWidget], QMenu]]:
    """Return a function that right-clicks a field and returns its menu."""
    menus: list[QMenu] = []

    def click(field: QWidget) -> QMenu:
        place = QPoint(5, 5)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, field.mapToGlobal(place))
        QApplication.sendEvent(field, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        menus.append(menu)
        return menu

    yield click
    for menu in menus:
        menu.close()


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ar", ["تراجع", "إعادة", "قص", "نسخ", "لصق", "حذف", "تحديد الكل"]),
        ("fr", ["Annuler", "Rétablir", "Couper", "Copier", "Coller", "Supprimer", "Tout sélectionner"]),
        ("en", ["Undo", "Redo", "Cut", "Copy", "Paste", "Delete", "Select all"]),
    ],
)
@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_it_has_the_words_of_the_program(
    qtbot: QtBot,
    create_controller: Callable[[Settings], app.ApplicationController],
    open_menu: Callable[[QWidget], QMenu],
    language: Literal["ar", "fr", "en"],
    texts: list[str],
    kind: type[QLineEdit | QPlainTextEdit],
) -> None:
    i18n.set_language(language)
    create_controller(Settings(language=language))
    field = kind("2024")
    qtbot.addWidget(field)
    set_text_menu(field)
    with qtbot.waitExposed(field):
        field.show()
    menu = open_menu(field.viewport() if isinstance(field, QPlainTextEdit) else field)
    rows = [strip_isolates(action.text()).split("\t") for action in menu.actions() if not action.isSeparator()]
    assert [row[0] for row in rows] == texts
    assert [row[1] for row in rows if row[0] == texts[3]] == ["Ctrl+C"]
    assert menu.mask().rectCount() > 1  # its corners are round
    is_rtl = menu.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert is_rtl == (language == "ar")


def test_its_actions_work(qtbot: QtBot, open_menu: Callable[[QWidget], QMenu]) -> None:
    field = QLineEdit("2024")
    qtbot.addWidget(field)
    set_text_menu(field)
    with qtbot.waitExposed(field):
        field.show()
    open_menu(field).actions()[-1].trigger()
    assert field.selectedText() == "2024"
    cut = next(action for action in open_menu(field).actions() if action.text().startswith("Cut"))
    cut.trigger()
    assert field.text() == ""
    assert QApplication.clipboard().text() == "2024"


def test_no_field_of_the_window_has_the_menu_of_qt(window: Window) -> None:
    for kind in (QLineEdit, QPlainTextEdit):
        for field in window.findChildren(kind):
            assert field.contextMenuPolicy() != Qt.ContextMenuPolicy.DefaultContextMenu, field.accessibleName()
