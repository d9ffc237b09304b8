"""Work in a process of its own, forked from one that has no corpus open.

What SQLite has opened must not be shared
(https://sqlite.org/howtocorrupt.html#_carrying_an_open_database_file_across_a_fork_).
"""

import os
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec


class Broken(Exception):
    """What went wrong in the process."""


class ForkedProcess:
    """A process that does `work` and reports the result."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.close(self._reading)
            run_child(lambda: write_all(writing, msgspec.json.encode(work())), writing)
        os.close(writing)

    def wait(self) -> bytes:
        """Wait for the end of the process, and return the result of its work as JSON. Raises Broken."""
        with open(self._reading, "rb") as stream:  # noqa: PTH123 - a pipe has no path
            result = stream.read()
        _pid, status = os.waitpid(self.pid, 0)
        if status:
            raise Broken(result.decode(errors="replace"))
        return result


def run_child(work: Callable[[], None], writing: int) -> NoReturn:
    """Do the work of a forked process, and exit. Errors are written to `writing`."""
    try:
        work()
    except BaseException:
        write_all(writing, msgspec.json.encode({"failed": traceback.format_exc()}) + b"\n")
        os._exit(3)
    os._exit(0)


def write_all(writing: int, data: bytes) -> None:
    """Write all of the data."""
    while data:
        data = data[os.write(writing, data) :]
