"""Nesting levels of spans, and nested projections."""

import itertools

import pytest
from builders import build_label_set, label_words, list_sentences
from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers, examples, find_words, marked_texts

from annotator.model.reasons import Code, Reason
from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.tagging import schemes
from annotator.tagging.flat import (
    BOUNDARIES,
    FLATTENINGS,
    ProjectionOptions,
    TextRange,
    align_spans,
    project_flat,
    select_ranges,
)
from annotator.tagging.nested import NestedProjection, assign_levels, project_nested

LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")

text_ranges = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda p: TextRange(*p)),
    max_size=9,
)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(4, 6), (0, 2)], [[(0, 2), (4, 6)]]),
        ([(1, 2), (0, 5), (3, 5)], [[(0, 5)], [(1, 2), (3, 5)]]),
        ([(0, 3), (0, 3)], [[(0, 3)], [(0, 3)]]),
        ([(0, 3), (2, 5)], [[(0, 3)], [(2, 5)]]),
        ([(0, 3), (2, 6), (5, 9)], [[(0, 3), (5, 9)], [(2, 6)]]),
        ([(0, 4), (2, 10), (5, 8)], [[(2, 10)], [(0, 4), (5, 8)]]),
        ([(0, 4), (0, 1), (2, 10), (5, 8)], [[(0, 4)], [(0, 1), (2, 10)], [(5, 8)]]),
        ([(0, 9), (1, 5), (4, 8), (2, 3)], [[(0, 9)], [(1, 5)], [(2, 3), (4, 8)]]),
    ],
)
def test_levels(spans: list[tuple[int, int]], expected: list[list[tuple[int, int]]]) -> None:
    assert assign_levels([TextRange(*span) for span in spans]) == expected


def test_first_of_equal_ranges_is_the_outer() -> None:
    spans = [Span(uid, "", "", "X", 0, 3) for uid in "bca"]
    assert [[span.uid for span in level] for level in assign_levels(spans)] == [["b"], ["c"], ["a"]]


@examples(500)
@given(text_ranges)
def test_each_span_is_in_one_level_without_overlaps_and_outer_before_inner(spans: list[TextRange]) -> None:
    levels = assign_levels(spans)
    assert sorted(itertools.chain.from_iterable(levels)) == sorted(spans)
    for level in levels:
        assert level
        assert all(previous.end <= following.start for previous, following in itertools.pairwise(level))
    for (outer, outer_level), (inner, inner_level) in itertools.permutations(
        [(span, depth) for depth, level in enumerate(levels) for span in level], 2
    ):
        if outer.contains(inner) and outer != inner:
            assert outer_level < inner_level
    for depth, level in enumerate(levels[1:]):
        assert all(any(overlap(span, other) for other in levels[depth]) for span in level)


def overlap(first: TextRange, second: TextRange) -> bool:
    return first.start < second.end and second.start < first.end


def nesting(start: int, end: int) -> st.SearchStrategy[list[TextRange]]:
    """Return a strategy for spans of a text that never cross."""
    if end - start < 2:
        return st.just([TextRange(start, end)] if end > start else []) | st.just([])
    return st.integers(start + 1, end - 1).flatmap(
        lambda middle: st.tuples(nesting(start, middle), nesting(middle, end), st.integers(0, 2)).map(
            lambda parts: [*parts[0], *parts[1], *[TextRange(start, end)] * parts[2]]
        )
    )


@examples(200)
@given(st.one_of(nesting(0, 8), text_ranges.map(lambda spans: [span for span in spans if not _nests(span, spans)])))
def test_number_of_levels_is_minimal_if_spans_only_nest_or_only_cross(spans: list[TextRange]) -> None:
    max_overlaps = max((sum(span.start <= offset < span.end for span in spans) for offset in range(13)), default=0)
    assert len(assign_levels(spans)) == max_overlaps


def _nests(span: TextRange, spans: list[TextRange]) -> bool:
    return spans.count(span) > 1 or any(
        other != span and (other.contains(span) or span.contains(other)) for other in spans
    )


# Projections


def tagged_sentences(projection: NestedProjection) -> list[str]:
    """Return each sentence as `token/tag/tag` with spaces between."""
    return [
        " ".join(
            "/".join((word, *tags)) for word, *tags in zip(sentence.words, *sentence.encode_tags("iob2"), strict=True)
        )
        for sentence in projection.sentences
    ]


def project_text(
    text: str, *labelled_parts: tuple[str, str], allow_same_label: bool = True, options: ProjectionOptions | None = None
) -> NestedProjection:
    article = Article(article_uid(text), text)
    spans = label_words(text, labelled_parts)
    projection_options = options or ProjectionOptions(zones=None)
    return project_nested(article, [], spans, LABELS, projection_options, allow_same_label=allow_same_label)


def test_nothing_is_flattened() -> None:
    projection = project_text("في خطة العمل 2024-2025 معا", ("2024-2025", "DATE"), ("خطة العمل 2024-2025", "PLAN"))
    assert tagged_sentences(projection) == ["في/O/O خطة/B-PLAN/O العمل/I-PLAN/O 2024-2025/I-PLAN/B-DATE معا/O/O"]
    assert [outcome.kind for outcome in projection.outcomes] == ["written"] * 2
    assert projection.depth == 2


