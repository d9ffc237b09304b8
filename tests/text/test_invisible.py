"""Invisible characters: which are found, and which are ignored because they do their ordinary work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.text.invisible import BIDI_CONTROL, DIRECTION_MARK, ZERO_WIDTH, find_invisible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("وزارة\u200fالعدل", [(5, DIRECTION_MARK, "RLM")]),
        ("خطة \u202e2030\u202c", [(4, BIDI_CONTROL, "RLO"), (9, BIDI_CONTROL, "PDF")]),
        ("\u2067خطة\u2069 \u2068x", [(0, BIDI_CONTROL, "RLI"), (4, BIDI_CONTROL, "PDI"), (6, BIDI_CONTROL, "FSI")]),
        ("وزا\u200bرة", [(3, ZERO_WIDTH, "ZWSP")]),
        ("\ufeffوزارة\u00ad", [(0, ZERO_WIDTH, "BOM"), (6, ZERO_WIDTH, "SHY")]),
        ("a\u200cb", [(1, ZERO_WIDTH, "ZWNJ")]),
        ("وزارة \u200d ", [(6, ZERO_WIDTH, "ZWJ")]),
        ("A\ufe0f", [(1, ZERO_WIDTH, "U+FE0F")]),
        ("و\U000e0041", [(1, ZERO_WIDTH, "U+E0041")]),
        (
            "\x00\x1f\u115f\u206a",
            [
                (0, ZERO_WIDTH, "U+0000"),
                (1, ZERO_WIDTH, "U+001F"),
                (2, ZERO_WIDTH, "U+115F"),
                (3, ZERO_WIDTH, "U+206A"),
            ],
        ),
    ],
)
def test_invisible_characters_are_found(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert list(find_invisible(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "وزارة\nالعدل\tكَتَبَ كـتـاب 2023-2030",
        "ي\u200cخ",
        "1445 هـ\u200d وبعد",
        "ه\u200d",
        "\u200dه",
        "كِ\u200cت",
        "👩\u200d👧 👍🏽 🇲🇦 ❤\ufe0f 1\ufe0f\u20e3 ☎\ufe0e",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "\u0600\u06dd ﴾ﷲ﴿",
    ],
)
def test_characters_that_do_their_ordinary_work_are_ignored(text: str) -> None:
    assert list(find_invisible(text)) == []


@given(texts, st.data())
def test_part_of_a_text_gives_the_results_of_the_text_within_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert list(find_invisible(text, start, end)) == [
        character for character in find_invisible(text) if start <= character.offset < end
    ]


@given(texts)
def test_removing_the_results_leaves_no_bidi_controls(text: str) -> None:
    offsets = {character.offset for character in find_invisible(text)}
    remaining = "".join(character for index, character in enumerate(text) if index not in offsets)
    assert [character for character in find_invisible(remaining) if character.kind == BIDI_CONTROL] == []
