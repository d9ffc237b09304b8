"""The values of spans from their own words: plans' years, and dates, which tests/suggest/dates has in full."""

from collections.abc import Iterable
from typing import Final

import pytest
from builders import locate
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.records import Article, Edit, Span, Suggestion, article_uid
from annotator.suggest.span_values import fill_values, read_value

SANAE: Final = "Sanae"
PLAN_TEXT: Final = "خطة العمل 2024-2025 وأجندة 2063\n"
DATE_TEXT: Final = "قالت الوزارة أمس الاثنين إن الخطة تبدأ يوم 9 يوليوز 2023 في الرباط.\n"
PLANS: Final = Article(article_uid(PLAN_TEXT), PLAN_TEXT)
DATES: Final = Article(article_uid(DATE_TEXT), DATE_TEXT, published="2024-07-09")


def values(article: Article, edits: Iterable[Edit]) -> list[str | None]:
    return [edit.after.value for edit in fill_values(article, edits) if isinstance(edit.after, Span)]


def date_span(words: str, value: str | None = None, source: str | None = None, label: str = "DATE") -> Span:
    return Span("s", DATES.uid, SANAE, label, *locate(words, DATE_TEXT), value=value, source=source)


def test_plan_labelled_by_hand_has_its_years_as_value() -> None:
    assert values(PLANS, operations.add_span(PLANS, [], SANAE, "PLAN", 0, 19)) == ["2024/2025"]
    assert values(PLANS, operations.add_span(PLANS, [], SANAE, "PLAN", 0, 9)) == [None]
    assert values(PLANS, operations.add_span(PLANS, [], SANAE, "INSTITUTION", 0, 19)) == [None]
    assert values(PLANS, operations.add_spans(PLANS, [], SANAE, "PLAN", [(0, 19), (21, 31)])) == ["2024/2025", "2063"]
    suggestion = Suggestion(0, 9, "PLAN", "names", 0.9)
    longer = replace(suggestion, end=19)
    assert values(PLANS, operations.accept(PLANS, [], SANAE, suggestion, longer)) == ["2024/2025"]


def test_years_of_a_plan_follow_its_edges_and_label_but_not_what_was_typed() -> None:
    plan = Span("s", PLANS.uid, SANAE, "PLAN", 0, 19, "2024/2025")
    short = replace(plan, end=9, value=None)
    assert values(PLANS, operations.resize(PLANS, [short], short, 0, 19)) == ["2024/2025"]
    assert values(PLANS, operations.resize(PLANS, [plan], plan, 0, 9)) == [None]
    assert values(PLANS, operations.relabel(PLANS, [plan], plan, "INSTITUTION")) == [None]
    assert values(PLANS, operations.relabel(PLANS, [plan], plan, "DATE")) == ["2024/2025"]
    institution = replace(plan, label="INSTITUTION", value=None)
    assert values(PLANS, operations.relabel(PLANS, [institution], institution, "PLAN")) == ["2024/2025"]
    for typed in (None, "2030"):
        other = replace(plan, value=typed)
        assert values(PLANS, operations.resize(PLANS, [other], other, 0, 9)) == [typed]


@pytest.mark.parametrize(
    ("words", "value"), [("أمس الاثنين", "2024-07-08"), ("أمس", "2024-07-08"), ("9 يوليوز 2023", "2023-07-09")]
)
def test_date_labelled_by_hand_has_the_value_of_its_words(words: str, value: str) -> None:
    start, end = locate(words, DATE_TEXT)
    assert values(DATES, operations.add_span(DATES, [], SANAE, "DATE", start, end)) == [value]
    assert values(DATES, operations.add_span(DATES, [], SANAE, "INSTITUTION", start, end)) == [None]
    assert read_value(DATES, "timex3", start, end) == value


def test_value_of_a_date_follows_its_edges_and_label_but_not_what_was_typed() -> None:
    day, year = date_span("9 يوليوز 2023", "2023-07-09", "dates"), locate("2023", DATE_TEXT)
    assert values(DATES, operations.resize(DATES, [day], day, *year)) == ["2023"]
    assert values(DATES, operations.resize(DATES, [day], day, 0, day.end)) == [None]
    assert values(DATES, operations.relabel(DATES, [day], day, "INSTITUTION")) == [None]
    institution = replace(day, label="INSTITUTION", value=None)
    assert values(DATES, operations.relabel(DATES, [institution], institution, "DATE")) == ["2023-07-09"]
    for typed in (None, "2030"):
        other = replace(day, value=typed)
        assert values(DATES, operations.resize(DATES, [other], other, *year)) == [typed]


def test_what_was_accepted_or_described_is_left_alone() -> None:
    start, end = locate("أمس", DATE_TEXT)
    for value in (None, "2030"):
        suggestion = Suggestion(start, end, "DATE", "memory", 0.9, value)
        assert values(DATES, operations.accept(DATES, [], SANAE, suggestion, suggestion)) == [value]
    day = date_span("أمس", "2024-07-08")
    assert values(DATES, operations.describe_span(day, "", "لا قيمة")) == [None]
    removal = operations.remove_span(day)
    assert fill_values(DATES, removal) == removal
