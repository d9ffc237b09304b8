"""Proclitics at the start of a span."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import texts

from annotator.text.folding import fold
from annotator.text.proclitics import (
    TokenLookup,
    find_readings,
    has_proclitic,
    normalise_form,
    skip_known_proclitics,
    toggle_proclitic,
)
from annotator.text.selection import snap_to_words
from annotator.text.tokenizer import tokenize

WORDS = st.lists(
    st.sampled_from([*"وفبلكسا", "رباط", "أمم", "َ", "ـ", "\u200f", " ", "لجنة", "ﻷ", "2024", "«", "5G"]), max_size=12
).map("".join)


def test_lookup_finds_the_tokens_of_the_tokenizer() -> None:
    text = "قال: لـ«كود»\n2024"
    lookup = TokenLookup(text)
    for token in tokenize(text):
        assert {lookup.token_at(offset) for offset in range(*token)} == {token}
    assert [lookup.token_at(offset) for offset in (-1, 4, len(text), len(text) + 9)] == [None] * 4


def cycle(text: str, start: int, end: int) -> list[str]:
    """Return the text of the span after each press, until it is the original one again."""
    results = []
    position = toggle_proclitic(text, start, end)
    while position is not None:
        results.append(text[position:end])
        if position == start:
            break
        position = toggle_proclitic(text, position, end)
    return results


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في [لوزارة العدل] أمس", True),
        ("في ل[وزارة العدل] أمس", True),
        ("في [وزارة العدل] أمس", False),
        ("[فاس]", False),
        ("[وجدة]", False),  # is known, as is جدة
        ("[وبالرباط]", True),
        ("و[بالرباط]", True),
        ("وب[الرباط]", True),
        ("[الرباط]", False),
        ("[للأمم المتحدة]", True),
        ("[للجنة]", False),  # may be a word of its own, for all that is known
        ("[والي الجهة]", False),
        ("[بالغ]", False),
        ("[و2024]", True),
        ("[لـ2030]", True),
        ("و[زارة]", True),  # where it begins inside a word, the letters before it can be included
        ("وزا[رة]", False),
        ("«[وَلِـوِزَارَةِ العدل]»", True),
        ("[!]", False),
    ],
)
def test_proclitic_is_told_from_a_letter_of_the_word(text: str, expected: bool) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert has_proclitic(plain, start, end, {"وزارة", "وجدة", "جدة"}.__contains__) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في [لوزارة العدل] أمس", ["وزارة العدل", "لوزارة العدل"]),
        ("في ل[وزارة العدل] أمس", ["لوزارة العدل", "وزارة العدل"]),
        ("قال [وبالرباط]", ["بالرباط", "الرباط", "وبالرباط"]),
        ("قال و[بالرباط]", ["الرباط", "وبالرباط", "بالرباط"]),
        ("قال وب[الرباط]", ["وبالرباط", "بالرباط", "الرباط"]),
        ("[للأمم المتحدة]", ["لأمم المتحدة", "للأمم المتحدة"]),
        ("[وللأمم المتحدة]", ["للأمم المتحدة", "لأمم المتحدة", "وللأمم المتحدة"]),
        ("[وَلِـوِزَارَةِ العدل]", ["لِـوِزَارَةِ العدل", "وِزَارَةِ العدل", "وَلِـوِزَارَةِ العدل"]),
        ("«[لـوزارة]»", ["وزارة", "لـوزارة"]),
        ("[سيعلن]", ["يعلن", "سيعلن"]),
        ("2020 [و2024] معا", ["2024", "و2024"]),
        ("2020 و[2024] معا", ["و2024", "2024"]),
        ("أفق [لـ2030]", ["2030", "لـ2030"]),
        ("[وCovid-19]", ["Covid-19", "وCovid-19"]),
        ("[وﻷحزاب]", ["ﻷحزاب", "وﻷحزاب"]),
        ("[المغرب]", []),
        ("[ﻷحزاب]", []),
        ("ا[لمغرب]", []),
        ("لو[زارة]", []),
        ("[فاس]", ["اس", "فاس"]),
        ("[بك]", []),
        ("[وبك]", ["بك", "وبك"]),
        ("[و]بالرباط", []),
        ("[وب]الرباط", ["ب", "وب"]),
        ("[ب-3]", []),
        ("[و...]", []),
        ("[ـ2024]", []),
        ("[ ]", []),
        ("[Word]", []),
    ],
)
def test_toggling_cycles_through_the_proclitics(text: str, expected: list[str]) -> None:
    start, end = text.index("["), text.index("]") - 1
    assert cycle(text.replace("[", "").replace("]", ""), start, end) == expected


@example("و", 0, 1)
@given(texts | WORDS, st.integers(0, 30), st.integers(0, 60))
def test_toggling_returns_within_three_presses_and_stays_in_the_word(text: str, start: int, length: int) -> None:
    end = min(start + length, len(text))
    positions = [start]
    position = toggle_proclitic(text, start, end) if start < end else None
    while position is not None and position != start:
        assert position not in positions
        assert position < end
        assert not any(character.isspace() for character in text[min(position, start) : max(position, start)])
        positions.append(position)
        assert len(positions) <= 3
        position = toggle_proclitic(text, position, end)
    assert len(positions) == 1 or position == start


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("في [وِزارةِ العدلِ] أمس", "وزارة العدل"),
        ("في ل[وزارة \u00a0 العدل] أمس", "وزارة العدل"),
        ("ل[لأمم المتحدة]", "الامم المتحدة"),
        ("وَلِ[لأُممِ المتحدة]", "الامم المتحدة"),
        ("[للأمم المتحدة]", "للامم المتحدة"),
        ("ل[لجنة العدل]", "لجنة العدل"),
        ("ل[لجنوب]", "الجنوب"),
        ("ل[لغاز]", "الغاز"),
        ("ا[للجنة]", "للجنة"),
        ("ال[لجنة]", "لجنة"),
        ("ل[له]", "له"),
        ("[\u200f2024 ]", "2024"),
        ("ل[]لأمم", ""),
        ("[ ]", ""),
    ],
)
def test_normalised_form_has_no_proclitic(text: str, expected: str) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert normalise_form(plain, start, end) == expected
    assert normalise_form(plain, start, end, taa=True) == expected.replace("ة", "ه")


@given(texts | WORDS, st.data())
def test_normalised_form_is_folded(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    form = normalise_form(text, start, end)
    assert fold(form) == form == form.strip()
    assert form.removeprefix("ا") == fold(text[start:end]).strip().removeprefix("ا")


@pytest.mark.parametrize(
    ("text", "known_words", "expected"),
    [
        ("[لوزارة العدل]", ["وزارة"], "وزارة العدل"),
        ("[وَلِوزارة العدل]", ["وزارة"], "وزارة العدل"),
        ("[ولوزارة العدل]", ["وزارة", "لوزارة"], "لوزارة العدل"),
        ("[وزارة العدل]", ["وزارة", "زارة"], "وزارة العدل"),
        ("[وزارة العدل]", [], "وزارة العدل"),
        ("[للأمم المتحدة]", ["الامم"], "لأمم المتحدة"),
        ("[وللأمم]", ["الامم"], "لأمم"),
        ("[للجنة العدل]", ["لجنة"], "لجنة العدل"),
        ("[للجنة الوطنية]", ["اللجنة"], "لجنة الوطنية"),
        ("[للأمم]", ["امم", "لالامم"], "للأمم"),
        ("[و2024]", ["2024"], "2024"),
        ("ل[وزارة]", ["زارة"], "وزارة"),
        ("و[بالرباط]", ["الرباط"], "بالرباط"),
        ("[المغرب]", ["مغرب"], "المغرب"),
        ("[]", [], ""),
    ],
)
def test_start_moves_to_a_word_that_the_corpus_knows(text: str, known_words: list[str], expected: str) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert plain[skip_known_proclitics(plain, start, end, known_words.__contains__) : end] == expected


@given(texts | WORDS, st.data())
def test_start_before_a_known_word_is_reachable_by_toggling(text: str, data: st.DataObject) -> None:
    start, end = snap_to_words(text, data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text))))
    queries = []

    def is_known(word: str) -> bool:
        queries.append(word)
        return len(queries) > 1

    position = skip_known_proclitics(text, start, end, is_known)
    if position == start:
        return
    assert position in (
        toggle_proclitic(text, start, end),
        toggle_proclitic(text, toggle_proclitic(text, start, end) or 0, end),
    )
    assert queries[0].startswith(fold(text[start:position]))
    assert any(token.start <= position < token.end for token in tokenize(text))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("للأمم", [(0, "للامم"), (1, "الامم"), (1, "اللامم"), (1, "لامم")]),
        ("فللجنة", [(0, "فللجنة"), (1, "للجنة"), (2, "الجنة"), (2, "اللجنة"), (2, "لجنة")]),
        ("بِالرباط", [(0, "بالرباط"), (2, "الرباط")]),
        ("2024", [(0, "2024")]),
    ],
)
def test_readings(word: str, expected: list[tuple[int, str]]) -> None:
    assert list(find_readings(word)) == expected


@given(WORDS)
def test_reading_is_the_folded_text_from_its_offset_except_for_the_article(text: str) -> None:
    for token in tokenize(text):
        word = text[slice(*token)]
        for offset, reading in find_readings(word):
            assert fold(word[offset:]) in (reading, reading.removeprefix("ا"), reading.removeprefix("ال"))
