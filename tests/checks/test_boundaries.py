"""Where spans may begin and end."""

import pytest
from checks.samples import on, remedied, seen, span
from hypothesis import given
from text.texts import layered

from annotator.checks.boundaries import empty, inside_word, proclitic, punctuation
from annotator.checks.check_context import Seen
from annotator.checks.label_statistics import Usage
from annotator.model.records import Article, Span, Zone
from annotator.text.selection import snap


@pytest.mark.parametrize("text", ["«»", "، ", "\u064e", "ـــ", " \u200f", "\u3164", "...", "\u00ad"])
def test_what_has_nothing_to_read_is_asked_about_and_would_be_removed(text: str) -> None:
    question = empty(seen(f"قال {text} شيئا"), on(f"قال {text} شيئا", text))
    assert remedied(text, question) == ""


@pytest.mark.parametrize("text", ["١", "👍", "م", "$", "𝔄", "«أ»"])
def test_one_letter_digit_or_symbol_is_something(text: str) -> None:
    assert empty(seen(text), span(0, len(text))) is None


@pytest.mark.parametrize(
    ("text", "words", "right"),
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
def test_a_span_has_no_mark_or_space_at_its_edges_and_both_of_a_pair(text: str, words: str, right: str) -> None:
    assert remedied(text, punctuation(seen(text), on(text, words))) == right


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
def test_a_pair_within_an_abbreviation_and_a_percentage_are_right(text: str, words: str) -> None:
    assert punctuation(seen(text), on(text, words)) is None


@pytest.mark.parametrize(
    ("text", "words", "right"),
    [
        ("قالت الحكومة أمس", "حكومة", "الحكومة"),
        ("قالت والحكومة أمس", "حكومة", "الحكومة"),
        ("قالت وزارته أمس", "وزارت", "وزارته"),
        ("خطة 2023-2030 أمس", "2023", "2023-2030"),
        ("قالت وَزَارَةُ العدل", "ارَةُ العدل", "وَزَارَةُ العدل"),
        ("للأمم المتحدة", "أمم المتحدة", "لأمم المتحدة"),
    ],
)
def test_an_edge_inside_a_word_is_asked_about_and_would_go_to_the_edge_of_the_word(
    text: str, words: str, right: str
) -> None:
    assert remedied(text, inside_word(seen(text), on(text, words))) == right


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
def test_behind_a_proclitic_and_beside_another_token_an_edge_is_right(text: str, words: str) -> None:
    assert inside_word(seen(text), on(text, words)) is None


def test_a_proclitic_that_others_leave_out_is_asked_about() -> None:
    text = "قالت لوزارة العدل أمس"
    here = on(text, "لوزارة العدل")
    usage = Usage([("وزارة العدل", "INSTITUTION", 2), ("لوزارة العدل", "INSTITUTION", 1)])
    assert remedied(text, proclitic(seen(text), here, usage)) == "وزارة العدل"
    assert proclitic(seen(text), on(text, "وزارة العدل"), usage) is None
    for few in ([("وزارة العدل", "INSTITUTION", 1)], [("وزارة العدل", "PLAN", 9)]):
        assert proclitic(seen(text), here, Usage(few)) is None
    often = Usage([("وزارة العدل", "INSTITUTION", 3), ("لوزارة العدل", "INSTITUTION", 2)])
    assert proclitic(seen(text), here, often) is None


def test_the_first_letter_of_a_short_word_is_no_proclitic() -> None:
    text = "مدينة وجدة"
    assert proclitic(seen(text), on(text, "وجدة"), Usage([("جدة", "INSTITUTION", 9)])) is None


def test_the_lam_of_an_article_is_left_out_with_what_is_written_onto_it() -> None:
    text = "ساعد للأمم المتحدة"
    usage = Usage([("الامم المتحدة", "INSTITUTION", 2)])
    assert remedied(text, proclitic(seen(text), on(text, "للأمم المتحدة"), usage)) == "لأمم المتحدة"


@given(layered())
def test_what_a_selection_takes_is_right(made: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = made
    for one in spans:
        start, end = snap(article.text, one.start, one.end)
        snapped = Seen(article.text, [], [here := span(start, end)]) if start < end else None
        if snapped and not empty(snapped, here):
            assert inside_word(snapped, here) is None
            assert (question := punctuation(snapped, here)) is None, question


@given(layered())
def test_whatever_is_asked_can_be_put_right(made: tuple[Article, list[Zone], list[Span]]) -> None:
    article, _zones, spans = made
    looked = Seen(article.text, [], spans)
    for one in spans:
        if empty(looked, one):
            continue
        for check in (punctuation, inside_word):
            question = check(looked, one)
            remedy = question.remedy if question else None
            if remedy:
                assert 0 <= remedy.start < remedy.end <= len(article.text)
                assert (remedy.start, remedy.end) != (one.start, one.end)
                assert check(looked, span(remedy.start, remedy.end)) is None
