"""The label editor: works by keyboard, changes nothing before it is applied, and reports every fault at once."""

from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from builders import apply_edits
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QColorDialog, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator.i18n import LANGUAGES
from annotator.model import operations
from annotator.model.colours import MIN_CONTRAST, PALETTE, contrast_ratio
from annotator.model.labels import Colour, Label, LabelSet, decode, encode
from annotator.model.records import Span
from annotator.store.backups import BEFORE_DELETION, list_backups
from annotator.store.corpus import Corpus
from annotator.ui.dialogs.labels.labels_dialog import LabelsDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import DARK, LIGHT

OpenDialog = Callable[[], LabelsDialog]


@pytest.fixture
def corpus(corpus_path: Path) -> Iterator[Corpus]:
    with Corpus.open(corpus_path) as open_dialog:
        yield open_dialog


@pytest.fixture
def tasks(parent: QWidget) -> TaskRunner:
    return TaskRunner(parent)


@pytest.fixture
def open_dialog(qtbot: QtBot, parent: QWidget, corpus: Corpus, tasks: TaskRunner) -> OpenDialog:
    def show() -> LabelsDialog:
        dialog = LabelsDialog(parent, corpus, tasks)
        qtbot.addWidget(dialog)
        with qtbot.waitExposed(dialog):
            dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        return dialog

    return show


@pytest.fixture
def dialog(open_dialog: OpenDialog) -> LabelsDialog:
    return open_dialog()


def tag(corpus: Corpus, label: str, start: int = 0, annotator: str = "Sanae") -> Span:
    article = corpus.article(1)
    edits = operations.add_span(article, corpus.spans(article.uid, annotator), annotator, label, start, start + 5)
    apply_edits(corpus, edits, annotator)
    return next(span for span in corpus.spans(article.uid, annotator) if (span.label, span.start) == (label, start))


def apply(dialog: LabelsDialog, tasks: TaskRunner, qtbot: QtBot) -> None:
    assert dialog.apply_button.isEnabled()
    with qtbot.waitSignal(tasks.finished):
        dialog.apply_button.click()


def names(labels: LabelSet) -> list[str]:
    return [label.name for label in labels.labels]


def rows(dialog: LabelsDialog) -> list[str]:
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def warnings(dialog: LabelsDialog) -> list[str]:
    return [label.text() for label in dialog.form.findChildren(QLabel, "warning") if label.isVisible()]


