"""Adjudication by keys, in a real window: what is in the gold layer afterwards, and what comes next."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, label_words
from e2e.stories import estimate_handling
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from ui.conftest import ARTICLE, OTHER

from annotator.model.article_builder import build_article
from annotator.model.records import DONE, IN_PROGRESS, Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list, gold
from annotator.ui.dialogs.team.decided_otherwise import DecidedOtherwiseDialog
from annotator.ui.dialogs.team.decision_reason import DecisionReasonDialog
from annotator.ui.session.session import Session
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.window import Window

PLAIN, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
RETURN, DELETE, F5 = Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_F5
LONG, SHORT = "الخطة الوطنية للتلقيح 2024-2030", "الخطة الوطنية للتلقيح"
PROGRAMME, MINISTRY, COMMITTEE = "برنامج العمل 2025", "وزارة الصحة", "اللجنة الوطنية للتلقيح"
LAYERS = {
    "منى": [(MINISTRY, "INSTITUTION"), (LONG, "PLAN"), (COMMITTEE, "INSTITUTION")],
    "سلمى": [(MINISTRY, "INSTITUTION"), (LONG, "PLAN"), (PROGRAMME, "PLAN"), (COMMITTEE, "PLAN")],
    "Sanae": [(MINISTRY, "INSTITUTION"), (SHORT, "PLAN")],
}


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    """Create a corpus of two articles that three annotators have done, and one that nobody has begun."""
    path = tmp_path / "team.corpus"
    with create_corpus(path, *map(build_article, (ARTICLE, OTHER)), "وصل القطار.") as corpus:
        for text, layers in ((ARTICLE, LAYERS), (OTHER, {"منى": [("وجدة", "INSTITUTION")], "سلمى": []})):
            for name, labelled in layers.items():
                spans = label_words(text, labelled, name)
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [*(Edit(None, span) for span in spans), status], name)
    return path


@pytest.fixture(autouse=True)
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Skip the questions for the reason, and return the list of the words that they are about."""
    words: list[str] = []

    def skip(dialog: DecisionReasonDialog) -> bool:
        words.extend(label.text() for label in dialog.findChildren(QLabel, "heading"))
        return False

    monkeypatch.setattr(DecisionReasonDialog, "exec", skip)
    return words


@pytest.fixture
def window(qtbot: QtBot, window: Window) -> Window:
    """Return the window with the first disagreement."""
    window.session.open_article(0)
    window.action("adjudicate").trigger()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator) and not window.tasks.is_busy and window.view.hasFocus())
    return window


def press(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.keyClick(window.view, key, modifier)


def gold_words(session: Session) -> list[tuple[str, str]]:
    assert session.corpus
    assert session.article
    text = session.article.text
    return [(text[span.start : span.end], span.label) for span in session.corpus.spans(session.article.uid, "gold")]


def verdicts(session: Session) -> list[str]:
    assert session.corpus
    assert session.article
    decisions = gold.load_decisions(session.corpus, [session.article.uid]).get(session.article.uid, [])
    return [decision.verdict for decision in decisions]


def current_words(window: Window) -> str:
    current, article = window.suggestions.current, window.session.article
    return article.text[current.start : current.end] if current and article else ""


def test_hint_for_a_newcomer_ends_with_the_first_adjudication(window: Window, qtbot: QtBot) -> None:
    window.action("adjudicate").trigger()
    window.welcome_commands.restore_state("hint")
    assert window.status_line.hint()
    window.action("adjudicate").trigger()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator) and not window.tasks.is_busy)
    assert window.status_line.hint() == ""
    window.action("adjudicate").trigger()
    assert window.session.article
    assert window.status_line.hint() == ""


def test_what_all_agree_on_is_there_and_the_first_disagreement_is_current(window: Window) -> None:
    assert gold_words(window.session) == [(MINISTRY, "INSTITUTION")]
    assert current_words(window) == LONG
    assert window.session.current.user == "Sanae"
    lines = window.adjudication_commands.bar.text().splitlines()
    assert lines[0] == "Disagreement 1 of 3"
    assert LONG in lines[1]
    assert "منى" in lines[1]
    assert "سلمى" in lines[1]
    assert SHORT in lines[2]
    assert "Sanae" in lines[2]
    assert len(lines) == 4


