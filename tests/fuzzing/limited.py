"""Runs a function in a process of its own that may not take more than so much time and memory."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATE: Final = Path("/proc/self/statm")
CAN: Final = sys.platform == "linux"
"""Whether it can be done here."""

_MB: Final = 1 << 20
_SLOWER: Final = 5  # times as long may it take by the clock, on a machine with other work


def limited(work: Callable[[], object], *, seconds: int, megabytes: int) -> tuple[str, float, int]:
    """What went wrong ("" if nothing did), and how many seconds of the processor and megabytes more than before the
    work took. It is stopped at so many `seconds`, and gets no more `megabytes`. Only where CAN says so."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(work, writing, seconds, megabytes)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _pid, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        said = f"it was stopped by signal {os.WTERMSIG(status)} after {usage.ru_utime:.0f} s"
    before, _newline, told = said.partition("\n")
    if not _newline:
        return said or "it ended too early", usage.ru_utime, 0
    taken, grown = before.split()
    return told, float(taken), int(grown)


def _work(work: Callable[[], object], answer: int, seconds: int, megabytes: int) -> None:
    """Do the work and say how it went; does not return."""
    import resource

    try:
        # What waits for a lock that another thread held at the fork takes no time of the processor.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_SLOWER * seconds)
        size = _size()
        resource.setrlimit(resource.RLIMIT_AS, (size + megabytes * _MB,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, seconds + 3600))
        peak, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        told = ""
        try:
            work()
        except BaseException:
            told = traceback.format_exc()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
        taken = time.process_time() - begun
        os.write(answer, f"{taken:.3f} {grown // 1024}\n{told[-2000:]}".encode())
    finally:
        sys.stdout.flush()
        os._exit(0)


def _size() -> int:
    """Bytes of address space that this process has."""
    return int(_STATE.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
