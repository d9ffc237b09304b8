"""Spans that nest and cross, by depth."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import layered, marked_texts, places

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.tagging import schemes
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS, Options, Stretch, place, project, segments
from annotator.tagging.nested import NestedProjection, levels, project_levels

LABELS = LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in ("DATE", "INSTITUTION", "PLAN")))

stretches = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1]).map(lambda p: Stretch(*p)),
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
def test_depths(spans: list[tuple[int, int]], expected: list[list[tuple[int, int]]]) -> None:
    assert levels([Stretch(*span) for span in spans]) == expected


def test_of_one_stretch_the_first_is_the_outer() -> None:
    spans = [Span(uid, "", "", "X", 0, 3) for uid in "bca"]
    assert [[span.uid for span in level] for level in levels(spans)] == [["b"], ["c"], ["a"]]


@settings(max_examples=500)
@given(stretches)
def test_each_span_is_in_one_level_free_of_overlaps_outer_before_inner(spans: list[Stretch]) -> None:
    found = levels(spans)
    assert sorted(itertools.chain.from_iterable(found)) == sorted(spans)
    for level in found:
        assert level
        assert all(left.end <= right.start for left, right in itertools.pairwise(level))
    for (outer, above), (inner, below) in itertools.permutations(
        [(span, depth) for depth, level in enumerate(found) for span in level], 2
    ):
        if outer.holds(inner) and outer != inner:
            assert above < below
    for depth, level in enumerate(found[1:]):
        assert all(any(span.overlaps(other) for other in found[depth]) for span in level)


def nesting(start: int, end: int) -> st.SearchStrategy[list[Stretch]]:
    """Spans of a text that never cross."""
    if end - start < 2:
        return st.just([Stretch(start, end)] if end > start else []) | st.just([])
    return st.integers(start + 1, end - 1).flatmap(
        lambda middle: st.tuples(nesting(start, middle), nesting(middle, end), st.integers(0, 2)).map(
            lambda parts: [*parts[0], *parts[1], *[Stretch(start, end)] * parts[2]]
        )
    )


@settings(max_examples=200)
@given(st.one_of(nesting(0, 8), stretches.map(lambda spans: [span for span in spans if not _nests(span, spans)])))
def test_no_fewer_levels_would_do_where_spans_only_nest_or_only_cross(spans: list[Stretch]) -> None:
    most = max((sum(span.start <= at < span.end for span in spans) for at in range(13)), default=0)
    assert len(levels(spans)) == most


def _nests(span: Stretch, spans: list[Stretch]) -> bool:
    return spans.count(span) > 1 or any(other != span and (other.holds(span) or span.holds(other)) for other in spans)


# Projections


def rows(projection: NestedProjection) -> list[str]:
    """Each sentence as `token/tag/tag` with spaces between."""
    return [
        " ".join("/".join((word, *tags)) for word, *tags in zip(sentence.words, *sentence.tags("iob2"), strict=True))
        for sentence in projection.sentences
    ]


def nested(
    text: str, *found: tuple[str, str], within_label: bool = True, options: Options | None = None
) -> NestedProjection:
    article = Article(article_uid(text), text)
    spans = [
        Span(f"s{at}", article.uid, "salma", label, text.index(part), text.index(part) + len(part))
        for at, (part, label) in enumerate(found)
    ]
    chosen = options or Options(zones=None)
    return project_levels(article, [], spans, LABELS, chosen, within_label=within_label)


def test_nothing_is_flattened() -> None:
    found = nested("في خطة العمل 2024-2025 معا", ("2024-2025", "DATE"), ("خطة العمل 2024-2025", "PLAN"))
    assert rows(found) == ["في/O/O خطة/B-PLAN/O العمل/I-PLAN/O 2024-2025/I-PLAN/B-DATE معا/O/O"]
    assert [fate.outcome for fate in found.fates] == ["written"] * 2
    assert found.depth == 2


def test_of_one_stretch_the_label_of_higher_rank_is_the_outer() -> None:
    assert rows(nested("خطة", ("خطة", "PLAN"), ("خطة", "DATE"))) == ["خطة/B-DATE/B-PLAN"]


def test_spans_that_widening_makes_the_same_are_both_there() -> None:
    found = nested("لوزارة", ("وزارة", "PLAN"), ("لوزارة", "PLAN"))
    assert rows(found) == ["لوزارة/B-PLAN/B-PLAN"]
    assert [fate.outcome for fate in found.fates] == ["widened", "written"]


def test_a_break_that_any_span_crosses_is_dropped() -> None:
    found = nested("أ ب\nج د\nه", ("أ ب\nج د\nه", "PLAN"), ("ب", "DATE"))
    assert len(found.sentences) == 1
    assert found.depth == 2
    assert len(nested("أ ب\nج د", ("أ ب", "PLAN"), ("ب", "DATE")).sentences) == 2


def test_a_format_that_cannot_tell_spans_of_one_label_apart_has_one_of_them() -> None:
    text = "وزارة العدل المغربية 2024"
    spans = (("العدل المغربية", "PLAN"), ("وزارة العدل المغربية", "PLAN"), ("وزارة", "DATE"))
    found = nested(text, *spans, within_label=False)
    assert rows(found) == ["وزارة/B-PLAN/B-DATE العدل/I-PLAN/O المغربية/I-PLAN/O 2024/O/O"]
    assert [fate.outcome for fate in found.fates] == ["flattened", "written", "written"]
    assert found.fates[0].reason == "It lies inside “وزارة العدل المغربية” (PLAN), which is kept."
    inner = nested(text, *spans, within_label=False, options=Options(zones=None, flatten="innermost"))
    assert [fate.outcome for fate in inner.fates] == ["written", "flattened", "written"]


def test_two_spans_split_an_emoji_in_front_of_its_mark() -> None:
    text = "❤\ufe0f\u200d❤"
    found = nested(text, ("❤", "PLAN"), ("❤\ufe0f", "DATE"), options=Options(zones=None, boundary="split"))
    assert [fate.stretch for fate in found.fates] == [(0, 2), (0, 2)]
    assert rows(found) == ["❤\ufe0f/B-DATE/B-PLAN ❤/O/O"]


options = st.builds(
    Options,
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
)


def in_file(projection: NestedProjection, parts: list[Stretch]) -> list[tuple[int, int, str]]:
    words = (word for sentence in projection.sentences for word in sentence.words)
    at = iter(places(projection.article.text, parts, words))
    located = [list(itertools.islice(at, len(sentence.words))) for sentence in projection.sentences]
    return sorted(
        (stretches[chunk.start][0], stretches[chunk.end - 1][1], chunk.label)
        for stretches, sentence in zip(located, projection.sentences, strict=True)
        for level in sentence.levels
        for chunk in level
    )


@settings(max_examples=300)
@given(layered() | layered(marked_texts), options, st.booleans())
def test_every_span_has_one_fate_and_the_file_is_what_the_fates_say(
    layer: tuple[Article, list[Zone], list[Span]], options: Options, within_label: bool
) -> None:
    article, zones, spans = layer
    found = project_levels(article, zones, spans, LABELS, options, within_label=within_label)
    assert [fate.span for fate in found.fates] == spans
    parts, alone = place(article, zones, spans, options)
    assert in_file(found, parts) == sorted((*fate.stretch, fate.span.label) for fate in found.fates if fate.stretch)
    if within_label:
        assert list(found.fates) == alone
    for fate, other in zip(found.fates, alone, strict=True):
        assert fate == other or (fate.outcome in ("flattened", "refused") and fate.stretch is None and other.stretch)
    kept = [fate for fate in found.fates if fate.stretch]
    for one, other in itertools.combinations([] if within_label else kept, 2):
        assert one.span.label != other.span.label or not one.stretch.overlaps(other.stretch)  # type: ignore[union-attr]


@settings(max_examples=200)
@given(layered() | layered(marked_texts), options)
def test_without_overlaps_it_is_the_flat_projection(
    layer: tuple[Article, list[Zone], list[Span]], options: Options
) -> None:
    article, zones, spans = layer
    flat = project(article, zones, spans, LABELS, options)
    alone = [fate.span for fate in flat.fates if fate.stretch]
    again = project_levels(article, zones, alone, LABELS, options)
    assert again.depth <= 1
    assert [sentence.words for sentence in again.sentences] == [sentence.words for sentence in flat.sentences]
    parts = segments(article, zones, options.zones)
    assert in_file(again, parts) == sorted((*fate.stretch, fate.span.label) for fate in flat.fates if fate.stretch)
