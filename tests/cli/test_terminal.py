"""Arabic on terminals that cannot lay it out: joined, reordered, and nothing lost."""

import unicodedata

import pytest
from arabic_reshaper import reshape
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.cli.terminal import display_width, reorder_for_display, supports_bidi

ALPHABET = (
    "ابتلمنةأآإؤئى ـ\u064b\u064e\u0651\u0670"
    "abé1٢3 .-:،؛()«»[]\u200e\u200f\u061c\u202b\u202c\u2067\u2069\u200d"
    "😀👍🏽e\u0301"
)
TEXTS = st.text(st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"]), max_size=60)
MARKS = dict.fromkeys(map(ord, "\u061c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def _logical(displayed: str) -> str:
    """Convert joined forms back to plain letters."""
    return unicodedata.normalize("NFKC", displayed)


def test_letters_are_joined_and_ordered_from_right_to_left() -> None:
    assert reorder_for_display("خطة") == "\ufe94\ufec4\ufea7"
    assert reorder_for_display("تقرير حول الاتجار") == reshape("تقرير حول الاتجار")[::-1]


@pytest.mark.parametrize(
    ("word", "displayed"),
    [
        ("لا", "\ufefb"),
        ("لأحزاب", "\ufe8f\ufe8d\ufeb0\ufea3\ufef7"),
        ("السلام", "\ufee1\ufefc\ufeb4\ufedf\ufe8d"),
        ("لآلإ", "\ufef9\ufef5"),
    ],
)
def test_a_lam_and_its_alef_become_one(word: str, displayed: str) -> None:
    assert reorder_for_display(word) == displayed


def test_diacritics_stay_on_their_letter() -> None:
    assert reorder_for_display("بَ") == "\ufe8f\u064e"
    assert reorder_for_display("خ\u064fط\u064e\u0651ة") == "\ufe94\ufec4\u064e\u0651\ufea7\u064f"
    assert reorder_for_display("لَا") == "\ufefb\u064e"
    assert reorder_for_display("aبَ") == "a\ufe8f\u064e"


def test_tatweel_stays() -> None:
    assert reorder_for_display("عـــام") == "\ufee1\ufe8e\u0640\u0640\u0640\ufecb"


def test_numbers_and_latin_keep_their_own_direction() -> None:
    assert reorder_for_display("عام 2024") == "2024 \ufee1\ufe8e\ufecb"
    assert reorder_for_display("عام ٢٠٢٤") == "٢٠٢٤ \ufee1\ufe8e\ufecb"
    assert reorder_for_display("في OECD و") == "\ufeed OECD \ufef2\ufed3"
    assert reorder_for_display("on 2024-07-09, في") == "on 2024-07-09, \ufef2\ufed3"


def test_a_range_is_drawn_as_unicode_has_it() -> None:
    # UAX 9: the hyphen between Arabic numbers is neutral, so that the range reads from the right.
    assert reorder_for_display("خطة 2023-2030") == "2030-2023 \ufe94\ufec4\ufea7"


def test_brackets_and_quotation_marks_are_mirrored() -> None:
    assert reorder_for_display("(ب)") == "(\ufe8f)"
    assert reorder_for_display("«ب» ب") == "\ufe8f «\ufe8f»"


def test_direction_marks_are_applied_and_removed() -> None:
    assert reorder_for_display("ab\u200f") == "ab"
    assert reorder_for_display("\u202bab ب\u202c") == "\ufe8f ab"
    assert reorder_for_display("ب\u2067a\u2069") == "a\ufe8f"


def test_emoji_stay_whole() -> None:
    assert reorder_for_display("ب 👍🏽") == "👍🏽 \ufe8f"
    assert reorder_for_display("ب 👩\u200d🚀 é") == "é 👩\u200d🚀 \ufe8f"
    assert reorder_for_display("ب e\u0301") == "e\u0301 \ufe8f"


def test_characters_unknown_to_python_run_from_left_to_right() -> None:
    assert reorder_for_display("ب \u2fe01") == "\u2fe01 \ufe8f"


def test_other_scripts_are_unchanged() -> None:
    text = "Le 9 juillet 2024, l’OCDE (37 pays) — «bien».\n\n  a\tb"
    assert reorder_for_display(text) == text


def test_letters_that_the_terminal_lacks_are_not_joined() -> None:
    assert reorder_for_display("وزارة العدل", encoding="cp1256") == "لدعلا ةرازو"
    assert reorder_for_display("وزارة الفلاحة، لا", encoding="cp1256").encode("cp1256").decode("cp1256")
    assert reorder_for_display("وزارة العدل", encoding="utf-8") == reorder_for_display("وزارة العدل")
    assert not set(reorder_for_display("وزارة العدل")) & set("وزارة العدل") - {" ", "و", "ز", "ا", "ر"}


def test_lines_are_wrapped_in_logical_order_and_aligned_right() -> None:
    assert reorder_for_display("واحد اثنان ثلاثة", 12).split("\n") == [
        f"  {reorder_for_display('واحد اثنان')}",
        f"        {reorder_for_display('ثلاثة')}",
    ]
    assert reorder_for_display("one two three", 7) == "one two\nthree"
    assert reorder_for_display("one two three", 6) == "one\ntwo\nthree"


def test_a_word_wider_than_the_line_has_its_own_line() -> None:
    assert reorder_for_display("a verylongword b", 6) == "a\nverylongword\nb"


def test_a_wrapped_line_has_the_direction_of_its_paragraph() -> None:
    # The second line begins in Latin, but its paragraph runs from right to left.
    assert reorder_for_display("تقرير عن NATO و", 9).split("\n")[1] == "\ufeed NATO".rjust(9)


@example("ا{≤")
@given(TEXTS)
def test_nothing_is_lost_and_nothing_is_added(text: str) -> None:
    def letters(of: str) -> list[str]:
        text = _logical(of).translate(MARKS)
        return sorted(character for character in text if not character.isspace() and character.isprintable())

    def unmirrored(of: str) -> str:
        return "".join("(" if unicodedata.mirrored(character) else character for character in of)

    assert sorted(letters(unmirrored(reorder_for_display(text)))) == sorted(letters(unmirrored(text)))


@given(TEXTS, st.integers(1, 40))
def test_no_line_is_wider_than_the_limit_except_a_long_word(text: str, width: int) -> None:
    longest = max((display_width(word) for line in text.splitlines() for word in line.split(" ")), default=0)
    assert all(display_width(line) <= max(width, longest) for line in reorder_for_display(text, width).split("\n"))


@given(TEXTS)
def test_no_direction_mark_reaches_the_screen(text: str) -> None:
    assert not set(reorder_for_display(text)) & set(
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def test_columns() -> None:
    assert display_width("abc") == 3
    assert display_width("بَّ") == 1
    assert display_width("😀") == 2
    assert display_width("\u200fa\u0301") == 1


@pytest.mark.parametrize(
    "environment",
    [
        {"VTE_VERSION": "5800"},
        {"VTE_VERSION": "7006", "TERM": "xterm-256color"},
        {"KONSOLE_VERSION": "220401"},
        {"MLTERM": "3.9.3"},
        {"TERM_PROGRAM": "Apple_Terminal"},
        {"TERM_PROGRAM": "mintty"},
    ],
)
def test_terminals_with_bidi_are_recognised(environment: dict[str, str]) -> None:
    assert supports_bidi(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"TERM": "xterm"},
        {"TERM": "linux"},
        {"VTE_VERSION": "5202"},
        {"VTE_VERSION": "new"},
        {"TERM_PROGRAM": "vscode"},
        {"TERM_PROGRAM": "iTerm.app"},
        {"WT_SESSION": "1"},
    ],
)
def test_terminals_without_bidi_are_recognised(environment: dict[str, str]) -> None:
    assert not supports_bidi(environment)
