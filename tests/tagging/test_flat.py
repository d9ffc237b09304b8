"""Flat projections and the outcome of each span."""

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
    OUTCOMES,
    FlatProjection,
    ProjectionOptions,
    SpanOutcome,
    count_tokens,
    project_flat,
    select_ranges,
)
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible, trim_invisible

KINDS = {"h": "headline", "d": "dateline", "b": "body", "x": "boilerplate"}
LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")


EVERYTHING = ProjectionOptions(zones=None)


def project_text(
    text: str, *labelled_parts: tuple[str, str], lines: str = "", options: ProjectionOptions = EVERYTHING
) -> FlatProjection:
    """Project spans given as (text, label).

    `lines` has a letter for the zone of each line: headline, dateline, body, x boilerplate, - none.
    """
    article = Article(article_uid(text), text)
    starts = list(itertools.accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    zones = [
        Zone(f"z{start}", article.uid, KINDS[letter], start, end - 1)
        for letter, start, end in zip(lines, starts, starts[1:], strict=False)
        if letter != "-"
    ]
    spans = label_words(text, labelled_parts)
    return project_flat(article, zones, spans, LABELS, options)


def kinds_and_texts(projection: FlatProjection) -> list[tuple[str, str | None]]:
    return [(outcome.kind, outcome.exported_text) for outcome in projection.outcomes]


def tagged_sentences(projection: FlatProjection, scheme: str = "iob2") -> list[str]:
    """Return each sentence as `token/tag` with spaces between."""
    words = [
        f"{word}/{tag}" if word else "\n"
        for lines, tags in projection.encode_tags(scheme)
        for word, tag in itertools.zip_longest(lines.split("\n")[:-1], tags, fillvalue="O")
    ]
    return [sentence.strip() for sentence in " ".join(words).split("\n")[:-1]]


# Written


def test_span_of_complete_tokens_is_written() -> None:
    projection = project_text("في وزارة العدل أمس.", ("وزارة العدل", "INSTITUTION"), ("أمس", "DATE"))
    assert tagged_sentences(projection) == ["في/O وزارة/B-INSTITUTION العدل/I-INSTITUTION أمس/B-DATE ./O"]
    assert kinds_and_texts(projection) == [("written", "وزارة العدل"), ("written", "أمس")]
    assert [outcome.reason for outcome in projection.outcomes] == [None, None]
    assert [outcome.exported_range for outcome in projection.outcomes] == [(3, 14), (15, 18)]


def test_invisible_mark_within_a_span_is_not_exported() -> None:
    projection = project_text("في 2023\u200f-\u200f2030 معا", ("2023\u200f-\u200f2030", "DATE"))
    assert tagged_sentences(projection) == ["في/O 2023-2030/B-DATE معا/O"]
    assert kinds_and_texts(projection) == [("written", "2023-2030")]


def test_emoji_with_its_selector_is_one_token() -> None:
    projection = project_text(
        "❤\ufe0f \U0001f3f4\U000e0067\U000e007f", ("❤\ufe0f \U0001f3f4\U000e0067\U000e007f", "PLAN")
    )
    assert [outcome.kind for outcome in projection.outcomes] == ["written"]


# Zones


NEWS = "عنوان\nيوم أمس\nنص أول\nعاجل أمس\nخارج"


def test_span_outside_the_zones_is_reported() -> None:
    spans = [("يوم", "DATE"), ("عاجل", "PLAN"), ("نص", "PLAN"), ("خارج", "PLAN")]
    projection = project_text(NEWS, *spans, lines="hdbx-", options=ProjectionOptions())
    assert tagged_sentences(projection) == ["عنوان/O", "نص/B-PLAN أول/O"]
    assert kinds_and_texts(projection) == [("outside_zones", None)] * 2 + [("written", "نص"), ("outside_zones", None)]
    assert projection.outcomes[0].reason == Reason(Code.OUTSIDE_ZONES, "It lies outside the exported zones.")


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        (frozenset(), []),
        (frozenset(["dateline"]), ["يوم أمس"]),
        (frozenset(["boilerplate", "body"]), ["نص أول", "عاجل أمس"]),
        (frozenset(ZONE_KINDS), ["عنوان", "يوم أمس", "نص أول", "عاجل أمس"]),
        (None, ["عنوان", "يوم أمس", "نص أول", "عاجل أمس", "خارج"]),
    ],
)
def test_zones_are_selected_by_kind(zones: frozenset[str] | None, expected: list[str]) -> None:
    sentences = tagged_sentences(project_text(NEWS, lines="hdbx-", options=ProjectionOptions(zones=zones)))
    assert [sentence.replace("/O", "") for sentence in sentences] == expected


