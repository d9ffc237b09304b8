"""The suggesters of a corpus with what it has taught them: what joins `suggest` with `store`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Edit, Rejection, Span, Suggestion, Zone
from annotator.core.proclitics import form
from annotator.core.suggesting import Rejected, standing
from annotator.store import learning
from annotator.store.corpus import Corpus
from annotator.suggest.memory import Memory
from annotator.suggest.suggester import Suggester

Heard: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""What each suggester says of an article, by its name; the one that is to be heard first in front."""


class Suggesting:
    """Asks the suggesters. Not for two threads at once."""

    def __init__(self, labels: LabelSet, memory: Memory) -> None:
        self._labels, self._memory = labels, memory
        self._suggesters: tuple[Suggester, ...] = (memory,)

    @classmethod
    def of(cls, corpus: Corpus) -> "Suggesting":
        """Those of a corpus, as it is now. Takes a second where it holds a million spans."""
        return cls(corpus.labels(), Memory(learning.known(corpus)))

    def ask(self, article: Article) -> Heard:
        """What all of them say."""
        return {one.name: one.suggest(article, self._labels) for one in self._suggesters}

    def learn(self, article: Article, edits: Iterable[Edit]) -> Heard:
        """Learn from edits of spans and rejections in the article, at once; what those say of it now who say something
        else than before."""
        text = article.text
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Span):
                    self._memory.learn(form(text, record.start, record.end), record.label, accepted=times)
                elif isinstance(record, Rejection):
                    self._memory.learn(form(text, record.start, record.end), record.label, rejected=times)
        return {self._memory.name: self._memory.suggest(article, self._labels)}


def left(
    article: Article, heard: Heard, rejected: Rejected, layer: Sequence[Span], zones: Iterable[Zone]
) -> tuple[Suggestion, ...]:
    """What of all that is heard the annotator has neither decided nor rejected (see core.suggesting)."""
    sources = [[one for one in said if not rejected.holds(article.text, one)] for said in heard.values()]
    return standing(sources, layer, zones)
