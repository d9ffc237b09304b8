"""A real window in which somebody works at random, for storm.py: python tests/endurance/stormy_window.py CORPUS SEED

Prints “open PATH” once it works at a file, and the uid of each step once the window has said that everything is saved.
Ends when its standard input is closed.
"""

import sys
import threading
from pathlib import Path
from random import Random

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog

from annotator import i18n
from annotator.core.model import STATES, Step
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app

PAUSES = (5, 400)  # milliseconds from one verb to the next
LONG_PAUSE = 1500  # now and then: the corpus comes to rest


class Worker:
    """Does one verb after the other, and answers whatever dialog asks."""

    def __init__(self, desk: app.Desk, random: Random) -> None:
        self._session, self._status, self._random = desk.session, desk.window.status_line, random
        self.stop = threading.Event()
        self._last: Step | None = None
        desk.session.stepped.connect(self._note)
        desk.session.displaced.connect(lambda displacement: print("open", displacement.current, flush=True))
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)
        self._timer.start(0)

    def _note(self, step: Step | None) -> None:
        self._last = step or self._last

    def _work(self) -> None:
        if self.stop.is_set():
            QApplication.exit(0)  # `quit` would first ask about a change that waits
            return
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
            dialog.accept()
        else:
            self._last = None
            self._do_verb()
            if self._last and self._status.state().startswith("Everything is saved"):
                print(self._last.uid, flush=True)
        is_long = self._random.random() < 0.08
        self._timer.start(LONG_PAUSE if is_long else self._random.randint(*PAUSES))

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
            lambda: session.open_step(random.choice((1, -1))),
        )
        random.choice(verbs)()


def main(corpus: Path, seed: str) -> int:
    """Work until standard input ends."""
    i18n.use("en")
    application = app.application()
    desk = app.Desk(application, Settings(language="en", annotator="Sanae"))
    desk.work_at(Corpus.open(corpus))
    desk.show()
    print("open", corpus, flush=True)
    worker = Worker(desk, Random(seed))
    threading.Thread(target=lambda: (sys.stdin.read(), worker.stop.set()), daemon=True).start()
    code = application.exec()
    desk.session.close()
    desk.window.close()
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
