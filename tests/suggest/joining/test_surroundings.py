"""What a place consists of and what stands next to it."""

import pytest

from annotator.suggest.joining.surroundings import Surroundings, describe_surroundings

NAME = "وزارة العدل"


def surroundings(text: str, form: str = NAME) -> Surroundings:
    start = text.index(form)
    return describe_surroundings(text, start, start + len(form))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("وزارة العدل", "edge", "edge"),
        ("خبر\nوزارة العدل\nخبر", "edge", "edge"),
        ("قالت وزارة العدل أمس", "word", "end"),
        ("لوزارة العدل.", "letter", "stop"),
        ("«وزارة العدل» 2024", "quotation mark", "quotation mark"),
        ("في 2024 وزارة العدل، أمس", "number", "comma"),
        ("CNSS وزارة العدل (MJ)", "Latin word", "bracket"),
        ("– وزارة العدل - فاس", "dash", "dash"),
        ("😀 وزارة العدل \u200f: لا", "mark", "stop"),
        ("قالت وزارة العدل\u00a0\u00a0المغربية", "word", "definite adjective"),
        ("قالت وزارة العدل\u200f والحريات", "word", "و definite"),
        ("قالت وزارة العدل في بيان", "word", "end"),
        ("قالت وزارة العدل بالرباط", "word", "ب place"),
        ("قالت وزارة العدل ووزارة الصحة", "word", "و head"),
        ("وزارة العدل والْحُرِّيَّات", "edge", "و definite"),
    ],
)
def test_neighbours_have_kinds(text: str, before: str, after: str) -> None:
    assert surroundings(text)[:2] == (before, after)


@pytest.mark.parametrize(
    ("form", "last"),
    [
        ("وزارة العدل", "definite"),
        ("المكتب الوطني", "definite adjective"),
        ("محكمة الاستئناف بفاس", "ب place"),
        ("شركة Managem", "latin"),
        ("موقع «هسبريس»", "proper noun"),
        ("خطة 2030", "mark"),
    ],
)
def test_last_word_has_a_kind(form: str, last: str) -> None:
    assert surroundings(f"قال {form} اليوم", form).last == last


def test_place_whose_words_stand_elsewhere_is_repeated() -> None:
    assert not surroundings("قالت وزارة العدل").is_repeated
    assert surroundings("قالت وزارة العدل إن وزارة العدل").is_repeated


def test_last_word_counts_together_with_what_stands_behind_it() -> None:
    assert list(surroundings("وزارة العدل في بيان").list_facts()) == [
        "before edge",
        "after end",
        "last definite",
        "last definite after end",
    ]
