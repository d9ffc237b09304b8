"""Translate the errors of SQLite and of the system into sentences for a person."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

from annotator.i18n import _
from annotator.store import shared_memory
from annotator.store.errors import Conflict, CorpusError, Damaged, FullDisk, Locked, ReadOnlyCorpus, Unreachable

_log = logging.getLogger(__name__)
_NO_TEXT = "Could not decode to UTF-8"  # how Python begins what it says of bytes that are no text
_NO_JSON = "malformed JSON"  # what SQLite's JSON functions say of a text that is none


@contextmanager
def translating_sqlite_errors(path: Path) -> Iterator[None]:
    """Turns what SQLite says about `path` into a CorpusError for a person."""
    try:
        yield
    except UnicodeDecodeError as error:  # what SQLite wanted to say of the file has bytes of it that are no text
        raise Damaged(_("“{path}” is damaged: a text in it is none.").format(path=path)) from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        _log.warning("SQLite fails %s: %s", path, code)
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error) == _NO_JSON:
            raise Damaged(_("“{path}” is damaged: {error}").format(path=path, error=error)) from error
        if str(error).startswith(_NO_TEXT):  # and goes on with the text itself
            raise Damaged(_("“{path}” is damaged: a text in it is none.").format(path=path)) from error
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            raise Locked(_("Another program keeps “{path}” locked.").format(path=path)) from error
        if code.startswith("SQLITE_FULL"):
            raise FullDisk(_("The disk is full: nothing more can be saved in “{path}”.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")) and is_disk_full(path):
            raise FullDisk(_("The disk is full: nothing more can be saved in “{path}”.").format(path=path)) from error
        if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
            raise Unreachable(
                _("What “{path}” lies on cannot be read or written: {error}").format(path=path, error=error)
            ) from error
        if code.startswith("SQLITE_CONSTRAINT"):
            raise Conflict(_("This was changed in another window meanwhile: look at it once more.")) from error
        if code.startswith("SQLITE_READONLY"):
            raise ReadOnlyCorpus(
                _("“{path}” cannot be written to, so nothing could be saved in it.").format(path=path)
            ) from error
        raise CorpusError(_("“{path}” cannot be used: {error}").format(path=path, error=error)) from error


@contextmanager
def translating_file_errors(path: Path) -> Iterator[None]:
    """Turns what the system says about `path` into a CorpusError for a person."""
    try:
        yield
    except OSError as error:
        raise CorpusError(
            _("“{path}” cannot be used: {error}").format(path=path, error=error.strerror or error)
        ) from error


def newer_version_message(path: Path) -> str:
    """Says that a newer version of the program made the file."""
    return _("“{path}” was made by a newer version of this program: please update it.").format(path=path)


def is_disk_full(path: Path) -> bool:
    """Return whether there is no room for the smallest file that SQLite makes beside the one at `path`."""
    try:
        return disk_usage(path.absolute().parent).free < shared_memory.SIZE
    except OSError:
        return False
