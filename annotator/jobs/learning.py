"""Training a corpus's model, and deciding when to."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from math import ceil
from typing import Final

from msgspec import Struct

from annotator import device_key
from annotator.jobs.suggesting import load_model
from annotator.jobs.training_layers import count_places, find_labelled_ranges, load_latest_layers
from annotator.model.labels import LabelSet
from annotator.model.records import labelled_range
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.store.queries.assignments import list_gold_annotators, list_shared_secrets
from annotator.store.queries.training_data import StoredModel
from annotator.suggest.built_in import rule_suggesters
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel, TrainingExample, encode_model, latest_examples
from annotator.suggest.learning import learn_from_examples
from annotator.suggest.memory import MemorySuggester
from annotator.text.analysis import analysed
from annotator.text.proclitics import normalise_form

_RETRAINING_SHARE: Final = 0.1  # new training layers, relative to the last training
_MAX_RANKED_ARTICLES: Final = 300  # articles ranked by uncertainty, which takes some seconds
_ARTICLE_COST: Final = 100  # tokens: the effort of starting on an article, besides reading it
_MIN_LABEL_SHARE: Final = 0.1  # of the expected errors of the label with most: with fewer, a label counts for less
_TRAINING_STEPS: Final = 100  # progress steps; training takes as long as ranking this many articles


class LearningResult(Struct, frozen=True):
    """The trained model (None if there was too little to learn from) and its training data.

    `articles` and `spans` are counts, `last_edit` the id of the last edit before training. `left_out` older articles
    are done, too, but beyond what a model learns from (see `crf.training.MAX_TOKENS`).
    """

    trained: TrainedModel | None
    articles: int
    spans: int
    last_edit: int
    left_out: int = 0


class _Doubt(Struct, frozen=True):
    """An article's length in tokens, and the model's expected errors in it by label."""

    uid: str
    tokens: int
    expected_errors: Mapping[str, float]


class _TrainingData(Struct, frozen=True):
    """Training data; `other_layers` has words and labels by other annotators of the articles, `total` is their number.

    The examples may be fewer.
    """

    labels: LabelSet
    examples: Sequence[TrainingExample]
    other_layers: Sequence[tuple[str, str]]
    memory: MemorySuggester
    last_edit: int
    total: int


def needs_training(corpus: Corpus) -> bool:
    """Return whether to train the model.

    True if the stored model no longer fits or is another computer's, or if a tenth as many layers as it was trained on,
    at least one, were done since.
    """
    labels, stored = corpus.labels(), training_data.load_stored_model(corpus, CrfSuggester.name)
    if stored and stored.model and load_model(corpus, labels) is None:
        return True
    last_edit, layers = (stored.last, stored.lessons) if stored else (0, 0)
    threshold = max(1, ceil(_RETRAINING_SHARE * layers))
    return training_data.count_training_layers_since(corpus, last_edit, threshold) == threshold


def learn_unsaved(corpus: Corpus) -> LearningResult:
    """Train a model on the articles that are done, without storing it."""
    return _train(_load_training_data(corpus))


def learn(corpus: Corpus) -> Generator[tuple[int, int], None, LearningResult]:
    """Train a model on the articles that are done, rank untouched ones by uncertainty, and store both.

    Yields the steps done and their total. The corpus is written only at the end. Raises OSError if this computer has no
    key to sign the model and cannot create one.
    """
    key = device_key.load_or_create_key()
    data = _load_training_data(corpus)
    candidates = _sample_evenly(training_data.list_untouched_articles(corpus), _MAX_RANKED_ARTICLES)
    total = _TRAINING_STEPS + len(candidates)
    yield 0, total
    result = _train(data)
    yield _TRAINING_STEPS, total
    doubts: list[_Doubt] = []
    if result.trained:
        model = CrfSuggester(result.trained, (*rule_suggesters(), data.memory))
        for count, annotated in enumerate(corpus.load_articles(candidates), 1):
            article = annotated.article
            tokens = len(analysed(article.text).tokens)
            doubts.append(_Doubt(article.uid, tokens, model.uncertainty(article, data.labels)))
            yield _TRAINING_STEPS + count, total
    model_bytes = encode_model(result.trained, key) if result.trained else None
    training_data.save_model(
        corpus, CrfSuggester.name, StoredModel(model_bytes, result.articles, result.last_edit), _weigh_labels(doubts)
    )
    return result


def _weigh_labels(doubts: Sequence[_Doubt]) -> dict[str, float]:
    """Return by uid what articles teach for their length, each label counting for the same over all of them.

    Otherwise a frequent label would choose them all. A label that is hardly ever in doubt counts for less, as chance
    would choose by it.
    """
    totals = Counter[str]()
    for doubt in doubts:
        totals.update(doubt.expected_errors)
    least = _MIN_LABEL_SHARE * max(totals.values(), default=0.0)
    return {
        doubt.uid: sum(errors / max(totals[label], least) for label, errors in doubt.expected_errors.items() if errors)
        / (doubt.tokens + _ARTICLE_COST)
        for doubt in doubts
    }


def _load_training_data(corpus: Corpus) -> _TrainingData:
    with corpus.snapshot():
        last_edit, labels = training_data.last_edit_id(corpus), corpus.labels()
        examples, other_layers = list[TrainingExample](), list[tuple[str, str]]()
        secrets, gold = list_shared_secrets(corpus), list_gold_annotators(corpus)
        memory = MemorySuggester(training_data.count_mentions(corpus))
        for annotated, annotator in load_latest_layers(corpus):
            spans = [labelled_range(span) for span in annotated.spans if span.annotator == annotator]
            places = count_places(memory, annotated, annotator)
            ranges = find_labelled_ranges(annotated)
            examples.append(TrainingExample(annotated.article, tuple(spans), ranges, tuple(places)))
            is_secret = annotated.article.uid in secrets  # then the memory below knows gold alone
            other_spans = (
                span
                for span in annotated.spans
                if span.annotator != annotator and (span.annotator in gold or not is_secret)
            )
            other_layers += [
                (normalise_form(annotated.article.text, span.start, span.end), span.label) for span in other_spans
            ]
        for example in examples:
            for count in example.places:
                memory.learn(*count)
        total = len({number for number, _annotator in training_data.list_training_layers(corpus)})
        return _TrainingData(labels, latest_examples(examples[::-1], labels), other_layers, memory, last_edit, total)


def _train(data: _TrainingData) -> LearningResult:
    """Train a model; meanwhile the memory forgets the other layers too, so it cannot know the answers."""
    for words, label in data.other_layers:
        data.memory.learn(words, label, accepted=-1)
    trained = learn_from_examples(data.examples, data.labels, (*rule_suggesters(), data.memory))
    for words, label in data.other_layers:
        data.memory.learn(words, label, accepted=1)
    count, spans = len(data.examples), sum(len(example.spans) for example in data.examples)
    return LearningResult(trained, count, spans, data.last_edit, data.total - count)


def _sample_evenly(numbers: Sequence[int], count: int) -> list[int]:
    """Return at most `count` of the numbers, evenly spread."""
    step = max(1.0, len(numbers) / count)
    return [numbers[int(index * step)] for index in range(min(count, len(numbers)))]
