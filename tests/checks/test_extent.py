"""Checks of what spans may reach over."""

import pytest
from checks.samples import context, fixed_text, span, span_on

from annotator.checks.boundaries import check_outside
from annotator.checks.extent import (
    ACROSS_ZONES,
    BOILERPLATE,
    check_across_sentences,
    check_across_zones,
    check_boilerplate,
    check_length,
)
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.records import Span, Zone

TEXT = "خطة العدل\nقالت وزارة العدل في الرباط. وقالت خلية د. محمد شيئا"
ZONES = (
    Zone("z1", "article", "headline", 0, 9),
    Zone("z2", "article", "boilerplate", 10, 26),
    Zone("z3", "article", "body", 27, len(TEXT)),
)


@pytest.mark.parametrize("place", [(0, 99), (90, 99), (3, 3), (5, 2), (-1, 4)])
def test_span_outside_the_text_is_an_issue_whose_fix_removes_it(place: tuple[int, int]) -> None:
    issue = check_outside(context(TEXT), span(*place))
    assert issue
    assert issue.fix
    assert issue.fix.label is None
    assert str(place[1]) in issue.message


def test_span_over_the_whole_text_is_not_outside() -> None:
    assert check_outside(context(TEXT), span(0, len(TEXT))) is None


@pytest.mark.parametrize(
    ("words", "runs_over"),
    [
        ("الرباط. وقالت", True),
        ("خطة العدل\nقالت", True),
        ("الرباط", False),
        ("الرباط.", False),
        ("وقالت", False),
        ("خلية د. محمد", False),
    ],
)
def test_span_in_which_a_sentence_ends_is_an_issue(words: str, runs_over: bool) -> None:
    assert bool(check_across_sentences(context(TEXT), span_on(TEXT, words))) is runs_over


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (span_on(TEXT, "خطة العدل"), None),
        (span_on(TEXT, "العدل\nقالت"), ACROSS_ZONES),
        (span_on(TEXT, "وزارة العدل"), BOILERPLATE),
        (span_on(TEXT, "العدل في"), ACROSS_ZONES),
        (span(27, 35), None),
        (span(26, 35), ACROSS_ZONES),
    ],
    ids=["one", "two", "boilerplate", "boilerplate and body", "body", "body and beyond"],
)
def test_span_across_zones_or_in_boilerplate_is_an_issue(place: Span, kind: str | None) -> None:
    layer_context = context(TEXT, zones=ZONES)
    issues = [issue for check in (check_across_zones, check_boilerplate) if (issue := check(layer_context, place))]
    assert [issue.kind for issue in issues] == ([kind] if kind else [])
    if kind == BOILERPLATE:
        assert fixed_text(TEXT, issues[0]) == ""


def test_without_zones_no_span_crosses_one() -> None:
    assert check_across_zones(context(TEXT), span_on(TEXT, "العدل\nقالت")) is None


@pytest.mark.parametrize(
    ("length", "usual", "too_long"),
    [(60, 10, False), (61, 10, True), (61, 30, True), (61, 31, False), (100, 50, False), (101, 50, True)],
)
def test_span_more_than_twice_the_usual_length_is_an_issue(length: int, usual: int, too_long: bool) -> None:
    statistics = LabelStatistics(lengths=[("DATE", usual, 95), ("DATE", 400, 5), ("PLAN", 500, 50)])
    text = "ا" * 200
    assert bool(check_length(context(text, statistics=statistics), span(0, length, "DATE"))) is too_long
    assert check_length(context(text, statistics=statistics), span(0, length, "PLAN")) is None
