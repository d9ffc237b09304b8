"""The main window: lays out its parts and connects them with session and actions."""

from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from annotator.i18n import _
from annotator.settings import Settings
from annotator.ui.accessibility import ScreenReaderBridge
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.context_menu import build_context_menu
from annotator.ui.actions.keymap import Action
from annotator.ui.actions.panel_focus import PanelFocus
from annotator.ui.article.article_view import ArticleView
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.displacement import DisplacementNotifier
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindCommands
from annotator.ui.commands.issue_commands import IssueCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.commands.table import MENUS, Commands
from annotator.ui.commands.tagging_commands import TaggingCommands
from annotator.ui.commands.view_commands import ViewCommands
from annotator.ui.commands.welcome_commands import WelcomeCommands
from annotator.ui.panels.central_widget import CentralWidget
from annotator.ui.panels.find_bar import FindBar
from annotator.ui.panels.sidebars import ArticleSidebar, LabelSidebar
from annotator.ui.panels.span_card import AutosaveField
from annotator.ui.panels.status_line import StatusLine
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.file_watcher import FileWatcher
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import format_keys, isolate
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.file_dialogs import dropped_files

_DEFAULT_SIZE: Final = QSize(1500, 950)
_FRAME_HEIGHT: Final = 90  # pixels: a title bar and a desktop panel


