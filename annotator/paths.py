"""Paths as operating systems accept them: names that Windows refuses, and paths longer than it allows."""

import os
import re
import sys
from errno import EINVAL, ENAMETOOLONG
from pathlib import Path, PurePath, PureWindowsPath
from typing import Final
from uuid import uuid4

from annotator.i18n import _

_LONGEST: Final = 259
"""Characters (UTF-16 units) of a path on Windows, unless both the registry and the program allow more.

https://learn.microsoft.com/en-us/windows/win32/fileio/maximum-file-path-limitation
"""
_LONGEST_NAME: Final = 255
_ROOM: Final = 100
"""Characters that may be added to a path: a temporary hidden name of the same length, a log, a name inside."""
_SHOWN: Final = 40
"""Characters of a name in a hidden one, short enough for names limited to 255 bytes."""
_JUNCTION: Final = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT, which Python defines only on Windows
_VERBATIM: Final = "\\\\?\\"
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\s*[.:].*)?", re.IGNORECASE)
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]|[ .]\Z')


def extend_path(path: Path) -> Path:
    """Return a long path in the form that Windows accepts at any length, and any other unchanged."""
    if sys.platform == "win32":
        absolute = PureWindowsPath(os.path.abspath(path))  # noqa: PTH100 - in that form no `..` is understood
        if is_long(absolute):
            return Path(to_verbatim(absolute))
    return path


def is_long(path: PureWindowsPath) -> bool:
    """Return whether a path, or one beside or below it, may be longer than Windows allows."""
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
    """Return a path without links, or only made absolute if the system cannot resolve it."""
    try:
        return path.resolve()
    except OSError:
        return path.absolute()


def is_link(path: Path) -> bool:
    """Return whether a path is a link, or a junction, as Windows has them for folders. Raises OSError.

    https://learn.microsoft.com/en-us/windows/win32/fileio/hard-links-and-junctions#junctions
    """
    tag = getattr(path.lstat(), "st_reparse_tag", 0)
    return path.is_symlink() or tag == _JUNCTION


def hidden_path(path: Path, kind: str, key: str | None = None) -> Path:
    """Return a hidden path beside `path` that ends with `kind` and shows a part of its name.

    It is unique unless a `key` is given, which paths may share.
    """
    return path.with_name(f".{path.name[:_SHOWN]}.{uuid4().hex if key is None else key}.{kind}")


def explain_invalid_name(path: Path) -> str | None:
    """Explain why no file can have the name of `path`, in a sentence for a person; return None if one can."""
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
    """Return whether Windows refuses this file name or takes it for something else.

    That is a device (`NUL`), a stream of another file (`a:b`), or a name without the dot at its end. A name may have
    255 characters (UTF-16 units).

    https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
    """
    if not isinstance(path, PureWindowsPath):
        return False
    too_long = _length(path.name) > _LONGEST_NAME
    return too_long or bool(_NOT_IN_NAMES.search(path.name) or _DEVICES.fullmatch(path.name))


def _length(text: str) -> int:
    """Return the number of UTF-16 units, in which Windows counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