@pytest.mark.parametrize("zones", [frozenset(["body", "headline"]), None])
def test_span_over_two_zones_is_refused(zones: frozenset[str] | None) -> None:
    projection = project_text("عنوان\nنص", ("عنوان\nنص", "PLAN"), lines="hb", options=ProjectionOptions(zones=zones))
    assert kinds_and_texts(projection) == [("refused", None)]
    assert projection.outcomes[0].reason == Reason(Code.ACROSS_ZONES, "It extends from one zone into another.")
    assert tagged_sentences(projection) == ["عنوان/O", "نص/O"]


def test_span_that_crosses_the_edge_of_its_zone_is_refused() -> None:
    projection = project_text(
        NEWS, ("أول\nعاجل", "PLAN"), ("أمس\nنص", "PLAN"), lines="hdbx-", options=ProjectionOptions()
    )
    assert kinds_and_texts(projection) == [("refused", None)] * 2
    assert projection.outcomes[0].reason == Reason(Code.ACROSS_ZONES, "It crosses the boundary of an exported zone.")


def test_space_beyond_the_edge_of_a_zone_is_ignored() -> None:
    projection = project_text(NEWS, ("أول\n", "PLAN"), lines="hdbx-", options=ProjectionOptions())
    assert kinds_and_texts(projection) == [("widened", "أول")]


def test_an_edge_of_a_zone_within_a_word_ends_the_sentence() -> None:
    article = Article("a", "وزارةالعدل")
    zones = [Zone("z1", "a", "body", 0, 5), Zone("z2", "a", "body", 5, 10)]
    assert tagged_sentences(project_flat(article, zones, [], LABELS, ProjectionOptions())) == ["وزارة/O", "العدل/O"]


def test_ranges_of_all_text_are_split_at_each_zone() -> None:
    article = Article("a", "0123456789")
    zones = [Zone("z2", "a", "body", 5, 7), Zone("z1", "a", "headline", 2, 4)]
    assert select_ranges(article, zones, None) == [(0, 2), (2, 4), (4, 5), (5, 7), (7, 10)]
    assert select_ranges(article, zones, frozenset(["headline", "body"])) == [(2, 4), (5, 7)]


# Edges


@pytest.mark.parametrize("part", ["\u200f", " \u200f\u00a0", "\n", "\ufeff"])
def test_a_span_of_nothing_visible_is_refused(part: str) -> None:
    projection = project_text(f"نص{part}آخر", (part, "PLAN"))
    assert kinds_and_texts(projection) == [("refused", None)]
    assert projection.outcomes[0].reason == Reason(Code.SPAN_BLANK, "It has no visible characters.")


def test_a_span_of_a_mark_within_a_word_is_refused() -> None:
    assert kinds_and_texts(project_text("وزا\u200fرة", ("\u200f", "PLAN"))) == [("refused", None)]


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("part", [" وزارة", "وزارة ", "\u200fوزارة", "وزارة\u200f", "\u00a0\u200fوزارة\u200f "])
def test_space_and_invisible_marks_at_edges_are_trimmed_and_reported(part: str, boundary: str) -> None:
    projection = project_text(
        f"في {part} العدل", (part, "INSTITUTION"), options=ProjectionOptions(zones=None, boundary=boundary)
    )
    assert tagged_sentences(projection) == ["في/O وزارة/B-INSTITUTION العدل/O"]
    assert kinds_and_texts(projection) == [("widened", "وزارة")]
    assert projection.outcomes[0].reason == Reason(
        Code.EDGES_TRIMMED, "Spaces or invisible characters at its edges are left out."
    )


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mark", ["\ufe0f", "\u034f", "\u200f\ufe0f", "\U000e0067", "\u200d"])
@pytest.mark.parametrize("space", [" ", "\n", "\u00a0"])
def test_mark_after_a_space_is_trimmed(space: str, mark: str, boundary: str) -> None:
    part = f"20{space}{mark}"
    projection = project_text(f"مم {part} ثم", (part, "DATE"), options=ProjectionOptions(zones=None, boundary=boundary))
    assert " ".join(tagged_sentences(projection)) == "مم/O 20/B-DATE ثم/O"
    assert kinds_and_texts(projection) == [("widened", "20")]
    assert projection.outcomes[0].exported_range == (3, 5)
    assert projection.outcomes[0].reason == Reason(
        Code.EDGES_TRIMMED, "Spaces or invisible characters at its edges are left out."
    )


