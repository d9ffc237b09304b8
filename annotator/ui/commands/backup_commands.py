"""Backups in the window, and what can be done about a damaged corpus."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.ui.commands.corpus_commands import SUFFIX, CorpusCommands
from annotator.ui.session.background import Cancelled, Job
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import left_to_right, with_paths
from annotator.ui.widgets.message_box import MessageBox

_AGAIN: Final = 300  # milliseconds


class BackupCommands(QObject):
    """Each public method without an argument is an action of the table in `actions`."""

    def __init__(self, window: QWidget, session: Session, commands: CorpusCommands) -> None:
        super().__init__(window)
        self._window, self._session, self._commands = window, session, commands
        self._asking = False
        commands.damaged.connect(self.rescue)

    def show_backups(self) -> None:
        if self._session.corpus and self._commands.may_leave():
            self._choose(self._session.corpus.path, damaged=False)

    def rescue(self, name: str, reason: str) -> None:
        """Ask what is to be done about a damaged corpus, by its path; `reason` is what is wrong with it."""
        from annotator.store.backups import backups

        if self._asking:  # what reads the file and what looks through it may both find it damaged
            return
        if self._commands.background.busy:
            QTimer.singleShot(_AGAIN, self, lambda: self.rescue(name, reason))
            return
        path = Path(name)
        try:
            found = backups(path)
        except CorpusError:  # of two troubles, the first
            found = []
        asked = MessageBox(QMessageBox.Icon.Warning, self._window)
        asked.setText(with_paths(_("The corpus “{path}” is damaged.").format(path=path)))
        asked.setDetailedText(reason)
        asked.setInformativeText(
            _(
                "What can still be read can be brought back into a new corpus; what cannot is listed then. Or a backup "
                "can take the place of the file. The damaged file itself is not changed."
            )
        )
        role = QMessageBox.ButtonRole
        restore = asked.addButton(_("Look at the backups…"), role.ActionRole) if found else None
        salvage = asked.addButton(_("Bring back what can be read"), role.ActionRole)
        leave = asked.addButton(_("Leave it"), role.RejectRole)
        usual = restore or salvage
        usual.setObjectName("primary")  # wide enough for bold letters, which Qt does not see of a default button
        asked.setDefaultButton(usual)
        asked.setEscapeButton(leave)
        self._asking = True
        asked.exec()
        self._asking = False
        chosen = asked.clickedButton() or leave
        asked.deleteLater()
        if chosen not in (restore, salvage) or not self._let_go(path):
            return
        if chosen is salvage:
            self._salvage(path, [backup.path for backup in found])
        else:
            self._choose(path, damaged=True)

    def _let_go(self, path: Path) -> bool:
        """Close the corpus if it is this one: nothing of this process may have a damaged file open."""
        corpus = self._session.corpus
        if corpus and corpus.path.absolute() == path.absolute():
            if not self._commands.may_leave():
                return False
            self._session.close()
        return True

    def _choose(self, path: Path, *, damaged: bool) -> None:
        from annotator.store import backups
        from annotator.ui.dialogs.backups import MAKE, OPEN, BackupsDialog

        try:
            found = backups.backups(path)
        except CorpusError as error:
            self._commands.warn(str(error))
            return
        dialog = BackupsDialog(self._window, self._commands.background, path.stem, found, damaged=damaged)
        dialog.exec()
        asked, chosen = dialog.asked, dialog.chosen
        dialog.deleteLater()
        if asked == MAKE:
            self._run(_("Making a backup"), lambda: backups.keep(path), self._made)
        elif asked == OPEN and chosen:
            self._open_copy(path, chosen.path, chosen.time)
        elif asked and chosen and self._sure(path):
            self._restore(path, chosen.path, damaged=damaged)

    def _sure(self, path: Path) -> bool:
        asked = MessageBox(QMessageBox.Icon.Question, self._window)
        said = _("Is “{path}” to become what the backup holds? What was done since is then only in a backup of now.")
        asked.setText(said.format(path=left_to_right(path)))
        go = asked.addButton(_("Put it in its place"), QMessageBox.ButtonRole.AcceptRole)
        cancel = asked.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        asked.setDefaultButton(cancel)
        asked.setEscapeButton(cancel)
        asked.exec()
        asked.deleteLater()
        return asked.clickedButton() is go

    def _open_copy(self, path: Path, backup: Path, time: datetime) -> None:
        from annotator.store.copying import copy

        target = _free(path.with_name(f"{path.stem} {time:%Y-%m-%d %H-%M}{SUFFIX}"))

        def copied(_size: int) -> None:
            self._commands.open_path(target)

        self._run(_("Copying"), lambda: copy(backup, target), copied)

    def _restore(self, path: Path, backup: Path, *, damaged: bool) -> None:
        from annotator.store import restoring

        def job() -> Any:
            return restoring.replace(path, backup) if damaged else restoring.restore(path, backup)

        def restored(_kept: object) -> None:
            if self._commands.open_path(path):
                self._session.told.emit(_("The corpus is what the backup holds."))

        self._run(_("Restoring"), job, restored)

    def _salvage(self, path: Path, others: list[Path]) -> None:
        from annotator.store.recovery.salvage import salvage
        from annotator.ui.dialogs.recovery_result import BroughtBackDialog

        target = _free(path.with_name(_("{name} brought back").format(name=path.stem) + SUFFIX))

        def done(found: Any) -> None:
            self._commands.open_path(target)
            dialog = BroughtBackDialog(self._window, found)
            dialog.exec()
            dialog.deleteLater()

        self._run(_("Bringing back what can be read"), lambda: salvage(path, target, others), done)

    def _made(self, _backup: object) -> None:
        self._session.told.emit(_("A backup was made."))

    def _run(self, title: str, job: Job, done: Callable[[Any], None]) -> None:
        self._commands.background.run(title, job, done, self._failed)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CorpusError):
            self._commands.warn(str(error))
        elif isinstance(error, Cancelled):
            self._session.told.emit(_("It was stopped; nothing was changed."))
        else:
            raise error


def _free(path: Path) -> Path:
    """The path, or the next one like it where no file is yet."""
    found, number = path, 2
    while found.exists():
        found, number = path.with_name(f"{path.stem} {number}{path.suffix}"), number + 1
    return found
