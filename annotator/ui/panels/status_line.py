"""The status line: save state, annotator, progress, and messages for a while."""

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar

from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets.bidi_text import isolate_paths, plain_label, tooltip

_MESSAGE_DURATION: Final = 9000  # milliseconds that a message stays
_ROUNDING: Final = 2  # pixels, so that a text of exactly its width is not elided


class _ElidedLabel(QLabel):
    """Elides its text instead of widening the window; tooltip and screen readers get all of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self._full_text = ""

    def text(self) -> str:
        """Return the whole text."""
        return self._full_text

    def show_text(self, text: str) -> None:
        self._full_text = text
        self.setAccessibleName(text)
        self.setToolTip(tooltip(text) if text else "")
        self.updateGeometry()
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._full_text) + _ROUNDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        super().setText(self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideRight, self.width()))


class StatusLine(QStatusBar):
    """Shows the session's state and messages."""

    def __init__(self, session: Session, suggestions: SuggestionModel) -> None:
        super().__init__()
        self._session, self._suggestions, self._hint = session, suggestions, ""
        self._state_label, self._message_label = plain_label(), _ElidedLabel("warning")
        self._message_timer = QTimer(self)
        self._message_timer.setSingleShot(True)
        self._message_timer.timeout.connect(self._show_hint)
        session.article_closing.connect(self._on_article_left)
        session.failed.connect(lambda text: self._notify(text, "warning"))
        session.notified.connect(lambda text: self._notify(text, "quiet"))
        session.on_change(self._show_state, "corpus", "annotator", "article", "status", "is_learning")
        session.on_change(self._show_state, "pending_step", "save_error")
        suggestions.changed.connect(self._show_state)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(14, 2, 14, 2)
        self.addWidget(self._state_label)
        self.addPermanentWidget(self._message_label)
        self._show_state()

    def _show_state(self) -> None:
        session = self._session
        if not session.corpus:
            self._state_label.setText(_("No corpus is open."))
            return
        parts = [self._save_state(), session.annotator]
        if session.article:
            parts.append(state_title(session.state()))
        if session.is_learning:
            parts.append(_("learning from done articles"))
        if remaining := self._suggestions.remaining_text():
            parts.append(remaining)
        self._set_style(self._state_label, "warning" if session.pending_step or session.save_error else "")
        self._state_label.setText("  ·  ".join(parts))

    def _save_state(self) -> str:
        """Describe the save state: the session checks the file and its log after each write."""
        if self._session.pending_step:
            return _("Last change not saved")
        return _("Problem with the corpus file") if self._session.save_error else _("Everything is saved")

    def _notify(self, text: str, name: str) -> None:
        """Show a message for a while, in this name's style."""
        self._show_message(isolate_paths(text), name)
        self._message_timer.start(_MESSAGE_DURATION)

    def show_hint(self, hint: str) -> None:
        """Show a hint while there is no message; "" ends it."""
        self._hint = hint
        if not self._message_timer.isActive():
            self._show_hint()

    def message(self) -> str:
        """Return the current message, else the hint, else ""."""
        return self._message_label.text()

    def state_text(self) -> str:
        """Return the displayed session state."""
        return self._state_label.text()

    def _on_article_left(self) -> None:
        """Clear a success message, as users would take it for the next article's; errors stay."""
        if self._message_label.objectName() == "quiet":
            self._message_timer.stop()
            self._show_hint()

    def _show_hint(self) -> None:
        self._show_message(self._hint, "hint")

    def _show_message(self, text: str, name: str) -> None:
        self._set_style(self._message_label, name)
        self._message_label.show_text(text)

    @staticmethod
    def _set_style(label: QLabel, name: str) -> None:
        """Give a label this name's style in the style sheet."""
        if label.objectName() != name:
            label.setObjectName(name)
            label.style().polish(label)
