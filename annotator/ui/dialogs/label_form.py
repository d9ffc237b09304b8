"""The form of one label: what is changed in it is told at once, and so is what is wrong with it."""

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import LANGUAGES, _
from annotator.model.colours import READABLE, contrast, readable
from annotator.model.labels import Colour, Fault, Label
from annotator.ui.dialogs.label_colours import ColourButton, Preview, ReadyColours
from annotator.ui.widgets.bidi_text import plain_label, set_direction, tooltip
from annotator.ui.widgets.theme import DARK, LIGHT, Theme


class LabelForm(QWidget):
    """Shows a label, and lets every part of it be changed."""

    edited = Signal(object)
    """The Label as it is now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label("", {}, Colour(LIGHT.ink, DARK.ink))
        self._showing = False
        self._faults = {field: _warning() for field in ("name", "key", "light", "dark")}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._add_name(form)
        self._add_titles(form)
        self._add_colours(form, theme)
        self.preview = Preview(theme)
        form.addRow(_caption(_("Preview")), self.preview)
        self._add_guidelines(form, theme)

    def show_label(self, label: Label) -> None:
        """Show this label. Fields that say the same already are left alone, with the caret in them."""
        self._label = label
        self._showing = True
        _put(self.name, label.name)
        _put(self.key, label.key or "")
        for code in LANGUAGES:
            _put(self.titles[code], label.title.get(code, ""))
            field = self.guidelines[code]
            if field.toPlainText() != label.guideline.get(code, ""):
                field.setPlainText(label.guideline.get(code, ""))
        self._showing = False
        self._show_looks()

    def show_faults(self, faults: Iterable[Fault]) -> None:
        """Say these beside their fields, and nothing of others."""
        said = {fault.field: fault.reason[:1].upper() + fault.reason[1:] for fault in reversed(list(faults))}
        for field, warning in self._faults.items():
            warning.setText(said.get(field, ""))
            warning.setVisible(field in said)

    def start(self) -> None:
        """Begin with the name."""
        self.name.setFocus()
        self.name.selectAll()

    # Its parts

    def _add_name(self, form: QFormLayout) -> None:
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name in the export"))
        self.name.setToolTip(tooltip(_("What the export writes: letters, digits, _ and - without spaces")))
        self.name.textEdited.connect(lambda text: self._change(replace(self._label, name=text)))
        self.key = _KeyField()
        self.key.setAccessibleName(_("Key"))
        self.key.setToolTip(tooltip(_("The key that tags with this label, or none")))
        self.key.textEdited.connect(lambda text: self._change(replace(self._label, key=text or None)))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.name, 1)
        row.addWidget(_caption(_("Key"), self.key))
        row.addWidget(self.key)
        form.addRow(_caption(_("Name in the export"), self.name), _with(row, self._faults["name"], self._faults["key"]))

    def _add_titles(self, form: QFormLayout) -> None:
        self.titles: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for column, (code, language) in enumerate(LANGUAGES.items()):
            field = self.titles[code] = QLineEdit()
            field.setLayoutDirection(_direction(code))
            field.setAccessibleName(_("Title, {language}").format(language=language))
            field.textEdited.connect(lambda text, code=code: self._change_title(code, text))
            grid.addWidget(_caption(language, field), 0, column)
            grid.addWidget(field, 1, column)
        form.addRow(_caption(_("Title")), grid)

    def _add_colours(self, form: QFormLayout, theme: Theme) -> None:
        self.light = ColourButton(_("Colour on light paper"), LIGHT)
        self.dark = ColourButton(_("Colour on dark paper"), DARK)
        self.light.changed.connect(lambda colour: self._change_colour(Colour(colour, self._label.colour.dark)))
        self.dark.changed.connect(lambda colour: self._change_colour(Colour(self._label.colour.light, colour)))
        self.ready = ReadyColours(theme)
        self.ready.chosen.connect(self._change_colour)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.light)
        row.addWidget(self.dark)
        row.addSpacing(8)
        row.addWidget(self.ready)
        row.addStretch()
        self._pale = _Pale()
        self._pale.better.clicked.connect(self._make_readable)
        form.addRow(_caption(_("Colour")), _with(row, self._pale, self._faults["light"], self._faults["dark"]))

    def _add_guidelines(self, form: QFormLayout, theme: Theme) -> None:
        self.guidelines: dict[str, QPlainTextEdit] = {}
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setStyleSheet(_tab_style(theme))
        tabs.tabBar().setDrawBase(False)
        tabs.tabBar().setAccessibleName(_("Language of the guideline"))
        for code, language in LANGUAGES.items():
            field = self.guidelines[code] = _long_field(_direction(code))
            field.setAccessibleName(_("Guideline, {language}").format(language=language))
            field.textChanged.connect(lambda code=code: self._change_guideline(code))
            tabs.addTab(field, language)
        form.addRow(_caption(_("Guideline")), tabs)

    # Changes

    def _change(self, label: Label) -> None:
        if not self._showing and label != self._label:
            self._label = label
            self._show_looks()
            self.edited.emit(label)

    def _change_title(self, code: str, text: str) -> None:
        self._change(replace(self._label, title=_said(self._label.title, code, text)))

    def _change_guideline(self, code: str) -> None:
        text = self.guidelines[code].toPlainText()
        self._change(replace(self._label, guideline=_said(self._label.guideline, code, text)))

    def _change_colour(self, colour: Colour) -> None:
        self._change(replace(self._label, colour=colour))

    def _make_readable(self) -> None:
        colour = self._label.colour
        self._change_colour(Colour(readable(colour.light, LIGHT.paper), readable(colour.dark, DARK.paper)))
        self.light.setFocus()  # the button that was pressed is gone

    def _show_looks(self) -> None:
        colour = self._label.colour
        self.light.show_colour(colour.light)
        self.dark.show_colour(colour.dark)
        self.ready.show_colour(colour)
        self._pale.show_contrast(contrast(colour.light, LIGHT.paper), contrast(colour.dark, DARK.paper))
        self.preview.show_label(self._label)


class _Pale(QWidget):
    """Says that a colour is hard to read, and offers a nearby one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self._said = plain_label(name="quiet")
        self.better = QPushButton()
        self.better.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._said)
        row.addWidget(self.better)
        row.addStretch()

    def show_contrast(self, light: float, dark: float) -> None:
        """Speak if one of these, the contrasts with light and dark paper, is too low."""
        pale, dim = light < READABLE, dark < READABLE
        self.setVisible(pale or dim)
        if pale and dim:
            self._said.setText(_("Hard to read on light and on dark paper."))
            self.better.setText(_("Make both readable"))
        elif pale:
            self._said.setText(_("Hard to read on light paper."))
            self.better.setText(_("Darker"))
        else:
            self._said.setText(_("Hard to read on dark paper."))
            self.better.setText(_("Lighter"))


