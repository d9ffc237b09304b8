"""Which files other processes have open, by the locks that SQLite holds on them.

A log belongs to a file by its name alone. Where a sync client or a file manager has put another file at the place of
one that is in use, the next process to open it would read it through the log of the old one, write that log into it
and delete the log (https://sqlite.org/howtocorrupt.html#_mispairing). Whoever works in WAL mode holds a lock on the
file and one on its `-shm`: where there is one on the `-shm` only, the log serves another file, or a process whose
locks were taken away. Windows lets nobody replace a file that is open.
"""

import os
import struct
import sys
from pathlib import Path
from typing import Final

_SHARED: Final = ((1 << 30) + 2, 510)  # the bytes of the file: https://www.sqlite.org/src/file/src/os.h
_MEMORY: Final = (128, 1)  # that of the -shm, "DMS": https://www.sqlite.org/src/file/src/os_unix.c


def is_log_of_another(path: Path) -> bool:
    """Return whether other processes use the log beside `path`, and none of them for the file that lies there now.

    This process must hold no lock on either: both are opened and closed here, which takes its locks away. A connection
    that has read nothing yet holds none.
    """
    return is_log_in_use(path) and not _is_locked(path, *_SHARED)


def is_log_in_use(path: Path) -> bool:
    """Return whether another process uses the log beside `path`. This process must hold no lock there."""
    return _is_locked(path.with_name(f"{path.name}-shm"), *_MEMORY)


def _is_locked(path: Path, start: int, count: int) -> bool:
    """Return whether another process holds a lock on any of these bytes. Where the system does not say, none does."""
    if sys.platform == "win32":
        return False
    import fcntl

    # struct flock, whose order is that of the system; `@` pads as C does.
    order = "@qqihh" if sys.platform == "darwin" else "@hhqqi"
    place, kind = (start, count, 0), (fcntl.F_WRLCK, os.SEEK_SET)
    question = struct.pack(order, *place, *kind) if sys.platform == "darwin" else struct.pack(order, *kind, *place)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        answer = struct.unpack(order, fcntl.fcntl(descriptor, fcntl.F_GETLK, question))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    found = answer[3] if sys.platform == "darwin" else answer[0]
    return bool(found != fcntl.F_UNLCK)
