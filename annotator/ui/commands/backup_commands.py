"""Commands for backups and the recovery of damaged corpora."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox

from annotator.i18n import _
from annotator.open_databases import is_open_here
from annotator.paths import CORPUS_SUFFIX, find_free_path
from annotator.store.errors import CorpusError
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.tasks import Task
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import isolate_ltr
from annotator.ui.widgets.modal import ROLE, MessageBox, run_dialog

if TYPE_CHECKING:
    from annotator.store.backups import Backup

_RETRY_DELAY: Final = 300  # milliseconds


class BackupCommands(QObject):
    """The commands."""

    def __init__(self, context: WindowContext, commands: CorpusCommands) -> None:
        super().__init__(context.window)
        self._window, self._session, self._tasks = context.window, context.session, context.tasks
        self._commands = commands
        self._is_asking = False
        commands.damaged.connect(self.offer_recovery)

    def show_backups(self) -> None:
        """Show the backups of the open corpus. Raises CorpusError."""
        from annotator.store.backups import list_backups

        if self._session.corpus and self._commands.confirm_leave():
            path = self._session.corpus.path
            self._open_backups_dialog(path, list_backups(path), damaged=False)

    def offer_recovery(self, name: str, reason: str) -> None:
        """Ask how to recover the corpus at the path `name`; `reason` is the damage."""
        from annotator.store.backups import list_backups

        if self._is_asking:  # the session and the maintenance may both find the damage
            return
        if self._tasks.is_busy:
            QTimer.singleShot(_RETRY_DELAY, self, lambda: self.offer_recovery(name, reason))
            return
        path = Path(name)
        try:
            backups = list_backups(path)
        except CorpusError:  # the damage itself is already being reported
            backups = []
        restore, salvage = _("Show backups…"), _("Recover readable data")
        box = MessageBox(
            QMessageBox.Icon.Warning,
            self._window,
            _("The corpus “{path}” is damaged.").format(path=path),
            {
                **({restore: ROLE.ActionRole} if backups else {}),
                salvage: ROLE.ActionRole,
                _("Do nothing"): ROLE.RejectRole,
            },
            information=_(
                "You can recover everything that is still readable into a new corpus, with a list of what was "
                "lost, or restore a backup. The damaged file itself will not be changed."
            ),
            details=reason,
            default=restore if backups else salvage,
        )
        self._is_asking = True
        answer = box.ask()
        self._is_asking = False
        if answer not in (restore, salvage) or not self._close_if_open(path):
            return
        if answer == salvage:
            self._salvage(path, [backup.path for backup in backups])
        else:
            self._open_backups_dialog(path, backups, damaged=True)

    def _close_if_open(self, path: Path) -> bool:
        """Close the corpus if at `path`, as no damaged file may stay open; return False if the user refuses.

        The path may be another name of its file.
        """
        corpus = self._session.corpus
        if corpus and (corpus.path.absolute() == path.absolute() or is_open_here(path)):
            if not self._commands.confirm_leave():
                return False
            self._session.close()
        return True

    def _open_backups_dialog(self, path: Path, backups: "list[Backup]", *, damaged: bool) -> None:
        """Show the backups and do what the user wants with one."""
        from annotator.store.backups import create_backup
        from annotator.store.queries.assignments import list_hidden_articles
        from annotator.ui.dialogs.backups import CREATE, OPEN, BackupsDialog

        corpus, user = self._session.corpus, self._session.current.user
        hidden = list_hidden_articles(corpus, user).values() if corpus else ()
        dialog = run_dialog(
            BackupsDialog(
                *(self._window, self._tasks, path.stem, backups),
                damaged=damaged,
                user=user,
                hidden_articles=set(hidden),
            )
        )
        if dialog and dialog.action == CREATE:
            notify = self._session.notified.emit
            title, message = _("Creating a backup"), _("Backup created.")
            self._run(title, lambda: create_backup(path), lambda _backup: notify(message))
        elif dialog and dialog.backup:
            if dialog.action == OPEN:
                self._open_copy(path, dialog.backup.path, dialog.backup.time)
            elif self._confirm_restore(path):
                self._restore(path, dialog.backup.path, damaged=damaged)

    def _confirm_restore(self, path: Path) -> bool:
        text = _("Restore “{path}” from this backup? The current state will be saved as another backup first.")
        restore = _("Restore")
        buttons = {restore: ROLE.AcceptRole, _("Cancel"): ROLE.RejectRole}
        box = MessageBox(QMessageBox.Icon.Question, self._window, text.format(path=isolate_ltr(path)), buttons)
        return box.ask() == restore

    def _open_copy(self, path: Path, backup: Path, time: datetime) -> None:
        from annotator.store.copying import copy_corpus

        target = find_free_path(path.with_name(f"{path.stem} {time:%Y-%m-%d %H-%M}{CORPUS_SUFFIX}"))

        self._run(_("Copying"), lambda: copy_corpus(backup, target), lambda _size: self._commands.open_path(target))

    def _restore(self, path: Path, backup: Path, *, damaged: bool) -> None:
        from annotator.store import restoring

        def reopen(_backup: object) -> None:
            if self._commands.open_path(path):
                self._session.notified.emit(_("The corpus was restored from the backup."))

        restore = restoring.replace_damaged if damaged else restoring.restore
        self._run(_("Restoring"), lambda: restore(path, backup), reopen)

    def _salvage(self, path: Path, backups: list[Path]) -> None:
        from annotator.store.recovery.salvage import salvage
        from annotator.ui.dialogs.results import RecoveryResultDialog

        target = find_free_path(path.with_name(_("{name} recovered").format(name=path.stem) + CORPUS_SUFFIX))

        def show_result(result: Any) -> None:
            self._commands.open_path(target)
            run_dialog(RecoveryResultDialog(self._window, result))

        self._run(_("Recovering readable data"), lambda: salvage(path, target, backups), show_result)

    def _run(self, title: str, task: Task, done: Callable[[Any], object]) -> None:
        self._tasks.run(title, task, done, cancelled_text=_("Cancelled; nothing was changed."))
