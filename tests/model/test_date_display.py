"""Values of dates in words."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from strategies import date_values

from annotator import i18n
from annotator.model.date_display import format_date_value, format_hijri


@pytest.fixture(autouse=True)
def _language_afterwards() -> Iterator[None]:
    language = i18n.current_language()
    yield
    i18n.set_language(language)
    i18n.set_numerals("western")


@pytest.mark.parametrize(
    ("value", "arabic", "french", "english"),
    [
        ("2024", "2024", "2024", "2024"),
        ("2024-07", "يوليو 2024", "juillet 2024", "July 2024"),
        ("2024-07-01", "1 يوليو 2024", "1er juillet 2024", "1 July 2024"),
        ("2024-07-09T09:00", "9 يوليو 2024، 09:00", "9 juillet 2024, 09:00", "9 July 2024, 09:00"),
        ("2024-07-09T09", "9 يوليو 2024، 09:00", "9 juillet 2024, 09:00", "9 July 2024, 09:00"),
        ("2024-07-09T09:00:30+01:00", "9 يوليو 2024، 09:00:30", "9 juillet 2024, 09:00:30", "9 July 2024, 09:00:30"),
        ("2023/2030", "من 2023 إلى 2030", "2023 – 2030", "2023 – 2030"),
        ("2024-07-09/2024-07-12", "من 9 إلى 12 يوليو 2024", "9 – 12 juillet 2024", "9 – 12 July 2024"),
        (
            "2023-12/2024-01",
            "من ديسمبر 2023 إلى يناير 2024",
            "décembre 2023 – janvier 2024",
            "December 2023 – January 2024",
        ),
        (
            "2024-07-09T09:00/2024-07-09T11:00",
            "9 يوليو 2024، من 09:00 إلى 11:00",
            "9 juillet 2024, 09:00 – 11:00",
            "9 July 2024, 09:00 – 11:00",
        ),
        ("-0043", "44 ق.م", "44 av. J.-C.", "44 BC"),
        ("abc", "", "", ""),
        ("2024-02-31", "", "", ""),
    ],
)
def test_values_are_written_as_a_person_reads_them(value: str, arabic: str, french: str, english: str) -> None:
    texts = []
    for language in ("ar", "fr", "en"):
        i18n.set_language(language)
        texts.append(format_date_value(value))
    assert texts == [arabic, french, english]


def test_weekday_of_a_single_day_on_request() -> None:
    i18n.set_language("ar")
    assert format_date_value("2024-07-09T09:00", weekday=True) == "الثلاثاء 9 يوليو 2024، 09:00"
    assert format_date_value("2024-07", weekday=True) == "يوليو 2024"


def test_digits_are_those_of_the_interface() -> None:
    i18n.set_language("ar")
    i18n.set_numerals("eastern")
    assert format_date_value("2024-07-09T09:00") == "٩ يوليو ٢٠٢٤، ٠٩:٠٠"
    assert format_hijri("2024-07-09") == "٣ محرم ١٤٤٦ هـ"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-07-09", "3 Muharram 1446 AH"),
        ("2024-07-09T09:00", "3 Muharram 1446 AH"),
        ("2024-07", ""),
        ("2024-07-09/2024-07-12", ""),
        ("1900-01-01", ""),
        ("9999-12-31", ""),
        ("-0043-03-15", ""),
        ("abc", ""),
    ],
)
def test_hijri_day(value: str, text: str) -> None:
    i18n.set_language("en")
    assert format_hijri(value) == text


@given(date_values())
def test_every_value_has_words(value: str) -> None:
    assert format_date_value(value)
    assert format_date_value(value, weekday=True)
