"""Modal dialogs: message boxes in plain text, as Qt would interpret HTML, and the helper that runs a dialog."""

from collections.abc import Mapping
from typing import Final, TypeVar, cast

from PySide6.QtCore import QMargins, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.ui.widgets.bidi_text import isolate_paths, mark_isolates
from annotator.ui.widgets.icons import draw_pixmap
from annotator.ui.widgets.scrolling import FittingScrollArea, set_scrolled_margins
from annotator.ui.widgets.single_bar import keep_single_bar
from annotator.ui.widgets.text_menu import set_text_menus
from annotator.ui.widgets.theme import current_theme
from annotator.ui.widgets.wrapped_label import fitting_width

_FRAME: Final = QSize(8, 44)  # pixels: edges and a title bar
_ICON_SIZE: Final = 36  # pixels
_MIN_TEXT_HEIGHT: Final = 60  # pixels of a text that scrolls
ROLE: Final = QMessageBox.ButtonRole
_WARNINGS: Final = (QMessageBox.Icon.Warning, QMessageBox.Icon.Critical)
D = TypeVar("D", bound=QDialog)


def fit_to_screen(dialog: QDialog) -> None:
    """Give a dialog all the height of its texts, or as much as the screen has without its frame; then it scrolls."""
    dialog.ensurePolished()
    is_sized = dialog.testAttribute(Qt.WidgetAttribute.WA_Resized)
    size = dialog.size() if is_sized else dialog.sizeHint().expandedTo(dialog.minimumSize())
    room = dialog.screen().availableSize() - _FRAME
    layout = dialog.layout()
    is_column = isinstance(layout, QVBoxLayout)
    if isinstance(layout, QVBoxLayout):
        width, needed = min(size.width(), room.width()), layout.totalMinimumSize().height()
        if layout.hasHeightForWidth():
            needed = layout.totalMinimumHeightForWidth(width)
            preferred = size.height() if is_sized else layout.totalHeightForWidth(width)
            size = QSize(size.width(), max(needed, preferred))
        if needed > room.height():
            _scroll_content(dialog, layout)
    if size != size.boundedTo(room) or (is_column and not is_sized):  # Qt gives it two thirds of the height at most
        dialog.resize(size.boundedTo(room))


def _scroll_content(dialog: QDialog, layout: QVBoxLayout) -> None:
    """Have all that is above the last item, which are the buttons, in an area that scrolls.

    What moves stays in the window, so that Tab reaches it in the same order; it keeps the focus, if it has that.
    """
    focus = dialog.focusWidget()
    content = QWidget(dialog)
    area = FittingScrollArea(content, parent=dialog)
    keep_single_bar(area)
    column = QVBoxLayout(content)
    set_scrolled_margins(content, 0)
    column.setSpacing(layout.spacing())
    while layout.count() > 1:
        stretch, item = layout.stretch(0), layout.takeAt(0)
        if item and (widget := item.widget()):
            column.addWidget(widget, stretch)
        elif item and (inner := item.layout()):
            column.addLayout(inner, stretch)
        elif item:
            column.addItem(item)
    layout.insertWidget(0, area, 1)
    layout.activate()  # an open dialog would keep its height
    if focus:
        focus.setFocus()


def run_dialog(dialog: D) -> D | None:
    """Show a modal dialog, then have it deleted; return it if it was accepted, for its results to be read at once.

    It is at most as large as the screen, and its text fields have the program's menu.
    """
    fit_to_screen(dialog)
    set_text_menus(dialog)
    is_accepted = dialog.exec()
    dialog.deleteLater()
    return dialog if is_accepted else None


def show_message(parent: QWidget | None, icon: QMessageBox.Icon, text: str) -> None:
    """Show literal text in a modal message box."""
    run_dialog(MessageBox(icon, parent, text))


def warn(parent: QWidget | None, text: str) -> None:
    """Show a warning in a modal message box."""
    show_message(parent, QMessageBox.Icon.Warning, text)


class MessageBox(QMessageBox):
    """A QMessageBox titled with the program's name, in plain text; its longest text scrolls where it has no room.

    Escape means the last of `buttons`, and so does Enter without a `default`.
    """

    def __init__(
        self,
        icon: QMessageBox.Icon,
        parent: QWidget | None = None,
        text: str = "",
        buttons: Mapping[str, QMessageBox.ButtonRole] | None = None,
        *,
        information: str = "",
        details: str = "",
        default: str = "",
    ) -> None:
        super().__init__(icon, _("Annotator"), mark_isolates(isolate_paths(text)), parent=parent)
        self._draw_icon()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setInformativeText(mark_isolates(information))
        self.setDetailedText(details)
        self._buttons = {name: self.addButton(name, role) for name, role in (buttons or {}).items()}
        if buttons:
            *_others, last = self._buttons.values()
            self.setEscapeButton(last)
            self.setDefaultButton(self._buttons.get(default, last))
        if default:  # wide enough for bold letters, which Qt ignores in a default button
            self._buttons[default].setObjectName("primary")

    def _draw_icon(self) -> None:
        """Replace the style's picture by one in the theme's colours."""
        theme, is_warning = current_theme(), self.icon() in _WARNINGS
        name, colour = ("warning", theme.warning) if is_warning else ("information", theme.accent)
        self.setIconPixmap(draw_pixmap(name, colour, _ICON_SIZE, self.devicePixelRatioF()))

    def ask(self) -> str:
        """Show the box, then have it deleted; return the text of the button that was clicked."""
        run_dialog(self)
        return self.answer

    @property
    def answer(self) -> str:
        """The text of the button that was clicked; the last one's if none was."""
        clicked = self.clickedButton()
        return next((name for name, button in self._buttons.items() if button is clicked), [*self._buttons][-1])

    def showEvent(self, event: QShowEvent) -> None:
        for label in self.findChildren(QLabel):  # setTextFormat does not apply to the informative text
            label.setTextFormat(Qt.TextFormat.PlainText)
        super().showEvent(event)  # which makes the box as large as its texts
        for label in self.findChildren(QLabel):
            self._avoid_lone_word(label)
        self._fit_to_screen()

    def _avoid_lone_word(self, label: QLabel) -> None:
        """Have lines end earlier where the last one would have a single word. Qt does not mirror margins."""
        if label.wordWrap() and label.text():
            width = label.contentsRect().width()
            excess = width - fitting_width(label.text(), label.font(), width)
            is_rtl = label.layoutDirection() == Qt.LayoutDirection.RightToLeft
            end = QMargins(excess, 0, 0, 0) if is_rtl else QMargins(0, 0, excess, 0)
            label.setContentsMargins(label.contentsMargins() + end)

    def _fit_to_screen(self) -> None:
        """Scroll the longest text if the box is higher than the screen."""
        excess = self.height() - (self.screen().availableSize() - _FRAME).height()
        grid = self.layout()
        if excess <= 0 or not isinstance(grid, QGridLayout):
            return
        label = max(self.findChildren(QLabel), key=QLabel.height)
        place = cast("tuple[int, int, int, int]", grid.getItemPosition(grid.indexOf(label)))
        width, height = label.width(), max(_MIN_TEXT_HEIGHT, label.height() - excess)
        area = FittingScrollArea(label)
        area.setMinimumWidth(width + area.verticalScrollBar().sizeHint().width())
        area.setFixedHeight(height)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the arrow keys scroll it
        grid.addWidget(area, *place)
        area.show()  # at once: the box sums up what is visible
