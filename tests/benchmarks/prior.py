"""Measure what the sources' suggestions are worth before any decision: resources/suggestions/prior.toml.

    python tests/benchmarks/prior.py [UNSEEN.jsonl…] [--seen SEEN.jsonl]…

The weights are learned from the labelled corpora here and beside the checkout, cold and after so much of each (see
`labelled_corpora`): for this program's labels from the news and from files of more texts (see `load_texts`), for those
of others from the others. What is sure is judged on articles that the weights were not learned from, and that no rule
was written with. Run it after changes of the rules, lists, memory, model or features; it takes some minutes.
"""

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from labelled_corpora import NEWS, Gold, LabelledCorpus, load_all_labels, load_corpora, load_texts
from model_accuracy import create_label_set
from suggestion_accuracy import draw, list_counts

from annotator.jobs.suggesting import SuggesterPool
from annotator.model.records import labelled_range
from annotator.suggest.built_in import rule_suggesters
from annotator.suggest.crf.training import TrainingExample, train
from annotator.suggest.joining.belief import EVIDENCE
from annotator.suggest.joining.candidates import find_candidates
from annotator.suggest.joining.logistic_regression import Example, Prior, fit, predict_margin, sigmoid
from annotator.suggest.joining.sureness import Outcome
from annotator.suggest.memory import LabelledRange, MemorySuggester
from annotator.text.proclitics import normalise_form

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data"
FILE: Final = Path(__file__).resolve().parents[2] / "resources" / "suggestions" / "prior.toml"
SEEDS: Final = 2

_CORPUS_WEIGHT: Final = 1000.0
"""How many suggestions each corpus counts as."""
_SEEN_WEIGHT: Final = 300.0
"""The same of one that rules were written with, which look better there than they are: what predicts others best."""
_EVIDENCE_SHRINKAGE: Final = 2.0
"""The precision of the prior of the weights of evidence themselves: what predicts others' articles best."""
_MIN_WEIGHT: Final = 0.05
"""Smaller ones are left out."""
_FOLDS: Final = 5
_STEPS: Final = 400
"""Outcomes are counted by probability in so many steps."""
_MIN_PROBABILITY: Final = 0.8
"""Outcomes of less are left out: nothing is sure there."""
_AS_THEY_SAY: Final = {
    f"{role} {source} score": 1.0
    for role in ("date", "institution", "plan", "other")
    for source in ("external", "model alternative")
}
"""External sources are not measured and believed as they say; so are alternatives, before any is measured."""


class Constants(NamedTuple):
    """What is chosen for a prior: by what predicts articles of other corpora best, of some tried.

    `shrinkage` is the precision of the prior of its weights themselves, but for evidence; the others are those of the
    weights around it in a corpus (see MeasuredPrior).
    """

    shrinkage: float
    evidence_precision: float
    precision: float


_DEFAULT_LABELS: Final = Constants(shrinkage=4.0, evidence_precision=4.0, precision=16.0)
_OTHER_LABELS: Final = Constants(shrinkage=1.0, evidence_precision=0.5, precision=2.0)


class Source(NamedTuple):
    """A labelled corpus, how many suggestions it counts as, and whether what is sure is judged on it."""

    corpus: LabelledCorpus
    weight: float
    is_judged: bool


class Decision(NamedTuple):
    """A candidate of an article, by its key among all, with its features and whether it was right.

    `is_judged` says whether it counts for what is sure, too.
    """

    article: str
    key: LabelledRange
    example: Example
    is_judged: bool = True


def collect_decisions(corpus: LabelledCorpus, seeds: int = SEEDS) -> Iterator[Decision]:
    """Yield the candidates in what is judged of a corpus, with all seeds and after all numbers of items."""
    for seed in range(seeds):
        for count in list_counts(corpus):
            for learned, judged in draw(corpus, count, seed):
                pool = _create_pool(learned, corpus.labels)
                for item in judged:
                    for candidate in find_candidates(pool.suggest(item.article), item.article.text):
                        key = labelled_range(candidate.suggestion)
                        example = Example(candidate.features, key in item.spans)
                        yield Decision(item.article.uid, key, example)


def _create_pool(learned: Sequence[Gold], names: Iterable[str]) -> SuggesterPool:
    """Return the suggesters as they are after learning from these."""
    labels, memory = create_label_set(names), MemorySuggester()
    for item in learned:
        for start, end, label in item.spans:
            memory.learn(normalise_form(item.article.text, start, end), label, 1)
    places = [tuple(memory.count_places(item.article, item.spans)) for item in learned]
    for count in (count for counts in places for count in counts):
        memory.learn(*count)
    examples = [
        TrainingExample(item.article, item.spans, None, counts) for item, counts in zip(learned, places, strict=True)
    ]
    trained = train(examples, labels, (*rule_suggesters(), memory)) if examples else None
    return SuggesterPool(labels, memory, trained)


