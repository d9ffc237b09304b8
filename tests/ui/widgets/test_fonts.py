"""Fonts: one for the entire interface, and Windows' own where users expect them."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QMenu,
    QMenuBar,
    QMessageBox,
    QPushButton,
    QStatusBar,
    QWidget,
)

from annotator import i18n
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import LIGHT, style_sheet
from annotator.ui.window import Window

THEMED = ("QMenuBar", "QMenu", "QTipLabel", "QStatusBar", "QMessageBox", "QAbstractItemView")


@pytest.fixture
def system_fonts() -> Iterator[None]:
    """Set fonts for some widget classes, as Windows does after the program has set its own."""
    for name in THEMED:
        QApplication.setFont(QFont("Noto Naskh Arabic", 31), name)  # type: ignore[arg-type]
    yield
    QApplication.setFont(fonts.interface_font(fonts.INTERFACE_SIZE))  # resets the fonts of all classes


@pytest.fixture
def styled(qapp: QApplication) -> Iterator[None]:
    before = qapp.styleSheet()
    qapp.setStyleSheet(style_sheet(LIGHT))
    yield
    qapp.setStyleSheet(before)


@pytest.mark.usefixtures("system_fonts", "styled")
def test_all_widgets_of_the_interface_have_one_font(window: Window) -> None:
    box = QMessageBox(window)
    menu = next(action.menu() for action in window.menuBar().actions())
    assert isinstance(menu, QMenu)
    widgets: list[QWidget] = [box, menu, *window.findChildren(QAbstractItemView)]
    widgets += [window.menuBar(), window.statusBar()]
    for widget_class in (QMenuBar, QMenu, QStatusBar, QMessageBox, QAbstractItemView):
        assert any(isinstance(widget, widget_class) for widget in widgets), widget_class
    for widget in widgets:
        widget.ensurePolished()
        actual = (type(widget).__name__, widget.font().families(), widget.font().pixelSize())
        assert actual == (type(widget).__name__, list(fonts.INTERFACE_FAMILIES), fonts.INTERFACE_SIZE)
    box.deleteLater()


def test_windows_fonts_come_first_in_the_interface_and_last_in_articles() -> None:
    assert fonts.interface_families("win32") == ("Segoe UI", "Noto Sans Arabic", "Noto Sans")
    assert fonts.reading_families("win32") == ("Noto Naskh Arabic", "Noto Sans", "Sakkal Majalla", "Segoe UI")
    for platform in ("linux", "darwin"):
        assert fonts.interface_families(platform) == ("Noto Sans Arabic", "Noto Sans")
        assert fonts.reading_families(platform) == ("Noto Naskh Arabic", "Noto Sans")


@pytest.mark.usefixtures("styled")
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_text_of_the_default_button_is_not_cut_off(window: Window, language: str) -> None:
    """It is bold, which Qt's size hint of a default button ignores."""
    i18n.set_language(language)
    dialog = ExportDialog(window, window.session, window.tasks)
    dialog.show()
    [button] = [button for button in dialog.findChildren(QPushButton) if button.isDefault() and button.isVisible()]
    padding = 32  # of the style sheet
    bold = QFontMetricsF(fonts.interface_font(fonts.INTERFACE_SIZE, bold=True)).horizontalAdvance(button.text())
    assert button.width() - padding >= bold - 1
    dialog.close()
    dialog.deleteLater()
