"""A team that meets in a folder, at the window of one of its members."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import create_corpus
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.generators import finish
from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.jobs.syncing import sync
from annotator.jobs.teams.administration import invite
from annotator.jobs.teams.connecting import find_membership, open_remote
from annotator.jobs.teams.creation import create_team
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, Span
from annotator.remotes.remote import ANNOTATOR
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.dialogs.join_team import JoinTeamDialog
from annotator.ui.session import synchroniser
from annotator.ui.session.sync_state import SyncPhase

WAIT = 20_000  # milliseconds
TEXTS = "أعلنت وزارة الصحة عن الخطة الوطنية.", "وصل القطار إلى وجدة يوم الجمعة."


class Lead:
    """The lead of the team, on a computer of their own, without a window."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home, self._monkeypatch = folder / "lead", monkeypatch
        self.corpus_path, self.folder = folder / "lead.corpus", folder / "team"
        self.invitation = folder / "Salma.team"

    def work(self, act: Callable[[Corpus], object]) -> None:
        """Do something with the corpus of the lead, and sync it."""
        with self._monkeypatch.context() as patch:
            patch.setenv("ANNOTATOR_HOME", str(self._home))
            with Corpus.open(self.corpus_path) as corpus:
                act(corpus)
                with open_remote(corpus) as remote:
                    finish(sync(corpus, remote))

    def found_team(self) -> None:
        with self._monkeypatch.context() as patch:
            patch.setenv("ANNOTATOR_HOME", str(self._home))
            settings.save(settings.Settings(annotator="Naima"))
            with create_corpus(self.corpus_path, *map(build_article, TEXTS)) as corpus:
                create_team(str(self.folder), "News", own_name="Naima", corpus=corpus)
                assign_articles(corpus, AssignmentPlan(("Salma",), "first"))
                invite(find_membership(corpus), "Salma", ANNOTATOR, self.invitation)
        self.work(lambda _corpus: None)


@pytest.fixture
def lead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lead:
    founder = Lead(tmp_path, monkeypatch)
    founder.found_team()
    return founder


@pytest.fixture
def member(
    lead: Lead, controller: app.ApplicationController, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> app.ApplicationController:
    """Join the team in the window, as by a double click on the invitation."""
    monkeypatch.setattr(synchroniser, "_OPENING_TIME", 100)
    monkeypatch.setattr(synchroniser, "_PAUSE", 100)

    def accept(dialog: JoinTeamDialog) -> int:
        dialog.path_field.setText(str(tmp_path / "salma.corpus"))
        dialog.show()
        with qtbot.waitSignal(dialog.accepted, timeout=WAIT):
            dialog.join_button.click()
        return 1

    monkeypatch.setattr(JoinTeamDialog, "exec", accept)
    controller.open_file(str(lead.invitation))
    wait_until_in_step(controller, qtbot)
    return controller


def wait_until_in_step(controller: app.ApplicationController, qtbot: QtBot) -> None:
    def is_in_step() -> bool:
        state = controller.session.sync
        return bool(state and state.phase == SyncPhase.IDLE and state.synced and not state.pending)

    qtbot.waitUntil(is_in_step, timeout=WAIT)


def test_invited_annotator_gets_the_articles_and_works_under_the_name_in_the_team(
    member: app.ApplicationController, tmp_path: Path
) -> None:
    session = member.session
    assert session.corpus
    assert session.corpus.path == tmp_path / "salma.corpus"
    assert session.annotator == "Salma"
    assert len(session.articles) == len(TEXTS)
    assert session.current.has_queue
    assert "in step" in member.window.status_line.sync_button.text()


def test_work_reaches_the_lead(member: app.ApplicationController, lead: Lead, qtbot: QtBot) -> None:
    session = member.session
    assert session.article
    assert session.tag("DATE", 0, 5)
    assert session.sync
    assert session.sync.pending == 1
    assert session.set_state(DONE)
    wait_until_in_step(member, qtbot)
    uid = session.article.uid
    spans: list[Span] = []
    lead.work(lambda _corpus: None)
    lead.work(lambda corpus: spans.extend(corpus.spans(uid, "Salma")))
    assert [(span.label, span.start, span.end) for span in spans] == [("DATE", 0, 5)]


def test_what_the_lead_adds_appears(member: app.ApplicationController, lead: Lead, qtbot: QtBot) -> None:
    def add(corpus: Corpus) -> None:
        corpus.add(build_article("مقال ثالث للفريق."))
        assign_articles(corpus, AssignmentPlan(("Salma",), "second"))

    lead.work(add)
    member.session.sync_requested.emit()
    qtbot.waitUntil(lambda: len(member.session.articles) == len(TEXTS) + 1, timeout=WAIT)


def test_folder_that_is_gone_is_said_and_comes_back(
    member: app.ApplicationController, lead: Lead, qtbot: QtBot
) -> None:
    session, moved = member.session, lead.folder.with_name("unplugged")
    lead.folder.rename(moved)
    assert session.tag("DATE", 0, 5)
    qtbot.waitUntil(lambda: bool(session.sync and session.sync.phase == SyncPhase.UNREACHABLE), timeout=WAIT)
    assert member.window.status_line.sync_button.text() == "1 step waits: no folder"
    moved.rename(lead.folder)
    session.sync_requested.emit()
    wait_until_in_step(member, qtbot)


def test_revoked_member_keeps_working(member: app.ApplicationController, lead: Lead, qtbot: QtBot) -> None:
    def revoke(corpus: Corpus) -> None:
        with open_remote(corpus) as remote:
            remote.revoke(next(each.uid for each in remote.welcome().members if each.name == "Salma"))

    lead.work(revoke)
    session = member.session
    assert session.tag("DATE", 0, 5)
    qtbot.waitUntil(lambda: bool(session.sync and session.sync.phase == SyncPhase.ACCESS_DENIED), timeout=WAIT)
    assert member.window.status_line.sync_button.text() == "no access any more"
    assert session.tag("PLAN", 6, 11)
    assert session.sync
    assert session.sync.pending == 2
