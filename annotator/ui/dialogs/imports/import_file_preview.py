"""The import dialog's preview of one file: format, first lines and remarks."""

import unicodedata
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QGridLayout, QPlainTextEdit, QWidget

from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.formats.json.offset_units import UNITS, describe_unit
from annotator.i18n import _, format_number
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.preview import FilePreview
from annotator.model.records import Remark
from annotator.text.visible import remove_invisible
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate, plain_label, set_direction
from annotator.ui.widgets.controls import create_combo_box
from annotator.ui.widgets.layouts import hbox, vbox

_DIRECTIONS: Final = {
    **{"L": Qt.LayoutDirection.LeftToRight},
    **{"R": Qt.LayoutDirection.RightToLeft, "AL": Qt.LayoutDirection.RightToLeft},
}
_SIZE: Final = 15.0
_MAX_REMARKS: Final = 3  # remarks
_COLUMNS_PER_ROW: Final = 3  # pickers of table columns beside each other
_ENCODINGS: Final = {
    **{"utf-8": "UTF-8", "cp1256": "Windows-1256", "iso8859-6": "ISO 8859-6", "mac_arabic": "MacArabic"},
    **{"cp720": "DOS 720", "utf-16": "UTF-16", "cp1252": "Windows-1252"},
}
"""Those that texts in Arabic and French have, by Python's names."""


def format_title(name: str | None) -> str:
    """Return the displayed title of the format with this name (None: unknown)."""
    return _("not recognised") if name is None else registry.get_format(name).localised_title()


def describe_remark(remark: Remark) -> str:
    """Return the reason of a remark, with its line if it has one."""
    if not remark.line:
        return remark.reason
    line = f"{_('Line')} {format_number(remark.line)}"
    return _("{name}: {fact}").format(name=line, fact=remark.reason)


