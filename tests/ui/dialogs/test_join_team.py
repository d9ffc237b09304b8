"""Joining a team by an invitation."""

from collections.abc import Callable, Generator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.i18n import LANGUAGES, set_language
from annotator.model.identities import new_identity
from annotator.remotes.invitation import Address, FolderAddress, Invitation, InvitedMember, ServerAddress
from annotator.remotes.memberships import Membership, save_membership
from annotator.store.errors import CorpusError
from annotator.ui.dialogs.team.join_team import JoinTeamDialog
from annotator.ui.widgets import file_dialogs
from annotator.ui.window import Window

SERVER = ServerAddress("news.example.org", 5432, "team", "sanae")
INVITATION = Invitation(
    new_identity(),
    "أخبار: 2026",
    InvitedMember(new_identity(), "سناء", "annotator"),
    SERVER,
    secret="s",
    until=(datetime.now(UTC) + timedelta(days=7)).isoformat(),
)


class Joined:
    """Joins a team without one; has what it was given, and may fail."""

    def __init__(self, error: str = "") -> None:
        self.calls: list[tuple[Invitation, Path]] = []
        self._error = error

    def join(self, invitation: Invitation, path: Path) -> Generator[tuple[int, int], None, Sequence[str]]:
        self.calls.append((invitation, path))
        yield 0, 1
        if self._error:
            raise CorpusError(self._error)
        return ["Something stays."]


CreateDialog = Callable[..., JoinTeamDialog]


@pytest.fixture
def create(window: Window, tmp_path: Path, qtbot: QtBot) -> CreateDialog:
    def create_dialog(invitation: Invitation, joining: Joined | None = None) -> JoinTeamDialog:
        dialog = JoinTeamDialog(window, window.tasks, invitation, (joining or Joined()).join, tmp_path)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return create_dialog


def test_corpus_is_named_after_the_team_and_replaces_no_file(create: CreateDialog, tmp_path: Path) -> None:
    dialog = create(INVITATION)
    assert dialog.path == tmp_path / "أخبار- 2026.corpus"
    assert dialog.join_button.isEnabled()
    dialog.path.touch()
    assert create(INVITATION).path == tmp_path / "أخبار- 2026 2.corpus"
    dialog.path_field.setText(str(tmp_path / "أخبار- 2026"))  # the suffix is added
    assert dialog.join_button.isEnabled()
    assert dialog._note_label.text().startswith("This corpus will belong to the team")
    (tmp_path / "a.corpus").mkdir()
    dialog.path_field.setText(str(tmp_path / "a"))
    assert not dialog.join_button.isEnabled()
    assert dialog.warning_label.text() == "This is a folder: choose a file for the corpus."


def test_who_joins_again_goes_on_with_the_same_corpus(create: CreateDialog, tmp_path: Path) -> None:
    """A second one would not have what was not sent yet."""
    member, path = INVITATION.member, tmp_path / "news.corpus"
    membership = Membership(INVITATION.team, "x", member.uid, member.name, member.role, SERVER, str(path))
    save_membership(membership)
    assert create(INVITATION).path == tmp_path / "أخبار- 2026.corpus"  # it is gone
    path.touch()
    assert create(INVITATION).path == path
    again = replace(INVITATION, address=replace(SERVER, login="sanae_2"))
    assert create(again).path == path
    moved = replace(INVITATION, address=replace(SERVER, host="evil.example"))
    assert create(moved).path == tmp_path / "أخبار- 2026.corpus"


def test_joining_is_done_beside_the_window(create: CreateDialog, qtbot: QtBot, tmp_path: Path) -> None:
    joining = Joined()
    dialog = create(INVITATION, joining)
    with qtbot.waitSignal(dialog.accepted):
        dialog.join_button.click()
    assert joining.calls == [(INVITATION, tmp_path / "أخبار- 2026.corpus")]
    assert dialog.notices == ["Something stays."]


def test_what_keeps_from_joining_is_said_and_can_be_tried_again(create: CreateDialog, qtbot: QtBot) -> None:
    joining = Joined("There is no way to the server.")
    dialog = create(INVITATION, joining)
    for _time in range(2):
        dialog.join_button.click()
        qtbot.waitUntil(lambda: dialog.warning_label.isVisible() and dialog.join_button.isEnabled())
        assert dialog.warning_label.text() == "There is no way to the server."
    assert len(joining.calls) == 2
    assert dialog.isVisible()


