"""The value of a date is read as it is typed, and what is no date is not saved."""

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model.records import Span
from annotator.ui.panels.date_field import DateField
from annotator.ui.session.session import Session
from annotator.ui.widgets.calendar_popup import CalendarPopup
from annotator.ui.window import Window

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def field(window: Window, session: Session, stretch: Stretch) -> DateField:
    """Return the field for the value of a selected date."""
    session.tag("DATE", *stretch("أمس"))
    value_field = window.labels_sidebar.span_card.value_field
    value_field.start_editing()
    return value_field


def stored(session: Session) -> Span:
    """Return the only span as stored."""
    assert session.corpus
    assert session.article
    [span] = session.corpus.spans(session.article.uid, "Sanae")
    return span


def feedback(window: Window) -> tuple[str, bool]:
    """Return what is said below the field, and whether it is marked as wrong."""
    label = window.labels_sidebar.span_card._feedback_label
    return label.text(), label.objectName() == "warning"


def popup() -> CalendarPopup:
    """Return the open calendar."""
    widget = QApplication.activePopupWidget()
    assert isinstance(widget, CalendarPopup)
    return widget


def test_typed_date_is_read_while_it_is_typed_and_saved_in_iso(
    window: Window, session: Session, field: DateField
) -> None:
    QTest.keyClicks(field, "9 jui")
    assert feedback(window) == ("This is not a date. Try 2024-07-09 or “9 July 2024”.", False)
    QTest.keyClicks(field, "llet 2024, 9:30")
    assert feedback(window) == ("Tuesday 9 July 2024, 09:30\n3 Muharram 1446 AH", False)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert stored(session).value == "2024-07-09T09:30"
    assert (field.text(), window.view.hasFocus()) == ("2024-07-09T09:30", True)


def test_relative_date_is_resolved_against_the_publication(window: Window, session: Session, field: DateField) -> None:
    field.show_value("", field._owner, published="2024-07-10")
    field.setText("الثلاثاء الماضي")  # QTest has no Arabic keys
    assert field.value_to_save() == "2024-07-09"
    field.show_value("", field._owner, published=None)
    assert feedback(window) == ("The day of publication is unknown: type the whole date.", False)


def test_what_is_no_date_stays_marked_in_the_field_and_is_not_saved(
    window: Window, session: Session, field: DateField
) -> None:
    session.describe(stored(session), "2024-07-08", "")
    field.selectAll()
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert stored(session).value == "2024-07-08"
    assert (field.text(), field.hasFocus(), field.objectName()) == ("abc", True, "invalid")
    assert feedback(window) == ("This is not a date. Try 2024-07-09 or “9 July 2024”.", True)
    window.view.setFocus()
    assert (field.text(), stored(session).value) == ("abc", "2024-07-08")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.objectName(), feedback(window)[1]) == ("2024-07-08", "", False)


def test_text_that_is_no_date_is_reported_when_another_span_is_selected(
    window: Window, session: Session, field: DateField
) -> None:
    QTest.keyClicks(field, "abc")
    session.select(None)
    assert "abc" in window.toast.message()
    assert stored(session).value is None


def test_note_is_saved_beside_text_that_is_no_date(window: Window, session: Session, field: DateField) -> None:
    session.describe(stored(session), "2024-07-08", "")
    field.selectAll()
    QTest.keyClicks(field, "abc")
    note_field = window.labels_sidebar.span_card.note_field
    note_field.setFocus()
    QTest.keyClicks(note_field, "ask")
    QTest.keyClick(note_field, Qt.Key.Key_Return)
    assert (stored(session).value, stored(session).note, field.text()) == ("2024-07-08", "ask", "abc")


@pytest.mark.parametrize(("value", "text"), [("abc", "This is not a date."), ("2024-02-31", "There is no such day")])
def test_imported_value_that_is_no_date_is_marked_and_kept(
    window: Window, session: Session, field: DateField, value: str, text: str
) -> None:
    session.describe(stored(session), value, "")
    assert field.text() == value
    assert feedback(window)[0].startswith(text)
    assert feedback(window)[1]
    field.start_editing()
    QTest.keyClick(field, Qt.Key.Key_Return)
    window.view.setFocus()
    assert stored(session).value == value


