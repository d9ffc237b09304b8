"""The labels are edited in a dialog: everything by key, nothing before it is applied, every fault said at once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from annotator.i18n import LANGUAGES
from annotator.model import operations
from annotator.model.colours import READABLE, READY, contrast
from annotator.model.labels import Colour, Label, LabelSet, decode, encode
from annotator.model.records import Span, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.ui.dialogs.labels import LabelsDialog
from annotator.ui.session.background import Background
from annotator.ui.widgets.theme import DARK, LIGHT

Opened = Callable[[], LabelsDialog]


@pytest.fixture
def corpus(corpus_path: Path) -> Iterator[Corpus]:
    with Corpus.open(corpus_path) as opened:
        yield opened


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def background(parent: QWidget) -> Background:
    return Background(parent)


@pytest.fixture
def opened(qtbot: QtBot, parent: QWidget, corpus: Corpus, background: Background) -> Opened:
    def show() -> LabelsDialog:
        dialog = LabelsDialog(parent, corpus, background, LIGHT)
        qtbot.addWidget(dialog)
        with qtbot.waitExposed(dialog):
            dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        return dialog

    return show


@pytest.fixture
def dialog(opened: Opened) -> LabelsDialog:
    return opened()


def tag(corpus: Corpus, label: str, start: int = 0, annotator: str = "Sanae") -> Span:
    article = corpus.article(1)
    edits = operations.add(article, corpus.spans(article.uid, annotator), annotator, label, start, start + 5)
    corpus.apply(Step(new_uid(), annotator, now(), "tag", tuple(edits)))
    return next(span for span in corpus.spans(article.uid, annotator) if (span.label, span.start) == (label, start))


def apply(dialog: LabelsDialog, background: Background, qtbot: QtBot) -> None:
    assert dialog.applying.isEnabled()
    with qtbot.waitSignal(background.ended):
        dialog.applying.click()


def names(labels: LabelSet) -> list[str]:
    return [label.name for label in labels.labels]


def rows(dialog: LabelsDialog) -> list[str]:
    return [dialog.list.item(at).text() for at in range(dialog.list.count())]


def warnings(dialog: LabelsDialog) -> list[str]:
    return [label.text() for label in dialog.form.findChildren(QLabel, "warning") if label.isVisible()]


def typed(field: QWidget, text: str) -> None:
    field.setFocus()
    field.selectAll()
    keys(field, text)


def keys(widget: QWidget, text: str) -> None:
    """Press a key for each character; QTest.keyClicks knows Latin ones only."""
    for character in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, character))


def test_every_part_of_a_label_can_be_changed(
    dialog: LabelsDialog, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    assert not dialog.applying.isEnabled(), "nothing is changed yet"
    span = tag(corpus, "DATE")
    form = dialog.form
    typed(form.name, "TIME")
    typed(form.key, "8")
    for code, text in {"ar": "زمن", "fr": "Temps", "en": "Time"}.items():
        typed(form.titles[code], text)
    form.guidelines["fr"].setPlainText("Un jour.\n- une heure")
    form.guidelines["en"].clear()
    form.ready.findChildren(QWidget)[4].click()
    apply(dialog, background, qtbot)
    assert dialog.result() == LabelsDialog.DialogCode.Accepted
    label = corpus.labels().labels[0]
    assert (label.name, label.key, label.colour) == ("TIME", "8", READY[4])
    assert label.title == {"ar": "زمن", "fr": "Temps", "en": "Time"}
    assert label.guideline["fr"] == "Un jour.\n- une heure"
    assert set(label.guideline) == {"ar", "fr"}
    assert [one.label for one in corpus.spans(span.article)] == ["TIME"]


def test_the_list_and_the_preview_follow_what_is_typed(dialog: LabelsDialog) -> None:
    before = dialog.form.preview.grab().toImage()
    typed(dialog.form.titles["en"], "Day")
    assert rows(dialog) == ["Day", "Institution", "Plan"]
    assert dialog.form.preview.grab().toImage() != before
    assert dialog.form.titles["en"].hasFocus()
    assert dialog.form.titles["en"].cursorPosition() == 3


def test_cancel_leaves_everything(dialog: LabelsDialog, corpus: Corpus) -> None:
    before = corpus.labels()
    typed(dialog.form.name, "TIME")
    dialog.add()
    dialog.cancel()
    assert not dialog.isVisible()
    assert corpus.labels() == before


def test_escape_drops_what_was_changed_only_when_it_is_pressed_twice(dialog: LabelsDialog, corpus: Corpus) -> None:
    dialog.add()
    for _ in range(2):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert dialog.isVisible()
        assert "not applied yet" in dialog.said.text()
        dialog.add()  # another change, another question
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert len(corpus.labels().labels) == 3


def test_escape_closes_what_was_not_changed(dialog: LabelsDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_enter_in_a_field_is_not_yet_an_answer(dialog: LabelsDialog, corpus: Corpus) -> None:
    typed(dialog.form.name, "TIME")
    QTest.keyClick(dialog.form.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "TIME" not in names(corpus.labels())


def test_faults_are_said_at_once_and_nothing_is_applied_before_they_are_gone(dialog: LabelsDialog) -> None:
    typed(dialog.form.name, "A B")
    assert warnings(dialog) == ["“A B” cannot name a label: use letters, digits, _ and - without spaces"]
    assert not dialog.applying.isEnabled()
    assert not dialog.saving.isEnabled()
    typed(dialog.form.name, "PLAN")
    assert warnings(dialog) == ["Two labels are named PLAN"]
    dialog.list.setCurrentRow(1)
    assert warnings(dialog) == []
    dialog.list.setCurrentRow(2)
    assert warnings(dialog) == ["Two labels are named PLAN"], "the other one has it too"
    typed(dialog.form.name, "STRATEGY")
    assert warnings(dialog) == []
    assert dialog.applying.isEnabled()


@pytest.mark.parametrize(("one", "other"), [("2", "٢"), ("q", "ض"), ("Q", "q")])
def test_one_key_of_the_keyboard_is_one_key(dialog: LabelsDialog, one: str, other: str) -> None:
    dialog.list.setCurrentRow(1)
    typed(dialog.form.key, one)
    dialog.list.setCurrentRow(0)
    typed(dialog.form.key, other)
    assert warnings(dialog) == [f"Two labels have the key {other}"]
    QTest.keyClick(dialog.form.key, Qt.Key.Key_Backspace)
    assert warnings(dialog) == []
    assert dialog.entries[0].label.key is None


def test_another_key_replaces_the_one_in_the_field(dialog: LabelsDialog) -> None:
    dialog.form.key.setFocus()
    dialog.form.key.deselect()
    keys(dialog.form.key, "7")
    assert dialog.form.key.text() == dialog.entries[0].label.key == "7"


def test_a_pale_colour_is_told_and_made_readable_by_one_click(
    dialog: LabelsDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    pale = dialog.form._pale
    assert not pale.isVisible()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_asked: QColor("#e8c860"))
    dialog.form.light.click()
    assert pale.isVisible()
    assert pale.better.text() == "Darker"
    assert dialog.applying.isEnabled(), "a warning, not a fault"
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_asked: QColor("#403010"))
    dialog.form.dark.click()
    assert pale.better.text() == "Make both readable"
    pale.better.click()
    assert not pale.isVisible()
    colour = dialog.entries[0].label.colour
    assert contrast(colour.light, LIGHT.paper) >= READABLE
    assert contrast(colour.dark, DARK.paper) >= READABLE
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_asked: QColor())
    dialog.form.light.click()
    assert dialog.entries[0].label.colour == colour, "no colour was chosen"


def test_a_new_label_has_a_name_a_key_and_a_colour_of_its_own(
    dialog: LabelsDialog, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    dialog.adding.click()
    dialog.adding.click()
    new = [entry.label for entry in dialog.entries[3:]]
    assert [(label.name, label.key, label.colour) for label in new] == [
        ("LABEL1", "4", READY[3]),
        ("LABEL2", "5", READY[4]),
    ]
    assert dialog.form.name.hasFocus()
    keys(dialog.form.name, "شخص")
    apply(dialog, background, qtbot)
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN", "LABEL1", "شخص"]


def test_a_new_label_is_deleted_without_a_word(dialog: LabelsDialog) -> None:
    dialog.add()
    dialog.deleting.click()
    assert rows(dialog) == ["Date", "Institution", "Plan"]
    assert dialog.list.currentRow() == 2
    assert dialog.form.isVisible()
    assert not dialog.applying.isEnabled()


def test_deleting_a_label_in_use_asks_what_becomes_of_its_spans(
    opened: Opened, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    tag(corpus, "DATE", annotator="Omar")
    dialog = opened()
    dialog.deleting.click()
    leaving = dialog.leaving
    texts = [label.text() for label in leaving.findChildren(QLabel)]
    assert texts == ["To be deleted: Date", "2 spans have this label."]
    assert not leaving.give.isChecked()
    assert not leaving.remove.isChecked()
    assert not dialog.applying.isEnabled(), "nothing is decided for the person"
    assert "cannot be undone" in dialog.said.text()
    leaving.others.setCurrentIndex(leaving.others.findText("Plan"))
    leaving.others.activated.emit(leaving.others.currentIndex())
    assert leaving.give.isChecked()
    assert leaving.others.currentText() == "Plan"
    apply(dialog, background, qtbot)
    assert names(corpus.labels()) == ["INSTITUTION", "PLAN"]
    assert [span.label for span in corpus.spans(corpus.article(1).uid)] == ["PLAN", "PLAN"]


def test_spans_of_a_deleted_label_can_be_removed(
    opened: Opened, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    kept = tag(corpus, "PLAN")
    dialog = opened()
    dialog.delete()
    dialog.leaving.remove.click()
    assert dialog.leaving.remove.isChecked()
    apply(dialog, background, qtbot)
    assert corpus.spans(kept.article) == [kept]


def test_a_label_can_be_kept_after_all(opened: Opened, corpus: Corpus, background: Background, qtbot: QtBot) -> None:
    tag(corpus, "DATE")
    dialog = opened()
    dialog.delete()
    assert not dialog.deleting.isEnabled()
    dialog.leaving.keep.click()
    assert dialog.form.isVisible()
    assert dialog.said.text() == ""
    assert not dialog.applying.isEnabled(), "nothing is changed"


def test_a_label_without_spans_is_deleted_without_a_choice(
    dialog: LabelsDialog, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    dialog.delete()
    assert not dialog.leaving.give.isVisible()
    assert not dialog.leaving.remove.isVisible()
    apply(dialog, background, qtbot)
    assert names(corpus.labels()) == ["INSTITUTION", "PLAN"]


def test_the_order_is_changed_by_key_and_by_dragging(
    dialog: LabelsDialog, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    QTest.keyClick(dialog.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert rows(dialog) == ["Institution", "Date", "Plan"]
    assert dialog.list.currentRow() == 1
    QTest.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(dialog.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert rows(dialog) == ["Date", "Institution", "Plan"], "there is nothing above the first"
    dialog.list.model().moveRow(QModelIndex(), 2, QModelIndex(), 0)  # what a drop does
    assert rows(dialog) == ["Plan", "Date", "Institution"]
    apply(dialog, background, qtbot)
    assert names(corpus.labels()) == ["PLAN", "DATE", "INSTITUTION"]


def test_labels_that_were_changed_meanwhile_are_told(
    dialog: LabelsDialog, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    dialog.delete()
    apply(dialog, background, qtbot)
    assert dialog.isVisible()
    assert "changed in another window" in dialog.said.text()
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN"]


def test_a_change_at_work_is_stopped_by_escape_and_leaves_all_as_it_was(
    opened: Opened, corpus: Corpus, background: Background, qtbot: QtBot
) -> None:
    tag(corpus, "DATE")
    dialog = opened()
    dialog.delete()
    dialog.leaving.remove.click()
    with qtbot.waitSignal(background.ended), corpus.transaction():  # the change has to wait for it
        dialog.applying.click()
        assert not dialog.form.isEnabled()
        dialog.reject()
    assert dialog.isVisible()
    assert dialog.applying.isEnabled()
    assert names(corpus.labels()) == ["DATE", "INSTITUTION", "PLAN"]
    assert len(corpus.spans(corpus.article(1).uid)) == 1


def test_a_label_set_goes_to_a_file_and_comes_from_one(dialog: LabelsDialog, corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    dialog.save(path)
    assert decode(path.read_bytes()) == corpus.labels()
    assert "mine.toml" in dialog.said.text()
    person = Label("PERSON", {"en": "Person"}, Colour("#000000", "#ffffff"), "9")
    date = Label("DATE", {"en": "Day"}, Colour("#000000", "#ffffff"), "1")
    path.write_bytes(encode(LabelSet((person, date))))
    dialog.load(path)
    assert rows(dialog) == ["Person", "Day", "Institution", "Plan"]
    assert dialog.entries[1].origin == "DATE"
    path.write_text("[[label]]\nname = = 1\n")
    dialog.load(path)
    assert "does not read as one" in dialog.said.text()
    dialog.load(tmp_path / "none.toml")
    assert dialog.said.text().startswith("The file could not be read")
    dialog.save(tmp_path / "none" / "mine.toml")
    assert dialog.said.text().startswith("The file could not be written")
    assert rows(dialog) == ["Person", "Day", "Institution", "Plan"]


def test_labels_are_neither_read_from_the_corpus_nor_written_over_it(dialog: LabelsDialog, corpus: Corpus) -> None:
    before = corpus.path.read_bytes()
    for method in (dialog.load, dialog.save):
        dialog.said.clear()
        method(corpus.path)
        assert dialog.said.text().endswith("is the corpus itself.")
    assert corpus.path.read_bytes() == before


def test_each_language_is_written_in_its_direction(dialog: LabelsDialog) -> None:
    for code in LANGUAGES:
        rtl = code == "ar"
        for field in (dialog.form.titles[code], dialog.form.guidelines[code]):
            assert (field.layoutDirection() == Qt.LayoutDirection.RightToLeft) is rtl
        option = dialog.form.guidelines[code].document().defaultTextOption()
        assert bool(option.alignment() & Qt.AlignmentFlag.AlignRight) is rtl


def test_every_control_has_a_name_and_is_reached_by_tab(dialog: LabelsDialog) -> None:
    dialog.list.setFocus()
    reached: list[QWidget] = []
    while (widget := dialog.focusWidget()) not in reached:
        reached.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    form = dialog.form
    side = [dialog.list, dialog.adding, dialog.deleting, dialog.loading, dialog.saving]
    fields = [form.name, form.key, *form.titles.values(), form.light, form.dark]
    assert reached[: len(side) + len(fields)] == side + fields
    assert form.guidelines["ar"] in reached
    for widget in reached:
        text = widget.text() if hasattr(widget, "text") else ""
        assert widget.accessibleName() or text, widget
    assert dialog.list.item(0).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "0 spans · Key 1"
