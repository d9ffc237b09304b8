"""Values that come one by one and may be very many: kept in a file that has no name, and goes with its last reader."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, Generic, TypeVar

import msgspec

T = TypeVar("T")

_IN_MEMORY: Final = 1 << 18  # bytes; what is more goes to the disk


class Spool(Generic[T]):
    """Values of one kind, which msgspec can write, in the order in which they came. Raises OSError where the disk has
    no room for them."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the last reference
        self._count = 0

    def __del__(self) -> None:
        self._file.close()

    def append(self, value: T) -> None:
        """Add a value after the others."""
        self._file.seek(0, 2)
        self._file.write(msgspec.json.encode(value) + b"\n")
        self._count += 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        at = given = 0
        while given < self._count:
            self._file.seek(at)  # another reader, or a value that was added, may have moved it
            line = self._file.readline()
            at, given = at + len(line), given + 1
            yield msgspec.json.decode(line, type=self._kind)
