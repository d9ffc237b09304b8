"""Institutions and plans, by the rules and lists of resources/names and by their own examples."""

import tomllib
from typing import Any

import pytest
from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES
from suggest.suggesting import LABELS, article, check_promises, labelled_texts

from annotator.model.open_suggestions import is_sure
from annotator.resources import resource_path
from annotator.suggest.names import NameSuggester
from annotator.suggest.names.data import load_knowledge

EXAMPLES = [
    (path.stem, example)
    for path in sorted(resource_path("names").glob("*.toml"))
    for example in tomllib.loads(path.read_text(encoding="utf-8")).get("example", ())
]
WORDS = st.sampled_from(
    (
        *PIECES,
        *(" وزارة", " المجلس", " خطة", " لل", " شركة", " برنامج", " جامعة"),
        *(" العدل", " الوطني", " والمالية", " للمجلس", " بالرباط", " محمد", " السادس", " 2024-2030", " الوقاية", " من"),
        *(" صحيفة", " لا", " نيوز", " في", " جماعة", " بريس.ma", " علمت", " ل", " من أجل", " (", ") "),
        *(" «", "» ", " برنامجها", " خمسية", " الأولى", " غير", " إف", " إم", " علم", " أن", ":"),
        *(" “", "” ", " (OCP)", " الأمم المتحدة", " إصلاح", " بدار البيضاء", " فاس", "-"),
    )
)


@pytest.mark.parametrize(
    ("file", "example"), EXAMPLES, ids=[f"{file} {number}" for number, (file, _) in enumerate(EXAMPLES)]
)
def test_names_of_an_example_are_found(file: str, example: dict[str, Any]) -> None:
    text = example["text"]
    assert [words for words, _label in labelled_texts(text, NameSuggester().suggest(article(text), LABELS))] == example[
        "names"
    ]


def test_name_has_the_corpus_label_of_its_role() -> None:
    text = "أطلقت وزارة العدل خطة العمل 2024"
    suggestions = labelled_texts(text, NameSuggester().suggest(article(text), LABELS))
    assert suggestions == [("وزارة العدل", "INSTITUTION"), ("خطة العمل 2024", "PLAN")]
    assert labelled_texts(text, NameSuggester().suggest(article(text), build_label_set("ORG", "PERS"))) == [
        ("وزارة العدل", "ORG")
    ]


def test_short_name_has_its_full_name_as_value() -> None:
    text = "قالت الفيفا ومحكمة النقض"
    suggestions = NameSuggester().suggest(article(text), LABELS)
    assert [suggestion.value for suggestion in suggestions] == ["الاتحاد الدولي لكرة القدم", None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("خطة العمل ٢٠٢٤-٢٠٢٥", "2024/2025"),
        ("رؤية 2030", "2030"),
        ("خطة العمل المناخي", None),
        ("خطة العمل المناخي للفترة ما بين 2020 و2027", "2020/2027"),
        ("خطة العمل المناخي (2020 - 2027)", "2020/2027"),
        ("خطة العمل المناخي 2020-27", "2020/2027"),
    ],
    ids=["period", "year", "none", "between", "brackets", "short"],
)
def test_plan_has_its_years_as_value(text: str, value: str | None) -> None:
    assert [(suggestion.end, suggestion.value) for suggestion in NameSuggester().suggest(article(text), LABELS)] == [
        (len(text), value)
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("قررت المحكمه الابتدائيه بتازة ووزاره الصحه", ["المحكمه الابتدائيه بتازة", "وزاره الصحه"]),
        ("دعت الأمم المتحدة اللجنه الوطنية للمراعي", ["الأمم المتحدة", "اللجنه الوطنية للمراعي"]),
        ("عاد الوزير وزاره العدل بعد اللجنه", []),
        ("تلقى التوجيه والتنبيه وزاره العدل", []),
    ],
    ids=["many", "one", "suffix", "own"],
)
def test_haa_is_read_as_taa_of_known_words(text: str, names: list[str]) -> None:
    assert [words for words, _label in labelled_texts(text, NameSuggester().suggest(article(text), LABELS))] == names


def test_listed_name_scores_higher_than_a_rule() -> None:
    text = "زار بنك المغرب واللجنة الزرقاوية"
    listed, guessed = NameSuggester().suggest(article(text), LABELS)
    assert listed.score > guessed.score


def test_one_noun_behind_a_head_is_evidence_of_its_own() -> None:
    bare, longer = NameSuggester().suggest(article("دعت نقابة الرعاة ونقابة رعاة الجبال إلى الحوار"), LABELS)
    assert (bare.evidence, longer.evidence) == ("head:bare نقابة", "head:genitive نقابة")
    assert bare.score < longer.score


@pytest.mark.parametrize("name", ["الأمم المتحدة", "بنك المغرب", "البوليساريو"])
def test_unmistakable_listed_name_is_sure_at_once(name: str) -> None:
    text = f"نفى {name} الخبر"
    assert [is_sure(suggestion) for suggestion in NameSuggester().suggest(article(text), LABELS)] == [True]


@pytest.mark.parametrize("name", ["أبل", "إكواس", "CNSS", "مجلس النواب"])
def test_listed_name_that_may_be_something_else_is_not_sure(name: str) -> None:
    text = f"نفى {name} الخبر"
    assert [is_sure(suggestion) for suggestion in NameSuggester().suggest(article(text), LABELS)] == [False]


def test_listed_name_that_may_go_on_is_not_sure() -> None:
    name = "المندوبية العامة للسجون"
    for text, is_alone in ((f"نفت {name} ذلك", True), (f"نفت {name} والتهذيب الجديد", False)):
        suggestions = NameSuggester().suggest(article(text), LABELS)
        assert [is_sure(suggestion) for suggestion in suggestions] == [is_alone]


@given(st.lists(WORDS, max_size=25).map("".join))
def test_names_keep_the_protocol(text: str) -> None:
    check_promises(NameSuggester(), text)


def test_heads_use_existing_rules_only() -> None:
    rules = {
        "genitive",
        "proper",
        "quoted",
        "adjective",
        "nation",
        "known",
        "marked",
        "town",
        "within",
        "seat",
        "cause",
        "attached",
        "branch",
        "part",
        "nationwide",
        "region",
        "works",
        "honour",
        "joined",
        "purpose",
        "place",
    }
    heads = [head for row in load_knowledge().heads.values() for head in row]
    assert {rule for head in heads for rule in head.takes} == rules | {"place", "period"}
    assert {head.role for head in heads} == {"institution", "plan"}


def test_nesting_of_names_is_limited() -> None:
    text = "محكمة الاستئناف ب" * 2000
    assert all(suggestion.end - suggestion.start < 200 for suggestion in NameSuggester().suggest(article(text), LABELS))
