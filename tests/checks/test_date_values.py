"""The check of a date's value."""

import pytest
from checks.samples import context, span

from annotator.checks.date_values import check_contradiction, check_value


@pytest.mark.parametrize(
    "text",
    [
        *("2024", "2024-07", "2024-07-09", "2024-07-09T09:00", "2024-07-09T09", "2024-07-09T09:00:30", "-0044", "0622"),
        *("2023/2030", "2024-07-09/2024-07-12", "2024-07-09T09:00/2024-07-09T11:00", "2023-05/2023", "2024-02-29"),
        *("-0050/-0044", "-0001/0050", "2024-07-09T24:00", "2023/2023-12"),
    ],
)
def test_iso_dates_times_and_periods_are_valid(text: str) -> None:
    assert check_value(context("1234"), span(0, 4, "DATE", text)) is None


@pytest.mark.parametrize(
    "text",
    [
        *("09/07/2024", "2024-7-9", "2024-13", "2024-00", "2024-02-30", "2023-02-29", "24", "2024-07-09T25:00", "أمس"),
        *("2030/2023", "2023/2024/2025", "2023/", "/2023", "2024-07-09 09:00", "٢٠٢٤", "2024-07-09T09:60", "", " 2024"),
        *("2024-07-09T24:30", "2024-12/2024-03"),
    ],
)
def test_any_other_value_is_an_issue(text: str) -> None:
    issue = check_value(context("1234"), span(0, 4, "DATE", text))
    assert issue
    assert text in issue.message
    assert issue.fix is None


def test_missing_value_is_no_issue() -> None:
    assert check_value(context("1234"), span(0, 4, "DATE")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("الثلاثاء 9 يوليوز 2024", "2024-07-10"),
        ("للثُّلاثاء ٩ يوليوز", "2023-07-09T10:00"),
        ("أمس الجمعة", "2024-07-08"),
    ],
)
def test_day_on_another_weekday_is_an_issue(text: str, value: str) -> None:
    issue = check_contradiction(context(text), span(0, len(text), "DATE", value))
    assert issue
    assert (issue.kind, issue.code) == ("contradiction", "wrong_weekday")
    assert "weekday" in issue.message
    assert "day of publication" in issue.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("اليوم 9 يوليوز", "2024-07-09"),
        ("أمس 15 يوليوز 2023", "2023-07-15"),
        ("غدا 9 يوليوز", "2024-07-09"),
        ("16 ماي الجاري", "2024-05-16"),
        ("ماي الجاري", "2024-05"),
        ("شهر يوليوز الحالي", "2023-07"),
    ],
)
def test_day_that_its_words_place_elsewhere_is_an_issue(text: str, value: str) -> None:
    issue = check_contradiction(context(text, published="2024-07-16"), span(0, len(text), "DATE", value))
    assert issue
    assert issue.code == "other_day"
    assert "16 July 2024" in issue.message


def test_yesterday_with_the_day_of_publication_is_said_not_to_fit() -> None:
    issue = check_contradiction(context("أمس 16 يوليوز", published="2024-07-16"), span(0, 13, "DATE", "2024-07-16"))
    assert issue
    assert "does not fit an article of Tuesday 16 July 2024" in issue.message


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("الثلاثاء 9 يوليوز 2024", "2024-07-09", "DATE"),
        ("الثلاثاء 9 يوليوز 2024", "2024-07-10", "PLAN"),
        ("الثلاثاء 9 يوليوز 2024", None, "DATE"),
        ("الثلاثاء 9 يوليوز 2024", "2024-07-08/2024-07-10", "DATE"),
        ("السبت والأحد 7 يوليوز", "2024-07-07", "DATE"),
        ("الأربعاء 3 محرم 1446", "2024-07-09", "DATE"),
        ("اليوم 16 يوليوز", "2024-07-16T09:00", "DATE"),
        ("اليوم 3 من مارس 2024", "2024-03-03", "DATE"),
        ("أول أمس 14 يوليوز", "2024-07-14", "DATE"),
        ("16 ماي من العام الجاري", "2024-05-16", "DATE"),
        ("الجاري", "2024-05-16", "DATE"),
        ("شهر يوليوز الجاري", "2024-07", "DATE"),
        ("ماي 2024", "2024-05", "DATE"),
        ("ماي من العام الجاري", "2024-05", "DATE"),
        ("السنة الجارية", "2024", "DATE"),
        ("محرم الجاري", "2024-06", "DATE"),
    ],
)
def test_day_that_its_words_say_is_no_issue(text: str, value: str | None, label: str) -> None:
    checked = span(0, len(text), label, value)
    assert check_contradiction(context(text, published="2024-07-16"), checked) is None
