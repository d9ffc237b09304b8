"""Pixel tests of the article's painting: highlights change neither the shape nor the position of any letter."""

import pytest
from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import BOILERPLATE, Span, Suggestion, Zone
from annotator.ui.article import painting
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import PagePainter, underline_rects
from annotator.ui.article.pointer import handle_points
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

TEXT = "اجتمعت لأحزاب الأغلبية مع اللجنة (لا) سنة 2023-2030 بالرباط، لإصلاح الإدارة 😀"
# White marks on white paper, so that only the text remains.
UNSEEN = LabelSet(tuple(Label(name, {}, Colour("#ffffff", "#ffffff")) for name in ("DATE", "PLAN")))
WHITE = replace(LIGHT, paper="#ffffff")
SEEN = build_label_set("DATE", "PLAN")


def paint_spans(spans: list[Span], labels: LabelSet, *, selected: bool = False) -> QImage:
    layout = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(layout.height) + 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    marks = Marks(tuple(spans), compute_depths(spans, labels), spans[0] if selected and spans else None)
    painter = QPainter(image)
    PagePainter(layout, marks, labels, WHITE).paint(painter, 0, layout.height)
    painter.end()
    return image


def layer(*ranges: tuple[int, int], label: str = "DATE") -> list[Span]:
    return [Span(f"{index}", "x", "a", label, *text_range) for index, text_range in enumerate(ranges)]


def without_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting.PagePainter, "_paint_captions", lambda *_arguments: None)


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted), max_size=4))
def test_highlights_do_not_change_the_letters(qapp: QApplication, ranges: list[list[int]]) -> None:
    spans = layer(*[(start, end) for start, end in ranges if start < end])
    with pytest.MonkeyPatch.context() as patched:
        without_captions(patched)
        assert paint_spans(spans, UNSEEN) == paint_spans([], UNSEEN)


def test_every_letter_is_drawn(qapp: QApplication) -> None:
    image = paint_spans([], SEEN)
    layout = Page(TEXT, [], 420.0, 22.0)
    for line in layout.lines:
        for box in line.boxes:
            if TEXT[box.start].isalnum() and box.right - box.left >= 3:
                columns = range(int(box.left), int(box.right) + 1)
                rows = range(int(line.top), int(line.bottom))
                darkest = min(QColor(image.pixel(x, y)).lightness() for x in columns for y in rows)
                assert darkest < 160, TEXT[box.start]


def test_a_lam_alef_cut_by_a_span_keeps_its_shape(qapp: QApplication) -> None:
    cut = TEXT.index("لأحزاب") + 1
    with pytest.MonkeyPatch.context() as patched:
        without_captions(patched)
        assert paint_spans(layer((cut, cut + 5)), UNSEEN) == paint_spans([], UNSEEN)


def test_a_highlight_covers_exactly_its_span(qapp: QApplication) -> None:
    start = TEXT.index("الأغلبية")
    plain, marked = paint_spans([], SEEN), paint_spans(layer((start, start + 8)), SEEN)
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    changed = [
        (x, y) for x in range(plain.width()) for y in range(plain.height()) if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    assert changed
    assert min(x for x, _y in changed) >= int(segment.left) - 1
    assert max(x for x, _y in changed) <= int(segment.right) + 1


def test_nested_spans_look_different_from_the_outer_one_alone(qapp: QApplication) -> None:
    outer, inner = (0, 30), (10, 20)
    assert paint_spans(layer(outer, inner), SEEN) != paint_spans(layer(outer), SEEN)
    assert paint_spans(layer(inner, outer), SEEN) == paint_spans(layer(outer, inner), SEEN)


def test_the_selected_span_has_handles(qapp: QApplication) -> None:
    span = layer((0, 6))[0]
    selected = paint_spans([span], SEEN, selected=True)
    for point in handle_points(Page(TEXT, [], 420.0, 22.0), span):
        assert QColor(selected.pixel(point.toPoint())) == QColor("#8f6a0a")
    [start, _end] = handle_points(Page(TEXT, [], 420.0, 22.0), span)
    outside = start.toPoint() + QPoint(3, 0)
    assert selected.pixel(outside) != paint_spans([span], SEEN).pixel(outside)


def paint_hits(hits: list[tuple[int, int]], theme: Theme, current: tuple[int, int] | None = None) -> QImage:
    layout = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(layout.height) + 20, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    painter = QPainter(image)
    PagePainter(layout, Marks(hits=tuple(hits), current_hit=current), SEEN, theme).paint(painter, 0, layout.height)
    painter.end()
    return image


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted).map(tuple), max_size=4))
def test_hits_do_not_change_the_letters(qapp: QApplication, hits: list[tuple[int, int]]) -> None:
    unseen = replace(LIGHT, hit="#ffffff", paper="#ffffff")
    assert paint_hits(hits, unseen) == paint_hits([], unseen)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_hit_looks_different_from_text_spans_selection_and_the_current_hit(qapp: QApplication, theme: Theme) -> None:
    start = TEXT.index("الأغلبية")
    hit = (start, start + 8)
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(*hit)
    corner = QPoint(int(segment.left) + 3, int(segment.line.top) + 1)
    assert QColor(paint_hits([hit], theme).pixel(corner)) == QColor(theme.hit)
    assert theme.hit not in (theme.paper, theme.selection, *(theme.fill_colour(label).name() for label in SEEN.labels))
    assert paint_hits([hit], theme, hit) != paint_hits([hit], theme)
    assert paint_hits([hit], theme, (0, 3)) == paint_hits([hit], theme)


