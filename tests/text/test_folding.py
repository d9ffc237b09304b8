"""Folded spelling, and offsets mapped back to the text."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import raw_texts, texts

from annotator.text.folding import fold, fold_with_offsets
from annotator.text.tokenizer import tokenize

ALPHABET = "".join(chr(code) for code in [*range(0x620, 0x64B), *range(0x671, 0x6D4), *range(0xC0, 0x250)])
MARKED = st.text(st.sampled_from(ALPHABET + "وىﻻ \u0653\u0654\u0655\u0651\u064e\u0640\u0301\u200f"), max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أإآٱا", "ااااا"),
        ("ا\u0654ا\u0655ا\u0653", "ااا"),
        ("على علی علي کتاب", "علي علي علي كتاب"),
        ("معھد معہد معەد معﮭد ﮦ \u06d5\u0654 ۀ ۂ", "معهد معهد معهد معهد ه ه ه ه"),
        ("وزارۃ عليے ۓ ڪتاب", "وزارة عليي ي كتاب"),
        ("أگادير أڭادير ڤاس پاريس چ", "اگادير اڭادير ڤاس پاريس چ"),
        ("مُحَمَّدٌ رَحْمٰن ٱلۡقُرۡءَانِ", "محمد رحمن القرءان"),
        ("لَهُۥ بِهِۦ", "له به"),
        ("كـتـاب ـ", "كتاب "),
        ("و\u200fز\u200dا\ufeffر\u00adة", "وزارة"),
        ("٢٠٢٤ ۱۴۰۳ 2024", "2024 1403 2024"),
        ("COVID É e\u0301 Straße ΣΑΣ Жй", "covid e e strasse σασ жи"),
        ("ﻻ ﻷ ﷲ ﻭﺯﺍﺭﺓ ﭘ ﷺ", "لا لا الله وزارة پ صلي الله عليه وسلم"),
        ("محمﹰد ﹱ", "محمد "),
        ("أ \u00a0\n\t \u200f \r\nب", "ا ب"),
        ("وزارة\u200bالصحة\u200b \u200b.", "وزارة الصحة ."),
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
    assert fold_with_offsets(text).text == expected


def test_ta_marbuta_folds_to_ha_only_on_request() -> None:
    assert fold("وزارة ﺓ ۃ") == "وزارة ة ة"
    assert fold("وزارة ﺓ ۃ", taa=True) == fold_with_offsets("وزارة ﺓ ۃ", taa=True).text == "وزاره ه ه"


@given(raw_texts | MARKED | st.text(), st.booleans())
def test_folding_is_idempotent(text: str, taa: bool) -> None:
    once = fold(text, taa=taa)
    assert fold(once, taa=taa) == once
    assert "  " not in once


@given(MARKED)
def test_canonically_equivalent_texts_fold_to_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text)) == fold(text)


@given(st.lists(st.characters(exclude_categories=["Cs"]), min_size=300, unique=True))
def test_text_of_many_different_characters_folds_like_its_parts(characters: list[str]) -> None:
    assert fold("-".join(characters)) == "-".join(fold(character) for character in characters)


@given(texts)
def test_folded_text_has_at_most_a_space_between_tokens_and_none_within(text: str) -> None:
    previous_end = 0
    for start, end in [*tokenize(text), (len(text), len(text))]:
        assert fold(text[previous_end:start]) in ("", " ")
        assert " " not in fold(text[start:end]) or set(text[start:end]) & set("ﷺﷻ")
        previous_end = end


# Offsets in the original text


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
def test_source_range(text: str, part: str, expected: str) -> None:
    folded = fold_with_offsets(text)
    index = folded.text.index(part)
    start, end = folded.source_range(index, index + len(part))
    assert text[start:end] == expected


@example("ـ", False)
@example(" \u200f \nأﷺ\u064e", False)
@given(raw_texts | MARKED, st.booleans())
def test_source_range_of_each_letter_folds_to_that_letter(text: str, taa: bool) -> None:
    folded = fold_with_offsets(text, taa=taa)
    ranges = [folded.source_range(index, index + 1) for index in range(len(folded.text))]
    for index, (start, end) in enumerate(ranges):
        assert 0 <= start < end <= len(text)
        assert folded.text[index] in fold(text[start:end], taa=taa)
        assert folded.source_range(index, index) == (start, start)
    for (first, first_end), (second, second_end) in pairwise(ranges):
        assert first <= second
        assert first_end <= second_end
        assert first_end <= second or first == second  # apart, or both of one ligature
    assert folded.source_range(len(folded.text), len(folded.text))[0] <= len(text)


@given(raw_texts | MARKED, st.booleans(), st.data())
def test_source_range_that_cuts_no_ligature_folds_back_to_its_range(text: str, taa: bool, data: st.DataObject) -> None:
    folded = fold_with_offsets(text, taa=taa)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    source_start, source_end = folded.source_range(start, end)
    starts = [folded.source_range(index, index)[0] for index in range(len(folded.text))]
    if all(offset not in starts[:index] for index, offset in enumerate(starts) if index in (start, end)):
        assert fold(text[source_start:source_end], taa=taa) == folded.text[start:end]


@given(raw_texts, raw_texts)
def test_source_range_ends_with_a_visible_character(before: str, after: str) -> None:
    text = f"{before} كتاب{after}"
    folded = fold_with_offsets(text)
    index = folded.text.rindex("كتاب", 0, len(fold(f"{before} كتاب")))
    end = folded.source_range(index, index + 4)[1]
    remainder = text[len(before) + 5 : end]
    assert fold(remainder) == ""
    assert not remainder or unicodedata.category(remainder[-1]) not in ("Cf", "Zs")
    assert not remainder.endswith("\u0640")
