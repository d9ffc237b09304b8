"""How fast a team's PostgreSQL server takes and gives what its members did, beside the prototype of it.

The prototype is in a second database of the same cluster, and takes the same edits, by turns. Without ../shared it is
not there, and the bare rows in a bare table are what ours is compared with. The server is on this computer and writes
to the disk at each commit: a network adds its round trips.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from measuring import RUNS, Figure, measure_by_turns, not_measured, time_call
from msgspec import Struct
from postgresql import Cluster, PostgresqlTeam, find_programs, new_team, run_cluster
from pushing import (
    OWN,
    PROTOTYPE_SCHEMA,
    READER,
    SPANS,
    WIDTH,
    Access,
    PushServer,
    StepMaker,
    create_reference,
    open_reference,
    open_server,
    pull_into_sqlite,
)
from pushing_clients import Client, Clients, Outcome, connect_clients

from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.model.changeset import Changeset, Person
from annotator.model.labels import default_labels
from annotator.model.records import AnnotatedArticle, Article, Edit, Span, Step, article_uid, new_uid
from annotator.remotes.postgresql.postgresql_remote import PostgresqlRemote
from annotator.remotes.postgresql.team_server import TeamServer
from annotator.remotes.remote import ANNOTATOR
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.label_rows import read_label_uids
from annotator.store.merging import merge
from annotator.store.queries.team import Team, join_team
from annotator.team.wire import AssignmentItem, PersonItem, StepItem, WireItem

_TURNS: Final = 3
"""Into so many parts a load is divided, each of ours followed by one of the reference."""
_PULLED_AT_ONCE: Final = 5_000
_ITEMS_AT_ONCE: Final = 2_000
_WORDS: Final = "أعلنت وزارة الصحة يوم الاثنين عن خطة جديدة في الرباط "
_DURABLE: Final = "fsync = on\nfull_page_writes = on\nsynchronous_commit = on\nshared_buffers = 128MB\n"
_PUSHES: Final = (1, 50)


class Scale(Struct, frozen=True):
    """How much is measured.

    `clients` make an edit every `pause` seconds, for so many `seconds`; `busy_clients` as many as they can. The `edits`
    are pushed in each of the `portions`, and as often pulled.
    """

    clients: int = 100
    seconds: float = 45
    pause: float = 2
    busy_clients: int = 50
    busy_seconds: float = 30
    processes: int = 4
    edits: int = 100_000
    portions: tuple[int, ...] = (500, 2_000)
    runs: int = RUNS

    def count_members(self) -> int:
        """Return how many members there are: each has the edits of the largest portion, and nobody those of two."""
        return max(self.clients, len(self.portions) * self.members_each())

    def members_each(self) -> int:
        """Return how many members push all edits."""
        return -(-self.edits // max(self.portions))

    def articles_each(self) -> int:
        """Return how many articles a member labels."""
        return -(-max(self.portions) // SPANS)

    def count_articles(self) -> int:
        """Return how many articles there are: three or so members label each."""
        return max(2 * self.articles_each(), self.edits // 100)


FULL: Final = Scale()


def measure(folder: Path, scale: Scale = FULL, schema: Path = PROTOTYPE_SCHEMA) -> Iterator[Figure | str]:
    """Every figure; without a server's programs, that it was not measured."""
    programs = find_programs()
    if programs is None:
        yield not_measured("what a server of a team takes", "there is no PostgreSQL on this computer")
        return
    if not schema.exists():
        why = "its schema (shared/team/prototype) is not beside this checkout: the bare rows in a bare table are"
        yield not_measured("the prototype of the team's server", why)
    settings = f"{_DURABLE}max_connections = {60 + 4 * scale.count_members()}\n"
    with run_cluster(programs, settings) as cluster, new_team(cluster) as team, cluster.new_database() as database:
        bench = _Bench(folder, scale, team, database, schema)
        yield from bench.measure_single_pushes()
        yield from bench.measure_all_edits()
        yield from bench.measure_connecting()
        yield from bench.measure_one_step()
        yield from bench.measure_load()


