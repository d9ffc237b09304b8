"""Let other programs do to a corpus what desktops do while windows work at it: `python tests/endurance/storm.py`.

    --count 1000     storms; without it 30
    --seed 1         of what is done; when it happens depends on the machine, too
    --first 0        the number of the first storm: 1,000 can be run in parts
    --keep FOLDER    work there, and leave what is there at the end

After each storm, every step that a window had shown as saved must be in a corpus or in a rescued copy, every corpus
sound, and every copy that was taken at rest complete. Ends with 1 at the first fault, and says what to look at. Needs a
system that lets files be renamed and deleted while they are open; where it lets a disk be mounted, some storms are on
a medium that is filled up and pulled.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from math import inf
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from tempfile import mkdtemp
from threading import Thread
from typing import Final

import click

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.store.database_files import wal_path
from annotator.store.errors import CorpusError, NewerCorpus
from annotator.store.schema import VERSION

HERE: Final = Path(__file__).resolve().parent
VERSIONS: Final = HERE.parent / "store" / "versions"
_AT_ONCE: Final = 4  # storms: they mostly wait
_NOTICED: Final = 90.0  # seconds after which a window has noticed what became of its file, on a busy machine too
_REST: Final = 1.0  # seconds after the last step when the one file holds everything
_MEDIUM: Final = "16m"  # room for some copies
_TEXT: Final = "أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح لفائدة الأطفال. "


class Fault(Exception):
    """What to look at."""


class Window:
    """A window in a process of its own, and the witness of what it shows."""

    def __init__(self, folder: Path, corpus: Path, name: str, random: Random) -> None:
        self.name = name
        self.saved: set[str] = set()
        self.opened: Path | None = None
        """The file at which it works, as far as it said."""
        self.last = time.monotonic()
        """When it showed something as saved."""
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._log = folder / f"stderr {name} {time.monotonic()}"
        with self._log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "stormy_window.py", corpus, str(random.random()), name],
                env={**os.environ, "ANNOTATOR_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line.strip())

    def listen(self) -> None:
        """Take down what was shown since."""
        while True:
            try:
                line = self._lines.get_nowait()
            except Empty:
                return
            if line.startswith("open "):
                self.opened = Path(line.removeprefix("open "))
            else:
                self.saved.add(line)
                self.last = time.monotonic()

    def end(self, *, killed: bool) -> None:
        """Have it end, or kill it. Raises Fault."""
        if killed:
            self.process.kill()
        assert self.process.stdin
        try:
            self.process.stdin.close()
            code = self.process.wait(_NOTICED)
        except subprocess.TimeoutExpired:
            raise Fault(f"{self.name}'s window does not end: {self.stacks()}") from None
        self._reader.join(10)
        self.listen()
        errors = self._log.read_text(encoding="utf-8")
        if code not in (0, -signal.SIGKILL) or "Traceback" in errors:
            raise Fault(f"{self.name}'s window ended with {code}: {errors[-2000:]}")

    def stacks(self) -> str:
        """Return what its threads are doing."""
        self.process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        self.process.kill()
        return self._log.read_text(encoding="utf-8")[-4000:]


class Storm:
    """One window or two, and what is done around them."""

    def __init__(self, folder: Path, random: Random, *, mounts: bool) -> None:
        """With `mounts`, it may be on a medium of its own."""
        self.counts: Counter[str] = Counter()
        self._folder, self._random = folder, random
        self._copies: list[tuple[Path, set[str]]] = []
        self._newer: set[bytes] = set()
        self._aside = folder / "aside"
        self._aside.mkdir()
        self._place = folder / "desk"
        self._medium = folder / "medium" if mounts and random.random() < 0.4 else None
        for directory in filter(None, (self._place, self._medium)):
            directory.mkdir()
        if self._medium:
            _run("mount", "-t", "tmpfs", "-o", f"size={_MEDIUM}", "tmpfs", self._medium)
            _run("mount", "--bind", self._medium, self._place)
            self.counts["on a medium"] += 1
        self._corpus = self._place / "news.corpus"
        with Corpus.create(self._corpus, default_labels()) as corpus:
            for number in range(6):
                corpus.add(build_article(f"خبر رقم {number}. " + _TEXT * 5))
        self._older = self._aside / "older"
        shutil.copy(self._corpus, self._older)
        names = ["Sanae", "Idris"][: 2 if random.random() < 0.35 else 1]
        self.counts["second window"] += len(names) - 1
        self._disturbed = 0.0
        """Until when the disk was full or away: the log cannot be emptied before."""
        self._windows = [self._open(name) for name in names]
        self._ended: list[Window] = []

    def run(self) -> None:
        """Let it rage, then look at what is left. Raises Fault."""
        actions = [self._rename, self._replace, self._copy, self._delete, self._write, self._kill, self._wait]
        if self._medium:
            actions += [self._fill, self._pull]
        for window in self._windows:
            self._follow(window)
        self._listen(self._random.uniform(0.0, 2.0))
        for _each in range(self._random.randint(1, 4)):
            self._do(self._random.choice(actions))
            self._listen(self._random.uniform(0.0, 1.0))
        for window in self._windows:
            is_killed = self._random.random() < 0.5
            self.counts["killed"] += is_killed
            window.end(killed=is_killed)
        self._judge()

    def close(self) -> None:
        """End what is left of it."""
        for window in (*self._windows, *self._ended):
            window.process.kill()
            window.process.wait()
        if self._medium:
            for place in (self._place, self._medium):
                subprocess.run(["umount", "-l", place], check=False, capture_output=True)

    def _do(self, action: "object") -> None:
        self.counts[action.__name__.removeprefix("_")] += 1  # type: ignore[attr-defined]
        action()  # type: ignore[operator]

    def _open(self, name: str) -> Window:
        return Window(self._folder, self._corpus, name, self._random)

    # What other programs do

    def _rename(self) -> None:
        if self._corpus.exists():
            self._move(f"news {self._random.randrange(10**6)}.corpus")
            self._follow_all()

    def _move(self, name: str) -> None:
        self._corpus.rename(self._corpus.with_name(name))

    def _replace(self) -> None:
        """As sync clients do it: the old file gets another name, or none."""
        if not self._corpus.exists():
            return
        new = self._corpus.with_name(".new")
        kinds = (self._put_older, self._put_older, self._put_newer, self._put_of_older, self._put_of_newer)
        try:
            self._random.choice(kinds)(new)
        except OSError:  # the disk is full
            new.unlink(missing_ok=True)
            return
        if self._random.random() < 0.5:
            self._move(f"{self._corpus.stem} conflict {self._random.randrange(10**6)}.corpus")
        new.replace(self._corpus)
        self._follow_all()

    def _put_older(self, new: Path) -> None:
        """Put the corpus back as it was."""
        shutil.copyfile(self._older, new)

    def _put_newer(self, new: Path) -> None:
        """Put the corpus there with what was added elsewhere, without its last steps where it was not at rest."""
        staged = self._aside / f"newer {self._random.randrange(10**6)}"
        shutil.copyfile(self._corpus, staged)
        try:
            with Corpus.open(staged) as corpus:
                corpus.add(build_article(f"خبر {self._random.random()} {_TEXT}"))
        except CorpusError:  # torn: it was written to while it was copied
            shutil.copyfile(self._older, staged)
        shutil.copyfile(staged, new)

    def _put_of_older(self, new: Path) -> None:
        """Put a corpus of an older version of the program there."""
        shutil.copyfile(self._random.choice(sorted(VERSIONS.glob("*.corpus"))), new)

    def _put_of_newer(self, new: Path) -> None:
        """Put a corpus of a future version of the program there."""
        staged = self._aside / "of newer"
        shutil.copyfile(self._older, staged)
        with closing(sqlite3.connect(staged)) as connection:
            connection.execute(f"PRAGMA user_version = {VERSION + 1}")
            connection.commit()
            connection.execute("PRAGMA journal_mode = WAL")
        self._newer.add(staged.read_bytes())
        shutil.copyfile(staged, new)

    def _delete(self) -> None:
        if self._corpus.exists():
            self._corpus.unlink()
            self._follow_all()

    def _copy(self) -> None:
        """Take a copy of the one file, at rest or not; that of a file which is written to meanwhile may be torn."""
        self._listen(0)
        last = max(self._disturbed, *(window.last for window in self._windows))
        is_at_rest = time.monotonic() - last > _REST
        if not self._corpus.exists():
            return
        steps_shown = self._saved_steps(self._corpus)
        copy = self._aside / f"copy {len(self._copies)}.corpus"
        shutil.copy(self._corpus, copy)
        self._listen(0)
        if is_at_rest and steps_shown == self._saved_steps(self._corpus):
            self.counts["copies at rest"] += 1
            self._copies.append((copy, steps_shown))

    def _write(self) -> None:
        """Another process imports something."""
        if self._corpus.exists():
            text = self._aside / "new.txt"
            text.write_text(f"خبر {self._random.random()} {_TEXT}", encoding="utf-8")
            command = [sys.executable, "-m", "annotator", "--language", "en", "import", str(self._corpus), str(text)]
            subprocess.run(command, capture_output=True, env={**os.environ, "ANNOTATOR_HOME": str(self._folder / "b")})

    def _kill(self) -> None:
        """Kill a window, and start it again on what it had open."""
        window = self._random.choice(self._windows)
        self._windows.remove(window)
        self._ended.append(window)
        window.end(killed=True)
        self._corpus = window.opened or self._corpus
        self._windows.append(self._open(window.name))
        self._follow(self._windows[-1])

    def _fill(self) -> None:
        """Fill the disk, for a while."""
        self._disturbed = inf
        filler = self._place / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):  # until there is no room: others write meanwhile
                pass
        self._listen(self._random.uniform(0.2, 2.0))
        is_renamed = False
        if self._random.random() < 0.4:
            action = self._random.choice((self._rename, self._delete, self._replace, self._copy))
            is_renamed = action == self._rename and self._corpus.exists()
            if is_renamed:  # followed once there is room: the log may not fit into the file before
                self.counts["rename"] += 1
                self._move(f"news {self._random.randrange(10**6)}.corpus")
            else:
                self._do(action)
            self._listen(self._random.uniform(0.0, 1.0))
        filler.unlink()
        if is_renamed:
            self._follow_all()
        self._disturbed = time.monotonic()

    def _pull(self) -> None:
        """Take the medium away, for a while."""
        _run("umount", "-l", self._place)
        self._listen(self._random.uniform(0.0, 3.0))
        _run("mount", "--bind", self._medium, self._place)
        self._disturbed = time.monotonic()

    def _wait(self) -> None:
        self._listen(self._random.uniform(0.5, 2.5))

    def _follow_all(self) -> None:
        """Wait until each window that worked at the file reports at which one it works now.

        A window that is killed before that could not have looked.
        """
        concerned = [window for window in self._windows if window.opened == self._corpus]
        for window in concerned:
            window.opened = None
        for window in concerned:
            self._follow(window)

    def _follow(self, window: Window) -> None:
        end = time.monotonic() + _NOTICED
        while not window.opened:
            if time.monotonic() > end or window.process.poll() is not None:
                raise Fault(f"{window.name}'s window does not say at which file it works: {window.stacks()}")
            self._listen(0.05)
        self._corpus = window.opened

    def _listen(self, seconds: float) -> None:
        """Take down what is shown, for so long."""
        time.sleep(seconds)
        for window in self._windows:
            window.listen()

    def _saved_steps(self, corpus: Path) -> set[str]:
        """Return what was shown as saved in windows that work at this file."""
        return set().union(*(window.saved for window in self._windows if window.opened == corpus))

    # What is left

    def _judge(self) -> None:
        steps_shown = set().union(*(window.saved for window in (*self._windows, *self._ended)))
        self.counts["steps shown"] += len(steps_shown)
        corpora = [*self._place.glob("*.corpus"), *(self._folder / "home").rglob("rescued/*.corpus")]
        steps: set[str] = set()
        for path in corpora:
            steps |= self._steps(path)
        if missing := steps_shown - steps:
            logs = [path.name for path in self._place.glob("*-wal")]
            raise Fault(f"{len(missing)} of {len(steps_shown)} steps are nowhere: {sorted(missing)[:3]} …; {logs}")
        for copy, were_shown in self._copies:
            if missing := were_shown - self._steps(copy):
                raise Fault(f"{copy.name} lacks {len(missing)} steps that were shown before it was taken")

    def _steps(self, path: Path) -> set[str]:
        """Return the steps in a corpus, or none for one that this program cannot read and has not touched.

        Raises Fault where it is damaged.
        """
        try:
            with Corpus.open(path) as corpus:
                answers = corpus.fetch_tuples("PRAGMA integrity_check")
                steps = {step for (step,) in corpus.fetch_tuples("SELECT DISTINCT step FROM edit")}
        except NewerCorpus as newer:
            if path.read_bytes() not in self._newer or wal_path(path).exists():
                raise Fault(f"{path.name} is of a newer version, and was changed") from newer
            return set()
        except CorpusError as error:
            raise Fault(f"{path.name} cannot be read: {error}") from error
        if answers != [("ok",)]:
            raise Fault(f"{path.name} is damaged: {answers[:3]}")
        return steps


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def can_mount(folder: Path) -> bool:
    """Return whether a disk can be mounted here."""
    if not shutil.which("mount"):
        return False
    place = folder / "mounted"
    place.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True)
    if mounted.returncode == 0:
        _run("umount", place)
    return mounted.returncode == 0


def _remove(folder: Path) -> None:
    """Delete a storm's folder, where a process that was killed may still be writing for a moment."""
    for _attempt in range(50):
        with suppress(OSError):
            return shutil.rmtree(folder)
        time.sleep(0.1)
    return shutil.rmtree(folder)


