"""Random histories of a team that meets in a folder, compared at the end.

    PYTHONPATH=.:tests:tests/endurance python -m remotes.histories --histories 2000 --seed 1

A lead, two annotators, one of them with two computers, and two curators who share gold work, undo, rename labels and
sync; answers are lost, syncs end anywhere, a corpus or the folder is one of yesterday. At the end every corpus must
hold the same, with each step that was ever recorded, and nothing may be pending.
"""

import shutil
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import click
import pytest
from builders import build_label_set
from moves import LABEL_VERBS, LARGEST_NUMBER, VERBS, Move, make_move, move_labels, undo_last
from remotes.replicas import Desktop, UnreliableRemote, create_desktop, create_team, describe

from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.model.changeset import GOLD, Changeset, Person
from annotator.model.identities import GOLD_NAME, GOLD_UID
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import CURATOR, LEAD, Unreachable
from annotator.store.changesets import read_step_uids
from annotator.store.merging import merge
from annotator.store.queries.team import count_pending

EVENTS: Final = (20, 60)
_LABELS: Final = build_label_set("DATE", "INSTITUTION", "PLAN")


class History:
    """One history, with the randomness of a seed."""

    def __init__(self, path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path, self._random = path, Random(seed)
        self.folder = path / "team"
        people = (("سناء", LEAD), ("Omar", "annotator"), ("ليلى", "annotator"), ("Hind", CURATOR), ("يوسف", CURATOR))
        self.desktops = [
            create_desktop(path, number, person, monkeypatch, role=role, labels=_LABELS)
            for number, (person, role) in enumerate(people, 1)
        ]
        laptop = create_desktop(path, 9, "Omar", monkeypatch, member=self.desktops[1].member)
        self.desktops.append(laptop)
        create_team(self.folder, *self.desktops)
        self.remotes = [FolderRemote.open(self.folder, desktop.member) for desktop in self.desktops]
        gold = Changeset("", people=(Person(GOLD_NAME, (GOLD_UID,), GOLD),))
        for desktop in self.desktops:
            with desktop.open() as corpus:
                finish(merge(corpus, gold, own_name=desktop.person))
        self.sync_all()
        self.steps = set[str]()

    def run(self) -> None:
        """Let things happen, sync all until nothing is pending, and compare."""
        events = {
            self._work: 60,
            self._undo: 8,
            self._change_labels: 1,
            self._sync: 25,
            self._restore_folder: 4,
            self._restore_corpus: 2,
        }
        chosen_events = self._random.choices(list(events), list(events.values()), k=self._random.randint(*EVENTS))
        for event in chosen_events:
            event()
        for _round in range(3):
            self.sync_all()
        first, *others = map(describe, self.desktops)
        for other in others:
            assert other == first
        for desktop in self.desktops:
            with desktop.open() as corpus:
                assert count_pending(corpus) == 0
                assert read_step_uids(corpus) >= self.steps

    def sync_all(self) -> None:
        for desktop, remote in zip(self.desktops, self.remotes, strict=True):
            desktop.sync(remote)

    def _choose(self) -> int:
        return self._random.randrange(len(self.desktops))

    def _work(self) -> None:
        desktop = self.desktops[self._choose()]
        is_gold = desktop.person in ("Hind", "يوسف")
        move = Move(self._random.choice(VERBS), *(self._random.randint(0, LARGEST_NUMBER) for _number in range(2)))
        with desktop.open() as corpus:
            article = corpus.article(self._random.randint(1, 2)).uid
            name = GOLD_NAME if is_gold else desktop.person
            make_move(corpus, article, name, move, desktop.person if is_gold else None)
            self.steps |= read_step_uids(corpus)

    def _undo(self) -> None:
        desktop = self.desktops[self._choose()]
        with desktop.open() as corpus:
            undo_last(corpus, corpus.article(1).uid, desktop.person, is_redo=self._random.random() < 0.3)
            self.steps |= read_step_uids(corpus)

    def _change_labels(self) -> None:
        with self.desktops[0].open() as corpus:
            move_labels(corpus, Move(self._random.choice(LABEL_VERBS[:2]), self._random.randint(0, 5), 1))

    def _sync(self) -> None:
        number = self._choose()
        desktop, remote = self.desktops[number], self.remotes[number]
        match self._random.randrange(3):
            case 0:
                desktop.sync(remote)
            case 1:
                unreliable = UnreliableRemote(remote, lambda _call: self._random.random() < 0.3)
                with suppress(Unreachable):
                    desktop.sync(unreliable)
            case 2:
                with desktop.open() as corpus:
                    steps = sync(corpus, remote, own_name=desktop.person, steps_at_once=self._random.randint(1, 5))
                    for _progress, _limit in zip(steps, range(self._random.randint(0, 9)), strict=False):
                        pass
                    steps.close()

    def _restore_folder(self) -> None:
        """Put back the folder as it was, with all corpora as they are.

        Each has read its own last file before: what was pushed by a sync that ended before it read that is not noticed
        to be gone (docs/adr/0028).
        """
        backup = self._path / "folder of yesterday"
        if backup.exists():
            self.sync_all()
            shutil.rmtree(self.folder)
            backup.rename(self.folder)
        else:
            shutil.copytree(self.folder, backup)

    def _restore_corpus(self) -> None:
        """Put back a corpus as it is after a sync: nothing that was done there is lost."""
        number = self._choose()
        desktop: Desktop = self.desktops[number]
        desktop.sync(self.remotes[number])
        with desktop.open() as corpus:
            corpus.checkpoint()
        backup = desktop.path.with_suffix(".backup")
        shutil.copyfile(desktop.path, backup)
        self._sync()
        desktop.sync(self.remotes[number])
        shutil.copyfile(backup, desktop.path)


def run_history(seed: int) -> None:
    """Run the history of a seed; an AssertionError is a fault."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as monkeypatch:
        History(Path(name), seed, monkeypatch).run()


@click.command()
@click.option("--histories", default=20)
@click.option("--seed", default=0)
def main(histories: int, seed: int) -> None:
    """Run histories, and print how many and how long."""
    start = time.process_time()
    for number in range(histories):
        try:
            run_history(seed + number)
        except BaseException:
            print(f"seed {seed + number}")
            raise
    print(f"{histories} histories in {time.process_time() - start:.0f} s of processor time, all desktops alike")


if __name__ == "__main__":
    main()
