"""Making a team, inviting people to it, joining it and leaving it."""

from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from secrets import token_urlsafe
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from annotator import settings
from annotator.device_key import device_uid
from annotator.i18n import _
from annotator.jobs.assignment import name_batch, read_holdings
from annotator.jobs.syncing import sync
from annotator.model.annotator_names import explain_gold_name
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import derive_uid, person_uid
from annotator.model.labels import LabelSet
from annotator.model.records import new_uid
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.administration import AdministeredRemote, Offer
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import FolderAddress, Invitation, InvitedMember, ServerAddress, write_invitation
from annotator.remotes.memberships import Membership, PasswordPlace
from annotator.remotes.remote import (
    LEAD,
    AccessDenied,
    Member,
    OtherTeam,
    Remote,
    RemoteError,
    Welcome,
)
from annotator.store.changesets import read_people
from annotator.store.copying import new_file
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.merging import merge
from annotator.store.queries import team as team_rows
from annotator.store.queries.article_list import count_articles
from annotator.store.queries.gold import find_gold
from annotator.store.queries.team import Team, count_pending, read_team

_SCHEMES: Final = ("postgresql://", "postgres://")
_PASSWORD_BYTES: Final = 32


class JoinedTeam(Struct, frozen=True):
    """A team that this computer has joined, and where the password is, if the team has any."""

    membership: Membership
    password_place: PasswordPlace | None = None


class TeamStatus(Struct, frozen=True):
    """How a team stands: `pending` steps of the `member` wait; `synced` is the time of the last sync (UTC), if any.

    `members` counts those who are in it, None if the remote could not be reached, for the reason in `error`.
    """

    team: str
    name: str
    address: str
    member: str
    role: str
    corpus: str | None
    synced: str | None
    pending: int
    members: int | None = None
    error: str | None = None


# Where a team meets


def is_server(location: str) -> bool:
    """Return whether a location is the URL of a PostgreSQL database, rather than a folder."""
    return location.lower().startswith(_SCHEMES)


def has_password(url: str) -> bool:
    """Return whether the URL of a database has a password."""
    parts = urlsplit(url)
    return bool(parts.password or parse_qs(parts.query).get("password"))


def name_team(location: str, corpus: Path | None) -> str:
    """Return a name for a team: that of the corpus, or of the folder or database."""
    if corpus:
        return corpus.stem
    if is_server(location):
        parts = urlsplit(location)
        return unquote(parts.path.strip("/")) or parts.hostname or _("Team")
    return resolve_path(Path(location)).name or _("Team")


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
            return _open_server(address, memberships.load_password(membership))


def _open_server(address: ServerAddress, password: str) -> AdministeredRemote:
    from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote  # late: an optional package

    return PostgresqlRemote.open(address, password)


def choose_membership(name: str | None = None, *, wants_lead: bool = False) -> Membership:
    """Return the membership of this computer in the team of this name, or in its only team. Raises CorpusError.

    Where it has several in one team, that of a lead comes first if one is wanted.
    """
    everywhere = memberships.list_memberships()
    chosen = [each for each in everywhere if name in (None, each.name, each.team)]
    if not chosen:
        if name is None:
            raise CorpusError(_("This computer belongs to no team."))
        raise CorpusError(_("This computer belongs to no team “{team}”.").format(team=name))
    if len({each.team for each in chosen}) > 1:
        names = _(", ").join(f"“{each.name}”" for each in chosen)
        message = _("This computer belongs to several teams, {teams}: name one with --team.")
        raise CorpusError(message.format(teams=names))
    leads = [each for each in chosen if each.role == LEAD]
    return (leads or chosen)[0] if wants_lead else chosen[0]


def is_local_folder(folder: str) -> bool:
    """Return whether a path out of a stranger's file is that of a folder on a drive of this computer.

    Windows would send the user's name and a proof of the password to any server that a path names.
    """
    path = Path(folder)
    return path.is_absolute() and not folder.startswith(("\\\\", "//")) and path.is_dir()


def find_member(remote: Remote, name: str) -> Member:
    """Return the member of this name. Raises CorpusError."""
    members = remote.welcome().members
    member = next((member for member in members if member.name == name), None)
    if member is None:
        names = _(", ").join(f"“{member.name}”" for member in members)
        message = _("The team has no member “{name}”; its members are {names}.")
        raise CorpusError(message.format(name=name, names=names))
    return member


