"""A team at a PostgreSQL server from the command line: passwords stay where they belong, and no network is said."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any, Self
from unittest import mock
from urllib.parse import urlsplit

import keyring
import pytest
from builders import create_corpus
from cli.test_team import TEXT, Desk, Desks, desks, invite
from memory_keyring import MemoryKeyring
from msgspec.structs import replace
from postgresql import ADMINISTRATOR_PASSWORD, Cluster

from annotator import __version__
from annotator.generators import finish
from annotator.jobs import clock_error
from annotator.jobs.teams.joining import join_team
from annotator.jobs.teams.leaving import leave_team
from annotator.model.date_display import format_local_time
from annotator.model.records import new_uid
from annotator.remotes import memberships
from annotator.remotes.invitation import ServerAddress, read_invitation, write_invitation
from annotator.remotes.memberships import Membership, PasswordPlace, list_memberships, load_password, teams_dir
from annotator.remotes.postgresql import administration, connection
from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import Unreachable, Welcome
from annotator.store.corpus import Corpus
from annotator.store.queries.team import read_team

__all__ = ["desks"]


@pytest.fixture
def url(postgresql_cluster: Cluster) -> Iterator[str]:
    """Return the URL of an empty database, without a password."""
    with postgresql_cluster.new_database() as database:
        yield postgresql_cluster.url(database)


@pytest.fixture
def lead(desks: Desks, url: str) -> Desk:
    """Make a team in a database with a corpus of one article."""
    desk = desks("Nadia")
    desk.sit_down()
    create_corpus(desk.corpus, TEXT).close()
    created = desk.run("create", add_password(url), desk.corpus, "--name", "مختبر")
    assert (created["name"], created["role"], created["password"]) == ("مختبر", "lead", "file")
    return desk


@pytest.fixture
def memory(lead: Desk, monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Return the keyring that members have; the lead has none."""
    assert lead.corpus.exists()
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


def add_password(url: str) -> str:
    """Return the URL with the password of the administrator."""
    return url.replace("postgres@", f"postgres:{ADMINISTRATOR_PASSWORD}@")


def kill_at(function: str, url: str, desk: Desk, *, is_late: bool) -> None:
    """Make a team in a process that is killed right before or after a function."""
    desk.sit_down()
    script = f"""
import os, pkgutil, signal
from annotator.cli import main
owner, _dot, name = {function!r}.rpartition(".")
owner = pkgutil.resolve_name(owner)
function = getattr(owner, name)
def kill(*arguments):
    if {is_late}:
        function(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, kill)
main()
"""
    command = [sys.executable, "-c", script, "team", "create", add_password(url), str(desk.corpus)]
    ended = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@contextmanager
def losing_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lose the connection once what was done at the server counts, and before that is known here."""
    psycopg = pytest.importorskip("psycopg")
    commit = psycopg.Connection.commit

    def lose_answer(connection: Any) -> None:
        commit(connection)
        raise psycopg.OperationalError("the connection is lost")

    with monkeypatch.context() as context:
        context.setattr(psycopg.Connection, "commit", lose_answer)
        yield


def read_all(folder: Path) -> bytes:
    """Return the bytes of all files below a folder."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_password_of_the_url_is_neither_kept_nor_shown(lead: Desk) -> None:
    assert ADMINISTRATOR_PASSWORD.encode() not in read_all(lead.folder)
    text, err = lead.say("status")
    assert "localhost:" in text
    assert ADMINISTRATOR_PASSWORD not in text + err


def test_a_wrong_password_is_said_without_the_password(desks: Desks, url: str) -> None:
    desk = desks("Nadia")
    _out, err = desk.say("create", url.replace("postgres@", "postgres:wrong-5@"), code=2)
    assert err.count("\n") == 1
    assert "wrong-5" not in err
    assert b"wrong-5" not in read_all(desk.folder)
    assert list_memberships() == []


def test_a_missing_password_is_said(desks: Desks, url: str) -> None:
    desk = desks("Nadia")
    assert desk.say("create", url, code=2)[1] == "annotator: The server asks for a password.\n"
    assert list_memberships() == []


