"""The values of dates."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.date_values import DateMoment, is_date_value, parse_date_value


@pytest.mark.parametrize(
    ("value", "moments"),
    [
        ("2024", (DateMoment(2024),)),
        ("2024-07", (DateMoment(2024, 7),)),
        ("2024-07-09T09:00", (DateMoment(2024, 7, 9, (9, 0)),)),
        ("2024-07-09T09:00:30+01:00", (DateMoment(2024, 7, 9, (9, 0, 30), "+01:00"),)),
        ("2024-07-09T09Z", (DateMoment(2024, 7, 9, (9,), "Z"),)),
        ("-0043", (DateMoment(-43),)),
        ("2023/2030-05", (DateMoment(2023), DateMoment(2030, 5))),
    ],
)
def test_values_are_read(value: str, moments: tuple[DateMoment, ...]) -> None:
    assert parse_date_value(value) == moments


@pytest.mark.parametrize(
    "value",
    [
        *("", "24", "2024-13", "2024-02-30", "2024-07-09T25:00", "2024-07-09T09:00+29:00", "2024-07T09:00", "٢٠٢٤"),
        *("2030/2023", "-0044/-0050", "2024-12/2024-03", "2023/2024/2025", "2023/"),
        "2024-07-09T10:00/2024-07-09T09:00",
    ],
)
def test_other_texts_are_no_values(value: str) -> None:
    assert parse_date_value(value) is None


@given(st.dates(), st.datetimes())
def test_values_from_python_are_valid(day: date, moment: datetime) -> None:
    assert is_date_value(day.isoformat())
    assert is_date_value(moment.isoformat(timespec="seconds"))
    assert is_date_value(moment.isoformat())


@given(st.text("0123456789-/T:Z+.", max_size=24))
def test_is_date_value_accepts_any_text(text: str) -> None:
    assert is_date_value(text) in (True, False)