def test_a_hit_inside_a_span_is_visible(qapp: QApplication) -> None:
    layout = Page(TEXT, [], 420.0, 22.0)
    span, hit = layer((0, 20))[0], (9, 15)
    image = QImage(440, int(layout.height) + 20, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    PagePainter(layout, Marks((span,), compute_depths([span], SEEN), hits=(hit,)), SEEN, LIGHT).paint(painter, 0, 99)
    painter.end()
    [segment] = layout.segments(*hit)
    assert QColor(image.pixel(int(segment.left) + 3, int(segment.line.top) + 1)) == QColor(LIGHT.hit)


def paint_suggestions(
    *ranges: tuple[int, int, float], theme: Theme = LIGHT, spans: list[Span] | None = None, current: int | None = None
) -> QImage:
    layout = Page(TEXT, [], 420.0, 22.0)
    image = QImage(440, int(layout.height) + 20, QImage.Format.Format_RGB32)
    image.fill(QColor(theme.paper))
    suggestions = tuple(Suggestion(start, end, "PLAN", "names", score) for start, end, score in ranges)
    layer = tuple(spans or ())
    marks = Marks(
        layer,
        compute_depths((*layer, *suggestions), SEEN),
        active=suggestions[current] if current is not None and suggestions else None,
        suggestions=suggestions,
    )
    painter = QPainter(image)
    PagePainter(layout, marks, UNSEEN if theme.paper == "#ffffff" else SEEN, theme).paint(painter, 0, layout.height)
    painter.end()
    return image


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(sorted), max_size=4))
def test_suggestions_do_not_change_the_letters(qapp: QApplication, ranges: list[list[int]]) -> None:
    scored_ranges = [(start, end, 0.5) for start, end in ranges if start < end]
    with pytest.MonkeyPatch.context() as patched:
        without_captions(patched)
        assert paint_suggestions(*scored_ranges, theme=WHITE) == paint_suggestions(theme=WHITE)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(("score", "current"), [(SURE_SCORE, None), (0.95, None), (0.5, None), (0.95, 0)])
def test_a_suggestion_changes_no_pixel_of_the_letters_beside_it(
    qapp: QApplication, theme: Theme, score: float, current: int | None
) -> None:
    start = TEXT.index("2023-2030")
    layout = Page(TEXT, [], 420.0, 22.0)
    plain = paint_suggestions(theme=theme)
    image = paint_suggestions((start, start + 9, score), theme=theme, current=current)
    assert image != plain
    for line in layout.lines:
        for box in line.boxes:
            if not start <= box.start < start + 9:
                columns, rows = range(round(box.left), round(box.right)), range(round(line.top), int(line.bottom))
                changed = [(x, y) for x in columns for y in rows if image.pixel(x, y) != plain.pixel(x, y)]
                assert not changed, TEXT[box.start]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("current", [None, 0])
def test_a_suggestion_is_tinted_evenly_and_differently_from_a_span(
    qapp: QApplication, theme: Theme, current: int | None
) -> None:
    start = TEXT.index("الأغلبية")
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    y = round(segment.line.top) + 1  # above all letters of the word
    columns = range(round(segment.left), round(segment.right))
    suggested = paint_suggestions((start, start + 8, 0.95), theme=theme, current=current)
    labelled = paint_suggestions(theme=theme, spans=layer((start, start + 8), label="PLAN"))
    [tint] = {suggested.pixel(x, y) for x in columns}
    assert tint not in (QColor(theme.paper).rgb(), labelled.pixel(columns[0], y))


