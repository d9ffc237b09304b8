"""The servers that edits are pushed to and pulled from, all with one face: ours, and what it is compared with.

That is the prototype of the team's server, whose schema is beside the checkout in ../shared; without it, the bare rows
in a bare table. Both are in a second database of the same cluster.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID, uuid4

import msgspec
import results
from msgspec import Struct
from postgresql import Cluster

from annotator.model.records import Edit, Span, new_uid
from annotator.remotes.invitation import ServerAddress
from annotator.remotes.postgresql.connection import connect
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.team.wire import StepItem

OWN: Final = "own"
PROTOTYPE: Final = "the prototype"
BARE: Final = "the bare rows"
PROTOTYPE_SCHEMA: Final = results.ROOT.parent / "shared" / "team" / "prototype" / "schema.sql"
READER: Final = "0" * 31 + "1"
"""The member of the prototype who may read all."""
SPANS: Final = 30
"""How many a member makes in an article before they go on to the next one."""
WIDTH: Final = 24
"""Code points of text for each span."""
_PASSWORD: Final = "password-of-the-reference"
_TIME: Final = "2026-11-27T09:00:00.000+00:00"
_BATCH: Final = 1
_LABELS: Final = 1  # their version

PulledRow: TypeAlias = tuple[int, str, str, str, str, str, str | None, str | None]
"""The number of an edit, its step, article, owner, action and time, and the records before and after as JSON."""


class Access(Struct, frozen=True):
    """What a client needs to connect: which server (OWN, PROTOTYPE or BARE), and as whom."""

    kind: str
    address: ServerAddress
    password: str
    member: str


class PushServer(Protocol):
    """A connection to a server that takes steps of one edit each."""

    def prepare(self, steps: Sequence[StepItem]) -> Any:
        """Return what is sent of these steps."""

    def push(self, prepared: Any) -> None:
        """Send it, and wait until it is on the disk."""

    def close(self) -> None:
        """Close the connection."""


class OwnServer:
    """The team's server of this program."""

    def __init__(self, access: Access) -> None:
        self._server = TeamServer.open(access.address, access.password)

    def prepare(self, steps: Sequence[StepItem]) -> list[str]:
        return [msgspec.json.encode(step).decode() for step in steps]

    def push(self, prepared: list[str]) -> None:
        refusals = self._server.push_items(prepared)
        assert not refusals, refusals

    def close(self) -> None:
        self._server.close()


class PrototypeServer:
    """The prototype: it wants the version of the layer that each edit follows."""

    def __init__(self, access: Access) -> None:
        self._connection = connect(access.address, access.password)
        query = "SELECT article, version FROM team.layer WHERE owner = %s"
        rows = self._connection.execute(query, (UUID(access.member),)).fetchall()
        self._versions = Counter[str](dict(rows))

    def prepare(self, steps: Sequence[StepItem]) -> str:
        parts = []
        for step in steps:
            [edit] = step.edits
            base = self._versions[step.article]
            self._versions[step.article] += 1
            fields = {field: getattr(step, field) for field in ("article", "owner", "device", "name", "time", "undoes")}
            parts.append({**fields, "step": step.uid, "n": 0, "base": base, "before": edit.before, "after": edit.after})
        return msgspec.json.encode(parts).decode()

    def push(self, prepared: str) -> None:
        self._connection.execute("SELECT team.push_v1(%s, %s, %s::jsonb)", (_LABELS, _BATCH, prepared))

    def pull(self, after: int, most: int) -> list[PulledRow]:
        query = """
            SELECT seq, step::text, article, owner::text, name, time::text, before::text, after::text
            FROM team.pull_v1(%s, %s, %s)
        """
        rows: list[PulledRow] = self._connection.execute(query, (_BATCH, after, most)).fetchall()
        return rows

    def close(self) -> None:
        self._connection.close()


class BareServer:
    """A table of the steps as they are."""

    def __init__(self, access: Access) -> None:
        self._connection = connect(access.address, access.password)

    def prepare(self, steps: Sequence[StepItem]) -> list[str]:
        return [msgspec.json.encode(step).decode() for step in steps]

    def push(self, prepared: list[str]) -> None:
        query = """
            INSERT INTO team.bare (step, body) SELECT body::jsonb ->> 'uid', body FROM unnest(%s::text[]) AS each (body)
            ON CONFLICT (step) DO NOTHING
        """
        self._connection.execute(query, (prepared,))

    def pull(self, after: int, most: int) -> list[PulledRow]:
        query = "SELECT seq, body FROM team.bare WHERE seq > %s ORDER BY seq LIMIT %s"
        rows = list[PulledRow]()
        for seq, body in self._connection.execute(query, (after, most)).fetchall():
            step = msgspec.json.decode(body, type=StepItem)
            [edit] = step.edits
            records = (record and msgspec.json.encode(record).decode() for record in (edit.before, edit.after))
            rows.append((seq, step.uid, step.article, step.owner, step.name, step.time, *records))
        return rows

    def close(self) -> None:
        self._connection.close()


