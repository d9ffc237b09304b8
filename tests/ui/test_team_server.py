"""A team at a PostgreSQL server, at the window of one of its members: what is said, and that work goes on."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.errors import KeyringLocked
from memory_keyring import MemoryKeyring
from msgspec.structs import replace
from postgresql import Cluster, make_certificates
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot
from team_lead import Lead
from ui.inspection import shown_text
from ui.team_window import join, wait_for_phase, wait_until_in_step

from annotator import i18n
from annotator.generators import finish
from annotator.jobs.teams.joining import join_team
from annotator.jobs.teams.offering import offer_articles
from annotator.model.identities import new_identity
from annotator.model.records import DONE, Edit, Step, new_uid
from annotator.remotes.invitation import read_invitation, write_invitation
from annotator.remotes.memberships import teams_dir
from annotator.store.corpus import utc_timestamp
from annotator.ui import app
from annotator.ui.dialogs.team.join_team import JoinTeamDialog
from annotator.ui.session.sync_state import SyncPhase

pytestmark = pytest.mark.slow
psycopg = pytest.importorskip("psycopg")
TEXTS = tuple(f"أعلنت وزارة الصحة بالرباط عن الخطة الوطنية رقم {number}." for number in range(30))
TAKEN_AT_ONCE = 20


class Server:
    """The server's side of a team: what its administrator can do to it."""

    def __init__(self, cluster: Cluster, database: str) -> None:
        self.cluster, self.database = cluster, database

    def execute(self, statement: str) -> None:
        with self.cluster.connect(self.database) as connection:
            connection.execute(statement)

    def back_up(self) -> None:
        with self.cluster.connect() as connection:
            self._hang_up(connection)
            connection.execute(f"CREATE DATABASE {self.database}_saved TEMPLATE {self.database}")

    def restore(self) -> None:
        """Go back to the backup."""
        with self.cluster.connect() as connection:
            connection.execute(f"DROP DATABASE {self.database} WITH (FORCE)")
            connection.execute(f"ALTER DATABASE {self.database}_saved RENAME TO {self.database}")

    def install_certificate(self, folder: Path) -> None:
        """Install the certificate and key in a folder."""
        for name in ("server.pem", "server.key"):
            path = self.cluster.folder / "data" / name
            shutil.copyfile(folder / name, path)
            if os.geteuid() == 0:
                shutil.chown(path, "postgres", "postgres")
        process = (self.cluster.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
        os.kill(int(process), signal.SIGHUP)

    def is_trusted(self) -> bool:
        """Return whether the certificate is that of the invitations."""
        try:
            self.cluster.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _hang_up(self, connection: object) -> None:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, (self.database,))  # type: ignore[attr-defined]


@pytest.fixture
def server(postgresql_cluster: Cluster) -> Iterator[Server]:
    with postgresql_cluster.new_database() as name:
        yield Server(postgresql_cluster, name)


@pytest.fixture
def lead(tmp_path: Path, server: Server) -> Lead:
    """Make a team that offers thirty articles."""
    founder = Lead(tmp_path / "lead", server.cluster.url(server.database))
    founder.found_team(TEXTS)
    with founder.opened() as (corpus, remote):
        assert offer_articles(corpus, remote, name="first") == len(TEXTS)
    return founder