class FilePreviewPane(QWidget):
    """Shows a file's preview and lets users choose how to read it."""

    read_options_chosen = Signal(object)
    """The ReadOptions chosen for the current file."""

    def __init__(self) -> None:
        super().__init__()
        self._preview: FilePreview | None = None
        self.format_box = create_combo_box({})
        self.format_box.activated.connect(lambda _index: self._on_format_chosen())
        self.encoding_box = create_combo_box({None: _("automatic")} | _ENCODINGS)
        self.encoding_box.activated.connect(lambda _index: self._on_encoding_chosen())
        self.offsets_box = create_combo_box({None: _("automatic")} | {unit: describe_unit(unit) for unit in UNITS})
        self.offsets_box.activated.connect(lambda _index: self._on_offsets_chosen())
        self._format_row = _create_row(_("Format"), self.format_box)
        self._encoding_row = _create_row(_("Encoding"), self.encoding_box)
        self._offsets_row = _create_row(_("Offsets"), self.offsets_box)
        self.column_boxes: dict[str, QComboBox] = {}
        self._table = QWidget()
        self._build_columns()
        self.original_view, self.fixed_view = _create_text_view(_("Original")), _create_text_view(_("Fixed"))
        self._headings = plain_label(name="quiet"), plain_label(_("Fixed"), "quiet")
        texts = QGridLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        for index, (heading, view) in enumerate(
            zip(self._headings, (self.original_view, self.fixed_view), strict=True)
        ):
            texts.addWidget(heading, 0, index)
            texts.addWidget(view, 1, index)
        self.remarks_label = plain_label(name="quiet", wraps=True)
        format_line = hbox(self._format_row, self._encoding_row, self._offsets_row, None, spacing=16)
        vbox(format_line, self._table, (texts, 1), self.remarks_label, margins=0, parent=self)

    def show_preview(self, preview: FilePreview) -> None:
        """Show a file's preview."""
        self._preview = preview
        names = [preview.format, *(name for name in preview.possible_formats if name != preview.format)]
        self.format_box.clear()
        for name in names:
            self.format_box.addItem(format_title(name), name)
        self._format_row.setVisible(bool(preview.possible_formats))
        self.encoding_box.setCurrentIndex(max(0, self.encoding_box.findData(preview.options.encoding)))
        self._encoding_row.setVisible(preview.has_encoding)
        self.offsets_box.setCurrentIndex(max(0, self.offsets_box.findData(preview.options.offsets)))
        self._offsets_row.setVisible(preview.guesses_offsets)
        self._table.setVisible(bool(preview.columns))
        for field, box in self.column_boxes.items():
            box.clear()
            box.addItem(_("choose a column") if field == tables.TEXT else "–", None)
            for name in preview.columns:
                box.addItem(isolate(name), name)
            box.setCurrentIndex(max(0, box.findData(preview.options.columns.get(field))))
        changed = bool(preview.line_changes)
        original = "\n".join(before for before, _after in preview.line_changes) if changed else preview.first_lines
        self._headings[0].setText(_("Original") if changed else _("Beginning:"))
        _show_text(self.original_view, original)
        fixed = "\n".join(after for _before, after in preview.line_changes)
        _show_text(self.fixed_view, preview.first_lines if preview.options.joins_lines else fixed)
        for widget in (self._headings[1], self.fixed_view):
            widget.setVisible(changed)
        for widget in (self._headings[0], self.original_view):
            widget.setVisible(bool(original))
        self.fixed_view.setEnabled(preview.options.logical)
        self.original_view.setEnabled(not (changed and preview.options.logical))
        self._show_remarks(preview)

    def _show_remarks(self, preview: FilePreview) -> None:
        lines = [describe_remark(remark) for remark in preview.remarks[:_MAX_REMARKS]]
        if preview.refusal_count + preview.repair_count > len(lines):
            lines.append("…")
        self.remarks_label.setText("\n".join(lines))
        self.remarks_label.setVisible(bool(lines))

    def _build_columns(self) -> None:
        titles = {
            tables.TEXT: _("Text column"),
            "title": _("Title"),
            "published": _("Published"),
            "source": _("Source"),
            "url": _("Address"),
        }
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        for index, (field, title) in enumerate(titles.items()):
            box = self.column_boxes[field] = create_combo_box({})
            box.setAccessibleName(title)
            box.activated.connect(lambda _index: self._on_column_chosen())
            grid.addWidget(plain_label(title), index // _COLUMNS_PER_ROW, 2 * (index % _COLUMNS_PER_ROW))
            grid.addWidget(box, index // _COLUMNS_PER_ROW, 2 * (index % _COLUMNS_PER_ROW) + 1)
        for index in range(_COLUMNS_PER_ROW):
            grid.setColumnStretch(2 * index + 1, 1)

    def _on_format_chosen(self) -> None:
        if self._preview and self.format_box.currentData() != self._preview.format:
            before = self._preview.options
            self.read_options_chosen.emit(
                ReadOptions(self.format_box.currentData(), logical=before.logical, encoding=before.encoding)
            )

    def _on_encoding_chosen(self) -> None:
        encoding = self.encoding_box.currentData()
        if self._preview and encoding != self._preview.options.encoding:  # whose columns may have other names
            self.read_options_chosen.emit(replace(self._preview.options, encoding=encoding, columns={}))

    def _on_offsets_chosen(self) -> None:
        offsets = self.offsets_box.currentData()
        if self._preview and offsets != self._preview.options.offsets:
            self.read_options_chosen.emit(replace(self._preview.options, offsets=offsets))

    def _on_column_chosen(self) -> None:
        columns_by_field = {
            field: box.currentData() for field, box in self.column_boxes.items() if box.currentData() is not None
        }
        if self._preview and tables.TEXT in columns_by_field:
            before = self._preview.options
            self.read_options_chosen.emit(
                ReadOptions(tables.FORMAT.name, columns_by_field, before.logical, encoding=before.encoding)
            )


def _create_row(title: str, box: QComboBox) -> QWidget:
    row = QWidget()
    form = QFormLayout(row)
    form.setContentsMargins(0, 0, 0, 0)
    form.addRow(title, box)
    return row


def _show_text(view: QPlainTextEdit, text: str) -> None:
    """Show a text in the direction of its first letter, whatever marks stand before it."""
    letters = map(unicodedata.bidirectional, remove_invisible(text))
    direction = next(filter(None, map(_DIRECTIONS.get, letters)), None)
    set_direction(view, direction or Qt.LayoutDirection.RightToLeft)
    view.setPlainText(text)


def _create_text_view(name: str) -> QPlainTextEdit:
    view = QPlainTextEdit()
    view.setReadOnly(True)
    view.setTabChangesFocus(True)
    view.setAccessibleName(name)
    view.setFont(fonts.reading_font(_SIZE))
    view.setMinimumHeight(80)
    return view
