"""What the window shows on request. Each public method is an action of the table in `actions`."""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from annotator import settings
from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import left_to_right


class ShowingCommands(QObject):
    """Changes nothing in the corpus."""

    invisible_toggled = Signal(bool)
    """Whether invisible characters are shown from now on."""

    def __init__(self, window: QWidget, session: Session, view: ArticleView, *, invisible: bool) -> None:
        super().__init__(window)
        self._session, self._view, self._invisible = session, view, invisible
        view.show_invisible(invisible)

    def toggle_invisible(self) -> None:
        """Show what nobody sees, or hide it again."""
        self._invisible = not self._invisible
        self._view.show_invisible(self._invisible)
        self.invisible_toggled.emit(self._invisible)

    def show_reports(self) -> None:
        """Open the folder of the reports and the log, and say where it is: not every desktop has a window for it."""
        folder = settings.log_dir()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        self._session.told.emit(_("Reports and log are in {folder}").format(folder=left_to_right(folder)))
