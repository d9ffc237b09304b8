"""Every rule for dates has examples, which serve as its tests."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.dates import find_dates
from annotator.suggest.dates.grammar import NO_DATE, Example, Rule, load_grammar
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.matching import Leaf, Matcher, Node, Parts, Tree, find_matches
from annotator.suggest.dates.pattern import Kind, Row, Word
from annotator.suggest.dates.values import FUNCTIONS
from annotator.text.analysis import analysed

RULES = [
    compiled.rule for rules in load_grammar().rules.values() for compiled in rules if compiled.rule.value != "constant"
]
EXAMPLES = [pytest.param(rule, example, id=example.text) for rule in RULES for example in rule.examples]


_words = st.sampled_from(
    sorted({word for rule in RULES for example in rule.examples for word in re.findall(r"\w+|\S", example.text)})
)
date_words = st.lists(st.tuples(_words, st.sampled_from([" ", " ", " ", "", "\n"])), max_size=12).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


class ExhaustiveLattice(Lattice):
    """Lets dates begin anywhere."""

    def starts(self) -> Iterator[int]:
        for index in range(self._size):
            yield from self._starts_in_token(index)


class ExhaustiveMatcher(Matcher):
    """Tries every rule, whatever words follow."""

    def _find(self, kind: str, node: int) -> dict[int, Node]:
        if (kind, node) not in self._cache:
            trees = self._cache[kind, node] = {}
            for edge in self._lattice.edges_from(node):
                if kind in edge.labels:
                    trees.setdefault(edge.target, Leaf(edge.labels[kind]))
            for rule in load_grammar().rules.get(kind, ()):
                for end, parts in self._match_row(rule.row, node) if self._fits_before(rule, node) else ():
                    if end not in trees and self._fits_after(rule, end):
                        scores = [part.score for _, part in parts if isinstance(part, Tree)]
                        trees[end] = Tree(rule, parts, rule.rule.score or min(scores, default=1.0))
        return self._cache[kind, node]

    def _match_row(self, row: Row, node: int) -> list[tuple[int, Parts]]:
        if not row:
            return [(node, ())]
        part, remainder = row[0], row[1:]
        heads: list[tuple[int, Parts]] = []
        if isinstance(part, Word):
            heads = [(edge.target, ()) for edge in self._lattice.edges_from(node) if part.label in edge.labels]
        elif isinstance(part, Kind):
            heads = [(end, ((part.name, tree),)) for end, tree in self._find(part.kind, node).items()]
        else:
            heads = [head for inner in part.rows for head in self._match_row(inner, node)]
        return [(end, parts + more) for middle, parts in heads for end, more in self._match_row(remainder, middle)]


@given(date_words)
def test_looking_only_where_two_words_may_begin_a_date_finds_the_same(text: str) -> None:
    analysis = analysed(text)
    expected = [*ExhaustiveMatcher(ExhaustiveLattice(analysis)).find_dates()]
    assert find_matches(Lattice(analysis)) == expected


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule.makes} = {rule.pattern}" for rule in RULES])
def test_every_rule_has_an_example_that_needs_it(rule: Rule) -> None:
    assert rule.value is None or rule.value in FUNCTIONS
    if rule.makes == NO_DATE:
        assert rule.examples
        assert all(example.span is None for example in rule.examples)
        return
    used = {
        id(used_rule) for example in rule.examples for match in _matches(example.text) for used_rule in _rules(match)
    }
    assert id(rule) in used


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_rule_example_gives_its_span_and_value(rule: Rule, example: Example) -> None:
    assert all(0 < date_span.score < 1 for date_span in find_dates(example.text))
    found_dates = [
        (example.text[date_span.start : date_span.end], date_span.value)
        for date_span in find_dates(example.text, example.published)
    ]
    assert found_dates == ([(example.span, example.value)] if example.span else [])


def _matches(text: str) -> list[Tree]:
    return [match.tree for match in find_matches(Lattice(analysed(text)))]


def _rules(node: Node) -> list[Rule]:
    return (
        [node.rule.rule, *(rule for _, part in node.parts for rule in _rules(part))] if isinstance(node, Tree) else []
    )
