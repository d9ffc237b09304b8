"""A disk of a megabyte or so, to fill or to pull out."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_FILLER = "filler"


@contextmanager
def small_disk(folder: Path, megabytes: int = 1) -> Iterator[Path]:
    """Mount a disk at a folder, which is made; the test is skipped where that cannot be done."""
    folder.mkdir()
    if not shutil.which("mount"):
        pytest.skip("only Unix mounts a disk in a folder")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a disk takes the rights of the superuser")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


def fill_disk(folder: Path, spare: int = 0) -> None:
    """Fill the disk at a folder but for so many bytes."""
    (folder / _FILLER).write_bytes(bytes(shutil.disk_usage(folder).free - spare))


def free_disk(folder: Path) -> None:
    """Delete what `fill_disk` wrote."""
    (folder / _FILLER).unlink()
