"""The command palette: a field over the window, and below it the entries that match what is typed."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.ui.actions.keyboard import offer_latin_key
from annotator.ui.actions.palette import PaletteEntry, search_entries
from annotator.ui.panels.row_list import Index, Row, RowDelegate, RowList
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import add_arabic_mark, isolate
from annotator.ui.widgets.controls import ENTER_KEYS
from annotator.ui.widgets.search_line import SearchLine

_ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole
_WIDTH: Final = 620  # pixels, at most
_MARGIN: Final = 8  # pixels around field and list
_SPACE: Final = 24  # pixels at least between palette and edges of the window
_MAX_ROWS: Final = 11
_LOOKUP_DELAY: Final = 100  # milliseconds without typing before more entries are looked up
_FOCUS_MOVES: Final = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""Reasons for which the field loses the focus and gets it back."""
_STEPS: Final = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _MAX_ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _MAX_ROWS,
}


class PaletteModel(QStringListModel):
    """A row per entry, counted in C++ as in ArticleModel."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[PaletteEntry] = ()

    def show_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Show these entries."""
        self.entries = entries
        self.setStringList([""] * len(entries))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == _ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _describe(entry)
        return None


class PaletteDelegate(RowDelegate):
    """Paints an entry: a check mark or the dot of a label, the title, its group quietly, and the key at the end."""

    HEIGHT = 36

    def paint_row(self, row: Row, index: Index) -> None:
        entry: PaletteEntry = index.data(_ENTRY_ROLE)
        theme, font, quiet_font = row.theme, fonts.interface_font(14), fonts.interface_font(12)
        if entry.label:
            row.paint_dot(row.point(16, self.HEIGHT / 2), theme.line_colour(entry.label))
        elif entry.is_checked:
            row.paint_line(row.area(10, row.rect.width() - 26), "✓", font, theme.accent)
        title, group = add_arabic_mark(entry.title), entry.reason or entry.group
        key_width = _advance(entry.keys, quiet_font)
        row.paint_line(row.area(30, 12), entry.keys, quiet_font, theme.dim, at_end=True)
        area = row.area(30, 24 + key_width)
        row.paint_line(area, title, font, theme.ink if entry.is_enabled else theme.faint)
        row.paint_line(row.area(42 + _advance(title, font), 24 + key_width), group, quiet_font, theme.faint)


class PaletteList(RowList):
    """The entries; the palette moves the current one, as the focus stays in the field."""

    entry_chosen = Signal(object)

    def __init__(self, model: PaletteModel) -> None:
        super().__init__(_("Commands"), model, PaletteDelegate())
        self._model = model
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def use_row(self, row: int) -> None:
        self.entry_chosen.emit(self._model.entries[row])

    def current_row(self) -> int:
        return self.currentIndex().row()

    def empty_text(self) -> str:
        return _("Nothing is called that.")


class CommandPalette(QFrame):
    """Lists entries over `window`, narrowed by what is typed; Enter or a click chooses one.

    `find_more` is asked for further entries once the typing pauses, such as articles. `opener` opens the palette, and
    its keys close it.
    """

    entry_chosen = Signal(object)
    """This entry is to be run; the palette is closed already."""
    closed = Signal()
    """The palette was left by a key or an entry: the focus belongs to the article again."""

    def __init__(self, window: QWidget, opener: QAction, find_more: Callable[[str], Sequence[PaletteEntry]]) -> None:
        super().__init__(window)
        self._window, self._opener, self._find_more = window, opener, find_more
        self._entries: Sequence[PaletteEntry] = ()
        self._recent: Sequence[str] = ()
        self.setObjectName("palette")
        self.setAccessibleName(_("Command palette"))
        self.field = SearchLine(_("Search commands, corpora and articles"))
        self.field.setFont(fonts.interface_font(15))
        self.field.textChanged.connect(self._update_entries)
        self.field.installEventFilter(self)
        self._model = PaletteModel()
        self.list = PaletteList(self._model)
        self.list.setMinimumHeight(PaletteDelegate.HEIGHT)  # Qt's least height would be taken from the field
        self.list.entry_chosen.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(_MARGIN)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self._lookup_timer = QTimer(self, singleShot=True, interval=_LOOKUP_DELAY)
        self._lookup_timer.timeout.connect(self._look_up)
        window.installEventFilter(self)
        self.hide()

    def open(self, entries: Sequence[PaletteEntry], recent: Sequence[str]) -> None:
        """Show these entries; `recent` are the names of those last run, the latest first."""
        self._entries, self._recent = entries, recent
        self.field.clear()
        self._update_entries("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Hide the palette and give the focus back."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    # Internals

    def _update_entries(self, query: str) -> None:
        self._show_entries(search_entries(self._entries, query, self._recent))
        self._lookup_timer.start() if query.strip() else self._lookup_timer.stop()

    def _look_up(self) -> None:
        """Add further entries below, where the current one stays."""
        row = self.list.currentIndex().row()
        entries = search_entries(self._entries, self.field.text(), self._recent)
        self._show_entries([*entries, *self._find_more(self.field.text())], max(0, row))

    def _show_entries(self, entries: Sequence[PaletteEntry], row: int = 0) -> None:
        self._model.show_entries(entries)
        self._fit()
        self._set_current(row)

    def _set_current(self, row: int) -> None:
        if not self._model.entries:
            return
        self.list.setCurrentIndex(self._model.index(max(0, min(row, len(self._model.entries) - 1)), 0))
        if QAccessible.isActive():
            text = _describe(self._model.entries[self.list.currentIndex().row()])
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, text))

    def _run(self, entry: PaletteEntry) -> None:
        if entry.is_enabled:
            self.close_palette()
            self.entry_chosen.emit(entry)

    def _fit(self) -> None:
        """Place the palette in the middle of the window's upper part, as high as its rows need."""
        window = self._window.rect()
        top = max(_SPACE, window.height() // 14)
        field_height = self.field.sizeHint().height() + 3 * _MARGIN + 2
        rows = max(1, min(_MAX_ROWS, len(self._model.entries)))
        height = min(field_height + rows * PaletteDelegate.HEIGHT, window.height() - top - _SPACE)
        width = min(_WIDTH, window.width() - 2 * _SPACE)
        self.setGeometry((window.width() - width) // 2, top, width, height)

    # Qt's events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            closes = QKeySequence(event.keyCombination()) in self._opener.shortcuts()
            if not closes:  # no other key may reach the actions of the window
                offer_latin_key(event)
                event.accept()
                return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._fit()
            return False
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _FOCUS_MOVES:
            self.hide()  # the focus has gone where the user wants it
        return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._take_key(event)

    def _take_key(self, event: QKeyEvent) -> bool:
        """Handle a key of the field, and return whether it is none for typing."""
        key, row = Qt.Key(event.key()), self.list.currentIndex().row()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key in ENTER_KEYS:
            if row >= 0:
                self.list.use_row(row)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._set_current((row + _STEPS[key]) % max(1, len(self._model.entries)))
        elif key in _STEPS:
            self._set_current(row + _STEPS[key])
        else:
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True


def _describe(entry: PaletteEntry) -> str:
    """Return what a screen reader speaks for an entry."""
    parts = (entry.title, entry.group, entry.keys, entry.reason or ("" if entry.is_enabled else _("not available now")))
    return ", ".join(filter(None, parts))


def _advance(text: str, font: QFont) -> float:
    return QFontMetricsF(font).horizontalAdvance(isolate(text)) if text else 0.0