def test_imported_date_in_another_form_is_kept_until_enter_is_pressed(
    window: Window, session: Session, field: DateField
) -> None:
    session.describe(stored(session), "09/07/2024", "")
    assert feedback(window) == (
        "This is stored in another form. \u2066Enter\u2069 makes it \u20662024-07-09\u2069.",
        True,
    )
    window.view.setFocus()
    assert stored(session).value == "09/07/2024"
    field.start_editing()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert stored(session).value == "2024-07-09"


def test_values_of_other_labels_are_free(window: Window, session: Session, field: DateField) -> None:
    session.relabel(stored(session), "INSTITUTION")
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (stored(session).value, feedback(window)) == ("abc", ("", False))
    field.setText("2024/2028")
    assert feedback(window) == ("2024 – 2028", False)
    QTest.keyClick(field, Qt.Key.Key_Down, ALT)
    assert QApplication.activePopupWidget() is None


def test_date_can_be_cleared(session: Session, field: DateField) -> None:
    session.describe(stored(session), "2024-07-08", "")
    field.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert stored(session).value is None


def test_a_field_for_a_moment_takes_no_period(qtbot: QtBot, session: Session) -> None:
    field = DateField("Published", session, is_moment=True)
    qtbot.addWidget(field)
    field.show_value("2024-07-09", 1)
    field.setText("2023/2030")
    assert not field.commit()
    assert field.feedback.text == "This is a period, where a single day is needed."


def test_calendar_chooses_a_day_by_keys_and_keeps_the_time(
    window: Window, session: Session, field: DateField, qtbot: QtBot
) -> None:
    session.describe(stored(session), "2024-07-09T09:00", "")
    QTest.keyClick(field, Qt.Key.Key_Down, ALT)
    calendar = popup()
    assert calendar._day_label.text() == "Tuesday 9 July 2024"
    assert calendar._hijri_label.text() == "3 Muharram 1446 AH"
    month = calendar.calendar
    for key, modifier in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_PageUp, SHIFT),
    ):
        focus = QApplication.focusWidget()
        assert focus
        QTest.keyClick(focus, key, modifier)
    assert month.selectedDate() == QDate(2023, 8, 17)
    assert calendar._title_label.text() == "August 2023"
    assert field.text() == "2024-07-09T09:00"
    focus = QApplication.focusWidget()
    assert focus
    QTest.keyClick(focus, Qt.Key.Key_Return)
    assert QApplication.activePopupWidget() is None
    assert stored(session).value == "2023-08-17T09:00"
    assert field.hasFocus()


def test_read_only_field_has_no_calendar_and_changes_nothing(session: Session, field: DateField) -> None:
    session.describe(stored(session), "09/07/2024", "")
    assert field._calendar_action.isVisible()
    field.setReadOnly(True)
    assert not field._calendar_action.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Down, ALT)
    assert QApplication.activePopupWidget() is None
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert stored(session).value == "09/07/2024"


def test_closing_the_calendar_changes_nothing(session: Session, field: DateField) -> None:
    session.describe(stored(session), "2024-07-09", "")
    field.open_calendar()
    QTest.keyClick(popup().calendar, Qt.Key.Key_Right)
    QTest.keyClick(popup(), Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None
    assert stored(session).value == "2024-07-09"


def test_typed_text_is_kept_while_the_calendar_is_open(session: Session, field: DateField) -> None:
    QTest.keyClicks(field, "9 July 2024")
    field.open_calendar()
    assert popup().calendar.selectedDate() == QDate(2024, 7, 9)
    assert stored(session).value is None
    popup().close()
    assert field.text() == "9 July 2024"


def test_relative_date_of_an_undated_article_says_why_it_has_no_value(
    window: Window, session: Session, stretch: Stretch
) -> None:
    session.set_published(None)
    session.tag("DATE", *stretch("أمس"))
    assert feedback(window) == ("Relative dates get a value once the article has a date, above it.", False)
    session.set_published("2024-07-09")
    assert feedback(window) == ("", False)
