"""Take the states of the window that a team has, besides the pages for leads: a queue, merging, and no network."""

from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Final

from guide_pictures import grab
from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from window_driver import finish

from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.paths import CHANGESET_SUFFIX
from annotator.store.changesets import read_changeset
from annotator.store.corpus import utc_timestamp
from annotator.store.merging import merge
from annotator.ui import app
from annotator.ui.session.sync_state import SyncPhase, SyncState

_TEAM: Final = ("salma", "عمر")
_DISPUTED: Final = "وزارة التربية الوطنية"


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


def _take_conflicts(controller: app.ApplicationController) -> QPixmap:
    """Take the list of conflicts, after an annotator has changed one span differently on two computers."""
    session = controller.session
    session.open_by_id(1)
    assert session.corpus
    assert session.article
    article, annotator = session.article, session.annotator
    start = article.text.index(_DISPUTED)
    span = Span(new_uid(), article.uid, annotator, "INSTITUTION", start, start + len(_DISPUTED))
    own, wider = replace(span, label="PLAN", note="خطة"), replace(span, end=span.end + 9)
    clock = session.corpus.next_clock()
    steps = [
        Step(new_uid(), annotator, utc_timestamp(), "tag", (edit,), clock=clock + index, device="laptop")
        for index, edit in enumerate((Edit(None, span), Edit(span, wider), Edit(span, own)))
    ]
    changeset = read_changeset(session.corpus)
    finish(merge(session.corpus, replace(changeset, steps=tuple(steps)), own_name=annotator))
    session.reload_articles()
    return _take_open_modal(controller.window.merge_commands.show_conflicts)


def _take_offline(controller: app.ApplicationController) -> QPixmap:
    """Take the word about a team whose server cannot be reached."""
    controller.session.set_sync(SyncState("أخبار", SyncPhase.UNREACHABLE, pending=12))
    return grab(controller.window)


TEAM_STATES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "queue": _take_queue,
    "merge-offer": _take_offer,
    "conflicts": _take_conflicts,
    "offline": _take_offline,
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
