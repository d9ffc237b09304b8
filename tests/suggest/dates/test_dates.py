"""The suggester of dates."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest import dates
from annotator.suggest.dates import DateSuggester, find_dates
from annotator.text.visible import trim_invisible

LABELS = LabelSet((Label("DATE", {}, Colour("#000000", "#ffffff")),))
# As one text, since a list of so many would be a page long.
WORDS = (
    "في من إلى و يوم الثلاثاء 9 يوليوز 2024 ٢٠٢٤ 12/05/2024 سنة السَّنة المقبلة أمـس بعد غد ثلاثة أيام الساعة 10:30 "
    "صباحًا القرن التاسع عشر هـ 1445 ( ) 99999999999 قبل 999999999 رمضان عيد الفطر 9999 31 فبراير 0 ، - / بداية الربع "
    'الأول الصيف الماضي السبعينيات بين 1000 الأسبوع نهاية شهر \u200f " « » الجمعة GMT ـ'
)
_lists = st.lists(st.sampled_from([*WORDS.split(" "), "\n"]), max_size=20)
news = _lists.map(" ".join) | _lists.map("".join)
days = st.none() | st.dates().map(str) | st.sampled_from(["0001-01-01", "9999-12-31", "2024", "2024-07-09T09:00+01:00"])


def suggest_dates(text: str, published: str | None = "2024-07-09") -> list[Suggestion]:
    return DateSuggester().suggest(Article("a", text, published=published), LABELS)


@given(texts | news, days)
def test_date_suggestions_are_visible_and_do_not_overlap(text: str, published: str | None) -> None:
    before = 0
    for suggestion in suggest_dates(text, published):
        assert before <= suggestion.start < suggestion.end <= len(text)
        assert trim_invisible(text, suggestion.start, suggestion.end) == (suggestion.start, suggestion.end)
        assert text[suggestion.start].isalnum() or text[suggestion.start] in "([﴾"
        assert unicodedata.category(text[suggestion.end - 1])[0] in "LNM" or text[suggestion.end - 1] in ')]﴿"«»'
        assert suggestion.end == len(text) or unicodedata.category(text[suggestion.end])[0] != "M"
        assert 0 < suggestion.score < 1
        before = suggestion.end


@given(texts | news, days)
def test_date_holds_complete_brackets_and_quotes_and_no_line_end(text: str, published: str | None) -> None:
    for suggestion in suggest_dates(text, published):
        span = text[suggestion.start : suggestion.end]
        assert sum(map(span.count, "([﴾")) == sum(map(span.count, ")]﴿"))
        assert sum(map(span.count, '"«»')) % 2 == 0
        assert "\n" not in span


@given(texts | news, days)
def test_date_suggestions_are_deterministic(text: str, published: str | None) -> None:
    once = suggest_dates(text, published)
    suggest_dates("في 9 يوليوز 2024", None)
    dates._find_matches.cache_clear()
    assert suggest_dates(text, published) == once


def test_date_is_suggested_with_its_label_and_value() -> None:
    assert suggest_dates("اجتمعوا يوم الثلاثاء 9 يوليوز 2024 بالرباط") == [
        Suggestion(8, 34, "DATE", "dates", 0.99, "2024-07-09", False, "rule:named-day")
    ]


def test_missing_year_is_assumed() -> None:
    assert [(suggestion.value, suggestion.assumed) for suggestion in suggest_dates("في 9 يوليوز")] == [
        ("2024-07-09", True)
    ]
    assert [(suggestion.value, suggestion.assumed) for suggestion in suggest_dates("في 25 دجنبر", "2024-01-10")] == [
        ("2023-12-25", True)
    ]
    assert [(suggestion.value, suggestion.assumed) for suggestion in suggest_dates("في 5 يناير", "2023-12-20")] == [
        ("2024-01-05", True)
    ]


@pytest.mark.parametrize(
    "words",
    [
        *("النصف الأول من يوليوز", "النصف الثاني من يوليوز", "الأسبوع الأول من يوليوز", "الأسبوع الأخير من يوليوز"),
        *("أوائل يوليوز", "أواخر يوليوز", "منتصف يوليوز"),
    ],
)
def test_a_part_of_a_month_is_as_assumed_as_the_year_of_the_month(words: str) -> None:
    assert [suggestion.assumed for suggestion in suggest_dates(f"في {words}.", "2024-07-09")] == [True]
    assert [suggestion.assumed for suggestion in suggest_dates(f"في {words} 2024.", "2024-07-09")] == [False]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("أكد أمس الأربعاء", "2024-07-08"),
        ("أكد أمس (الأحد)", "2024-07-08"),
        ("اليوم الثلاثاء 16 يوليوز 2024", "2024-07-16"),
        ("اليوم الاثنين 9 يوليوز 2024", "2024-07-09"),
        ("يوم الأحد 9 يوليوز 2024", "2024-07-09"),
        ("أمس الاثنين 15 بالسوق", "2024-07-08"),
        ("يوم 16 ماي الجاري", "2024-05-16"),
        ("خلال السنة الجارية 2023", "2023"),
        ("14 مارس 2024 الموافق 30 رمضان 1445", "2024-03-14"),
    ],
)
def test_value_that_the_text_contradicts_is_assumed(text: str, value: str) -> None:
    assert [(suggestion.value, suggestion.assumed) for suggestion in suggest_dates(text)] == [(value, True)]


@pytest.mark.parametrize(
    "text",
    [
        *("أكد أمس الاثنين", "اليوم الثلاثاء 9 يوليوز 2024", "أمس الاثنين 8 بالسوق", "يوم 16 يوليوز الجاري"),
        *("خلال السنة الجارية 2024", "يوم الثلاثاء 9 يوليوز 2024", "14 مارس 2024 الموافق 3 رمضان 1445"),
    ],
)
def test_value_that_is_said_twice_alike_is_not_assumed(text: str) -> None:
    assert [suggestion.assumed for suggestion in suggest_dates(text)] == [False]


def test_day_in_full_needs_no_publication() -> None:
    assert [suggestion.value for suggestion in suggest_dates("اليوم الثلاثاء 9 يوليوز 2024", None)] == ["2024-07-09"]


@pytest.mark.parametrize(
    "text",
    ["عاد قبل ستة أشهر", "سيعود بعد ثلاثة أسابيع", "عاد منذ أيام", "خلال السنوات الأخيرة", "سيعود في غضون أسبوعين"],
)
def test_offset_that_names_no_time_is_not_suggested(text: str) -> None:
    assert suggest_dates(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("يصل اليوم", "rule:today"),
        ("وصل اليوم وفد", "rule:today-or-day-of"),
        ("قالت الوزارة اليوم إن", "rule:today-behind-noun"),
        ("في الجمعة", "rule:bare-weekday"),
        ("في يوم الجمعة", "rule:weekday"),
        ("وصل أمس", "rule:day-away"),
        ("في مارس", "rule:fair-month"),
        ("بتاريخ 9 يوليوز 2024", "rule:day-month-year"),
        ("بتاريخ 9 يوليوز", "rule:day-month"),
        ("بتاريخ 22/4", "rule:digits-without-year"),
        ("سنة 2024", "rule:year"),
        ("الربع الأول من 2024", "rule:year-part"),
        ("عيد العرش", "rule:feast-day"),
        ("يوم «الثلاثاء» بفاس", "rule:marked-weekday"),
        ("يوم «9 يوليوز 2024» بفاس", "rule:marked-day"),
        ("14:40 GMT 09.07.2024", "rule:zoned-day"),
        ("14:40 09.07.2024", "rule:timed-day"),
        ("الولاية التشريعية 2021-2026", "rule:term"),
        ("الفترة 2021-2026", "rule:years-of-period"),
        ("المخطط الأخضر 2021-2026", "rule:range"),
        ("عيد العرش 2024", "rule:feast-of-year"),
        ("نشطاء حركة 20 فبراير", "rule:day-in-name"),
    ],
)
def test_evidence_is_the_name_of_the_rule(text: str, rule: str) -> None:
    assert [suggestion.evidence for suggestion in suggest_dates(text)] == [rule]


@pytest.mark.parametrize("text", ["أمس", "السنة الماضية", "في 9 يوليوز", "يوم الجمعة"])
def test_relative_date_has_no_value_without_publication_time(text: str) -> None:
    assert [suggestion.value for suggestion in suggest_dates(text, None)] == [None]


def test_no_date_is_suggested_without_a_label_for_dates() -> None:
    labels = LabelSet((Label("ORG", {}, Colour("#000000", "#ffffff")),))
    assert DateSuggester().suggest(Article("a", "في 9 يوليوز 2024"), labels) == []


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("لِيَومِ الثُّلاثاءِ ٩ يُوليُوز ٢٠٢٤", "يَومِ الثُّلاثاءِ ٩ يُوليُوز ٢٠٢٤"),
        ("بتاريخ 12\u200f/05\u200f/2024.", "12\u200f/05\u200f/2024"),
        ("وبيونيو 2023،", "يونيو 2023"),
        ("لـسنة 2024", "سنة 2024"),
        ("لـ2024", "2024"),
        ("أمـــس\u200f.", "أمـــس"),
    ],
)
def test_dates_are_found_in_any_spelling(text: str, span: str) -> None:
    assert [text[suggestion.start : suggestion.end] for suggestion in find_dates(text, "2024-07-09")] == [span]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("في 3 يليوز 2019", "2019-07-03"), ("في 3 أكتوير 2019", "2019-10-03"), ("في شهر نونمبر 2019", "2019-11")),
        ("يوم الأربيعاء 10 يوليوز 2024", "2024-07-10"),
    ],
)
def test_misspelt_months_and_days_are_read(text: str, value: str) -> None:
    assert [date_span.value for date_span in find_dates(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "المرسوم رقم 2.16.668 الصادر",
        "انتهت المباراة بنتيجة 2-1 لصالح الرجاء",
        "يبلغ من العمر 42 سنة",
        "حكم عليه بثلاث سنوات سجنا",
        "يجتمعون كل سنة",
        "الهاتف 0537-22-33-44",
        "بلغ الثمن 2000 درهم",
        "نسبة 12.5 في المائة",
        "صفر نقطة في ثلاث مباريات",
        "زار رجب أردوغان الرباط",
        "مارس الفريق ضغطا",
        "لا أحد يعرف",
        "شعبان عبد الرحيم",
        "في باب سبتة",
        "أحد الموظفين",
        "كتب اليوم24",
        "مرحبا2024",
        "القطاع العام 1990 نقطة",
        "بكرة القدم",
        "فاز بنتيجة 3-صفر",
        "كأس من 2015 قطعة",
    ],
)
def test_text_that_only_looks_like_a_date_is_not_suggested(text: str) -> None:
    assert find_dates(text, "2024-07-09") == []


def test_today_at_the_end_of_the_quoted_name_of_a_paper_is_no_date() -> None:
    assert suggest_dates("قال لصحيفة «دنيا اليوم» إنه عاد") == []
    assert suggest_dates("صدر الكتاب عن دار «حكايا اليوم» بفاس") == []
    assert suggest_dates('كتب موقع "بيت الدار اليوم" عنه') == []
    assert len(suggest_dates("كتب الوزير «وصلت اليوم» ثم عاد")) == 1
    assert len(suggest_dates("قال لصحيفة «دنيا»: عدت اليوم")) == 1


@pytest.mark.parametrize("text", ["شهر ", "سنة ", "صباح ", "يومي ", "و", "القرن ", "1-", "1/", "(", "9 و"])
def test_very_long_word_is_handled(text: str) -> None:
    find_dates(text * 3000 + "2024", "2024-07-09")


@pytest.mark.parametrize("text", ["يوم\nالثلاثاء", "9\nيوليوز 2024", "9 \n يوليوز 2024", "9\r\u200f\nيوليوز 2024"])
def test_date_never_crosses_a_line_end(text: str) -> None:
    assert [text[suggestion.start : suggestion.end] for suggestion in find_dates(text, "2024-07-09")] in (
        ["الثلاثاء"],
        ["يوليوز 2024"],
    )


def test_short_word_after_a_proclitic_is_no_date() -> None:
    text = "دخلوا من باب 2024"
    assert [text[suggestion.start : suggestion.end] for suggestion in find_dates(text)] == ["2024"]


@pytest.mark.parametrize("text", ["قبل 999999999 يوما", "قبل 999999999 سنة", "بعد 99999999 شهرا"])
def test_date_beyond_the_calendar_has_no_value(text: str) -> None:
    assert [suggestion.value for suggestion in find_dates(text, "2024-07-09")] == [None]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("نظمت يوم السبت؛ 6 يوليوز 2024", ["beside-time", "beside-time"]),
        ("نشر في 12/05/2024 ~ 10:15", ["beside-time"]),
        ("نشر 10:15 ~ 12/05/2024", ["beside-time"]),
        ("نشر 10:15 BST 12/05/2024", ["beside-time"]),
        ("في 31 دجنبر 2023 و3 يناير 2024", ["day-month-year", "day-month-year"]),
        ("في 9 يوليوز 2024\n10:15", ["day-month-year"]),
        ("في 9 يوليوز 2024 وصل 10:15", ["day-month-year"]),
    ],
)
def test_date_beside_a_time_that_is_no_part_of_it_is_learned_apart(text: str, rules: list[str]) -> None:
    assert [suggestion.evidence for suggestion in suggest_dates(text)] == [f"rule:{rule}" for rule in rules]
