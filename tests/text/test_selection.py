"""Selections that snap to words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.text.punctuation import is_punctuation
from annotator.text.selection import phrase_around, snap_to_words
from annotator.text.tokenizer import tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال، في [وزارة] العدل، أمس", " في وزارة العدل"),
        ("إطار “خطة [العمل] 2024-2025” تهم", "خطة العمل 2024-2025"),
        ("عميد (جامعة [ابن] زهر). أحمد", "جامعة ابن زهر"),
        ("سطر\nبرسم [سنة] 2023-2030\nسطر", "برسم سنة 2023-2030"),
        ("بنسبة 5% [لجهة] كلميم-واد نون: ثم", "بنسبة 5% لجهة كلميم-واد نون"),
        ("أعلن [د]. محمد", "أعلن د. محمد"),
        ("[،]", "،"),
        ("", ""),
    ],
)
def test_phrase_around_ends_where_marks_divide_words(text: str, expected: str) -> None:
    start, end = (text.index("["), text.index("]") - 1) if text else (0, 0)
    plain = text.replace("[", "").replace("]", "")
    assert plain[slice(*phrase_around(plain, start, end))] == expected.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في و[زارة الع]دل أمس", "وزارة العدل"),
        ("في[ وزارة ]أمس", "وزارة"),
        ("لو[زار]ة العدل", "لوزارة"),
        ("ما بين 202[3-20]30 معا", "2023-2030"),
        ("قال [«خطة المغرب»،] ثم", "خطة المغرب"),
        ("قال [خطة «المغرب الأخضر»]، ثم", "خطة «المغرب الأخضر»"),
        ("قال [خطة «المغرب الأخضر]»، ثم", "خطة «المغرب الأخضر»"),
        ("قال [خطة «المغرب] الأخضر» ثم", "خطة «المغرب الأخضر»"),
        ("قال «المغرب [الأخضر» أمس]", "«المغرب الأخضر» أمس"),
        ("قال [«أ» و«ب»] أمس", "«أ» و«ب»"),
        ('قال ["أ" و"ب"] أمس', '"أ" و"ب"'),
        ("قال [”أ“ أمس]", "”أ“ أمس"),
        ("قال [(«أ»)] أمس", "أ"),
        ("قال [وزارة) أمس]", "وزارة) أمس"),
        ("قال [(وزارة] أمس", "وزارة"),
        ("خطة «س\n[ص» ع]", "ص» ع"),
        ('قال [أ "س\nص] ب" ع', 'أ "س\nص'),
        ('أ ( [ب " ج ) د] " ه', '( ب " ج ) د'),
        ("قال[،] ثم", "،"),
        ("قال [«] ثم", "«"),
        ("قال [»، ]ثم", "»،"),
        ("قال[ \u200f ]ثم", ""),
        ("قال[]ثم", ""),
        ("[\u200fوزارة\u200f]", "وزارة"),
        ("سطر [أول\nثان] معا", "أول\nثان"),
        ("[في 10.30.]", "في 10.30"),
        ("👍[🏽]", "👍🏽"),
    ],
)
def test_snap(text: str, expected: str) -> None:
    """The brackets in the text mark the raw selection."""
    selection_start, selection_end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    start, end = snap_to_words(plain, selection_start, selection_end)
    assert plain[start:end] == expected
    if not expected:
        assert start == selection_start


@given(texts, st.data())
def test_snap_returns_complete_tokens_and_is_idempotent(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(0, len(text)))
    first, last = snap_to_words(text, start, end)
    touched = [token for token in tokenize(text) if token.start < end and start < token.end]
    if start >= end or not touched:
        assert (first, last) == (start, start)
        return
    tokens = tokenize(text)
    assert first in {token.start for token in tokens}
    assert last in {token.end for token in tokens}
    assert snap_to_words(text, first, last) == (first, last)
    words = [token for token in touched if not is_punctuation(text, token)]
    assert all(first <= token.start and token.end <= last for token in words or touched)
