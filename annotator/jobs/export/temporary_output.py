"""Temporary files of an export beside its target, and cleaning up after killed exports.

They are hidden files named `.NAME.KEY.KIND`. A running export locks its file of kind "lock"; the system releases the
lock however the process ends. The next export to the target completes or undoes a killed one's replacement, and deletes
the rest.
"""

import logging
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from annotator.file_ops import discard_file, discard_folder, replace_file
from annotator.jobs.export.existing_output import file_digest, folder_digest, read_digest
from annotator.open_databases import refuse_open_here
from annotator.paths import hidden_path
from annotator.store.database_files import is_database

PART: Final = "part"
"""The new file or folder."""
PLAIN: Final = "plain"
"""The new file before it is compressed."""
REPORT_PART: Final = "report.part"
COMPANION_PART: Final = "companion.part"
"""The new file beside the file."""
OLD: Final = "old"
"""The old folder while the new one is moved into place, or a hard link to the old file."""
REPORT_OLD: Final = "report.old"
_LOCK: Final = "lock"
_HIDDEN: Final = re.compile(
    r"\.(?P<name>.+)\.(?P<key>[0-9a-f]{32})\.(?P<kind>part|plain|(?:report|companion)\.part|old|report\.old|lock)"
)
_LOCKING_GRACE: Final = 60.0  # seconds that a new lock file may be unlocked
_log = logging.getLogger(__name__)


@contextmanager
def temporary_paths(path: Path) -> Iterator[Callable[[str], Path]]:
    """Yield a function that returns the temporary path of a kind beside `path`, in use until the block ends.

    What is left of new files is deleted then. Raises OSError.
    """
    key = uuid4().hex
    lock = hidden_path(path, _LOCK, key)
    try:
        with lock.open("xb") as file:
            with suppress(OSError):  # without locks, leftovers are never cleared
                _lock(file)
            try:
                yield lambda kind: hidden_path(path, kind, key)
            finally:
                for kind in (REPORT_PART, COMPANION_PART, PLAIN, PART):
                    _discard_any(hidden_path(path, kind, key))
    finally:
        discard_file(lock)


def clear_leftovers(path: Path, report: Path) -> None:
    """Recover `path` and its report after killed exports, and delete their temporary files.

    Files that cannot be deleted are logged; those of a running export are left alone.
    """
    try:
        for key, hidden in _hidden_files(path).items():
            lock = hidden_path(path, _LOCK, key)
            if _is_abandoned(lock, hidden):
                _recover(path, report, hidden)
                _discard(path, report, hidden)
    except OSError as error:
        _log.warning("cannot clean up after a killed export", exc_info=error)


def _hidden_files(path: Path) -> dict[str, dict[str, Path]]:
    """Find the temporary files of exports to `path`, by key and kind."""
    files_by_key: defaultdict[str, dict[str, Path]] = defaultdict(dict)
    for entry in path.parent.iterdir():
        match = _HIDDEN.fullmatch(entry.name)
        if match and entry.name == hidden_path(path, match["kind"], match["key"]).name:
            files_by_key[match["key"]][match["kind"]] = entry
    return files_by_key


def _is_abandoned(lock: Path, hidden: dict[str, Path]) -> bool:
    """Return whether the process that created these files has ended."""
    try:
        refuse_open_here(lock)
        with lock.open("r+b") as file:
            if not _try_lock(file):
                return False
            # A lock file is created, then locked, before any other file exists.
            return hidden.keys() != {_LOCK} or time.time() - lock.stat().st_mtime > _LOCKING_GRACE
    except FileNotFoundError:  # from an older version, or a corpus being created
        return not any(file.is_file() and is_database(file) for file in hidden.values())
    except OSError:
        return False


def _recover(path: Path, report: Path, hidden: dict[str, Path]) -> None:
    """Move the old folder back, and a report that matches `path`. Raises OSError."""
    is_cut = path.name not in hidden_path(path, OLD).name  # cut names of several targets may be the same
    if OLD in hidden and not path.exists() and not is_cut:
        replace_file(hidden.pop(OLD), path)
    if path.exists() and not report.exists():
        for kind in (REPORT_PART, REPORT_OLD):
            if kind in hidden and not report.exists() and read_digest(hidden[kind]) == _digest(path):
                replace_file(hidden.pop(kind), report)


def _discard(path: Path, report: Path, hidden: dict[str, Path]) -> None:
    for kind, file in sorted(hidden.items(), key=lambda entry: entry[0] == _LOCK):  # the lock last
        if kind == OLD and not (path.exists() and read_digest(report) == _digest(path)):
            continue  # without a matching report, perhaps no export replaced it
        _discard_any(file)


def _discard_any(path: Path) -> None:
    if path.is_dir():
        discard_folder(path)
    else:
        discard_file(path)


def _digest(path: Path) -> str:
    return folder_digest(path) if path.is_dir() else file_digest(path)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
