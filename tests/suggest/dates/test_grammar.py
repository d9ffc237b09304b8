"""How the rules for dates are read, and what is said of those that cannot be."""

from pathlib import Path

import pytest

from annotator.suggest.dates.grammar import BadGrammar, read
from annotator.suggest.dates.pattern import BadPattern, Choice, Kind, Word, parsed

A, B = Word("=ا"), Word("=ب")


@pytest.mark.parametrize(
    ("pattern", "row"),
    [
        ("أ ب", (A, B)),
        ("أ? ب", (Choice(((A,), ())), B)),
        ("أ|ب ب", (Choice(((A,), (B,))), B)),
        ("(أ ب)|ب", (Choice(((A, B), (B,))),)),
        ("{day} {first:day} {_:day}", (Kind("day", "day"), Kind("day", "first"), Kind("day", ""))),
        ("سنة", (Word("=سنه"),)),
    ],
)
def test_a_pattern_is_read_from_its_beginning(pattern: str, row: tuple[object, ...]) -> None:
    assert parsed(pattern) == row


@pytest.mark.parametrize("pattern", ["", "( أ", "أ )", "أ |", "| أ", "?", "( )", "{day", "{a b}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        parsed(pattern)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rule]]", "makes"),
        ("[[rule]]\nmakes = 'date'\npattern = 'أ'\nscores = 1", "scores"),
        ("[[rule]]\nmakes = 'date'\npattern = '( أ'", "( أ"),
        ("[[rule]]\nmakes = 'date'\npattern = '{moon}'", "there is no class 'moon'"),
        ("[[rule]]\nmakes = 'date'\npattern = 'أ {date}'", "may hold itself"),
        ("[[rule]]\nmakes = 'a'\npattern = '{b}'\n[[rule]]\nmakes = 'b'\npattern = 'أ? {a}'", "may hold itself"),
        ("words = 1", "words"),
        ("[", "moons.toml"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "moons.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadGrammar) as refused:
        read([path])
    assert told in str(refused.value)


def test_names_of_several_words_and_of_one_are_of_one_class(tmp_path: Path) -> None:
    path = tmp_path / "moons.toml"
    path.write_text('[words.moon]\n12 = ["كانون الأول", "دجنبر"]\n', encoding="utf-8")
    grammar = read([path])
    assert grammar.words["دجنبر"]["moon"] == 12
    assert [(one.rule.pattern, one.rule.given) for one in grammar.rules["moon"]] == [("كانون الأول", {"constant": 12})]