def test_label_of_higher_rank_is_the_outer_for_equal_ranges() -> None:
    assert tagged_sentences(project_text("خطة", ("خطة", "PLAN"), ("خطة", "DATE"))) == ["خطة/B-DATE/B-PLAN"]


def test_spans_equal_after_widening_are_both_exported() -> None:
    projection = project_text("لوزارة", ("وزارة", "PLAN"), ("لوزارة", "PLAN"))
    assert tagged_sentences(projection) == ["لوزارة/B-PLAN/B-PLAN"]
    assert [outcome.kind for outcome in projection.outcomes] == ["widened", "written"]


def test_sentence_break_within_any_span_is_dropped() -> None:
    projection = project_text("أ ب\nج د\nه", ("أ ب\nج د\nه", "PLAN"), ("ب", "DATE"))
    assert len(projection.sentences) == 1
    assert projection.depth == 2
    assert len(project_text("أ ب\nج د", ("أ ب", "PLAN"), ("ب", "DATE")).sentences) == 2


def test_one_of_overlapping_spans_of_a_label_is_kept_without_same_label() -> None:
    text = "وزارة العدل المغربية 2024"
    spans = (("العدل المغربية", "PLAN"), ("وزارة العدل المغربية", "PLAN"), ("وزارة", "DATE"))
    projection = project_text(text, *spans, allow_same_label=False)
    assert tagged_sentences(projection) == ["وزارة/B-PLAN/B-DATE العدل/I-PLAN/O المغربية/I-PLAN/O 2024/O/O"]
    assert [outcome.kind for outcome in projection.outcomes] == ["flattened", "written", "written"]
    assert projection.outcomes[0].reason == Reason(
        Code.INSIDE_SPAN, "It lies inside “وزارة العدل المغربية” (PLAN), which is kept."
    )
    inner = project_text(
        text, *spans, allow_same_label=False, options=ProjectionOptions(zones=None, flatten="innermost")
    )
    assert [outcome.kind for outcome in inner.outcomes] == ["written", "flattened", "written"]


def test_two_spans_that_split_an_emoji_include_its_selector() -> None:
    text = "❤\ufe0f\u200d❤"
    projection = project_text(
        text, ("❤", "PLAN"), ("❤\ufe0f", "DATE"), options=ProjectionOptions(zones=None, boundary="split")
    )
    assert [outcome.exported_range for outcome in projection.outcomes] == [(0, 2), (0, 2)]
    assert tagged_sentences(projection) == ["❤\ufe0f/B-DATE/B-PLAN ❤/O/O"]


options = st.builds(
    ProjectionOptions,
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
)


def exported_spans(projection: NestedProjection, parts: list[TextRange]) -> list[tuple[int, int, str]]:
    words = (word for sentence in projection.sentences for word in sentence.words)
    ranges = iter(find_words(projection.article.text, parts, words))
    located = [list(itertools.islice(ranges, len(sentence.words))) for sentence in projection.sentences]
    return sorted(
        (sentence_ranges[chunk.start][0], sentence_ranges[chunk.end - 1][1], chunk.label)
        for sentence_ranges, sentence in zip(located, projection.sentences, strict=True)
        for level in sentence.levels
        for chunk in level
    )


@examples(300)
@given(article_layers() | article_layers(marked_texts), options, st.booleans())
def test_every_span_has_one_outcome_and_the_file_agrees_with_the_outcomes(
    layer: tuple[Article, list[Zone], list[Span]], options: ProjectionOptions, allow_same_label: bool
) -> None:
    article, zones, spans = layer
    projection = project_nested(article, zones, spans, LABELS, options, allow_same_label=allow_same_label)
    assert [outcome.span for outcome in projection.outcomes] == spans
    parts, aligned = align_spans(article, zones, spans, options)
    assert exported_spans(projection, parts) == sorted(
        (*outcome.exported_range, outcome.span.label) for outcome in projection.outcomes if outcome.exported_range
    )
    if allow_same_label:
        assert list(projection.outcomes) == aligned
    for outcome, second in zip(projection.outcomes, aligned, strict=True):
        assert outcome == second or (
            outcome.kind in ("flattened", "refused") and outcome.exported_range is None and second.exported_range
        )
    exported = [outcome for outcome in projection.outcomes if outcome.exported_range]
    for first, second in itertools.combinations([] if allow_same_label else exported, 2):
        assert first.exported_range
        assert second.exported_range
        assert first.span.label != second.span.label or not overlap(first.exported_range, second.exported_range)


@examples(200)
@given(article_layers() | article_layers(marked_texts), options)
def test_without_overlaps_it_equals_the_flat_projection(
    layer: tuple[Article, list[Zone], list[Span]], options: ProjectionOptions
) -> None:
    article, zones, spans = layer
    flat = project_flat(article, zones, spans, LABELS, options)
    flat_spans = [outcome.span for outcome in flat.outcomes if outcome.exported_range]
    nested = project_nested(article, zones, flat_spans, LABELS, options)
    assert nested.depth <= 1
    assert [sentence.words for sentence in nested.sentences] == [sentence.words for sentence in list_sentences(flat)]
    parts = select_ranges(article, zones, options.zones)
    assert exported_spans(nested, parts) == sorted(
        (*outcome.exported_range, outcome.span.label) for outcome in flat.outcomes if outcome.exported_range
    )
