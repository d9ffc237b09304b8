"""What is under the pointer."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from annotator.model.records import Span
from annotator.ui.article.hit_test import edge_at, edges
from annotator.ui.article.page import Page

TEXT = "أعلنت وزارة الصحة بالرباط عن الخطة"
SPAN = Span("u", "a", "Sanae", "INSTITUTION", TEXT.index("وزارة"), TEXT.index(" بالرباط"))


@pytest.mark.parametrize("which", [0, 1])
def test_an_edge_is_taken_hold_of_at_its_handle_and_from_within(qapp: QApplication, which: int) -> None:
    page = Page(TEXT, [], 600.0, 22.0)
    edge = edges(page, SPAN)[which]
    inward = -1 if which == 0 else 1  # the start is at the right
    within, without = QPointF(inward * 5, 0), QPointF(-inward * 5, 0)
    letters = QPointF(0, -12)
    assert edge_at(edge + within, page, SPAN) == which
    assert edge_at(edge + without, page, SPAN) == which
    assert edge_at(edge + within + letters, page, SPAN) == which
    # On the letters of the word beside it, a drag is a selection of its own.
    assert edge_at(edge + without + letters, page, SPAN) is None
    assert edge_at(edge + within * 4, page, SPAN) is None
    assert edge_at(edge, page, None) is None
