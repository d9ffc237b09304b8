"""Which files are brought to the disk."""

import os

import pytest


def sizes_at_fsync(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Return the size of each file and folder at its last fsync, by its inode and in that order, in bytes."""
    sizes: dict[int, int] = {}
    flush = os.fsync

    def fsync(handle: int) -> None:
        flush(handle)
        status = os.fstat(handle)
        sizes.pop(status.st_ino, None)
        sizes[status.st_ino] = status.st_size

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes
