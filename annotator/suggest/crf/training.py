"""Training the model: what it learns from, what it has learned, and how that is kept as bytes.

A corpus's labels are learned by conditional random fields (Lafferty et al. 2001; python-crfsuite): labels that overlap
in the examples by different ones, the others together, for then one knows what the other takes.
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
from annotator.suggest.crf.features import VERSION, features
from annotator.suggest.crf.stacking import heard, opinions
from annotator.suggest.crf.tags import DEEPER, Chunk, chunks, deepened, tags
from annotator.text.analysis import analysed
from annotator.text.proclitics import form

MOST: Final = 50_000
"""Tokens that are learned from, those of the examples that come last; with more than EACH labels as many times fewer
as there are EACH labels."""
EACH: Final = 8
FEWEST: Final = 20
"""Spans without which there is no model: with fewer it finds less than the rules do."""

_FEWEST_OF_LABEL: Final = 3
_RAREST: Final = 0.003  # of all spans: what is rarer takes time to learn and is hardly found then
_OVERLAPS: Final = 0.02  # of a label's spans that may overlap those it is learned with, and are not learned then
_PARAMETERS: Final = {"c1": 0.1, "c2": 0.03, "period": 5, "delta": 0.02}
_STEPS: Final = 50  # of learning; more make it hardly better
_STEPS_IN_ALL: Final = 140  # where there are many fields
_DIGEST: Final = "sha256"
_SIGNED: Final = hashlib.new(_DIGEST).digest_size  # bytes before the data
_PURPOSE: Final = b"annotator: model\0"  # what is signed with the key for another purpose is no model


class Example(Struct, frozen=True):
    """An article to learn from: its spans (start, end, label), and the stretches of it that were labelled, the whole
    text if None. Code points, end exclusive."""

    article: Article
    spans: tuple[tuple[int, int, str], ...]
    labelled: tuple[tuple[int, int], ...] | None = None


class Trained(Struct, frozen=True):
    """What was learned: the version of the features, the labels that the corpus had, and the fields."""

    version: int
    labels: tuple[str, ...]
    fields: tuple[bytes, ...]

    def fits(self, labels: LabelSet) -> bool:
        """Whether it was learned for these labels, from the features of this version of the program."""
        return self.version == VERSION and self.labels == _names(labels)


class _Sentence(Struct, frozen=True):
    features: list[list[str]]
    chunks: tuple[Chunk, ...]


def train(examples: Sequence[Example], labels: LabelSet, others: Sequence[Suggester] = ()) -> Trained | None:
    """What these examples, the oldest first, teach of these labels; None if they are too few to be of use.

    The opinions of `others` are learned from too: the same have to be given to the Model. Of a memory among them what
    an example has taught it is left out there (see Memory.suggest); it must have learned each example, or
    none. The same examples and others give the same. What it takes is bounded by MOST: earlier examples are left out.
    It holds the interpreter for seconds, so a window has it run in a process of its own. Raises OSError where no
    temporary file can be written.
    """
    names = _names(labels)
    taken = _latest(examples, MOST // max(ceil(len(names) / EACH), 1))
    sentences = [sentence for example in taken for sentence in _sentences(example, labels, others)]
    counts = Counter(chunk.label for sentence in sentences for chunk in sentence.chunks)
    fewest = max(_FEWEST_OF_LABEL, _RAREST * counts.total())
    kept = {label for label, count in counts.items() if count >= fewest}
    if sum(counts[label] for label in kept) < FEWEST:
        return None
    return Trained(VERSION, names, tuple(_fields(sentences, _groups(sentences, counts, kept))))


def encoded(trained: Trained, key: bytes) -> bytes:
    """It as bytes for `decoded`, signed with the key of this computer."""
    data = msgspec.msgpack.encode(trained)
    return _signature(data, key) + data


def decoded(data: bytes, key: bytes) -> Trained | None:
    """What was encoded as these bytes; None if they are not whole, of another version of the program, or not signed
    with this key.

    CRFsuite reads a field without looking whether its offsets lie within it: one that was made to do harm ends the
    process. So nothing of `data` is decoded before its signature has proved that this program wrote it here.
    """
    signature, data = data[:_SIGNED], data[_SIGNED:]
    if not hmac.compare_digest(signature, _signature(data, key)):
        return None
    try:
        trained = msgspec.msgpack.decode(data, type=Trained)
    except msgspec.DecodeError:
        return None
    return trained if trained.version == VERSION else None


def _signature(data: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + data, _DIGEST)


def _names(labels: LabelSet) -> tuple[str, ...]:
    return tuple(sorted(label.name for label in labels.labels))


def _latest(examples: Sequence[Example], left: int) -> Iterator[Example]:
    """The last of them, of so many tokens together; at least one."""
    taken: list[Example] = []
    for example in reversed(examples):
        left -= len(analysed(example.article.text).tokens)
        if left < 0 and taken:
            break
        taken.append(example)
    return reversed(taken)


def _learned(example: Example, names: Sequence[str]) -> list[Chunk]:
    spans = sorted({span for span in example.spans if span[2] in names})
    return deepened(chunks(analysed(example.article.text), spans))


def _sentences(example: Example, labels: LabelSet, others: Sequence[Suggester]) -> Iterator[_Sentence]:
    """The sentences that were labelled, without those that a span runs out of."""
    found = analysed(example.article.text)
    told, made = features(found, _opinions(example, labels, others)), _learned(example, _names(labels))
    for first, last in found.sentences:
        start, end = found.tokens[first].start, found.tokens[last - 1].end
        stretches = [(0, len(found.text))] if example.labelled is None else example.labelled
        within = [chunk for chunk in made if chunk.first < last and chunk.last > first]
        if not any(begin <= start and end <= stop for begin, stop in stretches):
            continue
        if all(first <= chunk.first and chunk.last <= last for chunk in within):
            moved = (chunk._replace(first=chunk.first - first, last=chunk.last - first) for chunk in within)
            yield _Sentence(told[first:last], tuple(moved))


def _opinions(example: Example, labels: LabelSet, others: Sequence[Suggester]) -> Iterable[Suggestion]:
    """What the others say of an example's article, without having seen its spans."""
    text = example.article.text
    own = [(form(text, start, end), label, 1, 0) for start, end, label in example.spans]
    return heard(opinions(example.article, labels, others, own), labels)


