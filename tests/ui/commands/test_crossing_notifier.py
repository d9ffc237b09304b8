"""What is said when a span crosses another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.inspection import Stretch

from annotator.model.records import Span
from annotator.ui.commands.crossing_notifier import crosses, find_crossed
from annotator.ui.window import Window

_RANGES = st.tuples(st.integers(0, 20), st.integers(1, 10)).map(lambda pair: (pair[0], sum(pair)))
NOTICE = "This span crosses “\u2068وزارة الصحة بالرباط\u2069”: neither lies inside the other."


def span(start: int, end: int) -> Span:
    return Span(f"{start}-{end}", "x", "a", "DATE", start, end)


@pytest.mark.parametrize(
    ("second", "expected"),
    [((5, 15), True), ((15, 25), True), ((12, 18), False), ((5, 25), False), ((10, 15), False), ((20, 30), False)],
)
def test_spans_cross_where_each_has_a_part_of_its_own(second: tuple[int, int], expected: bool) -> None:
    assert crosses(span(10, 20), span(*second)) is expected
    assert crosses(span(*second), span(10, 20)) is expected


@given(st.lists(_RANGES, max_size=8).map(sorted), _RANGES)
def test_the_first_span_that_crosses_is_found(others: list[tuple[int, int]], added: tuple[int, int]) -> None:
    spans = [span(*other) for other in others]
    crossed = [other for other in spans if crosses(span(*added), other)]
    assert find_crossed(span(*added), spans) == next(iter(crossed), None)


def test_a_span_that_crosses_another_is_announced_and_undone_at_once(window: Window, stretch: Stretch) -> None:
    session = window.session
    session.tag("INSTITUTION", *stretch("وزارة الصحة بالرباط"))
    window.view.select(*stretch("بالرباط، أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_3)
    assert len(session.spans) == 2  # it is only a notice
    assert window.toast.message() == NOTICE
    session.undo()
    assert window.toast.message() == ""


def test_a_span_whose_edge_moves_across_another_is_announced_once(window: Window, stretch: Stretch) -> None:
    session = window.session
    session.tag("INSTITUTION", *stretch("وزارة الصحة بالرباط"))
    session.tag("DATE", *stretch("أمس"))
    assert session.selection
    session.resize(session.selection, *stretch("بالرباط، أمس"))
    assert window.toast.message() == NOTICE
    window.toast.hide()
    assert session.selection
    session.describe(session.selection, "2024-07-08", "")
    assert window.toast.message() == ""


def test_nested_spans_are_not_announced(window: Window, stretch: Stretch) -> None:
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة بالرباط"))
    window.session.tag("PLAN", *stretch("الصحة بالرباط"))
    assert window.toast.message() == ""
