"""Training of the model: examples, result and serialisation.

Labels are learned by conditional random fields (Lafferty et al. 2001; python-crfsuite): those that overlap in the
examples by different fields, others together, as each can then exclude the other.
"""

import hashlib
import hmac
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import ceil
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.file_ops import discard_file
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.features import FEATURES_VERSION, collect_suggestions, extract_features, suggester_features
from annotator.suggest.crf.tags import DEPTH_SEPARATOR, Chunk, add_depths, encode_tags, find_chunks
from annotator.suggest.joining.belief import Belief
from annotator.suggest.memory import Count
from annotator.text.analysis import analysed
from annotator.text.proclitics import normalise_form

MAX_TOKENS: Final = 50_000
"""How many tokens of the last examples are learned from.

Divided by the number of labels over LABELS_PER_FIELD, rounded up.
"""
LABELS_PER_FIELD: Final = 8
MIN_SPANS: Final = 20
"""Spans required for a model: with fewer, rules find more."""

_MIN_SPANS_OF_LABEL: Final = 3
_MIN_SHARE: Final = 0.003  # of all spans; a rarer label costs training time and is hardly found
_MAX_OVERLAP_SHARE: Final = 0.02  # of a label's spans; overlapping ones of a group are not learned
_PARAMETERS: Final = {"c1": 0.1, "c2": 0.01, "period": 5, "delta": 0.05}
_MAX_ITERATIONS: Final = 40  # more hardly improve it
_MAX_TOTAL_ITERATIONS: Final = 140  # with many fields
_DIGEST: Final = "sha256"
_SIGNATURE_SIZE: Final = hashlib.new(_DIGEST).digest_size  # bytes before the data
_PURPOSE: Final = b"annotator: model\0"  # so that other data signed with the key cannot pass as a model


class TrainingExample(Struct, frozen=True):
    """An article to learn from, its spans (start, end, label), and its labelled ranges or None for all.

    `places` is what a memory learned from it besides its spans (see MemorySuggester.count_places).
    """

    article: Article
    spans: tuple[tuple[int, int, str], ...]
    labelled_ranges: tuple[tuple[int, int], ...] | None = None
    places: tuple[Count, ...] = ()

    def is_labelled(self, start: int, end: int) -> bool:
        """Return whether all of a text range is labelled."""
        return self.labelled_ranges is None or any(
            range_start <= start and end <= range_end for range_start, range_end in self.labelled_ranges
        )


class TrainedModel(Struct, frozen=True):
    """The result of training: the version of the features, the labels, the fields, and what the sources are worth."""

    version: int
    labels: tuple[str, ...]
    fields: tuple[bytes, ...]
    belief: Belief | None = None

    def __repr__(self) -> str:
        return f"<TrainedModel for {', '.join(self.labels)}>"

    def fits(self, labels: LabelSet) -> bool:
        """Return whether it was trained for these labels, with this program's features."""
        return self.version == FEATURES_VERSION and self.labels == _label_names(labels)


class _Sentence(Struct, frozen=True):
    features: list[list[str]]
    chunks: tuple[Chunk, ...]


class ExampleFeatures(Struct, frozen=True):
    """The base suggesters' suggestions for an example, the features of its tokens, and its sentences to learn from."""

    example: TrainingExample
    suggestions: tuple[Suggestion, ...]
    token_features: list[list[str]]
    sentences: tuple[_Sentence, ...]


def train(
    examples: Sequence[TrainingExample], labels: LabelSet, base_suggesters: Sequence[Suggester] = ()
) -> TrainedModel | None:
    """Train on examples, the oldest first; return None if they are too few.

    CrfSuggester must get the same `base_suggesters`, from which the model learns too. A memory among them leaves out
    what an example taught it (see MemorySuggester.suggest); it must have learned from all examples or none. The result
    is deterministic. MAX_TOKENS bounds the cost by dropping earlier examples. Training holds the interpreter for
    seconds, so a window runs it in another process. Raises OSError if no temporary file can be written.
    """
    return train_on_features(extract_examples(examples, labels, base_suggesters), labels)


def extract_examples(
    examples: Sequence[TrainingExample], labels: LabelSet, base_suggesters: Sequence[Suggester] = ()
) -> list[ExampleFeatures]:
    """Extract the features of the latest examples, from the base suggesters' suggestions too (see `train`)."""
    return [_extract_example(example, labels, base_suggesters) for example in latest_examples(examples, labels)]


def _extract_example(
    example: TrainingExample, labels: LabelSet, base_suggesters: Sequence[Suggester]
) -> ExampleFeatures:
    suggestions = _base_suggestions(example, labels, base_suggesters)
    token_features = extract_features(analysed(example.article.text), suggester_features(suggestions, labels))
    sentences = tuple(_labelled_sentences(example, labels, token_features))
    return ExampleFeatures(example, suggestions, token_features, sentences)


def train_on_features(examples: Iterable[ExampleFeatures], labels: LabelSet) -> TrainedModel | None:
    """Train on all of these examples (see `train`); return None if they are too few."""
    sentences = [sentence for example in examples for sentence in example.sentences]
    counts = Counter(chunk.label for sentence in sentences for chunk in sentence.chunks)
    min_count = max(_MIN_SPANS_OF_LABEL, _MIN_SHARE * counts.total())
    learned_labels = {label for label, count in counts.items() if count >= min_count}
    if sum(counts[label] for label in learned_labels) < MIN_SPANS:
        return None
    fields = _train_fields(sentences, _group_labels(sentences, counts, learned_labels))
    return TrainedModel(FEATURES_VERSION, _label_names(labels), tuple(fields))


