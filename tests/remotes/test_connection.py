"""Connections to a server: what it must prove, whatever happens to its certificate."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import certifi
import psycopg
import pytest
from msgspec import Struct
from msgspec.structs import replace
from postgresql import (
    ADMINISTRATOR_PASSWORD,
    Cluster,
    PostgresqlTeam,
    new_team,
    require_programs,
    run_cluster,
)

from annotator.model.identities import new_identity
from annotator.remotes.invitation import ServerAddress, check_address
from annotator.remotes.postgresql import administration
from annotator.remotes.postgresql.administrator_url import explain_unproven
from annotator.remotes.postgresql.connection import certificate_file
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import ANNOTATOR, LEAD, AccessDenied, Member, OtherTeam, RemoteError, Unreachable


class Authority(Struct, frozen=True):
    """An authority that signs for others, by the files NAME.pem and NAME.key of a folder."""

    folder: Path
    name: str

    @property
    def certificate(self) -> str:
        """Return its certificate, in PEM."""
        return (self.folder / f"{self.name}.pem").read_text(encoding="ascii")

    def sign(self, name: str, *extensions: str, days: str = "2") -> "Authority":
        """Return whom it gave a certificate, with these extensions."""
        _openssl(self.folder, "req", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / "extensions").write_text("\n".join(extensions), encoding="ascii", newline="\n")
        signed = ("-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial", "-extfile", "extensions")
        _openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-days", days, "-out", f"{name}.pem")
        return Authority(self.folder, name)

    def sign_intermediate(self, name: str) -> "Authority":
        """Return another authority that it vouches for, as public ones do."""
        return self.sign(name, "basicConstraints=critical,CA:true", "keyUsage=critical,keyCertSign")

    def sign_server(self, host: str = "localhost", days: str = "2") -> "Authority":
        """Return a server that it gave a certificate."""
        return self.sign("server", f"subjectAltName=DNS:{host}", days=days)


class SecuredTeam(Struct, frozen=True):
    """A team at a server whose certificate is changed, and the two authorities that there are."""

    team: PostgresqlTeam
    root: Authority
    other_root: Authority

    def present(self, server: Authority, *chain: Authority) -> None:
        """Let the server prove its name by another certificate, with those of the authorities between."""
        data = self.team.cluster.folder / "data"
        text = "".join(each.certificate for each in (server, *chain))
        (data / "server.pem").write_text(text, encoding="ascii", newline="\n")
        shutil.copyfile(server.folder / f"{server.name}.key", data / "server.key")
        before = self._ask("SELECT pg_conf_load_time() FROM pg_reload_conf()")
        while self._ask("SELECT pg_conf_load_time()") == before:  # a few milliseconds; pytest bounds it
            pass

    def _ask(self, query: LiteralString) -> object:
        url = self.team.cluster.socket_url()
        with psycopg.connect(url, password=ADMINISTRATOR_PASSWORD) as connection:
            return connection.execute(query).fetchone()

    def open(self, certificate: str | None) -> str:
        """Return the team at which a desktop arrives that has this certificate of an authority in its invitation."""
        address = replace(self.team.address, certificate=certificate)
        check_address(address)
        with TeamServer.open(address, self.team.password) as server:
            return server.welcome().team


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def _make_root(folder: Path, name: str) -> Authority:
    _openssl(
        folder,
        *("req", "-x509", *_NEW_KEY, "-subj", f"/CN={name}", "-days", "2"),
        *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
    )
    return Authority(folder, name)


@pytest.fixture(scope="module")
def module_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredTeam]:
    """Start a server of these tests' own: a certificate is that of all databases."""
    programs = require_programs()
    folder = tmp_path_factory.mktemp("authorities")
    roots = [_make_root(folder, name) for name in ("root", "other-root")]
    settings = "max_connections = 10\n"  # of which three are kept for superusers
    with run_cluster(programs, settings) as cluster, new_team(cluster) as team:
        secured = SecuredTeam(team, *roots)
        yield secured
        secured.present(Authority(cluster.folder, "server"))


@pytest.fixture
def secured_team(module_team: SecuredTeam) -> SecuredTeam:
    """Let the server have a certificate of its lab's own authority."""
    module_team.present(module_team.root.sign_server())
    return module_team


