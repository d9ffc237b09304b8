"""Asks why a disagreement was decided so."""

from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from annotator.i18n import _
from annotator.model.records import Decision
from annotator.team.adjudication import AMBIGUOUS, BOTH_RIGHT, CAUSES, GUIDELINE, OTHER_CAUSE, SLIP
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_button, create_button_box, create_combo_box
from annotator.ui.widgets.layouts import vbox


def cause_title(cause: str | None) -> str:
    """Return the name of one of CAUSES, "" of none and of one that a newer program knows."""
    titles = {
        SLIP: _("a slip"),
        GUIDELINE: _("the guideline is unclear"),
        AMBIGUOUS: _("the text is ambiguous"),
        BOTH_RIGHT: _("both are right"),
        OTHER_CAUSE: _("another cause"),
    }
    return titles.get(cause or "", "")


class DecisionReasonDialog(QDialog):
    """Asks for the cause of a disagreement, which the first letter picks, and for the reason of the decision."""

    def __init__(self, parent: QWidget, decision: Decision, words: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Reason of the decision"))
        self.setMinimumWidth(440)
        self._cause_box = create_combo_box({None: _("no cause"), **{cause: cause_title(cause) for cause in CAUSES}})
        self._cause_box.setAccessibleName(_("Cause"))
        self._cause_box.setCurrentIndex(max(0, self._cause_box.findData(decision.cause)))
        self._reason_field = QLineEdit(decision.reason or "")
        self._reason_field.setAccessibleName(_("Reason"))
        self._reason_field.setPlaceholderText(_("Reason"))
        accept = create_button(_("Save"), self.accept, is_auto_default=True)
        buttons = create_button_box(self, accept=accept, reject=_("Cancel"))
        title = plain_label(words, "heading", wraps=True)
        vbox(title, self._cause_box, self._reason_field, buttons, spacing=12, parent=self)

    @property
    def cause(self) -> str | None:
        """The chosen cause."""
        cause = self._cause_box.currentData()
        return cause if isinstance(cause, str) else None

    @property
    def reason(self) -> str | None:
        """The typed reason; None for none."""
        return self._reason_field.text().strip() or None
