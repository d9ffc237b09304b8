"""The features of a token."""

import pytest
from hypothesis import given
from strategies import texts

from annotator.model.records import Suggestion
from annotator.suggest.crf.features import extract_features
from annotator.text.analysis import analysed


def features_of(text: str, *suggestions: Suggestion) -> list[set[str]]:
    return [set(features) for features in extract_features(analysed(text), suggestions)]


def test_features_hold_the_folded_word_its_affixes_and_readings() -> None:
    (word,) = features_of("وِلِلأمـم")
    assert {"wوللامم", "kD", "p2ول", "q1م", "q2مم", "s6", "r1للامم", "r2الامم", "r2لامم", "-", "+"} <= word


@pytest.mark.parametrize(
    ("word", "kind", "date"),
    [
        ("٢٠٢٤", "#4", "year"),
        ("12", "#2", "number"),
        ("12/05/2024", "#", "numbers"),
        ("OCP", "A", ""),
        ("«", "«", "quote"),
        ("بالوزارة", "D", ""),
        ("وزارة", "N", ""),
        ("يوليوز", "N", "month-word sure-month"),
    ],
)
def test_features_hold_the_kind_and_the_date_class_of_a_word(word: str, kind: str, date: str) -> None:
    assert {f"k{kind}", f"c{date}"} <= features_of(word)[0]


def test_features_hold_what_the_lists_of_names_know_of_a_word_and_its_neighbours() -> None:
    first, second, third = features_of("قالت ببغداد المغربية")
    assert {"+nplace"} <= first
    assert {"nplace", "+nnation"} <= second
    assert {"nnation", "-nplace"} <= third
    assert not any(feature.startswith("n") for feature in first)
    (name,) = features_of("فيكتوريا")
    assert [feature for feature in name if feature.startswith("n")] == ["ngiven"]


def test_features_hold_neighbours_within_the_sentence() -> None:
    first, second, third, _stop, fifth = features_of("في سنة 2024. وقال")
    assert {"-", "+wسنة", "*w2024"} <= first
    assert {"-wفي", "+w2024", "+cyear"} <= second
    assert {"=wفي", "-wسنة"} <= third
    assert "-" in fifth
    assert not any("2024" in feature for feature in fifth)


def test_suggestions_become_tags_with_source_and_quarter() -> None:
    suggestions = Suggestion(6, 15, "ORG", "names", 0.8), Suggestion(12, 15, "LOC", "memory", 0.3)
    first, second, third = features_of("بيان لوزارة فاس", *suggestions)
    assert {"+names:B1-ORG", "+names:B1-ORG3"} <= first
    assert {"names:B1-ORG", "names:B1-ORG3", "+memory:S-LOC1", "+names:E-ORG"} <= second
    assert {"names:E-ORG", "memory:S-LOC", "-names:B1-ORG"} <= third
    assert not any("LOC" in feature for feature in first)
    assert any(feature.startswith("+o") and "B1-ORG" in feature and "S-LOC" in feature for feature in second)


@given(texts)
def test_every_token_has_features(text: str) -> None:
    analysis = analysed(text)
    assert len(extract_features(analysis, [])) == len(analysis.tokens)
    assert all(all(features) for features in extract_features(analysis, []))
