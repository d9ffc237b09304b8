"""The suggesters of a corpus with what it has taught them: what joins `suggest` with `store`."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from annotator import device_key, settings
from annotator.model import operations
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import Rejected, standing
from annotator.model.records import IN_PROGRESS, NEW, Article, Edit, Rejection, Span, Step, Suggestion, Zone, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.queries import training_data
from annotator.store.queries.annotated_articles import drafts
from annotator.suggest.base import Suggester
from annotator.suggest.crf.suggester import Model
from annotator.suggest.crf.training import Trained, decoded
from annotator.suggest.memory import Memory
from annotator.text.proclitics import form

ACCEPT = "accept"
"""The name of the step that accepts suggestions."""

Heard: TypeAlias = Mapping[str, Sequence[Suggestion]]
"""What each suggester says of an article, by its name; the one that is to be heard first in front."""


def rules() -> tuple[Suggester, ...]:
    """The suggesters that nobody has to teach."""
    from annotator.suggest.dates import Dates  # what is known of words takes its time, and no start waits for it
    from annotator.suggest.names import Names

    return (Dates(), Names())


def brought(tell: Callable[[str], None]) -> tuple[Suggester, ...]:
    """The models of a person's own and those of plugins. `tell` is told, in any thread, what is wrong with one."""
    from annotator.suggest.external.configured import of_settings
    from annotator.suggest.external.plugins import plugged
    from annotator.suggest.external.safe_suggester import Checked  # likewise

    found = of_settings(settings.load()), plugged()
    for refusal in (refusal for one in found for refusal in one.refused):
        tell(refusal)
    return tuple(Checked(suggester, tell) for one in found for suggester in one.suggesters)


class Suggesting:
    """Asks the suggesters. Not for two threads at once."""

    def __init__(
        self, labels: LabelSet, memory: Memory, trained: Trained | None = None, others: Sequence[Suggester] = ()
    ) -> None:
        self._labels, self._memory = labels, memory
        self._recent = _Recent(memory)  # the model asks for what was just asked for
        before = tuple(map(_Recent, rules()))
        model = (Model(trained, (*before, self._recent)),) if trained else ()
        self._suggesters: tuple[Suggester, ...] = (*before, *model, *others, self._recent)

    @classmethod
    def of(cls, corpus: Corpus, trained: Trained | None = None, others: Sequence[Suggester] = ()) -> "Suggesting":
        """Those of a corpus, as it is now, with these `others`; and the model that was trained for it or, without one,
        that it keeps. Takes some seconds where it holds a million spans."""
        labels = corpus.labels()
        return cls(labels, Memory(training_data.known(corpus)), trained or kept(corpus, labels), others)

    @property
    def names(self) -> list[str]:
        """What the suggesters are called; there is no `model` where nothing was learned."""
        return [one.name for one in self._suggesters]

    def ask(self, article: Article, source: str | None = None) -> Heard:
        """What all of them say, or the one of this name."""
        asked = (one for one in self._suggesters if source in (None, one.name))
        return {one.name: one.suggest(article, self._labels) for one in asked}

    def learn(self, article: Article, edits: Iterable[Edit]) -> None:
        """Learn from edits of spans and rejections in the article, at once (see `again`)."""
        text = article.text
        for edit in edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                if isinstance(record, Span):
                    self._memory.learn(form(text, record.start, record.end), record.label, accepted=times)
                elif isinstance(record, Rejection):
                    self._memory.learn(form(text, record.start, record.end), record.label, rejected=times)
        self._recent.forget()

    def again(self, article: Article) -> Heard:
        """What those say of the article now who may have learned something since they were asked."""
        # Not the model, though the memory's opinion is among its features: it would take five times as long, and what
        # it says then saves an annotator nothing (docs/suggestions.md).
        return {self._recent.name: self._recent.suggest(article, self._labels)}


class _Recent:
    """A suggester that remembers what it said last."""

    def __init__(self, asked: Suggester) -> None:
        self.name, self._asked = asked.name, asked
        self._of: tuple[Article, LabelSet] | None = None
        self._said: list[Suggestion] = []

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester.suggest."""
        if self._of != (article, labels):
            self._said = self._asked.suggest(article, labels)
            self._of = (article, labels)
        return self._said

    def forget(self) -> None:
        """It may say something else now."""
        self._of = None


class Found(Struct, frozen=True):
    """What stands of what is suggested for an article."""

    article: Article
    suggestions: tuple[Suggestion, ...]


def kept(corpus: Corpus, labels: LabelSet) -> Trained | None:
    """The model that the corpus keeps; None where there is none that fits its labels and this program, or another
    computer has learned it: it may be a stranger's (see training.decoded)."""
    found, key = training_data.learned(corpus, Model.name), device_key.load_key()
    trained = decoded(found.model, key) if key and found and found.model else None
    return trained if trained and trained.fits(labels) else None


def left(
    article: Article, heard: Heard, rejected: Rejected, layer: Sequence[Span], zones: Iterable[Zone]
) -> tuple[Suggestion, ...]:
    """What of all that is heard the annotator has neither decided nor rejected (see model.open_suggestions)."""
    sources = [[one for one in said if not rejected.holds(article.text, one)] for said in heard.values()]
    # The one that is surest of a date need not be the one that knows what it means.
    meant = {_place(one): one for said in sources for one in said if one.value is not None}
    return tuple(
        replace(one, value=other.value, assumed=other.assumed)
        if one.value is None and (other := meant.get(_place(one)))
        else one
        for one in standing(sources, layer, zones)
    )


def _place(suggestion: Suggestion) -> tuple[int, int, str]:
    return suggestion.start, suggestion.end, suggestion.label


def suggest(
    corpus: Corpus, suggesting: Suggesting, annotator: str, numbers: Sequence[int], source: str | None = None
) -> Generator[tuple[int, int], None, list[Found]]:
    """What is suggested to the annotator in the articles of these numbers, by all suggesters or the one of this name.
    Yields how many are done."""
    rejected, found = Rejected(training_data.rejected(corpus, annotator)), list[Found]()
    for count, draft in enumerate(drafts(corpus, numbers, annotator)):
        yield count, len(numbers)
        heard = suggesting.ask(draft.article, source)
        found.append(Found(draft.article, left(draft.article, heard, rejected, draft.spans, draft.zones)))
    return found


def accept_each(
    corpus: Corpus, annotator: str, found: Sequence[Found]
) -> Generator[tuple[int, int], None, list[Found]]:
    """Accept all that was found and still stands, in one step for each article. Yields how many are done; returns what
    was accepted."""
    accepted = []
    for count, one in enumerate(found):
        yield count, len(found)
        article = one.article
        with corpus.transaction():
            layer, status = corpus.spans(article.uid, annotator), corpus.status(article.uid, annotator)
            still = standing([one.suggestions], layer, corpus.zones(article.uid))
            edits = operations.accept_each(article, layer, annotator, still)
            if edits and (status is None or status.state == NEW):
                edits += operations.set_state(status, article, annotator, IN_PROGRESS)
            if edits:
                corpus.apply(Step(new_uid(), annotator, now(), ACCEPT, tuple(edits)))
                accepted.append(Found(article, still))
    return accepted
