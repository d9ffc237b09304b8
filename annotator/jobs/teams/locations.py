"""Where a team meets: a database or a folder."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from annotator.i18n import _
from annotator.paths import resolve_path

_SCHEMES: Final = ("postgresql://", "postgres://")


def is_server(location: str) -> bool:
    """Return whether a location is the URL of a PostgreSQL database, rather than a folder."""
    return location.lower().startswith(_SCHEMES)


def has_password(url: str) -> bool:
    """Return whether the URL of a database has a password."""
    parts = urlsplit(url)
    return bool(parts.password or parse_qs(parts.query).get("password"))


def explain_unproven(url: str) -> str | None:
    """Return the warning for a URL by which another server could be taken for its own. Raises RemoteError."""
    from annotator.remotes.postgresql import administrator_url  # late: an optional package

    return administrator_url.explain_unproven(url)


def is_local_folder(folder: str) -> bool:
    """Return whether a path out of a stranger's file is that of a folder on a drive of this computer.

    Windows would send the user's name and a proof of the password to any server that a path names.
    """
    path = Path(folder)
    return path.is_absolute() and not folder.startswith(("\\\\", "//")) and path.is_dir()


def name_team(location: str, corpus: Path | None) -> str:
    """Return a name for a team: that of the corpus, or of the folder or database."""
    if corpus:
        return corpus.stem
    if is_server(location):
        parts = urlsplit(location)
        return unquote(parts.path.strip("/")) or parts.hostname or _("Team")
    return resolve_path(Path(location)).name or _("Team")
