"""How good the suggestions are on any labelled corpus, cold and after so much of it: joined, and of each source alone.

Some of a corpus is labelled and done in a real corpus file, the program learns from it as `annotator learn` does, and
the rest is suggested as by `annotator suggest`. A span is right where label, start and end are; nested ones count.
Where no part of the corpus is kept for judging, every item is judged by what others taught, and in a long corpus a
fifth of them. What is learned from is drawn anew with each seed. The intervals are of 95 %: of F1 by drawing the judged
items anew, of the share of sure suggestions that are wrong by Wilson.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from confidence import Interval, bootstrap, estimate_share
from labelled_corpora import ARTICLES, Gold, LabelledCorpus, load_corpora
from measuring import MEDIAN, RATIO, Figure, Wanted, not_measured
from model_accuracy import create_label_set

from annotator.jobs.learning import learn
from annotator.jobs.suggesting import AnnotatorSuggester
from annotator.model.open_suggestions import is_sure
from annotator.model.records import DONE, AnnotatedArticle, Span, Status, Suggestion, labelled_range, new_uid
from annotator.store.corpus import Corpus

SEEDS: Final = 3
JOINED: Final = "joined"
ALL: Final = "all labels"
SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "rules": ("dates", "names"),
    "memory": ("memory",),
    "model": ("model",),
}
"""What is measured alone, by the suggesters that it consists of."""
_WHO: Final = "bench"
_FOLDS: Final = 5
_MOST: Final = 200  # items that are all judged; of more, the first fold is
_MOST_JUDGED: Final = 400
_MIN_DOUBTFUL: Final = 4  # suggestions of a rule, fewer of which say little about it


class Score(NamedTuple):
    """How many spans were found, missed, and suggested without being there; of several seeds, their sums."""

    right: int
    missed: int
    false: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where there was nothing to find and nothing was suggested."""
        total = 2 * self.right + self.missed + self.false
        return 2 * self.right / total if total else 1.0

    @property
    def precision(self) -> float:
        """The share of what was suggested that is right."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """The share of what there is that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


class Judged(NamedTuple):
    """An item that nothing was learned from, with the suggestions joined and of each source."""

    item: Gold
    suggestions: Mapping[str, Sequence[Suggestion]]

    def score(self, source: str, label: str) -> Score:
        """Return how the suggestions of a source fit a label, or ALL."""
        gold = {span for span in self.item.spans if label in (ALL, span[2])}
        places = {place for place in map(labelled_range, self.suggestions.get(source, ())) if label in (ALL, place[2])}
        return Score(len(gold & places), len(gold - places), len(places - gold))

    def sure(self) -> list[Suggestion]:
        """Return the suggestions that one key accepts."""
        return [suggestion for suggestion in self.suggestions[JOINED] if is_sure(suggestion)]

    def is_wrong(self, suggestion: Suggestion) -> bool:
        """Return whether there is no such span."""
        return labelled_range(suggestion) not in self.item.spans


class Result(NamedTuple):
    """What was judged with each seed after `learned` items of a corpus."""

    corpus: LabelledCorpus
    learned: int
    runs: Sequence[Sequence[Judged]]

    @property
    def what(self) -> str:
        """Of which corpus, after how much."""
        return f"{self.corpus.name}, {f'after {self.learned:,} {self.corpus.unit}' if self.learned else 'cold'}"

    def list_sources(self) -> list[str]:
        """Return the sources that suggested anything."""
        return [name for name in SOURCES if any(judged.suggestions.get(name) for run in self.runs for judged in run)]

    def list_scores(self, source: str, label: str) -> list[Score]:
        """Return the score of each seed."""
        return [add_scores(judged.score(source, label) for judged in run) for run in self.runs]

    def estimate_f1(self, source: str, label: str) -> Interval:
        """Return the interval of F1 over the judged items, each with its suggestions of all seeds."""
        by_item: dict[str, Score] = {}
        for run in self.runs:
            for judged in run:
                uid = judged.item.article.uid
                by_item[uid] = add_scores([by_item.get(uid, Score(0, 0, 0)), judged.score(source, label)])
        relevant = [score for score in by_item.values() if any(score)]
        return bootstrap(relevant, lambda scores: add_scores(scores).f1)

    def best_source(self, label: str) -> str | None:
        """Return the source that is best by itself, or None where none finds anything."""
        medians = {
            source: median(score.f1 for score in self.list_scores(source, label)) for source in self.list_sources()
        }
        best = max(medians, key=lambda source: medians[source], default=None)
        return best if best and medians[best] > 0 else None

    def count_sure(self) -> tuple[int, int, int]:
        """Return how many suggestions there were, how many were sure, and how many of these wrong, over all seeds."""
        total = sure = wrong = 0
        for run in self.runs:
            for judged in run:
                total += len(judged.suggestions[JOINED])
                sure += len(judged.sure())
                wrong += sum(map(judged.is_wrong, judged.sure()))
        return total, sure, wrong

    def estimate_wrong(self) -> Interval:
        """Return the interval of the share of sure suggestions that are wrong, as if one seed had been judged."""
        _total, sure, wrong = self.count_sure()
        return estimate_share(wrong / len(self.runs), sure / len(self.runs))


