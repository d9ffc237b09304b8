"""What is said when a publication or a label for dates changes values."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.inspection import Stretch

from annotator.model.article_builder import build_article
from annotator.ui.window import Window

NOTICE = "“\u2068المرحلة الأولى\u2069” is not a date: it is in the note of the span now."


def test_values_resolved_against_the_publication_are_announced(window: Window, stretch: Stretch) -> None:
    session = window.session
    assert session.corpus
    session.corpus.add(build_article("قالت الوزارة أمس إن الخطة جاهزة، وإنها ستبدأ بعد أيام."))
    session.open_by_id(3)
    session.tag("DATE", *stretch("أمس"))
    session.tag("PLAN", *stretch("الخطة"))
    plan = session.selection
    session.set_published("2024-07-10")
    assert [span.value for span in session.spans] == ["2024-07-09", None]
    assert session.selection == plan
    assert window.toast.message() == "1 date was resolved against the day of publication."
    session.undo()
    assert window.toast.message() == ""


def test_a_publication_that_no_value_depends_on_is_not_announced(window: Window, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("2024-2030"))
    window.session.set_published("2024-07-10")
    assert window.toast.message() == ""


def label_plan(window: Window, stretch: Stretch, value: str) -> None:
    window.session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    assert window.session.selection
    window.session.describe(window.session.selection, value, "")


def test_a_value_that_is_no_date_moves_into_the_note_and_back(window: Window, stretch: Stretch) -> None:
    label_plan(window, stretch, "المرحلة الأولى")
    before = list(window.session.spans)
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert [(span.label, span.value, span.note) for span in window.session.spans] == [("DATE", None, "المرحلة الأولى")]
    assert window.toast.message() == NOTICE
    QTest.mouseClick(window.toast._undo_button, Qt.MouseButton.LeftButton)
    assert window.session.spans == before
    assert window.toast.message() == ""
    window.session.redo()
    assert window.toast.message() == ""
    assert window.session.spans[0].note == "المرحلة الأولى"


def test_a_value_that_is_a_date_stays_and_nothing_is_said(window: Window, stretch: Stretch) -> None:
    label_plan(window, stretch, "2024/2030")
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert [(span.label, span.value, span.note) for span in window.session.spans] == [("DATE", "2024/2030", None)]
    assert window.toast.message() == ""
