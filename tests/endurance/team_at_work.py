"""Let the members of a team work on computers of their own at a real server, over a weak network, and compare all.

    python tests/endurance/team_at_work.py --desktops 100 --seconds 600
    --pause 2         seconds between two changes of a member
    --seed 1          of what is done and what breaks
    --no-restore      leave the server alone; else it is restored some times from dumps of some time before
    --namespaces      let each desktop be in a network namespace, and packets be late, lost, twice and in another order
    --keep FOLDER     work there, and leave what is there

Each desktop is a process with a corpus of its own, which is killed now and then and started again. Every tenth member
has two, and a curator, who does nothing but sync, one. The network is slow, breaks connections off, and is down for all
now and then. At the end each desktop syncs twice more. Then every change that was on a disk must be on every replica
that may see it, nothing anywhere twice, and the layers of all must be as the lead has them. Prints how long the syncs
took. Ends with 1 at a fault. Needs PostgreSQL, and Linux; with --namespaces root, too.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import mkdtemp
from threading import Thread
from typing import Any, Final, Protocol

import click
from msgspec.structs import replace
from packet_network import NoNamespaces, PacketNetwork
from weak_network import WeakNetwork

from annotator import settings
from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.jobs.teams.administration import invite
from annotator.jobs.teams.connecting import find_membership, open_remote
from annotator.jobs.teams.creation import create_team
from annotator.jobs.teams.joining import join_team
from annotator.model.changeset import Assignment, Batch
from annotator.model.records import new_uid
from annotator.remotes.invitation import ServerAddress, read_invitation
from annotator.remotes.memberships import Membership, save_membership
from annotator.remotes.remote import ANNOTATOR, CURATOR
from annotator.store.changesets import read_people, read_step_uids
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.assignments import save_assignments
from annotator.store.queries.team import read_team

TESTS: Final = str(Path(__file__).resolve().parents[1])
if TESTS not in sys.path:
    sys.path.append(TESTS)  # the server is there

import postgresql  # noqa: E402
from builders import create_corpus  # noqa: E402

_PROGRAM: Final = Path(__file__).with_name("member_at_work.py")
_ARTICLES_EACH: Final = 5
_TEXT: Final = (
    "أعلنت وزارة الصحة يوم الاثنين {number} عن خطة وطنية 2024-2030 😀 للأمم المتحدة في وجدة ولالأحزاب بالرباط"
)
_LEAD: Final = "سلمى"
_CURATOR: Final = "ليلى"
_MEMBERS_A_SECOND_DESKTOP: Final = 10
_PATIENCE: Final = 300  # seconds for the last syncs
_RESTORES: Final = ((0.2, 0.2), (0.35, 0.35), (0.45, 0.65), (0.8, 0.8))
"""When the server is dumped, and when restored from that, as parts of the time.