@pytest.mark.parametrize(("score", "current"), [(SURE_SCORE, None), (0.95, None), (0.5, None), (0.95, 0)])
def test_the_line_under_a_suggestion_is_broken(qapp: QApplication, score: float, current: int | None) -> None:
    start = TEXT.index("الأغلبية")
    [segment] = Page(TEXT, [], 420.0, 22.0).segments(start, start + 8)
    plain, image = paint_suggestions(), paint_suggestions((start, start + 8, score), current=current)
    y = round(segment.line.bottom)
    columns = range(round(segment.left) + 6, round(segment.right) - 6)
    drawn = [image.pixel(x, y) != plain.pixel(x, y) for x in columns]
    assert any(drawn)
    assert not all(drawn)


@pytest.mark.parametrize(("score", "dash"), [(SURE_SCORE, 14), (0.95, 6), (0.5, 2)])
def test_the_dashes_are_longer_the_surer_a_suggestion_is(score: float, dash: int) -> None:
    rects = underline_rects(Suggestion(0, 4, "PLAN", "names", score), 10, 70, 5, 2)
    assert rects[0] == QRect(10, 5, dash, 2)
    assert all(rect.left() >= 10 and rect.right() < 70 for rect in rects)


def test_a_nested_span_has_the_colour_of_its_label_alone(qapp: QApplication) -> None:
    outer, inner = (0, 30), (10, 20)
    [segment, *_] = Page(TEXT, [], 420.0, 22.0).segments(*inner)
    point = QPoint(round(segment.left) + 3, round(segment.line.top) + 4)
    spans = [*layer(outer, label="PLAN"), *layer(inner)]
    assert paint_spans(spans, SEEN).pixel(point) == paint_spans(layer(inner), SEEN).pixel(point)


def test_sure_doubtful_and_current_suggestions_and_spans_look_different(qapp: QApplication) -> None:
    start = TEXT.index("الأغلبية")
    text_range = start, start + 8
    images = [
        paint_suggestions((*text_range, SURE_SCORE)),
        paint_suggestions((*text_range, 0.8)),
        paint_suggestions((*text_range, 0.5)),
        paint_suggestions((*text_range, SURE_SCORE), current=0),
        paint_suggestions(spans=layer(text_range, label="PLAN")),
    ]
    assert all(image != other for index, image in enumerate(images) for other in images[:index])


def test_nested_suggestions_and_suggestions_inside_a_span_are_visible(qapp: QApplication) -> None:
    both = paint_suggestions((0, 30, 0.95), (10, 20, 0.95))
    assert both != paint_suggestions((0, 30, 0.95))
    enclosing = layer((0, 30))
    assert paint_suggestions((10, 20, 0.95), spans=enclosing) != paint_suggestions(spans=enclosing)
    assert paint_suggestions((10, 30, 0.95), (22, 30, 0.95)) != paint_suggestions((10, 30, 0.95))


def test_a_suggestion_that_continues_on_the_next_line_is_marked_on_both(qapp: QApplication) -> None:
    layout = Page(TEXT, [], 420.0, 22.0)
    first, second = layout.lines[:2]
    plain, image = paint_suggestions(), paint_suggestions((first.end - 12, second.start + 6, 0.95))
    for segment in layout.segments(first.end - 12, second.start + 6):
        point = QPoint(round(segment.left), round(segment.line.bottom))
        assert image.pixel(point) != plain.pixel(point)


@pytest.mark.parametrize("is_rtl", [True, False])
def test_line_of_a_fold_ends_before_the_edge_of_a_narrow_page(qapp: QApplication, is_rtl: bool) -> None:
    text = "\n".join(["وزارة"] * 12 + ["نص"])
    zones = [Zone(f"{line}", "x", BOILERPLATE, 6 * line, 6 * line + 5) for line in range(12)]
    spans = layer((0, 5))
    for width in range(110, 300, 3):
        page = Page(text, zones, width, 22)
        [fold] = page.folds
        image = QImage(width, round(fold.height), QImage.Format.Format_RGB32)
        image.fill(QColor(WHITE.paper))
        with QPainter(image) as painter:
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if is_rtl else Qt.LayoutDirection.LeftToRight)
            PagePainter(page, Marks(tuple(spans), compute_depths(spans, SEEN)), SEEN, WHITE).paint(painter, 0, 20)
        edge = 0 if is_rtl else width - 1
        column = {image.pixelColor(edge, y).name() for y in range(image.height())}
        assert column == {WHITE.paper}, (width, "a letter is cut")
