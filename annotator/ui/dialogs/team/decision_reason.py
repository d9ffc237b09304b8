"""Asks why a disagreement was decided so."""

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from annotator.i18n import _
from annotator.model.records import Decision
from annotator.team.adjudication import AMBIGUOUS, BOTH_RIGHT, CAUSES, GUIDELINE, OTHER_CAUSE, SLIP
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_button, create_button_box, create_combo_box
from annotator.ui.widgets.layouts import hbox, vbox


def cause_title(cause: str | None) -> str:
    """Return the name of one of CAUSES, "" of none and of one that a newer program knows; first letters differ."""
    titles = {
        SLIP: _("slip"),
        GUIDELINE: _("guideline unclear"),
        AMBIGUOUS: _("text ambiguous"),
        BOTH_RIGHT: _("both right"),
        OTHER_CAUSE: _("other cause"),
    }
    return titles.get(cause or "", "")


class ReasonFields(QWidget):
    """Fields for the cause of a disagreement, which the first letter picks, and for the reason of a decision."""

    def __init__(self, cause: str | None = None, reason: str | None = None, *, is_row: bool = False) -> None:
        super().__init__()
        self.cause_box = create_combo_box({None: _("no cause"), **{cause: cause_title(cause) for cause in CAUSES}})
        self.cause_box.setAccessibleName(_("Cause"))
        self.cause_box.setCurrentIndex(max(0, self.cause_box.findData(cause)))
        self.reason_field = QLineEdit(reason or "")
        self.reason_field.setAccessibleName(_("Reason"))
        self.reason_field.setPlaceholderText(_("Reason"))
        if is_row:
            hbox(self.cause_box, (self.reason_field, 1), margins=0, parent=self)
        else:
            vbox(self.cause_box, self.reason_field, spacing=12, margins=0, parent=self)
        self.setFocusProxy(self.cause_box)

    @property
    def cause(self) -> str | None:
        """The chosen cause."""
        cause = self.cause_box.currentData()
        return cause if isinstance(cause, str) else None

    @property
    def reason(self) -> str | None:
        """The typed reason; None for none."""
        return self.reason_field.text().strip() or None


class DecisionReasonDialog(QDialog):
    """Asks why a decision about these `words` is so; with a `hint` the program asks by itself."""

    def __init__(self, parent: QWidget, decision: Decision, words: str, hint: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Reason of the decision"))
        self.setMinimumWidth(440)
        self.fields = ReasonFields(decision.cause, decision.reason)
        accept = create_button(_("Save"), self.accept, is_auto_default=True)
        buttons = create_button_box(self, accept=accept, reject=_("No reason") if hint else _("Cancel"))
        title = plain_label(words, "heading", wraps=True)
        hints = [plain_label(hint, "quiet", wraps=True)] if hint else []
        vbox(title, self.fields, *hints, buttons, spacing=12, parent=self)
        self.fields.setFocus()
