"""Mutations that cosmic-ray does not have: a call left out, a comprehension's condition turned round, min for max."""

from collections.abc import Iterator
from typing import Final

import parso
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import OPERATOR_PROVIDERS
from parso.python.tree import Keyword, Name
from parso.tree import NodeOrLeaf

Position = tuple[tuple[int, int], tuple[int, int]]

_OPPOSITES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}


class RemoveCall(Operator):
    """Leave out a statement that is one call."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """Yield where the statement stands."""
        if node.type in ("atom_expr", "power") and node.parent and node.parent.type == "simple_stmt":
            yield node.start_pos, node.end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """Return `pass` in its place."""
        return Keyword("pass", node.start_pos, node.get_first_leaf().prefix)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it does."""
        return (Example("close(file)\n", "pass\n"),)


class NegateFilter(Operator):
    """Turn the condition of a comprehension round."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """Yield where the condition stands."""
        if node.type == "comp_if":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """Return the node with `not` before its condition."""
        node.children[1] = parso.parse(f" not ({node.children[1].get_code(include_prefix=False)})")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it does."""
        return (Example("[x for x in y if x < 1]", "[x for x in y if not (x < 1)]"),)


class SwapFunction(Operator):
    """Call min for max, any for all, and the other way round."""

    def mutation_positions(self, node: NodeOrLeaf) -> Iterator[Position]:
        """Yield where the function is called."""
        if isinstance(node, Name) and node.value in _OPPOSITES:
            following, previous = node.get_next_leaf(), node.get_previous_leaf()
            if following and following.value == "(" and not (previous and previous.value in (".", "def")):
                yield node.start_pos, node.end_pos

    def mutate(self, node: NodeOrLeaf, index: int) -> NodeOrLeaf:
        """Return the name of the opposite."""
        return Name(_OPPOSITES[node.value], node.start_pos, node.prefix)

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what it does."""
        return (Example("min(a, b)", "max(a, b)"), Example("all(x)", "any(x)"))


OPERATORS: Final = {operator.__name__: operator for operator in (RemoveCall, NegateFilter, SwapFunction)}

PROVIDER: Final = "own"


def register() -> None:
    """Let cosmic-ray find these operators, as `own/NAME`."""
    OPERATOR_PROVIDERS[PROVIDER] = OPERATORS
