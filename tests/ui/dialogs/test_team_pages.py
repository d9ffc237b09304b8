"""The pages about the team, on the work of three annotators."""

from collections.abc import Callable, Generator, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from builders import create_corpus, give_articles
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates, tree_texts

from annotator import i18n
from annotator.jobs.team_agreement import TeamAgreement, measure_team_agreement
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import BODY, DONE, FLAGGED, IN_PROGRESS, AnnotatedArticle, Edit, Step, Zone, new_uid
from annotator.model.teams import ANNOTATOR, CURATOR, LEAD
from annotator.store.corpus import Corpus
from annotator.ui.dialogs import work_progress
from annotator.ui.dialogs.figure_table import FigureTable
from annotator.ui.dialogs.team.team_agreement_page import TeamAgreementPage
from annotator.ui.dialogs.team.team_progress_page import TeamProgressPage
from annotator.ui.dialogs.work_progress import WorkProgressDialog
from annotator.ui.session.sync_state import SyncState
from annotator.ui.widgets.period_chart import PeriodChart
from annotator.ui.window import Window

SANAE, OMAR, HIND = "Sanae", "Omar", "Hind"
MONDAY, TUESDAY, NEXT_TUESDAY = 2, 3, 10  # of March 2026
TEXT: Final = "قالت وزارة الصحة إن خطة العمل تبدأ غدا"
MINISTRY, PLAN, TOMORROW = "وزارة الصحة", "خطة العمل", "غدا"


def build(number: int) -> AnnotatedArticle:
    text = f"{TEXT} {number}"
    return build_article(text, zones=[Zone(new_uid(), "", BODY, 0, len(text))])


class Desk:
    """An annotator who labels articles of a corpus, a step a minute."""

    def __init__(self, corpus: Corpus, annotator: str, day: int) -> None:
        self._corpus, self._annotator, self._day, self._minute = corpus, annotator, day, 0

    def label(self, number: int, words: dict[str, str], state: str) -> None:
        """Label words of an article, by label, and set its state."""
        article = self._corpus.article(number)
        for label, phrase in words.items():
            start = article.text.index(phrase)
            layer = self._corpus.spans(article.uid, self._annotator)
            self._apply(operations.add_span(article, layer, self._annotator, label, start, start + len(phrase)))
        status = self._corpus.status(article.uid, self._annotator)
        self._apply(operations.set_state(status, article, self._annotator, state))

    def _apply(self, edits: list[Edit]) -> None:
        self._minute += 1
        time = f"2026-03-{self._day:02}T12:{self._minute:02}:00.000+00:00"
        self._corpus.apply(Step(new_uid(), self._annotator, time, "tag", tuple(edits)))


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    path = tmp_path / "team.corpus"
    with create_corpus(path, *map(build, range(1, 6))) as corpus:
        monday, tuesday = Desk(corpus, SANAE, MONDAY), Desk(corpus, SANAE, TUESDAY)
        monday.label(1, {"INSTITUTION": MINISTRY, "PLAN": PLAN}, DONE)
        monday.label(2, {"INSTITUTION": MINISTRY}, DONE)
        tuesday.label(3, {"DATE": TOMORROW}, DONE)
        tuesday.label(4, {"DATE": TOMORROW}, IN_PROGRESS)
        omar = Desk(corpus, OMAR, TUESDAY)
        omar.label(1, {"INSTITUTION": MINISTRY, "PLAN": PLAN}, DONE)
        omar.label(2, {"PLAN": MINISTRY, "DATE": TOMORROW}, DONE)
        hind = Desk(corpus, HIND, NEXT_TUESDAY)
        hind.label(2, {"INSTITUTION": MINISTRY}, FLAGGED)
        hind.label(3, {"DATE": TOMORROW}, DONE)
    return path


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("annotator.ui.dialogs.work_progress._today", lambda: date(2026, 3, NEXT_TUESDAY))
    yield
    i18n.set_language("en")


def texts(table: FigureTable) -> list[list[str]]:
    return tree_texts(table)


@pytest.fixture
def in_dialog(window: Window, qtbot: QtBot) -> Callable[[Callable[[WorkProgressDialog], object]], None]:
    """Return a function that opens the page of progress from the menu, calls another with it, and leaves it."""

    def open_and_call(act: Callable[[WorkProgressDialog], object]) -> None:
        errors: list[BaseException] = []
        has_acted: list[bool] = []

        def call() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, WorkProgressDialog) or not dialog.isActiveWindow():  # else keys go to the window
                QTimer.singleShot(20, call)
                return
            try:
                act(dialog)
            except BaseException as error:
                errors.append(error)
            finally:
                has_acted.append(True)
                if dialog.isVisible():  # else it was accepted
                    dialog.reject()

        QTimer.singleShot(20, call)
        window.action("show_progress").trigger()
        qtbot.waitUntil(lambda: bool(has_acted) and not window.tasks.is_busy)
        if errors:
            raise errors[0]

    return open_and_call


