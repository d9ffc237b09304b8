"""How fast what several people did is merged, compared and adjudicated. One article in ten is labelled by all three.

Each corpus is made once, for all figures.
"""

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from adjudication_effort import HANDLING, INCEPTION, INCEPTION_SECONDS, SECONDS_BY_ONE_KEY
from measuring import FRAME, MEDIAN, RUNS, Figure, Size, Wanted, measure_by_turns, time_call
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit
from sqlite_utils import Database
from window_speed import close_program, open_program, press_keys, wait_until

from annotator.jobs.adjudication import adjudicate
from annotator.jobs.agreement import measure_agreement
from annotator.jobs.merging import MergeSource, merge_sources, read_source, write_changes
from annotator.model.changeset import Changeset
from annotator.model.labels import default_labels
from annotator.model.records import (
    BODY,
    DONE,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Step,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.ui import app
from annotator.ui.article.article_canvas import BODY_SIZE
from annotator.ui.widgets import fonts

SIZES: Final = (100, 1_000, 10_000)
_SHARED: Final = 10  # one article in so many
_SPANS: Final = 30  # of a layer
_WIDTH: Final = 24  # code points of text for each span
_WORDS: Final = "أعلنت وزارة الصحة يوم الاثنين عن خطة جديدة في الرباط "
_COLLEAGUE: Final = "عمر"
_MERGED_STEPS: Final = 30_000
_COMPARED: Final = 100  # articles
_READING: Final = "reading the layers"


def measure(folder: Path, sizes: Sequence[int] = SIZES, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure, with each of these numbers of articles."""
    app.create_application()
    for count in sizes:
        size = Size(count, "articles")
        lead, colleague, changes = (folder / f"{count}.{name}" for name in ("lead", "colleague", "changeset"))
        shared = _create_corpora(lead, colleague, count)
        with Corpus.open(colleague) as corpus:
            _finish(write_changes(corpus, changes, since=lead))
        yield from _measure_merging(lead, colleague, changes, size)
        with Corpus.open(lead, readonly=True) as corpus:
            yield from _measure_comparisons(corpus, shared, size, max(1, runs // 10))
        yield from _measure_adjudication(lead, size, runs)
        for path in folder.glob(f"{count}.*"):
            path.unlink()


def _measure_merging(lead: Path, colleague: Path, changes: Path, size: Size) -> Iterator[Figure]:
    """Measure the changeset, and how long it takes to merge it, into a corpus that has none of it or all."""
    changeset: Changeset = _finish(read_source(changes))
    steps, bare = changeset.steps, lead.with_suffix(".bare")
    with Corpus.open(colleague, readonly=True) as corpus:
        queries = {table: f"SELECT * FROM {table} WHERE annotator = ?" for table in ("edit", "span", "status")}
        rows = {table: list(map(dict, corpus.query(query, _COLLEAGUE))) for table, query in queries.items()}

    def insert_rows() -> None:
        db = Database(bare)
        for table, table_rows in rows.items():
            db.table(table).insert_all(table_rows)
        db.close()

    yield Figure(
        "a step in a changeset",
        [changes.stat().st_size / len(steps)],
        "as JSON",
        [len(msgspec.json.encode(steps)) / len(steps)],
        unit="bytes",
        size=size._replace(each=True),
    )
    with Corpus.open(lead) as corpus:
        wanted = Wanted(MEDIAN, 10, issue=20) if len(steps) >= _MERGED_STEPS else None
        merging = partial(_merge, corpus, changes)
        inserting = "sqlite-utils' insert_all of their rows"
        yield _compare("merging three steps an article", merging, inserting, insert_rows, size, 1, wanted)
        reading = partial(_finish, read_source(changes))
        yield _compare("merging them again", merging, "reading the changeset", reading, size)


def _measure_comparisons(corpus: Corpus, shared: Sequence[int], size: Size, runs: int) -> Iterator[Figure]:
    """Measure agreement and disagreements of all shared articles."""

    def read_layers() -> None:
        assert sum(len(annotated.spans) for annotated in corpus.load_articles(shared))

    def agree() -> None:
        agreement = _finish(measure_agreement(corpus))
        assert agreement.spans == 3 * _SPANS * len(shared)

    def disagree() -> None:
        assert _finish(adjudicate(corpus, "Sanae")).disagreements

    wanted = Wanted(MEDIAN, 1, issue=20) if len(shared) == _COMPARED else None
    what = "agreement of three, in one article of ten"
    yield _compare(what, agree, _READING, read_layers, size, runs, wanted)
    yield _compare("the disagreements of all", disagree, _READING, read_layers, size, runs)


def _measure_adjudication(path: Path, size: Size, runs: int) -> Iterator[Figure]:
    """Measure in the real window what opening an article takes, and deciding a disagreement."""
    with Corpus.open(shutil.copyfile(path, path.with_suffix(".copy"))) as corpus:
        job_time = time_call(partial(_finish, adjudicate(corpus, "Sanae", agreed=True)))
    controller = open_program(Corpus.open(path))
    controller.learner._start = lambda path: None  # type: ignore[method-assign]  # that it is due is found out; no more
    window, session, view = controller.window, controller.session, controller.window.view

    def begin() -> None:
        window.action("adjudicate").trigger()
        wait_until(lambda: bool(session.adjudicator) and bool(window.suggestions.current))

    what, times = "beginning to adjudicate", [time_call(begin) / 1000]
    yield Figure(what, times, "the same without a window", [job_time / 1000], "s", size=size)
    first, *others = session.articles.numbers
    numbers = iter(Random(2).choices(others, k=runs))
    edit = QTextEdit()
    edit.setFont(fonts.reading_font(BODY_SIZE))
    edit.resize(view.size())
    edit.show()

    def leave() -> None:
        session.open_by_id(first)
        edit.clear()
        QTest.qWait(20)

    def open_next() -> None:
        session.open_by_id(next(numbers))
        QApplication.processEvents()
        assert window.suggestions.current

    def show_bare() -> None:
        edit.setPlainText(f"1 {_WORDS * (_SPANS * _WIDTH // len(_WORDS) + 1)}")
        QApplication.processEvents()

    what = "opening an article for adjudication"
    yield measure_by_turns(what, open_next, "a bare QTextEdit with its text", show_bare, runs, leave, size=size)
    edit.close()
    session.open_by_id(first)
    window.activateWindow()
    view.setFocus()
    wait_until(view.hasFocus)

    def go_on() -> None:
        before = session.current.article_number
        press_keys(view, "Ctrl+Return")
        assert session.current.article_number not in (0, before)

    def decide() -> None:
        decisions = len(session.decisions)
        press_keys(view, "Return")
        assert len(session.decisions) == decisions + 1

    going_on = [time_call(go_on) for _ in range(max(1, min(runs, len(session.articles)) // 3))]
    deciding = list[float]()
    while len(deciding) < runs:
        if window.suggestions.current:
            deciding.append(time_call(decide))
        else:
            go_on()
    close_program(controller)
    frame = "one frame at 60 Hz"
    yield Figure("a key decides a disagreement", deciding, frame, [FRAME], size=size)
    seconds = [SECONDS_BY_ONE_KEY + time / 1000 for time in deciding]
    what = "seconds a disagreement, by the key of the chosen candidate"
    yield Figure(what, seconds, INCEPTION, [INCEPTION_SECONDS], "s", wanted=HANDLING, size=size)
    yield Figure("done and on to the next article to adjudicate", going_on, frame, [FRAME], size=size)


def _compare(
    what: str,
    own: Callable[[], object],
    against: str,
    reference: Callable[[], object],
    size: Size,
    runs: int = 1,
    wanted: Wanted | None = None,
) -> Figure:
    """Return the times of both in seconds, taken by turns."""
    figure = measure_by_turns(what, own, against, reference, runs, wanted=wanted, size=size)
    own_times, times = ([time / 1000 for time in some] for some in (figure.own, figure.reference))
    return figure._replace(own=own_times, reference=times, unit="s")


def _create_corpora(lead: Path, colleague: Path, count: int) -> list[int]:
    """Create two copies of a corpus, in one of which somebody goes on; return the numbers of the shared articles.

    Two layers of each shared article have one step, and that of the colleague has one for each span, as of an annotator
    who works by hand.
    """
    random = Random(count)
    texts = [f"{number} {_WORDS * (_SPANS * _WIDTH // len(_WORDS) + 1)}" for number in range(count)]
    articles = [Article(article_uid(text), text) for text in texts]
    shared = range(0, count, _SHARED)
    with Corpus.create(lead, default_labels()) as corpus:
        corpus.add_all(
            AnnotatedArticle(article, (Zone(new_uid(), article.uid, BODY, 0, len(article.text)),))
            for article in articles
        )
        with corpus.transaction():
            for name in ("Sanae", "Ève"):
                for number in shared:
                    corpus.apply(_make_step(name, _label(articles[number], name, random), articles[number]))
        numbers = [corpus.article(articles[number].uid).id for number in shared]
    shutil.copyfile(lead, colleague)
    with Corpus.open(colleague) as corpus, corpus.transaction():
        for number in shared:
            edits = _label(articles[number], _COLLEAGUE, random)
            for edit in edits[:-1]:
                corpus.apply(Step(new_uid(), _COLLEAGUE, utc_timestamp(), "tag", (edit,)))
            corpus.apply(_make_step(_COLLEAGUE, edits[-1:], articles[number]))
    return numbers


def _label(article: Article, annotator: str, random: Random) -> list[Edit]:
    """Return the edits of a layer: of ten spans, two or so are those of nobody else."""
    edits = []
    for place in range(_SPANS):
        start = place * _WIDTH + (random.randint(1, 3) if random.random() < 0.1 else 0)
        label = "PLAN" if random.random() < 0.1 else "DATE"
        edits.append(Edit(None, Span(new_uid(), article.uid, annotator, label, start, start + 9)))
    return edits


def _make_step(annotator: str, edits: Sequence[Edit], article: Article) -> Step:
    done = Edit(None, Status(article.uid, annotator, DONE))
    return Step(new_uid(), annotator, utc_timestamp(), "tag", (*edits, done))


def _merge(corpus: Corpus, changes: Path) -> None:
    changeset = _finish(read_source(changes))
    result = _finish(merge_sources(corpus, [MergeSource(changes, changeset)], same={}, own_name=""))
    assert not result.results[0].conflicts


def _finish(work: Generator[Any, None, Any]) -> Any:
    """Run a job to its end, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