Most dumps are as new as can be: that a server went back is noticed by a cursor from after the dump, and so not by
whoever had only pushed since.
"""


class Fault(Exception):
    """What is wrong."""


class Network(Protocol):
    """What is between the desktops and the server."""

    def read_figures(self) -> dict[str, int]:
        """Return what it did, in numbers."""

    def go_down(self) -> None:
        """Let nothing through, until it goes up."""

    def go_up(self) -> None:
        """Let everything through that it does not lose."""

    def stop_cutting(self) -> None:
        """Break nothing off from now on."""

    def close(self) -> None:
        """Stop for good."""


class Desktop:
    """A computer with a corpus, and the process in which its member works."""

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        self.name, self.folder, self.path = name, folder, folder / "team.corpus"
        self.command_prefix: Sequence[str] = ()
        self._steps: set[str] = set()
        self.milliseconds: list[float] = []
        self.errors: Counter[str] = Counter()
        self.is_finished = False
        self._random = Random(seed)
        self._process: subprocess.Popen[str] | None = None
        self._reader: Thread | None = None
        folder.mkdir(parents=True)

    @contextlib.contextmanager
    def sit(self) -> Iterator[None]:
        """Let this process be on the computer."""
        before = os.environ.get("ANNOTATOR_HOME")
        os.environ["ANNOTATOR_HOME"] = str(self.folder)
        try:
            yield
        finally:
            os.environ.pop("ANNOTATOR_HOME")
            if before is not None:
                os.environ["ANNOTATOR_HOME"] = before

    def start(self, seconds: float, pause: float) -> None:
        """Start to work for so many seconds."""
        self.is_finished = False
        arguments = (str(self.path), self.name, str(seconds), str(pause), str(self._random.randrange(1 << 30)))
        self._process = subprocess.Popen(
            [*self.command_prefix, sys.executable, _PROGRAM, *arguments],
            env={**os.environ, "ANNOTATOR_HOME": str(self.folder), "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=(self.folder / "errors").open("a"),
            text=True,
        )
        self._reader = Thread(target=self._read, args=[self._process])
        self._reader.start()

    def list_steps(self) -> set[str]:
        """Return the uids of the changes that were on its disk."""
        return self._steps

    def kill(self) -> None:
        """End the process, if any, as nothing in it can prevent."""
        if self._process and self._reader:
            self._process.kill()
            self._process.wait()
            self._reader.join()

    def wait(self, seconds: float) -> None:
        """Wait until the process has ended by itself. Raises Fault where it has not, or failed."""
        assert self._process
        assert self._reader
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            raise Fault(f"{self.name} is not in step with the team after {seconds:.0f} s: {self.errors}") from error
        self._reader.join()
        if not self.is_finished:
            raise Fault(f"{self.name} failed: {(self.folder / 'errors').read_text(encoding='utf-8')[-2000:]}")

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            if not line.endswith("\n"):
                return  # killed in the middle of it
            values = json.loads(line)
            if "step" in values:
                self._steps.add(values["step"])
            elif "milliseconds" in values:
                self.milliseconds.append(values["milliseconds"])
            elif "error" in values:
                self.errors[values["error"]] += 1
            else:
                self.is_finished = True


def found_team(
    folder: Path, cluster: postgresql.Cluster, database: str, names: Sequence[str]
) -> tuple[Desktop, list[Desktop]]:
    """Make a corpus and a team, give articles out, and let everybody join; return the computers."""
    lead = Desktop(folder / "lead", _LEAD, 0)
    texts = [_TEXT.format(number=number) for number in range(_ARTICLES_EACH * len(names))]
    with lead.sit():
        settings.save(settings.Settings(annotator=_LEAD))
        with create_corpus(lead.path, *texts) as corpus:
            joined = create_team(
                cluster.url(database),
                "desks",
                own_name=_LEAD,
                corpus=corpus,
                password=postgresql.ADMINISTRATOR_PASSWORD,
            )
            batch = Batch(new_uid(), "desks", is_blind=True, time=utc_timestamp())
            articles = [corpus.article(number + 1).uid for number in range(len(texts))]
            given_out = [Assignment(uid, names[index // _ARTICLES_EACH]) for index, uid in enumerate(articles)]
            # Each has an article of a colleague, too.
            given_out += [
                Assignment(articles[(index + 1) % len(names) * _ARTICLES_EACH], name)
                for index, name in enumerate(names)
            ]
            save_assignments(corpus, batch, given_out)
            with open_remote(corpus) as remote:
                finish(sync(corpus, remote))
    desktops: list[Desktop] = []
    for name, role in [*((name, ANNOTATOR) for name in list_users(names)), (_CURATOR, CURATOR)]:
        desktop = Desktop(folder / f"desktop {len(desktops)}", name, len(desktops))
        invitation = folder / f"{len(desktops)}.team"
        with lead.sit():
            invite(joined.membership, name, role, invitation)
        with desktop.sit():
            settings.save(settings.Settings(annotator=name))
            finish(join_team(read_invitation(invitation), desktop.path))
            with Corpus.open(desktop.path) as corpus, open_remote(corpus) as remote:
                finish(sync(corpus, remote))
        desktops.append(desktop)
    return lead, desktops


def list_users(names: Sequence[str]) -> list[str]:
    """Return the name of the annotator at each desktop: some have two."""
    return [*names, *names[::_MEMBERS_A_SECOND_DESKTOP]]


def reach_at(membership: Membership, host: str, port: int) -> None:
    """Let a member reach the server at another host and port."""
    assert isinstance(membership.address, ServerAddress)
    save_membership(replace(membership, address=replace(membership.address, host=host, port=port)))


def read_layers(path: Path) -> dict[Any, Any]:
    """Return the spans and state of each layer, by the article and the uids of the person."""
    with Corpus.open(path, readonly=True) as corpus:
        persons = {person.name: frozenset(person.uids) for person in read_people(corpus)}
        layers: dict[Any, Any] = {}
        for table, columns in (("span", 'uid, label, start, "end", value, note'), ("status", "state")):
            for article, name, *values in corpus.fetch_tuples(f"SELECT article, annotator, {columns} FROM {table}"):
                layers.setdefault((article, persons[name]), []).append(tuple(values))
        return {key: sorted(values) for key, values in layers.items()}


def check(lead: Desktop, desktops: Sequence[Desktop]) -> None:
    """Raise Fault unless all that was on a disk is everywhere where it may be seen, and once."""
    with lead.sit(), Corpus.open(lead.path) as corpus, open_remote(corpus) as remote:
        finish(sync(corpus, remote))
    steps = defaultdict[str, set[str]](set)
    for desktop in desktops:
        with Corpus.open(desktop.path, readonly=True) as corpus:
            if missing := desktop.list_steps() - read_step_uids(corpus):
                raise Fault(f"{desktop.name} has lost {len(missing)} of {len(desktop.list_steps())} changes")
        steps[desktop.name] |= desktop.list_steps()
    layers = read_layers(lead.path)
    for desktop in (lead, *desktops):
        check_replica(desktop, steps, layers)


def check_replica(desktop: Desktop, steps: Mapping[str, set[str]], layers: dict[Any, Any]) -> None:
    """Raise Fault unless a corpus has all changes and layers that its member may see, and each once."""
    with Corpus.open(desktop.path, readonly=True) as corpus:
        team = read_team(corpus)
        assert team
        recorded = read_step_uids(corpus)
        [(twice,)] = corpus.fetch_tuples(
            "SELECT count(*) FROM (SELECT 1 FROM edit GROUP BY step, article, before, after HAVING count(*) > 1)"
        )
    if twice:
        raise Fault(f"{desktop.name} has {twice} edits twice")
    for name, changes in steps.items():
        if (team.role != ANNOTATOR or name == desktop.name) and (missing := changes - recorded):
            raise Fault(f"{desktop.name} lacks {len(missing)} of {len(changes)} changes of {name}")
    if team.role == ANNOTATOR:
        layers = {(article, uids): values for (article, uids), values in layers.items() if team.member in uids}
    if read_layers(desktop.path) != layers:
        raise Fault(f"{desktop.name} has other layers than the lead")


class Disturbances:
    """What breaks while the members work: their processes, the network, and the server, which is restored."""

    def __init__(
        self,
        cluster: postgresql.Cluster,
        database: str,
        dump: Path,
        network: Network,
        random: Random,
        *,
        restores: bool,
    ) -> None:
        self._cluster, self._database, self._dump = cluster, database, dump
        self._network, self._random = network, random
        self._times = [part for parts in _RESTORES for part in parts] if restores else []
        self.kills = self.outages = self.restores = 0
        self.load = 0.0

    def disturb(self, desktops: Sequence[Desktop], seconds: float, pause: float) -> None:
        """Break something every second or so, for so many seconds."""
        end = time.monotonic() + seconds
        while (remaining := end - time.monotonic()) > 0:
            time.sleep(min(remaining, self._random.uniform(0.5, 2)))
            self.load = max(self.load, os.getloadavg()[0])
            victim = self._random.choice(desktops)
            if not victim.is_finished:
                victim.kill()
                victim.start(max(0.0, end - time.monotonic()), pause)
                self.kills += 1
            if self._random.random() < 0.05:
                self._network.go_down()
                time.sleep(self._random.uniform(1, 3))
                self._network.go_up()
                self.outages += 1
            self._restore_as_planned(1 - remaining / seconds)
        self._restore_as_planned(1)  # on a slow machine
        self._network.stop_cutting()

    def _restore_as_planned(self, part: float) -> None:
        while self._times and self._times[0] <= part:
            del self._times[0]
            if len(self._times) % 2:
                self._make_dump()
            else:
                self._restore()

    def _make_dump(self) -> None:
        with self._dump.open("wb") as file:
            url = self._cluster.url(self._database)
            _run_client(["pg_dump", "--format=custom", f"--dbname={url}"], stdout=file)

    def _restore(self) -> None:
        """Put the database of the dump in the place of the present one, as whoever runs a server does."""
        self._network.go_down()
        with self._cluster.connect() as connection:
            connection.execute(f"DROP DATABASE {self._database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {self._database} TEMPLATE template0 ENCODING 'UTF8'")
        with self._dump.open("rb") as file:
            url = self._cluster.url(self._database)
            _run_client(["pg_restore", f"--dbname={url}", "--exit-on-error"], stdin=file)
        self._network.go_up()
        self.restores += 1


def work(
    folder: Path,
    desktop_count: int,
    seconds: float,
    pause: float,
    seed: int,
    *,
    restores: bool = True,
    has_namespaces: bool = False,
) -> dict[str, Any]:
    """Let them work, and check what comes of it; return figures. Raises Fault, and NoNamespaces."""
    programs = postgresql.find_programs()
    assert programs, "no PostgreSQL here"
    names = [f"عضو {number + 1}" for number in range(desktop_count)]
    with contextlib.ExitStack() as stack:
        packets: PacketNetwork | None = None
        if has_namespaces:
            packets = PacketNetwork(seed, len(list_users(names)) + 1)
            stack.callback(packets.close)
        limit = f"max_connections = {2 * desktop_count + 40}\n"
        interface = packets.server if packets else None
        cluster = stack.enter_context(postgresql.run_cluster(programs, limit, interface))
        database = stack.enter_context(cluster.new_database())
        lead, desktops = found_team(folder, cluster, database, names)
        if packets:
            network: Network = packets
            host, port = str(packets.server.ip), cluster.port
        else:
            network = relay = WeakNetwork(cluster.port, seed)
            stack.callback(relay.close)
            host, port = "localhost", relay.port
        for index, desktop in enumerate(desktops):
            stack.callback(desktop.kill)
            if packets:
                desktop.command_prefix = packets.enter(index)
            with desktop.sit(), Corpus.open(desktop.path, readonly=True) as corpus:
                reach_at(find_membership(corpus), host, port)
            desktop.start(seconds, pause)
        dump = folder / "yesterday.dump"
        disturbances = Disturbances(cluster, database, dump, network, Random(seed), restores=restores)
        disturbances.disturb(desktops, seconds, pause)
        for desktop in desktops:
            desktop.wait(_PATIENCE)
        # Once more, for a restore after the last sync of somebody; and again for what they sent then.
        for _time in range(2):
            for desktop in desktops:
                desktop.start(0, 0)
            for desktop in desktops:
                desktop.wait(_PATIENCE)
        with cluster.connect() as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            [(stale,)] = connection.execute(query, [database]).fetchall()
        check(lead, desktops)
        milliseconds = sorted(value for desktop in desktops for value in desktop.milliseconds)
        return {
            "changes": sum(len(desktop.list_steps()) for desktop in desktops),
            "syncs": len(milliseconds),
            "p50": median(milliseconds),
            "p99": quantiles(milliseconds, n=100)[98],
            "kills": disturbances.kills,
            "outages": disturbances.outages,
            "restores": disturbances.restores,
            **network.read_figures(),
            "connections of nobody": stale,
            "failed syncs": dict(sum((desktop.errors for desktop in desktops), Counter[str]())),
            "load": round(disturbances.load, 1),
        }


def _run_client(command: list[str], **streams: Any) -> None:
    password = {"PGPASSWORD": postgresql.ADMINISTRATOR_PASSWORD}
    subprocess.run(command, check=True, env={**os.environ, **password}, **streams)


@click.command()
@click.option("--desktops", default=100)
@click.option("--seconds", default=600.0)
@click.option("--pause", default=2.0)
@click.option("--seed", default=1)
@click.option("--restore/--no-restore", default=True)
@click.option("--namespaces", is_flag=True)
@click.option("--keep", type=click.Path(path_type=Path))
def main(
    desktops: int, seconds: float, pause: float, seed: int, restore: bool, namespaces: bool, keep: Path | None
) -> None:
    """Run it, print the figures as JSON, and end with 1 at a fault."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and not without ending what it started
    folder = keep or Path(mkdtemp(prefix="team"))
    try:
        figures = work(folder, desktops, seconds, pause, seed, restores=restore, has_namespaces=namespaces)
        print(json.dumps(figures, indent=2))
    except (Fault, NoNamespaces) as fault:
        raise SystemExit(f"fault: {fault}") from fault
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
