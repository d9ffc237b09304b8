"""What is wrong with the corpus file, above the article for as long as it is, and what can be done."""

from collections.abc import Mapping

from PySide6.QtGui import QAccessible, QAccessibleEvent, QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from annotator.i18n import _
from annotator.ui.widgets.bidi_text import plain_label, with_paths
from annotator.ui.widgets.buttons import ActionButton


class TroubleBar(QFrame):
    """Hidden while all is well."""

    def __init__(self, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trouble")
        self._said = plain_label(name="warning")
        self._said.setWordWrap(True)
        self._give_up = ActionButton(actions["undo"], words=_("Give it up"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(self._said, 1)
        row.addWidget(ActionButton(actions["save_now"], words=_("Try now")))
        row.addWidget(ActionButton(actions["rescue_copy"], words=_("Keep a copy")))
        row.addWidget(self._give_up)
        self.hide()

    def show_trouble(self, trouble: str, *, waiting: bool) -> None:
        """Say what is wrong, in a sentence or "", and whether a change is `waiting` to be saved."""
        said = with_paths(trouble)
        if waiting:
            said += "\n" + _("Your last change is not saved yet, and not shown. It is tried again by itself.")
        changed = bool(said) and said != self._said.text()
        self._said.setText(said)
        self._give_up.setVisible(waiting)
        self.setVisible(bool(trouble))
        if changed:
            self.setAccessibleName(said)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def said(self) -> str:
        """What is wrong, as it is shown."""
        return self._said.text()
