"""How fast what several people did is merged, compared and adjudicated. One article in ten is labelled by all three."""

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from measuring import MEDIAN, RUNS, Figure, Size, Wanted, time_call

from annotator.jobs.adjudication import adjudicate, load_adjudications
from annotator.jobs.agreement import measure_agreement
from annotator.jobs.merging import MergeSource, merge_sources, read_source, write_changes
from annotator.model.labels import default_labels
from annotator.model.records import DONE, AnnotatedArticle, Article, Edit, Span, Status, Step, article_uid, new_uid
from annotator.store.corpus import Corpus, utc_timestamp

SIZES: Final = (100, 1_000, 10_000)
_SHARED: Final = 10  # one article in so many
_SPANS: Final = 30  # of a layer
_WIDTH: Final = 24  # code points of text for each span
_WORDS: Final = "أعلنت وزارة الصحة يوم الاثنين عن خطة جديدة في الرباط "
_MERGED_STEPS: Final = 30_000
_COMPARED: Final = 100  # articles


def measure(folder: Path, sizes: Sequence[int] = SIZES, runs: int = RUNS) -> Iterator[Figure]:
    """Every figure, with each of these numbers of articles."""
    for count in sizes:
        size = Size(count, "articles")
        lead, colleague, changes = (folder / f"{count}.{name}" for name in ("lead", "colleague", "changeset"))
        shared = _create_corpora(lead, colleague, count)
        with Corpus.open(colleague) as corpus:
            written = _finish(write_changes(corpus, changes, since=lead))
        yield Figure(
            "a step in a changeset", [written.bytes / written.steps], unit="bytes", size=size._replace(each=True)
        )
        with Corpus.open(lead) as corpus:
            wanted = Wanted(MEDIAN, 10, issue=20) if written.steps >= _MERGED_STEPS else None
            for what in ("merging three steps an article", "merging them again"):
                yield _measure_once(what, partial(_merge, corpus, changes), size, wanted)
                wanted = None
            wanted = Wanted(MEDIAN, 1, issue=20) if len(shared) == _COMPARED else None
            agreement = partial(_finish, measure_agreement(corpus))
            yield _measure_once("agreement of three, in one article of ten", agreement, size, wanted)
            disagreements = partial(_finish, adjudicate(corpus, "Sanae"))
            yield _measure_once("the disagreements of all", disagreements, size)
            numbers = Random(1).choices(shared, k=runs)
            times = [time_call(partial(next, load_adjudications(corpus, "gold", [number]))) for number in numbers]
            yield Figure("the disagreements of an article that is opened", times, size=size)
        for path in (lead, colleague, changes):
            path.unlink()


def _measure_once(what: str, work: Callable[[], object], size: Size, wanted: Wanted | None = None) -> Figure:
    return Figure(what, [time_call(work) / 1000], unit="s", size=size, wanted=wanted)


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
        corpus.add_all(AnnotatedArticle(article) for article in articles)
        with corpus.transaction():
            for name in ("Sanae", "Ève"):
                for number in shared:
                    corpus.apply(_make_step(name, _label(articles[number], name, random), articles[number]))
        numbers = [corpus.article(articles[number].uid).id for number in shared]
    shutil.copyfile(lead, colleague)
    with Corpus.open(colleague) as corpus, corpus.transaction():
        for number in shared:
            edits = _label(articles[number], "عمر", random)
            for edit in edits[:-1]:
                corpus.apply(Step(new_uid(), "عمر", utc_timestamp(), "tag", (edit,)))
            corpus.apply(_make_step("عمر", edits[-1:], articles[number]))
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
    result = _finish(merge_sources(corpus, [MergeSource(changes, changeset)], same={}))
    assert not result.results[0].conflicts


def _finish(work: Generator[Any, None, Any]) -> Any:
    """Run a job to its end, and return its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
