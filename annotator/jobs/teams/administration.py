"""What the lead of a team does with its members."""

from pathlib import Path

from msgspec.structs import replace

from annotator.generators import finish
from annotator.i18n import _
from annotator.jobs.teams.belonging import find_person_uid
from annotator.jobs.teams.connecting import open_membership
from annotator.model.annotator_names import explain_gold_name
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import new_identity
from annotator.remotes.invitation import Invitation, InvitedMember, ServerAddress, write_invitation
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import Member, Remote
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.merging import merge
from annotator.store.queries.gold import find_gold


def invite(membership: Membership, name: str, role: str, path: Path) -> Invitation:
    """Add a member to a team, and write the invitation for them to a file. Raises CorpusError."""
    with open_membership(membership) as remote:
        welcome = remote.welcome()
        member = next((member for member in welcome.members if member.name == name), None)
        if member is None:
            member = Member(_find_uid_in_own_corpus(membership, name) or new_identity(), name, role)
        access = remote.invite(replace(member, role=role, is_active=True))
    _describe_in_own_corpus(membership, member)
    address = membership.address
    if isinstance(address, ServerAddress):
        address = replace(address, login=access.login)
    invited = InvitedMember(member.uid, name, role)
    invitation = Invitation(membership.team, welcome.name, invited, address, access.secret, access.until)
    write_invitation(invitation, path)
    return invitation


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
        finish(merge(corpus, Changeset("", people=(Person(member.name, (member.uid,)),))))


def find_member(remote: Remote, name: str) -> Member:
    """Return the member of this name. Raises CorpusError."""
    members = remote.welcome().members
    member = next((member for member in members if member.name == name), None)
    if member is None:
        names = _(", ").join(f"“{member.name}”" for member in members)
        message = _("The team has no member “{name}”; its members are {names}.")
        raise CorpusError(message.format(name=name, names=names))
    return member


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
