"""How far annotators agree: all measures, by pair, label, article and week, each with its 95 % interval.

Counts of each article are enough for all of it, so that texts and spans are not kept (see `AgreementCounter`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import combinations, starmap
from typing import Final, NamedTuple

from msgspec import Struct

from annotator.team.bootstrap import Estimate, Measure, estimate, estimate_all
from annotator.team.character_agreement import CharacterComparison, CharacterCounts, compare_characters
from annotator.team.cohen_kappa import Category, count_margins, kappa_of_margins, list_categories
from annotator.team.krippendorff_alpha import nominal_alpha
from annotator.team.layers import SharedArticle
from annotator.team.span_agreement import LayerComparison, SpanCounts, compare_spans, f1_score
from annotator.team.token_agreement import Tag, count_tag_pairs, list_tokens, tag_tokens

_NO_SPANS: Final = SpanCounts()


class SpanScores(Struct, frozen=True):
    """F1 of pairs of annotators: of `spans`, those of both added up, in `articles`, each counted once.

    `exact` asks for the same range and label, `position` for the same range, `overlap` for the same label and a
    character in common. See `span_agreement`.
    """

    articles: int
    spans: int
    exact: Estimate
    position: Estimate
    overlap: Estimate


class PairAgreement(Struct, frozen=True):
    """How far two annotators agree.

    `kappa` is that of the labels of the `matched` spans whose edges both chose. `token_kappa` is that of the tags of
    all tokens, `labelled_token_kappa` of those that one of the two labelled. `main_label` is the label that most of the
    matched spans have, `main_share` their share.
    """

    first: str
    second: str
    scores: SpanScores
    matched: int
    kappa: Estimate
    token_kappa: Estimate
    labelled_token_kappa: Estimate
    main_label: str | None
    main_share: float


class LabelAgreement(Struct, frozen=True):
    """How far all pairs agree in a label.

    `spans` counts those of each annotator once; `alpha` is Krippendorff's by characters, of the label's yes and no.
    """

    spans: int
    scores: SpanScores
    alpha: Estimate


class ArticleAgreement(Struct, frozen=True):
    """How far the annotators of an article agree in it; the estimates have no interval.

    `labels` are those of its spans, `weeks` those in which a pair was done with it, as in `Agreement`.
    """

    uid: str
    id: int
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    weeks: tuple[str, ...]
    scores: SpanScores
    alpha: float | None


class Confusion(Struct, frozen=True):
    """How often a range has these labels of two annotators, and in which articles; None is no span with these edges."""

    first: str | None
    second: str
    count: int
    articles: tuple[int, ...]


class EmptyLayer(Struct, frozen=True):
    """An article in which an annotator labelled nothing, and another one did."""

    annotator: str
    article: int


class Agreement(Struct, frozen=True):
    """How far annotators agree in the articles that two or more of them labelled.

    `scores` are of all pairs together, `alpha` is Krippendorff's by characters of all labels. `weeks` has the scores by
    ISO week (`2026-W48`), "" for articles that one of the pair has not done. Confusions come most frequent first.
    `spans` counts each annotator's once, `accepted` those that are suggestions accepted unchanged.
    `articles_without_zones` have no text that counts.
    """

    articles: int
    spans: int
    accepted: int
    scores: SpanScores
    alpha: Estimate
    pairs: tuple[PairAgreement, ...] = ()
    labels: Mapping[str, LabelAgreement] = {}
    weeks: Mapping[str, SpanScores] = {}
    by_article: tuple[ArticleAgreement, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    empty_layers: tuple[EmptyLayer, ...] = ()
    articles_without_zones: tuple[int, ...] = ()


class _Pair(NamedTuple):
    """The annotators of two layers."""

    first: str
    second: str


class _PairCounts(Struct, frozen=True):
    """What two annotators have in common in an article, and the week in which the second of them was done with it."""

    spans: LayerComparison
    tag_pairs: Mapping[tuple[Tag, Tag], int]
    week: str


class _ArticleCounts(Struct, frozen=True):
    uid: str
    id: int
    annotators: tuple[str, ...]
    pairs: Mapping[_Pair, _PairCounts]
    characters: CharacterComparison


class AgreementCounter:
    """Counts what annotators have in common, article by article, and computes how far they agree.

    `zone` is the time zone of weeks, by default that of this computer.
    """

    def __init__(self, zone: tzinfo | None = None) -> None:
        self._zone = zone
        self._articles: list[_ArticleCounts] = []
        self._empty_layers: list[EmptyLayer] = []
        self._articles_without_zones: list[int] = []
        self._spans: Counter[str] = Counter()  # by label
        self._accepted = 0

    def add(self, article: SharedArticle) -> None:
        """Count an article."""
        layers = article.layers
        tokens = list_tokens(article.text, article.ranges)
        tags = {name: tag_tokens(layer.spans, tokens) for name, layer in layers.items()}
        pairs = {
            pair: _PairCounts(
                compare_spans(layers[pair.first].spans, layers[pair.second].spans),
                count_tag_pairs(tags[pair.first], tags[pair.second], len(tokens)),
                self._find_week(layers[pair.first].done, layers[pair.second].done),
            )
            for pair in starmap(_Pair, combinations(sorted(layers), 2))
        }
        characters = compare_characters([layer.spans for layer in layers.values()], article.ranges)
        self._articles.append(_ArticleCounts(article.uid, article.id, tuple(sorted(layers)), pairs, characters))
        self._spans.update(label for layer in layers.values() for _start, _end, label in layer.spans)
        self._accepted += sum(layer.accepted for layer in layers.values())
        if not article.ranges:
            self._articles_without_zones.append(article.id)
        if any(layer.spans for layer in layers.values()):
            self._empty_layers += [EmptyLayer(name, article.id) for name, layer in layers.items() if not layer.spans]

    def measure(self) -> Agreement:
        """Return how far annotators agree in the articles so far, whose order means nothing."""
        articles = sorted(self._articles, key=lambda counts: counts.uid)
        pairs = dict.fromkeys(pair for counts in articles for pair in counts.pairs)
        scores, alpha, labels = _measure_labels(articles, self._spans)
        return Agreement(
            articles=len(articles),
            spans=self._spans.total(),
            accepted=self._accepted,
            scores=scores,
            alpha=alpha,
            pairs=tuple(_measure_pair(pair, articles) for pair in sorted(pairs)),
            labels=labels,
            weeks=_measure_weeks(articles),
            by_article=tuple(_measure_article(counts) for counts in sorted(articles, key=lambda counts: counts.id)),
            confusions=_count_confusions(articles),
            empty_layers=tuple(sorted(self._empty_layers, key=lambda layer: (layer.annotator, layer.article))),
            articles_without_zones=tuple(sorted(self._articles_without_zones)),
        )

    def _find_week(self, *moments: str | None) -> str:
        """Return the ISO week of the latest of these moments; "" if one is missing."""
        times = [datetime.fromisoformat(moment) for moment in moments if moment is not None]
        if len(times) < len(moments):
            return ""
        latest = max(time if time.tzinfo else time.replace(tzinfo=UTC) for time in times)
        year, week, _weekday = latest.astimezone(self._zone).isocalendar()
        return f"{year}-W{week:02}"


def _measure_pair(pair: _Pair, articles: Iterable[_ArticleCounts]) -> PairAgreement:
    pair_counts = [article.pairs[pair] for article in articles if pair in article.pairs]
    matched = [
        Counter({key: count for key, count in item.spans.label_pairs.items() if None not in key})
        for item in pair_counts
    ]
    tags = [item.tag_pairs for item in pair_counts]
    labelled_tags = [{key: table[key] for key in table if key != (None, None)} for table in tags]
    labels: Counter[str | None] = Counter()
    for table in matched:
        for (first, second), count in table.items():
            labels[first] += count
            labels[second] += count
    counts = [item.spans.total for item in pair_counts]
    span_scores, [kappa], [token_kappa], [labelled_token_kappa] = estimate_all(
        [_measure_spans(counts), _measure_kappa(matched), _measure_kappa(tags), _measure_kappa(labelled_tags)]
    )
    main_label, main_count = min(labels.items(), key=lambda item: (-item[1], item[0]), default=(None, 0))
    return PairAgreement(
        pair.first,
        pair.second,
        _build_scores(counts, span_scores),
        sum(table.total() for table in matched),
        kappa,
        token_kappa,
        labelled_token_kappa,
        main_label,
        main_count / labels.total() if labels else 0.0,
    )


def _measure_labels(
    articles: Sequence[_ArticleCounts], spans: Mapping[str, int]
) -> tuple[SpanScores, Estimate, dict[str, LabelAgreement]]:
    """Return the scores and alpha of all labels together, and those of each; `spans` has their numbers."""
    labels = sorted(spans)
    counts = [
        [_sum_totals(pair.spans for pair in article.pairs.values()) for article in articles],
        *([_label_counts(article, label) for article in articles] for label in labels),
    ]
    characters = [
        [article.characters.total for article in articles],
        *([_label_characters(article, label) for article in articles] for label in labels),
    ]
    estimates = estimate_all([*map(_measure_spans, counts), *map(_measure_alpha, characters)])
    scores = list(map(_build_scores, counts, estimates[: len(counts)]))
    alphas = [alpha for [alpha] in estimates[len(counts) :]]
    by_label = {
        label: LabelAgreement(spans[label], label_scores, alpha)
        for label, label_scores, alpha in zip(labels, scores[1:], alphas[1:], strict=True)
    }
    return scores[0], alphas[0], by_label


def _label_counts(article: _ArticleCounts, label: str) -> SpanCounts:
    return _add_counts(pair.spans.labels.get(label, _NO_SPANS) for pair in article.pairs.values())


def _label_characters(article: _ArticleCounts, label: str) -> CharacterCounts:
    counts = article.characters.labels.get(label)
    if counts is None:  # nobody used it, and all agree in that
        counts = CharacterCounts()
        counts.values[None] = article.characters.total.values.total()
    return counts


def _measure_weeks(articles: Iterable[_ArticleCounts]) -> dict[str, SpanScores]:
    weeks: defaultdict[str, list[SpanCounts]] = defaultdict(list)
    for article in articles:
        by_week: defaultdict[str, list[LayerComparison]] = defaultdict(list)
        for pair in article.pairs.values():
            by_week[pair.week].append(pair.spans)
        for week, comparisons in by_week.items():
            weeks[week].append(_sum_totals(comparisons))
    return {week: _score_spans(weeks[week]) for week in sorted(weeks)}


def _measure_article(article: _ArticleCounts) -> ArticleAgreement:
    scores = _score_spans([_sum_totals(pair.spans for pair in article.pairs.values())])
    [alpha] = estimate(*_measure_alpha([article.characters.total]))
    pairs = article.pairs.values()
    labels = sorted({label for pair in pairs for label in pair.spans.labels})
    weeks = sorted({pair.week for pair in pairs})
    return ArticleAgreement(
        article.uid, article.id, article.annotators, tuple(labels), tuple(weeks), scores, alpha.value
    )


def _count_confusions(articles: Iterable[_ArticleCounts]) -> tuple[Confusion, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    numbers: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for article in articles:
        for pair in article.pairs.values():
            for (first, second), count in pair.spans.label_pairs.items():
                if first != second:
                    names = sorted((first or "", second or ""))
                    counts[names[0], names[1]] += count
                    numbers[names[0], names[1]].add(article.id)
    return tuple(
        Confusion(key[0] or None, key[1], count, tuple(sorted(numbers[key])))
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _sum_totals(comparisons: Iterable[LayerComparison]) -> SpanCounts:
    return _add_counts(comparison.total for comparison in comparisons)


def _add_counts(counts: Iterable[SpanCounts]) -> SpanCounts:
    return SpanCounts(*map(sum, zip(_NO_SPANS, *counts, strict=True)))


def _score_spans(counts: Sequence[SpanCounts]) -> SpanScores:
    """Return the scores of the counts of each article."""
    return _build_scores(counts, estimate(*_measure_spans(counts)))


def _build_scores(counts: Sequence[SpanCounts], estimates: Sequence[Estimate]) -> SpanScores:
    """Return the scores that were estimated of the counts of each article (see `_measure_spans`)."""
    return SpanScores(len(counts), sum(row.spans for row in counts), *estimates)


def _measure_spans(counts: Sequence[SpanCounts]) -> Measure:
    return Measure(counts, _score_sums)


def _score_sums(sums: Sequence[int]) -> list[float | None]:
    counts = SpanCounts(*sums)
    return [
        f1_score(counts.exact, counts.spans),
        f1_score(counts.position, counts.positions),
        f1_score(counts.overlap, counts.spans),
    ]


def _measure_alpha(units: Sequence[CharacterCounts]) -> Measure:
    """Return what alpha of the counts of each article is computed from."""
    values = list(dict.fromkeys(value for counts in units for value in counts.values))
    sizes = sorted({size for counts in units for size in counts.differences})
    rows = [
        [*(counts.values[value] for value in values), *(counts.differences[size] for size in sizes)] for counts in units
    ]
    split = len(values)
    return Measure(rows, lambda sums: [nominal_alpha(sums[:split], dict(zip(sizes, sums[split:], strict=True)))])


def _measure_kappa(tables: Sequence[Mapping[tuple[Category, Category], int]]) -> Measure:
    """Return what kappa of the sum of the tables, one of each article, is computed from."""
    categories = list_categories(tables)
    return Measure([count_margins(table, categories) for table in tables], lambda sums: [kappa_of_margins(sums)])
