"""The label editor's list, reordered by dragging or by Alt and an arrow key."""

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeySequence, QPainter, QPen, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.i18n import _, count_phrase, format_number
from annotator.model.label_changes import LabelEntry
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, leading_side, tooltip
from annotator.ui.widgets.key_cap import paint_key_cap
from annotator.ui.widgets.theme import current_theme

_ENTRY_ROLE: Final = Qt.ItemDataRole.UserRole
_COUNT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_FAULTY_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_HEIGHT: Final = 42
_Index = QModelIndex | QPersistentModelIndex


class LabelList(QListWidget):
    """A row per entry: colour stripe, title, number of spans and key."""

    entry_selected = Signal(str)
    """The uid of the new current entry."""
    reordered = Signal(list)
    """The uids in their new order."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Labels"))
        self.setToolTip(tooltip(_("Drag a label to move it, or press Alt and an arrow key.")))
        self.setItemDelegate(_Delegate(self))
        self.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._on_current_changed)
        self.model().rowsMoved.connect(self._on_rows_moved)
        for key, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda step=step: self.move_current(step))

    def show_entries(
        self, entries: Iterable[LabelEntry], usage: Mapping[str, int], faulty: set[str], current: str
    ) -> None:
        """Show these entries and select `current`; `faulty` has the uids of those with faults."""
        entries = list(entries)
        was_blocked = self.blockSignals(True)
        while self.count() > len(entries):
            self.takeItem(self.count() - 1)
        while self.count() < len(entries):
            self.addItem(QListWidgetItem())
        for row, entry in enumerate(entries):
            item = self.item(row)
            count = usage.get(entry.origin or "", 0)
            item.setText(entry.label.localised_title())
            item.setData(_ENTRY_ROLE, entry)
            item.setData(_COUNT_ROLE, count)
            item.setData(_FAULTY_ROLE, entry.uid in faulty)
            item.setData(
                Qt.ItemDataRole.AccessibleDescriptionRole, _accessible_description(entry, count, entry.uid in faulty)
            )
            if entry.uid == current:
                self.setCurrentItem(item)
        self.blockSignals(was_blocked)

    def move_current(self, step: int) -> None:
        """Move the current entry up (-1) or down (1), within the list."""
        row = self.currentRow()
        target = row + step
        if row >= 0 and 0 <= target < self.count():
            uids = self._uids()
            uids.insert(target, uids.pop(row))
            self.reordered.emit(uids)

    def _uids(self) -> list[str]:
        return [self.item(row).data(_ENTRY_ROLE).uid for row in range(self.count())]

    def _on_current_changed(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item:
            self.entry_selected.emit(item.data(_ENTRY_ROLE).uid)

    def _on_rows_moved(self, *_arguments: object) -> None:
        self.reordered.emit(self._uids())


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme = current_theme()
        entry: LabelEntry = index.data(_ENTRY_ROLE)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        is_rtl = option.direction == Qt.LayoutDirection.RightToLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(QColor(theme.accent), 2) if has_focus and is_selected else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.highlight if is_selected else theme.panel))
        painter.drawRoundedRect(body, 7, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.rule) if entry.is_deleted else theme.line_colour(entry.label))
        start, end = (body.right() - 8, body.left() + 10) if is_rtl else (body.left() + 8, body.right() - 10)
        direction = -1 if is_rtl else 1
        painter.drawRoundedRect(QRectF(min(start, start + direction * 5), body.top() + 8, 5, body.height() - 16), 2, 2)
        key = QRectF(0, 0, 24, 24)
        key.moveCenter(QPointF(end - direction * 12, body.center().y()))
        ink = theme.faint if entry.is_deleted else theme.ink
        paint_key_cap(painter, key, entry.label.key or "·", fonts.interface_font(13, bold=True), ink)
        end -= direction * 36
        painter.setFont(fonts.interface_font(13))
        count = index.data(_COUNT_ROLE)
        text = f"{format_number(count) if count else ''} {'!' if index.data(_FAULTY_ROLE) else ''}".strip()
        painter.setPen(QColor(theme.warning if index.data(_FAULTY_ROLE) else theme.dim))
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.drawText(_rect_between(body, end, end - direction * width), Qt.AlignmentFlag.AlignCenter, text)
        font = QFont(fonts.interface_font(14, bold=True))  # a copy: all others share the cached one
        font.setStrikeOut(entry.is_deleted)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        rect = _rect_between(body, start + direction * 14, end - direction * (width + 8))
        side = leading_side(is_rtl=is_rtl) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, side, elide(entry.label.localised_title(), QFontMetricsF(font), rect.width()))
        painter.restore()


def _rect_between(body: QRectF, x1: float, x2: float) -> QRectF:
    return QRectF(min(x1, x2), body.top(), abs(x1 - x2), body.height())


def _accessible_description(entry: LabelEntry, count: int, faulty: bool) -> str:
    """Return what a screen reader speaks after a row's title."""
    parts = [count_phrase("{count} span", "{count} spans", count)]
    if entry.label.key:
        parts.append(_("Key {key}").format(key=entry.label.key))
    if entry.is_deleted:
        parts.append(_("to be deleted"))
    if faulty:
        parts.append(_("invalid"))
    return " · ".join(parts)
