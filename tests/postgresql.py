"""A PostgreSQL server for tests: a throw-away cluster with TLS, one a process of pytest, and teams in it.

All tests have its fixtures (see `conftest.py`). Without PostgreSQL they are skipped.
"""

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from msgspec import Struct
from msgspec.structs import replace

from annotator.model.identities import new_identity
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.remote import LEAD, Member

OLDEST: Final = 15
DEBIAN_FOLDER: Final = Path("/usr/lib/postgresql")
ADMINISTRATOR: Final = "postgres"
ADMINISTRATOR_PASSWORD: Final = "administrator-0"
LEAD_PASSWORD: Final = "lead-password-0"
_SETTINGS: Final = """
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
password_encryption = scram-sha-256
log_statement = none
lc_messages = 'C'
fsync = off
full_page_writes = off
synchronous_commit = off
shared_buffers = 32MB
max_connections = 60
"""
_ACCESS: Final = """
hostssl all all 127.0.0.1/32 scram-sha-256
hostssl all all ::1/128 scram-sha-256
local all all scram-sha-256
"""


class Cluster(Struct, frozen=True):
    """A running server: its port, the certificate of its authority (PEM) and a file of that, and its log."""

    folder: Path
    port: int
    certificate: str

    @property
    def certificate_path(self) -> Path:
        """The file of the authority's certificate."""
        return self.folder / "authority.pem"

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server, and start it again at the end."""
        programs = require_programs()
        _run([programs / "pg_ctl", "-D", self.folder / "data", "-m", "fast", "-w", "stop"])
        try:
            yield
        finally:
            _start(programs, self.folder)

    def read_log(self) -> str:
        """Return what the server has logged."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def url(self, database: str = "postgres", user: str = ADMINISTRATOR) -> str:
        """Return the URL of a database, without a password."""
        query = f"sslmode=verify-full&sslrootcert={self.certificate_path}"
        return f"postgresql://{user}@localhost:{self.port}/{database}?{query}"

    def connect(
        self, database: str = "postgres", user: str = ADMINISTRATOR, password: str = ADMINISTRATOR_PASSWORD
    ) -> Any:
        """Connect, as a rule as the superuser; every statement is a transaction of its own."""
        import psycopg

        return psycopg.connect(self.url(database, user), password=password, autocommit=True)

    def socket_url(self, database: str = "postgres") -> str:
        """Return the URL of a database by the server's socket, on which there is no TLS."""
        return f"postgresql://{ADMINISTRATOR}@/{database}?host={self.folder}&port={self.port}"

    @contextlib.contextmanager
    def new_database(self) -> Iterator[str]:
        """Yield the name of a new database, which is dropped afterwards."""
        name = f"t{uuid4().hex[:12]}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield name
        finally:
            with self.connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class PostgresqlTeam(Struct, frozen=True):
    """A team in a database of a cluster: the address of its lead, and their password."""

    cluster: Cluster
    uid: str
    name: str
    lead: Member
    address: ServerAddress
    password: str = LEAD_PASSWORD

    def invite(self, name: str, role: str, uid: str | None = None) -> tuple[Member, ServerAddress, str]:
        """Add a member; return them, their address and the password with which they joined."""
        from annotator.remotes.postgresql.team_server import TeamServer

        member = Member(uid or new_identity(), name, role)
        with TeamServer.open(self.address, self.password) as server:
            access = server.invite(member)
        address, password = replace(self.address, login=access.login), f"password-of-{member.uid}"
        enter(address, access.secret, password)
        return member, address, password

    def connect(self) -> Any:
        """Connect to the database as the superuser."""
        return self.cluster.connect(self.address.database)


def enter(address: ServerAddress, secret: str, password: str) -> None:
    """Change the secret of an invitation for a password."""
    from annotator.remotes.postgresql import administration
    from annotator.remotes.postgresql.connection import connect

    with contextlib.closing(connect(address, secret)) as connection:
        administration.enter(connection, password)


@cache
def find_programs() -> Path | None:
    """Return the folder of the server's programs, of the newest version that is here; None where there is none."""
    versions = [path for path in DEBIAN_FOLDER.glob("*") if path.name.isdigit() and int(path.name) >= OLDEST]
    for folder in sorted(versions, key=lambda path: int(path.name), reverse=True):
        if (folder / "bin" / "initdb").exists():
            return folder / "bin"
    program = shutil.which("initdb")
    return Path(program).parent if program else None


def require_programs() -> Path:
    """Return the folder of the server's programs; skip the test where they, or what they need, are not here."""
    pytest.importorskip("psycopg")
    programs = find_programs()
    if programs is None or sys.platform == "win32" or not shutil.which("openssl"):
        pytest.skip(f"no PostgreSQL {OLDEST} or newer here, or no openssl")
    return programs


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[Cluster]:
    """Start a server of the tests' own, once a process."""
    with run_cluster(require_programs()) as cluster:
        yield cluster


