"""Making a team, and bringing its database up to this version."""

from pathlib import Path

from msgspec.structs import replace

from annotator.device_key import device_uid
from annotator.jobs.teams.belonging import belong_to_team, find_own_person, refuse_other_team
from annotator.jobs.teams.connecting import open_server
from annotator.jobs.teams.joining import JoinedTeam
from annotator.jobs.teams.locations import is_server
from annotator.model.identities import new_identity, person_uid
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.administration import TeamExists
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import Address, FolderAddress, ServerAddress, place_key
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import LEAD, AccessDenied, Member, PasswordLocked, Unreachable
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError


def create_team(
    location: str, name: str, *, own_name: str, corpus: Corpus | None = None, password: str | None = None
) -> JoinedTeam:
    """Make a team at a database (URL) or in a folder, whose lead is whoever works here, and let a corpus belong to it.

    `password` is that of the URL where it has none. The first sync brings what the corpus has to the remote. What was
    interrupted is completed by the same call: the password is saved before the team counts. Raises CorpusError,
    AccessDenied, InvalidEdit.
    """
    if corpus:
        refuse_other_team(corpus)
    own = find_own_person(corpus, own_name) if corpus else None
    uid, member_name = (own.uids[0], own.name) if own else (person_uid(device_uid(), own_name), own_name)
    lead = Member(uid, member_name, LEAD)
    if is_server(location):
        result = _create_at_server(location, password, name, lead)
    else:
        result = JoinedTeam(_create_in_folder(resolve_path(Path(location)), name, lead))
    membership = result.membership
    memberships.save_membership(membership)
    if corpus:
        membership = belong_to_team(corpus, membership, own_name=own_name)
    _forget_attempts(membership)
    return replace(result, membership=membership)


def _create_at_server(location: str, password: str | None, name: str, lead: Member) -> JoinedTeam:
    """Make a team in a database, or find the one there that an earlier attempt made whose answer was lost."""
    from annotator.remotes.postgresql import administration  # late: an optional package

    team, lead_password = new_identity(), memberships.generate_password()
    attempt, place = None, None

    def save(address: ServerAddress) -> None:
        nonlocal attempt, place
        attempt = _build_lead(team, name, lead, address)
        place = memberships.save_attempt(attempt, lead_password)

    try:
        address = administration.create(
            location, password, team=team, name=name, lead=lead, lead_password=lead_password, before_change=save
        )
    except CorpusError as error:
        if attempt and not isinstance(error, Unreachable):  # else it may have been made all the same
            memberships.forget_attempt(attempt)
        if isinstance(error, TeamExists) and (result := _find_interrupted_team(error)):
            return result
        raise
    return JoinedTeam(_build_lead(team, name, lead, address), place)


def _find_interrupted_team(error: TeamExists) -> JoinedTeam | None:
    """Return the team in a database if an earlier attempt of this computer made it. Raises PasswordLocked."""
    attempt = _find_attempt(error)
    if attempt is None:
        return None
    assert isinstance(error.address, ServerAddress)
    assert isinstance(attempt.address, ServerAddress)
    address = replace(error.address, login=attempt.address.login)
    membership = replace(attempt, address=address)
    try:
        password = memberships.load_password(membership)
        with open_server(address, password) as remote:
            welcome = remote.welcome()
    except PasswordLocked:
        raise
    except AccessDenied:
        return None  # it is another team
    return JoinedTeam(replace(membership, name=welcome.name), memberships.save_password(membership, password))


def _create_in_folder(folder: Path, name: str, lead: Member) -> Membership:
    """Make a team in a folder, or complete the one there that an earlier attempt began."""
    address = FolderAddress(str(folder))
    attempt = _build_lead(new_identity(), name, lead, address)
    memberships.save_attempt(attempt)
    try:
        return _complete_folder(folder, attempt)
    except TeamExists as error:
        memberships.forget_attempt(attempt)
        earlier = _find_attempt(error)
        if earlier is None:
            raise
    return _complete_folder(folder, replace(earlier, address=address))


def _complete_folder(folder: Path, membership: Membership) -> Membership:
    """Make what there is not yet of a team in a folder; return its lead. Raises TeamExists for another team."""
    lead = Member(membership.member, membership.member_name, LEAD)
    with FolderRemote.create(folder, team=membership.team, name=membership.name, lead=lead) as remote:
        return replace(membership, name=remote.welcome().name)


def _find_attempt(error: TeamExists) -> Membership | None:
    """Return the lead of a team if this computer began to make it, however its address was spelled then."""
    if not error.team:
        return None
    attempts = (each for each in memberships.list_attempts() if each.team.startswith(error.team))
    return next((each for each in attempts if isinstance(each.address, type(error.address))), None)


def _forget_attempts(membership: Membership) -> None:
    """Forget that a team was being made, and earlier attempts at the same place, of which nothing came."""
    memberships.forget_attempt(membership)
    for attempt in memberships.list_attempts():
        if place_key(attempt.address) == place_key(membership.address):
            memberships.forget_attempt(attempt)


def _build_lead(team: str, name: str, lead: Member, address: Address) -> Membership:
    return Membership(team, name, lead.uid, lead.name, LEAD, address)


def upgrade_team(location: str, password: str | None = None, *, oldest: str = "") -> int:
    """Bring the database of a team up to this version of the program; return its version.

    `oldest` is the version of the oldest program that may meet the team from now on, "" for what it was. Raises
    RemoteError.
    """
    from annotator.remotes.postgresql import administration  # late: an optional package

    return administration.upgrade(location, password, oldest=oldest)
