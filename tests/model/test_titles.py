"""What an article is called in a list."""

from typing import Final

from annotator.model.records import BODY, BOILERPLATE, Article, Zone
from annotator.model.records import HEADLINE as HEADLINE_ZONE
from annotator.model.titles import shown_title, title

HEADLINE: Final = "افتتاح ساحة المدينة بعد أشهر من الأشغال"
OTHER: Final = "انطلاق موسم جني الزيتون بالجهة"
DATE: Final = "الثلاثاء 09 يوليوز 2024"
PARAGRAPH: Final = (
    "أعلنت الجماعة، في بلاغ لها يوم 9 يوليوز 2024، أن أشغال تهيئة الساحة ستنطلق خلال الأسبوع المقبل، وأن كلفتها تبلغ "
    "عشرة ملايين درهم."
)


def test_a_headline_names_an_article_else_its_source_does_else_its_first_line() -> None:
    text = f"• {OTHER}\n{DATE}\n \u200f{HEADLINE}\n{PARAGRAPH}"
    article = Article("uid", text, title="ما سماه \u200eالمصدر \n")
    other, headline = text.index(OTHER), text.index(HEADLINE)
    zones = [
        Zone("a", "uid", BOILERPLATE, other, other + len(OTHER)),
        Zone("b", "uid", HEADLINE_ZONE, headline, headline + len(HEADLINE)),
        Zone("c", "uid", BODY, text.index(PARAGRAPH), len(text)),
    ]
    assert title(article, zones) == HEADLINE
    assert title(article, reversed(zones)) == HEADLINE
    assert title(article, []) == "ما سماه المصدر"
    assert title(Article("uid", "\n \u200f\n\u200f أول\u00a0 سطر \nثان"), []) == "أول سطر"


def test_a_title_taken_from_the_beginning_is_cut_between_words() -> None:
    cut = shown_title(None, " \u200f", PARAGRAPH)
    assert cut.endswith("…")
    assert len(cut) <= 81
    assert PARAGRAPH.startswith(cut[:-1] + " ")
    assert shown_title("", None, "ا" * 200) == "ا" * 80 + "…"
    assert shown_title(None, None, "") == ""
