"""A text as the grammar walks through it: from node to node by edges that carry labels.

A token is one edge, or several ways of edges: a word with its proclitics left in front (و, then العشرين), a number with
what joins its digits apart (12, /, 05, /, 2024). No way leads across a newline.
"""

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

from annotator.core.proclitics import readings
from annotator.suggest.analysis import Analysis
from annotator.suggest.dates.grammar import Grammar, shipped

_JOINED: Final = re.compile(r"\d+(?:[-‐‑–/:.]\d+)+")
_DIGITS: Final = re.compile(r"\d+")
_CLOCK: Final = re.compile(r"(\d{1,2})[h](\d{2})?")
_DASHES: Final = dict.fromkeys("‐‑–", "-")
_PUNCTUATION: Final = re.compile(r"[^\w\s]+")
_SHORT: Final = 2  # letters: with ب in front, آب is باب
_BEFORE_SHORT: Final = ("", "و", "ل", "ول")
_GLUED: Final = frozenset(["glued"])
_NONE: Final[dict[str, Any]] = {}


class Edge(NamedTuple):
    """A step to another node, and what it may be taken for, each with what it stands for."""

    to: int
    labels: dict[str, Any]


class _Way(NamedTuple):
    """One reading of a token: what is written on in front, where the rest begins, the labels of the rest."""

    lead: str
    offset: int
    labels: dict[str, Any]


