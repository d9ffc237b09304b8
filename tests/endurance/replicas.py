"""Let people work on copies of a corpus, send each other what they did, and compare all copies at the end.

    python tests/endurance/replicas.py --histories 1000     histories; without it 20
    --seed 1          of what is done
    --keep FOLDER     work there, and leave what is there of a history with a fault

Two of the copies belong to one person with two computers, two to curators who share the gold layer, and two people of
one name began with a corpus of their own. Now and then somebody says that two annotators are one person, gives out an
article, or takes some back. Changesets are lost on the way, arrive twice and in another order; merges are killed; a
computer gets a copy of its file of yesterday. At the end each gets what all others have. Then all must have the same,
and each step that was made and is anywhere: once, applied or in conflict. Ends with 1 at the first fault.
Needs a system with fork.
"""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Final

import click
from annotator_at_work import Death
from forking import Broken, ForkedProcess
from moves import (
    LABEL_VERBS,
    LABELS,
    LARGEST_NUMBER,
    TEXTS,
    VERBS,
    Move,
    make_move,
    move_labels,
    read_records,
    read_steps,
    undo_last,
)
from msgspec import Struct
from msgspec.structs import replace

from annotator import device_key, i18n, settings
from annotator.model import records
from annotator.model.changeset import GOLD, PERSON, Assignment, Batch, Changeset, Person
from annotator.model.identities import GOLD_NAME, GOLD_UID
from annotator.model.label_history import last_deletions, resolve_labels
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import BODY, HEADLINE, AnnotatedArticle, Article, Step, Zone, article_uid
from annotator.model.replay import FOREVER, changed_layers, record_key, replay
from annotator.store.annotator_merging import build_join
from annotator.store.changesets import read_changeset, read_people, read_step_uids
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.label_rows import read_label_edits
from annotator.store.merging import merge
from annotator.store.queries.annotators import find_own_name
from annotator.store.queries.assignments import list_assignments, save_assignments, take_back
from annotator.store.recovery.integrity import check_integrity
from annotator.team import changeset_file

ARTICLES: Final = tuple(Article(article_uid(text), text) for text in TEXTS)
_EVENTS: Final = (30, 120)
"""Events of a history, at least and at most."""
_ACTIVITY: Final = (3, 3, 1, 1, 3, 3, 1, 1)
"""How much happens on each computer: most where two write in one layer."""


class Fault(Exception):
    """What is wrong, and where to look."""


class Message(Struct, frozen=True):
    """A changeset under way to a computer."""

    receiver: int
    path: Path


class Computer:
    """A copy of the corpus, and who works on it."""

    def __init__(self, folder: Path, annotator: str, actor: str | None = None) -> None:
        self.annotator, self.actor, self.folder = annotator, actor, folder
        self.worker = actor or annotator
        self.path, self.backup = folder / "team.corpus", folder / "yesterday.corpus"
        self._corpus: Corpus | None = None
        (folder / "home").mkdir(parents=True)
        os.environ["ANNOTATOR_HOME"] = str(folder / "home")
        settings.save(settings.Settings(annotator=self.worker))

    def __enter__(self) -> Corpus:
        """Return the corpus, opened on this computer."""
        os.environ["ANNOTATOR_HOME"] = str(self.folder / "home")
        if self._corpus is None:
            self._corpus = Corpus.open(self.path)
        return self._corpus

    def __exit__(self, *_error: object) -> None:
        """Leave the corpus open, for speed."""

    def own_name(self, corpus: Corpus) -> str:
        """Return what the annotator is called in the corpus, as the window does; curators work in the gold layer."""
        return GOLD_NAME if self.annotator == GOLD_NAME else find_own_name(corpus, self.annotator)

    def close(self) -> None:
        """Close the corpus, if it is open."""
        if self._corpus is not None:
            self._corpus.close()
            self._corpus = None


