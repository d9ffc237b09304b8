"""Captions in their lanes: they cover neither each other nor a letter, at three levels of nesting and more."""

from itertools import combinations

import pytest
from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from ui.inspection import strip_isolates

from annotator.model.records import Span, Suggestion
from annotator.ui.article.block import Line
from annotator.ui.article.captions import Caption, CaptionPlacer
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import Item, compute_depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import PagePainter
from annotator.ui.article.pointer import handle_points
from annotator.ui.widgets.theme import LIGHT

TEXT = (
    "قدمت وزارة الفلاحة والصيد البحري، أمس، حصيلة إستراتيجية «الجيل الأخضر 2020-2030» أمام مجلس المستشارين، وأكّدت أنّ "
    "المخطّط الوطني لسنة 2024 يتم في آجاله، وأُنجز إلى الآن ثلثاه Épargne SOCIALE"
)
TITLES = {"DATE": "تاريخ", "PLAN": "خطة", "INSTITUTION": "مؤسسة"}
LABELS = build_label_set(*TITLES)


def place(items: list[Item], page: Page, active: Item | None = None) -> list[Caption]:
    depths = compute_depths(items, LABELS)
    return CaptionPlacer(page, TITLES).place([(item, depths[item]) for item in items], active)


def nested_spans(words: str, levels: int) -> list[Item]:
    """Return spans of the words, of the words without the last, and so on, all of which begin together."""
    start, parts = TEXT.index(words), words.split()
    ends = [start + len(" ".join(parts[: len(parts) - level])) for level in range(levels)]
    return [Span(str(end), "x", "a", label, start, end) for end, label in zip(ends, [*TITLES, "DATE"], strict=False)]


def inked_rows(page: Page, line: Line) -> tuple[int, int]:
    """Return the first and the last row of pixels that a letter of the line covers."""
    image = QImage(round(page.width), round(page.height) + 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        painter.setClipRect(QRectF(0, line.top - 10, page.width, line.bottom - line.top + 20))
        PagePainter(page, Marks(), LABELS, LIGHT).paint(painter, 0, page.height)
    rows = range(max(0, int(line.top) - 10), int(line.bottom) + 10)
    inked = [y for y in rows if any(QColor(image.pixel(x, y)).lightness() < 200 for x in range(image.width()))]
    return inked[0], inked[-1]


@pytest.mark.parametrize("is_compact", [False, True])
@pytest.mark.parametrize("size", [13.2, 22.0, 33.0, 66.0])
@pytest.mark.parametrize("levels", [1, 2, 3, 4])
def test_captions_of_nested_spans_touch_no_letter_and_no_other_caption(
    qapp: QApplication, levels: int, size: float, is_compact: bool
) -> None:
    page = Page(TEXT, [], 24 * size, size, is_compact=is_compact)
    captions = place(nested_spans("وزارة الفلاحة والصيد البحري", levels), page)
    assert len(captions) == levels
    first, second = page.lines[:2]
    below, above = inked_rows(page, second)[0], inked_rows(page, first)[1]
    for caption in captions:
        assert above < caption.rect.top()
        assert caption.rect.bottom() <= below
    assert not any(first.rect.intersects(second.rect) for first, second in combinations(captions, 2))


def test_three_levels_leave_every_line_visible(qapp: QApplication) -> None:
    page = Page(TEXT, [], 528, 22)
    items = nested_spans("وزارة الفلاحة والصيد البحري", 3)
    assert all(caption.ink_rect.isEmpty() for caption in place(items, page))


RANGES = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 40)).map(
    lambda pair: (pair[0], min(len(TEXT), pair[0] + pair[1]))
)


@given(
    st.lists(st.tuples(RANGES, st.sampled_from(sorted(TITLES)), st.booleans()), max_size=12),
    st.sampled_from([200.0, 420.0]),
    st.booleans(),
)
def test_no_two_captions_overlap_and_none_leaves_its_lane(
    qapp: QApplication, drawn: list[tuple[tuple[int, int], str, bool]], width: float, is_compact: bool
) -> None:
    page = Page(TEXT, [], width, 22, is_compact=is_compact)
    items: dict[tuple[int, int, str], Item] = {
        (*text_range, label): Span(
            str(index),
            "x",
            "a",
            label,
            *text_range,
            value="2024-07-09" if index % 2 else None,
            note="؟" if index else None,
        )
        if is_span
        else Suggestion(*text_range, label, "names", 0.5)
        for index, (text_range, label, is_span) in enumerate(drawn)
    }
    captions = place(list(items.values()), page, next(iter(items.values()), None))
    for caption in captions:
        line = page.segments(caption.item.start, caption.item.end)[0].line
        assert line.bottom <= caption.rect.top()
        assert caption.rect.bottom() <= line.bottom + page.spacing.lane + 0.001
        assert caption.rect.left() >= 0
        assert caption.rect.right() <= page.width
        if caption.detail:
            assert caption.detail_rect.left() >= 0
            assert caption.detail_rect.right() <= page.width
    rects = [rect for caption in captions for rect in (caption.rect, caption.detail_rect) if rect.width()]
    assert not any(first.intersects(second) for first, second in combinations(rects, 2))


