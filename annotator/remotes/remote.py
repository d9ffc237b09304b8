"""What a remote is: a numbered record of changesets to which nothing is ever done but adding.

Everything in it is identified by its uid, and what is added again changes nothing. So a push whose answer was lost is
simply repeated, and a reader who goes on from a cursor, or from the beginning, ends with the same corpus.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final, Protocol, Self

from msgspec import Struct

from annotator import __version__
from annotator.i18n import _
from annotator.model.changeset import Changeset
from annotator.model.teams import ANNOTATOR, BEGINNING, CURATOR, LEAD, ROLES
from annotator.store.errors import CorpusError

__all__ = [
    "ANNOTATOR",
    "BEGINNING",
    "CURATOR",
    "LEAD",
    "ROLES",
    "AccessDenied",
    "LeadNeeded",
    "Member",
    "NewerProgramNeeded",
    "OtherTeam",
    "Page",
    "PasswordLocked",
    "Receipt",
    "Remote",
    "RemoteError",
    "RemoteWentBack",
    "RoleChanged",
    "Unreachable",
    "UnreadableFile",
    "UnreadableKind",
    "Welcome",
    "check_program",
]

_MAX_VERSION_LENGTH: Final = 100


class Member(Struct, frozen=True):
    """Somebody in a team; `uid` is that of the person (see model.identities), `role` one of ROLES.

    `joined` and `seen` are the times of joining and of the last visit, ISO 8601 in UTC, None before the first one.
    """

    uid: str
    name: str
    role: str
    is_active: bool = True
    joined: str | None = None
    seen: str | None = None


class Welcome(Struct, frozen=True):
    """What a remote says at first: the uid and name of the team, who the visitor is in it, and everybody who is.

    `time` is that of the server, ISO 8601 in UTC, None where there is none.
    """

    team: str
    name: str
    member: Member
    members: tuple[Member, ...]
    time: str | None = None


class Page(Struct, frozen=True):
    """Some of what was added after a cursor, and the cursor behind it.

    `released` are the articles (uids) of which the visitor may read more than before: `Remote.read_articles` has it.
    """

    changeset: Changeset
    cursor: str
    is_last: bool
    released: tuple[str, ...] = ()


class Receipt(Struct, frozen=True):
    """What became of a push: the number of steps that are there now, and of each refused one (uid) why."""

    steps: int
    refusals: dict[str, str] = {}


class UnreadableKind(StrEnum):
    """What keeps something from being read: the file itself, that it is not there, or rights to the folder."""

    DAMAGED = "damaged"
    MISSING = "missing"
    LOCKED = "locked"


class UnreadableFile(Struct, frozen=True):
    """A file that a `device` wrote into a folder, or is to have written, and that stays unreadable for a `reason`.

    `since` is when it was changed last, or, of a missing one, when one behind it came; ISO 8601 in UTC. `later` files
    of the device wait for it. `people` are the names of those who work there, where they are known. What is LOCKED is
    the whole folder of the device.
    """

    name: str
    device: str
    reason: str
    since: str
    later: int = 0
    kind: UnreadableKind = UnreadableKind.DAMAGED
    people: tuple[str, ...] = ()


class RemoteError(CorpusError):
    """The remote cannot be used; the text is one sentence for the user."""


class Unreachable(RemoteError):
    """There is no way to the remote now; later there may be."""


class AccessDenied(RemoteError):
    """The member was revoked, or the password is wrong."""


class PasswordLocked(AccessDenied):
    """The password is in a keyring that does not give it: nobody has unlocked it, as a rule."""


class OtherTeam(RemoteError):
    """Under the address is another team, or a server whose certificate is another one."""


class LeadNeeded(RemoteError):
    """The team would have no lead any more."""


class NewerProgramNeeded(RemoteError):
    """The remote asks for a newer version of the program."""


def check_program(oldest: str) -> None:
    """Raise NewerProgramNeeded if this program is older than the oldest one that may meet a team; "" is any."""
    if _order_version(__version__) < _order_version(oldest):
        message = _("A newer program is needed to meet the team, version {version}: you can work on meanwhile.")
        raise NewerProgramNeeded(message.format(version=oldest))


def _order_version(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", version[:_MAX_VERSION_LENGTH])))


class RemoteWentBack(RemoteError):
    """What the cursor points at is not there: the remote was restored from an older backup."""


class RoleChanged(RemoteError):
    """The member got another role after the last welcome, in which they may read more or less."""


class Remote(Protocol):
    """A folder or server, opened by a member of its team. All methods raise RemoteError."""

    def welcome(self) -> Welcome:
        """Return which team this is, and its members."""

    def push(self, changeset: Changeset) -> Receipt:
        """Add what is not there yet: all that the member may add."""

    def pull(self, cursor: str, most: int) -> Page:
        """Return what was added after the cursor, about so many steps. Raises RemoteWentBack and RoleChanged."""

    def read_articles(self, uids: Collection[str]) -> Changeset:
        """Return these articles, and all steps on them that the member may read. Raises RoleChanged."""

    def claim(self, most: int) -> int:
        """Ask for at most so many articles to label; return how many were given. A pull brings them."""

    def list_unreadable(self, cursor: str) -> Collection[UnreadableFile]:
        """Return the files behind the cursor that have been unreadable for long; a server has none."""

    def close(self) -> None:
        """Let go of the connection."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_error: object) -> None: ...
