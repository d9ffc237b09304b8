"""Kill a scripted annotator, and check after each kill whether anything was lost: `python tests/endurance/kill.py`.

    --count 1000     kills; without it 50
    --seed 1         of the script and of the moments; a moment by the clock depends on the machine, too
    --keep FOLDER    work there, and leave what is there at the end

Ends with 1 at the first fault, and says what to look at. Needs a system with fork and SIGKILL.

A kill is no loss of power: what a killed process has written, the system still has. So the log of each corpus is also
copied as it is after a kill and cut at any byte that SQLite had not yet moved into the corpus, as a disk may leave it
that was still writing: such a copy must open with a part of the steps from the first one on, each of them complete.
"""

import gc
import os
import select
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any, Final

import click
import moments
import msgspec
from annotator_at_work import CORPUS, AnnouncingCorpus, Death, Tell, create_corpus, work
from forking import Broken, ForkedProcess, run_child, write_all
from interrupted_starts import check_created, check_migrated, create_old_corpus
from moments import Moment
from torn import check_torn, tear
from verdict import Ledger, Verdict, judge

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus

_LIVES: Final = (10, 40)
"""Kills that a corpus sees before another one is begun, at least and at most."""

Lines = list[dict[str, Any]]


class Failed(Exception):
    """What to look at."""


class Kills:
    """The kills, one after the other.

    This process itself has no corpus open, because forked processes must not share one
    (https://sqlite.org/howtocorrupt.html#_carrying_an_open_database_file_across_a_fork_).
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._folder, self._seed = folder, seed
        self._done = 0

    def run(self, count: int) -> None:
        """Kill so many times. Raises Failed."""
        gc.freeze()  # what there is now is shared by all that are forked off
        old = self._folder / "old"
        old.mkdir()
        _run_forked(lambda: str(create_old_corpus(old, Random(self._seed))))
        while self._done < count:
            random = Random(f"{self._seed}:{self._done}")
            lives = min(count - self._done, random.randint(*_LIVES))
            folder = self._folder / f"from{self._done}"
            folder.mkdir()
            self._kill_beginnings(folder, random, old / "old.corpus")
            _run_forked(partial(create_corpus, folder, random))
            ledger = self._check(folder, [], Ledger(), random)
            with _open_elsewhere(folder / CORPUS, random.random() < 0.4) as is_beside:
                self.counts["corpora, with another window open" if is_beside else "corpora"] += 1
                for _ in range(lives):
                    ledger = self._kill_once(folder, ledger)
            shutil.rmtree(folder)

    def _kill_once(self, folder: Path, ledger: Ledger) -> Ledger:
        random = Random(f"{self._seed}/{self._done}")
        self._done += 1
        moment = moments.choose(random)

        def work_until_killed(tell: Tell) -> None:
            counted = moment.statements, moment.files, moment.commits, moment.late
            work(folder, random, tell, Death(folder / "exports", *counted), moment.first)

        lines = _run_until_killed(work_until_killed, moment)
        self._count(moment, lines)
        if random.random() < 0.2:  # again, before it is back: what the first kill left is being put in order
            second = moments.choose_while_opening(random)

            def open_corpus(tell: Tell) -> None:
                Death(folder, second.statements).begin()
                AnnouncingCorpus.open(folder / CORPUS).close()

            _run_until_killed(open_corpus, second)
            self.counts["killed again while opening"] += 1
        copy = tear(folder, random)
        return self._check(folder, lines, ledger, random, copy)

    def _count(self, moment: Moment, lines: Lines) -> None:
        doing = [line["doing"] for line in lines if "doing" in line]
        within = doing and not {"shown", "not"} & lines[-1].keys()
        self.counts[f"killed {moment.kind}"] += 1
        self.counts[f"killed while: {doing[-1] if within else 'between two verbs' if doing else 'opening'}"] += 1

    def _check(self, folder: Path, lines: Lines, ledger: Ledger, random: Random, copy: Path | None = None) -> Ledger:
        def look() -> Verdict:
            gc.disable()  # it would take a third of the time
            try:
                wrong = check_torn(copy, folder / CORPUS) if copy else []
                verdict = judge(folder, lines, ledger, random)
            except sqlite3.DatabaseError as error:
                return Verdict([f"the corpus or its torn copy is damaged: {error}"], ledger)
            return msgspec.structs.replace(verdict, faults=[*wrong, *verdict.faults])

        folder_before = self._folder / "before"  # what was looked at, before anything was undone
        shutil.rmtree(folder_before, ignore_errors=True)
        shutil.copytree(folder, folder_before)
        verdict = msgspec.json.decode(_run_forked(look), type=Verdict)
        self.counts.update(verdict.counts)
        most = "articles in the largest corpus"
        self.counts[most] = max(self.counts[most], verdict.articles)
        self.counts["torn logs"] += copy is not None
        self.counts["kills"] = self._done
        if verdict.faults:
            (folder_before / "lines.json").write_bytes(msgspec.json.format(msgspec.json.encode(lines)))
            faults = "\n  ".join(fault[:2000] for fault in verdict.faults)
            raise Failed(f"kill {self._done} of seed {self._seed}; {folder_before} is what was found\n  {faults}")
        return verdict.ledger

    def _kill_beginnings(self, folder: Path, random: Random, old: Path) -> None:
        """Kill what creates a corpus, and what migrates an old one."""
        for count, name in enumerate(["made", "migrated", "made", "migrated"]):
            place = folder / f".{name}{count}"
            place.mkdir()
            path = place / "new.corpus"
            if name == "migrated":
                shutil.copyfile(old, path)
            moment = random.choice(
                [
                    Moment(moments.CLOCK, random.uniform(0, 0.06 if name == "made" else 0.3)),
                    Moment(moments.STATEMENT, statements=random.randint(1, 150)),
                    Moment(moments.FILE, files=random.randint(1, 4)),
                ]
            )

            def create_or_open(
                _tell: Tell, place: Path = place, path: Path = path, moment: Moment = moment, name: str = name
            ) -> None:
                Death(place, moment.statements, moment.files).begin()
                (Corpus.create(path, default_labels()) if name == "made" else Corpus.open(path)).close()

            _run_until_killed(create_or_open, moment)
            look = (
                (lambda path=path: check_created(path))
                if name == "made"
                else (lambda path=path: check_migrated(path, old))
            )
            wrong = msgspec.json.decode(_run_forked(look))
            self.counts[f"killed while a corpus is {name}"] += 1
            if wrong:
                raise Failed(f"before kill {self._done} of seed {self._seed}, {moment}, {path}: {wrong[:6]}")


def _run_until_killed(target: Callable[[Tell], None], moment: Moment) -> Lines:
    """Return what a process reported before it was killed at this moment, or before it ended by itself.

    Raises Failed where it fails by itself.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        run_child(lambda: target(lambda line: write_all(writing, msgspec.json.encode(line) + b"\n")), writing)
    os.close(writing)
    heard, remaining, until = b"", moment.line, time.monotonic() + moment.seconds
    if remaining:
        until += 60
    while time.monotonic() < until:
        ready, _, _ = select.select([reading], [], [], max(0, until - time.monotonic()))
        data = os.read(reading, 1 << 16) if ready else b""
        if ready and not data:
            break
        before, heard = len(heard), heard + data
        for line in heard[heard.rfind(b"\n", 0, before) + 1 :].split(b"\n")[:-1]:
            if remaining and moment.counts(msgspec.json.decode(line)):
                remaining -= 1
                if not remaining:
                    until = time.monotonic() + moment.seconds
    os.kill(pid, signal.SIGKILL)
    while data := os.read(reading, 1 << 16):
        heard += data
    os.close(reading)
    os.waitpid(pid, 0)
    lines = [msgspec.json.decode(line) for line in heard.split(b"\n")[:-1]]  # the last one is not whole
    if lines and "failed" in lines[-1]:
        raise Failed(f"before {moment} it failed: {lines[-1]['failed']}")
    return lines


