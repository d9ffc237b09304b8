"""Memberships: a private file each, and the password in the keyring, or in a private file where there is none."""

import stat
import sys
import threading
from pathlib import Path
from types import ModuleType
from unittest import mock

import keyring
import pytest
from keyring.backends.fail import Keyring
from memory_keyring import MemoryKeyring
from msgspec.structs import replace

from annotator.model.records import new_uid
from annotator.remotes import memberships
from annotator.remotes.invitation import FolderAddress, ServerAddress
from annotator.remotes.memberships import (
    Membership,
    PasswordPlace,
    explain_place,
    forget_login,
    forget_membership,
    list_memberships,
    load_membership,
    load_password,
    save_membership,
    save_password,
    teams_dir,
)
from annotator.remotes.remote import AccessDenied, PasswordLocked, RemoteError

PASSWORD = "p4ss of one's own"
SERVER = ServerAddress("db.example.org", 5432, "news", "member_1")
SALMA = Membership("b" * 32, "Lab", "a" * 32, "سلمى", "annotator", SERVER)
LEAD = Membership("b" * 32, "Lab", "c" * 32, "Lead", "lead", FolderAddress("/srv/team"))


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """Return the keyring that the system has now."""
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system have no keyring."""
    monkeypatch.setattr(keyring, "get_keyring", Keyring)


def files() -> dict[str, bytes]:
    """Return what is in the folder of the memberships."""
    return {path.name: path.read_bytes() for path in teams_dir().iterdir()}


def test_memberships_are_saved_listed_and_forgotten() -> None:
    assert list_memberships() == []
    for membership in (LEAD, SALMA):
        save_membership(membership)
    assert load_membership(SALMA.team, SALMA.member) == SALMA
    assert list_memberships() == [LEAD, SALMA]
    forget_membership(LEAD)
    assert list_memberships() == [SALMA]
    assert load_membership(LEAD.team, LEAD.member) is None


@pytest.mark.posix_only("Windows has no such modes")
@pytest.mark.usefixtures("no_keyring")
def test_only_the_user_may_read_them() -> None:
    save_membership(SALMA)
    save_password(SALMA, PASSWORD)
    assert stat.S_IMODE(teams_dir().stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in teams_dir().iterdir()} == {0o600}


def test_a_membership_of_no_uid_is_none(tmp_path: Path) -> None:
    assert load_membership("../" + tmp_path.name, "a" * 32) is None


@pytest.mark.parametrize("data", [b"", b"{}", b'{"team": 1}', b"\xff"])
def test_a_damaged_membership_is_explained(data: bytes) -> None:
    save_membership(SALMA)
    path = next(teams_dir().iterdir())
    path.write_bytes(data)
    with pytest.raises(RemoteError, match="is damaged: join the team again"):
        list_memberships()


def test_the_password_is_in_the_keyring_and_in_no_file(memory: MemoryKeyring) -> None:
    save_membership(SALMA)
    assert save_password(SALMA, PASSWORD) == PasswordPlace.KEYRING
    assert load_password(SALMA) == PASSWORD
    assert list(memory.passwords.values()) == [PASSWORD]
    assert not any(PASSWORD.encode() in data for data in files().values())
    forget_membership(SALMA)
    assert memory.passwords == {}


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_the_password_is_in_a_private_file_and_this_is_said() -> None:
    save_membership(SALMA)
    assert save_password(SALMA, PASSWORD) == PasswordPlace.FILE
    assert load_password(SALMA) == PASSWORD
    assert str(teams_dir()) in explain_place(PasswordPlace.FILE)
    forget_membership(SALMA)
    assert files() == {}


@pytest.mark.parametrize("is_locked", [True, False])
def test_each_login_has_its_own_password(memory: MemoryKeyring, *, is_locked: bool) -> None:
    """Until a newer login is known to work, the older one still opens the team."""
    assert isinstance(SALMA.address, ServerAddress)
    newer = replace(SALMA, address=replace(SALMA.address, login=f"{SALMA.address.login}_2"))
    memory.is_locked = is_locked
    save_membership(SALMA)
    save_password(SALMA, PASSWORD)
    save_password(newer, "newer")
    assert (load_password(SALMA), load_password(newer)) == (PASSWORD, "newer")
    forget_login(newer)
    assert load_password(SALMA) == PASSWORD
    with pytest.raises(AccessDenied):
        load_password(newer)


def test_what_stays_in_a_keyring_that_does_not_answer_is_named(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_membership(SALMA)
    save_password(SALMA, PASSWORD)
    memory.is_locked = True
    entry = forget_login(SALMA)
    assert entry
    assert memory.passwords == {(entry.service, entry.username): PASSWORD}
    with monkeypatch.context() as context:
        context.setattr(keyring, "get_keyring", Keyring)
        assert forget_login(SALMA) == entry
    assert forget_login(LEAD) is None  # a folder has no passwords
    memory.is_locked = False
    assert forget_membership(SALMA) is None
    assert memory.passwords == {}


@pytest.mark.usefixtures("no_keyring")
def test_nothing_stays_where_there_never_was_a_keyring() -> None:
    save_membership(SALMA)
    save_password(SALMA, PASSWORD)
    assert forget_membership(SALMA) is None


@pytest.mark.usefixtures("no_keyring")
def test_leaving_forgets_the_passwords_of_all_logins() -> None:
    assert isinstance(SALMA.address, ServerAddress)
    save_membership(SALMA)
    save_membership(LEAD)
    for login in ("a", "b"):
        save_password(replace(SALMA, address=replace(SALMA.address, login=login)), PASSWORD)
    forget_membership(SALMA)
    assert len(files()) == 1
    assert list_memberships() == [LEAD]


def test_without_the_library_the_password_is_in_a_private_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.optional_packages.is_installed", lambda *_packages: False)
    monkeypatch.setitem(sys.modules, "keyring", ModuleType("keyring"))  # has no get_keyring
    assert save_password(SALMA, PASSWORD) == PasswordPlace.FILE
    assert load_password(SALMA) == PASSWORD


def test_a_locked_keyring_is_replaced_by_a_file_and_no_password_is_taken_from_it(memory: MemoryKeyring) -> None:
    save_password(SALMA, "older")
    memory.is_locked = True
    with pytest.raises(PasswordLocked, match="unlock it"):
        load_password(SALMA)
    assert save_password(SALMA, PASSWORD) == PasswordPlace.FILE
    assert load_password(SALMA) == PASSWORD
    memory.is_locked = False
    assert load_password(SALMA) == PASSWORD  # not the older one in the keyring
    assert save_password(SALMA, "newer") == PasswordPlace.KEYRING
    assert load_password(SALMA) == "newer"
    assert files() == {}


def test_a_keyring_that_keeps_nothing_is_none(memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "set_password", lambda *_arguments: None)
    assert save_password(SALMA, PASSWORD) == PasswordPlace.FILE


def test_a_missing_password_is_explained(memory: MemoryKeyring, request: pytest.FixtureRequest) -> None:
    assert memory.passwords == {}
    with pytest.raises(AccessDenied, match="ask for a new invitation"):
        load_password(SALMA)
    request.getfixturevalue("no_keyring")
    with pytest.raises(AccessDenied, match="nor in a keyring that can be reached"):
        load_password(SALMA)


def test_a_failing_keyring_leaves_no_password_in_the_log(
    memory: MemoryKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    memory.is_locked = True
    save_password(SALMA, PASSWORD)
    assert "the keyring refuses a password" in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has a Credential Manager")
def test_the_credential_manager_of_windows_is_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.Windows import WinVaultKeyring

    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    backend = keyring.core._detect_backend(keyring.core.recommended)  # as the library does at its first use
    assert isinstance(backend, WinVaultKeyring)
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(memberships, "_SERVICE", f"arabic-news-annotator-test-{new_uid()}")  # beside what the user has
    newer = replace(SALMA, address=replace(SERVER, login="member_2"))
    for each in (SALMA, newer):
        save_membership(each)
        assert save_password(each, f"{PASSWORD} {each.address}") == PasswordPlace.KEYRING
    try:
        assert all(load_password(each) == f"{PASSWORD} {each.address}" for each in (SALMA, newer))
        assert not any(PASSWORD.encode() in data for data in files().values())
        forget_login(SALMA)
        assert load_password(newer) == f"{PASSWORD} {newer.address}"
        with pytest.raises(AccessDenied, match="ask for a new invitation"):
            load_password(SALMA)
    finally:
        forget_login(SALMA)
        forget_membership(newer)
    with pytest.raises(AccessDenied):
        load_password(newer)


def test_a_keyring_that_has_ended_meanwhile_is_none(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    save_membership(SALMA)
    save_password(SALMA, PASSWORD)
    with monkeypatch.context() as context:
        context.setattr(
            MemoryKeyring, "priority", property(mock.Mock(side_effect=RuntimeError("The daemon is not running")))
        )
        with pytest.raises(AccessDenied, match="nor in a keyring that can be reached"):
            load_password(SALMA)
        forget_login(SALMA)
        assert "there is no keyring" in caplog.text
    assert load_password(SALMA) == PASSWORD


def test_a_keyring_that_the_user_has_set_up_and_that_is_not_here_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", mock.Mock(side_effect=ModuleNotFoundError("keyrings")))
    assert save_password(SALMA, PASSWORD) == PasswordPlace.FILE
    assert load_password(SALMA) == PASSWORD


def test_a_keyring_that_nobody_unlocks_is_not_waited_for(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service has a dialog open as long as nobody answers it: then there is only one."""
    asked, unlocked, questions = threading.Event(), threading.Event(), []
    read = memory.get_password

    def wait(*arguments: str) -> str | None:
        questions.append(arguments)
        asked.set()
        unlocked.wait()
        return read(*arguments)

    save_password(SALMA, PASSWORD)
    monkeypatch.setattr(memory, "get_password", wait)
    try:
        with monkeypatch.context() as context:
            context.setattr(memberships, "_KEYRING_SECONDS", 0.02)
            with pytest.raises(AccessDenied, match="unlock it"):
                load_password(SALMA)
            context.setattr(memberships, "_KEYRING_SECONDS", 600)  # longer than this test may take
            with pytest.raises(AccessDenied, match="unlock it"):
                load_password(SALMA)
            assert save_password(replace(SALMA, team="d" * 32), "newer") == PasswordPlace.FILE
            assert asked.wait(60)
            assert len(questions) == 1
    finally:
        unlocked.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(60)  # the question is answered, and may not be over yet
    assert load_password(SALMA) == PASSWORD
