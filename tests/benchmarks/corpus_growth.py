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
from desk_speed import desk_at, leave, wait
from measuring import MEDIAN, RUNS, Figure, Size, Wanted, not_measured, timed
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

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


def figures(folder: Path, sizes: Sequence[int] = SIZES, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure, with each of these numbers of articles."""
    corpus_speed.make(small := folder / "small.corpus", min(_FEW, *sizes))
    peaks: list[float] = []
    for count in sizes:
        size = Size(count, "articles")
        texts = corpus_speed.make(path := folder / f"{count}.corpus", count)
        yield from corpus_speed.figures(path, small, texts, size, runs)
        for figure in _exporting(path, folder, size):
            peaks += figure.own if figure.unit == "MB" else ()
            yield figure
        yield from _suggesting(path, size, runs)
        yield _checking(path, size)
        yield from _working(path, size, runs)  # from here on the corpus is changed
        yield _importing(path, folder, texts, size, max(1, runs // 10))
        for file in folder.glob(f"{count}.*"):
            file.unlink()
    if peaks:
        wanted = Wanted(MEDIAN, 50, issue=4) if max(sizes) >= corpus_speed.LARGE else None
        yield Figure(_MEMORY, [peaks[-1] - peaks[0]], unit="MB", wanted=wanted)
    else:
        yield not_measured(_MEMORY, "Windows does not tell it")


def _exporting(path: Path, folder: Path, size: Size) -> Iterator[Figure]:
    if sys.platform == "win32":
        return
    took = memory.exporting(path, folder / f"{size.count}.conll")
    each = took.seconds * 1_000_000 / took.tokens
    yield Figure("exporting a token, read back", [each], unit="µs", size=size._replace(each=True))
    yield Figure("peak memory of an export", [took.peak], unit="MB", size=size)


def _suggesting(path: Path, size: Size, runs: int) -> Iterator[Figure]:
    with Corpus.open(path, readonly=True) as corpus:
        times = [timed(lambda: SuggesterPool.from_corpus(corpus)) for _ in range(max(1, runs // 10))]
        yield Figure("the suggesters, read from the corpus", times, size=size)
        suggesting = SuggesterPool.from_corpus(corpus)
    articles = [suggestion_speed.article(number) for number in range(runs + 1)]
    suggesting.suggest(articles.pop())
    times = [timed(partial(suggesting.suggest, one)) for one in articles]
    yield Figure("their suggestions for an article", times, size=size)


def _checking(path: Path, size: Size) -> Figure:
    """Of all layers, as `annotator check` does it; three of ten articles have one."""
    with Corpus.open(path, readonly=True) as corpus:
        seconds = timed(lambda: [*check_corpus(corpus)]) / 1000
    return Figure("checking the labels of all", [seconds], unit="s", size=size)


def _working(path: Path, size: Size, runs: int) -> Iterator[Figure]:
    """What an annotator does most, in articles that nobody has begun."""
    desk = desk_at(Corpus.open(path))
    desk.learner._start = lambda path: None  # type: ignore[method-assign]  # that it is due is found out; no more
    session, view = desk.session, desk.window.view
    session.set_article_filter(ArticleFilter(NEW))
    places, key = Random(9), session.labels.labels[0].key or ""
    numbers = places.sample(session.articles.numbers, min(runs, len(session.articles.numbers)))
    session.set_article_filter(ArticleFilter())

    def press(keys: str) -> None:
        combination = QKeySequence(keys)[0]  # type: ignore[index]
        QTest.keyClick(view, combination.key(), combination.keyboardModifiers())
        QApplication.processEvents()

    def open_(number: int) -> None:
        session.open_by_id(number)
        QApplication.processEvents()

    def done(keys: str, is_done: Callable[[], bool]) -> float:
        time = timed(lambda: press(keys))
        assert is_done(), keys
        return time

    def has_spans(count: int) -> bool:
        return len(session.spans) == count

    whats = ("opening an article", "the first tag of an article", "another tag", "undo", "done and next")
    times: tuple[list[float], ...] = tuple([] for _ in whats)
    for number in numbers:
        times[0].append(timed(partial(open_, number)))
        wait(desk)
        before = len(session.spans)
        for at in (1, 2):
            press("Left")
            wanted = before + at
            times[at].append(done(key, partial(has_spans, wanted)))
            wait(desk)
        times[3].append(done("Ctrl+Z", partial(has_spans, before + 1)))
        wait(desk)
        times[4].append(done("Ctrl+Return", partial(_is_elsewhere, desk, number)))
        wait(desk)
    leave(desk)
    for what, some in zip(whats, times, strict=True):
        yield Figure(what, some, size=size)


def _is_elsewhere(desk: app.ApplicationController, number: int) -> bool:
    return desk.session.article is not None and desk.session.article.id != number


def _importing(path: Path, folder: Path, texts: Sequence[str], size: Size, runs: int) -> Figure:
    """An article of JSON lines, with those of a few more, into the corpus as it is."""
    times = []
    with Corpus.open(path) as corpus:
        for turn in range(runs):
            some = [f"{texts[at % len(texts)]}\n\n{size.count}-{turn}-{at}" for at in range(_IMPORTED)]
            lines = folder / f"{size.count}.{turn}.jsonl"
            lines.write_text("\n".join(json.dumps({"text": text}) for text in some), encoding="utf-8")
            before = corpus.fetch_numbers("SELECT count(*) AS number FROM article")
            times.append(timed(partial(list, import_paths(corpus, [lines]))) / _IMPORTED)
            [added] = corpus.fetch_numbers("SELECT count(*) AS number FROM article")
            assert added == before[0] + _IMPORTED
    return Figure("importing an article", times, size=size._replace(each=True))
