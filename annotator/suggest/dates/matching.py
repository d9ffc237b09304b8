"""Finds what the rules of the grammar describe in a text, and how it was put together.

Each class is looked for once at each place; where a rule can be read in two ways to the same end, the first one counts,
and of two rules the one that comes first.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct

from annotator.suggest.dates.grammar import DATE, NO_DATE, Compiled, Grammar
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.pattern import Choice, Row, Word


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


def matches(lattice: Lattice, grammar: Grammar) -> list[Match]:
    """The dates of a text, none overlapping another: from the left, the longest that begins at a place."""
    return list(_Matcher(lattice, grammar).dates())


class _Matcher:
    def __init__(self, lattice: Lattice, grammar: Grammar) -> None:
        self._lattice, self._grammar = lattice, grammar
        self._known: dict[tuple[str, int], dict[int, Node]] = {}
        self._labels: dict[int, frozenset[str]] = {}

    def dates(self) -> Iterator[Match]:
        lattice, wanted, free = self._lattice, self._grammar.first[DATE] | self._grammar.first[NO_DATE], 0
        for node in lattice.starts:
            if wanted.isdisjoint(self._labels_at(node)):
                continue
            found = self._found(DATE, node)
            end = max((end for end in found if lattice.is_end(end) and lattice.is_apart(node, end)), default=0)
            none = max(filter(lattice.is_end, self._found(NO_DATE, node)), default=0)
            if not end and not none:
                continue
            first, last = lattice.bounds(node, max(end, none))
            tree = found.get(end)
            if first >= free:
                free = last
                if isinstance(tree, Tree) and end > none:
                    yield Match(first, last, tree)

    def _labels_at(self, node: int) -> frozenset[str]:
        if node not in self._labels:
            edges = self._lattice.edges[node]
            self._labels[node] = frozenset(label for edge in edges for label in edge.labels)
        return self._labels[node]

    def _found(self, kind: str, node: int) -> dict[int, Node]:
        """Where something of a class ends that begins at a node, and its tree."""
        key = (kind, node)
        if key in self._known:
            return self._known[key]
        found: dict[int, Node] = {}
        self._known[key] = found
        for edge in self._lattice.edges[node]:
            if kind in edge.labels:
                found.setdefault(edge.to, Leaf(edge.labels[kind]))
        labels = self._labels_at(node)
        for rule in self._grammar.rules.get(kind, ()):
            if rule.first.isdisjoint(labels) or not self._fits_in_front(rule, node):
                continue
            for end, parts in self._rows(rule.row, 0, node):
                if end not in found and self._fits_behind(rule, end):
                    found[end] = Tree(rule, parts, rule.rule.score or min(map(_score, parts), default=1.0))
        return found

    def _rows(self, row: Row, at: int, node: int) -> Iterator[tuple[int, Parts]]:
        """The ends of `row[at:]` from a node, with the parts that are of a class."""
        if at == len(row):
            yield node, ()
            return
        part = row[at]
        if isinstance(part, Word):
            for edge in self._lattice.edges[node]:
                if part.label in edge.labels:
                    yield from self._rows(row, at + 1, edge.to)
        elif isinstance(part, Choice):
            for inner in part.rows:
                for end, parts in self._rows(inner, 0, node):
                    for last, more in self._rows(row, at + 1, end):
                        yield last, parts + more
        elif not self._grammar.first.get(part.kind, frozenset([part.kind])).isdisjoint(self._labels_at(node)):
            for end, tree in self._found(part.kind, node).items():
                own = ((part.name, tree),)
                for last, more in self._rows(row, at + 1, end):
                    yield last, own + more

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


def _score(part: tuple[str, Node]) -> float:
    return part[1].score if isinstance(part[1], Tree) else 1.0
