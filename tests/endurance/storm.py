"""Has other programs do to a corpus what desktops do while a window works at it: python tests/endurance/storm.py

    --count 1000     storms; without it 30
    --seed 1         of what is done; when it happens depends on the machine, too
    --keep FOLDER    work there, and leave what is there at the end

After each storm, every step that the window had shown as saved must be in the corpus or in a rescued copy, every corpus
sound, and every copy that was taken at rest whole. Ends with 1 at the first fault, and says what to look at. Needs a
system that lets files be renamed and deleted while they are open.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from tempfile import mkdtemp
from threading import Thread
from typing import Final

import click

from annotator.core.drafting import draft
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.corpus_commands import default_labels

HERE: Final = Path(__file__).resolve().parent
_AT_ONCE: Final = 4  # storms: they mostly wait
_NOTICED: Final = 60.0  # seconds after which the window has noticed what became of its file, on a busy machine too
_REST: Final = 1.0  # seconds after the last step when the one file holds everything
_TEXT: Final = "أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح لفائدة الأطفال. "


class Fault(Exception):
    """What to look at."""


class Storm:
    """One window, and what is done around it."""

    def __init__(self, folder: Path, random: Random) -> None:
        self.counts: Counter[str] = Counter()
        self._folder, self._random = folder, random
        self._corpus = folder / "news.corpus"
        self._copies: list[tuple[Path, set[str]]] = []
        with Corpus.create(self._corpus, default_labels()) as corpus:
            for number in range(6):
                corpus.add(draft(f"خبر رقم {number}. " + _TEXT * 5))
        self._older = folder / "aside" / "older"
        self._older.parent.mkdir()
        shutil.copy(self._corpus, self._older)
        self._shown: set[str] = set()
        self._opened: Path | None = None
        self._last = time.monotonic()
        self._lines: SimpleQueue[str] = SimpleQueue()
        environment = {**os.environ, "ANNOTATOR_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen"}
        self._errors = (folder / "stderr").open("wb")
        self._window = subprocess.Popen(
            [sys.executable, HERE / "stormy_window.py", self._corpus, str(random.random())],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def run(self) -> None:
        """Let it rage, then look at what is left. Raises Fault."""
        actions = (self._rename, self._replace, self._copy, self._delete, self._write, self._wait)
        self._follow()
        self._listen(self._random.uniform(0.0, 2.0))
        for _each in range(self._random.randint(1, 4)):
            action = self._random.choice(actions)
            self.counts[action.__name__.removeprefix("_")] += 1
            action()
            self._listen(self._random.uniform(0.0, 1.0))
        if self._random.random() < 0.5:
            self.counts["killed"] += 1
            self._window.send_signal(signal.SIGKILL)
        assert self._window.stdin
        self._window.stdin.close()
        code = self._window.wait(60)
        self._reader.join(10)
        self._listen(0)
        self._errors.close()
        errors = (self._folder / "stderr").read_text(encoding="utf-8")
        if code not in (0, -signal.SIGKILL) or "Traceback" in errors:
            raise Fault(f"the window ended with {code}: {errors[-2000:]}")
        self._judge()

    # What other programs do

    def _rename(self) -> None:
        if self._corpus.exists():
            self._corpus.rename(self._corpus.with_name(f"news {self._random.randrange(10**6)}.corpus"))
            self._follow()

    def _replace(self) -> None:
        """As sync clients do it: the old file gets another name, or none."""
        if not self._corpus.exists():
            return
        new = self._folder / "aside" / "new"
        shutil.copy(self._older, new)
        if self._random.random() < 0.5:
            self._corpus.rename(self._corpus.with_name(f"{self._corpus.stem} conflict.corpus"))
        new.replace(self._corpus)
        self._follow()

    def _delete(self) -> None:
        if self._corpus.exists():
            self._corpus.unlink()
            self._follow()

    def _copy(self) -> None:
        """Take a copy of the one file, at rest or not; that of a file which is written to meanwhile may be torn."""
        self._listen(0)
        is_at_rest = time.monotonic() - self._last > _REST
        if not self._corpus.exists():
            return
        shown = set(self._shown)
        copy = self._folder / "aside" / f"copy {len(self._copies)}.corpus"
        shutil.copy(self._corpus, copy)
        self._listen(0)
        if is_at_rest and shown == self._shown:
            self.counts["copies at rest"] += 1
            self._copies.append((copy, shown))

    def _write(self) -> None:
        """Another process imports something."""
        if self._corpus.exists():
            text = self._folder / "aside" / "new.txt"
            text.write_text(f"خبر {self._random.random()} {_TEXT}", encoding="utf-8")
            command = [sys.executable, "-m", "annotator", "--language", "en", "import", self._corpus, text]
            subprocess.run(
                command, capture_output=True, env={**os.environ, "ANNOTATOR_HOME": str(self._folder / "other")}
            )

    def _wait(self) -> None:
        self._listen(self._random.uniform(0.5, 2.5))

    def _follow(self) -> None:
        """Wait until the window says at which file it works now: killed before, it could not have looked."""
        self._opened = None
        end = time.monotonic() + _NOTICED
        while not self._opened:
            if time.monotonic() > end:
                raise Fault("the window does not say at which file it works")
            self._listen(0.05)
        self._corpus = self._opened

    # What the window said

    def _read(self) -> None:
        assert self._window.stdout
        for line in self._window.stdout:
            self._lines.put(line.strip())

    def _listen(self, seconds: float) -> None:
        """Take down what is shown, for so long."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.001, end - time.monotonic()))
                if line.startswith("open "):
                    self._opened = Path(line.removeprefix("open "))
                else:
                    self._shown.add(line)
                    self._last = time.monotonic()
            except Empty:
                return

    # What is left

    def _judge(self) -> None:
        self.counts["steps shown"] += len(self._shown)
        corpora = [*self._folder.glob("*.corpus"), *(self._folder / "home").rglob("rescued/*.corpus")]
        steps: set[str] = set()
        for path in corpora:
            steps |= _steps(path)
        if missing := self._shown - steps:
            raise Fault(f"{len(missing)} of {len(self._shown)} steps are nowhere: {sorted(missing)[:3]} …")
        for copy, shown in self._copies:
            if missing := shown - _steps(copy):
                raise Fault(f"{copy.name} lacks {len(missing)} steps that were shown before it was taken")


