"""What comes out of a file, or is the name of one, is shown as it is: nothing of it is taken for HTML."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6 import QtGui
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox, QProgressDialog, QWidget
from pytestqt.qtbot import QtBot

import annotator.ui
from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import FLAGGED, AnnotatedArticle, Article, Note, Span, Status, article_uid, new_uid
from annotator.settings import Settings
from annotator.store import backups
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.widgets.file_dialogs import choose_save_path
from annotator.ui.widgets.modal import MessageBox, show_message

UI = Path(annotator.ui.__file__).parent
EVIL = '<h1>EVIL</h1><img src="file:x.png"><a href="http://x.y">z</a>'
NAME = "EVIL &lt;b&gt;" if sys.platform == "win32" else "<h1>EVIL<b>"
"""Windows has no "<" in the name of a file, and so no HTML."""
LINKS = ("widgets/bidi_text.py", "dialogs/components.py")
"""Where a label is made besides that shows a link, whose text is escaped."""


ACTIONS = ("widgets/buttons.py",)
"""Where a tooltip is an action's text, which is ours, with its key."""


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or a method of this name in the window's modules, with the module."""
    for module, call in all_calls():
        if name in (getattr(call.func, "id", None), getattr(call.func, "attr", None)):
            yield module, call


@cache
def all_calls() -> list[tuple[str, ast.Call]]:
    """Return every call in the window's modules, with the module."""
    return [
        (path.relative_to(UI).as_posix(), node)
        for path in sorted(UI.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_labels_and_boxes_are_created_as_plain_text() -> None:
    assert {module for module, _call in calls("QLabel")} <= set(LINKS)
    assert {module for module, _call in calls("QMessageBox")} == set()
    for static in ("warning", "information", "question", "critical", "about"):
        assert not [call for _module, call in calls(static) if getattr(call.func.value, "id", "") == "QMessageBox"]  # type: ignore[attr-defined]


def test_tooltips_are_constant_or_escaped() -> None:
    """Qt has no tooltips of plain text: what looks like HTML is HTML."""
    loose = [
        f"{module}:{call.lineno}"
        for name in ("setToolTip", "showText")
        for module, call in calls(name)
        if module not in ACTIONS and not any(_is_safe(argument) for argument in call.args)
    ]
    assert loose == []


def _is_safe(node: ast.expr) -> bool:
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    return name in ("_", "tooltip", "_tooltip_html") or (isinstance(node, ast.IfExp) and _is_safe(node.body))


@pytest.fixture
def controller(
    create_controller: Callable[[Settings], app.ApplicationController], tmp_path: Path
) -> app.ApplicationController:
    """Open a window on a corpus in which every text is HTML, in a file whose name is, too."""
    usual = default_labels().labels
    title = dict.fromkeys(("ar", "fr", "en"), EVIL)
    labels = LabelSet(tuple(replace(label, title=title, guideline=title) for label in usual))
    path = tmp_path / f"{NAME}.corpus"
    with Corpus.create(path, labels) as corpus:
        text = f"{EVIL}\nوزارة العدل {EVIL}"
        article = Article(article_uid(text), text, title=EVIL, source=EVIL, url=EVIL)
        span = Span(new_uid(), article.uid, EVIL, usual[0].name, 0, len(EVIL), EVIL, EVIL)
        states = (Status(article.uid, EVIL, FLAGGED),)
        corpus.add(AnnotatedArticle(article, (), (span,), states, (Note(article.uid, EVIL, EVIL),)))
    controller = create_controller(Settings(language="en", annotator=EVIL))
    controller.window.resize(1366, 768)
    controller.open_corpus(Corpus.open(path))
    controller.show()
    return controller


def shown_as_html() -> list[str]:
    """Every text and tooltip that Qt would take for HTML and that holds what no text of ours does."""
    texts = []
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
            texts.append(widget.text())
        tips = [widget.toolTip(), *(action.toolTip() for action in widget.actions())]
        texts += [tip for tip in tips if "<h1>EVIL" in tip and QtGui.Qt.mightBeRichText(tip)]
    return [text for text in texts if "EVIL" in text and "&lt;h1&gt;EVIL" not in text]


def opened(qtbot: QtBot, action: Callable[[], object]) -> list[str]:
    """Return the texts shown as HTML in the dialog that an action opens, and close it; the first is its kind."""
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and dialog.isVisible() and not isinstance(dialog, QProgressDialog):
            try:
                seen.extend([type(dialog).__name__, *shown_as_html()])
            finally:
                dialog.reject()

    with looking(look):
        action()
        qtbot.waitUntil(lambda: bool(seen))
    return seen


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Look again and again, while a dialog keeps whoever opened it waiting."""
    is_over = False

    def repeat() -> None:
        if not is_over:
            QTimer.singleShot(30, repeat)  # first: what is asked in `look` may open a dialog of its own
            look()

    repeat()
    yield
    is_over = True


def test_window_shows_html_in_an_article_as_plain_text(qtbot: QtBot, controller: app.ApplicationController) -> None:
    assert controller.session.article
    assert shown_as_html() == []
    controller.session.select(controller.session.spans[0])
    controller.session.failed.emit(EVIL)
    controller.session.notified.emit(EVIL)
    QApplication.processEvents()
    assert shown_as_html() == []


@pytest.mark.parametrize(
    "name", ["edit_labels", "export", "choose_annotator", "about", "rescue", "backups", "sure", "import", "tell"]
)
def test_dialogs_show_html_in_files_as_plain_text(
    qtbot: QtBot, controller: app.ApplicationController, tmp_path: Path, name: str
) -> None:
    commands, session = controller.window.corpus_commands, controller.session
    assert session.corpus
    path = session.corpus.path
    for _count in backups.create_backup(path):
        pass
    table = tmp_path / f"{NAME}.csv"
    table.write_text(f'text,label\n"{EVIL}",{EVIL}\n', encoding="utf-8")
    actions: dict[str, Callable[[], object]] = {
        "edit_labels": controller.window.action("edit_labels").trigger,
        "export": controller.window.action("export").trigger,
        "choose_annotator": controller.window.annotator_commands.choose_annotator,
        "about": controller.window.action("about").trigger,
        "rescue": lambda: controller.window.backup_commands.offer_recovery(str(path), EVIL),
        "backups": controller.window.backup_commands.show_backups,
        "sure": lambda: controller.window.backup_commands._confirm_restore(path),
        "import": lambda: commands.import_or_open([str(table)]),
        "tell": lambda: show_message(controller.window, QMessageBox.Icon.Warning, EVIL),
    }
    _kind, *html_texts = opened(qtbot, actions[name])
    assert html_texts == []


def test_message_box_texts_are_plain(qtbot: QtBot) -> None:
    box = MessageBox(QMessageBox.Icon.Warning)
    qtbot.addWidget(box)
    box.setText(EVIL)
    box.setInformativeText(EVIL)
    box.show()
    labels = [label for label in box.findChildren(QLabel) if label.text() == EVIL]
    assert len(labels) == 2
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert box.windowTitle() == "Annotator"


def test_check_detects_html_in_widgets(qtbot: QtBot) -> None:
    label = QLabel(EVIL)
    widget = QWidget()
    widget.setToolTip(EVIL)
    qtbot.addWidget(label)
    qtbot.addWidget(widget)
    assert shown_as_html() == [EVIL, EVIL]


@pytest.mark.posix_only("the name of a file holds no HTML there, and Windows' own dialog asks")
def test_overwrite_question_shows_the_file_name_as_plain_text(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.txt").touch()
    parent = QWidget()
    qtbot.addWidget(parent)
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox):
            seen.extend([dialog.text(), *shown_as_html()])
            dialog.done(QMessageBox.StandardButton.No)
        elif isinstance(dialog, QFileDialog):
            dialog.reject() if seen else dialog.accept()

    with looking(look):
        assert choose_save_path(parent, "Save", str(tmp_path / f"{NAME}.txt")) == ""
    [text] = seen
    assert NAME in text
