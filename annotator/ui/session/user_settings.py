"""The settings of a window, saved whenever they change."""

from typing import Any

import msgspec
from PySide6.QtCore import QObject, Signal

from annotator import settings
from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.settings import Settings


class UserSettings(QObject):
    """The settings, as this window has them: another may have changed others meanwhile."""

    changed = Signal(object)
    """Settings changed; carries their names."""
    failed = Signal(str)
    """They could not be saved, for this reason, and will be with the next change."""

    def __init__(self, initial: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current = self._saved = initial
        self._unsaved: dict[str, Any] = {}

    def save(self, **changes: Any) -> None:
        """Change and save these settings only."""
        self.current = msgspec.structs.replace(self.current, **changes)
        self._unsaved |= changes
        try:
            settings.change(self._saved, **self._unsaved)
            self._saved, self._unsaved = self.current, {}
        except OSError as error:
            self.failed.emit(_("The settings could not be saved: {error}").format(error=explain_os_error(error)))
        self.changed.emit(frozenset(changes))
