"""A message box in plain text: Qt would interpret HTML."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from annotator.i18n import _


class MessageBox(QMessageBox):
    """A QMessageBox titled with the program's name, in plain text."""

    def __init__(self, icon: QMessageBox.Icon, parent: QWidget | None = None) -> None:
        super().__init__(icon, _("Annotator"), "", parent=parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def showEvent(self, event: QShowEvent) -> None:
        for label in self.findChildren(QLabel):  # setTextFormat does not apply to the informative text
            label.setTextFormat(Qt.TextFormat.PlainText)
        super().showEvent(event)
