"""The suggester `model`: what was learned from the corpus's own spans (see `training`), proposed in other articles."""

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Suggestion
from annotator.suggest.analysis import Analysis, analysed
from annotator.suggest.features import features
from annotator.suggest.opinions import opinions
from annotator.suggest.suggester import Suggester
from annotator.suggest.tags import DEEPER, Chunk, read, stretch
from annotator.suggest.training import Trained

SURE: Final = 0.95
"""The score from which on a suggestion may be accepted unseen."""


class _Tagged(NamedTuple):
    """A sentence by one field: its first token, its tags, how likely each is, and how likely the likeliest."""

    first: int
    tags: list[str]
    likely: list[float]


class Model:
    """The suggester `model`. `others` are those whose opinions it learned with, by name and in any order.

    Raises ValueError for what was learned by another version of the program (see Trained.fits).
    """

    name = "model"

    def __init__(self, trained: Trained, others: Sequence[Suggester] = ()) -> None:
        self._trained, self._others = trained, tuple(others)
        self._taggers = [_tagger(field) for field in trained.fields]
        self._lock = Lock()  # a tagger holds the sentence that it is asked about

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester.suggest."""
        names = {label.name for label in labels.labels}
        found = analysed(article.text)
        proposed = []
        for tagged in self._read(found, article, labels):
            for chunk in read(tagged.tags):
                label = chunk.label.partition(DEEPER)[0]
                if label in names:
                    score = min(tagged.likely[chunk.first : chunk.last])
                    start, end = stretch(found, _moved(chunk, tagged.first))
                    proposed.append(Suggestion(start, end, label, self.name, round(score, 3)))
        return sorted(proposed, key=lambda suggestion: (suggestion.start, -suggestion.end, suggestion.label))

    def uncertainty(self, article: Article, labels: LabelSet) -> float:
        """How many of its decisions about the article's tokens are wrong, as far as it can tell."""
        return sum(
            1 - likely for tagged in self._read(analysed(article.text), article, labels) for likely in tagged.likely
        )

    def _read(self, found: Analysis, article: Article, labels: LabelSet) -> Iterator[_Tagged]:
        from pycrfsuite import ItemSequence

        told = features(found, opinions(article, labels, self._others))
        for first, last in found.sentences:
            items = ItemSequence(told[first:last])
            for tagger in self._taggers:
                with self._lock:
                    tags = tagger.tag(items)
                    likely = [tagger.marginal(tag, at) for at, tag in enumerate(tags)]
                yield _Tagged(first, tags, likely)


def _moved(chunk: Chunk, by: int) -> Chunk:
    return chunk._replace(first=chunk.first + by, last=chunk.last + by)


def _tagger(field: bytes) -> Any:
    """A tagger that reads this field, and does so where it lies: the bytes must outlive it."""
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(field)
    return tagger