def add_scores(scores: Iterable[Score]) -> Score:
    """Return the sums."""
    return Score(*map(sum, zip(Score(0, 0, 0), *scores, strict=True)))


def judge(learned: Sequence[Gold], items: Iterable[Gold], labels: Iterable[str], path: Path) -> list[Judged]:
    """Return what the program suggests in `items` having learned from others, in a new corpus at `path`."""
    with Corpus.create(path, create_label_set(labels)) as corpus:
        if learned:
            corpus.add_all(map(_finish, learned))
            for _ in learn(corpus):
                pass
    suggester = AnnotatorSuggester.from_corpus_file(path, _WHO)
    return [Judged(item, _collect_suggestions(suggester, item)) for item in items]


def _finish(item: Gold) -> AnnotatedArticle:
    """Return an item labelled by hand and done."""
    uid = item.article.uid
    spans = tuple(Span(new_uid(), uid, _WHO, label, start, end) for start, end, label in item.spans)
    return AnnotatedArticle(item.article, spans=spans, states=(Status(uid, _WHO, DONE),))


def _collect_suggestions(suggester: AnnotatorSuggester, item: Gold) -> dict[str, list[Suggestion]]:
    alone = {
        source: [
            suggestion
            for name in names
            if name in suggester.pool.names
            for suggestion in suggester.suggest(item.article, (), (), name)
        ]
        for source, names in SOURCES.items()
    }
    return {JOINED: list(suggester.suggest(item.article, (), ())), **alone}


def draw(corpus: LabelledCorpus, learned: int, seed: int) -> Iterator[tuple[Sequence[Gold], Sequence[Gold]]]:
    """Yield pairs of items to learn from, as many as `learned`, and others to judge."""
    items = random.Random(seed).sample(corpus.items, len(corpus.items))
    if corpus.judged:
        yield items[:learned], corpus.judged
        return
    folds = [items[first::_FOLDS] for first in range(_FOLDS)]
    for index, fold in enumerate(folds if len(items) <= _MOST else folds[:1]):
        others = [item for number, other in enumerate(folds) if number != index for item in other]
        yield random.Random(seed).sample(others, len(others))[:learned], fold[:_MOST_JUDGED]


def list_counts(corpus: LabelledCorpus) -> list[int]:
    """Return how many items are learned from: none, and as many as the corpus has beside those that are judged."""
    remainder = len(corpus.items) if corpus.judged else len(corpus.items) * (_FOLDS - 1) // _FOLDS
    return [0, *([learned for learned in corpus.counts if learned <= remainder] or [remainder])]


def measure_corpus(
    corpus: LabelledCorpus, folder: Path, seeds: int = SEEDS, counts: Sequence[int] | None = None
) -> Iterator[Result]:
    """Yield what is suggested after each number of items."""
    numbers = count()
    for learned in list_counts(corpus) if counts is None else counts:
        is_same = not learned and (corpus.judged or len(corpus.items) <= _MOST)  # whatever the seed
        yield Result(
            corpus,
            learned,
            [
                [
                    judged
                    for training, items in draw(corpus, learned, seed)
                    for judged in judge(training, items, corpus.labels, folder / f"{next(numbers)}.corpus")
                ]
                for seed in range(1 if is_same else seeds)
            ],
        )


