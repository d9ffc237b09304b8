"""Which files are brought to the disk."""

import os

import pytest


def sizes_at_fsync(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """The bytes of each file and folder, by its inode and in this order, when it was brought to the disk at last."""
    sizes: dict[int, int] = {}
    flush = os.fsync

    def fsync(handle: int) -> None:
        flush(handle)
        told = os.fstat(handle)
        sizes.pop(told.st_ino, None)
        sizes[told.st_ino] = told.st_size

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes
