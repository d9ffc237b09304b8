"""Measure how fast the window answers on a long article: keys, opening, starting."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from long_article import build_long_article
from measuring import FRAME, RATIO, Figure, Size, Wanted, measure_by_turns, time_call
from msgspec.structs import replace
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

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
_PATIENCE = 6000  # hundredths of a second
_WITHIN_A_FRAME = Wanted("99 %", 16.7, issue=3)
_BARE = """
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("bare"))
window.show()
application.processEvents()
"""
_INTRODUCED = f"""
from annotator import settings
settings.save(settings.Settings(annotator="{_ANNOTATOR}"))
"""
"""Say who works here, which the window would ask for."""
_OWN = """
import sys
from annotator.cli.running import run
from PySide6.QtWidgets import QApplication
QApplication.exec = lambda *_: QApplication.processEvents()
run(sys.argv[1:])
"""


def measure(folder: Path, runs: int, presses: int) -> Iterator[Figure]:
    """Measure every figure about the window: keys `presses` times, everything else `runs` times."""
    read = build_long_article(_ANNOTATOR)
    controller = open_program(create_long_corpus(folder / "desk.corpus", read))
    yield from measure_keys(controller, presses)
    switch_corpus(
        controller, create_long_corpus(folder / "opening.corpus", read)
    )  # the other has hundreds of spans and steps more by now
    yield measure_opening(controller, "opening a long article", runs, Wanted(RATIO, 2, issue=3))
    close_program(controller)
    path = folder / "start.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        for sample in sorted(resource_path("samples").iterdir()):
            corpus.add(build_article(sample.read_text(encoding="utf-8")))
    yield _measure_start(path, folder / "bytecode", runs)


def open_program(corpus: Corpus) -> app.ApplicationController:
    """Open an active window at the first article of this corpus, with no work in the background."""
    controller = app.ApplicationController(app.create_application(), Settings(language="en", annotator=_ANNOTATOR))
    controller.open_corpus(corpus)
    controller.window.resize(1366, 768)
    controller.window.show()
    QTest.qWaitForWindowExposed(controller.window)
    controller.window.activateWindow()
    QTest.qWaitForWindowActive(controller.window)
    _stop_background_work(controller)
    app.tune_runtime()
    return controller


def switch_corpus(controller: app.ApplicationController, corpus: Corpus) -> None:
    """Go to the first article of another corpus, with no work in the background."""
    controller.open_corpus(corpus)
    _stop_background_work(controller)


def wait_for_suggestions(controller: app.ApplicationController) -> None:
    """Wait until the suggesters have answered."""
    wait_until(lambda: not controller.window.suggestions.is_busy)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so. Raises AssertionError after a while."""
    loop = QEventLoop()
    for _ in range(_PATIENCE):
        if is_so():
            return
        QTimer.singleShot(10, loop.quit)
        loop.exec()  # QTest.qWait would keep Python's lock, and the program's threads would wait
    raise AssertionError("nothing happens")


def close_program(controller: app.ApplicationController) -> None:
    """Close the window and the corpus."""
    controller.window.close()
    controller.session.close()


def _stop_background_work(controller: app.ApplicationController) -> None:
    controller.session.open_article(0)
    controller.learner.stop()  # which would be learning beside it
    QTest.qWait(500)
    wait_for_suggestions(controller)


