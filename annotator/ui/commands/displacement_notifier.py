"""Notification when others rename, delete or replace the open corpus file."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.i18n import _
from annotator.store.recovery.rescue import Displacement, FileChange
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate_ltr
from annotator.ui.widgets.modal import ROLE, MessageBox


class DisplacementNotifier(QObject):
    """Reports displacements of the corpus without blocking the window."""

    def __init__(self, window: QWidget, session: Session, commands: CorpusCommands) -> None:
        super().__init__(window)
        self._window, self._session, self._commands = window, session, commands
        session.displaced.connect(self._report)

    def _report(self, displacement: Displacement) -> None:
        self._commands.recent.remember(displacement.current)
        if displacement.change is FileChange.RENAMED:
            self._commands.recent.forget(displacement.path.absolute())
            text = _("The corpus was renamed to “{name}”.").format(name=isolate_ltr(displacement.current.name))
            self._session.notified.emit(text)
        elif displacement.change is FileChange.UPDATED:
            text = _("Another program replaced the corpus with a newer version. It contains all your work.")
            self._session.notified.emit(text)
        else:
            self._ask(displacement)

    def _ask(self, displacement: Displacement) -> None:
        """Report the copy now in use, and offer the other file, if any."""
        name, folder = isolate_ltr(displacement.path.name), displacement.path.absolute().parent
        current = displacement.current
        current_name = isolate_ltr(current.name if current.parent == folder else str(current))
        is_replaced = displacement.change is FileChange.REPLACED
        if is_replaced:
            text = _("Another program replaced “{name}” with a different file while it was open.")
        else:
            text = _("“{name}” was moved or deleted while it was open.")
        reason = _("All your work is in “{current}”, which is now open.").format(current=current_name)
        if is_replaced:
            reason += "\n" + _("“{name}” does not contain all of your work and was not changed.").format(name=name)
        open_other, stay = _("Open the other file"), _("Continue")
        buttons = {open_other: ROLE.DestructiveRole} if is_replaced else {}
        buttons[stay] = ROLE.AcceptRole
        box = MessageBox(QMessageBox.Icon.Warning, self._window, text.format(name=name), buttons, information=reason)
        box.finished.connect(lambda: box.answer == open_other and self._commands.open_path(displacement.path))
        box.finished.connect(box.deleteLater)
        box.open()  # not run_dialog: its event loop would run inside the session's look at the file