def read_status(membership: Membership) -> TeamStatus:
    """Return how a team stands, as this computer and, if it can be reached, the remote have it."""
    synced, pending = None, 0
    if membership.corpus and Path(membership.corpus).exists():
        with Corpus.open(Path(membership.corpus), readonly=True) as corpus:
            team = read_team(corpus)
            if team is not None and team.uid == membership.team:
                synced, pending = team.synced, count_own_pending(corpus)
    status = TeamStatus(
        membership.team,
        membership.name,
        str(membership.address),
        membership.member_name,
        membership.role,
        membership.corpus or None,
        synced,
        pending,
    )
    try:
        with open_membership(membership) as remote:
            welcome = remote.welcome()
    except RemoteError as error:
        return replace(status, error=str(error))
    count = sum(member.is_active for member in welcome.members)
    return replace(status, name=welcome.name, role=welcome.member.role, members=count)


def count_own_pending(corpus: Corpus) -> int:
    """Return how many steps of the member wait to be sent; none in a corpus of no team."""
    team = read_team(corpus)
    return count_pending(corpus) if team else 0


# Making a team


def create_team(
    location: str, name: str, *, own_name: str, corpus: Corpus | None = None, password: str | None = None
) -> JoinedTeam:
    """Make a team at a database (URL) or in a folder, whose lead is whoever works here, and let a corpus belong to it.

    `password` is that of the URL where it has none. The first sync brings what the corpus has to the remote. Raises
    CorpusError, AccessDenied, InvalidEdit.
    """
    if corpus:
        _refuse_other_team(corpus)
    own = find_own_person(corpus, own_name) if corpus else None
    uid, member_name = (own.uids[0], own.name) if own else (person_uid(device_uid(), own_name), own_name)
    lead, team = Member(uid, member_name, LEAD), new_uid()
    place = None
    if is_server(location):
        from annotator.remotes.postgresql import administration  # late: an optional package

        new_password = token_urlsafe(_PASSWORD_BYTES)
        address = administration.create(location, password, team=team, name=name, lead=lead, lead_password=new_password)
        membership = Membership(team, name, uid, member_name, LEAD, address)
        place = memberships.save_password(membership, new_password)
    else:
        folder = resolve_path(Path(location))
        FolderRemote.create(folder, team=team, name=name, lead=lead).close()
        membership = Membership(team, name, uid, member_name, LEAD, FolderAddress(str(folder)))
    memberships.save_membership(membership)
    if corpus:
        membership = _belong_to_team(corpus, membership)
    return JoinedTeam(membership, place)


def upgrade_team(location: str, password: str | None = None) -> int:
    """Bring the database of a team up to this version of the program; return its version. Raises RemoteError."""
    from annotator.remotes.postgresql import administration  # late: an optional package

    return administration.upgrade(location, password)


# Inviting and joining


def invite(membership: Membership, name: str, role: str, path: Path) -> Invitation:
    """Add a member to a team, and write the invitation for them to a file. Raises CorpusError."""
    with open_membership(membership) as remote:
        welcome = remote.welcome()
        member = next((member for member in welcome.members if member.name == name), None)
        if member is None:
            member = Member(_find_uid_in_own_corpus(membership, name) or new_uid(), name, role)
        access = remote.invite(replace(member, role=role, is_active=True))
    _describe_in_own_corpus(membership, member)
    address = membership.address
    if isinstance(address, ServerAddress):
        address = replace(address, login=access.login)
    invited = InvitedMember(member.uid, name, role)
    invitation = Invitation(membership.team, welcome.name, invited, address, access.secret, access.until)
    write_invitation(invitation, path)
    return invitation


