"""A team that meets in a folder, at the window of one of its members."""

import gc
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from builders import apply_edits
from pytestqt.qtbot import QtBot
from team_lead import Lead
from ui.team_window import join, wait_until_in_step

from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, Edit, Span, new_uid
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.sync_job import RemoteSyncJob
from annotator.ui.session.sync_state import SyncPhase

TEXTS = "أعلنت وزارة الصحة عن الخطة الوطنية.", "وصل القطار إلى وجدة يوم الجمعة."


@pytest.fixture
def lead(tmp_path: Path) -> Lead:
    founder = Lead(tmp_path / "lead", str(tmp_path / "team"))
    founder.found_team(TEXTS)
    return founder


@pytest.fixture
def member(
    lead: Lead, controller: app.ApplicationController, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> app.ApplicationController:
    """Join the team in the window."""
    invitation = lead.invite("Salma")
    lead.give("Salma")
    lead.wait = lambda: qtbot.waitUntil(lambda: not controller.synchroniser.tasks.is_busy)
    join(controller, invitation, tmp_path / "salma.corpus", qtbot, monkeypatch)
    return controller


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
    lead.work()
    lead.work(lambda corpus: spans.extend(corpus.spans(uid, "Salma")))
    assert [(span.label, span.start, span.end) for span in spans] == [("DATE", 0, 5)]


def test_what_the_lead_adds_appears(member: app.ApplicationController, lead: Lead, qtbot: QtBot) -> None:
    def add(corpus: Corpus) -> None:
        corpus.add(build_article("مقال ثالث للفريق."))
        assign_articles(corpus, AssignmentPlan(("Salma",), "second"))

    messages: list[str] = []
    member.session.notified.connect(messages.append)
    lead.work(add)
    member.window.action("sync_now").trigger()
    qtbot.waitUntil(lambda: len(member.session.articles) == len(TEXTS) + 1)
    # A sync that nobody asked for says nothing.
    qtbot.waitUntil(lambda: any(message.startswith("In step with the team") for message in messages))


def test_change_that_a_sync_brings_may_be_of_another_computer(
    member: app.ApplicationController, lead: Lead, qtbot: QtBot
) -> None:
    session, messages = member.session, list[str]()
    session.notified.connect(messages.append)
    assert session.article
    span = Span(new_uid(), session.article.uid, "Salma", "DATE", 0, 5)
    lead.work(lambda corpus: apply_edits(corpus, [Edit(None, span)], "Salma"))
    member.window.action("sync_now").trigger()
    message = "Changed in another window or on another computer: this is the current version."
    qtbot.waitUntil(lambda: message in messages)
    assert session.spans == [span]


def test_folder_that_is_gone_is_said_and_comes_back(
    member: app.ApplicationController, lead: Lead, qtbot: QtBot
) -> None:
    session, folder = member.session, Path(lead.location)
    moved = folder.with_name("unplugged")
    folder.rename(moved)
    assert session.tag("DATE", 0, 5)
    qtbot.waitUntil(lambda: bool(session.sync and session.sync.phase == SyncPhase.UNREACHABLE))
    button = member.window.status_line.sync_button
    qtbot.waitUntil(lambda: button.text() == "1 step waits: no folder")  # a sync may have begun before the step
    moved.rename(folder)
    member.window.action("sync_now").trigger()
    wait_until_in_step(member, qtbot)


def test_revoked_member_keeps_working(member: app.ApplicationController, lead: Lead, qtbot: QtBot) -> None:
    lead.revoke("Salma")
    session = member.session
    assert session.tag("DATE", 0, 5)
    qtbot.waitUntil(lambda: bool(session.sync and session.sync.phase == SyncPhase.ACCESS_DENIED))
    assert member.window.status_line.sync_button.text() == "no access any more"
    assert session.tag("PLAN", 6, 11)
    assert session.sync
    assert session.sync.pending == 2


def test_sync_that_is_stopped_ends_before_its_corpus_is_closed(
    member: app.ApplicationController, lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, errors = member.session, list[object]()
    lead.work(lambda corpus: corpus.add(build_article("مقال ثالث للفريق.")))
    member.synchroniser.stop()
    monkeypatch.setattr(sys, "unraisablehook", lambda error: errors.append(error.exc_value))
    assert session.corpus
    assert session.sync
    for count in range(1, 6):
        steps = RemoteSyncJob(session.corpus.path, session.sync, lambda: None, nullcontext).run()
        for _number in range(count):
            next(steps, None)
        steps.close()
    gc.collect()
    assert errors == []
