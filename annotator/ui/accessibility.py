"""What a screen reader learns of the article: its text, where the caret is, and what each word is labelled.

Qt knows nothing of a view that paints itself, so the view has an accessible interface of ours. PySide6 lets Python
write one, but not the text interface that it has to hand out: `selection` and `attributes` of QAccessibleTextInterface
have out parameters, are missing from the wrapper, and end the program when they are asked for. So what is handed out
is Qt's own, of a text field that is never shown and holds the same text, caret and selection. What a word is labelled
is told by announcements. Nothing is made and nothing happens before an assistive technology is there.
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
from annotator.model.titles import title
from annotator.text.offsets import Utf16
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.block import NOT_FOR_QT
from annotator.ui.panels.guideline_panel import Guide
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions
from annotator.ui.widgets.bidi_text import invisible, spoken, spoken_suggestion

_NOTHING: Final = Shiboken.VoidPtr(0)
"""An interface that there is not. PySide6 takes a pointer or a wrapped object here, and None ends the program."""
_send: Final = QAccessible.updateAccessibility


class Reader(QObject):
    """Stands between an article's view, whose child it is, and a screen reader."""

    def __init__(self, view: ArticleView, session: Session, suggestions: Suggestions) -> None:
        super().__init__(view)
        self._view, self._session, self._suggestions = view, session, suggestions
        self._twin: QPlainTextEdit | None = None
        self._uid: str | None = None  # the article that the twin holds
        self._units = Utf16("")
        self._told = "", (0, 0)  # the last that was told, and of which place
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._tell)
        for changed in (
            view.caret_moved,
            view.selection_changed,
            session.selected,
            session.layer_changed,
            suggestions.chosen_changed,
        ):
            changed.connect(self._changed)
        _install()

    def title(self) -> str:
        """What the article is called."""
        article = self._session.article
        return title(article, self._session.zones) if article else _("No article is open")

    def here(self) -> str:
        """The selected words, else the word under the caret, and what they are labelled; or those of the chosen
        suggestion, how they may be labelled, and how sure that is; and what of them nobody sees. Empty without an
        article."""
        session, (start, end) = self._session, self._place()
        if not session.article:
            return ""
        text = session.article.text
        if chosen := self._suggestions.chosen:
            said = spoken_suggestion(text[start:end], chosen, session.labels)
        else:
            covering = [span for span in session.spans if span.start < end and start < span.end]
            said = spoken(text[start:end], [session.selection] if session.selection else covering, session.labels)
        return ", ".join(filter(None, (said, invisible(text, start, end))))

    def text_interface(self) -> QAccessibleTextInterface | None:
        """Qt's interface to the text, with caret and selection where they are in the article; offsets are UTF-16."""
        interface = QAccessible.queryAccessibleInterface(self._follow())
        return interface.textInterface() if interface else None

    def _place(self) -> tuple[int, int]:
        """The code points that the next key is about."""
        held, word = self._session.selection or self._suggestions.chosen, self._view.caret.word
        if held:
            return held.start, held.end
        return self._view.selection or ((word.start, word.end) if word else (0, 0))

    def _changed(self) -> None:
        if QAccessible.isActive():
            self._soon.start()  # once, however much a key has changed

    def _tell(self) -> None:
        """Tell of the place, if the person is in the article and there is something new to tell."""
        said = self.here()
        if (said, self._place()) == self._told or not self._view.hasFocus():
            return
        self._told = said, self._place()
        twin = self._follow()
        start, end = (self._units.units(offset) for offset in self._place())
        _send(QAccessibleTextCursorEvent(self._view, start))
        if twin.textCursor().hasSelection():
            _send(QAccessibleTextSelectionEvent(self._view, start, end))
        _send(QAccessibleAnnouncementEvent(self._view, said))

    def _follow(self) -> QPlainTextEdit:
        """The twin, as the article is now."""
        twin = self._twin = self._twin or self._make_twin()
        blocker = QSignalBlocker(twin)
        article = self._session.article
        if self._uid != (article.uid if article else None):
            self._uid = article.uid if article else None
            text = article.text.translate(NOT_FOR_QT) if article else ""
            self._units = Utf16(text)
            twin.setPlainText(text)
        start, end = (self._units.units(offset) for offset in self._place())
        chosen = self._view.selection or self._session.selection or self._suggestions.chosen
        cursor = QTextCursor(twin.document())
        cursor.setPosition(end if chosen else start)
        cursor.setPosition(start, QTextCursor.MoveMode.KeepAnchor)
        if cursor != twin.textCursor():
            twin.setTextCursor(cursor)
            self._lay_upon(twin, start)
        blocker.unblock()
        return twin

    def _routed(self) -> None:
        """The assistive technology has moved the caret, as the keys above a braille line do, or has selected."""
        cursor = self._twin.textCursor() if self._twin else QTextCursor()
        start, end = (self._units.points(unit) for unit in (cursor.selectionStart(), cursor.selectionEnd()))
        if start < end:
            self._view.select(start, end)
        else:
            self._view.stand(start)

    def _make_twin(self) -> QPlainTextEdit:
        twin = QPlainTextEdit(self._view)
        twin.setWindowFlag(Qt.WindowType.Window)  # so that it is no part of the view to a screen reader
        twin.setReadOnly(True)
        twin.setUndoRedoEnabled(False)
        twin.cursorPositionChanged.connect(self._routed)
        twin.selectionChanged.connect(self._routed)
        return twin

    def _lay_upon(self, twin: QPlainTextEdit, unit: int) -> None:
        """Move the twin to where its letter at this offset lies upon the article's: a magnifier goes there."""
        interface = QAccessible.queryAccessibleInterface(twin)
        segments = self._view.page().segments(*self._place())
        if not interface or not segments:
            return
        first = segments[0]
        left = first.right if first.line.block.rtl else first.left
        place = self._view.viewport().mapToGlobal(self._view.point_of(left, first.line.top))
        shown = QPointF(interface.textInterface().characterRect(unit).topLeft())
        twin.move(twin.pos() + (place - shown).toPoint())


class ArticleAccessible(QAccessibleWidget):
    """The article to an assistive technology: a document that can be read but not written."""

    def __init__(self, view: ArticleView, reader: Reader) -> None:
        super().__init__(view, QAccessible.Role.Document)
        self._reader = reader

    def text(self, kind: QAccessible.Text) -> str:
        if not Shiboken.isValid(self._reader):
            return ""
        if kind == QAccessible.Text.Name:
            return self._reader.title()
        return self._reader.here() if kind == QAccessible.Text.Description else super().text(kind)

    def state(self) -> QAccessible.State:
        state = super().state()
        state.readOnly = state.multiLine = state.selectableText = True
        return state

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        found: Any = None
        if kind != QAccessible.InterfaceType.TextInterface:
            found = super().interface_cast(kind)
        elif Shiboken.isValid(self._reader):
            found = self._reader.text_interface()
        return _NOTHING if found is None else found


@cache
def _install() -> None:
    QAccessible.installFactory(_interface)


def _interface(_name: str, thing: QObject) -> QAccessibleWidget | None:
    """Called by Qt for each thing that an assistive technology asks for; None leaves it to Qt."""
    if isinstance(thing, Guide):
        return QAccessibleWidget(thing, QAccessible.Role.Document)  # Qt gives no role to what scrolls
    if isinstance(thing, ArticleView) and (reader := thing.findChild(Reader)):
        return ArticleAccessible(thing, reader)
    return None
