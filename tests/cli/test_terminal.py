"""Arabic on terminals that cannot lay it out: joined, reordered, and nothing lost."""

import unicodedata

import pytest
from arabic_reshaper import reshape
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.cli.terminal import columns, does_bidi, visual

ALPHABET = (
    "ابتلمنةأآإؤئى ـ\u064b\u064e\u0651\u0670"
    + "abé1٢3 .-:،؛()«»[]\u200e\u200f\u061c\u202b\u202c\u2067\u2069\u200d"
    + "😀👍🏽e\u0301"
)
TEXTS = st.text(st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"]), max_size=60)
MARKS = dict.fromkeys(map(ord, "\u061c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def _logical(shown: str) -> str:
    """The letters of `shown`, without their joined forms."""
    return unicodedata.normalize("NFKC", shown)


def test_letters_join_and_run_from_right_to_left() -> None:
    assert visual("خطة") == "\ufe94\ufec4\ufea7"
    assert visual("تقرير حول الاتجار") == reshape("تقرير حول الاتجار")[::-1]


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("لا", "\ufefb"),
        ("لأحزاب", "\ufe8f\ufe8d\ufeb0\ufea3\ufef7"),
        ("السلام", "\ufee1\ufefc\ufeb4\ufedf\ufe8d"),
        ("لآلإ", "\ufef9\ufef5"),
    ],
)
def test_a_lam_and_its_alef_become_one(word: str, shown: str) -> None:
    assert visual(word) == shown


def test_diacritics_stay_on_their_letter() -> None:
    assert visual("بَ") == "\ufe8f\u064e"
    assert visual("خ\u064fط\u064e\u0651ة") == "\ufe94\ufec4\u064e\u0651\ufea7\u064f"
    assert visual("لَا") == "\ufefb\u064e"
    assert visual("aبَ") == "a\ufe8f\u064e"


def test_tatweel_stays() -> None:
    assert visual("عـــام") == "\ufee1\ufe8e\u0640\u0640\u0640\ufecb"


def test_numbers_and_latin_keep_their_own_direction() -> None:
    assert visual("عام 2024") == "2024 \ufee1\ufe8e\ufecb"
    assert visual("عام ٢٠٢٤") == "٢٠٢٤ \ufee1\ufe8e\ufecb"
    assert visual("في OECD و") == "\ufeed OECD \ufef2\ufed3"
    assert visual("on 2024-07-09, في") == "on 2024-07-09, \ufef2\ufed3"


def test_a_range_is_drawn_as_unicode_has_it() -> None:
    # UAX 9: the hyphen between Arabic numbers is neutral, so that the range reads from the right.
    assert visual("خطة 2023-2030") == "2030-2023 \ufe94\ufec4\ufea7"


def test_brackets_and_quotation_marks_are_mirrored() -> None:
    assert visual("(ب)") == "(\ufe8f)"
    assert visual("«ب» ب") == "\ufe8f «\ufe8f»"


def test_direction_marks_do_their_work_and_go() -> None:
    assert visual("ab\u200f") == "ab"
    assert visual("\u202bab ب\u202c") == "\ufe8f ab"
    assert visual("ب\u2067a\u2069") == "a\ufe8f"


def test_emoji_stay_whole() -> None:
    assert visual("ب 👍🏽") == "👍🏽 \ufe8f"
    assert visual("ب 👩\u200d🚀 é") == "é 👩\u200d🚀 \ufe8f"
    assert visual("ب e\u0301") == "e\u0301 \ufe8f"


def test_what_pythons_tables_do_not_know_runs_from_left_to_right() -> None:
    assert visual("ب \u2fe01") == "\u2fe01 \ufe8f"


def test_other_scripts_are_left_as_they_are() -> None:
    text = "Le 9 juillet 2024, l’OCDE (37 pays) — «bien».\n\n  a\tb"
    assert visual(text) == text


def test_lines_break_in_logical_order_and_end_at_the_right() -> None:
    assert visual("واحد اثنان ثلاثة", 12).split("\n") == [f"  {visual('واحد اثنان')}", f"        {visual('ثلاثة')}"]
    assert visual("one two three", 7) == "one two\nthree"
    assert visual("one two three", 6) == "one\ntwo\nthree"


def test_a_word_wider_than_the_line_has_one_of_its_own() -> None:
    assert visual("a verylongword b", 6) == "a\nverylongword\nb"


def test_a_line_goes_with_its_paragraph() -> None:
    # The second line begins in Latin, but its paragraph runs from right to left.
    assert visual("تقرير عن NATO و", 9).split("\n")[1] == "\ufeed NATO".rjust(9)


@example("ا{≤")
@given(TEXTS)
def test_nothing_is_lost_and_nothing_is_added(text: str) -> None:
    def letters(of: str) -> list[str]:
        kept = _logical(of).translate(MARKS)
        return sorted(character for character in kept if not character.isspace() and character.isprintable())

    def unmirrored(of: str) -> str:
        return "".join("(" if unicodedata.mirrored(character) else character for character in of)

    assert sorted(letters(unmirrored(visual(text)))) == sorted(letters(unmirrored(text)))


@given(TEXTS, st.integers(1, 40))
def test_no_line_is_wider_than_asked_but_for_a_long_word(text: str, width: int) -> None:
    longest = max((columns(word) for line in text.splitlines() for word in line.split(" ")), default=0)
    assert all(columns(line) <= max(width, longest) for line in visual(text, width).split("\n"))


@given(TEXTS)
def test_no_direction_mark_reaches_the_screen(text: str) -> None:
    assert not set(visual(text)) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_columns() -> None:
    assert columns("abc") == 3
    assert columns("بَّ") == 1
    assert columns("😀") == 2
    assert columns("\u200fa\u0301") == 1


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
def test_terminals_that_lay_out_arabic(environment: dict[str, str]) -> None:
    assert does_bidi(environment)


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
def test_terminals_that_do_not(environment: dict[str, str]) -> None:
    assert not does_bidi(environment)
