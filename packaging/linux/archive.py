"""A folder as one compressed file whose bytes depend on nothing but what is in it and the time it is given."""

import gzip
import tarfile
from pathlib import Path


def pack(folder: Path, target: Path, when: int) -> None:
    """Write `folder`, under its own name, to the `.tar.gz` at `target`, all of it of the second `when` (since 1970).

    Owners are root, rights what a program or a text file has: who builds it and how is not seen.
    """
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", 9, file, mtime=when) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for path in [folder, *sorted(folder.rglob("*"))]:
            member = archive.gettarinfo(path, str(path.relative_to(folder.parent)))
            member.uid = member.gid = 0
            member.uname = member.gname = "root"
            member.mtime = when
            member.mode = 0o777 if path.is_symlink() else mode(path)
            if member.islnk():  # a second name of one file is a file of its own here: it may come first elsewhere
                member.type, member.linkname, member.size = tarfile.REGTYPE, "", path.stat().st_size
            if member.isreg():
                with path.open("rb") as content:
                    archive.addfile(member, content)
            else:
                archive.addfile(member)


def mode(path: Path) -> int:
    """The rights of a file or folder in a package: all may read, the owner writes, a program stays one."""
    program = path.is_dir() or (path.stat().st_mode & 0o100 and ".so" not in path.suffixes)
    return 0o755 if program else 0o644
