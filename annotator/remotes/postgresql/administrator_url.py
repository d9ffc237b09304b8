"""The URL of a database, as whoever looks after a server types it: how the server proves there that it is the one."""

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.open_databases import refuse_open_here
from annotator.remotes.postgresql.connection import check_installed
from annotator.remotes.remote import RemoteError
from annotator.store.errors import translating_file_errors

_PROVEN: Final = "verify-full"
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", _PROVEN)
_PUBLIC: Final = "system"  # as libpq says it
_FILES: Final = ("sslcert", "sslkey", "sslcrl", "passfile")  # that libpq itself opens


class AdministratorUrl(Struct, frozen=True):
    """What the URL of a database says of the proof: libpq's `sslmode`, and the authority (PEM), None for public ones.

    The `host` is a path, or "", where the database is reached by a Unix socket.
    """

    host: str
    mode: str
    certificate: str | None

    @property
    def is_proven(self) -> bool:
        """Return whether the server must prove its name."""
        return self.mode == _PROVEN

    @property
    def is_socket(self) -> bool:
        """Return whether nothing goes over a network. libpq then looks at no mode."""
        return self.host.startswith(("/", "@")) or (not self.host and os.name != "nt")


def read_url(location: str) -> AdministratorUrl:
    """Read the URL of a database, beside PGHOST and PGSSLROOTCERT. Raises RemoteError.

    PGSSLMODE does not count: only who types the URL may do without the proof, and is told so. Raises CorpusError for a
    file that is an open corpus.
    """
    check_installed()
    import psycopg  # late: an optional package
    from psycopg.conninfo import conninfo_to_dict

    try:
        parameters = conninfo_to_dict(location)
    except psycopg.Error:
        parameters = {"sslmode": ""}
    mode = str(parameters.get("sslmode", _PROVEN))
    if mode not in _MODES:
        raise RemoteError(_("The URL of the database is not valid; it is like postgresql://USER@HOST/DATABASE."))
    for name in _FILES:
        if value := parameters.get(name):
            with translating_file_errors(Path(str(value))):
                refuse_open_here(Path(str(value)))
    host = parameters.get("host") or parameters.get("hostaddr") or os.environ.get("PGHOST", "")
    path = str(parameters.get("sslrootcert") or os.environ.get("PGSSLROOTCERT") or _PUBLIC)
    return AdministratorUrl(str(host), mode, None if path == _PUBLIC else _read_certificate(Path(path)))


def explain_unproven(location: str) -> str | None:
    """Return the warning for a URL that lets a server do without the proof of its name, None for another one."""
    url = read_url(location)
    if url.is_socket or url.is_proven:
        return None
    message = _(
        "The URL says “sslmode={mode}”: “{host}” need not prove its name, and may be another server. "
        "Do this only in a network that you trust."
    )
    return message.format(mode=url.mode, host=url.host)


def _read_certificate(path: Path) -> str:
    try:
        refuse_open_here(path)
        return path.read_text(encoding="ascii")
    except OSError as error:
        message = _("The certificate “{path}” cannot be read: {reason}.")
        raise RemoteError(message.format(path=path, reason=explain_os_error(error))) from error
    except UnicodeDecodeError as error:
        raise RemoteError(_("“{path}” is no certificate in PEM.").format(path=path)) from error
