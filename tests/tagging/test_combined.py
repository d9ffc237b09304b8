"""Flat spans, and all of them beside."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import layered, marked_texts

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.tagging.combined import TwofoldProjection, project_twofold, space
from annotator.tagging.flat import BOUNDARIES, FLATTENED, FLATTENINGS, REFUSED, WRITTEN, Options, place, project

LABELS = LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in ("DATE", "INSTITUTION", "PLAN")))


def said(projected: TwofoldProjection, flat: bool) -> list[tuple[str, str]]:
    """The chunks as text and label."""
    return [
        (" ".join(map(projected.word, sentence.tokens[chunk.start : chunk.end])), chunk.label)
        for sentence in projected.sentences
        for chunk in (sentence.flat if flat else sentence.all)
    ]


def projected(text: str, options: Options, *found: tuple[str, str]) -> TwofoldProjection:
    article = Article(article_uid(text), text)
    spans = [
        Span(f"s{at}", article.uid, "a", label, text.index(part), text.index(part) + len(part))
        for at, (part, label) in enumerate(found)
    ]
    zones = [Zone("z", article.uid, "body", 0, len(text))]
    return project_twofold(article, zones, spans, LABELS, options, "there")


NESTED = (("خطة العمل 2024", "PLAN"), ("2024", "DATE"))


@pytest.mark.parametrize(
    ("flatten", "flat", "outcomes"),
    [
        ("outermost", ["PLAN"], [WRITTEN, FLATTENED]),
        ("innermost", ["DATE"], [FLATTENED, WRITTEN]),
        ("refuse", [], [REFUSED, REFUSED]),
    ],
)
def test_what_is_flattened_is_beside(flatten: str, flat: list[str], outcomes: list[str]) -> None:
    found = projected("قال: خطة العمل 2024.", Options(flatten=flatten), *NESTED)
    assert [label for _text, label in said(found, flat=True)] == flat
    assert said(found, flat=False) == list(NESTED)
    assert [fate.outcome for fate in found.fates] == outcomes
    assert [fate.outcome for fate in found.placed] == [WRITTEN, WRITTEN]
    lost = [fate for fate in found.fates if fate.outcome != WRITTEN]
    assert all(fate.reason.endswith("It is in there, where spans may overlap.") for fate in lost)
    assert all(fate.stretch is None and fate.became for fate in lost)


def test_what_was_widened_first_says_that_too() -> None:
    found = projected("خطة لوزارة العدل", Options(), ("خطة لوزارة العدل", "PLAN"), ("وزارة", "INSTITUTION"))
    assert found.fates[1].reason == (
        "It lies inside “خطة لوزارة العدل” (PLAN), which is kept. It cuts “لوزارة” and is widened to all of it. "
        "It is in there, where spans may overlap."
    )
    assert found.fates[1].became == "لوزارة"


def test_tokens_and_sentences_are_as_all_spans_need_them() -> None:
    spans = (("خطة لوزارة العدل", "PLAN"), ("وزارة", "INSTITUTION"), ("العدل. غدا", "DATE"))
    found = projected("خطة لوزارة العدل. غدا", Options(boundary="split"), *spans)
    assert [[found.word(token) for token in one.tokens] for one in found.sentences] == [
        ["خطة", "ل", "وزارة", "العدل", ".", "غدا"]
    ]
    assert said(found, flat=True) == [("خطة ل وزارة العدل", "PLAN")]
    assert len(said(found, flat=False)) == 3


def test_what_widening_makes_one_is_once_among_the_flat() -> None:
    found = projected("لوزارة", Options(), ("لوزارة", "PLAN"), ("وزارة", "PLAN"))
    assert said(found, flat=True) == [("لوزارة", "PLAN")]
    assert said(found, flat=False) == [("لوزارة", "PLAN")] * 2


@settings(max_examples=200)
@given(
    layered() | layered(marked_texts),
    st.sampled_from(FLATTENINGS),
    st.sampled_from(BOUNDARIES),
    st.none() | st.just(frozenset(ZONE_KINDS)),
)
def test_the_flat_ones_are_those_of_a_flat_file(
    made: tuple[Article, list[Zone], list[Span]], flatten: str, boundary: str, zones: frozenset[str] | None
) -> None:
    article, given_zones, spans = made
    options = Options(flatten=flatten, boundary=boundary, zones=zones)
    found = project_twofold(article, given_zones, spans, LABELS, options, "there")
    alone = project(article, given_zones, spans, LABELS, options)
    _tokens, placed = place(article, given_zones, spans, options)
    assert list(found.placed) == placed
    outcomes = [[(fate.outcome, fate.stretch) for fate in fates] for fates in (found.fates, alone.fates)]
    assert outcomes[0] == outcomes[1]
    for name, fates in (("flat", found.fates), ("all", found.placed)):
        stretches = sorted(
            (sentence.tokens[chunk.start].start, sentence.tokens[chunk.end - 1].end, chunk.label)
            for sentence in found.sentences
            for chunk in getattr(sentence, name)
        )
        assert stretches == sorted((*fate.stretch, fate.span.label) for fate in fates if fate.stretch)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("قال وزير", " "),
        ("قال \u200f\u00a0وزير", " \u00a0"),
        ("قالوزير", ""),
        ("قال \n وزير", " \n "),
        ("قال ثم وزير", "\n"),
    ],
    ids=["one", "several, and a mark", "none", "a newline", "a word that is left out"],
)
def test_the_space_between_two_tokens_is_as_in_the_text_and_a_newline_where_words_are_left_out(
    words: str, expected: str
) -> None:
    assert space(words, len("قال"), words.index("وزير")) == expected
