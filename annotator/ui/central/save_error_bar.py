"""The bar above the article for errors of the corpus file, with actions against them."""

from collections.abc import Mapping

from PySide6.QtGui import QAccessible, QAccessibleEvent, QAction, QResizeEvent
from PySide6.QtWidgets import QFrame

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate_paths, plain_label
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.layouts import hbox, vbox


class SaveErrorBar(QFrame):
    """Hidden while there is no error."""

    def __init__(self, session: Session, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("trouble")
        self.message_label = plain_label(name="warning", wraps=True)
        self._discard_button = ActionButton(actions["undo"], short_text=_("Discard it"))
        self._buttons = (
            ActionButton(actions["save_now"], short_text=_("Retry now")),
            ActionButton(actions["rescue_copy"], short_text=_("Save a copy")),
            self._discard_button,
        )
        # The path in the message is long: beside buttons, it would be broken into many short lines.
        vbox(self.message_label, hbox(*self._buttons, None, spacing=8), spacing=6, parent=self)
        self.set_low(False)
        session.on_change(self._update, "save_error", "pending_step")
        self._update()

    def set_low(self, is_low: bool) -> None:
        """Leave the room of a low window to the text."""
        margin = 2 if is_low else 8
        self.layout().setContentsMargins(14, margin, 14, margin)  # type: ignore[union-attr]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the keys of the buttons where all of these have room with them."""
        super().resizeEvent(event)
        for shows_keys in (True, False):
            for button in self._buttons:
                button.set_key_shown(shows_keys)
            if self.minimumSizeHint().width() <= self.width():
                break

    def _update(self) -> None:
        error, has_unsaved_change = self._session.save_error, self._session.pending_step is not None
        message = isolate_paths(error)
        if has_unsaved_change:
            message += "\n" + _("Your last change is not saved yet and not shown. Saving is retried automatically.")
        changed = bool(message) and message != self.message_label.text()
        self.message_label.setText(message)
        self._discard_button.setVisible(has_unsaved_change)
        self.setVisible(bool(error))
        if changed:
            self.setAccessibleName(message)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
