"""at_the_window.py CORPUS TARGET: what an annotator does in the window, which is closed then.

A span is labelled, the program learns beside it, the article is done, and the training set exported to TARGET.
"""

import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from annotator import settings
from annotator.cli import main
from annotator.ui import app
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.window import Window

MAPS = Path("/proc/self/maps")
LONGEST = 60
"""Seconds that any of it may take."""

settings.save(settings.Settings(annotator="Sanae"))  # else the window asks who works here
application = app.create_application()
target = Path(sys.argv.pop())
learned: list[bool] = []


def until(happened: Callable[[], object]) -> None:
    """Let the window work until something has happened."""
    end = time.monotonic() + LONGEST
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(happened)
        application.processEvents()
        time.sleep(0.02)  # QTest.qWait would let no other thread work meanwhile


def visible_window() -> Window | None:
    return next(
        (widget for widget in application.topLevelWidgets() if isinstance(widget, Window) and widget.isVisible()), None
    )


def work() -> None:
    until(visible_window)
    window = visible_window()
    assert window
    session = window.session
    session.learned.connect(lambda: learned.append(True))
    before = len(session.spans)
    assert session.article
    session.tag("DATE", 0, session.article.text.index(" "))
    assert len(session.spans) == before + 1
    until(lambda: learned)
    QTest.keyClick(window.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    dialog = ExportDialog(window, session, window.tasks)
    dialog.write(target)
    until(lambda: dialog.report)
    until(lambda: not session.is_learning)
    # What Qt would ask of a network, Python does not hear: its library for that is not even there.
    assert "PySide6.QtNetwork" not in sys.modules
    if MAPS.exists():
        assert "libQt6Gui" in MAPS.read_text()
        assert "libQt6Network" not in MAPS.read_text()
    application.closeAllWindows()


def begin() -> None:
    """Work; an error ends the process, where the window would tell it to a person and wait for an answer."""
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)


QTimer.singleShot(0, begin)
main()