def type_text(field: QLineEdit | QPlainTextEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    press_keys(field, text)


def press_keys(widget: QWidget, text: str) -> None:
    """Press a key for each character; QTest.keyClicks only knows Latin ones."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def test_every_field_of_a_label_can_be_changed(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    assert not dialog.apply_button.isEnabled(), "nothing is changed yet"
    span = tag(corpus, "DATE")
    form = dialog.form
    type_text(form.name_field, "TIME")
    type_text(form.key_field, "8")
    for code, text in {"ar": "زمن", "fr": "Temps", "en": "Time"}.items():
        type_text(form.title_fields[code], text)
    form.guideline_fields["fr"].setPlainText("Un jour.\n- une heure")
    form.guideline_fields["en"].clear()
    form.preset_colours.findChildren(QAbstractButton)[4].click()
    apply(dialog, tasks, qtbot)
    assert dialog.result() == LabelsDialog.DialogCode.Accepted
    label = corpus.labels().labels[0]
    assert (label.name, label.key, label.colour) == ("TIME", "8", PALETTE[4])
    assert label.title == {"ar": "زمن", "fr": "Temps", "en": "Time"}
    assert label.guideline["fr"] == "Un jour.\n- une heure"
    assert set(label.guideline) == {"ar", "fr"}
    assert [stored.label for stored in corpus.spans(span.article)] == ["TIME"]


def test_preview_is_as_high_as_its_lines(dialog: LabelsDialog) -> None:
    preview = dialog.form.preview
    preview.resize(600, preview.height())
    QApplication.processEvents()
    height = preview.height()
    preview.resize(280, height)
    assert preview.height() > height


def test_list_and_preview_follow_typing(dialog: LabelsDialog) -> None:
    before = dialog.form.preview.grab().toImage()
    type_text(dialog.form.title_fields["en"], "Day")
    assert rows(dialog) == ["Day", "Institution", "Plan"]
    assert dialog.form.preview.grab().toImage() != before
    assert dialog.form.title_fields["en"].hasFocus()
    assert dialog.form.title_fields["en"].cursorPosition() == 3


def test_cancel_changes_nothing(dialog: LabelsDialog, corpus: Corpus) -> None:
    before = corpus.labels()
    type_text(dialog.form.name_field, "TIME")
    dialog.add()
    dialog.cancel()
    assert not dialog.isVisible()
    assert corpus.labels() == before


def test_escape_discards_edits_only_when_pressed_twice(dialog: LabelsDialog, corpus: Corpus) -> None:
    dialog.add()
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert "have not been applied" in dialog.message_label.text()
        dialog.add()  # an edit after the warning brings it back
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert len(corpus.labels().labels) == 3


def test_escape_closes_the_dialog_without_edits(dialog: LabelsDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_enter_in_a_field_does_not_apply(dialog: LabelsDialog, corpus: Corpus) -> None:
    type_text(dialog.form.name_field, "TIME")
    QTest.keyClick(dialog.form.name_field, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "TIME" not in names(corpus.labels())


def test_faults_are_shown_at_once_and_prevent_applying(dialog: LabelsDialog) -> None:
    type_text(dialog.form.name_field, "A B")
    fault = "“\u2068A B\u2069” is not a valid label name: use letters, digits, _ and -, without spaces"
    assert warnings(dialog) == [fault]
    assert not dialog.apply_button.isEnabled()
    assert not dialog.save_button.isEnabled()
    type_text(dialog.form.name_field, "PLAN")
    assert warnings(dialog) == ["Two labels are named PLAN"]
    dialog.list.setCurrentRow(1)
    assert warnings(dialog) == []
    dialog.list.setCurrentRow(2)
    assert warnings(dialog) == ["Two labels are named PLAN"], "the other one has it too"
    type_text(dialog.form.name_field, "STRATEGY")
    assert warnings(dialog) == []
    assert dialog.apply_button.isEnabled()


@pytest.mark.parametrize(("first_key", "second_key"), [("2", "٢"), ("q", "ض"), ("Q", "q")])
def test_same_physical_key_in_two_scripts_is_a_duplicate(dialog: LabelsDialog, first_key: str, second_key: str) -> None:
    dialog.list.setCurrentRow(1)
    type_text(dialog.form.key_field, first_key)
    dialog.list.setCurrentRow(0)
    type_text(dialog.form.key_field, second_key)
    assert warnings(dialog) == [f"Two labels have the key {second_key}"]
    QTest.keyClick(dialog.form.key_field, Qt.Key.Key_Backspace)
    assert warnings(dialog) == []
    assert dialog.entries[0].label.key is None


def test_typing_replaces_the_key_in_the_field(dialog: LabelsDialog) -> None:
    dialog.form.key_field.setFocus()
    dialog.form.key_field.deselect()
    press_keys(dialog.form.key_field, "7")
    assert dialog.form.key_field.text() == dialog.entries[0].label.key == "7"


def test_pale_colour_is_reported_and_fixed_by_one_click(dialog: LabelsDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = dialog.form._contrast_warning
    assert not warning.isVisible()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_arguments: QColor("#e8c860"))
    dialog.form.light_button.click()
    assert warning.isVisible()
    assert warning.fix_button.text() == "Darker"
    assert dialog.apply_button.isEnabled(), "a warning, not a fault"
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_arguments: QColor("#403010"))
    dialog.form.dark_button.click()
    assert warning.fix_button.text() == "Make both readable"
    warning.fix_button.click()
    assert not warning.isVisible()
    colour = dialog.entries[0].label.colour
    assert contrast_ratio(colour.light, LIGHT.paper) >= MIN_CONTRAST
    assert contrast_ratio(colour.dark, DARK.paper) >= MIN_CONTRAST
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_arguments: QColor())
    dialog.form.light_button.click()
    assert dialog.entries[0].label.colour == colour, "no colour was chosen"


def test_new_label_gets_an_unused_name_key_and_colour(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    dialog.add_button.click()
    dialog.add_button.click()
    new = [entry.label for entry in dialog.entries[3:]]
    assert [(label.name, label.key, label.colour) for label in new] == [
        ("LABEL1", "4", PALETTE[3]),
        ("LABEL2", "5", PALETTE[4]),
    ]
    assert dialog.form.name_field.hasFocus()
    press_keys(dialog.form.name_field, "شخص")
    apply(dialog, tasks, qtbot)
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN", "LABEL1", "شخص"]


def test_new_label_is_deleted_without_a_question(dialog: LabelsDialog) -> None:
    dialog.add()
    dialog.delete_button.click()
    assert rows(dialog) == ["Date", "Institution", "Plan"]
    assert dialog.list.currentRow() == 2
    assert dialog.form.isVisible()
    assert not dialog.apply_button.isEnabled()


def test_what_a_new_name_does_to_values_is_said_before(
    open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    for start, label, value in ((0, "DATE", "2024"), (5, "PLAN", "المرحلة 2"), (10, "PLAN", "2024")):
        described = tag(corpus, label, start)
        apply_edits(corpus, operations.describe_span(described, value, ""), "Sanae")
    dialog = open_dialog()
    type_text(dialog.form.name_field, "DAY")
    text = "DAY is no label of dates: 1 value stays, and is checked no more."
    assert strip_isolates(dialog.message_label.text()) == text
    dialog.list.setCurrentRow(2)
    type_text(dialog.form.name_field, "DATE")
    others = "DATE is a label of dates: 1 value that is no date moves to the note, for good."
    assert strip_isolates(dialog.message_label.text()) == f"{text}\n{others}"
    apply(dialog, tasks, qtbot)
    assert [(span.label, span.value, span.note) for span in corpus.spans(corpus.article(1).uid)] == [
        ("DAY", "2024", None),
        ("DATE", None, "المرحلة 2"),
        ("DATE", "2024", None),
    ]


def test_deleting_a_label_in_use_asks_about_its_spans(
    open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    tag(corpus, "DATE", annotator="Omar")
    dialog = open_dialog()
    dialog.delete_button.click()
    deletion_form = dialog.deletion_form
    texts = [label.text() for label in deletion_form.findChildren(QLabel)]
    assert texts == ["To be deleted: Date", "2 spans have this label."]
    assert not deletion_form.replace_option.isChecked()
    assert not deletion_form.remove_option.isChecked()
    assert not dialog.apply_button.isEnabled(), "nothing is decided for the person"
    assert "cannot be undone" in dialog.message_label.text()
    deletion_form.replacement_box.setCurrentIndex(deletion_form.replacement_box.findText("Plan"))
    deletion_form.replacement_box.activated.emit(deletion_form.replacement_box.currentIndex())
    assert deletion_form.replace_option.isChecked()
    assert deletion_form.replacement_box.currentText() == "Plan"
    apply(dialog, tasks, qtbot)
    assert names(corpus.labels()) == ["INSTITUTION", "PLAN"]
    assert [span.label for span in corpus.spans(corpus.article(1).uid)] == ["PLAN", "PLAN"]


def test_spans_of_a_deleted_label_can_be_removed(
    open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    plan_span = tag(corpus, "PLAN")
    dialog = open_dialog()
    dialog.delete()
    dialog.deletion_form.remove_option.click()
    assert dialog.deletion_form.remove_option.isChecked()
    apply(dialog, tasks, qtbot)
    assert corpus.spans(plan_span.article) == [plan_span]


def test_a_backup_is_made_before_a_label_is_deleted(
    open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    dialog = open_dialog()
    dialog.delete()
    dialog.deletion_form.remove_option.click()
    assert "backup" in dialog.message_label.text()
    apply(dialog, tasks, qtbot)
    [backup] = list_backups(corpus.path)
    assert backup.reason == BEFORE_DELETION
    with Corpus.open(backup.path, readonly=True) as copy:
        assert names(copy.labels()) == ["DATE", "INSTITUTION", "PLAN"]
        assert [span.label for span in copy.spans(copy.article(1).uid)] == ["DATE"]


def test_no_backup_is_made_when_no_label_is_deleted(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    apply(dialog, tasks, qtbot)
    assert list_backups(corpus.path) == []


def test_deletion_can_be_cancelled(open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot) -> None:
    tag(corpus, "DATE")
    dialog = open_dialog()
    dialog.delete()
    assert not dialog.delete_button.isEnabled()
    dialog.deletion_form.keep_button.click()
    assert dialog.form.isVisible()
    assert dialog.message_label.text() == ""
    assert not dialog.apply_button.isEnabled(), "nothing is changed"


def test_unused_label_is_deleted_without_a_choice(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    dialog.delete()
    assert not dialog.deletion_form.replace_option.isVisible()
    assert not dialog.deletion_form.remove_option.isVisible()
    apply(dialog, tasks, qtbot)
    assert names(corpus.labels()) == ["INSTITUTION", "PLAN"]


def test_labels_are_reordered_by_keys_and_by_dragging(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert rows(dialog) == ["Institution", "Date", "Plan"]
    assert dialog.list.currentRow() == 1
    QTest.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert rows(dialog) == ["Date", "Institution", "Plan"], "there is nothing above the first"
    dialog.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)  # as a drop does
    assert rows(dialog) == ["Plan", "Date", "Institution"]
    apply(dialog, tasks, qtbot)
    assert names(corpus.labels()) == ["PLAN", "DATE", "INSTITUTION"]


def test_applying_outdated_labels_reports_the_other_change(
    dialog: LabelsDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    dialog.delete()
    apply(dialog, tasks, qtbot)
    assert dialog.isVisible()
    assert "changed in another window" in dialog.message_label.text()
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN"]


def test_escape_stops_a_running_change_and_nothing_changes(
    open_dialog: OpenDialog, corpus: Corpus, tasks: TaskRunner, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    dialog = open_dialog()
    dialog.delete()
    dialog.deletion_form.remove_option.click()
    with qtbot.waitSignal(tasks.finished), corpus.transaction():  # makes the change wait
        dialog.apply_button.click()
        assert not dialog.form.isEnabled()
        dialog.reject()
    assert dialog.isVisible()
    assert dialog.apply_button.isEnabled()
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN"]
    assert len(corpus.spans(corpus.article(1).uid)) == 1


def test_label_set_is_saved_to_and_loaded_from_a_file(dialog: LabelsDialog, corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    dialog.save(path)
    assert decode(path.read_bytes()) == corpus.labels()
    assert "mine.toml" in dialog.message_label.text()
    person = Label("PERSON", {"en": "Person"}, Colour("#000000", "#ffffff"), "9")
    date = Label("DATE", {"en": "Day"}, Colour("#000000", "#ffffff"), "1")
    path.write_bytes(encode(LabelSet((person, date))))
    dialog.load(path)
    assert rows(dialog) == ["Person", "Day", "Institution", "Plan"]
    assert dialog.entries[1].origin == "DATE"
    path.write_text("[[label]]\nname = = 1\n")
    dialog.load(path)
    assert "invalid label set" in dialog.message_label.text()
    dialog.load(tmp_path / "none.toml")
    assert dialog.message_label.text().startswith("The file could not be read")
    dialog.save(tmp_path / "none" / "mine.toml")
    assert dialog.message_label.text().startswith("The file could not be written")
    assert rows(dialog) == ["Person", "Day", "Institution", "Plan"]


def test_corpus_file_is_refused_for_loading_and_saving_labels(dialog: LabelsDialog, corpus: Corpus) -> None:
    before = corpus.path.read_bytes()
    link = corpus.path.with_name("hard link")
    link.hardlink_to(corpus.path)
    for method, path in product((dialog.load, dialog.save), (corpus.path, link)):
        dialog.message_label.clear()
        method(path)
        assert dialog.message_label.text().endswith("is the corpus itself.")
    assert corpus.path.read_bytes() == before


def test_fields_have_the_direction_of_their_language(dialog: LabelsDialog) -> None:
    for code in LANGUAGES:
        is_rtl = code == "ar"
        for field in (dialog.form.title_fields[code], dialog.form.guideline_fields[code]):
            assert (field.layoutDirection() == Qt.LayoutDirection.RightToLeft) is is_rtl
        option = dialog.form.guideline_fields[code].document().defaultTextOption()
        assert bool(option.alignment() & Qt.AlignmentFlag.AlignRight) is is_rtl


def test_every_control_has_a_name_and_is_reached_by_tab(dialog: LabelsDialog) -> None:
    dialog.list.setFocus()
    reached: list[QWidget] = []
    while (widget := dialog.focusWidget()) not in reached:
        reached.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    form = dialog.form
    side = [dialog.list, dialog.add_button, dialog.delete_button, dialog.load_button, dialog.save_button]
    fields = [form.name_field, form.key_field, *form.title_fields.values(), form.light_button, form.dark_button]
    assert reached[: len(side) + len(fields)] == side + fields
    assert form.guideline_fields["ar"] in reached
    for widget in reached:
        text = widget.text() if hasattr(widget, "text") else ""
        assert widget.accessibleName() or text, widget
    assert dialog.list.item(0).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "0 spans · Key 1"


def test_only_the_row_of_a_deleted_label_is_struck_through(dialog: LabelsDialog) -> None:
    dialog.show()
    before = dialog.list.grab().toImage()
    dialog.list.setCurrentRow(dialog.list.count() - 1)
    dialog.delete()
    assert dialog.list.grab().toImage() != before
    assert not fonts.interface_font(14, bold=True).strikeOut(), "else every title of the window is struck through"


def test_captions_are_in_line_with_what_they_stand_for(dialog: LabelsDialog) -> None:
    captions = {label.text(): label for label in dialog.form.findChildren(QLabel)}
    heights = [captions[text].mapTo(dialog, captions[text].rect().topLeft()).y() for text in ("Title", "English")]
    assert heights[0] == heights[1]
    assert captions["Title"].alignment() & Qt.AlignmentFlag.AlignTop