def _run_forked(work: Callable[[], Any]) -> bytes:
    """Return the result of some work in a process of its own, as JSON. Raises Failed."""
    try:
        return ForkedProcess(work).wait()
    except Broken as broken:
        raise Failed(str(broken)) from None


@contextmanager
def _open_elsewhere(path: Path, wanted: bool) -> Iterator[bool]:
    """Let another process have the corpus open meanwhile, as another window has."""
    reading, writing = os.pipe()
    pid = os.fork() if wanted else None
    if pid == 0:
        os.close(writing)
        with Corpus.open(path) as corpus:
            corpus.labels()
            os.read(reading, 1)  # until the other end is closed
        os._exit(0)
    try:
        yield wanted
    finally:
        os.close(writing)
        os.close(reading)
        if pid:
            os.waitpid(pid, 0)


@click.command()
@click.option("--count", default=50, show_default=True, help="How many kills.")
@click.option("--seed", default=1, show_default=True, help="Of the script and of the moments.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="A new folder to work in.")
def main(count: int, seed: int, keep: Path | None) -> None:
    """Kill a scripted annotator COUNT times, and see after each whether anything was lost."""
    folder = keep or Path(mkdtemp(prefix="kill-"))
    folder.mkdir(exist_ok=True)
    os.environ["ANNOTATOR_HOME"] = str(folder / "home")
    i18n.set_language("en")
    kills, since = Kills(folder, seed), time.monotonic()
    try:
        kills.run(count)
    except Failed as failed:
        click.echo(f"{failed}\nAgain: --count {count} --seed {seed}", err=True)
        sys.exit(1)
    finally:
        for name, number in sorted(kills.counts.items()):
            click.echo(f"{number:8} {name}")
        click.echo(f"{time.monotonic() - since:8.0f} seconds")
    if not keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
