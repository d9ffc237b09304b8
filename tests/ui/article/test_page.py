"""Geometry of the page: offsets and points convert back and forth in any text and direction."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from ui.inspection import visible_blocks

from annotator.model.records import Zone
from annotator.text.offsets import normalise_newlines
from annotator.ui.article.block import Line
from annotator.ui.article.page import Fold, Page, column_width

PIECES = (
    *("لأحزاب", "لا", "الأمم", "مُحَمَّدٌ", "كـــتاب", "ﷺ", "2023-2030", "٢٠٢٤", "09:00", "(لا)", "«خطة»", "Covid-19"),
    *("😀", "👨‍👩‍👧", "🇲🇦", "e\u0301", "\u200f", "\u200e", "\u202b", "\u202c", "\u2067", "\u2069", "\u200d", "\u200c"),
    *(" ", "  ", "\t", "\u00a0", "\n", "\r\n", "\r", "\u2028", ".", "،", "؟", "-", "𝔸", "a", "ب", "\ufeff", "\u00ad"),
)
texts = st.lists(st.sampled_from(PIECES) | st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(
    lambda pieces: normalise_newlines("".join(pieces))
)


def page(text: str, width: float = 400.0) -> Page:
    return Page(text, [], width, 22.0)


@example("\ufeffلا")
@example("\ufffeلا")
@given(texts)
def test_the_boxes_cover_every_character_once_and_in_order(qapp: QApplication, text: str) -> None:
    layout = page(text)
    for block in visible_blocks(layout):
        boxes = [box for line in block.lines for box in line.boxes]
        assert "".join(text[box.start : box.end] for box in boxes) == block.text == text[block.start : block.end]
        assert all(box.left <= box.right for box in boxes)
    lines = {line for block in visible_blocks(layout) for line in block.text.split("\n")}
    assert {line for line in text.split("\n") if line.strip()} <= lines


@example("\ufeffلا")
@given(texts)
def test_a_point_on_a_letter_hits_that_letter(qapp: QApplication, text: str) -> None:
    layout = page(text)
    for line in layout.lines:
        middle = (line.top + line.bottom) / 2
        for box in line.boxes:
            if box.right - box.left < 1:
                continue
            overlapping = [
                other for other in line.boxes if other is not box and other.left < box.right and box.left < other.right
            ]
            if overlapping:
                continue  # overlapping, like combining marks without a base letter
            hit = layout.box_at((box.left + box.right) / 2, middle)
            assert hit == box
            before = box.right - 0.2 if box.is_rtl else box.left + 0.2
            after = box.left + 0.2 if box.is_rtl else box.right - 0.2
            assert layout.boundary_at(before, middle) == box.start
            assert layout.boundary_at(after, middle) == box.end


def test_only_a_single_word_that_runs_against_its_line_is_found_there(qapp: QApplication) -> None:
    text = "في 9 يوليوز 2023-2030 قال New York للقناة 2M إن"
    layout = page(text)
    found = {
        layout.opposite_word_at((box.left + box.right) / 2, (line.top + line.bottom) / 2)
        for line in layout.lines
        for box in line.boxes
    }
    assert {text[slice(*word)] for word in found if word} == {"9", "2023", "2030", "2M"}


@given(texts, st.data())
def test_segments_are_as_wide_as_their_letters(qapp: QApplication, text: str, data: st.DataObject) -> None:
    layout = page(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    segments = layout.segments(start, end)
    for segment in segments:
        assert segment.right > segment.left
    boxes = [box for line in layout.lines for box in line.boxes if box.start < end and start < box.end]
    widest = max((box.right for box in boxes if box.right > box.left), default=None)
    assert (max((segment.right for segment in segments), default=None)) == widest


@example("قال «لأحزاب الأغلبية» (لا) سنة 2024 Covid-19", 400.0)
@example("لأحزاب\x1f\u200d", 400.0)
@example(".\u200f", 400.0)
@example("أحزاب 2023-2030\U0001f3fb", 400.0)
@given(texts, st.sampled_from((90.0, 400.0)))
def test_segments_are_the_same_before_and_after_measuring_letters(qapp: QApplication, text: str, width: float) -> None:
    measured = page(text, width)
    offsets = sorted({offset for line in measured.lines for box in line.boxes for offset in (box.start, box.end)})
    for index, start in enumerate(offsets):
        for end in offsets[index + 1 :]:
            unmeasured = [
                (segment.line.start, segment.left, segment.right) for segment in page(text, width).segments(start, end)
            ]
            assert unmeasured == [
                (segment.line.start, segment.left, segment.right) for segment in measured.segments(start, end)
            ]


QUERIES: dict[str, Callable[[Page, float, int], object]] = {
    "line at": lambda layout, y, _offset: _line_geometry(layout.line_at(y)),
    "line of": lambda layout, _y, offset: _line_geometry(layout.line_of(offset)),
    "line below": lambda layout, y, _offset: (
        (line := layout.line_at(y)) and _line_geometry(layout.adjacent_line(line, 1))
    ),
    "line above": lambda layout, y, _offset: (
        (line := layout.line_at(y)) and _line_geometry(layout.adjacent_line(line, -1))
    ),
    "lines between": lambda layout, y, _offset: [_line_geometry(line) for line in layout.lines_between(y, y + 150)],
    "fold at": lambda layout, y, _offset: _fold_geometry(layout.fold_at(y)),
    "fold of": lambda layout, _y, offset: _fold_geometry(layout.fold_of(offset)),
    "folds between": lambda layout, y, _offset: [_fold_geometry(fold) for fold in layout.folds_between(y, y + 150)],
    "boundary": lambda layout, y, _offset: layout.boundary_at(120.0, y),
    "box": lambda layout, y, _offset: layout.box_at(120.0, y),
    "segments": lambda layout, _y, offset: [
        (_line_geometry(segment.line), segment.left) for segment in layout.segments(offset, offset + 9)
    ],
    "height": lambda layout, _y, _offset: layout.height,
}


def _line_geometry(line: Line | None) -> tuple[int, int, float] | None:
    return (line.start, line.end, line.top) if line else None


def _fold_geometry(fold: Fold | None) -> tuple[int, int, float, bool] | None:
    return (fold.start, fold.end, fold.top, fold.is_open) if fold else None


@given(
    st.lists(st.sampled_from(("نص طويل " * 9, "إعلان", "عاجل", "", " ", "Covid-19 a")), max_size=9).map("\n".join),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(sorted(QUERIES)), st.floats(-50, 900), st.integers(0, 300)), max_size=4),
)
def test_lazy_layout_gives_the_same_results_as_complete_layout(
    qapp: QApplication, text: str, is_open: bool, queries: list[tuple[str, float, int]]
) -> None:
    zones = [Zone(f"{match.start()}", "x", "boilerplate", *match.span()) for match in re.finditer("إعلان|عاجل", text)]
    folds = [zone.start for zone in zones] if is_open else []
    lazy, complete = Page(text, zones, 250, 22, folds), Page(text, zones, 250, 22, folds)
    assert complete.height >= 0  # lays out everything
    for name, y, offset in queries:
        assert QUERIES[name](lazy, y, offset) == QUERIES[name](complete, y, offset), name
    while lazy.lay_out_next():
        pass
    assert [_line_geometry(line) for line in lazy.lines] == [_line_geometry(line) for line in complete.lines]


def test_layout_stops_after_the_requested_height(qapp: QApplication) -> None:
    layout = page("\n".join(["نص طويل " * 20] * 100))
    assert layout.line_at(500)
    estimate = layout.estimated_height(500)
    assert len([*layout.lines_between(0, 500)]) < 15
    steps = 0
    while layout.lay_out_next():
        steps += 1
    assert steps > 90
    assert estimate == pytest.approx(layout.height, rel=0.2)
    assert layout.estimated_height(500) == layout.height


def test_a_number_in_arabic_text_runs_from_left_to_right(qapp: QApplication) -> None:
    # At the first letter of a run in the other direction, Qt's cursorToX returns the edge of its neighbour.
    text = "سنة 2024 هنا"
    boxes = {text[box.start]: box for box in page(text).lines[0].boxes}
    digits = [box for box in page(text).lines[0].boxes if text[box.start].isdigit()]
    assert [box.left for box in digits] == sorted(box.left for box in digits)
    assert digits[-1].right <= boxes["ة"].left
    assert boxes["ه"].right <= digits[0].left
    assert all(box.right - box.left > 5 for box in digits)


def test_a_ligature_is_divided_between_its_letters(qapp: QApplication) -> None:
    boxes = page("لأحزاب").lines[0].boxes
    lam, alef = boxes[0], boxes[1]
    assert lam.left == alef.right
    assert lam.right - lam.left == pytest.approx(alef.right - alef.left)
    assert alef.right - alef.left > 2


def test_zones_give_blocks_their_kind_and_boilerplate_folds(qapp: QApplication) -> None:
    text = "إعلان\nعاجل\nعنوان\nنص طويل"
    zones = [
        Zone("a", "x", "boilerplate", 0, 5),
        Zone("b", "x", "boilerplate", 6, 10),
        Zone("c", "x", "headline", 11, 16),
        Zone("d", "x", "body", 17, 24),
    ]
    folded = Page(text, zones, 400, 22)
    assert [block.kind for block in visible_blocks(folded)] == ["headline", "body"]
    assert [(fold.start, fold.end, fold.count, fold.is_open) for fold in folded.folds] == [(0, 10, 2, False)]
    assert folded.fold_of(3) is folded.folds[0]
    assert folded.line_of(3) is None
    opened = Page(text, zones, 400, 22, [0])
    assert [block.kind for block in visible_blocks(opened)] == ["boilerplate", "boilerplate", "headline", "body"]
    assert opened.height > folded.height
    assert opened.fold_of(3) is None


def test_a_line_holds_about_seventy_letters(qapp: QApplication) -> None:
    text = "أعلنت الوزارة أن البرنامج الجديد يهم جميع الجهات ويشمل تكوين الأساتذة " * 6
    lines = Page(text, [], column_width(22), 22).lines
    assert 58 <= lines[0].end - lines[0].start <= 84


def test_an_empty_text_has_no_lines(qapp: QApplication) -> None:
    layout = page("\n \n")
    assert (layout.lines, layout.line_at(5), layout.box_at(1, 1), layout.boundary_at(1, 1), layout.segments(0, 3)) == (
        [],
        None,
        None,
        None,
        [],
    )