InDialog = Callable[[Callable[[WorkProgressDialog], object]], None]


def show_agreement(dialog: WorkProgressDialog, qtbot: QtBot) -> dict[str, FigureTable]:
    """Show the page of agreement, and return its tables by name once it is measured."""
    [page] = dialog.findChildren(TeamAgreementPage)
    dialog.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: bool(page.findChildren(FigureTable)))
    return {table.accessibleName(): table for table in page.findChildren(FigureTable)}


def show_progress(dialog: WorkProgressDialog) -> TeamProgressPage:
    [page] = dialog.findChildren(TeamProgressPage)
    dialog.tabs.setCurrentWidget(page)
    return page


def test_names_beside_figures_are_not_cut_in_a_narrow_table(qtbot: QtBot) -> None:
    table = FigureTable(["Annotator", *["Suggestions accepted"] * 6], "People", 5)
    qtbot.addWidget(table)
    table.resize(300, 200)
    table.show()
    table.add_row("Abdelkarim Ben Mohammed", *"123456")
    QTest.qWait(60)
    header = table.header()
    assert header.sectionSize(0) >= max(table.sizeHintForColumn(0), header.sectionSizeHint(0))
    table.resize(3000, 200)
    assert sum(header.sectionSize(column) for column in range(header.count())) == table.viewport().width()


def activate(table: FigureTable, row: int, column: int) -> None:
    """Press Enter on a figure that is reached by arrow keys from the first one."""
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 0))
    for _index in range(row):
        QTest.keyClick(table, Qt.Key.Key_Down)
    for _index in range(column):
        QTest.keyClick(table, Qt.Key.Key_Left if i18n.is_rtl() else Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Return)


def test_progress_has_a_row_for_each_annotator_and_for_their_days(in_dialog: InDialog) -> None:
    def look(dialog: WorkProgressDialog) -> None:
        page = show_progress(dialog)
        people = texts(page.people)
        assert [row[:7] for row in people] == [
            ["Sanae", "1", "1", "3", "0", "0", "5"],
            ["Omar", "3", "0", "2", "0", "0", "4"],
            ["Hind", "3", "0", "1", "0", "1", "2"],
        ]
        assert people[0][7:] == ["1.5", "16 March 2026"]
        assert [row[:5] for row in texts(page.days)][::3] == [
            ["Tuesday 10 March 2026", "Hind", "1", "2", "4"],
            ["Monday 2 March 2026", "Sanae", "2", "3", "5"],
        ]

    in_dialog(look)


def test_tab_goes_through_the_tables_before_the_buttons(in_dialog: InDialog) -> None:
    def check(dialog: WorkProgressDialog) -> None:
        page = show_progress(dialog)
        dialog.tabs.tabBar().setFocus()
        reached = []
        for _press in range(4):
            QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
            reached.append(dialog.focusWidget())
        tables = [widget for widget in reached if isinstance(widget, FigureTable)]
        assert tables == [page.people, page.days]
        assert isinstance(reached[-1], QPushButton)

    in_dialog(check)


def test_figure_of_a_state_lists_its_articles_in_the_annotators_layers(in_dialog: InDialog, window: Window) -> None:
    in_dialog(lambda dialog: activate(show_progress(dialog).people, 1, 3))
    session = window.session
    assert (session.annotator, session.reader) == (OMAR, SANAE)
    assert session.articles.numbers == [1, 2]
    assert session.current.article_number == 1
    assert [span.label for span in session.spans] == ["INSTITUTION", "PLAN"]


@pytest.mark.parametrize(("column", "numbers"), [(2, [1, 2]), (3, [1, 2])])
def test_figure_of_a_day_lists_what_was_done_on_it(
    in_dialog: InDialog, window: Window, column: int, numbers: list[int]
) -> None:
    in_dialog(lambda dialog: activate(show_progress(dialog).days, 3, column))
    assert window.session.annotator == SANAE
    assert window.session.articles.numbers == numbers


def test_articles_behind_a_figure_are_listed_until_others_are_chosen(in_dialog: InDialog, window: Window) -> None:
    in_dialog(lambda dialog: activate(show_progress(dialog).people, 0, 2))
    choice = window.articles_sidebar.state_filter
    assert window.session.articles.numbers == [4]
    assert (choice.currentIndex(), strip_isolates(choice.currentText())) == (0, "Chosen articles: 1")
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    assert window.session.articles.numbers == [1, 2, 3, 4, 5]
    assert strip_isolates(choice.itemText(0)).startswith("All articles")


