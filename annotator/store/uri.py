"""The URI by which SQLite opens a file."""

import os
from pathlib import PurePath, PureWindowsPath
from typing import Final
from urllib.parse import quote

_MAX_PATH_BYTES: Final = 1040
"""Bytes of the longest path, with a side file's suffix, in SQLite's default Windows VFS."""
_SUFFIX_LENGTH: Final = len("-journal")


def sqlite_uri(path: PurePath, mode: str) -> str:
    r"""Return the URI of the file at an absolute path, with `mode` (such as `mode=ro`) as query.

    `Path.as_uri` makes an authority, which SQLite refuses, of the server in `\\server\share` and the `?` in `\\?\C:\`
    (https://sqlite.org/uri.html#the_uri_authority).
    """
    if not isinstance(path, PureWindowsPath):
        return f"file://{quote(os.fsencode(path))}?{mode}"
    name = str(path).encode("utf-8", "surrogatepass")
    if len(name) + _SUFFIX_LENGTH > _MAX_PATH_BYTES:
        mode += "&vfs=win32-longpath"  # the same VFS, for paths of up to 32,767 characters
    return f"file:{quote(name)}?{mode}"
