"""What comes out of a file, or is the name of one, is shown as it is: nothing of it is taken for HTML."""

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6 import QtGui
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox, QProgressDialog, QWidget
from pytestqt.qtbot import QtBot

import annotator.ui
from annotator.model.labels import LabelSet, default_labels
from annotator.model.records import FLAGGED, Article, Draft, Note, Span, Status, article_uid, new_uid
from annotator.settings import Settings
from annotator.store import backups
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.widgets.bidi_text import tell
from annotator.ui.widgets.file_dialogs import choose_target
from annotator.ui.widgets.message_box import MessageBox

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
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name in (
                getattr(node.func, "id", None),
                getattr(node.func, "attr", None),
            ):
                yield path.relative_to(UI).as_posix(), node


def test_labels_and_boxes_are_made_where_their_text_is_plain() -> None:
    assert {module for module, _call in calls("QLabel")} <= set(LINKS)
    assert {module for module, _call in calls("QMessageBox")} == set()
    for static in ("warning", "information", "question", "critical", "about"):
        assert not [call for _module, call in calls(static) if getattr(call.func.value, "id", "") == "QMessageBox"]  # type: ignore[attr-defined]


def test_a_tooltip_is_a_text_of_ours_or_is_escaped() -> None:
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
    return name in ("_", "tooltip", "_rich") or (isinstance(node, ast.IfExp) and _is_safe(node.body))


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[app.Desk]:
    """A window on a corpus in which every text is HTML, in a file whose name is, too."""
    usual = default_labels().labels
    title = dict.fromkeys(("ar", "fr", "en"), EVIL)
    labels = LabelSet(tuple(replace(label, title=title, guideline=title) for label in usual))
    path = tmp_path / f"{NAME}.corpus"
    with Corpus.create(path, labels) as corpus:
        text = f"{EVIL}\nوزارة العدل {EVIL}"
        article = Article(article_uid(text), text, title=EVIL, source=EVIL, url=EVIL)
        span = Span(new_uid(), article.uid, EVIL, usual[0].name, 0, len(EVIL), EVIL, EVIL)
        states = (Status(article.uid, EVIL, FLAGGED),)
        corpus.add(Draft(article, (), (span,), states, (Note(article.uid, EVIL, EVIL),)))
    made = app.Desk(app.application(), Settings(language="en", annotator=EVIL))
    qtbot.addWidget(made.window)
    made.window.resize(1366, 768)
    made.work_at(Corpus.open(path))
    made.show()
    yield made
    made.learner.stop()
    made.keeper.stop()
    made.window.suggestions.close()
    made.session.let_go()
    made.window.close()


def shown_as_html() -> list[str]:
    """Every text and tooltip that Qt would take for HTML and that holds what no text of ours does."""
    found = []
    for widget in QApplication.allWidgets():
        if isinstance(widget, QLabel) and widget.textFormat() != Qt.TextFormat.PlainText:
            found.append(widget.text())
        tips = [widget.toolTip(), *(action.toolTip() for action in widget.actions())]
        found += [tip for tip in tips if "<h1>EVIL" in tip and QtGui.Qt.mightBeRichText(tip)]
    return [text for text in found if "EVIL" in text and "&lt;h1&gt;EVIL" not in text]


def opened(qtbot: QtBot, action: Callable[[], object]) -> list[str]:
    """What is shown as HTML in the dialog that an action opens, which is closed then; its kind is the first."""
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

    def again() -> None:
        if not is_over:
            QTimer.singleShot(30, again)  # first: what is asked in `look` may open a dialog of its own
            look()

    again()
    yield
    is_over = True


def test_the_window_shows_what_an_article_holds_as_it_is(qtbot: QtBot, desk: app.Desk) -> None:
    assert desk.session.article
    assert shown_as_html() == []
    desk.session.select(desk.session.spans[0])
    desk.session.failed.emit(EVIL)
    desk.session.told.emit(EVIL)
    QApplication.processEvents()
    assert shown_as_html() == []


@pytest.mark.parametrize(
    "name", ["edit_labels", "export", "choose_annotator", "about", "rescue", "backups", "sure", "import", "tell"]
)
def test_a_dialog_shows_what_a_file_holds_as_it_is(qtbot: QtBot, desk: app.Desk, tmp_path: Path, name: str) -> None:
    commands, session = desk.window.corpus_commands, desk.session
    assert session.corpus
    path = session.corpus.path
    for _count in backups.keep(path):
        pass
    table = tmp_path / f"{NAME}.csv"
    table.write_text(f'text,label\n"{EVIL}",{EVIL}\n', encoding="utf-8")
    actions: dict[str, Callable[[], object]] = {
        "edit_labels": commands.edit_labels,
        "export": commands.export,
        "choose_annotator": commands.choose_annotator,
        "about": commands.about,
        "rescue": lambda: desk.window.backups.rescue(str(path), EVIL),
        "backups": desk.window.backups.show_backups,
        "sure": lambda: desk.window.backups._sure(path),
        "import": lambda: commands.take([str(table)]),
        "tell": lambda: tell(desk.window, QMessageBox.Icon.Warning, EVIL),
    }
    _kind, *found = opened(qtbot, actions[name])
    assert found == []


def test_all_texts_of_a_box_are_plain(qtbot: QtBot) -> None:
    box = MessageBox(QMessageBox.Icon.Warning)
    qtbot.addWidget(box)
    box.setText(EVIL)
    box.setInformativeText(EVIL)
    box.show()
    labels = [label for label in box.findChildren(QLabel) if label.text() == EVIL]
    assert len(labels) == 2
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
    assert box.windowTitle() == "Annotator"


def test_what_is_taken_for_html_would_be_found(qtbot: QtBot) -> None:
    label = QLabel(EVIL)
    widget = QWidget()
    widget.setToolTip(EVIL)
    qtbot.addWidget(label)
    qtbot.addWidget(widget)
    assert shown_as_html() == [EVIL, EVIL]


@pytest.mark.posix_only("the name of a file holds no HTML there, and Windows' own dialog asks")
def test_a_file_that_is_to_be_replaced_is_named_as_it_is(qtbot: QtBot, tmp_path: Path) -> None:
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
        assert choose_target(parent, "Save", str(tmp_path / f"{NAME}.txt")) == ""
    [text] = seen
    assert NAME in text
