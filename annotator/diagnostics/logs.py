"""The log: what the program did and when, for whoever looks for what went wrong. Nothing of an article gets into it.

Every module has its own logger, `logging.getLogger(__name__)`. What they say reaches the file once `start` was called:
by the window, and by a command that met an error nobody foresaw.
"""

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from annotator import settings
from annotator.diagnostics.redaction import described, scrubbed, sign, traced

_FILE: Final = "annotator.log"
_SIZE: Final = 1_000_000  # bytes, after which a new file is begun
_OLDER: Final = 3  # files kept beside it
_TAIL: Final = 20_000  # bytes in which the last lines are looked for
_PROGRAM: Final = logging.getLogger("annotator")


class Harmless(logging.Formatter):
    """One line a record: numbers as they are, files by their sign, errors with their trace, and all else scrubbed."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record = logging.makeLogRecord(record.__dict__)  # other handlers have their own way with it
        error = record.exc_info[1] if record.exc_info else None
        said = str(record.msg)
        if isinstance(record.args, tuple) and record.args:
            said %= tuple(map(_harmless, record.args))
        record.msg, record.args, record.exc_info, record.exc_text = scrubbed(said), (), None, None
        line = super().format(record)
        return "\n".join((line, *traced(error))) if error else line


class _News(logging.Filter):
    """Has a warning once that comes again and again: what is tried twice a second may fail for hours."""

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[object, ...] = ()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is not the same as the last one."""
        before, self._last = self._last, (record.name, record.msg, record.args, record.exc_info)
        return record.levelno < logging.WARNING or self._last != before


class _File(RotatingFileHandler):
    """Goes on in a new file when this one is full. Several windows write to one log: whoever finds it full first begins
    the new file, and where Windows keeps it from that, for another window has the old one open, the old one grows."""

    def _open(self) -> TextIOWrapper:
        """As the base class, with the line ends of the system: people read it."""
        path = Path(self.baseFilename)
        return path.open("a", encoding=self.encoding, errors=self.errors, newline=os.linesep)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Begin a new file, unless another window has done so meanwhile."""
        if self.stream:
            self.stream.close()
            self.stream = None
        path = Path(self.baseFilename)
        try:
            if path.stat().st_size >= _SIZE // 2:
                full = path.with_name(f"{path.name}.{os.getpid()}")
                path.replace(full)  # before the older ones change their names, so that a failure leaves them alone
                for number in range(_OLDER, 1, -1):
                    with suppress(FileNotFoundError):
                        path.with_name(f"{path.name}.{number - 1}").replace(path.with_name(f"{path.name}.{number}"))
                full.replace(path.with_name(f"{path.name}.1"))
            self.maxBytes = _SIZE
        except OSError:
            self.maxBytes += _SIZE // 10  # until it is tried again
        self.stream = self._open()

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A log that cannot be written, on a disk that is full, is no reason to disturb anybody."""

    def close(self) -> None:
        with suppress(OSError):  # what waited to be written never will be
            super().close()


def start() -> bool:
    """Write what is logged from now on to the file in the log folder; whether there is one now.

    Where the folder cannot be made or written to, the program does its work without.
    """
    stop()
    path = file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(path, maxBytes=_SIZE, backupCount=_OLDER, encoding="utf-8", errors="replace")
    except OSError:
        return False
    handler.setFormatter(Harmless())
    handler.addFilter(_News())
    _PROGRAM.addHandler(handler)
    _PROGRAM.setLevel(logging.INFO)
    return True


def stop() -> None:
    """Write no more."""
    for handler in [one for one in _PROGRAM.handlers if isinstance(one, _File)]:
        _PROGRAM.removeHandler(handler)
        handler.close()


def file() -> Path:
    """Where the log is; older ones lie beside it as `annotator.log.1` and on."""
    return settings.log_dir() / _FILE


def last(count: int) -> list[str]:
    """So many lines of the log, the last ones; fewer where there are no more, or none can be read."""
    lines: list[str] = []
    for path in (file().with_name(f"{_FILE}.1"), file()):
        with suppress(OSError), path.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, 2) - _TAIL))
            lines += opened.read().decode("utf-8", "replace").splitlines()
    return lines[-count:]


def _harmless(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Path):
        return sign(value)
    return described(value) if isinstance(value, BaseException) else scrubbed(str(value))
