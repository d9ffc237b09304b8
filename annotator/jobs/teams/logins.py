"""Shutting a login of this computer that is not needed any more, and saying what stays of it."""

from annotator.i18n import _
from annotator.jobs.teams.connecting import close_login
from annotator.remotes import memberships
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.memberships import KeyringEntry, Membership
from annotator.remotes.remote import AccessDenied, RemoteError


def shut_login(membership: Membership) -> RemoteError | None:
    """Shut the login of a membership at the server; return why it stays open, if it does."""
    if not isinstance(membership.address, ServerAddress):
        return None
    try:
        password = memberships.load_password(membership)
    except AccessDenied as error:
        return error
    try:
        close_login(membership.address, password)
    except AccessDenied:
        return None  # it was shut before, as where the member was revoked
    except RemoteError as error:
        return error
    return None


def explain_failure(reason: RemoteError) -> str:
    """Say why a login could not be shut."""
    return _("Its password cannot be read here.") if isinstance(reason, AccessDenied) else str(reason)


def explain_keyring_entry(entry: KeyringEntry) -> str:
    """Say which password may stay in a keyring, and what to do."""
    message = _(
        "The keyring of this system is locked or cannot be reached, and a password for the team may stay in it: "
        "that of “{user}” for “{program}”. Unlock the keyring, and delete it there."
    )
    return message.format(user=entry.username, program=entry.service)
