"""How a team stands, as this computer and its remote have it."""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from annotator.jobs.teams.connecting import open_membership
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import RemoteError
from annotator.store.corpus import Corpus
from annotator.store.queries.team import count_pending, read_team


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
