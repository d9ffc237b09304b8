"""What spans may reach over."""

import pytest
from checks.samples import on, remedied, seen, span

from annotator.checks.extent import across_sentences, across_zones, huge, in_boilerplate, outside
from annotator.checks.issue import ACROSS_ZONES, BOILERPLATE
from annotator.checks.label_statistics import Usage
from annotator.model.records import Span, Zone

TEXT = "خطة العدل\nقالت وزارة العدل في الرباط. وقالت خلية د. محمد شيئا"
ZONES = (
    Zone("z1", "article", "headline", 0, 9),
    Zone("z2", "article", "boilerplate", 10, 26),
    Zone("z3", "article", "body", 27, len(TEXT)),
)


@pytest.mark.parametrize("place", [(0, 99), (90, 99), (3, 3), (5, 2), (-1, 4)])
def test_a_span_that_is_not_within_the_text_is_asked_about_and_would_be_removed(place: tuple[int, int]) -> None:
    question = outside(seen(TEXT), span(*place))
    assert question
    assert question.remedy
    assert question.remedy.label is None
    assert str(place[1]) in question.message


def test_all_of_the_text_is_within_it() -> None:
    assert outside(seen(TEXT), span(0, len(TEXT))) is None


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
def test_a_span_in_which_a_sentence_ends_is_asked_about(words: str, runs_over: bool) -> None:
    assert bool(across_sentences(seen(TEXT), on(TEXT, words))) is runs_over


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (on(TEXT, "خطة العدل"), None),
        (on(TEXT, "العدل\nقالت"), ACROSS_ZONES),
        (on(TEXT, "وزارة العدل"), BOILERPLATE),
        (on(TEXT, "العدل في"), ACROSS_ZONES),
        (span(27, 35), None),
        (span(26, 35), ACROSS_ZONES),
    ],
    ids=["one", "two", "boilerplate", "boilerplate and body", "body", "body and beyond"],
)
def test_a_span_lies_in_one_zone_and_none_in_boilerplate(place: Span, kind: str | None) -> None:
    looked = seen(TEXT, zones=ZONES)
    asked = [question for check in (across_zones, in_boilerplate) if (question := check(looked, place))]
    assert [question.kind for question in asked] == ([kind] if kind else [])
    if kind == BOILERPLATE:
        assert remedied(TEXT, asked[0]) == ""


def test_without_zones_there_is_nothing_to_reach_over() -> None:
    assert across_zones(seen(TEXT), on(TEXT, "العدل\nقالت")) is None


@pytest.mark.parametrize(
    ("length", "usual", "too_long"),
    [(60, 10, False), (61, 10, True), (61, 30, True), (61, 31, False), (100, 50, False), (101, 50, True)],
)
def test_a_span_twice_as_long_as_what_is_usual_is_asked_about(length: int, usual: int, too_long: bool) -> None:
    usage = Usage(lengths=[("DATE", usual, 95), ("DATE", 400, 5), ("PLAN", 500, 50)])
    text = "ا" * 200
    assert bool(huge(seen(text), span(0, length, "DATE"), usage)) is too_long
    assert huge(seen(text), span(0, length, "PLAN"), usage) is None
