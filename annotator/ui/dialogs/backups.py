"""The dialog for backups: list, preview, open or restore one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number
from annotator.model.display_names import state_title
from annotator.store.backups import Backup, describe_reason
from annotator.store.queries.article_list import ArticleSummary
from annotator.store.restoring import Contents, preview_backup
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.bidi_text import isolate, isolate_paths, plain_label, tooltip
from annotator.ui.widgets.controls import align_numbers, create_button, create_button_box, create_tree
from annotator.ui.widgets.file_facts import format_size, format_time
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.scrolling import is_on_lowest_screen

OPEN: Final = "open"
RESTORE: Final = "restore"
CREATE: Final = "create"
_MIN_TABLES_HEIGHT: Final = 200  # pixels: some rows
_SPANS: Final = 2  # column of the articles
_MAX_ARTICLES: Final = 500  # articles of a backup


class BackupsDialog(QDialog):
    """Lists `backups`; `damaged` is whether the corpus itself cannot be opened.

    In `hidden_articles`, uids, it shows what only `user` did, who labels them blind.
    Once accepted, `action` is what to do: OPEN or RESTORE the selected `backup`, or CREATE one.
    """

    def __init__(
        self,
        parent: QWidget,
        tasks: TaskRunner,
        name: str,
        backups: Sequence[Backup],
        *,
        damaged: bool = False,
        user: str = "",
        hidden_articles: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self.action = ""
        self.backup: Backup | None = None
        self._tasks, self._backups = tasks, backups
        self._user, self._hidden_articles = user, hidden_articles
        self.setWindowTitle(_("Backups of {name}").format(name=isolate(name)))
        self.resize(*((1160, 600) if backups else (760, 230)))
        self.backup_list = create_tree([_("When"), _("Why")], _("Backups"), stretched=1)
        for backup in backups:
            time, reason = format_time(backup.time), describe_reason(backup)
            QTreeWidgetItem(self.backup_list, [time, reason]).setToolTip(1, tooltip(reason))
        self.backup_list.currentItemChanged.connect(self._load_backup)
        self.summary = plain_label(wraps=True)
        self.article_list = create_tree([_("Title"), _("State"), _("Spans")], _("Articles"), stretched=0)
        align_numbers(self.article_list.headerItem(), [_SPANS])
        introduction = plain_label(name="quiet", wraps=True)
        paragraphs = _introduce(len(backups), damaged=damaged)
        if is_on_lowest_screen(self) and backups:
            self.backup_list.setToolTip(tooltip("\n".join(paragraphs)))
            paragraphs = paragraphs[-1:]  # else the lists would have no room, or scroll in what scrolls
        introduction.setText("\n".join(paragraphs))
        sides = hbox((self.backup_list, 1), (vbox(self.summary, self.article_list), 1), spacing=14)
        tables = QWidget()
        tables.setLayout(sides)
        sides.setContentsMargins(0, 0, 0, 0)
        tables.setMinimumHeight(_MIN_TABLES_HEIGHT)
        tables.setVisible(bool(backups))
        parts = (tables, 1), introduction, self._build_buttons(damaged=damaged)  # what scrolls off a low screen is last
        vbox(*parts, spacing=12, parent=self)
        if first := self.backup_list.topLevelItem(0):
            self.backup_list.setCurrentItem(first)
        self._update_buttons()

    def _build_buttons(self, *, damaged: bool) -> QDialogButtonBox:
        # Enter closes the dialog, so nobody replaces a corpus by accident.
        self.restore_button = create_button(_("Restore…"), lambda: self._finish(RESTORE))
        self.copy_button = create_button(_("Open a copy"), lambda: self._finish(OPEN))
        self.create_button = create_button(_("Back up now"), lambda: self._finish(CREATE))
        box = create_button_box(self, self.restore_button, self.copy_button)
        box.addButton(
            self.create_button, QDialogButtonBox.ButtonRole.ResetRole
        )  # apart: of the corpus, not of a backup
        self.create_button.setVisible(not damaged)
        return box

    def _finish(self, action: str) -> None:
        self.action = action
        self.accept()

    def _update_buttons(self) -> None:
        for button in (self.restore_button, self.copy_button):
            button.setEnabled(self.backup is not None)

    def _load_backup(self) -> None:
        """Read and show the current backup in the background."""
        item = self.backup_list.currentItem()
        backup = self.backup = self._backups[self.backup_list.indexOfTopLevelItem(item)] if item else None
        self._update_buttons()
        if self._tasks.is_busy or not backup:
            return  # called again once the running task has ended
        self._tasks.run(
            _("Reading the backup"),
            lambda: preview_backup(backup.path, _MAX_ARTICLES),
            lambda preview: self._show_contents(backup, *preview),
            failed=self._show_error,
            aborted=lambda: self._on_aborted(backup),
            owner=self,
        )

    def _show_contents(self, backup: Backup, contents: Contents, summaries: Sequence[ArticleSummary]) -> None:
        if backup != self.backup:
            self._load_backup()
            return
        self.article_list.clear()
        self.summary.setText(_summarize(backup, contents))
        for summary in summaries:
            is_hidden = summary.uid in self._hidden_articles
            states = _(", ").join(
                _("{name}: {fact}").format(name=isolate(name), fact=state_title(state))
                for name, state in summary.states.items()
                if name == self._user or not is_hidden
            )
            spans = "" if is_hidden else format_number(summary.spans)
            item = QTreeWidgetItem(self.article_list, [isolate(summary.title), states, spans])
            align_numbers(item, [_SPANS])
        if hidden_count := contents.articles - len(summaries):
            QTreeWidgetItem(self.article_list, [count_phrase("and {count} more", "and {count} more", hidden_count)])

    def _on_aborted(self, backup: Backup) -> None:
        if backup != self.backup:
            self._load_backup()
            return
        self.article_list.clear()
        self.summary.clear()
        self.backup = None
        self._update_buttons()

    def _show_error(self, text: str) -> None:
        if not self.backup:  # else another one is being read
            self.summary.setText(isolate_paths(text))


def _introduce(count: int, *, damaged: bool) -> list[str]:
    """Return what there is to know about backups, the most important last."""
    if damaged:
        return [_("The damaged file is renamed and kept before a backup replaces it.")]
    policy = _(
        "A backup is made automatically while you work if something has changed and the last one is more than a day "
        "old. One per day is kept for seven days and one per week for eight weeks."
    )
    if not count:
        return [_("There are no backups yet."), policy]
    restoring = _(
        "The current corpus is backed up before a backup replaces it, so you can undo this by restoring that "
        "one. Other open windows continue with the restored corpus."
    )
    return [policy, restoring]


def _summarize(backup: Backup, contents: Contents) -> str:
    parts = [
        format_size(backup.bytes),
        count_phrase("{count} article", "{count} articles", contents.articles),
        count_phrase("{count} span", "{count} spans", contents.spans),
        _("done: {count}").format(count=format_number(contents.done)),
    ]
    if contents.annotator and contents.time:
        template = _("last change: {annotator}, {time}")
        time = format_time(datetime.fromisoformat(contents.time))
        parts.append(template.format(annotator=isolate(contents.annotator), time=time))
    return "  ·  ".join(parts)
