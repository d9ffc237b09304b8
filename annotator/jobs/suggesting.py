"""A corpus's suggesters with what they learned: the link between `suggest` and `store`."""

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
from annotator.suggest.base import Suggester
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel, decode_model
from annotator.suggest.memory import MemorySuggester
from annotator.text.proclitics import normalise_form

ACCEPT_STEP = "accept"
"""The name, in the corpus file, of the step that accepts suggestions."""

SuggestionsBySource: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""Suggestions for an article by suggester name, the highest priority first."""


def rule_suggesters() -> tuple[Suggester, ...]:
    """Return the suggesters that need no training."""
    # Imported here: the window must not wait for the rules and word lists to be read.
    from annotator.suggest.dates import DateSuggester
    from annotator.suggest.names import NameSuggester

    return (DateSuggester(), NameSuggester())


def load_external_suggesters(report_error: Callable[[str], None]) -> tuple[Suggester, ...]:
    """Load the models configured in the settings and those of plugins.

    `report_error` is called, in any thread, with a sentence on each problem.
    """
    from annotator.suggest.external.loading import load_plugins, suggesters_from_settings
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
        self._cached_memory = _CachedSuggester(memory)  # the model asks it again for the same article
        before = tuple(map(_CachedSuggester, rule_suggesters()))
        model = (CrfSuggester(trained, (*before, self._cached_memory)),) if trained else ()
        self._suggesters: tuple[Suggester, ...] = (*before, *model, *external, self._cached_memory)

    @classmethod
    def from_corpus(
        cls, corpus: Corpus, trained: TrainedModel | None = None, external: Sequence[Suggester] = ()
    ) -> "SuggesterPool":
        """Build the pool for the present state.

        Without `trained`, the corpus's stored model is used. Takes some seconds for a million spans.
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
        """The suggesters' names, without `model` if untrained."""
        return [suggester.name for suggester in self._suggesters]

    def suggest(self, article: Article, source: str | None = None) -> SuggestionsBySource:
        """Collect the suggestions of all suggesters, or only of `source`."""
        suggesters = (suggester for suggester in self._suggesters if source in (None, suggester.name))
        return {suggester.name: suggester.suggest(article, self._labels) for suggester in suggesters}

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections; `suggest_again` returns the effect."""
        text = article.text
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Span):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, accepted=times)
                elif isinstance(record, Rejection):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, rejected=times)
        self._cached_memory.invalidate()

    def suggest_again(self, article: Article) -> SuggestionsBySource:
        """Collect the suggestions of suggesters that may have learned since."""
        # The memory alone. Its suggestions are features of the model too, but asking that again takes five times as
        # long and saves the annotator nothing (docs/suggestions.md).
        return {self._cached_memory.name: self._cached_memory.suggest(article, self._labels)}


class _CachedSuggester:
    """A suggester that caches its last article's suggestions."""

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
    """Load the corpus's model; None if none fits its labels and this program.

    Another computer's model is not loaded: it may come from anyone (see training.decode_model).
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
    """Return the suggestions neither decided nor rejected (see model.open_suggestions)."""
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
    """Collect the open suggestions in these articles, of all suggesters or only `source`.

    Yields the number of articles done and the total.
    """
    rejected, results = RejectionFilter(training_data.load_rejections(corpus, annotator)), list[ArticleSuggestions]()
    for count, annotated in enumerate(corpus.load_articles(numbers, annotator)):
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
    """Accept all suggestions still open, a step for each article; return those accepted.

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
