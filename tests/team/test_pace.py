"""The pace of the last two weeks tells when the rest will be done."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from annotator.team.pace import Pace, measure_pace

TODAY = date(2026, 11, 27)  # a Friday


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_weekends_count_for_the_end_and_not_for_the_pace() -> None:
    """Ten articles on each of five working days a week."""
    week = {ago(days): 10 for days in range(14) if ago(days).weekday() < 5}
    pace = measure_pace(week, TODAY)
    assert pace == Pace(articles=100, days=10, span=12)  # the window begins with a weekend
    assert pace.per_day == 10
    assert pace.expect_end(100, TODAY) == TODAY + timedelta(days=12)


def test_work_of_last_month_says_nothing_about_the_end() -> None:
    pace = measure_pace({ago(14): 50, ago(40): 50}, TODAY)
    assert pace == Pace()
    assert pace.per_day is None
    assert pace.expect_end(5, TODAY) is None


def test_days_without_an_article_done_are_no_days_of_work() -> None:
    assert measure_pace({ago(3): 4, ago(2): 0, ago(0): 4}, TODAY) == Pace(articles=8, days=2, span=4)


def test_nothing_remains_to_be_done_today() -> None:
    assert Pace().expect_end(0, TODAY) == TODAY


def test_an_end_that_no_calendar_has_is_unknown() -> None:
    assert Pace(articles=1, days=1, span=14).expect_end(10**9, TODAY) is None


@given(st.integers(1, 500), st.integers(1, 14), st.integers(1, 5000))
def test_the_end_is_not_before_the_articles_are_done(articles: int, span: int, remaining: int) -> None:
    end = Pace(articles, 1, span).expect_end(remaining, TODAY)
    assert end is not None
    days = (end - TODAY).days
    assert (days - 1) * articles < remaining * span <= days * articles