CUTTING = ("عن لوزارة العدل", ("وزارة العدل", "INSTITUTION"))


def test_a_span_that_cuts_a_token_is_widened() -> None:
    projection = project_text(*CUTTING)
    assert tagged_sentences(projection) == ["عن/O لوزارة/B-INSTITUTION العدل/I-INSTITUTION"]
    assert kinds_and_texts(projection) == [("widened", "لوزارة العدل")]
    assert projection.outcomes[0].reason == Reason(
        Code.SPAN_WIDENED, "It cuts through “لوزارة” and is widened to include all of it."
    )
    assert projection.outcomes[0].exported_range == (3, 15)


def test_token_is_split_where_a_span_cuts_it() -> None:
    projection = project_text(*CUTTING, options=ProjectionOptions(zones=None, boundary="split"))
    assert tagged_sentences(projection) == ["عن/O ل/O وزارة/B-INSTITUTION العدل/I-INSTITUTION"]
    assert kinds_and_texts(projection) == [("split", "وزارة العدل")]
    assert projection.outcomes[0].reason == Reason(Code.TOKEN_SPLIT, "“لوزارة” is split at the edge of the span.")
    assert projection.outcomes[0].exported_range == (4, 15)


def test_a_span_that_cuts_a_token_can_be_refused() -> None:
    projection = project_text(*CUTTING, options=ProjectionOptions(zones=None, boundary="refuse"))
    assert tagged_sentences(projection) == ["عن/O لوزارة/O العدل/O"]
    assert kinds_and_texts(projection) == [("refused", None)]
    assert projection.outcomes[0].reason == Reason(Code.INSIDE_WORD, "It cuts through “لوزارة”.")


def test_a_token_is_split_at_both_edges_and_by_two_spans() -> None:
    projection = project_text(
        "1990\u200f-\u200f2000",
        ("1990", "DATE"),
        ("200", "PLAN"),
        options=ProjectionOptions(zones=None, boundary="split"),
    )
    assert tagged_sentences(projection) == ["1990/B-DATE -/O 200/B-PLAN 0/O"]
    assert kinds_and_texts(projection) == [("split", "1990"), ("split", "200")]


def test_splitting_leaves_no_invisible_piece() -> None:
    heart = "❤\ufe0f"
    projection = project_text(f"{heart}.", ("❤", "PLAN"), options=ProjectionOptions(zones=None, boundary="split"))
    assert tagged_sentences(projection) == [f"{heart}/B-PLAN ./O"]
    assert kinds_and_texts(projection) == [("widened", heart)]


def test_splitting_a_token_does_not_make_its_stop_an_abbreviation() -> None:
    projection = project_text("قال لم. ثم", ("م", "PLAN"), options=ProjectionOptions(zones=None, boundary="split"))
    assert tagged_sentences(projection) == ["قال/O ل/O م/B-PLAN ./O", "ثم/O"]


# Nesting


NESTED = ("في خطة العمل 2024-2025 معا", ("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE"))


def test_outermost_span_is_kept() -> None:
    projection = project_text(*NESTED)
    assert tagged_sentences(projection) == ["في/O خطة/B-PLAN العمل/I-PLAN 2024-2025/I-PLAN معا/O"]
    assert kinds_and_texts(projection) == [("written", "خطة العمل 2024-2025"), ("flattened", None)]
    assert projection.outcomes[1].reason == Reason(
        Code.INSIDE_SPAN, "It lies inside “خطة العمل 2024-2025” (PLAN), which is kept."
    )


def test_innermost_span_is_kept() -> None:
    projection = project_text(*NESTED, options=ProjectionOptions(zones=None, flatten="innermost"))
    assert tagged_sentences(projection) == ["في/O خطة/O العمل/O 2024-2025/B-DATE معا/O"]
    assert kinds_and_texts(projection) == [("flattened", None), ("written", "2024-2025")]
    assert projection.outcomes[0].reason == Reason(Code.AROUND_SPAN, "It contains “2024-2025” (DATE), which is kept.")


