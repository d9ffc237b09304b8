"""The log of what the program did and when, without anything of an article.

Every module has its own logger, `logging.getLogger(__name__)`. Records reach the file after `start`, called by the
window or a command with an unexpected error.
"""

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from annotator import settings
from annotator.diagnostics.redaction import describe_error, format_trace, path_fingerprint, redact

_FILE: Final = "annotator.log"
_SIZE: Final = 1_000_000  # bytes of a full file
_OLDER: Final = 3  # older files beside it
_TAIL: Final = 20_000  # bytes searched for the last lines
_PROGRAM: Final = logging.getLogger("annotator")


class RedactingFormatter(logging.Formatter):
    """Formatter of one redacted line per record, and its error's trace.

    Numbers stay; files become fingerprints.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record = logging.makeLogRecord(record.__dict__)  # leave the original to other handlers
        error = record.exc_info[1] if record.exc_info else None
        message = str(record.msg)
        if isinstance(record.args, tuple) and record.args:
            message %= tuple(map(_redact_argument, record.args))
        record.msg, record.args, record.exc_info, record.exc_text = redact(message), (), None, None
        line = super().format(record)
        return "\n".join((line, *format_trace(error))) if error else line


class _RepeatFilter(logging.Filter):
    """Filter that drops an immediately repeated warning: two attempts a second may fail for hours."""

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[object, ...] = ()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to keep the record."""
        before, self._last = self._last, (record.name, record.msg, record.args, record.exc_info)
        return record.levelno < logging.WARNING or self._last != before


class _SharedLogHandler(RotatingFileHandler):
    """Rotating handler for several windows that share a log.

    The first to find the file full begins a new one. On Windows, another window that has it open may prevent that; then
    it grows.
    """

    def _open(self) -> TextIOWrapper:
        """Open the file like the base class, with the system's line ends."""
        path = Path(self.baseFilename)
        return path.open("a", encoding=self.encoding, errors=self.errors, newline=os.linesep)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Begin a new file, unless another window just has."""
        if self.stream:
            self.stream.close()
            self.stream = None
        path = Path(self.baseFilename)
        try:
            if path.stat().st_size >= _SIZE // 2:
                full = path.with_name(f"{path.name}.{os.getpid()}")
                path.replace(full)  # first, so that a failure leaves the older ones untouched
                for number in range(_OLDER, 1, -1):
                    with suppress(FileNotFoundError):
                        path.with_name(f"{path.name}.{number - 1}").replace(path.with_name(f"{path.name}.{number}"))
                full.replace(path.with_name(f"{path.name}.1"))
            self.maxBytes = _SIZE
        except OSError:
            self.maxBytes += _SIZE // 10  # before the next attempt
        self.stream = self._open()

    def handleError(self, _record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Ignore a log that cannot be written, as on a full disk."""

    def close(self) -> None:
        with suppress(OSError):  # buffered lines are lost
            super().close()


def start() -> bool:
    """Begin to write to the log file; return whether that is possible."""
    stop()
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _SharedLogHandler(path, maxBytes=_SIZE, backupCount=_OLDER, encoding="utf-8", errors="replace")
    except OSError:
        return False
    handler.setFormatter(RedactingFormatter())
    handler.addFilter(_RepeatFilter())
    _PROGRAM.addHandler(handler)
    _PROGRAM.setLevel(logging.INFO)
    return True


def stop() -> None:
    """Stop writing to the file."""
    for log_handler in [handler for handler in _PROGRAM.handlers if isinstance(handler, _SharedLogHandler)]:
        _PROGRAM.removeHandler(log_handler)
        log_handler.close()


def log_path() -> Path:
    """Return the log's path; older ones beside it end with `.1` and so on."""
    return settings.log_dir() / _FILE


def last_lines(count: int) -> list[str]:
    """Return at most `count` last lines of the log; none if it is unreadable."""
    lines: list[str] = []
    for path in (log_path().with_name(f"{_FILE}.1"), log_path()):
        with suppress(OSError), path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL))
            lines += file.read().decode("utf-8", "replace").splitlines()
    return lines[-count:]


def _redact_argument(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Path):
        return path_fingerprint(value)
    return describe_error(value) if isinstance(value, BaseException) else redact(str(value))
