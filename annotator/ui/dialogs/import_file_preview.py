"""The part of the dialog before an import that is about one file: its format, how it begins, what is wrong in it."""

import unicodedata
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from annotator.formats.documents import plain_text, tables
from annotator.i18n import _, number
from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.preview import Look
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolated, plain_label, set_direction

_TITLES: Final = {
    **{"csv": "CSV", "docx": "Word", "pdf": "PDF", "jsonl": "JSON Lines", "doccano": "doccano", "prodigy": "Prodigy"},
    **{"labelstudio": "Label Studio", "conll": "CoNLL", "conllu": "CoNLL-U", "brat": "brat", "html": "HTML"},
    **{"webanno": "WebAnno TSV", "xmi": "UIMA CAS", "spacy": "spaCy DocBin", "spacy-json": "spaCy JSON"},
}
"""What formats are called that have a name of their own in every language."""

_DIRECTIONS: Final = {
    **{"L": Qt.LayoutDirection.LeftToRight},
    **{"R": Qt.LayoutDirection.RightToLeft, "AL": Qt.LayoutDirection.RightToLeft},
}
_SIZE: Final = 15.0
_SHOWN: Final = 3  # remarks
_IN_A_ROW: Final = 3  # columns of a table that are asked for beside each other


def format_title(name: str | None) -> str:
    """What a format is called, of which this is the NAME; None is one that is not known."""
    if name is None:
        return _("not recognised")
    return _("Plain text") if name == plain_text.NAME else _TITLES[name]


class FileView(QWidget):
    """Shows what was found in a file, and asks in which way it is to be read."""

    chosen = Signal(object)
    """The Way that a person has chosen for the file that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._look: Look | None = None
        self.format = QComboBox()
        self.format.activated.connect(lambda _index: self._choose_format())
        self._format_row = QWidget()
        row = QFormLayout(self._format_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addRow(_("Format"), self.format)
        self.columns: dict[str, QComboBox] = {}
        self._table = QWidget()
        self._lay_out_columns()
        self.before, self.after = _excerpt(_("As it is")), _excerpt(_("Put right"))
        self._headings = plain_label(name="quiet"), plain_label(_("Put right"), "quiet")
        texts = QGridLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        for at, (heading, shown) in enumerate(zip(self._headings, (self.before, self.after), strict=True)):
            texts.addWidget(heading, 0, at)
            texts.addWidget(shown, 1, at)
        self.remarks = plain_label(name="quiet")
        self.remarks.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        beside = QHBoxLayout()
        beside.addWidget(self._format_row)
        beside.addStretch()
        column.addLayout(beside)
        column.addWidget(self._table)
        column.addLayout(texts, 1)
        column.addWidget(self.remarks)
        column.addStretch()

    def show_look(self, look: Look) -> None:
        """Show what was found in a file."""
        self._look = look
        names = [look.format, *(name for name in look.possible if name != look.format)]
        self.format.clear()
        for name in names:
            self.format.addItem(format_title(name), name)
        self._format_row.setVisible(bool(look.possible))
        self._table.setVisible(bool(look.columns))
        for field, box in self.columns.items():
            box.clear()
            box.addItem(_("choose the column") if field == tables.TEXT else "–", None)
            for name in look.columns:
                box.addItem(isolated(name), name)
            box.setCurrentIndex(max(0, box.findData(look.way.columns.get(field))))
        changed = bool(look.changed)
        before = "\n".join(was for was, _now in look.changed) if changed else look.beginning
        self._headings[0].setText(_("As it is") if changed else _("It begins:"))
        _write(self.before, before)
        _write(self.after, "\n".join(now for _was, now in look.changed))
        for widget in (self._headings[1], self.after):
            widget.setVisible(changed)
        for widget in (self._headings[0], self.before):
            widget.setVisible(bool(before))
        self.after.setEnabled(look.way.logical)
        self.before.setEnabled(not (changed and look.way.logical))
        self._tell(look)

    def _tell(self, look: Look) -> None:
        shown = [
            f"{_('Line')} {number(remark.line)}: {remark.reason}" if remark.line else remark.reason
            for remark in look.remarks[:_SHOWN]
        ]
        if look.refused + look.repaired > len(shown):
            shown.append("…")
        self.remarks.setText("\n".join(shown))
        self.remarks.setVisible(bool(shown))

    def _lay_out_columns(self) -> None:
        titles = {
            tables.TEXT: _("The text is in"),
            "title": _("Title"),
            "published": _("Published"),
            "source": _("Source"),
            "url": _("Address"),
        }
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        for at, (field, title) in enumerate(titles.items()):
            box = self.columns[field] = QComboBox()
            box.setAccessibleName(title)
            box.activated.connect(lambda _index: self._choose_columns())
            grid.addWidget(plain_label(title), at // _IN_A_ROW, 2 * (at % _IN_A_ROW))
            grid.addWidget(box, at // _IN_A_ROW, 2 * (at % _IN_A_ROW) + 1)
        for at in range(_IN_A_ROW):
            grid.setColumnStretch(2 * at + 1, 1)

    def _choose_format(self) -> None:
        if self._look and self.format.currentData() != self._look.format:
            self.chosen.emit(Way(self.format.currentData(), logical=self._look.way.logical))

    def _choose_columns(self) -> None:
        columns = {field: box.currentData() for field, box in self.columns.items() if box.currentData() is not None}
        if self._look and tables.TEXT in columns:
            self.chosen.emit(Way(tables.NAME, columns, self._look.way.logical))


def _write(shown: QPlainTextEdit, text: str) -> None:
    """Show a text, from the side that it begins on."""
    first = next(filter(None, map(_DIRECTIONS.get, map(unicodedata.bidirectional, text))), None)
    set_direction(shown, first or Qt.LayoutDirection.RightToLeft)
    shown.setPlainText(text)


def _excerpt(name: str) -> QPlainTextEdit:
    shown = QPlainTextEdit()
    shown.setReadOnly(True)
    shown.setTabChangesFocus(True)
    shown.setAccessibleName(name)
    shown.setFont(fonts.reading(_SIZE))
    shown.setMinimumHeight(80)
    return shown
