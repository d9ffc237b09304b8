"""The widths of a table's columns."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from annotator.ui.widgets.columns import ColumnFitter, divide_width
from annotator.ui.widgets.controls import create_tree


@given(st.integers(0, 2000), st.lists(st.integers(0, 900), min_size=1, max_size=9), st.data(), st.booleans())
def test_columns_have_what_they_need_or_share_the_room(
    room: int, needed: list[int], data: st.DataObject, elides: bool
) -> None:
    stretched = data.draw(st.integers(0, len(needed) - 1))
    widths = divide_width(room, needed, stretched, elides=elides)
    wanted = [max(40, width) for width in needed]
    if sum(wanted) <= room:
        assert sum(widths) == room
        assert [width for index, width in enumerate(widths) if index != stretched] == [
            width for index, width in enumerate(wanted) if index != stretched
        ]
    elif not elides:
        assert widths == wanted
    else:
        assert sum(widths) == room or max(widths) == 40
        cut = [width for width, whole in zip(widths, wanted, strict=True) if width < whole]
        assert max(widths) - min(cut, default=max(widths)) <= len(widths)  # the widest give way first


def test_a_table_divides_its_width_again_when_it_is_resized(qtbot: QtBot) -> None:
    tree = create_tree(["Article", "Yours", "Decided"], "Differences")
    qtbot.addWidget(tree)
    QTreeWidgetItem(tree, ["أعلنت وزارة الصحة " * 9, "وزارة الصحة " * 9, "2024"])
    ColumnFitter(tree)
    tree.show()
    for width in (500, 800, 300):
        tree.resize(width, 200)
        qtbot.waitUntil(lambda: sum(map(tree.columnWidth, range(3))) == tree.viewport().width())
        assert tree.horizontalScrollBar().maximum() == 0
        assert tree.columnWidth(2) < tree.columnWidth(1)


def test_a_table_of_figures_scrolls_sideways_before_it_cuts_a_name(qtbot: QtBot) -> None:
    tree = create_tree(["Time", *("Seconds a span" for _column in range(6))], "Figures")
    qtbot.addWidget(tree)
    row = QTreeWidgetItem(tree, ["Wednesday 25 November 2026", *"123456"])
    row.setTextAlignment(1, Qt.AlignmentFlag.AlignTrailing)
    ColumnFitter(tree, stretched=0, elides=False)
    tree.show()
    tree.resize(300, 200)
    qtbot.waitUntil(lambda: tree.horizontalScrollBar().maximum() > 0)
    assert tree.columnWidth(0) >= tree.sizeHintForColumn(0)
    tree.resize(1200, 200)
    qtbot.waitUntil(lambda: sum(map(tree.columnWidth, range(7))) == tree.viewport().width())
