"""Runs the real program and tells the test, line by line on stdin and stdout, where things stand on the screen.

It changes nothing: everything that happens in the window comes from the system's mouse and keyboard.
Run as `python desk.py [CORPUS]`.
"""

import json
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton

from annotator import i18n, settings
from annotator.ui import app


class Eyes:
    """Sees where things stand in the window. Points are those of the screen."""

    def __init__(self, desk: app.Desk) -> None:
        self._desk = desk

    def letter(self, offset: int, after: bool, reveal: bool = True) -> list[int]:
        """The point in the first or in the second half of the letter at this offset. Where it is out of sight, it is
        brought there, or there is no such point: []."""
        view = self._desk.window.view
        if reveal:
            view.reveal(offset, offset + 1)
        line = view.page().line_of(offset)
        assert line
        box = next(box for box in line.boxes if box.start <= offset < box.end)
        quarter = (box.right - box.left) / 4
        x = box.left + quarter if box.rtl == after else box.right - quarter
        point = view.point_of(x, (line.top + line.bottom) / 2).toPoint()
        return self._on_screen(view.viewport(), point) if reveal or view.viewport().rect().contains(point) else []

    def is_below(self, offset: int) -> bool:
        """Whether the letter at this offset is below what is in sight, or else above."""
        view = self._desk.window.view
        line = view.page().line_of(offset)
        assert line
        return view.point_of(0, line.top).y() > 0

    def label(self, name: str) -> list[int]:
        """The middle of a label's row."""
        row = next(row for row in self._desk.window.labels.rows() if row.label.name == name)
        return self._on_screen(row, row.rect().center())

    def paper(self) -> list[int]:
        """The middle of what is in sight of the article."""
        viewport = self._desk.window.view.viewport()
        return self._on_screen(viewport, viewport.rect().center())

    def button(self, name: str) -> list[int]:
        """The middle of the button that does the action of this name."""
        text = self._desk.window.action(name).text().partition("\t")[0]
        buttons = self._desk.window.findChildren(QPushButton)
        button = next(button for button in buttons if button.isVisible() and button.accessibleName() == text)
        return self._on_screen(button, button.rect().center())

    def menu(self, name: str) -> list[int]:
        """The middle of the row with this action, in the menu that is open; [] while none is."""
        menu = QApplication.activePopupWidget()
        if not isinstance(menu, QMenu):
            return []
        return self._on_screen(menu, menu.actionGeometry(self._desk.window.action(name)).center())

    def dialog(self) -> str:
        """The title of the dialog that has the keyboard; "" while none has."""
        active = QApplication.activeWindow()
        return active.windowTitle() if isinstance(active, QDialog) else ""

    def line(self) -> list[int]:
        """Where the line with the caret begins and ends in the text."""
        view = self._desk.window.view
        word = view.caret.word
        line = view.page().line_of(word.start) if word else None
        assert line
        return [line.start, line.end]

    def said(self) -> str:
        """What is told at the foot of the window, or the hint there."""
        return self._desk.window.status_line.said()

    def shown(self) -> dict[str, object]:
        """What a person sees."""
        session, view = self._desk.session, self._desk.window.view
        return {
            "text": session.article.text if session.article else None,
            "selection": view.text_of_selection(),
            "stretch": view.selection,
            "selected": session.selection.uid if session.selection else None,
            "suggestions": [[one.label, one.start, one.end] for one in self._desk.window.suggestions.standing],
            "chosen": [one.label, one.start, one.end] if (one := self._desk.window.suggestions.chosen) else None,
            "sticky": self._desk.window.tagging.sticky,
            "scrolled": view.verticalScrollBar().value(),
            "spans": [[span.label, span.start, span.end] for span in session.spans],
            "state": session.state(),
            "trouble": session.trouble,
            "learning": session.learning,
            "caret": view.caret.word,
            "article": session.place(),
            "focus": view.hasFocus(),  # or what stands in its place has it
            "welcome": self._desk.window.welcoming.standing,
            "rtl": QApplication.isRightToLeft(),
        }

    def _on_screen(self, widget: object, point: QPoint) -> list[int]:
        place = widget.mapToGlobal(point)  # type: ignore[attr-defined]
        return [place.x(), place.y()]


class Informant(QObject):
    """Answers questions about the window: which of the eyes' methods, and with what."""

    _asked = Signal(str)

    def __init__(self, desk: app.Desk) -> None:
        super().__init__()
        self._eyes = Eyes(desk)
        self._asked.connect(self._answer)
        # A thread, since Windows cannot wait for a pipe and for events at once. It ends with the process.
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while line := sys.stdin.readline():
            self._asked.emit(line)
        self._asked.emit("")

    def _answer(self, line: str) -> None:
        if not line:
            QApplication.quit()
            return
        question = json.loads(line)
        print(json.dumps(getattr(self._eyes, question.pop("ask"))(**question)), flush=True)


def main() -> int:
    i18n.use(settings.language())
    made = app.application()
    desk = app.Desk(made, settings.load())
    desk.start(Path(sys.argv[1]) if sys.argv[1:] else None)
    desk.window.move(0, 0)
    desk.show()
    desk.window.activateWindow()
    informant = Informant(desk)
    code = made.exec()
    informant.deleteLater()
    desk.session.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