def _steps(path: Path) -> set[str]:
    """Return the steps in a corpus. Raises Fault where it is damaged."""
    try:
        with Corpus.open(path) as corpus:
            found = corpus.tuples("PRAGMA integrity_check")
            steps = {step for (step,) in corpus.tuples("SELECT DISTINCT step FROM edit")}
    except CorpusError as error:
        raise Fault(f"{path.name} cannot be read: {error}") from error
    if found != [("ok",)]:
        raise Fault(f"{path.name} is damaged: {found[:3]}")
    return steps


def rage(folder: Path, seed: str) -> Counter[str]:
    """Let one storm rage in a folder, which is deleted where nothing is wrong. Raises Fault."""
    folder.mkdir()
    storm = Storm(folder, Random(seed))
    try:
        storm.run()
    except Fault as fault:
        raise Fault(f"storm {seed}, in {folder}: {dict(storm.counts)}: {fault}") from fault
    shutil.rmtree(folder)
    return storm.counts + Counter(storms=1)


@click.command(help=__doc__)
@click.option("--count", default=30)
@click.option("--seed", default=1)
@click.option("--keep", type=click.Path(path_type=Path))
def main(count: int, seed: int, keep: Path | None) -> None:
    root = keep or Path(mkdtemp())
    root.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        storms = [pool.submit(rage, root / f"storm {number}", f"{seed}:{number}") for number in range(count)]
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
