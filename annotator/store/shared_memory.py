"""Whether SQLite's log works in a folder: those who have a file open with a log share memory, which is a mapped file.

That works on the disks of one computer. On a network drive the memory is not shared with other computers, which then
damage the file (https://sqlite.org/wal.html#overview); some file systems cannot map a file at all.
"""

import logging
import re
import sys
from collections.abc import Iterable
from mmap import mmap
from pathlib import Path, PurePath
from tempfile import TemporaryFile
from typing import Final, Protocol

from annotator.paths import resolve_path

_log = logging.getLogger(__name__)
SIZE: Final = 1 << 15  # bytes of a -shm: https://www.sqlite.org/walformat.html#the_wal_index_file_format
_REMOTE: Final = 4  # DRIVE_REMOTE: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew
_REMOTE_TYPES: Final = re.compile(
    r"9p|afp?fs|ceph|cifs|davfs|drvfs|(mac|osx)?fuse(\..+)?|lustre|nfs\d?|prl_fs|smb\w*|vboxsf|vmhgfs|webdav"
)
"""File systems that other computers may write to at the same time, or whose files are made up by a program."""


class Mount(Protocol):
    """A file system and where it is, as psutil has it."""

    @property
    def mountpoint(self) -> str: ...

    @property
    def fstype(self) -> str: ...


def is_usable(folder: Path) -> bool:
    """Return whether everybody who has a file of this folder open is on this computer and can share memory."""
    folder = resolve_path(folder)
    return not (_is_remote_drive(folder) if sys.platform == "win32" else _is_remote(folder) or not _maps_files(folder))


def is_remote(folder: PurePath, mounts: Iterable[Mount]) -> bool:
    """Return whether the innermost of these mounts that holds an absolute path is of a remote kind."""
    # Of two mounts at one place the later one covers the earlier one.
    kinds = {type(folder)(mount.mountpoint): mount.fstype.lower() for mount in mounts}
    around = [place for place in kinds if folder.is_relative_to(place)]
    kind = kinds[max(around, key=lambda place: len(place.parts))] if around else ""
    return _REMOTE_TYPES.fullmatch(kind) is not None


def _is_remote(folder: Path) -> bool:
    import psutil  # Windows alone can do without it

    try:
        return is_remote(folder, psutil.disk_partitions(all=True))
    except OSError as error:
        _log.warning("the system does not say what is mounted", exc_info=error)
        return False


def _is_remote_drive(folder: Path) -> bool:
    import ctypes

    drive_type = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor)  # type: ignore[attr-defined, unused-ignore]
    return bool(drive_type == _REMOTE)


def _maps_files(folder: Path) -> bool:
    """Return whether a file in the folder can be mapped into memory. Where none can be made, nobody can tell."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.truncate(SIZE)
            return _is_mappable(file.fileno())
    except OSError:
        return True


def _is_mappable(descriptor: int) -> bool:
    try:
        mmap(descriptor, SIZE).close()
    except OSError:
        return False
    return True
