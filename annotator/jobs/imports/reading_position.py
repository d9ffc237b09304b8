"""How far an import is in its files, in kilobytes: one file may have most of the articles."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from annotator.jobs.imports.sources import is_stream

if TYPE_CHECKING:
    _ConcretePath = Path
else:
    _ConcretePath = type(Path())

_UNIT: Final = 1024  # bytes


class ReadingPosition:
    """The files of an import, of which one is being read. A file counts as one kilobyte at least."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._sizes = list(map(_size, paths))
        self.total = sum(self._sizes)
        self._finished = self._index = self._last = 0
        self._file: IO[Any] | None = None
        self._file_size, self._share = 1, (0, 1)

    @property
    def current(self) -> int:
        """The kilobytes that are read. They never become fewer, although a reader may go back in its file."""
        start, count = self._share
        fraction = (start + self._fraction()) / count
        position = self._finished + (int(fraction * self._sizes[self._index]) if self._index < len(self._sizes) else 0)
        self._last = max(self._last, position)
        return self._last

    def follow(self, path: Path, source: Path, share: tuple[int, int]) -> Path:
        """Return a path of the same file that tells where it is read.

        It is one of the contents of `source`: `share` is its number, from 0 on, and how many there are.
        """
        self._file_size, self._share, self._file = max(1, path.stat().st_size), share, None
        if is_stream(source):  # whose size is known now
            self.total += _size(path) - self._sizes[self._index]
            self._sizes[self._index] = _size(path)
        followed = _FollowedPath(path)
        followed.on_open = self._follow_file
        return followed

    def finish_file(self) -> None:
        """Count the file that is being read as read, and begin with the next one."""
        self._finished += self._sizes[self._index]
        self._index += 1
        self._file, self._share = None, (0, 1)

    def _follow_file(self, file: IO[Any]) -> None:
        self._file = file

    def _fraction(self) -> float:
        if self._file is None or self._file.closed:
            return 0.0
        return min(1.0, self._file.tell() / self._file_size)


class _FollowedPath(_ConcretePath):
    """A path that tells which file is opened there."""

    on_open: Callable[[IO[Any]], None] = staticmethod(lambda _file: None)

    def open(self, *arguments: Any, **options: Any) -> Any:
        """See Path.open."""
        file = super().open(*arguments, **options)
        self.on_open(file)
        return file


def _size(path: Path) -> int:
    try:
        return max(1, -(-path.stat().st_size // _UNIT))
    except OSError:  # reported when the file is read
        return 1
