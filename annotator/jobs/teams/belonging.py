"""Letting a corpus belong to a team, in which whoever works on this computer is a member."""

from collections.abc import Sequence

from msgspec.structs import replace

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.i18n import _
from annotator.model.changeset import Changeset, Person
from annotator.model.identities import person_uid
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import Member, Welcome
from annotator.store.changesets import read_people
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.merging import merge
from annotator.store.queries.team import Team, read_team
from annotator.store.queries.team import join_team as record_team


def belong_to_team(
    corpus: Corpus, membership: Membership, welcome: Welcome | None = None, own_name: str | None = None
) -> Membership:
    """Record that a corpus belongs to a team, and that whoever works here is the member of it.

    Raises CorpusError where it belongs to another team, as by another window meanwhile.
    """
    with corpus.transaction():
        refuse_other_team(corpus, membership)
        _become_member(corpus, membership, welcome.members if welcome else (), own_name)
        record_team(corpus, build_team(membership))
    membership = replace(membership, corpus=str(resolve_path(corpus.path)))
    memberships.save_membership(membership)
    return membership


def refuse_other_team(corpus: Corpus, membership: Membership | None = None) -> None:
    """Raise CorpusError if a corpus belongs to a team, unless as this member of it."""
    team = read_team(corpus)
    if team is not None and not (membership and (team.uid, team.member) == (membership.team, membership.member)):
        message = _("“{path}” belongs to the team “{team}”: leave it first, or choose another corpus.")
        raise CorpusError(message.format(path=corpus.path, team=team.name))


def build_team(membership: Membership) -> Team:
    return Team(membership.team, membership.name, str(membership.address), membership.member, membership.role)


def find_own_person(corpus: Corpus, own_name: str) -> Person | None:
    """Return the annotator who works on this computer under this name; None if nobody has yet."""
    uid = person_uid(device_uid(), own_name)
    return next((person for person in read_people(corpus) if uid in person.uids), None)


def find_person_uid(corpus: Corpus, name: str) -> str | None:
    """Return the uid by which a team knows the annotator of this name; None for one whom the corpus does not have."""
    uids = next((person.uids for person in read_people(corpus) if person.name == name), ())
    return uids[0] if uids else None


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
    finish(merge(corpus, Changeset("", people=(person,)), same=same, own_name=""))