Reference: TypeAlias = PrototypeServer | BareServer
_SERVERS: Final[dict[str, type[OwnServer] | type[PrototypeServer] | type[BareServer]]] = {
    OWN: OwnServer,
    PROTOTYPE: PrototypeServer,
    BARE: BareServer,
}


def open_server(access: Access) -> PushServer:
    """Connect to a server, as the program does: with TLS, SCRAM and channel binding."""
    return _SERVERS[access.kind](access)


def open_reference(access: Access) -> Reference:
    """Connect to what ours is compared with."""
    return PrototypeServer(access) if access.kind == PROTOTYPE else BareServer(access)


def create_reference(
    cluster: Cluster, database: str, members: Sequence[str], schema: Path = PROTOTYPE_SCHEMA
) -> dict[str, Access]:
    """Make what ours is compared with in a database; return how each of the members (uids), and READER, gets in."""
    kind = PROTOTYPE if schema.exists() else BARE
    with cluster.connect(database) as connection:
        if kind == PROTOTYPE:
            connection.execute(schema.read_text(encoding="utf-8"))
        else:
            connection.execute(
                """
                CREATE SCHEMA team;
                CREATE TABLE team.bare (seq bigserial PRIMARY KEY, step text NOT NULL UNIQUE, body text NOT NULL);
                GRANT USAGE ON SCHEMA team TO PUBLIC;
                GRANT SELECT, INSERT ON team.bare TO PUBLIC;
                GRANT USAGE ON team.bare_seq_seq TO PUBLIC;
                """
            )
        for uid in (READER, *members):
            login, role = f"reference_{uid}", "lead" if uid == READER else "annotator"
            connection.execute(f"CREATE ROLE {login} LOGIN PASSWORD '{_PASSWORD}'")
            if kind == PROTOTYPE:
                connection.execute(f"GRANT team_{role} TO {login}")
                query = "INSERT INTO team.member (uid, name, login, role) VALUES (%s, %s, %s, %s)"
                connection.execute(query, (UUID(uid), login, login, role))
    return {
        uid: Access(
            kind,
            ServerAddress("localhost", cluster.port, database, f"reference_{uid}", cluster.certificate),
            _PASSWORD,
            uid,
        )
        for uid in (READER, *members)
    }


class StepMaker:
    """Makes the steps of a member, each with a new span, 30 in an article and then in the next one."""

    def __init__(self, member: str, articles: Sequence[str], label: str, first: int = 0) -> None:
        """Begin with the step of the number `first`: those who make others for the same articles begin elsewhere."""
        self._member, self._articles, self._label, self._count = member, articles, label, first

    def make(self, count: int) -> list[StepItem]:
        """Return so many more steps."""
        return [self._make_step(number) for number in range(self._count, self._advance(count))]

    def _advance(self, count: int) -> int:
        self._count += count
        return self._count

    def _make_step(self, number: int) -> StepItem:
        turn, place = divmod(number, SPANS)
        turn, index = divmod(turn, len(self._articles))
        article, start = self._articles[index], place * WIDTH + turn % (WIDTH // 2)
        span = Span(new_uid(), article, self._member, self._label, start, start + 9 + turn // (WIDTH // 2) % 3)
        # The prototype has columns of UUIDs for steps and devices.
        head = (uuid4().hex, 0, article, self._member, self._member, None, number, uuid4().hex, "tag", _TIME, None)
        return StepItem(*head, (Edit(None, span),))


def pull_into_sqlite(server: Reference, path: Path, after: int, most: int) -> tuple[int, int, float]:
    """Pull all edits after a number into a plain SQLite file, a row of the edit and one of the span for each.

    Return how many there were, the last number, and the seconds that the server and the wire took. Each page is one
    transaction, on the disk when it ends: that is what the prototype's page of figures says of its pull.
    """
    db, count, seconds = sqlite3.connect(path, isolation_level=None), 0, 0.0
    db.executescript(
        """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS edit (
            seq INTEGER PRIMARY KEY, step TEXT, article TEXT, owner TEXT, name TEXT, time TEXT, before TEXT, after TEXT
        );
        CREATE INDEX IF NOT EXISTS edit_by_step ON edit (step);
        CREATE INDEX IF NOT EXISTS edit_by_article ON edit (article);
        CREATE TABLE IF NOT EXISTS span (
            uid TEXT PRIMARY KEY, article TEXT, annotator TEXT, label TEXT, start INTEGER, end INTEGER
        );
        CREATE INDEX IF NOT EXISTS span_by_article ON span (article);
        """
    )
    while True:
        start = time.perf_counter()
        rows = server.pull(after, most)
        seconds += time.perf_counter() - start
        if not rows:
            break
        spans = [msgspec.json.decode(row[-1], type=Span) for row in rows if row[-1]]
        db.execute("BEGIN")
        db.executemany("INSERT INTO edit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?)",
            [(span.uid, span.article, span.annotator, span.label, span.start, span.end) for span in spans],
        )
        db.execute("COMMIT")
        count, after = count + len(rows), rows[-1][0]
    db.close()
    return count, after, seconds
