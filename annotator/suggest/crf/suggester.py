"""The suggester `model`: applies what it learned from the corpus's spans (see `training`)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, Final, NamedTuple

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import Suggester
from annotator.suggest.crf.edges import repair_edges
from annotator.suggest.crf.features import collect_suggestions, extract_features, suggester_features
from annotator.suggest.crf.tags import DEPTH_SEPARATOR, OUTSIDE, Chunk, chunk_bounds, decode_tags
from annotator.suggest.crf.training import TrainedModel
from annotator.text.analysis import TextAnalysis, analysed

# The share of correct suggestions by the lowest marginal probability of their tags, as the fields are overconfident:
# from models of 100, 300 and 800 sentences of Wojood's training part on 315 others, each thrice. So 28 % of suggestions
# for DATE and ORG are sure (open_suggestions.SURE_SCORE), 0.4 % of these differ from the gold; of 577 on news articles,
# from models of 24 others, 18 % are, one of which is wrong. The probability of all tags together, that of the edges and
# the mean rank suggestions no better (area under the curve: within 0.01 on three corpora).
_CALIBRATION: Final = (
    *((0.0, 0.4), (0.6, 0.62), (0.75, 0.65), (0.85, 0.7), (0.925, 0.8), (0.96, 0.86), (0.975, 0.88)),
    *((0.985, 0.9), (0.9925, 0.94), (0.995, 0.97), (0.998, 0.978), (0.999, 0.99), (1.0, 1.0)),
)

_CERTAIN: Final = 0.99  # a token whose likeliest tag is that probable teaches little


class _Sentence(NamedTuple):
    """A tagged sentence: its first token, and per field the tags with their probabilities, 1 outside of spans."""

    first: int
    tagged: list[tuple[list[str], list[float]]]


class CrfSuggester:
    """The suggester `model`.

    `trained` must fit the labels (see TrainedModel.fits) and have been trained with `base_suggesters`.
    """

    name = "model"

    def __init__(self, trained: TrainedModel, base_suggesters: Sequence[Suggester] = ()) -> None:
        self._trained, self._base_suggesters = trained, tuple(base_suggesters)
        self._taggers = [_open_tagger(field) for field in trained.fields]
        self._lock = Lock()  # a tagger holds the sentence that it tags

    def suggest(
        self, article: Article, labels: LabelSet, suggestions: Iterable[Suggestion] | None = None
    ) -> list[Suggestion]:
        """See Suggester. `suggestions` are the base suggesters', if already known."""
        token_features = self._extract_features(article, labels, suggestions)
        return self.suggest_from_features(analysed(article.text), labels, token_features)

    def suggest_from_features(
        self, analysis: TextAnalysis, labels: LabelSet, token_features: Sequence[Sequence[str]]
    ) -> list[Suggestion]:
        """Return the suggestions for a text of whose tokens these are the features."""
        by_span: dict[tuple[int, int, str], Suggestion] = {}
        for sentence in self._tag_sentences(analysis, token_features):
            for chunk, probability in _repair_chunks(analysis, _decode_chunks(sentence)):
                label = chunk.label.partition(DEPTH_SEPARATOR)[0]
                if labels.find(label):
                    score = round(_calibrate(probability), 3)
                    bounds = (*chunk_bounds(analysis, chunk), label)
                    by_span.setdefault(bounds, Suggestion(*bounds, self.name, score))
        return sorted(by_span.values(), key=lambda suggestion: (suggestion.start, -suggestion.end, suggestion.label))

    def uncertainty(
        self, article: Article, labels: LabelSet, suggestions: Iterable[Suggestion] | None = None
    ) -> Mapping[str, float]:
        """Return by label the expected number of wrong decisions about tokens. `suggestions` as above."""
        from pycrfsuite import ItemSequence

        analysis = analysed(article.text)
        token_features = self._extract_features(article, labels, suggestions)
        expected_errors = dict.fromkeys((label.name for label in labels.labels), 0.0)
        for first, last in analysis.sentence_ranges:
            items = ItemSequence(token_features[first:last])
            for tagger in self._taggers:
                for tag_probabilities in self._uncertain_tokens(tagger, items):
                    for label, probability in _sum_by_label(tag_probabilities).items():
                        if label in expected_errors:
                            expected_errors[label] += max(min(probability, 1 - probability), 0.0)
        return expected_errors

    def _extract_features(
        self, article: Article, labels: LabelSet, suggestions: Iterable[Suggestion] | None
    ) -> list[list[str]]:
        if suggestions is None:
            suggestions = collect_suggestions(article, labels, self._base_suggesters)
        return extract_features(analysed(article.text), suggester_features(suggestions, labels))

    def _tag_sentences(self, analysis: TextAnalysis, token_features: Sequence[Sequence[str]]) -> Iterator[_Sentence]:
        from pycrfsuite import ItemSequence

        for first, last in analysis.sentence_ranges:
            items = ItemSequence(token_features[first:last])
            yield _Sentence(first, [self._tag(tagger, items) for tagger in self._taggers])

    def _uncertain_tokens(self, tagger: Any, items: Any) -> list[dict[str, float]]:
        """Return the probabilities of all tags, for tokens whose likeliest tag is not certain."""
        with self._lock:
            return [
                {tag: tagger.marginal(tag, index) for tag in tagger.labels()}
                for index, likeliest in enumerate(tagger.tag(items))
                if tagger.marginal(likeliest, index) < _CERTAIN
            ]

    def _tag(self, tagger: Any, items: Any) -> tuple[list[str], list[float]]:
        with self._lock:
            tags = tagger.tag(items)
            return tags, [
                1.0 if tag == OUTSIDE else min(tagger.marginal(tag, index), 1.0) for index, tag in enumerate(tags)
            ]