def _groups(sentences: Iterable[_Sentence], counts: Counter[str], kept: set[str]) -> list[set[str]]:
    """The labels that are learned together, the commonest first."""
    overlaps: Counter[frozenset[str]] = Counter()
    for sentence in sentences:
        for one, other in combinations(sentence.chunks, 2):
            if one.first < other.last and other.first < one.last:
                overlaps[frozenset((one.label, other.label))] += 1
    groups: list[set[str]] = []
    for label in sorted(kept, key=lambda label: (DEEPER in label, -counts[label], label)):
        for group in groups:
            lost = sum(overlaps[frozenset((label, other))] for other in group)
            if len(group) < EACH and lost <= _OVERLAPS * counts[label]:
                group.add(label)
                break
        else:
            groups.append({label})
    return groups


def _fields(sentences: Iterable[_Sentence], groups: Sequence[set[str]]) -> Iterator[bytes]:
    """What is learned of each group of labels."""
    from pycrfsuite import ItemSequence, Trainer

    parameters = {**_PARAMETERS, "max_iterations": min(_STEPS, _STEPS_IN_ALL // len(groups))}
    trainers = [Trainer("lbfgs", parameters, verbose=False) for _group in groups]
    for sentence in sentences:
        items = ItemSequence(sentence.features)
        for trainer, group in zip(trainers, groups, strict=True):
            made = [chunk for chunk in sentence.chunks if chunk.label in group]
            trainer.append(items, tags(len(sentence.features), made))
    return map(_written, trainers)


def _written(trainer: Any) -> bytes:
    """The bytes of what it learns, which it writes to a file and nowhere else."""
    handle, name = tempfile.mkstemp(suffix=".crf")
    os.close(handle)
    path = Path(name)
    try:
        trainer.train(name)
        return path.read_bytes()
    finally:
        discard_file(path)