class _Bench:
    """A team with its members, articles and lead's desktop, and the same in the reference."""

    def __init__(self, folder: Path, scale: Scale, team: PostgresqlTeam, database: str, schema: Path) -> None:
        self._scale, self._team, self._database = scale, team, database
        self._cluster: Cluster = team.cluster
        self._desktop = folder / "desktop.corpus"
        self._articles = _create_desktop(self._desktop, team, scale.count_articles())
        with Corpus.open(self._desktop) as corpus:
            _sync(corpus, team)
            [self._label, *_others] = read_label_uids(corpus).values()
        invited = [team.invite(f"Annotator {number}", ANNOTATOR) for number in range(scale.count_members())]
        self._members = [member for member, _address, _password in invited]
        self._own = [Access(OWN, address, password, member.uid) for member, address, password in invited]
        references = create_reference(self._cluster, database, [member.uid for member in self._members], schema)
        self._reader = references[READER]
        self._references = [references[member.uid] for member in self._members]
        self.against, self._last = self._reader.kind, 0
        self._give_articles()

    def _give_articles(self) -> None:
        items: list[WireItem] = [PersonItem(member.uid, member.name, member.uid) for member in self._members]
        for number, member in enumerate(self._members):
            items += [AssignmentItem(uid, member.uid, None, 1, False) for uid in self._articles_of(number)]
        self._push_as_lead(items)

    def _articles_of(self, number: int) -> tuple[str, ...]:
        """Return the articles (uids) of a member; each is that of three members or so."""
        count = self._scale.articles_each()
        return tuple(self._articles[(number * count + index) % len(self._articles)] for index in range(count))

    def _push_as_lead(self, items: Sequence[WireItem]) -> None:
        with TeamServer.open(self._team.address, self._team.password) as server:
            for start in range(0, len(items), _ITEMS_AT_ONCE):
                portion = items[start : start + _ITEMS_AT_ONCE]
                refusals = server.push_items([msgspec.json.encode(item).decode() for item in portion])
                assert not refusals, refusals

    def _first_round(self, number: int) -> int:
        """Return the first step of a round: in each, a member makes a span in all places of their articles."""
        return number * SPANS * self._scale.articles_each()

    def _maker(self, number: int, first: int = 0) -> StepMaker:
        return StepMaker(self._members[number].uid, self._articles_of(number), self._label, first)

    # One connection

    def measure_single_pushes(self) -> Iterator[Figure]:
        """Measure a push of a few edits by one member, by turns."""
        maker = self._maker(0, self._first_round(1))
        pair = open_server(self._own[0]), open_server(self._references[0])
        for count in _PUSHES:
            portions = (maker.make(count) for _run in range(self._scale.runs))
            times = _push_by_turns((pair, _prepare(pair, steps)) for steps in portions)
            yield Figure(f"a push of {_name_edits(count)}", times[0], self.against, times[1])
        _close(pair)

    def measure_all_edits(self) -> Iterator[Figure | str]:
        """Measure all edits: pushed, pushed once more, and pulled by a desktop; and how many bytes they take."""
        own_pulls, pulls = list[_Pull](), list[_Pull]()
        edits = self._scale.edits
        self._pull_desktop()  # up to now
        self._pull_reference()
        for number, portion in enumerate(self._scale.portions):
            sizes = self._read_sizes()
            yield from self._measure_bulk(number, portion)
            if number == 0:
                grown = [after - before for before, after in zip(sizes, self._read_sizes(), strict=True)]
                own, reference = ([size / edits] for size in grown)
                yield Figure("bytes of an edit, with its indexes", own, self.against, reference, "bytes")
            own_pulls.append(self._pull_desktop())
            pulls.append(self._pull_reference())
            assert own_pulls[-1].count == pulls[-1].count == edits
        yield from _compare_pulls(f"{edits:,} edits pulled by a desktop", own_pulls, self.against, pulls)
        self._push_as_lead(self._make_mixed_steps())
        what = f"{edits:,} edits pulled by a desktop, one of each member in turn"
        yield from _compare_pulls(what, [self._pull_desktop()], self.against, pulls)

    def _measure_bulk(self, number: int, portion: int) -> Iterator[Figure]:
        """Measure all edits in portions, each of one member; and once more, when all is there already."""
        count = self._scale.members_each()
        numbers = range(number * count, (number + 1) * count)
        makers = [self._maker(each) for each in numbers]
        pairs = [(open_server(self._own[each]), open_server(self._references[each])) for each in numbers]
        turns = [turn % count for turn in range(self._scale.edits // portion)]
        prepared = [_prepare(pairs[turn], makers[turn].make(portion)) for turn in turns]
        for what in ("pushed", "pushed once more"):
            times = _push_by_turns(zip((pairs[turn] for turn in turns), prepared, strict=True))
            own, reference = ([sum(each) / 1000] for each in times)
            yield Figure(f"{self._scale.edits:,} edits {what}, {portion:,} at once", own, self.against, reference, "s")
        for pair in pairs:
            _close(pair)

    def _make_mixed_steps(self) -> list[StepItem]:
        """Return all edits once more, one of each member in turn, in layers of which there are no edits yet."""
        count = self._scale.members_each()
        makers = [
            StepMaker(self._members[number].uid, self._articles_of(number + 1), self._label) for number in range(count)
        ]
        return [step for _turn in range(self._scale.edits // count) for maker in makers for step in maker.make(1)]

    def _pull_desktop(self) -> "_Pull":
        """Let the lead's desktop fetch what is new: a real corpus that has the articles."""
        start = time.perf_counter()
        with Corpus.open(self._desktop) as corpus:
            pulled, server_seconds = _sync(corpus, self._team)
        return _Pull(pulled, time.perf_counter() - start, server_seconds)

    def _pull_reference(self) -> "_Pull":
        """Fetch what is new of the reference into a plain file."""
        server, path = open_reference(self._reader), self._desktop.with_suffix(".reference")
        start = time.perf_counter()
        count, self._last, server_seconds = pull_into_sqlite(server, path, self._last, _PULLED_AT_ONCE)
        seconds = time.perf_counter() - start
        server.close()
        return _Pull(count, seconds, server_seconds)

    def _read_sizes(self) -> tuple[int, int]:
        """Return the bytes that all tables take with their indexes: ours, and those of the reference."""
        query = """
            SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c
            WHERE c.relnamespace = 'team'::regnamespace AND c.relkind = 'r'
        """
        sizes = []
        for database in (self._team.address.database, self._database):
            with self._cluster.connect(database) as connection:
                [size] = connection.execute(query).fetchone()
                sizes.append(size)
        return sizes[0], sizes[1]

    # Connections

    def measure_connecting(self) -> Iterator[Figure]:
        """Measure what our own connection adds to psycopg's, with the same protection."""
        address, password = self._team.address, self._team.password
        url = self._cluster.url(address.database, address.login)

        def connect_bare() -> None:
            psycopg.connect(url, password=password, channel_binding="require").close()

        yield measure_by_turns(
            "connecting to a server, with TLS, SCRAM and channel binding",
            lambda: TeamServer.open(address, password).close(),
            "psycopg alone",
            connect_bare,
            self._scale.runs,
        )

    def measure_one_step(self) -> Iterator[Figure]:
        """Measure how a desktop leaves one step: it connects, asks for news, pushes, and reads the step back."""
        own, times, access = list[float](), list[float](), self._references[0]
        maker, after = self._maker(0, self._first_round(2)), self._last

        def leave_in_reference() -> None:
            server = open_reference(access)
            server.pull(after, _PULLED_AT_ONCE)
            pushing: PushServer = server
            pushing.push(pushing.prepare(maker.make(1)))
            server.pull(after, _PULLED_AT_ONCE)
            server.close()

        with Corpus.open(self._desktop) as corpus:
            label = corpus.labels().labels[0].name
            for number in range(self._scale.runs):
                span = Span(new_uid(), self._articles[0], self._team.lead.name, label, number, number + 1)
                corpus.apply(Step(new_uid(), self._team.lead.name, utc_timestamp(), "tag", (Edit(None, span),)))
                own.append(time_call(lambda: _sync(corpus, self._team)))
                times.append(time_call(leave_in_reference))
        yield Figure("a desktop connects, and leaves one step", own, self.against, times)

    # Many connections

    def measure_load(self) -> Iterator[Figure | str]:
        """Measure many members at once: with an edit now and then, and as many as they can."""
        scale, first = self._scale, self._first_round(3)
        clients = [
            Client((self._own[number], self._references[number]), self._articles_of(number), first)
            for number in range(scale.clients)
        ]
        with connect_clients(clients, self._label, scale.processes) as group:
            own, reference = self._push_by_turns(group, scale.clients, scale.seconds, scale.pause)
            what = f"a push of one edit, {scale.clients} clients, each every {scale.pause:g} s"
            yield Figure(what, own.times, self.against, reference.times)
            slowest = ([Figure("", outcome.times).percentile("99 %")] for outcome in (own, reference))
            yield Figure(f"{what}: what 99 of 100 keep within", *_beside(self.against, slowest))
            yield _describe_load(what, own, self.against, reference)
            own, reference = self._push_by_turns(group, scale.busy_clients, scale.busy_seconds)
            what = f"{scale.busy_clients} clients as fast as they can"
            yield Figure(f"a push of one edit, {what}", own.times, self.against, reference.times)
            rates = ([len(outcome.times) / scale.busy_seconds] for outcome in (own, reference))
            yield Figure(f"pushes a second, {what}", *_beside(self.against, rates), "", more=True)
            yield _describe_load(what, own, self.against, reference)

    def _push_by_turns(self, group: Clients, clients: int, seconds: float, pause: float = 0) -> tuple[Outcome, Outcome]:
        own = reference = Outcome()
        for _turn in range(_TURNS):
            own += group.push(OWN, clients, seconds / _TURNS, pause)
            reference += group.push(self.against, clients, seconds / _TURNS, pause)
        return own, reference


class _Pull(Struct, frozen=True):
    """A pull: how many edits came in how many seconds, how many of these the server and the wire took."""

    count: int
    seconds: float
    server_seconds: float


class _TimedRemote(PostgresqlRemote):
    """The remote, which adds up how long it waits for the server."""

    seconds = 0.0

    def _call(self, function: str, *arguments: object) -> list[Any]:
        start = time.perf_counter()
        rows = super()._call(function, *arguments)
        self.seconds += time.perf_counter() - start
        return rows


def _sync(corpus: Corpus, team: PostgresqlTeam) -> tuple[int, float]:
    """Connect and sync; return the number of steps that came, and the seconds that the server and the wire took."""
    with _TimedRemote.open(team.address, team.password) as remote:
        result = finish(sync(corpus, remote))
        assert not result.pending
        assert not result.conflicts
        return result.pulled, remote.seconds


def _create_desktop(path: Path, team: PostgresqlTeam, count: int) -> list[str]:
    """Create the corpus of the lead, who is in the team with it; return the uids of its articles."""
    texts = [f"{_WORDS * (SPANS * WIDTH // len(_WORDS) + 2)}{number}" for number in range(count)]
    articles = [Article(article_uid(text), text) for text in texts]
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add_all(AnnotatedArticle(article) for article in articles)
        finish(merge(corpus, Changeset("", people=(Person(team.lead.name, (team.lead.uid,)),))))
        join_team(corpus, Team(team.uid, team.name, str(team.address), team.lead.uid, team.lead.role))
    return [article.uid for article in articles]


def _prepare(servers: Iterable[PushServer], steps: Sequence[StepItem]) -> list[Any]:
    return [server.prepare(steps) for server in servers]


def _push_by_turns(pushes: Iterable[tuple[Sequence[PushServer], Sequence[Any]]]) -> tuple[list[float], list[float]]:
    """Push what was prepared, ours and the reference by turns; return how many milliseconds each took."""
    times: tuple[list[float], list[float]] = ([], [])
    for servers, prepared in pushes:
        for server, sent, durations in zip(servers, prepared, times, strict=True):
            start = time.perf_counter()
            server.push(sent)
            durations.append(1000 * (time.perf_counter() - start))
    return times


def _compare_pulls(what: str, own: Sequence[_Pull], against: str, reference: Sequence[_Pull]) -> Iterator[Figure]:
    plain = f"{against} into plain SQLite"
    yield Figure(what, [each.seconds for each in own], plain, [each.seconds for each in reference], "s")
    server = [[each.server_seconds for each in pulls] for pulls in (own, reference)]
    yield Figure(f"{what}: the server and the wire", server[0], plain, server[1], "s")


def _beside(against: str, values: Iterable[Sequence[float]]) -> tuple[Sequence[float], str, Sequence[float]]:
    """Return what a Figure asks for: ours, what it is compared with, and that."""
    own, reference = values
    return own, against, reference


def _describe_load(what: str, own: Outcome, against: str, reference: Outcome) -> str:
    """Return how many pushes there were, which failed, and whether the clients themselves were busy."""
    texts = []
    for name, outcome in (("ours", own), (against, reference)):
        count, errors = len(outcome.times), len(outcome.errors)
        milliseconds = 1000 * outcome.processor / max(1, count)
        why = f" ({outcome.errors[0]})" if errors else ""
        texts.append(
            f"{name}: {count:,} pushes, {errors} errors{why}, {milliseconds:.2f} ms of the clients' processor each"
        )
    return f"{what}: {'; '.join(texts)}"


def _close(servers: Iterable[PushServer]) -> None:
    for server in servers:
        server.close()


def _name_edits(count: int) -> str:
    return "one edit" if count == 1 else f"{count} edits"
