"""Asks whether to join the team of an invitation, and where to keep its corpus."""

from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from msgspec.structs import replace
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPushButton, QWidget

from annotator.i18n import _
from annotator.jobs.teams.joining import explain_move, find_joined_corpus
from annotator.model.display_names import role_title
from annotator.paths import CORPUS_SUFFIX, explain_invalid_name, extend_path, find_free_path, to_file_name
from annotator.remotes.invitation import Address, FolderAddress, Invitation, ServerAddress
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, isolate_paths, mark_direction, plain_label
from annotator.ui.widgets.controls import create_button, create_button_box
from annotator.ui.widgets.file_facts import format_time
from annotator.ui.widgets.layouts import hbox, vbox

_MIN_WIDTH: Final = 640  # pixels
_NETWORK: Final = ("\\\\", "//")
"""How the path of a folder on another computer begins on Windows."""
JoinTask: TypeAlias = Callable[[Invitation, Path], Generator[tuple[int, int], None, Sequence[str]]]
"""Joins the team and creates its corpus at the path; returns what the person must be told, and raises CorpusError."""


class JoinTeamDialog(TaskDialog):
    """Shows who is invited into which team, asks for paths, and runs `join`; once accepted, `path` has the corpus.

    The corpus is by default the one that is in the team already, or else in `folder`, under the name of the team.
    `notices` are what the person must be told once it has joined.
    """

    def __init__(
        self, parent: QWidget, tasks: TaskRunner, invitation: Invitation, join: JoinTask, folder: Path
    ) -> None:
        super().__init__(parent, tasks)
        self.invitation = invitation
        self._move_warning = explain_move(invitation) or ""  # not at each key: it reads a file
        self.notices: Sequence[str] = ()
        self._join = join
        self.setWindowTitle(_("Join a team"))
        self.setMinimumWidth(_MIN_WIDTH)
        team, member = isolate(invitation.name), invitation.member
        heading = plain_label(_("Join the team “{team}”?").format(team=team), "heading", wraps=True)
        name = to_file_name(invitation.name) + CORPUS_SUFFIX
        path = find_joined_corpus(invitation) or find_free_path(folder / name)
        self.path_field = QLineEdit(str(path))
        self.path_field.setAccessibleName(_("Keep the corpus in"))
        self._choose_button = create_button(_("Change…"), self._choose_path)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(10)
        self._form.setHorizontalSpacing(18)
        self._form.addRow(_("You are"), plain_label(mark_direction(_describe_member(member.name, member.role))))
        self._add_address()
        self._form.addRow(_("Keep the corpus in"), hbox((self.path_field, 1), self._choose_button, spacing=8))
        self._note_label = plain_label("", "quiet", wraps=True)
        self.join_button = create_button(_("Join"), self._start, is_auto_default=True)
        buttons = create_button_box(self, accept=self.join_button, reject=_("Cancel"))
        vbox(
            *(heading, self.warning_label, self._form, self._note_label, buttons),
            spacing=14,
            parent=self,
        )
        self.task_widgets = (self.join_button, self.path_field, self._choose_button)
        self.path_field.textChanged.connect(self._update)
        self._update()
        self.join_button.setFocus()

    @property
    def path(self) -> Path:
        """Where the corpus is to be."""
        path = extend_path(Path(self.path_field.text().strip()))
        return path if path.suffix == CORPUS_SUFFIX else path.with_name(path.name + CORPUS_SUFFIX)

    def show_warning(self, text: str) -> None:
        """Show a warning until the next task; paths read from left to right."""
        super().show_warning(isolate_paths(text))
        self._fit_height()

    def _add_address(self) -> None:
        """Say where the team meets; a folder that is not here can be looked for."""
        address = self.invitation.address
        self._address_label: QLabel = plain_label(_show_address(address), wraps=True)
        self._folder_button: QPushButton = create_button(_("Choose the folder…"), self._choose_folder)
        self._folder_button.setVisible(isinstance(address, FolderAddress))
        title = _("The folder of the team") if isinstance(address, FolderAddress) else _("The server of the team")
        row = QWidget()  # the form would give a layout the height of its button, and cut a long path off
        hbox((self._address_label, 1), self._folder_button, spacing=8, margins=0, parent=row)
        self._form.addRow(title, row)
        if isinstance(address, ServerAddress):
            until = format_time(datetime.fromisoformat(self.invitation.until))
            self._form.addRow(_("The invitation is good until"), plain_label(mark_direction(until)))

    def _update(self) -> None:
        """Say what keeps from joining, if anything does."""
        self._address_label.setText(_show_address(self.invitation.address))
        if self.path.is_file():
            note = _("This corpus will belong to the team: what you have labelled in it is sent.")
        else:
            note = _(
                "The articles of the team and your work are kept in this file, so that you can label without a "
                "network. Your work is sent to the team by itself."
            )
        self._note_label.setText(note)
        problem = self._find_problem()
        self.join_button.setEnabled(not problem)
        warning = problem or self._move_warning
        self.show_warning(warning)
        self.warning_label.setVisible(bool(warning))
        self._fit_height()

    def _fit_height(self) -> None:
        """Be high enough for what is said: Qt lets a shown dialog's fields shrink instead."""
        if layout := self.layout():
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _find_problem(self) -> str:
        address = self.invitation.address
        if isinstance(address, FolderAddress) and not _may_be_there(address.folder):
            return _("This folder is not on this computer, or its drive is not connected: choose where it is here.")
        if not self.path_field.text().strip():
            return _("Choose where to keep the corpus.")
        if self.path.is_dir():
            return _("This is a folder: choose a file for the corpus.")
        return explain_invalid_name(self.path) or ""

    def _choose_path(self) -> None:
        filters = _("Corpora") + f" (*{CORPUS_SUFFIX})"
        title = _("Keep the corpus in")
        if name := file_dialogs.choose_save_path(self, title, str(self.path), filters, confirm=False):
            self.path_field.setText(name)

    def _choose_folder(self) -> None:
        address = self.invitation.address
        assert isinstance(address, FolderAddress)
        if name := file_dialogs.choose_folder(self, _("The folder of the team"), str(Path.home())):
            self.invitation = replace(self.invitation, address=replace(address, folder=name))
            self._move_warning = explain_move(self.invitation) or ""
            self._update()

    def _start(self) -> None:
        self.run_task(_("Joining the team"), lambda: self._join(self.invitation, self.path), self._finish)

    def _finish(self, notices: Sequence[str]) -> None:
        self.notices = notices
        self.accept()


def _may_be_there(folder: str) -> bool:
    """Return whether a folder is there, or on another computer: none is asked before the person has agreed.

    An invitation may come from anybody, and Windows would tell that computer who is asking.
    """
    return folder.startswith(_NETWORK) or (Path(folder).is_absolute() and Path(folder).is_dir())


def _show_address(address: Address) -> str:
    return mark_direction(isolate_ltr(address))


def _describe_member(name: str, role: str) -> str:
    return _("{name}: {fact}").format(name=isolate(name), fact=role_title(role))