def join_team(invitation: Invitation, path: Path) -> Generator[tuple[int, int], None, JoinedTeam]:
    """Join a team with the corpus at a path, a new one or one on which the person has worked already.

    Whoever works on this computer is the invited member from now on. Yields (done, total). Raises CorpusError.
    """
    own_name = settings.load().annotator_name
    address, member = invitation.address, invitation.member
    membership = Membership(invitation.team, invitation.name, member.uid, member.name, member.role, address)
    is_new = not path.exists()
    if not is_new:
        with Corpus.open(path) as corpus:
            _refuse_other_team(corpus, membership)
    place = None
    yield 0, 3
    if isinstance(address, ServerAddress):
        place = _change_secret(membership, address, invitation)
    yield 1, 3
    with open_membership(membership) as remote:
        welcome = remote.welcome()
    if welcome.team != invitation.team:
        message = _("In “{address}” is another team than the one that you are invited to.")
        raise OtherTeam(message.format(address=address))
    membership = replace(membership, name=welcome.name, role=welcome.member.role)
    memberships.save_membership(membership)
    yield 2, 3
    if is_new:
        with new_file(path) as temporary:
            Corpus.create(temporary, LabelSet(())).close()  # the team has the labels
    with Corpus.open(path) as corpus:
        membership = _belong_to_team(corpus, membership, welcome, own_name)
    return JoinedTeam(membership, place)


def _change_secret(membership: Membership, address: ServerAddress, invitation: Invitation) -> PasswordPlace:
    """Change the secret of an invitation for a password that only this computer has, which is saved first.

    Where an earlier attempt changed it, and its answer was lost, the saved password opens the remote. Where the
    invitation is not accepted, the password by which this computer is in the team already stays.
    """
    from annotator.remotes.postgresql import administration  # late: an optional package

    older = memberships.load_membership(membership.team, membership.member)
    older_password = _find_password(older) if older else None
    saved_password = _find_password(membership)
    if saved_password is not None:
        try:
            with _open_server(address, saved_password):
                return memberships.save_password(membership, saved_password)
        except AccessDenied:  # as a rule: it is of an older invitation
            pass
    password = token_urlsafe(_PASSWORD_BYTES)
    place = memberships.save_password(membership, password)
    try:
        administration.enter(address, invitation.secret, password)
    except AccessDenied as error:
        if older is None:
            memberships.forget_membership(membership)
        elif older_password is not None:
            memberships.save_password(older, older_password)
        if datetime.fromisoformat(invitation.until) < datetime.now(UTC):
            message = _("The invitation was good until {time}: ask for a new one.")
            raise AccessDenied(message.format(time=invitation.until)) from error
        message = _("The invitation is not accepted: it was used already, or taken back. Ask for a new one.")
        raise AccessDenied(message) from error
    return place


def _find_password(membership: Membership) -> str | None:
    """Return the password of a member, None where this computer does not have it."""
    try:
        return memberships.load_password(membership)
    except AccessDenied:
        return None


def leave_team(corpus: Corpus) -> str:
    """Let a corpus belong to no team any more; return the name of the one that it left. Raises CorpusError.

    The corpus stays as it is. This computer forgets how to reach the team, unless another corpus of it is here.
    """
    team = read_team(corpus)
    if team is None:
        raise CorpusError(_("“{path}” belongs to no team.").format(path=corpus.path))
    team_rows.leave_team(corpus)
    membership = memberships.load_membership(team.uid, team.member)
    if membership and membership.corpus in ("", str(resolve_path(corpus.path))):
        memberships.forget_membership(membership)
    return team.name


def copy_team(membership: Membership, path: Path) -> Generator[tuple[int, int], None, int]:
    """Write all that the member may read of a team to a new corpus that belongs to none; return its articles.

    Closed early, it leaves nothing behind. Raises CorpusError.
    """
    with (
        open_membership(membership) as remote,
        new_file(path) as temporary,
        Corpus.create(temporary, LabelSet(())) as corpus,
    ):
        team_rows.join_team(corpus, _build_team(membership))
        yield from sync(corpus, remote)  # it has nothing to send
        team_rows.leave_team(corpus)
        return count_articles(corpus)


