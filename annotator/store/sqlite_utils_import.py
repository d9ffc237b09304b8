"""Import of sqlite-utils without pandas and numpy.

It imports both if they are installed (for example with spaCy), only to support types that no corpus has. That would
double the start-up time.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NOT_NEEDED: Final = ("pandas", "numpy")


@contextmanager
def _hidden_modules(names: tuple[str, ...]) -> Iterator[None]:
    """Make imports of these modules in the block fail as if they were not installed (None in sys.modules)."""
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
