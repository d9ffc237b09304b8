"""Every rule for dates has examples, which serve as its tests."""

import pytest

from annotator.suggest.dates import find_dates
from annotator.suggest.dates.grammar import NO_DATE, Example, Rule, load_grammar
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.matching import Node, Tree, find_matches
from annotator.suggest.dates.values import FUNCTIONS
from annotator.text.analysis import analysed

RULES = [
    compiled.rule for rules in load_grammar().rules.values() for compiled in rules if compiled.rule.value != "constant"
]
EXAMPLES = [pytest.param(rule, example, id=example.text) for rule in RULES for example in rule.examples]


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
