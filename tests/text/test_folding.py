"""Folded spelling, and the way back to the text."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text.texts import raw_texts, texts

from annotator.text.folding import fold, folded
from annotator.text.tokenizer import tokens

ALPHABET = "".join(chr(code) for code in [*range(0x620, 0x64B), *range(0x671, 0x6D4), *range(0xC0, 0x250)])
MARKED = st.text(st.sampled_from(ALPHABET + "وىﻻ \u0653\u0654\u0655\u0651\u064e\u0640\u0301\u200f"), max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أإآٱا", "ااااا"),
        ("ا\u0654ا\u0655ا\u0653", "ااا"),
        ("على علی علي کتاب", "علي علي علي كتاب"),
        ("مُحَمَّدٌ رَحْمٰن ٱلۡقُرۡءَانِ", "محمد رحمن القرءان"),
        ("لَهُۥ بِهِۦ", "له به"),
        ("كـتـاب ـ", "كتاب "),
        ("و\u200fز\u200dا\ufeffر\u00adة", "وزارة"),
        ("٢٠٢٤ ۱۴۰۳ 2024", "2024 1403 2024"),
        ("COVID É e\u0301 Straße ΣΑΣ Жй", "covid e e strasse σασ жи"),
        ("ﻻ ﻷ ﷲ ﻭﺯﺍﺭﺓ ﭘ ﷺ", "لا لا الله وزارة پ صلي الله عليه وسلم"),
        ("محمﹰد ﹱ", "محمد "),
        ("أ \u00a0\n\t \u200f \r\nب", "ا ب"),
        ("أ\x00ب\u115fج", "ا ب ج"),
        ("1\ufe0f\u20e3", "1\u20e3"),
        ("مؤسسة هيئة شيء مسؤول", "مؤسسة هيئة شيء مسؤول"),
        ("و\u0654 ي\u0654 ى\u064e\u0654 ی\u0654", "ؤ ئ ئ ئ"),
        ("«خطة» 2,5٪، 👍🏽 ≠ \u06dd", "«خطة» 2,5٪، 👍🏽 ≠ \u06dd"),
        ("", ""),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected
    assert folded(text).text == expected


def test_the_ta_marbuta_is_a_ha_on_request_only() -> None:
    assert fold("وزارة ﺓ") == "وزارة ة"
    assert fold("وزارة ﺓ", taa=True) == folded("وزارة ﺓ", taa=True).text == "وزاره ه"


@given(raw_texts | MARKED | st.text(), st.booleans())
def test_folding_twice_is_folding_once(text: str, taa: bool) -> None:
    once = fold(text, taa=taa)
    assert fold(once, taa=taa) == once
    assert "  " not in once


@given(MARKED)
def test_what_is_canonically_equivalent_folds_to_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.lists(st.characters(exclude_categories=["Cs"]), min_size=300, unique=True))
def test_a_text_of_many_different_characters_folds_as_its_parts_do(characters: list[str]) -> None:
    assert fold("-".join(characters)) == "-".join(fold(character) for character in characters)


@given(texts)
def test_what_lies_between_tokens_is_at_most_a_space_and_within_them_there_is_none(text: str) -> None:
    at = 0
    for start, end in [*tokens(text), (len(text), len(text))]:
        assert fold(text[at:start]) in ("", " ")
        assert " " not in fold(text[start:end]) or set(text[start:end]) & set("ﷺﷻ")
        at = end


# The way back


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("قال مُحَمَّدٌ ثم", "محمد", "مُحَمَّدٌ"),
        ("هذا كتــاب", "كتاب", "كتــاب"),
        ("هذا كتابــ هنا", "كتاب", "كتاب"),
        ("هذا كتابــٌ هنا", "كتاب", "كتابــٌ"),
        ("هذا كتابــٌ هنا", "كتا", "كتا"),
        ("«\u200fوزارة\u200f» ", "وزارة", "وزارة"),
        ("في وزارة \u00a0\n العدل أمس", "وزارة العدل", "وزارة \u00a0\n العدل"),
        ("في الأحزاب", "الا", "الأ"),
        ("من ﻷحزاب", "ل", "ﻷ"),
        ("من ﻷحزاب", "احزاب", "ﻷحزاب"),
        ("die Straße 5", "strasse", "Straße"),
        ("die Straße 5", "se", "ße"),
        ("ـ\u200fَ وزارة", "وزارة", "وزارة"),
        ("\n\n \u200f\n وزارة", "وزارة", "وزارة"),
        ("سنة ٢٠٢٤\u200f.", "2024", "٢٠٢٤"),
        ("الﷺ.", "وسلم.", "ﷺ."),
        ("مسو\u064e\u0654ول", "سؤ", "سو\u064e\u0654"),
        ("❤\ufe0f و", "❤", "❤\ufe0f"),
    ],
)
def test_source(text: str, part: str, expected: str) -> None:
    whole = folded(text)
    at = whole.text.index(part)
    start, end = whole.source(at, at + len(part))
    assert text[start:end] == expected


@example("ـ", False)
@example(" \u200f \nأﷺ\u064e", False)
@given(raw_texts | MARKED, st.booleans())
def test_every_letter_comes_from_where_it_says(text: str, taa: bool) -> None:
    whole = folded(text, taa=taa)
    places = [whole.source(at, at + 1) for at in range(len(whole.text))]
    for at, (start, end) in enumerate(places):
        assert 0 <= start < end <= len(text)
        assert whole.text[at] in fold(text[start:end], taa=taa)
        assert whole.source(at, at) == (start, start)
    for (first, first_end), (second, second_end) in pairwise(places):
        assert first <= second
        assert first_end <= second_end
        assert first_end <= second or first == second  # apart, or both of one ligature
    assert whole.source(len(whole.text), len(whole.text))[0] <= len(text)


@given(raw_texts | MARKED, st.booleans(), st.data())
def test_a_stretch_that_cuts_no_ligature_folds_back_to_itself(text: str, taa: bool, data: st.DataObject) -> None:
    whole = folded(text, taa=taa)
    start = data.draw(st.integers(0, len(whole.text)))
    end = data.draw(st.integers(start, len(whole.text)))
    begin, stop = whole.source(start, end)
    places = [whole.source(at, at)[0] for at in range(len(whole.text))]
    if all(place not in places[:at] for at, place in enumerate(places) if at in (start, end)):
        assert fold(text[begin:stop], taa=taa) == whole.text[start:end]


@given(raw_texts, raw_texts)
def test_a_stretch_ends_on_what_is_visible(before: str, after: str) -> None:
    text = f"{before} كتاب{after}"
    whole = folded(text)
    at = whole.text.rindex("كتاب", 0, len(fold(f"{before} كتاب")))
    end = whole.source(at, at + 4)[1]
    rest = text[len(before) + 5 : end]
    assert fold(rest) == ""
    assert not rest or unicodedata.category(rest[-1]) not in ("Cf", "Zs")
    assert not rest.endswith("\u0640")
