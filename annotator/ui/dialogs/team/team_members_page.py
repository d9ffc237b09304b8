"""The page of a team's members, for its lead: who they are, and inviting, changing roles and revoking."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QMessageBox, QTreeWidget, QTreeWidgetItem, QWidget

from annotator.i18n import _
from annotator.model.annotator_names import clean_name, explain_invalid_name
from annotator.model.display_names import role_title
from annotator.model.limits import MAX_ANNOTATOR_LENGTH
from annotator.paths import INVITATION_SUFFIX, extend_path, to_file_name
from annotator.remotes.remote import ANNOTATOR, ROLES, Member
from annotator.ui.dialogs.team.team_page import TeamPage
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import format_keys, isolate, isolate_ltr, isolate_paths, plain_label
from annotator.ui.widgets.controls import ENTER_KEYS, create_button, create_button_box, create_combo_box, set_up_tree
from annotator.ui.widgets.file_facts import format_time
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import ROLE, MessageBox, run_dialog

_UID_ROLE: Final = Qt.ItemDataRole.UserRole
_NONE: Final = "–"
_INVITE_KEY, _ROLE_KEY, _REVOKE_KEY = "Insert", "F2", "Delete"
_MIN_LIST_HEIGHT: Final = 160  # pixels

Members: TypeAlias = tuple[Member, ...]
RunTask: TypeAlias = Callable[
    [str, Callable[[], Members], QObject, Callable[[Members], object], Callable[[str], object]], object
]
"""Runs a titled task beside the window for an owner; calls one function with its result, another with an error."""


class TeamAdministration(Protocol):
    """What a lead does at the remote.

    All methods are called in a thread, return the members afterwards, and raise CorpusError.
    """

    def list_members(self) -> Members:
        """Return the members."""

    def invite(self, name: str, role: str, path: Path) -> Members:
        """Write an invitation for somebody, who may be a member already."""

    def set_role(self, uid: str, role: str) -> Members:
        """Give a member another role."""

    def revoke(self, uid: str) -> Members:
        """Keep a member out from now on."""


class TeamMembersPage(TeamPage):
    """Reads the members when it is shown first; `own_uid` is the lead, `folder` where invitations go by default."""

    def __init__(self, administration: TeamAdministration, run: RunTask, own_uid: str, folder: Path) -> None:
        super().__init__(_("Members"))
        self._administration, self._run, self._own_uid, self._folder = administration, run, own_uid, folder
        self._members: dict[str, Member] = {}
        self._has_begun = False
        self.tree = _MemberTree()
        set_up_tree(
            self.tree, [_("Name"), _("Role"), _("Joined"), _("Last seen")], _("Members of the team"), stretched=0
        )
        self.tree.setMinimumHeight(_MIN_LIST_HEIGHT)
        self.tree.currentItemChanged.connect(self._update_buttons)
        self.tree.itemActivated.connect(self._change_role)
        self.invite_button = create_button(_("Invite…"), self._invite)
        self.role_button = create_button(_("Change the role…"), self._change_role)
        self.revoke_button = create_button(_("Revoke…"), self._revoke)
        for key, button in (
            (_INVITE_KEY, self.invite_button),
            (_ROLE_KEY, self.role_button),
            (_REVOKE_KEY, self.revoke_button),
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(button.click)
        self.message_label = plain_label(wraps=True)
        self.message_label.hide()
        keys = _("{invite} invites, {role} changes the role, {revoke} revokes.").format(
            invite=format_keys([_INVITE_KEY]), role=format_keys([_ROLE_KEY]), revoke=format_keys([_REVOKE_KEY])
        )
        self.set_items(
            (self.tree, 1),
            hbox(self.invite_button, self.role_button, self.revoke_button, None, spacing=8),
            self.message_label,
            plain_label(keys, "quiet", wraps=True),
        )
        self._update_buttons()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_begun:
            self._has_begun = True
            self._start(_("Reading the members"), self._administration.list_members)

    def invite(self, name: str, role: str, path: Path) -> None:
        """Write an invitation for somebody to `path`."""
        message = _("Saved as “{path}”. Send this file to {name} alone: whoever has it can join in their place.")
        self._start(
            _("Inviting"),
            partial(self._administration.invite, name, role, path),
            isolate_paths(message).format(path=isolate_ltr(path.name), name=isolate(name)),
        )

    def set_role(self, member: Member, role: str) -> None:
        """Give a member another role."""
        self._start(_("Changing the role"), partial(self._administration.set_role, member.uid, role))

    def revoke(self, member: Member) -> None:
        """Keep a member out from now on."""
        self._start(_("Revoking"), partial(self._administration.revoke, member.uid))

    def _start(self, title: str, task: Callable[[], Members], message: str = "") -> None:
        self.message_label.hide()

        def show(members: Members) -> None:
            self._show_members(members)
            self._show_message(message)

        self._run(title, task, self, show, lambda text: self._show_message(isolate_paths(text), "warning"))

    def _show_message(self, text: str, style: str = "") -> None:
        self.message_label.setObjectName(style)
        self.message_label.style().polish(self.message_label)
        self.message_label.setText(text)
        self.message_label.setVisible(bool(text))

    def _show_members(self, members: Sequence[Member]) -> None:
        current = self._current()
        self._members = {member.uid: member for member in members}
        self.tree.clear()
        for member in sorted(
            members, key=lambda member: (not member.is_active, -ROLES.index(member.role), member.name)
        ):
            name = isolate(member.name)
            title = _("{name} (you)").format(name=name) if member.uid == self._own_uid else name
            role = role_title(member.role) if member.is_active else _("revoked")
            row = QTreeWidgetItem(self.tree, [title, role, _format_time(member.joined), _format_time(member.seen)])
            row.setData(0, _UID_ROLE, member.uid)
            row.setDisabled(not member.is_active)
            if current and member.uid == current.uid:
                self.tree.setCurrentItem(row)
        if not self.tree.currentItem() and (first := self.tree.topLevelItem(0)):
            self.tree.setCurrentItem(first)
        self._update_buttons()

    def _current(self) -> Member | None:
        row = self.tree.currentItem()
        return self._members.get(row.data(0, _UID_ROLE)) if row else None

    def _update_buttons(self) -> None:
        """Let the lead change others only: a team without a lead could not be helped."""
        member = self._current()
        is_changeable = member is not None and member.is_active and member.uid != self._own_uid
        self.role_button.setEnabled(is_changeable)
        self.revoke_button.setEnabled(is_changeable)

    def _invite(self) -> None:
        dialog = run_dialog(MemberDialog(self, [member.name for member in self._members.values()]))
        if not dialog:
            return
        path = self._folder / f"{to_file_name(dialog.name)}{INVITATION_SUFFIX}"
        filters = _("Invitations") + f" (*{INVITATION_SUFFIX})"
        if name := file_dialogs.choose_save_path(self, _("Save the invitation"), str(path), filters):
            path = extend_path(Path(name))
            suffixed = path if path.suffix == INVITATION_SUFFIX else path.with_name(path.name + INVITATION_SUFFIX)
            self.invite(dialog.name, dialog.role, suffixed)

    def _change_role(self) -> None:
        member = self._current()
        if member and self.role_button.isEnabled():
            dialog = run_dialog(MemberDialog(self, member=member))
            if dialog and dialog.role != member.role:
                self.set_role(member, dialog.role)

    def _revoke(self) -> None:
        member = self._current()
        if not member:
            return
        revoke = _("Revoke")
        box = MessageBox(
            QMessageBox.Icon.Question,
            self.window(),
            _("Keep {name} out of the team from now on?").format(name=isolate(member.name)),
            {revoke: ROLE.DestructiveRole, _("Cancel"): ROLE.RejectRole},
            information=_(
                "What they sent stays. They keep their own file, but send and get nothing more. Another invitation "
                "lets them in again."
            ),
        )
        if box.ask() == revoke:
            self.revoke(member)


class _MemberTree(QTreeWidget):
    """A list in which Enter does not press the dialog's default button."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in ENTER_KEYS:
            event.accept()


