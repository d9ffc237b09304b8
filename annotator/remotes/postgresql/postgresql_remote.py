"""A team's database as a remote: changesets in place of items."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from annotator.i18n import _
from annotator.model.changeset import GOLD, Changeset
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.postgresql.team_server import Row, TeamServer
from annotator.remotes.remote import ANNOTATOR, LEAD, Page, Receipt, UnreadableFile, Welcome
from annotator.team.wire import PersonItem, StepItem, decode_items, list_wire_items

if TYPE_CHECKING:
    from psycopg import Connection

_RELEASE: Final = "release"
_ASSIGNMENT: Final = "assignment"


class PostgresqlRemote(TeamServer):
    """The database of a team, opened by a member. All methods raise RemoteError."""

    def __init__(self, connection: "Connection[Any]", address: ServerAddress) -> None:
        super().__init__(connection, address)
        self._welcome: Welcome | None = None

    def welcome(self) -> Welcome:
        """Return which team this is, and its members."""
        self._welcome = super().welcome()
        return self._welcome

    def push(self, changeset: Changeset) -> Receipt:
        """Add what is not there yet: all that the member may add."""
        welcome = self._welcome or self.welcome()
        members = {member.uid for member in welcome.members}
        items = list(list_wire_items(changeset, members))
        if welcome.member.role != LEAD:
            # The names in steps are explained by more than a member may add, which is at the server already.
            own = welcome.member.uid
            items = [
                item
                for item in items
                if isinstance(item, StepItem)
                or (isinstance(item, PersonItem) and (item.person == own or item.person_kind == GOLD))
            ]
        reasons = self.push_items([msgspec.json.encode(item).decode() for item in items])
        steps = {step.uid for step in changeset.steps}
        explained = {uid: _explain_refusal(reason) for uid, reason in reasons.items()}
        return Receipt(len(steps - reasons.keys()), explained)

    def pull(self, cursor: str, most: int) -> Page:
        """Return what was added after the cursor, at most about so many steps.

        Raises RemoteWentBack, and RoleChanged if the member had another role at the last welcome.
        """
        welcome = self._welcome or self.welcome()
        page = self.pull_items(cursor, most, welcome.member.role)
        articles: tuple[str, ...] = ()
        if welcome.member.role == ANNOTATOR:  # others have read all before
            articles = tuple(row.body for row in page.rows if row.kind == _RELEASE)
        return Page(self._build_changeset(page.rows), page.cursor, page.is_last, articles)

    def read_articles(self, uids: Collection[str]) -> Changeset:
        """Return these articles, and all steps on them that the member may read. Raises RoleChanged, as `pull` does."""
        welcome = self._welcome or self.welcome()
        return self._build_changeset(self.read_article_items(uids, welcome.member.role))

    def list_unreadable(self, cursor: str) -> Collection[UnreadableFile]:  # noqa: ARG002
        """Return nothing: there are no files."""
        return ()

    def _build_changeset(self, rows: Sequence[Row]) -> Changeset:
        items = [row.body for row in rows if row.kind != _RELEASE]
        return decode_items([*self._describe_claimers(rows), *items])

    def _describe_claimers(self, rows: Sequence[Row]) -> list[str]:
        """Return items of the members who claimed articles: the server gave them those, and knows their names only."""
        names = {member.uid: member.name for member in self._welcome.members} if self._welcome else {}
        uids = {str(msgspec.json.decode(row.body)["annotator"]) for row in rows if row.kind == _ASSIGNMENT}
        return [msgspec.json.encode(PersonItem(uid, names[uid], uid)).decode() for uid in sorted(uids & names.keys())]


def _explain_refusal(reason: str) -> str:
    """Return why the server refuses an item, as a sentence."""
    match reason:
        case "right":
            words = _("your role in the team does not allow it")
        case "article":
            words = _("its article was not given to you, or is not there")
        case "uid":
            words = _("another one has the same identity")
        case "hash":
            words = _("its text is not the one that it had")
        case "layer":
            words = _("its edits are not those of one layer of its article")
        case _other:
            words = _("it is not written as this version of the server reads it")
    return _("The server does not accept it: {reason}.").format(reason=words)
