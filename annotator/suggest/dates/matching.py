"""Finds what the rules of the grammar describe in a text, and how it was put together.

Each class is looked for once at each place; where a rule can be read in two ways to the same end, the first one counts,
and of two rules the one that comes first.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

from msgspec import Struct

from annotator.suggest.dates.grammar import DATE, NO_DATE, Compiled, shipped
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.pattern import Kind, Row, Word

_NOTHING: Final[frozenset[str]] = frozenset()


class Leaf(Struct, frozen=True):
    """A word, and what it stands for."""

    value: Any


class Tree(Struct, frozen=True):
    """What a rule has found: its parts, by their names. `score` is the rule's, or else the least of its parts'."""

    rule: Compiled
    parts: tuple[tuple[str, "Node"], ...]
    score: float


Node: TypeAlias = Leaf | Tree
Parts: TypeAlias = tuple[tuple[str, Node], ...]


class Match(Struct, frozen=True):
    """A date in the text: its stretch and its tree."""

    start: int
    end: int
    tree: Tree


def matches(lattice: Lattice) -> list[Match]:
    """The dates of a text, none overlapping another: from the left, the longest that begins at a place."""
    return list(_Matcher(lattice).dates())


class _Matcher:
    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice
        self._known: dict[tuple[str, int], dict[int, Node]] = {}

    def dates(self) -> Iterator[Match]:
        lattice, free = self._lattice, 0
        for node in lattice.starts:
            found = self._found(DATE, node)
            end = max((end for end in found if lattice.is_end(end) and lattice.is_apart(node, end)), default=0)
            none = max(filter(lattice.is_end, self._found(NO_DATE, node)), default=0)
            if not end and not none:
                continue
            first, last = lattice.bounds(node, max(end, none))
            if first < free:
                continue
            free, tree = last, found.get(end)
            if isinstance(tree, Tree) and end > none:
                yield Match(first, last, tree)

    def _found(self, kind: str, node: int) -> dict[int, Node]:
        """Where something of a class ends that begins at a node, and its tree."""
        labels = self._lattice.labels.get(node, _NOTHING)
        rules = _candidates(kind, labels)
        if not rules and kind not in labels:
            return {}
        key = (kind, node)
        if key in self._known:
            return self._known[key]
        found = self._known[key] = {}
        for edge in self._lattice.edges[node]:
            if kind in edge.labels:
                found.setdefault(edge.to, Leaf(edge.labels[kind]))
        for rule in rules:
            if self._fits_in_front(rule, node):
                for end, parts in self._rows(rule.row, node):
                    if end not in found and self._fits_behind(rule, end):
                        found[end] = Tree(rule, parts, rule.rule.score or min(map(_score, parts), default=1.0))
        return found

    def _rows(self, row: Row, node: int) -> list[tuple[int, Parts]]:
        """The ends of a row of parts from a node, with the parts that are of a class; the first ways first."""
        ways: list[tuple[int, Parts]] = [(node, ())]
        for part in row:
            before, ways = ways, []
            for at, parts in before:
                if isinstance(part, Word):
                    ways += [(edge.to, parts) for edge in self._lattice.edges.get(at, ()) if part.label in edge.labels]
                elif isinstance(part, Kind):
                    ways += [(end, (*parts, (part.name, tree))) for end, tree in self._found(part.kind, at).items()]
                else:
                    ways += [(end, parts + more) for inner in part.rows for end, more in self._rows(inner, at)]
            if not ways:
                break
        return ways

    def _fits_in_front(self, rule: Compiled, node: int) -> bool:
        if not rule.after and not rule.unless_after:
            return True
        labels = self._lattice.before(node)
        return (not rule.after or not rule.after.isdisjoint(labels)) and rule.unless_after.isdisjoint(labels)

    def _fits_behind(self, rule: Compiled, end: int) -> bool:
        if not rule.before and not rule.unless_before:
            return True
        if not self._lattice.is_end(end):
            return not rule.before
        labels = self._lattice.behind(end)
        return (not rule.before or not rule.before.isdisjoint(labels)) and rule.unless_before.isdisjoint(labels)


@lru_cache(maxsize=1 << 15)
def _candidates(kind: str, labels: frozenset[str]) -> tuple[Compiled, ...]:
    """The rules that make something of a class and may begin with one of the labels."""
    return tuple(rule for rule in shipped().rules.get(kind, ()) if not rule.first.isdisjoint(labels))


def _score(part: tuple[str, Node]) -> float:
    return part[1].score if isinstance(part[1], Tree) else 1.0
