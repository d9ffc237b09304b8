"""Display names of the model's values."""

from typing import Final

import pytest
from msgspec.structs import replace

from annotator.model.display_names import article_title, display_title, exported_title, source_title, to_percent
from annotator.model.records import BODY, BOILERPLATE, Article, Zone
from annotator.model.records import HEADLINE as HEADLINE_ZONE


def test_source_titles_and_the_name_of_an_unknown_source() -> None:
    assert [source_title(source) for source in ("dates", "memory", "my-own")] == [
        "Date rules",
        "Seen before",
        "my-own",
    ]


@pytest.mark.parametrize(("score", "expected"), [(1.0, 100), (0.999, 99), (0.29, 29), (0.995, 99), (0.0, 0)])
def test_percentage_is_rounded_down(score: float, expected: int) -> None:
    assert to_percent(score) == expected


HEADLINE: Final = "افتتاح ساحة المدينة بعد أشهر من الأشغال"
OTHER: Final = "انطلاق موسم جني الزيتون بالجهة"
DATE: Final = "الثلاثاء 09 يوليوز 2024"
PARAGRAPH: Final = (
    "أعلنت الجماعة، في بلاغ لها يوم 9 يوليوز 2024، أن أشغال تهيئة الساحة ستنطلق خلال الأسبوع المقبل، وأن كلفتها تبلغ "
    "عشرة ملايين درهم."
)


def test_title_is_the_headline_or_the_sources_title_or_the_first_line_and_exported_the_sources() -> None:
    text = f"• {OTHER}\n{DATE}\n \u200f{HEADLINE}\n{PARAGRAPH}"
    article = Article("uid", text, title="ما سماه \u200eالمصدر \n")
    other, headline = text.index(OTHER), text.index(HEADLINE)
    zones = [
        Zone("a", "uid", BOILERPLATE, other, other + len(OTHER)),
        Zone("b", "uid", HEADLINE_ZONE, headline, headline + len(HEADLINE)),
        Zone("c", "uid", BODY, text.index(PARAGRAPH), len(text)),
    ]
    assert article_title(article, zones) == HEADLINE
    assert article_title(article, reversed(zones)) == HEADLINE
    assert article_title(article, []) == "ما سماه المصدر"
    assert article_title(replace(article, custom_title="ما سماه القارئ"), zones) == "ما سماه القارئ"
    assert exported_title(article, zones) == "ما سماه المصدر"
    assert exported_title(replace(article, title=" \u200f"), zones) == HEADLINE
    assert exported_title(replace(article, custom_title="ما سماه القارئ"), zones) == "ما سماه القارئ"
    assert article_title(Article("uid", "\n \u200f\n\u200f أول\u00a0 سطر \nثان"), []) == "أول سطر"


def test_title_from_the_text_is_shortened_between_words() -> None:
    cut = display_title(None, None, " \u200f", PARAGRAPH)
    assert cut.endswith("…")
    assert len(cut) <= 81
    assert PARAGRAPH.startswith(cut[:-1] + " ")
    assert display_title("", "", None, "ا" * 200) == "ا" * 80 + "…"
    assert display_title(None, None, None, "") == ""
