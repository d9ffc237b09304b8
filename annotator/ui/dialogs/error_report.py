"""What is said of an error that nobody foresaw: that nothing is lost, what to do, and the report as it is."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from annotator.i18n import _, ngettext, number
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import left_to_right, plain_label, set_direction

_WIDTH, _HEIGHT = 560, 260  # pixels: of the sentences, and of the report beneath them


class UnexpectedDialog(QDialog):
    """Says in a sentence what `happened`. `path` is where the report lies; None where it could not be written.

    With a `corpus`, which was open then and is not opened by itself, it is accepted where that is to be opened.
    """

    def __init__(
        self, parent: QWidget | None, happened: str, report: str, path: Path | None, corpus: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(_("Annotator"))
        self._times = 0
        head = plain_label(happened)
        head.setFont(fonts.interface(15, bold=True))
        self._again = plain_label(name="quiet")
        self._again.hide()
        place = _("The report could not be written to the disk; it can be copied from here.")
        if path:
            place = _("The report is here: {path}").format(path=left_to_right(path))
        self.report = QPlainTextEdit(report)
        self.report.setAccessibleName(_("The report"))
        self.report.setReadOnly(True)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setMinimumHeight(_HEIGHT)
        set_direction(self.report, Qt.LayoutDirection.LeftToRight)
        self.report.hide()
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(10)
        closed = plain_label()
        closed.hide()
        if corpus:
            said = _("“{path}” was open then, and has not been opened again by itself.")
            closed.setText(said.format(path=left_to_right(corpus)))
            closed.show()
        for part in (
            head,
            closed,
            plain_label(_("Everything that was shown as saved is saved, and you can go on working.")),
            plain_label(
                _(
                    "If it happens again, send the report to whoever set the program up. It says what went wrong, "
                    "where in the program and on what system. It holds nothing of your articles, and no names."
                )
            ),
            plain_label(place, "quiet"),
            self._again,
        ):
            part.setWordWrap(True)
            part.setFixedWidth(_WIDTH)
            column.addWidget(part)
        column.addWidget(self.report, 1)
        column.addWidget(self._buttons(offers=corpus is not None))

    def count(self) -> None:
        """It, or something else, has gone wrong again since."""
        self._times += 1
        said = ngettext("It has happened {count} more time.", "It has happened {count} more times.", self._times)
        self._again.setText(said.format(count=number(self._times)))
        self._again.show()
        self._fit()

    def _buttons(self, *, offers: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        go_on = buttons.addButton(_("Open it") if offers else _("Go on"), QDialogButtonBox.ButtonRole.AcceptRole)
        if offers:
            buttons.addButton(_("Leave it closed"), QDialogButtonBox.ButtonRole.RejectRole)
            buttons.rejected.connect(self.reject)
        go_on.setObjectName("primary")  # wide enough for bold letters, which Qt does not see of a default button
        go_on.setDefault(True)
        self.show_report = buttons.addButton(_("Show the report"), QDialogButtonBox.ButtonRole.ActionRole)
        self.show_report.setCheckable(True)
        self.show_report.toggled.connect(self._show_report)
        self.copy = buttons.addButton(_("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.report.toPlainText()))
        buttons.accepted.connect(self.accept)
        return buttons

    def _show_report(self, shown: bool) -> None:
        self.report.setVisible(shown)
        self._fit()

    def _fit(self) -> None:
        """As high as what is shown, and on the screen with all of it. Qt's adjustSize stops at two thirds of one."""
        self.resize(self.width(), self._column.totalHeightForWidth(self.width()))
        room = self.screen().availableGeometry()
        self.move(self.x(), max(room.top(), min(self.y(), room.bottom() - self.frameGeometry().height())))
