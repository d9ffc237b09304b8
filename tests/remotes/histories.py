"""Histories of a team, as many as one likes: whatever happens, all of its corpora end alike and nothing is lost.

    PYTHONPATH=.:tests:tests/endurance python -m remotes.histories --carrier folder --histories 2000 --seed 1

A lead and a curator, who share the gold layer, and an annotator with two computers work, undo, change labels, add
articles and give them out. Answers are lost, syncs end anywhere or go on while others work, members are revoked,
changeset files are carried about, and a corpus or the remote is one of yesterday. Then everybody syncs until nothing
is new, and each corpus must have what all have, with each step that anybody still had. Hypothesis shortens what fails.

A history takes some tenths of a second where temporary files are in memory (TMPDIR=/dev/shm).
"""

import atexit
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import ClassVar, Final

import click
import pytest
from builders import build_label_set, build_plain_article
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from moves import LABEL_VERBS, LABELS, LARGEST_NUMBER, VERBS, Move, make_move, move_labels, undo_last
from postgresql import Cluster, find_programs, run_cluster
from remotes.carriers import STEPS_AT_ONCE, Carrier, FileCarrier, FolderCarrier, Progress, list_facts
from remotes.postgresql_carrier import PostgresqlCarrier
from remotes.replicas import Desktop, create_desktop, describe_corpus

from annotator.generators import finish
from annotator.jobs.merging import read_source
from annotator.jobs.syncing import SyncResult
from annotator.model.changeset import GOLD, Assignment, Batch, Changeset, Person
from annotator.model.identities import GOLD_NAME, GOLD_UID
from annotator.model.records import new_uid
from annotator.remotes.remote import ANNOTATOR, CURATOR, LEAD, AccessDenied, Member, RoleChanged, Unreachable
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.merging import merge
from annotator.store.queries.assignments import save_assignments, take_back
from annotator.store.queries.team import count_pending
from annotator.store.recovery.integrity import check_integrity
from annotator.team.changeset_file import encode_changeset

STEPS: Final = 40
"""Events of a history, at most."""
_LEAD, _OMAR, _LAPTOP, _HIND = range(4)
_REMOTE: Final = 4
_PEOPLE: Final = (("سناء", LEAD), ("Omar", ANNOTATOR), ("Omar", ANNOTATOR), ("Hind", CURATOR))
_CURATORS: Final = (_LEAD, _HIND)
_LATER_TEXTS: Final = ("افتتح الوزير معرضا", "نظمت الجامعة ندوة بالرباط")
_ROUNDS: Final = 8
"""Syncs of everybody after which nothing may be new any more, at most."""

_desktops: Final = st.integers(0, len(_PEOPLE) - 1)
_places: Final = st.integers(0, _REMOTE)
_annotators: Final = st.sampled_from((_OMAR, _LAPTOP))
_curators: Final = st.sampled_from(_CURATORS)
_members: Final = st.sampled_from((_OMAR, _HIND))
_numbers: Final = st.integers(0, LARGEST_NUMBER)
_moves: Final = st.lists(st.builds(Move, st.sampled_from(VERBS), _numbers, _numbers), min_size=1, max_size=6)
_label_moves: Final = st.builds(Move, st.sampled_from(LABEL_VERBS), _numbers, _numbers)
_portions: Final = st.sampled_from((STEPS_AT_ONCE, 1, 2))