def test_a_server_is_known_by_public_authorities_where_it_has_none_of_its_own() -> None:
    with certificate_file(None) as path:  # not "system": the wheels of psycopg find no authorities under that name
        assert "-----BEGIN CERTIFICATE-----" in Path(path).read_text(encoding="utf-8")
    with certificate_file("its own") as path:
        assert Path(path).read_text(encoding="ascii") == "its own"
    assert not Path(path).exists()


def test_a_certificate_that_the_same_authority_renewed_is_not_noticed(secured_team: SecuredTeam) -> None:
    assert secured_team.open(secured_team.root.certificate) == secured_team.team.uid
    secured_team.present(secured_team.root.sign_server())
    assert secured_team.open(secured_team.root.certificate) == secured_team.team.uid


def test_public_authorities_may_change_the_one_between(
    secured_team: SecuredTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = secured_team.root
    monkeypatch.setattr(certifi, "where", lambda: str(root.folder / "root.pem"))
    for name in ("R10", "R11"):
        intermediate = root.sign_intermediate(name)
        secured_team.present(intermediate.sign_server(), intermediate)
        assert secured_team.open(None) == secured_team.team.uid
        assert secured_team.open(root.certificate) == secured_team.team.uid


def test_a_server_that_does_not_send_the_certificate_between_is_refused(secured_team: SecuredTeam) -> None:
    secured_team.present(secured_team.root.sign_intermediate("R10").sign_server())
    with pytest.raises(OtherTeam):
        secured_team.open(secured_team.root.certificate)


def test_another_authority_is_refused_and_the_lead_is_to_be_asked(secured_team: SecuredTeam) -> None:
    secured_team.present(secured_team.other_root.sign_server())
    with pytest.raises(OtherTeam, match="Ask the lead"):
        secured_team.open(secured_team.root.certificate)
    with pytest.raises(OtherTeam):
        secured_team.open(None)


def test_an_invitation_may_carry_the_old_and_the_new_authority(secured_team: SecuredTeam) -> None:
    both = secured_team.root.certificate + secured_team.other_root.certificate
    assert secured_team.open(both) == secured_team.team.uid
    secured_team.present(secured_team.other_root.sign_server())
    assert secured_team.open(both) == secured_team.team.uid


def test_a_certificate_of_another_name_is_refused(secured_team: SecuredTeam) -> None:
    secured_team.present(secured_team.root.sign_server("other.example"))
    with pytest.raises(OtherTeam):
        secured_team.open(secured_team.root.certificate)


def test_a_certificate_that_expired_is_refused(secured_team: SecuredTeam) -> None:
    secured_team.present(secured_team.root.sign_server(days="0"))
    with pytest.raises(OtherTeam, match="expired"):
        secured_team.open(secured_team.root.certificate)


def test_a_full_server_is_not_taken_for_one_that_refuses_the_password(secured_team: SecuredTeam) -> None:
    team = secured_team.team
    address = replace(team.address, certificate=secured_team.root.certificate)

    def fill() -> None:
        for _number in range(10):
            servers.enter_context(TeamServer.open(address, team.password))

    with contextlib.ExitStack() as servers, pytest.raises(Unreachable):
        fill()


def test_a_database_that_lets_nobody_in_is_not_taken_for_one_that_refuses_the_password(
    postgresql_team: PostgresqlTeam,
) -> None:
    """PostgreSQL says so after the password, as it says that its disk is full when a session begins."""
    database = postgresql_team.address.database
    with postgresql_team.cluster.connect() as connection:
        connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
    with pytest.raises(Unreachable):
        TeamServer.open(postgresql_team.address, postgresql_team.password)


def test_a_server_without_the_database_is_another_one(postgresql_team: PostgresqlTeam) -> None:
    with pytest.raises(OtherTeam, match="no database of this team"):
        TeamServer.open(replace(postgresql_team.address, database="missing"), postgresql_team.password)


def test_whoever_may_not_use_the_database_any_more_is_denied(postgresql_team: PostgresqlTeam) -> None:
    _member, address, password = postgresql_team.invite("Omar", ANNOTATOR)
    with pytest.raises(AccessDenied):
        TeamServer.open(address, f"{password}x")
    with postgresql_team.connect() as connection:
        [(members,)] = connection.execute(
            "SELECT g.rolname FROM pg_auth_members JOIN pg_roles g ON g.oid = roleid WHERE member = %s::regrole",
            (address.login,),
        ).fetchall()
        connection.execute(f'REVOKE CONNECT ON DATABASE "{address.database}" FROM "{members}"')
    with pytest.raises(AccessDenied):
        TeamServer.open(address, password)
    with postgresql_team.connect() as connection:
        connection.execute(f'ALTER ROLE "{address.login}" NOLOGIN')
    with pytest.raises(AccessDenied):
        TeamServer.open(address, password)


# The URL of an administrator


def create_team(cluster: Cluster, database: str, query: str, host: str = "localhost") -> ServerAddress:
    """Make a team by a URL with this query; return its address."""
    lead, url = Member(new_identity(), "سلمى", LEAD), f"postgresql://postgres@{host}:{cluster.port}/{database}?{query}"
    password = ADMINISTRATOR_PASSWORD
    return administration.create(url, password, team=new_identity(), name="x", lead=lead, lead_password="x")


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", None])
def test_a_server_proves_its_name_to_the_administrator_unless_the_url_says_otherwise(
    postgresql_cluster: Cluster, monkeypatch: pytest.MonkeyPatch, mode: str | None
) -> None:
    """What is set for other programs does not count."""
    if mode:
        monkeypatch.setenv("PGSSLMODE", mode)
    with postgresql_cluster.new_database() as database:
        with pytest.raises(OtherTeam, match=r"sslrootcert=ca\.crt"):
            create_team(postgresql_cluster, database, "")
        with pytest.raises(OtherTeam, match=r"sslrootcert=ca\.crt"):
            create_team(postgresql_cluster, database, "sslrootcert=system")
        path = postgresql_cluster.certificate_path
        with pytest.raises(OtherTeam, match="other"):
            create_team(postgresql_cluster, database, f"sslrootcert={path}&hostaddr=127.0.0.1", host="other.example")
        address = create_team(postgresql_cluster, database, f"sslrootcert={path}")
        assert address.certificate == postgresql_cluster.certificate


def test_the_environment_may_name_the_authority(postgresql_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLROOTCERT", str(postgresql_cluster.certificate_path))
    with postgresql_cluster.new_database() as database:
        assert create_team(postgresql_cluster, database, "").certificate == postgresql_cluster.certificate


def test_without_the_proof_the_url_must_say_so_and_it_is_warned_of(postgresql_cluster: Cluster) -> None:
    with postgresql_cluster.new_database() as database:
        assert create_team(postgresql_cluster, database, "sslmode=require").certificate is None
    for mode in ("disable", "allow", "prefer", "require", "verify-ca"):
        warning = explain_unproven(f"postgresql://a:s3cr3t@db.example.org/news?sslmode={mode}") or ""
        assert f"sslmode={mode}" in warning
        assert "db.example.org" in warning
        assert "s3cr3t" not in warning
    assert explain_unproven("postgresql://a@db.example.org/news?sslmode=verify-full") is None
    assert explain_unproven("postgresql://a@db.example.org/news") is None


def test_a_socket_needs_no_proof(postgresql_cluster: Cluster) -> None:
    with new_team(postgresql_cluster) as team:
        url = postgresql_cluster.socket_url(team.address.database)
        assert administration.upgrade(url, ADMINISTRATOR_PASSWORD) == administration.list_migrations()[-1][0]
        assert explain_unproven(f"{url}&sslmode=disable") is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://a:s3cr3t@h/d?nonsense=1", "not valid"),
        ("postgresql://a:s3cr3t@h/d?sslmode=verify", "not valid"),
        ("postgresql://a:s3cr3t@h/d?sslrootcert=missing.crt", "missing.crt"),
    ],
)
def test_a_url_that_cannot_be_used_is_said_without_its_password(url: str, message: str) -> None:
    with pytest.raises(RemoteError, match=message) as raised:
        administration.upgrade(url)
    assert "s3cr3t" not in str(raised.value)
