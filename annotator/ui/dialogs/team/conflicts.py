"""Lists the conflicts of who works here, each with both versions, of which a key takes one."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeAlias

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QFrame, QSizePolicy, QTreeWidgetItem, QWidget

from annotator.i18n import _, count_phrase
from annotator.jobs.merging import load_conflicts
from annotator.model.conflict_resolution import StepConflict, resolve_conflict
from annotator.model.records import OWN, STANDING
from annotator.store.errors import CorpusError
from annotator.store.queries.conflicts import OpenConflict, load_conflict
from annotator.ui.actions.keyboard import ShortcutResolver, to_sequences, twin_keys
from annotator.ui.dialogs.team.conflict_texts import (
    describe_articles,
    describe_obstacles,
    describe_origin,
    describe_own,
    describe_place,
    describe_standing,
    find_place,
)
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import mark_direction, plain_label, tooltip
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import create_button, create_button_box, create_tree
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog, warn

KEYS: Final = {STANDING: "Ctrl+1", OWN: "Ctrl+2"}
"""The keys that decide, those of the first two candidates in an adjudication."""
_MIN_ROWS: Final = 3
_SIZE: Final = QSize(960, 560)
_TREE_EDGES: Final = 12  # pixels above and below the rows
_ORIGINAL_ROLE: Final = Qt.ItemDataRole.UserRole
Load: TypeAlias = Callable[[StepConflict], OpenConflict]
Decide: TypeAlias = Callable[[StepConflict, str], bool]


def open_dialog(context: WindowContext) -> None:
    """List the conflicts of who works here, if a corpus is open, and open the article of the last one."""
    session = context.session
    if not session.corpus:
        return
    author = session.current.user

    def show(conflicts: Sequence[OpenConflict]) -> None:
        if not conflicts:
            session.notified.emit(_("No conflict waits for you."))
            return
        load, decide = partial(_load, session), partial(_decide, session)
        dialog = ConflictsDialog(context.window, conflicts, author, load, decide)
        chosen = run_dialog(dialog)
        if chosen and chosen.current:
            _go_to(session, chosen.current)
        elif not session.conflict_count:
            text = _("All conflicts are decided. The last decision can be undone.")
            session.announced.emit(Notice(text, is_undoable=True))

    context.tasks.run_on_corpus(
        _("Looking at the conflicts"),
        session.corpus.path,
        partial(load_conflicts, author=author),
        show,
        readonly=True,
    )


def _load(session: Session, conflict: StepConflict) -> OpenConflict:
    if not session.corpus:
        raise CorpusError(_("No corpus is open."))
    return load_conflict(session.corpus, conflict)


def _decide(session: Session, conflict: StepConflict, choice: str) -> bool:
    """Decide a conflict in its article, where the decision can be seen and undone; return whether that is on disk."""
    _go_to(session, _load(session, conflict))
    if not session.article or session.article.uid not in conflict.articles:
        return False  # it could not be opened, which was reported
    return session.resolve_conflict(resolve_conflict(conflict, choice, _load(session, conflict).layers))


def _go_to(session: Session, conflict: OpenConflict) -> None:
    """Open the article in the layer that the conflict is about: one's own, or gold."""
    annotator, user = conflict.conflict.annotator, session.current.user
    if session.annotator != annotator:
        if annotator == user:
            session.switch_annotator(annotator)
        else:
            session.adjudicate(annotator, disagreements={})
    article, start, _end = find_place(conflict)
    session.open_by_id(article.id, start)


class VersionCard(QFrame):
    """One version of a conflict: what it says, since when and from where, and the button that takes it."""

    def __init__(self, title: str, action: QAction) -> None:
        super().__init__()
        self.setObjectName("card")
        self._text_label = plain_label(wraps=True)
        self._origin_label = plain_label(name="quiet", wraps=True)
        self.warning_label = plain_label(name="warning", wraps=True)
        self.button = ActionButton(action, short_text=action.text())
        self.button.setAutoDefault(False)  # Enter goes to the article
        parts = (plain_label(title, "heading"), self._text_label, self.warning_label, None, self._origin_label)
        vbox(*parts, self.button, spacing=6, parent=self)

    def show_version(self, lines: Sequence[str], origin: str, warnings: Sequence[str] = ()) -> None:
        """Show the lines of a version, where it comes from, and what is to be said about it."""
        self._text_label.setText(mark_direction("\n".join(lines)))
        self._origin_label.setText(mark_direction(origin))
        self.warning_label.setText(mark_direction("\n".join(warnings)))
        self.warning_label.setVisible(bool(warnings))


