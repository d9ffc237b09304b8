"""Run the real program and tell the test, line by line over stdin and stdout, where its widgets are on the screen.

It changes nothing: all input to the window comes from the system's mouse and keyboard.
Run as `python watched_window.py [CORPUS|INVITATION] [--ask-name]`; with the option it asks at once who works here, as
the program does, and as most tests do not want.
"""

import json
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QMessageBox, QPushButton, QTabWidget, QTreeWidget

from annotator import i18n, settings
from annotator.model.records import Span, Suggestion
from annotator.paths import is_invitation_path
from annotator.ui import app
from annotator.ui.central.selection_bar import Chip
from annotator.ui.session.sync_state import SyncPhase

ASK_NAME = "--ask-name"


class WindowProbe:
    """Finds widgets and text in the window. Points are in screen coordinates."""

    def __init__(self, controller: app.ApplicationController) -> None:
        self._controller = controller

    def letter(self, offset: int, after: bool, reveal: bool = True) -> list[int]:
        """Return a point in the first or second half of letter at this offset.

        A letter out of sight is scrolled to, or with `reveal` False, the result is [], as for one below a message.
        """
        view = self._controller.window.view
        if reveal:
            view.reveal(offset, offset + 1)
        line = view.page().line_of(offset)
        assert line
        box = next(box for box in line.boxes if box.start <= offset < box.end)
        quarter = (box.right - box.left) / 4
        x = box.left + quarter if box.is_rtl == after else box.right - quarter
        point = view.map_from_page(x, (line.top + line.bottom) / 2).toPoint()
        window = self._controller.window
        is_visible = window.childAt(view.viewport().mapTo(window, point)) is view.viewport()
        return self._on_screen(view.viewport(), point) if reveal or is_visible else []

    def is_below(self, offset: int) -> bool:
        """Return whether letter at this offset is below the visible part, or else above."""
        view = self._controller.window.view
        line = view.page().line_of(offset)
        assert line
        return view.map_from_page(0, line.top).y() > 0

    def label(self, name: str) -> list[int]:
        """Return the centre of a label's row."""
        row = next(row for row in self._controller.window.label_panel.rows if row.label.name == name)
        return self._on_screen(row, row.rect().center())

    def chip(self, name: str) -> list[int]:
        """Return the centre of the button at the selection for an action or a label; [] where it is not shown."""
        QApplication.processEvents()  # it comes after what is selected was painted
        chips = self._controller.window.selection_bar.findChildren(Chip)
        chip = next((chip for chip in chips if chip.isVisible() and chip.name == name), None)
        return self._on_screen(chip, chip.rect().center()) if chip else []

    def paper(self) -> list[int]:
        """Return the centre of the visible part of the article."""
        viewport = self._controller.window.view.viewport()
        return self._on_screen(viewport, viewport.rect().center())

    def button(self, name: str) -> list[int]:
        """Return the centre of the button of the action with this name."""
        text = self._controller.window.action(name).text().partition("\t")[0]
        buttons = self._controller.window.findChildren(QPushButton)
        button = next(button for button in buttons if button.isVisible() and button.accessibleName() == text)
        return self._on_screen(button, button.rect().center())

    def menu(self, name: str) -> list[int]:
        """Return the centre of this action's row in the open menu; [] while none is on the screen."""
        menu = _open_menu()
        return self._on_screen(menu, menu.actionGeometry(self._controller.window.action(name)).center()) if menu else []

    def menu_choice(self) -> str:
        """Return the text of the chosen row of the open menu; "" without one."""
        menu = _open_menu()
        row = menu.activeAction() if menu else None
        return row.text() if row else ""

    def dialog(self) -> str:
        """Return the title of the active dialog; "" while there is none."""
        active = QApplication.activeWindow()
        return active.windowTitle() if isinstance(active, QDialog) else ""

    def button_with_focus(self) -> str:
        """Return the text of the button that has the keyboard; "" where another widget has it."""
        widget = QApplication.focusWidget()
        return widget.text() if isinstance(widget, QPushButton) else ""

    def question(self) -> str:
        """Return what the active message box says; "" without one."""
        active = QApplication.activeWindow()
        return f"{active.text()}\n{active.informativeText()}" if isinstance(active, QMessageBox) else ""

    def tab(self) -> str:
        """Return the title of the page that the active dialog shows of several; "" without one."""
        active = QApplication.activeWindow()
        tabs = active.findChild(QTabWidget) if isinstance(active, QDialog) else None
        return tabs.tabText(tabs.currentIndex()) if tabs else ""

    def tables(self) -> list[list[list[str]]]:
        """Return the cells of each list shown in the active dialog, row by row; [] without one."""
        active = QApplication.activeWindow()
        trees = active.findChildren(QTreeWidget) if isinstance(active, QDialog) else []
        return [
            [
                [row.text(column) for column in range(tree.columnCount())]
                for row in map(tree.topLevelItem, range(tree.topLevelItemCount()))
                if row
            ]
            for tree in trees
            if tree.isVisible()
        ]

    def line(self) -> list[int]:
        """Return start and end of the line with the caret."""
        view = self._controller.window.view
        word = view.caret.word
        line = view.page().line_of(word.start) if word else None
        assert line
        return [line.start, line.end]

    def message(self) -> str:
        """Return the message over the article, else the hint of the status line."""
        return self._controller.window.toast.message() or self._controller.window.status_line.hint()

    def bar(self) -> str:
        """Return what the bar above the article says while the gold layer is edited."""
        return self._controller.window.adjudication_commands.bar.text()

    def disagreement(self) -> list[object]:
        """Return start, end and the spans of each candidate of the current disagreement; [] without one."""
        current = self._controller.window.adjudication_commands.model.current
        if current is None:
            return []
        candidates = [
            [[span.label, span.start, span.end] for span in candidate.spans] for candidate in current.candidates
        ]
        return [current.start, current.end, candidates]

    def team(self) -> str:
        """Return the word of the status line about the team; "" where it has none."""
        button = self._controller.window.status_line.sync_button
        return button.text() if button.isVisible() else ""

    def synced(self) -> str:
        """Return when the last sync ended, in UTC; "" while steps wait or there is no way to the team."""
        state = self._controller.session.sync
        is_in_step = state and state.phase == SyncPhase.IDLE and not state.pending
        return state.synced or "" if state and is_in_step else ""

    def state(self) -> dict[str, object]:
        """Return the state of the window as a user sees it."""
        session, view, suggestions = (
            self._controller.session,
            self._controller.window.view,
            self._controller.window.suggestions,
        )
        return {
            "text": session.article.text if session.article else None,
            "selection": view.selected_text(),
            "stretch": view.selection,
            "selected": session.selection.uid if session.selection else None,
            "suggestions": [_as_list(suggestion) for suggestion in suggestions.visible],
            "chosen": _as_list(suggestions.current) if suggestions.current else None,
            "sticky": self._controller.window.tagging_commands.sticky,
            "scrolled": view.verticalScrollBar().value(),
            "spans": [_as_list(span) for span in session.spans],
            "state": session.article_state,
            "trouble": session.save_error,
            "learning": session.is_learning,
            "caret": view.caret.word,
            "article": session.current_index(),
            "annotator": session.annotator,
            "focus": view.hasFocus(),  # else another widget has it
            "welcome": self._controller.window.welcome_commands.is_page_visible,
            "rtl": QApplication.isRightToLeft(),
        }

    def _on_screen(self, widget: object, point: QPoint) -> list[int]:
        place = widget.mapToGlobal(point)  # type: ignore[attr-defined]
        return [place.x(), place.y()]