def _sum_by_label(tag_probabilities: Mapping[str, float]) -> Mapping[str, float]:
    """Return each label's probability, of any depth."""
    by_label = defaultdict[str, float](float)
    for tag, probability in tag_probabilities.items():
        if tag != OUTSIDE:
            by_label[tag.partition("-")[2].partition(DEPTH_SEPARATOR)[0]] += probability
    return by_label


def _decode_chunks(sentence: _Sentence) -> Iterator[tuple[Chunk, float]]:
    """Yield a sentence's chunks, by article tokens, with their least likely tag's probability.

    A chunk with a depth is dropped unless within another of its label; none is repeated.
    """
    probabilities: dict[Chunk, float] = {}
    for tags, tag_probabilities in sentence.tagged:
        for label, first, last, skipped in decode_tags(tags):
            chunk = Chunk(label, sentence.first + first, sentence.first + last, skipped)
            probabilities[chunk] = min(tag_probabilities[first:last])
    for chunk, probability in probabilities.items():
        label, separator, _depth = chunk.label.partition(DEPTH_SEPARATOR)
        if not separator or any(_contains(outer, chunk) for outer in probabilities if outer.label == label):
            yield chunk, probability


def _repair_chunks(analysis: TextAnalysis, chunks: Iterable[tuple[Chunk, float]]) -> list[tuple[Chunk, float]]:
    """Repair chunks' edges. A chunk that then crosses another of its label is dropped."""
    repaired = [(repair_edges(analysis, chunk), chunk, probability) for chunk, probability in chunks]
    return [
        (new, probability)
        for new, chunk, probability in repaired
        if new is not None
        and (new == chunk or not any(other and _cross(new, other) for other, _chunk, _probability in repaired))
    ]


def _cross(chunk: Chunk, other: Chunk) -> bool:
    return chunk.label == other.label and (
        chunk.first < other.first < chunk.last < other.last or other.first < chunk.first < other.last < chunk.last
    )


def _contains(outer: Chunk, inner: Chunk) -> bool:
    is_wider = (outer.first, outer.skipped_proclitics) != (
        inner.first,
        inner.skipped_proclitics,
    ) or outer.last != inner.last
    return (
        is_wider
        and (outer.first, outer.skipped_proclitics) <= (inner.first, inner.skipped_proclitics)
        and inner.last <= outer.last
    )


def _calibrate(probability: float) -> float:
    index = min(bisect_right(_CALIBRATION, (probability, 1.0)), len(_CALIBRATION) - 1)
    (low, lower), (high, higher) = _CALIBRATION[index - 1], _CALIBRATION[index]
    return lower + (higher - lower) * (probability - low) / (high - low)


def _open_tagger(field: bytes) -> Any:
    """Return a tagger that reads this field in place: the bytes must outlive it."""
    import pycrfsuite

    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(field)
    return tagger
