"""Proclitics at the start of a span."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from text.texts import texts

from annotator.text.folding import fold
from annotator.text.proclitics import Words, form, known_start, readings, toggled
from annotator.text.selection import snap
from annotator.text.tokenizer import tokens

WORDS = st.lists(
    st.sampled_from([*"وفبلكسا", "رباط", "أمم", "َ", "ـ", "\u200f", " ", "لجنة", "ﻷ", "2024", "«", "5G"]), max_size=12
).map("".join)


def test_words_are_cut_as_tokens_are() -> None:
    text = "قال: لـ«كود»\n2024"
    words = Words(text)
    for token in tokens(text):
        assert {words.at(offset) for offset in range(*token)} == {token}
    assert [words.at(offset) for offset in (-1, 4, len(text), len(text) + 9)] == [None] * 4


def cycle(text: str, start: int, end: int) -> list[str]:
    """What the span holds after each press, until it is what it was."""
    held = []
    at = toggled(text, start, end)
    while at is not None:
        held.append(text[at:end])
        if at == start:
            break
        at = toggled(text, at, end)
    return held


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
def test_toggling_goes_round(text: str, expected: list[str]) -> None:
    start, end = text.index("["), text.index("]") - 1
    assert cycle(text.replace("[", "").replace("]", ""), start, end) == expected


@example("و", 0, 1)
@given(texts | WORDS, st.integers(0, 30), st.integers(0, 60))
def test_toggling_comes_back_within_three_presses_and_stays_in_the_word(text: str, start: int, length: int) -> None:
    end = min(start + length, len(text))
    seen = [start]
    at = toggled(text, start, end) if start < end else None
    while at is not None and at != start:
        assert at not in seen
        assert at < end
        assert not any(character.isspace() for character in text[min(at, start) : max(at, start)])
        seen.append(at)
        assert len(seen) <= 3
        at = toggled(text, at, end)
    assert len(seen) == 1 or at == start


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
def test_the_form_of_a_stretch_has_no_proclitic(text: str, expected: str) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert form(plain, start, end) == expected
    assert form(plain, start, end, taa=True) == expected.replace("ة", "ه")


@given(texts | WORDS, st.data())
def test_a_form_is_folded(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = form(text, start, end)
    assert fold(found) == found == found.strip()
    assert found.removeprefix("ا") == fold(text[start:end]).strip().removeprefix("ا")


@pytest.mark.parametrize(
    ("text", "known", "expected"),
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
def test_the_start_moves_to_a_word_that_the_corpus_knows(text: str, known: list[str], expected: str) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert plain[known_start(plain, start, end, known.__contains__) : end] == expected


@given(texts | WORDS, st.data())
def test_a_known_start_is_one_that_toggling_leads_to(text: str, data: st.DataObject) -> None:
    start, end = snap(text, data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text))))
    asked = []

    def knows(word: str) -> bool:
        asked.append(word)
        return len(asked) > 1

    at = known_start(text, start, end, knows)
    if at == start:
        return
    assert at in (toggled(text, start, end), toggled(text, toggled(text, start, end) or 0, end))
    assert asked[0].startswith(fold(text[start:at]))
    assert any(token.start <= at < token.end for token in tokens(text))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("للأمم", [(0, "للامم"), (1, "الامم"), (1, "اللامم"), (1, "لامم")]),
        ("فللجنة", [(0, "فللجنة"), (1, "للجنة"), (2, "الجنة"), (2, "اللجنة"), (2, "لجنة")]),
        ("بِالرباط", [(0, "بالرباط"), (2, "الرباط")]),
        ("2024", [(0, "2024")]),
    ],
)
def test_readings_of_a_word(word: str, expected: list[tuple[int, str]]) -> None:
    assert list(readings(word)) == expected


@given(WORDS)
def test_a_reading_is_what_is_folded_from_its_place_but_for_the_article(text: str) -> None:
    for token in tokens(text):
        word = text[slice(*token)]
        for place, shape in readings(word):
            assert fold(word[place:]) in (shape, shape.removeprefix("ا"), shape.removeprefix("ال"))