def test_all_shared_articles_are_listed_whatever_the_list_was_before(window: Window, qtbot: QtBot) -> None:
    listed = list(window.session.articles)
    assert listed
    window.action("adjudicate").trigger()
    assert not window.session.adjudicator
    window.session.set_article_filter(article_list.ArticleFilter(words="لا يوجد"))
    assert not window.session.articles
    window.action("adjudicate").trigger()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator))
    assert list(window.session.articles) == listed


def test_enter_decides_for_the_majority_and_goes_to_the_next(window: Window) -> None:
    press(window, RETURN)
    assert gold_words(window.session)[1:] == [(LONG, "PLAN")]
    assert [span.value for span in window.session.spans][1:] == [None]  # as the annotators have it
    assert verdicts(window.session) == ["candidate"]
    assert current_words(window) == PROGRAMME
    press(window, RETURN)  # most have nothing there
    assert gold_words(window.session)[1:] == [(LONG, "PLAN")]
    assert verdicts(window.session) == ["candidate", "none"]
    assert current_words(window) == COMMITTEE


def test_a_number_decides_for_that_candidate(window: Window) -> None:
    press(window, Qt.Key.Key_2, CONTROL)
    assert gold_words(window.session)[1:] == [(SHORT, "PLAN")]
    assert current_words(window) == PROGRAMME


def test_delete_decides_for_none_and_a_labels_key_for_that_label(window: Window) -> None:
    press(window, DELETE)
    assert gold_words(window.session)[1:] == []
    assert verdicts(window.session) == ["none"]
    press(window, Qt.Key.Key_2)  # the key of the second label
    second = window.session.labels.labels[1].name
    assert gold_words(window.session)[1:] == [(PROGRAMME, second)]


def test_other_edges_are_a_decision_too(window: Window) -> None:
    press(window, Qt.Key.Key_Right, SHIFT)
    press(window, RETURN)
    assert gold_words(window.session)[1:] == [(SHORT, "PLAN")]
    assert verdicts(window.session) == ["candidate"]  # that is what one of them has
    press(window, Qt.Key.Key_Right, SHIFT)
    press(window, RETURN)
    assert verdicts(window.session)[1:] == ["other"]


def test_undo_makes_it_current_again_and_keys_go_from_one_to_the_next(window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_Z, CONTROL)
    assert gold_words(window.session)[1:] == []
    assert verdicts(window.session) == []
    assert current_words(window) == LONG
    press(window, F5)
    assert current_words(window) == PROGRAMME
    press(window, F5, SHIFT)
    assert current_words(window) == LONG


@pytest.mark.parametrize("count", [1, 3])
def test_undo_makes_it_current_again_while_others_write(window: Window, corpus_path: Path, count: int) -> None:
    for _ in range(count):
        press(window, RETURN)
    with Corpus.open(corpus_path) as other:
        other.add(build_article("وصل قطار آخر."))  # the window has not looked at the file since
    for words in (COMMITTEE, PROGRAMME, LONG)[-count:]:
        press(window, Qt.Key.Key_Z, CONTROL)
        assert current_words(window) == words
    press(window, RETURN)
    assert gold_words(window.session)[1:] == [(LONG, "PLAN")]


def test_those_with_a_majority_are_decided_at_once(window: Window) -> None:
    press(window, RETURN, CONTROL | SHIFT)
    assert verdicts(window.session) == ["majority", "majority"]
    assert current_words(window) == COMMITTEE
    assert window.session.undo()
    assert verdicts(window.session) == []


def test_in_view_those_without_a_majority_stay_open(window: Window) -> None:
    window.resize(1100, 900)
    window._actions.menus["suggestions"].aboutToShow.emit()
    assert window.action("accept_in_view").text().partition("\t")[0] == "Decide 2 in view by majority"
    press(window, RETURN, Qt.KeyboardModifier.AltModifier)
    assert verdicts(window.session) == ["majority", "majority"]
    assert len(window.suggestions.visible) == 1