class TeamAdministration:
    """What a lead does with the members of a team; each method returns all members afterwards. Raises CorpusError."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership

    def list_members(self) -> tuple[Member, ...]:
        """Return the members."""
        with open_membership(self.membership) as remote:
            return remote.welcome().members

    def invite(self, name: str, role: str, path: Path) -> tuple[Member, ...]:
        """Write an invitation for somebody, who may be a member already."""
        invite(self.membership, name, role, path)
        return self.list_members()

    def set_role(self, uid: str, role: str) -> tuple[Member, ...]:
        """Give a member another role."""
        with open_membership(self.membership) as remote:
            remote.set_role(uid, role)
            return remote.welcome().members

    def revoke(self, uid: str) -> tuple[Member, ...]:
        """Keep a member out from now on; what they did stays."""
        with open_membership(self.membership) as remote:
            remote.revoke(uid)
            return remote.welcome().members


def offer_articles(
    corpus: Corpus,
    remote: AdministeredRemote,
    *,
    name: str = "",
    double: Fraction = Fraction(0),
    is_blind: bool = False,
    seed: int = 0,
) -> int:
    """Let members claim the articles of a corpus that nobody has, in an order that the seed gives; return how many.

    Raises CorpusError.
    """
    holdings = read_holdings(corpus, corpus.annotators())
    taken = {uid for uid, holders in holdings.holders.items() if holders} | set(remote.list_offered())
    articles = sorted(set(holdings.articles) - taken)
    if not articles:
        return 0
    Random(seed).shuffle(articles)
    batch = derive_uid("offer", str(is_blind), *articles)
    return remote.offer(Offer(batch, name_batch(name), tuple(articles), double, is_blind))


# Who is who


def find_person_uid(corpus: Corpus, name: str) -> str | None:
    """Return the uid by which a team knows the annotator of this name; None for one whom the corpus does not have."""
    uids = next((person.uids for person in read_people(corpus) if person.name == name), ())
    return uids[0] if uids else None


def find_own_person(corpus: Corpus, own_name: str) -> Person | None:
    """Return the annotator who works on this computer under this name; None if nobody has yet."""
    uid = person_uid(device_uid(), own_name)
    return next((person for person in read_people(corpus) if uid in person.uids), None)


def _find_uid_in_own_corpus(membership: Membership, name: str) -> str | None:
    """Return the uid that the lead's corpus has for somebody who is invited."""
    if not membership.corpus or not Path(membership.corpus).exists():
        return None
    with Corpus.open(Path(membership.corpus), readonly=True) as corpus:
        if name == find_gold(corpus):
            raise CorpusError(explain_gold_name(name))
        return find_person_uid(corpus, name)


def _describe_in_own_corpus(membership: Membership, member: Member) -> None:
    """Let the lead's corpus know a member, so that articles can be given to them before they join."""
    if not membership.corpus or not Path(membership.corpus).exists():
        return
    with Corpus.open(Path(membership.corpus)) as corpus:
        for _progress in merge(corpus, Changeset("", people=(Person(member.name, (member.uid,)),))):
            pass


def _refuse_other_team(corpus: Corpus, membership: Membership | None = None) -> None:
    """Raise CorpusError if a corpus belongs to a team, unless as this member of it."""
    team = read_team(corpus)
    if team is not None and not (membership and (team.uid, team.member) == (membership.team, membership.member)):
        message = _("“{path}” belongs to the team “{team}”: leave it first, or choose another corpus.")
        raise CorpusError(message.format(path=corpus.path, team=team.name))


def _belong_to_team(
    corpus: Corpus, membership: Membership, welcome: Welcome | None = None, own_name: str | None = None
) -> Membership:
    """Record that a corpus belongs to a team, and that whoever works here is the member of it."""
    with corpus.transaction():
        _become_member(corpus, membership, welcome.members if welcome else (), own_name)
        team_rows.join_team(corpus, _build_team(membership))
    membership = replace(membership, corpus=str(resolve_path(corpus.path)))
    memberships.save_membership(membership)
    return membership


def _build_team(membership: Membership) -> Team:
    return Team(membership.team, membership.name, str(membership.address), membership.member, membership.role)


def _become_member(corpus: Corpus, membership: Membership, members: Sequence[Member], own_name: str | None) -> None:
    """Give the uid of the member to the annotator who works here; add one where nobody has worked yet."""
    own = find_own_person(corpus, own_name) if own_name is not None else None
    if own:
        others = {member.uid: member for member in members if member.uid != membership.member}
        if other := next((others[uid] for uid in own.uids if uid in others), None):
            message = _("“{name}”, who works on this computer, is in the team already, as “{other}”.")
            raise CorpusError(message.format(name=own.name, other=other.name))
    person = Person(membership.member_name, (membership.member,))
    same = {membership.member_name: own.name} if own else {}
    steps = merge(corpus, Changeset("", people=(person,)), same=same, own_name="")
    for _progress in steps:
        pass
