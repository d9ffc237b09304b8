"""The articles to adjudicate, in a real window: which comes first, and what comes again after a change."""

from collections.abc import Generator
from pathlib import Path
from threading import Event

import pytest
from builders import apply_edits, create_corpus, label_words
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.conftest import ARTICLE, OTHER
from ui.inspection import Stretch, strip_isolates

from annotator.jobs import adjudication
from annotator.jobs.team_agreement import measure_team_agreement
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.ui.commands import adjudication_commands
from annotator.ui.dialogs.team.decision_reason import DecisionReasonDialog
from annotator.ui.panels.article_list import ArticleDelegate
from annotator.ui.panels.row_list import Index, Row
from annotator.ui.window import Window

LAST = "وصل القطار."
PLAN, SHORT, PROGRAMME, CITY = "الخطة الوطنية للتلقيح 2024-2030", "الخطة الوطنية للتلقيح", "برنامج العمل 2025", "وجدة"
COMMITTEE = "اللجنة الوطنية للتلقيح"
LAYERS = {
    OTHER: {"منى": [(CITY, "INSTITUTION")], "سلمى": []},
    ARTICLE: {
        "منى": [(PLAN, "PLAN"), (PROGRAMME, "PLAN")],
        "سلمى": [(SHORT, "PLAN"), (COMMITTEE, "INSTITUTION")],
    },
}
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    """Create a corpus with one disagreement about the first article, and three about the second."""
    path = tmp_path / "team.corpus"
    with create_corpus(path, *map(build_article, (OTHER, ARTICLE)), LAST) as corpus:
        for text, layers in LAYERS.items():
            for name, labelled in layers.items():
                spans = label_words(text, labelled, name)
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [*(Edit(None, span) for span in spans), status], name)
    return path


@pytest.fixture
def window(window: Window) -> Window:
    """Return the window with an article that nobody has done."""
    window.session.open_by_id(3)
    return window


def press(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifier)


def begin(window: Window, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: bool(window.session.adjudicator))


def list_counts(window: Window) -> list[str]:
    """Return what is said of each article of the list."""
    model = window.articles_sidebar.article_list.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [strip_isolates(row.data(Qt.ItemDataRole.AccessibleTextRole)).partition(", ")[2] for row in rows]


def test_a_decision_paints_one_row_of_the_list(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(window, qtbot)
    QTest.qWait(50)
    rows: list[str] = []
    paint = ArticleDelegate.paint_row

    def note(delegate: ArticleDelegate, row: Row, index: Index) -> None:
        rows.append(index.data(Qt.ItemDataRole.AccessibleTextRole))
        paint(delegate, row, index)

    monkeypatch.setattr(ArticleDelegate, "paint_row", note)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(rows))
    assert ["2 disagreements" in strip_isolates(row) for row in rows] == [True]


def test_the_article_with_most_disagreements_comes_first_with_their_number(window: Window, qtbot: QtBot) -> None:
    begin(window, qtbot)
    session = window.session
    assert session.articles.numbers == [2, 1]
    assert session.current.article_number == 2
    assert list_counts(window) == ["in progress, 3 disagreements to decide", "in progress, 1 disagreement to decide"]
    press(window, Qt.Key.Key_Return)
    assert list_counts(window)[0] == "in progress, 2 disagreements to decide"
    for _disagreement in range(2):
        press(window, Qt.Key.Key_Return)
    assert list_counts(window)[0] == "in progress"
    press(window, Qt.Key.Key_Return, CONTROL)
    assert session.current.article_number == 1
    session.reload_articles()  # as after a search: what is decided comes last
    assert session.articles.numbers == [1, 2]
    assert session.current_index() == 0
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    assert session.articles.numbers == [1, 2, 3]
    assert list_counts(window) == ["new", "new", "new"]


def test_the_page_of_the_team_names_the_same_article_first(corpus_path: Path, window: Window, qtbot: QtBot) -> None:
    begin(window, qtbot)
    with Corpus.open(corpus_path, readonly=True) as corpus:
        steps = measure_team_agreement(corpus)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                measured = end.value
                break
    contested = {article.number: article.disagreements for article in measured.contested}
    assert [*contested] == window.session.articles.numbers
    assert contested == window.session.current.disagreements