def rage(folder: Path, seed: str, *, mounts: bool) -> Counter[str]:
    """Let one storm rage in a folder, which is deleted where nothing is wrong. Raises Fault."""
    folder.mkdir()
    storm = Storm(folder, Random(seed), mounts=mounts)
    try:
        storm.run()
    except (Fault, OSError, subprocess.SubprocessError) as fault:
        if storm._medium:
            shutil.copytree(storm._medium, folder / "left on the medium")
        raise Fault(f"storm {seed}, in {folder}: {dict(storm.counts)}: {fault!r}") from fault
    finally:
        storm.close()
    _remove(folder)
    return storm.counts + Counter(storms=1)


@click.command(help=__doc__)
@click.option("--count", default=30)
@click.option("--seed", default=1)
@click.option("--first", default=0)
@click.option("--keep", type=click.Path(path_type=Path))
def main(count: int, seed: int, first: int, keep: Path | None) -> None:
    root = keep or Path(mkdtemp())
    root.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    mounts = can_mount(root)
    if not mounts:
        print("No disk can be mounted here: none is filled up, and no medium pulled.", file=sys.stderr)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        storms = [
            pool.submit(rage, root / f"storm {number}", f"{seed}:{number}", mounts=mounts)
            for number in range(first, first + count)
        ]
        try:
            for storm in storms:
                counts += storm.result()
        except Fault as fault:
            pool.shutdown(cancel_futures=True)
            print(fault, file=sys.stderr)
            sys.exit(1)
    for what, times in sorted(counts.items()):
        print(f"{times:7} {what}")
    if not keep:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
