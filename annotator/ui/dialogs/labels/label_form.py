"""The form of one label: reports edits at once, shows faults beside their fields."""

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QWidget,
)

from annotator.i18n import LANGUAGES, _
from annotator.model.colours import MIN_CONTRAST, contrast_ratio, ensure_contrast
from annotator.model.labels import Colour, Fault, Label
from annotator.ui.dialogs.labels.label_colours import ColourButton, LabelPreview, PresetColours
from annotator.ui.widgets.bidi_text import isolate_quotes, plain_label, set_direction, tooltip
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.theme import DARK, LIGHT


class LabelForm(QWidget):
    """Shows a label and edits all its fields."""

    edited = Signal(object)
    """The edited Label."""

    def __init__(self) -> None:
        super().__init__()
        self._label = Label("", {}, Colour(LIGHT.ink, DARK.ink))
        self._is_loading = False
        self._fault_labels = {field: _create_warning() for field in ("name", "key", "light", "dark")}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._add_name(form)
        self._add_titles(form)
        self._add_colours(form)
        self.preview = LabelPreview()
        form.addRow(_create_caption(_("Preview")), self.preview)
        self._add_guidelines(form)

    def show_label(self, label: Label) -> None:
        """Show this label; fields with unchanged text keep their caret."""
        self._label = label
        self._is_loading = True
        _set_text(self.name_field, label.name)
        _set_text(self.key_field, label.key or "")
        for code in LANGUAGES:
            _set_text(self.title_fields[code], label.title.get(code, ""))
            field = self.guideline_fields[code]
            if field.toPlainText() != label.guideline.get(code, ""):
                field.setPlainText(label.guideline.get(code, ""))
        self._is_loading = False
        self._update_preview()

    def show_faults(self, faults: Iterable[Fault]) -> None:
        """Show these faults beside their fields, and no others."""
        reasons = {fault.field: str(fault.reason) for fault in reversed(list(faults))}
        for field, warning in self._fault_labels.items():
            reason = reasons.get(field, "")
            warning.setText(isolate_quotes(reason[:1].upper() + reason[1:]))
            warning.setVisible(field in reasons)

    def focus_first_field(self) -> None:
        """Focus the name and select it."""
        self.name_field.setFocus()
        self.name_field.selectAll()

    # Rows

    def _add_name(self, form: QFormLayout) -> None:
        self.name_field = QLineEdit()
        self.name_field.setAccessibleName(_("Name in the export"))
        self.name_field.setToolTip(tooltip(_("Used in exports: letters, digits, _ and -, no spaces")))
        self.name_field.textEdited.connect(lambda text: self._change(replace(self._label, name=text)))
        self.key_field = _KeyField()
        self.key_field.setAccessibleName(_("Key"))
        self.key_field.setToolTip(tooltip(_("The key that tags with this label (optional)")))
        self.key_field.textEdited.connect(lambda text: self._change(replace(self._label, key=text or None)))
        fields = hbox((self.name_field, 1), _create_caption(_("Key"), self.key_field), self.key_field, spacing=10)
        form.addRow(
            _create_caption(_("Name in the export"), self.name_field),
            vbox(fields, self._fault_labels["name"], self._fault_labels["key"], spacing=4),
        )

    def _add_titles(self, form: QFormLayout) -> None:
        self.title_fields: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for column, (code, language) in enumerate(LANGUAGES.items()):
            field = self.title_fields[code] = QLineEdit()
            field.setLayoutDirection(_direction(code))
            field.setMinimumWidth(96)  # three beside the list, on a screen of 683 pixels in French, too
            field.setAccessibleName(_("Title, {language}").format(language=language))
            field.textEdited.connect(lambda text, code=code: self._change_title(code, text))
            grid.addWidget(_create_caption(language, field), 0, column)
            grid.addWidget(field, 1, column)
        form.addRow(_create_caption(_("Title"), is_at_top=True), grid)

    def _add_colours(self, form: QFormLayout) -> None:
        self.light_button = ColourButton(_("Colour on a light background"), LIGHT)
        self.dark_button = ColourButton(_("Colour on a dark background"), DARK)
        self.light_button.changed.connect(lambda colour: self._change_colour(Colour(colour, self._label.colour.dark)))
        self.dark_button.changed.connect(lambda colour: self._change_colour(Colour(self._label.colour.light, colour)))
        self.preset_colours = PresetColours()
        self.preset_colours.colour_chosen.connect(self._change_colour)
        self._contrast_warning = _ContrastWarning()
        self._contrast_warning.fix_button.clicked.connect(self._make_readable)
        buttons = hbox(self.light_button, self.dark_button, 4, self.preset_colours, None, spacing=6)
        faults = self._fault_labels["light"], self._fault_labels["dark"]
        form.addRow(_create_caption(_("Colour")), vbox(buttons, self._contrast_warning, *faults, spacing=4))

    def _add_guidelines(self, form: QFormLayout) -> None:
        self.guideline_fields: dict[str, QPlainTextEdit] = {}
        tabs = QTabWidget()
        tabs.setDocumentMode(True)
        tabs.setObjectName("compact")
        tabs.tabBar().setDrawBase(False)
        tabs.tabBar().setAccessibleName(_("Language of the guideline"))
        for code, language in LANGUAGES.items():
            field = self.guideline_fields[code] = _create_text_field(_direction(code))
            field.setAccessibleName(_("Guideline, {language}").format(language=language))
            field.textChanged.connect(lambda code=code: self._change_guideline(code))
            tabs.addTab(field, language)
        form.addRow(_create_caption(_("Guideline"), is_at_top=True), tabs)

    # Changes

    def _change(self, label: Label) -> None:
        if not self._is_loading and label != self._label:
            self._label = label
            self._update_preview()
            self.edited.emit(label)

    def _change_title(self, code: str, text: str) -> None:
        self._change(replace(self._label, title=_with_text(self._label.title, code, text)))

    def _change_guideline(self, code: str) -> None:
        text = self.guideline_fields[code].toPlainText()
        self._change(replace(self._label, guideline=_with_text(self._label.guideline, code, text)))

    def _change_colour(self, colour: Colour) -> None:
        self._change(replace(self._label, colour=colour))

    def _make_readable(self) -> None:
        colour = self._label.colour
        self._change_colour(
            Colour(ensure_contrast(colour.light, LIGHT.paper), ensure_contrast(colour.dark, DARK.paper))
        )
        self.light_button.setFocus()  # the focused button has disappeared

    def _update_preview(self) -> None:
        colour = self._label.colour
        self.light_button.show_colour(colour.light)
        self.dark_button.show_colour(colour.dark)
        self.preset_colours.show_colour(colour)
        self._contrast_warning.show_contrast(
            contrast_ratio(colour.light, LIGHT.paper), contrast_ratio(colour.dark, DARK.paper)
        )
        self.preview.show_label(self._label)


