"""Opening the remote of a team as the member who works on this computer."""

from pathlib import Path

from msgspec.structs import replace

from annotator.i18n import _
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.administration import AdministeredRemote
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import FolderAddress, ServerAddress
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import LEAD, RemoteError
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.team import read_team


def find_membership(corpus: Corpus) -> Membership:
    """Return who works on a corpus in which team. Raises RemoteError for one that belongs to none."""
    team = read_team(corpus)
    if team is None:
        raise RemoteError(_("“{path}” belongs to no team.").format(path=corpus.path))
    membership = memberships.load_membership(team.uid, team.member)
    if membership is None:
        message = _("This computer does not know how to reach the team “{team}”: join it here with an invitation.")
        raise RemoteError(message.format(team=team.name))
    path = str(resolve_path(corpus.path))
    if membership.corpus != path:
        membership = replace(membership, corpus=path)
        memberships.save_membership(membership)
    return membership


def open_remote(corpus: Corpus) -> AdministeredRemote:
    """Open the remote of the team that a corpus belongs to. Raises RemoteError."""
    return open_membership(find_membership(corpus))


def open_membership(membership: Membership) -> AdministeredRemote:
    """Open the remote of a team that this computer belongs to. Raises RemoteError."""
    match membership.address:
        case FolderAddress() as address:
            return FolderRemote.open(Path(address.folder), membership.member)
        case ServerAddress() as address:
            return open_server(address, memberships.load_password(membership))


def open_server(address: ServerAddress, password: str) -> AdministeredRemote:
    from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote  # late: an optional package

    return PostgresqlRemote.open(address, password)


def close_login(address: ServerAddress, password: str) -> None:
    """Shut a login at its server. Raises RemoteError."""
    from annotator.remotes.postgresql.team_server import TeamServer  # late: an optional package

    with TeamServer.open(address, password) as server:
        server.close_login()


def choose_membership(name: str | None = None, *, wants_lead: bool = False) -> Membership:
    """Return the membership of this computer in the team of this name, or in its only team. Raises CorpusError.

    Where it has several in one team, that of a lead comes first if one is wanted.
    """
    everywhere = memberships.list_memberships()
    matches = [each for each in everywhere if name in (None, each.name, each.team)]
    if not matches:
        if name is None:
            raise CorpusError(_("This computer belongs to no team."))
        raise CorpusError(_("This computer belongs to no team “{team}”.").format(team=name))
    if len({each.team for each in matches}) > 1:
        names = _(", ").join(f"“{each.name}”" for each in matches)
        message = _("This computer belongs to several teams, {teams}: name one with --team.")
        raise CorpusError(message.format(teams=names))
    leads = [each for each in matches if each.role == LEAD]
    return (leads or matches)[0] if wants_lead else matches[0]