def measure_weights(examples: Sequence[Example], shrinkage: float) -> dict[str, float]:
    """Return the weights that fit these examples, with so much shrinkage of those that are not of evidence."""

    def shrink(feature: str) -> Prior:
        precision = _EVIDENCE_SHRINKAGE if feature.startswith(EVIDENCE) else shrinkage
        return Prior(_AS_THEY_SAY.get(feature, 0.0), precision)

    return fit(examples, shrink)


def measure_outcomes(decisions: Sequence[Decision], shrinkage: float) -> list[Outcome]:
    """Return the outcomes of candidates by weights learned from others' articles; each distinct one counts once."""
    uids = sorted({decision.article for decision in decisions})
    random.Random(0).shuffle(uids)
    fold_of = {uid: index % _FOLDS for index, uid in enumerate(uids)}
    repetitions = Counter((decision.article, decision.key) for decision in decisions if decision.is_judged)
    right, wrong = defaultdict[float, float](float), defaultdict[float, float](float)
    for fold in range(_FOLDS):
        others = [decision.example for decision in decisions if fold_of[decision.article] != fold]
        weights = measure_weights(others, shrinkage)
        for article, key, example, is_judged in decisions:
            if is_judged and fold_of[article] == fold:
                probability = sigmoid(predict_margin(example.features, weights))
                step = int(probability * _STEPS) / _STEPS
                (right if example.is_right else wrong)[step] += 1 / repetitions[article, key]
    steps = sorted(step for step in {*right, *wrong} if step >= _MIN_PROBABILITY)
    return [Outcome(step, round(right[step], 3), round(wrong[step], 3)) for step in steps]


def format_prior(name: str, constants: Constants, weights: Mapping[str, float], outcomes: Sequence[Outcome]) -> str:
    """Return the text of a prior."""
    rows = {
        **_AS_THEY_SAY,
        **{name: round(weight, 2) for name, weight in weights.items() if abs(weight) >= _MIN_WEIGHT},
    }
    lines = [
        f"[{name}]",
        f"evidence_precision = {constants.evidence_precision}",
        f"precision = {constants.precision}",
        "outcomes = [",
        *(f"    [{outcome.probability}, {outcome.right}, {outcome.wrong}]," for outcome in outcomes),
        "]",
        "",
        f"[{name}.weights]",
        *(f'"{name}" = {rows[name]}' for name in sorted(rows) if not name.startswith("label ")),
        "",
    ]
    return "\n".join(lines)


def measure_prior(name: str, constants: Constants, sources: Iterable[Source], *, has_evidence: bool) -> str:
    """Return the text of the prior that these corpora give, with or without what each rule and list is worth.

    That depends on the guideline, so that it says nothing of a corpus with another one.
    """
    decisions: list[Decision] = []
    for corpus, weight, is_judged in sources:
        collected = list(collect_decisions(corpus))
        for article, key, example, _is_judged in collected:
            features = {
                feature: value
                for feature, value in example.features.items()
                if has_evidence or not feature.startswith(EVIDENCE)
            }
            example_weight = weight / len(collected)
            decisions.append(Decision(article, key, Example(features, example.is_right, example_weight), is_judged))
    weights = measure_weights([decision.example for decision in decisions], constants.shrinkage)
    return format_prior(name, constants, weights, measure_outcomes(decisions, constants.shrinkage))


def list_sources(unseen: Sequence[Path], seen: Sequence[Path]) -> Iterator[Source]:
    """Yield what is labelled by this program's guideline; without any `unseen` texts, all of it is judged."""
    written, *news = (corpus for corpus in load_corpora(DATA) if corpus.labels == NEWS)
    yield Source(written, _CORPUS_WEIGHT, is_judged=not unseen)
    yield from (Source(corpus, _SEEN_WEIGHT, is_judged=not unseen) for corpus in news)
    yield from (Source(load_texts(path), _SEEN_WEIGHT, is_judged=False) for path in seen)
    yield from (Source(load_texts(path), _CORPUS_WEIGHT, is_judged=True) for path in unseen)


def list_sources_of_others() -> Iterator[Source]:
    """Yield what is labelled by other guidelines.

    Many of all of Wojood's labels are easier than those of other corpora: as if sure, 1 in 10 was wrong on one of
    these.
    """
    for corpus in load_corpora(DATA):
        if corpus.labels != NEWS:
            yield Source(corpus, _CORPUS_WEIGHT, is_judged=True)
    yield Source(load_all_labels(DATA), _CORPUS_WEIGHT, is_judged=False)


def main() -> None:
    """Measure and write the file."""
    parser = argparse.ArgumentParser(description="Measure what suggestions are worth before any decision.")
    parser.add_argument("unseen", nargs="*", type=Path, help="labelled texts that no rule was written with")
    parser.add_argument("--seen", action="append", default=[], type=Path, help="others; they count for less")
    arguments = parser.parse_args()
    texts = [
        "# Measured by tests/benchmarks/prior.py; do not edit.",
        measure_prior(
            "default_labels", _DEFAULT_LABELS, list_sources(arguments.unseen, arguments.seen), has_evidence=True
        ),
        measure_prior("other_labels", _OTHER_LABELS, list_sources_of_others(), has_evidence=False),
    ]
    FILE.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
