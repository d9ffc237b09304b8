"""What cannot be seen in a span."""

import pytest
from checks.samples import on, remedied, seen, span

from annotator.checks.invisible_characters import invisible
from annotator.text.visible import visible


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
def test_what_cannot_be_seen_and_matters_is_named(text: str, words: str, names: str) -> None:
    question = invisible(seen(text), on(text, words))
    assert question
    assert names in question.message
    assert ("another order" in question.message) == any(name in names for name in ("RLO", "RLI"))


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
def test_what_does_its_ordinary_work_or_lies_elsewhere_is_not_asked_about(text: str, words: str) -> None:
    assert invisible(seen(text), on(text, words)) is None


def test_at_an_edge_it_would_be_left_out() -> None:
    text = "قال \u200fوزارة العدل\u200b هنا"
    here = span(4, text.index(" هنا"))
    assert remedied(text, invisible(seen(text), here)) == "وزارة العدل"
    assert visible(text, here.start, here.end) == (5, here.end - 1)


def test_within_a_word_it_is_for_a_person_to_judge() -> None:
    text = "بن\u200bك المغرب"
    question = invisible(seen(text), span(0, len(text)))
    assert question
    assert question.remedy is None
