"""The report of an unexpected error: no data is lost, and how to go on."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from annotator.i18n import _, count_phrase
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate_ltr, plain_label, set_direction
from annotator.ui.widgets.controls import ButtonBox, make_primary

_WIDTH, _HEIGHT = 560, 260  # pixels: of the sentences, and of the report below them


class ErrorReportDialog(QDialog):
    """Says in a sentence what happened. `path` is the report's file, None if not written.

    `corpus` was open at the error and is not reopened automatically; accepting the dialog asks to open it.
    """

    def __init__(
        self, parent: QWidget | None, summary: str, report_text: str, path: Path | None, corpus: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(_("Annotator"))
        self._repeats = 0
        head = plain_label(summary, wraps=True)
        head.setFont(fonts.interface_font(15, bold=True))
        self._repeats_label = plain_label(name="quiet", wraps=True)
        self._repeats_label.hide()
        location = _("The report could not be saved; you can copy it from here.")
        if path:
            location = _("The report is here: {path}").format(path=isolate_ltr(path))
        self.report_view = QPlainTextEdit(report_text)
        self.report_view.setAccessibleName(_("The report"))
        self.report_view.setReadOnly(True)
        self.report_view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report_view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report_view.setMinimumHeight(_HEIGHT)
        set_direction(self.report_view, Qt.LayoutDirection.LeftToRight)
        self.report_view.hide()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(10)
        closed_corpus = plain_label(wraps=True)
        closed_corpus.hide()
        if corpus:
            text = _("“{path}” was open at the time and has not been reopened automatically.")
            closed_corpus.setText(text.format(path=isolate_ltr(corpus)))
            closed_corpus.show()
        for label in (
            head,
            closed_corpus,
            plain_label(_("Everything shown as saved is saved, and you can continue working."), wraps=True),
            plain_label(
                _(
                    "If it happens again, send the report to whoever installed the program. It describes the "
                    "error, where it occurred and your system. It contains no names and nothing from your "
                    "articles."
                ),
                wraps=True,
            ),
            plain_label(location, "quiet", wraps=True),
            self._repeats_label,
        ):
            label.setFixedWidth(_WIDTH)
            column.addWidget(label)
        column.addWidget(self.report_view, 1)
        column.addWidget(self._build_buttons(offers_corpus=corpus is not None))

    def count_repeat(self) -> None:
        """Count and show one more error, this or another."""
        self._repeats += 1
        self._repeats_label.setText(
            count_phrase("{count} more error has occurred.", "{count} more errors have occurred.", self._repeats)
        )
        self._repeats_label.show()
        self._fit_height()

    def _build_buttons(self, *, offers_corpus: bool) -> QDialogButtonBox:
        buttons = ButtonBox()
        accept_button = buttons.addButton(
            _("Open it") if offers_corpus else _("Continue"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        if offers_corpus:
            buttons.addButton(_("Keep it closed"), QDialogButtonBox.ButtonRole.RejectRole)
            buttons.rejected.connect(self.reject)
        make_primary(accept_button)
        self.report_button = buttons.addButton(_("Show the report"), QDialogButtonBox.ButtonRole.ActionRole)
        self.report_button.setCheckable(True)
        self.report_button.toggled.connect(self._show_report)
        self.copy_button = buttons.addButton(_("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report_view.toPlainText()))
        buttons.accepted.connect(self.accept)
        return buttons

    def _show_report(self, is_visible: bool) -> None:
        self.report_view.setVisible(is_visible)
        self._fit_height()

    def _fit_height(self) -> None:
        """Resize to the contents, on the screen; Qt's adjustSize stops at two thirds of it."""
        self.resize(self.width(), self._column.totalHeightForWidth(self.width()))
        room = self.screen().availableGeometry()
        self.move(self.x(), max(room.top(), min(self.y(), room.bottom() - self.frameGeometry().height())))
