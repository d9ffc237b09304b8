"""Institutions and plans, by the rules and lists of resources/names and by their own examples."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suggest.suggesting import LABELS, article, check_promises, label_set, said
from text.texts import PIECES

from annotator.resources import resource
from annotator.suggest.names import Names
from annotator.suggest.names.data import knowledge

EXAMPLES = [
    (path.stem, example)
    for path in sorted(resource("names").glob("*.toml"))
    for example in tomllib.loads(path.read_text(encoding="utf-8")).get("example", ())
]
WORDS = st.sampled_from(
    (
        *PIECES,
        *(" وزارة", " المجلس", " خطة", " لل", " شركة", " برنامج", " جامعة"),
        *(" العدل", " الوطني", " والمالية", " للمجلس", " بالرباط", " محمد", " السادس", " 2024-2030", " الوقاية", " من"),
        *(" “", "” ", " (OCP)", " الأمم المتحدة", " إصلاح", " بدار البيضاء", " فاس", "-"),
    )
)


@pytest.mark.parametrize(("file", "example"), EXAMPLES, ids=[f"{file} {at}" for at, (file, _) in enumerate(EXAMPLES)])
def test_an_example_is_found_as_it_says(file: str, example: dict[str, Any]) -> None:
    text = example["text"]
    assert [words for words, _label in said(text, Names().suggest(article(text), LABELS))] == example["names"]


def test_a_name_has_the_label_of_its_role_where_the_corpus_has_one() -> None:
    text = "أطلقت وزارة العدل خطة العمل 2024"
    found = said(text, Names().suggest(article(text), LABELS))
    assert found == [("وزارة العدل", "INSTITUTION"), ("خطة العمل 2024", "PLAN")]
    assert said(text, Names().suggest(article(text), label_set("ORG", "PERS"))) == [("وزارة العدل", "ORG")]


def test_a_short_name_has_the_full_one_for_its_value() -> None:
    text = "قالت الفيفا ومحكمة النقض"
    found = Names().suggest(article(text), LABELS)
    assert [one.value for one in found] == ["الاتحاد الدولي لكرة القدم", None]


@pytest.mark.parametrize(
    ("text", "value"),
    [("خطة العمل ٢٠٢٤-٢٠٢٥", "2024/2025"), ("رؤية 2030", "2030"), ("خطة العمل المناخي", None)],
    ids=["period", "year", "none"],
)
def test_a_plan_has_its_years_for_its_value(text: str, value: str | None) -> None:
    assert [(one.end, one.value) for one in Names().suggest(article(text), LABELS)] == [(len(text), value)]


def test_a_list_is_surer_than_a_guess() -> None:
    text = "زار بنك المغرب واللجنة الزرقاوية"
    listed, guessed = Names().suggest(article(text), LABELS)
    assert listed.score > guessed.score


@given(st.lists(WORDS, max_size=25).map("".join))
def test_every_suggestion_keeps_the_promises(text: str) -> None:
    check_promises(Names(), text)


def test_every_head_has_rules_that_there_are() -> None:
    rules = {
        "genitive",
        "proper",
        "quoted",
        "adjective",
        "nation",
        "country",
        "works",
        "honour",
        "joined",
        "purpose",
        "place",
    }
    heads = [head for row in knowledge().heads.values() for head in row]
    assert {rule for head in heads for rule in head.takes} == rules | {"place", "period"}
    assert {head.role for head in heads} == {"institution", "plan"}


def test_names_that_stand_in_one_another_without_end_are_cut_short() -> None:
    text = "محكمة الاستئناف ب" * 2000
    assert all(one.end - one.start < 200 for one in Names().suggest(article(text), LABELS))
