"""The bar above the article while another annotator's work is shown."""

from collections.abc import Callable

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate, plain_label
from annotator.ui.widgets.controls import create_button
from annotator.ui.widgets.layouts import hbox


class LayerBar(QFrame):
    """Says whose work is shown, with buttons to change it after all and to go back to one's own."""

    def __init__(self, session: Session, edit: Callable[[], object], back: Callable[[], object]) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("bar")
        self._label = plain_label(wraps=True)
        self.edit_button, self.back_button = create_button("", edit), create_button(_("Back to my work"), back)
        self._row = hbox((self._label, 1), self.edit_button, self.back_button, spacing=8, parent=self)
        self.set_low(False)
        session.on_change(self._update, "annotator", "reader", "is_hidden")
        self._update()

    def set_low(self, is_low: bool) -> None:
        """Be as high as the buttons, or have some room above and below them."""
        margin = 1 if is_low else 6
        self._row.setContentsMargins(14, margin, 8, margin)

    def text(self) -> str:
        """Return the displayed message."""
        return self._label.text()

    def _update(self) -> None:
        name = isolate(self._session.annotator)
        text = (
            _("You label this article without seeing the work of {name}.")
            if self._session.current.is_hidden
            else _("You are looking at the work of {name}.")
        )
        self._label.setText(text.format(name=name))
        self.edit_button.setText(_("Edit as {name}").format(name=name))
        self.edit_button.setVisible(not self._session.current.is_hidden)
        is_new = bool(self._session.reader) and not self.isVisible()
        self.setVisible(bool(self._session.reader))
        if is_new:
            self.setAccessibleName(self.text())
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
