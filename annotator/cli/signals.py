"""Signals that end a command as Ctrl+C does, so that it cleans up after itself."""

import signal
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What docker, systemd, `timeout` and a closed terminal send; Ctrl+Break on Windows."""
_BASE: Final = 128  # a shell's exit code for a process that a signal ended is this and the signal's number


class Terminated(KeyboardInterrupt):
    """The process was asked to end by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def catch() -> None:
    """Have each of these signals raise Terminated, unless whoever started the process has it ignored."""
    for number in _numbers():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


def release() -> None:
    """Have them end the process at once again: a window cannot unwind."""
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