def test_warning_takes_no_room_from_the_fields(create: CreateDialog, qtbot: QtBot) -> None:
    dialog = create(INVITATION, Joined("The invitation is not accepted. " * 10))
    dialog.join_button.click()
    qtbot.waitUntil(dialog.warning_label.isVisible)
    for widget in (dialog.path_field, dialog.join_button, dialog._choose_button):
        assert widget.height() >= widget.sizeHint().height()
    assert dialog.warning_label.height() >= dialog.warning_label.heightForWidth(dialog.warning_label.width())


def test_joining_itself_decides_whether_an_invitation_is_over(create: CreateDialog, qtbot: QtBot) -> None:
    """The clock of this computer may be wrong, and it may have the password already."""
    joining = Joined("The invitation was good until January.")
    dialog = create(replace(INVITATION, until="2026-01-01T00:00:00Z"), joining)
    dialog.join_button.click()
    qtbot.waitUntil(lambda: dialog.warning_label.text() == "The invitation was good until January.")
    assert len(joining.calls) == 1


@pytest.mark.parametrize(
    "address",
    [
        replace(SERVER, host="news.example.com"),
        replace(SERVER, certificate="another"),
        FolderAddress(str(Path(__file__).parent)),
    ],
)
def test_invitation_that_brings_a_team_elsewhere_is_warned_of(create: CreateDialog, address: Address) -> None:
    """It may be anybody's: the work of whoever joins by it would go there."""
    member = INVITATION.member
    save_membership(Membership(INVITATION.team, "x", member.uid, member.name, member.role, SERVER))
    capitals = replace(SERVER, host=SERVER.host.upper(), login="sanae_2")
    assert not create(replace(INVITATION, address=capitals)).warning_label.isVisible()
    assert not create(replace(INVITATION, team=new_identity(), address=address)).warning_label.isVisible()
    dialog = create(replace(INVITATION, address=address))
    assert dialog.warning_label.isVisible()
    assert "Join only if a lead of the team has told you" in dialog.warning_label.text()
    assert "news.example.org/team" in dialog.warning_label.text()
    places = [widget.mapTo(dialog, QPoint()).y() for widget in (dialog.warning_label, dialog.path_field)]
    assert places == sorted(places), "on a small screen one would have to scroll to it"
    assert dialog.join_button.isEnabled()


@pytest.mark.parametrize("folder", ["/home/lead/team", "C:\\Users\\lead\\team", "team"])
def test_folder_that_is_not_here_is_asked_for(
    folder: str, create: CreateDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "team").mkdir()  # a path in an invitation never means a folder beside whatever this is
    dialog = create(replace(INVITATION, address=FolderAddress(folder), secret="", until=""))
    assert not dialog.join_button.isEnabled()
    assert "choose where it is here" in dialog.warning_label.text()
    monkeypatch.setattr(file_dialogs, "choose_folder", lambda *_arguments: str(tmp_path / "team"))
    dialog._folder_button.click()
    assert dialog.join_button.isEnabled()
    assert dialog.invitation.address == FolderAddress(str(tmp_path / "team"))
    assert not dialog.warning_label.isVisible()


def test_other_computer_is_not_asked_before_the_person_agrees(
    create: CreateDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[Path] = []

    def is_dir(path: Path) -> bool:
        looked_at.append(path)
        return True

    monkeypatch.setattr(Path, "is_dir", is_dir)
    for folder in ("\\\\stranger\\share", "//stranger/share"):
        create(replace(INVITATION, address=FolderAddress(folder), secret="", until=""))
    assert [path for path in looked_at if "stranger" in str(path)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_path_of_the_folder_is_shown_whole(create: CreateDialog, tmp_path: Path, language: str) -> None:
    set_language(language)
    folder = (
        tmp_path / "a folder that the computers of all share" / "everything about the news" / "the team of this year"
    )
    folder.mkdir(parents=True)
    dialog = create(replace(INVITATION, address=FolderAddress(str(folder))))
    QApplication.processEvents()
    label = dialog._address_label
    assert label.height() >= label.heightForWidth(label.width()) > label.fontMetrics().lineSpacing()
