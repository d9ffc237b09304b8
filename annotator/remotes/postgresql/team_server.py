"""The functions of a team's database, as a member calls them. Items are JSON objects, as `team.wire` makes them."""

from collections.abc import Collection, Generator, Sequence
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final, Self

from msgspec import Struct

from annotator.i18n import _
from annotator.remotes.administration import Access, Offer, VerificationResult
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.postgresql.connection import build_verifier, connect, translating_errors
from annotator.remotes.remote import BEGINNING, Member, RemoteWentBack, Welcome, check_program

if TYPE_CHECKING:
    from psycopg import Connection

_SECRET_BYTES: Final = 20
_VERIFIED_AT_ONCE: Final = 2000
END: Final = "end"
"""The kind of the row after the last item."""


class Row(Struct, frozen=True, gc=False):
    """An item at the server: its kind, and the JSON of it."""

    kind: str
    body: str


class RowPage(Struct, frozen=True):
    """Items after a cursor, and the cursor behind them."""

    rows: tuple[Row, ...]
    cursor: str
    is_last: bool


class TeamServer:
    """A connection to the database of a team. All methods raise RemoteError."""

    def __init__(self, connection: "Connection[Any]", address: ServerAddress) -> None:
        self._connection = connection
        self._address = address

    @classmethod
    def open(cls, address: ServerAddress, password: str) -> Self:
        """Connect as the member whose login the address has."""
        return cls(connect(address, password), address)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def welcome(self) -> Welcome:
        """Return which team this is, and its members."""
        [(answer,)] = self._call("hello_v1()")
        members = tuple(
            Member(
                each["uid"], each["name"], each["role"], each["is_active"], *map(_utc, (each["joined"], each["seen"]))
            )
            for each in answer["members"]
        )
        check_program(answer["oldest"])
        own = next(member for member in members if member.uid == answer["me"])
        return Welcome(answer["team"], answer["name"], own, members, _utc(answer["time"]))

    def push_items(self, items: Sequence[str]) -> dict[str, str]:
        """Add items; return why each of the refused ones (uid) was.

        A reason is a word: json, kind, form, hash, layer, right, article or uid (see `read_valid` of the server).
        """
        [(answer,)] = self._call("push_v1(%b::text[])", list(items))
        reasons: dict[str, str] = answer["refused"]
        return reasons

    def pull_items(self, cursor: str, most: int, role: str | None = None) -> RowPage:
        """Return at most so many items after a cursor, fewer where they are large.

        Raises RemoteWentBack, and RoleChanged if the member has not this role any more.
        """
        seq, mark = 0, ""
        if cursor != BEGINNING:
            number, _dot, mark = cursor.partition(".")
            if not (number.isascii() and number.isdigit() and len(number) < 19):
                raise RemoteWentBack(_("The server was restored from an older backup."))
            seq = int(number)
        rows = self._call("pull_v1(%s, %s, %s, %s)", seq, mark, most, role)
        items = tuple(Row(kind, body) for _seq, kind, body, _mark in rows if kind != END)
        is_last = not rows or rows[-1][1] == END
        if rows:
            cursor = f"{rows[-1][0]}.{rows[-1][3]}" if rows[-1][0] else BEGINNING
        return RowPage(items, cursor, is_last)

    def read_article_items(self, uids: Collection[str], role: str | None = None) -> tuple[Row, ...]:
        """Return all people and labels, and what the member may read of these articles. Raises RoleChanged."""
        rows = self._call("articles_v1(%s::text[], %s)", list(uids), role)
        return tuple(Row(kind, body) for kind, body in rows)

    def claim(self, most: int) -> int:
        """Ask for at most so many articles to label; return how many were given."""
        return int(self._call("claim_v1(%s)", most)[0][0])

    def invite(self, member: Member) -> Access:
        """Add a member, or let one who is there join once more; their other computers keep their logins."""
        secret = token_urlsafe(_SECRET_BYTES)
        verifier = build_verifier(self._connection, secret)
        [(login, until)] = self._call("invite_v1(%s, %s, %s, %s)", member.uid, member.name, member.role, verifier)
        return Access(login, secret, until.isoformat(timespec="seconds"))

    def close_login(self) -> None:
        """Shut the login of this connection, on a computer that has another one now."""
        self._call("close_login_v1(%s)", self._address.login)

    def set_role(self, uid: str, role: str) -> None:
        """Give a member another role."""
        self._call("set_role_v1(%s, %s)", uid, role)

    def revoke(self, uid: str) -> None:
        """Keep a member out from now on, and end the connections that they have open."""
        self._call("revoke_v1(%s)", uid)
        self._call("end_sessions_v1(%s)", uid)

    def offer(self, offer: Offer) -> int:
        """Let members claim articles, of which the first go to two; return the number of those not offered yet."""
        doubled = round(offer.double * len(offer.articles))
        arguments = (offer.batch, offer.name, offer.is_blind, list(offer.articles), doubled)
        return int(self._call("offer_v1(%s, %s, %s, %s::text[], %s)", *arguments)[0][0])

    def list_offered(self) -> Collection[str]:
        """Return the uids of the articles that were offered already."""
        return {uid for (uid,) in self._call("offered_v1()")}

    def verify(self) -> Generator[tuple[int, int], None, VerificationResult]:
        """Check all items: that none is missing, the hashes of articles, and what steps say; yield (checked, all)."""
        checked, total, faults = 0, 1, list[str]()
        while checked < total:
            [(checked, total, wrong)] = self._call("verify_v1(%s, %s)", checked, _VERIFIED_AT_ONCE)
            faults += [_explain_fault(*fault) for fault in wrong]
            yield checked, total
        return VerificationResult(total, tuple(faults))

    def _call(self, function: str, *arguments: object) -> list[Any]:
        # Arguments travel apart from the statement, which alone could come into a log of the server.
        with translating_errors():
            rows: list[Any] = self._connection.execute(f"SELECT * FROM team.{function}", arguments).fetchall()
            return rows


def _utc(time: str | None) -> str | None:
    return None if time is None else f"{time}+00:00"


def _explain_fault(seq: int, fault: str, uid: str) -> str:
    match fault:
        case "missing":
            return _("Item {number} is missing.").format(number=seq)
        case "hash":
            return _("Item {number}: the text of article {uid} is not the one that it had.").format(number=seq, uid=uid)
        case "article":
            return _("Item {number}: step {uid} is of an article that is not there.").format(number=seq, uid=uid)
    return _("Item {number} ({uid}) is damaged: {fault}.").format(number=seq, uid=uid, fault=fault)
