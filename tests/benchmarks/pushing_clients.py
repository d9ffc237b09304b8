"""Many clients who push to a server at once: some processes, each with a thread and a connection for every client.

The clients are the program's own connection (`TeamServer`) in threads. A push waits for the server with Python's lock
released, and takes a client about a millisecond of its processor; several processes share that out, so that one
lock is not what is measured. Each says how much of the processor its clients took.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import IO, Final

import msgspec
from msgspec import Struct
from pushing import Access, PushServer, StepMaker, open_server

_READY: Final = "ready"


class Client(Struct, frozen=True):
    """A member with the articles (uids) that they label, and how they get into each of the servers."""

    accesses: tuple[Access, ...]
    articles: tuple[str, ...]
    first_step: int


class Beginning(Struct, frozen=True):
    """What a process is told at first: its clients, the uid of their label, and what chance begins with."""

    clients: tuple[Client, ...]
    label: str
    seed: int


class Order(Struct, frozen=True):
    """What the first `clients` of a process do next: push to the server of this kind, one edit at a time.

    Each makes one every `pause` seconds; with no pause, as many as it can.
    """

    kind: str
    clients: int
    seconds: float
    pause: float


class Outcome(Struct, frozen=True):
    """What clients did: how many milliseconds each push took, and the errors; the seconds of the clients' processor."""

    times: tuple[float, ...] = ()
    errors: tuple[str, ...] = ()
    processor: float = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        """Return what both did."""
        return Outcome(self.times + other.times, self.errors + other.errors, self.processor + other.processor)


class Clients:
    """Processes with clients that are connected."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]]) -> None:
        self._processes = processes

    def push(self, kind: str, clients: int, seconds: float, pause: float = 0) -> Outcome:
        """Let so many clients push for some seconds; return what they did."""
        for number, process in enumerate(self._processes):
            share = len(range(number, clients, len(self._processes)))
            _send(process.stdin, Order(kind, share, seconds, pause))
        total = Outcome()
        for process in self._processes:
            total += msgspec.json.decode(_read_line(process), type=Outcome)
        return total


@contextmanager
def connect_clients(clients: Sequence[Client], label: str, processes: int) -> Iterator[Clients]:
    """Start the processes, with all clients connected to all servers."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    started = [
        subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env=environment,
        )
        for _number in range(processes)
    ]
    try:
        for number, process in enumerate(started):
            _send(process.stdin, Beginning(tuple(clients[number::processes]), label, number))
        for process in started:
            assert _read_line(process) == _READY
        yield Clients(started)
    finally:
        for process in started:
            process.kill()
            process.communicate()


def _send(stream: IO[str] | None, message: Struct) -> None:
    assert stream
    print(msgspec.json.encode(message).decode(), file=stream, flush=True)


def _read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline().strip()
    assert line, "a process of clients ended"
    return line


# In the process


class _Worker:
    """A client in its thread."""

    def __init__(self, client: Client, label: str, random: Random) -> None:
        self._servers: dict[str, PushServer] = {access.kind: open_server(access) for access in client.accesses}
        self._maker = StepMaker(client.accesses[0].member, client.articles, label, client.first_step)
        self._random = random
        for server in self._servers.values():
            server.push(server.prepare(self._maker.make(1)))  # the first one prepares the functions of a connection

    def push(self, order: Order, times: list[float], errors: list[str]) -> None:
        server, start = self._servers[order.kind], time.perf_counter()
        due = start + self._random.uniform(0, order.pause)
        while max(due, time.perf_counter()) < start + order.seconds:
            time.sleep(max(0, due - time.perf_counter()))
            prepared = server.prepare(self._maker.make(1))
            begin = time.perf_counter()
            try:
                server.push(prepared)
            except Exception as error:
                errors.append(f"{type(error).__name__}: {error}")
                return
            times.append(1000 * (time.perf_counter() - begin))
            due += order.pause * self._random.uniform(0.5, 1.5)


def main() -> None:
    """Be a process of clients: read what to do from stdin, and write what was done to stdout."""
    beginning = msgspec.json.decode(sys.stdin.readline(), type=Beginning)
    random = Random(beginning.seed)
    workers = [_Worker(client, beginning.label, Random(random.random())) for client in beginning.clients]
    print(_READY, flush=True)
    for line in sys.stdin:
        order, times, errors = msgspec.json.decode(line, type=Order), list[float](), list[str]()
        start = time.process_time()
        threads = [
            threading.Thread(target=worker.push, args=(order, times, errors)) for worker in workers[: order.clients]
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _send(sys.stdout, Outcome(tuple(times), tuple(errors), time.process_time() - start))


if __name__ == "__main__":
    main()
