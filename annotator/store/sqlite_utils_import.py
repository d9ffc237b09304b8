"""sqlite-utils, loaded without what it would bring along for types that no corpus has.

It imports pandas and numpy wherever they are installed (with spaCy, say), which doubles the time of a start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NOT_NEEDED: Final = ("pandas", "numpy")


@contextmanager
def _unseen(names: tuple[str, ...]) -> Iterator[None]:
    """Within, an import of these modules fails as if they were not installed (importlib's rule for None)."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # the stubs know no None
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _unseen(_NOT_NEEDED):
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import Table

__all__ = ["Database", "Migrations", "Table"]
