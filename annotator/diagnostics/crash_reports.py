"""Reports of errors that nobody foresaw: what a person can send to whoever looks after the program.

A report is a text file in the folder of the log. It holds versions, the trace of the error, the last lines of the log
and how much the corpus holds; nothing of an article (see `harmless`).
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
from annotator.diagnostics.redaction import described, place, scrubbed, traced
from annotator.file_ops import discard_file

_KEPT: Final = 20  # reports
_LINES: Final = 50  # of the log
_TRACE: Final = 300  # lines of what is left of a process that crashed
_WEEK: Final = 7 * 24 * 3600  # seconds after which no process is expected to be running still
_CRASH: Final = "crash-"
_OPEN: Final = "open-"


class Fault(Struct, frozen=True):
    """One such error: what it was, in a line, its trace, and `place`, which tells it from others.

    `corpora` are the paths of those that were open where processes crashed; no report holds them.
    """

    what: str
    trace: tuple[str, ...]
    place: str
    corpora: tuple[Path, ...] = ()

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        """Of an error, of which itself nothing is kept."""
        thread = threading.current_thread()
        where = "" if thread is threading.main_thread() else " in another thread"
        return cls(described(error) + where, tuple(traced(error)), place(error))


def report(fault: Fault, facts: Mapping[str, str]) -> str:
    """What a report says of an error; `facts` by their names: versions, the corpus."""
    parts = (
        ["A report of the annotator: it holds no text of an article and no name of a file."],
        listed({**own_facts(), **facts}),
        [fault.what, "", *fault.trace],
        ["The last lines of the log:", "", *logs.last(_LINES)],
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def listed(facts: Mapping[str, str]) -> list[str]:
    """Facts by their names, a line each, without anything that does not belong into a report."""
    width = max(map(len, facts))
    return [f"{name:<{width}}  {scrubbed(fact)}" for name, fact in facts.items()]


def own_facts() -> dict[str, str]:
    """What the program, its Python and the system are, by the names of the facts."""
    import platform  # as the next one, slow to load, and no start waits for them
    from importlib.metadata import PackageNotFoundError, version

    try:
        utils = version("sqlite-utils")
    except PackageNotFoundError:
        utils = "not known"
    return {
        "time": datetime.now().astimezone().isoformat(timespec="seconds"),
        "annotator": __version__,
        "Python": platform.python_version(),
        "system": platform.platform(),
        "sqlite-utils": utils,
        "language": i18n.current(),
    }


def write(text: str) -> Path | None:
    """Keep a report in the folder of the log, and the newest ones beside it; None where it cannot be written."""
    folder = settings.log_dir()
    name = datetime.now().strftime("report-%Y%m%d-%H%M%S")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = next(path for path in _names(folder, name) if not path.exists())
        path.write_text(text, encoding="utf-8", newline=os.linesep)
        for old in [one for one in reports() if one != path][_KEPT - 1 :]:
            discard_file(old)
    except OSError:
        return None
    return path


def reports() -> list[Path]:
    """The reports that are kept, the newest first."""
    return sorted(settings.log_dir().glob("report-*.txt"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


@contextmanager
def watching() -> Iterator[Callable[[Path | None], None]]:
    """Have the place written down where this process crashes meanwhile, beyond what Python could catch.

    Yields a function that notes which corpus is open, or about to be, for `crashed` to tell.
    """
    path = settings.log_dir() / datetime.now().strftime(f"{_CRASH}%Y%m%d-%H%M%S-{os.getpid()}.txt")
    mark = _mark(path)

    def note(corpus: Path | None) -> None:
        with suppress(OSError):
            if corpus:
                mark.write_bytes(os.fsencode(corpus.absolute()))
            else:
                mark.unlink(missing_ok=True)

    try:
        file = path.open("wb")  # written past Python
    except OSError:
        yield lambda _corpus: None
        return
    try:
        faulthandler.enable(file)
        yield note
    finally:
        faulthandler.disable()
        file.close()
        for each in (path, mark):
            discard_file(each)  # Windows has it write of errors, too, that did no harm


def crashed() -> Fault | None:
    """What is left of a process that crashed since this was asked last; what is found is cleared away."""
    found: Fault | None = None
    corpora: list[Path] = []
    for path in sorted(settings.log_dir().glob(f"{_CRASH}*.txt")):
        with suppress(OSError):  # what cannot be read or cleared away is left
            lines = [scrubbed(line.rstrip()) for line in path.read_text("utf-8", "replace").splitlines()[:_TRACE]]
            mark = _mark(path)
            if lines and mark.exists():
                corpora.append(Path(os.fsdecode(mark.read_bytes())))
            if lines:
                found = Fault("The program ended unexpectedly.", tuple(lines), path.stem, tuple(corpora))
            # An empty one is that of a process that is running still, or was ended from outside.
            if lines or path.stat().st_mtime < time.time() - _WEEK:
                path.unlink()
                mark.unlink(missing_ok=True)
    return found


def _mark(crash: Path) -> Path:
    """Where it is noted which corpus the process has open whose crash would be written there."""
    return crash.with_name(f"{_OPEN}{crash.name.removeprefix(_CRASH)}")


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.txt"
    yield from (folder / f"{name}-{at}.txt" for at in range(2, 1000))
