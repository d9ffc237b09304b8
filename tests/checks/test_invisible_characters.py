"""The check of invisible characters in a span."""

import pytest
from checks.samples import context, fixed_text, span, span_on

from annotator.checks.invisible_characters import check_invisible
from annotator.text.visible import trim_invisible


@pytest.mark.parametrize(
    ("text", "words", "names"),
    [
        ("سنة \u202e2024\u202c هنا", "2024", "RLO"),
        ("سنة \u202e2024\u202c هنا", "\u202e2024\u202c", "RLO, PDF"),
        ("قال \u2067أ\u2068ب وزارة", "وزارة", "RLI, FSI"),
        ("بنـ\u00adك المغرب", "بنـ\u00adك المغرب", "SHY"),
        ("بن\u200bك المغرب", "بن\u200bك", "ZWSP"),
        ("\ufeffوزارة العدل", "\ufeffوزارة العدل", "BOM"),
        ("وزارة\U000e0041", "وزارة\U000e0041", "U+E0041"),
        ("وزارة\u200f العدل", "وزارة\u200f", "RLM"),
    ],
)
def test_issue_names_the_invisible_characters(text: str, words: str, names: str) -> None:
    issue = check_invisible(context(text), span_on(text, words))
    assert issue
    assert names in issue.message
    is_reordered = any(name in names for name in ("RLO", "RLI"))
    assert ("change the order" in issue.message) == is_reordered
    assert issue.code == ("invisible_order" if is_reordered else "invisible_characters")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("سنة \u202e2024\u202c ثم 2025", "2025"),
        ("سنة \u202e2024\nثم 2025", "2025"),
        ("قال \u2067أ\u2069 وزارة", "وزارة"),
        ("وزارة\u200f العدل", "وزارة\u200f العدل"),
        ("مي\u200cخواهم", "مي\u200cخواهم"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("وَزَارَة العدل", "وَزَارَة العدل"),
        ("بن\u200bك وزارة", "وزارة"),
    ],
)
def test_harmless_or_distant_invisible_characters_are_no_issue(text: str, words: str) -> None:
    assert check_invisible(context(text), span_on(text, words)) is None


def test_fix_leaves_out_invisible_characters_at_an_edge() -> None:
    text = "قال \u200fوزارة العدل\u200b هنا"
    target = span(4, text.index(" هنا"))
    assert fixed_text(text, check_invisible(context(text), target)) == "وزارة العدل"
    assert trim_invisible(text, target.start, target.end) == (5, target.end - 1)


def test_invisible_character_inside_a_word_has_no_fix() -> None:
    text = "بن\u200bك المغرب"
    issue = check_invisible(context(text), span(0, len(text)))
    assert issue
    assert issue.fix is None
