"""Joining a team at the window, and waiting for syncs: for tests of what a member sees."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from annotator.ui import app
from annotator.ui.dialogs.team.join_team import JoinTeamDialog
from annotator.ui.session import synchroniser
from annotator.ui.session.sync_state import SyncPhase


def join(
    controller: app.ApplicationController,
    invitation: Path,
    path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Join a team with the corpus at `path`, as by a double click on the invitation, and wait for the first sync.

    Syncs follow one another quickly from then on, and a dialog fails the test.
    """
    monkeypatch.setattr(synchroniser, "_OPENING_TIME", 100)
    monkeypatch.setattr(synchroniser, "_PAUSE", 100)

    def accept(dialog: JoinTeamDialog) -> int:
        dialog.path_field.setText(str(path))
        dialog.show()
        with qtbot.waitSignal(dialog.accepted):
            dialog.join_button.click()
        return 1

    with monkeypatch.context() as patch:
        patch.setattr(JoinTeamDialog, "exec", accept)
        controller.open_file(str(invitation))
    wait_until_in_step(controller, qtbot)


def wait_until_in_step(controller: app.ApplicationController, qtbot: QtBot) -> None:
    """Wait until a sync has come to its end and nothing is pending."""

    def is_in_step() -> bool:
        state = controller.session.sync
        return bool(state and state.phase == SyncPhase.IDLE and state.synced and not state.pending)

    qtbot.waitUntil(is_in_step)


def wait_for_phase(controller: app.ApplicationController, phase: SyncPhase, qtbot: QtBot) -> None:
    """Wait until the last sync has come to this."""
    qtbot.waitUntil(lambda: bool(controller.session.sync and controller.session.sync.phase == phase))
