"""The URI by which SQLite opens a file."""

import os
from pathlib import PurePath, PureWindowsPath
from typing import Final
from urllib.parse import quote

_LONGEST: Final = 1040
"""Bytes of a path, with the end of the names beside it, in SQLite's usual interface to Windows."""
_SUFFIX: Final = len("-journal")


def sqlite_uri(path: PurePath, mode: str) -> str:
    r"""Return the URI of the file at an absolute path, with `mode` (such as `mode=ro`) as its query.

    `Path.as_uri` makes an authority of the server of a share (`\\server\share`) and of the `?` in `\\?\C:\`, and SQLite
    takes none (https://sqlite.org/uri.html#the_uri_authority).
    """
    if not isinstance(path, PureWindowsPath):
        return f"file://{quote(os.fsencode(path))}?{mode}"
    name = str(path).encode("utf-8", "surrogatepass")
    if len(name) + _SUFFIX > _LONGEST:
        mode += "&vfs=win32-longpath"  # the same interface, for paths of up to 32,767 characters
    return f"file:{quote(name)}?{mode}"
