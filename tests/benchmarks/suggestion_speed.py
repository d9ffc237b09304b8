"""How long an annotator waits for suggestions: all suggesters on an article of 500 words, a trained model too."""

import gc
from functools import partial
from itertools import cycle, islice
from typing import Final

from measuring import RUNS, Figure, Wanted, timed

from annotator.jobs.suggesting import SuggesterPool, rule_suggesters
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Article, Suggestion
from annotator.resources import resource_path
from annotator.suggest.crf.training import TrainingExample, train
from annotator.suggest.memory import MemorySuggester
from annotator.text.proclitics import normalise_form

_WORDS: Final = 500


def figure(runs: int = RUNS) -> Figure:
    """The times; all of them are wanted within 50 milliseconds."""
    what = f"all suggesters on an article of {_WORDS} words"
    return Figure(what, measure(runs), wanted=Wanted("99 %", 50, issue=5))


def measure(runs: int) -> list[float]:
    """How long it took each time, in milliseconds; each article is another one, and one was asked about before."""
    suggesting = _taught()
    suggesting.suggest(article(0))
    gc.freeze()  # as the window does (ui.app.settle)

    def suggest(number: int) -> None:
        suggesting.suggest(article(number))

    return [timed(partial(suggest, number)) for number in range(1, runs + 1)]


def _taught() -> SuggesterPool:
    """Suggesters that know of the sample articles what the rules say of them."""
    labels = default_labels()
    articles = [
        build_article(path.read_text(encoding="utf-8")).article
        for path in sorted(resource_path("samples").glob("*.txt"))
    ]
    found = [(one, [said for rule in rule_suggesters() for said in rule.suggest(one, labels)]) for one in articles]
    memory = MemorySuggester(
        (normalise_form(one.text, said.start, said.end), said.label, 1, 0) for one, some in found for said in some
    )
    examples = [TrainingExample(one, tuple({_place(said) for said in some})) for one, some in found]
    return SuggesterPool(labels, memory, train(examples, labels, (*rule_suggesters(), memory)))


def _place(one: Suggestion) -> tuple[int, int, str]:
    return one.start, one.end, one.label


def article(number: int) -> Article:
    """Words of the sample articles from somewhere on, in sentences of their own."""
    words = [
        word for path in sorted(resource_path("samples").glob("*.txt")) for word in path.read_text("utf-8").split()
    ]
    text = " ".join(islice(cycle(words), number * 37, number * 37 + _WORDS))
    return build_article(text).article
