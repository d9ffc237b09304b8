"""Characters that nobody sees: which are found, and which do their ordinary work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text.invisible import BLANK, MARK, ORDER, described, hidden


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("وزارة\u200fالعدل", [(5, MARK, "RLM")]),
        ("خطة \u202e2030\u202c", [(4, ORDER, "RLO"), (9, ORDER, "PDF")]),
        ("\u2067خطة\u2069 \u2068x", [(0, ORDER, "RLI"), (4, ORDER, "PDI"), (6, ORDER, "FSI")]),
        ("وزا\u200bرة", [(3, BLANK, "ZWSP")]),
        ("\ufeffوزارة\u00ad", [(0, BLANK, "BOM"), (6, BLANK, "SHY")]),
        ("a\u200cb", [(1, BLANK, "ZWNJ")]),
        ("وزارة \u200d ", [(6, BLANK, "ZWJ")]),
        ("A\ufe0f", [(1, BLANK, "U+FE0F")]),
        ("و\U000e0041", [(1, BLANK, "U+E0041")]),
        (
            "\x00\x1f\u115f\u206a",
            [(0, BLANK, "U+0000"), (1, BLANK, "U+001F"), (2, BLANK, "U+115F"), (3, BLANK, "U+206A")],
        ),
    ],
)
def test_what_nobody_sees_is_found(text, found):
    assert list(hidden(text)) == found


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
def test_what_does_its_ordinary_work_is_not(text):
    assert list(hidden(text)) == []


@given(texts, st.data())
def test_a_part_of_a_text_has_those_of_the_text_that_stand_in_it(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert list(hidden(text, start, end)) == [one for one in hidden(text) if start <= one.at < end]


@given(texts)
def test_a_text_without_them_has_none(text):
    found = {one.at for one in hidden(text)}
    left = "".join(character for at, character in enumerate(text) if at not in found)
    assert [one for one in hidden(left) if one.kind == ORDER] == []


def test_a_name_is_said_in_full():
    assert described("\u202e") == "RLO RIGHT-TO-LEFT OVERRIDE"
    assert described("\x01") == "U+0001"
