"""A text as a lattice, which the grammar walks along labelled edges.

A token is one edge, or alternative paths: a word without its proclitics (و, then العشرين), a number split at joints
(12, /, 05, /, 2024). Only words of the grammar have edges. No path crosses a newline.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from annotator.suggest.dates.grammar import load_grammar
from annotator.text.analysis import TextAnalysis
from annotator.text.proclitics import CONJUNCTIONS, DEFINITE_ARTICLE, FUTURE_PREFIX, PREPOSITIONS, find_readings

_JOINED: Final = re.compile(r"\d+(?:[-‐‑–/:.]\d+)+")
_DIGITS: Final = re.compile(r"\d+")
_MAX_DIGITS: Final = 9  # digits of a number that may be part of a date
_CLOCK: Final = re.compile(r"(\d{1,2})h(\d{2})?")
_DASHES: Final = "‐‑–"
_PUNCTUATION: Final = re.compile(r"[^\w\s]+")
_VERB: Final = re.compile(r"[وف]?س?ي\w{3,}")  # present tense: a number before it counts nothing
_PROCLITICS: Final = CONJUNCTIONS + PREPOSITIONS + FUTURE_PREFIX
_MAX_SHORT: Final = 2  # letters: with ب in front, آب is باب
_BEFORE_SHORT: Final = ("", "و", "ل", "ول")
_NONE: Final[dict[str, Any]] = {}
_NOTHING: Final[frozenset[str]] = frozenset()
_END: Final = frozenset(["end"])
_GLUED: Final = frozenset(["glued"])
_SIZES: Final = (
    *(("1-2-digits", 0, 99, 2), ("1-31", 1, 31, 2), ("1-12", 1, 12, 2), ("0-24", 0, 24, 2), ("0-59", 0, 59, 2)),
    *(("13-31", 13, 31, 2), ("13-99", 13, 99, 2), ("year-digits", 1000, 2199, 4), ("hijri-digits", 1, 1500, 4)),
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


class _TokenReadings(NamedTuple):
    """A token's readings: its splits, or a joined number's labels by part.

    `labels` are those at its start.
    """

    splits: tuple[_Split, ...]
    parts: tuple[dict[str, Any], ...]
    labels: frozenset[str]


class Lattice:
    """The nodes of a text.

    The node before token `i` is `2 * i`; that after it, if a newline follows and no path goes on, `2 * i + 1`; those
    inside tokens come last. `edges` and `labels`, those of all edges, are by node; at `starts` a date may begin.
    """

    def __init__(self, analysis: TextAnalysis) -> None:
        self._analysis = analysis
        self._size = len(analysis.tokens)
        self._inner: list[tuple[int, str]] = []  # offset and proclitics of each node inside a token
        self.edges: dict[int, list[Edge]] = {}
        self.labels: dict[int, frozenset[str]] = {}
        self.starts: list[int] = []
        tokens, text = analysis.tokens, analysis.text
        for index, (start, end) in enumerate(tokens):
            reading = _read_token(text[start:end], analysis.folded_words[index])
            if reading.labels:
                is_line_end = index + 1 == self._size or "\n" in text[end : tokens[index + 1].start]
                self.labels[2 * index] = reading.labels
                self.starts.append(2 * index)
                self._add_token(2 * index, start, reading, 2 * index + 1 if is_line_end else 2 * index + 2)

    def _add_token(self, source: int, start: int, reading: _TokenReadings, target: int) -> None:
        edges = self.edges.setdefault(source, [])
        inner: dict[int, int] = {}
        for lead, offset, labels in reading.splits:
            if not offset:
                edges.append(Edge(target, labels))
                continue
            if offset not in inner:
                inner[offset] = self._add_inner_node(start + offset, lead)
                self.starts.append(inner[offset])
                edges.append(Edge(inner[offset], {"=" + lead: None}))
            node = inner[offset]
            self.edges.setdefault(node, []).append(Edge(target, labels))
            self.labels[node] = self.labels.get(node, _NOTHING).union(labels)
        for index, labels in enumerate(reading.parts):
            part_target = target if index + 1 == len(reading.parts) else self._add_inner_node(start, "")
            self.edges.setdefault(source, []).append(Edge(part_target, labels))
            self.labels[source] = self.labels.get(source, _NOTHING).union(labels)
            source = part_target

    def _add_inner_node(self, place: int, lead: str) -> int:
        self._inner.append((place, lead))
        return 2 * self._size + 1 + len(self._inner)

    def is_end(self, node: int) -> bool:
        """Return whether a date may end at this node, after a token."""
        return node < 2 * self._size + 2

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """Return the text's bounds from a node to an end."""
        start = self._analysis.tokens[first // 2].start if self.is_end(first) else self._inner_node(first)[0]
        return start, self._analysis.tokens[(last + 1) // 2 - 1].end

    def labels_before(self, node: int) -> frozenset[str]:
        """Return the labels before a node: a proclitic's, or the line's previous token's."""
        if not self.is_end(node):
            return frozenset(load_grammar().words.get(self._inner_node(node)[1][-1:], _NONE))
        index, tokens = node // 2, self._analysis.tokens
        if index == 0 or "\n" in self._analysis.text[tokens[index - 1].end : tokens[index].start]:
            return _END
        return self._token_labels(index - 1) | (_GLUED if tokens[index - 1].end == tokens[index].start else _NOTHING)

    def labels_after(self, node: int) -> frozenset[str]:
        """Return the labels after an end."""
        return _END if node % 2 or node // 2 >= self._size else self._token_labels(node // 2)

    def is_separate(self, first: int, last: int) -> bool:
        """Return whether no letter or digit touches the stretch, as in اليوم24.

        A number may follow a proclitic: و2024.
        """
        start, end = self.bounds(first, last)
        text = self._analysis.text
        if text[end : end + 1].isalnum():
            return False
        if not self.is_end(first) or start == 0 or not text[start - 1].isalnum():
            return True
        return text[start].isdigit() and "proclitic" in self._token_labels(first // 2 - 1)

    def _token_labels(self, index: int) -> frozenset[str]:
        token = self._analysis.tokens[index]
        return _context_labels(self._analysis.text[token.start : token.end], self._analysis.folded_words[index])

    def _inner_node(self, node: int) -> tuple[int, str]:
        return self._inner[node - 2 * self._size - 2]


@lru_cache(maxsize=1 << 15)
def _read_token(word: str, folded: str) -> _TokenReadings:
    """Return the readings of a token."""
    if not folded[:1].isdigit():
        ways = tuple(
            _Split(lead, offset, labels)
            for offset, shape in find_readings(word)
            if (labels := load_grammar().words.get(_key(shape)))
            and ((lead := _proclitics_before(word, offset)) in _BEFORE_SHORT or len(shape) > _MAX_SHORT)
        )
        return _TokenReadings(
            ways, (), frozenset().union(*({"=" + lead} if offset else labels for lead, offset, labels in ways))
        )
    if _JOINED.fullmatch(folded):
        parts = tuple(map(_part_labels, re.findall(r"\d+|\D", folded)))
        return _TokenReadings((), parts, frozenset(parts[0]))
    clock = _CLOCK.fullmatch(folded)
    labels = {"clock-token": (int(clock[1]), int(clock[2] or 0))} if clock else _part_labels(folded)
    return _TokenReadings((_Split("", 0, labels),), (), frozenset(labels))


@lru_cache(maxsize=1 << 15)
def _context_labels(word: str, folded: str) -> frozenset[str]:
    """Return the labels of a token beside a date."""
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
        if shape.startswith(DEFINITE_ARTICLE):
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


def _key(shape: str) -> str:
    return shape.replace("ة", "ه")


def _proclitics_before(word: str, offset: int) -> str:
    """Return a word's proclitics before an offset, without marks."""
    return "".join(letter for letter in word[:offset] if letter in _PROCLITICS)
