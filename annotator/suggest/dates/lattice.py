"""A text as a lattice, which the grammar walks along labelled edges.

A token is one edge, or alternative paths: a word without its proclitics (و, then العشرين), a number split at joints
(12, /, 05, /, 2024). Only words of the grammar have edges. No path crosses a newline.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from msgspec import Struct

from annotator.suggest.dates.grammar import can_begin, load_grammar
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold, fold_word
from annotator.text.proclitics import CONJUNCTIONS, DEFINITE_ARTICLE, FUTURE_PREFIX, PREPOSITIONS, find_readings

_JOINED: Final = re.compile(r"\d+(?:[-‐‑–/:.]\d+)+|\d{1,2}[,،]\d{2}")  # 22,40 is a clock time
_DIGITS: Final = re.compile(r"\d+")
_MAX_DIGITS: Final = 9  # digits of a number that may be part of a date
_CLOCK: Final = re.compile(r"(\d{1,2})h(\d{2})?")
_DASHES: Final = "‐‑–"
_LONE_TATWEEL: Final = re.compile("ـ+")
_PUNCTUATION: Final = re.compile(r"[^\w\s]+")
_VERB: Final = re.compile(r"[وف]?س?ي\w{3,}")  # present tense: a number before it counts nothing
_NOT_DEFINITE: Final = frozenset(map(fold, ("إلى", "إلا", "الذي", "التي", "الذين", "اللي", "الآن")))
_PROCLITICS: Final = CONJUNCTIONS + PREPOSITIONS + FUTURE_PREFIX
_MAX_SHORT: Final = 2  # letters: with ب in front, آب is باب
_BEFORE_SHORT: Final = ("", "و", "ل", "ول")
_NONE: Final[dict[str, Any]] = {}
_NOTHING: Final[frozenset[str]] = frozenset()
_END: Final = frozenset(["end"])
_GLUED: Final = frozenset(["glued"])
_BEFORE_NUMBER: Final = ("proclitic", "preposition")
_NOT_JOINED: Final = tuple("اأدذرزوء")
_GLUED_FIRST: Final = ("month-word", "weekday-word")
_GLUED_LAST: Final = ("way", "year-word")
_SIZES: Final = (
    *(("1-2-digits", 0, 99, 2), ("1-31", 1, 31, 2), ("1-12", 1, 12, 2), ("0-24", 0, 24, 2), ("0-59", 0, 59, 2)),
    *(
        ("13-31", 13, 31, 2),
        ("13-99", 13, 99, 2),
        ("3-digits", 100, 999, 3),
        ("year-digits", 1000, 2199, 4),
        ("hijri-digits", 1, 1500, 4),
    ),
    *(("near-hijri", 1300, 1500, 4), ("near-year", 1900, 2099, 4)),
)
"""Classes of numbers: lowest, highest, most digits."""


class Edge(NamedTuple):
    """An edge to a node; its labels with values."""

    target: int
    labels: dict[str, Any]


class _Split(NamedTuple):
    """A reading of a token: its proclitics, and the rest's offset and labels."""

    lead: str
    offset: int
    labels: dict[str, Any]


class _TokenReadings(Struct, frozen=True):
    """A token's readings: its splits, or a joined number's labels by part.

    `labels` are those at its start, `all_labels` also those inside. `is_start`: a date may begin here, whatever follows
    the token.
    """

    splits: tuple[_Split, ...]
    parts: tuple[dict[str, Any], ...]
    labels: frozenset[str]
    all_labels: frozenset[str]
    is_start: bool


class _Place(NamedTuple):
    """Where a node behind or inside a token is: at an offset, after proclitics, or at the end of a line."""

    offset: int
    lead: str
    is_line_end: bool


