"""Scores of a trained model on its test set, and the list of its errors.

A span is right if its range and its label are, as in the shared tasks of CoNLL (Tjong Kim Sang & De Meulder 2003).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from annotator.i18n import _
from annotator.model.places import Place
from annotator.open_databases import refuse_open_here
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.tagging.decoding import decode_with_repairs
from annotator.tagging.schemes import IOB2, OUTSIDE

MISSED: Final = "missed"
SPURIOUS: Final = "spurious"
WRONG_LABEL: Final = "label"
WRONG_RANGE: Final = "range"


class Score(Struct, frozen=True):
    """Shares from 0 to 1, and the numbers of spans that they are of; a share of nothing is 0."""

    precision: float
    recall: float
    f1: float
    expected: int
    predicted: int


class PredictedSpan(NamedTuple):
    """A labelled range of an article, in code points."""

    uid: str
    start: int
    end: int
    label: str


class ModelError(Struct, frozen=True):
    """An error of a model: `kind` is a constant above. A missed span has no prediction, a spurious one is only that."""

    kind: str
    expected: PredictedSpan | None
    predicted: PredictedSpan | None

    @property
    def place(self) -> Place:
        """Return where the error is."""
        span = self.expected or self.predicted
        assert span
        return Place(span.uid, span.start, span.end)


class TestScores(Struct, frozen=True):
    """The scores of a model by label and of all labels, and its errors in the order of the test set."""

    labels: dict[str, Score]
    overall: Score
    errors: list[ModelError]


class InvalidPredictions(CorpusError):
    """The file of predictions does not fit the corpus."""


class _Sentence(Struct, frozen=True):
    """A line of the file: a sentence of the article, where it begins, and the tags of its tokens in IOB2."""

    uid: str
    start: int
    tokens: list[str]
    expected: list[str]
    predicted: list[str]


def score_predictions(corpus: Corpus, path: Path) -> TestScores:
    """Score the predictions that a training project wrote. Raises InvalidPredictions, CorpusError, OSError."""
    expected, predicted = dict[PredictedSpan, None](), dict[PredictedSpan, None]()
    text, uid = "", ""
    for number, sentence in enumerate(_read_sentences(path), 1):
        if sentence.uid != uid:
            uid, text = sentence.uid, corpus.article(sentence.uid).text
        if not len(sentence.tokens) == len(sentence.expected) == len(sentence.predicted):
            raise InvalidPredictions(_explain(path, number, _("Its tokens and tags differ in number.")))
        try:
            ranges = align_tokens(text, sentence.start, sentence.tokens)
        except ValueError as error:
            raise InvalidPredictions(_explain(path, number, _("Its tokens are not in the article."))) from error
        expected |= dict.fromkeys(_decode(uid, ranges, sentence.expected))
        predicted |= dict.fromkeys(_decode(uid, ranges, sentence.predicted))
    return compare(list(expected), list(predicted))


def compare(expected: Sequence[PredictedSpan], predicted: Sequence[PredictedSpan]) -> TestScores:
    """Score predicted spans; no two of `expected` may be the same, nor two of `predicted`."""
    right = set(expected) & set(predicted)
    counts = [Counter(span.label for span in spans) for spans in (expected, predicted, right)]
    labels = sorted({*counts[0], *counts[1]})
    return TestScores(
        {label: _build_score(*(count[label] for count in counts)) for label in labels},
        _build_score(len(expected), len(predicted), len(right)),
        sorted(_find_errors(expected, predicted, right), key=lambda error: error.place),
    )


def align_tokens(text: str, start: int, tokens: Iterable[str]) -> list[tuple[int, int]]:
    """Return the range of each token in the text, from `start` on.

    Between letters of tokens there is only what exports leave out: space and invisible marks. Raises ValueError if a
    letter is missing.
    """
    ranges: list[tuple[int, int]] = []
    position = start
    for token in tokens:
        first = position = text.index(token[0], position)
        for letter in token:
            position = text.index(letter, position) + 1
        ranges.append((first, position))
    return ranges


def _read_sentences(path: Path) -> Iterator[_Sentence]:
    refuse_open_here(path)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield msgspec.json.decode(line, type=_Sentence)
            except msgspec.MsgspecError as error:
                raise InvalidPredictions(_explain(path, number, str(error))) from error


def _explain(path: Path, number: int, reason: str) -> str:
    return _("{path}:{number}: The predictions cannot be read. {reason}").format(
        path=path, number=number, reason=reason
    )


def _decode(uid: str, ranges: Sequence[tuple[int, int]], tags: Iterable[str]) -> Iterator[PredictedSpan]:
    """Yield the spans of tags; a model may predict ones that begin with I-."""
    rows = [() if tag == OUTSIDE else (tag,) for tag in tags]
    chunks, _repairs = decode_with_repairs(rows, IOB2)
    for label, first, last in chunks:
        yield PredictedSpan(uid, ranges[first][0], ranges[last - 1][1], label)


def _build_score(expected: int, predicted: int, right: int) -> Score:
    precision, recall = right / predicted if predicted else 0.0, right / expected if expected else 0.0
    f1 = 2 * right / (expected + predicted) if expected + predicted else 0.0
    return Score(precision, recall, f1, expected, predicted)


def _find_errors(
    expected: Iterable[PredictedSpan], predicted: Iterable[PredictedSpan], right: set[PredictedSpan]
) -> Iterator[ModelError]:
    """Yield the errors: an expected span and a predicted one that overlap are one."""
    missing = [span for span in expected if span not in right]
    wrong: dict[str, list[PredictedSpan]] = {}
    for span in predicted:
        if span not in right:
            wrong.setdefault(span.uid, []).append(span)
    for span in missing:
        candidates = [other for other in wrong.get(span.uid, ()) if other.start < span.end and span.start < other.end]
        if not candidates:
            yield ModelError(MISSED, span, None)
            continue
        # The same range says most, then the same label.
        other = next((near for near in candidates if (near.start, near.end) == (span.start, span.end)), None)
        other = other or next((near for near in candidates if near.label == span.label), candidates[0])
        wrong[span.uid].remove(other)
        yield ModelError(WRONG_RANGE if other.label == span.label else WRONG_LABEL, span, other)
    for spans in wrong.values():
        yield from (ModelError(SPURIOUS, None, span) for span in spans)
