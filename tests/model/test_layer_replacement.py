"""A layer becomes what a file says, and what is the same stays as it was."""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import article_layers, examples, optional_texts

from annotator.model.history import apply_edits
from annotator.model.layer_replacement import replace_layer
from annotator.model.operations import InvalidEdit
from annotator.model.records import Article, Edit, Rejection, Span, article_uid, labelled_range

TEXT: Final = "أعلنت 💉 لِوِزارَةِ الـصحة\u200f يوم 12 ماي 2014"
ARTICLE: Final = Article(article_uid(TEXT), TEXT)


def span(label: str, start: int, end: int, uid: str = "s", value: str | None = None, note: str | None = None) -> Span:
    return Span(uid, ARTICLE.uid, "سناء", label, start, end, value, note)


def content(spans: list[Span]) -> Counter[tuple[int, int, str, str | None, str | None]]:
    return Counter((*labelled_range(span), span.value, span.note) for span in spans)


def test_a_layer_that_is_the_same_needs_no_edit() -> None:
    layer = [span("DATE", 27, 38, "a", "2014-05-12", "ملاحظة"), span("PLAN", 0, 5, "b")]
    as_read = [replace(each, uid=f"other {each.uid}") for each in reversed(layer)]
    assert replace_layer(ARTICLE, layer, as_read, is_exact=True) == []


def test_values_and_notes_stay_if_no_span_of_the_file_has_any() -> None:
    layer = [span("DATE", 27, 38, "a", "2014-05-12", "ملاحظة"), span("PLAN", 0, 5, "b")]
    as_read = [span("DATE", 27, 38, "x"), span("PLAN", 0, 7, "y")]
    [edit] = replace_layer(ARTICLE, layer, as_read)
    assert edit == Edit(layer[1], replace(layer[1], end=7))
    first, _second = layer
    edits = replace_layer(ARTICLE, layer, as_read, is_exact=True)
    assert edits[0] == Edit(first, replace(first, value=None, note=None))
    with_note = [replace(as_read[0], note="أخرى"), as_read[1]]
    assert replace_layer(ARTICLE, layer, with_note)[0] == Edit(first, replace(first, note="أخرى"))


def test_what_a_file_does_not_say_of_a_span_stays() -> None:
    layer = [span("DATE", 27, 38, "a", "2014", "ملاحظة"), span("PLAN", 0, 5, "b", "2014", "ملاحظة")]
    as_read = [span("DATE", 27, 37, "x"), span("PLAN", 0, 4, "y", "2015")]
    edits = replace_layer(ARTICLE, layer, as_read, is_exact=True, unstated={"x", "y"})
    assert [edit.after for edit in edits] == [replace(layer[0], end=37), replace(layer[1], end=4, value="2015")]
    (edit, _other) = replace_layer(ARTICLE, layer, as_read, is_exact=True, unstated={"y"})
    assert edit.after == replace(layer[0], end=37, value=None, note=None)


@pytest.mark.parametrize(
    ("as_read", "became"),
    [
        pytest.param(span("PLAN", 0, 4, "s"), span("PLAN", 0, 4, "s"), id="the same uid"),
        pytest.param(span("DATE", 27, 38, "x"), span("DATE", 27, 38), id="the same range"),
        pytest.param(span("INSTITUTION", 30, 42, "x"), span("INSTITUTION", 30, 42), id="overlapping"),
    ],
)
def test_a_span_that_was_changed_keeps_its_uid_and_note(as_read: Span, became: Span) -> None:
    before = replace(span("INSTITUTION", 27, 38, note="ملاحظة"), source="names")
    after = replace(became, note="ملاحظة")
    edit, rejected = replace_layer(ARTICLE, [before], [as_read])
    assert edit == Edit(before, after)
    assert isinstance(rejected.after, Rejection)
    assert (rejected.after.source, rejected.after.label) == ("names", "INSTITUTION")


def test_what_has_nothing_in_common_is_deleted_and_added() -> None:
    before, after = span("INSTITUTION", 0, 5), span("DATE", 27, 38, "x")
    assert replace_layer(ARTICLE, [before], [after]) == [Edit(before, None), Edit(None, after)]


