"""Commands that change only what the window shows; all public methods are actions."""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from annotator import settings
from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate_ltr


class ViewCommands(QObject):
    """Shows invisible characters and the folder of reports."""

    invisible_toggled = Signal(bool)
    """Invisible characters are now shown (True) or hidden."""

    def __init__(self, window: QWidget, session: Session, view: ArticleView, *, invisible: bool) -> None:
        super().__init__(window)
        self._session, self._view, self._invisible = session, view, invisible
        view.show_invisible(invisible)

    def toggle_invisible(self) -> None:
        """Show or hide invisible characters."""
        self._invisible = not self._invisible
        self._view.show_invisible(self._invisible)
        self.invisible_toggled.emit(self._invisible)

    def show_reports(self) -> None:
        """Open the folder of reports and log, and show its path, as not all desktops open folders."""
        folder = settings.log_dir()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        self._session.notified.emit(_("Reports and log: {folder}").format(folder=isolate_ltr(folder)))