class MemberDialog(QDialog):
    """Asks for a name and a role, or for the role of `member`; `names` are in the team already."""

    def __init__(self, parent: QWidget, names: Sequence[str] = (), member: Member | None = None) -> None:
        super().__init__(parent)
        self._names, self._member = names, member
        self.setWindowTitle(_("Change the role") if member else _("Invite to the team"))
        self.setMinimumWidth(460)
        self.name_field = QLineEdit(member.name if member else "")
        self.name_field.setMaxLength(MAX_ANNOTATOR_LENGTH)
        self.name_field.setEnabled(member is None)
        self.role_box = create_combo_box({role: role_title(role) for role in ROLES})
        self.role_box.setCurrentIndex(ROLES.index(member.role if member else ANNOTATOR))
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(18)
        form.addRow(_("Name"), self.name_field)
        form.addRow(_("Role"), self.role_box)
        self.note_label = plain_label("", "quiet", wraps=True)
        self.accept_button = create_button(
            _("Change") if member else _("Save the invitation…"), self.accept, is_auto_default=True
        )
        buttons = create_button_box(self, accept=self.accept_button, reject=_("Cancel"))
        vbox(form, self.note_label, buttons, spacing=14, parent=self)
        self.name_field.textChanged.connect(self._update)
        self.role_box.currentIndexChanged.connect(self._update)
        self._update()

    @property
    def name(self) -> str:
        """The name that was typed."""
        return clean_name(self.name_field.text())

    @property
    def role(self) -> str:
        """The chosen role."""
        role: str = self.role_box.currentData()
        return role

    def _update(self) -> None:
        problem = "" if self._member or not self.name else explain_invalid_name(self.name)
        self.accept_button.setEnabled(bool(self.name) and not problem)
        notes = [problem or describe_role(self.role)]
        if not self._member and self.name in self._names:
            notes.append(_("{name} is in the team already, and gets a new invitation.").format(name=isolate(self.name)))
        self.note_label.setText("\n".join(notes))


def describe_role(role: str) -> str:
    """Say what members with this role do."""
    return {
        "annotator": _("Labels the articles that were given to them."),
        "curator": _("Labels, sees the work of all, and adjudicates into the gold layer."),
        "lead": _("Does everything: also labels, articles, giving out, and members."),
    }[role]


def _format_time(time: str | None) -> str:
    return format_time(datetime.fromisoformat(time)) if time else _NONE
