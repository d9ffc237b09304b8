"""The central widget of the window: the article or another page, bars above, buttons below."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMargins
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget, QWidget

from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.adjudication_bar import AdjudicationBar
from annotator.ui.central.article_header import ArticleHeader
from annotator.ui.central.find_bar import FindBar
from annotator.ui.central.issue_bar import IssueBar
from annotator.ui.central.layer_bar import LayerBar
from annotator.ui.central.save_error_bar import SaveErrorBar
from annotator.ui.central.toast import Toast
from annotator.ui.panels.autosave_field import MAX_NOTE_LINES, NoteField
from annotator.ui.panels.empty_state import EmptyState
from annotator.ui.session.session import Session
from annotator.ui.widgets.buttons import ActionButton, ButtonRow
from annotator.ui.widgets.layouts import vbox

if TYPE_CHECKING:
    from annotator.ui.central.finished_page import FinishedPage
    from annotator.ui.welcome.welcome_page import WelcomePage

_BUTTONS: Final = {"done_and_next": "done", "skip": "skip", "flag": "flag", "undo": "undo", "redo": "redo"}
"""The actions that have a button, with its icon."""
_LEADING_BUTTONS: Final = 3  # buttons at the start of the row
_MARGINS, _SPACING = QMargins(6, 16, 6, 12), 10
_NOTE_AND_BUTTONS_WIDTH: Final = 640  # pixels beside each other
_HEADER_AND_BUTTONS_WIDTH: Final = 600  # pixels with some words of the title
_LOW_MARGINS, _LOW_SPACING = QMargins(6, 4, 6, 4), 4
_LOW_STYLE: Final = """
    QPushButton { padding: 0 12px; min-height: 24px; }
    QPushButton:focus { padding: 0 11px; }
    #bar QPushButton, #toast QPushButton, #trouble QPushButton { padding: 0 8px; }
    #bar QPushButton:focus, #toast QPushButton:focus, #trouble QPushButton:focus { padding: 0 7px; }
    QPlainTextEdit { padding: 0 8px; }
