"""SQLite's files beside a database: https://www.sqlite.org/tempfiles.html."""

from pathlib import Path

from annotator.store import shared_memory

SIDE_FILE_SUFFIXES = ("-wal", "-shm", "-journal")
"""The suffixes of SQLite's side files."""


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