def test_keys_label_while_the_annotators_are_compared(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, stretch: Stretch
) -> None:
    may_end = Event()

    def compare_slowly(
        corpus: Corpus, actor: str, *, agreed: bool = False
    ) -> Generator[tuple[int, int], None, adjudication.AdjudicationResult]:
        while not may_end.wait(0.01):
            yield 0, 1
        return (yield from adjudication.adjudicate(corpus, actor, agreed=agreed))

    monkeypatch.setattr(adjudication_commands, "adjudicate", compare_slowly)
    messages: list[str] = []
    window.session.notified.connect(messages.append)
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: messages == ["Comparing the annotators. You can go on labelling meanwhile."])
    window.view.select(*stretch("القطار"))
    press(window, Qt.Key.Key_2)
    assert [span.label for span in window.session.spans] == ["INSTITUTION"]
    assert window.session.adjudicator == ""
    may_end.set()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator))
    assert window.session.current.article_number == 2
    with Corpus.open(window.session.corpus.path) as other:  # type: ignore[union-attr]
        assert [span.label for span in other.spans(article_uid(LAST), "Sanae")] == ["INSTITUTION"]


def test_the_key_stops_a_comparison_too(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def compare_for_ever(
        _corpus: Corpus, _actor: str, *, agreed: bool = False
    ) -> Generator[tuple[int, int], None, None]:
        assert agreed
        while True:
            yield 0, 1

    monkeypatch.setattr(adjudication_commands, "adjudicate", compare_for_ever)
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    assert window.adjudication_commands._comparison.is_busy
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: not window.adjudication_commands._comparison.is_busy)
    assert window.session.adjudicator == ""


def test_an_adjudication_begins_again_though_the_last_one_was_still_counting(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(window, qtbot)

    def count_for_ever(corpus: Corpus, actor: str, *, agreed: bool = False) -> Generator[tuple[int, int], None, object]:
        while not agreed:
            yield 0, 1
        return (yield from adjudication.adjudicate(corpus, actor, agreed=agreed))

    monkeypatch.setattr(adjudication_commands, "adjudicate", count_for_ever)
    window.adjudication_commands._recount()
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    assert window.session.adjudicator == ""
    begin(window, qtbot)
    assert window.session.current.disagreements == {2: 3, 1: 1}


def test_a_letter_picks_the_cause_and_escape_skips_the_question(window: Window, qtbot: QtBot) -> None:
    begin(window, qtbot)
    answers = [[Qt.Key.Key_G, Qt.Key.Key_Return], [Qt.Key.Key_Escape]]

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, DecisionReasonDialog) or not dialog.isActiveWindow():  # else keys go to the window
            QTimer.singleShot(20, answer)
            return
        for key in answers.pop(0):
            QTest.keyClick(QApplication.focusWidget() or dialog, key)

    for decided in (1, 2):
        QTimer.singleShot(20, answer)
        if decided == 1:
            press(window, Qt.Key.Key_Delete)  # both have a plan there
        else:
            press(window, Qt.Key.Key_1)  # what is no date for anybody
        qtbot.waitUntil(lambda count=2 - decided: len(answers) == count)  # type: ignore[misc]
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
        window.activateWindow()  # without a window manager, the focus does not come back from a dialog
        qtbot.waitUntil(window.view.hasFocus)
    causes = [(decision.verdict, decision.cause) for decision in window.session.decisions]
    assert sorted(causes) == [("none", "guideline"), ("other", None)]


def test_a_second_round_shows_what_changed_since_and_only_that(window: Window, qtbot: QtBot, corpus_path: Path) -> None:
    begin(window, qtbot)
    for _disagreement in range(3):
        press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CONTROL)
    press(window, Qt.Key.Key_J, CONTROL | SHIFT)
    with Corpus.open(corpus_path) as other:
        uid = article_uid(ARTICLE)
        before = other.spans(uid, "gold")
        [plan] = [span for span in other.spans(uid, "سلمى") if span.label == "PLAN"]
        edits = operations.resize(other.article(uid), [plan], plan, plan.start, plan.end - 1)
        apply_edits(other, edits, "سلمى")
    window.session.open_by_id(3)
    begin(window, qtbot)
    session = window.session
    assert (session.current.article_number, session.article_state) == (1, "in_progress")  # one is left there
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CONTROL)
    assert (session.current.article_number, session.article_state) == (2, "in_progress")
    lines = window.adjudication_commands.bar.text().splitlines()
    assert lines[0] == "Disagreement 1 of 3 2 decided"
    assert PLAN in lines[1]
    assert [(suggestion.start, suggestion.end) for suggestion in window.suggestions.visible] == [
        (ARTICLE.index(PLAN), ARTICLE.index(PLAN) + len(PLAN))
    ]
    assert session.spans == before  # the decision before stands until there is another one
    press(window, Qt.Key.Key_Return)
    assert window.adjudication_commands.bar.text().startswith("Everything is decided here.")
