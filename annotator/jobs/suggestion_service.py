"""Suggestions for one annotator, learning from each decision, for a thread of the window."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotator.jobs.suggesting import SuggesterPool, SuggestionsBySource, filter_suggestions
from annotator.model.open_suggestions import RejectionFilter
from annotator.model.records import Article, Edit, Rejection, Span, Suggestion, Zone
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.suggest.base import Suggester


class SuggestionService:
    """A corpus's suggesters and their suggestions for the open article. Not thread-safe."""

    def __init__(self, pool: SuggesterPool, rejected: RejectionFilter) -> None:
        self._pool, self._rejected = pool, rejected
        self._article: Article | None = None
        self._by_source: SuggestionsBySource = {}
        self._is_stale = False  # whether decisions were learned since

    @classmethod
    def from_corpus_file(cls, path: Path, annotator: str, external: Sequence[Suggester] = ()) -> "SuggestionService":
        """Load the suggesters of the corpus at `path`, with `external` ones.

        Raises CorpusError.
        """
        with Corpus.open(path, readonly=True) as corpus, corpus.snapshot():
            return cls(
                SuggesterPool.from_corpus(corpus, external=external),
                RejectionFilter(training_data.load_rejections(corpus, annotator)),
            )

    def open_article(self, article: Article) -> None:
        """Collect all suggestions for this article."""
        self._article, self._by_source, self._is_stale = article, self._pool.suggest(article), False

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections in an article."""
        edits = list(edits)
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Rejection):
                    self._rejected.add(article.text, record, times)
        self._pool.learn(article, edits)
        self._is_stale |= self._article is not None and article.uid == self._article.uid

    def open_suggestions(self, layer: Sequence[Span], zones: Iterable[Zone]) -> tuple[Suggestion, ...]:
        """Return the open article's undecided suggestions.

        See model.open_suggestions.select_open_suggestions.
        """
        if not self._article:
            return ()
        if self._is_stale:  # once for all decisions: reading a long article takes time
            self._by_source, self._is_stale = {**self._by_source, **self._pool.suggest_again(self._article)}, False
        return filter_suggestions(self._article, self._by_source, self._rejected, layer, zones)
