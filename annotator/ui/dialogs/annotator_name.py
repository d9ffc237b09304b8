"""Asks once who works here."""

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from annotator.i18n import _
from annotator.model.annotator_names import clean_name
from annotator.model.limits import MAX_ANNOTATOR_LENGTH
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_button, create_button_box
from annotator.ui.widgets.layouts import vbox


class AnnotatorNameDialog(QDialog):
    """Asks for a name, `name` once accepted; `suggestion` is what the field begins with."""

    def __init__(self, parent: QWidget, suggestion: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Who works here?"))
        self.setMinimumWidth(440)
        explanation = _(
            "Your name is kept with everything that you label, so that several people can work on one corpus. You can "
            "switch at any time: click the name in the line at the bottom of the window."
        )
        self._field = QLineEdit(suggestion)
        self._field.setMaxLength(MAX_ANNOTATOR_LENGTH)
        self._field.setAccessibleName(_("Your name"))
        self._field.selectAll()
        accept = create_button(_("Continue"), self.accept, is_auto_default=True)
        self._field.textChanged.connect(lambda: accept.setEnabled(bool(self.name)))
        title = plain_label(_("What is your name?"), "heading")
        buttons = create_button_box(self, accept=accept, reject=_("Not now"))
        vbox(title, self._field, plain_label(explanation, "quiet", wraps=True), buttons, spacing=12, parent=self)

    @property
    def name(self) -> str:
        """The name that was typed."""
        return clean_name(self._field.text())
