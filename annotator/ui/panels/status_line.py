"""The line at the foot of the window: that all is saved, as whom, how far; and what there is to tell for a while."""

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import plain_label, tooltip, with_paths

_TOLD: Final = 9000  # milliseconds that a message stays
_ROUNDING: Final = 2  # pixels, by which a text of just its width is not cut


class _Line(QLabel):
    """A label that makes no window wider: what has no room is cut off, and is in the tooltip and for screen readers."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self._whole = ""

    def text(self) -> str:
        """Return all of the text, shown or not."""
        return self._whole

    def show_text(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self.setToolTip(tooltip(text) if text else "")
        self.updateGeometry()
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + _ROUNDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _cut(self) -> None:
        super().setText(self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.width()))


class StatusLine(QStatusBar):
    """Shows how the session stands, which it is told to look at anew."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._hint = session, ""
        self._state, self._said = plain_label(), _Line("warning")
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.timeout.connect(self._show_hint)
        session.article_left.connect(self._leave)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(14, 2, 14, 2)
        self.addWidget(self._state)
        self.addPermanentWidget(self._said)

    def show_state(self, left: str) -> None:
        """How the session stands, and that suggestions are `left`, in a sentence, or ""."""
        session = self._session
        if not session.corpus:
            self._state.setText(_("No corpus is open."))
            return
        parts = [self._safety(), session.annotator]
        if session.article:
            parts.append(state_title(session.state()))
        if session.learning:
            parts.append(_("learning from what is done"))
        if left:
            parts.append(left)
        self._name(self._state, "warning" if session.waiting or session.trouble else "")
        self._state.setText("  ·  ".join(parts))

    def _safety(self) -> str:
        """Return whether all is on the disk: the session has looked at the file and its log after the last write."""
        if self._session.waiting:
            return _("The last change is not saved yet")
        return _("Something is wrong with the corpus file") if self._session.trouble else _("Everything is saved")

    def say(self, text: str, *, well: bool = False) -> None:
        """Tell the person, for a while, something that went wrong; or `well`."""
        self._write(with_paths(text), "quiet" if well else "warning")
        self._forget.start(_TOLD)

    def show_hint(self, hint: str) -> None:
        """How one goes on, in a sentence: it stands where nothing else is told, until it is to be ""."""
        self._hint = hint
        if not self._forget.isActive():
            self._show_hint()

    def said(self) -> str:
        """What is told just now, or the hint; "" where there is neither."""
        return self._said.text()

    def state(self) -> str:
        """What is shown of how the session stands."""
        return self._state.text()

    def _leave(self) -> None:
        """What was told of an article would be taken for the state of the next one; what went wrong stays."""
        if self._said.objectName() == "quiet":
            self._forget.stop()
            self._show_hint()

    def _show_hint(self) -> None:
        self._write(self._hint, "hint")

    def _write(self, text: str, name: str) -> None:
        self._name(self._said, name)
        self._said.show_text(text)

    @staticmethod
    def _name(label: QLabel, name: str) -> None:
        """Give a label the look of this name in the style sheet."""
        if label.objectName() != name:
            label.setObjectName(name)
            label.style().polish(label)
