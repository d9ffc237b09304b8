"""What the sources' suggestions are believed to be worth: measured beforehand, then learned from the corpus.

Each candidate's probability is that of a logistic regression over what every source says about it (see `candidates`).
Its weights have a Gaussian prior, measured on labelled corpora (resources/suggestions/prior.toml, by
tests/benchmarks/prior.py), and follow the corpus's own decisions as they come (see docs/adr/0024).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator.model.decoders import prepare_decoders
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import MIN_SCORE, SURE_SCORE
from annotator.model.records import Suggestion, labelled_range
from annotator.resources import resource_path
from annotator.suggest.joining.candidates import (
    ROLES,
    Candidate,
    SuggestionsBySource,
    find_candidates,
    is_alternative,
)
from annotator.suggest.joining.logistic_regression import Example, Prior, fit, predict_margin, sigmoid
from annotator.suggest.joining.sureness import NEVER, Outcome, find_sure_probability

_HALF_LIFE: Final = 300
"""Articles after which a decision counts half as much, as guidelines change."""
_FOLDS: Final = 3
_MAY_BE_MISSING: Final = frozenset({"memory", "model"})
_MISSING_WEIGHT: Final = 0.25
"""How much an article counts once more without each of these: else rules would seem to be worth little by themselves.

To another annotator the memory says nothing yet, and the model is not asked in articles that others have done.
"""
_UNSURE: Final = SURE_SCORE - 0.01
_DECIMALS: Final = 3
EVIDENCE: Final = ("dates ", "names ", "memory ", "label ")
"""How features of evidence and labels begin."""
_RULES: Final = re.compile(" (?:names|dates) ")
_DEFAULT_NAMES: Final = frozenset({"INSTITUTION", "PLAN"})
"""Labels that only corpora by this program's guideline have: the dates of others are different ones, too."""


class MeasuredPrior(Struct, frozen=True, forbid_unknown_fields=True):
    """A prior in resources/suggestions/prior.toml.

    `weights` are means by feature, 0 for others; the precisions are those of the weights of evidence and labels, which
    differ between corpora, and of all others; `outcomes` are (probability, right, wrong) of held-out suggestions.
    """

    evidence_precision: float
    precision: float
    outcomes: Sequence[Outcome]
    weights: Mapping[str, float]

    def prior_of(self, feature: str) -> Prior:
        """Return the prior of a feature's weight."""
        is_evidence = feature.startswith(EVIDENCE) or _RULES.search(feature)
        return Prior(self.weights.get(feature, 0.0), self.evidence_precision if is_evidence else self.precision)


class _Priors(Struct, frozen=True, forbid_unknown_fields=True):
    """The priors by what the labels mean: what this program's guideline says, or something else."""

    default_labels: MeasuredPrior
    other_labels: MeasuredPrior


WeighedSuggestions: TypeAlias = Mapping[tuple[int, int, str], Suggestion]
"""Suggestions by start, end and label, with the probability of being right as the score."""


class Belief(Struct, frozen=True):
    """Weights by feature, and the probabilities from which suggestions are sure, by the role of their label."""

    weights: Mapping[str, float]
    sure_from: Mapping[str, float]

    def join(self, by_source: SuggestionsBySource, text: str) -> list[list[Suggestion]]:
        """Return each source's suggestions in a text with the probability of being right as the score.

        Of a place that several sources suggest, each has the suggestion of the most confident one. Those with less
        than MIN_SCORE are left out. Those that are sure have SURE_SCORE or more, others less. Alternatives are in lists
        of their own, as a source does not suggest them beside its other ones.
        """
        return arrange_by_source(by_source, self.weigh(find_candidates(by_source, text)))

    def weigh(self, candidates: Iterable[Candidate]) -> WeighedSuggestions:
        """Return each candidate's suggestion with the probability of being right as the score (see `join`)."""
        return {
            labelled_range(candidate.suggestion): replace(candidate.suggestion, score=self._score(candidate))
            for candidate in candidates
        }

    def _score(self, candidate: Candidate) -> float:
        probability = self.probability(candidate)
        if probability >= self.sure_from.get(candidate.role, NEVER):
            return round(max(probability, SURE_SCORE), _DECIMALS)
        return round(min(probability, _UNSURE), _DECIMALS)

    def probability(self, candidate: Candidate) -> float:
        """Return how likely the candidate is right."""
        return sigmoid(predict_margin(candidate.features, self.weights))


