"""Values of dates that annotators label, with edges that are not the rules'."""

from datetime import date
from typing import Final

import pytest
from builders import locate
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.model.date_values import parse_date_value
from annotator.model.records import Article, article_uid
from annotator.suggest.dates import find_dates
from annotator.suggest.dates.labelled_date import read_labelled_date

TEXT: Final = (
    "أعلنت الوزارة، يوم الثلاثاء 11 يوليوز 2023، أن البرنامج يمتد ما بين 2020 و2024. وقال «أمس الإثنين» إنه لسنة "
    "1445 هـ، وفي ٣ رمضان ١٤٤٥ هـ. ومنذ يوم الجمعة الماضي، ولـ2030، من 9 إلى 12 يوليوز 2024، للأسبوع المقبل، سنة "
    "2022م، قبل ستة أشهر، في القانون رقم 2.16.668 لشهر مارس، وصباح أول أمس، وفي الرابع والعشرين من دجنبر الجاري.\n"
)
PUBLISHED: Final = "2024-07-16"
MONTHS: Final = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "ماي",
    "يونيو",
    "يوليوز",
    "غشت",
    "شتنبر",
    "أكتوبر",
    "نونبر",
    "دجنبر",
]
WEEKDAYS: Final = ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]
EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def read(words: str, published: str | None = PUBLISHED, text: str = TEXT) -> str | None:
    return read_labelled_date(Article(article_uid(text), text, published=published), *locate(words, text))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("الثلاثاء 11 يوليوز 2023", "2023-07-11"),  # without يوم
        ("، يوم الثلاثاء 11 يوليوز 2023،", "2023-07-11"),
        ("11 يوليوز 2023", "2023-07-11"),
        ("يوليوز 2023", "2023-07"),
        ("2023", "2023"),
        ("ما بين 2020 و2024", "2020/2024"),
        ("2020", "2020"),
        ("و2024", "2024"),
        ("لسنة 1445 هـ", "2023-07-19/2024-07-06"),
        ("1445 هـ", "2023-07-19/2024-07-06"),
        ("وفي ٣ رمضان ١٤٤٥ هـ", "2024-03-13"),
        ("٣ رمضان ١٤٤٥", "2024-03-13"),
        ("رمضان ١٤٤٥", "2024-03-11/2024-04-09"),
        ("ولـ2030", "2030"),
        ("لـ2030", "2030"),
        ("2030", "2030"),
        ("من 9 إلى 12 يوليوز 2024", "2024-07-09/2024-07-12"),
        ("12 يوليوز 2024", "2024-07-12"),
        ("سنة 2022م", "2022"),
        ("2022", "2022"),
    ],
)
@pytest.mark.parametrize("published", [PUBLISHED, None])
def test_date_in_full_is_read_whatever_its_edges(words: str, value: str, published: str | None) -> None:
    assert read(words, published) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("«أمس الإثنين»", "2024-07-15"),
        ("أمس", "2024-07-15"),
        ("ومنذ يوم الجمعة الماضي", "2024-07-12"),
        ("الجمعة الماضي", "2024-07-12"),
        ("للأسبوع المقبل", "2024-07-22/2024-07-28"),
        ("لشهر مارس", "2024-03"),
        ("مارس", "2024-03"),
        ("أول أمس", "2024-07-14"),
        ("12 يوليوز", "2024-07-12"),
        ("الرابع والعشرين من دجنبر", "2024-12-24"),
    ],
)
def test_relative_date_is_read_with_a_publication_alone(words: str, value: str) -> None:
    assert read(words) == value
    assert words == "12 يوليوز" or read(words, None) is None


@pytest.mark.parametrize(
    "words",
    [
        "11 يوليوز",  # is of 2023, which the label leaves out
        "الثلاثاء",
        "الجمعة",
        "سنة 1445",  # is no year of the Christian era
        "1445",
        "قبل ستة أشهر",  # lengths of time are no dates by the guideline
        "ستة أشهر",
        "2.16.668",
        "أعلنت الوزارة، يوم الثلاثاء",
        "البرنامج",
        "يوم الجمعة الماضي، ولـ2030",  # two dates
        TEXT,
    ],
)
def test_what_the_rules_do_not_read_has_no_value(words: str) -> None:
    assert read(words) is None


def test_date_that_the_rules_find_has_their_value() -> None:
    for each in find_dates(TEXT, PUBLISHED):
        expected = None if each.is_offset else each.value
        assert read_labelled_date(Article("a", TEXT, published=PUBLISHED), each.start, each.end) == expected


@examples(100)
@given(
    st.dates(date(1950, 1, 1), date(2049, 12, 31)),
    st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_part_of_a_date_never_says_another_day(
    day: date, published: date, is_eastern: bool, is_quoted: bool, data: st.DataObject
) -> None:
    words = ["قال", "في", "يوم", WEEKDAYS[day.weekday()], str(day.day), MONTHS[day.month - 1], str(day.year), "إن"]
    if is_quoted:
        words[2], words[6] = "«" + words[2], words[6] + "»،"
    if is_eastern:
        words = [word.translate(EASTERN) for word in words]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    text, phrase = " ".join(words) + "\n", " ".join(words[first : last + 1])
    start = len(" ".join([*words[:first], phrase])) - len(phrase)
    article = Article(article_uid(text), text, published=published.isoformat())
    value = read_labelled_date(article, start, start + len(phrase))
    if first <= 4 and last == 6:
        assert value == (day.isoformat() if first else None)
    elif value:
        [moment] = parse_date_value(value) or ()
        assert (moment.year, moment.month or day.month, moment.day or day.day) == (day.year, day.month, day.day)
