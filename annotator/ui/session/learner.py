"""Background learning: runs `annotator learn` whenever enough articles are finished.

A task of the TaskRunner waits for a process, as the training holds the interpreter's lock for up to 0.7 s at a time
(docs/adr/0010), for which a key would have to wait.
"""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from PySide6.QtCore import QObject, QTimer

from annotator import i18n
from annotator.file_ops import discard_folder, explain_os_error
from annotator.i18n import _
from annotator.model.records import DONE, Status, Step
from annotator.store.errors import CorpusError
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import Cancelled, TaskRunner

_log = logging.getLogger(__name__)
_OPENING_TIME: Final = 2000  # milliseconds after which an opened corpus is on the screen
_MAIN: Final = "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); from annotator.cli import main; main()"


class Learner(QObject):
    """Starts the process when due and informs the session."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._tasks = TaskRunner(self, "learning")
        self._process: _Process | None = None  # the last one
        self._last_failure = ""  # a failure that recurs at each article is reported once
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._start_if_due)
        session.corpus_opened.connect(self._on_corpus_opened)
        session.corpus_closing.connect(self.stop)
        session.displacing.connect(self.stop)  # it would write into the log of the old file
        session.displaced.connect(self._on_corpus_opened)
        session.corpus_changed.connect(self._on_corpus_changed)

    def stop(self) -> None:
        """Stop learning and discard unfinished results."""
        self._timer.stop()
        if self._process and self._tasks.is_busy:
            self._process.kill()
            self._tasks.cancel()
            self._session.set_learning(False)

    def _on_corpus_opened(self) -> None:
        self.stop()
        self._last_failure = ""
        self._timer.start(_OPENING_TIME)

    def _on_corpus_changed(self, step: Step | None) -> None:
        """Start learning if due, once an article was finished or may have been (None)."""
        states = [edit.after for edit in step.edits if isinstance(edit.after, Status)] if step else []
        if step is None or any(status.state == DONE for status in states):
            self._start_if_due()

    def _start_if_due(self) -> None:
        corpus = self._session.corpus
        if self._tasks.is_busy or not corpus:
            return
        from annotator.jobs.learning import needs_training  # no start waits for the suggesters

        try:
            if needs_training(corpus):
                self._start(str(corpus.path.absolute()))
        except CorpusError as error:
            self._report_failure(str(error))

    def _start(self, path: str) -> None:
        self._process = _Process([sys.executable, *_python_arguments(), "learn", path])
        self._session.set_learning(True)
        _log.info("learning begins")
        self._tasks.run_quietly(
            self._process.run,
            self._on_learned,
            failed=self._report_failure,
            aborted=lambda: self._session.set_learning(False),
        )

    def _on_learned(self, _result: None) -> None:
        self._last_failure = ""
        self._session.set_learning(False)
        self._session.learned.emit()
        self._start_if_due()  # more articles may have been finished meanwhile

    def _report_failure(self, reason: str) -> None:
        if reason != self._last_failure:
            self._last_failure = reason
            self._session.failed.emit(_("Learning from finished articles failed: {reason}").format(reason=reason))


class _Process:
    """A command of the program that one thread waits for while another may kill it."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._lock = Lock()  # it is either started or killed first
        self._is_killed = False
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Run it in a folder of its own. Raises CorpusError with the last line of its output if it fails."""
        with _temporary_folder() as folder, self._start(folder) as process:
            try:
                _output, errors = process.communicate()
            finally:
                process.kill()
        text = errors.decode(errors="replace").strip()
        _log.info("learning ended with %d: %s", process.returncode, text)
        if process.returncode:
            line = text.splitlines()[-1].removeprefix("annotator: ") if text else ""
            raise CorpusError(line or _("the process ended without an error message"))

    def kill(self) -> None:
        """Kill it, or keep it from being started."""
        with self._lock:
            self._is_killed = True
            if self._process:
                self._process.kill()

    def _start(self, folder: Path) -> subprocess.Popen[bytes]:
        variables = {
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
            "ANNOTATOR_LANGUAGE": i18n.current_language(),
        }
        with self._lock:
            if self._is_killed:
                raise Cancelled
            try:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    cwd=folder,
                    env=os.environ | variables,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            except OSError as error:
                raise CorpusError(explain_os_error(error)) from error
            return self._process


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Create a folder and delete it with what a killed process left. Raises CorpusError if there can be none."""
    try:
        path = Path(tempfile.mkdtemp(prefix="annotator-"))
    except OSError as error:
        raise CorpusError(explain_os_error(error)) from error
    try:
        yield path
    finally:
        discard_folder(path)  # patient: on Windows a virus scanner may still read what the process wrote


def _python_arguments() -> list[str]:
    """Return the arguments that make Python, or the frozen program, run the `annotator` command.

    It has this process's import paths. `-m` would put the working directory first, with any modules that a stranger
    sent along with a corpus.
    """
    if getattr(sys, "frozen", False):
        return []
    return ["-P", "-c", _MAIN, os.pathsep.join(filter(os.path.isabs, sys.path))]