class Lattice:
    """The nodes of a text, made on demand: most of its words are far from any date.

    The node before token `i` is `i`; those inside tokens, and those at the ends of lines, where no path goes on, come
    last. `labels`, those of all edges, are by node.
    """

    def __init__(self, analysis: TextAnalysis) -> None:
        self._analysis = analysis
        self._size = len(analysis.tokens)
        self._readings = list(map(_read_token, analysis.words))
        self._places: list[_Place] = []
        self._edges: dict[int, list[Edge]] = {}
        self._next_labels: dict[int, frozenset[str]] = {}
        self._labels_before: dict[int, frozenset[str]] = {}
        self.labels = [reading.labels for reading in self._readings]
        self._labelled = [index for index, reading in enumerate(self._readings) if reading is not _NO_READINGS]
        self._labels_ahead: dict[int, frozenset[str]] = {}
        for index in reversed(self._labelled):
            following = self._labels_ahead.get(index + 1, _NOTHING)
            self._labels_ahead[index] = _unite(self._readings[index].all_labels, following)

    def starts(self) -> Iterator[int]:
        """Yield the nodes where a date may begin, as far as the labels of two tokens tell, from the left."""
        for index in self._labelled:
            reading, next_labels = self._readings[index], self.labels[index + 1] if index + 1 < self._size else _NOTHING
            if reading.is_start or (reading.labels and _is_start(reading.all_labels, next_labels)):
                yield from self._starts_in_token(index)

    def _starts_in_token(self, index: int) -> Iterator[int]:
        yield index
        if not self._readings[index].parts:
            yield from (edge.target for edge in self.edges_from(index) if not self.is_end(edge.target))

    def edges_from(self, node: int) -> list[Edge]:
        """Return the edges from a node."""
        if node not in self._edges:
            self._edges[node] = []
            self._add_token(node)
        return self._edges[node]

    def next_labels(self, node: int) -> frozenset[str]:
        """Return the labels of all edges that follow those from a node."""
        if node not in self._next_labels:
            labels = [self.labels[edge.target] for edge in self.edges_from(node)]
            self._next_labels[node] = labels[0] if len(labels) == 1 else _NOTHING.union(*labels)
        return self._next_labels[node]

    def labels_ahead(self, node: int) -> frozenset[str]:
        """Return all labels from a node on, up to the first word without any, and perhaps some behind the line."""
        return self._labels_ahead.get(node, _NOTHING)

    def _add_token(self, index: int) -> None:
        tokens, reading = self._analysis.tokens, self._readings[index]
        start, end = tokens[index]
        is_line_end = index + 1 == self._size or "\n" in self._analysis.text[end : tokens[index + 1].start]
        target = self._add_node(_Place(end, "", True), _NOTHING) if is_line_end else index + 1
        ahead = self._labels_ahead.get(index, _NOTHING)
        inner: dict[int, int] = {}
        for lead, offset, labels in reading.splits:
            source = index
            if offset:
                if offset not in inner:
                    inner[offset] = self._add_node(_Place(start + offset, lead, False), ahead)
                    self._add_edge(index, inner[offset], {"=" + lead: None})
                source = inner[offset]
            self._add_edge(source, target, labels)
        source = index
        for number, labels in enumerate(reading.parts, 1):
            part_target = target if number == len(reading.parts) else self._add_node(_Place(start, "", False), ahead)
            self._add_edge(source, part_target, labels)
            source = part_target

    def _add_node(self, place: _Place, ahead: frozenset[str]) -> int:
        node = len(self.labels)
        self._places.append(place)
        self._labels_ahead[node] = ahead
        self._edges[node] = []
        self.labels.append(_NOTHING)
        return node

    def _add_edge(self, source: int, target: int, labels: dict[str, Any]) -> None:
        self._edges[source].append(Edge(target, labels))
        if source >= self._size:
            self.labels[source] = self.labels[source].union(labels)

    def is_end(self, node: int) -> bool:
        """Return whether a date may end at this node, after a token."""
        return node < self._size or self._place(node).is_line_end

    def offset(self, node: int) -> int:
        """Return where in the text a date from this node on would start."""
        return self._analysis.tokens[node].start if node < self._size else self._place(node).offset

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """Return the text's bounds from a node to an end."""
        end = self._analysis.tokens[last - 1].end if last < self._size else self._place(last).offset
        return self.offset(first), end

    def labels_before(self, node: int) -> frozenset[str]:
        """Return the labels before a node: a proclitic's, or the line's previous token's."""
        if node not in self._labels_before:
            self._labels_before[node] = self._find_labels_before(node)
        return self._labels_before[node]

    def _find_labels_before(self, node: int) -> frozenset[str]:
        if node >= self._size:
            return frozenset(load_grammar().words.get(self._place(node).lead[-1:], _NONE))
        tokens = self._analysis.tokens
        if node == 0 or "\n" in self._analysis.text[tokens[node - 1].end : tokens[node].start]:
            return _END
        return self._token_labels(node - 1) | (_GLUED if tokens[node - 1].end == tokens[node].start else _NOTHING)

    def labels_after(self, node: int) -> frozenset[str]:
        """Return the labels after an end."""
        return self._token_labels(node) if node < self._size else _END

    def is_separate(self, first: int, last: int) -> bool:
        """Return whether no letter or digit touches the stretch, as in اليوم24.

        A number may follow a proclitic, or a preposition that lost its blank: و2024, منذ2015.
        """
        start, end = self.bounds(first, last)
        text = self._analysis.text
        if text[end : end + 1].isalnum():
            return False
        if first >= self._size or start == 0 or not text[start - 1].isalnum():
            return True
        return text[start].isdigit() and not self._token_labels(first - 1).isdisjoint(_BEFORE_NUMBER)

    def _token_labels(self, index: int) -> frozenset[str]:
        return _context_labels(self._analysis.words[index])

    def _place(self, node: int) -> _Place:
        return self._places[node - self._size]


