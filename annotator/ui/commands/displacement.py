"""Says what became of a corpus file that others renamed, deleted or replaced while it was open."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.i18n import _
from annotator.store.recovery.rescue import Change, Displacement
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import left_to_right
from annotator.ui.widgets.message_box import MessageBox


class DisplacementTeller(QObject):
    """Tells of each displacement of the session's corpus. The window goes on meanwhile, with everything in it."""

    def __init__(self, window: QWidget, session: Session, commands: CorpusCommands) -> None:
        super().__init__(window)
        self._window, self._session, self._commands = window, session, commands
        session.displaced.connect(self._tell)

    def _tell(self, displacement: Displacement) -> None:
        self._commands.corpus_opened.emit(str(displacement.current.absolute()))
        if displacement.change is Change.RENAMED:
            text = _("The corpus was renamed, and is called “{name}” now.").format(
                name=left_to_right(displacement.current.name)
            )
            self._session.told.emit(text)
        elif displacement.change is Change.UPDATED:
            text = _("Another program put a newer version of the corpus in its place. It holds all your work.")
            self._session.told.emit(text)
        else:
            self._ask(displacement)

    def _ask(self, displacement: Displacement) -> None:
        """Ask where to go on; nothing waits for the answer."""
        name, beside = left_to_right(displacement.path.name), displacement.path.absolute().parent
        current = displacement.current
        place = left_to_right(current.name if current.parent == beside else str(current))
        is_replaced = displacement.change is Change.REPLACED
        box = MessageBox(QMessageBox.Icon.Warning, self._window)
        if is_replaced:
            text = _("Another program has put another file in the place of “{name}” while it was open.")
        else:
            text = _("“{name}” was moved or deleted while it was open.")
        box.setText(text.format(name=name))
        reason = _("Everything that you have done is in “{current}”, and you go on there.").format(current=place)
        if is_replaced:
            reason += "\n" + _("“{name}” has not all of your work, and was not touched.").format(name=name)
        box.setInformativeText(reason)
        stay = box.addButton(_("Go on"), QMessageBox.ButtonRole.AcceptRole)
        if is_replaced:
            other = box.addButton(_("Open the other file"), QMessageBox.ButtonRole.DestructiveRole)
            other.clicked.connect(lambda: self._commands.open_path(displacement.path))
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(box.deleteLater)
        box.open()
