"""Background learning: runs `annotator learn` as a process whenever enough articles are finished."""

import logging
import os
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTemporaryDir, QTimer

from annotator import i18n
from annotator.i18n import _
from annotator.model.records import DONE, Status, Step
from annotator.store.errors import CorpusError
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner

_log = logging.getLogger(__name__)
_OPENING_TIME: Final = 2000  # milliseconds after which an opened corpus is on the screen
_POLL_INTERVAL: Final = 0.02  # seconds between two looks whether the process is to stop
_MAIN: Final = "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); from annotator.cli import main; main()"


class Learner(QObject):
    """Starts the process when due and informs the session."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._tasks = TaskRunner(self, "learning")
        self._folder = QTemporaryDir()
        self._last_failure = ""  # a failure that recurs at each article is reported once
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._start_if_due)
        session.corpus_opened.connect(self._on_corpus_opened)
        session.corpus_closing.connect(self.stop)
        session.displacing.connect(self.stop)  # it would write into the log of the old file
        session.displaced.connect(self._on_corpus_opened)
        session.corpus_changed.connect(self._on_corpus_changed)

    def stop(self) -> None:
        """Stop learning and discard unfinished results."""
        self._timer.stop()
        if self._tasks.is_busy:
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
        folder = self._folder.path()
        # Files left by a stopped process are deleted with the folder.
        variables = {**dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder), "ANNOTATOR_LANGUAGE": i18n.current_language()}
        task = partial(_run_process, [sys.executable, *_python_arguments(), "learn", path], variables, folder)
        self._session.set_learning(True)
        _log.info("learning begins")
        self._tasks.run_quietly(
            task, self._on_learned, failed=self._report_failure, aborted=lambda: self._session.set_learning(False)
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


def _run_process(
    command: Sequence[str], variables: Mapping[str, str], folder: str
) -> Generator[tuple[int, int], None, None]:
    """Run a command of the program in `folder`, with these environment variables, and wait for its end.

    If closed before the end, kill the process. Raises CorpusError with the last line of its output if it fails.
    """
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | variables,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise CorpusError(error.strerror or str(error)) from error
    output = None
    with process:
        try:
            while output is None:
                try:
                    _nothing, output = process.communicate(timeout=_POLL_INTERVAL)
                except subprocess.TimeoutExpired:
                    yield 0, 0
        finally:
            process.kill()
    text = output.decode(errors="replace").strip()
    _log.info("learning ended with %d: %s", process.returncode, text)
    if process.returncode:
        line = text.splitlines()[-1].removeprefix("annotator: ") if text else ""
        raise CorpusError(line or _("the process ended without an error message"))


def _python_arguments() -> list[str]:
    """Return the arguments that make Python, or the frozen program, run the `annotator` command.

    It has this process's import paths. `-m` would put the working directory first, with any modules that a stranger
    sent along with a corpus.
    """
    if getattr(sys, "frozen", False):
        return []
    return ["-P", "-c", _MAIN, os.pathsep.join(filter(os.path.isabs, sys.path))]
