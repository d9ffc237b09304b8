"""The labels while they are edited, in their order: dragged, or moved by Alt and an arrow."""

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QPainter, QPen, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.i18n import _, ngettext, number
from annotator.model.label_changes import Entry
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elided, tooltip
from annotator.ui.widgets.theme import Theme

_ENTRY: Final = Qt.ItemDataRole.UserRole
_COUNT: Final = Qt.ItemDataRole.UserRole + 1
_FAULTY: Final = Qt.ItemDataRole.UserRole + 2
_HEIGHT: Final = 42
_Index = QModelIndex | QPersistentModelIndex


class LabelList(QListWidget):
    """A row an entry: a stripe of its colour, its title, the number of its spans, its key."""

    chosen = Signal(str)
    """The uid of the entry that is the current one now."""
    ordered = Signal(list)
    """The uids in another order."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Labels"))
        self.setToolTip(tooltip(_("Drag a label to move it, or press Alt and an arrow key.")))
        self.setItemDelegate(_Delegate(theme, self))
        self.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._current_changed)
        self.model().rowsMoved.connect(self._moved)
        for key, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda step=step: self.move_current(step))

    def show_entries(self, entries: Iterable[Entry], usage: Mapping[str, int], faulty: set[str], current: str) -> None:
        """Show these, one of them as the current one; `faulty` are the uids of those with a fault."""
        entries = list(entries)
        blocked = self.blockSignals(True)
        while self.count() > len(entries):
            self.takeItem(self.count() - 1)
        while self.count() < len(entries):
            self.addItem(QListWidgetItem())
        for at, entry in enumerate(entries):
            item = self.item(at)
            count = usage.get(entry.origin or "", 0)
            item.setText(entry.label.shown())
            item.setData(_ENTRY, entry)
            item.setData(_COUNT, count)
            item.setData(_FAULTY, entry.uid in faulty)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, _spoken(entry, count, entry.uid in faulty))
            if entry.uid == current:
                self.setCurrentItem(item)
        self.blockSignals(blocked)

    def move_current(self, step: int) -> None:
        """Move the current entry up (-1) or down (1), as far as there is room."""
        at = self.currentRow()
        to = at + step
        if at >= 0 and 0 <= to < self.count():
            uids = self._uids()
            uids.insert(to, uids.pop(at))
            self.ordered.emit(uids)

    def _uids(self) -> list[str]:
        return [self.item(at).data(_ENTRY).uid for at in range(self.count())]

    def _current_changed(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item:
            self.chosen.emit(item.data(_ENTRY).uid)

    def _moved(self, *_where: object) -> None:
        self.ordered.emit(self._uids())


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, entry = self._theme, index.data(_ENTRY)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(QColor(theme.accent), 2) if focused and chosen else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.chosen if chosen else theme.panel))
        painter.drawRoundedRect(body, 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.rule) if entry.deleted else theme.firm(entry.label))
        start, end = (body.right() - 8, body.left() + 10) if rtl else (body.left() + 8, body.right() - 10)
        toward = -1 if rtl else 1
        painter.drawRoundedRect(QRectF(min(start, start + toward * 5), body.top() + 8, 5, body.height() - 16), 2, 2)
        key = QRectF(0, 0, 24, 24)
        key.moveCenter(QPointF(end - toward * 12, body.center().y()))
        painter.setBrush(QColor(theme.paper))
        painter.setPen(QPen(QColor(theme.rule), 1))
        painter.drawRoundedRect(key, 5, 5)
        painter.setPen(QColor(theme.faint if entry.deleted else theme.ink))
        painter.setFont(fonts.interface(13, bold=True))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, entry.label.key or "·")
        end -= toward * 36
        painter.setFont(fonts.interface(13))
        count = index.data(_COUNT)
        said = f"{number(count) if count else ''} {'!' if index.data(_FAULTY) else ''}".strip()
        painter.setPen(QColor(theme.warning if index.data(_FAULTY) else theme.dim))
        width = painter.fontMetrics().horizontalAdvance(said)
        painter.drawText(_between(body, end, end - toward * width), Qt.AlignmentFlag.AlignCenter, said)
        font = fonts.interface(14, bold=True)
        font.setStrikeOut(entry.deleted)
        painter.setFont(font)
        painter.setPen(QColor(theme.faint if entry.deleted else theme.ink))
        room = _between(body, start + toward * 14, end - toward * (width + 8))
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        side |= Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, side, elided(entry.label.shown(), QFontMetricsF(font), room.width()))
        painter.restore()


def _between(body: QRectF, one: float, other: float) -> QRectF:
    return QRectF(min(one, other), body.top(), abs(one - other), body.height())


def _spoken(entry: Entry, count: int, faulty: bool) -> str:
    """What a screen reader says of a row after its title."""
    said = [ngettext("{count} span", "{count} spans", count).format(count=number(count))]
    if entry.label.key:
        said.append(_("Key {key}").format(key=entry.label.key))
    if entry.deleted:
        said.append(_("to be deleted"))
    if faulty:
        said.append(_("with a fault"))
    return " · ".join(said)
