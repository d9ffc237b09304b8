"""Invitations: written and read alike, and nothing but an invitation is read, whoever wrote it."""

import json
import os
import stat
import sys
from collections.abc import Callable
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from builders import create_corpus
from file_states import standing_locks
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.reasons import Code
from annotator.remotes.invitation import (
    MAX_SIZE,
    FolderAddress,
    InvalidInvitation,
    Invitation,
    InvitedMember,
    ServerAddress,
    place_key,
    read_invitation,
    write_invitation,
)
from annotator.remotes.remote import ROLES
from annotator.store.errors import CorpusError

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SECRET = "s3cr3t-of-one-use"
SALMA = InvitedMember("a" * 32, "سلمى", "annotator")
SERVER = ServerAddress("db.example.org", 5432, "news", "member_1", PEM)
INVITATION = Invitation("b" * 32, "فريق الأخبار", SALMA, SERVER, SECRET, "2027-01-05T10:00:00+00:00")


def record(**changes: Any) -> dict[str, Any]:
    """Return the JSON of an invitation, with other values."""
    return {
        "version": 1,
        "team": INVITATION.team,
        "name": INVITATION.name,
        "host": SERVER.host,
        "port": SERVER.port,
        "database": SERVER.database,
        "login": SERVER.login,
        "secret": SECRET,
        "until": INVITATION.until,
        "certificate": PEM,
        "member": {"uid": SALMA.uid, "name": SALMA.name, "role": SALMA.role},
    } | changes


def refuse(path: Path, data: bytes) -> InvalidInvitation:
    """Return the error of reading these bytes."""
    path.write_bytes(data)
    with pytest.raises(InvalidInvitation) as raised:
        read_invitation(path)
    return raised.value


@given(
    name=st.sampled_from(("Salma", "سلمى", "مُحمّد الأَمين", "ســلمى", "👩‍🏫 Salma", "\u200fسلمى", "لا إله")),
    role=st.sampled_from(ROLES),
    address=st.one_of(
        st.builds(
            ServerAddress,
            st.sampled_from(("db.example.org", "localhost", "192.0.2.7", "2001:db8::7", "a_b.example")),
            st.integers(1, 65535),
            st.sampled_from(("news", "news-2026", "أخبار")),
            st.sampled_from(("member_1", "salma")),
            st.sampled_from((None, PEM, PEM * 3)),
        ),
        st.builds(FolderAddress, st.sampled_from(("/home/lead/Nextcloud/فريق", "C:\\Users\\Lead\\Team"))),
    ),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, role: str, address: ServerAddress | FolderAddress
) -> None:
    path = tmp_path_factory.mktemp("invitation") / "a.team"
    is_server = isinstance(address, ServerAddress)
    secret, until = (SECRET, INVITATION.until) if is_server else ("", "")
    invitation = Invitation("b" * 32, name, InvitedMember("c" * 32, name, role), address, secret, until)
    write_invitation(invitation, path)
    assert read_invitation(path) == invitation
    assert SECRET not in repr(invitation)


def test_the_file_has_the_keys_that_were_agreed_on(tmp_path: Path) -> None:
    write_invitation(INVITATION, tmp_path / "a.team")
    assert json.loads((tmp_path / "a.team").read_bytes()) == record()


@pytest.mark.posix_only("Windows has no such modes")
def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    path.write_bytes(b"older")
    path.chmod(0o644)
    write_invitation(INVITATION, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["a.team"]  # noqa: PTH208 - hidden files too


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "/var/run/postgresql"}, "host"),
        ({"host": "@abstract"}, "host"),
        ({"host": "db.example,evil.example"}, "host"),
        ({"host": "db.example sslmode=disable"}, "host"),
        ({"host": "fe80::1%eth0"}, "host"),
        ({"host": "999.1.1.1"}, "host"),
        ({"host": ""}, "host"),
        ({"host": "-a.example"}, "host"),
        ({"host": "a." * 200 + "example"}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"database": "postgresql://evil.example/x"}, "database"),
        ({"database": "news sslmode='disable'"}, "database"),
        ({"database": "x" * 64}, "database"),
        ({"database": None}, "database"),
        ({"login": "a\nb"}, "login"),
        ({"login": ""}, "login"),
        ({"secret": ""}, "secret"),
        ({"secret": "a b"}, "secret"),
        ({"secret": "x" * 1001}, "secret"),
        ({"until": "tomorrow"}, "until"),
        ({"until": "2027-01-05T10:00:00"}, "until"),
        ({"certificate": "/etc/passwd"}, "certificate"),
        ({"certificate": PEM.replace("MIIB", "TUla")}, "certificate"),
        ({"certificate": PEM + "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"}, "certificate"),
        ({"certificate": "-----BEGIN CERTIFICATE-----" + " " * 150_000}, "certificate"),
        ({"team": "../../settings"}, "team"),
        ({"team": "B" * 32}, "team"),
        ({"name": ""}, "name"),
        ({"name": "\u200f"}, "name"),
        ({"name": "a\x1b[2Jb"}, "name"),
        ({"member": {"uid": "x", "name": "A", "role": "annotator"}}, "member.uid"),
        ({"member": {"uid": "a" * 32, "name": "x" * 256, "role": "annotator"}}, "member.name"),
        ({"member": {"uid": "a" * 32, "name": "A", "role": "owner"}}, "member.role"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path: Path, changes: dict[str, Any], field: str) -> None:
    error = refuse(tmp_path / "a.team", json.dumps(record(**changes)).encode())
    assert error.refusal.code == Code.NOT_AN_INVITATION
    assert f"“{field}” is missing or has no possible value" in error.refusal.reason
    assert str(tmp_path / "a.team") in str(error)
    assert SECRET not in str(error)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.INVALID_JSON),
        (b"\x00\xff", Code.INVALID_JSON),
        (b"[" * 100_000, Code.INVALID_VALUE),
        (b"[]", Code.INVALID_VALUE),
        (json.dumps({"team": "b" * 32}).encode(), Code.INVALID_VALUE),
        (json.dumps(record(port="5432")).encode(), Code.INVALID_VALUE),
        (json.dumps(record(name="SECRET")).encode().replace(b"SECRET", b"\xe9\xff"), Code.INVALID_ENCODING),
        (json.dumps(record(version=2)).encode(), Code.NEWER_VERSION),
        (json.dumps(record(folder="/srv/team")).encode(), Code.NOT_AN_INVITATION),
        (json.dumps(record(host=None)).encode(), Code.NOT_AN_INVITATION),
        (json.dumps(record(host=None, folder="  ")).encode(), Code.NOT_AN_INVITATION),
        (b" " * (MAX_SIZE + 1), Code.FILE_TOO_LARGE),
        (json.dumps(record()).encode()[:-1], Code.INVALID_JSON),
    ],
)
def test_another_file_is_refused(tmp_path: Path, data: bytes, code: Code) -> None:
    error = refuse(tmp_path / "a.team", data)
    assert error.refusal.code == code
    assert SECRET not in str(error)


