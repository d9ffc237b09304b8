"""A short message above the article, over its header, where it covers no text that is worked on; one at a time.

A long one has the lines that fit there, two at most, and a button that shows the rest.

To show one, emit a signal of the session: `notified` with a text, `failed` with the text of an error, or `announced`
with a Notice, which has a button. It never takes the focus, and it does not fade: Qt 6.11 cannot tell whether the
system asks for less motion.
"""

from typing import Final

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QDesktopServices,
    QEnterEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QMessageBox, QWidget

from annotator.i18n import _
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate_paths
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.controls import create_button, set_style_name
from annotator.ui.widgets.layouts import hbox
from annotator.ui.widgets.modal import show_message
from annotator.ui.widgets.wrapped_label import WrappedLabel

_DURATION: Final = 6000  # milliseconds that a message stays
_LONG_DURATION: Final = 12_000  # of an error, or a message with a button
_SHORT_DURATION: Final = 1500  # that it stays at least when a later step overtakes it
_DISTANCE: Final = 14  # pixels from the sides of the page, or from its lower edge
_EDGE: Final = 2  # pixels at least from the upper edge
_PADDING: Final = 14  # pixels on both sides
_MAX_WIDTH: Final = 760  # pixels
_MAX_LINES: Final = 2
_PITCH: Final = 24  # pixels between two lines
_MIN_TEXT_WIDTH: Final = 180  # pixels: with less room beside the buttons, these are below the text
_MAX_PADDING: Final = 8  # pixels above and below the message, if the room above the page allows


