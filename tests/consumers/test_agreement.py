"""nervaluate, krippendorff, statsmodels and NLTK measure the same agreement as the program, on the sample articles."""

import random
from collections import Counter
from collections.abc import Mapping
from typing import Final

import pytest
from consumers.reading import consumer

from annotator.resources import resource_path
from annotator.team.character_agreement import compare_characters
from annotator.team.cohen_kappa import cohen_kappa
from annotator.team.krippendorff_alpha import UnitCounts, nominal_alpha
from annotator.team.layers import LabelledRange, flatten_outermost
from annotator.team.span_agreement import SpanCounts, compare_spans
from annotator.team.token_agreement import count_tag_pairs, list_tokens, tag_tokens
from annotator.text.tokenizer import Token, tokenize

LABELS: Final = ("DATE", "INSTITUTION", "PLAN")
TEXTS: Final = tuple(path.read_text(encoding="utf-8") for path in sorted(resource_path("samples").glob("*.txt")))
Layer = frozenset[LabelledRange]


def annotate(seed: int) -> list[tuple[str, list[Token], list[Layer]]]:
    """Return the articles with their tokens and the layers of three annotators, who agree in most of their spans."""
    dice = random.Random(seed)
    articles = []
    for text in TEXTS:
        tokens = tokenize(text)
        spans = set()
        for _index in range(40):
            first = dice.randrange(len(tokens) - 4)
            spans.add((tokens[first].start, tokens[first + dice.choice((0, 1, 1, 2, 4))].end, dice.choice(LABELS)))
        layers = []
        for _annotator in range(3):
            layer = set()
            for start, end, label in flatten_outermost(spans):
                change = dice.random()
                if change < 0.1:
                    label = dice.choice(LABELS)
                elif change < 0.2:
                    end = next(token.end for token in tokens if token.start <= start < token.end)
                if change < 0.9:
                    layer.add((start, end, label))
            layers.append(frozenset(layer))
        articles.append((text, tokens, layers))
    return articles


def alpha(counts: UnitCounts[str | None]) -> float | None:
    return nominal_alpha([*counts.values.values()], counts.differences)


@pytest.mark.parametrize("seed", range(3))
def test_nervaluate_has_the_f1_of_spans(seed: int) -> None:
    """Its "strict" is our exact, its "exact" our position; it knows no nested spans."""
    evaluator = consumer("nervaluate").Evaluator
    entities: tuple[list[list[dict[str, object]]], ...] = ([], [])
    counts = SpanCounts()
    for _text, _tokens, (first, second, _third) in annotate(seed):
        counts = SpanCounts(*map(sum, zip(counts, compare_spans(first, second).total, strict=True)))
        for side, layer in enumerate((first, second)):
            entities[side].append(
                [{"start": start, "end": end - 1, "label": label} for start, end, label in sorted(layer)]
            )
    overall = evaluator(*entities, tags=list(LABELS), loader="dict").evaluate()["overall"]
    assert overall["strict"].f1 == pytest.approx(counts.exact / counts.spans)
    assert overall["exact"].f1 == pytest.approx(counts.position / counts.positions)


@pytest.mark.parametrize("seed", range(3))
def test_krippendorff_has_the_alpha_of_characters(seed: int) -> None:
    """Each character is a unit with the value of each annotator, of whom the third did every other article."""
    module = consumer("krippendorff")
    numpy = consumer("numpy")
    counts = UnitCounts[str | None]()
    rows: list[list[float]] = []
    for number, (text, _tokens, layers) in enumerate(annotate(seed)):
        present = layers if number % 2 else layers[:2]
        ranges = [(0, len(text) // 2), (len(text) // 2 + 20, len(text))]
        comparison = compare_characters(present, ranges)
        counts.values.update(comparison.total.values)
        counts.differences.update(comparison.total.differences)
        for offset in (offset for part in ranges for offset in range(*part)):
            values = [_value_at(layer, offset) for layer in present]
            rows.append([*values, *[float("nan")] * (3 - len(values))])
    judged = module.alpha(reliability_data=numpy.array(rows).T, level_of_measurement="nominal")
    assert alpha(counts) == pytest.approx(judged, abs=1e-9)


def _value_at(layer: Layer, offset: int) -> float:
    labels = [label for start, end, label in layer if start <= offset < end]
    return float(LABELS.index(labels[0])) if labels else -1.0


@pytest.mark.parametrize("seed", range(3))
def test_statsmodels_has_the_kappa_of_tokens(seed: int) -> None:
    module = consumer("statsmodels.stats.inter_rater")
    numpy = consumer("numpy")
    pairs = _count_tags(seed)
    tags = list({tag for pair in pairs for tag in pair})
    table = numpy.array([[pairs.get((first, second), 0) for second in tags] for first in tags])
    assert cohen_kappa(pairs) == pytest.approx(module.cohens_kappa(table).kappa, abs=1e-9)


def test_nltk_has_the_kappa_and_the_alpha_of_tokens() -> None:
    module = consumer("nltk.metrics.agreement")
    pairs = _count_tags(7)
    units = [pair for pair, count in sorted(pairs.items(), key=repr) for _index in range(count)]
    ratings = [
        (name, number, tag)
        for number, pair in enumerate(units)
        for name, tag in zip("ab", map(repr, pair), strict=True)
    ]
    task = module.AnnotationTask(data=ratings)
    counts = UnitCounts[object]()
    for pair in units:
        counts.add(pair)
    assert cohen_kappa(pairs) == pytest.approx(task.kappa(), abs=1e-9)
    assert nominal_alpha([*counts.values.values()], counts.differences) == pytest.approx(task.alpha(), abs=1e-9)


def _count_tags(seed: int) -> Mapping[tuple[object, object], int]:
    pairs: Counter[tuple[object, object]] = Counter()
    for text, _tokens, (first, second, _third) in annotate(seed):
        tokens = list_tokens(text, [(0, len(text))])
        pairs.update(count_tag_pairs(tag_tokens(first, tokens), tag_tokens(second, tokens), len(tokens)))
    return pairs
