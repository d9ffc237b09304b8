"""Background learning: runs `annotator learn` as a process whenever enough articles are finished."""

import logging
import os
import sys
from typing import Final

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTemporaryDir, QTimer

from annotator import i18n
from annotator.i18n import _
from annotator.model.records import DONE, Status, Step
from annotator.store.errors import CorpusError
from annotator.ui.session.session import Session

_log = logging.getLogger(__name__)
_OPENING_TIME: Final = 2000  # milliseconds after which an opened corpus is on the screen
_MAIN: Final = "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); from annotator.cli import main; main()"


class Learner(QObject):
    """Starts the process when due and informs the session."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._process: QProcess | None = None
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
        process, self._process = self._process, None
        if process:
            process.finished.disconnect()
            process.errorOccurred.disconnect()
            process.kill()
            process.waitForFinished()
            process.deleteLater()
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
        if self._process or not corpus:
            return
        from annotator.jobs.learning import needs_training  # no start waits for the suggesters

        try:
            if needs_training(corpus):
                self._start(str(corpus.path.absolute()))
        except CorpusError as error:
            self._report_failure(str(error))

    def _start(self, path: str) -> None:
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("ANNOTATOR_LANGUAGE", i18n.current_language())
        for name in ("TMPDIR", "TEMP", "TMP"):  # files left by a stopped process are deleted with the folder
            environment.insert(name, self._folder.path())
        process.setProcessEnvironment(environment)
        process.setStandardInputFile(QProcess.nullDevice())
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        process.setWorkingDirectory(self._folder.path())
        self._session.set_learning(True)
        _log.info("learning begins")
        process.start(sys.executable, [*_python_arguments(), "learn", path])

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        output = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        process.deleteLater()
        self._session.set_learning(False)
        _log.info("learning ended with %d, %s: %s", code, status.name, output)
        if code == 0 and status == QProcess.ExitStatus.NormalExit:
            self._last_failure = ""
            self._session.learned.emit()
            self._start_if_due()  # more articles may have been finished meanwhile
        else:
            self._report_failure(
                output.splitlines()[-1].removeprefix("annotator: ")
                if output
                else _("the process ended without an error message")
            )

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process:
            process, self._process = self._process, None
            self._session.set_learning(False)
            self._report_failure(process.errorString())
            process.deleteLater()

    def _report_failure(self, reason: str) -> None:
        if reason != self._last_failure:
            self._last_failure = reason
            self._session.failed.emit(_("Learning from finished articles failed: {reason}").format(reason=reason))


def _python_arguments() -> list[str]:
    """Return the arguments that make Python, or the frozen program, run the `annotator` command.

    It has this process's import paths. `-m` would put the working directory first, with any modules that a stranger
    sent along with a corpus.
    """
    if getattr(sys, "frozen", False):
        return []
    return ["-P", "-c", _MAIN, os.pathsep.join(filter(os.path.isabs, sys.path))]
