"""The check of a date's value."""

import pytest
from checks.samples import context, span

from annotator.checks.date_values import check_value


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
