"""What is suggested to one annotator, and what their decisions teach; for the window, which asks in a thread."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotator.jobs.suggesting import Heard, Suggesting, left
from annotator.model.open_suggestions import Rejected
from annotator.model.records import Article, Edit, Rejection, Span, Suggestion, Zone
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.suggest.base import Suggester


class Proposals:
    """The suggesters of a corpus with what they say of one of its articles. Not for two threads at once."""

    def __init__(self, suggesting: Suggesting, rejected: Rejected) -> None:
        self._suggesting, self._rejected = suggesting, rejected
        self._article: Article | None = None
        self._heard: Heard = {}
        self._taught = False  # whether anything was learned in it since

    @classmethod
    def of(cls, path: Path, annotator: str, others: Sequence[Suggester] = ()) -> "Proposals":
        """Those of the corpus at this path, as it is now, with these `others`. Raises CorpusError."""
        with Corpus.open(path, readonly=True) as corpus, corpus.snapshot():
            return cls(Suggesting.of(corpus, others=others), Rejected(training_data.rejected(corpus, annotator)))

    def open(self, article: Article) -> None:
        """Ask what all suggesters say of this article."""
        self._article, self._heard, self._taught = article, self._suggesting.ask(article), False

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections in an article."""
        edits = list(edits)
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Rejection):
                    self._rejected.learn(article.text, record, times)
        self._suggesting.learn(article, edits)
        self._taught |= self._article is not None and article.uid == self._article.uid

    def left(self, layer: Sequence[Span], zones: Iterable[Zone]) -> tuple[Suggestion, ...]:
        """What the annotator has not decided yet in the article that is open (see model.open_suggestions.standing)."""
        if not self._article:
            return ()
        if self._taught:  # by one decision or by twenty in a row: a long article is read again once
            self._heard, self._taught = {**self._heard, **self._suggesting.again(self._article)}, False
        return left(self._article, self._heard, self._rejected, layer, zones)
