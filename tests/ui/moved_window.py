"""A window that is moved to a screen of another scaling, beside one that was there from the start.

Run by test_screens.py as `python moved_window.py CORPUS LANGUAGE PICTURE`, with two screens. It saves both pictures and
prints JSON: the scalings, how many pixels differ, and how Qt rounds scalings.
"""

import json
import sys
from pathlib import Path

from PySide6.QtGui import QCursor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import i18n, settings
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session
from annotator.ui.window import Window

SIZE = 1100, 700
BESIDE = 1300, 850
"""Where the mouse is: beside the windows."""


def show(application: QApplication, screen: int) -> Window:
    """Show a window with something in each part that keeps a picture."""
    session = Session("Sanae", application)
    session.open(Corpus.open(Path(sys.argv[1])))
    window = Window(session, settings.Settings(suggestions=False))
    place(application, window, screen)
    window.show()
    window.articles_sidebar.search_line.setText("وزارة")
    QTest.qWait(600)
    return window


def place(application: QApplication, window: Window, screen: int) -> None:
    """Move the window to the screen of this number, as a system does that has seen it cross the edge."""
    target = application.screens()[screen]
    window.setScreen(target)
    window.move(target.geometry().topLeft())
    window.resize(*SIZE)
    QTest.qWait(300)


def picture(window: Window) -> QImage:
    window.resize(*SIZE)
    if focus := window.focusWidget():
        focus.clearFocus()
    QTest.qWait(100)
    return window.grab().toImage()


def main() -> None:
    i18n.set_language(sys.argv[2])
    application = app.create_application()
    controller = app.ApplicationController(application, settings.Settings())  # the colours and the direction
    QCursor.setPos(*BESIDE)  # else one of the windows has a button under it
    moved = show(application, 0)
    before = moved.devicePixelRatioF()
    place(application, moved, 1)
    after = picture(moved)
    moved.hide()
    fresh = picture(show(application, 1))
    after.save(sys.argv[3] + "-moved.png")
    fresh.save(sys.argv[3] + "-fresh.png")
    ratios = [before, after.devicePixelRatio(), fresh.devicePixelRatio()]
    policy = application.highDpiScaleFactorRoundingPolicy().name
    print(json.dumps({"ratios": ratios, "differing": differing(after, fresh), "policy": policy}))
    controller.window.close()


def differing(image: QImage, other: QImage) -> int:
    """Return the number of pixels that differ, -1 for pictures of two sizes."""
    if image.size() != other.size():
        return -1
    width, height = image.size().toTuple()
    return sum(image.pixel(x, y) != other.pixel(x, y) for y in range(height) for x in range(width))


main()
