"""Translation of Qt's own dialogs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtWidgets import QFileDialog, QHeaderView, QMessageBox, QTreeView
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.settings import Settings
from annotator.ui import app
from annotator.ui.widgets.modal import MessageBox

BUTTON = QMessageBox.StandardButton
LABEL = QFileDialog.DialogLabel


@pytest.fixture(params=["ar", "fr", "en"])
def language(request: pytest.FixtureRequest, create_controller: Callable[[Settings], app.ApplicationController]) -> str:
    language: Literal["ar", "fr", "en"] = request.param
    i18n.set_language(language)
    create_controller(Settings(language=language))
    return language


def test_buttons_of_message_boxes_are_translated(language: str) -> None:
    box = QMessageBox()
    box.setStandardButtons(BUTTON.Yes | BUTTON.No | BUTTON.Cancel)
    texts = {box.button(kind).text().replace("&", "") for kind in (BUTTON.Yes, BUTTON.No, BUTTON.Cancel)}
    expected = {"ar": {"نعم", "لا", "ألغِ"}, "fr": {"Oui", "Non", "Annuler"}, "en": {"Yes", "No", "Cancel"}}
    assert texts == expected[language]


def test_button_for_details_is_written_as_the_others_are(language: str, qtbot: QtBot) -> None:
    box = MessageBox(QMessageBox.Icon.Warning, text="text", details="details")
    qtbot.addWidget(box)
    box.show()
    [button] = [each for each in box.buttons() if box.buttonRole(each) == QMessageBox.ButtonRole.ActionRole]
    texts = [button.text()]
    button.click()
    texts.append(button.text())
    expected = {
        "ar": ["إظهار التفاصيل…", "إخفاء التفاصيل…"],
        "fr": ["Afficher les détails…", "Masquer les détails…"],
        "en": ["Show details…", "Hide details…"],
    }
    assert texts == expected[language]


def test_the_file_dialog_is_translated(language: str, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "123").mkdir()
    dialog = QFileDialog(None, "", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    qtbot.addWidget(dialog)
    dialog.show()
    view = dialog.findChild(QTreeView, "treeView")
    assert isinstance(view, QTreeView)
    qtbot.waitUntil(lambda: view.model().rowCount(view.rootIndex()) == 1)
    header = view.findChild(QHeaderView)
    assert isinstance(header, QHeaderView)
    texts = [
        dialog.labelText(label) for label in (LABEL.LookIn, LABEL.FileName, LABEL.FileType, LABEL.Accept, LABEL.Reject)
    ]
    texts += [header.model().headerData(column, header.orientation()) for column in range(4)]
    texts.append(view.model().index(0, 2, view.rootIndex()).data())
    if language == "ar":
        assert [text for text in texts if re.search("[A-Za-z]", text)] == []
    else:
        assert ("Look in:" in [text.replace("&", "") for text in texts]) == (language == "en")
        assert texts[-1] == {"fr": "Dossier", "en": "Folder"}[language]
