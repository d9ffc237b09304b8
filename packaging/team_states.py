"""Take the states of the window that a team has, besides those of the pages for leads: a queue, and merging."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

from features import grab
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.paths import CHANGESET_SUFFIX
from annotator.ui import app

_TEAM: Final = ("salma", "عمر")


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
    "queue": _take_queue,
    "merge-offer": _take_offer,
}
"""The function that takes each state, by its name."""


def _take_open_modal(open_: Callable[[], object]) -> QPixmap:
    pictures: list[QPixmap] = []
    started = datetime.now(UTC)

    def take() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog):
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
