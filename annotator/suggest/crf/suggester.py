"""The suggester `model`: what was learned from the corpus's own spans (see `training`), proposed in other articles."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.features import features
from annotator.suggest.crf.stacking import heard, opinions
from annotator.suggest.crf.tags import DEEPER, Chunk, read, stretch
from annotator.suggest.crf.training import Trained
from annotator.text.analysis import Analysis, analysed

# What share of the proposals is right, by the lowest marginal probability of their tags: by five-fold cross-validation
# on Wojood's training part with models of 100 to 900 sentences. The fields by themselves are too sure. So measured,
# 36 % of the suggestions for DATE and ORG are sure (see open_suggestions.SURE), and of these 0.3 % not as in the gold;
# with every label 33 % and 0.5 %; having learned from 300 of the 1,115 sentences 13 % and 0.3 %, from 600 32 %, 0.9 %.
_RIGHT: Final = (
    *((0.0, 0.3), (0.6, 0.6), (0.75, 0.7), (0.85, 0.75), (0.925, 0.82), (0.96, 0.88), (0.975, 0.93)),
    *((0.985, 0.945), (0.9925, 0.97), (0.997, 0.98), (0.998, 0.99), (1.0, 1.0)),
)


class _Sentence(NamedTuple):
    """A sentence as the fields read it: its first token, and of each field its tags and how likely each of them is."""

    first: int
    told: list[tuple[list[str], list[float]]]


class Model:
    """The suggester `model`. `trained` must fit the labels (see Trained.fits), and `others` be those whose opinions it
    has learned with."""

    name = "model"

    def __init__(self, trained: Trained, others: Sequence[Suggester] = ()) -> None:
        self._trained, self._others = trained, tuple(others)
        self._taggers = [_tagger(field) for field in trained.fields]
        self._lock = Lock()  # a tagger holds the sentence that it is asked about

    def suggest(self, article: Article, labels: LabelSet, said: Iterable[Suggestion] | None = None) -> list[Suggestion]:
        """See Suggester.suggest. `said` is what the others suggest in the article, if they were asked already."""
        found = analysed(article.text)
        proposed: dict[tuple[int, int, str], Suggestion] = {}
        for sentence in self._read(found, article, labels, said):
            for chunk, likely in _chunks(sentence):
                label = chunk.label.partition(DEEPER)[0]
                if labels.find(label):
                    score = round(_calibrated(likely), 3)
                    there = (*stretch(found, chunk), label)
                    proposed.setdefault(there, Suggestion(*there, self.name, score))
        return sorted(proposed.values(), key=lambda suggestion: (suggestion.start, -suggestion.end, suggestion.label))

    def uncertainty(self, article: Article, labels: LabelSet, said: Iterable[Suggestion] | None = None) -> float:
        """How many of its decisions about the article's tokens are wrong, as far as it can tell. `said` as above."""
        read = self._read(analysed(article.text), article, labels, said)
        return sum(1 - one for sentence in read for _tags, likely in sentence.told for one in likely)

    def _read(
        self, found: Analysis, article: Article, labels: LabelSet, said: Iterable[Suggestion] | None
    ) -> Iterator[_Sentence]:
        from pycrfsuite import ItemSequence

        told = features(found, heard(opinions(article, labels, self._others) if said is None else said, labels))
        for first, last in found.sentences:
            items = ItemSequence(told[first:last])
            yield _Sentence(first, [self._tagged(tagger, items) for tagger in self._taggers])

    def _tagged(self, tagger: Any, items: Any) -> tuple[list[str], list[float]]:
        with self._lock:
            tags = tagger.tag(items)
            return tags, [min(tagger.marginal(tag, at), 1.0) for at, tag in enumerate(tags)]


def _chunks(sentence: _Sentence) -> Iterator[tuple[Chunk, float]]:
    """The chunks of a sentence by the tokens of its article, and how likely the least likely of their tags is. One that
    is to lie within another of its label is none where that is not found, and none is there twice."""
    found: dict[Chunk, float] = {}
    for tags, likely in sentence.told:
        for label, first, last, place in read(tags):
            chunk = Chunk(label, sentence.first + first, sentence.first + last, place)
            found[chunk] = min(likely[first:last])
    for chunk, least in found.items():
        label, deeper, _depth = chunk.label.partition(DEEPER)
        if not deeper or any(_holds(other, chunk) for other in found if other.label == label):
            yield chunk, least


def _holds(outer: Chunk, inner: Chunk) -> bool:
    wider = (outer.first, outer.place) != (inner.first, inner.place) or outer.last != inner.last
    return wider and (outer.first, outer.place) <= (inner.first, inner.place) and inner.last <= outer.last


def _calibrated(likely: float) -> float:
    at = min(bisect_right(_RIGHT, (likely, 1.0)), len(_RIGHT) - 1)
    (low, lower), (high, higher) = _RIGHT[at - 1], _RIGHT[at]
    return lower + (higher - lower) * (likely - low) / (high - low)


def _tagger(field: bytes) -> Any:
    """A tagger that reads this field, and does so where it lies: the bytes must outlive it."""
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(field)
    return tagger
