"""Detection of folders where SQLite's write-ahead log works: its users share memory through a mapped file.

Network drives do not share it with other computers, which corrupt the file (https://sqlite.org/wal.html#overview), and
some file systems cannot map files.
"""

import logging
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from mmap import mmap
from pathlib import Path, PurePath
from tempfile import TemporaryFile
from typing import Final, NamedTuple

from annotator.paths import resolve_path

_log = logging.getLogger(__name__)
SIZE: Final = 1 << 15  # bytes of a -shm: https://www.sqlite.org/walformat.html#the_wal_index_file_format
_REMOTE: Final = 4  # DRIVE_REMOTE: https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew
_REMOTE_TYPES: Final = re.compile(
    r"9p|afp?fs|ceph|cifs|davfs|drvfs|(mac|osx)?fuse(\..+)?|lustre|nfs\d?|prl_fs|smb\w*|vboxsf|vmhgfs|webdav"
)
"""File systems that other computers may write to meanwhile, or that a program provides."""


_ESCAPE: Final = re.compile(r"\\([0-7]{3})")  # of a blank and the like in Linux's table: man 5 fstab
_MOUNT_LINE: Final = re.compile(r"^.*? on (/.*) \((\w+)[,)]", re.M)


class Mount(NamedTuple):
    """A mounted file system."""

    mountpoint: str
    fstype: str


def is_usable(folder: Path) -> bool:
    """Return whether all users of files in this folder are on this computer and can share memory."""
    folder = resolve_path(folder)
    return not (
        _is_remote_drive(folder) if sys.platform == "win32" else _is_remote(folder) or not _can_map_files(folder)
    )


def is_remote(folder: PurePath, mounts: Iterable[Mount]) -> bool:
    """Return whether the innermost mount that contains an absolute path is remote."""
    # Of two mounts at one mount point, the later one hides the earlier one.
    types = {type(folder)(mount.mountpoint): mount.fstype.lower() for mount in mounts}
    containing = [mountpoint for mountpoint in types if folder.is_relative_to(mountpoint)]
    type_ = types[max(containing, key=lambda mountpoint: len(mountpoint.parts))] if containing else ""
    return _REMOTE_TYPES.fullmatch(type_) is not None


def _is_remote(folder: Path) -> bool:
    try:
        if sys.platform == "linux":
            mounts = parse_mount_table(Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape"))
        else:
            mounts = parse_mount_output(subprocess.check_output(["/sbin/mount"], encoding="utf-8", errors="replace"))
        return is_remote(folder, mounts)
    except (OSError, subprocess.SubprocessError) as error:
        _log.warning("cannot list the mounted file systems", exc_info=error)
        return False


def parse_mount_table(text: str) -> Iterator[Mount]:
    """Yield the mounts in Linux's /proc/self/mounts, in their order."""
    for line in text.splitlines():
        _device, mountpoint, type_, *_options = line.split(" ")
        yield Mount(_ESCAPE.sub(lambda match: chr(int(match[1], 8)), mountpoint), type_)


def parse_mount_output(text: str) -> Iterator[Mount]:
    """Yield the mounts that `mount` prints on macOS."""
    return (Mount(*match.groups()) for match in _MOUNT_LINE.finditer(text))


def _is_remote_drive(folder: Path) -> bool:
    import ctypes

    drive_type = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor)  # type: ignore[attr-defined, unused-ignore]
    return bool(drive_type == _REMOTE)


def _can_map_files(folder: Path) -> bool:
    """Return whether the folder's files can be mapped into memory; True if none can be created."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.truncate(SIZE)
            try:
                mmap(file.fileno(), SIZE).close()
            except OSError:
                return False
    except OSError:
        pass
    return True
