"""Measure what the sources' suggestions are worth before any decision: resources/suggestions/prior.toml.

    python tests/benchmarks/prior.py [TEXTS.jsonl…]

The weights are learned from the labelled corpora beside the checkout, cold and after so much of each (see
`labelled_corpora`), where every corpus counts alike: for this program's labels from the news and from files of more
texts (see `load_texts`), for those of others from the others. What is sure is judged on articles that the weights were
not learned from. Run it after changes of the rules, lists, memory, model or features; it takes a minute.
"""

import random
import sys
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
_SHRINKAGE: Final = 8.0
"""The precision of the prior of these weights themselves, for this program's labels: what predicts others best."""
_OTHERS_SHRINKAGE: Final = 1.0
"""The same for the labels of others: what is best on foreign corpora, of some tried."""
_EVIDENCE_SHRINKAGE: Final = 12.0
"""The same of evidence: a rule, list or head must have been right often before it makes a suggestion sure."""
_MIN_WEIGHT: Final = 0.05
"""Smaller ones are left out."""
_FOLDS: Final = 5
_STEPS: Final = 200
"""Outcomes are counted by probability in so many steps."""
_MIN_PROBABILITY: Final = 0.8
"""Outcomes of less are left out: nothing is sure there."""
_AS_THEY_SAY: Final = {
    f"{role} {source} score": 1.0
    for role in ("date", "institution", "plan", "other")
    for source in ("external", "model alternative")
}
"""External sources are not measured and believed as they say; so are alternatives, before any is measured."""
_EVIDENCE_PRECISION: Final = 0.5
_PRECISION: Final = 2.0


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


def format_prior(name: str, weights: Mapping[str, float], outcomes: Sequence[Outcome]) -> str:
    """Return the text of a prior."""
    rows = {
        **_AS_THEY_SAY,
        **{name: round(weight, 2) for name, weight in weights.items() if abs(weight) >= _MIN_WEIGHT},
    }
    lines = [
        f"[{name}]",
        f"evidence_precision = {_EVIDENCE_PRECISION}",
        f"precision = {_PRECISION}",
        "outcomes = [",
        *(f"    [{outcome.probability}, {outcome.right}, {outcome.wrong}]," for outcome in outcomes),
        "]",
        "",
        f"[{name}.weights]",
        *(f'"{name}" = {rows[name]}' for name in sorted(rows) if not name.startswith("label ")),
        "",
    ]
    return "\n".join(lines)


def measure_prior(
    corpora: Iterable[LabelledCorpus],
    name: str,
    shrinkage: float,
    *,
    has_evidence: bool,
    unjudged: Iterable[LabelledCorpus] = (),
) -> str:
    """Return the text of the prior that these corpora give, with or without what each rule and list is worth.

    That depends on the guideline, so that it says nothing of a corpus with another one. Only the weights are measured
    on `unjudged` ones.
    """
    decisions: list[Decision] = []
    for corpus, is_judged in (*((corpus, True) for corpus in corpora), *((corpus, False) for corpus in unjudged)):
        collected = list(collect_decisions(corpus))
        for article, key, example, _is_judged in collected:
            features = {
                feature: value
                for feature, value in example.features.items()
                if has_evidence or not feature.startswith(EVIDENCE)
            }
            weight = _CORPUS_WEIGHT / len(collected)
            decisions.append(Decision(article, key, Example(features, example.is_right, weight), is_judged))
    weights = measure_weights([decision.example for decision in decisions], shrinkage)
    return format_prior(name, weights, measure_outcomes(decisions, shrinkage))


def main() -> None:
    """Measure and write the file."""
    corpora = [*load_corpora(DATA)]
    news = [corpus for corpus in corpora if corpus.labels == NEWS]
    site = news[0]._replace(name="MArSum", items=tuple(item for corpus in news for item in corpus.items))
    default_labels = [site, *(load_texts(Path(path)) for path in sys.argv[1:])]
    texts = [
        "# Measured by tests/benchmarks/prior.py; do not edit.",
        measure_prior(default_labels, "default_labels", _SHRINKAGE, has_evidence=True),
        measure_prior(
            [corpus for corpus in corpora if corpus.labels != NEWS],
            "other_labels",
            _OTHERS_SHRINKAGE,
            has_evidence=False,
            # Many of its labels are easier than those of other corpora: as if sure, 1 in 10 was wrong on one of these.
            unjudged=[load_all_labels(DATA)],
        ),
    ]
    FILE.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
