"""Signals that end a command as Ctrl+C does, so that it cleans up after itself."""

import _thread
import os
import signal
import sys
from threading import Timer
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What docker, systemd, `timeout` and a closed terminal send; Ctrl+Break on Windows."""
_AGAIN: Final = 0.01  # seconds
_BASE: Final = 128  # a shell's exit code for a process that a signal ended is this and the signal's number


class Terminated(KeyboardInterrupt):
    """The process was asked to end by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def catch() -> None:
    """Have each of these signals raise Terminated, unless whoever started the process has it ignored."""
    sys.unraisablehook = _raise_again
    for number in _numbers():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


def release() -> None:
    """Have them end the process at once again: a window cannot unwind."""
    if sys.unraisablehook is _raise_again:
        sys.unraisablehook = sys.__unraisablehook__
    for number in _numbers():
        if signal.getsignal(number) is _terminate:
            signal.signal(number, signal.SIG_DFL)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a command that was interrupted: 128 and the number of the signal, as shells have it."""
    return _BASE + (interrupt.number if isinstance(interrupt, Terminated) else signal.SIGINT)


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _terminate(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # cleaning up is not to be interrupted
    raise Terminated(number)


def _raise_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Raise an interrupt once more that came within a destructor or a callback, from which nothing can be raised."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    number = exit_code(unraisable.exc_value) - _BASE
    if number != signal.SIGINT:
        signal.signal(number, _terminate)
    if sys.platform == "win32":
        timer = Timer(_AGAIN, _thread.interrupt_main, [number])
    else:  # which ends a wait of the system's too
        timer = Timer(_AGAIN, os.kill, [os.getpid(), number])
    timer.daemon = True
    timer.start()