"""
"""Of what is around the page in a low window."""


class CentralWidget(QWidget):
    """Stacks the article's header, the save error bar, `bars`, `pages` (article or another page) and `footer`.

    The footer has the note and buttons; header and footer are there with an article.
    """

    def __init__(
        self,
        session: Session,
        view: ArticleView,
        header: ArticleHeader,
        bars: Sequence[AdjudicationBar | FindBar | IssueBar | LayerBar],
        note: NoteField,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__()
        self._session, self._view, self._header = session, view, header
        self._welcome_page: WelcomePage | None = None
        self._actions = actions
        self._is_focused = False
        self._no_corpus = EmptyState(
            "corpus",
            _("No corpus is open."),
            _("A corpus is one file with your articles, their labels and your annotations."),
            {"add": actions["new_corpus"], "corpus": actions["open_corpus"]},
        )
        self._no_articles = EmptyState(
            "article",
            _("There are no articles here yet."),
            _("Import files or a folder, or drop them here."),
            {"import": actions["import_files"], "article": actions["import_folder"]},
        )
        self.buttons = [
            ActionButton(actions[name], icon, primary=index == 0) for index, (name, icon) in enumerate(_BUTTONS.items())
        ]
        self.save_error_bar = SaveErrorBar(session, actions)
        self.pages, self.footer = QStackedWidget(), QWidget()
        for page in (view, self._no_corpus, self._no_articles):
            self.pages.addWidget(page)
        self._note, self._is_low, self._is_lowest = note, False, False
        self._button_row = ButtonRow(self.buttons, _LEADING_BUTTONS)
        self._footer_layout = vbox((note, 1), self._button_row, margins=0, parent=self.footer)
        self._bars = bars
        self._column = vbox(header, self.save_error_bar, *bars, (self.pages, 1), self.footer, parent=self)
        self._column.setSpacing(_SPACING)
        self._column.setContentsMargins(_MARGINS)
        self.toast = Toast(session, self.pages, header, actions["undo"], actions["show_conflicts"])
        session.on_change(self._update_page, "corpus", "article_count", "articles", "article", "sync")
        session.on_change(self._show_finished, "is_finished")
        self._update_page()

    @cached_property
    def finished_page(self) -> "FinishedPage":
        """The page at the end of the list, which few windows need."""
        from annotator.ui.central.finished_page import FinishedPage

        page = FinishedPage(self._session, self._actions)
        page.closed.connect(lambda: self._session.open_relative(-1))
        self.pages.addWidget(page)
        return page

    @cached_property
    def _awaiting_server(self) -> EmptyState:
        """The page of a member to whom the lead has given nothing yet, where members can take articles, too."""
        advice = _(
            "They come from your team’s lead with the next sync. You can also take some yourself, if the lead has "
            "offered any."
        )
        return self._add_awaiting(advice, {"add": self._actions["take_articles"], "": self._actions["sync_now"]})

    @cached_property
    def _awaiting_folder(self) -> EmptyState:
        """The same page of a team in a shared folder, where nobody can take articles."""
        advice = _("They come from your team’s lead with the next sync.")
        return self._add_awaiting(advice, {"": self._actions["sync_now"]})

    def _add_awaiting(self, advice: str, actions: Mapping[str, QAction]) -> EmptyState:
        page = EmptyState("article", _("You have no articles yet."), advice, actions)
        self.pages.addWidget(page)
        return page

    def show_welcome(self, page: "WelcomePage | None") -> None:
        """Show this page, which gets the article's focus, instead of all others; None hides it."""
        if self._welcome_page:
            self._view.setFocusProxy(None)  # type: ignore[arg-type]  # PySide6's annotation lacks None
            self.pages.removeWidget(self._welcome_page)
            self._welcome_page.deleteLater()
        self._welcome_page = page
        if page:
            self.pages.addWidget(page)
            self._view.setFocusProxy(page)
        self._update_page()
        self._view.setFocus()

    def set_focused(self, is_focused: bool) -> None:
        """Show only the page, or the footer too."""
        self._is_focused = is_focused
        self._update_page()

    def set_low(self, is_low: bool) -> None:
        """Leave the room of a low window to the text: narrow margins, low bars, and the note beside the buttons."""
        self.setStyleSheet(_LOW_STYLE if is_low else "")
        self._column.setContentsMargins(_LOW_MARGINS if is_low else _MARGINS)
        self._column.setSpacing(_LOW_SPACING if is_low else _SPACING)
        for bar in (self.save_error_bar, *self._bars):
            bar.set_low(is_low)
        self._note.set_max_lines(1 if is_low else MAX_NOTE_LINES)
        self._is_low = is_low
        self._place_note()

    def set_lowest(self, is_lowest: bool) -> None:
        """Leave all room to the text: where the line of the header is long enough, the buttons are in it, as icons."""
        self._is_lowest = is_lowest
        self._place_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()
        self._place_buttons()

    def _place_buttons(self) -> None:
        is_in_header = self._is_lowest and self.width() >= _HEADER_AND_BUTTONS_WIDTH
        if is_in_header == (self._button_row.parentWidget() is self._header):
            return
        self._button_row.set_compact(is_in_header)
        if is_in_header:
            self._header.add_buttons(self._button_row)
        else:
            self._footer_layout.addWidget(self._button_row)

    def _place_note(self) -> None:
        """Place the note above the buttons, or beside them in a low window that is wide enough."""
        is_beside = self._is_low and self.width() >= _NOTE_AND_BUTTONS_WIDTH
        direction = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        if direction != self._footer_layout.direction():
            self._footer_layout.setDirection(direction)

    def _show_finished(self) -> None:
        """Show that the list is finished, on a page that gets the article's focus, or the article again."""
        page = self.finished_page if self._session.current.is_finished else None
        self._view.setFocusProxy(page)  # type: ignore[arg-type]  # PySide6's annotation lacks None
        self._update_page()
        if page:
            page.show_work()
        self._view.setFocus()

    def _update_page(self) -> None:
        has_articles = self._session.article or self._session.current.article_count
        page: QWidget = self._view if has_articles else self._empty_page()
        if self._session.current.is_finished:
            page = self.finished_page
        self.pages.setCurrentWidget(self._welcome_page or (page if self._session.corpus else self._no_corpus))
        is_article = self.pages.currentWidget() is self._view
        has_header = is_article and self._session.article is not None
        self.footer.setVisible(is_article and not self._is_focused)
        policy = self._header.sizePolicy()
        policy.setRetainSizeWhenHidden(self._welcome_page is None)  # for messages, which cover nothing there
        self._header.setSizePolicy(policy)
        self._header.setVisible(has_header and not self._is_focused)

    def _empty_page(self) -> EmptyState:
        """Return the page of a corpus without articles: what is imported, or what the lead of the team gives out."""
        sync = self._session.sync
        if not sync or sync.is_lead:
            return self._no_articles
        return self._awaiting_folder if sync.is_folder else self._awaiting_server
