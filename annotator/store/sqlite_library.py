"""The SQLite that is used: its oldest version, that of Debian 12, and sqlite-utils without pandas and numpy.

sqlite-utils imports both if installed (as with spaCy), only for types that no corpus has: that takes 0.7 to 1.7 s in
place of 0.1 to 0.3 s.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from annotator.i18n import _
from annotator.store.errors import UnsupportedSQLite

OLDEST: Final = (3, 40, 0)
_NOT_NEEDED: Final = ("pandas", "numpy")


@contextmanager
def _hidden_modules(names: tuple[str, ...]) -> Iterator[None]:
    """Make these modules look uninstalled in the block (None in sys.modules)."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # the stubs know no None
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _hidden_modules(_NOT_NEEDED):
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import Column

__all__ = ["Column", "Database", "Migrations"]


def require_supported_sqlite() -> None:
    """Raise UnsupportedSQLite if SQLite is older than OLDEST."""
    if sqlite3.sqlite_version_info < OLDEST:
        message = _("This Python has SQLite {version}, but the program needs {oldest} or later: use a newer Python.")
        raise UnsupportedSQLite(message.format(version=sqlite3.sqlite_version, oldest=".".join(map(str, OLDEST))))
