"""What the model is told of a token."""

import pytest
from hypothesis import given
from text.texts import texts

from annotator.model.records import Suggestion
from annotator.suggest.crf.features import features
from annotator.text.analysis import analysed


def told(text: str, *opinions: Suggestion) -> list[set[str]]:
    return [set(one) for one in features(analysed(text), opinions)]


def test_a_word_is_told_folded_with_its_affixes_and_readings() -> None:
    (word,) = told("وِلِلأمـم")
    assert {"wوللامم", "kD", "p2ول", "q2مم", "r1للامم", "r2الامم", "r2لامم", "-", "+"} <= word


@pytest.mark.parametrize(
    ("word", "kind", "date"),
    [
        ("٢٠٢٤", "#4", "year"),
        ("12", "#2", "number"),
        ("12/05/2024", "#", "numbers"),
        ("OCP", "A", ""),
        ("«", "«", ""),
        ("بالوزارة", "D", ""),
        ("وزارة", "N", ""),
        ("يوليوز", "N", "month-word sure-month"),
    ],
)
def test_its_kind_and_that_of_the_date_grammar(word: str, kind: str, date: str) -> None:
    assert {f"k{kind}", f"c{date}"} <= told(word)[0]


def test_its_neighbours_are_told_within_the_sentence() -> None:
    first, second, third, _stop, fifth = told("في سنة 2024. وقال")
    assert {"-", "+wسنة", "*w2024"} <= first
    assert {"-wفي", "+w2024", "+cyear"} <= second
    assert {"=wفي", "-wسنة"} <= third
    assert "-" in fifth
    assert not any("2024" in one for one in fifth)


def test_opinions_are_tags_with_their_source_and_how_sure_they_are() -> None:
    opinions = Suggestion(6, 15, "ORG", "names", 0.8), Suggestion(12, 15, "LOC", "memory", 0.3)
    first, second, third = told("بيان لوزارة فاس", *opinions)
    assert {"+names:B1-ORG", "+names:B1-ORG3"} <= first
    assert {"names:B1-ORG", "names:B1-ORG3", "+memory:S-LOC1", "+names:E-ORG"} <= second
    assert {"names:E-ORG", "memory:S-LOC", "-names:B1-ORG"} <= third
    assert not any("LOC" in one for one in first)
    assert any(one.startswith("+o") and "B1-ORG" in one and "S-LOC" in one for one in second)


@given(texts)
def test_every_token_is_told(text: str) -> None:
    found = analysed(text)
    assert len(features(found, [])) == len(found.tokens)
    assert all(all(one) for one in features(found, []))
