"""A list on disk, for very many values that come one by one.

The file has no name and is deleted with its last reader.
"""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, Generic, TypeVar

import msgspec

T = TypeVar("T")

_MAX_MEMORY: Final = 1 << 18  # bytes before the file moves to disk


class Spool(Generic[T]):
    """Values of one type that msgspec can encode, in order.

    Raises OSError if the disk is full.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._file = SpooledTemporaryFile(_MAX_MEMORY)  # noqa: SIM115 - closed with the last reference
        self._count = 0

    def __del__(self) -> None:
        self._file.close()

    def append(self, value: T) -> None:
        """Add a value at the end."""
        self._file.seek(0, 2)
        self._file.write(msgspec.json.encode(value) + b"\n")
        self._count += 1

    def __repr__(self) -> str:
        return f"<{self._count} of {self._kind.__name__}>"

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return iter(self.reader(), None)

    def reader(self) -> Callable[[], T | None]:
        """Return a function that returns the next value at each call, and None as long as there is no further one."""
        offset = index = 0

        def read() -> T | None:
            nonlocal offset, index
            if index == self._count:
                return None
            self._file.seek(offset)  # another reader or `append` may have moved it
            line = self._file.readline()
            offset, index = offset + len(line), index + 1
            return msgspec.json.decode(line, type=self._kind)

        return read
