"""The database files that this process has open, by whatever name: only SQLite may open them.

When a process closes a file, POSIX drops all its locks on it (https://sqlite.org/howtocorrupt.html#posix_close_bug).
So whatever a person names, or is found in a folder, is asked about here before it is opened.
"""

import errno
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from annotator.i18n import _

FileIdentity: TypeAlias = tuple[int, int]
"""A file's device and inode, which tell it from others at its path."""

_lock: Final = threading.Lock()
_files: Final[WeakKeyDictionary[object, tuple[Path, tuple[Path, ...]]]] = WeakKeyDictionary()


def register(connection: object, path: Path, side_files: Sequence[Path]) -> None:
    """Remember that a connection is about to open a database, and that SQLite may open these side files of it."""
    with _lock:
        _files[connection] = (path, tuple(side_files))


def unregister(connection: object) -> None:
    """Forget a connection that is closed."""
    with _lock:
        _files.pop(connection, None)


def file_identity(path: Path) -> FileIdentity | None:
    """Return the file's identity, or None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def list_open_identities() -> set[FileIdentity]:
    """Return the identities of the databases that this process has open, and of their side files."""
    with _lock:
        paths = {path for database, side_files in _files.values() for path in (database, *side_files)}
    return _identify(paths)


def is_open_here(path: Path) -> bool:
    """Return whether this process has the file open as a database, or as a side file of one."""
    return bool(_files) and file_identity(path) in list_open_identities()


def is_open_as_other(path: Path, database: Path) -> bool:
    """Return whether `is_open_here` is true of the file for another database than this one, links resolved."""
    with _lock:
        paths = {path for other, side_files in _files.values() if other != database for path in (other, *side_files)}
    return file_identity(path) in _identify(paths)


def is_side_file_here(path: Path) -> bool:
    """Return whether the file is a side file of a database that this process has open: not even SQLite may open it."""
    with _lock:
        paths = {path for _database, side_files in _files.values() for path in side_files}
    return file_identity(path) in _identify(paths)


def _identify(paths: Iterable[Path]) -> set[FileIdentity]:
    """Return the identities of the files that are there.

    An inode of 0 is that of any file: Windows gives it for one that is locked.
    """
    return {identity for identity in map(file_identity, paths) if identity is not None and identity[1] != 0}


def refuse_open_here(path: Path) -> None:
    """Raise OSError for a file that this process has open as a database, or as a side file of one."""
    if is_open_here(path):
        raise _open_error(path)


def refuse_open_below(folder: Path) -> None:
    """Raise OSError for another name of such a file in a folder, at any depth: a library may read all that is there.

    A database may be there by its own name, which is none that a library looks for.
    """
    with _lock:
        names = {path for database, side_files in _files.values() for path in (database, *side_files)}
    open_files, entered = _identify(names), {file_identity(folder)}
    for parent, folders, files in os.walk(folder, followlinks=True) if open_files else ():
        for path in (Path(parent, name) for name in tuple(folders)):
            identity = file_identity(path)
            if identity in entered:  # by a link that leads back
                folders.remove(path.name)
            entered.add(identity)
        resolved = Path(parent).resolve()
        for name in files:
            if resolved / name not in names and file_identity(Path(parent, name)) in open_files:
                raise _open_error(Path(parent, name))


def _open_error(path: Path) -> OSError:
    message = _("“{name}” is a corpus that is open, or a part of one: close it, or choose another file")
    return OSError(errno.EBUSY, message.format(name=path.name), str(path))
