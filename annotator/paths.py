"""Paths as operating systems accept them, and the suffixes of the program's own files."""

import os
import re
import sys
from errno import EINVAL, ENAMETOOLONG
from pathlib import Path, PurePath, PureWindowsPath
from typing import Final
from uuid import uuid4

from annotator.i18n import _

CORPUS_SUFFIX: Final = ".corpus"
CHANGESET_SUFFIX: Final = ".changeset"
INVITATION_SUFFIX: Final = ".team"

_LONGEST: Final = 259
"""UTF-16 units in a path on Windows, unless both the registry and the program allow more.

https://learn.microsoft.com/en-us/windows/win32/fileio/maximum-file-path-limitation
"""
_LONGEST_NAME: Final = 255
_ROOM: Final = 100
"""Characters that may be added to a path: a hidden name as long, a log, a name inside."""
_SHOWN: Final = 40
"""Characters of a name in a hidden one; short enough for 255-byte names."""
_JUNCTION: Final = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT, which Python defines only on Windows
_VERBATIM: Final = "\\\\?\\"
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*[.:].*)?", re.IGNORECASE)
_FORBIDDEN: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]|[ .]\Z')


def find_free_path(path: Path) -> Path:
    """Return the path, or the first free one with a number appended."""
    free_path, number = path, 2
    while free_path.exists():
        free_path, number = path.with_name(f"{path.stem} {number}{path.suffix}"), number + 1
    return free_path


def is_changeset_path(path: PurePath) -> bool:
    """Return whether the path is named like a changeset, in letters of any case."""
    return path.suffix.lower() == CHANGESET_SUFFIX


def is_invitation_path(path: PurePath) -> bool:
    """Return whether the path is named like an invitation to a team, in letters of any case."""
    return path.suffix.lower() == INVITATION_SUFFIX


def is_team_file(path: PurePath) -> bool:
    """Return whether the path is named like what members of a team send one another: a changeset or an invitation."""
    return is_changeset_path(path) or is_invitation_path(path)


def extend_path(path: Path) -> Path:
    """Return a long path in the form that Windows accepts at any length, others unchanged."""
    if sys.platform == "win32":
        absolute = PureWindowsPath(os.path.abspath(path))  # noqa: PTH100 - in that form no `..` is understood
        if is_long(absolute):
            return Path(to_verbatim(absolute))
    return path


def is_long(path: PureWindowsPath) -> bool:
    """Return whether this path, or one beside or below it, may be too long for Windows."""
    return _length(str(path)) > _LONGEST - _ROOM


def to_verbatim(path: PureWindowsPath) -> PureWindowsPath:
    r"""Prefix an absolute path so that Windows takes it literally: `\\?\C:\…`, `\\?\UNC\server\share\…`.

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#win32-file-namespaces
    """
    text = str(path)
    if text.startswith((_VERBATIM, "\\\\.\\")):
        return path
    if text.startswith("\\\\"):
        return PureWindowsPath(f"{_VERBATIM}UNC\\{text[2:]}")
    return PureWindowsPath(_VERBATIM + text)


def resolve_path(path: Path) -> Path:
    """Return a path without links, or just absolute if it cannot be resolved."""
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def is_link(path: Path) -> bool:
    """Return whether a path is a link, or a Windows junction. Raises OSError.

    https://learn.microsoft.com/en-us/windows/win32/fileio/hard-links-and-junctions#junctions
    """
    tag = getattr(path.lstat(), "st_reparse_tag", 0)
    return path.is_symlink() or tag == _JUNCTION


def is_file(path: Path) -> bool:
    """Return whether a file is there; false too if the system cannot say, as of a name that is too long for it."""
    try:
        return path.is_file()
    except OSError:
        return False


def hidden_path(path: Path, kind: str, key: str | None = None) -> Path:
    """Return a hidden path beside `path` with part of its name, ending with `kind`.

    It is unique unless a `key` is given, which paths may share.
    """
    return path.with_name(f".{path.name[:_SHOWN]}.{uuid4().hex if key is None else key}.{kind}")


def to_file_name(text: str) -> str:
    """Return a name as near to this text as a file may have everywhere, without a suffix."""
    return text.translate(_FORBIDDEN).strip(" .") or "-"


def explain_invalid_name(path: Path) -> str | None:
    """Explain to a person why no file can have this name; None if one can."""
    if not is_invalid_name(path):
        try:
            path.lstat()
        except OSError as error:
            if error.errno not in (EINVAL, ENAMETOOLONG):
                return None
        else:
            return None
    reason = _("“{name}” is not a valid file name here: choose another one, shorter and without {characters}.")
    return reason.format(name=path.name, characters='\\ / : * ? " < > |')


def is_invalid_name(path: PurePath) -> bool:
    """Return whether Windows refuses or misreads this file name.

    It misreads devices (`NUL`), streams of other files (`a:b`), final dots and spaces. The limit is 255 UTF-16 units.

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
    """
    if not isinstance(path, PureWindowsPath):
        return False
    too_long = _length(path.name) > _LONGEST_NAME
    return too_long or bool(_NOT_IN_NAMES.search(path.name) or _DEVICES.fullmatch(path.name))


def _length(text: str) -> int:
    """Return the number of UTF-16 units, as Windows counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
