"""What becomes of each span in a flat file."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import layered, marked_texts, places

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import ZONE_KINDS, Article, Span, Zone, article_uid
from annotator.tagging import schemes
from annotator.tagging.flat import (
    BOUNDARIES,
    FLATTENINGS,
    OUTCOMES,
    Fate,
    Options,
    Projection,
    Stretch,
    project,
    segments,
)
from annotator.text.sentences import sentences
from annotator.text.tokenizer import tokens
from annotator.text.visible import visible, written

KINDS = {"h": "headline", "d": "dateline", "b": "body", "x": "boilerplate"}
LABELS = LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in ("DATE", "INSTITUTION", "PLAN")))


EVERYTHING = Options(zones=None)


def lay(text: str, *found: tuple[str, str], lines: str = "", options: Options = EVERYTHING) -> Projection:
    """The projection of spans given as (text, label).

    `lines` has a letter for the zone of each line: headline, dateline, body, x boilerplate, - none.
    """
    article = Article(article_uid(text), text)
    starts = list(itertools.accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    zones = [
        Zone(f"z{start}", article.uid, KINDS[letter], start, end - 1)
        for letter, start, end in zip(lines, starts, starts[1:], strict=False)
        if letter != "-"
    ]
    spans = [
        Span(f"s{at}", article.uid, "salma", label, text.index(part), text.index(part) + len(part))
        for at, (part, label) in enumerate(found)
    ]
    return project(article, zones, spans, LABELS, options)


def fates(projection: Projection) -> list[tuple[str, str | None]]:
    return [(fate.outcome, fate.became) for fate in projection.fates]


def rows(projection: Projection, scheme: str = "iob2") -> list[str]:
    """Each sentence as `token/tag` with spaces between."""
    return [
        " ".join(f"{word}/{tag}" for word, tag in zip(sentence.words, sentence.tags(scheme), strict=True))
        for sentence in projection.sentences
    ]


# Written


def test_a_span_of_whole_tokens_is_written() -> None:
    found = lay("في وزارة العدل أمس.", ("وزارة العدل", "INSTITUTION"), ("أمس", "DATE"))
    assert rows(found) == ["في/O وزارة/B-INSTITUTION العدل/I-INSTITUTION أمس/B-DATE ./O"]
    assert fates(found) == [("written", "وزارة العدل"), ("written", "أمس")]
    assert [fate.reason for fate in found.fates] == ["", ""]
    assert [fate.stretch for fate in found.fates] == [(3, 14), (15, 18)]


def test_a_mark_within_a_span_never_reaches_the_file() -> None:
    found = lay("في 2023\u200f-\u200f2030 معا", ("2023\u200f-\u200f2030", "DATE"))
    assert rows(found) == ["في/O 2023-2030/B-DATE معا/O"]
    assert fates(found) == [("written", "2023-2030")]


def test_an_emoji_with_its_selector_is_whole() -> None:
    found = lay("❤\ufe0f \U0001f3f4\U000e0067\U000e007f", ("❤\ufe0f \U0001f3f4\U000e0067\U000e007f", "PLAN"))
    assert [fate.outcome for fate in found.fates] == ["written"]


# Zones


NEWS = "عنوان\nيوم أمس\nنص أول\nعاجل أمس\nخارج"


def test_a_span_outside_the_zones_is_told() -> None:
    spans = [("يوم", "DATE"), ("عاجل", "PLAN"), ("نص", "PLAN"), ("خارج", "PLAN")]
    found = lay(NEWS, *spans, lines="hdbx-", options=Options())
    assert rows(found) == ["عنوان/O", "نص/B-PLAN أول/O"]
    assert fates(found) == [("outside_zones", None)] * 2 + [("written", "نص"), ("outside_zones", None)]
    assert found.fates[0].reason == "It lies outside the zones that are exported."


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
def test_zones_are_taken_by_kind(zones: frozenset[str] | None, expected: list[str]) -> None:
    found = rows(lay(NEWS, lines="hdbx-", options=Options(zones=zones)))
    assert [row.replace("/O", "") for row in found] == expected


@pytest.mark.parametrize("zones", [frozenset(["body", "headline"]), None])
def test_a_span_from_zone_to_zone_is_refused(zones: frozenset[str] | None) -> None:
    found = lay("عنوان\nنص", ("عنوان\nنص", "PLAN"), lines="hb", options=Options(zones=zones))
    assert fates(found) == [("refused", None)]
    assert found.fates[0].reason == "It runs from one zone into another."
    assert rows(found) == ["عنوان/O", "نص/O"]


def test_a_span_that_leaves_its_zone_is_refused() -> None:
    found = lay(NEWS, ("أول\nعاجل", "PLAN"), ("أمس\nنص", "PLAN"), lines="hdbx-", options=Options())
    assert fates(found) == [("refused", None)] * 2
    assert found.fates[0].reason == "It crosses the edge of a zone that is exported."


def test_space_past_the_edge_of_a_zone_does_not_matter() -> None:
    found = lay(NEWS, ("أول\n", "PLAN"), lines="hdbx-", options=Options())
    assert fates(found) == [("widened", "أول")]


def test_an_edge_of_a_zone_within_a_word_ends_the_sentence() -> None:
    article = Article("a", "وزارةالعدل")
    zones = [Zone("z1", "a", "body", 0, 5), Zone("z2", "a", "body", 5, 10)]
    assert rows(project(article, zones, [], LABELS, Options())) == ["وزارة/O", "العدل/O"]


def test_segments_of_everything_are_cut_at_each_zone() -> None:
    article = Article("a", "0123456789")
    zones = [Zone("z2", "a", "body", 5, 7), Zone("z1", "a", "headline", 2, 4)]
    assert segments(article, zones, None) == [(0, 2), (2, 4), (4, 5), (5, 7), (7, 10)]
    assert segments(article, zones, frozenset(["headline", "body"])) == [(2, 4), (5, 7)]


# Edges


@pytest.mark.parametrize("part", ["\u200f", " \u200f\u00a0", "\n", "\ufeff"])
def test_a_span_of_nothing_visible_is_refused(part: str) -> None:
    found = lay(f"نص{part}آخر", (part, "PLAN"))
    assert fates(found) == [("refused", None)]
    assert found.fates[0].reason == "Nothing of it can be seen."


def test_a_span_of_a_mark_within_a_word_is_refused() -> None:
    assert fates(lay("وزا\u200fرة", ("\u200f", "PLAN"))) == [("refused", None)]


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("part", [" وزارة", "وزارة ", "\u200fوزارة", "وزارة\u200f", "\u00a0\u200fوزارة\u200f "])
def test_edges_of_space_and_invisible_marks_move_inward_and_it_is_told(part: str, boundary: str) -> None:
    found = lay(f"في {part} العدل", (part, "INSTITUTION"), options=Options(zones=None, boundary=boundary))
    assert rows(found) == ["في/O وزارة/B-INSTITUTION العدل/O"]
    assert fates(found) == [("widened", "وزارة")]
    assert found.fates[0].reason == "Space or invisible marks at its edges are not counted."


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("mark", ["\ufe0f", "\u034f", "\u200f\ufe0f", "\U000e0067", "\u200d"])
@pytest.mark.parametrize("space", [" ", "\n", "\u00a0"])
def test_a_mark_after_a_space_belongs_to_no_word_and_is_not_counted(space: str, mark: str, boundary: str) -> None:
    part = f"20{space}{mark}"
    found = lay(f"مم {part} ثم", (part, "DATE"), options=Options(zones=None, boundary=boundary))
    assert " ".join(rows(found)) == "مم/O 20/B-DATE ثم/O"
    assert fates(found) == [("widened", "20")]
    assert found.fates[0].stretch == (3, 5)
    assert found.fates[0].reason == "Space or invisible marks at its edges are not counted."


CUT = ("عن لوزارة العدل", ("وزارة العدل", "INSTITUTION"))


def test_a_span_that_cuts_a_token_is_widened() -> None:
    found = lay(*CUT)
    assert rows(found) == ["عن/O لوزارة/B-INSTITUTION العدل/I-INSTITUTION"]
    assert fates(found) == [("widened", "لوزارة العدل")]
    assert found.fates[0].reason == "It cuts “لوزارة” and is widened to all of it."
    assert found.fates[0].stretch == (3, 15)


def test_a_token_is_split_where_a_span_cuts_it() -> None:
    found = lay(*CUT, options=Options(zones=None, boundary="split"))
    assert rows(found) == ["عن/O ل/O وزارة/B-INSTITUTION العدل/I-INSTITUTION"]
    assert fates(found) == [("split", "وزارة العدل")]
    assert found.fates[0].reason == "“لوزارة” is cut at the edge of the span."
    assert found.fates[0].stretch == (4, 15)


def test_a_span_that_cuts_a_token_can_be_refused() -> None:
    found = lay(*CUT, options=Options(zones=None, boundary="refuse"))
    assert rows(found) == ["عن/O لوزارة/O العدل/O"]
    assert fates(found) == [("refused", None)]
    assert found.fates[0].reason == "It cuts “لوزارة”."


def test_a_token_is_split_at_both_edges_and_by_two_spans() -> None:
    found = lay(
        "1990\u200f-\u200f2000", ("1990", "DATE"), ("200", "PLAN"), options=Options(zones=None, boundary="split")
    )
    assert rows(found) == ["1990/B-DATE -/O 200/B-PLAN 0/O"]
    assert fates(found) == [("split", "1990"), ("split", "200")]


def test_splitting_leaves_no_piece_without_something_visible() -> None:
    heart = "❤\ufe0f"
    found = lay(f"{heart}.", ("❤", "PLAN"), options=Options(zones=None, boundary="split"))
    assert rows(found) == [f"{heart}/B-PLAN ./O"]
    assert fates(found) == [("widened", heart)]


def test_a_split_does_not_turn_an_end_of_sentence_into_an_abbreviation() -> None:
    found = lay("قال لم. ثم", ("م", "PLAN"), options=Options(zones=None, boundary="split"))
    assert rows(found) == ["قال/O ل/O م/B-PLAN ./O", "ثم/O"]


# Nesting


NESTED = ("في خطة العمل 2024-2025 معا", ("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE"))


def test_the_outermost_stays() -> None:
    found = lay(*NESTED)
    assert rows(found) == ["في/O خطة/B-PLAN العمل/I-PLAN 2024-2025/I-PLAN معا/O"]
    assert fates(found) == [("written", "خطة العمل 2024-2025"), ("flattened", None)]
    assert found.fates[1].reason == "It lies inside “خطة العمل 2024-2025” (PLAN), which is kept."


def test_the_innermost_stays() -> None:
    found = lay(*NESTED, options=Options(zones=None, flatten="innermost"))
    assert rows(found) == ["في/O خطة/O العمل/O 2024-2025/B-DATE معا/O"]
    assert fates(found) == [("flattened", None), ("written", "2024-2025")]
    assert found.fates[0].reason == "It holds “2024-2025” (DATE), which is kept."


def test_overlapping_spans_can_be_refused() -> None:
    text, *nested = NESTED
    found = lay(text, *nested, ("معا", "DATE"), options=Options(zones=None, flatten="refuse"))
    assert fates(found) == [("refused", None), ("refused", None), ("written", "معا")]
    assert found.fates[0].reason == "It overlaps “2024-2025” (DATE)."


def test_of_crossing_spans_the_longer_stays() -> None:
    found = lay("وزارة العدل المغربية", ("وزارة العدل", "PLAN"), ("العدل المغربية", "DATE"))
    assert fates(found) == [("flattened", None), ("written", "العدل المغربية")]
    assert found.fates[0].reason == "It crosses “العدل المغربية” (DATE), which is kept."


def test_of_equal_lengths_the_earlier_stays() -> None:
    found = lay("أبج دهو زحط", ("دهو زحط", "DATE"), ("أبج دهو", "PLAN"))
    assert fates(found) == [("flattened", None), ("written", "أبج دهو")]


@pytest.mark.parametrize("flatten", ["outermost", "innermost"])
def test_of_the_same_stretch_the_label_of_higher_rank_stays(flatten: str) -> None:
    found = lay("خطة", ("خطة", "PLAN"), ("خطة", "DATE"), options=Options(zones=None, flatten=flatten))
    assert fates(found) == [("flattened", None), ("written", "خطة")]
    assert found.fates[0].reason == "It covers the same stretch as “خطة” (DATE), which is kept."


def test_spans_that_widening_makes_the_same_are_one_in_the_file() -> None:
    found = lay("لوزارة", ("وزارة", "PLAN"), ("لوزارة", "PLAN"))
    assert rows(found) == ["لوزارة/B-PLAN"]
    assert fates(found) == [("widened", "لوزارة"), ("flattened", None)]


def test_a_span_that_is_flattened_cuts_no_token() -> None:
    found = lay(
        "لوزارة العدل", ("لوزارة العدل", "PLAN"), ("وزارة", "DATE"), options=Options(zones=None, boundary="split")
    )
    assert rows(found) == ["لوزارة/B-PLAN العدل/I-PLAN"]
    assert fates(found) == [("written", "لوزارة العدل"), ("flattened", None)]


def test_a_loser_does_not_stand_in_the_way_of_others() -> None:
    found = lay("أ ب ج د ه و ز", ("أ ب ج د", "PLAN"), ("د ه", "DATE"), ("ه و", "DATE"))
    assert [fate.outcome for fate in found.fates] == ["written", "flattened", "written"]


# Sentences


def test_a_break_that_a_span_crosses_is_dropped() -> None:
    text = "قال. ثم سكت\nوقام.\nوذهب. انتهى"
    found = lay(text, ("سكت\nوقام.\nوذهب", "PLAN"))
    assert [row.replace("/O", "") for row in rows(found)] == [
        "قال .",
        "ثم سكت/B-PLAN وقام/I-PLAN ./I-PLAN وذهب/I-PLAN .",
        "انتهى",
    ]
    assert fates(found) == [("written", "سكت\nوقام.\nوذهب")]


def test_a_break_that_a_flattened_span_crosses_stays() -> None:
    found = lay("أ ب\nج د ه", ("ب\nج", "PLAN"), ("ج د ه", "DATE"))
    assert [fate.outcome for fate in found.fates] == ["flattened", "written"]
    assert len(found.sentences) == 2


def test_a_span_at_a_break_drops_nothing() -> None:
    assert len(lay("أ ب.\nج د", ("ب.", "PLAN"), ("ج", "DATE")).sentences) == 2


# Everything


@pytest.mark.parametrize(
    "options", [{"flatten": "first"}, {"boundary": "cut"}, {"scheme": "bio"}, {"zones": frozenset(["footer"])}]
)
def test_unknown_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"first|cut|bio|footer"):
        Options(**options)  # type: ignore[arg-type]


kinds = st.none() | st.frozensets(st.sampled_from(ZONE_KINDS))
options = st.builds(
    Options,
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=kinds,
)


@settings(max_examples=300)
@given(layered() | layered(marked_texts), options)
def test_every_span_has_one_fate_and_the_file_is_what_the_fates_say(
    layer: tuple[Article, list[Zone], list[Span]], options: Options
) -> None:
    article, zones, spans = layer
    found = project(article, zones, spans, LABELS, options)
    assert [fate.span for fate in found.fates] == spans
    for fate in found.fates:
        check_fate(article, fate, options)
    words = located(found, zones, options)
    in_file = sorted(
        (sentence[chunk.start][0], sentence[chunk.end - 1][1], chunk.label)
        for sentence, laid in zip(words, found.sentences, strict=True)
        for chunk in laid.chunks
    )
    assert in_file == sorted((*fate.stretch, fate.span.label) for fate in found.fates if fate.stretch)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(in_file))


def located(found: Projection, zones: list[Zone], options: Options) -> list[list[tuple[int, int]]]:
    """Where the words of each sentence stand in the text."""
    parts = segments(found.article, zones, options.zones)
    at = iter(places(found.article.text, parts, (word for sentence in found.sentences for word in sentence.words)))
    return [list(itertools.islice(at, len(sentence.words))) for sentence in found.sentences]


def check_fate(article: Article, fate: Fate, options: Options) -> None:
    span, kept = fate.span, fate.outcome in ("written", "widened", "split")
    assert fate.outcome in OUTCOMES
    assert (fate.stretch is not None) == (fate.became is not None) == kept
    assert (fate.reason == "") == (fate.outcome == "written")
    if fate.stretch:
        assert fate.became == written(article.text[slice(*fate.stretch)])
        assert (fate.outcome == "split") <= (options.boundary == "split")
    if fate.outcome == "written":
        assert fate.stretch == (span.start, span.end)
    if fate.outcome == "widened":
        assert fate.stretch != (span.start, span.end)
    if fate.outcome == "flattened":
        assert options.flatten != "refuse"


@settings(max_examples=300)
@given(layered() | layered(marked_texts), options)
def test_sentences_hold_all_that_is_visible_in_the_zones(
    layer: tuple[Article, list[Zone], list[Span]], options: Options
) -> None:
    article, zones, spans = layer
    found = project(article, zones, spans, LABELS, options)
    placed = located(found, zones, options)
    stretches = [stretch for sentence in placed for stretch in sentence]
    for stretch in stretches:
        assert visible(article.text, *stretch) == stretch
    at = iter([*stretches, None])
    token = next(at)
    for part in segments(article, zones, options.zones):
        left = part.start
        while token and token[1] <= part.end:
            assert left <= token[0]
            assert visible(article.text, left, token[0]) == (left, left)
            left, token = token[1], next(at)
        assert visible(article.text, left, part.end) == (left, left)
    assert token is None
    for sentence, laid in zip(placed, found.sentences, strict=True):
        inside = [part for part in segments(article, zones, options.zones) if part.overlaps(Stretch(*sentence[0]))]
        assert sentence[-1][1] <= inside[0].end
        assert len(laid.tags(options.scheme)) == len(sentence)


@settings(max_examples=300)
@given(layered() | layered(marked_texts), options)
def test_without_spans_the_words_of_the_sentences_are_the_tokens(
    layer: tuple[Article, list[Zone], list[Span]], options: Options
) -> None:
    article, zones, _spans = layer
    found = project(article, zones, [], LABELS, options)
    expected = [
        [written(article.text[slice(*token)]) for token in sentence]
        for part in segments(article, zones, options.zones)
        for sentence in sentences(article.text, tokens(article.text, *part))
    ]
    assert [list(sentence.words) for sentence in found.sentences] == expected
