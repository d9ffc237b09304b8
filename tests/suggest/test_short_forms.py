"""Short forms of institutions that stand in full elsewhere in an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suggest.suggesting import LABELS, article

from annotator.suggest.names import NameSuggester

PARTS = ("حزب الاستقلال", " (", "PI", ") ", "«", "»", " الاستقلال", ".", "\n", " و")


def find_short_forms(text: str) -> list[tuple[str, str | None]]:
    """Return the short forms suggested in a text, with their values."""
    return [
        (text[suggestion.start : suggestion.end], suggestion.value)
        for suggestion in NameSuggester().suggest(article(text), LABELS)
        if suggestion.evidence.startswith("short form:")
    ]


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        ("أعلن المعهد الأعلى للجبال (IHM) نتائجه. وقال IHM إنها جيدة.", "IHM", "المعهد الأعلى للجبال (IHM)"),
        ("قالت وكالة أنباء الجبال (ونج) ذلك، وأضافت ونج المزيد.", "ونج", "وكالة أنباء الجبال (ونج)"),
        ("فازت شركة Norvatech بالصفقة. وستبني Norvatech المصنع.", "Norvatech", "شركة Norvatech"),
        ("نشرت جريدة «المنارة» الخبر. وأضافت «المنارة» أنه صحيح.", "المنارة", "جريدة «المنارة»"),
        ("اجتمع حزب الأمل الديمقراطي، ثم خرج الأمل الديمقراطي بقرار.", "الأمل الديمقراطي", "حزب الأمل الديمقراطي"),
        ("فاز الوداد في مباراته. وكان نادي الوداد الرياضي قد تعادل.", "الوداد", "نادي الوداد الرياضي"),
        ("أعلن حزب التجمع الوطني للأحرار لائحته، وقدم التجمع مرشحيه.", "التجمع", "حزب التجمع الوطني للأحرار"),
        ("حذرت وزارة الداخلية من الفيضان، وقالت الداخلية إنه قريب.", "الداخلية", "وزارة الداخلية"),
    ],
    ids=[
        "abbreviation",
        "Arabic abbreviation",
        "Latin",
        "quoted",
        "party",
        "club, before",
        "party, listed",
        "ministry",
    ],
)
def test_short_form_has_its_full_name_as_value(text: str, short: str, full: str) -> None:
    assert find_short_forms(text) == [(short, full)]


@pytest.mark.parametrize(
    "text",
    [
        "فاز الوداد في مباراته، وساد الوداد.",
        "اجتمعت اللجنة الوطنية للمراعي، ثم قررت اللجنة، وصادقت الوزارة.",
        "أعلن حزب التجمع الوطني للأحرار لائحته، وانطلق التجمع الخطابي مساء.",
        "تأسس حزب الاستقلال قبل الاستقلال، وفي عيد الاستقلال احتفل به.",
        "حذرت وزارة الداخلية من الفيضان، وزار وزير الداخلية القرية، واشتدت الخلافات الداخلية.",
        "أطلق الحزب «مسار الثقة» أمس، ونوقش «مسار الثقة» اليوم.",
        "أعلن المعهد الأعلى للجبال (IHM) نتائجه على خريطة ihm جديدة.",
        "نشرت جريدة «المنارة» الخبر، وأضاءت المنارة البحر.",
    ],
    ids=["no full name", "head nouns", "adjective", "occasion", "office", "definite head", "small letters", "unquoted"],
)
def test_what_is_no_short_form(text: str) -> None:
    assert not find_short_forms(text)


def test_short_form_within_another_name_is_none() -> None:
    text = "فازت شركة Norvatech بالصفقة. وتراقبها مؤسسة Norvatech Green للبيئة."
    assert not find_short_forms(text)


@given(
    st.lists(st.sampled_from(["حزب الاستقلال", " (", "PI", ") ", "«", "»", " الاستقلال", ".", "\n", " و"]), max_size=15)
)
def test_any_text_is_read(parts: list[str]) -> None:
    text = "".join(parts)
    assert all(short.strip() for short, _full in find_short_forms(text))
