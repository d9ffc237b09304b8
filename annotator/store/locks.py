"""Detection of files that other processes have open, by SQLite's locks on them.

A log belongs to a file by name alone. If a sync client or file manager replaces a file in use, the next process to open
it would read it through the old log, write that into it and delete it
(https://sqlite.org/howtocorrupt.html#_mispairing). In WAL mode a process locks the file and its `-shm`: a lock on the
`-shm` alone means a log of another file, or a process that lost its locks. Windows forbids the replacement.
"""

import os
import struct
import sys
from pathlib import Path
from typing import Final

_SHARED_BYTES: Final = ((1 << 30) + 2, 510)  # of the file: https://www.sqlite.org/src/file/src/os.h
_DMS_BYTE: Final = (128, 1)  # of the -shm: https://www.sqlite.org/src/file/src/os_unix.c


def is_foreign_wal(path: Path) -> bool:
    """Return whether other processes use the log beside `path`, but not for the file at `path`.

    This process must hold no lock on either file, as closing them drops its locks; a connection that has read nothing
    holds none.
    """
    return is_wal_in_use(path) and not _is_locked(path, *_SHARED_BYTES)


def is_wal_in_use(path: Path) -> bool:
    """Return whether another process uses the log beside `path`. This process must hold no lock there."""
    return _is_locked(path.with_name(f"{path.name}-shm"), *_DMS_BYTE)


def _is_locked(path: Path, start: int, count: int) -> bool:
    """Return whether another process locks any of these bytes; False if the system cannot tell."""
    if sys.platform == "win32":
        return False
    import fcntl

    # struct flock, whose field order depends on the system; `@` pads like C.
    order = "@qqihh" if sys.platform == "darwin" else "@hhqqi"
    lock_range, lock_type = (start, count, 0), (fcntl.F_WRLCK, os.SEEK_SET)
    request = (
        struct.pack(order, *lock_range, *lock_type)
        if sys.platform == "darwin"
        else struct.pack(order, *lock_type, *lock_range)
    )
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        reply = struct.unpack(order, fcntl.fcntl(descriptor, fcntl.F_GETLK, request))
    except OSError:
        return False
    finally:
        os.close(descriptor)
    current_type = reply[3] if sys.platform == "darwin" else reply[0]
    return bool(current_type != fcntl.F_UNLCK)
