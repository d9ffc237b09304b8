"""Checks of words labelled differently or not at all."""

import pytest
from checks.samples import context, span, span_on

from annotator.checks.consistency import check_other_label, check_unlabelled, find_unlabelled, select_unlabelled
from annotator.checks.issue import Fix, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.records import Span, Zone

TEXT = "قالت وزارة العدل إن لوزارة العدل خطة، وإن وِزَارَة العـدل تعمل"
KNOWN = ("وزارة العدل", "INSTITUTION", 4)


def check_label(counts: list[tuple[str, str, int]], *layer: Span, text: str = TEXT) -> Issue | None:
    return check_other_label(context(text, *layer, statistics=LabelStatistics(counts)), layer[0])


def test_words_labelled_differently_twice_as_often_are_an_issue() -> None:
    target = span_on(TEXT, "وزارة العدل", "PLAN")
    issue = check_label([KNOWN, ("وزارة العدل", "PLAN", 2)], target)
    assert issue
    assert issue.fix == Fix("INSTITUTION", target.start, target.end)
    assert issue.message == "These words are labelled Institution in 4 places, and Plan in 2."
    assert check_label([KNOWN, ("وزارة العدل", "PLAN", 3)], target) is None
    assert check_label([("وزارة العدل", "INSTITUTION", 1), ("وزارة العدل", "PLAN", 1)], target) is None
    assert check_label([("وزارة العدل", "PLAN", 9)], target) is None


def test_spelling_and_proclitics_do_not_distinguish_words() -> None:
    start = TEXT.index("وِزَارَة")
    target = span(start, start + len("وِزَارَة العـدل"), "PLAN")
    assert check_label([KNOWN, ("وزارة العدل", "PLAN", 1)], target)


def test_range_with_both_labels_is_no_issue() -> None:
    target = span_on(TEXT, "وزارة العدل", "PLAN")
    counts = [KNOWN, ("وزارة العدل", "PLAN", 1)]
    assert check_label(counts, target, span_on(TEXT, "وزارة العدل", "INSTITUTION")) is None
    assert check_label(counts, target, span(0, 20, "INSTITUTION"))


@pytest.mark.parametrize("words", ["40", "123", "ص", "من"])
def test_words_that_are_not_distinctive_are_not_compared(words: str) -> None:
    text = f"قال {words} شيئا"
    counts = [(words, "INSTITUTION", 9), (words, "PLAN", 1)]
    assert check_label(counts, span_on(text, words, "PLAN"), text=text) is None
    assert list(find_unlabelled(context(text, statistics=LabelStatistics(counts)), len(text))) == []


def unlabelled_words(
    text: str, counts: list[tuple[str, str, int]], *layer: Span, zones: tuple[Zone, ...] = ()
) -> list[str]:
    statistics = LabelStatistics(counts)
    matches = find_unlabelled(context(text, *layer, zones=zones, statistics=statistics), len(text))
    return [text[match.start : match.end] for match in select_unlabelled(matches, statistics)]


def test_unlabelled_words_are_found_after_proclitics_and_in_any_spelling() -> None:
    assert unlabelled_words(TEXT, [KNOWN]) == ["وزارة العدل", "وزارة العدل", "وِزَارَة العـدل"]
    assert unlabelled_words(TEXT, [("وزارة العدل", "INSTITUTION", 1)]) == []


@pytest.mark.parametrize("label", ["INSTITUTION", "PLAN"])
@pytest.mark.parametrize("words", ["وزارة العدل", "قالت وزارة العدل إن", "العدل إن", "وزارة"])
def test_words_that_a_span_overlaps_are_not_unlabelled(words: str, label: str) -> None:
    assert len(unlabelled_words(TEXT, [KNOWN], span_on(TEXT, words, label))) == 2


def test_of_nested_unlabelled_words_the_longest_are_found() -> None:
    counts = [KNOWN, ("العدل", "INSTITUTION", 4), ("وزارة", "INSTITUTION", 4)]
    assert unlabelled_words(TEXT, counts) == ["وزارة العدل", "وزارة العدل", "وِزَارَة العـدل"]


def test_boilerplate_and_joined_words_are_not_unlabelled() -> None:
    zone = Zone("z", "article", "boilerplate", 0, 20)
    assert unlabelled_words(TEXT, [KNOWN], zones=(zone,)) == ["وزارة العدل", "وِزَارَة العـدل"]
    counts = [("اليوم", "DATE", 9), ("2024", "DATE", 9)]
    assert unlabelled_words("جريدة اليوم24 وسنة2024 و2024 اليوم", counts) == ["2024", "اليوم"]


def test_only_mostly_labelled_words_are_an_issue() -> None:
    statistics = LabelStatistics([KNOWN])
    check_context = context(TEXT, statistics=statistics)
    for _time in range(2):
        [match, *_others] = find_unlabelled(check_context, len(TEXT))
        statistics.add_unlabelled(match.words)
        issue = check_unlabelled(match, check_context.corpus)
    assert issue
    assert issue.fix == Fix("INSTITUTION", 5, 16)
    assert issue.span is None
    assert issue.message == "These words have no label here, but are labelled Institution in 4 other places."
    statistics.add_unlabelled(match.words)
    assert check_unlabelled(match, check_context.corpus) is None
    assert list(find_unlabelled(check_context, len(TEXT))) == []


def test_added_and_removed_spans_change_the_statistics() -> None:
    statistics = LabelStatistics()
    for _time in range(2):
        statistics.add("وزارة العدل", "INSTITUTION", 1)
    check_context = context(TEXT, statistics=statistics)
    assert len(list(find_unlabelled(check_context, len(TEXT)))) == 3
    statistics.add("وزارة العدل", "INSTITUTION", -1)
    assert list(find_unlabelled(check_context, len(TEXT))) == []
    statistics.add("", "INSTITUTION", 1)
    assert statistics.count("", "INSTITUTION") == 0
