"""Dates as people type them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import date_values

from annotator import i18n
from annotator.model.date_display import format_date_value, format_hijri
from annotator.model.date_values import is_date_value
from annotator.suggest.dates import find_dates
from annotator.suggest.dates.grammar import Example, load_grammar
from annotator.suggest.dates.typed_date import InvalidDate, parse_typed_date

EXAMPLES = [
    example
    for rules in load_grammar().rules.values()
    for compiled in rules
    for example in compiled.rule.examples
    if example.span
]
HOSTILE = [
    *("9 - " * 30, "و9 " * 40, "1/" * 60, "july " * 24, "9 juillet au " * 9, "2024 إلى " * 12, "9h" * 60, "'" * 120),
    *("9" * 120, "rabi al " * 15, "a" * 10**7, "2024" + "\u200f" * 10**6, "\n" * 10**6, "عشرين و" * 17),
]


@pytest.fixture(autouse=True)
def _language_afterwards() -> Iterator[None]:
    language = i18n.current_language()
    yield
    i18n.set_language(language)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-07-09", "2024-07-09"),
        (" 2024-07-09  09:00 ", "2024-07-09T09:00"),
        ("٢٠٢٤-٠٧-٠٩", "2024-07-09"),
        ("۲۰۲۴", "2024"),
        ("2024-07-09T09:00:30+01:00", "2024-07-09T09:00:30+01:00"),
        ("09/07/2024", "2024-07-09"),
        ("٩/٧/٢٠٢٤ ١٠:٣٠", "2024-07-09T10:30"),
        ("2023-24", "2023/2024"),
        ("2023-2030", "2023/2030"),
        ("9 يوليوز 2024", "2024-07-09"),
        ("في 9 تموز 2024.", "2024-07-09"),
        ("\u20679 يوليو 2024، 09:00\u2069", "2024-07-09T09:00"),
        ("مارس", "2024-03"),
        ("الثلاثاء الماضي", "2024-07-02"),
        ("3 محرم 1446", "2024-07-09"),
        ("رمضان 1445 هـ", "2024-03-11/2024-04-09"),
        ("من 9 إلى 12 يوليو 2024", "2024-07-09/2024-07-12"),
        ("من 9 يوليو 2024، 09:00 إلى 10 يوليو 2024، 11:00", "2024-07-09T09:00/2024-07-10T11:00"),
        ("44 ق.م.", "-0043"),
        ("بعد ثلاثة أسابيع", "2024-07-30"),
        ("قبل ستة أشهر", "2024-01"),
        ("خامس عشر غشت 2023", "2023-08-15"),
        ("الشهر الخامس من 2024", "2024-05"),
        ("12.05.24", "2024-05-12"),
        ("شهر 5", "2024-05"),
        ("9 juillet 2024", "2024-07-09"),
        ("le mardi 9 juillet 2024 à 9h30", "2024-07-09T09:30"),
        ("1er août 2024", "2024-08-01"),
        ("9 juil. 2024", "2024-07-09"),
        ("du 9 au 12 juillet 2024", "2024-07-09/2024-07-12"),
        ("entre 2020 et 2024", "2020/2024"),
        ("mardi dernier", "2024-07-02"),
        ("la semaine dernière", "2024-07-01/2024-07-07"),
        ("aujourd’hui", "2024-07-09"),
        ("44 av. J.-C.", "-0043"),
        ("9 July 2024", "2024-07-09"),
        ("Tuesday, July 9th, 2024 at 9:30 pm", "2024-07-09T21:30"),
        ("9-12 July 2024", "2024-07-09/2024-07-12"),
        ("2020 to July 2024", "2020/2024-07"),
        ("last Tuesday", "2024-07-02"),
        ("this year", "2024"),
        ("3 Muharram 1446", "2024-07-09"),
        ("Dhul Hijjah 1445", "2024-06-07/2024-07-06"),
    ],
)
def test_typed_dates_are_read(text: str, value: str) -> None:
    assert parse_typed_date(text, "2024-07-09T09:00") == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "9", "12", "9h", "09:00", "ab 2024", "2024 abc", "ثلاثة أيام", "وزارة العدل", "2.16.668"),
        *("سنة", "9 يوليوز 2024 بفاس", "9 July 2024 and Ahmed", "20240709", "/", "2024/", "9 juillet 2024 -"),
        *("10 July 2024 \u200f" + "\u200f" * 200 + "abc", "2024\n" * 60),
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(InvalidDate, match="not a date"):
        parse_typed_date(text, "2024-07-09")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-02-31", "no such day"),
        ("31/02/2024", "no such day"),
        ("31 juin 2024", "no such day"),
        ("2024-13", "no such day"),
        ("2030/2023", "ends before"),
        ("10 July 2024 – 9 July 2024", "ends before"),
        ("الأيام الأخيرة", "No exact date"),
    ],
)
def test_dates_without_value_are_explained(text: str, reason: str) -> None:
    with pytest.raises(InvalidDate, match=reason):
        parse_typed_date(text, "2024-07-09")


@pytest.mark.parametrize("text", ["أمس", "last Tuesday", "9 يوليوز", "July 9", "hier"])
def test_what_depends_on_an_unknown_publication_is_explained(text: str) -> None:
    with pytest.raises(InvalidDate, match="day of publication is unknown"):
        parse_typed_date(text)


def test_a_single_moment_may_be_asked_for() -> None:
    assert parse_typed_date("9 juillet 2024", is_moment=True) == "2024-07-09"
    with pytest.raises(InvalidDate, match="period"):
        parse_typed_date("2023-2030", is_moment=True)


@given(date_values())
def test_every_value_is_read_as_it_is(value: str) -> None:
    assert parse_typed_date(value) == value


@given(date_values(first_year=1000, last_year=2199), st.sampled_from(["ar", "fr", "en"]), st.booleans())
def test_what_is_shown_can_be_typed(value: str, language: str, weekday: bool) -> None:
    i18n.set_language(language)
    output = format_date_value(value, weekday=weekday)
    assert format_date_value(parse_typed_date(output), weekday=weekday) == output


@given(st.dates(date(1925, 1, 1), date(2077, 1, 1)), st.sampled_from(["ar", "fr", "en"]))
def test_hijri_days_that_are_shown_can_be_typed(day: date, language: str) -> None:
    i18n.set_language(language)
    assert parse_typed_date(format_hijri(day.isoformat())) == day.isoformat()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.text for example in EXAMPLES])
def test_values_of_suggestions_are_read_as_they_are(example: Example) -> None:
    for date_span in find_dates(example.text, example.published):
        if date_span.value is not None:
            assert parse_typed_date(date_span.value) == date_span.value


@given(st.text() | st.text("0123456789-/T: .أمسيوليوزjuly", max_size=40), st.none() | st.just("2024-07-09"))
def test_only_values_are_returned(text: str, published: str | None) -> None:
    with suppress(InvalidDate):
        assert is_date_value(parse_typed_date(text, published))


@given(date_values(), st.sampled_from(["abc", "وزارة", "Ahmed", "رقم", "x"]), st.booleans())
def test_a_date_with_other_words_is_no_date(value: str, word: str, is_before: bool) -> None:
    with pytest.raises(InvalidDate):
        parse_typed_date(f"{word} {value}" if is_before else f"{value} {word}")


@pytest.mark.timeout(60)  # each takes 100 ms at most on two idle cores
@pytest.mark.parametrize("text", HOSTILE, ids=[text[:10] for text in HOSTILE])
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    with pytest.raises(InvalidDate):
        parse_typed_date(text[:120] if len(text) < 1000 else text)
