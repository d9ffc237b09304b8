"""Accessibility of the article view: exposes text, caret, selection and labels to screen readers.

Qt cannot describe a view that paints itself, so it has its own accessible interface. Python cannot write the necessary
text interface: `selection` and `attributes` of QAccessibleTextInterface have out parameters, are missing from PySide6's
wrapper, and crash when called. So a hidden text field (the twin) with the same text, caret and selection provides it.
Labels are announced. Nothing happens until an assistive technology is active.
"""

from functools import cache
from typing import Any, Final

from PySide6.QtCore import QObject, QPointF, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleTextCursorEvent,
    QAccessibleTextInterface,
    QAccessibleTextSelectionEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QAccessibleWidget, QPlainTextEdit
from shiboken6 import Shiboken

from annotator.i18n import _
from annotator.model.display_names import article_title
from annotator.text.offsets import Utf16Offsets
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.block import QT_REPLACEMENTS
from annotator.ui.panels.guideline_panel import GuidelinePanel
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets.bidi_text import accessible_suggestion_text, accessible_text, describe_invisible

_NO_INTERFACE: Final = Shiboken.VoidPtr(0)
"""A missing interface: PySide6 needs a pointer or wrapped object here; None crashes the program."""
_send: Final = QAccessible.updateAccessibility


class ScreenReaderBridge(QObject):
    """Connects an article view, its parent, with a screen reader."""

    def __init__(self, view: ArticleView, session: Session, suggestions: SuggestionModel) -> None:
        super().__init__(view)
        self._view, self._session, self._suggestions = view, session, suggestions
        self._twin: QPlainTextEdit | None = None
        self._uid: str | None = None  # the article that the twin holds
        self._units = Utf16Offsets("")
        self._last_announced = "", (0, 0)  # the text and its range
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._announce)
        for changed in (
            view.caret_moved,
            view.selection_changed,
            session.changed,
            suggestions.current_changed,
        ):
            changed.connect(self._schedule_announcement)
        _install_factory()

    def title(self) -> str:
        """Return the article's title."""
        article = self._session.article
        return article_title(article, self._session.zones) if article else _("No article open")

    def describe_current(self) -> str:
        """Return the active words with labels (or suggested label and score) and invisible characters, or ""."""
        session, (start, end) = self._session, self._active_range()
        if not session.article:
            return ""
        text = session.article.text
        if suggestion := self._suggestions.current:
            description = accessible_suggestion_text(text[start:end], suggestion, session.labels)
        else:
            covering = [span for span in session.spans if span.start < end and start < span.end]
            description = accessible_text(
                text[start:end], [session.selection] if session.selection else covering, session.labels
            )
        return ", ".join(filter(None, (description, describe_invisible(text, start, end))))

    def text_interface(self) -> QAccessibleTextInterface | None:
        """Return the twin's text interface, with the article's caret and selection; offsets are UTF-16."""
        interface = QAccessible.queryAccessibleInterface(self._update_twin())
        return interface.textInterface() if interface else None

    def _active_range(self) -> tuple[int, int]:
        """Return the range of the active item, the selection or the word under the caret."""
        item, word = self._session.selection or self._suggestions.current, self._view.caret.word
        if item:
            return item.start, item.end
        return self._view.selection or ((word.start, word.end) if word else (0, 0))

    def _schedule_announcement(self) -> None:
        if QAccessible.isActive():
            self._timer.start()  # once, however many signals a key causes

    def _announce(self) -> None:
        """Announce the active range if it changed and the article has the focus."""
        description = self.describe_current()
        if (description, self._active_range()) == self._last_announced or not self._view.hasFocus():
            return
        self._last_announced = description, self._active_range()
        twin = self._update_twin()
        start, end = (self._units.to_utf16(offset) for offset in self._active_range())
        _send(QAccessibleTextCursorEvent(self._view, start))
        if twin.textCursor().hasSelection():
            _send(QAccessibleTextSelectionEvent(self._view, start, end))
        _send(QAccessibleAnnouncementEvent(self._view, description))

    def _update_twin(self) -> QPlainTextEdit:
        """Update the twin from the article, and return it."""
        twin = self._twin = self._twin or self._create_twin()
        blocker = QSignalBlocker(twin)
        article = self._session.article
        if self._uid != (article.uid if article else None):
            self._uid = article.uid if article else None
            text = article.text.translate(QT_REPLACEMENTS) if article else ""
            self._units = Utf16Offsets(text)
            twin.setPlainText(text)
        start, end = (self._units.to_utf16(offset) for offset in self._active_range())
        has_selection = self._view.selection or self._session.selection or self._suggestions.current
        cursor = QTextCursor(twin.document())
        cursor.setPosition(end if has_selection else start)
        cursor.setPosition(start, QTextCursor.MoveMode.KeepAnchor)
        if cursor != twin.textCursor():
            twin.setTextCursor(cursor)
            self._align_twin(twin, start)
        blocker.unblock()
        return twin

    def _apply_twin_cursor(self) -> None:
        """Apply a caret or selection set by assistive technology, as by a braille display's routing keys."""
        cursor = self._twin.textCursor() if self._twin else QTextCursor()
        start, end = (self._units.to_code_points(unit) for unit in (cursor.selectionStart(), cursor.selectionEnd()))
        if start < end:
            self._view.select(start, end)
        else:
            self._view.move_to(start)

    def _create_twin(self) -> QPlainTextEdit:
        twin = QPlainTextEdit(self._view)
        twin.setWindowFlag(Qt.WindowType.Window)  # else screen readers see it as part of the view
        twin.setReadOnly(True)
        twin.setUndoRedoEnabled(False)
        twin.cursorPositionChanged.connect(self._apply_twin_cursor)
        twin.selectionChanged.connect(self._apply_twin_cursor)
        return twin

    def _align_twin(self, twin: QPlainTextEdit, unit: int) -> None:
        """Move the twin's letter at this UTF-16 offset onto the article's, where magnifiers look for it."""
        interface = QAccessible.queryAccessibleInterface(twin)
        segments = self._view.page().segments(*self._active_range())
        if not interface or not segments:
            return
        first = segments[0]
        start = first.right if first.line.block.is_rtl else first.left
        target = self._view.viewport().mapToGlobal(self._view.map_from_page(start, first.line.top))
        current = QPointF(interface.textInterface().characterRect(unit).topLeft())
        twin.move(twin.pos() + (target - current).toPoint())


