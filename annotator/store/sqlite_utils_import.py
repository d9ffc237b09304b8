"""Import of sqlite-utils without pandas and numpy.

It imports both if installed (as with spaCy), only for types that no corpus has, and doubles the start-up time.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

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
    from sqlite_utils.db import Table

__all__ = ["Database", "Migrations", "Table"]
