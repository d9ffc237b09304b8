"""Work as a member of a team at a corpus, sync beside that, and report both.

    python member_at_work.py CORPUS NAME SECONDS PAUSE SEED

Each line of the output is a JSON object: {"step": uid} after a change is on the disk, {"milliseconds", "pushed",
"pulled"} after a sync, {"error": kind} after one that failed. Whoever reads may end the process at any time. Once the
seconds are over it syncs until nothing is pending. As in the window, changes do not wait for a sync.
"""

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event
from typing import Final

from annotator.generators import finish
from annotator.jobs.syncing import SyncResult, sync
from annotator.jobs.teams.connecting import open_remote
from annotator.model.operations import add_span, remove_span, set_state
from annotator.model.records import DONE, IN_PROGRESS, Article, Edit, Span, Step, new_uid
from annotator.remotes.remote import Remote, RemoteError
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict
from annotator.store.queries.assignments import list_queue
from annotator.store.queries.team import has_pending

_RETRY: Final = 0.3  # seconds


def report(**values: object) -> None:
    """Print a line, from any thread."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Worker:
    """Makes changes."""

    def __init__(self, corpus: Corpus, name: str, random: Random) -> None:
        self._corpus, self._name, self._random = corpus, name, random

    def change(self) -> None:
        """Label something, or take a label away, in an article of one's own."""
        corpus, random = self._corpus, self._random
        queue = sorted(list_queue(corpus, self._name))
        if not queue:
            return
        article = corpus.article(random.choice(queue))
        layer = corpus.spans(article.uid, self._name)
        edits = self._choose_edits(article, layer)
        if edits:
            step = Step(new_uid(), self._name, utc_timestamp(), "tag", tuple(edits))
            try:
                corpus.apply(step)
            except Conflict:  # the sync brought in the meantime what was done at another desktop
                return
            report(step=step.uid)

    def _choose_edits(self, article: Article, layer: Sequence[Span]) -> list[Edit]:
        random = self._random
        if layer and random.random() < 0.3:
            return remove_span(random.choice(layer))
        if random.random() < 0.1:
            before = self._corpus.status(article.uid, self._name)
            return set_state(before, article, self._name, random.choice((DONE, IN_PROGRESS)))
        words = article.text.split(" ")
        first = random.randrange(len(words))
        start = len(" ".join(words[:first])) + (first > 0)
        label = random.choice(self._corpus.labels().labels).name
        end = start + len(words[first])
        if any((span.label, span.start, span.end) == (label, start, end) for span in layer):
            return []
        return add_span(article, layer, self._name, label, start, end)


class Syncer:
    """Syncs over a connection that is made anew when it breaks."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._remote: Remote | None = None

    def sync(self) -> bool:
        """Sync once; return whether that succeeded."""
        try:
            if self._remote is None:
                self._remote = open_remote(self._corpus)
            start = time.perf_counter()
            result: SyncResult = finish(sync(self._corpus, self._remote))
        except RemoteError as error:
            self.close()
            report(error=type(error).__name__)
            return False
        milliseconds = round(1000 * (time.perf_counter() - start), 1)
        report(milliseconds=milliseconds, pushed=result.pushed, pulled=result.pulled)
        return True

    def close(self) -> None:
        """Let go of the connection."""
        if self._remote is not None:
            self._remote.close()
            self._remote = None


def keep_in_step(path: Path, pause: float, has_ended: Event) -> None:
    """Sync so often, and at the end until nothing is pending."""
    with Corpus.open(path) as corpus:
        syncer = Syncer(corpus)
        while not has_ended.is_set():
            start = time.monotonic()
            syncer.sync()
            has_ended.wait(max(0.0, start + pause - time.monotonic()))
        while not syncer.sync() or has_pending(corpus):
            time.sleep(_RETRY)
        syncer.close()


def main(path: Path, name: str, seconds: float, pause: float, seed: int) -> None:
    """Work, then sync until nothing is pending."""
    random = Random(seed)
    end = time.monotonic() + seconds
    has_ended = Event()
    with Corpus.open(path) as corpus, ThreadPoolExecutor(1) as executor:
        syncing = executor.submit(keep_in_step, path, pause, has_ended)
        worker = Worker(corpus, name, random)
        time.sleep(random.uniform(0, pause))
        try:
            while time.monotonic() < end and not syncing.done():
                start = time.monotonic()
                worker.change()
                time.sleep(max(0.0, start + pause - time.monotonic()))
        finally:
            has_ended.set()
        syncing.result()
    report(end=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
