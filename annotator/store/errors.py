"""Errors of a corpus file, with messages in the user's language, and how SQLite's and the system's become these."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage
from typing import Final

from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.store import shared_memory

_log = logging.getLogger(__name__)
_INVALID_TEXT: Final = "Could not decode to UTF-8"  # start of Python's message about invalid UTF-8
_INVALID_JSON: Final = "malformed JSON"  # SQLite's message about invalid JSON
_MISUSE: Final = re.compile("closed database|created in a thread")  # Python's messages about a connection


class CorpusError(Exception):
    """The corpus cannot be used, or not this way; nothing was changed. The text is one sentence."""


class NotACorpus(CorpusError):
    """The file is not a corpus."""


class DamagedCorpus(CorpusError):
    """The corpus cannot be read completely."""


class NewerCorpus(CorpusError):
    """A newer program version made the file."""


class WriteError(CorpusError):
    """A write failed for a reason outside the data; a retry may succeed."""


class ReadOnlyCorpus(WriteError):
    """The file or its folder is write-protected."""


class MissingCorpus(WriteError):
    """The file or its folder is missing."""


class LostWal(WriteError):
    """The file's -wal or -shm is not the connection's own."""


class LockedCorpus(WriteError):
    """Another program is writing to the file."""


class FullDisk(WriteError):
    """The disk has no space left."""


class Unreachable(WriteError):
    """The file's storage medium fails."""


class ExistingCorpus(CorpusError):
    """A file exists at a new corpus's path."""


class NoSuchArticle(CorpusError):
    """The corpus has no such article."""


class Conflict(CorpusError):
    """Another connection changed the record since it was read."""


class UnsupportedSQLite(CorpusError):
    """SQLite is too old for any corpus."""


@contextmanager
def translating_sqlite_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors about `path` into CorpusError."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        raise _translate(path, error) from error


def _translate(path: Path, error: sqlite3.DatabaseError | UnicodeDecodeError) -> CorpusError:
    # Both messages about invalid text go on with the text itself.
    if isinstance(error, UnicodeDecodeError) or str(error).startswith(_INVALID_TEXT):
        return DamagedCorpus(_("“{path}” is damaged: it contains invalid text.").format(path=path))
    if isinstance(error, sqlite3.ProgrammingError) and _MISUSE.search(str(error)):
        return CorpusError(_("“{path}” was closed, or belongs to another thread.").format(path=path))
    code = getattr(error, "sqlite_errorname", "") or ""
    _log.warning("SQLite error for %s: %s", path, code)
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or str(error) == _INVALID_JSON:
        return DamagedCorpus(_("“{path}” is damaged: a part of it cannot be read.").format(path=path))
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        message = _("“{path}” is locked by another program: close it there, then try again.")
        return LockedCorpus(message.format(path=path))
    is_failing = code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN"))
    if code.startswith("SQLITE_FULL") or (is_failing and is_disk_full(path)):
        message = _("The disk is full: make room on it, as changes to “{path}” cannot be saved.")
        return FullDisk(message.format(path=path))
    if is_failing:
        message = _("“{path}” cannot be read or written: check that its drive is connected and that you may use it.")
        return Unreachable(message.format(path=path))
    if code.startswith("SQLITE_CONSTRAINT"):
        return Conflict(
            _("This was changed in another window or on another computer in the meantime: check it and try again.")
        )
    if code.startswith("SQLITE_READONLY"):
        return ReadOnlyCorpus(readonly_message(path))
    message = _("“{path}” cannot be used. If this happens again, restore a backup ({code}).")
    return CorpusError(message.format(path=path, code=code or "SQLite"))


@contextmanager
def translating_file_errors(path: Path) -> Iterator[None]:
    """Translate the operating system's errors about `path` into CorpusError."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            _("“{path}” cannot be used: {error}").format(path=path, error=explain_os_error(error))
        ) from error


def newer_version_message(path: Path) -> str:
    """Return the message about a newer version's file."""
    return _("“{path}” was made by a newer version of this program: update the program to open it.").format(path=path)


def readonly_message(path: Path) -> str:
    """Return the message about a file in which nothing can be saved."""
    message = _(
        "“{path}” cannot be written to, so changes cannot be saved: copy it to a folder of yours and open that."
    )
    return message.format(path=path)


def is_disk_full(path: Path) -> bool:
    """Return whether the disk lacks space for SQLite's smallest side file beside `path`."""
    try:
        return disk_usage(path.absolute().parent).free < shared_memory.SIZE
    except OSError:
        return False
