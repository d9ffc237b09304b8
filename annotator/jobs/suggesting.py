"""The suggesters of a corpus with what they learned from it: the link between `suggest` and `store`."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from annotator import device_key, settings
from annotator.model import operations
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import RejectionFilter, select_open_suggestions
from annotator.model.records import IN_PROGRESS, NEW, Article, Edit, Rejection, Span, Step, Suggestion, Zone, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries import training_data
from annotator.store.queries.annotated_articles import load_articles
from annotator.suggest.base import Suggester
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel, decode_model
from annotator.suggest.memory import MemorySuggester
from annotator.text.proclitics import normalise_form

ACCEPT_STEP = "accept"
"""The name, in the corpus file, of the step that accepts suggestions."""

SuggestionsBySource: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""Suggestions for an article by the names of their suggesters, those of the highest priority first."""


def rule_suggesters() -> tuple[Suggester, ...]:
    """Return the suggesters that need no training."""
    # Imported here: reading the rules and word lists takes time, and the start of the window must not wait for it.
    from annotator.suggest.dates import DateSuggester
    from annotator.suggest.names import NameSuggester

    return (DateSuggester(), NameSuggester())


def load_external_suggesters(report_error: Callable[[str], None]) -> tuple[Suggester, ...]:
    """Load the models configured in the settings and those of plugins.

    `report_error` is called, in any thread, with a sentence about each problem.
    """
    from annotator.suggest.external.configured import suggesters_from_settings
    from annotator.suggest.external.plugins import load_plugins
    from annotator.suggest.external.safe_suggester import SafeSuggester  # late, too

    sources = suggesters_from_settings(settings.load()), load_plugins()
    for problem in (problem for source in sources for problem in source.problems):
        report_error(problem)
    return tuple(SafeSuggester(suggester, report_error) for source in sources for suggester in source.suggesters)


class SuggesterPool:
    """All suggesters of a corpus. Not thread-safe."""

    def __init__(
        self,
        labels: LabelSet,
        memory: MemorySuggester,
        trained: TrainedModel | None = None,
        external: Sequence[Suggester] = (),
    ) -> None:
        self._labels, self._memory = labels, memory
        self._cached_memory = _CachedSuggester(memory)  # the model asks it for the same article once more
        before = tuple(map(_CachedSuggester, rule_suggesters()))
        model = (CrfSuggester(trained, (*before, self._cached_memory)),) if trained else ()
        self._suggesters: tuple[Suggester, ...] = (*before, *model, *external, self._cached_memory)

    @classmethod
    def from_corpus(
        cls, corpus: Corpus, trained: TrainedModel | None = None, external: Sequence[Suggester] = ()
    ) -> "SuggesterPool":
        """Build the pool for a corpus in its present state, with the `external` suggesters and the `trained` model.

        Without `trained`, the model stored in the corpus is used. Takes some seconds for a million spans.
        """
        labels = corpus.labels()
        return cls(
            labels,
            MemorySuggester(training_data.count_mentions(corpus)),
            trained or load_model(corpus, labels),
            external,
        )

    @property
    def names(self) -> list[str]:
        """The names of the suggesters; without a trained model, `model` is not among them."""
        return [suggester.name for suggester in self._suggesters]

    def suggest(self, article: Article, source: str | None = None) -> SuggestionsBySource:
        """Collect the suggestions of all suggesters, or of the one named `source`."""
        suggesters = (suggester for suggester in self._suggesters if source in (None, suggester.name))
        return {suggester.name: suggester.suggest(article, self._labels) for suggester in suggesters}

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections in the article; `suggest_again` returns the effect."""
        text = article.text
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Span):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, accepted=times)
                elif isinstance(record, Rejection):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, rejected=times)
        self._cached_memory.invalidate()

    def suggest_again(self, article: Article) -> SuggestionsBySource:
        """Collect the suggestions of those suggesters that may have learned something since."""
        # The memory alone. Its suggestions are features of the model too, but asking that again takes five times as
        # long and saves the annotator nothing (docs/suggestions.md).
        return {self._cached_memory.name: self._cached_memory.suggest(article, self._labels)}


class _CachedSuggester:
    """A suggester that caches its suggestions for the last article."""

    def __init__(self, suggester: Suggester) -> None:
        self.name, self._suggester = suggester.name, suggester
        self._cache_key: tuple[Article, LabelSet] | None = None
        self._suggestions: list[Suggestion] = []

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester.suggest."""
        if self._cache_key != (article, labels):
            self._suggestions = self._suggester.suggest(article, labels)
            self._cache_key = (article, labels)
        return self._suggestions

    def invalidate(self) -> None:
        """Drop the cache, because the suggester has learned."""
        self._cache_key = None


