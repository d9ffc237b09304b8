"""How good the suggester `model` is after so many sentences, and how fast: on the sample of Wojood beside the checkout.

The gold are the spans of the sample's validation part as the program itself reads them, of those of one label that lie
within each other the outermost; a span is right where label, start and end are.
"""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from measuring import MEDIAN, Figure, Wanted

from annotator.formats.conll import columns
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import AnnotatedArticle, Article, article_uid
from annotator.suggest.base import Suggester
from annotator.suggest.crf.features import collect_suggestions
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainingExample, train
from annotator.suggest.dates import DateSuggester
from annotator.suggest.memory import MemorySuggester
from annotator.suggest.names import NameSuggester
from annotator.text.analysis import analysed
from annotator.text.proclitics import normalise_form

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "ner"
TWO: Final = ("DATE", "ORG")
COUNTS: Final = (30, 100, 300, 1000, None)
"""Sentences that are learned from, None for all that there are."""
SHUFFLES: Final = 3

_WANTED: Final = {
    100: {"DATE": 0.87, "ORG": 0.63},
    300: {"DATE": 0.90, "ORG": 0.72},
    1000: {"DATE": 0.90, "ORG": 0.82},
    1115: {"DATE": 0.93, "ORG": 0.86},
}
_SPACY: Final = "spaCy (issue 5)"
_KNOWN: Final = {100: (_SPACY, {"DATE": 0.59, "ORG": 0.57}), 1115: (_SPACY, {"DATE": 0.90, "ORG": 0.83})}
"""What was measured before this program was begun, by how many sentences were learned from."""

Spanned: TypeAlias = tuple[int, int, str]


class Accuracy(NamedTuple):
    """What a model that learned from `sentences` sentences reaches.

    F1 by label of outermost and of all spans; the seconds of learning, with those of the other suggesters; the tokens a
    second that it reads when those have answered; how many of its spans are sure, and how many of these are wrong.
    """

    sentences: int
    outermost: dict[str, float]
    nested: dict[str, float]
    seconds: float
    tokens: float
    sure: int
    wrong: int


def read_sentences(path: Path) -> list[TrainingExample]:
    """Return the sentences of a sample, each as an article."""
    examples = []
    for draft in columns.read(path, "gold"):
        if isinstance(draft, AnnotatedArticle):
            start = 0
            for line in draft.article.text.split("\n"):
                end = start + len(line)
                within = (span for span in draft.spans if start <= span.start and span.end <= end)
                spans = tuple((span.start - start, span.end - start, span.label) for span in within)
                examples.append(TrainingExample(Article(article_uid(line), line), spans))
                start = end + 1
    return examples


def create_label_set(names: Iterable[str]) -> LabelSet:
    """Return a label set of these names."""
    return LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in names))


def measure_accuracy(
    training: Sequence[TrainingExample], gold: Sequence[TrainingExample], labels: LabelSet
) -> Accuracy:
    """Return what a model that learns from `training` reaches on `gold`."""
    names = {label.name for label in labels.labels}
    training = [
        TrainingExample(example.article, tuple(span for span in example.spans if span[2] in names))
        for example in training
    ]
    others = create_suggesters(training)
    start = time.perf_counter()
    trained = train(training, labels, others)
    seconds = time.perf_counter() - start
    if trained is None:
        return Accuracy(len(training), {}, {}, seconds, 0, 0, 0)
    model = CrfSuggester(trained, others)
    count = sum(len(analysed(example.article.text).tokens) for example in gold)
    suggestions = [list(collect_suggestions(example.article, labels, others)) for example in gold]
    analysed.cache_clear()
    start = time.perf_counter()
    proposed = [model.suggest(example.article, labels, some) for example, some in zip(gold, suggestions, strict=True)]
    tokens = count / (time.perf_counter() - start)
    places = [{(span.start, span.end, span.label) for span in some} for some in proposed]
    wanted = [{span for span in example.spans if span[2] in names} for example in gold]
    sure = [(index, span) for index, some in enumerate(proposed) for span in some if span.score >= SURE_SCORE]
    wrong = sum((span.start, span.end, span.label) not in wanted[index] for index, span in sure)
    outer = compute_f1(map(select_outermost, wanted), map(select_outermost, places))
    return Accuracy(len(training), outer, compute_f1(wanted, places), seconds, tokens, len(sure), wrong)


