"""Checks of where spans may begin and end."""

import pytest
from checks.samples import context, fixed_text, span, span_on
from hypothesis import given
from strategies import article_layers

from annotator.checks.boundaries import check_empty, check_inside_word, check_proclitic, check_punctuation
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.records import Article, Span, Zone
from annotator.text.selection import snap_to_words


@pytest.mark.parametrize("text", ["«»", "، ", "\u064e", "ـــ", " \u200f", "\u3164", "...", "\u00ad"])
def test_span_without_readable_text_is_an_issue_whose_fix_removes_it(text: str) -> None:
    issue = check_empty(context(f"قال {text} شيئا"), span_on(f"قال {text} شيئا", text))
    assert fixed_text(text, issue) == ""


@pytest.mark.parametrize("text", ["١", "👍", "م", "$", "𝔄", "«أ»"])
def test_span_of_one_letter_digit_or_symbol_is_not_empty(text: str) -> None:
    assert check_empty(context(text), span(0, len(text))) is None


@pytest.mark.parametrize(
    ("text", "words", "fixed"),
    [
        ("قالت وزارة العدل، أمس", "وزارة العدل،", "وزارة العدل"),
        ("قالت «وزارة العدل» أمس", "«وزارة العدل»", "وزارة العدل"),
        ("قالت «وزارة العدل» أمس", "«وزارة العدل", "وزارة العدل"),
        ("قالت وزارة العدل أمس", " وزارة العدل ", "وزارة العدل"),
        ("قالت منظمة (اليونسكو) أمس", "منظمة (اليونسكو", "منظمة (اليونسكو)"),
        ("قالت وزارة (العدل) العليا أمس", "العدل) العليا", "(العدل) العليا"),
        ("في 27 نيسان 1912. وقال", "27 نيسان 1912.", "27 نيسان 1912"),
        ("في (15/5/1985) أمس", "(15/5/1985", "15/5/1985"),
    ],
)
def test_fix_removes_punctuation_at_edges_and_completes_pairs(text: str, words: str, fixed: str) -> None:
    issue = check_punctuation(context(text), span_on(text, words))
    assert fixed_text(text, issue) == fixed
    assert issue
    assert issue.code == ("unpaired_mark" if len(fixed) > len(words) else "punctuation")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("قالت منظمة (اليونسكو) أمس", "منظمة (اليونسكو)"),
        ("قالت «وزارة العدل» أمس", "وزارة العدل"),
        ("شركة النقل ش.م. تربح", "شركة النقل ش.م."),
        ("بنسبة 50% أو أكثر", "50%"),
        ("بنسبة ٥٠٪ أو أكثر", "٥٠٪"),
        ("كتب #فلسطين اليوم", "#فلسطين"),
        ("قال “نعم. ثم معهد “دوف” في", "معهد “دوف”"),  # the marks of the line are mixed up
        ("لأحزاب العدل", "أحزاب العدل"),
        ("طيب 👩‍👧", "👩‍👧"),
    ],
)
def test_complete_pairs_abbreviations_and_percentages_are_no_punctuation_issue(text: str, words: str) -> None:
    assert check_punctuation(context(text), span_on(text, words)) is None


@pytest.mark.parametrize(
    ("text", "words", "fixed"),
    [
        ("قالت الحكومة أمس", "حكومة", "الحكومة"),
        ("قالت والحكومة أمس", "حكومة", "الحكومة"),
        ("قالت وزارته أمس", "وزارت", "وزارته"),
        ("خطة 2023-2030 أمس", "2023", "2023-2030"),
        ("قالت وَزَارَةُ العدل", "ارَةُ العدل", "وَزَارَةُ العدل"),
        ("للأمم المتحدة", "أمم المتحدة", "لأمم المتحدة"),
    ],
)
def test_fix_moves_an_edge_inside_a_word_to_the_edge_of_the_word(text: str, words: str, fixed: str) -> None:
    assert fixed_text(text, check_inside_word(context(text), span_on(text, words))) == fixed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("قالت لوزارة العدل", "وزارة العدل"),
        ("قالت وبوزارة العدل", "وزارة العدل"),
        ("للأمم المتحدة", "لأمم المتحدة"),
        ("قالت كـوزارة العدل", "وزارة العدل"),
        ("سنة2024", "2024"),
        ("في 1445هـ", "1445"),
        ("لـ2030 و2024", "2024"),
        ("جامعة فاس-مكناس", "فاس"),
        ("قال👍🏽", "👍🏽"),
        ("وزارة العدل", "وزارة العدل"),
    ],
)
def test_edge_after_a_proclitic_or_beside_another_token_is_no_issue(text: str, words: str) -> None:
    assert check_inside_word(context(text), span_on(text, words)) is None


def test_proclitic_that_other_spans_leave_out_is_an_issue() -> None:
    text = "قالت لوزارة العدل أمس"
    target = span_on(text, "لوزارة العدل")
    statistics = LabelStatistics([("وزارة العدل", "INSTITUTION", 2), ("لوزارة العدل", "INSTITUTION", 1)])
    assert fixed_text(text, check_proclitic(context(text, statistics=statistics), target)) == "وزارة العدل"
    assert check_proclitic(context(text, statistics=statistics), span_on(text, "وزارة العدل")) is None
    for few in ([("وزارة العدل", "INSTITUTION", 1)], [("وزارة العدل", "PLAN", 9)]):
        assert check_proclitic(context(text, statistics=LabelStatistics(few)), target) is None
    often = LabelStatistics([("وزارة العدل", "INSTITUTION", 3), ("لوزارة العدل", "INSTITUTION", 2)])
    assert check_proclitic(context(text, statistics=often), target) is None


def test_first_letter_of_a_short_word_is_no_proclitic() -> None:
    text = "مدينة وجدة"
    assert (
        check_proclitic(context(text, statistics=LabelStatistics([("جدة", "INSTITUTION", 9)])), span_on(text, "وجدة"))
        is None
    )


def test_fix_leaves_out_the_proclitic_before_a_contracted_article() -> None:
    text = "ساعد للأمم المتحدة"
    statistics = LabelStatistics([("الامم المتحدة", "INSTITUTION", 2)])
    assert (
        fixed_text(text, check_proclitic(context(text, statistics=statistics), span_on(text, "للأمم المتحدة")))
        == "لأمم المتحدة"
    )


@given(article_layers())
def test_snapped_selection_has_no_boundary_issue(annotated: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = annotated
    for drawn in spans:
        start, end = snap_to_words(article.text, drawn.start, drawn.end)
        snapped = context(article.text, target := span(start, end)) if start < end else None
        if snapped and not check_empty(snapped, target):
            assert check_inside_word(snapped, target) is None
            assert (issue := check_punctuation(snapped, target)) is None, issue


@given(article_layers())
def test_every_boundary_fix_resolves_its_issue(annotated: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = annotated
    layer_context = context(article.text, *spans)
    for drawn in spans:
        if check_empty(layer_context, drawn):
            continue
        for check in (check_punctuation, check_inside_word):
            issue = check(layer_context, drawn)
            fix = issue.fix if issue else None
            if fix:
                assert 0 <= fix.start < fix.end <= len(article.text)
                assert (fix.start, fix.end) != (drawn.start, drawn.end)
                assert check(layer_context, span(fix.start, fix.end)) is None