def _measure_start(corpus: Path, bytecode: Path, runs: int) -> Figure:
    # As in an installation, modules are compiled once, in a first start of each that does not count.
    home = str(corpus.with_suffix(".home"))
    environment = {**os.environ, "ANNOTATOR_HOME": home, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def start(program: str, *arguments: str) -> None:
        subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=environment)

    own, bare = partial(start, _OWN, str(corpus)), partial(start, _BARE)
    start(_INTRODUCED)
    own()
    bare()
    often, wanted = max(1, runs // 3), Wanted(RATIO, 3, issue=3)
    return measure_by_turns(
        "starting on the sample articles", own, "a bare window of PySide6's", bare, often, wanted=wanted
    )


def create_long_corpus(path: Path, read: AnnotatedArticle) -> Corpus:
    """Create a corpus with a short article and a long one, each of whose spans is a step as if made by key."""
    corpus = Corpus.create(path, default_labels())
    with corpus.transaction():
        corpus.add(replace(read, spans=()))
        for span in read.spans:
            corpus.apply(Step(new_uid(), _ANNOTATOR, utc_timestamp(), "tag", (Edit(None, span),)))
        corpus.add(build_article("خبر قصير\n\nنص الخبر القصير."))
    return corpus


def press_keys(view: QWidget, keys: str) -> None:
    """Press these keys, and wait until everything is painted."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]
    QTest.keyClick(view, combination.key(), combination.keyboardModifiers())
    QApplication.processEvents()


def measure_keys(controller: app.ApplicationController, presses: int, size: Size | None = None) -> Iterator[Figure]:
    """Measure the time from a key until everything is painted; with a `size`, for three keys only."""
    session, view = controller.session, controller.window.view

    press = partial(press_keys, view)

    def press_and_check(keys: str) -> Callable[[], None]:
        """Press a key that must add a step to the record."""

        def act() -> None:
            before = len(session.undoable) + len(session.redoable), session.spans
            press(keys)
            assert (len(session.undoable) + len(session.redoable), session.spans) != before

        return act

    def figure(what: str, act: Callable[[], None], before: Callable[[], None] = lambda: None) -> Figure:
        times = []
        wait_for_suggestions(controller)  # hundreds of decisions at once are not what a person makes
        for _ in range(presses):
            before()
            times.append(time_call(act))
        wanted = None if size else _WITHIN_A_FRAME
        return Figure(what, times, "one frame at 60 Hz", [FRAME], wanted=wanted, size=size)

    def to_free_word() -> None:
        press("Escape")
        taken = {(span.start, span.end) for span in session.spans}
        press("Left")
        while view.target_range() in taken:
            press("Left")
        wait_for_suggestions(controller)  # nobody goes there within a tenth of a second

    key = session.labels.labels[0].key or ""
    yield figure("a key tags a word", press_and_check(key), to_free_word)
    yield figure("undo", press_and_check("Ctrl+Z"))
    yield figure("Tab, to the next span", lambda: press("Tab"))
    if size:
        return
    turns = iter(["Alt+Left", "Alt+Right"] * presses)
    yield figure("a span's end by a letter", lambda: press_and_check(next(turns))())
    press("Escape")
    yield figure("the caret by a word", lambda: press("Left"))
    yield figure("the caret by a line", lambda: press("Down"))

    def to_suggestion() -> None:
        wait_for_suggestions(controller)
        if controller.window.suggestions.current is None:
            press("Return")
        assert controller.window.suggestions.current

    yield figure("Return accepts a suggestion", press_and_check("Return"), to_suggestion)


def measure_opening(
    controller: app.ApplicationController, what: str, runs: int, wanted: Wanted | None = None, size: Size | None = None
) -> Figure:
    """Measure the opening of the open article again, from the corpus to the screen."""
    session, view = controller.session, controller.window.view
    assert session.article
    place, number, text = session.current_index(), session.article.id, session.article.text
    edit = QTextEdit()
    edit.setFont(fonts.reading_font(BODY_SIZE))
    edit.resize(view.size())
    edit.show()

    def leave_article() -> None:
        session.open_article(1 - place)
        edit.clear()
        QTest.qWait(20)

    def open_again() -> None:
        session.open_by_id(number, 0)  # from its start, as the bare one
        QApplication.processEvents()

    def show_bare() -> None:
        edit.setPlainText(text)
        QApplication.processEvents()

    figure = measure_by_turns(
        what, open_again, "a bare QTextEdit with its text", show_bare, runs, leave_article, wanted, size
    )
    edit.close()
    return figure
