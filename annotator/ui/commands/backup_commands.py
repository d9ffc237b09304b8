"""Commands for backups and the recovery of damaged corpora."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.ui.commands.corpus_commands import SUFFIX, CorpusCommands
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import Task
from annotator.ui.widgets.bidi_text import isolate_ltr, isolate_paths
from annotator.ui.widgets.message_box import MessageBox

_RETRY_DELAY: Final = 300  # milliseconds


class BackupCommands(QObject):
    """The commands."""

    def __init__(self, window: QWidget, session: Session, commands: CorpusCommands) -> None:
        super().__init__(window)
        self._window, self._session, self._commands = window, session, commands
        self._is_asking = False
        commands.damaged.connect(self.offer_recovery)

    def show_backups(self) -> None:
        if self._session.corpus and self._commands.confirm_leave():
            self._open_backups_dialog(self._session.corpus.path, damaged=False)

    def offer_recovery(self, name: str, reason: str) -> None:
        """Ask how to recover the corpus at the path `name`; `reason` is the damage."""
        from annotator.store.backups import list_backups

        if self._is_asking:  # the session and the maintenance may both find the damage
            return
        if self._commands.tasks.is_busy:
            QTimer.singleShot(_RETRY_DELAY, self, lambda: self.offer_recovery(name, reason))
            return
        path = Path(name)
        try:
            backups = list_backups(path)
        except CorpusError:  # the damage itself is already being reported
            backups = []
        box = MessageBox(QMessageBox.Icon.Warning, self._window)
        box.setText(isolate_paths(_("The corpus “{path}” is damaged.").format(path=path)))
        box.setDetailedText(reason)
        box.setInformativeText(
            _(
                "You can recover everything that is still readable into a new corpus, with a list of what was "
                "lost, or restore a backup. The damaged file itself will not be changed."
            )
        )
        role = QMessageBox.ButtonRole
        restore = box.addButton(_("Show backups…"), role.ActionRole) if backups else None
        salvage = box.addButton(_("Recover readable data"), role.ActionRole)
        leave = box.addButton(_("Do nothing"), role.RejectRole)
        default = restore or salvage
        default.setObjectName("primary")  # wide enough for bold letters, which Qt ignores in a default button
        box.setDefaultButton(default)
        box.setEscapeButton(leave)
        self._is_asking = True
        box.exec()
        self._is_asking = False
        clicked = box.clickedButton() or leave
        box.deleteLater()
        if clicked not in (restore, salvage) or not self._close_if_open(path):
            return
        if clicked is salvage:
            self._salvage(path, [backup.path for backup in backups])
        else:
            self._open_backups_dialog(path, damaged=True)

    def _close_if_open(self, path: Path) -> bool:
        """Close the corpus if at `path`, as no damaged file may stay open; return False if the user refuses."""
        corpus = self._session.corpus
        if corpus and corpus.path.absolute() == path.absolute():
            if not self._commands.confirm_leave():
                return False
            self._session.close()
        return True

    def _open_backups_dialog(self, path: Path, *, damaged: bool) -> None:
        from annotator.store import backups
        from annotator.ui.dialogs.backups import CREATE, OPEN, BackupsDialog

        try:
            existing = backups.list_backups(path)
        except CorpusError as error:
            self._commands.warn(str(error))
            return
        dialog = BackupsDialog(self._window, self._commands.tasks, path.stem, existing, damaged=damaged)
        dialog.exec()
        action, backup = dialog.action, dialog.backup
        dialog.deleteLater()
        if action == CREATE:
            notify = self._session.notified.emit
            title, message = _("Creating a backup"), _("Backup created.")
            self._run(title, lambda: backups.create_backup(path), lambda _backup: notify(message))
        elif action == OPEN and backup:
            self._open_copy(path, backup.path, backup.time)
        elif action and backup and self._confirm_restore(path):
            self._restore(path, backup.path, damaged=damaged)

    def _confirm_restore(self, path: Path) -> bool:
        box = MessageBox(QMessageBox.Icon.Question, self._window)
        text = _("Restore “{path}” from this backup? The current state will be saved as another backup first.")
        box.setText(text.format(path=isolate_ltr(path)))
        restore = box.addButton(_("Restore"), QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        box.deleteLater()
        return box.clickedButton() is restore

    def _open_copy(self, path: Path, backup: Path, time: datetime) -> None:
        from annotator.store.copying import copy_corpus

        target = _find_free_path(path.with_name(f"{path.stem} {time:%Y-%m-%d %H-%M}{SUFFIX}"))

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

        target = _find_free_path(path.with_name(_("{name} recovered").format(name=path.stem) + SUFFIX))

        def show_result(result: Any) -> None:
            self._commands.open_path(target)
            dialog = RecoveryResultDialog(self._window, result)
            dialog.exec()
            dialog.deleteLater()

        self._run(_("Recovering readable data"), lambda: salvage(path, target, backups), show_result)

    def _run(self, title: str, task: Task, done: Callable[[Any], object]) -> None:
        self._commands.tasks.run(title, task, done, cancelled_text=_("Cancelled; nothing was changed."))


def _find_free_path(path: Path) -> Path:
    """Return the path, or the first free one with a number appended."""
    free_path, number = path, 2
    while free_path.exists():
        free_path, number = path.with_name(f"{path.stem} {number}{path.suffix}"), number + 1
    return free_path
