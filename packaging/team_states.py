"""Take the states of the window that a team has, besides the pages for leads: a queue, merging, and no network."""

from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final

from guide_pictures import grab
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from window_driver import finish

from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.jobs.clock_error import explain_clock_error
from annotator.model.identities import new_identity
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.paths import CHANGESET_SUFFIX
from annotator.remotes.invitation import Address, FolderAddress, Invitation, InvitedMember, ServerAddress
from annotator.remotes.remote import ANNOTATOR, CURATOR, LEAD, Member
from annotator.store.changesets import read_changeset
from annotator.store.corpus import utc_timestamp
from annotator.store.merging import merge
from annotator.ui import app
from annotator.ui.dialogs.team.join_team import JoinTeamDialog
from annotator.ui.dialogs.team.team_members_page import MemberDialog, Members, TeamMembersPage
from annotator.ui.dialogs.work_progress import WorkProgressDialog
from annotator.ui.session.notice import Notice
from annotator.ui.session.sync_state import SyncPhase, SyncState
from annotator.ui.widgets.modal import run_dialog

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
    return take_open_modal(lambda: controller.window.merge_commands.offer_merge(path))


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
    return take_open_modal(controller.window.merge_commands.show_conflicts)


def _take_offline(controller: app.ApplicationController) -> QPixmap:
    """Take the word about a team whose server cannot be reached."""
    controller.session.set_sync(SyncState("أخبار", role=LEAD, phase=SyncPhase.UNREACHABLE, pending=12))
    return grab(controller.window)


def _take_wrong_clock(controller: app.ApplicationController) -> QPixmap:
    """Take the message of a sync to whoever has a wrong clock."""
    controller.session.announced.emit(Notice(explain_clock_error(-2 * 3600)))
    return grab(controller.window)


def _take_join(address: Address) -> Callable[[app.ApplicationController], QPixmap]:
    """Return a function that takes the question whether to join a team that meets at this address."""
    member = InvitedMember(new_identity(), "سلمى", "annotator")
    is_server = isinstance(address, ServerAddress)
    until = (datetime.now(UTC) + timedelta(days=6)).isoformat() if is_server else ""
    invitation = Invitation(new_identity(), "أخبار المغرب", member, address, "s" if is_server else "", until)

    def take(controller: app.ApplicationController) -> QPixmap:
        window = controller.window
        dialog = JoinTeamDialog(window, window.tasks, invitation, _join_nothing, Path("/home/salma/Documents"))
        return take_open_modal(lambda: run_dialog(dialog))

    return take


class _Members:
    """The members of a team, as its remote would have them."""

    def list_members(self) -> Members:
        seen = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
        return (
            Member("1" * 32, "نعيمة", LEAD, joined="2026-11-02T08:00:00Z", seen=seen),
            Member("2" * 32, "سلمى", CURATOR, joined="2026-11-03T08:00:00Z", seen=seen),
            Member("3" * 32, "Omar El Fassi", ANNOTATOR),
            Member("4" * 32, "يوسف", ANNOTATOR, is_active=False, joined="2026-11-03T08:00:00Z"),
        )

    def invite(self, _name: str, _role: str, _path: Path) -> Members:
        return self.list_members()

    def set_role(self, _uid: str, _role: str) -> Members:
        return self.list_members()

    def revoke(self, _uid: str) -> Members:
        return self.list_members()


def _create_members_page() -> TeamMembersPage:
    def run(
        _title: str,
        task: Callable[[], Members],
        _owner: QObject,
        done: Callable[[Members], object],
        _failed: Callable[[str], object],
    ) -> None:
        done(task())

    return TeamMembersPage(_Members(), run, "1" * 32, Path())


def _take_members(controller: app.ApplicationController) -> QPixmap:
    """Take the page of members, after an invitation was written."""
    session, page = controller.session, _create_members_page()
    dialog = WorkProgressDialog(controller.window, {}, session.current.user, session.labels, team_pages=[page])

    def show() -> None:
        dialog.tabs.setCurrentWidget(page)
        page.invite("سلمى", CURATOR, Path("سلمى.team"))

    QTimer.singleShot(0, dialog, show)
    return take_open_modal(lambda: run_dialog(dialog))


def _take_new_member(controller: app.ApplicationController) -> QPixmap:
    """Take the question whom to invite."""
    dialog = MemberDialog(controller.window, ["سلمى"])
    dialog.name_field.setText("سلمى")
    return take_open_modal(lambda: run_dialog(dialog))


def _join_nothing(_invitation: Invitation, _path: Path) -> Generator[tuple[int, int], None, Sequence[str]]:
    yield 1, 1
    return ()


TEAM_STATES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "queue": _take_queue,
    "merge-offer": _take_offer,
    "conflicts": _take_conflicts,
    "offline": _take_offline,
    "wrong-clock": _take_wrong_clock,
    "members": _take_members,
    "new-member": _take_new_member,
    "join-server": _take_join(ServerAddress("news.example.org", 5432, "team", "salma")),
    "join-folder": _take_join(FolderAddress("/home/lead/Nextcloud/team")),
}
"""The function that takes each state, by its name."""


def take_open_modal(open_: Callable[[], object]) -> QPixmap:
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
