"""Parsing of the rules for dates, and errors in invalid ones."""

from pathlib import Path

import pytest

from annotator.suggest.dates.grammar import GrammarError, read_grammar
from annotator.suggest.dates.pattern import Choice, Kind, PatternError, Word, parse_pattern

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
def test_pattern_is_parsed_from_left_to_right(pattern: str, row: tuple[object, ...]) -> None:
    assert parse_pattern(pattern) == row


@pytest.mark.parametrize("pattern", ["", "( أ", "أ )", "أ |", "| أ", "?", "( )", "{day", "{a b}"])
def test_invalid_pattern_raises(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse_pattern(pattern)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]]", "makes"),
        ("[[rule]]\nmakes = 'date'\npattern = 'أ'\nscores = 1", "scores"),
        ("[[rule]]\nmakes = 'date'\npattern = '( أ'", "( أ"),
        ("[[rule]]\nmakes = 'date'\npattern = '{moon}'", "there is no class 'moon'"),
        ("[[rule]]\nmakes = 'date'\npattern = 'أ {date}'", "may contain itself"),
        ("[[rule]]\nmakes = 'a'\npattern = '{b}'\n[[rule]]\nmakes = 'b'\npattern = 'أ? {a}'", "may contain itself"),
        ("words = 1", "words"),
        ("[", "moons.toml"),
    ],
)
def test_invalid_rule_is_named_in_the_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "moons.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GrammarError) as caught:
        read_grammar([path])
    assert message in str(caught.value)


def test_names_of_one_and_of_several_words_share_a_class(tmp_path: Path) -> None:
    path = tmp_path / "moons.toml"
    path.write_text('[words.moon]\n12 = ["كانون الأول", "دجنبر"]\n', encoding="utf-8")
    grammar = read_grammar([path])
    assert grammar.words["دجنبر"]["moon"] == 12
    assert [(compiled.rule.pattern, compiled.rule.arguments) for compiled in grammar.rules["moon"]] == [
        ("كانون الأول", {"constant": 12})
    ]
