"""How a team stands, as this computer and its remote have it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from annotator.jobs.teams.connecting import open_membership
from annotator.jobs.unreadable_files import find_unreadable
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import RemoteError, UnreadableFile
from annotator.store.corpus import Corpus
from annotator.store.queries.team import count_pending, read_team


class TeamStatus(Struct, frozen=True):
    """How a team stands: `pending` steps of the `member` wait; `synced` is the time of the last sync (UTC), if any.

    `members` counts those who are in it, None if the remote could not be reached, for the reason in `error`.
    `unreadable` is that of `find_unreadable`.
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
    unreadable: tuple[UnreadableFile, ...] = ()


def read_status(membership: Membership) -> TeamStatus:
    """Return how a team stands, as this computer and, if it can be reached, the remote have it."""
    synced, pending = None, 0
    with _open_corpus(membership) as corpus:
        if corpus and (team := read_team(corpus)):
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
            with _open_corpus(membership) as corpus:
                unreadable = find_unreadable(corpus, remote) if corpus else ()
    except RemoteError as error:
        return replace(status, error=str(error))
    count = sum(member.is_active for member in welcome.members)
    return replace(status, name=welcome.name, role=welcome.member.role, members=count, unreadable=unreadable)


@contextmanager
def _open_corpus(membership: Membership) -> Iterator[Corpus | None]:
    """Open the corpus of a member for reading; yield None where there is none, or one of another team."""
    path = Path(membership.corpus)
    if not membership.corpus or not path.exists():
        yield None
        return
    with Corpus.open(path, readonly=True) as corpus:
        team = read_team(corpus)
        yield corpus if team and team.uid == membership.team else None


def count_own_pending(corpus: Corpus) -> int:
    """Return how many steps of the member wait to be sent; none in a corpus of no team."""
    team = read_team(corpus)
    return count_pending(corpus) if team else 0
