"""A calendar below a field, in which a day is chosen by mouse or keys."""

from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPen, QResizeEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QTableView, QToolButton, QWidget

from annotator.i18n import _, current_language, format_number
from annotator.model.date_display import format_date_value, format_hijri
from annotator.ui.widgets import fonts, icons
from annotator.ui.widgets.bidi_text import format_keys, plain_label, tooltip
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.round_popups import round_corners
from annotator.ui.widgets.theme import current_theme

_CELL: Final = 32  # pixels
_FIRST_DAY, _LAST_DAY = QDate(1, 1, 1), QDate(9999, 12, 31)
_WEEK: Final = (
    *(Qt.DayOfWeek.Monday, Qt.DayOfWeek.Tuesday, Qt.DayOfWeek.Wednesday, Qt.DayOfWeek.Thursday),
    *(Qt.DayOfWeek.Friday, Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday),
)


class CalendarPopup(QFrame):
    """A month, and the chosen day in words and in the Hijri calendar.

    Arrow keys move by days and weeks, Page Up and Page Down by months, with Shift by years; Enter chooses the day, and
    Escape closes.
    """

    day_chosen = Signal(str)
    """The chosen day in ISO 8601."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(_("Calendar"))
        self.calendar = _Month()
        self.setFocusProxy(self.calendar)
        self._title_label = plain_label(name="heading")
        self._day_label, self._hijri_label = plain_label(), plain_label(name="quiet")
        previous = self._create_button("previous", _("Previous month"), "PgUp", self.calendar.showPreviousMonth)
        following = self._create_button("next", _("Next month"), "PgDown", self.calendar.showNextMonth)
        centre = Qt.AlignmentFlag.AlignHCenter
        head = hbox(previous, None, self._title_label, None, following, spacing=4)
        vbox(
            head,
            self.calendar,
            4,
            (self._day_label, centre),
            (self._hijri_label, centre),
            spacing=2,
            margins=10,
            parent=self,
        )
        self.calendar.currentPageChanged.connect(lambda _year, _month: self._show_month())
        self.calendar.selectionChanged.connect(self._show_day)
        self.calendar.clicked.connect(self._choose)
        self.calendar.activated.connect(self._choose)

    def open_at(self, field: QWidget, day: str) -> None:
        """Show the calendar on a day in ISO 8601, or else today, below the field or above it."""
        date = QDate.fromString(day, Qt.DateFormat.ISODate)
        self.calendar.setSelectedDate(date if date.isValid() else QDate.currentDate())
        self._show_month()
        self._show_day()
        self.adjustSize()
        self.move(_place_beside(field, self.size()))
        self.show()
        self.calendar.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        round_corners(self)

    def _create_button(self, icon: str, text: str, key: str, clicked: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(QIcon(icons.draw_pixmap(icon, current_theme().ink, icons.SIZE, self.devicePixelRatioF())))
        button.setIconSize(QSize(icons.SIZE, icons.SIZE))
        button.setAccessibleName(text)
        button.setToolTip(tooltip(f"{text}   {format_keys([key])}"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(clicked)
        return button

    def _show_month(self) -> None:
        month = f"{self.calendar.yearShown():04}-{self.calendar.monthShown():02}"
        self._title_label.setText(format_date_value(month))

    def _show_day(self) -> None:
        day = self.calendar.selectedDate().toString(Qt.DateFormat.ISODate)
        self._day_label.setText(format_date_value(day, weekday=True))
        self._hijri_label.setText(format_hijri(day))

    def _choose(self, day: QDate) -> None:
        self.close()
        self.day_chosen.emit(day.toString(Qt.DateFormat.ISODate))


class _Month(QCalendarWidget):
    """The days of a month, painted in the colours of the theme."""

    def __init__(self) -> None:
        super().__init__()
        self.setNavigationBarVisible(False)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        self.setLocale(QLocale(current_language()))
        self.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.setDateRange(_FIRST_DAY, _LAST_DAY)
        self.setAccessibleName(_("Calendar"))
        quiet = QTextCharFormat()
        quiet.setForeground(QColor(current_theme().dim))
        quiet.setBackground(QColor(current_theme().paper))  # Qt has a band behind the days of the week
        self.setHeaderTextFormat(quiet)
        for weekday in _WEEK:
            self.setWeekdayTextFormat(weekday, quiet)  # Qt's weekends are red
        table = self.findChild(QTableView)
        assert table
        table.installEventFilter(self)
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.setMinimumSectionSize(0)  # the style sheet's is wider than a cell
        self.setFixedSize(7 * _CELL, 7 * _CELL)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            years = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
            if years and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.setSelectedDate(self.selectedDate().addYears(years))
                return True
        return super().eventFilter(watched, event)

    def paintCell(self, painter: QPainter, rect: QRect, day: QDate) -> None:  # noqa: N802 - Qt's name
        theme = current_theme()
        is_selected = day == self.selectedDate()
        body = QRectF(rect)
        circle = QRectF(0, 0, _CELL - 4, _CELL - 4)
        circle.moveCenter(body.center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, QColor(theme.paper))
        painter.setBrush(QColor(theme.accent) if is_selected else Qt.BrushStyle.NoBrush)
        if is_selected or day == QDate.currentDate():
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawEllipse(circle)
        is_in_month = day.month() == self.monthShown()
        painter.setPen(QColor(theme.accent_ink if is_selected else theme.ink if is_in_month else theme.faint))
        painter.setFont(fonts.interface_font(13, bold=is_selected))
        painter.drawText(body, Qt.AlignmentFlag.AlignCenter, format_number(day.day()))
        painter.restore()


def _place_beside(field: QWidget, size: QSize) -> QPoint:
    """Return where a popup is below a field, or above it if there is no room, and on its screen."""
    area = field.screen().availableGeometry()
    origin = field.mapToGlobal(QPoint(0, 0))
    is_rtl = field.layoutDirection() == Qt.LayoutDirection.RightToLeft
    left = origin.x() + field.width() - size.width() if is_rtl else origin.x()
    below, above = origin.y() + field.height() + 2, origin.y() - size.height() - 2
    top = below if below + size.height() <= area.bottom() else above
    left = max(area.left(), min(left, area.right() - size.width()))
    return QPoint(left, max(area.top(), min(top, area.bottom() - size.height())))