@pytest.fixture
def member(
    lead: Lead, controller: app.ApplicationController, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> app.ApplicationController:
    """Join the team in the window, as somebody who gets twenty articles at once."""
    invitation = lead.invite("Salma")
    lead.wait = lambda: qtbot.waitUntil(lambda: not controller.synchroniser.tasks.is_busy)
    join(controller, invitation, tmp_path / "salma.corpus", qtbot, monkeypatch)
    qtbot.waitUntil(lambda: len(controller.session.articles) == TAKEN_AT_ONCE)
    wait_until_in_step(controller, qtbot)
    return controller


@pytest.fixture
def messages(member: app.ApplicationController) -> list[str]:
    texts: list[str] = []
    member.session.notified.connect(texts.append)
    member.session.failed.connect(texts.append)
    member.session.announced.connect(lambda notice: texts.append(notice.text))
    return texts


def word(member: app.ApplicationController) -> str:
    """Return the word for the team in the status line."""
    return member.window.status_line.sync_button.text()


def explanation(member: app.ApplicationController) -> str:
    return member.window.status_line.sync_button.accessibleDescription()


def check_work_goes_on(member: app.ApplicationController) -> None:
    """Label something, which waits in the file."""
    session = member.session
    assert session.sync
    pending = session.sync.pending
    assert session.tag("DATE", 30, 35)
    assert session.sync
    assert session.sync.pending == pending + 1
    assert "Everything is saved" in shown_text(member.window.status_line)


def wait_for_end_of_sync(member: app.ApplicationController, qtbot: QtBot) -> None:
    """Wait until no sync runs, which would send by its connection what is done after the way to the server is cut."""
    qtbot.waitUntil(lambda: not member.synchroniser.tasks.is_busy)


def sync_and_fail(member: app.ApplicationController, phase: SyncPhase, qtbot: QtBot) -> None:
    """Label something, and wait until its sync has failed like this."""
    wait_for_end_of_sync(member, qtbot)
    assert member.session.tag("DATE", 0, 5)
    wait_for_phase(member, phase, qtbot)
    qtbot.waitUntil(lambda: not member.synchroniser.tasks.is_busy)


# Taking articles


@pytest.mark.usefixtures("no_dialogs")
def test_articles_are_taken_while_the_open_text_stays(
    member: app.ApplicationController, messages: list[str], qtbot: QtBot
) -> None:
    session, window = member.session, member.window
    session.open_article(12)
    window.view.move_to(20)

    def place() -> tuple[object, ...]:
        view = window.view
        return session.article, session.current_index(), view.current_offset(), view.verticalScrollBar().value()

    before = place()
    window.action("take_articles").trigger()
    qtbot.waitUntil(lambda: bool(messages) and len(session.articles) == len(TEXTS))
    assert messages == ["10 more articles are yours: they are in your list."]
    assert place() == before
    messages.clear()
    window.action("take_articles").trigger()
    qtbot.waitUntil(lambda: messages == ["There is no work left that you may claim."])
    assert len(session.articles) == len(TEXTS)


@pytest.mark.usefixtures("no_dialogs")
def test_day_without_a_network_is_worked_and_sent(
    member: app.ApplicationController, lead: Lead, server: Server, qtbot: QtBot
) -> None:
    session, window = member.session, member.window
    wait_for_end_of_sync(member, qtbot)
    server.execute(f"ALTER DATABASE {server.database} CONNECTION LIMIT 0")
    for _number in range(TAKEN_AT_ONCE):
        assert session.tag("DATE", 0, 5)
        window.action("done_and_next").trigger()
    assert session.current.is_finished
    assert session.counts[DONE] == TAKEN_AT_ONCE
    qtbot.waitUntil(lambda: word(member) == "40 steps wait: no network")
    server.execute(f"ALTER DATABASE {server.database} CONNECTION LIMIT -1")
    member.window.action("sync_now").trigger()
    wait_until_in_step(member, qtbot)
    page = window._central_widget.finished_page
    qtbot.waitUntil(page.next_button.isVisible)
    assert page._title.text() == "There is more to do in the list."
    assert lead.work().pulled == 2 * TAKEN_AT_ONCE


def test_locked_keyring_is_no_lost_access(
    member: app.ApplicationController, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """Whoever is told that the team does not let them in asks its lead in vain."""

    class LockedKeyring:
        priority = 5

        def get_password(self, _service: str, _username: str) -> str:
            raise KeyringLocked("locked")

    [password_file] = teams_dir().glob("*.password")
    password = password_file.read_bytes()
    with monkeypatch.context() as context:
        context.setattr(keyring, "get_keyring", LockedKeyring)
        password_file.unlink()
        sync_and_fail(member, SyncPhase.PASSWORD_LOCKED, qtbot)
        assert word(member) == "the keyring is locked"
        assert "once the keyring gives your password" in explanation(member)
        assert "unlock it, then try again" in explanation(member)
        check_work_goes_on(member)
    password_file.write_bytes(password)
    member.window.action("sync_now").trigger()
    wait_until_in_step(member, qtbot)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_who_joins_again_while_the_keyring_is_locked_is_told_to_unlock_it(
    lead: Lead,
    controller: app.ApplicationController,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    tmp_path: Path,
    language: str,
) -> None:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    invitation = lead.invite("Salma")
    finish(join_team(read_invitation(invitation), tmp_path / "first.corpus"))
    assert len(backend.passwords) == 1
    backend.is_locked = True
    i18n.set_language(language)
    warnings: list[str] = []

    def try_to_join(dialog: JoinTeamDialog) -> int:
        dialog.path_field.setText(str(tmp_path / "second.corpus"))
        dialog.show()
        dialog.join_button.click()
        qtbot.waitUntil(lambda: dialog.warning_label.isVisible() and dialog.join_button.isEnabled())
        warnings.append(dialog.warning_label.text())
        dialog.reject()
        return 0

    monkeypatch.setattr(JoinTeamDialog, "exec", try_to_join)
    controller.open_file(str(invitation))
    [warning] = warnings
    words = {"en": "which is locked: unlock it", "fr": "est verrouillé", "ar": "مقفلة"}
    assert words[language] in warning
    assert not (tmp_path / "second.corpus").exists()


@pytest.mark.usefixtures("no_dialogs")
def test_who_joins_again_goes_on_with_the_open_corpus(
    member: app.ApplicationController, lead: Lead, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = member.session
    assert session.corpus
    path = session.corpus.path
    wait_for_end_of_sync(member, qtbot)
    invitation = lead.invite("Salma")

    def accept(dialog: JoinTeamDialog) -> int:
        assert dialog.path == path
        dialog.show()
        with qtbot.waitSignal(dialog.accepted):
            dialog.join_button.click()
        return 1

    monkeypatch.setattr(JoinTeamDialog, "exec", accept)
    for start in (0, 6):  # as after two double clicks
        wait_for_end_of_sync(member, qtbot)
        member.window.team_commands.join_by(invitation)
        assert session.corpus.path == path
        lead.work()
        assert session.tag("DATE", start, start + 5)
        wait_until_in_step(member, qtbot)
        assert lead.work().pulled == 1


def test_invitation_that_is_over_is_joined_by_where_its_password_is_here(
    lead: Lead, controller: app.ApplicationController, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> None:
    path = lead.invite("Salma")
    finish(join_team(read_invitation(path), tmp_path / "first.corpus"))
    write_invitation(replace(read_invitation(path), until="2026-01-01T00:00:00+00:00"), path)
    join(controller, path, tmp_path / "second.corpus", qtbot, monkeypatch)
    assert len(controller.session.articles) == TAKEN_AT_ONCE


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_what_stays_of_a_former_login_is_said(
    lead: Lead,
    controller: app.ApplicationController,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    tmp_path: Path,
    language: str,
) -> None:
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    finish(join_team(read_invitation(lead.invite("Salma")), tmp_path / "salma.corpus"))
    backend.is_locked = True
    i18n.set_language(language)
    warnings: list[str] = []
    monkeypatch.setattr("annotator.ui.commands.team_commands.warn", lambda _window, text: warnings.append(text))
    join(controller, lead.invite("Salma"), tmp_path / "salma.corpus", qtbot, monkeypatch)
    [warning] = warnings
    words = {"en": "stays open at the server", "fr": "reste ouvert", "ar": "مفتوح"}
    assert words[language] in warning
    [(program, user)] = backend.passwords
    assert program in warning
    assert user in warning


def test_articles_go_back_that_were_not_begun(
    member: app.ApplicationController, lead: Lead, server: Server, qtbot: QtBot
) -> None:
    session = member.session
    session.open_article(3)
    article = session.article
    assert session.tag("DATE", 0, 5)
    wait_until_in_step(member, qtbot)
    session.open_article(5)
    opened = session.article
    server.execute("UPDATE team.slot SET lease = now() - interval '1 day' WHERE member IS NOT NULL")
    with lead.opened() as (_corpus, remote):
        assert remote.claim(100) == len(TEXTS) - 1
    member.window.action("sync_now").trigger()
    qtbot.waitUntil(lambda: len(session.articles) == 1)
    assert session.article == opened  # the text stays before the reader, and what they do in it still counts
    assert session.tag("DATE", 0, 5)
    wait_until_in_step(member, qtbot)
    assert lead.work().pulled == 2
    session.open_article(0)
    assert session.article
    assert article
    assert session.article.uid == article.uid


def test_articles_are_asked_for_once_where_a_sync_runs(
    member: app.ApplicationController, messages: list[str], qtbot: QtBot
) -> None:
    member.window.action("sync_now").trigger()
    member.window.action("take_articles").trigger()
    qtbot.waitUntil(lambda: bool(messages))
    qtbot.waitUntil(lambda: len(member.session.articles) == len(TEXTS))
    assert messages == ["10 more articles are yours: they are in your list."]


# What others did


def test_conflict_is_said_above_the_text_and_leads_to_the_decision(
    member: app.ApplicationController,
    lead: Lead,
    messages: list[str],
    qtbot: QtBot,
    no_dialogs: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, window = member.session, member.window
    assert session.tag("DATE", 6, 17)
    [span] = session.spans
    wait_until_in_step(member, qtbot)
    lead.work()
    # On another computer the same span ends elsewhere, and meanwhile it is another label here.
    edit = Edit(span, replace(span, end=12))
    lead.work(lambda corpus: corpus.apply(Step(new_uid(), "Salma", utc_timestamp(), "resize", (edit,))))
    assert session.relabel(span, "PLAN")
    qtbot.waitUntil(lambda: session.conflict_count == 1)
    assert messages == ["1 step of yours is in conflict with what others did."]
    assert window.toast.message() == messages[0]
    assert "1 conflict to decide" in shown_text(window.status_line)
    opened: list[QDialog] = []
    monkeypatch.setattr("annotator.ui.dialogs.team.conflicts.open_dialog", opened.append)
    assert "Ctrl+J" in window.toast._conflicts_button.text()
    window.toast._conflicts_button.click()
    assert opened
    assert window.toast.message() == ""
    assert window.action("show_conflicts").shortcut() == QKeySequence("Ctrl+J")


# A server that is not as it was


@pytest.mark.usefixtures("no_dialogs")
def test_other_certificate_is_said_and_nothing_is_sent(
    member: app.ApplicationController, server: Server, messages: list[str], qtbot: QtBot, tmp_path: Path
) -> None:
    other, own = tmp_path / "other", server.cluster.folder
    other.mkdir()
    make_certificates(other)
    try:
        server.install_certificate(other)
        qtbot.waitUntil(lambda: not server.is_trusted())
        sync_and_fail(member, SyncPhase.OTHER_TEAM, qtbot)
    finally:
        server.install_certificate(own)
        qtbot.waitUntil(server.is_trusted)
    assert word(member) == "not the server of your team"
    assert "Ask the lead of the team" in explanation(member)
    assert "its certificate is another one" in explanation(member)
    assert "1 step waits in this file, where it is safe." in explanation(member)
    check_work_goes_on(member)
    assert "2 steps wait in this file, where they are safe." in explanation(member)
    assert messages == []


@pytest.mark.usefixtures("no_dialogs")
def test_other_team_at_the_address_is_said_and_nothing_is_sent(
    member: app.ApplicationController, server: Server, messages: list[str], qtbot: QtBot
) -> None:
    server.execute(f"UPDATE team.team SET uid = '{new_identity()}', name = 'Another'")
    sync_and_fail(member, SyncPhase.OTHER_TEAM, qtbot)
    assert word(member) == "not the server of your team"
    assert "has another team, “Another”: nothing was sent." in explanation(member)
    check_work_goes_on(member)
    assert messages == []


@pytest.mark.usefixtures("no_dialogs")
def test_revoked_member_goes_on(
    member: app.ApplicationController, lead: Lead, messages: list[str], qtbot: QtBot
) -> None:
    lead.revoke("Salma")
    sync_and_fail(member, SyncPhase.ACCESS_DENIED, qtbot)
    assert word(member) == "no access any more"
    assert "ask the lead of the team for a new invitation" in explanation(member)
    check_work_goes_on(member)
    assert messages == []


@pytest.mark.usefixtures("no_dialogs")
def test_newer_server_asks_for_a_newer_program(
    member: app.ApplicationController, server: Server, messages: list[str], qtbot: QtBot
) -> None:
    server.execute("ALTER FUNCTION team.hello_v1 RENAME TO hello_v2")
    sync_and_fail(member, SyncPhase.NEWER_PROGRAM_NEEDED, qtbot)
    assert word(member) == "newer program needed"
    assert "Ask its lead for it and install it; until then go on labelling." in explanation(member)
    check_work_goes_on(member)
    assert messages == []


@pytest.mark.usefixtures("no_dialogs")
def test_server_restored_from_yesterday_gets_back_what_it_lost(
    member: app.ApplicationController, lead: Lead, server: Server, messages: list[str], qtbot: QtBot
) -> None:
    session = member.session
    server.back_up()
    assert session.tag("DATE", 0, 5)
    wait_until_in_step(member, qtbot)
    session.open_article(1)
    server.restore()
    assert session.tag("DATE", 0, 5)
    wait_until_in_step(member, qtbot)
    assert word(member).startswith("in step")
    assert messages == []
    assert lead.work().pulled == 2


@pytest.mark.usefixtures("no_dialogs")
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_failure_is_said_in_the_language_of_the_window(
    member: app.ApplicationController, server: Server, qtbot: QtBot, language: str
) -> None:
    i18n.set_language(language)
    server.execute("ALTER FUNCTION team.hello_v1 RENAME TO hello_v2")
    sync_and_fail(member, SyncPhase.NEWER_PROGRAM_NEEDED, qtbot)
    latin = [letter for letter in explanation(member) if letter.isascii() and letter.isalpha()]
    assert not latin if language == "ar" else "programme" in explanation(member)
