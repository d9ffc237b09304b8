"""Zones recognised in pages and in texts that only look like pages."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.records import ZONE_KINDS
from annotator.model.zones import parse_dateline, recognise_zones
from annotator.resources import resource_path
from annotator.text.visible import trim_invisible

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LETTER = {"headline": "H", "dateline": "D", "body": "B", "boilerplate": "x"}
PARAGRAPH = (
    "أعلنت الجماعة، في بلاغ لها يوم 9 يوليوز 2024، أن أشغال تهيئة الساحة ستنطلق خلال الأسبوع المقبل، وأن كلفتها تبلغ "
    "عشرة ملايين درهم تساهم فيها الجهة والوزارة معا."
)
SHORT = "وستدوم الأشغال ستة أشهر."
HEADLINE = "ساحة المدينة القديمة بتازة تتهيأ لحلة جديدة"
OTHER = "مراكب الصيد تعود إلى البحر بعد أسبوع من التوقف"
DATE = "الثلاثاء 09 يوليوز 2024 - 10:30"


def kinds(*lines: str) -> str:
    """Return a letter for each line with something visible."""
    return "".join(LETTER[kind] for kind, _start, _end in recognise_zones("\n".join(lines)))


def zones_of(text: str, *kinds: str) -> list[str]:
    return [text[start:end] for kind, start, end in recognise_zones(text) if kind in kinds]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("الثلاثاء 09 يوليو 2024 على الساعة 09:00", "2024-07-09T09:00"),
        ("9 يوليوز 2024", "2024-07-09"),
        ("الأربعاء 14 غشت 2024", "2024-08-14"),
        ("2 شتنبر 2023", "2023-09-02"),
        ("30 نونبر 2023", "2023-11-30"),
        ("31 دجنبر 2023", "2023-12-31"),
        ("12 ماي 2024", "2024-05-12"),
        ("12 مايو، 2024", "2024-05-12"),
        ("1 أغسطس 2024", "2024-08-01"),
        ("1 أوت 2024", "2024-08-01"),
        ("9 تموز 2024", "2024-07-09"),
        ("9 آذار/مارس 2024", "2024-03-09"),
        ("9 آذار (مارس) 2024", "2024-03-09"),
        ("13 كانون الثاني 2024", "2024-01-13"),
        ("8 كانون الأول / ديسمبر 2024", "2024-12-08"),
        ("3 تشرين الثاني 2024", "2024-11-03"),
        ("4 ابريل 2024", "2024-04-04"),
        ("فاتح أكتوبر 2024", "2024-10-01"),
        ("9 من شهر يوليوز من سنة 2024", "2024-07-09"),
        ("يَوْمُ ٩ يُولْيُوز ٢٠٢٤", "2024-07-09"),
        ("٩ تموز ٢٠٢٤ الساعة ٩:٠٥", "2024-07-09T09:05"),
        ("الثلاثاء ۹ یولیوز ۲۰۲۴", "2024-07-09"),
        ("۰۹/۰۷/۲۰۲۴", "2024-07-09"),
        ("2024/07/09", "2024-07-09"),
        ("2024-7-9 8:05", "2024-07-09T08:05"),
        ("2024-07-09T09:00:15+01:00", "2024-07-09T09:00"),
        ("09/07/2024", "2024-07-09"),
        ("09-07-2024 09h30", "2024-07-09T09:30"),
        ("07/13/2024", "2024-07-13"),
        ("09.07.2024", "2024-07-09"),
        ("\u200e09\u200f/\u200e07\u200f/2024 1\u200e0:0\u200f5", "2024-07-09T10:05"),
        ("الساعة 9:05 من يوم 9 يوليوز 2024", "2024-07-09T09:05"),
        ("9 يوليوز 2024 - 3:30 مساءً", "2024-07-09T15:30"),
        ("9 يوليوز 2024 - 12:10 ص", "2024-07-09T00:10"),
        ("9 يوليوز 2024 - 12:10 بعد الزوال", "2024-07-09T12:10"),
        ("نشر في 9 يوليوز 2024 - 10:00 | آخر تحديث 10 يوليوز 2024 - 11:00", "2024-07-09T10:00"),
        ("نشر في 9 يوليوز 2024 وحدث في 10 يوليوز 2024 - 11:00", "2024-07-09"),
        ("3 محرم 1446 هـ الموافق 9 يوليو 2024 م", "2024-07-09"),
        ("يوليوز 2024", "2024-07"),
        ("29 فبراير 2024", "2024-02-29"),
        ("29 فبراير 2023", None),
        ("32 يوليو 2024", None),
        ("0 يوليو 2024", None),
        ("31/04/2024", None),
        ("2024/13/13", None),
        ("9 يوليوز 0000", None),
        ("المرسوم رقم 2.16.668", None),
        ("2.16.668٢٫٥", None),
        ("2.16.6682", None),
        ("2.16.2024٫5", None),
        ("2024.06.12.5", None),
        ("6682-12-02", None),
        ("2.12.2024.", "2024-12-02"),
        ("1446/03/12", "1446-03-12"),
        ("الفصل 12.3.20245", None),
        ("9 يوليوز", None),
        ("2024", None),
        ("", None),
    ],
)
def test_parse_dateline(text: str, expected: str | None) -> None:
    assert parse_dateline(text) == expected


@given(
    st.dates(date(1300, 1, 1), date(2199, 12, 31)),
    st.sampled_from(["{0.day}/{0.month}/{0.year:04}", "{0.year:04}-{0.month}-{0.day}"]),
)
def test_dates_are_parsed_day_first(day: date, form: str) -> None:
    assert parse_dateline("نشر في " + form.format(day)) == day.isoformat()


@given(st.text(alphabet=st.sampled_from("0123456789٠٩/-.:hم ص يوليوز آذار\u200e\u200f")))
def test_parse_dateline_accepts_any_text(text: str) -> None:
    published = parse_dateline(text)
    assert published is None or len(published) in (7, 10, 16)


def test_seed_article(shared: Path) -> None:
    text = (shared / "data" / "seed-article.txt").read_text(encoding="utf-8")
    assert "".join(LETTER[kind] for kind, _start, _end in recognise_zones(text)) == "xxxxxxDHxBBBB"
    assert zones_of(text, "headline") == [
        "تقرير الخارجية الأمريكية حول الاتجار بالبشر.. تنويه بجهود المغرب في التصدي للجريمة"
    ]
    assert [parse_dateline(line) for line in zones_of(text, "dateline")] == ["2024-07-09T09:00"]
    assert zones_of(text, "boilerplate")[1].startswith("• بنعبد الله")


def test_page_like_the_seed_article() -> None:
    text = (FIXTURES / "page.txt").read_text(encoding="utf-8")
    assert "".join(LETTER[kind] for kind, _start, _end in recognise_zones(text)) == "xxxxDHxBBB"
    assert parse_dateline(*zones_of(text, "dateline")) == "2024-06-06T17:45"


def test_every_paragraph_of_real_articles_is_body(shared: Path) -> None:
    lines = (shared / "data" / "articles" / "marsum.jsonl").read_bytes().splitlines()
    texts = [msgspec.json.decode(line)["text"] for line in lines]
    assert len(texts) == 119
    for text in texts:
        zone_kinds = [kind for kind, _start, _end in recognise_zones(text)]
        assert zone_kinds == ["headline"] + ["body"] * (len(zone_kinds) - 1)


def test_page_of_paragraphs_is_all_body(shared: Path) -> None:
    text = (shared / "data" / "html" / "cnn-arabic.txt").read_text(encoding="utf-8")
    assert {kind for kind, _start, _end in recognise_zones(text)} == {"body"}


@pytest.mark.parametrize("path", sorted(resource_path("samples").glob("*.txt")), ids=lambda path: path.stem)
def test_samples_have_a_headline_and_keep_their_paragraphs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(zones_of(text, "headline")) == 1
    assert all(len(line) <= 150 for line in zones_of(text, "boilerplate", "dateline", "headline"))


@pytest.mark.parametrize(
    "line",
    [
        DATE,
        "الرباط - 12 ماي 2024",
        "الرباط في 12 ماي 2024",
        "الدار البيضاء: الجمعة 5 أبريل 2024 | 18:45",
        "جريدة الساحل – الثلاثاء 9 يوليوز 2024 - 15:00",
        "نشر في: 9 يوليوز 2024",
        "جريدة الساحل المغربية: 9 يوليوز 2024",
        "آخر تحديث: 2024/07/09 على الساعة 09:00",
        "بقلم: أحمد السعيدي - 12 ماي 2024",
        "كتبه أحمد السعيدي يوم الأحد 12 ماي 2024",
        "الثلاثاء 3 محرم 1446 هـ الموافق 9 يوليو 2024 م",
        "الثلاثاء 9 يوليوز - 15:00",
        "\u200f09/07/2024\u200e",
    ],
)
def test_line_with_little_besides_a_date_is_a_dateline(line: str) -> None:
    assert kinds(line, HEADLINE, PARAGRAPH) == "DHB"
    assert kinds(HEADLINE, line, PARAGRAPH) == "HDB"


@pytest.mark.parametrize(
    "line",
    [
        "انطلاق مهرجان الموسيقى الروحية بفاس في 12 ماي 2024",
        "طقس الثلاثاء 9 يوليوز 2024: أمطار رعدية بالشمال",
        "20 غشت",
        "حصيلة سنة 2024",
        "وقع الحادث يوم الثلاثاء 9 يوليوز 2024.",
        "32 يوليوز 2024",
    ],
)
def test_line_that_mentions_a_date_is_no_dateline(line: str) -> None:
    assert "D" not in kinds(line, PARAGRAPH)
    assert "D" not in kinds(HEADLINE, line, PARAGRAPH)


def test_dateline_is_above_the_body() -> None:
    assert kinds(HEADLINE, PARAGRAPH, DATE, PARAGRAPH) == "HBBB"
    assert kinds("سطر أول من كلام", "سطر ثان من كلام", "سطر ثالث", "الرباط، 9 يوليوز 2024") == "BBBB"


def test_a_dateline_may_take_several_lines() -> None:
    assert kinds(HEADLINE, DATE, "آخر تحديث: 10 يوليوز 2024 - 08:00", PARAGRAPH) == "HDDB"


def test_boilerplate_around_the_headline() -> None:
    assert kinds("الرئيسية | سياسة", "عاجل", "• " + OTHER, HEADLINE, DATE, "شارك", PARAGRAPH) == "xxxHDxB"
    assert kinds("الرئيسية » جهة فاس » " + OTHER, "مجتمع", HEADLINE, PARAGRAPH) == "xxHB"
    assert kinds("- " + OTHER, DATE, HEADLINE, PARAGRAPH) == "xDHB"


def test_lines_above_a_repeated_headline_are_boilerplate() -> None:
    spelled = HEADLINE.replace("ة", "ه").replace(" ", "  ") + " \u200f!"
    assert kinds(HEADLINE, DATE, spelled, PARAGRAPH) == "HDxB"
    assert kinds(OTHER, OTHER[:20], HEADLINE, HEADLINE, PARAGRAPH) == "xxHxB"
    assert kinds("• " + HEADLINE, DATE, HEADLINE, PARAGRAPH) == "xDHB"
    assert kinds(HEADLINE, PARAGRAPH, "اقرأ أيضا", HEADLINE, PARAGRAPH) == "HBxxB"


def test_headline_above_the_dateline_takes_precedence_over_a_line_below() -> None:
    assert kinds(HEADLINE, DATE, "والسكان ينتظرون أن تبدأ الأشغال", PARAGRAPH) == "HDBB"
    assert kinds("نعم", HEADLINE, DATE, "والسكان ينتظرون", PARAGRAPH) == "BHDBB"


def test_unexplained_line_above_the_headline_is_body() -> None:
    assert kinds(OTHER, HEADLINE, DATE, PARAGRAPH) == "BHDB"


def test_boilerplate_after_the_body() -> None:
    share = "شارك المقال: فيسبوك | واتساب"
    assert kinds(HEADLINE, PARAGRAPH, share, "الوسوم: تازة، الساحة", "#تازة #الساحة") == "HBxxx"
    assert kinds(HEADLINE, PARAGRAPH, "© جميع الحقوق محفوظة 2024.") == "HBx"
    assert kinds(HEADLINE, PARAGRAPH, "اقرأ أيضا", OTHER, OTHER[:30], "فيسبوك") == "HBxxxx"
    assert kinds(HEADLINE, PARAGRAPH, "إقرأ أيضاً:", "• " + OTHER, "• " + OTHER[:30], PARAGRAPH) == "HBxxxB"
    assert kinds(HEADLINE, PARAGRAPH, "اقرأ أيضا", OTHER, OTHER[:30], PARAGRAPH) == "HBxxBB"
    assert kinds(HEADLINE, PARAGRAPH, "اقرأ أيضا", PARAGRAPH, SHORT) == "HBxBB"


@pytest.mark.parametrize(
    "line",
    [
        "شارك الوزير في افتتاح المعرض الدولي للكتاب.",
        "عاجل يستدعي التدخل",
        "الوسوم التي حصل عليها الفنان كثيرة",
        "قد يهمك أيضا أن تعرف أن الساحة بنيت قبل قرنين.",
        "سياسة",
        "• " + PARAGRAPH,
    ],
)
def test_line_that_starts_like_furniture_is_body(line: str) -> None:
    assert kinds(HEADLINE, PARAGRAPH, line, PARAGRAPH) == "HBBB"


def test_text_without_furniture_is_body() -> None:
    assert kinds(PARAGRAPH) == "B"
    assert kinds(PARAGRAPH, SHORT, PARAGRAPH) == "BBB"
    assert kinds(SHORT, PARAGRAPH) == "BB"
    assert kinds("كلمة", "وكلمة أخرى") == "BB"
    assert kinds("– نقطة أولى", "– نقطة ثانية", PARAGRAPH) == "BBB"
    assert recognise_zones(" \n\u200f\n\u00a0") == []


def test_headline_is_short_and_followed_by_a_longer_line() -> None:
    assert kinds(HEADLINE, PARAGRAPH) == "HB"
    assert kinds("متى تنتهي أشغال الساحة؟", SHORT, PARAGRAPH) == "HBB"
    assert kinds(HEADLINE, SHORT) == "BB"
    assert kinds(HEADLINE, *(f"البيت {number}" for number in range(6)), PARAGRAPH) == "B" * 8
    assert kinds(OTHER, "نعم", "نعم", PARAGRAPH) == "HBBB"


@pytest.mark.parametrize(
    "line",
    [
        *("رويترز", "الرباط – و م ع", "(أ ف ب)", "الرباط/ و.م.ع", "القاهرة (رويترز) -", "تازة | وكالات", "RABAT - AFP"),
        *("عن وكالة المغرب العربي للأنباء", "وكالة الأنباء القطرية", "البحرين - وكالة أنباء البحرين"),
        *("كود ـ وكالات", "رام الله ــ وفا", "الدار البيضاء: وكالة المغرب العربي للأنباء", "الجزيرة نت + وكالات"),
        *("المصدر : وكالات", "هسبريس- متابعة", "AHDATH.INFO", "Febrayer.com", "أحداث.أنفو", "كود- العيون ////"),
        *("أنس العمري ـ كود///", "كود كازا //"),
        *("الم", "ا ل م غ ر ب", "ـــ", "م"),
    ],
)
def test_agency_line_or_torn_word_is_no_headline(line: str) -> None:
    assert kinds(line, PARAGRAPH) == "BB"
    assert kinds(line, HEADLINE, PARAGRAPH) == "BHB"
    assert kinds(HEADLINE, line, PARAGRAPH) == "HBB"
    assert kinds(HEADLINE, DATE, line, PARAGRAPH) == "HDBB"
    assert kinds(line, DATE, PARAGRAPH) == "BDB"


@pytest.mark.parametrize(
    "line",
    [
        *("رويترز: انفجارات بدمشق", "وكالات الأنباء تتنافس", "طفل يغرق في نهر سبو - رويترز", "وكالة حوض سبو تحذر"),
        *("معا ضد العنف", "قنا تستقبل الزوار", "الأناضول: 20 قتيلا بزلزال", "رويترز : انفجارات بدمشق"),
        *("زلزال قوي يهز وسط إيطاليا (متابعة)", "مغاربة//الجالية تطالب بحقوقها", "هشام العلوي يعود ـ صور"),
    ],
)
def test_headline_that_mentions_an_agency_stays_one(line: str) -> None:
    assert kinds(line, PARAGRAPH) == "HB"


def test_zone_starts_and_ends_with_a_visible_character() -> None:
    text = f"\u200f  • {OTHER}\u200e \n\t{HEADLINE}\u00a0\n\n {PARAGRAPH}\ufeff"
    assert zones_of(text, *ZONE_KINDS) == ["• " + OTHER, HEADLINE, PARAGRAPH]


LINES = st.sampled_from(
    [PARAGRAPH, SHORT, HEADLINE, OTHER, DATE, "عاجل", "• " + OTHER, "اقرأ أيضا", "😀", "\u200f", ""]
)


@given(st.lists(LINES | st.text(max_size=40), max_size=12))
def test_each_visible_line_has_one_zone(lines: list[str]) -> None:
    text = "\n".join(lines)
    zones = recognise_zones(text)
    visible_lines = [line for line in text.split("\n") if trim_invisible(line, 0, len(line)) != (0, 0)]
    assert len(zones) == len(visible_lines)
    assert [kind for kind, _start, _end in zones].count("headline") <= 1
    for (kind, start, end), line in zip(zones, visible_lines, strict=True):
        assert kind in ZONE_KINDS
        assert text[start:end] in line
        assert trim_invisible(text, start, end) == (start, end)
        assert kind == "body" or end - start <= 150
