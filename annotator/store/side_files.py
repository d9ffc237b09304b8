"""The files that SQLite keeps beside a database: https://www.sqlite.org/tempfiles.html."""

from pathlib import Path

from annotator.store import shared_memory

SIDE_FILE_SUFFIXES = ("-wal", "-shm", "-journal")
"""The suffixes of SQLite's side files."""


def side_files(path: Path) -> list[Path]:
    """Return the side files that SQLite may create while the file at `path` is in use, and leave after a crash."""
    return [path.with_name(path.name + suffix) for suffix in SIDE_FILE_SUFFIXES]


def wal_path(path: Path) -> Path:
    """Return the path of the write-ahead log (-wal), to which SQLite appends each commit."""
    return path.with_name(path.name + SIDE_FILE_SUFFIXES[0])


def wal_paths(path: Path) -> list[Path]:
    """Return the paths of the log (-wal) and of its index in shared memory (-shm)."""
    return side_files(path)[:2]


def is_in_use(path: Path) -> bool:
    """Return whether the file at `path` has a -shm in use."""
    _log, shared, _journal = side_files(path)
    return _file_size(shared) >= shared_memory.SIZE


def has_pending_writes(path: Path) -> bool:
    """Return whether a log or journal beside the file holds writes that are not, or only partly, in the file."""
    log, _shared, journal = side_files(path)
    return any(map(_file_size, (log, journal)))


def _file_size(path: Path) -> int:
    """Return the size in bytes of a file that others may delete at any moment; 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