_NO_READINGS: Final = _TokenReadings((), (), _NOTHING, _NOTHING, False)
"""Of most words."""


@lru_cache(maxsize=1 << 15)
def _read_token(word: str) -> _TokenReadings:
    """Return the readings of a token."""
    word = _dash_for_tatweel(word)
    folded = fold_word(word)
    splits: tuple[_Split, ...] = ()
    parts: tuple[dict[str, Any], ...] = ()
    if not folded[:1].isdigit():
        splits = tuple(
            _Split(lead, offset, labels)
            for offset, shape in find_readings(word)
            if (labels := load_grammar().words.get(_key(shape)))
            and ((lead := _proclitics_before(word, offset)) in _BEFORE_SHORT or len(shape) > _MAX_SHORT)
        )
        if not splits:
            parts = _glued_words().get(_key(folded), ())
    elif _JOINED.fullmatch(folded):
        parts = tuple(map(_part_labels, re.findall(r"\d+|\D", folded)))
    else:
        clock = _CLOCK.fullmatch(folded)
        labels = {"clock-token": (int(clock[1]), int(clock[2] or 0))} if clock else _part_labels(folded)
        splits = (_Split("", 0, labels),)
    if not (splits or parts):
        return _NO_READINGS
    first_labels = [{"=" + lead: None} if offset else labels for lead, offset, labels in splits] or parts[:1]
    inner_labels = _NOTHING.union(*(labels for _lead, offset, labels in splits if offset), *parts[1:])
    first = _NOTHING.union(*first_labels)
    return _TokenReadings(splits, parts, first, first | inner_labels, _is_start(first | inner_labels, inner_labels))


@lru_cache(maxsize=1)
def _glued_words() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the labels of months and weekdays, and of a word behind them, that a lost blank has made one word.

    Such as يونيوالماضي: the last letter of the first is not joined to the next one, so that the word looks right.
    """
    words = load_grammar().words
    firsts = [word for word in words if word.endswith(_NOT_JOINED) and not words[word].keys().isdisjoint(_GLUED_FIRST)]
    lasts = [word for word in words if not words[word].keys().isdisjoint(_GLUED_LAST)]
    return {first + last: (words[first], words[last]) for first in firsts for last in lasts}


@lru_cache(maxsize=1 << 15)
def _unite(labels: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """Return the labels of both; the same object for the same ones, which makes it a fast key."""
    return labels | others


@lru_cache(maxsize=1 << 15)
def _is_start(labels: frozenset[str], next_labels: frozenset[str]) -> bool:
    """Return whether something like a date can begin with the first of these labels, and the second may follow."""
    return can_begin(load_grammar().openings, labels, next_labels)


@lru_cache(maxsize=1 << 15)
def _context_labels(word: str) -> frozenset[str]:
    """Return the labels of a token beside a date."""
    word = _dash_for_tatweel(word)
    folded = fold_word(word)
    if _PUNCTUATION.fullmatch(folded):
        return frozenset(["punctuation", *load_grammar().words.get(folded, _NONE)])
    if folded[:1].isdigit():
        return frozenset(["number", *_part_labels(folded)])
    labels = set() if len(folded) > 1 or folded not in _PROCLITICS else {"proclitic"}
    if _VERB.fullmatch(folded):
        labels.add("verb")
    for offset, shape in find_readings(word):
        word_labels = load_grammar().words.get(_key(shape), _NONE)
        labels.update(word_labels)
        if shape.startswith(DEFINITE_ARTICLE) and shape not in _NOT_DEFINITE:
            labels.add("definite")
        if word_labels:
            labels.update(*(load_grammar().words.get(letter, _NONE) for letter in _proclitics_before(word, offset)))
    return frozenset(labels)


@lru_cache(maxsize=1 << 12)
def _part_labels(part: str) -> dict[str, Any]:
    """Return a number's classes by size and digits, or a joiner's labels."""
    if not _DIGITS.fullmatch(part):
        return load_grammar().words.get("-" if part in _DASHES else part, _NONE)
    if len(part) > _MAX_DIGITS:
        return _NONE
    number = int(part)
    labels = {"number": number}
    labels.update((name, number) for name, low, high, most in _SIZES if low <= number <= high and len(part) <= most)
    if len(part) == 2:
        labels["2-digits"] = number
    if number % 50 == 0 and "near-year" in labels:
        labels["round-year"] = labels.pop("near-year")
    return labels


def _dash_for_tatweel(word: str) -> str:
    """Return a word, and a dash for a tatweel that stands alone: 2020 ـ 2024."""
    return "-" if _LONE_TATWEEL.fullmatch(word) else word


def _key(shape: str) -> str:
    return shape.replace("ة", "ه")


def _proclitics_before(word: str, offset: int) -> str:
    """Return a word's proclitics before an offset, without marks."""
    return "".join(letter for letter in word[:offset] if letter in _PROCLITICS)
