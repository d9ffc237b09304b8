"""Who works here, and whose work is shown."""

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from builders import create_corpus, give_articles
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, strip_isolates

from annotator import settings
from annotator.model.annotator_names import explain_invalid_name
from annotator.model.labels import default_labels
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import create_gold
from annotator.ui import app
from annotator.ui.actions.keymap import EditAction
from annotator.ui.commands.table import ACTIONS
from annotator.ui.dialogs.annotator_name import AnnotatorNameDialog
from annotator.ui.dialogs.annotators import AnnotatorsDialog
from annotator.ui.session.session import Session
from annotator.ui.widgets.modal import MessageBox
from annotator.ui.window import Window

CONTROL, PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def omar(session: Session, stretch: Stretch) -> Session:
    """Return a session of Sanae on a corpus in which Omar has done the first article."""
    session.switch_annotator("Omar")
    session.tag("DATE", *stretch("أمس"))
    session.set_state(DONE)
    session.switch_annotator("Sanae")
    return session


@pytest.fixture
def answer(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Callable[[type[QDialog], Callable[..., object]], None]:
    """Return a function that has a kind of dialog answered by a function, which accepts or rejects it."""

    def install(kind: type[QDialog], act: Callable[[QDialog], object]) -> None:
        def run(dialog: QDialog) -> int:
            dialog.setModal(True)
            dialog.show()
            dialog.activateWindow()  # else the window gets its keys
            qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
            act(dialog)
            dialog.hide()
            return dialog.result()

        monkeypatch.setattr(kind, "exec", run)

    return install


Answer = Callable[[type[QDialog], Callable[..., object]], None]


def choose(name: str, key: Qt.Key = Qt.Key.Key_Return) -> Callable[[AnnotatorsDialog], None]:
    """Return a function that types a name into the dialog and presses Enter."""

    def act(dialog: AnnotatorsDialog) -> None:
        QTest.keyClicks(dialog.field, name)
        QTest.keyClick(dialog.field, key)

    return act


def test_anothers_work_is_shown_and_cannot_be_changed(
    window: Window, omar: Session, stretch: Stretch, answer: Answer, failures: list[str]
) -> None:
    answer(AnnotatorsDialog, choose("Omar"))
    window.action("choose_annotator").trigger()
    assert (omar.annotator, omar.current.user) == ("Omar", "Sanae")
    assert window.layer_bar.isVisible()
    assert "Omar" in window.layer_bar.text()
    [span] = before = omar.spans
    assert not omar.tag("PLAN", *stretch("الصحة"))
    assert not omar.remove(span)
    assert not omar.set_state("flagged")
    assert not omar.undo()
    assert len(failures) == 3
    omar.reload()
    assert omar.spans == before
    assert omar.article_state == DONE
    assert settings.load().annotator is None, "Sanae is still who works here"


def test_nobody_works_under_the_name_of_the_gold_layer(window: Window, answer: Answer, failures: list[str]) -> None:
    assert window.session.corpus
    create_gold(window.session.corpus)
    answer(AnnotatorsDialog, choose("gold"))
    window.action("choose_annotator").trigger()
    assert window.session.annotator == "Sanae"
    assert [strip_isolates(failure) for failure in failures] == [
        "“gold” is the name of the gold layer. Use another name."
    ]


def test_control_characters_that_are_pasted_are_the_spaces_that_a_field_shows(window: Window) -> None:
    for dialog in (AnnotatorsDialog(window, [], "Sanae", "Sanae"), AnnotatorNameDialog(window, "Sanae")):
        field = dialog.field if isinstance(dialog, AnnotatorsDialog) else dialog._field
        field.clear()
        field.insert("Omar\x1bB\0")
        assert dialog.name == "Omar B"


def test_a_name_has_the_length_that_one_may_have(window: Window) -> None:
    for field in (AnnotatorsDialog(window, [], "Sanae", "Sanae").field, AnnotatorNameDialog(window, "Sanae")._field):
        field.clear()
        field.insert(5000 * "x")
        assert explain_invalid_name(field.text()) is None


def test_what_edits_is_disabled_in_anothers_work_and_says_why(window: Window, omar: Session) -> None:
    skip, buttons = window.action("skip"), window._central_widget.buttons
    omar.switch_annotator("Omar", edits=False)
    [reason] = {window.action(row.name).whatsThis() for row in ACTIONS if isinstance(row, EditAction)}
    assert "Omar" in reason
    assert not any(window.action(row.name).isEnabled() for row in ACTIONS if isinstance(row, EditAction))
    assert not any(action.isEnabled() for action in window._actions.label_actions)
    assert window.action("next_article").isEnabled()
    assert [button.isEnabled() for button in buttons] == [False] * 5
    assert reason in unescape(buttons[1].toolTip())
    assert reason in unescape(window.label_panel.rows[0].toolTip())
    assert not window.article_header.title.button.isEnabled()
    window.action("show_palette").trigger()
    entries = {entry.title: entry for entry in window.palette_commands._palette._entries}  # type: ignore[union-attr]
    assert (entries["Skip"].is_enabled, entries["Skip"].reason) == (False, reason)
    QTest.keyClick(window.palette_commands._palette.field, Qt.Key.Key_Escape)  # type: ignore[union-attr]
    for key, modifier in ((Qt.Key.Key_K, CONTROL), (Qt.Key.Key_1, PLAIN), (Qt.Key.Key_Return, PLAIN)):
        window.toast.hide()
        QTest.keyClick(window.view, key, modifier)
        assert window.toast.message() == reason
    window.view.select(0, 5)
    QTest.qWait(500)  # longer than the bar of the selection waits for the next key
    assert not window.selection_bar.isVisible()
    window.layer_bar.back_button.click()
    assert (skip.isEnabled(), skip.whatsThis()) == (True, "")
    assert reason not in unescape(buttons[1].toolTip())
    assert window.article_header.title.button.isEnabled()


def test_key_without_anything_to_undo_says_so(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert window.toast.message() == "There is nothing to undo."


def test_going_back_shows_ones_own_work_again(window: Window, omar: Session, stretch: Stretch) -> None:
    omar.switch_annotator("Omar", edits=False)
    window.layer_bar.back_button.click()
    assert (omar.annotator, omar.reader, omar.spans) == ("Sanae", "", [])
    assert not window.layer_bar.isVisible()
    assert omar.tag("PLAN", *stretch("الصحة"))
    assert omar.undo()


def test_one_may_say_that_one_edits_anothers_work(window: Window, omar: Session, stretch: Stretch) -> None:
    omar.switch_annotator("Omar", edits=False)
    window.layer_bar.edit_button.click()
    assert (omar.annotator, omar.current.user) == ("Omar", "Omar")
    assert not window.layer_bar.isVisible()
    assert omar.tag("PLAN", *stretch("الصحة"))
    assert [span.annotator for span in omar.spans] == ["Omar", "Omar"]
    assert settings.load().annotator == "Omar"


def test_viewing_ends_with_the_corpus(window: Window, omar: Session, tmp_path: Path) -> None:
    omar.switch_annotator("Omar", edits=False)
    with create_corpus(tmp_path / "other.corpus", "خبر"):
        pass
    window.corpus_commands.open_path(tmp_path / "other.corpus")
    assert (omar.annotator, omar.reader) == ("Sanae", "")


def test_viewing_does_not_move_the_others_position(omar: Session, corpus_path: Path) -> None:
    assert omar.corpus
    position = omar.corpus.last_position("Omar")
    omar.switch_annotator("Omar", edits=False)
    omar.open_relative(1)
    omar.close()
    with Corpus.open(corpus_path) as corpus:
        assert corpus.last_position("Omar") == position


def test_fields_cannot_be_typed_in_while_anothers_work_is_shown(window: Window, omar: Session) -> None:
    omar.switch_annotator("Omar", edits=False)
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "word")
    assert window.note_field.text() == ""
    omar.switch_annotator("Sanae", edits=False)
    QTest.keyClicks(window.note_field, "word")
    assert window.note_field.text() == "word"


def test_no_suggestions_are_shown_in_anothers_work(
    window: Window, omar: Session, stretch: Stretch, qtbot: QtBot
) -> None:
    omar.tag("INSTITUTION", *stretch("وزارة الصحة"))
    qtbot.waitUntil(lambda: bool(window.suggestions.visible))
    omar.switch_annotator("Omar", edits=False)
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    assert window.suggestions.visible == ()
    omar.switch_annotator("Sanae", edits=False)
    qtbot.waitUntil(lambda: bool(window.suggestions.visible))


@pytest.mark.parametrize(("name", "hint"), [("Salma", ""), ("Umar", "Omar"), ("omar", "Omar")])
def test_new_name_is_confirmed(
    window: Window, omar: Session, answer: Answer, monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    boxes: list[MessageBox] = []

    def ask(box: MessageBox) -> str:
        boxes.append(box)
        return [*box._buttons][len(boxes) == 1]  # cancel, then begin

    monkeypatch.setattr(MessageBox, "ask", ask)
    answer(AnnotatorsDialog, choose(name))
    window.action("choose_annotator").trigger()
    assert omar.annotator == "Sanae"
    assert name in boxes[0].text()
    assert hint in boxes[0].informativeText()
    assert bool(hint) == bool(boxes[0].informativeText())
    window.action("choose_annotator").trigger()
    assert (omar.annotator, omar.reader) == (name, "")
    assert settings.load().annotator == name


def test_existing_name_is_looked_at_by_enter_and_worked_as_by_its_button(
    window: Window, omar: Session, answer: Answer
) -> None:
    answer(AnnotatorsDialog, lambda dialog: (dialog._select_row("Omar"), dialog._work_button.click()))
    window.action("choose_annotator").trigger()
    assert (omar.annotator, omar.reader) == ("Omar", "")


def test_list_shows_who_did_how_much(window: Window, omar: Session, answer: Answer) -> None:
    rows: list[list[str]] = []

    def read(dialog: AnnotatorsDialog) -> None:
        for index in range(dialog.tree.topLevelItemCount()):
            row = dialog.tree.topLevelItem(index)
            assert row
            rows.append([row.text(column).strip("\u2068\u2069") for column in range(3)])
        dialog.reject()

    answer(AnnotatorsDialog, read)
    window.status_line.name_button.click()
    assert rows == [["\u2068Sanae\u2069 (you)".strip("\u2068"), "0", "0"], ["Omar", "1", "1"]]


@pytest.mark.parametrize("accepts", [True, False], ids=["given", "not now"])
def test_name_is_asked_once_with_the_first_corpus(
    create_controller: Callable[[settings.Settings], app.ApplicationController],
    tmp_path: Path,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
    accepts: bool,
) -> None:
    monkeypatch.setattr("annotator.settings.user_name", lambda: "root")
    asked: list[str] = []

    def act(dialog: AnnotatorNameDialog) -> None:
        asked.append(dialog.name)
        if not accepts:
            dialog.reject()
            return
        dialog._field.setText("  سلمى   بناني ")
        QTest.keyClick(dialog._field, Qt.Key.Key_Return)

    answer(AnnotatorNameDialog, act)
    controller = create_controller(settings.Settings(language="en"))
    controller.start(None)
    controller.window.welcome_commands.samples_requested.emit()
    assert controller.session.corpus
    assert asked == [], "not in the way of the example"
    for name in ("a", "b"):
        path = tmp_path / f"{name}.corpus"
        Corpus.create(path, default_labels()).close()
        controller.window.corpus_commands.open_path(path)
        assert asked == ["root"]
    assert controller.session.annotator == settings.load().annotator == ("سلمى بناني" if accepts else "root")


def test_a_file_made_for_another_name_asks_whether_that_is_the_user(
    create_controller: Callable[[settings.Settings], app.ApplicationController],
    corpus_path: Path,
    answer: Answer,
) -> None:
    with Corpus.open(corpus_path) as corpus:
        give_articles(corpus, {"Amal B.": [2]})
    questions: list[str] = []

    def accept(box: QDialog) -> None:
        assert isinstance(box, MessageBox)
        questions.append(box.text())
        QTest.keyClick(box, Qt.Key.Key_Return)

    answer(MessageBox, accept)
    controller = create_controller(settings.Settings(language="en", annotator="Amal"))
    controller.show()
    controller.window.corpus_commands.open_path(corpus_path)
    assert [unescape(question) for question in questions] == [
        "The articles of this corpus were given to \u2068Amal B.\u2069. Is that you?"
    ]
    session = controller.session
    assert (session.annotator, session.articles.numbers) == ("Amal B.", [2])
    assert settings.load().annotator == "Amal B."
    controller.window.corpus_commands.open_path(corpus_path)
    assert len(questions) == 1


def test_who_is_somebody_else_is_asked_once(
    create_controller: Callable[[settings.Settings], app.ApplicationController], corpus_path: Path, answer: Answer
) -> None:
    with Corpus.open(corpus_path) as corpus:
        give_articles(corpus, {"Omar": [2]})
    questions: list[str] = []

    def decline(box: QDialog) -> None:
        assert isinstance(box, MessageBox)
        questions.append(box.text())
        QTest.keyClick(box, Qt.Key.Key_Escape)

    answer(MessageBox, decline)
    controller = create_controller(settings.Settings(language="en", annotator="Amal"))
    controller.show()
    for _opening in range(2):
        controller.window.corpus_commands.open_path(corpus_path)
        assert controller.session.annotator == "Amal"
    assert len(questions) == 1


def test_nobody_is_asked_where_the_user_or_several_have_articles(
    create_controller: Callable[[settings.Settings], app.ApplicationController],
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MessageBox, "exec", lambda _box: pytest.fail("asked"))
    with Corpus.open(corpus_path) as corpus:
        give_articles(corpus, {"Omar": [2], "Sanae": [1]})
    controller = create_controller(settings.Settings(language="en", annotator="Amal"))
    controller.show()
    controller.window.corpus_commands.open_path(corpus_path)
    assert controller.session.annotator == "Amal"
