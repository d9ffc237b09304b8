"""Let the members of a team work on computers of their own at a real server, over a weak network, and compare all.

    python tests/endurance/team_at_work.py --desktops 100 --seconds 600
    --pause 2         seconds between two changes of a member
    --seed 1          of what is done and what breaks
    --no-restore      leave the server alone; else it is restored once from a dump of some time before
    --keep FOLDER     work there, and leave what is there

Each desktop is a process with a corpus of its own, which is killed now and then and started again. The network is slow,
breaks connections off, and is down for all now and then. At the end each desktop syncs once more. Then every change
that was on a disk must be in the record of the lead's corpus, once, and in its author's; and the layers of all must be
as the lead has them. Prints how long the syncs took. Ends with 1 at a fault. Needs PostgreSQL, and Linux.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import mkdtemp
from threading import Thread
from typing import Any, Final

import click
import postgresql
from builders import create_corpus
from msgspec.structs import replace
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
from annotator.remotes.remote import ANNOTATOR
from annotator.store.changesets import read_people, read_step_uids
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.assignments import save_assignments
from annotator.store.queries.team import read_team

_PROGRAM: Final = Path(__file__).with_name("member_at_work.py")
_ARTICLES_EACH: Final = 5
_TEXT: Final = (
    "أعلنت وزارة الصحة يوم الاثنين {number} عن خطة وطنية 2024-2030 😀 للأمم المتحدة في وجدة ولالأحزاب بالرباط"
)
_LEAD: Final = "سلمى"
_DURABLE: Final = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
_PATIENCE: Final = 300  # seconds for the last syncs


class Fault(Exception):
    """What is wrong."""


class Desktop:
    """A computer with a corpus, and the process in which its member works."""

    def __init__(self, folder: Path, name: str, seed: int) -> None:
        self.name, self.folder, self.path = name, folder, folder / "team.corpus"
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
        arguments = (str(self.path), self.name, str(seconds), str(pause), str(self._random.randrange(1 << 30)))
        self._process = subprocess.Popen(
            [sys.executable, _PROGRAM, *arguments],
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
        """End the process as nothing in it can prevent."""
        assert self._process
        self._process.kill()
        self.wait(10)

    def wait(self, seconds: float) -> None:
        """Wait for the end of the process."""
        assert self._process
        assert self._reader
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            raise Fault(f"{self.name} is not in step with the team after {seconds:.0f} s: {self.errors}") from error
        self._reader.join()

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
        for name in names:
            invite(joined.membership, name, ANNOTATOR, folder / f"{name}.team")
    desktops = []
    for index, name in enumerate(names):
        desktop = Desktop(folder / name, name, index)
        with desktop.sit():
            settings.save(settings.Settings(annotator=name))
            finish(join_team(read_invitation(folder / f"{name}.team"), desktop.path))
            with Corpus.open(desktop.path) as corpus, open_remote(corpus) as remote:
                finish(sync(corpus, remote))
        desktops.append(desktop)
    return lead, desktops


def reach_through(membership: Membership, port: int) -> None:
    """Let a member reach the server at another port."""
    assert isinstance(membership.address, ServerAddress)
    save_membership(replace(membership, address=replace(membership.address, port=port)))


def read_layers(path: Path, articles: Sequence[str] | None = None, annotator: str | None = None) -> dict[Any, Any]:
    """Return the spans and state of each layer, by the article and the uids of the person."""
    with Corpus.open(path, readonly=True) as corpus:
        persons = {person.name: frozenset(person.uids) for person in read_people(corpus)}
        layers: dict[Any, Any] = {}
        for table, columns in (("span", 'uid, label, start, "end", value, note'), ("status", "state")):
            for article, name, *values in corpus.fetch_tuples(f"SELECT article, annotator, {columns} FROM {table}"):
                if annotator in (None, name) and (articles is None or article in articles):
                    layers.setdefault((article, persons[name]), []).append(tuple(values))
        return {key: sorted(values) for key, values in layers.items()}


def check(lead: Desktop, desktops: Sequence[Desktop]) -> None:
    """Raise Fault unless all that was on a disk is everywhere where it must be, and once."""
    with lead.sit(), Corpus.open(lead.path) as corpus, open_remote(corpus) as remote:
        finish(sync(corpus, remote))
        recorded = read_step_uids(corpus)
        [(twice,)] = corpus.fetch_tuples(
            "SELECT count(*) FROM (SELECT 1 FROM edit GROUP BY step, article, before, after HAVING count(*) > 1)"
        )
        if twice:
            raise Fault(f"{twice} edits are there twice")
    layers = read_layers(lead.path)
    for desktop in desktops:
        with Corpus.open(desktop.path, readonly=True) as corpus:
            own = read_step_uids(corpus)
            team = read_team(corpus)
            assert team
        steps = desktop.list_steps()
        if missing := steps - own:
            raise Fault(f"{desktop.name} has lost {len(missing)} of {len(steps)} changes")
        if missing := steps - recorded:
            raise Fault(f"the team lacks {len(missing)} of {len(steps)} changes of {desktop.name}")
        own_layers = read_layers(desktop.path, annotator=desktop.name)
        theirs = {article: values for (article, uids), values in layers.items() if team.member in uids}
        if {article: values for (article, _uids), values in own_layers.items()} != theirs:
            raise Fault(f"the layers of {desktop.name} are others at the lead")
        if len({uids for _article, uids in read_layers(desktop.path)}) > 1:
            raise Fault(f"{desktop.name} has layers of others")


def work(
    folder: Path, desktop_count: int, seconds: float, pause: float, seed: int, *, restores: bool = True
) -> dict[str, Any]:
    """Let them work, and check what comes of it; return figures. Raises Fault."""
    random = Random(seed)
    programs = postgresql.find_programs()
    assert programs, "no PostgreSQL here"
    with (
        postgresql.run_cluster(programs, f"max_connections = {desktop_count + 40}\n") as cluster,
        cluster.new_database() as database,
    ):
        names = [f"عضو {number + 1}" for number in range(desktop_count)]
        lead, desktops = found_team(folder, cluster, database, names)
        network = WeakNetwork(cluster.port, seed)
        try:
            for desktop in desktops:
                with desktop.sit(), Corpus.open(desktop.path, readonly=True) as corpus:
                    reach_through(find_membership(corpus), network.port)
            end = time.monotonic() + seconds
            for desktop in desktops:
                desktop.start(seconds, pause)
            kills = outages = 0
            dump: Path | None = None
            is_restored = False
            while (remaining := end - time.monotonic()) > 0:
                time.sleep(min(remaining, random.uniform(0.5, 2)))
                victim = random.choice(desktops)
                if not victim.is_finished:
                    victim.kill()
                    victim.start(max(0.0, end - time.monotonic()), pause)
                    kills += 1
                if random.random() < 0.05:
                    network.go_down()
                    time.sleep(random.uniform(1, 3))
                    network.go_up()
                    outages += 1
                if restores and dump is None and remaining < seconds * 0.6:
                    dump = _dump(cluster, database, folder)
                elif dump and not is_restored and remaining < seconds * 0.4:
                    _restore_under_way(cluster, database, dump, network)
                    is_restored = True
            if dump and not is_restored:  # a slow machine
                _restore_under_way(cluster, database, dump, network)
                is_restored = True
            network.stop_cutting()
            for desktop in desktops:
                desktop.wait(_PATIENCE)
        finally:
            network.close()
        check(lead, desktops)
        milliseconds = sorted(value for desktop in desktops for value in desktop.milliseconds)
        errors = sum((desktop.errors for desktop in desktops), Counter[str]())
        return {
            "changes": sum(len(desktop.list_steps()) for desktop in desktops),
            "syncs": len(milliseconds),
            "p50": median(milliseconds),
            "p99": quantiles(milliseconds, n=100)[98],
            "kills": kills,
            "outages": outages,
            "connections broken off": network.breaks,
            "restored": is_restored,
            "failed syncs": dict(errors),
        }


def _dump(cluster: postgresql.Cluster, database: str, folder: Path) -> Path:
    path = folder / "yesterday.dump"
    with path.open("wb") as file:
        _run_client(["pg_dump", "--format=custom", f"--dbname={cluster.url(database)}"], stdout=file)
    return path


def _restore_under_way(cluster: postgresql.Cluster, database: str, dump: Path, network: WeakNetwork) -> None:
    network.go_down()
    _restore(cluster, database, dump)
    network.go_up()


def _restore(cluster: postgresql.Cluster, database: str, dump: Path) -> None:
    """Put the database of the dump in the place of the present one, as whoever runs a server does."""
    with cluster.connect() as connection:
        connection.execute(f"DROP DATABASE {database} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'")
    with dump.open("rb") as file:
        _run_client(["pg_restore", f"--dbname={cluster.url(database)}", "--exit-on-error"], stdin=file)


def _run_client(command: list[str], **streams: Any) -> None:
    password = {"PGPASSWORD": postgresql.ADMINISTRATOR_PASSWORD}
    subprocess.run(command, check=True, env={**os.environ, **password}, **streams)


@click.command()
@click.option("--desktops", default=100)
@click.option("--seconds", default=600.0)
@click.option("--pause", default=2.0)
@click.option("--seed", default=1)
@click.option("--restore/--no-restore", default=True)
@click.option("--keep", type=click.Path(path_type=Path))
def main(desktops: int, seconds: float, pause: float, seed: int, restore: bool, keep: Path | None) -> None:
    """Run it, print the figures as JSON, and end with 1 at a fault."""
    folder = keep or Path(mkdtemp(prefix="team"))
    try:
        print(json.dumps(work(folder, desktops, seconds, pause, seed, restores=restore), indent=2))
    except Fault as fault:
        raise SystemExit(f"fault: {fault}") from fault
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
