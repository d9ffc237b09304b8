"""sqlite-utils without what no corpus needs.

It imports pandas and numpy if installed (as with spaCy), only for types that no corpus has: that takes 0.7 to 1.7 s in
place of 0.1 to 0.3 s. A quarter of that goes to dateutil, for recipes that read dates.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def _without_modules() -> Iterator[None]:
    """Make pandas and numpy look uninstalled in the block (None in sys.modules), and dateutil empty."""
    dateutil = ModuleType("dateutil")
    vars(dateutil)["parser"] = None
    stand_ins = {"pandas": None, "numpy": None, "dateutil": dateutil}
    replaced = {name: stand_in for name, stand_in in stand_ins.items() if name not in sys.modules}
    sys.modules.update(replaced)  # type: ignore[arg-type]  # the stubs know no None
    try:
        yield
    finally:
        for name in replaced:
            del sys.modules[name]


with _without_modules():
    from sqlite_utils import Database, Migrations
    from sqlite_utils.db import Column

__all__ = ["Column", "Database", "Migrations"]
