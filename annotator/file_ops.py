"""Creating files, and replacing, renaming and deleting those that other programs may have open.

Windows refuses to rename or delete an open file. A virus scanner, search index or backup opens it for milliseconds,
other programs for longer, so these functions retry, then raise a PermissionError whose `strerror` advises the person.
Elsewhere they behave like `pathlib`.
"""

import errno
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from annotator.i18n import N_, _

_log = logging.getLogger(__name__)
_PATIENCE: Final = 2.0  # seconds
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.2

# https://learn.microsoft.com/windows/win32/debug/system-error-codes
_ACCESS_DENIED: Final = 5  # also for a folder with an open file
_SHARING_VIOLATION: Final = 32
_LOCK_VIOLATION: Final = 33
_DIRECTORY_NOT_EMPTY: Final = 145  # also for a folder with a deleted file still open
_TEMPORARY: Final = frozenset([_ACCESS_DENIED, _SHARING_VIOLATION, _LOCK_VIOLATION, _DIRECTORY_NOT_EMPTY])

_HELD: Final = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)  # of a lock

_REASONS: Final = {
    N_("it is not there: was it moved or deleted?"): (errno.ENOENT,),
    N_("access is denied: check who may use the file and its folder"): (
        errno.EACCES,
        errno.EPERM,
    ),
    N_("it is write-protected: choose another folder"): (errno.EROFS,),
    N_("the disk is full: free some space, then try again"): (
        errno.ENOSPC,
        errno.EDQUOT,
    ),
    N_("the drive does not respond: check that it is connected"): (errno.EIO,),
    N_("it is a folder: choose a file"): (errno.EISDIR,),
    N_("its folder is a file: choose another folder"): (errno.ENOTDIR,),
    N_("another program is using it: close it there, then try again"): (errno.EBUSY,),
    N_("its name is too long: choose a shorter one"): (errno.ENAMETOOLONG,),
    N_("it is too large for this drive: choose another one"): (
        errno.EFBIG,
        errno.EOVERFLOW,
    ),
    N_("something of this name is there already: choose another name"): (
        errno.EEXIST,
        errno.ENOTEMPTY,
    ),
    N_("the computer has run out of memory or open files: close other programs, then try again"): (
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
    ),
    N_("its drive is gone: check that it is connected"): (
        errno.ENXIO,
        errno.ENODEV,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
    ),
    N_("its name cannot be used here: choose another one"): (errno.EILSEQ,),
    N_("it is a link that leads nowhere: choose the file itself"): (errno.ELOOP,),
}
"""Why a file operation failed and what helps, and the numbers of the errors that mean it."""


def explain_os_error(error: OSError) -> str:
    """Return why a file operation failed, and what helps, in the language of the interface.

    An error that this module raises explains itself; of an unknown one, the system's words follow ours.
    """
    number, text = error.errno, error.strerror or str(error)
    if number is None or not (getattr(error, "winerror", None) or text == os.strerror(number)):
        return text
    for reason, numbers in _REASONS.items():
        if number in numbers:
            return _(reason)
    return _("the operating system reports an error ({error})").format(error=text)


def replace_file(source: Path, target: Path, *, patience: float = _PATIENCE) -> None:
    """Rename `source`, a file or folder, to `target`, replacing a file there. Raises OSError."""
    _retry(lambda: source.replace(target), target, patience)


def rename_file(source: Path, target: Path, *, patience: float = _PATIENCE) -> None:
    """Rename `source` to `target`, which should not exist yet. Raises OSError."""
    _retry(lambda: source.rename(target), source, patience)


def delete_file(path: Path, *, patience: float = _PATIENCE) -> None:
    """Delete the file if it exists. Raises OSError."""
    _retry(lambda: path.unlink(missing_ok=True), path, patience)


def discard_file(path: Path) -> None:
    """Delete an unneeded file, if it exists; only log a failure."""
    try:
        delete_file(path)
    except OSError as error:
        _log.warning("cannot delete an unneeded file: %s", path, exc_info=error)


def discard_folder(path: Path) -> None:
    """Delete an unneeded folder, if it exists; only log a failure."""
    try:
        if path.exists():
            _retry(lambda: shutil.rmtree(path), path, _PATIENCE)
    except OSError as error:
        _log.warning("cannot delete an unneeded folder: %s", path, exc_info=error)


@contextmanager
def lock_file(path: Path, *, patience: float = _PATIENCE) -> Iterator[bool]:
    """Lock the file at `path`, creating it if necessary; yield whether that succeeded.

    It fails if another process holds the lock for `patience` seconds, and at once if the file system has no locks. The
    file stays. Raises OSError if it cannot be created.
    """
    with path.open("ab") as file:
        deadline = time.monotonic() + patience
        while (is_locked := _lock(file.fileno())) is False and time.monotonic() < deadline:
            time.sleep(_FIRST_PAUSE)
        if not is_locked:
            _log.warning("continuing without a lock on %s", path)
        yield bool(is_locked)  # closing the file ends the lock


def _lock(descriptor: int) -> bool | None:
    """Try to lock a file; return whether nobody else has the lock, None if the file system has no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # On Windows each drive has locks, and who holds one is told in several ways.
        return False if sys.platform == "win32" or error.errno in _HELD else None
    return True


def _retry(action: Callable[[], object], path: Path, patience: float) -> None:
    deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
    while True:
        try:
            action()
            return
        except OSError as error:
            code = getattr(error, "winerror", None)
            if code not in _TEMPORARY:
                raise
            if time.monotonic() + pause > deadline:
                raise PermissionError(error.errno, _explanation(code), str(path)) from error
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _explanation(code: int) -> str:
    if code == _ACCESS_DENIED:
        return _("access is denied; if it is open in another program, close it there and try again")
    return _("it is open in another program; close it there and try again")


@contextmanager
def synced_file(path: Path) -> Iterator[BinaryIO]:
    """Create a file, synced to disk once the block succeeds. Raises OSError."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
