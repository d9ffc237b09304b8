"""Hit tests of edges."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from annotator.model.records import Span
from annotator.ui.article.hit_test import edge_at, handle_points
from annotator.ui.article.page import Page

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
