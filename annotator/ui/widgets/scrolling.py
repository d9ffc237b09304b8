"""Scroll areas: their viewports, and one for what may be higher than the screen."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QScrollArea, QWidget

_MIN_HEIGHT: Final = 96  # pixels
_LOW_SCREEN: Final = 700  # pixels: a lower one has no room for the whole of an export's options
_LOWEST_SCREEN: Final = 500  # pixels: a lower one, such as one of 600 at 150 %, has room for what is worked on alone
_BAR_DISTANCE: Final = 8  # pixels between the content and its scroll bar
_BOTTOM: Final = 4  # pixels below the content


def set_plain_viewport(area: QAbstractScrollArea) -> None:
    """Give `area` an unfilled viewport that Python knows, for a fast start.

    To tell what kind of widget Qt's own is, PySide makes the classes of all kinds once: 10 ms.
    """
    area.setViewport(QWidget())


def set_scrolled_margins(content: QWidget, top: int) -> None:
    """Leave room between the scrolled `content`, which has a layout, and its scroll bar, and `top` pixels above it.

    Qt does not mirror margins: the bar is at the end of the line, on the left in Arabic.
    """
    is_rtl = content.layoutDirection() == Qt.LayoutDirection.RightToLeft
    sides = (_BAR_DISTANCE, 0) if is_rtl else (0, _BAR_DISTANCE)
    content.layout().setContentsMargins(sides[0], top, sides[1], _BOTTOM)  # type: ignore[union-attr]


def leave_room_on_low_screens(content: QWidget) -> None:
    """Leave room between `content` and its scroll bar where it has one: a high screen shows all of it."""
    if content.screen().availableSize().height() < _LOW_SCREEN:
        set_scrolled_margins(content, 0)


def is_on_lowest_screen(widget: QWidget) -> bool:
    """Return whether the screen of a widget has no room for what is said beside a dialog's lists."""
    return widget.screen().availableSize().height() < _LOWEST_SCREEN


class FittingScrollArea(QScrollArea):
    """Is as large as its content where there is room, else scrolls it up and down.

    It shows the control that gets the focus.
    """

    def __init__(self, content: QWidget, min_height: int = _MIN_HEIGHT, parent: QWidget | None = None) -> None:
        """`min_height`, in pixels, is the least that it shows of a content that is higher."""
        super().__init__(parent)
        self._min_height = min_height
        self._content = content
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_plain_viewport(self)
        self.setWidget(content)
        content.setAutoFillBackground(False)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._show_focus)

    def set_min_height(self, height: int) -> None:
        """Show at least so many pixels of a content that is higher."""
        self._min_height = height
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        needed = self._content.minimumSizeHint()
        bar_width = self.verticalScrollBar().sizeHint().width() if needed.height() > self._min_height else 0
        return QSize(needed.width() + bar_width, min(self._min_height, needed.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content's size; QScrollArea itself watches it."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            QTimer.singleShot(0, self, lambda: self._show_focus(None, QApplication.focusWidget()))  # it may have grown
        return super().eventFilter(watched, event)

    def _show_focus(self, _before: QWidget | None, control: QWidget | None) -> None:
        if control and self._content.isAncestorOf(control):
            self.ensureWidgetVisible(control)