def test_corpus_of_one_annotator_has_no_pages_about_a_team(in_dialog: InDialog, window: Window, tmp_path: Path) -> None:
    with create_corpus(tmp_path / "alone.corpus", TEXT) as corpus:
        Desk(corpus, SANAE, MONDAY).label(1, {"PLAN": PLAN}, DONE)
    window.session.open(Corpus.open(tmp_path / "alone.corpus"))
    in_dialog(lambda dialog: None if dialog.tabs.count() == 2 else pytest.fail("a page too many"))


def test_charts_show_the_work_of_each_annotator(in_dialog: InDialog) -> None:
    def look(dialog: WorkProgressDialog) -> None:
        assert [dialog.who_box.itemData(index) for index in range(4)] == [SANAE, "", HIND, OMAR]
        dialog.who_box.setCurrentIndex(3)
        assert [label.text() for label in dialog.tiles.numbers[:2]] == ["4", "2"]

    in_dialog(look)


def test_agreement_is_shown_by_pair_label_and_week_with_what_is_confused(in_dialog: InDialog, qtbot: QtBot) -> None:
    def look(dialog: WorkProgressDialog) -> None:
        tables = {name: texts(table) for name, table in show_agreement(dialog, qtbot).items()}
        pairs = {row[0]: row[1:3] for row in tables["Agreement of each pair"]}
        assert pairs == {"Hind – Sanae": ["1", "1.00"], "Omar – Sanae": ["2", "0.57"]}
        assert [row[:2] for row in tables["To adjudicate first: 2 disagreements to decide"]] == [[f"{TEXT} 2", "2"]]
        assert {row[0]: row[1] for row in tables["Agreement by label"]} == {
            "Date": "2",
            "Institution": "2",
            "Plan": "2",
        }
        assert tables["Labels confused with one another"] == [
            ["Date – no label with these edges", "1", "1"],
            ["Plan – Institution", "1", "1"],
        ]
        assert [row[:3] for row in tables["Agreement by week"]] == [
            ["9 March 2026", "1", "1.00"],
            ["2 March 2026", "2", "0.57"],
        ]
        [page] = dialog.findChildren(TeamAgreementPage)
        [chart] = page.findChildren(PeriodChart)
        assert "9 March 2026: 1.00" in strip_isolates(chart.accessibleDescription())
        messages = " ".join(label.text() for label in page.findChildren(QLabel))
        assert "Few articles in common" in messages
        assert "\u2068Omar\u2069 – \u2068Sanae\u2069: 2" in messages
        assert "\u2068Institution\u2069: 3" in messages

    in_dialog(look)


@pytest.mark.parametrize(
    ("table", "numbers"),
    [
        ("Agreement of each pair", [3]),
        ("To adjudicate first: 2 disagreements to decide", [2]),
        ("Agreement by label", [2, 3]),
        ("Labels confused with one another", [2]),
        ("Agreement by week", [3]),
    ],
)
def test_figure_of_agreement_lists_the_articles_behind_it(
    in_dialog: InDialog, window: Window, qtbot: QtBot, table: str, numbers: list[int]
) -> None:
    in_dialog(lambda dialog: activate(show_agreement(dialog, qtbot)[table], 0, 1))
    assert (window.session.annotator, window.session.articles.numbers) == (SANAE, numbers)


def test_agreement_is_measured_again_only_after_a_change(
    in_dialog: InDialog, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Corpus] = []

    def measure(corpus: Corpus, reader: str) -> Generator[tuple[int, int], None, TeamAgreement]:
        measured.append(corpus)
        return (yield from measure_team_agreement(corpus, reader))

    monkeypatch.setattr("annotator.ui.dialogs.work_progress.measure_team_agreement", measure)
    for _count in range(2):
        in_dialog(lambda dialog: show_agreement(dialog, qtbot))
        assert len(measured) == 1
    window.session.open_by_id(4)
    window.session.set_state(DONE)
    in_dialog(lambda dialog: show_agreement(dialog, qtbot))
    assert len(measured) == 2
    window.session.switch_annotator(HIND)
    in_dialog(lambda dialog: show_agreement(dialog, qtbot))
    assert len(measured) == 3, "what is hidden from one annotator is not from another"


