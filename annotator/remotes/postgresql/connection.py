"""Connections to a PostgreSQL server: encrypted, with a time limit for all that they wait for.

Errors say what happened, and nothing that was sent: an article's text is in no message, and so in no log.
"""

import contextlib
import logging
import os
import tempfile
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from annotator import optional_packages
from annotator.i18n import _
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.remote import (
    AccessDenied,
    LeadNeeded,
    NewerProgramNeeded,
    OtherTeam,
    RemoteError,
    RemoteWentBack,
    RoleChanged,
    Unreachable,
)

if TYPE_CHECKING:
    from psycopg import Connection, Error

_log = logging.getLogger(__name__)
_CONNECT_SECONDS: Final = 15
_KEEPALIVES: Final = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_UNACKNOWLEDGED_MS: Final = 60_000
_TIMEOUTS: Final = "-c statement_timeout=300s -c lock_timeout=60s -c idle_in_transaction_session_timeout=300s"
_PROGRAM: Final = "annotator"
_DENIALS: Final = ("authentication failed", "is not permitted to log in", "permission denied for database")
"""What a server says, in English, that lets somebody in no more; libpq has no codes for it."""


class TlsFailure(Enum):
    """Why libpq gave a connection up before anything secret was sent."""

    OTHER_CERTIFICATE = auto()
    NO_TLS = auto()


def connect(address: ServerAddress, password: str) -> "Connection[Any]":
    """Connect as a member. Raises Unreachable, AccessDenied, OtherTeam for another certificate, and RemoteError."""
    check_installed()
    import psycopg  # late: an optional package

    with certificate_file(address.certificate) as path, translating_errors():
        return psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=address.database,
            user=address.login,
            password=password,
            sslmode="verify-full",
            sslrootcert=path,
            channel_binding="require",
            passfile=os.devnull,
            gssencmode="disable",
            autocommit=True,
            prepare_threshold=None,
            **common_parameters(),
        )


def common_parameters() -> dict[str, Any]:
    """Return the parameters that hold for every connection."""
    return {
        "connect_timeout": _CONNECT_SECONDS,
        "tcp_user_timeout": _UNACKNOWLEDGED_MS,
        "options": _TIMEOUTS,
        "application_name": _PROGRAM,
        "client_encoding": "UTF8",
        **_KEEPALIVES,
    }


def check_installed() -> None:
    """Raise RemoteError where psycopg is missing."""
    if not optional_packages.is_installed("psycopg"):
        raise RemoteError(optional_packages.explain_missing("psycopg", "team"))


def build_verifier(connection: "Connection[Any]", password: str) -> str:
    """Return what a server keeps of a password: nobody can log in by it."""
    verifier: bytes = connection.pgconn.encrypt_password(password.encode(), b"", b"scram-sha-256")
    return verifier.decode()


@contextlib.contextmanager
def certificate_file(certificate: str | None) -> Iterator[str]:
    """Yield the path of a file with certificates, which libpq reads: without any, those of the public authorities.

    The libpq in psycopg's wheels looks for the system's where no system has them, in /usr/lib/psycopg-openssl.
    """
    if certificate is None:
        import certifi  # late: rarely needed

        yield certifi.where()
        return
    with tempfile.TemporaryDirectory(prefix="annotator-") as folder:
        path = Path(folder) / "authority.pem"
        path.write_text(certificate, encoding="ascii", newline="\n")
        yield str(path)


@contextlib.contextmanager
def translating_errors() -> Iterator[None]:
    """Turn errors of psycopg into RemoteErrors."""
    import psycopg  # late: an optional package

    try:
        yield
    except psycopg.Error as error:
        # Without the original: its text may quote what was sent.
        _log.warning("the server refuses: %s %s", type(error).__name__, error.sqlstate)
        raise explain_database_error(error) from None


def explain_database_error(error: "Error") -> RemoteError:
    """Return what an error means to the user: AN… are errors of the server's functions."""
    import psycopg  # late: an optional package

    match error.sqlstate:
        case "AN003":
            return AccessDenied(_("You are not a member of this team, or not any more. Ask its lead."))
        case "AN004":
            return AccessDenied(_("Your role in the team does not allow this."))
        case "AN005":
            return RemoteWentBack(_("The server was restored from an older backup."))
        case "AN006":
            return RemoteError(_("The server does not accept this."))
        case "AN007":
            return LeadNeeded(_("The team needs a lead: make somebody else a lead first."))
        case "AN008":
            return RoleChanged(_("Your role in the team has changed meanwhile. Sync again."))
        case "42501":  # what is asked of roles in a team is AN004, so this is about the roles of the server
            message = _(
                "A right is missing at the server, as after a move to a newer PostgreSQL. Ask who administers it: "
                "docs/team-server.md says what to type, under “A newer Debian”."
            )
            return RemoteError(message)
        case "42883" | "3F000":
            message = _("The database has no team, or one of another version of the program.")
            return NewerProgramNeeded(message)
        case None if isinstance(error, psycopg.OperationalError):
            return _explain_connection_error(error)
        case "28P01" | "28000":
            return AccessDenied(_("The server does not accept the password."))
        case "53100" | "53200" | "53300" | "57014" | "57P01" | "57P02" | "57P03" | "55P03" | "25P03":
            return Unreachable(_("The server is busy, full or being restarted. What you do is kept, and sent later."))
    return RemoteError(_("The server cannot do this: error {code}.").format(code=error.sqlstate))


def find_tls_failure(error: "Error") -> TlsFailure | None:
    """Return which failure of the encryption an error of connecting is, if any."""
    text = str(error)
    if "certificate verify failed" in text or "does not match host name" in text:
        return TlsFailure.OTHER_CERTIFICATE  # or one that has expired: libpq does not say
    return TlsFailure.NO_TLS if "channel binding" in text or "does not support SSL" in text else None


def _explain_connection_error(error: "Error") -> RemoteError:
    """Return what it means that a connection failed, for which libpq has no codes."""
    match find_tls_failure(error):
        case TlsFailure.OTHER_CERTIFICATE:
            message = _(
                "The server cannot prove that it is the one of this team: its certificate is another "
                "one, or has expired. Ask the lead; if it was changed on purpose, you need a new invitation."
            )
            return OtherTeam(message)
        case TlsFailure.NO_TLS:
            return OtherTeam(_("The server does not protect the connection as that of this team does."))
    text, connection = str(error), error.pgconn
    if connection is not None and connection.needs_password:
        return AccessDenied(_("The server asks for a password."))
    if "database" in text and "does not exist" in text:
        return OtherTeam(_("The server has no database of this team, or not any more."))
    if any(words in text for words in _DENIALS):
        return AccessDenied(_("The server does not accept the password, or you are not a member any more."))
    return Unreachable(_("The server cannot be reached."))
