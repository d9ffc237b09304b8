"""The files of a database: its side files (https://www.sqlite.org/tempfiles.html), and its URI for SQLite."""

import os
from pathlib import Path, PurePath, PureWindowsPath
from typing import Final
from urllib.parse import quote

from annotator.open_databases import is_open_here
from annotator.store import shared_memory

SIDE_FILE_SUFFIXES = ("-wal", "-shm", "-journal")
"""The suffixes of SQLite's side files."""
_MAGIC: Final = b"SQLite format 3\0"
"""The first bytes of a database: https://www.sqlite.org/fileformat.html#magic_header_string"""


def is_database(path: Path) -> bool:
    """Return whether a file begins like an SQLite database, or belongs to one that is open here. Raises OSError."""
    if is_open_here(path):
        return True
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def side_files(path: Path) -> list[Path]:
    """Return the side files that SQLite may create for `path`, and leave after a crash."""
    return [path.with_name(path.name + suffix) for suffix in SIDE_FILE_SUFFIXES]


def wal_path(path: Path) -> Path:
    """Return the path of the write-ahead log (-wal), which gets each commit."""
    return path.with_name(path.name + SIDE_FILE_SUFFIXES[0])


def wal_paths(path: Path) -> list[Path]:
    """Return the paths of the log (-wal) and its shared-memory index (-shm)."""
    return side_files(path)[:2]


def is_in_use(path: Path) -> bool:
    """Return whether the file has a full-size -shm: in use, or left after a crash."""
    _log, shared, _journal = side_files(path)
    return _file_size(shared) >= shared_memory.SIZE


def has_pending_writes(path: Path) -> bool:
    """Return whether a log or journal holds writes not wholly in the file."""
    log, _shared, journal = side_files(path)
    return any(map(_file_size, (log, journal)))


def _file_size(path: Path) -> int:
    """Return the size in bytes of a file that others may delete; 0 without one."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


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