def test_the_password_may_be_in_the_environment(desks: Desks, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", ADMINISTRATOR_PASSWORD)
    created = desks("Nadia").run("create", url)
    assert created["role"] == "lead"


def test_a_server_that_need_not_prove_its_name_is_warned_of(desks: Desks, url: str) -> None:
    desk = desks("Nadia")
    _out, err = desk.say("create", add_password(url.replace("verify-full", "require")))
    assert "sslmode=require" in err
    assert ADMINISTRATOR_PASSWORD not in err
    unproven = add_password(url.partition("?")[0])
    assert "sslrootcert=ca.crt" in desk.say("create", unproven, code=2)[1]


@pytest.mark.posix_only("Windows has no SIGKILL")
@pytest.mark.parametrize("is_committed", [True, False])
def test_a_team_that_was_being_made_when_the_program_was_killed_is_completed(
    desks: Desks, url: str, *, is_committed: bool
) -> None:
    nadia, omar = desks("Nadia"), desks("Omar")
    create_corpus(nadia.corpus, TEXT).close()
    kill_at("psycopg.Connection.commit", url, nadia, is_late=is_committed)
    assert list_memberships() == []
    if is_committed:
        omar.say("create", add_password(url), code=2)  # nobody else completes it
        assert list(teams_dir().glob("*")) == []
    created = nadia.run("create", add_password(url), nadia.corpus, "--name", "مختبر")
    assert (created["member"], created["role"], created["password"]) == ("Nadia", "lead", "file")
    assert sorted(path.suffix for path in teams_dir().iterdir()) == [".json", ".password"]
    assert nadia.run("sync", nadia.corpus)["sent"]["articles"] == 1
    omar.run("join", invite(nadia, "Omar", "curator"), omar.corpus)
    assert omar.run("sync", omar.corpus)["pending"] == 0
    assert "has a team already" in nadia.say("create", add_password(url), code=2)[1]
    assert nadia.run("sync", nadia.corpus)["pending"] == 0


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_team_whose_making_was_not_answered_is_completed(
    desks: Desks, url: str, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
) -> None:
    backend, nadia = MemoryKeyring(), desks("Nadia")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    create_corpus(nadia.corpus, TEXT).close()
    with losing_answers(monkeypatch):
        assert "cannot be reached" in nadia.say("create", add_password(url), nadia.corpus, code=1)[1]
    assert list_memberships() == []
    if is_locked:
        backend.is_locked = True
        assert "unlock it, then try again" in nadia.say("create", add_password(url), nadia.corpus, code=2)[1]
        backend.is_locked = False
    with monkeypatch.context() as context:  # once more, before the corpus belongs to the team
        context.setattr("annotator.jobs.teams.creation.belong_to_team", mock.Mock(side_effect=KeyboardInterrupt))
        nadia.run("create", add_password(url), nadia.corpus, code=130)
    assert nadia.run("create", add_password(url), nadia.corpus)["password"] == "keyring"
    assert len(backend.passwords) == 1
    assert nadia.run("sync", nadia.corpus)["sent"]["articles"] == 1
    assert nadia.run("status")["members"] == 1


RESPELLINGS: dict[str, Callable[[str], str]] = {
    "capitals": lambda url: url.replace("@localhost", "@LocalHost"),
    "scheme": lambda url: url.replace("postgresql://", "postgres://"),
    "percent signs": lambda url: url.replace("@localhost", "@%6cocalhost"),
    "order": lambda url: "?".join((url.partition("?")[0], "&".join(reversed(url.partition("?")[2].split("&"))))),
    "number": lambda url: url.replace("@localhost", "@127.0.0.1"),
}
"""Functions that spell the URL of a database otherwise, which leads to the same one."""


@pytest.mark.parametrize("respell", RESPELLINGS.values(), ids=RESPELLINGS)
def test_a_team_whose_making_was_not_answered_is_completed_by_another_spelling_of_its_address(
    desks: Desks, url: str, monkeypatch: pytest.MonkeyPatch, respell: Callable[[str], str]
) -> None:
    other, nadia = respell(url), desks("Nadia")
    assert other != url
    create_corpus(nadia.corpus, TEXT).close()
    with losing_answers(monkeypatch):
        nadia.say("create", add_password(url), nadia.corpus, code=1)
    assert nadia.run("create", add_password(other), nadia.corpus)["role"] == "lead"
    assert sorted(path.suffix for path in teams_dir().iterdir()) == [".json", ".password"]
    assert nadia.run("sync", nadia.corpus)["sent"]["articles"] == 1
    assert "has a team already" in desks("Omar").say("create", add_password(other), code=2)[1]


@pytest.mark.posix_only("Windows has no SIGKILL")
@pytest.mark.parametrize("function", ["save_attempt", "save_password"])
@pytest.mark.parametrize("is_saved", [True, False])
def test_a_team_is_made_after_the_program_was_killed_before(
    desks: Desks, url: str, function: str, *, is_saved: bool
) -> None:
    nadia = desks("Nadia")
    create_corpus(nadia.corpus, TEXT).close()
    kill_at(f"annotator.remotes.memberships.{function}", url, nadia, is_late=is_saved)
    assert list_memberships() == []
    capitals = add_password(url).replace("@localhost", "@LOCALHOST")
    assert nadia.run("create", capitals, nadia.corpus)["password"] == "file"
    assert sorted(path.suffix for path in teams_dir().iterdir()) == [".json", ".password"]
    assert nadia.run("sync", nadia.corpus)["sent"]["articles"] == 1


def test_nothing_at_the_server_waits_for_the_keyring(
    desks: Desks, url: str, postgresql_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody may need a minute to unlock it."""
    open_transactions: list[int] = []

    class WatchedKeyring(MemoryKeyring):
        def _check(self) -> None:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL"
            with postgresql_cluster.connect() as connection:
                open_transactions.append(connection.execute(query, (urlsplit(url).path[1:],)).fetchone()[0])
            super()._check()

    backend, nadia = WatchedKeyring(), desks("Nadia")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    nadia.sit_down()
    with monkeypatch.context() as context:  # an attempt of which nothing comes, to be forgotten by the next
        context.setattr("annotator.remotes.postgresql.administration._lock", mock.Mock(side_effect=KeyboardInterrupt))
        nadia.run("create", add_password(url), code=130)
    [earlier] = backend.passwords
    assert nadia.run("create", add_password(url))["password"] == "keyring"
    assert len(backend.passwords) == 1
    assert earlier not in backend.passwords
    assert len(open_transactions) >= 4
    assert set(open_transactions) == {0}


def test_a_team_that_cannot_be_made_leaves_nothing(
    desks: Desks, url: str, postgresql_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, nadia = MemoryKeyring(), desks("Nadia")
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    nadia.sit_down()
    helpless = f"helpless_{new_uid()[:8]}"
    with postgresql_cluster.connect() as connection:
        connection.execute(f"CREATE ROLE {helpless} LOGIN PASSWORD 'p'")
    nadia.say("create", url.replace("postgres@", f"{helpless}:p@"), code=2)
    assert list(teams_dir().iterdir()) == []
    assert backend.passwords == {}


def test_two_who_make_a_team_at_once_make_one(desks: Desks, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    nadia, omar = desks("Nadia"), desks("Omar")
    save = memberships.save_attempt

    def save_late(membership: Membership, password: str | None = None) -> PasswordPlace | None:
        monkeypatch.setattr(memberships, "save_attempt", save)
        assert omar.run("create", add_password(url))["member"] == "Omar"
        nadia.sit_down()
        return save(membership, password)

    monkeypatch.setattr(memberships, "save_attempt", save_late)
    assert "has a team already" in nadia.say("create", add_password(url), code=2)[1]
    assert list(teams_dir().iterdir()) == []
    assert omar.run("status")["members"] == 1


def test_the_secret_of_an_invitation_is_changed_for_a_password_and_good_once(
    lead: Desk, desks: Desks, postgresql_cluster: Cluster
) -> None:
    path = invite(lead, "Omar", "curator")
    invitation = read_invitation(path)
    omar, thief = desks("Omar"), desks("Thief")
    joined = omar.run("join", path, omar.corpus)
    assert (joined["member"], joined["role"], joined["password"]) == ("Omar", "curator", "file")
    [membership] = list_memberships()
    password = load_password(membership)
    assert password != invitation.secret
    assert invitation.secret.encode() not in read_all(omar.folder)
    assert "used already" in thief.say("join", path, thief.corpus, code=2)[1]
    assert not thief.corpus.exists()
    assert list_memberships() == []
    for secret in (password, invitation.secret, ADMINISTRATOR_PASSWORD, TEXT):
        assert secret not in postgresql_cluster.read_log()


def test_joining_again_after_a_lost_answer_succeeds(lead: Desk, desks: Desks) -> None:
    path = invite(lead, "Omar", "curator")
    omar = desks("Omar")
    omar.run("join", path, omar.corpus)
    omar.corpus.unlink()
    again = omar.run("join", path, omar.corpus)
    assert again["member"] == "Omar"


def test_both_computers_of_a_member_sync_and_end_equal(lead: Desk, desks: Desks) -> None:
    lead.tag("INSTITUTION", 5, 16)
    lead.run("sync", lead.corpus)
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    omar.tag("DATE", 35, 39)
    omar.run("sync", omar.corpus)
    joined = laptop.run("join", invite(lead, "Omar", "curator"), laptop.corpus)
    assert (joined["member"], joined["pulled"]) == ("Omar", 2)
    laptop.tag("INSTITUTION", 5, 16)
    assert laptop.run("sync", laptop.corpus)["pushed"] == 1
    omar.tag("DATE", 20, 25)
    synced = omar.run("sync", omar.corpus)  # the first computer is not locked out
    assert (synced["pushed"], synced["pulled"], synced["pending"], synced["conflicts"]) == (1, 1, 0, [])
    for desk in (laptop, lead):
        assert desk.run("sync", desk.corpus)["pending"] == 0
    labels = omar.read_labels()
    assert {name: sorted(each) for name, each in labels.items()} == {
        "Nadia": ["INSTITUTION"],
        "Omar": ["DATE", "DATE", "INSTITUTION"],
    }
    assert labels == laptop.read_labels() == lead.read_labels()
    assert [member["name"] for member in lead.run("members")["members"]] == ["Nadia", "Omar"]
    lead.run("revoke", "Omar")
    for desk in (omar, laptop):
        desk.say("sync", desk.corpus, code=2)


def test_joining_again_on_a_computer_shuts_its_former_login_and_no_other(
    lead: Desk, desks: Desks, postgresql_cluster: Cluster
) -> None:
    lead.run("sync", lead.corpus)
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    laptop.run("join", invite(lead, "Omar", "curator"), laptop.corpus)
    omar.tag("DATE", 35, 39)
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    for desk in (omar, laptop):
        assert desk.run("sync", desk.corpus)["pending"] == 0
    omar.sit_down()
    [membership] = list_memberships()
    assert isinstance(membership.address, ServerAddress)
    with postgresql_cluster.connect(membership.address.database) as connection:
        query = "SELECT is_open FROM team.login WHERE member = %s ORDER BY login"
        assert connection.execute(query, (membership.member,)).fetchall() == [(False,), (True,), (True,)]
        logins = "SELECT rolcanlogin FROM pg_roles WHERE rolname ~ %s ORDER BY rolname"
        assert connection.execute(logins, (membership.member,)).fetchall() == [(False,), (True,), (True,)]


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_former_login_that_joining_cannot_shut_is_said(
    lead: Desk, desks: Desks, memory: MemoryKeyring, postgresql_cluster: Cluster, *, is_locked: bool
) -> None:
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    [(program, user)] = memory.passwords
    memory.is_locked = is_locked
    if not is_locked:
        for saved in omar.folder.rglob("*.json"):
            saved.write_bytes(saved.read_bytes().replace(f":{postgresql_cluster.port},".encode(), b":9,"))
    path = invite(lead, "Omar", "curator")
    text, err = omar.say("join", path, omar.corpus)
    assert "You are in the team" in text
    reason = "Its password cannot be read here." if is_locked else "The server cannot be reached."
    assert f"former login of this computer stays open at the server. {reason} If somebody else may have" in err
    assert (f"that of “{user}” for “{program}”. Unlock the keyring" in err) == is_locked
    assert ((program, user) in memory.passwords) == is_locked
    assert list_open_logins(postgresql_cluster, omar) == [(True, True), (True, True)]
    assert omar.run("sync", omar.corpus)["pending"] == 0
    again = omar.run("join", path, omar.corpus)  # by the same login, and there is no former one any more
    assert (again["open_login"], again["keyring"]) == (None, None)
    memory.is_locked = False
    result = omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    assert (result["open_login"], result["keyring"]) == (None, None)
    assert list_open_logins(postgresql_cluster, omar) == [(True, True), (False, False), (True, True)]


def test_whose_membership_is_damaged_joins_again_as_the_program_says(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    path = invite(lead, "Omar", "curator")
    omar.run("join", path, omar.corpus)
    omar.sit_down()
    next(teams_dir().glob("*.json")).write_bytes(b"{")
    assert "is damaged: join the team again" in omar.say("sync", omar.corpus, code=2)[1]
    assert omar.run("join", path, omar.corpus)["member"] == "Omar"
    assert omar.run("sync", omar.corpus)["pending"] == 0


def test_an_invitation_that_brings_the_team_elsewhere_is_warned_of(
    lead: Desk, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    omar = desks("Omar")
    path = invite(lead, "Omar", "curator")
    omar.run("join", path, omar.corpus)
    invitation = read_invitation(path)
    assert isinstance(invitation.address, ServerAddress)
    write_invitation(replace(invitation, address=replace(invitation.address, host="127.0.0.1")), path)
    before = read_all(omar.folder / "home" / "data")
    with monkeypatch.context() as context:
        context.setattr("sys.stdin.isatty", lambda: True)
        context.setattr("sys.stderr.isatty", lambda: True)
        context.setattr("click.confirm", lambda *_arguments, **_options: False)
        _text, err = omar.say("join", path, omar.corpus, code=2)
    assert "Join only if a lead of the team has told you" in " ".join(err.split())
    assert read_all(omar.folder / "home" / "data") == before
    assert "Join only if a lead" in omar.say("join", path, omar.corpus)[1]
    assert "Join only if" not in omar.say("join", path, omar.corpus)[1]


def test_no_server_gives_a_login_another_password_while_the_keyring_is_locked(
    lead: Desk, desks: Desks, memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that lets in whoever comes, and that an invitation names with the login of a member."""
    omar = desks("Omar")
    path = invite(lead, "Omar", "curator")
    omar.run("join", path, omar.corpus)
    memory.is_locked = True
    with monkeypatch.context() as context:
        context.setattr(connection, "connect", mock.MagicMock())
        context.setattr(administration, "enter", mock.MagicMock())
        context.setattr(PostgresqlRemote, "open", mock.Mock(side_effect=Unreachable("gone")))
        assert "unlock it" in omar.say("join", path, omar.corpus, code=2)[1]
    memory.is_locked = False
    assert omar.run("sync", omar.corpus)["pending"] == 0


@pytest.mark.parametrize("is_keyring", [True, False])
def test_two_windows_that_join_at_once_have_one_password(
    lead: Desk, desks: Desks, monkeypatch: pytest.MonkeyPatch, *, is_keyring: bool
) -> None:
    """As after two double clicks on an invitation: the password that the server has is the one that is here."""
    backend = MemoryKeyring()
    if is_keyring:
        monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    path, omar = invite(lead, "Omar", "curator"), desks("Omar")
    omar.sit_down()
    invitation, barrier, connect = read_invitation(path), Barrier(2), connection.connect

    def connect_together(address: ServerAddress, secret: str) -> Any:
        opened = connect(address, secret)
        if secret == invitation.secret:
            with suppress(BrokenBarrierError):
                barrier.wait(timeout=1)
        return opened

    with monkeypatch.context() as context:
        context.setattr(connection, "connect", connect_together)
        with ThreadPoolExecutor() as windows:
            joining = [windows.submit(finish, join_team(invitation, omar.folder / f"{i}.corpus")) for i in range(2)]
            assert [each.exception() for each in joining] == [None, None]
    for i in range(2):
        assert omar.run("sync", omar.folder / f"{i}.corpus")["pending"] == 0


def test_a_corpus_that_two_windows_bring_to_two_teams_at_once_is_in_one(
    lead: Desk, desks: Desks, postgresql_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    omar = desks("Omar")
    path = invite(lead, "Omar", "curator")
    omar.sit_down()
    create_corpus(omar.corpus, TEXT).close()
    welcome = PostgresqlRemote.welcome

    def join_elsewhere(remote: PostgresqlRemote) -> Welcome:
        monkeypatch.setattr(PostgresqlRemote, "welcome", welcome)
        omar.run("create", "folder", omar.corpus, "--name", "another")
        return welcome(remote)

    monkeypatch.setattr(PostgresqlRemote, "welcome", join_elsewhere)
    assert "belongs to the team “another”" in omar.say("join", path, omar.corpus, code=2)[1]
    with Corpus.open(omar.corpus, readonly=True) as corpus:
        team = read_team(corpus)
    assert team
    assert team.name == "another"


def list_open_logins(cluster: Cluster, desk: Desk) -> list[tuple[bool, bool]]:
    """Return, of each login of the member at a desk, whether the team and the server let it in."""
    desk.sit_down()
    [membership] = list_memberships()
    assert isinstance(membership.address, ServerAddress)
    with cluster.connect(membership.address.database) as connection:
        query = """
            SELECT is_open, rolcanlogin FROM team.login JOIN pg_roles ON rolname = login
            WHERE member = %s ORDER BY length(login), login
        """
        rows: list[tuple[bool, bool]] = connection.execute(query, (membership.member,)).fetchall()
        return rows


def test_leaving_shuts_the_login_of_this_computer_and_no_other(
    lead: Desk, desks: Desks, postgresql_cluster: Cluster
) -> None:
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    for desk in (omar, laptop):
        desk.run("join", invite(lead, "Omar", "curator"), desk.corpus)
    text, err = omar.say("leave", omar.corpus)
    assert "belongs to the team “مختبر” no more" in text
    assert err == ""
    assert list(teams_dir().iterdir()) == []
    assert list_open_logins(postgresql_cluster, laptop) == [(False, False), (True, True)]
    assert laptop.run("sync", laptop.corpus)["pending"] == 0
    lead.run("revoke", "Omar")
    assert laptop.say("leave", laptop.corpus)[1] == ""  # the server has shut it already
    assert list(teams_dir().iterdir()) == []


def test_what_was_not_sent_before_leaving_is_said_and_sent_after_joining_again(lead: Desk, desks: Desks) -> None:
    lead.run("sync", lead.corpus)
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    omar.tag("DATE", 35, 39)
    omar.tag("INSTITUTION", 5, 16)
    _text, err = omar.say("leave", omar.corpus)
    assert "2 steps were not sent to the team. They stay in the corpus" in err
    assert sorted(omar.read_labels()["Omar"]) == ["DATE", "INSTITUTION"]
    joined = omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    assert (joined["pushed"], joined["pending"]) == (2, 0)
    assert omar.run("leave", omar.corpus)["pending"] == 0


def test_a_login_that_leaving_cannot_shut_is_said(lead: Desk, desks: Desks, postgresql_cluster: Cluster) -> None:
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    for desk in (omar, laptop):
        desk.run("join", invite(lead, "Omar", "curator"), desk.corpus)
    for saved in omar.folder.rglob("*.json"):
        data = saved.read_bytes()
        saved.write_bytes(data.replace(f":{postgresql_cluster.port},".encode(), b":9,"))
    text, err = omar.say("leave", omar.corpus)
    assert "no more" in text
    assert "stays open at the server. The server cannot be reached. Ask a lead of the team to revoke you" in err
    assert list(teams_dir().iterdir()) == []
    assert list_open_logins(postgresql_cluster, laptop) == [(True, True), (True, True)]


def test_leaving_while_the_keyring_is_locked_says_what_stays_where(
    lead: Desk, desks: Desks, memory: MemoryKeyring, postgresql_cluster: Cluster
) -> None:
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    laptop.run("join", invite(lead, "Omar", "curator"), laptop.corpus)
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    memory.is_locked = True
    _text, err = omar.say("leave", omar.corpus)
    (program, user) = list(memory.passwords)[-1]
    assert f"a password for the team may stay in it: that of “{user}” for “{program}”. Unlock the keyring" in err
    assert "stays open at the server. Its password cannot be read here. Ask a lead" in err
    assert err.count("\n") == 2
    assert list(teams_dir().iterdir()) == []
    assert list_open_logins(postgresql_cluster, laptop) == [(True, True), (True, True)]
    result = laptop.run("leave", laptop.corpus)
    assert result["keyring"] == " ".join(next(iter(memory.passwords)))
    assert "unlock it" in result["open_login"]


def test_the_only_lead_is_told_what_leaving_leaves(lead: Desk, postgresql_cluster: Cluster) -> None:
    lead.sit_down()
    [membership] = list_memberships()
    _text, err = lead.say("leave", lead.corpus)
    assert "You were the only lead of the team" in err
    assert list(teams_dir().iterdir()) == []
    assert isinstance(membership.address, ServerAddress)
    with postgresql_cluster.connect(membership.address.database) as connection:
        assert connection.execute("SELECT is_open FROM team.login").fetchall() == [(True,)]


def test_leaving_with_one_of_two_corpora_shuts_nothing(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    path, other = invite(lead, "Omar", "curator"), omar.folder / "other.corpus"
    omar.run("join", path, omar.corpus)
    omar.run("join", path, other)
    assert f"stays in the team with “{other}”" in omar.say("leave", omar.corpus)[1]
    assert omar.run("sync", other)["pending"] == 0


def test_a_damaged_file_keeps_nobody_in_a_team(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    omar.sit_down()
    next(teams_dir().glob("*.json")).write_bytes(b"{")
    assert "is damaged" in omar.say("leave", omar.corpus, code=2)[1]
    assert "belongs to no team" in omar.say("leave", omar.corpus, code=2)[1]


def test_leaving_that_was_interrupted_can_be_repeated(
    lead: Desk, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    for function in ("memberships.forget_membership", "forget_team"):
        with monkeypatch.context() as context, Corpus.open(omar.corpus) as corpus:
            context.setattr(f"annotator.jobs.teams.leaving.{function}", mock.Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                leave_team(corpus)
    assert omar.say("leave", omar.corpus)[1] == ""
    assert list(teams_dir().iterdir()) == []
    assert "belongs to no team" in omar.say("leave", omar.corpus, code=2)[1]


def test_an_older_program_is_told_to_be_updated_and_works_on(
    lead: Desk, desks: Desks, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead.run("sync", lead.corpus)
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    monkeypatch.setenv("PGPASSWORD", ADMINISTRATOR_PASSWORD)
    assert lead.run("upgrade", url, "--require-update")["oldest"] == __version__
    omar.tag("DATE", 35, 39)
    with monkeypatch.context() as context:
        context.setattr("annotator.remotes.remote.__version__", "0.0.9")
        synced = omar.run("sync", omar.corpus, code=1)
        assert (synced["pushed"], synced["pending"]) == (0, 1)
        _out, err = omar.say("sync", omar.corpus, code=1)
        assert "A newer program is needed to meet the team" in err
        assert "(1 step waits)" in err
        assert omar.say("claim", omar.corpus, code=1)[1].count("\n") == 1
        omar.tag("PLAN", 20, 25)
    assert omar.run("sync", omar.corpus)["pushed"] == 2


def test_times_are_those_of_the_clock_here_and_utc_in_json(lead: Desk) -> None:
    path = lead.folder / "Omar.team"
    text, _err = lead.say("invite", "Omar", path)
    until = read_invitation(path).until
    assert f"until {format_local_time(until)}." in text
    [member, _invited] = lead.run("members")["members"]
    assert datetime.fromisoformat(member["joined"]).utcoffset() == timedelta(0)
    text, _err = lead.say("members")
    assert format_local_time(member["joined"]) in text
    assert "+00:00" not in text


def test_a_wrong_clock_is_said(lead: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class FastDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(hours=3)

    assert lead.say("sync", lead.corpus)[1] == ""
    monkeypatch.setattr(clock_error, "datetime", FastDatetime)
    _text, err = lead.say("sync", lead.corpus)
    assert err.startswith("annotator: Set the clock of this computer: it is 3 hours ahead of the team's server.")


def test_an_invitation_that_is_not_accepted_takes_no_password_away(lead: Desk, desks: Desks) -> None:
    omar, laptop = desks("Omar"), desks("Omar's laptop")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    path = invite(lead, "Omar", "curator")
    laptop.run("join", path, laptop.corpus)
    assert "used already" in omar.say("join", path, omar.corpus, code=2)[1]
    assert omar.run("sync", omar.corpus)["pending"] == 0


@pytest.mark.parametrize("is_member", [True, False])
@pytest.mark.parametrize("is_answer_lost", [True, False])
@pytest.mark.parametrize("error", [Unreachable("no network"), KeyboardInterrupt()], ids=type)
def test_joining_that_fails_takes_no_password_away(
    lead: Desk,
    desks: Desks,
    monkeypatch: pytest.MonkeyPatch,
    *,
    error: BaseException,
    is_answer_lost: bool,
    is_member: bool,
) -> None:
    omar = desks("Omar")
    if is_member:
        omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    path = invite(lead, "Omar", "curator")
    invitation = read_invitation(path)
    assert isinstance(invitation.address, ServerAddress)
    psycopg = pytest.importorskip("psycopg")
    execute = psycopg.Connection.execute

    def fail_to_enter(connection: Any, query: Any, *arguments: Any, **keywords: Any) -> Any:
        if "enter_v1" not in query:
            return execute(connection, query, *arguments, **keywords)
        if is_answer_lost:
            execute(connection, query, *arguments, **keywords)
        raise error

    omar.sit_down()
    with monkeypatch.context() as context:
        context.setattr(psycopg.Connection, "execute", fail_to_enter)
        with pytest.raises((Unreachable, KeyboardInterrupt)):
            finish(join_team(invitation, omar.corpus))
    [saved] = teams_dir().glob(f"*.{invitation.address.login}.password")
    password = saved.read_bytes()
    if is_member:
        assert omar.run("sync", omar.corpus)["pending"] == 0
    with monkeypatch.context() as context:  # the network breaks once more, after the secret was changed
        context.setattr(TeamServer, "welcome", mock.Mock(side_effect=Unreachable("no network")))
        with pytest.raises(Unreachable):
            finish(join_team(invitation, omar.corpus))
    if is_member:
        assert omar.run("sync", omar.corpus)["pending"] == 0
    omar.run("join", path, omar.corpus)
    assert omar.run("sync", omar.corpus)["pending"] == 0
    assert saved.read_bytes() == password  # as the server may have known it from the first attempt on
    assert sorted(file.suffix for file in teams_dir().iterdir()) == [".json", ".password"]
    omar.run("leave", omar.corpus)
    assert list(teams_dir().iterdir()) == []


def test_who_joins_again_while_the_keyring_is_locked_is_told_to_unlock_it(
    lead: Desk, desks: Desks, memory: MemoryKeyring
) -> None:
    """Their password is in it: another invitation would be for nothing."""
    path = invite(lead, "Omar", "curator")
    omar = desks("Omar")
    assert omar.run("join", path, omar.corpus)["password"] == "keyring"
    omar.corpus.unlink()
    memory.is_locked = True
    _out, err = omar.say("join", path, omar.corpus, code=2)
    assert "in the keyring of this system, which is locked: unlock it, then try again." in err
    assert err.count("\n") == 1
    assert not omar.corpus.exists()
    memory.is_locked = False
    assert omar.run("join", path, omar.corpus)["password"] == "keyring"
    memory.passwords.clear()
    assert "Ask for a new one" in omar.say("join", path, omar.corpus, code=2)[1]


def test_only_a_lead_invites(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    _out, err = omar.say("invite", "Lina", omar.folder / "lina.team", code=2)
    assert err.count("\n") == 1
    assert not (omar.folder / "lina.team").exists()


def test_without_a_network_it_is_said_what_waits(lead: Desk, desks: Desks) -> None:
    omar = desks("Omar")
    path = invite(lead, "Omar", "curator")
    omar.run("join", path, omar.corpus)
    lead.sit_down()
    [membership] = list_memberships()
    address = membership.address
    assert isinstance(address, ServerAddress)
    lead.tag("DATE", 35, 39)
    for saved in lead.folder.rglob("*.json"):
        saved.write_bytes(saved.read_bytes().replace(f":{address.port},".encode(), b":9,"))
    synced = lead.run("sync", lead.corpus, code=1)
    assert (synced["pushed"], synced["pulled"], synced["pending"], synced["conflicts"]) == (0, 0, 1, [])
    _out, err = lead.say("sync", lead.corpus, code=1)
    assert "(1 step waits)" in err
    assert err.count("\n") == 1
    state = lead.run("status", code=1)
    assert (state["pending"], state["members"]) == (1, None)
    assert lead.say("members", code=1)[1].count("\n") == 1


def test_a_server_with_another_certificate_is_refused(lead: Desk, desks: Desks) -> None:
    path = invite(lead, "Omar", "curator")
    invitation = read_invitation(path)
    assert isinstance(invitation.address, ServerAddress)
    write_invitation(replace(invitation, address=replace(invitation.address, certificate=None)), path)
    omar = desks("Omar")
    _out, err = omar.say("join", path, omar.corpus, code=2)
    assert err.count("\n") == 1
    assert invitation.secret not in err
    assert not omar.corpus.exists()


def test_what_one_labels_at_home_the_other_gets_through_the_server(lead: Desk, desks: Desks) -> None:
    lead.tag("INSTITUTION", 5, 16)
    assert lead.run("sync", lead.corpus)["pushed"] == 1
    omar = desks("Omar")
    joined = omar.run("join", invite(lead, "Omar", "curator"), omar.corpus)
    assert (joined["pulled"], joined["pending"]) == (1, 0)
    omar.tag("DATE", 35, 39)
    synced = omar.run("sync", omar.corpus)
    assert (synced["pushed"], synced["pulled"], synced["pending"], synced["conflicts"]) == (1, 0, 0, [])
    assert lead.run("sync", lead.corpus)["pulled"] == 1
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]} == omar.read_labels()
    copy = lead.folder / "copy.corpus"
    assert lead.run("copy", copy) == {"path": str(copy), "articles": 1}
    lead.corpus = copy
    assert lead.read_labels() == {"Nadia": ["INSTITUTION"], "Omar": ["DATE"]}
    assert lead.run("verify")["faults"] == []


def test_an_annotator_claims_what_the_lead_offers(lead: Desk, desks: Desks) -> None:
    lead.run("sync", lead.corpus)
    amal = desks("Amal")
    amal.run("join", invite(lead, "Amal", "annotator"), amal.corpus)
    with Corpus.open(amal.corpus, readonly=True) as corpus:
        assert corpus.labels().labels
    assert amal.run("claim", amal.corpus)["claimed"] == 0
    assert lead.run("offer", lead.corpus, "--blind") == {"offered": 1}
    assert lead.run("offer", lead.corpus) == {"offered": 0}
    assert amal.run("claim", amal.corpus)["claimed"] == 1
    amal.tag("DATE", 35, 39)
    assert amal.run("sync", amal.corpus)["pushed"] == 1
    lead.run("sync", lead.corpus)
    assert lead.read_labels()["Amal"] == ["DATE"]