class _KeyField(QLineEdit):
    """Takes one character; another one replaces it."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxLength(1)
        self.setFixedWidth(48)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text().strip():
            self.selectAll()
        super().keyPressEvent(event)


def _direction(language: str) -> Qt.LayoutDirection:
    return Qt.LayoutDirection.RightToLeft if language == "ar" else Qt.LayoutDirection.LeftToRight


def _long_field(direction: Qt.LayoutDirection) -> QPlainTextEdit:
    field = QPlainTextEdit()
    set_direction(field, direction)
    field.setTabChangesFocus(True)
    field.setMinimumHeight(84)
    return field


def _put(field: QLineEdit, text: str) -> None:
    if field.text() != text:
        field.setText(text)
        field.setCursorPosition(0)


def _said(texts: dict[str, str], code: str, text: str) -> dict[str, str]:
    """The texts with this one in its language; without one where it is blank."""
    others = {other: theirs for other, theirs in texts.items() if other != code}
    return {**others, code: text} if text.strip() else others


def _caption(text: str, field: QWidget | None = None) -> QLabel:
    label = plain_label(text, "quiet")
    if field:
        label.setBuddy(field)
    return label


def _warning() -> QLabel:
    label = plain_label(name="warning")
    label.setWordWrap(True)
    label.hide()
    return label


def _with(row: QHBoxLayout, *below: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addLayout(row)
    for widget in below:
        column.addWidget(widget)
    return column


def _tab_style(theme: Theme) -> str:
    return f"""
    QTabBar::tab {{ padding: 4px 12px; color: {theme.dim}; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.ink}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:focus {{ background: {theme.chosen}; }}
    QTabWidget::pane {{ border: none; padding-top: 4px; }}
    """
