"""The main window: lays out its parts and connects them with session and actions."""

from functools import partial
from typing import Final

from msgspec.structs import asdict
from PySide6.QtCore import QPoint, QTimer, SignalInstance
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from annotator.i18n import _
from annotator.settings import Settings
from annotator.ui.accessibility import ScreenReaderBridge
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.context_menu import show_actions_menu, show_article_menu, show_context_menu
from annotator.ui.actions.panel_focus import PanelFocus
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.presenter import ArticlePresenter
from annotator.ui.central.article_header import ArticleHeader
from annotator.ui.central.central_widget import CentralWidget
from annotator.ui.central.drop_sign import DropSign
from annotator.ui.central.find_bar import FindBar
from annotator.ui.central.layer_bar import LayerBar
from annotator.ui.central.selection_bar import SelectionBar
from annotator.ui.commands.adjudication_commands import AdjudicationCommands
from annotator.ui.commands.annotator_commands import AnnotatorCommands
from annotator.ui.commands.article_commands import ArticleCommands
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.crossing_notifier import CrossingNotifier
from annotator.ui.commands.displacement_notifier import DisplacementNotifier
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindCommands
from annotator.ui.commands.issue_commands import IssueCommands
from annotator.ui.commands.merge_commands import MergeCommands
from annotator.ui.commands.palette_commands import PaletteCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.commands.table import MENUS, RECENT_CORPORA
from annotator.ui.commands.tagging_commands import TaggingCommands
from annotator.ui.commands.team_commands import TeamCommands
from annotator.ui.commands.tips import Tips
from annotator.ui.commands.value_notifier import ValueNotifier
from annotator.ui.commands.view_commands import ViewCommands, panel_scale
from annotator.ui.commands.welcome_commands import WelcomeCommands
from annotator.ui.commands.window_commands import Commands
from annotator.ui.panels.autosave_field import NoteField
from annotator.ui.panels.corpus_switcher import CorpusSwitcher
from annotator.ui.panels.guideline_panel import GuidelineSheet
from annotator.ui.panels.panel_layout import PanelLayout
from annotator.ui.panels.sidebars import ArticleSidebar, LabelSidebar
from annotator.ui.panels.status_line import StatusLine
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.agreement_cache import AgreementCache
from annotator.ui.session.file_watcher import FileWatcher
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.user_settings import UserSettings
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.file_dialogs import dropped_files
from annotator.ui.widgets.layouts import hbox
from annotator.ui.widgets.window_geometry import geometry_text, restore_geometry

_LOW_HEIGHT: Final = 660
"""Of a window in which only lines of text have room to spare, in pixels: lower ones have narrow margins."""
_LOWEST_HEIGHT: Final = 480
"""Of a window that would show four or five lines: lower ones have compact lines, and one line of buttons at most."""
_LOW_MENU_BAR: Final = "QMenuBar { padding-top: 0; padding-bottom: 0; } QMenuBar::item { padding: 0 7px; }"


