"""Paths as the systems take them: names that they refuse, and paths that are longer than Windows has them."""

import os
import re
import sys
from errno import EINVAL, ENAMETOOLONG
from pathlib import Path, PurePath, PureWindowsPath
from typing import Final
from uuid import uuid4

from annotator.i18n import _

_LONGEST: Final = 259
"""Characters (UTF-16 units) of a path on Windows, unless the registry allows more and the program asks for it.

https://learn.microsoft.com/en-us/windows/win32/fileio/maximum-file-path-limitation
"""
_LONGEST_NAME: Final = 255
_ROOM: Final = 100
"""Characters that may be added to a path: a hidden name of the same length while it is made, a log, a name within."""
_SHOWN: Final = 40
"""Characters of a name in a hidden one, which has room for them where a name may have 255 bytes."""
_JUNCTION: Final = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT, which Python names on Windows alone
_VERBATIM: Final = "\\\\?\\"
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*[.:].*)?", re.IGNORECASE)
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]|[ .]\Z')


def extend_path(path: Path) -> Path:
    """Return a path in the form in which Windows takes one of any length, where it is long, and else as it is."""
    if sys.platform == "win32":
        absolute = PureWindowsPath(os.path.abspath(path))  # noqa: PTH100 - in that form no `..` is understood
        if is_long(absolute):
            return Path(verbatim(absolute))
    return path


def is_long(path: PureWindowsPath) -> bool:
    """Return whether a path, or one beside or below it, may be longer than Windows has them."""
    return _length(str(path)) > _LONGEST - _ROOM


def verbatim(path: PureWindowsPath) -> PureWindowsPath:
    r"""Return an absolute path with the prefix that has Windows take it as it is: `\\?\C:\…`, `\\?\UNC\server\share\…`.

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#win32-file-namespaces
    """
    written = str(path)
    if written.startswith((_VERBATIM, "\\\\.\\")):
        return path
    if written.startswith("\\\\"):
        return PureWindowsPath(f"{_VERBATIM}UNC\\{written[2:]}")
    return PureWindowsPath(_VERBATIM + written)


def resolve_path(path: Path) -> Path:
    """Return a path without links, or as it is where the system cannot say where it leads."""
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def is_link(path: Path) -> bool:
    """Return whether a path is a link to another one, or a junction, as Windows has them for folders. Raises OSError.

    https://learn.microsoft.com/en-us/windows/win32/fileio/hard-links-and-junctions#junctions
    """
    tag = getattr(path.lstat(), "st_reparse_tag", 0)
    return path.is_symlink() or tag == _JUNCTION


def hidden_path(path: Path, kind: str, key: str | None = None) -> Path:
    """Return a hidden path beside `path` that ends with `kind` and shows, by a part of its name, whose it is.

    It is new, unless it has the `key` of others.
    """
    return path.with_name(f".{path.name[:_SHOWN]}.{uuid4().hex if key is None else key}.{kind}")


def refused_name(path: Path) -> str | None:
    """Return why no file can have the name of `path`, in a sentence for a person; None where one can."""
    if not is_name_refused(path):
        try:
            path.lstat()
        except OSError as error:
            if error.errno not in (EINVAL, ENAMETOOLONG):
                return None
        else:
            return None
    reason = _("No file can be called “{name}” here: choose another name, shorter and without {characters}.")
    return reason.format(name=path.name, characters='\\ / : * ? " < > |')


def is_name_refused(path: PurePath) -> bool:
    """Return whether Windows takes no file of this name, or takes it for something else: a device (`NUL`), a stream of
    another file (`a:b`), a name without the dot at its end. A name may have 255 characters (UTF-16 units).

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
    """
    if not isinstance(path, PureWindowsPath):
        return False
    too_long = _length(path.name) > _LONGEST_NAME
    return too_long or bool(_NOT_IN_NAMES.search(path.name) or _DEVICES.fullmatch(path.name))


def _length(text: str) -> int:
    """Return how many UTF-16 units Windows counts in a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
