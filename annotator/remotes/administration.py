"""What the lead of a team does at its remote, besides syncing."""

from collections.abc import Collection, Generator
from fractions import Fraction
from typing import Protocol

from msgspec import Struct

from annotator.remotes.invitation import Address
from annotator.remotes.remote import Member, Remote, RemoteError


class Access(Struct, frozen=True):
    """How an invited member logs in at a server: once, with this secret, until a time (ISO 8601, UTC).

    A folder has no logins: there all three are "".
    """

    login: str = ""
    secret: str = ""
    until: str = ""

    def __repr__(self) -> str:
        """Return what may stand in a trace: the secret may not."""
        return f"Access(login={self.login!r}, until={self.until!r})"


class Offer(Struct, frozen=True):
    """Articles (uids) that members may claim, in this order, as a batch with a uid and a name.

    Each goes to one member, and a share of them, `double`, to two.
    """

    batch: str
    name: str
    articles: tuple[str, ...]
    double: Fraction = Fraction(0)
    is_blind: bool = False


class VerificationResult(Struct, frozen=True):
    """How many items a remote holds, and a sentence for each fault in them."""

    items: int
    faults: tuple[str, ...]


class TeamExists(RemoteError):
    """At the `address`, which has no login of this computer, is a team already.

    Its uid begins with `team`, which is "" where that is not known.
    """

    def __init__(self, message: str, address: Address, team: str) -> None:
        super().__init__(message)
        self.address, self.team = address, team


class AdministeredRemote(Remote, Protocol):
    """A remote as a lead has it. All methods raise RemoteError, those for a lead AccessDenied to others."""

    def invite(self, member: Member) -> Access:
        """Add a member, or let one who is there join once more, on another computer, or after losing the password."""

    def set_role(self, uid: str, role: str) -> None:
        """Give a member another role."""

    def revoke(self, uid: str) -> None:
        """Keep a member out from now on; what they did stays."""

    def offer(self, offer: Offer) -> int:
        """Let members claim articles; return the number of those that were not offered yet."""

    def list_offered(self) -> Collection[str]:
        """Return the uids of the articles that were offered already."""

    def verify(self) -> Generator[tuple[int, int], None, VerificationResult]:
        """Check everything that the remote holds; yield (checked, all)."""