def arrange_by_source(by_source: SuggestionsBySource, weighed: WeighedSuggestions) -> list[list[Suggestion]]:
    """Return each source's suggestions as weighed (see `Belief.join`)."""
    lists = [[item for item in suggestions if not is_alternative(item)] for suggestions in by_source.values()]
    lists += [[item] for suggestions in by_source.values() for item in suggestions if is_alternative(item)]
    return [
        [
            weighed[labelled_range(suggestion)]
            for suggestion in suggestions
            if weighed[labelled_range(suggestion)].score >= MIN_SCORE
        ]
        for suggestions in lists
    ]


class DecidedArticle(Struct, frozen=True):
    """An article's text, the sources' suggestions made without its spans (start, end, label), and these.

    `is_labelled` says whether a text range is labelled.
    """

    text: str
    by_source: SuggestionsBySource
    spans: Container[tuple[int, int, str]]
    is_labelled: Callable[[int, int], bool]


class _Decision(NamedTuple):
    """A candidate of an article, by its index, with the role of its label, and whether it was right."""

    article: int
    role: str
    example: Example


def believe_beforehand(labels: LabelSet) -> Belief:
    """Return the belief before any decision."""
    prior = load_prior(labels)
    return Belief(prior.weights, _find_sure_probabilities(prior.outcomes, {}))


def learn_belief(articles: Sequence[DecidedArticle], labels: LabelSet) -> Belief:
    """Learn from articles that are done, the oldest first.

    A suggestion was right if a span equals it. The older an article, the less it counts. What is sure is judged by
    folds: the outcome of each suggestion by weights learned from the others' articles. Takes some 0.2 ms for each
    suggestion.
    """
    prior = load_prior(labels)
    decisions, without_a_source = list[_Decision](), list[_Decision]()
    for index, article in enumerate(articles):
        weight = 0.5 ** ((len(articles) - 1 - index) / _HALF_LIFE)
        decisions += _list_decisions(index, article, article.by_source, weight)
        for missing in sorted(_MAY_BE_MISSING & article.by_source.keys()):
            by_source = {source: suggestions for source, suggestions in article.by_source.items() if source != missing}
            without_a_source += _list_decisions(index, article, by_source, weight * _MISSING_WEIGHT)
    all_decisions = [*decisions, *without_a_source]
    weights = _fit((decision.example for decision in all_decisions), prior)
    outcomes = defaultdict[str, list[Outcome]](list)
    for fold in range(_FOLDS):
        others = (decision.example for decision in all_decisions if decision.article % _FOLDS != fold)
        fold_weights = _fit(others, prior, weights)
        for article_index, role, example in decisions:
            if article_index % _FOLDS == fold:
                probability = sigmoid(predict_margin(example.features, fold_weights))
                is_right = float(example.is_right)
                outcomes[role].append(Outcome(probability, example.weight * is_right, example.weight * (1 - is_right)))
    return Belief(weights, _find_sure_probabilities(prior.outcomes, outcomes))


def _find_sure_probabilities(
    beforehand: Sequence[Outcome], outcomes: Mapping[str, Sequence[Outcome]]
) -> dict[str, float]:
    """Return the probabilities from which on suggestions are sure, by role, from a corpus's own outcomes by role.

    These are enough by themselves, as suggestions to come are most like them; while they are few, what was measured
    beforehand counts, too. What was wrong with one kind of labels ends no other kind.
    """
    return {
        role: min(find_sure_probability(own), find_sure_probability([*beforehand, *own]))
        for role, own in ((role, outcomes.get(role, ())) for role in ROLES)
    }


def _list_decisions(
    index: int, article: DecidedArticle, by_source: SuggestionsBySource, weight: float
) -> Iterator[_Decision]:
    """Yield the candidates in what is labelled of an article as examples."""
    for candidate in find_candidates(by_source, article.text):
        key = labelled_range(candidate.suggestion)
        if article.is_labelled(*key[:2]):
            yield _Decision(index, candidate.role, Example(candidate.features, key in article.spans, weight))


def _fit(
    examples: Iterable[Example], prior: MeasuredPrior, initial: Mapping[str, float] | None = None
) -> dict[str, float]:
    return {**prior.weights, **fit(list(examples), prior.prior_of, initial)}


def load_prior(labels: LabelSet) -> MeasuredPrior:
    """Return the measured prior for these labels."""
    priors = _load_priors()
    is_default = any(label.name in _DEFAULT_NAMES for label in labels.labels)
    return priors.default_labels if is_default else priors.other_labels


@lru_cache(maxsize=1)
def _load_priors() -> _Priors:
    return msgspec.toml.decode(resource_path("suggestions", "prior.toml").read_bytes(), type=_Priors)


prepare_decoders(_Priors)