def test_overlapping_spans_can_be_refused() -> None:
    text, *nested = NESTED
    projection = project_text(text, *nested, ("معا", "DATE"), options=ProjectionOptions(zones=None, flatten="refuse"))
    assert kinds_and_texts(projection) == [("refused", None), ("refused", None), ("written", "معا")]
    assert projection.outcomes[0].reason == Reason(Code.OVERLAPS, "It overlaps “2024-2025” (DATE).")


def test_longer_of_crossing_spans_is_kept() -> None:
    projection = project_text("وزارة العدل المغربية", ("وزارة العدل", "PLAN"), ("العدل المغربية", "DATE"))
    assert kinds_and_texts(projection) == [("flattened", None), ("written", "العدل المغربية")]
    assert projection.outcomes[0].reason == Reason(
        Code.CROSSES_SPAN, "It partly overlaps “العدل المغربية” (DATE), which is kept."
    )


def test_earlier_of_equally_long_spans_is_kept() -> None:
    projection = project_text("أبج دهو زحط", ("دهو زحط", "DATE"), ("أبج دهو", "PLAN"))
    assert kinds_and_texts(projection) == [("flattened", None), ("written", "أبج دهو")]


@pytest.mark.parametrize("flatten", ["outermost", "innermost"])
def test_label_of_higher_rank_is_kept_for_equal_ranges(flatten: str) -> None:
    projection = project_text(
        "خطة", ("خطة", "PLAN"), ("خطة", "DATE"), options=ProjectionOptions(zones=None, flatten=flatten)
    )
    assert kinds_and_texts(projection) == [("flattened", None), ("written", "خطة")]
    assert projection.outcomes[0].reason == Reason(
        Code.SAME_RANGE, "It covers the same text as “خطة” (DATE), which is kept."
    )


def test_spans_equal_after_widening_are_one_in_the_file() -> None:
    projection = project_text("لوزارة", ("وزارة", "PLAN"), ("لوزارة", "PLAN"))
    assert tagged_sentences(projection) == ["لوزارة/B-PLAN"]
    assert kinds_and_texts(projection) == [("widened", "لوزارة"), ("flattened", None)]


def test_flattened_span_cuts_no_token() -> None:
    projection = project_text(
        "لوزارة العدل",
        ("لوزارة العدل", "PLAN"),
        ("وزارة", "DATE"),
        options=ProjectionOptions(zones=None, boundary="split"),
    )
    assert tagged_sentences(projection) == ["لوزارة/B-PLAN العدل/I-PLAN"]
    assert kinds_and_texts(projection) == [("written", "لوزارة العدل"), ("flattened", None)]


def test_flattened_span_does_not_displace_others() -> None:
    projection = project_text("أ ب ج د ه و ز", ("أ ب ج د", "PLAN"), ("د ه", "DATE"), ("ه و", "DATE"))
    assert [outcome.kind for outcome in projection.outcomes] == ["written", "flattened", "written"]


# Sentences


def test_sentence_break_within_a_span_is_dropped() -> None:
    text = "قال. ثم سكت\nوقام.\nوذهب. انتهى"
    projection = project_text(text, ("سكت\nوقام.\nوذهب", "PLAN"))
    assert [row.replace("/O", "") for row in tagged_sentences(projection)] == [
        "قال .",
        "ثم سكت/B-PLAN وقام/I-PLAN ./I-PLAN وذهب/I-PLAN .",
        "انتهى",
    ]
    assert kinds_and_texts(projection) == [("written", "سكت\nوقام.\nوذهب")]


def test_sentence_break_within_a_flattened_span_is_kept() -> None:
    projection = project_text("أ ب\nج د ه", ("ب\nج", "PLAN"), ("ج د ه", "DATE"))
    assert [outcome.kind for outcome in projection.outcomes] == ["flattened", "written"]
    assert len(list_sentences(projection)) == 2


def test_span_next_to_a_sentence_break_drops_nothing() -> None:
    assert len(list_sentences(project_text("أ ب.\nج د", ("ب.", "PLAN"), ("ج", "DATE")))) == 2


# Everything


@pytest.mark.parametrize(
    "options", [{"flatten": "first"}, {"boundary": "cut"}, {"scheme": "bio"}, {"zones": frozenset(["footer"])}]
)
def test_unknown_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"first|cut|bio|footer"):
        ProjectionOptions(**options)  # type: ignore[arg-type]


kinds = st.none() | st.frozensets(st.sampled_from(ZONE_KINDS))
options = st.builds(
    ProjectionOptions,
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=kinds,
)