@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    refuse(tmp_path_factory.mktemp("invitation") / "a.team", data)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.team", tmp_path):
        with pytest.raises(InvalidInvitation):
            read_invitation(path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the locks of a process")
@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_link_to_an_open_corpus_is_refused_without_opening_it(
    tmp_path: Path, suffix: str, link: Callable[[Path, Path], None]
) -> None:
    with create_corpus(tmp_path / "news.corpus", "خبر") as corpus:
        corpus.annotators()
        path = tmp_path / "Salma.team"
        link(path, corpus.path.with_name(corpus.path.name + suffix))
        locks = standing_locks(corpus.path, os.getpid())
        assert locks
        with pytest.raises(
            InvalidInvitation, match=r"^“[^”]*” cannot be used as an invitation. “Salma.team” is a corpus that"
        ):
            read_invitation(path)
        assert standing_locks(corpus.path, os.getpid()) == locks


def test_an_invitation_is_read_with_the_mark_of_windows_before_it_and_unknown_keys(tmp_path: Path) -> None:
    path = tmp_path / "a.team"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(record(colour="red")).encode())
    assert read_invitation(path) == INVITATION


def test_a_folder_that_cannot_be_written_to_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="it is not there"):
        write_invitation(INVITATION, tmp_path / "missing" / "a.team")


_LABELS = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?", fullmatch=True)
_NAMES = st.lists(_LABELS, min_size=1, max_size=4).map(".".join).filter(lambda name: not name[-1].isdigit())
_HOSTS = _NAMES | st.ip_addresses().map(str)
_PLACES = st.tuples(_HOSTS, st.integers(1, 65535), st.from_regex(r"[\w.-]{1,20}", fullmatch=True))


@st.composite
def urls(draw: st.DrawFn, place: tuple[str, int, str]) -> str:
    """Draw a way to spell the URL of a database, as libpq reads it."""
    host, port, database = place
    if ":" in host:
        host = f"[{draw(st.sampled_from([host, IPv6Address(host).exploded]))}]"
    elif not host.replace(".", "").isdigit():
        host = "".join(draw(st.sampled_from([letter, letter.upper()])) for letter in host)
        host += draw(st.sampled_from(["", "."]))
        host = "".join(draw(st.sampled_from([letter, f"%{ord(letter):02x}"])) for letter in host)
    port_text = draw(st.sampled_from(["", ":5432"])) if port == 5432 else f":{port}"
    path = "".join(
        draw(st.sampled_from([quote(letter), *([letter] if letter.isascii() else [])])) for letter in database
    )
    options = draw(st.permutations(["sslmode=require", "connect_timeout=5", "application_name=x"]))
    query = "&".join(options[: draw(st.integers(0, 3))])
    scheme = draw(st.sampled_from(["postgres", "postgresql"]))
    return f"{scheme}://{draw(st.sampled_from(['', 'user@', 'user:secret@']))}{host}{port_text}/{path}?{query}"


def read_address(url: str) -> ServerAddress:
    conninfo = pytest.importorskip("psycopg.conninfo")
    parameters = conninfo.conninfo_to_dict(url)
    return ServerAddress(parameters["host"], int(parameters.get("port", 5432)), parameters["dbname"], "login")


@given(st.data(), _PLACES, _PLACES)
def test_the_same_place_is_known_by_every_spelling_and_no_other_is(
    data: st.DataObject, place: tuple[str, int, str], other: tuple[str, int, str]
) -> None:
    one, same, another = (read_address(data.draw(urls(each))) for each in (place, place, other))
    assert place_key(one) == place_key(same)
    assert (place_key(one) == place_key(another)) == (place == other)


def test_folders_are_the_same_place_as_the_system_has_it() -> None:
    assert place_key(FolderAddress("/srv/team/")) == place_key(FolderAddress("/srv/./team"))
    assert place_key(FolderAddress("/srv/team")) != place_key(FolderAddress("/srv/team 2"))
    assert (place_key(FolderAddress("/srv/Team")) == place_key(FolderAddress("/srv/team"))) == (sys.platform == "win32")


def test_addresses_are_shown_to_people() -> None:
    assert str(SERVER) == "db.example.org/news"
    assert str(ServerAddress("2001:db8::7", 6000, "news", "a")) == "[2001:db8::7]:6000/news"
    assert str(FolderAddress("/srv/team")) == "/srv/team"