class TeamHistory(RuleBasedStateMachine):
    """One history, over a carrier."""

    carrier_class: ClassVar[type[Carrier]] = FolderCarrier

    def __init__(self) -> None:
        super().__init__()
        self._monkeypatch = pytest.MonkeyPatch()
        self._temporary = TemporaryDirectory(prefix="history-")
        self._folder = Path(self._temporary.name)
        template, self._carrier = copy_template(self.carrier_class, self._folder, self._monkeypatch)
        self._desktops, self._new_desktop = template[:-1], template[-1]
        self._corpora: dict[int, Corpus] = {}
        self._syncs: dict[int, Progress] = {}
        self._edits: dict[str, int] = {}  # of each step, how many
        self._senders: dict[str, set[int]] = {}  # of each step, who may push it
        self._lost = set[str]()  # steps that nobody has any more
        self._backups: dict[int, set[str]] = {}  # the facts in each copy
        self._files: list[tuple[int, Path]] = []
        self._members = {number: Member(self._desktops[number].member, *_PEOPLE[number]) for number in (_OMAR, _HIND)}

    @initialize(number=st.integers(0, 1000))
    def seed_uids(self, number: int) -> None:
        """Let the order of steps of one time, which depends on their uids, depend on nothing else."""
        make_uids_of(Random(number), self._monkeypatch)

    # Work

    @rule(number=_desktops, article=_numbers, moves=_moves)
    def work(self, number: int, article: int, moves: list[Move]) -> None:
        self._work(number, article, moves, is_gold=False)

    @rule(number=_annotators, article=_numbers, moves=_moves)
    def work_on_one_of_two_computers(self, number: int, article: int, moves: list[Move]) -> None:
        self._work(number, article, moves, is_gold=False)

    @rule(number=_curators, article=_numbers, moves=_moves)
    def work_in_gold(self, number: int, article: int, moves: list[Move]) -> None:
        self._work(number, article, moves, is_gold=True)

    def _work(self, number: int, article: int, moves: list[Move], *, is_gold: bool) -> None:
        name, actor = self._choose_layer(number, is_gold)
        with self._recording(number) as corpus:
            for move in moves:
                make_move(corpus, choose_article(corpus, article), name, move, actor)

    @rule(number=_desktops, article=_numbers, is_redo=st.booleans(), in_gold=st.booleans())
    def undo(self, number: int, article: int, is_redo: bool, in_gold: bool) -> None:
        name, actor = self._choose_layer(number, in_gold and number in _CURATORS)
        with self._recording(number) as corpus:
            undo_last(corpus, choose_article(corpus, article), name, is_redo=is_redo, actor=actor)

    def _choose_layer(self, number: int, is_gold: bool) -> tuple[str, str | None]:
        """Return the annotator and the actor of steps."""
        person = self._desktops[number].person
        return (GOLD_NAME, person) if is_gold else (person, None)

    @rule(move=_label_moves)
    def change_labels(self, move: Move) -> None:
        with self._recording(_LEAD) as corpus:
            move_labels(corpus, move)

    @rule(text=st.sampled_from(_LATER_TEXTS))
    def add_article(self, text: str) -> None:
        with self._recording(_LEAD) as corpus:
            corpus.add(build_plain_article(text))

    @rule(article=_numbers)
    def give_article(self, article: int) -> None:
        with self._recording(_LEAD) as corpus:
            give_articles(corpus, choose_article(corpus, article))

    @rule()
    def take_articles_back(self) -> None:
        with self._recording(_LEAD) as corpus:
            take_back(corpus, self._desktops[_OMAR].person)

    # Syncs

    @rule(number=_desktops, portion=_portions)
    def sync(self, number: int, portion: int) -> None:
        self._end_sync(number)
        with suppress(AccessDenied):
            finish(self._start_sync(number, portion=portion))

    @rule(number=_desktops, lost=st.integers(0, 6))
    def sync_with_a_lost_answer(self, number: int, lost: int) -> None:
        calls = iter(range(lost + 1))
        self._end_sync(number)
        with suppress(AccessDenied, RoleChanged, Unreachable):
            finish(self._start_sync(number, lambda _call: next(calls, lost) == lost))

    @rule(number=_desktops, portion=_portions, length=st.integers(0, 12))
    def break_sync_off(self, number: int, portion: int, length: int) -> None:
        """End the program at any point of a sync."""
        self._end_sync(number)
        steps = self._start_sync(number, portion=portion)
        with suppress(AccessDenied, RoleChanged):
            for _progress, _limit in zip(steps, range(length), strict=False):
                pass
        steps.close()

    @rule(number=_desktops, portion=_portions, length=st.integers(1, 5))
    def sync_a_while(self, number: int, portion: int, length: int) -> None:
        """Start a sync, or go on with the one that was started, to some point where others can write."""
        corpus = self._open(number)
        steps = self._syncs.setdefault(number, self._start_sync(number, portion=portion))
        try:
            for length_so_far, _progress in enumerate(steps):
                if length_so_far >= length and not corpus.db.conn.in_transaction:
                    return
        except (AccessDenied, RoleChanged, Unreachable):  # a server that is restored ends all connections
            pass
        del self._syncs[number]

    # What breaks

    @rule(number=_places)
    def back_up(self, number: int) -> None:
        if number == _REMOTE:
            self._carrier.back_up()
        else:
            self._open(number).checkpoint()
            shutil.copyfile(self._desktops[number].path, self._backup_path(number))
        self._backups[number] = set() if number == _REMOTE else self._read_facts(number)

    @precondition(lambda self: self._backups)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        self._put_back(data.draw(st.sampled_from(sorted(self._backups))))

    @precondition(lambda self: self._carrier.has_members)
    @rule(number=_desktops, lost=st.integers(0, 6))
    def restore_remote_after_a_sync(self, number: int, lost: int) -> None:
        """Put back the remote as it was before a sync of which an answer was lost, or none."""
        self._carrier.back_up()
        self._backups[_REMOTE] = set()
        self.sync_with_a_lost_answer(number=number, lost=lost)
        self._put_back(_REMOTE)

    def _put_back(self, number: int) -> None:
        """Restore a corpus or the remote from its backup, if that takes nothing from all who may send it."""
        facts, remote = self._read_all_facts(), self._carrier.list_facts()
        facts_after, remote_after = facts, remote
        if number == _REMOTE:
            remote_after = self._carrier.list_facts(in_backup=True)
        else:
            facts_after = facts | {number: self._backups[number]}
        if not self._is_recoverable(facts_after, remote_after):
            return
        if number == _REMOTE:
            self._carrier.restore()
        else:
            self._close(number)
            shutil.copyfile(self._backup_path(number), self._desktops[number].path)
            self._carrier.forget(self._desktops[number])
        self._lost |= remote.union(*facts.values()).difference(remote_after, *facts_after.values())

    @precondition(lambda self: self._carrier.has_members)
    @rule(number=_members, role=st.sampled_from((None, ANNOTATOR, CURATOR)))
    def change_membership(self, number: int, role: str | None) -> None:
        """Revoke a member, or let them come back, in another role at times."""
        members = self._members | {number: Member(self._desktops[number].member, _PEOPLE[number][0], role or "")}
        self._carrier.set_members([member for member in members.values() if member.role])
        self._members = members

    # Changeset files

    @rule(number=_desktops, is_own=st.booleans())
    def write_file(self, number: int, is_own: bool) -> None:
        corpus, name = self._open(number), self._desktops[number].person
        self._desktops[number].on_this_computer()
        annotators = [name] if is_own and name in corpus.annotators() else None
        path = self._folder / f"by hand {len(self._files)}.changeset"
        with path.open("wb") as file:
            finish(encode_changeset(read_changeset(corpus, annotators=annotators), file))
        self._files.append((number, path))

    @precondition(lambda self: self._files)
    @rule(number=_desktops, data=st.data())
    def merge_file(self, number: int, data: st.DataObject) -> None:
        """Merge a file of anybody; who may not read everything in the team has none of those who may."""
        files = [
            path
            for sender, path in self._files
            if self._carrier.shares_all or number in (_LEAD, _HIND) or sender in (_OMAR, _LAPTOP)
        ]
        if not files:
            return
        path = data.draw(st.sampled_from(files))
        changeset = finish(read_source(path))
        facts = self._read_all_facts()
        facts[number] |= list_facts(changeset)
        if not self._is_recoverable(facts, self._carrier.list_facts()):
            return
        corpus = self._open(number)
        finish(merge(corpus, changeset, own_name=self._desktops[number].person))
        self._lost -= count_edits(corpus).keys()

    # The end

    def teardown(self) -> None:
        """Let everybody sync until nothing is new, and compare."""
        try:
            if sys.exc_info()[0] is None:
                self._meet()
                self._compare()
        finally:
            for number in [*self._corpora]:
                self._close(number)
            self._carrier.close()
            self._monkeypatch.undo()
            self._temporary.cleanup()

    def _meet(self) -> None:
        self._carrier.set_members([Member(self._desktops[n].member, *_PEOPLE[n]) for n in (_OMAR, _HIND)])
        if not self._carrier.shares_all:
            self._end_sync(_LEAD)
            finish(self._start_sync(_LEAD))  # or articles that an older corpus lacks would come later, given to nobody
            with self._recording(_LEAD) as corpus:
                give_articles(corpus, *list_articles(corpus))
        self._desktops.append(self._new_desktop)
        for _round in range(_ROUNDS):
            results = []
            for number in range(len(self._desktops)):
                self._end_sync(number)
                results.append(finish(self._start_sync(number)))
            self._results = results
            if not any(result.pushed or result.pulled or result.articles for result in results):
                return
        raise AssertionError(f"something is always new: {results}")

    def _compare(self) -> None:
        omar = self._desktops[_OMAR].member
        expected = describe_corpus(self._open(_LEAD))
        visible = describe_corpus(self._open(_LEAD), lambda _article, owner: owner in (None, omar))
        for number in range(len(self._desktops)):
            corpus = self._open(number)
            assert list(check_integrity(corpus)) == []
            if self._carrier.shares_all or number not in (_OMAR, _LAPTOP):
                difference = compare(expected, describe_corpus(corpus))
            else:
                description = describe_corpus(corpus, lambda _article, owner: owner in (None, omar))
                reduce = without_label_decisions if has_undecided_deletion(corpus) else dict
                difference = compare(reduce(visible), reduce(description))
            assert not difference, f"desktop {number}: {difference}"
            assert count_pending(corpus) == 0, f"desktop {number}: {self._results[number].refusals}"
        edits = count_edits(self._open(_LEAD))
        assert {uid: edits.get(uid) for uid in self._edits if uid not in self._lost} == {
            uid: count for uid, count in self._edits.items() if uid not in self._lost
        }
        self._carrier.verify()

    # Internals

    def _open(self, number: int) -> Corpus:
        if number not in self._corpora:
            self._corpora[number] = self._desktops[number].open()
        self._desktops[number].on_this_computer()
        return self._corpora[number]

    def _close(self, number: int) -> None:
        self._end_sync(number)
        if corpus := self._corpora.pop(number, None):
            corpus.close()

    def _backup_path(self, number: int) -> Path:
        return self._desktops[number].path.with_suffix(".backup")

    @contextmanager
    def _recording(self, number: int) -> Iterator[Corpus]:
        """Yield the corpus, and note the steps that are made there."""
        corpus = self._open(number)
        before = count_edits(corpus)
        yield corpus
        for uid, count in count_edits(corpus).items():
            if uid not in before:
                self._edits[uid] = count
                self._senders[uid] = {_LEAD, *self._colleagues(number)}

    def _colleagues(self, number: int) -> set[int]:
        """Return all desktops of the person at one."""
        member = self._desktops[number].member
        return {other for other, desktop in enumerate(self._desktops) if desktop.member == member}

    def _start_sync(
        self, number: int, fails: Callable[[str], bool] = lambda _call: False, portion: int = STEPS_AT_ONCE
    ) -> Progress:
        corpus, desktop = self._open(number), self._desktops[number]

        def run() -> Progress:
            with closing(self._carrier.sync(desktop, corpus, fails, portion)) as steps:
                while True:
                    desktop.on_this_computer()  # others may have had their turn meanwhile
                    try:
                        progress = next(steps)
                    except StopIteration as end:
                        result: SyncResult = end.value
                        return result
                    yield progress

        return run()

    def _end_sync(self, number: int) -> None:
        if steps := self._syncs.pop(number, None):
            steps.close()

    def _read_facts(self, number: int) -> set[str]:
        return list_facts(read_changeset(self._open(number)))

    def _read_all_facts(self) -> dict[int, set[str]]:
        return {number: self._read_facts(number) for number in range(len(self._desktops))}

    def _is_recoverable(self, facts: dict[int, set[str]], remote: set[str]) -> bool:
        """Return whether all that is in a corpus is at the remote, too, or with somebody who may push it.

        What two backups that are put back took from all but those who may not push it stays with those.
        """
        return all(
            any(fact in facts[sender] for sender in self._senders.get(fact, {_LEAD}))
            for fact in set[str]().union(*facts.values()) - remote
        )


