"""Runs a function in a process of its own with limited time and memory."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

_STATE: Final = Path("/proc/self/statm")
IS_SUPPORTED: Final = sys.platform == "linux"
"""Processes can be limited on this system."""

_MB: Final = 1 << 20
_CLOCK_FACTOR: Final = 5  # of the clock to the processor's time, on a busy machine


def run_limited(work: Callable[[], object], *, seconds: int, megabytes: int) -> tuple[str, float, int]:
    """Run `work`; return its error ("" if none), its seconds of processor time, and the megabytes that it added.

    It is stopped after `seconds`, and gets no more than `megabytes`. Requires IS_SUPPORTED.
    """
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        os.close(read_end)
        _run_child(work, write_end, seconds, megabytes)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        output = answer.read()
    _pid, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        output = f"it was stopped by signal {os.WTERMSIG(status)} after {usage.ru_utime:.0f} s"
    usage_line, _newline, error = output.partition("\n")
    if not _newline:
        return output or "it ended too early", usage.ru_utime, 0
    elapsed, grown = usage_line.split()
    return error, float(elapsed), int(grown)


def _run_child(work: Callable[[], object], pipe: int, seconds: int, megabytes: int) -> None:
    """Run `work` and write its outcome to the pipe; does not return."""
    import resource

    try:
        # Waiting for a lock that another thread held at the fork takes no processor time.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_CLOCK_FACTOR * seconds)
        size = _memory_size()
        resource.setrlimit(resource.RLIMIT_AS, (size + megabytes * _MB,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, seconds + 3600))
        peak, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        error = ""
        try:
            work()
        except BaseException:
            error = traceback.format_exc()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
        elapsed = time.process_time() - start
        os.write(pipe, f"{elapsed:.3f} {grown // 1024}\n{error[-2000:]}".encode())
    finally:
        sys.stdout.flush()
        os._exit(0)


def _memory_size() -> int:
    """Return the bytes of address space of this process."""
    return int(_STATE.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