class ArticleAccessible(QAccessibleWidget):
    """The article's accessible interface: a read-only document."""

    def __init__(self, view: ArticleView, bridge: ScreenReaderBridge) -> None:
        super().__init__(view, QAccessible.Role.Document)
        self._bridge = bridge

    def text(self, kind: QAccessible.Text) -> str:
        if not Shiboken.isValid(self._bridge):
            return ""
        if kind == QAccessible.Text.Name:
            return self._bridge.title()
        return self._bridge.describe_current() if kind == QAccessible.Text.Description else super().text(kind)

    def state(self) -> QAccessible.State:
        state = super().state()
        state.readOnly = state.multiLine = state.selectableText = True
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        interface: Any = None
        if kind != QAccessible.InterfaceType.TextInterface:
            interface = super().interface_cast(kind)
        elif Shiboken.isValid(self._bridge):
            interface = self._bridge.text_interface()
        return _NO_INTERFACE if interface is None else interface


@cache
def _install_factory() -> None:
    QAccessible.installFactory(_create_interface)


def _create_interface(_name: str, target: QObject) -> QAccessibleWidget | None:
    """Return an object's accessible interface, None for Qt's own; called by Qt."""
    if isinstance(target, GuidelinePanel):
        return QAccessibleWidget(target, QAccessible.Role.Document)  # Qt gives no role to scroll areas
    if isinstance(target, ArticleView) and (bridge := target.findChild(ScreenReaderBridge)):
        return ArticleAccessible(target, bridge)
    return None
