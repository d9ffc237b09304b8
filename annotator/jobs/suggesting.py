"""A corpus's suggesters with what they learned: the link between `suggest` and `store`."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from annotator import device_key, settings
from annotator.jobs.processes import map_in_processes
from annotator.jobs.training_layers import load_memory
from annotator.model import operations
from annotator.model.history import ACCEPT_STEP
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import RejectionFilter, select_open_suggestions
from annotator.model.records import (
    AnnotatedArticle,
    Article,
    Edit,
    Rejection,
    Span,
    Step,
    Suggestion,
    Zone,
    labelled_range,
    new_uid,
)
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries import training_data
from annotator.suggest.base import Suggester
from annotator.suggest.built_in import rule_suggesters
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel, decode_model
from annotator.suggest.joining.belief import Belief, believe_beforehand
from annotator.suggest.joining.candidates import SuggestionsBySource
from annotator.suggest.joining.rejoiner import Rejoiner
from annotator.suggest.memory import MemorySuggester
from annotator.text.proclitics import normalise_form
from annotator.text.word_context import WordContext

_BATCH_SIZE: Final = 50
"""Articles in one transaction, and in one piece of work for a process."""


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
        articles_of_others: Collection[str] = (),
    ) -> None:
        """In `articles_of_others`, uids, the trained model suggests nothing: it may have learned their labels there."""
        self._labels, self._memory, self._articles_of_others = labels, memory, articles_of_others
        self.belief: Belief = trained.belief if trained and trained.belief else believe_beforehand(labels)
        """What the suggesters are worth here."""
        self._cached_memory = _CachedSuggester(memory)
        rules = tuple(map(_CachedSuggester, rule_suggesters()))
        model = (CrfSuggester(trained, (*rules, self._cached_memory), has_alternatives=True),) if trained else ()
        self._suggesters: tuple[Suggester, ...] = (
            *rules,
            *map(_CachedSuggester, (*model, *external)),
            self._cached_memory,
        )

    @classmethod
    def from_corpus(
        cls,
        corpus: Corpus,
        trained: TrainedModel | None = None,
        external: Sequence[Suggester] = (),
        annotator: str | None = None,
    ) -> "SuggesterPool":
        """Build the pool for the present state.

        With an `annotator`, no suggestion comes from what others decided in the same article, which would make two
        annotators agree: the memory has only their own decisions and those of gold layers of articles that they need
        not do any more, and see `articles_of_others`. Without `trained`, the
        corpus's stored model is used. Takes some seconds for a million spans.
        """
        labels = corpus.labels()
        return cls(
            labels,
            load_memory(corpus, annotator),
            trained or load_model(corpus, labels),
            external,
            training_data.list_articles_of_others(corpus, annotator) if annotator else (),
        )

    @property
    def names(self) -> list[str]:
        """The suggesters' names, without `model` if untrained."""
        return [suggester.name for suggester in self._suggesters]

    def suggest(self, article: Article, source: str | None = None) -> SuggestionsBySource:
        """Collect the suggestions of all suggesters, or only of `source`.

        For the same article again, only the memory looks at what was learned since.
        """
        without = CrfSuggester.name if article.uid in self._articles_of_others else None
        suggesters = (suggester for suggester in self._suggesters if source in (None, suggester.name))
        return {
            suggester.name: suggester.suggest(article, self._labels)
            for suggester in suggesters
            if suggester.name != without
        }

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections."""
        text = article.text
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Span):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, accepted=times)
                elif isinstance(record, Rejection):
                    self._memory.learn(normalise_form(text, record.start, record.end), record.label, rejected=times)
        # The memory's suggestions are features of the model too, but asking that again takes five times as long and
        # saves the annotator nothing (docs/suggestions.md).
        self._cached_memory.invalidate()


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


class AnnotatorSuggester:
    """A corpus's suggesters for one annotator, whose decisions it knows. Not thread-safe."""

    def __init__(self, pool: SuggesterPool, rejected: RejectionFilter) -> None:
        self.pool, self._rejected = pool, rejected
        self._rejoiner = Rejoiner(pool.belief)

    @classmethod
    def from_corpus_file(cls, path: Path, annotator: str, external: Sequence[Suggester] = ()) -> "AnnotatorSuggester":
        """Load the suggesters of the corpus at `path`, with `external` ones. Raises CorpusError."""
        with Corpus.open(path, readonly=True) as corpus, corpus.snapshot():
            return cls(
                SuggesterPool.from_corpus(corpus, external=external, annotator=annotator),
                RejectionFilter(training_data.load_rejections(corpus, annotator)),
            )

    def suggest(
        self, article: Article, layer: Sequence[Span], zones: Iterable[Zone], source: str | None = None
    ) -> tuple[Suggestion, ...]:
        """Return the article's open suggestions (see model.open_suggestions), of all suggesters or only `source`."""
        by_source = self.pool.suggest(article, source)
        return filter_suggestions(article, by_source, self._rejoiner.join, self._rejected, layer, zones)

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections in an article."""
        edits = list(edits)
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Rejection):
                    self._rejected.add(article.text, record, times)
        self.pool.learn(article, edits)


class ArticleSuggestions(Struct, frozen=True):
    """The open suggestions of an article."""

    article: Article
    suggestions: tuple[Suggestion, ...]


class BatchSuggester:
    """Collects an annotator's open suggestions, of all suggesters or only `source`, in batches of articles.

    It is sent to other processes with what the corpus had to teach, and loads the suggesters there.
    """

    def __init__(
        self,
        labels: LabelSet,
        memory: MemorySuggester,
        rejections: Iterable[tuple[WordContext, str]],
        trained: TrainedModel | None = None,
        source: str | None = None,
        articles_of_others: Collection[str] = (),
    ) -> None:
        self._labels, self._memory, self._rejections = labels, memory, rejections
        self._trained, self._source, self._articles_of_others = trained, source, articles_of_others
        self._problems: list[str] = []

    @classmethod
    def from_corpus(
        cls, corpus: Corpus, annotator: str, trained: TrainedModel | None = None, source: str | None = None
    ) -> "BatchSuggester":
        """Read what the corpus has to teach; see SuggesterPool.from_corpus.

        The memory does not know suggestions that were accepted in articles in progress: else, accepting all would find
        more each time, supported by nothing but what it had accepted before.
        """
        labels = corpus.labels()
        return cls(
            labels,
            load_memory(corpus, annotator, only_reviewed=True),
            training_data.load_rejections(corpus, annotator),
            trained or load_model(corpus, labels),
            source,
            training_data.list_articles_of_others(corpus, annotator),
        )

    @cached_property
    def suggester(self) -> AnnotatorSuggester:
        """The suggesters of this process."""
        external = load_external_suggesters(self._problems.append)
        pool = SuggesterPool(self._labels, self._memory, self._trained, external, self._articles_of_others)
        return AnnotatorSuggester(pool, RejectionFilter(self._rejections))

    @property
    def problems(self) -> Sequence[str]:
        """A sentence on each problem with an external suggester, of the suggesters that are loaded."""
        return self._problems

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "suggester"}

    def __call__(self, batch: Iterable[AnnotatedArticle]) -> tuple[list[ArticleSuggestions], list[str]]:
        """Return the articles' open suggestions, and a sentence on each problem with an external suggester so far."""
        results = []
        for annotated in batch:
            article = annotated.article
            suggestions = self.suggester.suggest(article, annotated.spans, annotated.zones, self._source)
            results.append(ArticleSuggestions(article, suggestions))
        return results, self._problems