class History:
    """One history of some copies of a corpus."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.counts: Counter[str] = Counter()
        self._folder, self._random = folder, random
        self._use(random)
        self._messages: list[Message] = []
        self._ledger: dict[str, int] = {}  # each step's number of edits
        self._may_conflict = False  # also in the layers of people with one computer
        first = self._create("first", "سناء", people=["سناء", "عمر", "Hind"])
        self._computers = [
            first,
            self._copy(first, "laptop", "سناء"),
            self._copy(first, "omar", "عمر"),
            self._copy(first, "hind", "Hind"),
            self._copy(first, "curator", GOLD_NAME, "Hind"),
            self._copy(first, "other curator", GOLD_NAME, "عمر"),
            self._create("user", "user"),
            self._create("other user", "user"),
        ]

    def _create(self, name: str, annotator: str, people: Iterable[str] = ()) -> Computer:
        """Create a corpus with these people, in which the zones of the articles have uids of their own."""
        computer = Computer(self._folder / name, annotator)
        os.environ["ANNOTATOR_HOME"] = str(computer.folder / "home")
        colours = Colour("#8f6a0a", "#ecc04c"), Colour("#0b6e4f", "#5fd3a8"), Colour("#7a3e9d", "#c9a0e0")
        labels = LabelSet(tuple(Label(label, {}, colour) for label, colour in zip(LABELS, colours, strict=True)))
        Corpus.create(computer.path, labels).close()
        with computer as corpus:
            for article in ARTICLES:
                zones = (
                    Zone(f"{name} {article.uid} {kind}", article.uid, kind, *edges)
                    for kind, edges in ((HEADLINE, (0, 11)), (BODY, (11, 40)))
                )
                corpus.add(AnnotatedArticle(article, tuple(zones)))
            for person in people:
                make_move(corpus, ARTICLES[0].uid, person, Move("state", 0, 1))
            if people:
                self._merge(corpus, Changeset("", people=(Person(GOLD_NAME, (GOLD_UID,), GOLD),)), computer)
            self._record(corpus)
        return computer

    def _copy(self, source: Computer, name: str, annotator: str, actor: str | None = None) -> Computer:
        computer = Computer(self._folder / name, annotator, actor)
        source.close()
        shutil.copyfile(source.path, computer.path)
        return computer

    @staticmethod
    def _use(random: Random) -> None:
        """Let the order of steps, which depends on their uids, depend on nothing but the seed."""
        records.token_bytes = random.randbytes  # type: ignore[attr-defined, assignment]
        device_key.token_bytes = random.randbytes  # type: ignore[attr-defined, assignment]

    def run(self) -> None:
        """Let things happen, and compare all copies. Raises Fault."""
        weights = {
            self._work: 80,
            self._undo: 10,
            self._change_labels: 1,
            self._send: 10,
            self._receive: 12,
            self._merge_corpus: 3,
            self._kill_merge: 2,
            self._back_up: 2,
            self._join_people: 1,
            self._assign: 3,
            self._take_back: 3,
            self._go_back: 1,
        }
        events = self._random.choices(list(weights), list(weights.values()), k=self._random.randint(*_EVENTS))
        for event in events:
            event()
        self._meet()
        self._compare()
        self.close()

    def close(self) -> None:
        for computer in self._computers:
            computer.close()

    # What happens

    def _work(self) -> None:
        computer = self._choose()
        with computer as corpus:
            move = Move(self._random.choice(VERBS), self._choose_number(), self._choose_number())
            article = self._choose_article()
            if make_move(corpus, article, computer.own_name(corpus), move, computer.actor):
                self._record(corpus)

    def _undo(self) -> None:
        computer = self._choose()
        is_redo = self._random.random() < 0.3
        with computer as corpus:
            article = self._choose_article()
            if undo_last(corpus, article, computer.own_name(corpus), is_redo=is_redo, actor=computer.actor):
                self._record(corpus)
                self.counts["undone or redone"] += 1

    def _change_labels(self) -> None:
        with self._choose() as corpus:
            move = Move(self._random.choice(LABEL_VERBS), self._choose_number(), self._choose_number())
            if len(move_labels(corpus, move)) < len(corpus.labels().labels) or move.verb == LABEL_VERBS[-1]:
                self._may_conflict = True
            self._record(corpus)
            self.counts["changes of labels"] += 1

    def _send(self) -> None:
        """Send all, or what the receiver does not have, or what was done by the person who sends; it may get lost."""
        sender = self._choose()
        receiver = self._random.randrange(len(self._computers))
        with self._computers[receiver] as corpus:
            known_steps = read_step_uids(corpus) if self._random.random() < 0.5 else set()
        with sender as corpus:
            name = sender.own_name(corpus)
            is_own = self._random.random() < 0.3 and name in corpus.annotators()
            changeset = read_changeset(corpus, known_steps=known_steps, annotators=[name] if is_own else None)
        path = self._folder / f"{self.counts['sent']}.changeset"
        with path.open("wb") as file:
            for _progress in changeset_file.encode_changeset(changeset, file):
                pass
        self.counts["sent"] += 1
        self._messages += [Message(receiver, path)] * self._random.choice([0, 1, 1, 1, 2])

    def _receive(self) -> None:
        if self._messages:
            message = self._messages.pop(self._random.randrange(len(self._messages)))
            computer = self._computers[message.receiver]
            with computer as corpus:
                self._merge(corpus, _read_file(message.path), computer)
            self.counts["received"] += 1

    def _merge_corpus(self) -> None:
        with self._choose() as source:
            changeset = read_changeset(source)
        computer = self._choose()
        with computer as corpus:
            self._merge(corpus, changeset, computer)
        self.counts["corpora merged"] += 1

    def _kill_merge(self) -> None:
        """Kill a process that merges, at any statement; then the corpus has all of the changeset or nothing."""
        if not self._messages:
            return
        message = self._random.choice(self._messages)  # it can be merged again
        computer = self._computers[message.receiver]
        with computer as corpus:
            before = read_step_uids(corpus)
        after = before | {step.uid for step in _read_file(message.path).steps}
        self.close()
        statements = int(self._random.expovariate(1 / 60)) + 1
        random = Random(self._random.random())
        process = ForkedProcess(partial(self._merge_until_killed, computer, message.path, statements, random))
        try:
            process.wait()
        except Broken as error:
            if str(error):  # a process that was killed says nothing
                raise Fault(f"merging {message.path} failed: {error}") from error
            self.counts["killed"] += 1
        with computer as corpus:
            self._record(corpus)
            present = read_step_uids(corpus)
            if present != before and not present >= after:
                raise Fault(f"{computer.path} has a part of {message.path}")
            self._check_soundness(corpus)

    def _merge_until_killed(self, computer: Computer, path: Path, statements: int, random: Random) -> None:
        self._use(random)
        death = Death(computer.folder, statements)
        with computer as corpus:
            death.begin()
            for _progress in merge(corpus, _read_file(path), own_name=computer.worker):
                pass
        computer.close()

    def _join_people(self) -> None:
        """Say that two annotators are one person, as whoever works there."""
        computer = self._choose()
        with computer as corpus:
            people = [person.name for person in read_people(corpus) if person.kind == PERSON]
            if len(people) > 2:  # else all would soon be one
                name, other = self._random.sample(people, 2)
                self._merge(corpus, build_join(corpus, name, other), computer)
                self._may_conflict = True
                self.counts["people joined"] += 1

    def _assign(self) -> None:
        """Give an article to whoever works there, in a batch of its own."""
        computer = self._choose()
        with computer as corpus:
            self.counts["given out"] += 1
            batch = Batch(f"{self.counts['given out']}", "batch", is_blind=False, time=utc_timestamp())
            assignment = Assignment(self._choose_article(), computer.own_name(corpus))
            save_assignments(corpus, batch, [assignment])

    def _take_back(self) -> None:
        with self._choose() as corpus:
            names = [assignment.annotator for assignment in list_assignments(corpus)]
            if names:
                self.counts["taken back"] += take_back(corpus, self._random.choice(names))

    def _back_up(self) -> None:
        computer = self._choose()
        computer.close()
        shutil.copyfile(computer.path, computer.backup)

    def _go_back(self) -> None:
        """Put back the file of yesterday; what was done since may be nowhere else."""
        computer = self._choose()
        if not computer.backup.exists():
            return
        computer.close()
        shutil.copyfile(computer.backup, computer.path)
        remaining: set[str] = set()
        for other in self._computers:
            with other as corpus:
                remaining |= read_step_uids(corpus)
        for message in self._messages:
            remaining |= {step.uid for step in _read_file(message.path).steps}
        self.counts["steps lost with a file"] += len(self._ledger.keys() - remaining)
        self._ledger = {uid: count for uid, count in self._ledger.items() if uid in remaining}
        self._may_conflict = True
        self.counts["files of yesterday"] += 1

    # Inside

    def _choose(self) -> Computer:
        return self._random.choices(self._computers, _ACTIVITY)[0]

    def _choose_article(self) -> str:
        return self._random.choices(ARTICLES, (3, 1))[0].uid

    def _choose_number(self) -> int:
        return self._random.randint(0, LARGEST_NUMBER)

    def _record(self, corpus: Corpus) -> None:
        """Enter into the ledger the steps that are new."""
        self._ledger |= dict(corpus.fetch_tuples("SELECT step, count(*) FROM edit GROUP BY step"))

    def _merge(self, corpus: Corpus, changeset: Changeset, computer: Computer) -> None:
        for _progress in merge(corpus, changeset, own_name=computer.worker):
            pass
        self._record(corpus)

    def _meet(self) -> None:
        """Deliver what is under way, and let one computer gather and hand out all there is, until nothing is new."""
        while self._messages:
            self._receive()
        hub = self._choose()
        others = [computer for computer in self._computers if computer is not hub]
        for _round in range(4):
            counts = set()
            for source, target in [*((other, hub) for other in others), *((hub, other) for other in others)]:
                with source as corpus:
                    changeset = read_changeset(corpus)
                with target as corpus:
                    self._merge(corpus, changeset, target)
            for computer in self._computers:
                with computer as corpus:
                    counts.add(len(read_step_uids(corpus)))
            if counts == {len(self._ledger)}:
                return
        raise Fault(f"the copies do not come to an end: {counts} steps, {len(self._ledger)} in the ledger")

    def _compare(self) -> None:
        views = []
        for computer in self._computers:
            with computer as corpus:
                views.append(_describe(corpus))
        for computer, view in zip(self._computers, views, strict=True):
            for subject, value in view.items():
                if value != views[0][subject]:
                    difference = _difference(views[0][subject], value)
                    raise Fault(f"{subject} of {computer.path} differ from those of the first: {difference}")
        for computer in self._random.sample(self._computers, 2):
            with computer as corpus:
                self._check_soundness(corpus)
                self._check_steps(corpus)

    def _check_soundness(self, corpus: Corpus) -> None:
        faults = [str(damage) for damage in check_integrity(corpus)]
        if faults:
            raise Fault(f"{corpus.path} is damaged: {faults[:3]}")

    def _check_steps(self, corpus: Corpus) -> None:
        steps = {step.uid: step for step in read_steps(corpus)}
        for uid, count in self._ledger.items():
            if len(steps[uid].edits) != count:
                raise Fault(f"step {uid} has {len(steps[uid].edits)} edits instead of {count}")
        stored = read_records(corpus)
        lengths = {article.uid: len(article.text) for article in ARTICLES}
        edits = read_label_edits(corpus)
        present = {label.name for label in corpus.labels().labels}
        missing = {name for name in resolve_labels(edits).names().values() if name not in present}
        deletions = last_deletions(edits) | dict.fromkeys(missing, FOREVER)
        result = replay(stored, steps.values(), lengths, deletions)
        tables = {record_key(record): record for record in stored}
        if result.records != tables:
            raise Fault(f"{corpus.path} is not what its steps make: {_difference(result.records, tables)}")
        conflicts = dict(corpus.fetch_tuples("SELECT step, reason FROM conflict"))
        if result.conflicts != conflicts:
            raise Fault(f"{corpus.path} has other conflicts than its steps: {_difference(result.conflicts, conflicts)}")
        shared = {None, "سناء", GOLD_NAME}
        for uid in conflicts:
            layers = changed_layers(steps[uid])
            if not self._may_conflict and not {annotator for _article, annotator in layers} & shared:
                raise Fault(f"{corpus.path}: step {uid} is in conflict, though its layer has one writer")
        self.counts |= {"steps": len(steps), "in conflict": len(conflicts)}


def _read_file(path: Path) -> Changeset:
    reading = changeset_file.read_changeset(path)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            changeset: Changeset = end.value
            return changeset


def _describe(corpus: Corpus) -> dict[str, Any]:
    """Return all that copies must have in common, with identities instead of the names of people."""
    identities: dict[str, str] = {}
    for name, uid in corpus.fetch_tuples("SELECT annotator, uid FROM identity ORDER BY uid"):
        identities.setdefault(name, uid)

    def identify(record: Any) -> Any:
        annotator = getattr(record, "annotator", None)
        return record if annotator is None else replace(record, annotator=identities[annotator])

    def identify_step(step: Step) -> object:
        edits = [(identify(edit.before), identify(edit.after)) for edit in step.edits]
        actor = step.actor and identities[step.actor]
        return replace(step, annotator=identities[step.annotator], actor=actor, edits=()), edits

    return {
        "people": set(identities.values()),
        "records": {record_key(identify(record)): identify(record) for record in read_records(corpus)},
        "steps": {step.uid: identify_step(step) for step in read_steps(corpus)},
        "conflicts": dict(corpus.fetch_tuples("SELECT step, reason FROM conflict")),
        "assignments": {(each.article, identities[each.annotator]): each.batch for each in list_assignments(corpus)},
        "labels": dict(enumerate(corpus.labels().labels)),
        "label edits": {edit.uid: edit for edit in read_label_edits(corpus)},
    }


def _difference(first: dict[Any, Any] | set[Any], second: dict[Any, Any] | set[Any]) -> str:
    if isinstance(first, set) or isinstance(second, set):
        return str(set(first) ^ set(second))
    keys = [key for key in {**first, **second} if first.get(key) != second.get(key)]
    return "; ".join(f"{key}: {first.get(key)} | {second.get(key)}" for key in keys[:3])


@click.command()
@click.option("--histories", default=20, show_default=True, help="How many histories.")
@click.option("--seed", default=1, show_default=True, help="Of what is done.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="A new folder to work in.")
def main(histories: int, seed: int, keep: Path | None) -> None:
    """Let people work on copies of a corpus in HISTORIES histories, and compare the copies at the end of each."""
    folder = keep or Path(mkdtemp(prefix="replicas-"))
    i18n.set_language("en")
    counts, since = Counter[str](), time.monotonic()
    for number in range(histories):
        place = folder / str(number)
        history = None
        try:
            history = History(place, Random(f"{seed}:{number}"))
            history.run()
        except Fault as fault:
            click.echo(f"history {number} of seed {seed}: {str(fault)[:4000]}\n{place} is what there was", err=True)
            sys.exit(1)
        finally:
            counts += history.counts if history else Counter()
        counts["histories"] += 1
        shutil.rmtree(place)
    for name, count in sorted(counts.items()):
        click.echo(f"{count:8} {name}")
    click.echo(f"{time.monotonic() - since:8.0f} seconds")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
