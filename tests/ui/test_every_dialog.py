"""Every action of the program, in a real window: whatever it opens and is left, no lock of the open corpus is lost.

No dialog has two buttons that Enter might press, or a text field with Qt's own menu.
"""

import os
import sys
from pathlib import Path

import pytest
from file_states import standing_locks
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QProgressDialog,
    QPushButton,
    QTextEdit,
)
from pytestqt.qtbot import QtBot

from annotator.model.records import DONE
from annotator.ui.commands.table import ACTIONS
from annotator.ui.widgets import file_dialogs
from annotator.ui.window import Window

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's"),
    pytest.mark.skipif(file_dialogs._NATIVE, reason="the system's own dialog is asked here"),
]
NAMES = [action.name for action in ACTIONS if action.name != "quit"]
OPENS_A_DIALOG = {
    *("new_corpus", "corpus_from_files", "open_corpus", "edit_labels", "import_files", "import_folder", "export"),
    *("show_backups", "choose_annotator", "show_suggestion_statistics", "show_keys", "about", "tag_all_corpus"),
    *("show_progress", "give_out_articles"),
}
"""Without which this test would try nothing."""


class Leaver:
    """Leaves each dialog and each menu a moment after it has opened, and notes what it left."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.default_buttons: dict[str, list[str]] = {}
        self.fields_with_menu_of_qt: set[str] = set()
        self._timer = QTimer()
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._leave)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _leave(self) -> None:
        if menu := QApplication.activePopupWidget():
            menu.close()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and not isinstance(dialog, QProgressDialog):
            self.closed.append(type(dialog).__name__)
            defaults = [button.text() for button in dialog.findChildren(QPushButton) if button.isDefault()]
            self.default_buttons[type(dialog).__name__] = defaults
            for kind in (QLineEdit, QPlainTextEdit, QTextEdit):
                for field in dialog.findChildren(kind):
                    if field.contextMenuPolicy() == Qt.ContextMenuPolicy.DefaultContextMenu:
                        self.fields_with_menu_of_qt.add(f"{type(dialog).__name__}: {field.accessibleName()}")
            dialog.accept() if isinstance(dialog, QMessageBox) else dialog.reject()


@pytest.mark.usefixtures("opened_urls")
def test_actions_and_dialogs_keep_the_locks_of_the_open_corpus(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    session, tasks = window.session, window.tasks
    with_dialog = set[str]()
    leaver = Leaver()
    try:
        for name in NAMES:
            session.open_article(0)
            assert session.write_note(name)  # all files are beside the corpus
            assert session.spans or session.tag("DATE", 0, 5)
            session.select(session.spans[0])
            session.set_state(DONE)
            before, closed = standing_locks(corpus_path, os.getpid()), len(leaver.closed)
            assert len(before) == 2
            window.action(name).setEnabled(True)
            window.action(name).trigger()
            qtbot.waitUntil(lambda: not tasks.is_busy and not QApplication.activeModalWidget())
            if len(leaver.closed) > closed:
                with_dialog.add(name)
            assert standing_locks(corpus_path, os.getpid()) == before, name
    finally:
        leaver.stop()
    assert with_dialog >= OPENS_A_DIALOG
    assert {name: texts for name, texts in leaver.default_buttons.items() if len(texts) > 1} == {}
    assert leaver.fields_with_menu_of_qt == set()
