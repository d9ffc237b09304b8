"""The connection of an article view with the session whose article it shows."""

from PySide6.QtCore import QObject

from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.session import Session


class ArticlePresenter(QObject):
    """Shows the open article, and brings caret and selection to the session."""

    def __init__(self, view: ArticleView, session: Session) -> None:
        super().__init__(view)
        self._view, self._session = view, session
        self._shown_uid = ""
        view.refine = lambda start, end: session.current.refine_selection(start, end)
        view.span_clicked.connect(session.select)
        view.caret_moved.connect(session.position.schedule)
        session.get_offset = view.current_offset
        session.changed.connect(self._on_changed)
        session.article_opened.connect(self._on_article_opened)
        self._on_article_opened(0)

    def _on_article_opened(self, offset: int) -> None:
        session, view = self._session, self._view
        self._shown_uid = session.article.uid if session.article else ""
        view.show_article(session.article, session.zones, session.labels, session.spans)
        view.show_selected_span(session.selection)
        if offset:
            view.move_to(offset)
        view.setFocus()

    def _on_changed(self, names: frozenset[str]) -> None:
        session, view = self._session, self._view
        if "article" in names and (not session.article or session.article.uid != self._shown_uid):
            return  # shown when it is opened; of the same one, the publication has changed, and values with it
        if "labels" in names:
            view.show_labels(session.labels)
        if "zones" in names:
            view.show_zones(session.zones)
        if "spans" in names:
            view.show_spans(session.spans)
        if "selection" in names:
            view.show_selected_span(session.selection)