@contextlib.contextmanager
def run_cluster(programs: Path, settings: str = "", interface: IPv4Interface | None = None) -> Iterator[Cluster]:
    """Start a server, and stop it at the end, also where this process is killed.

    `settings` are added to those of the tests. With an `interface` it can be reached there, too, from its network.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has 107 bytes at most
    data = folder / "data"
    addresses = ["127.0.0.1", *([str(interface.ip)] if interface else [])]
    access = _ACCESS + (f"hostssl all all {interface.network} scram-sha-256\n" if interface else "")
    with _deleting(folder, [programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]):
        authority = make_certificates(folder, addresses)
        (folder / "password").write_text(ADMINISTRATOR_PASSWORD, encoding="ascii")
        _take_over(folder)
        _run(
            [
                *(programs / "initdb", "-D", data, "-U", ADMINISTRATOR, "-A", "scram-sha-256", "-E", "UTF8"),
                *("--locale=C.UTF-8", "--no-sync", f"--pwfile={folder / 'password'}"),
            ]
        )
        for name in ("server.pem", "server.key"):
            shutil.copy2(folder / name, data / name)
        port = _find_port()
        sockets = f"port = {port}\nunix_socket_directories = '{folder}'\n"
        sockets += f"listen_addresses = '{','.join(('localhost', *addresses[1:]))}'\n"
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(_SETTINGS + sockets + settings)
        (data / "pg_hba.conf").write_text(access, encoding="utf-8")
        _take_over(data)
        _start(programs, folder)
        yield Cluster(folder, port, authority)


@contextlib.contextmanager
def _deleting(folder: Path, stop: list[Any]) -> Iterator[None]:
    """Stop the server and delete its folder at the end.

    A shell does that, once its input ends: so it is done, too, where this process is killed.
    """
    command = f"read -r _; {shlex.join(_as_server(stop))}; rm -rf {shlex.quote(str(folder))}"
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C is not for it
    ):
        yield


@pytest.fixture
def postgresql_team(postgresql_cluster: Cluster) -> Iterator[PostgresqlTeam]:
    """Make a team with a lead, in a new database."""
    with new_team(postgresql_cluster) as team:
        yield team


@contextlib.contextmanager
def new_team(cluster: Cluster, name: str = "الفريق") -> Iterator[PostgresqlTeam]:
    """Yield a team with a lead, in a database that is dropped afterwards."""
    from annotator.remotes.postgresql import administration

    uid, lead = new_identity(), Member(new_identity(), "سلمى", LEAD)
    with cluster.new_database() as database:
        address = administration.create(
            cluster.url(database), ADMINISTRATOR_PASSWORD, team=uid, name=name, lead=lead, lead_password=LEAD_PASSWORD
        )
        yield PostgresqlTeam(cluster, uid, name, lead, address)


def _start(programs: Path, folder: Path) -> None:
    _run([programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-t", "60", "start"])


def _as_server(command: list[Any]) -> list[str]:
    """Return a command that runs as "postgres" where root runs the tests: a server refuses to run as root."""
    before = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return [*before, *map(str, command)]


def _run(command: list[Any]) -> None:
    """Run a program of the server."""
    # Files in place of pipes: the server keeps those open.
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(_as_server(command), check=False, stdout=output, stderr=output, cwd="/")
        output.seek(0)
        assert result.returncode == 0, output.read().decode(errors="replace")


def _take_over(path: Path) -> None:
    if os.geteuid() == 0:
        for each in (path, *path.rglob("*")):
            shutil.chown(each, "postgres", "postgres")


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def make_certificates(folder: Path, addresses: Sequence[str] = ("127.0.0.1",)) -> str:
    """Make an authority, and a key and certificate of the server "localhost"; return the authority's certificate."""

    def run_openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    run_openssl(
        "req",
        "-x509",
        *new_key,
        "-subj",
        "/CN=tests",
        "-days",
        "2",
        "-keyout",
        "authority.key",
        "-out",
        "authority.pem",
    )
    run_openssl("req", *new_key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    names = ",".join(("DNS:localhost", *(f"IP:{address}" for address in addresses)))
    (folder / "names").write_text(f"subjectAltName={names}\n", encoding="ascii")
    signed = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial", "-extfile", "names")
    run_openssl("x509", "-req", "-in", "server.csr", *signed, "-days", "2", "-out", "server.pem")
    (folder / "server.key").chmod(0o600)
    return (folder / "authority.pem").read_text(encoding="ascii")
