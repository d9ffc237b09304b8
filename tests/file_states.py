"""What the system knows of files: which are in a folder, open, locked, or brought to the disk."""

import os
import sys
from pathlib import Path

import pytest

_STANDING = (str((1 << 30) + 2), "128")
"""Where these locks begin: https://www.sqlite.org/src/file/src/os.h and os_unix.c."""


def list_names(folder: Path) -> list[str]:
    """Return the sorted names of what is in the folder."""
    return sorted(path.name for path in folder.iterdir())


def open_beside(path: Path) -> list[str]:
    """Return the names of the file at `path` and of those beside it that begin with its name, if they are open here.

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


def standing_locks(path: Path, process: int) -> set[str]:
    """Return the locks that a process has for as long as it has the corpus at `path` open: on the file and on the -shm.

    Linux alone says so. Those of a moment, while it reads or writes, are left out.
    """
    inodes = {str(each.stat().st_ino) for each in (path, path.with_name(f"{path.name}-shm")) if each.exists()}
    fields = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return {
        " ".join(line[1:])
        for line in fields
        if line[-4] == str(process) and line[-3].split(":")[-1] in inodes and line[-2] in _STANDING
    }


def sizes_at_fsync(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Return the size of each file and folder at its last fsync, by its inode and in that order, in bytes."""
    sizes: dict[int, int] = {}
    flush = os.fsync

    def fsync(handle: int) -> None:
        flush(handle)
        status = os.fstat(handle)
        sizes.pop(status.st_ino, None)
        sizes[status.st_ino] = status.st_size

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes
