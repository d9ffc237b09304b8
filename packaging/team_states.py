"""Take the states of the window that a team has: its progress and agreement, adjudication, and merging."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

from features import grab
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QProgressDialog

from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.model.records import DONE
from annotator.paths import CHANGESET_SUFFIX
from annotator.ui import app
from annotator.ui.dialogs.work_progress import WorkProgressDialog

_TEAM: Final = ("salma", "عمر")
_ARTICLES: Final = (1, 2, 5)
"""The numbers of those that all have done."""
_WORDS: Final = ((0, 12), (20, 27), (40, 52), (60, 66), (80, 95))
"""Ranges that somebody labels in each."""


def _take_team_progress(controller: app.ApplicationController) -> QPixmap:
    _work(controller)
    return _take_modal(controller, "show_progress", lambda dialog: _show_tab(dialog, -2))


def _take_team_agreement(controller: app.ApplicationController) -> QPixmap:
    _work(controller)
    return _take_modal(controller, "show_progress", lambda dialog: _show_tab(dialog, -1))


def _take_adjudication(controller: app.ApplicationController) -> QPixmap:
    """Take the first disagreement of an article."""
    _adjudicate(controller)
    return grab(controller.window)


def _take_decided_otherwise(controller: app.ApplicationController) -> QPixmap:
    _adjudicate(controller)
    for _decision in range(3):
        controller.window.adjudication_commands.choose(2)
    controller.session.set_state(DONE)
    controller.window.action("adjudicate").trigger()
    return _take_modal(controller, "show_decided_otherwise")


def _take_queue(controller: app.ApplicationController) -> QPixmap:
    """Take the list of the articles that are assigned to who works here."""
    session = controller.session
    assert session.corpus
    people = session.current.user, *_TEAM
    assign_articles(session.corpus, AssignmentPlan(people, "الدفعة الأولى", Fraction(1, 2), is_blind=True))
    session.reload_articles()
    session.open_article(0)
    return grab(controller.window)


def _take_offer(controller: app.ApplicationController) -> QPixmap:
    """Take the question that a double click on a changeset asks."""
    path = Path("news salma 2026-11-27").with_suffix(CHANGESET_SUFFIX)
    return _take_open_modal(lambda: controller.window.merge_commands.offer_merge(path))


TEAM_STATES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "team-progress": _take_team_progress,
    "team-agreement": _take_team_agreement,
    "adjudication": _take_adjudication,
    "decided-otherwise": _take_decided_otherwise,
    "queue": _take_queue,
    "merge-offer": _take_offer,
}
"""The function that takes each state, by its name."""


def _work(controller: app.ApplicationController) -> None:
    """Have three annotators do some articles, each in their own way."""
    session = controller.session
    user, labels = session.current.user, [label.name for label in session.labels.labels]
    for person, name in enumerate((user, *_TEAM)):
        session.switch_annotator(name)
        for index in _ARTICLES:
            session.open_article(index)
            for place, (start, end) in enumerate(_WORDS):
                if (person + place + index) % 4:
                    is_other = person == 2 and place == 1
                    session.tag(labels[(place + is_other) % len(labels)], start, end - (person == 1 and place == 2))
            session.set_state(DONE)
    session.switch_annotator(user)
    session.open_article(_ARTICLES[0])


def _adjudicate(controller: app.ApplicationController) -> None:
    _work(controller)
    controller.window.action("adjudicate").trigger()
    while controller.window.tasks.is_busy:
        QTest.qWait(20)
    QTest.qWait(500)  # for the bar at the selection


def _show_tab(dialog: QDialog, index: int) -> None:
    assert isinstance(dialog, WorkProgressDialog)
    dialog.tabs.setCurrentIndex(dialog.tabs.count() + index)


def _take_modal(
    controller: app.ApplicationController, action: str, prepare: Callable[[QDialog], object] = lambda _dialog: None
) -> QPixmap:
    """Take the dialog that an action opens, after `prepare`."""

    def prepare_and_wait(dialog: QDialog) -> None:
        prepare(dialog)
        while controller.window.tasks.is_busy:
            QTest.qWait(20)

    return _take_open_modal(controller.window.action(action).trigger, prepare_and_wait)


def _take_open_modal(
    open_: Callable[[], object], prepare: Callable[[QDialog], object] = lambda _dialog: None
) -> QPixmap:
    pictures: list[QPixmap] = []
    started = datetime.now(UTC)

    def take() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and not isinstance(dialog, QProgressDialog):
            prepare(dialog)
            pictures.append(grab(dialog))
            dialog.reject()
        elif (datetime.now(UTC) - started).seconds < 60:
            QTimer.singleShot(50, take)
        else:
            raise SystemExit("a dialog never opened")

    QTimer.singleShot(50, take)
    open_()
    while not pictures:
        QTest.qWait(50)
    return pictures[0]
