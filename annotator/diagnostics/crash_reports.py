"""Reports of unexpected errors, for a person to send to the maintainers.

A report is a text file in the log folder: versions, the error's trace, the log's end and counts of the corpus, but
nothing of an article (see `redaction`).
"""

import faulthandler
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator import __version__, i18n, settings
from annotator.diagnostics import logs
from annotator.diagnostics.redaction import describe_error, error_location, format_trace, redact
from annotator.file_ops import discard_file

_MAX_REPORTS: Final = 20
_LINES: Final = 50  # of the log
_TRACE: Final = 300  # lines of the record of a crash
_WEEK: Final = 7 * 24 * 3600  # seconds; no process is expected to run longer
_CRASH: Final = "crash-"
_OPEN: Final = "open-"


class ErrorDetails(Struct, frozen=True):
    """An unexpected error: summary (one line), trace, and location, which identifies it.

    `corpora` are the paths open in crashed processes, for no report.
    """

    summary: str
    trace: tuple[str, ...]
    location: str
    corpora: tuple[Path, ...] = ()

    @classmethod
    def from_error(cls, error: BaseException) -> "ErrorDetails":
        """Describe an error without keeping it."""
        thread = threading.current_thread()
        thread_note = "" if thread is threading.main_thread() else " in another thread"
        return cls(describe_error(error) + thread_note, tuple(format_trace(error)), error_location(error))


def format_report(details: ErrorDetails, facts: Mapping[str, str]) -> str:
    """Format an error report; `facts` by name, such as versions and figures of the corpus."""
    parts = (
        ["An error report of Annotator. It contains no article text and no file names."],
        format_facts({**program_facts(), **facts}),
        [details.summary, "", *details.trace],
        ["The last lines of the log:", "", *logs.last_lines(_LINES)],
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def format_facts(facts: Mapping[str, str]) -> list[str]:
    """Format each fact as a redacted line."""
    width = max(map(len, facts))
    return [f"{name:<{width}}  {redact(fact)}" for name, fact in facts.items()]


def program_facts() -> dict[str, str]:
    """Return facts by name about the program, Python and the system."""
    import platform  # slow to load, like the next one
    from importlib.metadata import PackageNotFoundError, version

    try:
        utils = version("sqlite-utils")
    except PackageNotFoundError:
        utils = "unknown"
    return {
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "annotator": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
        "sqlite-utils": utils,
        "language": i18n.current_language(),
    }


def save_report(text: str) -> Path | None:
    """Save a report in the log folder and delete the oldest ones.

    Returns None if it cannot be written.
    """
    folder = settings.log_dir()
    name = datetime.now().strftime("report-%Y%m%d-%H%M%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for path in _report_paths(folder, name) if not path.exists())
        path.write_text(text, encoding="utf-8", newline=os.linesep)
        for report in [report for report in list_reports() if report != path][_MAX_REPORTS - 1 :]:
            discard_file(report)
    except OSError:
        return None
    return path


def list_reports() -> list[Path]:
    """Return the saved reports, newest first."""
    return sorted(settings.log_dir().glob("report-*.txt"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


@contextmanager
def recording_crashes() -> Iterator[Callable[[Path | None], None]]:
    """Have faulthandler record crashes of this process beyond Python's reach.

    Yields a function that notes which corpus is open, or about to be.
    """
    path = settings.log_dir() / datetime.now().strftime(f"{_CRASH}%Y%m%d-%H%M%S-{os.getpid()}.txt")
    corpus_path = _open_corpus_file(path)

    def note(corpus: Path | None) -> None:
        with suppress(OSError):
            if corpus:
                corpus_path.write_bytes(os.fsencode(corpus.absolute()))
            else:
                corpus_path.unlink(missing_ok=True)

    try:
        file = path.open("wb")  # faulthandler writes to the descriptor itself
    except OSError:
        yield lambda _corpus: None
        return
    try:
        faulthandler.enable(file)
        yield note
    finally:
        faulthandler.disable()
        file.close()
        for temporary_path in (path, corpus_path):
            discard_file(temporary_path)  # on Windows it may also record handled errors


def take_crash() -> ErrorDetails | None:
    """Return and delete the records of crashes since the last call: the latest one's, with the corpora of all."""
    crash: ErrorDetails | None = None
    corpora: list[Path] = []
    for path in sorted(settings.log_dir().glob(f"{_CRASH}*.txt")):
        with suppress(OSError):  # a file that cannot be read or deleted stays
            lines = [redact(line.rstrip()) for line in path.read_text("utf-8", "replace").splitlines()[:_TRACE]]
            corpus_path = _open_corpus_file(path)
            if lines and corpus_path.exists():
                corpora.append(Path(os.fsdecode(corpus_path.read_bytes())))
            if lines:
                crash = ErrorDetails("The program ended unexpectedly.", tuple(lines), path.stem, tuple(corpora))
            # The process of an empty record is still running, or was terminated from outside.
            if lines or path.stat().st_mtime < time.time() - _WEEK:
                path.unlink()
                corpus_path.unlink(missing_ok=True)
    return crash


def _open_corpus_file(crash: Path) -> Path:
    """Return the file that notes which corpus was open."""
    return crash.with_name(f"{_OPEN}{crash.name.removeprefix(_CRASH)}")


def _report_paths(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.txt"
    yield from (folder / f"{name}-{number}.txt" for number in range(2, 1000))
