"""Pixels prove it: no highlight, wherever its edges are, changes a letter's shape or place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.open_suggestions import SURE
from annotator.model.records import Span, Suggestion
from annotator.ui.article import outlines, painting
from annotator.ui.article.hit_test import edges
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import Painter
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

TEXT = "اجتمعت لأحزاب الأغلبية مع اللجنة (لا) سنة 2023-2030 بالرباط، لإصلاح الإدارة 😀"
# One invisible colour for all that lies beneath: what is left is the text.
UNSEEN = LabelSet(tuple(Label(name, {}, Colour("#ffffff", "#ffffff")) for name in ("DATE", "PLAN")))
SEEN = LabelSet(tuple(Label(name, {}, Colour("#8f6a0a", "#ecc04c")) for name in ("DATE", "PLAN")))


def painted(spans: list[Span], labels: LabelSet, *, selected: bool = False) -> QImage:
    laid = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(laid.height) + 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    marks = Marks(tuple(spans), depths(spans, labels), spans[0] if selected and spans else None)
    painter = QPainter(image)
    Painter(laid, marks, labels, LIGHT).paint(painter, 0, laid.height)
    painter.end()
    return image


def layer(*stretches: tuple[int, int], label: str = "DATE") -> list[Span]:
    return [Span(f"{at}", "x", "a", label, *stretch) for at, stretch in enumerate(stretches)]


def without_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting.Painter, "_names", lambda *_arguments: None)


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted), max_size=4))
def test_the_letters_are_the_same_with_and_without_highlights(qapp: QApplication, stretches: list[list[int]]) -> None:
    spans = layer(*[(start, end) for start, end in stretches if start < end])
    with pytest.MonkeyPatch.context() as patched:
        without_names(patched)
        assert painted(spans, UNSEEN) == painted([], UNSEEN)


def test_all_of_the_text_is_drawn(qapp: QApplication) -> None:
    image = painted([], SEEN)
    laid = Page(TEXT, [], 420.0, 22.0)
    for line in laid.lines:
        for box in line.boxes:
            if TEXT[box.start].isalnum() and box.right - box.left >= 3:
                columns = range(int(box.left), int(box.right) + 1)
                rows = range(int(line.top), int(line.bottom))
                darkest = min(QColor(image.pixel(x, y)).lightness() for x in columns for y in rows)
                assert darkest < 160, TEXT[box.start]


def test_a_lam_alef_cut_by_a_span_keeps_its_shape(qapp: QApplication) -> None:
    cut = TEXT.index("لأحزاب") + 1
    with pytest.MonkeyPatch.context() as patched:
        without_names(patched)
        assert painted(layer((cut, cut + 5)), UNSEEN) == painted([], UNSEEN)


def test_a_highlight_is_seen_and_where_it_should_be(qapp: QApplication) -> None:
    start = TEXT.index("الأغلبية")
    plain, marked = painted([], SEEN), painted(layer((start, start + 8)), SEEN)
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    changed = [
        (x, y) for x in range(plain.width()) for y in range(plain.height()) if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    assert changed
    assert min(x for x, _y in changed) >= int(segment.left) - 1
    assert max(x for x, _y in changed) <= int(segment.right) + 1


def test_nested_spans_differ_from_the_outer_one_alone(qapp: QApplication) -> None:
    outer, inner = (0, 30), (10, 20)
    assert painted(layer(outer, inner), SEEN) != painted(layer(outer), SEEN)
    assert painted(layer(inner, outer), SEEN) == painted(layer(outer, inner), SEEN)


def test_the_selected_span_shows_its_edges(qapp: QApplication) -> None:
    span = layer((0, 6))[0]
    chosen = painted([span], SEEN, selected=True)
    for point in edges(Page(TEXT, [], 420.0, 22.0), span):
        assert QColor(chosen.pixel(point.toPoint())) == QColor("#8f6a0a")
    [start, _end] = edges(Page(TEXT, [], 420.0, 22.0), span)
    outside = start.toPoint() + QPoint(3, 0)
    assert chosen.pixel(outside) != painted([span], SEEN).pixel(outside)


def searched(hits: list[tuple[int, int]], theme: Theme, current: tuple[int, int] | None = None) -> QImage:
    laid = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(laid.height) + 20, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    painter = QPainter(image)
    Painter(laid, Marks(hits=tuple(hits), current_hit=current), SEEN, theme).paint(painter, 0, laid.height)
    painter.end()
    return image


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted).map(tuple), max_size=4))
def test_the_letters_are_the_same_with_and_without_hits(qapp: QApplication, hits: list[tuple[int, int]]) -> None:
    unseen = replace(LIGHT, hit="#ffffff", paper="#ffffff")
    assert searched(hits, unseen) == searched([], unseen)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_hit_is_told_apart_from_text_spans_selection_and_the_one_gone_to(qapp: QApplication, theme: Theme) -> None:
    start = TEXT.index("الأغلبية")
    hit = (start, start + 8)
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(*hit)
    corner = QPoint(int(segment.left) + 3, int(segment.line.top) + 1)
    assert QColor(searched([hit], theme).pixel(corner)) == QColor(theme.hit)
    assert theme.hit not in (theme.paper, theme.selection, *(theme.fill(label).name() for label in SEEN.labels))
    assert searched([hit], theme, hit) != searched([hit], theme)
    assert searched([hit], theme, (0, 3)) == searched([hit], theme)


def test_a_hit_within_a_span_is_seen(qapp: QApplication) -> None:
    laid = Page(TEXT, [], 420.0, 22.0)
    span, hit = layer((0, 20))[0], (9, 15)
    image = QImage(440, int(laid.height) + 20, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    Painter(laid, Marks((span,), depths([span], SEEN), hits=(hit,)), SEEN, LIGHT).paint(painter, 0, 99)
    painter.end()
    [segment] = laid.segments(*hit)
    assert QColor(image.pixel(int(segment.left) + 3, int(segment.line.top) + 1)) == QColor(LIGHT.hit)


def suggested(
    *places: tuple[int, int, float], theme: Theme = LIGHT, spans: list[Span] | None = None, chosen: int | None = None
) -> QImage:
    laid = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(laid.height) + 20, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    ones = tuple(Suggestion(start, end, "PLAN", "names", score) for start, end, score in places)
    layer = tuple(spans or ())
    marks = Marks(
        layer, depths(layer, SEEN), suggestions=ones, chosen=ones[chosen] if chosen is not None and ones else None
    )
    painter = QPainter(image)
    Painter(laid, marks, UNSEEN if theme.paper == "#ffffff" else SEEN, theme).paint(painter, 0, laid.height)
    painter.end()
    return image


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted), max_size=4))
def test_the_letters_are_the_same_with_and_without_suggestions(qapp: QApplication, stretches: list[list[int]]) -> None:
    white = replace(LIGHT, paper="#ffffff")
    places = [(start, end, 0.5) for start, end in stretches if start < end]
    with pytest.MonkeyPatch.context() as patched:
        without_names(patched)
        assert suggested(*places, theme=white) == suggested(theme=white)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("chosen", [None, 0])
def test_a_suggestion_is_an_outline_and_nothing_within_it_is_filled(
    qapp: QApplication, theme: Theme, chosen: int | None
) -> None:
    start = TEXT.index("الأغلبية")
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    plain, image = suggested(theme=theme), suggested((start, start + 8, 0.95), theme=theme, chosen=chosen)
    within = [
        (x, y)
        for x in range(int(segment.left) + 8, int(segment.right) - 8)
        for y in range(int(segment.line.top) + 4, int(segment.line.bottom) - 5)
    ]
    assert all(image.pixel(x, y) == plain.pixel(x, y) for x, y in within)
    assert image != plain


@pytest.mark.parametrize(("score", "chosen"), [(0.95, None), (0.5, None), (0.95, 0)])
def test_an_outline_is_dashed(qapp: QApplication, score: float, chosen: int | None) -> None:
    start = TEXT.index("الأغلبية")
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    plain, image = suggested(), suggested((start, start + 8, score), chosen=chosen)
    columns = range(int(segment.left) + 8, int(segment.right) - 8)
    rows = range(int(segment.line.top) - 2, int(segment.line.top) + 3)
    drawn = [any(image.pixel(x, y) != plain.pixel(x, y) for y in rows) for x in columns]
    assert any(drawn)
    assert not all(drawn)


def test_sure_doubtful_and_chosen_ones_are_told_apart_and_from_spans(qapp: QApplication) -> None:
    start = TEXT.index("الأغلبية")
    place = start, start + 8
    looks = [
        suggested((*place, SURE)),
        suggested((*place, 0.8)),
        suggested((*place, 0.5)),
        suggested((*place, SURE), chosen=0),
        suggested(spans=layer(place, label="PLAN")),
    ]
    assert all(one != other for at, one in enumerate(looks) for other in looks[:at])


def test_nested_suggestions_and_those_within_a_span_are_both_seen(qapp: QApplication) -> None:
    both = suggested((0, 30, 0.95), (10, 20, 0.95))
    assert both != suggested((0, 30, 0.95))
    around = layer((0, 30))
    assert suggested((10, 20, 0.95), spans=around) != suggested(spans=around)
    assert suggested((10, 30, 0.95), (22, 30, 0.95)) != suggested((10, 30, 0.95))


def test_an_outline_that_goes_on_in_the_next_line_is_open_there(qapp: QApplication) -> None:
    laid = Page(TEXT, [], 420.0, 22.0)
    first, second = laid.lines[:2]
    whole = Suggestion(first.end - 12, second.start + 6, "PLAN", "names", 0.95)
    segments = laid.segments(whole.start, whole.end)
    here, there = (next(at for at, one in enumerate(segments) if one.line is line) for line in (first, second))
    for at in (there - 1, there):
        assert outlines.outline(segments, at, 0).length() < outlines.outline([segments[at]], 0, 0).length()
    assert here == 0
