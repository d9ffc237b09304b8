"""How fast the desk answers, in a real window on a long article: keys, opening, starting."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from long_article import long_article
from measuring import Figure, measured, timed
from msgspec.structs import replace
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit

from annotator.core.drafting import draft
from annotator.core.model import Edit, Step, new_uid
from annotator.resources import resource
from annotator.settings import Settings
from annotator.store.corpus import Corpus, now
from annotator.ui import app, fonts
from annotator.ui.article_canvas import BODY_SIZE
from annotator.ui.corpus_commands import default_labels

_FRAME = 1000 / 60  # milliseconds
_ANNOTATOR = "bench"
_BARE = """
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("bare"))
window.show()
application.processEvents()
"""
_OWN = """
import sys
from annotator.cli.running import run
import annotator.store.corpus  # as the program does, before Qt
from PySide6.QtWidgets import QApplication
QApplication.exec = lambda *_: QApplication.processEvents()
run(sys.argv[1:])
"""


def figures(folder: Path, runs: int, presses: int) -> Iterator[Figure]:
    """Every figure about the desk: keys are pressed `presses` times, everything else is done `runs` times."""
    corpus = _corpus(folder / "desk.corpus")
    desk = app.Desk(app.application(), Settings(language="en", annotator=_ANNOTATOR))
    desk.work_at(corpus)
    desk.window.resize(1366, 768)
    desk.show()
    QTest.qWaitForWindowExposed(desk.window)
    desk.window.activateWindow()
    QTest.qWaitForWindowActive(desk.window)
    desk.session.open_article(0)
    desk.learner.stop()  # which would be learning beside it
    QTest.qWait(500)
    while desk.window.suggestions.busy:
        QTest.qWait(10)
    app.settle()
    yield from _keys(desk, presses)
    desk.work_at(_corpus(folder / "opening.corpus"))  # the other one has hundreds of spans and steps more by now
    desk.session.open_article(0)
    desk.learner.stop()
    QTest.qWait(500)
    while desk.window.suggestions.busy:
        QTest.qWait(10)
    yield _opening(desk, runs)
    desk.window.close()
    desk.session.close()
    path = folder / "start.corpus"
    with Corpus.create(path, default_labels()) as made:
        for sample in sorted(resource("samples").iterdir()):
            made.add(draft(sample.read_text(encoding="utf-8")))
    yield _starting(path, folder / "bytecode", runs)


def _starting(corpus: Path, bytecode: Path, runs: int) -> Figure:
    # As in an installation, modules are compiled once, in a first start of each that does not count.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start(program: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=environment)

    own, bare = partial(start, _OWN, str(corpus)), partial(start, _BARE)
    own()
    bare()
    return measured("starting on the sample articles", own, "a bare window of PySide6's", bare, max(1, runs // 3))


def _corpus(path: Path) -> Corpus:
    """With the long article, each of its spans a step of its own as if made by key, and a short one."""
    read = long_article(_ANNOTATOR)
    corpus = Corpus.create(path, default_labels())
    with corpus.transaction():
        corpus.add(replace(read, spans=()))
        for span in read.spans:
            corpus.apply(Step(new_uid(), _ANNOTATOR, now(), "tag", (Edit(None, span),)))
        corpus.add(draft("خبر قصير\n\nنص الخبر القصير."))
    return corpus


def _keys(desk: app.Desk, presses: int) -> Iterator[Figure]:
    session, view = desk.session, desk.window.view

    def press(keys: str) -> None:
        """From a key to everything painted."""
        combination = QKeySequence(keys)[0]
        QTest.keyClick(view, combination.key(), combination.keyboardModifiers())
        QApplication.processEvents()

    def committed(keys: str) -> Callable[[], None]:
        """Press a key that must add a step to the record."""

        def act() -> None:
            before = len(session.undoable) + len(session.redoable), session.spans
            press(keys)
            assert (len(session.undoable) + len(session.redoable), session.spans) != before

        return act

    def figure(what: str, act: Callable[[], None], before: Callable[[], None] = lambda: None) -> Figure:
        times = []
        while desk.window.suggestions.busy:
            QTest.qWait(10)  # hundreds of decisions at once are not what a person makes
        for _ in range(presses):
            before()
            times.append(timed(act))
        return Figure(what, "one frame at 60 Hz", times, [_FRAME])

    def to_free_word() -> None:
        press("Escape")
        taken = {(span.start, span.end) for span in session.spans}
        press("Left")
        while view.target() in taken:
            press("Left")

    key = session.labels.labels[0].key or ""
    yield figure("a key tags a word", committed(key), to_free_word)
    yield figure("undo", committed("Ctrl+Z"))
    yield figure("Tab, to the next span", lambda: press("Tab"))
    turns = iter(["Alt+Left", "Alt+Right"] * presses)
    yield figure("a span's end by a letter", lambda: committed(next(turns))())
    press("Escape")
    yield figure("the caret by a word", lambda: press("Left"))
    yield figure("the caret by a line", lambda: press("Down"))

    def to_suggestion() -> None:
        while desk.window.suggestions.busy:
            QTest.qWait(1)
        if desk.window.suggestions.chosen is None:
            press("Return")
        assert desk.window.suggestions.chosen

    yield figure("Return accepts a suggestion", committed("Return"), to_suggestion)


def _opening(desk: app.Desk, runs: int) -> Figure:
    session, view = desk.session, desk.window.view
    assert session.article
    place, text = session.place(), session.article.text
    edit = QTextEdit()
    edit.setFont(fonts.reading(BODY_SIZE))
    edit.resize(view.size())
    edit.show()

    def away() -> None:
        session.open_article(1 - place)
        edit.clear()
        QTest.qWait(20)

    def opened() -> None:
        session.open_article(place)
        QApplication.processEvents()

    def bare() -> None:
        edit.setPlainText(text)
        QApplication.processEvents()

    figure = measured("opening a long article", opened, "a bare QTextEdit with its text", bare, runs, away)
    edit.close()
    return figure
