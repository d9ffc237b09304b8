"""Runs the real program and tells the test, line by line on stdin and stdout, where things stand on the screen.

It changes nothing: everything that happens in the window comes from the X server's mouse and keyboard.
Run as `python desk.py CORPUS`.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QSocketNotifier
from PySide6.QtWidgets import QApplication

from annotator import i18n, settings
from annotator.store.corpus import Corpus
from annotator.ui import app


class Informant(QObject):
    """Answers questions about the window."""

    def __init__(self, desk: app.Desk) -> None:
        super().__init__()
        self._desk = desk
        self._listener = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._listener.activated.connect(self._answer)

    def _answer(self) -> None:
        line = sys.stdin.readline()
        if not line:
            QApplication.quit()
            return
        question = json.loads(line)
        print(json.dumps(getattr(self, question.pop("ask"))(**question)), flush=True)

    def letter(self, offset: int, after: bool) -> list[int]:
        """The point on the screen in the first or in the second half of the letter at this offset, brought to sight."""
        view = self._desk.window.view
        view.reveal(offset, offset + 1)
        line = view.page().line_of(offset)
        assert line
        box = next(box for box in line.boxes if box.start <= offset < box.end)
        quarter = (box.right - box.left) / 4
        x = box.left + quarter if box.rtl == after else box.right - quarter
        return self._on_screen(view.viewport(), view.point_of(x, (line.top + line.bottom) / 2).toPoint())

    def label(self, name: str) -> list[int]:
        """The middle of a label's row."""
        row = next(row for row in self._desk.window.labels.rows() if row.label.name == name)
        return self._on_screen(row, row.rect().center())

    def line(self) -> list[int]:
        """Where the line with the caret begins and ends in the text."""
        view = self._desk.window.view
        word = view.caret.word
        line = view.page().line_of(word.start) if word else None
        assert line
        return [line.start, line.end]

    def shown(self) -> dict[str, object]:
        """What a person sees."""
        session, view = self._desk.session, self._desk.window.view
        return {
            "text": session.article.text if session.article else None,
            "selection": view.text_of_selection(),
            "spans": [[span.label, span.start, span.end] for span in session.spans],
            "state": session.state(),
            "caret": view.caret.word,
            "article": session.place(),
            "focus": view.hasFocus(),
            "rtl": QApplication.isRightToLeft(),
        }

    def _on_screen(self, widget: object, point: QPoint) -> list[int]:
        place = widget.mapToGlobal(point)  # type: ignore[attr-defined]
        return [place.x(), place.y()]


def main() -> int:
    i18n.use(settings.language())
    made = app.application()
    desk = app.Desk(made, settings.load())
    desk.work_at(Corpus.open(Path(sys.argv[1])))
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
