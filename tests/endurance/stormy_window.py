"""Open a real window in which somebody works at random, for storm.py: `python stormy_window.py CORPUS SEED NAME`.

Prints “open PATH” once it works at a file, and the uid of each step once the window shows that everything is saved.
Besides labelling, any action of the table is done; a dialog that opens is closed by Escape, or accepted where it only
shows a message. Now and then a small file is imported and the corpus exported. Ends when its standard input is closed.
"""

import faulthandler
import signal
import sys
import threading
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QProgressDialog

from annotator import i18n
from annotator.model.records import STATES, Step
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui import app
from annotator.ui.commands.table import ACTIONS
from annotator.ui.dialogs.export import ExportDialog

PAUSES = (5, 400)  # milliseconds from one verb to the next
LONG_PAUSE = 1500  # now and then: the corpus comes to rest
LOOKING = (50, 700)  # milliseconds until a dialog is left
NAMES = [action.name for action in ACTIONS if action.name not in ("quit", "show_reports")]
"""The actions but for the end, and for one that starts a program of the desktop."""


class Worker:
    """Does one verb after the other, and answers whatever dialog asks."""

    def __init__(self, controller: app.ApplicationController, random: Random) -> None:
        self._window, self._session, self._random = controller.window, controller.session, random
        self._folder = Path(mkdtemp())
        self._commands = controller.window.corpus_commands
        self.stop = threading.Event()
        self._last: Step | None = None
        controller.session.corpus_changed.connect(self._note)
        controller.session.displaced.connect(lambda displacement: print("open", displacement.current, flush=True))
        self._timer = self._repeat(self._work)
        self._answering = self._repeat(self._answer)

    def _repeat(self, function: "object") -> QTimer:
        timer = QTimer()
        timer.setSingleShot(True)
        timer.timeout.connect(function)
        timer.start(0)
        return timer

    def _note(self, step: Step | None) -> None:
        self._last = step or self._last

    def _work(self) -> None:
        if not self.stop.is_set() and not QApplication.activeModalWidget() and not self._window.tasks.is_busy:
            self._last = cast(Step | None, None)
            self._do_verb()  # may open a dialog, and returns when that is left
            if self._last and self._says_saved():
                print(self._last.uid, flush=True)
        is_long = self._random.random() < 0.08
        self._timer.start(LONG_PAUSE if is_long else self._random.randint(*PAUSES))

    def _says_saved(self) -> bool:
        texts = [label.text() for label in self._window.status_line.findChildren(QLabel)]
        return any(text.startswith("Everything is saved") for text in texts)

    def _answer(self) -> None:
        """Leave the dialog or the menu that is open, whatever it is."""
        if self.stop.is_set() and self._window.tasks.is_busy:
            self._window.tasks.stop()  # as the window does it before it closes
        elif self.stop.is_set():
            QApplication.exit(0)  # `quit` would first ask about a change that waits
        if menu := QApplication.activePopupWidget():
            menu.close()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox) and len(dialog.buttons()) == 1:
            dialog.accept()
        elif isinstance(dialog, QDialog) and not isinstance(dialog, QProgressDialog):
            dialog.reject()
        self._answering.start(self._random.randint(*LOOKING))

    def _do_verb(self) -> None:
        session, random = self._session, self._random
        if not session.article:
            session.open_article(0)
            return
        size = len(session.article.text)
        start = random.randrange(size - 1)
        verbs = (
            lambda: session.tag(random.choice(session.labels.labels).name, start, random.randint(start + 1, size)),
            lambda: session.tag(random.choice(session.labels.labels).name, start, min(size, start + 5)),
            lambda: session.set_state(random.choice(STATES)),
            lambda: session.write_note(f"note {random.random()}"),
            session.undo,
            session.redo,
            lambda: session.open_relative(random.choice((1, -1))),
            lambda: self._window.action(random.choice(NAMES)).trigger(),
            lambda: self._window.action(random.choice(NAMES)).trigger(),
            self._import if random.random() < 0.3 else self._export,
        )
        random.choice(verbs)()

    def _import(self) -> None:
        path = self._folder / "news.txt"
        path.write_text(f"خبر {self._random.random()}. أعلنت وزارة الصحة عن خطة.", encoding="utf-8")
        self._commands.import_or_open([str(path)])

    def _export(self) -> None:
        try:
            dialog = ExportDialog(self._window, self._session, self._window.tasks)
        except CorpusError:  # the file is gone
            return
        dialog.open()
        dialog.write(self._folder / "train.conll")
        dialog.finished.connect(dialog.deleteLater)


def main(corpus: Path, seed: str, name: str) -> int:
    """Work until standard input ends."""
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    i18n.set_language("en")
    application = app.create_application()
    controller = app.ApplicationController(application, Settings(language="en", annotator=name))
    controller.open_corpus(Corpus.open(corpus))
    controller.show()
    print("open", corpus, flush=True)
    worker = Worker(controller, Random(seed))

    def stop_at_the_end_of_input() -> None:
        sys.stdin.read()
        worker.stop.set()

    threading.Thread(target=stop_at_the_end_of_input, daemon=True).start()
    code = application.exec()
    controller.learner.stop()
    controller.maintenance.stop()
    controller.window.suggestions.close()
    controller.session.close_silently()
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
