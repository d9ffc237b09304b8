"""Pack a folder into a compressed file whose bytes depend on nothing but its contents and the given time."""

import gzip
import tarfile
from pathlib import Path


def pack(folder: Path, target: Path, timestamp: int) -> None:
    """Write `folder`, under its own name, to the `.tar.gz` at `target`.

    All of it has the time `timestamp` (seconds since 1970), belongs to root and has the permissions of `file_mode`:
    it does not depend on who builds it and how.
    """
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=timestamp) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            member = archive.gettarinfo(path, str(path.relative_to(folder.parent)))
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime = timestamp
            member.mode = 0o777 if path.is_symlink() else file_mode(path)
            if member.islnk():  # a hard link becomes a file of its own: which of its names comes first may differ
                member.type, member.linkname, member.size = tarfile.REGTYPE, "", path.stat().st_size
            if member.isreg():
                with path.open("rb") as content:
                    archive.addfile(member, content)
            else:
                archive.addfile(member)


def file_mode(path: Path) -> int:
    """Return the permissions of a file or folder in a package: all read, the owner writes, programs stay executable."""
    program = path.is_dir() or (path.stat().st_mode & 0o100 and ".so" not in path.suffixes)
    return 0o755 if program else 0o644
