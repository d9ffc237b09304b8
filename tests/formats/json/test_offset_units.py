"""Offsets in code points, UTF-16 units and graphemes, and the unit that fits the words of a text best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.json import offset_units
from annotator.formats.json.offset_units import CODE_POINTS, GRAPHEMES, UNITS, UTF16, UnitEvidence
from annotator.model.reasons import Code

TEXT = "أعلنت 💉💉 وزارةُ الصحة 👩\u200d👧 أمسِ"
TEXTS = st.lists(
    st.sampled_from(["سطر", "😀", "👩\u200d👧", "🇲🇦", "َ", "ـ", "\u200f", " ", "\n", "لأ"]), max_size=12
).map("".join)


@pytest.mark.parametrize(("unit", "offsets"), [(CODE_POINTS, (9, 21)), (UTF16, (11, 23)), (GRAPHEMES, (9, 20))])
def test_units_count_emoji_and_marks_differently(unit: str, offsets: tuple[int, int]) -> None:
    start = TEXT.index("وزارة")
    end = TEXT.index(" 👩")
    convert, revert = offset_units.from_code_points(TEXT, unit), offset_units.to_code_points(TEXT, unit)
    assert (convert(start), convert(end)) == offsets
    assert (revert(offsets[0]), revert(offsets[1])) == (start, end)


@given(TEXTS, st.sampled_from(UNITS))
def test_offsets_that_a_unit_can_express_return_as_they_were(text: str, unit: str) -> None:
    convert, revert = offset_units.from_code_points(text, unit), offset_units.to_code_points(text, unit)
    for offset in range(len(text) + 1):
        converted = convert(offset)
        assert converted is None or revert(converted) == offset
    end = convert(len(text))
    assert end is not None
    assert revert(end + 3) == len(text) + 3


@pytest.mark.parametrize("unit", UNITS)
def test_the_unit_is_told_by_the_words_that_spans_fit(unit: str) -> None:
    convert = offset_units.from_code_points(TEXT, unit)
    evidence = UnitEvidence()
    for word in ("وزارةُ", "الصحة", "أمسِ", "أعلنت"):
        start = TEXT.index(word)
        edges = convert(start), convert(start + len(word))
        evidence.add(TEXT, [(first, last) for first, last in [edges] if first is not None and last is not None])
    assert evidence.best_unit() == unit
    assert (evidence.total, evidence.fitting[unit]) == (3, 3)
    reason = evidence.describe(unit)
    assert reason is not None
    assert reason.code == Code.OFFSET_UNIT_GUESSED
    assert reason.text == (
        "3 spans lie behind an emoji or a mark that programs count differently: their offsets were read as "
        f"{offset_units.describe_unit(unit)}, by which 3 of them begin and end with a word."
    )


def test_nothing_is_said_where_units_do_not_differ_or_only_marks_could() -> None:
    evidence = UnitEvidence()
    evidence.add(TEXT, [(0, 5)])
    assert (evidence.total, evidence.best_unit(), evidence.describe(CODE_POINTS)) == (0, CODE_POINTS, None)
    text = "شكراً جزيلا"
    evidence.add(text, [(text.index("جزيلا"), len(text))])
    assert (evidence.total, evidence.best_unit(), evidence.describe(CODE_POINTS)) == (1, CODE_POINTS, None)


@pytest.mark.parametrize("text", ["😀", "\\ud83d\\ude00", "شكراً", "\\u0651"])
def test_texts_of_which_offsets_may_differ_are_known_by_their_bytes(text: str) -> None:
    assert offset_units.may_differ(text.encode())
    assert not offset_units.may_differ("وزارة الصحة a\\n\\u0635".encode())
