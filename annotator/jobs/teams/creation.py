"""Making a team, and bringing its database up to this version."""

from pathlib import Path

from annotator.device_key import device_uid
from annotator.jobs.teams.belonging import belong_to_team, find_own_person, refuse_other_team
from annotator.jobs.teams.joining import JoinedTeam
from annotator.jobs.teams.locations import is_server
from annotator.model.identities import person_uid
from annotator.model.records import new_uid
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import FolderAddress
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import LEAD, Member
from annotator.store.corpus import Corpus


def create_team(
    location: str, name: str, *, own_name: str, corpus: Corpus | None = None, password: str | None = None
) -> JoinedTeam:
    """Make a team at a database (URL) or in a folder, whose lead is whoever works here, and let a corpus belong to it.

    `password` is that of the URL where it has none. The first sync brings what the corpus has to the remote. Raises
    CorpusError, AccessDenied, InvalidEdit.
    """
    if corpus:
        refuse_other_team(corpus)
    own = find_own_person(corpus, own_name) if corpus else None
    uid, member_name = (own.uids[0], own.name) if own else (person_uid(device_uid(), own_name), own_name)
    lead, team = Member(uid, member_name, LEAD), new_uid()
    place = None
    if is_server(location):
        from annotator.remotes.postgresql import administration  # late: an optional package

        new_password = memberships.generate_password()
        address = administration.create(location, password, team=team, name=name, lead=lead, lead_password=new_password)
        membership = Membership(team, name, uid, member_name, LEAD, address)
        place = memberships.save_password(membership, new_password)
    else:
        folder = resolve_path(Path(location))
        FolderRemote.create(folder, team=team, name=name, lead=lead).close()
        membership = Membership(team, name, uid, member_name, LEAD, FolderAddress(str(folder)))
    memberships.save_membership(membership)
    if corpus:
        membership = belong_to_team(corpus, membership)
    return JoinedTeam(membership, place)


def upgrade_team(location: str, password: str | None = None, *, oldest: str = "") -> int:
    """Bring the database of a team up to this version of the program; return its version.

    `oldest` is the version of the oldest program that may meet the team from now on, "" for what it was. Raises
    RemoteError.
    """
    from annotator.remotes.postgresql import administration  # late: an optional package

    return administration.upgrade(location, password, oldest=oldest)
