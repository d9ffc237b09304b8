"""The window: lays out its parts and joins them to the session and to the actions. No logic of its own."""

from typing import Any, Final

import msgspec
from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QWidget

from annotator import settings
from annotator.i18n import LANGUAGES, _, current
from annotator.settings import Settings
from annotator.ui.accessibility import Reader
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.context_menu import context_menu
from annotator.ui.actions.panel_focus import Panes
from annotator.ui.article.article_view import ZOOMS, ArticleView
from annotator.ui.commands.backup_commands import BackupCommands
from annotator.ui.commands.caret_commands import CaretCommands
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.commands.displacement import DisplacementTeller
from annotator.ui.commands.edge_commands import EdgeCommands
from annotator.ui.commands.find_commands import FindingCommands
from annotator.ui.commands.issue_commands import CheckingCommands
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.commands.tagging_commands import TaggingCommands
from annotator.ui.commands.view_commands import ShowingCommands
from annotator.ui.commands.welcome_commands import WelcomeCommands
from annotator.ui.panels.central_widget import Middle
from annotator.ui.panels.find_bar import FindBar
from annotator.ui.panels.sidebars import ArticlesSide, LabelsSide
from annotator.ui.panels.span_card import Field
from annotator.ui.panels.status_line import StatusLine
from annotator.ui.session.active_item import Held
from annotator.ui.session.file_watcher import Watch
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions
from annotator.ui.widgets.bidi_text import isolated, printed
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.drops import dropped_files
from annotator.ui.widgets.theme import Theme

_AT_FIRST: Final = QSize(1500, 950)
"""How large the window is until a person gives it another size."""
_FRAME: Final = 90  # pixels: a title bar and a panel


