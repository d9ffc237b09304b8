"""The same words, labelled otherwise or not at all."""

import pytest
from checks.samples import on, seen, span

from annotator.checks.consistency import labelled_differently, unlabelled, unlabelled_repeat
from annotator.checks.issue import Question, Remedy
from annotator.checks.label_statistics import Usage
from annotator.model.records import Span, Zone

TITLES = {"INSTITUTION": "Institution", "PLAN": "Plan"}
TEXT = "قالت وزارة العدل إن لوزارة العدل خطة، وإن وِزَارَة العـدل تعمل"
KNOWN = ("وزارة العدل", "INSTITUTION", 4)


def differently(counts: list[tuple[str, str, int]], *layer: Span, text: str = TEXT) -> Question | None:
    return labelled_differently(seen(text, *layer), layer[0], Usage(counts), TITLES)


def test_what_is_another_label_twice_as_often_is_asked_about() -> None:
    here = on(TEXT, "وزارة العدل", "PLAN")
    question = differently([KNOWN, ("وزارة العدل", "PLAN", 2)], here)
    assert question
    assert question.remedy == Remedy("INSTITUTION", here.start, here.end)
    assert question.message == "These words are Institution in 4 places, Plan in 2."
    assert differently([KNOWN, ("وزارة العدل", "PLAN", 3)], here) is None
    assert differently([("وزارة العدل", "INSTITUTION", 1), ("وزارة العدل", "PLAN", 1)], here) is None
    assert differently([("وزارة العدل", "PLAN", 9)], here) is None


def test_spelling_and_proclitics_make_no_other_words() -> None:
    there = TEXT.index("وِزَارَة")
    here = span(there, there + len("وِزَارَة العـدل"), "PLAN")
    assert differently([KNOWN, ("وزارة العدل", "PLAN", 1)], here)


def test_two_labels_on_one_stretch_are_there_on_purpose() -> None:
    here = on(TEXT, "وزارة العدل", "PLAN")
    counts = [KNOWN, ("وزارة العدل", "PLAN", 1)]
    assert differently(counts, here, on(TEXT, "وزارة العدل", "INSTITUTION")) is None
    assert differently(counts, here, span(0, 20, "INSTITUTION"))


@pytest.mark.parametrize("words", ["40", "123", "ص", "من"])
def test_what_tells_too_little_is_not_compared(words: str) -> None:
    text = f"قال {words} شيئا"
    counts = [(words, "INSTITUTION", 9), (words, "PLAN", 1)]
    assert differently(counts, on(text, words, "PLAN"), text=text) is None
    assert list(unlabelled(seen(text), Usage(counts), len(text))) == []


def left_out(text: str, counts: list[tuple[str, str, int]], *layer: Span, zones: tuple[Zone, ...] = ()) -> list[str]:
    found = unlabelled(seen(text, *layer, zones=zones), Usage(counts), len(text))
    return [text[match.start : match.end] for match in found]


def test_places_without_a_span_are_found_behind_proclitics_and_in_any_spelling() -> None:
    assert left_out(TEXT, [KNOWN]) == ["وزارة العدل", "وزارة العدل", "وِزَارَة العـدل"]
    assert left_out(TEXT, [("وزارة العدل", "INSTITUTION", 1)]) == []


@pytest.mark.parametrize("label", ["INSTITUTION", "PLAN"])
@pytest.mark.parametrize("words", ["وزارة العدل", "قالت وزارة العدل إن", "العدل إن", "وزارة"])
def test_a_place_that_a_span_overlaps_is_not_one(words: str, label: str) -> None:
    assert len(left_out(TEXT, [KNOWN], on(TEXT, words, label))) == 2


def test_of_places_in_one_another_the_longest_is_one() -> None:
    counts = [KNOWN, ("العدل", "INSTITUTION", 4), ("وزارة", "INSTITUTION", 4)]
    assert left_out(TEXT, counts) == ["وزارة العدل", "وزارة العدل", "وِزَارَة العـدل"]


def test_boilerplate_and_joined_words_have_none() -> None:
    zone = Zone("z", "article", "boilerplate", 0, 20)
    assert left_out(TEXT, [KNOWN], zones=(zone,)) == ["وزارة العدل", "وِزَارَة العـدل"]
    counts = [("اليوم", "DATE", 9), ("2024", "DATE", 9)]
    assert left_out("جريدة اليوم24 وسنة2024 و2024 اليوم", counts) == ["2024", "اليوم"]


def test_only_what_is_mostly_labelled_is_asked_about() -> None:
    usage = Usage([KNOWN])
    for _time in range(2):
        [match, *_others] = unlabelled(seen(TEXT), usage, len(TEXT))
        usage.met(match.words)
        question = unlabelled_repeat(match, usage, TITLES)
        assert question
    assert question.remedy == Remedy("INSTITUTION", 5, 16)
    assert question.span is None
    assert question.message == "These words have no label here; elsewhere they are Institution in 4 places."
    usage.met(match.words)
    assert unlabelled_repeat(match, usage, TITLES) is None
    assert list(unlabelled(seen(TEXT), usage, len(TEXT))) == []


def test_what_is_learned_and_forgotten_counts() -> None:
    usage = Usage()
    for _time in range(2):
        usage.learn("وزارة العدل", "INSTITUTION", 1)
    assert len(list(unlabelled(seen(TEXT), usage, len(TEXT)))) == 3
    usage.learn("وزارة العدل", "INSTITUTION", -1)
    assert list(unlabelled(seen(TEXT), usage, len(TEXT))) == []
    usage.learn("", "INSTITUTION", 1)
    assert usage.count("", "INSTITUTION") == 0
