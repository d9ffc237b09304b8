"""How fast the desk answers, in a real window on a long article: keys, opening, starting."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from long_article import long_article
from measuring import FRAME, RATIO, Figure, Size, Wanted, measured, timed
from msgspec.structs import replace
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import AnnotatedArticle, Edit, Step, new_uid
from annotator.resources import resource_path
from annotator.settings import Settings
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.ui import app
from annotator.ui.article.article_canvas import BODY_SIZE
from annotator.ui.widgets import fonts

_ANNOTATOR = "bench"
_WITHIN_A_FRAME = Wanted("99 %", 16.7, issue=3)
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
    read = long_article(_ANNOTATOR)
    desk = desk_at(long_corpus(folder / "desk.corpus", read))
    yield from keys(desk, presses)
    work_at(desk, long_corpus(folder / "opening.corpus", read))  # the other has hundreds of spans and steps more by now
    yield opening(desk, "opening a long article", runs, Wanted(RATIO, 2, issue=3))
    leave(desk)
    path = folder / "start.corpus"
    with Corpus.create(path, default_labels()) as made:
        for sample in sorted(resource_path("samples").iterdir()):
            made.add(build_article(sample.read_text(encoding="utf-8")))
    yield _starting(path, folder / "bytecode", runs)


def desk_at(corpus: Corpus) -> app.ApplicationController:
    """A desk whose window is active, at the first article of this corpus, with nothing going on beside it."""
    desk = app.ApplicationController(app.create_application(), Settings(language="en", annotator=_ANNOTATOR))
    desk.open_corpus(corpus)
    desk.window.resize(1366, 768)
    desk.window.show()
    QTest.qWaitForWindowExposed(desk.window)
    desk.window.activateWindow()
    QTest.qWaitForWindowActive(desk.window)
    _be_alone(desk)
    app.tune_runtime()
    return desk


def work_at(desk: app.ApplicationController, corpus: Corpus) -> None:
    """Go on at the first article of another corpus, with nothing going on beside it."""
    desk.open_corpus(corpus)
    _be_alone(desk)


def wait(desk: app.ApplicationController) -> None:
    """Until the suggesters have answered."""
    while desk.window.suggestions.is_busy:
        QTest.qWait(10)


def leave(desk: app.ApplicationController) -> None:
    """Close the window and the corpus."""
    desk.window.close()
    desk.session.close()


def _be_alone(desk: app.ApplicationController) -> None:
    desk.session.open_article(0)
    desk.learner.stop()  # which would be learning beside it
    QTest.qWait(500)
    wait(desk)


def _starting(corpus: Path, bytecode: Path, runs: int) -> Figure:
    # As in an installation, modules are compiled once, in a first start of each that does not count.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start(program: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=environment)

    own, bare = partial(start, _OWN, str(corpus)), partial(start, _BARE)
    own()
    bare()
    often, wanted = max(1, runs // 3), Wanted(RATIO, 3, issue=3)
    return measured("starting on the sample articles", own, "a bare window of PySide6's", bare, often, wanted=wanted)


def long_corpus(path: Path, read: AnnotatedArticle) -> Corpus:
    """With a long article, each of its spans a step of its own as if made by key, and a short one."""
    corpus = Corpus.create(path, default_labels())
    with corpus.transaction():
        corpus.add(replace(read, spans=()))
        for span in read.spans:
            corpus.apply(Step(new_uid(), _ANNOTATOR, utc_timestamp(), "tag", (Edit(None, span),)))
        corpus.add(build_article("خبر قصير\n\nنص الخبر القصير."))
    return corpus


def keys(desk: app.ApplicationController, presses: int, size: Size | None = None) -> Iterator[Figure]:
    """From a key to everything painted, so many times each; the first three where it is about a size."""
    session, view = desk.session, desk.window.view

    def press(keys: str) -> None:
        """From a key to everything painted."""
        combination = QKeySequence(keys)[0]  # type: ignore[index]
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
        wait(desk)  # hundreds of decisions at once are not what a person makes
        for _ in range(presses):
            before()
            times.append(timed(act))
        wanted = None if size else _WITHIN_A_FRAME
        return Figure(what, times, "one frame at 60 Hz", [FRAME], wanted=wanted, size=size)

    def to_free_word() -> None:
        press("Escape")
        taken = {(span.start, span.end) for span in session.spans}
        press("Left")
        while view.target_range() in taken:
            press("Left")

    key = session.labels.labels[0].key or ""
    yield figure("a key tags a word", committed(key), to_free_word)
    yield figure("undo", committed("Ctrl+Z"))
    yield figure("Tab, to the next span", lambda: press("Tab"))
    if size:
        return
    turns = iter(["Alt+Left", "Alt+Right"] * presses)
    yield figure("a span's end by a letter", lambda: committed(next(turns))())
    press("Escape")
    yield figure("the caret by a word", lambda: press("Left"))
    yield figure("the caret by a line", lambda: press("Down"))

    def to_suggestion() -> None:
        wait(desk)
        if desk.window.suggestions.current is None:
            press("Return")
        assert desk.window.suggestions.current

    yield figure("Return accepts a suggestion", committed("Return"), to_suggestion)


def opening(
    desk: app.ApplicationController, what: str, runs: int, wanted: Wanted | None = None, size: Size | None = None
) -> Figure:
    """The open article once more, from the corpus to the screen."""
    session, view = desk.session, desk.window.view
    assert session.article
    place, text = session.current_index(), session.article.text
    edit = QTextEdit()
    edit.setFont(fonts.reading_font(BODY_SIZE))
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

    figure = measured(what, opened, "a bare QTextEdit with its text", bare, runs, away, wanted, size)
    edit.close()
    return figure