class Window(QMainWindow):
    """The desk. `chosen` are the settings at the start; what is changed here is saved at once.

    `fills_screen` is whether it is to be shown maximized, for want of room.
    """

    language_asked = Signal(str)
    theme_asked = Signal(str)
    numerals_asked = Signal(str)

    def __init__(self, session: Session, chosen: Settings, theme: Theme) -> None:
        super().__init__()
        self.fills_screen = False
        self.session = session
        self.chosen = self._saved = chosen
        self._unsaved: dict[str, Any] = {}
        self._theme = theme
        self._closes_next = False  # once the job that is being stopped has ended
        self.view = ArticleView()
        self.articles_side = ArticlesSide(session)
        self.labels_side = LabelsSide()
        self.labels, self.spans = self.labels_side.labels, self.labels_side.spans
        self.find_bar = FindBar()
        self.note = Field(_("Note on the article"))
        self._fields = (self.labels_side.card.value, self.labels_side.card.note, self.note)
        self.corpus_commands = CorpusCommands(self, session)
        self.backups = BackupCommands(self, session, self.corpus_commands)
        DisplacementTeller(self, session, self.corpus_commands)
        self.welcoming = WelcomeCommands(self, session, self.corpus_commands)
        self.suggestions = Suggestions(session)
        self.suggestions.show(chosen.suggestions)
        self.suggesting = SuggestionCommands(session, self.view, self.suggestions)
        self.tagging = TaggingCommands(session, self.view, self.corpus_commands.background, self.suggesting)
        self.held = Held(session, self.suggestions)
        self.moving = CaretCommands(session, self.view, self.held)
        self.finding = FindingCommands(
            self, session, self.view, self.find_bar, self.articles_side, self.corpus_commands.background
        )
        edges = EdgeCommands(session, self.view, self.held)
        self.checking = CheckingCommands(session, self.view, self.articles_side, self.corpus_commands.background)
        showing = ShowingCommands(self, session, self.view, invisible=chosen.invisible)
        showing.invisible_toggled.connect(lambda shown: self.remember(invisible=shown))
        labelling = (self.tagging, self.suggesting, edges, self.moving, self.finding, self.checking)
        handlers = (self, *labelling, self.corpus_commands, self.backups, showing, self.welcoming)
        self._actions = ActionSet(self, self.view, handlers, self._may_act)
        session.instructive = chosen.instructive
        self._watch = Watch(self, session)
        self._reader = Reader(self.view, session, self.suggestions)
        self._make_menus()
        self._build()
        self._connect()
        self.set_theme(theme)
        self.view.set_zoom(chosen.zoom)
        self.setAcceptDrops(True)
        self.setMinimumHeight(560)
        self._restore()
        self._corpus_opened()
        self._article_opened()

    def action(self, name: str) -> QAction:
        """The action of this name in the table."""
        return self._actions.named[name]

    # Layout

    def _build(self) -> None:
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.articles_side)
        row.addWidget(self.checking.side)
        named = self._actions.named
        self.checking.bar.add_buttons(named)
        self._middle = Middle(self.view, (self.find_bar, self.checking.bar), self.note, named)
        row.addWidget(self._middle, 1)
        row.addWidget(self.labels_side)
        self.setCentralWidget(centre)
        self.labels_side.card.add_buttons(
            ActionButton(named["accept"], words=_("Accept"), primary=True),
            ActionButton(named["remove"], words=_("Reject")),
        )
        self._panes = Panes(
            self,
            self.view,
            (
                *(self.articles_side, self.checking.side, self.checking.bar),
                *(self._middle.pages, self._middle.foot, self.labels_side),
            ),
        )
        self.status_line = StatusLine(self.session)
        self.setStatusBar(self.status_line)
        self.welcoming.stand_in(self._middle, named, self.language_asked)

    # Actions

    def _make_menus(self) -> None:
        actions = self._actions
        actions.menus["article"].addSeparator()
        actions.menus["article"].addMenu(actions.menus["line"])
        actions.add_choices("view", _("Language"), LANGUAGES, current(), self.language_asked)
        themes = {"system": _("As the system"), "light": _("Light"), "dark": _("Dark")}
        actions.add_choices("view", _("Colours"), themes, self.chosen.theme, self.theme_asked)
        numerals = {"western": "0 1 2 3", "eastern": "٠ ١ ٢ ٣"}
        actions.add_choices("view", _("Digits"), numerals, self.chosen.numerals, self.numerals_asked)
        actions.named["toggle_instructive"].setChecked(self.session.instructive)
        actions.named["toggle_invisible"].setChecked(self.chosen.invisible)
        for name, menu in actions.menus.items():
            if name != "line":
                self.menuBar().addMenu(menu)

    def _connect(self) -> None:
        session, view = self.session, self.view
        session.corpus_opened.connect(self._corpus_opened)
        session.displaced.connect(self._show_title)
        session.articles_changed.connect(self._articles_changed)
        session.summaries_changed.connect(self.articles_side.show_counts)
        session.labels_changed.connect(self._labels_changed)
        session.where = view.offset
        session.article_opened.connect(self._article_opened)
        session.zones_changed.connect(lambda: view.show_zones(session.zones))
        session.layer_changed.connect(self._layer_changed)
        session.selected.connect(self._selected)
        self.welcoming.hinted.connect(self.status_line.show_hint)
        session.failed.connect(self.say)
        session.told.connect(lambda text: self.say(text, well=True))
        session.learning_changed.connect(self._status_changed)
        session.trouble_changed.connect(self._trouble_changed)
        self.labels.label_clicked.connect(self._take)
        self.tagging.sticky_changed.connect(lambda: self.labels.show_sticky(self.tagging.sticky))
        card = self.labels_side.card
        self.tagging.value_asked.connect(card.value.begin)
        self.tagging.note_asked.connect(card.note.begin)
        self.tagging.article_note_asked.connect(self.note.begin)
        card.described.connect(session.describe)
        self.note.kept.connect(lambda: session.write_note(self.note.text()))
        for part in (card, self.note, self.articles_side):
            part.left.connect(view.setFocus)
        self.note.ended.connect(self._note_changed)
        for field in self._fields:
            session.article_left.connect(field.leave)
            session.given_up.connect(field.drop)
            field.dropped.connect(self._tell_dropped)
        self.spans.span_clicked.connect(self._choose)
        view.refine = session.meant
        view.span_clicked.connect(session.select)
        view.resize_asked.connect(self.held.resize)
        self.suggestions.changed.connect(self._suggestions_changed)
        self.suggestions.chosen_changed.connect(self._card_changed)
        self.suggesting.toggled.connect(lambda shown: self.remember(suggestions=shown))
        view.menu_asked.connect(self._context_menu)
        view.zoom_asked.connect(self._zoom_by)
        view.caret_moved.connect(session.moved)
        view.selection_changed.connect(self._card_changed)
        commands = self.corpus_commands
        commands.keep_typed = self._keep_typed
        commands.background.ended.connect(self._job_ended)
        commands.corpus_opened.connect(lambda path: self.remember(last_corpus=path))
        commands.annotator_chosen.connect(lambda name: self.remember(annotator=name))

    def change_keys(self, changed: dict[str, list[str]]) -> None:
        """Give actions these keys, by name, and the usual ones to the others; it is remembered."""
        self.remember(keys=changed)
        self._actions.show_keys(changed, self.session.labels.labels)

    def show_keys(self) -> None:
        from annotator.ui.dialogs.keys import KeysDialog  # as all dialogs: no start waits for one

        sheet = KeysDialog(self, self._actions.keymap)
        sheet.changed.connect(self.change_keys)
        sheet.exec()
        sheet.deleteLater()

    # What changed

    def _corpus_opened(self) -> None:
        self._labels_changed()
        self._show_title()
        self._articles_changed()

    def _show_title(self) -> None:
        corpus = self.session.corpus
        self.setWindowTitle(_("{corpus} – Annotator").format(corpus=corpus.path.stem) if corpus else _("Annotator"))

    def _labels_changed(self) -> None:
        labels = self.session.labels
        self.labels.show_labels(labels, self._theme)
        self._actions.show_labels(labels.labels, self.tagging.tag)
        self._actions.show_keys(self.chosen.keys, labels.labels)
        self.labels_side.guide.show_labels(labels, self._theme)
        self.view.show_labels(labels)

    def _article_opened(self, offset: int = 0) -> None:
        session = self.session
        self.view.show_article(session.article, session.zones, session.labels)
        self._layer_changed()
        self._selected()
        self.find_bar.show_text(session.article.text if session.article else "")
        if offset:
            self.view.stand(offset)
        else:
            self.finding.go_to_first()
        self.view.setFocus()

    def _layer_changed(self) -> None:
        session = self.session
        self.view.show_spans(session.spans)
        self.labels_side.show_layer(session.article, session.spans, session.labels)
        self.spans.show_selected(session.selection)
        self._actions.named["undo"].setEnabled(bool(session.undoable or session.waiting))
        self._actions.named["redo"].setEnabled(bool(session.redoable))
        self._card_changed()
        self._note_changed()
        self._status_changed()

    def _selected(self) -> None:
        self.view.show_selected(self.session.selection)
        self.spans.show_selected(self.session.selection)
        self._card_changed()

    def _articles_changed(self) -> None:
        session = self.session
        self._middle.show_page(corpus=session.corpus is not None, articles=any(session.counts.values()))
        self.articles_side.show_choice()
        self.articles_side.show_counts()
        self.finding.follow_search()
        self._status_changed()

    def _trouble_changed(self) -> None:
        session = self.session
        self._actions.named["undo"].setEnabled(bool(session.undoable or session.waiting))
        self._middle.trouble.show_trouble(session.trouble, waiting=session.waiting is not None)
        self._status_changed()

    def _note_changed(self) -> None:
        article, note = self.session.article, self.session.note
        self.note.show_text(note.text if note else "", (article.uid, self.session.annotator) if article else None)
        self.note.setVisible(bool(note or self.note.text()) or self.note.hasFocus())

    def _status_changed(self) -> None:
        self.status_line.show_state(self.suggesting.left())

    def _card_changed(self) -> None:
        session, selected = self.session, self.view.text_of_selection()
        keys, left = self._actions.keymap.keys("accept"), self.suggesting.left()
        hint = (left, _("{key} goes to the next one.").format(key=printed(keys[:1]))) if left and keys else None
        self.labels_side.show_choice(session.article, self.held.it(), session.labels, selected, hint)

    def _suggestions_changed(self) -> None:
        self._status_changed()
        self._card_changed()

    def say(self, text: str, *, well: bool = False) -> None:
        """Tell the person, for a while, something that went wrong; or `well`."""
        self.status_line.say(text, well=well)

    # View

    def zoom_in(self) -> None:
        self._zoom_by(1)

    def zoom_out(self) -> None:
        self._zoom_by(-1)

    def zoom_reset(self) -> None:
        self._zoom_to(100)

    def toggle_folds(self) -> None:
        self.view.toggle_folds()

    def toggle_guide(self) -> None:
        span = self.session.selection
        self.labels_side.toggle_guide(span.label if span else None)

    def toggle_instructive(self) -> None:
        self.session.instructive = self._actions.named["toggle_instructive"].isChecked()
        self.remember(instructive=self.session.instructive)
        most, order = _("The most instructive article comes next."), _("The articles come in their order.")
        self.say(most if self.session.instructive else order, well=True)

    def next_pane(self) -> None:
        self._panes.step(1)

    def previous_pane(self) -> None:
        self._panes.step(-1)

    def quit(self) -> None:
        self.close()

    def set_theme(self, theme: Theme) -> None:
        """Show everything in this theme."""
        self._theme = theme
        self.finding.theme = self.corpus_commands.theme = theme
        self.find_bar.set_theme(theme)
        for part in (self._middle, self.articles_side.articles, self.checking, self.labels, self.spans):
            part.set_theme(theme)
        self.labels_side.guide.show_labels(self.session.labels, theme)

    def _zoom_by(self, step: int) -> None:
        nearest = min(range(len(ZOOMS)), key=lambda at: abs(ZOOMS[at] - self.chosen.zoom))
        self._zoom_to(ZOOMS[max(0, min(nearest + step, len(ZOOMS) - 1))])

    def _zoom_to(self, percent: int) -> None:
        self.view.set_zoom(percent)
        self.remember(zoom=percent)

    def _may_act(self, name: str) -> bool:
        """Keep what was typed, and return whether an action may be done now. One may always leave (see closeEvent)."""
        self._keep_typed()
        return name == "quit" or self.corpus_commands.may_start()

    def _keep_typed(self) -> list[str]:
        """Keep what was typed, which is of what is selected now; return what could not be kept."""
        return [field.text() for field in self._fields if not field.keep()]

    def _tell_dropped(self, text: str) -> None:
        """Tell what was typed and is lost now, unless it is in the change that waits."""
        if not self.session.waiting:
            self.session.failed.emit(_("What you typed could not be saved: “{text}”").format(text=isolated(text)))

    def _take(self, label: str) -> None:
        self._keep_typed()
        self.tagging.take(label)

    def _choose(self, span: object) -> None:
        self._keep_typed()
        self.session.select(span)  # type: ignore[arg-type]
        self.view.setFocus()

    def _context_menu(self, where: QPoint, offset: int | None) -> None:
        session = self.session
        if offset is None or not session.article:
            return
        menu = context_menu(self, self._actions, self.held.it())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def remember(self, **changes: Any) -> None:
        """Save these settings, and leave the others as they are: another window may have changed them."""
        self.chosen = msgspec.structs.replace(self.chosen, **changes)
        self._unsaved |= changes
        try:
            settings.change(self._saved, **self._unsaved)
            self._saved, self._unsaved = self.chosen, {}
        except OSError as error:
            self.say(_("The settings could not be saved: {error}").format(error=error.strerror or error))

    def geometry_text(self) -> str:
        """Where the window is and how large, as the settings keep it."""
        return self.saveGeometry().toBase64().toStdString()

    def _restore(self) -> None:
        self.resize(1280, 760)
        if self.chosen.geometry:
            self.restoreGeometry(QByteArray.fromBase64(self.chosen.geometry.encode()))
        elif screen := QGuiApplication.primaryScreen():
            room = screen.availableSize()
            self.resize(room.boundedTo(_AT_FIRST))
            # A frame comes on top of that, and on Wayland nobody says what panels take of the screen.
            self.fills_screen = _AT_FIRST.width() > room.width() or _AT_FIRST.height() + _FRAME > room.height()

    # Qt's events

    def closeEvent(self, event: QCloseEvent) -> None:
        background = self.corpus_commands.background
        if background.busy:
            # The job puts things back in its own thread, and only then is there nothing left to wait for.
            self._closes_next = True
            background.stop()
            event.ignore()
            return
        if not self.corpus_commands.may_leave():
            event.ignore()
            return
        self.remember(geometry=self.geometry_text())
        self._watch.stop()
        self.suggestions.close()
        super().closeEvent(event)

    def _job_ended(self) -> None:
        if self._closes_next:
            self._closes_next = False
            self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not self.corpus_commands.background.busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        take = self.welcoming.take if self.welcoming.standing else self.corpus_commands.take
        take(dropped_files(event.mimeData()))