def measure(data: Path, folder: Path) -> Iterator[Figure | str]:
    """Measure all labelled corpora of the data folder beside the checkout."""
    yield from measure_all(load_corpora(data), folder)


def measure_all(corpora: Iterable[LabelledCorpus], folder: Path, seeds: int = SEEDS) -> Iterator[Figure | str]:
    """Yield the figures of these corpora, and a line for each label with all sources and intervals."""
    for number, corpus in enumerate(corpora):
        place = folder / f"accuracy-{number}"
        place.mkdir()
        for result in measure_corpus(corpus, place, seeds):
            yield from describe(result)
            yield from describe_doubtful_evidence(result)
            yield from create_figures(result)


def describe(result: Result) -> Iterator[str]:
    """Yield a line for each label and for all, and one for the sure suggestions."""
    for label in (*result.corpus.labels, ALL):
        low, high = result.estimate_f1(JOINED, label)
        parts = [_describe_scores(source, result, label) for source in (JOINED, *result.list_sources())]
        parts[0] += f" [{low:.2f}, {high:.2f}]"
        yield f"{result.what}: {label}: {'; '.join(parts)}"
    total, sure, wrong = result.count_sure()
    low, high = result.estimate_wrong()
    yield f"{result.what}: {sure} of {total} are sure, {wrong} of these wrong [{low:.1%}, {high:.1%}]"


def _describe_scores(source: str, result: Result, label: str) -> str:
    scores = result.list_scores(source, label)
    precision, recall, f1 = (
        median(values) for values in zip(*((it.precision, it.recall, it.f1) for it in scores), strict=True)
    )
    return f"{source} P {precision:.2f} R {recall:.2f} F1 {f1:.2f}"


def describe_doubtful_evidence(result: Result) -> Iterator[str]:
    """Yield a line for each rule, list or head noun that is wrong more often than right, the most frequent first."""
    right, total = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for run in result.runs:
        for judged in run:
            for suggestion in judged.suggestions[JOINED]:
                key = suggestion.source, suggestion.evidence
                total[key] += 1
                right[key] += not judged.is_wrong(suggestion)
    for key, suggested in total.most_common():
        if all(key) and suggested >= _MIN_DOUBTFUL and right[key] * 2 < suggested:
            yield f"{result.what}: {', '.join(key)}: {right[key]} of {suggested} right"


def create_figures(result: Result) -> Iterator[Figure]:
    """Yield the figures of labels beside the best source, of each source, and of the sure suggestions."""
    for label in (*result.corpus.labels, ALL):
        what = f"{label}, {result.what}"
        scores, best = result.list_scores(JOINED, label), result.best_source(label)
        reference = [score.f1 for score in result.list_scores(best, label)] if best else []
        wanted = Wanted(RATIO, 1, issue=21) if best else None
        own = [score.f1 for score in scores]
        yield Figure(f"F1 of {what}", own, f"{best} alone" if best else "", reference, "", wanted, more=True)
        yield Figure(f"precision of {what}", [score.precision for score in scores], unit="", more=True)
        yield Figure(f"recall of {what}", [score.recall for score in scores], unit="", more=True)
        for source in result.list_sources():
            alone = [score.f1 for score in result.list_scores(source, label)]
            yield Figure(f"F1 of {what}, {source} alone", alone, unit="", more=True)
    yield from _create_sure_figures(result)


def _create_sure_figures(result: Result) -> Iterator[Figure]:
    total, sure, wrong = result.count_sure()
    if total:
        wanted = Wanted(MEDIAN, 50, issue=21) if result.corpus.unit == ARTICLES else None  # asked of news
        yield Figure(f"sure suggestions, {result.what}", [sure / total * 100], unit="%", wanted=wanted, more=True)
    if not sure:
        yield not_measured(f"sure suggestions that are wrong, {result.what}", "none is sure")
        return
    wanted = Wanted(MEDIAN, 1, issue=21)
    yield Figure(f"sure suggestions that are wrong, {result.what}", [wrong / sure * 100], unit="%", wanted=wanted)
    highest = result.estimate_wrong().high * 100
    yield Figure(f"sure suggestions that are wrong at most (95 %), {result.what}", [highest], unit="%")
