"""How fast the main job is, as ratios against a named reference in the same run: `python3 packaging/dev.py bench`.

Seconds differ from machine to machine; how many times as long as a known thing something takes differs less. Each
figure is the median of many runs, taken by turns with its reference.
"""

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QTextEdit

from annotator import i18n
from annotator.core.drafting import draft
from annotator.core.text import tokens
from annotator.jobs.exporting import ALL, Options, export
from annotator.resources import resource
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.corpus_commands import default_labels
from annotator.ui.page import Page

RUNS = 30
ARTICLES = 200


class Figure(NamedTuple):
    """What is measured, against what, and both medians in milliseconds."""

    what: str
    against: str
    own: float
    reference: float


def main() -> int:
    i18n.use("en")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["ANNOTATOR_HOME"] = str(folder / "home")
        print(f"{'':44} {'ms':>8}   {'times':>6}   reference")
        for figure in figures(folder):
            ratio = figure.own / figure.reference
            print(f"{figure.what:44} {figure.own:8.2f} {ratio:8.1f}   {figure.against} ({figure.reference:.2f} ms)")
    return 0


def figures(folder: Path) -> Iterator[Figure]:
    """Every figure, with a window on a corpus made for it."""
    sample = resource("samples", "06-digital-strategy.txt").read_text(encoding="utf-8")
    corpus = Corpus.create(folder / "bench.corpus", default_labels())
    with corpus.transaction():
        for number in range(ARTICLES):
            corpus.add(draft(f"{sample}\n{number}"))
    desk = app.Desk(app.application(), Settings(language="en", annotator="bench"))
    desk.work_at(corpus)
    desk.window.resize(1366, 768)
    desk.show()
    QApplication.processEvents()
    words, view = iter(tokens(sample)), desk.window.view

    def tag() -> None:
        word = next(words)
        assert desk.session.tag("PLAN", *word)
        view.viewport().repaint()

    def undo() -> None:
        assert desk.session.undo()
        view.viewport().repaint()

    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE t (x)")
    yield measured("a tag, on disk and on the screen", tag, "one row committed", lambda: commit(bare))

    edit = QTextEdit()
    edit.resize(view.size())
    edit.show()
    yield measured(
        "laying out an article",
        lambda: Page(sample, [], 560, 22),
        "QTextEdit.setPlainText and paint",
        lambda: (edit.setPlainText(sample), edit.repaint()),
    )
    everything = QRect(0, 0, view.viewport().width(), view.viewport().height())
    spans = desk.session.spans
    view.show_spans(spans)
    highlighted = median(lambda: view.viewport().repaint(everything))
    view.show_spans([])
    yield Figure(f"painting with {len(spans)} spans", "without", highlighted, median(lambda: view.viewport().repaint()))
    view.show_spans(spans)
    yield measured("undo, on disk and on the screen", undo, "one row committed", lambda: commit(bare))

    target = folder / "out.conll"
    yield measured(
        f"exporting {ARTICLES} articles, read back",
        lambda: [*export(corpus, target, Options(state=ALL, annotator="bench"))],
        "finding their tokens",
        lambda: [tokens(sample) for _ in range(ARTICLES)],
        runs=3,
    )
    bare.close()
    desk.window.close()
    desk.session.close()


def commit(connection: sqlite3.Connection) -> None:
    """One row, committed."""
    connection.execute("INSERT INTO t VALUES (1)")


def measured(what: str, own: Callable[[], Any], against: str, reference: Callable[[], Any], runs: int = RUNS) -> Figure:
    """Both medians, the two taken by turns so that whatever else the machine does befalls them alike."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs or RUNS):
        for call, kept in zip((own, reference), times, strict=True):
            kept.append(timed(call))
    return Figure(what, against, statistics.median(times[0]), statistics.median(times[1]))


def median(call: Callable[[], Any]) -> float:
    """The median of RUNS runs, in milliseconds."""
    return statistics.median(timed(call) for _ in range(RUNS))


def timed(call: Callable[[], Any]) -> float:
    """How long one call takes, in milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
