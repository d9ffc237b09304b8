"""Whether a date's value is one that a program can read."""

from datetime import date, datetime

import pytest
from checks.samples import span
from hypothesis import given
from hypothesis import strategies as st

from annotator.checks.date_values import is_iso, value


@pytest.mark.parametrize(
    "text",
    [
        *("2024", "2024-07", "2024-07-09", "2024-07-09T09:00", "2024-07-09T09", "2024-07-09T09:00:30", "-0044", "0622"),
        *("2023/2030", "2024-07-09/2024-07-12", "2024-07-09T09:00/2024-07-09T11:00", "2023-05/2023", "2024-02-29"),
        *("-0050/-0044", "-0001/0050", "2024-07-09T24:00", "2023/2023-12"),
    ],
)
def test_dates_times_and_periods_are_read(text: str) -> None:
    assert value(span(0, 4, "DATE", text)) is None


@pytest.mark.parametrize(
    "text",
    [
        *("09/07/2024", "2024-7-9", "2024-13", "2024-00", "2024-02-30", "2023-02-29", "24", "2024-07-09T25:00", "أمس"),
        *("2030/2023", "2023/2024/2025", "2023/", "/2023", "2024-07-09 09:00", "٢٠٢٤", "2024-07-09T09:60", "", " 2024"),
        *("2024-07-09T24:30", "2024-12/2024-03"),
    ],
)
def test_anything_else_is_asked_about(text: str) -> None:
    question = value(span(0, 4, "DATE", text))
    assert question
    assert text in question.message
    assert question.remedy is None


def test_no_value_is_no_wrong_one() -> None:
    assert value(span(0, 4, "DATE")) is None


@given(st.dates(), st.datetimes())
def test_what_python_writes_is_read(day: date, moment: datetime) -> None:
    assert is_iso(day.isoformat())
    assert is_iso(moment.isoformat(timespec="seconds"))


@given(st.text("0123456789-/T:", max_size=24))
def test_whatever_is_written_is_judged(text: str) -> None:
    assert is_iso(text) in (True, False)