def suggest_in_batches(
    suggester: BatchSuggester,
    articles: Iterable[AnnotatedArticle],
    report_error: Callable[[str], None],
    jobs: int = 1,
) -> Iterator[list[ArticleSuggestions]]:
    """Yield the open suggestions in these articles in batches, worked out by `jobs` processes.

    `report_error` is called with a sentence on each problem with an external suggester.
    """
    reported: set[str] = set()
    for batch, problems in map_in_processes(suggester, _split_into_batches(articles), jobs):
        for problem in problems:
            if problem not in reported:
                reported.add(problem)
                report_error(problem)
        yield batch


def _split_into_batches(articles: Iterable[AnnotatedArticle]) -> Iterator[list[AnnotatedArticle]]:
    remaining = iter(articles)
    while batch := list(islice(remaining, _BATCH_SIZE)):
        yield batch


def accept_in_batches(
    corpus: Corpus, annotator: str, batches: Iterable[Sequence[ArticleSuggestions]]
) -> Iterator[list[ArticleSuggestions]]:
    """Accept all suggestions still open, a step for each article; yield the articles with those accepted.

    Each batch is one transaction, on disk when it is yielded.
    """
    for batch in batches:
        accepted: list[ArticleSuggestions] = []
        with corpus.transaction():
            present = corpus.load_articles([suggested.article.id for suggested in batch], annotator)
            for suggested, annotated in zip(batch, present, strict=True):
                article, layer = annotated.article, annotated.spans
                suggestions = select_open_suggestions([suggested.suggestions], layer, annotated.zones)
                edits = operations.accept_all(article, layer, annotator, suggestions)
                if edits:
                    edits += operations.begin_article(next(iter(annotated.states), None), article, annotator)
                    corpus.apply(Step(new_uid(), annotator, utc_timestamp(), ACCEPT_STEP, tuple(edits)))
                accepted.append(ArticleSuggestions(article, suggestions))
        yield accepted


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
    join: Callable[[SuggestionsBySource, str], list[list[Suggestion]]],
    rejected: RejectionFilter,
    layer: Sequence[Span],
    zones: Iterable[Zone],
) -> tuple[Suggestion, ...]:
    """Return the suggestions neither decided nor rejected, with the joint belief as scores.

    `join` is that of suggest.joining's Belief, or of its Rejoiner.
    """
    remaining = {
        source: [suggestion for suggestion in suggestions if not rejected.rejects(article.text, suggestion)]
        for source, suggestions in by_source.items()
    }
    # The suggestion of the most confident source may lack a date's value, which another source knows.
    valued = {
        labelled_range(suggestion): suggestion
        for suggestions in remaining.values()
        for suggestion in suggestions
        if suggestion.value is not None
    }
    return tuple(
        replace(suggestion, value=match.value, assumed=match.assumed)
        if suggestion.value is None and (match := valued.get(labelled_range(suggestion)))
        else suggestion
        for suggestion in select_open_suggestions(join(remaining, article.text), layer, zones)
    )