def test_a_span_shows_its_value_where_there_is_room_and_a_dot_for_a_note(qapp: QApplication) -> None:
    page = Page(TEXT, [], 528, 22)
    start = TEXT.index("أمس")
    span = Span("u", "x", "a", "DATE", start, start + 3, value="2024-07-08", note="؟")
    [caption] = place([span], page)
    assert (strip_isolates(caption.text), caption.detail) == ("تاريخ •", "8 July 2024")
    beside = Span("v", "x", "a", "PLAN", start + 5, start + 9)
    assert [caption.detail for caption in place([span, beside], page)] == ["", ""]


def test_a_caption_is_below_the_beginning_of_its_words_beside_the_handle(qapp: QApplication) -> None:
    page = Page(TEXT, [], 528, 22)
    [span] = nested_spans("وزارة الفلاحة", 1)
    [segment] = page.segments(span.start, span.end)
    [caption], [beside] = place([span], page), place([span], page, span)
    assert caption.rect.right() == pytest.approx(segment.right)
    assert beside.rect.right() < segment.right - 4


@pytest.mark.parametrize("is_compact", [False, True])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_captions_are_clear_of_the_handles(qapp: QApplication, level: int, is_compact: bool) -> None:
    page = Page(TEXT, [], 528, 22, is_compact=is_compact)
    items = nested_spans("وزارة الفلاحة والصيد البحري", 3)
    captions = place(items, page, items[level])
    assert len(captions) == 3
    for point in handle_points(page, items[level]):
        handle = QRectF(point.x() - 5.5, point.y() - 5.5, 11, 11)
        assert not any(caption.rect.intersects(handle) for caption in captions)


def test_sure_and_doubtful_suggestions_differ_in_their_captions_too(qapp: QApplication) -> None:
    page = Page(TEXT, [], 528, 22)
    texts = []
    for score in (0.99, 0.9, 0.5):
        suggestion = Suggestion(5, 10, "PLAN", "names", score)
        [caption] = place([suggestion], page)
        texts.append((strip_isolates(caption.text), caption.is_bold))
    assert texts == [("خطة", True), ("خطة", False), ("خطة?", False)]
    [current] = place([suggestion], page, suggestion)
    assert (strip_isolates(current.text), current.is_bold) == ("خطة · 50%", True)


def test_a_title_reads_in_its_own_direction_whatever_that_of_the_interface(qapp: QApplication) -> None:
    page = Page(TEXT, [], 528, 22)
    [span] = nested_spans("وزارة الفلاحة", 1)
    depths = compute_depths([span], LABELS)
    pictures = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        placer = CaptionPlacer(page, dict.fromkeys(TITLES, "Etc. &c."))
        [caption] = placer.place([(span, depths[span])], None)
        image = QImage(120, 30, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        with QPainter(image) as painter:
            painter.setLayoutDirection(direction)
            painter.setFont(placer.fonts[caption.is_bold])
            painter.drawText(10, 20, caption.text)
        pictures.append(image)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("size", [18.0, 22.0])
def test_captions_of_compact_lines_leave_the_outer_line_whole(qapp: QApplication, size: float) -> None:
    page = Page(TEXT, [], 528, size, is_compact=True)
    spans = tuple(item for item in nested_spans("وزارة الفلاحة والصيد", 2) if isinstance(item, Span))
    [segment] = page.segments(spans[0].start, spans[0].end)
    image = QImage(528, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.paper))
    with QPainter(image) as painter:
        marks = Marks(spans, compute_depths(spans, LABELS))
        PagePainter(page, marks, LABELS, LIGHT).paint(painter, 0, page.height)
    top = round(segment.line.bottom) + page.spacing.line_step
    columns = range(round(segment.left) + 1, round(segment.right) - 1)
    assert all(QColor(image.pixel(x, top)) != QColor(LIGHT.paper) for x in columns)
