"""The oldest SQLite that is supported, that of Debian 12: all commands ask, and most need no sqlite-utils for that."""

import sqlite3
from typing import Final

from annotator.i18n import _
from annotator.store.errors import UnsupportedSQLite

OLDEST: Final = (3, 40, 0)


def require_supported_sqlite() -> None:
    """Raise UnsupportedSQLite if SQLite is older than OLDEST."""
    if sqlite3.sqlite_version_info < OLDEST:
        message = _("This Python has SQLite {version}, but the program needs {oldest} or later: use a newer Python.")
        raise UnsupportedSQLite(message.format(version=sqlite3.sqlite_version, oldest=".".join(map(str, OLDEST))))