class Toast(QFrame):
    """Shows the session's messages above `page`, a child of the toast's parent.

    `undo` and `show_conflicts` are actions of its buttons.

    Over a page that leaves no room for the header, it is at the lower edge.

    A message goes after a while, when it is clicked, and when it is out of date: with its article, and with the next
    step. An error stays its time.
    """

    def __init__(
        self, session: Session, page: QWidget, header: QWidget, undo: QAction, show_conflicts: QAction
    ) -> None:
        super().__init__(page.parentWidget())
        self.setObjectName("toast")  # the style sheet looks at it for the buttons, once
        self._page, self._header, self._is_error = page, header, False
        self._notice = Notice("")
        self._label = WrappedLabel(pitch=_PITCH)
        self._undo_button = ActionButton(undo, short_text=_("Undo"))
        self._session = session
        self._return_button = create_button(_("Undo"), self._undo_elsewhere)
        self._folder_button = create_button(_("Open folder"), self._open_folder)
        self._more_button = create_button(_("More"), self._show_all)
        self._conflicts_button = ActionButton(show_conflicts, short_text=_("Decide now…"))
        self._conflicts_button.clicked.connect(self.hide)
        self._buttons = (
            *(self._more_button, self._undo_button, self._return_button, self._folder_button),
            self._conflicts_button,
        )
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._box = hbox((self._label, 1), hbox(None, *self._buttons), spacing=12, parent=self)
        self._age = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        session.notified.connect(lambda text: self._show(Notice(text)))
        session.withdrawn.connect(self._withdraw)
        session.failed.connect(lambda text: self._show(Notice(text), is_error=True))
        session.announced.connect(self._show)
        session.article_closing.connect(self._on_article_closing)
        session.on_change(self._on_step, "undoable")
        page.installEventFilter(self)
        self.hide()

    def message(self) -> str:
        """Return the message that is shown, else ""."""
        return "" if self.isHidden() else self._notice.text

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge of the page."""
        if watched is self._page and event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and not self.isHidden():
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and not self.isHidden():  # a button got its style, or its key
            self._place()
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()  # it is being read, or about to be clicked
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._start_timer()
        super().leaveEvent(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.hide()

    def _show(self, notice: Notice, *, is_error: bool = False) -> None:
        self._notice, self._is_error = notice, is_error
        set_style_name(self, "trouble" if is_error else "toast")
        set_style_name(self._label, "warning" if is_error else "")
        self._undo_button.setVisible(notice.is_undoable)
        self._return_button.setVisible(bool(notice.undo_article))
        self._folder_button.setVisible(notice.folder is not None)
        self._conflicts_button.setVisible(notice.is_of_conflicts)
        self._age.start()
        self.show()
        self._place()
        self._start_timer()
        self.raise_()
        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, notice.text)
            politeness = QAccessible.AnnouncementPoliteness
            event.setPoliteness(politeness.Assertive if is_error else politeness.Polite)
            QAccessible.updateAccessibility(event)

    def _withdraw(self, text: str) -> None:
        if text == self._notice.text:
            self.hide()

    def _start_timer(self) -> None:
        has_button = any(not button.isHidden() for button in self._buttons)
        is_long = self._is_error or has_button
        self._timer.start(_LONG_DURATION if is_long else _DURATION)

    def _place(self) -> None:
        """Move above the page, or to its lower edge; the buttons are below a text that leaves no room beside it."""
        page, room_above = self._page.geometry(), self._room_above()
        room = min(_MAX_WIDTH, page.width() - 2 * _DISTANCE) - 2 * _PADDING
        height = room_above - 2 * (_EDGE + self.frameWidth() + 1)
        max_lines = max(1, min(_MAX_LINES, height // _PITCH)) if room_above else _MAX_LINES
        self._more_button.hide()
        if not self._fit_text(room, max_lines):
            self._more_button.show()
            self._fit_text(room, max_lines)
        buttons = [button for button in self._buttons if not button.isHidden()]
        text_height = _PITCH * len(self._label.lines(self._label.width()))
        free_height = height + 2 - max([text_height, *(button.sizeHint().height() for button in buttons)])
        padding = max(1, min(_MAX_PADDING, free_height // 2)) if room_above else _MAX_PADDING
        self._box.setContentsMargins(_PADDING, padding, _PADDING, padding)
        self.resize(self.sizeHint().width(), self.heightForWidth(self.sizeHint().width()))
        middle, lowest = (room_above - self.height()) // 2, page.bottom() - self.height() - _DISTANCE
        self.move(page.center().x() - self.width() // 2, max(_EDGE, middle) if room_above else lowest)

    def _fit_text(self, room: int, max_lines: int) -> bool:
        """Show what fits of the text beside the buttons, and return whether that is all."""
        metrics, text = self._label.fontMetrics(), isolate_paths(self._notice.text)
        buttons = [button for button in self._buttons if not button.isHidden()]
        room_beside = room - sum(button.sizeHint().width() + self._box.spacing() for button in buttons)
        direction = QBoxLayout.Direction
        is_beside = room_beside >= _MIN_TEXT_WIDTH
        self._box.setDirection(direction.LeftToRight if is_beside else direction.TopToBottom)
        width = max((metrics.horizontalAdvance(line) for line in text.splitlines()), default=0) + 1
        width = max(1, min(width, room_beside if is_beside else room))
        self._label.setText(text)
        self._label.setFixedWidth(width)
        lines = self._label.lines(width)
        if len(lines) <= max_lines:
            return True
        last = f"{lines[max_lines - 1]} {lines[max_lines]}"
        lines[max_lines - 1] = metrics.elidedText(last, Qt.TextElideMode.ElideRight, width - 1)
        self._label.setText("\n".join(lines[:max_lines]))
        return False

    def _show_all(self) -> None:
        """Show the whole message in a box of its own."""
        self.hide()
        icon = QMessageBox.Icon.Warning if self._is_error else QMessageBox.Icon.Information
        show_message(self.window(), icon, self._notice.text)

    def _room_above(self) -> int:
        """Return the height of the header with what is around it, in pixels; 0 if it has no place here."""
        has_place = not self._header.isHidden() or self._header.sizePolicy().retainSizeWhenHidden()
        parent = self.parentWidget()
        layout = parent.layout() if parent else None
        return self._header.geometry().bottom() + 1 + layout.spacing() if has_place and layout else 0

    def _undo_elsewhere(self) -> None:
        """Go back to the article that the notice is about, and undo its last step."""
        self._session.open_by_id(self._notice.undo_article)
        self._session.undo()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._notice.folder)))

    def _on_article_closing(self) -> None:
        if not self._is_error:  # users would take it for the next article's
            self.hide()

    def _on_step(self) -> None:
        if self._notice.is_undoable:
            self.hide()
        elif not (self._is_error or self.isHidden()):
            self._timer.start(max(0, _SHORT_DURATION - self._age.elapsed()))