class Lattice:
    """The nodes of one text. The node in front of token `i` is `2 * i`; the one behind it from which no way leads on,
    where a newline follows, is `2 * i + 1`; those within tokens come after all others."""

    def __init__(self, found: Analysis) -> None:
        self._found = found
        self._size = len(found.tokens)
        self.edges: list[tuple[Edge, ...]] = [()] * (2 * self._size + 2)
        self._inner: list[tuple[int, int, str]] = []  # token, offset, what is written on in front
        self.starts: list[int] = []
        tokens, text = found.tokens, found.text
        for at, token in enumerate(tokens):
            ends = (
                at + 1 == self._size
                or (tokens[at + 1].start > token.end + 1 and "\n" in text[token.end : tokens[at + 1].start])
                or text[token.end : token.end + 1] == "\n"
            )
            ways = _ways(text[token.start : token.end], found.folded[at])
            if ways:
                self._add(at, token.start, ways, 2 * at + 1 if ends else 2 * at + 2)

    def _add(self, at: int, start: int, ways: tuple[_Way, ...] | list[str], to: int) -> None:
        edges, here = [], 2 * at
        self.starts.append(here)
        if isinstance(ways, list):
            self._digits(at, ways, to)
            return
        inner: dict[tuple[int, str], int] = {}
        for way in ways:
            if not way.offset:
                edges.append(Edge(to, way.labels))
                continue
            node = inner.get((way.offset, way.lead))
            if node is None:
                node = inner[way.offset, way.lead] = len(self.edges)
                self.edges.append(())
                self._inner.append((at, start + way.offset, way.lead))
                self.starts.append(node)
                edges.append(Edge(node, {"=" + way.lead: None}))
            self.edges[node] += (Edge(to, way.labels),)
        self.edges[here] = tuple(edges)

    def _digits(self, at: int, parts: list[str], to: int) -> None:
        """A number and what joins its digits, one after the other."""
        here = 2 * at
        for index, part in enumerate(parts):
            last = index + 1 == len(parts)
            if not last:
                self.edges.append(())
                self._inner.append((at, -1, ""))
            there = to if last else len(self.edges) - 1
            labels = _number_labels(part) if part.isdigit() else shipped().words.get(_DASHES.get(part, part), _NONE)
            self.edges[here] = (Edge(there, labels),)
            here = there

    def is_end(self, node: int) -> bool:
        """Whether a date may end at this node: behind a token."""
        return node < 2 * self._size + 2

    def bounds(self, first: int, last: int) -> tuple[int, int]:
        """The stretch of the text from one node to another that is an end."""
        start = self._found.tokens[first // 2].start if self.is_end(first) else self._inner_of(first)[1]
        return start, self._found.tokens[(last + 1) // 2 - 1].end

    def token(self, node: int) -> int:
        """The token behind an end, which may be beyond the last."""
        return (node + 1) // 2

    def before(self, node: int) -> frozenset[str]:
        """The labels of what stands in front of a node: a proclitic, or the token before in its line."""
        if not self.is_end(node):
            return frozenset(
                label for letter in self._inner_of(node)[2][-1:] for label in shipped().words.get(letter, ())
            )
        at = node // 2
        if at == 0 or "\n" in self._found.text[self._found.tokens[at - 1].end : self._found.tokens[at].start]:
            return frozenset(["end"])
        glued = self._found.tokens[at - 1].end == self._found.tokens[at].start
        return self._beside(at - 1) | (_GLUED if glued else frozenset())

    def behind(self, node: int) -> frozenset[str]:
        """The labels of what stands behind an end."""
        return frozenset(["end"]) if node % 2 or node // 2 >= self._size else self._beside(node // 2)

    def is_apart(self, first: int, last: int) -> bool:
        """Whether the stretch is written apart from the letters and digits beside it: اليوم is not in اليوم24."""
        start, end = self.bounds(first, last)
        text = self._found.text
        glued = self.is_end(first) and start > 0 and text[start - 1].isalnum()
        if glued and text[start].isdigit():
            glued = "lead" not in self._beside(first // 2 - 1)
        return not glued and not text[end : end + 1].isalnum()

    def _beside(self, at: int) -> frozenset[str]:
        token = self._found.tokens[at]
        return _context(self._found.text[token.start : token.end], self._found.folded[at])

    def _inner_of(self, node: int) -> tuple[int, int, str]:
        return self._inner[node - 2 * self._size - 2]


@lru_cache(maxsize=1 << 15)
def _ways(word: str, folded: str) -> tuple[_Way, ...] | list[str]:
    """How a token may be read: as words, or the parts of a joined number."""
    words = shipped().words
    if folded[:1].isdigit():
        if _DIGITS.fullmatch(folded):
            return (_Way("", 0, _number_labels(folded)),)
        if _JOINED.fullmatch(folded):
            return re.findall(r"\d+|\D", folded)
        clock = _CLOCK.fullmatch(folded)
        return (_Way("", 0, {"clock-token": (int(clock[1]), int(clock[2] or 0))}),) if clock else ()
    found = []
    for offset, shape in readings(word):
        labels = words.get(shape.replace("ة", "ه"))
        lead = _lead(word[:offset])
        if labels and (len(shape) > _SHORT or lead in _BEFORE_SHORT):
            found.append(_Way(lead, offset, labels))
    return tuple(found)


def _lead(letters: str) -> str:
    return "".join(letter for letter in letters if letter in "وفبلكس")


@lru_cache(maxsize=1 << 15)
def _context(word: str, folded: str) -> frozenset[str]:
    """The labels of a token as what stands beside a date."""
    if _PUNCTUATION.fullmatch(folded):
        return frozenset(["punctuation", *shipped().words.get(folded, _NONE)])
    if folded[:1].isdigit():
        return frozenset(["number"])
    labels: set[str] = set()
    for offset, shape in readings(word):
        labels.update(shipped().words.get(shape.replace("ة", "ه"), _NONE))
        if shape.startswith("ال"):
            labels.add("definite")
        if offset and shape.replace("ة", "ه") in shipped().words:
            for letter in _lead(word[:offset]):
                labels.update(shipped().words.get(letter, _NONE))
    if len(folded) == 1 and folded in "وفبلكس":
        labels.add("lead")
    return frozenset(labels)


@lru_cache(maxsize=1 << 12)
def _number_labels(digits: str) -> dict[str, Any]:
    """The classes of a number by its size and its digits."""
    if len(digits) > 9:
        return {}
    number = int(digits)
    labels: dict[str, Any] = {"number": number}
    if len(digits) <= 2:
        labels["1-2-digits"] = number
        for label, low, high in (("1-31", 1, 31), ("1-12", 1, 12), ("0-24", 0, 24), ("0-59", 0, 59)):
            if low <= number <= high:
                labels[label] = number
        if len(digits) == 2:
            labels["2-digits"] = number
            if number > 12:
                labels["13-99"] = number
        if 13 <= number <= 31:
            labels["13-31"] = number
    if len(digits) <= 4:
        for label, low, high in (
            ("year-digits", 1000, 2199),
            ("near-year", 1900, 2099),
            ("hijri-digits", 1, 1500),
            ("near-hijri", 1300, 1500),
        ):
            if low <= number <= high:
                labels[label] = number
    return labels


__all__ = ["Edge", "Grammar", "Lattice"]
