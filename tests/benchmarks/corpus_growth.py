"""How what a corpus takes grows with its articles. Each corpus is made once, for all figures."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import corpus_speed
import memory
import suggestion_speed
from measuring import MEDIAN, RUNS, Figure, Size, Wanted, not_measured, time_call
from PySide6.QtWidgets import QApplication
from window_speed import close_program, open_program, press_keys, wait_for_suggestions

from annotator.jobs.checking import check_corpus
from annotator.jobs.imports.importer import import_paths
from annotator.jobs.suggesting import SuggesterPool
from annotator.model.records import NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui import app

SIZES: Final = (1_000, 10_000, 100_000)
_FEW: Final = 20  # articles
_IMPORTED: Final = 100  # articles at a time: few beside those that there are
_MEMORY: Final = "memory of an export: more with the most articles than with the fewest"


def measure(folder: Path, sizes: Sequence[int] = SIZES, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure, with each of these numbers of articles."""
    corpus_speed.create_corpus(small := folder / "small.corpus", min(_FEW, *sizes))
    peaks: list[float] = []
    for count in sizes:
        size = Size(count, "articles")
        texts = corpus_speed.create_corpus(path := folder / f"{count}.corpus", count)
        yield from corpus_speed.measure(path, small, texts, size, runs)
        for figure in _measure_export(path, folder, size):
            peaks += figure.own if figure.unit == "MB" else ()
            yield figure
        yield from _measure_suggestions(path, size, runs)
        yield _measure_check(path, size)
        yield from _measure_work(path, size, runs)  # from here on the corpus is changed
        yield _measure_import(path, folder, texts, size, max(1, runs // 10))
        for file in folder.glob(f"{count}.*"):
            file.unlink()
    if peaks:
        wanted = Wanted(MEDIAN, 50, issue=4) if max(sizes) >= corpus_speed.LARGE else None
        yield Figure(_MEMORY, [peaks[-1] - peaks[0]], unit="MB", wanted=wanted)
    else:
        yield not_measured(_MEMORY, "Windows does not tell it")


def _measure_export(path: Path, folder: Path, size: Size) -> Iterator[Figure]:
    if sys.platform == "win32":
        return
    took = memory.measure_export(path, folder / f"{size.count}.conll")
    each = took.seconds * 1_000_000 / took.tokens
    yield Figure("exporting a token, read back", [each], unit="µs", size=size._replace(each=True))
    yield Figure("peak memory of an export", [took.peak], unit="MB", size=size)


def _measure_suggestions(path: Path, size: Size, runs: int) -> Iterator[Figure]:
    with Corpus.open(path, readonly=True) as corpus:
        times = [time_call(lambda: SuggesterPool.from_corpus(corpus)) for _ in range(max(1, runs // 10))]
        yield Figure("the suggesters, read from the corpus", times, size=size)
        suggesting = SuggesterPool.from_corpus(corpus)
    articles = [suggestion_speed.make_article(number) for number in range(runs + 1)]
    suggesting.suggest(articles.pop())
    times = [time_call(partial(suggesting.suggest, article)) for article in articles]
    yield Figure("their suggestions for an article", times, size=size)


def _measure_check(path: Path, size: Size) -> Figure:
    """Of all layers, as `annotator check` does it; three of ten articles have one."""
    with Corpus.open(path, readonly=True) as corpus:
        seconds = time_call(lambda: [*check_corpus(corpus)]) / 1000
    return Figure("checking the labels of all", [seconds], unit="s", size=size)


def _measure_work(path: Path, size: Size, runs: int) -> Iterator[Figure]:
    """Measure what an annotator does most, in articles that nobody has begun."""
    controller = open_program(Corpus.open(path))
    controller.learner._start = lambda path: None  # type: ignore[method-assign]  # that it is due is found out; no more
    session, view = controller.session, controller.window.view
    session.set_article_filter(ArticleFilter(NEW))
    places, key = Random(9), session.labels.labels[0].key or ""
    numbers = places.sample(session.articles.numbers, min(runs, len(session.articles.numbers)))
    session.set_article_filter(ArticleFilter())

    press = partial(press_keys, view)

    def open_(number: int) -> None:
        session.open_by_id(number)
        QApplication.processEvents()

    def time_key(keys: str, is_done: Callable[[], bool]) -> float:
        time = time_call(lambda: press(keys))
        assert is_done(), keys
        return time

    def has_spans(count: int) -> bool:
        return len(session.spans) == count

    whats = ("opening an article", "the first tag of an article", "another tag", "undo", "done and next")
    times: tuple[list[float], ...] = tuple([] for _ in whats)
    for number in numbers:
        times[0].append(time_call(partial(open_, number)))
        wait_for_suggestions(controller)
        before = len(session.spans)
        for place in (1, 2):
            press("Left")
            wanted = before + place
            times[place].append(time_key(key, partial(has_spans, wanted)))
            wait_for_suggestions(controller)
        times[3].append(time_key("Ctrl+Z", partial(has_spans, before + 1)))
        wait_for_suggestions(controller)
        times[4].append(time_key("Ctrl+Return", partial(_is_elsewhere, controller, number)))
        wait_for_suggestions(controller)
    close_program(controller)
    for what, some in zip(whats, times, strict=True):
        yield Figure(what, some, size=size)


def _is_elsewhere(controller: app.ApplicationController, number: int) -> bool:
    return controller.session.article is not None and controller.session.article.id != number


def _measure_import(path: Path, folder: Path, texts: Sequence[str], size: Size, runs: int) -> Figure:
    """Measure the import of an article of JSON lines, together with some more, into the corpus as it is."""
    times = []
    with Corpus.open(path) as corpus:
        for turn in range(runs):
            some = [f"{texts[number % len(texts)]}\n\n{size.count}-{turn}-{number}" for number in range(_IMPORTED)]
            lines = folder / f"{size.count}.{turn}.jsonl"
            lines.write_text("\n".join(json.dumps({"text": text}) for text in some), encoding="utf-8")
            before = corpus.fetch_numbers("SELECT count(*) AS number FROM article")
            times.append(time_call(partial(list, import_paths(corpus, [lines]))) / _IMPORTED)
            [added] = corpus.fetch_numbers("SELECT count(*) AS number FROM article")
            assert added == before[0] + _IMPORTED
    return Figure("importing an article", times, size=size._replace(each=True))
