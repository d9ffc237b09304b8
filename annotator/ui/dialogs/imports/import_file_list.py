"""The import dialog's list of files: format and counts, and why a file is skipped or repaired, below its name."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from annotator.i18n import _, format_number
from annotator.jobs.imports.preview import FilePreview
from annotator.model.records import Refusal, Remark
from annotator.ui.dialogs.imports.import_file_preview import describe_remark, format_title
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, isolate, isolate_ltr, leading_side, tooltip
from annotator.ui.widgets.controls import align_numbers, set_up_tree, top_rows
from annotator.ui.widgets.theme import current_theme

_PATH_ROLE: Final = Qt.ItemDataRole.UserRole
_REASON_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_REASON_SIZE: Final = 12.0
_PADDING: Final = 4  # pixels, as in the style sheet
_FIRST_COUNT: Final = 2  # column
_MAX_SIZE: Final = QSize(1080, 260)
_MIN_HEIGHT: Final = 150  # pixels, some three files, if there are as many: in a low window the dialog scrolls


class FileList(QTreeWidget):
    """A list of files, as high as its rows up to a limit; it takes more where there is room."""

    def __init__(self) -> None:
        super().__init__()
        headings = [_("File"), _("Format"), _("Articles"), _("Already present"), _("Spans"), _("Skipped"), _("Fixed")]
        set_up_tree(self, headings, _("Files"), stretched=0)
        align_numbers(self.headerItem(), range(_FIRST_COUNT, len(headings)))
        self.setUniformRowHeights(False)
        self.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setItemDelegateForColumn(0, _FileDelegate(self))

    def sizeHint(self) -> QSize:
        return super().sizeHint().boundedTo(_MAX_SIZE)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), min(self.sizeHint().height(), _MIN_HEIGHT))

    def show_files(self, previews: Iterable[FilePreview]) -> None:
        """Show these files, in the same rows as before if there are any, and hide columns that are empty in all."""
        for index, preview in enumerate(previews):
            _fill_item(self.topLevelItem(index) or QTreeWidgetItem(self), preview)
        for column in range(self.columnCount()):
            self.setColumnHidden(column, not any(row.text(column) for row in top_rows(self)))
        self.updateGeometry()


def path_of(item: QTreeWidgetItem) -> Path:
    """Return the path of the file in a row."""
    path = item.data(0, _PATH_ROLE)
    assert isinstance(path, Path)
    return path


def _fill_item(item: QTreeWidgetItem, preview: FilePreview) -> None:
    name, reason = isolate(preview.path.name), _main_reason(preview.remarks)
    item.setData(0, _PATH_ROLE, preview.path)
    item.setText(0, name)
    item.setData(0, _REASON_ROLE, reason)
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, (name, reason))))
    item.setToolTip(0, tooltip("\n".join(filter(None, (isolate_ltr(preview.path), reason)))))
    item.setText(1, isolate(format_title(preview.format)))
    counts = (
        preview.articles,
        preview.articles - len(preview.new_uids),
        preview.spans,
        preview.refusal_count,
        preview.repair_count,
    )
    for column, count in enumerate(counts, _FIRST_COUNT):
        item.setText(column, format_number(count) if count or column == _FIRST_COUNT else "")
    align_numbers(item, range(_FIRST_COUNT, _FIRST_COUNT + len(counts)))


def _main_reason(remarks: Iterable[Remark]) -> str:
    """Return the first remark's reason, of something skipped rather than of something repaired; "" if there is none."""
    ordered = sorted(remarks, key=lambda remark: not isinstance(remark, Refusal))
    return describe_remark(ordered[0]) if ordered else ""


class _FileDelegate(QStyledItemDelegate):
    """Paints the name of a file, and the reason in a second line if there is one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        if index.data(_REASON_ROLE):
            hint += QSize(0, round(QFontMetricsF(fonts.interface_font(_REASON_SIZE)).height()))
        return hint

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        reason = index.data(_REASON_ROLE)
        if not reason:
            super().paint(painter, option, index)
            return
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        style = cell.widget.style() if cell.widget else QApplication.style()
        text_rect = QRectF(style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, cell, cell.widget))
        name, cell.text = cell.text, ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, cell.widget)
        # Qt paints a text within this margin: names stand below each other, with a reason or without.
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, cell, cell.widget) + 1
        theme, area = current_theme(), QRectF(cell.rect).adjusted(0, _PADDING, 0, -_PADDING)
        area.setLeft(text_rect.left() + margin)
        area.setRight(text_rect.right() - margin)
        reason_font = fonts.interface_font(_REASON_SIZE)
        reason_height = QFontMetricsF(reason_font).height()
        is_rtl = cell.direction == Qt.LayoutDirection.RightToLeft
        flags = leading_side(is_rtl=is_rtl) | Qt.AlignmentFlag.AlignVCenter
        painter.save()
        for text, font, ink, line in (
            (name, cell.font, theme.ink, area.adjusted(0, 0, 0, -reason_height)),
            (reason, reason_font, theme.dim, area.adjusted(0, area.height() - reason_height, 0, 0)),
        ):
            painter.setFont(font)
            painter.setPen(QColor(ink))
            painter.drawText(line, flags, elide(text, QFontMetricsF(font), line.width()))
        painter.restore()