class _ContrastWarning(QWidget):
    """Warns of a colour that is hard to read, and offers a readable similar one."""

    def __init__(self) -> None:
        super().__init__()
        self._message_label = plain_label(name="quiet")
        self.fix_button = QPushButton()
        self.fix_button.setAutoDefault(False)
        hbox(self._message_label, self.fix_button, None, margins=0, parent=self)

    def show_contrast(self, light: float, dark: float) -> None:
        """Show the warning if the contrast with either paper is too low."""
        fades_on_light, fades_on_dark = light < MIN_CONTRAST, dark < MIN_CONTRAST
        self.setVisible(fades_on_light or fades_on_dark)
        if fades_on_light and fades_on_dark:
            self._message_label.setText(_("Hard to read on light and dark backgrounds."))
            self.fix_button.setText(_("Make both readable"))
        elif fades_on_light:
            self._message_label.setText(_("Hard to read on a light background."))
            self.fix_button.setText(_("Darker"))
        else:
            self._message_label.setText(_("Hard to read on a dark background."))
            self.fix_button.setText(_("Lighter"))


class _KeyField(QLineEdit):
    """Holds one character; typing replaces it."""

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


def _create_text_field(direction: Qt.LayoutDirection) -> QPlainTextEdit:
    field = QPlainTextEdit()
    set_direction(field, direction)
    field.setTabChangesFocus(True)
    field.setMinimumHeight(84)
    return field


def _set_text(field: QLineEdit, text: str) -> None:
    if field.text() != text:
        field.setText(text)
        field.setCursorPosition(0)


def _with_text(texts: dict[str, str], code: str, text: str) -> dict[str, str]:
    """Return the texts with this one for its language, or without it if blank."""
    result = {language: theirs for language, theirs in texts.items() if language != code}
    return {**result, code: text} if text.strip() else result


def _create_caption(text: str, field: QWidget | None = None, *, is_at_top: bool = False) -> QLabel:
    """Create a caption; one `is_at_top` is in line with the first line of what it stands for, not with a field."""
    label = plain_label(text, "quiet")
    if is_at_top:
        label.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
    if field:
        label.setBuddy(field)
    return label


def _create_warning() -> QLabel:
    label = plain_label(name="warning", wraps=True)
    label.hide()
    return label
