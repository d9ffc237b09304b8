"""Joining a team by an invitation."""

import logging
from collections.abc import Generator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from annotator import settings
from annotator.i18n import _
from annotator.jobs.teams.belonging import belong_to_team, refuse_other_team
from annotator.jobs.teams.connecting import open_membership, open_server
from annotator.jobs.teams.logins import explain_failure, explain_keyring_entry, shut_login
from annotator.model.date_display import format_local_time
from annotator.model.labels import LabelSet
from annotator.remotes import memberships
from annotator.remotes.invitation import Address, Invitation, ServerAddress, place_key
from annotator.remotes.memberships import KeyringEntry, Membership, PasswordPlace
from annotator.remotes.remote import AccessDenied, OtherTeam, PasswordLocked, RemoteError
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus

_log = logging.getLogger(__name__)


class JoinedTeam(Struct, frozen=True):
    """A team that this computer has joined, and where the password is, if the team has any.

    Where it was in the team before, that login is shut and its password forgotten, unless `open_login` says why not,
    and `keyring_entry` what may stay where.
    """

    membership: Membership
    password_place: PasswordPlace | None = None
    open_login: RemoteError | None = None
    keyring_entry: KeyringEntry | None = None


def join_team(invitation: Invitation, path: Path) -> Generator[tuple[int, int], None, JoinedTeam]:
    """Join a team with the corpus at a path, a new one or one on which the person has worked already.

    Whoever works on this computer is the invited member from now on. Yields (done, total). Raises CorpusError.
    """
    own_name = settings.load().annotator_name
    address, member = invitation.address, invitation.member
    membership = Membership(invitation.team, invitation.name, member.uid, member.name, member.role, address)
    if path.exists():
        with Corpus.open(path) as corpus:
            refuse_other_team(corpus, membership)
    place, former = None, None
    yield 0, 3
    if isinstance(address, ServerAddress):
        former = _find_former(membership, address)
        with memberships.locking_passwords():
            place = _change_secret(membership, address, invitation)
    yield 1, 3
    with open_membership(membership) as remote:
        welcome = remote.welcome()
    if welcome.team != invitation.team:
        message = _("In “{address}” is another team than the one that you are invited to.")
        raise OtherTeam(message.format(address=address))
    membership = replace(membership, name=welcome.name, role=welcome.member.role)
    memberships.save_membership(membership)
    open_login, entry = None, None
    if former:  # only now: the new login is known to work
        open_login, entry = shut_login(former), memberships.forget_login(former)
    yield 2, 3
    if not path.exists():
        with new_file(path) as temporary:
            Corpus.create(temporary, LabelSet(())).close()  # the team has the labels
    with Corpus.open(path) as corpus:
        membership = belong_to_team(corpus, membership, welcome, own_name)
    return JoinedTeam(membership, place, open_login, entry)


def explain_former_login(joined: JoinedTeam) -> list[str]:
    """Say what stays of the login by which this computer was in the team before, a sentence or two each."""
    sentences = []
    if joined.open_login:
        message = _(
            "The former login of this computer stays open at the server. {reason} If somebody else may have its "
            "password, ask a lead of the team to revoke you and to invite you again, which shuts out all your "
            "computers first."
        )
        sentences.append(message.format(reason=explain_failure(joined.open_login)))
    if joined.keyring_entry:
        sentences.append(explain_keyring_entry(joined.keyring_entry))
    return sentences


def explain_move(invitation: Invitation) -> str | None:
    """Return the warning for an invitation to a team of this computer that names another place than it meets at.

    It may be anybody's: who joins by it sends their work there, and shuts the login that they have.
    """
    former = _load_former(invitation.team, invitation.member.uid)
    if former is None or _describe_place(former.address) == _describe_place(invitation.address):
        return None
    message = _(
        "This computer is in the team already, which meets here: {former}. The invitation names another server or "
        "folder, or another certificate of the server: {address}. Join only if a lead of the team has told you that "
        "it has moved."
    )
    return message.format(former=former.address, address=invitation.address)


def find_joined_corpus(invitation: Invitation) -> Path | None:
    """Return the corpus with which this computer is in the team already, at the place that the invitation names."""
    former = _load_former(invitation.team, invitation.member.uid)
    if former is None or not former.corpus or explain_move(invitation):
        return None
    path = Path(former.corpus)
    return path if path.is_file() else None


def _describe_place(address: Address) -> tuple[tuple[str, ...], str | None]:
    return place_key(address), address.certificate if isinstance(address, ServerAddress) else None


def _change_secret(membership: Membership, address: ServerAddress, invitation: Invitation) -> PasswordPlace:
    """Change the secret of an invitation for a password that only this computer has; return where that is.

    A login has one password, which is saved before it is sent, and used again by the next attempt. So none that the
    server may have is replaced, whatever fails: neither this one, where only the answer was lost, nor that of the login
    by which this computer is in the team already.
    """
    from annotator.remotes.postgresql import administration, connection  # late: an optional package

    earlier_password: str | None = None
    is_locked = False
    try:
        earlier_password = memberships.load_password(membership)
    except AccessDenied as error:
        is_locked = isinstance(error, PasswordLocked)
        if is_locked and _has_login(_load_former(membership.team, membership.member), address.login):
            raise _explain_locked() from error  # whatever server this is, it gives that login no other password
    password = earlier_password or memberships.generate_password()
    try:
        with closing(connection.connect(address, invitation.secret)) as door:
            place = memberships.save_password(membership, password)
            administration.enter(door, password)
    except AccessDenied as error:
        if is_locked:
            raise _explain_locked() from error
        if earlier_password is None or not _opens(address, earlier_password):
            raise _explain_refusal(invitation) from error
        place = memberships.save_password(membership, earlier_password)
    return place


def _opens(address: ServerAddress, password: str) -> bool:
    try:
        open_server(address, password).close()
    except AccessDenied:
        return False
    return True


def _explain_refusal(invitation: Invitation) -> AccessDenied:
    """Return why an invitation is not accepted."""
    if datetime.fromisoformat(invitation.until) < datetime.now(UTC):
        message = _("The invitation was good until {time}: ask for a new one.")
        return AccessDenied(message.format(time=format_local_time(invitation.until)))
    return AccessDenied(_("The invitation is not accepted: it was used already, or taken back. Ask for a new one."))


def _explain_locked() -> PasswordLocked:
    """Return why a spent invitation may be no reason to ask for another one."""
    message = _(
        "The invitation is not accepted any more. If you used it on this computer, your password is in the keyring of "
        "this system, which is locked: unlock it, then try again. Otherwise ask for a new invitation."
    )
    return PasswordLocked(message)


def _find_former(membership: Membership, address: ServerAddress) -> Membership | None:
    """Return how this computer was in the team before, if by another login."""
    former = _load_former(membership.team, membership.member)
    return None if _has_login(former, address.login) else former


def _load_former(team: str, member: str) -> Membership | None:
    """Return how this computer was in a team before, None where that is damaged: joining replaces it."""
    try:
        return memberships.load_membership(team, member)
    except RemoteError as error:
        _log.warning("a former login may stay open", exc_info=error)
        return None


def _has_login(membership: Membership | None, login: str) -> bool:
    return bool(membership and isinstance(membership.address, ServerAddress) and membership.address.login == login)
