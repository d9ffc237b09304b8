"""A box that says or asks something, in plain text: Qt takes what looks like HTML for HTML, and files hold anything."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from annotator.i18n import _


class MessageBox(QMessageBox):
    """A QMessageBox under the program's name that shows all of its texts as they are."""

    def __init__(self, icon: QMessageBox.Icon, parent: QWidget | None = None) -> None:
        super().__init__(icon, _("Annotator"), "", parent=parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def showEvent(self, event: QShowEvent) -> None:
        for label in self.findChildren(QLabel):  # setTextFormat leaves out the informative text
            label.setTextFormat(Qt.TextFormat.PlainText)
        super().showEvent(event)