def encode_model(trained: TrainedModel, key: bytes) -> bytes:
    """Serialise a model for `decode_model`, signed with this computer's key."""
    data = msgspec.msgpack.encode(trained)
    return _signature(data, key) + data


def decode_model(data: bytes, key: bytes) -> TrainedModel | None:
    """Deserialise a model; return None if it is incomplete, of another version, or not signed with this key.

    CRFsuite does not check a field's offsets: a malicious one crashes the process. So nothing is decoded before the
    signature proves that this program wrote it on this computer.
    """
    signature, data = data[:_SIGNATURE_SIZE], data[_SIGNATURE_SIZE:]
    if not hmac.compare_digest(signature, _signature(data, key)):
        return None
    try:
        trained = msgspec.msgpack.decode(data, type=TrainedModel)
    except msgspec.DecodeError:
        return None
    return trained if trained.version == FEATURES_VERSION else None


def _signature(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + data, _DIGEST)


def _label_names(labels: LabelSet) -> tuple[str, ...]:
    return tuple(sorted(label.name for label in labels.labels))


def latest_examples(examples: Sequence[TrainingExample], labels: LabelSet) -> list[TrainingExample]:
    """Return the last examples within MAX_TOKENS, from which a model learns; at least one, if there is any."""
    token_budget = MAX_TOKENS // max(ceil(len(labels.labels) / LABELS_PER_FIELD), 1)
    latest: list[TrainingExample] = []
    for example in reversed(examples):
        token_budget -= len(analysed(example.article.text).tokens)
        if token_budget < 0 and latest:
            break
        latest.append(example)
    return latest[::-1]


def _label_chunks(example: TrainingExample, names: Sequence[str]) -> list[Chunk]:
    spans = sorted({span for span in example.spans if span[2] in names})
    return add_depths(find_chunks(analysed(example.article.text), spans))


def _labelled_sentences(
    example: TrainingExample, labels: LabelSet, token_features: list[list[str]]
) -> Iterator[_Sentence]:
    """Yield the labelled sentences whose edges no span crosses."""
    analysis = analysed(example.article.text)
    chunks = _label_chunks(example, _label_names(labels))
    for first, last in analysis.sentence_ranges:
        start, end = analysis.tokens[first].start, analysis.tokens[last - 1].end
        sentence_chunks = [chunk for chunk in chunks if chunk.first < last and chunk.last > first]
        if not example.is_labelled(start, end):
            continue
        if all(first <= chunk.first and chunk.last <= last for chunk in sentence_chunks):
            shifted = (chunk._replace(first=chunk.first - first, last=chunk.last - first) for chunk in sentence_chunks)
            yield _Sentence(token_features[first:last], tuple(shifted))


def _base_suggestions(
    example: TrainingExample, labels: LabelSet, base_suggesters: Sequence[Suggester]
) -> tuple[Suggestion, ...]:
    """Return the base suggesters' suggestions for an example, made without its spans."""
    text = example.article.text
    article_counts: list[Count] = [
        (normalise_form(text, start, end), label, 1, 0) for start, end, label in example.spans
    ]
    article_counts += example.places
    return tuple(collect_suggestions(example.article, labels, base_suggesters, article_counts))


def _group_labels(sentences: Iterable[_Sentence], counts: Counter[str], labels: set[str]) -> list[set[str]]:
    """Return the groups of labels learned together, the most frequent label first."""
    overlaps: Counter[frozenset[str]] = Counter()
    for sentence in sentences:
        for chunk, other in combinations(sentence.chunks, 2):
            if chunk.first < other.last and other.first < chunk.last:
                overlaps[frozenset((chunk.label, other.label))] += 1
    groups: list[set[str]] = []
    for label in sorted(labels, key=lambda label: (DEPTH_SEPARATOR in label, -counts[label], label)):
        for group in groups:
            overlap = sum(overlaps[frozenset((label, member))] for member in group)
            if len(group) < LABELS_PER_FIELD and overlap <= _MAX_OVERLAP_SHARE * counts[label]:
                group.add(label)
                break
        else:
            groups.append({label})
    return groups


def _train_fields(sentences: Iterable[_Sentence], groups: Sequence[set[str]]) -> Iterator[bytes]:
    """Yield each label group's trained field."""
    from pycrfsuite import ItemSequence, Trainer

    parameters = {**_PARAMETERS, "max_iterations": min(_MAX_ITERATIONS, _MAX_TOTAL_ITERATIONS // len(groups))}
    trainers = [Trainer("lbfgs", parameters, verbose=False) for _group in groups]
    required_labels = list(map(_outer_labels, groups))
    for sentence in sentences:
        items = ItemSequence(sentence.features)
        labels = {chunk.label for chunk in sentence.chunks}
        for trainer, group, outer_labels in zip(trainers, groups, required_labels, strict=True):
            if outer_labels is None or labels & outer_labels:
                chunks = [chunk for chunk in sentence.chunks if chunk.label in group]
                trainer.append(items, encode_tags(len(sentence.features), chunks))
    return map(_train_to_bytes, trainers)


def _outer_labels(group: Iterable[str]) -> set[str] | None:
    """Return the labels around chunks of a group, in sentences with which it is learned; None if it needs none."""
    parts = [label.partition(DEPTH_SEPARATOR) for label in group]
    return {label for label, _separator, _depth in parts} if all(depth for _label, _separator, depth in parts) else None


def _train_to_bytes(trainer: Any) -> bytes:
    """Train and return the field, which CRFsuite only writes to files."""
    handle, name = tempfile.mkstemp(suffix=".crf")
    os.close(handle)
    path = Path(name)
    try:
        trainer.train(name)
        return path.read_bytes()
    finally:
        discard_file(path)
