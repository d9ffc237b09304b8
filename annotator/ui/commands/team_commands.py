"""Commands on the team that a corpus belongs to."""

from PySide6.QtCore import QObject

from annotator.i18n import _
from annotator.ui.session.window_context import WindowContext


class TeamCommands(QObject):
    """The commands."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._session = context.session

    def sync_now(self) -> None:
        """Have the corpus synced at once."""
        if self._session.sync:
            self._session.sync_requested.emit()
        else:
            self._session.notified.emit(_("This corpus belongs to no team."))
