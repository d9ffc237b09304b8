"""How fast keys are answered while the corpus is synced with its team, beside the same keys without a sync.

The window, its thread that syncs and the PostgreSQL server are real, and all on this computer. A key is pressed at the
pace of an annotator, and counts from the moment at which it is due until everything is painted.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final
from unittest import mock

from measuring import Figure, Size, Wanted, not_measured
from postgresql import find_programs, run_cluster
from PySide6.QtCore import QEventLoop, Qt, QTimer
from team_lead import Lead
from window_speed import close_program, open_program, press_keys

from annotator import settings
from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.jobs.teams.connecting import open_remote
from annotator.jobs.teams.joining import join_team
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.remotes.invitation import read_invitation
from annotator.remotes.remote import CURATOR
from annotator.resources import resource_path
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.ui import app
from annotator.ui.session import synchroniser

_MEMBER: Final = "bench"
_OTHERS: Final = ("Omar", "Ève")
_ARTICLES: Final = 60
_STEPS: Final = 3_000  # of the others in all
_PACE: Final = 200  # milliseconds from one key to the next
_ROUNDS: Final = 150  # of keys without a sync, once before it and once after
_WITHIN_A_FRAME: Final = Wanted("95 %", 16.7, issue=23)
_KEYS: Final = ("a key tags a word", "undo", "to the next article")


def measure(folder: Path, steps: int = _STEPS, pace: int = _PACE, rounds: int = _ROUNDS) -> Iterator[Figure]:
    """Every figure; without a server's programs, that it was not measured."""
    programs = find_programs()
    if programs is None:
        yield not_measured(f"{_KEYS[0]} beside a sync", "there is no PostgreSQL on this computer")
        return
    app.create_application()
    with run_cluster(programs) as cluster, cluster.new_database() as database:
        lead = Lead(folder / "lead", cluster.url(database))
        lead.found_team([_build_text(number) for number in range(_ARTICLES)])
        with mock.patch.dict(os.environ, ANNOTATOR_HOME=str(folder / "home")):
            yield from _measure_window(folder, lead, steps, pace, rounds)


def _measure_window(folder: Path, lead: Lead, steps: int, pace: int, rounds: int) -> Iterator[Figure]:
    invitation, path = lead.invite(_MEMBER, CURATOR), folder / "member.corpus"
    settings.save(settings.Settings(annotator=_MEMBER))
    finish(join_team(read_invitation(invitation), path))
    with Corpus.open(path) as corpus, open_remote(corpus) as remote:
        finish(sync(corpus, remote))
    lead.work(partial(_label, count=steps))
    with mock.patch.multiple(synchroniser, _OPENING_TIME=10**8, _PAUSE=10**8, _INTERVAL=10**8):
        controller = open_program(Corpus.open(path))
        quiet = _press_until(controller, pace, lambda pressed: pressed >= rounds)
        controller.synchroniser.sync_now()
        start = time.monotonic()
        during = _press_until(controller, pace, lambda _pressed: not controller.synchroniser.tasks.is_busy)
        seconds = time.monotonic() - start
        quiet_again = _press_until(controller, pace, lambda pressed: pressed >= rounds)
        close_program(controller)
    size = Size(steps, "steps of others")
    for what in _KEYS:
        without = [*quiet[what], *quiet_again[what]]
        wanted = _WITHIN_A_FRAME
        yield Figure(f"{what} beside a sync", during[what], "the same without", without, wanted=wanted, size=size)
    yield Figure("a sync beside keys", [seconds], unit="s", size=size)


def _press_until(
    controller: app.ApplicationController, pace: int, is_over: Callable[[int], bool]
) -> dict[str, list[float]]:
    """Press keys in turn, and return how long each kind took, in milliseconds."""
    view, times = controller.window.view, dict[str, list[float]]((what, []) for what in _KEYS)
    key = controller.session.labels.labels[0].key or ""
    count = 0
    while not is_over(count):
        _go_to_free_word(controller)
        for what, keys in zip(_KEYS, (key, "Ctrl+Z", "Alt+Down"), strict=True):
            if what == _KEYS[2] and count % 5:
                continue
            due = _wait(pace)
            press_keys(view, keys)
            times[what].append(1000 * (time.perf_counter() - due))
        count += 1
    return times


def _wait(pace: int) -> float:
    """Wait as the program does between two keys; return when the next key is due."""
    loop, due = QEventLoop(), time.perf_counter() + pace / 1000
    timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(loop.quit)
    timer.start(pace)
    loop.exec()
    return min(due, time.perf_counter())


def _go_to_free_word(controller: app.ApplicationController) -> None:
    view, session = controller.window.view, controller.session
    press_keys(view, "Escape")
    taken = {(span.start, span.end) for span in session.spans}
    press_keys(view, "Left")
    while view.target_range() in taken:
        press_keys(view, "Left")


def _label(corpus: Corpus, count: int) -> None:
    """Let the others label, a span a step, article by article."""
    articles = [corpus.article(number) for number in range(1, _ARTICLES + 1)]
    with corpus.transaction():
        for number in range(count):
            name, turn = _OTHERS[number % 2], number // 2
            article = articles[turn * _ARTICLES * 2 // count]
            start = 12 * (turn % (len(article.text) // 12 - 1))
            span = Span(new_uid(), article.uid, name, "DATE", start, start + 9)
            corpus.apply(Step(new_uid(), name, utc_timestamp(), "tag", (Edit(None, span),)))


def _build_text(number: int) -> str:
    """Build an article of some hundred words."""
    samples = sorted(resource_path("samples").iterdir())
    return f"{number}. {samples[number % len(samples)].read_text(encoding='utf-8')}"