class ArticleSuggestions(Struct, frozen=True):
    """The open suggestions of an article."""

    article: Article
    suggestions: tuple[Suggestion, ...]


def load_model(corpus: Corpus, labels: LabelSet) -> TrainedModel | None:
    """Load the model stored in the corpus; None if there is none that fits its labels and this program.

    A model trained on another computer is not loaded either, for it may come from anyone (see training.decode_model).
    """
    stored, key = training_data.load_stored_model(corpus, CrfSuggester.name), device_key.load_key()
    trained = decode_model(stored.model, key) if key and stored and stored.model else None
    return trained if trained and trained.fits(labels) else None


def filter_suggestions(
    article: Article,
    by_source: SuggestionsBySource,
    rejected: RejectionFilter,
    layer: Sequence[Span],
    zones: Iterable[Zone],
) -> tuple[Suggestion, ...]:
    """Return the suggestions that the annotator has neither decided on nor rejected (see model.open_suggestions)."""
    sources = [
        [suggestion for suggestion in suggestions if not rejected.rejects(article.text, suggestion)]
        for suggestions in by_source.values()
    ]
    # The suggestion with the best score may lack a date's value, which another source knows.
    valued = {
        _key(suggestion): suggestion
        for suggestions in sources
        for suggestion in suggestions
        if suggestion.value is not None
    }
    return tuple(
        replace(suggestion, value=match.value, assumed=match.assumed)
        if suggestion.value is None and (match := valued.get(_key(suggestion)))
        else suggestion
        for suggestion in select_open_suggestions(sources, layer, zones)
    )


def _key(suggestion: Suggestion) -> tuple[int, int, str]:
    return suggestion.start, suggestion.end, suggestion.label


def suggest_for_articles(
    corpus: Corpus, pool: SuggesterPool, annotator: str, numbers: Sequence[int], source: str | None = None
) -> Generator[tuple[int, int], None, list[ArticleSuggestions]]:
    """Collect the open suggestions for the annotator in these articles, from all suggesters or the one named `source`.

    Yields the number of articles done and the total.
    """
    rejected, results = RejectionFilter(training_data.load_rejections(corpus, annotator)), list[ArticleSuggestions]()
    for count, annotated in enumerate(load_articles(corpus, numbers, annotator)):
        yield count, len(numbers)
        by_source = pool.suggest(annotated.article, source)
        results.append(
            ArticleSuggestions(
                annotated.article,
                filter_suggestions(annotated.article, by_source, rejected, annotated.spans, annotated.zones),
            )
        )
    return results


def accept_suggestions(
    corpus: Corpus, annotator: str, suggested: Sequence[ArticleSuggestions]
) -> Generator[tuple[int, int], None, list[ArticleSuggestions]]:
    """Accept all suggestions that are still open, in one step for each article; return those accepted.

    Yields the number of articles done and the total.
    """
    accepted = []
    for count, article_suggestions in enumerate(suggested):
        yield count, len(suggested)
        article = article_suggestions.article
        with corpus.transaction():
            layer, status = corpus.spans(article.uid, annotator), corpus.status(article.uid, annotator)
            suggestions = select_open_suggestions([article_suggestions.suggestions], layer, corpus.zones(article.uid))
            edits = operations.accept_all(article, layer, annotator, suggestions)
            if edits and (status is None or status.state == NEW):
                edits += operations.set_state(status, article, annotator, IN_PROGRESS)
            if edits:
                corpus.apply(Step(new_uid(), annotator, utc_timestamp(), ACCEPT_STEP, tuple(edits)))
                accepted.append(ArticleSuggestions(article, suggestions))
    return accepted