@examples(300)
@given(article_layers() | article_layers(marked_texts), options)
def test_every_span_has_one_outcome_and_the_file_agrees_with_the_outcomes(
    layer: tuple[Article, list[Zone], list[Span]], options: ProjectionOptions
) -> None:
    article, zones, spans = layer
    projection = project_flat(article, zones, spans, LABELS, options)
    assert [outcome.span for outcome in projection.outcomes] == spans
    for outcome in projection.outcomes:
        check_outcome(article, outcome, options)
    word_ranges = locate_words(projection, zones, options)
    exported = sorted(
        (sentence[chunk.start][0], sentence[chunk.end - 1][1], chunk.label)
        for sentence, projected in zip(word_ranges, list_sentences(projection), strict=True)
        for chunk in projected.chunks
    )
    assert exported == sorted(
        (*outcome.exported_range, outcome.span.label) for outcome in projection.outcomes if outcome.exported_range
    )
    assert all(previous[1] <= following[0] for previous, following in itertools.pairwise(exported))


def locate_words(
    projection: FlatProjection, zones: list[Zone], options: ProjectionOptions
) -> list[list[tuple[int, int]]]:
    """Return the ranges of each sentence's words in the text."""
    ranges_to_export = select_ranges(projection.article, zones, options.zones)
    ranges = iter(
        find_words(
            projection.article.text,
            ranges_to_export,
            (word for sentence in list_sentences(projection) for word in sentence.words),
        )
    )
    return [list(itertools.islice(ranges, len(sentence.words))) for sentence in list_sentences(projection)]


def check_outcome(article: Article, outcome: SpanOutcome, options: ProjectionOptions) -> None:
    span, is_exported = outcome.span, outcome.kind in ("written", "widened", "split")
    assert outcome.kind in OUTCOMES
    assert (outcome.exported_range is not None) == (outcome.exported_text is not None) == is_exported
    assert (outcome.reason is None) == (outcome.kind == "written")
    if outcome.exported_range:
        assert outcome.exported_text == remove_invisible(article.text[slice(*outcome.exported_range)])
        assert (outcome.kind == "split") <= (options.boundary == "split")
    if outcome.kind == "written":
        assert outcome.exported_range == (span.start, span.end)
    if outcome.kind == "widened":
        assert outcome.exported_range != (span.start, span.end)
    if outcome.kind == "flattened":
        assert options.flatten != "refuse"


@examples(300)
@given(article_layers() | article_layers(marked_texts), options)
def test_sentences_contain_everything_visible_in_the_zones(
    layer: tuple[Article, list[Zone], list[Span]], options: ProjectionOptions
) -> None:
    article, zones, spans = layer
    projection = project_flat(article, zones, spans, LABELS, options)
    word_ranges = locate_words(projection, zones, options)
    ranges = [range_ for sentence in word_ranges for range_ in sentence]
    for range_ in ranges:
        assert trim_invisible(article.text, *range_) == range_
    tokens = iter([*ranges, None])
    token = next(tokens)
    for zone_range in select_ranges(article, zones, options.zones):
        position = zone_range.start
        while token and token[1] <= zone_range.end:
            assert position <= token[0]
            assert trim_invisible(article.text, position, token[0]) == (position, position)
            position, token = token[1], next(tokens)
        assert trim_invisible(article.text, position, zone_range.end) == (position, position)
    assert token is None
    for sentence, projected in zip(word_ranges, list_sentences(projection), strict=True):
        inside = [
            zone_range
            for zone_range in select_ranges(article, zones, options.zones)
            if zone_range.start < sentence[0][1] and sentence[0][0] < zone_range.end
        ]
        assert sentence[-1][1] <= inside[0].end
        assert len(projected.words) == len(sentence)


@examples(300)
@given(article_layers() | article_layers(marked_texts), options)
def test_without_spans_the_words_of_the_sentences_are_the_tokens(
    layer: tuple[Article, list[Zone], list[Span]], options: ProjectionOptions
) -> None:
    article, zones, _spans = layer
    projection = project_flat(article, zones, [], LABELS, options)
    expected = [
        [remove_invisible(article.text[slice(*token)]) for token in sentence]
        for part in select_ranges(article, zones, options.zones)
        for sentence in split_sentences(article.text, tokenize(article.text, *part))
    ]
    assert [sentence.words for sentence in list_sentences(projection)] == expected
    counts = count_tokens(article.text, select_ranges(article, zones, options.zones))
    assert counts == (len(expected), sum(map(len, expected)))
