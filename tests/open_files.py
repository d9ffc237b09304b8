"""Which files this process has open, as the system says."""

import os
import sys
from pathlib import Path


def open_beside(path: Path) -> list[str]:
    """The names of the file at `path` and of those beside it that begin with its name, as far as they are open here.

    Windows does not say which they are, but lets nobody give an open file another name.
    """
    if sys.platform == "win32":
        return [each.name for each in path.parent.glob(f"{path.name}*") if _is_open(each)]
    names = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(descriptor)  # noqa: PTH115 - what is deleted has a name that is no path
        except OSError:  # the one that lists them
            continue
        if target.startswith(str(path.resolve())):
            names.append(os.path.basename(target))  # noqa: PTH119
    return sorted(names)


def _is_open(path: Path) -> bool:
    other = path.with_name(f"{path.name}.moved")
    try:
        path.rename(other)
    except PermissionError:
        return True
    other.rename(path)
    return False
