"""The members of a team, and what its lead does with them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates, tree_texts

from annotator.model.display_names import role_title
from annotator.remotes.remote import ANNOTATOR, CURATOR, LEAD, ROLES, AccessDenied, Member
from annotator.store.errors import CorpusError
from annotator.ui.dialogs.team.team_members_page import MemberDialog, TeamMembersPage, describe_role
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.modal import MessageBox

NAIMA = Member("1" * 32, "نعيمة", LEAD, joined="2026-11-02T08:00:00Z", seen="2026-11-28T13:00:00Z")
OMAR = Member("2" * 32, "عمر", ANNOTATOR, joined="2026-11-03T08:00:00Z")
AMAL = Member("3" * 32, "Amal", CURATOR)


class Team:
    """The members of a team, as a remote has them."""

    def __init__(self) -> None:
        self.members = {member.uid: member for member in (OMAR, NAIMA, AMAL)}
        self.invitations: list[tuple[str, str, Path]] = []
        self.error: CorpusError | None = None

    def list_members(self) -> tuple[Member, ...]:
        if self.error:
            raise self.error
        return (*self.members.values(),)

    def invite(self, name: str, role: str, path: Path) -> tuple[Member, ...]:
        self.invitations.append((name, role, path))
        return self.list_members()

    def set_role(self, uid: str, role: str) -> tuple[Member, ...]:
        self.members[uid] = replace(self.members[uid], role=role)
        return self.list_members()

    def revoke(self, uid: str) -> tuple[Member, ...]:
        self.members[uid] = replace(self.members[uid], is_active=False)
        return self.list_members()


def run_at_once(
    _title: str,
    task: Callable[[], tuple[Member, ...]],
    _owner: QObject,
    done: Callable[[tuple[Member, ...]], object],
    failed: Callable[[str], object],
) -> None:
    try:
        members = task()
    except CorpusError as error:
        failed(str(error))
    else:
        done(members)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
def page(team: Team, qtbot: QtBot, tmp_path: Path) -> TeamMembersPage:
    members_page = TeamMembersPage(team, run_at_once, NAIMA.uid, tmp_path)
    qtbot.addWidget(members_page)
    members_page.resize(700, 500)
    with qtbot.waitExposed(members_page):
        members_page.show()
    members_page.activateWindow()  # else keys are no shortcuts
    qtbot.waitUntil(lambda: QApplication.activeWindow() is members_page)
    return members_page


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that has the next dialog accepted after what is done with it, or a box answered."""

    def prepare(act: Callable[[MemberDialog], object] = lambda _dialog: None, button: str = "") -> None:
        def run(dialog: QDialog) -> int:
            assert isinstance(dialog, MemberDialog)
            act(dialog)
            return int(dialog.accept_button.isEnabled())

        def ask(box: MessageBox) -> int:
            next(each for each in box.buttons() if each.text() == button).click()
            return 0

        monkeypatch.setattr(MemberDialog, "exec", run)
        monkeypatch.setattr(QMessageBox, "exec", ask)

    return prepare


def rows(page: TeamMembersPage) -> list[list[str]]:
    return tree_texts(page.tree)


def choose(page: TeamMembersPage, index: int) -> None:
    row = page.tree.topLevelItem(index)
    assert row
    page.tree.setCurrentItem(row)
    page.tree.setFocus()


def test_leads_come_first_and_nobody_was_seen_who_has_not_joined(page: TeamMembersPage) -> None:
    names_and_roles = [row[:2] for row in rows(page)]
    assert names_and_roles == [["نعيمة (you)", "lead"], ["Amal", "curator"], ["عمر", "annotator"]]
    assert rows(page)[1][2:] == ["–", "–"]
    assert rows(page)[2][2].startswith("3 November 2026")


def test_lead_cannot_put_themselves_out(page: TeamMembersPage) -> None:
    choose(page, 0)
    assert not page.role_button.isEnabled()
    assert not page.revoke_button.isEnabled()
    choose(page, 1)
    assert page.role_button.isEnabled()
    assert page.revoke_button.isEnabled()


def test_role_is_changed_with_a_key(page: TeamMembersPage, team: Team, answer: Callable[..., None]) -> None:
    choose(page, 2)
    answer(lambda dialog: dialog.role_box.setCurrentIndex(ROLES.index(CURATOR)))
    QTest.keyClick(page.tree, Qt.Key.Key_F2)
    assert team.members[OMAR.uid].role == CURATOR
    assert [row[1] for row in rows(page)] == ["lead", "curator", "curator"]
    current = page._current()
    assert current
    assert current.uid == OMAR.uid  # the row moved, and is still the current one


def test_revoked_member_stays_listed_and_cannot_be_changed(
    page: TeamMembersPage, team: Team, answer: Callable[..., None]
) -> None:
    choose(page, 1)
    answer(button="Cancel")
    QTest.keyClick(page.tree, Qt.Key.Key_Delete)
    assert team.members[AMAL.uid].is_active
    answer(button="Revoke")
    QTest.keyClick(page.tree, Qt.Key.Key_Delete)
    assert not team.members[AMAL.uid].is_active
    assert rows(page)[2][:2] == ["Amal", "revoked"]
    assert not page.revoke_button.isEnabled()


def test_invitation_is_saved_where_the_lead_wants_it(
    page: TeamMembersPage, team: Team, answer: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed: list[str] = []

    def choose_path(_parent: object, _title: str, path: str, _filters: str) -> str:
        proposed.append(path)
        return str(tmp_path / "for salma")

    monkeypatch.setattr(file_dialogs, "choose_save_path", choose_path)
    answer(lambda dialog: dialog.name_field.setText(" سلمى "))
    page.tree.setFocus()
    QTest.keyClick(page.tree, Qt.Key.Key_Insert)
    assert proposed == [str(tmp_path / "سلمى.team")]
    assert team.invitations == [("سلمى", ANNOTATOR, tmp_path / "for salma.team")]
    assert "Send this file to سلمى alone" in strip_isolates(page.message_label.text())


def test_error_is_shown_on_the_page(team: Team, page: TeamMembersPage) -> None:
    team.error = AccessDenied("You are no lead of this team any more.")
    page.set_role(OMAR, CURATOR)
    assert page.message_label.text() == "You are no lead of this team any more."
    assert page.message_label.objectName() == "warning"
    assert len(rows(page)) == 3


def test_dialog_asks_for_a_possible_name(qtbot: QtBot, page: TeamMembersPage) -> None:
    dialog = MemberDialog(page, ["Omar"])
    qtbot.addWidget(dialog)
    assert not dialog.accept_button.isEnabled()
    dialog.name_field.setText("Omar")
    assert dialog.accept_button.isEnabled()
    assert "is in the team already" in dialog.note_label.text()
    dialog.name_field.setText("a\u202eb")
    assert not dialog.accept_button.isEnabled() or dialog.name == "ab"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_name_and_a_description(role: str) -> None:
    assert role_title(role)
    assert describe_role(role).endswith(".")
