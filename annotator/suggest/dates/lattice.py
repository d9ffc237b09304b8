"""A text as the grammar walks through it: from node to node by edges that carry labels.

A token is one edge, or several ways of edges: a word with its proclitics left in front (و, then العشرين), a number with
what joins its digits apart (12, /, 05, /, 2024). Only what the grammar knows has edges. No way leads across a newline.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from annotator.suggest.dates.grammar import shipped
from annotator.text.analysis import Analysis
from annotator.text.proclitics import ARTICLE, BOUND, FUTURE, JOINING, readings

_JOINED: Final = re.compile(r"\d+(?:[-‐‑–/:.]\d+)+")
_DIGITS: Final = re.compile(r"\d+")
_LONGEST: Final = 9  # digits of a number that is worth a look
_CLOCK: Final = re.compile(r"(\d{1,2})h(\d{2})?")
_DASHES: Final = "‐‑–"
_PUNCTUATION: Final = re.compile(r"[^\w\s]+")
_VERB: Final = re.compile(r"[وف]?س?ي\w{3,}")  # of the present: a number before it counts nothing
_PROCLITICS: Final = JOINING + BOUND + FUTURE
_SHORT: Final = 2  # letters: with ب in front, آب is باب
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
"""What numbers are called: from one to another, with at most so many digits."""


class Edge(NamedTuple):
    """A step to another node, and what it may be taken for, each with what it stands for."""

    to: int
    labels: dict[str, Any]


class _Way(NamedTuple):
    """One reading of a token: what is written on in front, where the rest begins, the labels of the rest."""

    lead: str
    offset: int
    labels: dict[str, Any]


class _Reading(NamedTuple):
    """All readings of a token: its ways, or of a joined number the labels of each part; and all labels at its start."""

    ways: tuple[_Way, ...]
    parts: tuple[dict[str, Any], ...]
    labels: frozenset[str]


class Lattice:
    """The nodes of one text. The node in front of token `i` is `2 * i`; the one behind it from which no way leads on,
    where a newline follows, is `2 * i + 1`; those within tokens come after all others.

    `edges` and `labels`, of all edges together, are by node; `starts` are the nodes at which a date may begin.
    """

    def __init__(self, found: Analysis) -> None:
        self._found = found
        self._size = len(found.tokens)
        self._inner: list[tuple[int, str]] = []  # of each node within a token: its place, what is written on in front
        self.edges: dict[int, list[Edge]] = {}
        self.labels: dict[int, frozenset[str]] = {}
        self.starts: list[int] = []
        tokens, text = found.tokens, found.text
        for at, (start, end) in enumerate(tokens):
            reading = _reading(text[start:end], found.folded[at])
            if reading.labels:
                ends = at + 1 == self._size or "\n" in text[end : tokens[at + 1].start]
                self.labels[2 * at] = reading.labels
                self.starts.append(2 * at)
                self._add(2 * at, start, reading, 2 * at + 1 if ends else 2 * at + 2)

    def _add(self, here: int, start: int, reading: _Reading, to: int) -> None:
        own = self.edges.setdefault(here, [])
        inner: dict[int, int] = {}
        for lead, offset, labels in reading.ways:
            if not offset:
                own.append(Edge(to, labels))
                continue
            if offset not in inner:
                inner[offset] = self._within(start + offset, lead)
                self.starts.append(inner[offset])
                own.append(Edge(inner[offset], {"=" + lead: None}))
            node = inner[offset]
            self.edges.setdefault(node, []).append(Edge(to, labels))
            self.labels[node] = self.labels.get(node, _NOTHING).union(labels)
        for at, labels in enumerate(reading.parts):
            there = to if at + 1 == len(reading.parts) else self._within(start, "")
            self.edges.setdefault(here, []).append(Edge(there, labels))
            self.labels[here] = self.labels.get(here, _NOTHING).union(labels)
            here = there

    def _within(self, place: int, lead: str) -> int:
        self._inner.append((place, lead))
        return 2 * self._size + 1 + len(self._inner)

    def is_end(self, node: int) -> bool:
        """Whether a date may end at this node: behind a token."""
        return node < 2 * self._size + 2

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """The stretch of the text from one node to another that is an end."""
        start = self._found.tokens[first // 2].start if self.is_end(first) else self._of(first)[0]
        return start, self._found.tokens[(last + 1) // 2 - 1].end

    def before(self, node: int) -> frozenset[str]:
        """The labels of what stands in front of a node: a proclitic, or the token before in its line."""
        if not self.is_end(node):
            return frozenset(shipped().words.get(self._of(node)[1][-1:], _NONE))
        at, tokens = node // 2, self._found.tokens
        if at == 0 or "\n" in self._found.text[tokens[at - 1].end : tokens[at].start]:
            return _END
        return self._beside(at - 1) | (_GLUED if tokens[at - 1].end == tokens[at].start else _NOTHING)

    def behind(self, node: int) -> frozenset[str]:
        """The labels of what stands behind an end."""
        return _END if node % 2 or node // 2 >= self._size else self._beside(node // 2)

    def is_apart(self, first: int, last: int) -> bool:
        """Whether the stretch is written apart from the letters and digits beside it: اليوم is not in اليوم24. A number
        may stand behind a proclitic: و2024."""
        start, end = self.bounds(first, last)
        text = self._found.text
        if text[end : end + 1].isalnum():
            return False
        if not self.is_end(first) or start == 0 or not text[start - 1].isalnum():
            return True
        return text[start].isdigit() and "proclitic" in self._beside(first // 2 - 1)

    def _beside(self, at: int) -> frozenset[str]:
        token = self._found.tokens[at]
        return _context(self._found.text[token.start : token.end], self._found.folded[at])

    def _of(self, node: int) -> tuple[int, str]:
        return self._inner[node - 2 * self._size - 2]


@lru_cache(maxsize=1 << 15)
def _reading(word: str, folded: str) -> _Reading:
    """How a token may be read."""
    if not folded[:1].isdigit():
        ways = tuple(
            _Way(lead, offset, labels)
            for offset, shape in readings(word)
            if (labels := shipped().words.get(_key(shape)))
            and ((lead := _lead(word, offset)) in _BEFORE_SHORT or len(shape) > _SHORT)
        )
        return _Reading(ways, (), frozenset().union(*({"=" + lead} if at else labels for lead, at, labels in ways)))
    if _JOINED.fullmatch(folded):
        parts = tuple(map(_part_labels, re.findall(r"\d+|\D", folded)))
        return _Reading((), parts, frozenset(parts[0]))
    clock = _CLOCK.fullmatch(folded)
    labels = {"clock-token": (int(clock[1]), int(clock[2] or 0))} if clock else _part_labels(folded)
    return _Reading((_Way("", 0, labels),), (), frozenset(labels))


@lru_cache(maxsize=1 << 15)
def _context(word: str, folded: str) -> frozenset[str]:
    """The labels of a token as what stands beside a date."""
    if _PUNCTUATION.fullmatch(folded):
        return frozenset(["punctuation", *shipped().words.get(folded, _NONE)])
    if folded[:1].isdigit():
        return frozenset(["number", *_part_labels(folded)])
    labels = set() if len(folded) > 1 or folded not in _PROCLITICS else {"proclitic"}
    if _VERB.fullmatch(folded):
        labels.add("verb")
    for offset, shape in readings(word):
        known = shipped().words.get(_key(shape), _NONE)
        labels.update(known)
        if shape.startswith(ARTICLE):
            labels.add("definite")
        if known:
            labels.update(*(shipped().words.get(letter, _NONE) for letter in _lead(word, offset)))
    return frozenset(labels)


@lru_cache(maxsize=1 << 12)
def _part_labels(part: str) -> dict[str, Any]:
    """The classes of a number by its size and its digits, or the labels of what joins two of them."""
    if not _DIGITS.fullmatch(part):
        return shipped().words.get("-" if part in _DASHES else part, _NONE)
    if len(part) > _LONGEST:
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


def _lead(word: str, offset: int) -> str:
    """The proclitics in front of the place in a word, without their marks."""
    return "".join(letter for letter in word[:offset] if letter in _PROCLITICS)
