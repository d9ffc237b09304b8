"""Hit tests of edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from annotator.model.records import Span
from annotator.ui.article.page import Page
from annotator.ui.article.pointer import Drag, edge_at, handle_points, snap_range

TEXT = "أعلنت وزارة الصحة بالرباط عن الخطة"
SPAN = Span("u", "a", "Sanae", "INSTITUTION", TEXT.index("وزارة"), TEXT.index(" بالرباط"))


@pytest.mark.parametrize("index", [0, 1])
def test_an_edge_can_be_grabbed_at_its_handle_and_from_inside(qapp: QApplication, index: int) -> None:
    page = Page(TEXT, [], 600.0, 22.0)
    edge = handle_points(page, SPAN)[index]
    inward = -1 if index == 0 else 1  # the start is on the right
    inside, outside = QPointF(inward * 5, 0), QPointF(-inward * 5, 0)
    letters = QPointF(0, -12)
    assert edge_at(edge + inside, page, SPAN) == index
    assert edge_at(edge + outside, page, SPAN) == index
    assert edge_at(edge + inside + letters, page, SPAN) == index
    # On letters of the word beside it, a drag begins a new selection.
    assert edge_at(edge + outside + letters, page, SPAN) is None
    assert edge_at(edge + inside * 4, page, SPAN) is None
    assert edge_at(edge, page, None) is None


TEXT = "أعلنت «وزارة الصحة»، أمس، لأحزاب 2024-2030 😀."


def offset_of(words: str) -> int:
    return TEXT.index(words)


def test_a_drag_selects_whole_words_in_either_direction() -> None:
    start, end = offset_of("وزارة") + 2, offset_of("الصحة") + 2
    expected = (offset_of("وزارة"), offset_of("الصحة") + 5)
    assert Drag(start).range_to(TEXT, end, exact=False) == expected
    assert Drag(end).range_to(TEXT, start, exact=False) == expected
    assert Drag(start).range_to(TEXT, end, exact=True) == (start, end)


def test_only_the_dragged_edge_moves() -> None:
    cut = offset_of("لأحزاب") + 1
    span = Span("s", "x", "a", "PLAN", cut, cut + 5)
    assert Drag(cut + 5, span, 1).range_to(TEXT, offset_of("2030"), exact=False) == (cut, offset_of("2024") + 9)
    assert Drag(cut, span, 0).range_to(TEXT, offset_of("أمس") + 1, exact=False) == (offset_of("أمس"), cut + 5)


@pytest.mark.parametrize("edge", [0, 1])
def test_an_edge_dragged_past_the_other_one_has_no_range(edge: int) -> None:
    span = Span("s", "x", "a", "PLAN", offset_of("أمس"), offset_of("أمس") + 3)
    beyond = len(TEXT) if edge == 0 else 0
    assert Drag(span.start, span, edge).range_to(TEXT, beyond, exact=False) is None


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.booleans())
def test_a_snapped_range_is_visible_and_overlaps_the_drag(start: int, end: int, exact: bool) -> None:
    snapped = snap_range(TEXT, start, end, exact=exact)
    if snapped is None:
        assert start >= end or not TEXT[start:end].strip()
    else:
        assert TEXT[slice(*snapped)] == TEXT[slice(*snapped)].strip() != ""
        assert max(start, snapped[0]) < min(end, snapped[1]) or not exact
