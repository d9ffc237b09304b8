"""What whoever runs a PostgreSQL server does: make a team in a database, and bring it up to this version.

A team's roles have its uid in their names, because all databases of a server share the roles.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from annotator.i18n import _
from annotator.remotes.administration import TeamExists
from annotator.remotes.invitation import ServerAddress, check_address
from annotator.remotes.postgresql.administrator_url import AdministratorUrl, read_url
from annotator.remotes.postgresql.connection import (
    TlsFailure,
    build_verifier,
    certificate_file,
    common_parameters,
    find_tls_failure,
    translating_errors,
)
from annotator.remotes.remote import Member, NewerProgramNeeded, OtherTeam, RemoteError, check_program

if TYPE_CHECKING:
    from psycopg import Connection

_OLDEST_SERVER: Final = 15_00_00
_LOCK: Final = 0x616E6E6F  # of migrations: "anno"
_UID_IN_ROLES: Final = 20  # digits of the team's uid: a name of PostgreSQL has 63 bytes at most
_OWNER: Final = re.compile(rf"team_([0-9a-f]{{{_UID_IN_ROLES}}})_owner")
_MIGRATION_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")
_VARIABLE: Final = re.compile(r"""(?<!:):(["'])([a-z_]+)\1""")
_ROLES: Final = ("owner", "member", "registrar", "doorkeeper")


def create(
    location: str,
    password: str | None,
    *,
    team: str,
    name: str,
    lead: Member,
    lead_password: str,
    before_change: Callable[[ServerAddress], object] = lambda _address: None,
) -> ServerAddress:
    """Make a team (uid and name) in the database at a URL, as a role that may make roles; return its address.

    `before_change` is called with it before anything is made, while nothing at the server waits: whoever saves the
    password of the lead then can get in, even if the answer is lost. Raises TeamExists and RemoteError.
    """
    url = read_url(location)
    with _connect_as_administrator(location, url, password) as connection:
        _check_server(connection)
        address = _build_address(connection, url.certificate, login=f"{_role_prefix(team)}_{lead.uid}")
        check_address(address)
        _refuse_other_team(connection, address)
        connection.rollback()  # a keyring may wait for somebody to unlock it
        before_change(address)
        _lock(connection)
        _refuse_other_team(connection, address)
        variables = {role: f"{_role_prefix(team)}_{role}" for role in _ROLES}
        variables["login_prefix"] = f"{_role_prefix(team)}_"
        _make_roles(connection, variables)
        with _acting_as_owner(connection, variables):
            _migrate(connection, variables)
            _found_team(connection, team, name, variables, lead)
        _make_login(connection, address.login, lead_password, variables)
    return address


def upgrade(location: str, password: str | None = None, *, oldest: str = "") -> int:
    """Bring the team in the database at a URL up to this version of the program; return the number of the version.

    `oldest` is the version of the oldest program that may meet the team from now on, "" for what it was. Raises
    RemoteError.
    """
    with _connect_as_administrator(location, read_url(location), password) as connection:
        _lock(connection)
        _check_server(connection)
        owner = _find_owner(connection)
        if owner is None:
            raise RemoteError(_("The database has no team."))
        prefix = owner.removesuffix("_owner")
        variables = {role: f"{prefix}_{role}" for role in _ROLES} | {"login_prefix": f"{prefix}_"}
        with _acting_as_owner(connection, variables):
            number = _migrate(connection, variables)
            _require_program(connection, oldest)
    return number


def enter(connection: "Connection[Any]", password: str) -> None:
    """Change the secret of an invitation, which opened the connection, for a password; the server sees neither.

    Raises RemoteError.
    """
    with translating_errors():
        connection.execute("SELECT team.enter_v1(%s)", (build_verifier(connection, password),))


def list_migrations() -> list[tuple[int, str, str]]:
    """Return the number, name and SQL of each migration, in order."""
    folder = files("annotator.remotes.postgresql") / "migrations"
    names = sorted(path.name for path in folder.iterdir() if _MIGRATION_NAME.fullmatch(path.name))
    return [(int(name[:4]), name, (folder / name).read_text(encoding="utf-8")) for name in names]


@contextlib.contextmanager
def _connect_as_administrator(
    location: str, url: AdministratorUrl, password: str | None
) -> Iterator["Connection[Any]"]:
    """Yield a connection, whose transaction ends with it: all that is done, or nothing."""
    with translating_errors(), _open_as_administrator(location, url, password) as connection:
        yield connection


def _lock(connection: "Connection[Any]") -> None:
    """Let nobody else make or upgrade a team until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))


def _open_as_administrator(location: str, url: AdministratorUrl, password: str | None) -> "Connection[Any]":
    """Connect to a server that proves its name, unless its URL says otherwise. Raises OtherTeam for another one."""
    import psycopg  # late: an optional package

    parameters = common_parameters() | {"sslmode": url.mode} | ({} if password is None else {"password": password})
    with certificate_file(url.certificate) as path:
        if url.is_proven:  # where it need not be, libpq would ask for the proof all the same if there is such a file
            parameters["sslrootcert"] = path
        try:
            return psycopg.connect(location, **parameters)
        except psycopg.OperationalError as error:
            failure = find_tls_failure(error)
            if failure is None:
                raise
    if failure == TlsFailure.NO_TLS:
        raise OtherTeam(_("The server has no TLS: turn on “ssl” in its settings first."))
    message = _(
        "“{host}” cannot prove its name. Name the certificate of its authority in the URL, such as "
        "“?sslrootcert=ca.crt”, and the server as its own certificate does."
    )
    raise OtherTeam(message.format(host=url.host))


def _check_server(connection: "Connection[Any]") -> None:
    if connection.info.server_version < _OLDEST_SERVER:
        raise RemoteError(_("A team needs PostgreSQL 15 or newer."))
    row = connection.execute("SELECT current_setting('ssl'), current_setting('server_encoding')").fetchone()
    if row is None or row[0] != "on":
        raise RemoteError(_("The server has no TLS: turn on “ssl” in its settings first."))
    if row[1] != "UTF8":
        raise RemoteError(_("The database must have the encoding UTF8."))


def _build_address(connection: "Connection[Any]", certificate: str | None, login: str) -> ServerAddress:
    host = connection.info.host
    if host.startswith("/"):
        message = _("Name the server as the members reach it: postgresql://user@host/database.")
        raise RemoteError(message)
    return ServerAddress(host, connection.info.port, connection.info.dbname, login, certificate)


def _role_prefix(team: str) -> str:
    return f"team_{team[:_UID_IN_ROLES]}"


def _find_owner(connection: "Connection[Any]") -> str | None:
    """Return the role that owns the team in a database, None where there is no team."""
    row = connection.execute("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'team'").fetchone()
    return None if row is None else str(row[0])


def _refuse_other_team(connection: "Connection[Any]", address: ServerAddress) -> None:
    """Raise TeamExists if there is a team in the database."""
    owner = _find_owner(connection)
    if owner is not None:
        match = _OWNER.fullmatch(owner)
        message = _("The database “{name}” has a team already.").format(name=address.database)
        raise TeamExists(message, replace(address, login=""), match[1] if match else "")


_CLOSING: Final = """
    DO $$
    DECLARE name regprocedure;
    BEGIN
        FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            AND proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_import', 'lo_open', 'lo_put') LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        END LOOP;
    END $$
"""
"""Takes from everybody in this database what would fill the server's disk; a superuser alone can do that."""


def _make_roles(connection: "Connection[Any]", variables: Mapping[str, str]) -> None:
    for role in _ROLES:
        connection.execute(_fill(f'CREATE ROLE :"{role}" NOLOGIN', variables))
    connection.execute(
        _fill(
            """
            ALTER ROLE :"doorkeeper" CREATEROLE;
            GRANT :"member" TO :"doorkeeper" WITH ADMIN OPTION;
            """,
            variables,
        )
    )
    row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    names = {**variables, "database": row[0]}
    connection.execute(
        _fill(
            """
            REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
            GRANT CONNECT ON DATABASE :"database" TO :"member";
            GRANT CREATE ON DATABASE :"database" TO :"owner";
            """,
            names,
        )
    )
    if connection.info.parameter_status("is_superuser") == "on":
        connection.execute(_CLOSING)


@contextlib.contextmanager
def _acting_as_owner(connection: "Connection[Any]", variables: Mapping[str, str]) -> Iterator[None]:
    """Let the connection be the owner, who may give functions to the two roles that need more, only meanwhile."""
    connection.execute(
        _fill(
            """
            GRANT :"owner" TO CURRENT_USER;
            GRANT :"registrar", :"doorkeeper" TO :"owner";
            SET LOCAL ROLE :"owner";
            """,
            variables,
        )
    )
    yield
    connection.execute(
        _fill(
            """
            RESET ROLE;
            REVOKE :"registrar", :"doorkeeper" FROM :"owner";
            REVOKE :"owner" FROM CURRENT_USER;
            """,
            variables,
        )
    )


def _migrate(connection: "Connection[Any]", variables: Mapping[str, str]) -> int:
    """Apply the migrations that have not been; return the number of the last."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS team")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS team.migration "
        "(number integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now())"
    )
    applied = {number for (number,) in connection.execute("SELECT number FROM team.migration").fetchall()}
    migrations = list_migrations()
    if applied and max(applied) > migrations[-1][0]:
        raise NewerProgramNeeded(_("A newer version of the program made this team: update the program."))
    for number, name, text in migrations:
        if number not in applied:
            connection.execute(_fill(text, variables))
            connection.execute("INSERT INTO team.migration (number, name) VALUES (%s, %s)", (number, name))
    return migrations[-1][0]


def _require_program(connection: "Connection[Any]", oldest: str) -> None:
    """Let no program that is older than this version meet the team; never lower what is required already."""
    row = connection.execute("SELECT oldest_program FROM team.team").fetchone()
    assert row is not None
    check_program(row[0])
    if oldest:
        with _without_row_security(connection, ("team",)):
            connection.execute("UPDATE team.team SET oldest_program = %s", (oldest,))


@contextlib.contextmanager
def _without_row_security(connection: "Connection[Any]", tables: Sequence[str]) -> Iterator[None]:
    """Let the owner change tables as no member: within the transaction, which nobody else sees."""
    for table in tables:
        connection.execute(f"ALTER TABLE team.{table} NO FORCE ROW LEVEL SECURITY")
    yield
    for table in tables:
        connection.execute(f"ALTER TABLE team.{table} FORCE ROW LEVEL SECURITY")


def _found_team(
    connection: "Connection[Any]", team: str, name: str, variables: Mapping[str, str], lead: Member
) -> None:
    """Add the row of the team and its lead; the row-level security asks for a member, and there is none yet."""
    prefix = variables["login_prefix"]
    with _without_row_security(connection, ("team", "member", "login")):
        connection.execute("INSERT INTO team.team (uid, name, login_prefix) VALUES (%s, %s, %s)", (team, name, prefix))
        connection.execute("INSERT INTO team.member (uid, name, role) VALUES (%s, %s, 'lead')", (lead.uid, lead.name))
        connection.execute(
            "INSERT INTO team.login (login, member, joined) VALUES (%s, %s, now())", (prefix + lead.uid, lead.uid)
        )


def _make_login(connection: "Connection[Any]", login: str, password: str, variables: Mapping[str, str]) -> None:
    """Make the login of the lead, as the doorkeeper, who can then change it."""
    verifier = build_verifier(connection, password)
    connection.execute(
        _fill(
            """
            GRANT :"doorkeeper" TO CURRENT_USER;
            SET LOCAL ROLE :"doorkeeper";
            SELECT team.save_login(:'login', :'verifier', 'infinity');
            RESET ROLE;
            REVOKE :"doorkeeper" FROM CURRENT_USER;
            """,
            {**variables, "login": login, "verifier": verifier},
        )
    )


def _fill(text: str, variables: Mapping[str, str]) -> str:
    """Put names (:"x") and texts (:'x') into SQL, as psql does."""

    def quote(match: re.Match[str]) -> str:
        mark, value = match[1], variables[match[2]]
        assert "\0" not in value
        assert "\\" not in value
        return mark + value.replace(mark, mark * 2) + mark

    return _VARIABLE.sub(quote, text)