def give_articles(corpus: Corpus, *articles: str) -> None:
    """Give these articles to the annotator, in a batch of their own."""
    person, _role = _PEOPLE[_OMAR]
    batch = Batch(new_uid(), "batch", is_blind=False, time=utc_timestamp())
    save_assignments(corpus, batch, [Assignment(article, person) for article in articles])


def choose_article(corpus: Corpus, number: int) -> str:
    """Return the uid of an article."""
    uids = list_articles(corpus)
    return uids[number % len(uids)]


def list_articles(corpus: Corpus) -> list[str]:
    """Return the uids of all articles."""
    return [uid for (uid,) in corpus.fetch_tuples("SELECT uid FROM article ORDER BY id")]


def compare(expected: dict[str, list[str]], actual: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """Return what is in one description and not in the other."""
    return {
        title: ([row for row in rows if row not in actual[title]], [row for row in actual[title] if row not in rows])
        for title, rows in expected.items()
        if rows != actual[title]
    }


def count_edits(corpus: Corpus) -> dict[str, int]:
    """Return the number of edits of each step."""
    return dict(corpus.fetch_tuples("SELECT step, count(*) FROM edit GROUP BY step"))


def has_undecided_deletion(corpus: Corpus) -> bool:
    """Return whether a label was deleted without saying what its spans get."""
    query = "SELECT EXISTS (SELECT 1 FROM label_edit WHERE after IS NULL AND replacement IS NULL)"
    return corpus.fetch_tuples(query) == [(1,)]


def without_label_decisions(description: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return it without what depends on whether a deleted label exists: it does as long as any span has it.

    An annotator does not see all spans.
    """
    records = [row for row in description["records"] if not row.startswith(("Rejection", "Dismissal"))]
    return description | {"labels": [], "records": records}


def make_uids_of(random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new uids be the next ones of this randomness."""
    monkeypatch.setattr("annotator.model.records.token_bytes", random.randbytes)


def copy_template(
    carrier_class: type[Carrier], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Desktop], Carrier]:
    """Return the desktops of a team that has synced, and one that has not yet, with what carries their work."""
    template, carrier = build_template(carrier_class, getattr(carrier_class, "cluster", None))
    desktops = []
    for desktop in template:
        path = Path(shutil.copyfile(desktop.path, folder / desktop.path.name))
        desktops.append(Desktop(path, desktop.home, desktop.person, desktop.member, monkeypatch))
    return desktops, carrier.copy(folder, desktops)


@cache
def build_template(carrier_class: type[Carrier], _cluster: Cluster | None) -> tuple[list[Desktop], Carrier]:
    """Make what all histories over a carrier begin with, once; on each server that there is."""
    temporary = TemporaryDirectory(prefix="history-")
    atexit.register(temporary.cleanup)
    folder = Path(temporary.name)
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_uids_of(Random("template"), monkeypatch)  # none of a history has the same ones
        desktops = []
        for number, (person, role) in enumerate((*_PEOPLE, _PEOPLE[_LEAD]), 1):
            member = {_LAPTOP + 1: _OMAR + 1, len(_PEOPLE) + 1: _LEAD + 1}.get(number, number)
            desktops.append(
                create_desktop(
                    *(folder, number, person, monkeypatch),
                    member=f"{member:032x}",
                    role=role,
                    labels=build_label_set(*LABELS),
                    is_first=number == _LEAD + 1,
                )
            )
        carrier = carrier_class(folder, desktops)
        carrier.create()
        carrier.set_members([Member(desktops[number].member, *_PEOPLE[number]) for number in (_OMAR, _HIND)])
        gold = Changeset("", people=(Person(GOLD_NAME, (GOLD_UID,), GOLD),))
        omar = Changeset("", people=(Person(desktops[_OMAR].person, (desktops[_OMAR].member,)),))
        with desktops[_LEAD].open() as corpus:
            finish(merge(corpus, omar, own_name=desktops[_LEAD].person))
            give_articles(corpus, *list_articles(corpus))
        for is_first in (True, False):
            for desktop in desktops[:-1]:
                with desktop.open() as corpus:
                    finish(merge(corpus, gold, own_name=desktop.person))
                    finish(carrier.sync(desktop, corpus, lambda _call: False))
                    if is_first:
                        name, actor = (
                            (GOLD_NAME, desktop.person) if desktop.person == "Hind" else (desktop.person, None)
                        )
                        for verb in ("tag", "reject", "note"):
                            make_move(corpus, corpus.article(1).uid, name, Move(verb, len(verb), 2), actor)
                    corpus.checkpoint()
        return desktops, carrier


class FileHistory(TeamHistory):
    carrier_class = FileCarrier


class PostgresqlHistory(TeamHistory):
    carrier_class = PostgresqlCarrier


_HISTORIES: Final = {"folder": TeamHistory, "file": FileHistory, "postgresql": PostgresqlHistory}


@click.command()
@click.option("--carrier", type=click.Choice(sorted(_HISTORIES)), default="folder", show_default=True)
@click.option("--histories", default=20, show_default=True, help="How many.")
@click.option("--seed", "number", default=1, show_default=True, help="Of what happens.")
def main(carrier: str, histories: int, number: int) -> None:
    """Run histories, and print how long they took."""
    start, wall = time.process_time(), time.monotonic()
    with start_server() if carrier == "postgresql" else nullcontext():
        run_histories(_HISTORIES[carrier], histories, seed_number=number)
    print(
        f"{histories} histories over {carrier} in {time.process_time() - start:.0f} s of processor time, "
        f"{time.monotonic() - wall:.0f} s: all desktops alike"
    )


@contextmanager
def start_server() -> Iterator[None]:
    """Let histories over PostgreSQL have a server."""
    programs = find_programs()
    if programs is None:
        raise click.ClickException("PostgreSQL is missing")
    with run_cluster(programs) as PostgresqlCarrier.cluster:
        yield


def run_histories(machine: type[TeamHistory], histories: int, *, seed_number: int | None = None) -> None:
    """Run as many histories; an AssertionError, with the shortest that fails so, is a fault."""
    if seed_number is not None:
        machine = seed(seed_number)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            deadline=None,
            stateful_step_count=STEPS,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


if __name__ == "__main__":
    main()
