"""Measure how long an annotator waits for suggestions on an article of 500 words, with a trained model."""

import gc
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from typing import Final

from measuring import MEDIAN, RUNS, Figure, Wanted, per_second, time_call

from annotator.jobs.suggesting import SuggesterPool
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Article, Suggestion
from annotator.resources import resource_path
from annotator.suggest.built_in import rule_suggesters
from annotator.suggest.crf.training import TrainingExample, train
from annotator.suggest.memory import MemorySuggester
from annotator.text.analysis import analysed
from annotator.text.proclitics import normalise_form

_WORDS: Final = 500


def measure(runs: int = RUNS) -> Iterator[Figure]:
    """Yield the times, of which 99 % are wanted within 50 milliseconds, and how many tokens are read in a second."""
    times = Figure(
        f"all suggesters on an article of {_WORDS} words", measure_times(runs), wanted=Wanted("99 %", 50, issue=5)
    )
    yield times
    tokens = sum(len(analysed(make_article(number).text).tokens) for number in range(1, runs + 1)) / runs
    speed = times._replace(what="all suggesters read", wanted=Wanted(MEDIAN, 20_000, issue=21))
    yield per_second(speed, round(tokens), "tokens/s")


def measure_times(runs: int) -> list[float]:
    """Return the milliseconds of each run; each article is a new one, and one was asked about before."""
    suggesting = _train_suggesters()
    suggesting.suggest(make_article(0))
    gc.freeze()  # as the window does (ui.app.settle)

    def suggest(number: int) -> None:
        suggesting.suggest(make_article(number))

    return [time_call(partial(suggest, number)) for number in range(1, runs + 1)]


def _train_suggesters() -> SuggesterPool:
    """Return suggesters that know the spans that the rules find in the sample articles."""
    labels = default_labels()
    articles = [
        build_article(path.read_text(encoding="utf-8")).article
        for path in sorted(resource_path("samples").glob("*.txt"))
    ]
    suggested = [
        (article, [suggestion for rule in rule_suggesters() for suggestion in rule.suggest(article, labels)])
        for article in articles
    ]
    memory = MemorySuggester(
        (normalise_form(article.text, suggestion.start, suggestion.end), suggestion.label, 1, 0)
        for article, some in suggested
        for suggestion in some
    )
    examples = [
        TrainingExample(article, tuple({_place(suggestion) for suggestion in some})) for article, some in suggested
    ]
    return SuggesterPool(labels, memory, train(examples, labels, (*rule_suggesters(), memory)))


def _place(suggestion: Suggestion) -> tuple[int, int, str]:
    return suggestion.start, suggestion.end, suggestion.label


def make_article(number: int) -> Article:
    """Return an article with words of the samples from an offset on, in sentences of their own."""
    words = [
        word for path in sorted(resource_path("samples").glob("*.txt")) for word in path.read_text("utf-8").split()
    ]
    text = " ".join(islice(cycle(words), number * 37, number * 37 + _WORDS))
    return build_article(text).article