def create_suggesters(training: Iterable[TrainingExample]) -> list[Suggester]:
    """Return the suggesters that need not learn, and a memory of these examples."""
    memory = MemorySuggester()
    for example in training:
        for start, end, label in example.spans:
            memory.learn(normalise_form(example.article.text, start, end), label, 1)
    return [DateSuggester(), NameSuggester(), memory]


def select_outermost(spans: Iterable[Spanned]) -> set[Spanned]:
    """Return the spans that are in no other one of their label."""
    result: set[Spanned] = set()
    for start, end, label in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not any(start >= first and end <= last and label == name for first, last, name in result):
            result.add((start, end, label))
    return result


def compute_f1(wanted: Iterable[set[Spanned]], proposals: Iterable[set[Spanned]]) -> dict[str, float]:
    """Return the harmonic mean of precision and recall by label, and of all spans together under `all`."""
    right, missed, false = Counter[str](), Counter[str](), Counter[str]()
    for gold, proposed in zip(wanted, proposals, strict=True):
        for counter, spans in ((right, gold & proposed), (missed, gold - proposed), (false, proposed - gold)):
            for _start, _end, label in spans:
                counter.update((label, "all"))
    return {
        label: 2 * right[label] / (2 * right[label] + missed[label] + false[label])
        for label in {*right, *missed, *false}
    }


def measure_learning_curve(
    folder: Path = DATA, counts: Sequence[int | None] = COUNTS, shuffles: int = SHUFFLES
) -> Iterator[Accuracy]:
    """DATE and ORG after so many sentences: the first of the file, and the mean of as many shuffles of it."""
    training, gold = (read_sentences(folder / f"wojood-sample-{part}.txt") for part in ("train", "val"))
    for count in counts:
        yield measure_accuracy(training[:count], gold, create_label_set(TWO))
        shuffled = [random.Random(seed).sample(training, len(training))[:count] for seed in range(shuffles)]
        if count is not None and shuffled:
            yield _mean([measure_accuracy(some, gold, create_label_set(TWO)) for some in shuffled])


def measure_all_labels(folder: Path = DATA) -> Accuracy:
    """Every label of the sample, learned from all its sentences."""
    training, gold = (read_sentences(folder / f"wojood-sample-{part}.txt") for part in ("train", "val"))
    return measure_accuracy(
        training, gold, create_label_set(sorted({span[2] for example in training for span in example.spans}))
    )


def _mean(some: Sequence[Accuracy]) -> Accuracy:
    def mean(values: Iterable[float]) -> float:
        return sum(values) / len(some)

    labels = sorted({label for result in some for label in result.outermost})
    return Accuracy(
        some[0].sentences,
        {label: mean(result.outermost.get(label, 0.0) for result in some) for label in labels},
        {label: mean(result.nested.get(label, 0.0) for result in some) for label in labels},
        mean(result.seconds for result in some),
        mean(result.tokens for result in some),
        sum(result.sure for result in some),
        sum(result.wrong for result in some),
    )


def measure(folder: Path = DATA) -> Iterator[Figure]:
    """Measure how good the model is after numbers of sentences, the time to learn, and the speed of reading.

    For each number there are the first sentences of the file, and the mean of shuffled files.
    """
    for turn, result in enumerate(measure_learning_curve(folder)):
        yield from _create_figures(result, "the mean of shuffles" if turn % 2 else "the first")
    yield from _create_figures(measure_all_labels(folder), "every label")


def _create_figures(result: Accuracy, which: str) -> Iterator[Figure]:
    learned = f"{result.sentences:,} sentences, {which}"
    against, published = _KNOWN.get(result.sentences, ("", {}))
    for label in TWO:
        bound = _WANTED.get(result.sentences, {}).get(label)
        wanted = Wanted(MEDIAN, bound, issue=5) if bound and which == "the first" else None
        reference = [published[label]] if label in published and wanted else []
        score = [result.outermost.get(label, 0.0)]
        yield Figure(f"F1 of {label}, {learned}", score, against if reference else "", reference, "", wanted, more=True)
    wrong = result.wrong / result.sure * 100 if result.sure else 0.0
    yield Figure(f"wrong of {result.sure} that are sure, {learned}", [wrong], unit="%")
    yield Figure(f"learning from {learned}", [result.seconds], unit="s", wanted=Wanted(MEDIAN, 5, issue=5))
    speed = Wanted(MEDIAN, 20_000, issue=5)
    yield Figure(f"reading, after {learned}", [result.tokens], unit="tokens/s", wanted=speed, more=True)
