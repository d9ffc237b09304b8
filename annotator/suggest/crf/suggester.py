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
from annotator.suggest.joining.candidates import ALTERNATIVE
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
_MIN_ALTERNATIVE: Final = 0.05  # of the tags of an alternative


class _Tags(NamedTuple):
    """The most probable tags of a sentence by a field, their probabilities, 1 outside of spans, and the alternatives.

    These are chunks of other tags, by tokens of the sentence, with the lowest probability of these.
    """

    tags: list[str]
    probabilities: list[float]
    alternatives: list[tuple[Chunk, float]]


class _Sentence(NamedTuple):
    """A tagged sentence: its first token, and what each field says of it."""

    first: int
    tagged: list[_Tags]


class CrfSuggester:
    """The suggester `model`.

    `trained` must fit the labels (see TrainedModel.fits) and have been trained with `base_suggesters`. With
    `has_alternatives`, it suggests less probable spans too, which overlap each other, for a belief to choose from (see
    suggest.joining): their evidence is ALTERNATIVE.
    """

    name = "model"

    def __init__(
        self, trained: TrainedModel, base_suggesters: Sequence[Suggester] = (), *, has_alternatives: bool = False
    ) -> None:
        self._trained, self._base_suggesters = trained, tuple(base_suggesters)
        self._has_alternatives = has_alternatives
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
            likely = _repair_chunks(analysis, _decode_chunks(sentence))
            scored = [(chunk, _calibrate(probability), "") for chunk, probability in likely]
            scored += ((chunk, score, ALTERNATIVE) for chunk, score in _list_alternatives(analysis, sentence))
            for chunk, score, evidence in scored:
                label = chunk.label.partition(DEPTH_SEPARATOR)[0]
                if labels.find(label):
                    bounds = (*chunk_bounds(analysis, chunk), label)
                    by_span.setdefault(bounds, Suggestion(*bounds, self.name, round(score, 3), evidence=evidence))
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

    def _tag(self, tagger: Any, items: Any) -> _Tags:
        with self._lock:
            tags = tagger.tag(items)
            probabilities = [
                1.0 if tag == OUTSIDE else min(tagger.marginal(tag, index), 1.0) for index, tag in enumerate(tags)
            ]
            # The tags of a sentence are at most as improbable as any of another path together.
            may_differ = self._has_alternatives and tags and tagger.probability(tags) <= 1 - _MIN_ALTERNATIVE
            return _Tags(tags, probabilities, _find_alternatives(tagger, tags) if may_differ else [])


def _find_alternatives(tagger: Any, tags: Sequence[str]) -> list[tuple[Chunk, float]]:
    """Return the chunks of probable tags of the sentence that the tagger holds, with the lowest probability of these.

    Inner chunks of their label are left out.
    """
    names = [name for name in tagger.labels() if name != OUTSIDE and DEPTH_SEPARATOR not in name]
    probable: list[dict[str, float]] = []
    for index, tag in enumerate(tags):
        others = () if tagger.marginal(tag, index) > 1 - _MIN_ALTERNATIVE else names
        by_tag = {name: tagger.marginal(name, index) for name in others or {tag} - {OUTSIDE}}
        probable.append({name: probability for name, probability in by_tag.items() if probability >= _MIN_ALTERNATIVE})
    alternatives = []
    for first, by_tag in enumerate(probable):
        for tag, probability in by_tag.items():
            kind, _dash, label = tag.partition("-")
            skipped = int(kind[1:] or 0)
            if kind[0] == "S":
                alternatives.append((Chunk(label, first, first + 1, skipped), probability))
            elif kind[0] == "B":
                ends = _find_ends(probable[first + 1 :], label, probability)
                alternatives += ((Chunk(label, first, first + length, skipped), lowest) for length, lowest in ends)
    return alternatives


def _find_ends(probable: Sequence[Mapping[str, float]], label: str, lowest: float) -> Iterator[tuple[int, float]]:
    """Yield the lengths of chunks whose tokens after the first have these tags, with the lowest probability of all."""
    for length, by_tag in enumerate(probable, 2):
        if end := by_tag.get(f"E-{label}"):
            yield length, min(lowest, end)
        lowest = min(lowest, by_tag.get(f"I-{label}", 0.0))
        if not lowest:
            return


def _list_alternatives(analysis: TextAnalysis, sentence: _Sentence) -> Iterator[tuple[Chunk, float]]:
    """Yield a sentence's alternatives, by article tokens, without those whose marks would need repair."""
    for tagged in sentence.tagged:
        for chunk, probability in tagged.alternatives:
            moved = chunk._replace(first=sentence.first + chunk.first, last=sentence.first + chunk.last)
            if repair_edges(analysis, moved) == moved:
                yield moved, min(probability, 1.0)


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
    for tags, tag_probabilities, _alternatives in sentence.tagged:
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
