"""The files of one device in the folder of a team: numbered changesets, each written once and never changed.

Who reads them needs numbers without gaps, since a file that is not there yet may be on its way. So what lies there must
be told from what a device has written: a file under a number far off, or behind a gap and no changeset, is of nobody.
"""

import os
import re
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from annotator import __version__
from annotator.file_ops import explain_os_error
from annotator.generators import finish
from annotator.i18n import _
from annotator.model.changeset import Changeset
from annotator.open_databases import is_open_here
from annotator.paths import CHANGESET_SUFFIX
from annotator.remotes.remote import NewerProgramNeeded
from annotator.team.changeset_file import InvalidChangeset, NewerChangeset, read_changeset

LARGEST_GAP: Final = 10_000
"""Numbers that may be missing before a file of a device.

More are lost by nobody's mistake, but one file by which a stranger skips them all would leave a device none to use.
"""
SETTLING_TIME: Final = 15 * 60
"""Seconds that a file may need to be whole, or those before it to be there.

A push is some 8 MB at most, and less on the disk: a sync client fetches that in seconds, on a poor line in minutes. It
has several on their way, and brings them in any order.
"""
_CLOCK_TOLERANCE: Final = 24 * 3600
"""Seconds that a file may be from the future: the clock of a network drive is another one, and a memory stick has
local times, of whatever time zone."""
_NUMBER: Final = re.compile(r"[0-9]{8}")
_MARK_LENGTH: Final = 8  # bytes


def path_of(folder: Path, number: int) -> Path:
    return folder / f"{number:08}{CHANGESET_SUFFIX}"


def is_regular(path: Path) -> bool:
    """Return whether this is a file that may be opened: no link, which leads anywhere, nor another name of a corpus."""
    return path.is_file() and not path.is_symlink() and not is_open_here(path)


def list_changesets(folder: Path) -> list[Path]:
    """Return what has the name of a changeset, sorted; nothing where there is no folder. Raises OSError."""
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(CHANGESET_SUFFIX))
    except FileNotFoundError:
        return []


def select_numbers(paths: Collection[Path]) -> set[int]:
    """Return the numbers that these files have."""
    names = (path.name.removesuffix(CHANGESET_SUFFIX) for path in paths)
    return {int(name) for name in names if _NUMBER.fullmatch(name)}


def select_copies(paths: Collection[Path]) -> list[Path]:
    """Return the files that sync programs made of others, which have no number, but are not hidden."""
    return [
        path
        for path in paths
        if not _NUMBER.fullmatch(path.name.removesuffix(CHANGESET_SUFFIX)) and path.name[0] != "."
    ]


def continue_series(folder: Path, numbers: Collection[int], last: int) -> Iterator[int]:
    """Yield those of the numbers behind the last one that the device in this folder has used, as far as can be told.

    The next number is one whatever has it. One behind a gap is, unless that is too large, if it is a changeset's.
    """
    for number in sorted(numbers):
        if number == last + 1 or (last + 1 < number <= last + LARGEST_GAP and is_whole(path_of(folder, number))):
            last = number
            yield number


def list_settled_gaps(folder: Path, numbers: Collection[int], last: int) -> list[int]:
    """Return the numbers up to the last one that are missing, though a file behind them came long ago."""
    present = sorted(number for number in numbers if 0 < number <= last)
    gaps: list[int] = []
    for before, number in zip([0, *present], present, strict=False):
        if number > before + 1 and is_settled(path_of(folder, number)):
            gaps += range(before + 1, number)
    return gaps


def is_settled(path: Path) -> bool:
    """Return whether a file is as it is for longer than a sync client needs."""
    changed = find_last_change(path)
    return changed is not None and not -_CLOCK_TOLERANCE < time.time() - changed < SETTLING_TIME


def find_last_change(path: Path) -> float | None:
    """Return when a file was changed or came here, in seconds since 1970; None for one that is not there.

    A sync client gives a file that it brings the time at which it was written elsewhere.
    """
    try:
        stat = path.lstat()
    except OSError:
        return None
    return max(stat.st_mtime, stat.st_ctime)  # on Windows, the latter is when the file was made here


def mark_of(path: Path) -> str:
    """Return the size of a file and its last bytes, which in gzip are a check sum."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _MARK_LENGTH, 0))
        return f"{size} {file.read().hex()}"


def find_mark(path: Path) -> str | None:
    """Return the mark of a file; None if it cannot be read, so that it waits as half a file does."""
    try:
        return mark_of(path) if is_regular(path) else None
    except OSError:
        return None


def to_text(name: str) -> str:
    """Return the name of a file as JSON can have it: on Linux it may be of bytes that are no text."""
    return name.encode("utf-8", "backslashreplace").decode()


def read_whole(path: Path) -> Changeset | None:
    """Return the changeset in a file; None for one that is not whole yet. Raises NewerProgramNeeded."""
    try:
        return finish(read_changeset(path))
    except NewerChangeset as error:
        raise NewerProgramNeeded(str(error)) from error
    except (InvalidChangeset, OSError):
        return None


def read_if_whole(path: Path) -> Changeset:
    """Return the changeset in a file; an empty one where it cannot be read, or only by a newer program."""
    try:
        changeset = read_whole(path) if is_regular(path) else None
    except (NewerProgramNeeded, OSError):
        changeset = None
    return changeset or Changeset(__version__)


def is_whole(path: Path) -> bool:
    """Return whether a file is a changeset, of a newer program perhaps."""
    try:
        return is_regular(path) and read_whole(path) is not None
    except NewerProgramNeeded:
        return True
    except OSError:
        return False


def find_fault(path: Path) -> str:
    """Return why a file cannot be read, "" if it can be."""
    try:
        if not is_regular(path):
            return _("This is no file that a member of the team wrote: move it away.")
        finish(read_changeset(path))
    except InvalidChangeset as error:
        return str(error)
    except OSError as error:
        return explain_os_error(error)
    return ""