def test_the_uid_of_a_span_that_stays_is_not_given_again() -> None:
    stays = span("DATE", 27, 38, "s")
    edits = replace_layer(ARTICLE, [stays], [replace(stays, uid="x"), span("PLAN", 0, 5, "s")])
    assert [edit.before for edit in edits] == [None]
    assert isinstance(edits[0].after, Span)
    assert edits[0].after.uid != "s"


def test_two_spans_that_change_places_are_neither_deleted_nor_added() -> None:
    layer = [span("DATE", 0, 5, "a", "2014"), span("PLAN", 0, 5, "b")]
    as_read = [span("PLAN", 0, 5, "a", "2014"), span("DATE", 0, 5, "b")]
    after = apply_edits(layer, replace_layer(ARTICLE, layer, as_read, is_exact=True))
    assert content(after) == content(as_read)
    assert {each.uid for each in after} == {"a", "b"}


def test_a_span_without_the_invisible_edges_that_programs_cut_off_is_the_same() -> None:
    layer = [span("DATE", 25, 30, "a"), span("PLAN", 26, 30, "b")]
    assert TEXT[25:30] == "\u200f يوم"
    as_read = [span("DATE", 27, 30, "x"), span("PLAN", 27, 30, "y")]
    assert replace_layer(ARTICLE, layer, as_read) == []
    assert len(replace_layer(ARTICLE, layer, as_read, is_exact=True)) == 2
    both = [span("DATE", 25, 30, "a"), span("DATE", 27, 30, "b")]
    assert replace_layer(ARTICLE, both, both[1:]) == [Edit(both[0], None)]


def test_a_span_that_other_formats_cannot_hold_stays_unless_the_file_is_exact() -> None:
    layer = [span("DATE", 25, 26, "a"), span("PLAN", 0, 5, "b", "\x02"), span("PLAN", 27, 38, "c", "2014")]
    assert replace_layer(ARTICLE, layer, []) == [Edit(layer[2], None)]
    assert len(replace_layer(ARTICLE, layer, [], is_exact=True)) == 3


def test_a_span_that_cuts_a_grapheme_stays_if_the_file_counts_graphemes() -> None:
    assert TEXT[8:11] == "لِو"
    layer = [span("DATE", 8, 9, "a"), span("PLAN", 9, 11, "b"), span("PLAN", 8, 10, "c")]
    assert replace_layer(ARTICLE, layer, [], counts_graphemes=True) == [Edit(layer[2], None)]
    assert len(replace_layer(ARTICLE, layer, [])) == 3


def test_a_span_that_the_text_cannot_have_is_refused() -> None:
    for start, end in (0, len(TEXT) + 1), (5, 6):
        with pytest.raises(InvalidEdit):
            replace_layer(ARTICLE, [span("DATE", 0, 5)], [span("DATE", start, end)])


@st.composite
def changed_layers(draw: st.DrawFn) -> tuple[Article, list[Span], list[Span]]:
    """Draw an article, a layer of it, and the spans of a file that has some of them changed."""
    article, _zones, spans = draw(article_layers())
    spans = [
        replace(span, value=draw(optional_texts.map(lambda text: (text and text.strip()) or None)), note=None)
        for span in spans
        if article.text[span.start : span.end].strip()
    ]
    layer = [span for span in spans if draw(st.booleans())]
    as_read: dict[tuple[int, int, str], Span] = {}
    for span in spans:
        uid = draw(st.sampled_from([each.uid for each in spans] + ["new"]))
        label = draw(st.sampled_from([span.label, "PLAN"]))
        if draw(st.booleans()) and uid not in {each.uid for each in as_read.values()}:
            as_read.setdefault((span.start, span.end, label), replace(span, uid=uid, label=label))
    return article, layer, list(as_read.values())


@given(changed_layers())
@examples(300)
def test_a_layer_becomes_what_the_file_says_and_can_be_undone(
    drawn: tuple[Article, list[Span], list[Span]],
) -> None:
    article, layer, as_read = drawn
    edits = replace_layer(article, layer, as_read, is_exact=True)
    after = apply_edits(layer, edits)
    assert content(after) == content(as_read)
    assert len({span.uid for span in after}) == len(after)
    keys = {labelled_range(span): span.uid for span in layer}
    assert all(span.uid == keys[labelled_range(span)] for span in after if labelled_range(span) in keys)
    assert replace_layer(article, after, as_read, is_exact=True) == []
    restored = apply_edits(after, [edit.inverse() for edit in reversed(edits)])
    assert Counter(restored) == Counter(layer)
