"""A field for a date, which saves only values of dates and says how it reads what is typed."""

from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from annotator.i18n import _, is_rtl
from annotator.model.date_display import format_date_value, format_hijri
from annotator.model.date_values import is_date_value, parse_date_value
from annotator.ui.panels.autosave_field import AutosaveField
from annotator.ui.session.session import Session
from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import format_keys, isolate_ltr, leading_side, tooltip
from annotator.ui.widgets.controls import ENTER_KEYS, set_style_name
from annotator.ui.widgets.theme import current_theme

_CALENDAR_KEY: Final = QKeyCombination(Qt.KeyboardModifier.AltModifier, Qt.Key.Key_Down)


class Feedback(NamedTuple):
    """How a typed date is read, or why it is none; an error is one once the user has left the field."""

    text: str = ""
    is_error: bool = False


class DateField(AutosaveField):
    """A date in words or ISO 8601, saved in ISO 8601; `is_moment` forbids periods.

    What is no date stays in the field and is not saved. A calendar opens by a button, or Alt and Down. With
    `show_value`, the field may hold another value, which is any text.
    """

    feedback_changed = Signal()

    def __init__(self, title: str, session: Session, *, is_moment: bool = False) -> None:
        super().__init__(title, session)
        self._title, self._is_moment = title, is_moment
        self._is_date, self._published = False, ""
        self._is_refused = False
        self._feedback = Feedback()
        self._drawn: tuple[str, float] | None = None  # the ink and pixel ratio of the button's icon
        # At the beginning of the line, where the text above and below begins: digits alone would be on the left.
        self.setAlignment(leading_side(is_rtl=is_rtl()))
        self._calendar_action = QAction(_("Calendar"), self)
        self._calendar_action.setToolTip(tooltip(f"{_('Calendar')}   {format_keys(['Alt+Down'])}"))
        self._calendar_action.triggered.connect(self.open_calendar)
        self.addAction(self._calendar_action, QLineEdit.ActionPosition.TrailingPosition)
        self._calendar_action.setVisible(False)  # after adding it: addAction shows it
        self.textChanged.connect(lambda _text: self._on_text_changed())

    def show_value(self, text: str, owner: object, *, is_date: bool = True, published: str | None = None) -> None:
        """Show the saved value of `owner`, of a date or anything else.

        Relative dates are resolved against the day of publication, if known.
        """
        kind = is_date, published or ""
        if kind != (self._is_date, self._published):
            self._is_date, self._published = kind
            self.setPlaceholderText(_("Date, such as 2024-07-09 or “last Tuesday”") if is_date else self._title)
            self._show_calendar_button()
        self.show_text(text, owner)
        self._update_feedback()

    @property
    def feedback(self) -> Feedback:
        """What to show beside the field."""
        return self._feedback

    def value_to_save(self) -> str:
        """Return the typed value, or the saved one if the typed is no date."""
        value, reason = self._read()
        return self._saved_text if reason else value

    def commit(self) -> bool:
        if not self._is_edited():
            return super().commit()
        value, reason = self._read()
        if reason:
            self._is_refused = True
            self._update_feedback()
            return False
        if value != self.text():
            self.setText(value)
        return super().commit()

    def open_calendar(self) -> None:
        """Open the calendar at the day of the field, else of the publication or today."""
        from annotator.ui.widgets.calendar_popup import CalendarPopup  # slow to load, and seldom opened

        moments = parse_date_value(self.value_to_save())
        day = moments[0].calendar_day() if moments else None
        popup = CalendarPopup(self)
        popup.day_chosen.connect(self._take_day)
        popup.open_at(self, day.isoformat() if day else self._published[:10])

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and self._is_date and isinstance(event, QKeyEvent) and event.keyCombination() == _CALENDAR_KEY:
            event.accept()  # it is an action's key too
            return True
        is_handled = super().event(event)
        if event.type() == QEvent.Type.ReadOnlyChange:
            self._show_calendar_button()
        return is_handled

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_date and event.keyCombination() == _CALENDAR_KEY:
            if not self.isReadOnly():
                self.open_calendar()
            return
        if event.key() in ENTER_KEYS and not self._is_edited() and not self.isReadOnly():
            self.setText(self._read()[0])  # what is stored as it was imported: 09/07/2024
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if QApplication.activePopupWidget():
            QLineEdit.focusOutEvent(self, event)  # back after the calendar, or the menu of a right click
        else:
            super().focusOutEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._show_calendar_button()

    def _read(self) -> tuple[str, str]:
        """Return the value of the text, and "" or the reason why it is no date."""
        text = self.text().strip()
        if not text or not self._is_date or (is_date_value(text) and not (self._is_moment and "/" in text)):
            return text, ""
        from annotator.suggest.dates.typed_date import InvalidDate, parse_typed_date  # slow to load

        try:
            return parse_typed_date(text, self._published or None, is_moment=self._is_moment), ""
        except InvalidDate as error:
            return text, str(error)

    def _is_edited(self) -> bool:
        return self.text().strip() != self._saved_text.strip()

    def _take_day(self, day: str) -> None:
        moments = parse_date_value(self.value_to_save())
        clock = self.value_to_save()[len(day) :] if moments and len(moments) == 1 and moments[0].clock else ""
        self.setText(day + clock)
        self.commit()
        self.setFocus()

    def _on_text_changed(self) -> None:
        self._is_refused = False
        self._update_feedback()

    def _update_feedback(self) -> None:
        feedback = self._read_feedback()
        set_style_name(self, "invalid" if feedback.is_error else "")
        if feedback != self._feedback:
            self._feedback = feedback
            self.setAccessibleDescription(feedback.text)
            self.feedback_changed.emit()

    def _read_feedback(self) -> Feedback:
        text = self.text().strip()
        if not text:
            if self._is_moment or not self._is_date or self._published:
                return Feedback()
            return Feedback(_("Relative dates get a value once the article has a date, above it."))
        if not self._is_date:
            words = format_date_value(text)  # the period of a plan
            return Feedback(words if words != text else "")
        value, reason = self._read()
        if reason:
            return Feedback(reason, self._is_refused or not self._is_edited())
        if not self._is_edited() and value != text:
            sentence = _("This is stored in another form. {key} makes it {value}.")
            return Feedback(sentence.format(key=format_keys(["Return"]), value=isolate_ltr(value)), is_error=True)
        return Feedback("\n".join(filter(None, (format_date_value(value, weekday=True), format_hijri(value)))))

    def _show_calendar_button(self) -> None:
        is_shown = self._is_date and self.isEnabled() and not self.isReadOnly()
        drawn = current_theme().dim, self.devicePixelRatioF()
        if is_shown and drawn != self._drawn:
            self._drawn = drawn
            self._calendar_action.setIcon(QIcon(icons.draw_pixmap("calendar", drawn[0], icons.SIZE, drawn[1])))
        self._calendar_action.setVisible(is_shown)
