"""The files that SQLite keeps beside a database: https://www.sqlite.org/tempfiles.html."""

from pathlib import Path

from annotator.store import shared_memory

SIDE_FILES = ("-wal", "-shm", "-journal")
"""How the names of the files end that SQLite puts beside a database: https://www.sqlite.org/tempfiles.html."""


def side_files(path: Path) -> list[Path]:
    """The files that SQLite may put beside the one at `path` while it is in use, and leaves there after a crash."""
    return [path.with_name(path.name + end) for end in SIDE_FILES]


def log_path(path: Path) -> Path:
    """The file beside the one at `path` that SQLite appends each commit to."""
    return path.with_name(path.name + SIDE_FILES[0])


def log_paths(path: Path) -> list[Path]:
    """The log beside the file at `path`, and the file by which its users know what is in it."""
    return side_files(path)[:2]


def is_in_use(path: Path) -> bool:
    """Return whether somebody has made the file beside the one at `path` by which its users know of one another."""
    _log, shared, _journal = side_files(path)
    return _size(shared) >= shared_memory.SIZE


def has_pending_writes(path: Path) -> bool:
    """Whether there are writes beside the file that are not in it yet, or half in it."""
    log, _shared, journal = side_files(path)
    return any(_size(each) for each in (log, journal))


def _size(path: Path) -> int:
    """The bytes of a file that others may delete at any moment; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
