"""The main window: lays out its parts and connects them with session and actions."""

from typing import Any, Final

import msgspec
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from annotator import settings
from annotator.i18n import LANGUAGES, _, current_language
from annotator.settings import Settings
from annotator.ui.accessibility import ScreenReaderBridge
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.context_menu import build_context_menu
from annotator.ui.actions.panel_focus import PanelFocus
from annotator.ui.article.article_view import ZOOMS, ArticleView
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.displacement import DisplacementNotifier
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindCommands
from annotator.ui.commands.issue_commands import IssueCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
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
from annotator.ui.widgets.bidi_text import format_keys, isolate
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.file_dialogs import dropped_files
from annotator.ui.widgets.theme import Theme

_DEFAULT_SIZE: Final = QSize(1500, 950)
_FRAME_HEIGHT: Final = 90  # pixels: a title bar and a desktop panel


class Window(QMainWindow):
    """The main window, which saves changed settings at once.

    `fills_screen` is whether to show it maximized on a small screen.
    """

    language_requested = Signal(str)
    theme_requested = Signal(str)
    numerals_requested = Signal(str)

    def __init__(self, session: Session, initial_settings: Settings, theme: Theme) -> None:
        super().__init__()
        self.fills_screen = False
        self.session = session
        self.settings = self._saved = initial_settings
        self._unsaved: dict[str, Any] = {}
        self._theme = theme
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
        self.corpus_commands = CorpusCommands(self, session)
        self.backup_commands = BackupCommands(self, session, self.corpus_commands)
        DisplacementNotifier(self, session, self.corpus_commands)
        self.welcome_commands = WelcomeCommands(self, session, self.corpus_commands)
        self.suggestions = SuggestionModel(session)
        self.suggestions.set_enabled(initial_settings.suggestions)
        self.suggestion_commands = SuggestionCommands(session, self.view, self.suggestions)
        self.tagging_commands = TaggingCommands(
            session, self.view, self.corpus_commands.background, self.suggestion_commands
        )
        self.active_item = ActiveItem(session, self.suggestions)
        self.caret_commands = CaretCommands(session, self.view, self.active_item)
        self.find_commands = FindCommands(
            self, session, self.view, self.find_bar, self.articles_sidebar, self.corpus_commands.background
        )
        edge_commands = EdgeCommands(session, self.view, self.active_item)
        self.issue_commands = IssueCommands(session, self.view, self.articles_sidebar, self.corpus_commands.background)
        view_commands = ViewCommands(self, session, self.view, invisible=initial_settings.invisible)
        view_commands.invisible_toggled.connect(lambda visible: self.save_settings(invisible=visible))
        handlers = (
            self,
            *(self.tagging_commands, self.suggestion_commands, edge_commands, self.caret_commands),
            *(self.find_commands, self.issue_commands, self.corpus_commands, self.backup_commands),
            *(view_commands, self.welcome_commands),
        )
        self._actions = ActionSet(self, self.view, handlers, self._can_act)
        session.prefers_informative = initial_settings.informative
        self._file_watcher = FileWatcher(self, session)
        self._screen_reader = ScreenReaderBridge(self.view, session, self.suggestions)
        self._create_menus()
        self._create_layout()
        self._connect()
        self.set_theme(theme)
        self.view.set_zoom(initial_settings.zoom)
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
        self._panel_focus = PanelFocus(
            self,
            self.view,
            (
                *(self.articles_sidebar, self.issue_commands.sidebar, self.issue_commands.bar),
                *(self._central_widget.pages, self._central_widget.footer, self.labels_sidebar),
            ),
        )
        self.status_line = StatusLine(self.session)
        self.setStatusBar(self.status_line)
        self.welcome_commands.attach(self._central_widget, actions, self.language_requested)

    # Actions

    def _create_menus(self) -> None:
        actions = self._actions
        actions.menus["article"].addSeparator()
        actions.menus["article"].addMenu(actions.menus["line"])
        actions.add_choices("view", _("Language"), LANGUAGES, current_language(), self.language_requested)
        themes = {"system": _("System"), "light": _("Light"), "dark": _("Dark")}
        actions.add_choices("view", _("Colours"), themes, self.settings.theme, self.theme_requested)
        numerals = {"western": "0 1 2 3", "eastern": "٠ ١ ٢ ٣"}
        actions.add_choices("view", _("Digits"), numerals, self.settings.numerals, self.numerals_requested)
        actions.by_name["toggle_informative"].setChecked(self.session.prefers_informative)
        actions.by_name["toggle_invisible"].setChecked(self.settings.invisible)
        for name, menu in actions.menus.items():
            if name != "line":
                self.menuBar().addMenu(menu)

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.corpus_opened.connect(self._on_corpus_opened)
        session.displaced.connect(self._show_title)
        session.articles_changed.connect(self._update_article_list)
        session.summaries_changed.connect(self.articles_sidebar.show_counts)
        session.labels_changed.connect(self._update_labels)
        session.get_offset = view.current_offset
        session.article_opened.connect(self._on_article_opened)
        session.zones_changed.connect(lambda: view.show_zones(session.zones))
        session.layer_changed.connect(self._update_layer)
        session.selection_changed.connect(self._update_selection)
        self.welcome_commands.hint_changed.connect(self.status_line.show_hint)
        session.failed.connect(self.show_message)
        session.notified.connect(lambda text: self.show_message(text, is_success=True))
        session.learning_changed.connect(self._update_status)
        session.save_error_changed.connect(self._update_save_error)
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
        view.refine = session.refine_selection
        view.span_clicked.connect(session.select)
        view.resize_requested.connect(self.active_item.resize)
        self.suggestions.changed.connect(self._update_suggestions)
        self.suggestions.current_changed.connect(self._update_card)
        self.suggestion_commands.toggled.connect(lambda enabled: self.save_settings(suggestions=enabled))
        view.menu_requested.connect(self._open_context_menu)
        view.zoom_requested.connect(self._zoom_by)
        view.caret_moved.connect(session.schedule_position_save)
        view.selection_changed.connect(self._update_card)
        commands = self.corpus_commands
        commands.save_typed_text = self._save_typed_text
        commands.background.finished.connect(self._on_job_finished)
        commands.corpus_opened.connect(lambda path: self.save_settings(last_corpus=path))
        commands.annotator_changed.connect(lambda name: self.save_settings(annotator=name))

    def change_keys(self, changed_keys: dict[str, list[str]]) -> None:
        """Set and save keys by action name; others get default keys."""
        self.save_settings(keys=changed_keys)
        self._actions.show_keys(changed_keys, self.session.labels.labels)

    def show_keys(self) -> None:
        from annotator.ui.dialogs.keys import KeysDialog  # imported late, like all dialogs, for a faster start

        sheet = KeysDialog(self, self._actions.keymap)
        sheet.changed.connect(self.change_keys)
        sheet.exec()
        sheet.deleteLater()

    # Updates

    def _on_corpus_opened(self) -> None:
        self._update_labels()
        self._show_title()
        self._update_article_list()

    def _show_title(self) -> None:
        corpus = self.session.corpus
        self.setWindowTitle(_("{corpus} – Annotator").format(corpus=corpus.path.stem) if corpus else _("Annotator"))

    def _update_labels(self) -> None:
        label_set = self.session.labels
        self.label_panel.show_labels(label_set, self._theme)
        self._actions.show_labels(label_set.labels, self.tagging_commands.tag)
        self._actions.show_keys(self.settings.keys, label_set.labels)
        self.labels_sidebar.guideline_panel.show_labels(label_set, self._theme)
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
        self._actions.by_name["undo"].setEnabled(bool(session.undoable or session.pending_step))
        self._actions.by_name["redo"].setEnabled(bool(session.redoable))
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
        self._actions.by_name["undo"].setEnabled(bool(session.undoable or session.pending_step))
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

    # View

    def zoom_in(self) -> None:
        self._zoom_by(1)

    def zoom_out(self) -> None:
        self._zoom_by(-1)

    def zoom_reset(self) -> None:
        self._zoom_to(100)

    def toggle_folds(self) -> None:
        self.view.toggle_folds()

    def toggle_guidelines(self) -> None:
        span = self.session.selection
        self.labels_sidebar.toggle_guidelines(span.label if span else None)

    def toggle_informative(self) -> None:
        self.session.prefers_informative = self._actions.by_name["toggle_informative"].isChecked()
        self.save_settings(informative=self.session.prefers_informative)
        most, order = _("Most informative article next"), _("Articles in list order")
        self.show_message(most if self.session.prefers_informative else order, is_success=True)

    def next_panel(self) -> None:
        self._panel_focus.move_focus(1)

    def previous_panel(self) -> None:
        self._panel_focus.move_focus(-1)

    def quit(self) -> None:
        self.close()

    def set_theme(self, theme: Theme) -> None:
        """Apply this theme."""
        self._theme = theme
        self.find_commands.theme = self.corpus_commands.theme = theme
        self.find_bar.set_theme(theme)
        for part in (
            self._central_widget,
            self.articles_sidebar.article_list,
            self.issue_commands,
            self.label_panel,
            self.span_panel,
        ):
            part.set_theme(theme)
        self.labels_sidebar.guideline_panel.show_labels(self.session.labels, theme)

    def _zoom_by(self, step: int) -> None:
        nearest = min(range(len(ZOOMS)), key=lambda index: abs(ZOOMS[index] - self.settings.zoom))
        self._zoom_to(ZOOMS[max(0, min(nearest + step, len(ZOOMS) - 1))])

    def _zoom_to(self, percent: int) -> None:
        self.view.set_zoom(percent)
        self.save_settings(zoom=percent)

    def _can_act(self, name: str) -> bool:
        """Save typed text; return whether an action can run. Quitting always can (see closeEvent)."""
        self._save_typed_text()
        return name == "quit" or self.corpus_commands.check_idle()

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

    def save_settings(self, **changes: Any) -> None:
        """Save these settings only, as another window may have changed others."""
        self.settings = msgspec.structs.replace(self.settings, **changes)
        self._unsaved |= changes
        try:
            settings.change(self._saved, **self._unsaved)
            self._saved, self._unsaved = self.settings, {}
        except OSError as error:
            self.show_message(_("The settings could not be saved: {error}").format(error=error.strerror or error))

    def geometry_text(self) -> str:
        """Return the window's geometry for the settings."""
        return self.saveGeometry().toBase64().toStdString()

    def _restore_geometry(self) -> None:
        self.resize(1280, 760)
        if self.settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.settings.geometry.encode()))
        elif screen := QGuiApplication.primaryScreen():
            room = screen.availableSize()
            self.resize(room.boundedTo(_DEFAULT_SIZE))
            # The frame is extra, and Wayland does not tell how much of the screen panels take.
            self.fills_screen = (
                _DEFAULT_SIZE.width() > room.width() or _DEFAULT_SIZE.height() + _FRAME_HEIGHT > room.height()
            )

    # Qt events

    def closeEvent(self, event: QCloseEvent) -> None:
        background = self.corpus_commands.background
        if background.is_busy:
            # The job cleans up in its own thread; the window closes afterwards.
            self._closes_next = True
            background.stop()
            event.ignore()
            return
        if not self.corpus_commands.confirm_leave():
            event.ignore()
            return
        self.save_settings(geometry=self.geometry_text())
        self._file_watcher.stop()
        self.suggestions.close()
        super().closeEvent(event)

    def _on_job_finished(self) -> None:
        if self._closes_next:
            self._closes_next = False
            self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.corpus_commands.background.is_busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        open_files = (
            self.welcome_commands.create_from_files
            if self.welcome_commands.is_page_visible
            else self.corpus_commands.import_or_open
        )
        open_files(dropped_files(event.mimeData()))
