"""A PostgreSQL server that carries the work of a team in tests, and is restored from backups."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import ClassVar, Self
from uuid import uuid4

from msgspec.structs import replace
from postgresql import ADMINISTRATOR_PASSWORD, Cluster, enter
from remotes.carriers import STEPS_AT_ONCE, Carrier, Progress, list_facts
from remotes.replicas import TEAM, TEAM_NAME, Desktop, UnreliableRemote

from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.postgresql import administration
from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import LEAD, AccessDenied, Member
from annotator.store.corpus import Corpus
from annotator.team.wire import decode_items

_PASSWORD = "password-of-all-0"


class PostgresqlCarrier(Carrier):
    """A database of a cluster; copies and backups of it are databases that have it as their template."""

    shares_all = False
    cluster: ClassVar[Cluster]
    """The server, which who uses this class starts before."""

    def __init__(self, folder: Path, desktops: Sequence[Desktop]) -> None:
        super().__init__(folder, desktops)
        self._database, self._backup = f"h{uuid4().hex[:12]}", f"b{uuid4().hex[:12]}"
        self._addresses: dict[Path, ServerAddress] = {}
        self._remotes: dict[Path, PostgresqlRemote] = {}
        self._backup_facts = set[str]()

    def create(self) -> None:
        lead = self._desktops[0]
        self._run(f"CREATE DATABASE {self._database} TEMPLATE template0 ENCODING 'UTF8'")
        address = administration.create(
            self.cluster.url(self._database),
            ADMINISTRATOR_PASSWORD,
            team=TEAM,
            name=TEAM_NAME,
            lead=Member(lead.member, lead.person, LEAD),
            lead_password=_PASSWORD,
        )
        # All roles of a cluster have different names, but its databases share them: so may the computers of a lead.
        self._addresses = {desktop.path: address for desktop in self._desktops if desktop.member == lead.member}

    def copy(self, folder: Path, desktops: Sequence[Desktop]) -> Self:
        copied = super().copy(folder, desktops)
        copied._addresses = {
            desktop.path: replace(self._addresses[before.path], database=copied._database)
            for before, desktop in zip(self._desktops, desktops, strict=True)
        }
        self.close_connections()
        self._run(
            f"CREATE DATABASE {copied._database} TEMPLATE {self._database}",
            # The roles are those of the cluster: another history may have shut them.
            *(
                f"ALTER ROLE {address.login} LOGIN PASSWORD '{_PASSWORD}' VALID UNTIL 'infinity'"
                for address in copied._addresses.values()
            ),
        )
        return copied

    def sync(
        self, desktop: Desktop, corpus: Corpus, fails: Callable[[str], bool], steps_at_once: int = STEPS_AT_ONCE
    ) -> Progress:
        remote = UnreliableRemote(self._open(desktop), fails)
        return sync(corpus, remote, own_name=desktop.person, steps_at_once=steps_at_once, page_size=steps_at_once)

    def back_up(self) -> None:
        self.close_connections()
        self._run(
            f"DROP DATABASE IF EXISTS {self._backup}", f"CREATE DATABASE {self._backup} TEMPLATE {self._database}"
        )
        self._backup_facts = self.list_facts()

    def restore(self) -> None:
        self.close_connections()
        self._run(
            f"DROP DATABASE {self._database} WITH (FORCE)",
            f"CREATE DATABASE {self._database} TEMPLATE {self._backup}",
        )

    def list_facts(self, *, in_backup: bool = False) -> set[str]:
        if in_backup:
            return self._backup_facts
        with self.cluster.connect(self._database) as connection:
            rows = connection.execute("SELECT body FROM team.item WHERE kind <> 'release' ORDER BY seq").fetchall()
        return list_facts(decode_items(body for (body,) in rows))

    def set_members(self, members: Collection[Member]) -> None:
        """Do so, and let each of their computers join once more that cannot log in any more."""
        lead = self._desktops[0]
        remote = self._open(lead)
        present = {member.uid: member for member in remote.welcome().members}
        for uid in present.keys() - {member.uid for member in members} - {lead.member}:
            if present[uid].is_active:
                remote.revoke(uid)  # which ends their connections
                for desktop in self._desktops:
                    if desktop.member == uid:
                        self._close_connection(desktop)
        for member in members:
            before = present.get(member.uid)
            if before is not None and before.is_active and before.role != member.role:
                remote.set_role(member.uid, member.role)
            for desktop in self._desktops:
                if desktop.member == member.uid and not self._can_log_in(desktop):
                    access = remote.invite(member)
                    address = replace(self._addresses[lead.path], login=access.login)
                    enter(address, access.secret, _PASSWORD)
                    self._addresses[desktop.path] = address

    def _can_log_in(self, desktop: Desktop) -> bool:
        try:
            TeamServer.welcome(self._open(desktop))  # of which a running sync knows nothing
        except (AccessDenied, KeyError):
            self._close_connection(desktop)
            return False
        return True

    def _open(self, desktop: Desktop) -> PostgresqlRemote:
        if desktop.path not in self._remotes:
            self._remotes[desktop.path] = PostgresqlRemote.open(self._addresses[desktop.path], _PASSWORD)
        return self._remotes[desktop.path]

    def _close_connection(self, desktop: Desktop) -> None:
        if remote := self._remotes.pop(desktop.path, None):
            remote.close()

    def close_connections(self) -> None:
        """Close all connections: a database with any is no template."""
        for desktop in self._desktops:
            self._close_connection(desktop)

    def verify(self) -> None:
        assert finish(self._open(self._desktops[0]).verify()).faults == ()

    def close(self) -> None:
        self.close_connections()
        self._run(
            f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)",
            f"DROP DATABASE IF EXISTS {self._backup} WITH (FORCE)",
        )

    def _run(self, *statements: str) -> None:
        with self.cluster.connect() as connection:
            for statement in statements:
                connection.execute(statement)