def test_done_goes_to_the_next_article_that_two_have_done_and_back_to_ones_own_work(window: Window) -> None:
    for _ in range(3):
        press(window, RETURN)
    assert window.adjudication_commands.bar.text().startswith("Everything is decided here.")
    press(window, RETURN, CONTROL)
    assert window.session.article
    assert window.session.article.text == OTHER
    assert current_words(window) == "وجدة"
    press(window, DELETE)
    press(window, RETURN, CONTROL)
    assert window.session.current.is_finished
    window.action("adjudicate").trigger()
    assert (window.session.annotator, window.session.adjudicator) == ("Sanae", "")
    assert not window.adjudication_commands.bar.isVisible()
    assert not window.suggestions.is_provided
    assert window.session.article  # the end of the list was that of the gold layer
    assert window.view.hasFocus()


def test_done_counts_articles_without_looking_at_all_of_them(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    before = window.session.counts
    assert [before[IN_PROGRESS], before[DONE]] == [2, 0]

    def fail(_corpus: Corpus) -> list[int]:
        raise AssertionError("this takes longer the larger the corpus is")

    monkeypatch.setattr(article_list, "list_shared_articles", fail)
    press(window, RETURN, CONTROL)
    assert window.session.article
    assert window.session.article.text == OTHER
    assert window.session.counts == before | {IN_PROGRESS: 1, DONE: 1}


def test_without_a_choice_enter_decides_for_what_is_shown_and_the_bar_marks_none(window: Window) -> None:
    window.action("toggle_preselection").trigger()
    assert not any(row.isChecked() for row in window.adjudication_commands.bar._rows)
    press(window, F5)
    assert current_words(window) == PROGRAMME
    press(window, RETURN)
    assert gold_words(window.session)[1:] == [(PROGRAMME, "PLAN")]


def test_an_annotator_sees_what_was_decided_otherwise_and_goes_there(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        press(window, RETURN)
    press(window, RETURN, CONTROL)
    window.action("adjudicate").trigger()
    rows: list[list[str]] = []

    def choose_first(dialog: DecidedOtherwiseDialog) -> bool:
        items = [dialog.tree.topLevelItem(index) for index in range(dialog.tree.topLevelItemCount())]
        rows.extend([item.text(column) for column in range(4)] for item in items if item)
        return True

    monkeypatch.setattr(DecidedOtherwiseDialog, "exec", choose_first)
    window.action("show_decided_otherwise").trigger()
    qtbot.waitUntil(lambda: bool(rows) and not window.tasks.is_busy)
    assert [SHORT in rows[0][1], LONG in rows[0][2]] == [True, True]
    assert len(rows) == 2  # and the committee, of which she has nothing
    assert window.session.article
    assert (window.session.annotator, window.session.article.text) == ("Sanae", ARTICLE)


def test_a_disagreement_takes_less_than_two_seconds_of_handling(window: Window, questions: list[str]) -> None:
    tally = Counter[str]()
    keys = [(RETURN, PLAIN, 1), (Qt.Key.Key_1, CONTROL, 2), (DELETE, PLAIN, 1)]
    for key, modifier, strokes in keys:
        before = len(verdicts(window.session))
        press(window, key, modifier)
        assert len(verdicts(window.session)) == before + 1  # one stroke decides, and the next one is current
        tally.update({"keys and modifiers": strokes, "decisions": 1})
    assert estimate_handling(tally) <= 1.9
    QApplication.processEvents()
    assert questions == []  # one more key would close a question
    assert window.adjudication_commands.bar.text().startswith("Everything is decided here.")


def test_the_reason_of_the_last_decision_is_recorded_and_undone(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(dialog: DecisionReasonDialog) -> bool:
        dialog.fields.cause_box.setCurrentIndex(dialog.fields.cause_box.findData("guideline"))
        dialog.fields.reason_field.setText(" السنوات من الاسم ")
        return True

    monkeypatch.setattr(DecisionReasonDialog, "exec", fill)
    press(window, Qt.Key.Key_F2, SHIFT)  # nothing is decided yet
    assert window.session.decisions == []
    press(window, RETURN)
    press(window, Qt.Key.Key_F2, SHIFT)
    [decision] = window.session.decisions
    assert (decision.cause, decision.reason) == ("guideline", "السنوات من الاسم")
    assert current_words(window) == PROGRAMME
    assert window.session.undo()
    assert [(each.cause, each.reason) for each in window.session.decisions] == [(None, None)]


def test_the_reason_is_asked_where_most_or_all_are_overruled(window: Window, questions: list[str]) -> None:
    press(window, DELETE)  # most have a plan there
    QApplication.processEvents()
    assert questions == [LONG]
    press(window, RETURN)
    press(window, Qt.Key.Key_1)  # what nobody has
    assert gold_words(window.session)[1:] == [(COMMITTEE, "DATE")]
    QApplication.processEvents()
    assert questions == [LONG, COMMITTEE]


def test_the_question_for_the_reason_can_be_switched_off(window: Window, questions: list[str]) -> None:
    press(window, Qt.Key.Key_W, CONTROL | SHIFT)
    assert not window.action("toggle_asking_reason").isChecked()
    press(window, DELETE)
    QApplication.processEvents()
    assert questions == []


def test_the_button_that_ends_it_is_not_shown_as_one_that_is_on(window: Window) -> None:
    assert window.action("adjudicate").isChecked()
    [button] = window.adjudication_commands.bar.findChildren(ActionButton)
    assert not button.isChecked()
    button.click()
    assert not window.adjudication_commands.is_active


def test_the_card_has_no_buttons_that_would_mean_something_else(window: Window) -> None:
    card = window.labels_sidebar.span_card
    assert card._source_label.text().endswith("2/3\u2069")
    assert [button.isVisible() for button in card._decision_buttons] == [False, False]


def place_of(window: Window, words: str) -> QPoint:
    """Return where the middle of these words is on the screen, once the window is laid out."""
    QApplication.processEvents()
    view, page = window.view, window.view.page()
    start = ARTICLE.index(words)
    [segment, *_others] = page.segments(start, start + len(words))
    line = segment.line
    middle = view.map_from_page((segment.left + segment.right) / 2, (line.top + line.bottom) / 2)
    return view.viewport().mapToGlobal(middle.toPoint())


def do_at(window: Window, act: Callable[..., None], place: QPoint) -> None:
    """Do something with the left mouse button at a point of the screen, whatever the window shows there by then."""
    QApplication.processEvents()  # as there is time for it between two events of a hand
    act(window.view.viewport(), Qt.MouseButton.LeftButton, PLAIN, window.view.viewport().mapFromGlobal(place))


def test_the_text_stays_in_its_place_while_disagreements_are_left(window: Window) -> None:
    place = place_of(window, COMMITTEE)
    press(window, F5)  # of two candidates, one of which is that there is no span
    assert place_of(window, COMMITTEE) == place
    press(window, Qt.Key.Key_Home, CONTROL)  # as one reads
    assert current_words(window) == ""
    assert place_of(window, COMMITTEE) == place
    press(window, F5)
    press(window, RETURN)
    assert place_of(window, COMMITTEE) == place


def test_a_double_click_decides_on_a_disagreement_when_none_is_current(window: Window) -> None:
    press(window, Qt.Key.Key_Home, CONTROL)
    place = place_of(window, COMMITTEE)
    for act in (QTest.mousePress, QTest.mouseRelease, QTest.mouseDClick):
        do_at(window, act, place)
    assert gold_words(window.session)[1:] == [(COMMITTEE, "INSTITUTION")]


def test_a_drag_in_the_gold_layer_selects_what_it_goes_over(window: Window) -> None:
    assert current_words(window) == LONG
    start, end = place_of(window, "تطلق"), place_of(window, "خطة")
    do_at(window, QTest.mousePress, start)
    for share in (0.3, 0.6, 1.0):
        QApplication.processEvents()
        place = start + (end - start) * share
        QTest.mouseMove(window.view.viewport(), window.view.viewport().mapFromGlobal(place))
    do_at(window, QTest.mouseRelease, end)
    assert window.view.selected_text() == "تطلق خطة"
