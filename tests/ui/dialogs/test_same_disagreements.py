"""The same disagreement decided in all articles, by keys in a real window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, label_words
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator.model.records import DONE, Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import gold
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.dialogs.team.same_disagreements import SameDisagreementsDialog
from annotator.ui.window import Window

LONG, SHORT = "وزارة الصحة بالرباط", "وزارة الصحة"
TEXTS = (
    f"أعلنت {LONG} عن الخطة الوطنية للتلقيح.",
    f"قالت {LONG} إن القطار وصل.",
    f"زار الوفد {LONG} يوم الجمعة.",
)
CONTROL, PLAIN = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    """Create a corpus in which two annotators differ alike in each article; in the last, a third has the short one."""
    path = tmp_path / "team.corpus"
    with create_corpus(path, *TEXTS) as corpus:
        for text in TEXTS:
            layers = {"منى": LONG, "سلمى": SHORT} | ({"Youssef": SHORT} if text == TEXTS[2] else {})
            for name, words in layers.items():
                [span] = label_words(text, [(words, "INSTITUTION")], name)
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [Edit(None, span), status], name)
    return path


@pytest.fixture
def window(qtbot: QtBot, window: Window) -> Window:
    """Return the window with the disagreement about the first article."""
    window.session.open_article(0)
    window.action("adjudicate").trigger()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator) and not window.tasks.is_busy and window.view.hasFocus())
    window.session.open_by_id(1)
    return window


InDialog = Callable[[Callable[[SameDisagreementsDialog], object]], None]


@pytest.fixture
def in_dialog(window: Window, qtbot: QtBot) -> InDialog:
    """Return a function that opens the dialog by its key and calls another with it, once the places are listed."""

    def open_and_call(act: Callable[[SameDisagreementsDialog], object]) -> None:
        errors: list[BaseException] = []
        has_acted: list[bool] = []

        def call() -> None:
            dialog = QApplication.activeModalWidget()
            if (
                not isinstance(dialog, SameDisagreementsDialog)
                or window.tasks.is_busy
                or not dialog.isActiveWindow()  # else keys go to the window
            ):
                QTimer.singleShot(20, call)
                return
            try:
                act(dialog)
            except BaseException as error:
                errors.append(error)
                dialog.reject()
            finally:
                has_acted.append(True)

        QTimer.singleShot(20, call)
        QTest.keyClick(window.view, Qt.Key.Key_A, CONTROL | SHIFT)
        qtbot.waitUntil(lambda: bool(has_acted) and not window.tasks.is_busy)
        window.activateWindow()  # without a window manager, the focus does not come back from a dialog
        qtbot.waitUntil(window.view.hasFocus)
        if errors:
            raise errors[0]

    return open_and_call


def list_rows(dialog: SameDisagreementsDialog) -> list[tuple[str, str, bool, str]]:
    """Return the votes of the candidates, whether it is ticked, and the note of each place."""
    ticked = Qt.CheckState.Checked
    return [(row.text(1), row.text(2), row.checkState(0) == ticked, row.text(3)) for row in dialog._rows]


def gold_words(window: Window) -> list[list[str]]:
    assert window.session.corpus
    with Corpus.open(window.session.corpus.path) as corpus:
        layers = [corpus.spans(article_uid(text), "gold") for text in TEXTS]
    return [[text[span.start : span.end] for span in spans] for text, spans in zip(TEXTS, layers, strict=True)]


def test_the_list_says_what_would_be_decided_and_one_undo_reverts_all(
    window: Window, in_dialog: InDialog, qtbot: QtBot
) -> None:
    def decide(dialog: SameDisagreementsDialog) -> None:
        titles = [strip_isolates(button.text()) for button in dialog.choices.buttons()]
        assert titles == [f"1 · Institution: {LONG}", f"2 · Institution: {SHORT}", "No span here"]
        assert list_rows(dialog) == [
            ("1/2", "1/2", True, ""),
            ("1/2", "1/2", True, ""),
            ("1/3", "2/3", False, "Most have something else"),
        ]
        heads = [dialog.tree.topLevelItem(index) for index in range(3)]
        assert [strip_isolates(head.text(0)) for head in heads if head] == [*TEXTS]
        assert dialog._decide_button.text() == "Decide 2 places"
        QTest.keyClick(dialog.tree, Qt.Key.Key_Return)

    in_dialog(decide)
    assert gold_words(window) == [[LONG], [LONG], []]
    assert window.adjudication_commands.bar.text().startswith("Everything is decided here.")
    qtbot.waitUntil(lambda: window.session.current.disagreements == {3: 1})  # beside the titles in the list
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert gold_words(window) == [[], [], []]
    assert window.adjudication_commands.model.current
    qtbot.waitUntil(lambda: window.session.current.disagreements == {1: 1, 2: 1, 3: 1})


def test_a_number_chooses_a_candidate_and_space_leaves_a_place_out(window: Window, in_dialog: InDialog) -> None:
    def decide(dialog: SameDisagreementsDialog) -> None:
        QTest.keyClick(dialog.tree, Qt.Key.Key_2, CONTROL)
        assert [row[2] for row in list_rows(dialog)] == [True, True, True]
        dialog.tree.setCurrentItem(dialog._rows[1])
        QTest.keyClick(dialog.tree, Qt.Key.Key_Space)
        dialog.fields.cause_box.setCurrentIndex(dialog.fields.cause_box.findData("guideline"))
        dialog.fields.reason_field.setText("بلا المدينة")
        QTest.keyClick(dialog.fields.reason_field, Qt.Key.Key_Return)

    in_dialog(decide)
    assert gold_words(window) == [[SHORT], [], [SHORT]]
    assert window.session.corpus
    decisions = gold.load_decisions(window.session.corpus, [article_uid(TEXTS[2])])[article_uid(TEXTS[2])]
    assert [(each.cause, each.reason) for each in decisions] == [("guideline", "بلا المدينة")]
    step = window.session.corpus.step(window.session.undoable[-1].uid)
    assert step.actor == "Sanae"


def test_that_there_is_no_span_can_be_decided_everywhere_and_escape_decides_nothing(
    window: Window, in_dialog: InDialog
) -> None:
    in_dialog(lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape))
    assert window.session.decisions == []

    def decide(dialog: SameDisagreementsDialog) -> None:
        QTest.keyClick(dialog.tree, Qt.Key.Key_3, CONTROL)
        assert [button.text() for button in dialog.choices.buttons() if button.isChecked()] == ["No span here"]
        QTest.keyClick(dialog.tree, Qt.Key.Key_Return)

    in_dialog(decide)
    assert [decision.verdict for decision in window.session.decisions] == ["none"]
    assert gold_words(window) == [[], [], []]


def test_the_key_tags_occurrences_where_a_span_is_selected(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    window._actions.prepare_display()
    assert "Decide the disagreement everywhere" in window.action("tag_all_corpus").text()
    QTest.keyClick(window.view, Qt.Key.Key_Return)
    window.session.select(window.session.spans[0])
    opened: list[OccurrencesDialog] = []
    monkeypatch.setattr(OccurrencesDialog, "search_corpus", lambda dialog: None)

    def close(dialog: OccurrencesDialog) -> bool:
        opened.append(dialog)
        return False

    monkeypatch.setattr(OccurrencesDialog, "exec", close)
    QTest.keyClick(window.view, Qt.Key.Key_A, CONTROL | SHIFT)
    assert len(opened) == 1
