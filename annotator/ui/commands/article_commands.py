"""Commands about an article itself: its title, date, source, and whether it is in the corpus."""

from PySide6.QtGui import QGuiApplication

from annotator.i18n import _
from annotator.model.display_names import article_title
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.central.article_header import ArticleHeader
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session


class ArticleCommands:
    """Work on the open article and the list."""

    def __init__(self, session: Session, header: ArticleHeader) -> None:
        self._session, self._header = session, header

    @property
    def is_removed(self) -> bool:
        """Whether the open article was removed."""
        return self._session.removal is not None

    @property
    def is_showing_removed(self) -> bool:
        """Whether the list has the removed articles."""
        return self._session.article_filter.is_removed

    def edit_title(self) -> None:
        if self._session.article:
            self._header.needed.emit()
            self._header.title.start_editing()

    def edit_date(self) -> None:
        if self._session.article:
            self._header.needed.emit()
            self._header.date.start_editing()

    def copy_title(self) -> None:
        """Copy the title as the list shows it."""
        session = self._session
        if session.article:
            QGuiApplication.clipboard().setText(article_title(session.article, session.zones))

    def open_source(self) -> None:
        self._header.open_source()

    def describe_removal(self) -> str:
        """Return what `toggle_removed` does now."""
        return _("Restore article") if self.is_removed else _("Remove article")

    def toggle_removed(self) -> None:
        """Remove the open article, or restore it."""
        session = self._session
        if self.is_removed:
            if session.restore_article():
                session.announced.emit(Notice(_("The article is in the corpus again."), is_undoable=True))
        elif session.article and session.remove_article():
            text = _("The article is out of the list, statistics and exports. It can be restored at any time.")
            session.announced.emit(Notice(text, is_undoable=True))

    def toggle_showing_removed(self) -> None:
        """List the removed articles, or the others again."""
        default = self._session.current.default_filter()
        self._session.set_article_filter(default if self.is_showing_removed else ArticleFilter(is_removed=True))
