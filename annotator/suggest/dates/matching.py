"""The matcher of the grammar's rules, which returns parse trees.

Each class is searched once per place; of readings to one end, and of rules, the first counts.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from msgspec import Struct

from annotator.suggest.dates.grammar import DATE, NO_DATE, CompiledRule, can_begin, load_grammar
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.pattern import Kind, Row, Word


class Leaf(Struct, frozen=True):
    """A word, by its value."""

    value: Any


class Tree(Struct, frozen=True):
    """A rule's match: its parts by name. `score` is the rule's, else its parts' lowest."""

    rule: CompiledRule
    parts: tuple[tuple[str, "Node"], ...]
    score: float


Node: TypeAlias = Leaf | Tree
Parts: TypeAlias = tuple[tuple[str, Node], ...]


class Match(Struct, frozen=True):
    """A date in the text."""

    start: int
    end: int
    tree: Tree


def find_matches(lattice: Lattice) -> list[Match]:
    """Return a text's dates: from the left, the longest at each place."""
    return list(Matcher(lattice).find_dates())


class Matcher:
    """Searches each class of a lattice's elements once per node."""

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice
        self._cache: dict[tuple[str, int], dict[int, Node]] = {}
        self._rules: dict[int, _RulesByClass] = {}  # by node

    def find_dates(self) -> Iterator[Match]:
        """Yield the dates: see find_matches."""
        lattice, free = self._lattice, 0
        for node in lattice.starts():
            if lattice.offset(node) < free:
                continue
            trees, none_trees = self._find(DATE, node), self._find(NO_DATE, node)
            if not trees and not none_trees:
                continue
            end = max((end for end in trees if lattice.is_end(end) and lattice.is_separate(node, end)), default=0)
            none = max(filter(lattice.is_end, none_trees), default=0)
            if not end and not none:
                continue
            first, free = lattice.bounds(node, max(end, none))
            tree = trees.get(end)
            if isinstance(tree, Tree) and end > none:
                yield Match(first, free, tree)

    def _find(self, kind: str, node: int) -> dict[int, Node]:
        """Return the ends, with trees, of a class's elements that begin at a node."""
        trees = self._cache.get((kind, node))
        if trees is not None:
            return trees
        trees = self._cache[kind, node] = {}
        lattice = self._lattice
        labels = lattice.labels[node]
        if kind in labels:
            for edge in lattice.edges_from(node):
                if kind in edge.labels:
                    trees.setdefault(edge.target, Leaf(edge.labels[kind]))
        if node not in self._rules:
            self._rules[node] = _find_rules(labels, lattice.next_labels(node), lattice.labels_ahead(node))
        for rule in self._rules[node][kind]:
            if not (rule.after or rule.unless_after) or self._fits_before(rule, node):
                for end, parts in self._match_row(rule.row, node):
                    if end not in trees and self._fits_after(rule, end):
                        trees[end] = Tree(rule, parts, rule.rule.score or min(map(_score, parts), default=1.0))
        return trees

    def _match_row(self, row: Row, node: int) -> list[tuple[int, Parts]]:
        """Return a row's ends from a node, with its parts of classes, preferred paths first."""
        labels = self._lattice.labels
        paths: list[tuple[int, Parts]] = [(node, ())]
        for part in row:
            previous, paths = paths, []
            for path in previous:
                start, parts = path
                if part.firsts.isdisjoint(labels[start]):
                    if part.may_be_empty:
                        paths.append(path)
                elif isinstance(part, Kind):
                    name = part.name
                    for end, tree in self._find(part.kind, start).items():
                        paths.append((end, (*parts, (name, tree))))
                elif isinstance(part, Word):
                    for edge in self._lattice.edges_from(start):
                        if part.label in edge.labels:
                            paths.append((edge.target, parts))
                else:
                    for inner in part.rows:
                        if not inner:
                            paths.append(path)
                        elif inner[0].may_be_empty or not inner[0].firsts.isdisjoint(labels[start]):
                            for end, inner_parts in self._match_row(inner, start):
                                paths.append((end, parts + inner_parts))
            if not paths:
                break
        return paths

    def _fits_before(self, rule: CompiledRule, node: int) -> bool:
        labels = self._lattice.labels_before(node)
        return (not rule.after or not rule.after.isdisjoint(labels)) and rule.unless_after.isdisjoint(labels)

    def _fits_after(self, rule: CompiledRule, end: int) -> bool:
        if not rule.before and not rule.unless_before:
            return True
        if not self._lattice.is_end(end):
            return not rule.before
        labels = self._lattice.labels_after(end)
        return (not rule.before or not rule.before.isdisjoint(labels)) and rule.unless_before.isdisjoint(labels)


class _RulesByClass(dict[str, tuple[CompiledRule, ...]]):
    """The rules for each class that may match at a node, found on first use."""

    def __init__(self, labels: frozenset[str], next_labels: frozenset[str], labels_ahead: frozenset[str]) -> None:
        self._labels, self._next_labels, self._labels_ahead = labels, next_labels, labels_ahead

    def __missing__(self, kind: str) -> tuple[CompiledRule, ...]:
        self[kind] = tuple(
            rule
            for rule in _find_beginnings(kind, self._labels, self._next_labels)
            if not any(need.isdisjoint(self._labels_ahead) for need in rule.needs)
        )
        return self[kind]


@lru_cache(maxsize=1 << 13)
def _find_rules(labels: frozenset[str], next_labels: frozenset[str], labels_ahead: frozenset[str]) -> _RulesByClass:
    """Return the rules that may match at a node with these labels, before one with `next_labels`.

    `labels_ahead` are those of all nodes from there on.
    """
    return _RulesByClass(labels, next_labels, labels_ahead)


@lru_cache(maxsize=1 << 15)
def _find_beginnings(kind: str, labels: frozenset[str], next_labels: frozenset[str]) -> tuple[CompiledRule, ...]:
    """Return the rules for a class that may begin at a node with these labels, before one with `next_labels`."""
    return tuple(rule for rule in load_grammar().rules.get(kind, ()) if can_begin(rule.openings, labels, next_labels))


def _score(part: tuple[str, Node]) -> float:
    return part[1].score if isinstance(part[1], Tree) else 1.0
