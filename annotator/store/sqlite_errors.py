"""Translation of SQLite's and the operating system's errors into CorpusError."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

from annotator.i18n import _
from annotator.store import shared_memory
from annotator.store.errors import (
    Conflict,
    CorpusError,
    DamagedCorpus,
    FullDisk,
    LockedCorpus,
    ReadOnlyCorpus,
    Unreachable,
)

_log = logging.getLogger(__name__)
_INVALID_TEXT = "Could not decode to UTF-8"  # start of Python's message about invalid UTF-8
_INVALID_JSON = "malformed JSON"  # SQLite's message about invalid JSON


@contextmanager
def translating_sqlite_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors about `path` into CorpusError."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite's message quotes invalid UTF-8 from the file
        raise DamagedCorpus(_("“{path}” is damaged: it contains invalid text.").format(path=path)) from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        _log.warning("SQLite error for %s: %s", path, code)
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            raise DamagedCorpus(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error) == _INVALID_JSON:
            raise DamagedCorpus(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error).startswith(_INVALID_TEXT):  # continues with the text itself
            raise DamagedCorpus(_("“{path}” is damaged: it contains invalid text.").format(path=path)) from error
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            raise LockedCorpus(_("“{path}” is locked by another program.").format(path=path)) from error
        if code.startswith("SQLITE_FULL"):
            raise FullDisk(_("The disk is full: changes to “{path}” cannot be saved.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and is_disk_full(path):
            raise FullDisk(_("The disk is full: changes to “{path}” cannot be saved.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
            raise Unreachable(
                _("The drive that holds “{path}” cannot be read or written: {error}").format(path=path, error=error)
            ) from error
        if code.startswith("SQLITE_CONSTRAINT"):
            raise Conflict(_("This was changed in another window in the meantime: check it and try again.")) from error
        if code.startswith("SQLITE_READONLY"):
            raise ReadOnlyCorpus(
                _("“{path}” cannot be written to, so changes cannot be saved.").format(path=path)
            ) from error
        raise CorpusError(_("“{path}” cannot be used: {error}").format(path=path, error=error)) from error


@contextmanager
def translating_file_errors(path: Path) -> Iterator[None]:
    """Translate the operating system's errors about `path` into CorpusError."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            _("“{path}” cannot be used: {error}").format(path=path, error=error.strerror or error)
        ) from error


def newer_version_message(path: Path) -> str:
    """Return the message about a newer version's file."""
    return _("“{path}” was made by a newer version of this program: update the program to open it.").format(path=path)


def is_disk_full(path: Path) -> bool:
    """Return whether the disk lacks space for SQLite's smallest side file beside `path`."""
    try:
        return disk_usage(path.absolute().parent).free < shared_memory.SIZE
    except OSError:
        return False
