"""Learning from what is done in a corpus, and knowing when it is time to."""

from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Final

from msgspec import Struct

from annotator import device_key
from annotator.jobs.suggesting import kept, rules
from annotator.model.labels import LabelSet
from annotator.model.records import BOILERPLATE, Draft
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.store.queries.annotated_articles import drafts
from annotator.store.queries.training_data import Learned
from annotator.suggest.crf.suggester import Model
from annotator.suggest.crf.training import MOST, Example, Trained, encoded, train
from annotator.suggest.memory import Memory
from annotator.text.analysis import analysed
from annotator.text.proclitics import form

_MORE: Final = 0.1  # of what was learned from, done anew, is worth the time to learn again
_DOUBTED: Final = 300  # articles about which a model is asked how sure it is, in some seconds
_OPENING: Final = 100  # tokens: what it costs an annotator to begin an article, beside reading it
_TRAINING: Final = 100  # steps that training counts for: it takes as long as so many articles


class Taught(Struct, frozen=True):
    """What was learned, nothing (None) where there was too little: from so many articles and spans of them, when edit
    `last` was the last one."""

    trained: Trained | None
    articles: int
    spans: int
    last: int


class _Lessons(Struct, frozen=True):
    """What a corpus teaches. `elsewhere` are words and labels of other layers of the same articles."""

    labels: LabelSet
    examples: Sequence[Example]
    elsewhere: Sequence[tuple[str, str]]
    memory: Memory
    last: int


def due(corpus: Corpus) -> bool:
    """Whether it is time to learn: nothing that fits was learned yet on this computer, or a tenth as much was done
    since."""
    labels, found = corpus.labels(), training_data.learned(corpus, Model.name)
    if found and found.model and kept(corpus, labels) is None:
        return True
    last, known = (found.last, found.lessons) if found else (0, 0)
    enough = max(1, ceil(_MORE * known))
    return training_data.lessons_since(corpus, last, enough) == enough


def teach(corpus: Corpus) -> Taught:
    """Learn from what is done and keep nothing."""
    return _taught(_lessons(corpus))


def learn(corpus: Corpus) -> Generator[tuple[int, int], None, Taught]:
    """Learn from what is done, and find out which articles would teach most; keep both in the corpus, at the end.
    Yields how much of it is done. Closed before, it leaves the corpus as it was. Raises OSError where this computer has
    no key to sign the model with and none can be made."""
    key = device_key.load_or_create_key()
    lessons, doubted = _lessons(corpus), _spread(training_data.untouched(corpus), _DOUBTED)
    total = _TRAINING + len(doubted)
    yield 0, total
    taught = _taught(lessons)
    yield _TRAINING, total
    doubts = {}
    if taught.trained:
        model = Model(taught.trained, (*rules(), lessons.memory))
        for count, draft in enumerate(drafts(corpus, doubted), 1):
            tokens = len(analysed(draft.article.text).tokens)
            doubts[draft.article.uid] = model.uncertainty(draft.article, lessons.labels) / (tokens + _OPENING)
            yield _TRAINING + count, total
    model_bytes = encoded(taught.trained, key) if taught.trained else None
    training_data.keep(corpus, Model.name, Learned(model_bytes, taught.articles, taught.last), doubts)
    return taught


def _lessons(corpus: Corpus) -> _Lessons:
    with corpus.snapshot():
        last, labels = training_data.last_edit(corpus), corpus.labels()
        examples, elsewhere = list[Example](), list[tuple[str, str]]()
        for draft, annotator in _latest(corpus):
            spans = [(span.start, span.end, span.label) for span in draft.spans if span.annotator == annotator]
            examples.append(Example(draft.article, tuple(spans), _labelled(draft)))
            others = (span for span in draft.spans if span.annotator != annotator)
            elsewhere += [(form(draft.article.text, span.start, span.end), span.label) for span in others]
        return _Lessons(labels, examples[::-1], elsewhere, Memory(training_data.known(corpus)), last)


def _latest(corpus: Corpus) -> Iterator[tuple[Draft, str]]:
    """The lessons that were worked at last, as many as a model learns from, the last one first: one of each article."""
    layers: dict[int, str] = {}
    for number, annotator in reversed(training_data.lessons(corpus)):
        layers.setdefault(number, annotator)
    words = 0
    for draft in drafts(corpus, layers):
        yield draft, layers[draft.article.id]
        words += len(draft.article.text.split())
        if words >= MOST:
            return


def _taught(lessons: _Lessons) -> Taught:
    """What is learned. The memory must not know the answers from another layer either."""
    for words, label in lessons.elsewhere:
        lessons.memory.learn(words, label, accepted=-1)
    trained = train(lessons.examples, lessons.labels, (*rules(), lessons.memory))
    for words, label in lessons.elsewhere:
        lessons.memory.learn(words, label, accepted=1)
    return Taught(trained, len(lessons.examples), sum(len(example.spans) for example in lessons.examples), lessons.last)


def _labelled(draft: Draft) -> tuple[tuple[int, int], ...] | None:
    """The stretches where nobody left out what boilerplate holds; None for the whole text."""
    away = [(zone.start, zone.end) for zone in draft.zones if zone.kind == BOILERPLATE]
    edges = [0, *(edge for stretch in away for edge in stretch), len(draft.article.text)]
    return tuple(stretch for stretch in list(pairwise(edges))[::2] if stretch[0] < stretch[1]) if away else None


def _spread(numbers: Sequence[int], most: int) -> list[int]:
    """At most so many of these numbers, evenly from the first to the last."""
    step = max(1.0, len(numbers) / most)
    return [numbers[int(at * step)] for at in range(min(most, len(numbers)))]