class ConflictsDialog(QDialog):
    """Has a row for each conflict, and below them both versions of the current one with their keys.

    `load` returns a conflict as it is now, and `decide` takes one of its versions. Accepted, the article of the
    `current` one is to be opened.
    """

    def __init__(
        self, parent: QWidget, conflicts: Sequence[OpenConflict], author: str, load: Load, decide: Decide
    ) -> None:
        super().__init__(parent)
        self._author, self._load, self._decide = author, load, decide
        self.current: OpenConflict | None = None
        self.setWindowTitle(_("Conflicts"))
        self.resize(_SIZE)
        self._count_label = plain_label(name="heading")
        explanation = _(
            "The same thing was changed in two places. The earlier change stands, and yours is kept here until you "
            "choose. Either choice can be undone."
        )
        self.tree = create_tree([_("Article"), _("What stands"), _("Your version")], _("Conflicts"))
        self._place_label = plain_label(wraps=True)
        self.actions_by_choice = {
            STANDING: self._create_action(_("Keep what stands"), STANDING),
            OWN: self._create_action(_("Take mine"), OWN),
        }
        self.standing_card = VersionCard(_("What stands"), self.actions_by_choice[STANDING])
        self.own_card = VersionCard(_("Your version"), self.actions_by_choice[OWN])
        go = create_button(_("Go there"), self.accept, is_auto_default=True)
        vbox(
            self._count_label,
            plain_label(explanation, "quiet", wraps=True),
            (self.tree, 2),
            self._place_label,
            (hbox((self.standing_card, 1), (self.own_card, 1), spacing=12), 1),
            create_button_box(self, accept=go),
            spacing=10,
            parent=self,
        )
        for conflict in conflicts:
            row = QTreeWidgetItem(self.tree)
            row.setData(0, _ORIGINAL_ROLE, conflict.conflict)
            self._fill_row(row, conflict)
        ColumnFitter(self.tree)
        self._fit_tree()
        self.tree.currentItemChanged.connect(self._show_current)
        self.tree.itemActivated.connect(lambda _row: self.accept())
        self._show_count()
        if first := self.tree.topLevelItem(0):
            self.tree.setCurrentItem(first)

    def _fit_tree(self) -> None:
        """Need room for some rows only: on a small screen, the versions to choose from are in view."""
        self.tree.ensurePolished()
        rows = min(_MIN_ROWS, self.tree.topLevelItemCount()) * self.tree.sizeHintForRow(0)
        self.tree.setMinimumHeight(self.tree.header().sizeHint().height() + rows + _TREE_EDGES)
        policy = self.tree.sizePolicy()
        policy.setVerticalPolicy(QSizePolicy.Policy.Ignored)
        self.tree.setSizePolicy(policy)

    def _create_action(self, text: str, choice: str) -> QAction:
        """Create the action that decides, by its key on every keyboard."""
        action = QAction(text, self)
        action.setShortcuts(to_sequences([KEYS[choice], *twin_keys(KEYS[choice])]))
        action.setAutoRepeat(False)
        action.triggered.connect(lambda: self._choose(choice))
        resolver = self.findChild(ShortcutResolver) or ShortcutResolver(self)
        resolver.watch(action)
        self.addAction(action)
        return action

    def _fill_row(self, row: QTreeWidgetItem, conflict: OpenConflict) -> None:
        cells = [
            describe_articles(conflict),
            " · ".join(describe_standing(conflict)),
            " · ".join(describe_own(conflict)),
        ]
        for column, cell in enumerate(cells):
            row.setText(column, cell)
            row.setToolTip(column, tooltip(cell))

    def _show_count(self) -> None:
        count = self.tree.topLevelItemCount()
        self._count_label.setText(
            count_phrase("{count} conflict waits for you.", "{count} conflicts wait for you.", count)
        )

    def _show_current(self) -> None:
        """Show the current conflict as it is now: the last decision may have changed it."""
        row, self.current = self.tree.currentItem(), None
        if row is None:
            return
        try:
            conflict = self.current = self._load(row.data(0, _ORIGINAL_ROLE))
        except CorpusError as error:
            warn(self, str(error))
            return
        self._fill_row(row, conflict)
        self._place_label.setText(describe_place(conflict))
        origin = describe_origin(conflict.rival, self._author)
        self.standing_card.show_version(describe_standing(conflict), origin)
        self.own_card.show_version(
            describe_own(conflict),
            describe_origin(conflict.conflict.last_step, self._author),
            describe_obstacles(conflict),
        )
        self.actions_by_choice[OWN].setEnabled(conflict.own.is_possible)

    def _choose(self, choice: str) -> None:
        """Take a version, and go on to the next conflict; end after the last, or if it could not be saved."""
        row = self.tree.currentItem()
        if row is None or self.current is None:
            return
        try:
            is_decided = self._decide(self.current.conflict, choice)
        except CorpusError as error:
            warn(self, str(error))
            return
        if not is_decided:
            self.reject()
            return
        self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(row))
        self._show_count()
        if self.tree.topLevelItemCount() == 0:
            self.reject()
