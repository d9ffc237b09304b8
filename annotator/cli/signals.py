"""Signals that end the process: a command cleans up as after Ctrl+C."""

import _thread
import os
import signal
import sys
from threading import Event, Thread
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""Sent by docker, systemd, `timeout` and a closed terminal; Ctrl+Break on Windows."""
_RETRY_DELAY: Final = 0.01  # seconds
_is_raised: Final = Event()  # whether the interrupt of a destructor was raised again
_EXIT_CODE_BASE: Final = 128  # as shells report it: this plus the signal's number


class Terminated(KeyboardInterrupt):
    """A signal asks the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def install_handlers() -> None:
    """Make these signals raise Terminated, unless ignored when the process started."""
    sys.unraisablehook = _raise_again
    for number in _signal_numbers():
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _terminate)


def remove_handlers() -> None:
    """Make these signals end the process at once again: Qt's event loop cannot unwind."""
    if sys.unraisablehook is _raise_again:
        sys.unraisablehook = sys.__unraisablehook__
    for number in _signal_numbers():
        if signal.getsignal(number) is _terminate:
            signal.signal(number, signal.SIG_DFL)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return an interrupted command's exit code: 128 plus the signal's number."""
    return _EXIT_CODE_BASE + (interrupt.number if isinstance(interrupt, Terminated) else signal.SIGINT)


def _signal_numbers() -> list[int]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _terminate(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # do not interrupt the cleanup
    raise Terminated(number)


def _raise_again(unraisable: "sys.UnraisableHookArgs") -> None:
    """Raise an interrupt again that a destructor or callback only printed."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    number = exit_code(unraisable.exc_value) - _EXIT_CODE_BASE
    _is_raised.clear()
    signal.signal(number, _interrupt_outside_the_hook)
    Thread(target=_send_until_raised, args=[number], daemon=True).start()


def _send_until_raised(number: int) -> None:
    while not _is_raised.wait(_RETRY_DELAY):
        if sys.platform == "win32":
            _thread.interrupt_main(signal.Signals(number))
        else:  # a real signal also ends a blocking system call
            os.kill(os.getpid(), number)


def _interrupt_outside_the_hook(number: int, frame: FrameType | None) -> None:
    """Raise the interrupt, but only outside the hook: there it would be lost again."""
    while frame:
        if frame.f_code is _raise_again.__code__:
            return
        frame = frame.f_back
    _is_raised.set()
    signal.signal(number, signal.SIG_IGN)  # it may have been sent once more
    raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)