class Window(QMainWindow):
    """The main window.

    `fills_screen` is whether to show it maximized on a small screen.
    """

    def __init__(self, session: Session, initial_settings: Settings) -> None:
        super().__init__()
        self.fills_screen = False
        self.session = session
        self.settings = UserSettings(initial_settings, self)
        self.settings.failed.connect(self.show_message)
        self.settings.changed.connect(self._on_settings_changed)
        self._closes_next = False  # once the stopping job has ended
        self.view = ArticleView()
        self.articles_sidebar = ArticleSidebar(session)
        self.labels_sidebar = LabelSidebar()
        self.label_panel, self.span_panel = self.labels_sidebar.label_panel, self.labels_sidebar.span_panel
        self.find_bar = FindBar()
        self.note_field = AutosaveField(_("Edit article note"))
        self._fields = (
            self.labels_sidebar.span_card.value_field,
            self.labels_sidebar.span_card.note_field,
            self.note_field,
        )
        self.tasks = TaskRunner(self)
        self.tasks.notified.connect(session.notified)
        session.corpus_closing.connect(self.tasks.release_corpus)
        context = WindowContext(self, session, self.tasks, self.settings)
        self.corpus_commands = CorpusCommands(context)
        self.backup_commands = BackupCommands(context, self.corpus_commands)
        DisplacementNotifier(self, session, self.corpus_commands)
        self.welcome_commands = WelcomeCommands(context, self.corpus_commands)
        self.suggestions = SuggestionModel(session)
        self.suggestion_commands = SuggestionCommands(session, self.view, self.suggestions, self.settings)
        self.tagging_commands = TaggingCommands(session, self.view, self.tasks, self.suggestion_commands)
        self.active_item = ActiveItem(session, self.suggestions)
        self.find_commands = FindCommands(session, self.view, self.find_bar, self.articles_sidebar)
        self.issue_commands = IssueCommands(session, self.view, self.articles_sidebar, self.tasks)
        self._panel_focus = PanelFocus(self, self.view)
        commands = Commands(
            **asdict(context),
            article=self.view,
            focus=self._panel_focus,
            corpus=self.corpus_commands,
            backups=self.backup_commands,
            tagging=self.tagging_commands,
            edges=EdgeCommands(session, self.view, self.active_item),
            caret=CaretCommands(session, self.view, self.active_item),
            find=self.find_commands,
            suggestions=self.suggestion_commands,
            issues=self.issue_commands,
            view=ViewCommands(context, self.view, self.labels_sidebar),
            welcome=self.welcome_commands,
        )
        self._actions = ActionSet(self, self.view, MENUS, commands, self._can_act)
        self._actions.add_menus(self.menuBar())
        self._file_watcher = FileWatcher(self, session)
        self._screen_reader = ScreenReaderBridge(self.view, session, self.suggestions)
        self._create_layout()
        self._connect()
        self.setAcceptDrops(True)
        self.setMinimumHeight(560)
        self._restore_geometry()
        self._on_corpus_opened()
        self._on_article_opened()

    def action(self, name: str) -> QAction:
        """Return the action with this name."""
        return self._actions.by_name[name]

    # Layout

    def _create_layout(self) -> None:
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.articles_sidebar)
        row.addWidget(self.issue_commands.sidebar)
        actions = self._actions.by_name
        self.issue_commands.bar.add_buttons(actions)
        self._central_widget = CentralWidget(
            self.view, (self.find_bar, self.issue_commands.bar), self.note_field, actions
        )
        row.addWidget(self._central_widget, 1)
        row.addWidget(self.labels_sidebar)
        self.setCentralWidget(centre)
        self.labels_sidebar.span_card.add_buttons(
            ActionButton(actions["accept"], short_text=_("Accept"), primary=True),
            ActionButton(actions["remove"], short_text=_("Reject")),
        )
        self._panel_focus.panels = (
            *(self.articles_sidebar, self.issue_commands.sidebar, self.issue_commands.bar),
            *(self._central_widget.pages, self._central_widget.footer, self.labels_sidebar),
        )
        self.status_line = StatusLine(self.session)
        self.setStatusBar(self.status_line)
        self.welcome_commands.attach(self._central_widget, actions)

    # Actions

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.corpus_opened.connect(self._on_corpus_opened)
        session.displaced.connect(self._show_title)
        session.changed.connect(self._on_session_changed)
        session.get_offset = view.current_offset
        session.article_opened.connect(self._on_article_opened)
        self.welcome_commands.hint_changed.connect(self.status_line.show_hint)
        session.failed.connect(self.show_message)
        session.notified.connect(lambda text: self.show_message(text, is_success=True))
        self.label_panel.label_clicked.connect(self._click_label)
        self.tagging_commands.sticky_changed.connect(lambda: self.label_panel.show_sticky(self.tagging_commands.sticky))
        card = self.labels_sidebar.span_card
        self.tagging_commands.value_edit_requested.connect(card.value_field.start_editing)
        self.tagging_commands.note_edit_requested.connect(card.note_field.start_editing)
        self.tagging_commands.article_note_edit_requested.connect(self.note_field.start_editing)
        card.details_edited.connect(session.describe)
        self.note_field.commit_requested.connect(lambda: session.write_note(self.note_field.text()))
        for part in (card, self.note_field, self.articles_sidebar):
            part.focus_released.connect(view.setFocus)
        self.note_field.focus_lost.connect(self._update_note)
        for field in self._fields:
            session.article_closing.connect(field.finish_editing)
            session.change_discarded.connect(field.revert)
            field.discarded.connect(self._report_dropped_text)
        self.span_panel.span_clicked.connect(self._select_span)
        view.refine = lambda start, end: session.current.refine_selection(start, end)
        view.span_clicked.connect(session.select)
        view.resize_requested.connect(self.active_item.resize)
        self.suggestions.changed.connect(self._update_suggestions)
        self.suggestions.current_changed.connect(self._update_card)
        view.menu_requested.connect(self._open_context_menu)
        view.caret_moved.connect(session.schedule_position_save)
        view.selection_changed.connect(self._update_card)
        commands = self.corpus_commands
        commands.save_typed_text = self._save_typed_text
        self.tasks.finished.connect(self._on_job_finished)

    def _on_settings_changed(self, names: frozenset[str]) -> None:
        if "keys" in names:
            self._actions.show_keys(self.settings.current.keys, self.session.labels.labels)

    # Updates

    def _on_session_changed(self, names: frozenset[str]) -> None:
        if "labels" in names:
            self._update_labels()
        if "articles" in names:
            self._update_article_list()
        elif "counts" in names:
            self.articles_sidebar.show_counts()
        if names & {"save_error", "pending_step"}:
            self._update_save_error()
        if "is_learning" in names:
            self._update_status()
        if "article" in names:
            return  # the rest is shown when it is opened
        if "zones" in names:
            self.view.show_zones(self.session.zones)
        if names & {"spans", "status", "note", "undoable", "redoable"}:
            self._update_layer()
        if "selection" in names:
            self._update_selection()

    def _on_corpus_opened(self) -> None:
        self._update_labels()
        self._show_title()
        self._update_article_list()

    def _show_title(self) -> None:
        corpus = self.session.corpus
        self.setWindowTitle(_("{corpus} – Annotator").format(corpus=corpus.path.stem) if corpus else _("Annotator"))

    def _update_labels(self) -> None:
        label_set = self.session.labels
        self.label_panel.show_labels(label_set)
        self._actions.show_labels(label_set.labels, self.tagging_commands.tag)
        self._actions.show_keys(self.settings.current.keys, label_set.labels)
        self.labels_sidebar.guideline_panel.show_labels(label_set)
        self.view.show_labels(label_set)

    def _on_article_opened(self, offset: int = 0) -> None:
        session = self.session
        self.view.show_article(session.article, session.zones, session.labels)
        self._update_layer()
        self._update_selection()
        self.find_bar.show_text(session.article.text if session.article else "")
        if offset:
            self.view.move_to(offset)
        else:
            self.find_commands.go_to_first_match()
        self.view.setFocus()

    def _update_layer(self) -> None:
        session = self.session
        self.view.show_spans(session.spans)
        self.labels_sidebar.show_layer(session.article, session.spans, session.labels)
        self.span_panel.show_selected(session.selection)
        self._actions.update_states()
        self._update_card()
        self._update_note()
        self._update_status()

    def _update_selection(self) -> None:
        self.view.show_selected_span(self.session.selection)
        self.span_panel.show_selected(self.session.selection)
        self._update_card()

    def _update_article_list(self) -> None:
        session = self.session
        self._central_widget.show_page(has_corpus=session.corpus is not None, has_articles=any(session.counts.values()))
        self.articles_sidebar.show_filter()
        self.articles_sidebar.show_counts()
        self.find_commands.show_search()
        self._update_status()

    def _update_save_error(self) -> None:
        session = self.session
        self._actions.update_states()
        self._central_widget.save_error_bar.show_error(
            session.save_error, has_unsaved_change=session.pending_step is not None
        )
        self._update_status()

    def _update_note(self) -> None:
        article, article_note = self.session.article, self.session.note
        self.note_field.show_text(
            article_note.text if article_note else "", (article.uid, self.session.annotator) if article else None
        )
        self.note_field.setVisible(bool(article_note or self.note_field.text()) or self.note_field.hasFocus())

    def _update_status(self) -> None:
        self.status_line.show_state(self.suggestion_commands.remaining_text())

    def _update_card(self) -> None:
        session, selected = self.session, self.view.selected_text()
        keys, remaining = self._actions.keymap.keys("accept"), self.suggestion_commands.remaining_text()
        hint = None
        if remaining and keys:
            hint = remaining, _("Press {key} for the next one.").format(key=format_keys(keys[:1]))
        self.labels_sidebar.show_selection(session.article, self.active_item.current, session.labels, selected, hint)

    def _update_suggestions(self) -> None:
        self._update_status()
        self._update_card()

    def show_message(self, text: str, *, is_success: bool = False) -> None:
        """Show an error, or with `is_success` good news, in the status line for a while."""
        self.status_line.notify(text, success=is_success)

    # Typed text

    def _can_act(self, action: Action[Commands] | None) -> bool:
        """Save typed text; return whether an action can run, or None, a label's."""
        self._save_typed_text()
        return bool(action and action.runs_during_jobs) or self.corpus_commands.check_idle()

    def _save_typed_text(self) -> list[str]:
        """Save typed text and return the texts that could not be saved."""
        return [field.text() for field in self._fields if not field.commit()]

    def _report_dropped_text(self, text: str) -> None:
        """Report lost typed text, unless the pending step has it."""
        if not self.session.pending_step:
            self.session.failed.emit(_("What you typed could not be saved: “{text}”").format(text=isolate(text)))

    def _click_label(self, label: str) -> None:
        self._save_typed_text()
        self.tagging_commands.click_label(label)

    def _select_span(self, span: object) -> None:
        self._save_typed_text()
        self.session.select(span)  # type: ignore[arg-type]
        self.view.setFocus()

    def _open_context_menu(self, where: QPoint, offset: int | None) -> None:
        session = self.session
        if offset is None or not session.article:
            return
        menu = build_context_menu(self, self._actions, self.active_item.current)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def geometry_text(self) -> str:
        """Return the window's geometry for the settings."""
        return self.saveGeometry().toBase64().toStdString()

    def _restore_geometry(self) -> None:
        self.resize(1280, 760)
        if self.settings.current.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.current.geometry.encode()))
        elif screen := QGuiApplication.primaryScreen():
            room = screen.availableSize()
            self.resize(room.boundedTo(_DEFAULT_SIZE))
            # The frame is extra, and Wayland does not tell how much of the screen panels take.
            self.fills_screen = (
                _DEFAULT_SIZE.width() > room.width() or _DEFAULT_SIZE.height() + _FRAME_HEIGHT > room.height()
            )

    # Qt events

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.tasks.is_busy:
            # The job cleans up in its own thread; the window closes afterwards.
            self._closes_next = True
            self.tasks.stop()
            event.ignore()
            return
        if not self.corpus_commands.confirm_leave():
            event.ignore()
            return
        self.settings.save(geometry=self.geometry_text())
        self._file_watcher.stop()
        self.suggestions.close()
        super().closeEvent(event)

    def _on_job_finished(self) -> None:
        if self._closes_next:
            self._closes_next = False
            self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.tasks.is_busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        open_files = (
            self.welcome_commands.create_from_files
            if self.welcome_commands.is_page_visible
            else self.corpus_commands.import_or_open
        )
        open_files(dropped_files(event.mimeData()))
