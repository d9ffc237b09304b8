"""Projections with flat spans and all spans."""

import pytest
from builders import build_label_set, label_words
from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers, examples, marked_texts

from annotator.model.reasons import Code, Reason
from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.tagging.combined import CombinedProjection, project_combined, space_between
from annotator.tagging.flat import (
    BOUNDARIES,
    FLATTENED,
    FLATTENINGS,
    REFUSED,
    WRITTEN,
    ProjectionOptions,
    align_spans,
    project_flat,
)

LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")


def chunk_texts(projection: CombinedProjection, flat: bool) -> list[tuple[str, str]]:
    """Return the chunks as text and label."""
    return [
        (" ".join(map(projection.token_text, sentence.tokens[chunk.start : chunk.end])), chunk.label)
        for sentence in projection.sentences
        for chunk in (sentence.flat_chunks if flat else sentence.all_chunks)
    ]


def project_text(text: str, options: ProjectionOptions, *labelled_parts: tuple[str, str]) -> CombinedProjection:
    article = Article(article_uid(text), text)
    spans = label_words(text, labelled_parts)
    zones = [Zone("z", article.uid, "body", 0, len(text))]
    return project_combined(article, zones, spans, LABELS, options, "there")


NESTED = (("خطة العمل 2024", "PLAN"), ("2024", "DATE"))


@pytest.mark.parametrize(
    ("flatten", "flat", "outcomes"),
    [
        ("outermost", ["PLAN"], [WRITTEN, FLATTENED]),
        ("innermost", ["DATE"], [FLATTENED, WRITTEN]),
        ("refuse", [], [REFUSED, REFUSED]),
    ],
)
def test_flattened_spans_are_among_all_spans(flatten: str, flat: list[str], outcomes: list[str]) -> None:
    projection = project_text("قال: خطة العمل 2024.", ProjectionOptions(flatten=flatten), *NESTED)
    assert [label for _text, label in chunk_texts(projection, flat=True)] == flat
    assert chunk_texts(projection, flat=False) == list(NESTED)
    assert [outcome.kind for outcome in projection.outcomes] == outcomes
    assert [outcome.kind for outcome in projection.all_outcomes] == [WRITTEN, WRITTEN]
    flattened = [outcome for outcome in projection.outcomes if outcome.kind != WRITTEN]
    assert all(str(outcome.reason).endswith("It is kept in there, where spans may overlap.") for outcome in flattened)
    assert all(outcome.exported_range is None and outcome.exported_text for outcome in flattened)


def test_reason_also_mentions_an_earlier_widening() -> None:
    projection = project_text(
        "خطة لوزارة العدل", ProjectionOptions(), ("خطة لوزارة العدل", "PLAN"), ("وزارة", "INSTITUTION")
    )
    assert projection.outcomes[1].reason == Reason(
        Code.INSIDE_SPAN,
        "It lies inside “خطة لوزارة العدل” (PLAN), which is kept. "
        "It cuts through “لوزارة” and is widened to include all of it. "
        "It is kept in there, where spans may overlap.",
    )
    assert projection.outcomes[1].exported_text == "لوزارة"


def test_tokens_and_sentences_suit_all_spans() -> None:
    spans = (("خطة لوزارة العدل", "PLAN"), ("وزارة", "INSTITUTION"), ("العدل. غدا", "DATE"))
    projection = project_text("خطة لوزارة العدل. غدا", ProjectionOptions(boundary="split"), *spans)
    assert [[projection.token_text(token) for token in sentence.tokens] for sentence in projection.sentences] == [
        ["خطة", "ل", "وزارة", "العدل", ".", "غدا"]
    ]
    assert chunk_texts(projection, flat=True) == [("خطة ل وزارة العدل", "PLAN")]
    assert len(chunk_texts(projection, flat=False)) == 3


def test_spans_equal_after_widening_are_once_among_the_flat_ones() -> None:
    projection = project_text("لوزارة", ProjectionOptions(), ("لوزارة", "PLAN"), ("وزارة", "PLAN"))
    assert chunk_texts(projection, flat=True) == [("لوزارة", "PLAN")]
    assert chunk_texts(projection, flat=False) == [("لوزارة", "PLAN")] * 2


@examples(200)
@given(
    article_layers() | article_layers(marked_texts),
    st.sampled_from(FLATTENINGS),
    st.sampled_from(BOUNDARIES),
    st.none() | st.just(frozenset(ZONE_KINDS)),
)
def test_flat_chunks_equal_those_of_a_flat_projection(
    layer: tuple[Article, list[Zone], list[Span]], flatten: str, boundary: str, zones: frozenset[str] | None
) -> None:
    article, article_zones, spans = layer
    options = ProjectionOptions(flatten=flatten, boundary=boundary, zones=zones)
    projection = project_combined(article, article_zones, spans, LABELS, options, "there")
    flat_projection = project_flat(article, article_zones, spans, LABELS, options)
    _tokens, aligned = align_spans(article, article_zones, spans, options)
    assert list(projection.all_outcomes) == aligned
    outcomes = [
        [(outcome.kind, outcome.exported_range) for outcome in span_outcomes]
        for span_outcomes in (projection.outcomes, flat_projection.outcomes)
    ]
    assert outcomes[0] == outcomes[1]
    for name, span_outcomes in (("flat_chunks", projection.outcomes), ("all_chunks", projection.all_outcomes)):
        ranges = sorted(
            (sentence.tokens[chunk.start].start, sentence.tokens[chunk.end - 1].end, chunk.label)
            for sentence in projection.sentences
            for chunk in getattr(sentence, name)
        )
        assert ranges == sorted(
            (*outcome.exported_range, outcome.span.label) for outcome in span_outcomes if outcome.exported_range
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال وزير", " "),
        ("قال \u200f\u00a0وزير", " \u00a0"),
        ("قالوزير", ""),
        ("قال \n وزير", " \n "),
        ("قال ثم وزير", "\n"),
    ],
    ids=["one", "several, and a mark", "none", "a newline", "a word that is left out"],
)
def test_space_between_tokens_is_that_of_the_text_or_a_newline_for_omitted_words(text: str, expected: str) -> None:
    assert space_between(text, len("قال"), text.index("وزير")) == expected
