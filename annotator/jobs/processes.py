"""Work at the chunks of a long job in several processes."""

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from annotator import i18n

if TYPE_CHECKING:
    from concurrent.futures import Future

_MAX_PROCESSES: Final = 61  # of a pool on Windows
_CHUNKS_AHEAD: Final = 2  # for each process: none waits, and memory stays flat
GC_THRESHOLD: Final = 20_000
"""Objects after which Python looks for cycles: at each 700, that is a tenth of the time for suggestions."""
_SAFE_PATH: Final = "PYTHONSAFEPATH"
_start_lock: Final = threading.Lock()
"""Held while a process starts: what shelters it is changed for this whole process."""
_function: Callable[[Any], Any]
"""What a process of the pool does with each chunk."""

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
ChunkMap: TypeAlias = Callable[[Iterable[Chunk]], Generator[Result, None, None]]
"""Yields a function's results in the order of the chunks."""


def map_in_processes(
    function: Callable[[Chunk], Result], chunks: Iterable[Chunk], jobs: int
) -> Generator[Result, None, None]:
    """Yield the function's results in the order of the chunks, from `jobs` processes (see `worker_processes`)."""
    with worker_processes(function, jobs) as map_chunks:
        yield from map_chunks(chunks)


@contextmanager
def worker_processes(function: Callable[[Chunk], Result], jobs: int) -> Iterator[ChunkMap[Chunk, Result]]:
    """Yield a map of the function over chunks by `jobs` processes, which end with the block; 1 is this process itself.

    Function, chunks and results are pickled, the function once for each process. Only a few chunks are read ahead.
    Closing the map drops them; the block waits for those at work. The map raises what the function raises. Raises
    ValueError for less than one process.
    """
    if jobs < 1:
        raise ValueError(f"jobs {jobs} are none: at least 1 process does the work")
    # With -E, but without -P, a new Python would import modules from the working directory.
    if jobs == 1 or (sys.flags.ignore_environment and not sys.flags.safe_path):
        yield lambda chunks: (function(chunk) for chunk in chunks)
        return
    import multiprocessing  # late, as the next one: most commands work in one process
    from concurrent.futures import ProcessPoolExecutor

    jobs = min(jobs, _MAX_PROCESSES)
    context = multiprocessing.get_context("spawn")  # SQLite and Qt do not survive a fork
    with _sheltered_start():  # of the process that tracks the pool's locks
        pool = ProcessPoolExecutor(jobs, context, _prepare_process, (i18n.current_language(), function))

    def map_chunks(chunks: Iterable[Chunk]) -> Generator[Result, None, None]:
        pending: deque[Future[Result]] = deque()
        try:
            for chunk in chunks:
                with _sheltered_start():
                    pending.append(pool.submit(_work, chunk))
                if len(pending) > jobs * _CHUNKS_AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()

    try:
        yield map_chunks
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _sheltered_start() -> Iterator[None]:
    """Keep processes that start in the block from Ctrl+C, which is for this one, and from code of others.

    Modules in the working directory, beside a stranger's corpus, could replace Python's. The script that uses the
    library would be run again in each process, unless it is written for that: they need nothing of it.
    """
    with _start_lock:
        safe_path, os.environ[_SAFE_PATH] = os.environ.get(_SAFE_PATH, ""), "1"
        main = vars(sys.modules["__main__"])
        script: dict[str, Any] = {name: main[name] for name in ("__file__", "__spec__") if name in main}
        main.update(dict.fromkeys(script))
        mask = None
        try:
            if sys.platform != "win32":
                from multiprocessing import resource_tracker

                resource_tracker.ensure_running()  # which unblocks the signal when it starts
                mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            yield
        finally:
            os.environ[_SAFE_PATH] = safe_path
            main.update(script)
            if sys.platform != "win32" and mask is not None:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _prepare_process(language: str, function: Callable[[Any], Any]) -> None:
    """Prepare a process of the pool, which leaves Ctrl+C to its parent and ends with it."""
    global _function
    gc.set_threshold(GC_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    i18n.set_language(language)
    _function = function
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _work(chunk: Any) -> Any:
    """Work at a chunk, in a process of the pool."""
    return _function(chunk)


def _end_with_parent() -> None:
    import multiprocessing

    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
