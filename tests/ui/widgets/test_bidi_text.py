"""Formatting of texts with both directions."""

import pytest

from annotator import i18n
from annotator.model.labels import LabelSet
from annotator.model.records import Span
from annotator.ui.widgets.bidi_text import (
    accessible_text,
    add_arabic_mark,
    format_percent,
    format_value,
    isolate,
    isolate_ltr,
    isolate_paths,
    isolate_quotes,
    mark_direction,
    mark_isolates,
)

ALM = "\u061c"


@pytest.mark.parametrize("text", ["2024-2028", "09:00", "3.5 %", ""])
def test_text_without_letters_gets_an_arabic_mark(text: str) -> None:
    assert add_arabic_mark(text) == ALM + text


@pytest.mark.parametrize("text", ["سنة 2024", "Covid-19", "2024 م"])
def test_text_with_letters_is_unchanged(text: str) -> None:
    assert add_arabic_mark(text) == text


@pytest.mark.parametrize(("language", "mark"), [("ar", "\u200f"), ("fr", "\u200e"), ("en", "\u200e")])
def test_a_text_of_the_interface_begins_in_its_direction(language: str, mark: str) -> None:
    i18n.set_language(language)
    for text in ("PLAN: خطة", "يوسف · today"):
        assert mark_direction(text) == mark + text


@pytest.mark.parametrize(("language", "mark"), [("ar", "\u200f"), ("en", "\u200e")])
def test_lines_that_begin_with_an_isolate_begin_in_the_direction_of_the_interface(language: str, mark: str) -> None:
    i18n.set_language(language)
    name = isolate("salma")
    assert mark_isolates(f"{name} جديد\n“{name}” جديد") == f"{mark}{name} جديد\n{mark}“{name}” جديد"
    assert mark_isolates(f"اسم {name}\nsalma") == f"اسم {name}\nsalma"


def test_isolate_closes_the_isolate() -> None:
    assert isolate("«أ»") == "\u2068«أ»\u2069"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("begins with “ب”; 6 others", "begins with “\u2068ب\u2069”; 6 others"),
        ("يبدأ بـ«OECD»، وتتركه", "يبدأ بـ«\u2068OECD\u2069»، وتتركه"),
        ("fait « ب » ; 6", "fait « \u2068ب\u2069 » ; 6"),
        ("nothing quoted", "nothing quoted"),
    ],
)
def test_quotations_are_isolated(sentence: str, expected: str) -> None:
    assert isolate_quotes(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "path"),
    [
        ("يقفل برنامج آخر الملف «/home/سناء/a b.corpus».", "/home/سناء/a b.corpus"),
        ("Un programme garde « /home/a.corpus » verrouillé.", "/home/a.corpus"),
        ("The file “C:\\x\\a.corpus” does not exist.", "C:\\x\\a.corpus"),
        ("The folder “\\\\server\\x” does not exist.", "\\\\server\\x"),
    ],
)
def test_paths_in_a_sentence_read_from_left_to_right(sentence: str, path: str) -> None:
    assert isolate_paths(sentence) == sentence.replace(path, f"\u2066{path}\u2069")


def test_quotations_that_are_no_paths_are_unchanged() -> None:
    sentence = "«وزارة العدل» و“x/y” و‹/›"
    assert isolate_paths(sentence) == sentence


def test_percentages_have_their_sign_on_the_right_in_every_language() -> None:
    texts = []
    try:
        for language in ("ar", "fr", "en"):
            i18n.set_language(language)
            texts.append(format_percent(0.97))
    finally:
        i18n.set_language("en")
    assert texts == ["\u206697\u00a0%\u2069", "97\u00a0%", "97%"]


def test_dates_are_shown_in_words_and_other_values_as_they_are() -> None:
    assert [format_value(value) for value in ("2024-07-09", "abc", "")] == ["9 July 2024", "abc", ""]


def test_values_and_notes_of_spans_are_spoken() -> None:
    span = Span("a", "b", "Sanae", "DATE", 0, 3, "2024-07-08", "ask Omar")
    assert accessible_text("أمس", [span], LabelSet(())) == "أمس, DATE, 8 July 2024, ask Omar"


def test_a_number_after_an_arabic_part_of_a_path_stays_behind_it() -> None:
    """Without a mark, the bidirectional algorithm would write 27-11-2026 before the name."""
    assert isolate_ltr("news سناء 2026-11-27.changeset") == "\u2066news سناء\u200e 2026-11-27.changeset\u2069"
    assert isolate_ltr("/home/سناء/news.corpus") == "\u2066/home/سناء/news.corpus\u2069"
