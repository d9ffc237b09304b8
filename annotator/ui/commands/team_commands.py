"""Commands on the team that a corpus belongs to, and on joining one."""

from collections.abc import Generator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from annotator.i18n import _
from annotator.paths import INVITATION_SUFFIX, extend_path
from annotator.settings import documents_dir
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.commands.corpus_commands import CorpusCommands
from annotator.ui.session.sync_state import read_sync_state
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.modal import run_dialog, warn

if TYPE_CHECKING:
    from annotator.remotes.invitation import Invitation


class TeamCommands(QObject):
    """The commands."""

    sync_requested = Signal()
    """Whoever works here wants the corpus to be synced with its team now."""
    articles_requested = Signal()
    """Whoever works here wants to take articles that nobody in the team has."""

    def __init__(self, context: WindowContext, commands: CorpusCommands) -> None:
        super().__init__(context.window)
        self._window, self._session, self._tasks = context.window, context.session, context.tasks
        self._commands = commands
        commands.invitation_given.connect(self.join_by)

    def sync_now(self) -> None:
        """Have the corpus synced at once."""
        if self._session.sync:
            self.sync_requested.emit()
        else:
            self._session.notified.emit(_("This corpus belongs to no team."))

    def take_articles(self) -> None:
        """Take articles that the team offers."""
        sync = self._session.sync
        if not sync:
            self._session.notified.emit(_("This corpus belongs to no team."))
        elif sync.is_folder:
            self._session.notified.emit(_("In a shared folder nobody can take articles: the lead gives them out."))
        else:
            self.articles_requested.emit()

    def join_team(self) -> None:
        """Ask for an invitation, and join its team."""
        filters = _("Invitations") + f" (*{INVITATION_SUFFIX})"
        folder = str(self._commands.default_folder())
        if name := file_dialogs.choose_file(self._window, _("Join a team"), folder, filters):
            self.join_by(extend_path(Path(name)))

    def join_by(self, path: Path) -> None:
        """Ask whether to join the team of the invitation at `path`, join it, and open its corpus."""
        from annotator.remotes.invitation import read_invitation  # late, like all of a team: few have one
        from annotator.ui.dialogs.team.join_team import JoinTeamDialog

        if not self._commands.check_idle():
            return
        try:
            invitation = read_invitation(path)
        except CorpusError as error:
            warn(self._window, str(error))
            return
        dialog = run_dialog(JoinTeamDialog(self._window, self._tasks, invitation, self._join, documents_dir()))
        if dialog:
            self._commands.open_path(dialog.path)
            if dialog.notices:
                warn(self._window, "\n\n".join(dialog.notices))

    def _join(self, invitation: "Invitation", path: Path) -> Generator[tuple[int, int], None, list[str]]:
        """Join a team, in a thread, and fetch what it has; return what stays of a former login.

        What does not come then comes once the corpus is open.
        """
        from annotator.jobs.teams.joining import explain_former_login, join_team
        from annotator.ui.session.sync_job import RemoteSyncJob

        joined = yield from join_team(invitation, path)
        with Corpus.open(path) as corpus:
            state = read_sync_state(corpus)
        if state:
            yield from RemoteSyncJob(path, state, lambda: None, nullcontext).run()
        return explain_former_login(joined)
