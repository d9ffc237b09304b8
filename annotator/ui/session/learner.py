"""Learning beside the work: `annotator learn` in a process of its own, whenever enough was done since the last time."""

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
_OPENED: Final = 2000  # milliseconds after which a corpus that was opened is on the screen
_MAIN: Final = "import os, sys; sys.path[:] = sys.argv.pop(1).split(os.pathsep); from annotator.cli import main; main()"


class Learner(QObject):
    """Starts by itself; the session tells when it does, and when it has learned."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._process: QProcess | None = None
        self._folder = QTemporaryDir()
        self._told = ""  # the last failure: it may come again at each article
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look)
        session.corpus_opened.connect(self._begin)
        session.corpus_closing.connect(self.stop)
        session.displacing.connect(self.stop)  # it would write into the log of the old file
        session.displaced.connect(self._begin)
        session.stepped.connect(self._after)

    def stop(self) -> None:
        """Have nothing learned any more; nothing is kept of what was being learned."""
        self._soon.stop()
        process, self._process = self._process, None
        if process:
            process.finished.disconnect()
            process.errorOccurred.disconnect()
            process.kill()
            process.waitForFinished()
            process.deleteLater()
            self._session.now_learning(False)

    def _begin(self) -> None:
        self.stop()
        self._told = ""
        self._soon.start(_OPENED)

    def _after(self, step: Step | None) -> None:
        """Others may have done an article too, and imports bring some that are done."""
        states = [edit.after for edit in step.edits if isinstance(edit.after, Status)] if step else []
        if step is None or any(status.state == DONE for status in states):
            self._look()

    def _look(self) -> None:
        corpus = self._session.corpus
        if self._process or not corpus:
            return
        from annotator.jobs.learning import due  # no start waits for the suggesters

        try:
            if due(corpus):
                self._start(str(corpus.path.absolute()))
        except CorpusError as error:
            self._fail(str(error))

    def _start(self, path: str) -> None:
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("ANNOTATOR_LANGUAGE", i18n.current())
        for name in ("TMPDIR", "TEMP", "TMP"):  # what it leaves there when it is stopped goes with the folder
            environment.insert(name, self._folder.path())
        process.setProcessEnvironment(environment)
        process.setStandardInputFile(QProcess.nullDevice())
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._not_started)
        process.setWorkingDirectory(self._folder.path())
        self._session.now_learning(True)
        _log.info("learning begins")
        process.start(sys.executable, [*_program(), "learn", path])

    def _end(self, code: int, how: QProcess.ExitStatus) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        said = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        process.deleteLater()
        self._session.now_learning(False)
        _log.info("learning ended with %d, %s: %s", code, how.name, said)
        if code == 0 and how == QProcess.ExitStatus.NormalExit:
            self._told = ""
            self._session.learned.emit()
            self._look()  # more may have been done meanwhile
        else:
            self._fail(said.splitlines()[-1].removeprefix("annotator: ") if said else _("it ended without a word"))

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process:
            process, self._process = self._process, None
            self._session.now_learning(False)
            self._fail(process.errorString())
            process.deleteLater()

    def _fail(self, reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self._session.failed.emit(_("Learning from what is done failed: {reason}").format(reason=reason))


def _program() -> list[str]:
    """Return the arguments with which Python, or the program that is frozen with it, is the `annotator` command.

    It imports from where this process does. `-m` would put the working directory in front, and with it what a stranger
    may have sent along with a corpus.
    """
    if getattr(sys, "frozen", False):
        return []
    return ["-P", "-c", _MAIN, os.pathsep.join(filter(os.path.isabs, sys.path))]