def _open_menu() -> QMenu | None:
    menu = QApplication.activePopupWidget()
    if not isinstance(menu, QMenu):
        return None
    surface = menu.windowHandle()
    return menu if surface and surface.isExposed() else None


def _as_list(record: Span | Suggestion) -> list[object]:
    return [record.label, record.start, record.end]


class ProbeServer(QObject):
    """Answers requests: the name of a method of the probe, and its arguments."""

    _requested = Signal(str)

    def __init__(self, controller: app.ApplicationController) -> None:
        super().__init__()
        self._probe = WindowProbe(controller)
        self._requested.connect(self._answer)
        # A thread, since Windows cannot wait for a pipe and for events at once. It ends with the process.
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while line := sys.stdin.readline():
            self._requested.emit(line)
        self._requested.emit("")

    def _answer(self, line: str) -> None:
        if not line:
            QApplication.quit()
            return
        question = json.loads(line)
        print(json.dumps(getattr(self._probe, question.pop("ask"))(**question)), flush=True)


def main() -> int:
    i18n.set_language(settings.interface_language())
    application = app.create_application()
    controller = app.ApplicationController(application, settings.load())
    paths = [Path(argument) for argument in sys.argv[1:] if argument != ASK_NAME]
    invitation = next(filter(is_invitation_path, paths), None)
    controller.start(paths[0] if paths and not invitation else None)
    controller.window.move(0, 0)
    controller.show()
    controller.window.activateWindow()
    if ASK_NAME in sys.argv:
        QTimer.singleShot(0, controller.window.annotator_commands.ask_name)
    if invitation:
        QTimer.singleShot(0, controller, lambda: controller.open_file(str(invitation)))
    informant = ProbeServer(controller)
    code = application.exec()
    informant.deleteLater()
    controller.session.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