class Window(QMainWindow):
    """The main window.

    `fills_screen` is whether to show it maximized on a small screen.
    """

    def __init__(self, session: Session, initial_settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = UserSettings(initial_settings, self)
        self.settings.failed.connect(session.failed)
        self.settings.changed.connect(self._on_settings_changed)
        self._is_low = self._is_lowest = False
        self._closes_next = False  # once the stopping job has ended
        self.view = ArticleView()
        self.articles_sidebar = ArticleSidebar(session)
        self.suggestions = SuggestionModel(session)
        self.labels_sidebar = LabelSidebar(session, self.suggestions, self.view)
        self.label_panel, self.span_panel = self.labels_sidebar.label_panel, self.labels_sidebar.span_panel
        self.guideline_sheet = GuidelineSheet(session, self.suggestions)
        self.panel_layout = PanelLayout(self.settings)
        self.find_bar = FindBar()
        self.note_field = NoteField(session)
        self.article_header = ArticleHeader(session)
        self.tasks = TaskRunner(self)
        self.tasks.notified.connect(session.notified)
        session.corpus_closing.connect(self.tasks.release_corpus)
        context = WindowContext(self, session, self.tasks, self.settings, self.suggestions, AgreementCache())
        card, header = self.labels_sidebar.span_card, self.article_header
        fields = card.value_field, card.note_field, self.note_field, header.title.field, header.date.field
        self.corpus_commands = CorpusCommands(context, fields)
        self.annotator_commands = AnnotatorCommands(context, self.corpus_commands, fields)
        self.backup_commands = BackupCommands(context, self.corpus_commands)
        self.merge_commands = MergeCommands(context, self.corpus_commands)
        self.team_commands = TeamCommands(context, self.corpus_commands)
        CrossingNotifier(self, session)
        ValueNotifier(self, session)
        DisplacementNotifier(self, session, self.corpus_commands)
        self.welcome_commands = WelcomeCommands(context, self.corpus_commands)
        self.suggestion_commands = SuggestionCommands(session, self.view, self.suggestions, self.settings)
        self.tagging_commands = TaggingCommands(session, self.view, self.tasks, self.suggestion_commands)
        self.active_item = ActiveItem(session, self.suggestions)
        ArticlePresenter(self.view, session)
        self.find_commands = FindCommands(session, self.view, self.find_bar, self.articles_sidebar)
        self.issue_commands = IssueCommands(session, self.view, self.articles_sidebar, self.tasks)
        self.adjudication_commands = AdjudicationCommands(context, self.view, self.corpus_commands)
        self.palette_commands = PaletteCommands(context, self.view, self.find_commands)
        self._panel_focus = PanelFocus(self, self.view)
        self._view_commands = ViewCommands(context, self.view, self.guideline_sheet, self.panel_layout)
        caret_commands = CaretCommands(session, self.view, self.active_item)
        commands = Commands(
            **asdict(context),
            article=self.view,
            details=ArticleCommands(session, self.article_header),
            focus=self._panel_focus,
            corpus=self.corpus_commands,
            annotators=self.annotator_commands,
            backups=self.backup_commands,
            merges=self.merge_commands,
            team=self.team_commands,
            tagging=self.tagging_commands,
            edges=EdgeCommands(session, self.view, self.active_item),
            caret=caret_commands,
            find=self.find_commands,
            suggestions=self.suggestion_commands,
            issues=self.issue_commands,
            adjudication=self.adjudication_commands,
            palette=self.palette_commands,
            view=self._view_commands,
            welcome=self.welcome_commands,
        )
        self._actions = ActionSet(
            self, self.view, MENUS, commands, self.corpus_commands.can_run, lambda: session.current.read_only_reason
        )
        self._actions.add_menus(self.menuBar())
        recent_menu = self._actions.create_list_menu(RECENT_CORPORA, "open_corpus", "new_corpus")
        self._switcher = CorpusSwitcher(session, recent_menu)
        self.menuBar().setCornerWidget(self._switcher)
        self.palette_commands.attach(self._actions)
        self._file_watcher = FileWatcher(self, session)
        self._screen_reader = ScreenReaderBridge(self.view, session, self.suggestions)
        self._create_layout()
        Tips(context, self._actions, caret_commands.letter_jumps, self.status_line)
        self._connect()
        self._actions.update_states()
        self.setAcceptDrops(True)
        self._drop_sign = DropSign(self)
        self.fills_screen = restore_geometry(self, initial_settings.geometry)
        self._scale_panels()
        self._show_title()
        self._show_labels()
        self._show_whether_open()

    def action(self, name: str) -> QAction:
        """Return the action with this name."""
        return self._actions.by_name[name]

    # Layout

    def _create_layout(self) -> None:
        actions, annotators = self._actions.by_name, self.annotator_commands
        self.layer_bar = LayerBar(self.session, annotators.edit_shown, annotators.view_own)
        self.issue_commands.bar.add_buttons(actions)
        self.adjudication_commands.bar.add_buttons(actions)
        self.articles_sidebar.column.addWidget(ActionButton(actions["check_labels"], "issues"))
        self._central_widget = CentralWidget(
            self.session,
            self.view,
            self.article_header,
            (self.layer_bar, self.find_bar, self.issue_commands.bar, self.adjudication_commands.bar),
            self.note_field,
            actions,
        )
        self.toast = self._central_widget.toast
        lists, leading = QWidget(), QStackedWidget()
        hbox(self.articles_sidebar, self.issue_commands.sidebar, spacing=0, margins=0, parent=lists)
        for page in (lists, self.guideline_sheet):
            leading.addWidget(page)
        for sidebar in (self.articles_sidebar, self.issue_commands.sidebar):
            sidebar.needed.connect(partial(leading.setCurrentWidget, lists))
        self.guideline_sheet.needed.connect(partial(leading.setCurrentWidget, self.guideline_sheet))
        self.guideline_sheet.closed.connect(partial(leading.setCurrentWidget, lists))
        self.panel_layout.lay_out(leading, self._central_widget, self.labels_sidebar)
        self.setCentralWidget(self.panel_layout)
        self.labels_sidebar.span_card.add_buttons(actions["accept"], actions["remove"])
        states = actions["done"], actions["skip"], actions["flag"]
        self.article_header.add_actions(*states, None, actions["toggle_removed"])
        self._panel_focus.panels = (
            *(self.articles_sidebar, self.issue_commands.sidebar, self.guideline_sheet, self.issue_commands.bar),
            *(self.article_header, self._central_widget.pages, self._central_widget.footer, self.labels_sidebar),
        )
        self.selection_bar = SelectionBar(self.view, self.session, self.suggestions, self.settings, self._actions)
        self.status_line = StatusLine(self.session, self.suggestions, actions["choose_annotator"], actions["sync_now"])
        self.setStatusBar(self.status_line)
        self.welcome_commands.attach(self._central_widget, actions)

    # Actions

    @property
    def key_pressed(self) -> SignalInstance:
        """Emitted when a key is pressed that no input field keeps for itself."""
        return self._actions.key_pressed

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.on_change(self._show_title, "corpus")
        session.on_change(self._show_whether_open, "corpus")
        session.on_change(self._show_labels, "labels")
        session.on_change(self._actions.update_states, "undoable", "redoable", "pending_step", "status")
        session.on_change(
            self._actions.update_states, "removal", "article_filter", "annotator", "reader", "adjudicator"
        )
        session.on_change(self._actions.update_states, "is_finished")
        self._actions.refused.connect(session.notified)
        self.welcome_commands.hint_changed.connect(self.status_line.show_hint)
        for clicked in (self.label_panel.label_clicked, self.span_panel.span_clicked):
            clicked.connect(lambda _item: self.corpus_commands.save_typed_text())
        self.label_panel.label_clicked.connect(self.tagging_commands.click_label)
        self.label_panel.guideline_requested.connect(self._view_commands.show_guidelines)
        self.span_panel.span_clicked.connect(session.select)
        self.span_panel.span_clicked.connect(lambda _span: view.setFocus())
        for panel in (self.label_panel, self.selection_bar):
            self.tagging_commands.sticky_changed.connect(panel.show_sticky)
        card = self.labels_sidebar.span_card
        for edit_requested in (self.tagging_commands.value_edit_requested, self.tagging_commands.note_edit_requested):
            edit_requested.connect(self.labels_sidebar.needed)
        self.tagging_commands.value_edit_requested.connect(card.value_field.start_editing)
        self.tagging_commands.note_edit_requested.connect(card.note_field.start_editing)
        for edit_requested in (self.tagging_commands.article_note_edit_requested, self.article_header.needed):
            edit_requested.connect(partial(self.panel_layout.set_focused, False))
        self.tagging_commands.article_note_edit_requested.connect(self.note_field.start_editing)
        for part in (card, self.note_field, self.article_header, self.articles_sidebar, self.panel_layout):
            part.focus_released.connect(view.setFocus)
        for sidebar in (self.articles_sidebar, self.issue_commands.sidebar, self.guideline_sheet):
            sidebar.needed.connect(partial(self.panel_layout.show_side, "articles"))
        self.labels_sidebar.needed.connect(partial(self.panel_layout.show_side, "labels"))
        self.panel_layout.changed.connect(self._show_layout)
        view.resize_requested.connect(self.active_item.resize)
        view.menu_requested.connect(self._open_context_menu)
        for requested in (self.articles_sidebar.article_list.menu_requested, self.article_header.menu_requested):
            requested.connect(partial(show_article_menu, self, self._actions))
        self.span_panel.menu_requested.connect(partial(self._open_context_menu, offset=0))
        self.article_header.menu.aboutToShow.connect(self._actions.prepare_display)
        self.tasks.finished.connect(self._on_job_finished)

    def _on_settings_changed(self, names: frozenset[str]) -> None:
        if "keys" in names:
            self._actions.show_keys(self.settings.current.keys, self.session.labels.labels)
        if "zoom" in names:
            self._scale_panels()

    def _scale_panels(self) -> None:
        """Show what the panels quote from the article larger with its text."""
        scale = panel_scale(self.settings.current.zoom, is_low=self._is_low)
        for part in (self.articles_sidebar.article_list, self.issue_commands.sidebar.issue_list, self.labels_sidebar):
            part.set_scale(scale)

    def _show_title(self) -> None:
        corpus = self.session.corpus
        self.setWindowTitle(_("{corpus} – Annotator").format(corpus=corpus.path.stem) if corpus else _("Annotator"))

    def _show_whether_open(self) -> None:
        self.panel_layout.set_content(has_content=self.session.corpus is not None)

    def _show_layout(self) -> None:
        """Follow the panels that are shown: the focus mode leaves only the article."""
        is_focused = self.panel_layout.is_focused
        for bar in (self.menuBar(), self.statusBar()):
            bar.setVisible(not is_focused)
        self._central_widget.set_focused(is_focused)
        self._actions.update_states()

    def save_layout(self) -> None:
        """Save the size of the window and of its panels."""
        self.settings.save(geometry=geometry_text(self), panel_widths=self.panel_layout.widths())

    def _show_labels(self) -> None:
        labels = self.session.labels.labels
        self._actions.show_labels(labels, self.tagging_commands.tag)
        self._actions.show_keys(self.settings.current.keys, labels)

    def _open_context_menu(self, position: QPoint, offset: int | None) -> None:
        if not self.session.article:
            return
        if offset is None:
            show_actions_menu(self, self._actions, ("toggle_folds",), position)
        else:
            labels = self.session.labels.labels
            show_context_menu(self, self._actions, labels, self.active_item.current, position)

    # Qt events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.height() < _LOW_HEIGHT) != self._is_low:
            self._set_low(not self._is_low)
        if (self.height() < _LOWEST_HEIGHT) != self._is_lowest:
            self._is_lowest = not self._is_lowest
            self._central_widget.set_lowest(self._is_lowest)
            self._view_commands.set_lowest(self._is_lowest)

    def _set_low(self, is_low: bool) -> None:
        """Leave the room of a low window to the text: what is around it has narrow margins."""
        self._is_low = is_low
        self.menuBar().setStyleSheet(_LOW_MENU_BAR if is_low else "")
        bars = self._switcher, self.status_line, self.selection_bar
        for part in (*bars, self._central_widget, self.labels_sidebar):
            part.set_low(is_low)
        self._scale_panels()

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
        self.save_layout()
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
            if not self.welcome_commands.is_page_visible:  # which has a sign of its own
                self._drop_sign.cover()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop_sign.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_sign.hide()
        open_files = (
            self.corpus_commands.create_from_files
            if self.welcome_commands.is_page_visible
            else self.merge_commands.open_dropped
        )
        # After the event: its source, a file manager perhaps, waits until it is handled, and a question may come first.
        QTimer.singleShot(0, self, partial(open_files, dropped_files(event.mimeData())))
