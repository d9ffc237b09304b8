"""What the window shows on request. Each public method is an action of the table in `actions`."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from annotator import settings
from annotator.i18n import _
from annotator.ui.session import Session
from annotator.ui.wording import left_to_right


class ShowingCommands(QObject):
    """Changes nothing in the corpus."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session

    def show_reports(self) -> None:
        """Open the folder of the reports and the log, and say where it is: not every desktop has a window for it."""
        folder = settings.log_dir()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        self._session.told.emit(_("Reports and log are in {folder}").format(folder=left_to_right(folder)))
