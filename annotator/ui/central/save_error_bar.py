"""The bar above the article for errors of the corpus file, with actions against them."""

from collections.abc import Mapping

from PySide6.QtGui import QAccessible, QAccessibleEvent, QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate_paths, plain_label
from annotator.ui.widgets.buttons import ActionButton


class SaveErrorBar(QFrame):
    """Hidden while there is no error."""

    def __init__(self, session: Session, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("trouble")
        self.message_label = plain_label(name="warning")
        self.message_label.setWordWrap(True)
        self._discard_button = ActionButton(actions["undo"], short_text=_("Discard it"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self.message_label, 1)
        row.addWidget(ActionButton(actions["save_now"], short_text=_("Retry now")))
        row.addWidget(ActionButton(actions["rescue_copy"], short_text=_("Save a copy")))
        row.addWidget(self._discard_button)
        session.on_change(self._update, "save_error", "pending_step")
        self._update()

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