def test_agreement_is_shown_without_what_is_blind_for_who_works_here_unless_they_lead(
    in_dialog: InDialog, window: Window, qtbot: QtBot
) -> None:
    corpus, session, shown_pages = window.session.corpus, window.session, list[tuple[list[str], list[str]]]()
    assert corpus
    give_articles(corpus, {HIND: [2]}, is_blind=True)
    session.switch_annotator(HIND)

    def look(dialog: WorkProgressDialog) -> None:
        tables = show_agreement(dialog, qtbot)
        [page] = dialog.findChildren(TeamAgreementPage)
        notes = [label.text() for label in page.findChildren(QLabel) if "blind" in label.text()]
        shown_pages.append((sorted(row[1] for row in texts(tables["Agreement of each pair"])), notes))

    in_dialog(look)
    session.set_sync(SyncState("Souk", HIND, LEAD))
    in_dialog(look)
    session.set_sync(SyncState("Souk", HIND, ANNOTATOR))
    in_dialog(look)
    note = "1 article is left out, which you label blind and have not done yet."
    assert shown_pages == [(["1", "1"], [note]), (["1", "2"], []), (["1", "1"], [note])]


def test_progress_is_shown_without_what_is_blind_for_who_works_here_unless_they_read_everything(
    in_dialog: InDialog, window: Window
) -> None:
    corpus, session = window.session.corpus, window.session
    shown_pages = list[tuple[dict[str, list[str]], list[str]]]()
    assert corpus
    give_articles(corpus, {HIND: [2]}, is_blind=True)
    session.switch_annotator(HIND)

    def look(dialog: WorkProgressDialog) -> None:
        [page] = dialog.findChildren(TeamProgressPage)
        notes = [label.text() for label in page.findChildren(QLabel) if "blind" in label.text()]
        shown_pages.append(({row[0]: row[1:] for row in texts(page.people)}, notes))

    for sync in (None, SyncState("Souk", HIND, ANNOTATOR), SyncState("Souk", HIND, CURATOR)):
        session.set_sync(sync)
        in_dialog(look)
    outside, as_annotator, as_curator = shown_pages
    note = "1 article is left out, which you label blind and have not done yet."
    assert outside == as_annotator
    assert (as_annotator[1], as_curator[1]) == ([note], [])
    done = [[int(row[2]) for row in page[0].values()] for page in (as_annotator, as_curator)]
    assert done[0] != done[1]


def test_figures_of_progress_open_no_article_that_is_blind(in_dialog: InDialog, window: Window) -> None:
    corpus, session = window.session.corpus, window.session
    assert corpus
    give_articles(corpus, {HIND: [2]}, is_blind=True)
    session.switch_annotator(HIND)

    def show_labelled(dialog: WorkProgressDialog) -> None:
        [page] = dialog.findChildren(TeamProgressPage)
        row = next(index for index, cells in enumerate(texts(page.people)) if SANAE in cells[0])
        activate(page.people, row, 6)

    in_dialog(show_labelled)
    assert session.annotator == SANAE
    assert session.articles.numbers
    assert 2 not in session.articles.numbers


def test_cancelled_comparison_is_offered_again(
    in_dialog: InDialog, window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(corpus: Corpus, reader: str) -> Generator[tuple[int, int], None, TeamAgreement]:
        if not page_buttons:
            window.tasks.stop()
        yield 0, 1
        return (yield from measure_team_agreement(corpus, reader))

    page_buttons: list[QPushButton] = []

    def look(dialog: WorkProgressDialog) -> None:
        [page] = dialog.findChildren(TeamAgreementPage)
        monkeypatch.setattr("annotator.ui.dialogs.work_progress.measure_team_agreement", measure)
        dialog.tabs.setCurrentWidget(page)
        qtbot.waitUntil(lambda: bool(page.findChildren(QPushButton)))
        page_buttons.extend(page.findChildren(QPushButton))
        page_buttons[0].click()
        qtbot.waitUntil(lambda: bool(page.findChildren(FigureTable)))

    in_dialog(look)


def test_the_work_is_read_once_and_each_part_of_it_is_progress(
    corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries: list[str] = []
    fetch = Corpus.fetch_tuples

    def note(corpus: Corpus, sql: str, *values: object) -> list[tuple[object, ...]]:
        queries.append(sql)
        return fetch(corpus, sql, *values)

    monkeypatch.setattr(Corpus, "fetch_tuples", note)
    with Corpus.open(corpus_path, readonly=True) as corpus:
        parts = list(work_progress._collect(corpus, date(2026, 3, 3), ""))
    of_record = [sql for sql in queries if "FROM edit" in sql]  # which is long: each takes a second for 300,000 steps
    assert len(of_record) == len(set(of_record)) == 4
    assert [position for position, _total in parts] == list(range(len(parts)))
    assert all(position < total for position, total in parts)
