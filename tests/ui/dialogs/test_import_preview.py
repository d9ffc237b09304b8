"""The import dialog: shown before an import that needs decisions, and its decisions are followed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from formats.documents.test_pdf import write_pdf
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QTreeWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator.cli.terminal import reorder_for_display
from annotator.formats.registry import READ_FORMATS
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.ui.dialogs.imports.import_file_preview import format_title
from annotator.ui.dialogs.imports.import_labels import LabelMappingForm
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.dialogs.results import ImportResultDialog
from annotator.ui.window import Window

TEXT = "زار يوسف وجدة يوم الجمعة"
SHOWN = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز 2024"


@pytest.fixture
def foreign_path(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.jsonl"
    spans = [
        {"start": 4, "end": 8, "label": "PER"},
        {"start": 9, "end": 13, "label": "LOC"},
        {"start": 14, "end": 24, "label": "TIME"},
    ]
    path.write_text(json.dumps({"text": TEXT, "spans": spans}), encoding="utf-8")
    return path


@pytest.fixture
def import_and_record(window: Window, qtbot: QtBot) -> Callable[..., list[str]]:
    """Import files, applying one of `acts` to the dialog whenever no job runs; return the names of what was shown."""

    def import_files(*paths: Path, acts: tuple[Callable[[ImportDialog], object], ...] = ()) -> list[str]:
        seen: list[str] = []
        remaining_acts = list(acts)
        failures: list[BaseException] = []

        def act() -> None:
            dialog = QApplication.activeModalWidget()
            busy = window.tasks.is_busy
            if isinstance(dialog, ImportResultDialog):
                seen.append("outcome")
                dialog.reject()
            elif isinstance(dialog, ImportDialog) and not busy:
                seen.extend(["preview"] if "preview" not in seen else [])
                try:
                    (remaining_acts.pop(0) if remaining_acts else ImportDialog.accept)(dialog)
                except BaseException as failure:
                    failures.append(failure)
                    dialog.reject()
            elif not dialog and not busy:
                seen.append("end")

        timer = QTimer(window)
        timer.timeout.connect(act)
        timer.start(20)
        window.corpus_commands.import_or_open([str(path) for path in paths])
        qtbot.waitUntil(lambda: "end" in seen)
        timer.stop()
        if failures:
            raise failures[0]
        return seen[: seen.index("end")]

    return import_files


def stored_texts(window: Window) -> list[str]:
    corpus = window.session.corpus
    assert corpus
    return [corpus.article(summary.uid).text for summary in window.session.articles][2:]


def test_import_without_decisions_shows_no_dialog(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "خبر"}), encoding="utf-8")
    assert import_and_record(tmp_path / "a.txt", tmp_path / "b.jsonl") == []
    assert stored_texts(window) == [TEXT, "خبر"]


def test_unknown_labels_are_mapped_as_chosen(
    window: Window, foreign_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    def choose(dialog: ImportDialog) -> None:
        dialog.label_form.boxes["PER"].setCurrentText("Skip these spans")
        dialog.label_form.boxes["TIME"].setCurrentText("Map to Date")

    assert import_and_record(foreign_path, acts=(choose,)) == ["preview", "outcome"]
    session = window.session
    assert session.corpus
    spans = session.corpus.spans(session.corpus.article(3).uid)
    assert [span.label for span in spans] == ["LOC", "DATE"]
    assert [row.label.name for row in window.label_panel.rows] == ["DATE", "INSTITUTION", "PLAN", "LOC"]


def test_a_label_that_is_probably_misspelt_is_asked_about(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.conll"
    path.write_text(20 * "وزارة B-ORG\nالعدل I-ORG\n\n" + "قالت O\nالصحة B-ORF\n\n", encoding="utf-8")
    questions: list[str] = []

    def read_question(dialog: ImportDialog) -> None:
        texts = [strip_isolates(label.text()) for label in dialog.label_form.findChildren(QLabel)]
        questions.extend(text for text in texts if "meant" in text)
        dialog.accept()

    assert import_and_record(path, acts=(read_question,)) == ["preview", "outcome"]
    assert questions == ["The label “ORF” is on 1 span, “ORG” on 20: is “ORG” meant?"]


def test_cancelled_dialog_imports_nothing(
    window: Window, foreign_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    assert import_and_record(foreign_path, acts=(ImportDialog.reject,)) == ["preview"]
    assert stored_texts(window) == []
    assert len(window.session.labels.labels) == 3


def test_invalid_label_name_cannot_be_added(window: Window, qtbot: QtBot) -> None:
    labels = LabelMappingForm(window.session.labels)
    qtbot.addWidget(labels)
    labels.show_unknown_labels({"a place": 3, "PER": 2}, {})
    assert labels.boxes["a place"].findText("Add the label") == -1
    assert labels.mapping() == LabelMapping({}, frozenset({"PER"}))
    labels.boxes["PER"].setCurrentText("Map to Date")
    labels.show_unknown_labels({"PER": 5, "LOC": 1}, {})
    assert labels.mapping() == LabelMapping({"PER": "DATE"}, frozenset({"LOC"}))


def first_inked_column(tree: QTreeWidget, row: int) -> int:
    """Return the first column of pixels that a letter of a row covers."""
    item = tree.topLevelItem(row)
    assert item
    image = tree.viewport().grab(tree.visualItemRect(item)).toImage()
    paper = image.pixel(0, 0)
    return next(
        x for x in range(image.width()) if any(image.pixel(x, y) != paper for y in range(2, image.height() - 2))
    )


def test_files_are_listed_with_format_counts_and_remarks(
    tmp_path: Path, foreign_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.conll").write_text("أمس O\nالجمعة I-DATE\nفي O\nوجدة B-DATE\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4\0")

    def check(dialog: ImportDialog) -> None:
        rows = [dialog.tree.topLevelItem(row) for row in range(dialog.tree.topLevelItemCount())]
        cells = [[row.text(column).strip("\u2068\u2069") for column in range(7)] for row in rows if row]
        assert cells == [
            ["a.conll", "CoNLL", "1", "", "2", "", "1"],
            ["b.txt", "Plain text", "1", "", "", "", ""],
            ["c.pdf", "PDF", "0", "", "", "1", ""],
            ["foreign.jsonl", "JSON Lines", "1", "", "3", "", ""],
        ]
        assert dialog._summary_label.text() == "4 files · 3 articles · 1 of them already present or duplicate · 5 spans"
        spoken = [row.data(0, Qt.ItemDataRole.AccessibleTextRole) for row in rows if row]
        assert [text.translate(dict.fromkeys(range(0x2066, 0x206A))) for text in spoken] == [
            "a.conll, Line 2: I-DATE after O: treated as the start of a span.",
            "b.txt",
            f"c.pdf, {dialog._previews[tmp_path / 'c.pdf'].remarks[0].reason}",
            "foreign.jsonl",
        ]
        tree = dialog.tree
        heights = [tree.visualItemRect(row).height() for row in rows if row]
        assert heights[0] == heights[2] > heights[1] == heights[3]  # the reason has a line of its own
        tree.setStyleSheet("QTreeView::item { padding: 4px; }")  # as in the window's
        assert abs(first_inked_column(tree, 1) - first_inked_column(tree, 2)) <= 1, "one edge, with a reason or without"
        assert dialog.tree.isColumnHidden(3)
        assert dialog.tree.currentItem() is rows[0]
        assert dialog.file_pane.original_view.toPlainText() == "أمس الجمعة في وجدة"
        assert dialog.file_pane.remarks_label.text() == "Line 2: I-DATE after O: treated as the start of a span."

    assert import_and_record(tmp_path, acts=(check, ImportDialog.reject)) == ["preview"]


# Text in visual order


def test_text_in_visual_order_is_previewed_and_fixed(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(reorder_for_display(SHOWN), encoding="utf-8")

    def check(dialog: ImportDialog) -> None:
        assert dialog.fix_order_box.isVisible()
        assert dialog.fix_order_box.isChecked()
        assert dialog.file_pane.original_view.toPlainText() == reorder_for_display(SHOWN)
        assert dialog.file_pane.fixed_view.toPlainText() == SHOWN

    assert import_and_record(tmp_path / "a.txt", acts=(check,)) == ["preview", "outcome"]
    assert stored_texts(window) == [SHOWN]


def test_some_files_are_visible_above_the_preview_in_a_low_window(
    import_and_record: Callable[..., list[str]], tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_text(reorder_for_display(f"{SHOWN} {number}"), encoding="utf-8")

    def look(dialog: ImportDialog) -> None:
        dialog.resize(dialog.width(), dialog.minimumSizeHint().height())
        qtbot.waitUntil(lambda: dialog.tree.viewport().height() >= 3 * dialog.tree.sizeHintForRow(0))

    assert import_and_record(*paths, acts=(look,)) == ["preview", "outcome"]


def test_text_in_visual_order_is_kept_if_the_box_is_unticked(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(reorder_for_display(SHOWN), encoding="utf-8")
    assert import_and_record(tmp_path / "a.txt", acts=(lambda dialog: dialog.fix_order_box.click(),)) == [
        "preview",
        "outcome",
    ]
    assert stored_texts(window) == [reorder_for_display(SHOWN)]


# Formats and columns


def pick(dialog: ImportDialog, field: str, text: str) -> None:
    box = dialog.file_pane.column_boxes[field]
    box.setCurrentIndex(
        next(index for index in range(box.count()) if box.itemText(index).strip("\u2068\u2069") == text)
    )
    box.activated.emit(box.currentIndex())


def test_columns_of_a_table_are_asked_for(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("c1;c2\nعنوان أول;قال يوسف\nعنوان ثان;زار وجدة\n", encoding="utf-8")

    def choose_title(dialog: ImportDialog) -> None:
        assert dialog.file_pane.column_boxes["text"].isVisible()
        assert not dialog.file_pane.original_view.isVisible()
        pick(dialog, "title", "c1")  # without a text column there is no preview

    def check_preview(dialog: ImportDialog) -> None:
        assert "2 articles" in dialog._summary_label.text()
        assert dialog.file_pane.original_view.toPlainText() == "قال يوسف"

    acts = (choose_title, lambda dialog: pick(dialog, "text", "c2"), check_preview)
    assert import_and_record(path, acts=acts) == ["preview"]
    assert stored_texts(window) == ["قال يوسف", "زار وجدة"]
    assert [summary.title for summary in window.session.articles][2:] == ["عنوان أول", "عنوان ثان"]


def test_unrecognised_files_can_be_read_as_plain_text(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.md").write_text("خبر", encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")

    def choose(dialog: ImportDialog) -> None:
        rows = [dialog.tree.topLevelItem(row) for row in range(3)]
        assert [row.text(1).strip("\u2068\u2069") for row in rows if row] == ["not recognised"] * 3
        dialog.tree.setCurrentItem(rows[2])  # type: ignore[arg-type]
        assert not dialog.file_pane.format_box.isVisible()
        dialog.tree.setCurrentItem(rows[0])  # type: ignore[arg-type]
        rows[1].setSelected(True)  # type: ignore[union-attr]
        dialog.file_pane.format_box.setCurrentText("Plain text")
        dialog.file_pane.format_box.activated.emit(dialog.file_pane.format_box.currentIndex())

    assert import_and_record(tmp_path, acts=(choose,)) == ["preview", "outcome"]
    assert stored_texts(window) == [TEXT, "خبر"]


def test_every_format_has_a_title() -> None:
    titles = [format_title(format_.name) for format_ in READ_FORMATS]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_binary_file_shows_only_the_result(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")
    assert import_and_record(tmp_path / "c.bin") == ["outcome"]


def test_escape_closes_the_dialog(
    tmp_path: Path, foreign_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    assert import_and_record(foreign_path, acts=(lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape),)) == [
        "preview"
    ]


# Lines of a PDF

BROKEN = "أعلنت وزارة الصحة أمس الثلاثاء بالرباط عن الخطة التي\nستشمل ثلاثة ملايين طفل."


def test_lines_of_a_pdf_are_joined_on_request(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf(BROKEN))

    def check(dialog: ImportDialog) -> None:
        assert dialog.join_lines_box.text() == "Join 1 line that was broken to fit the page"
        assert not dialog.join_lines_box.isChecked()
        assert dialog.file_pane.fixed_view.toPlainText() == BROKEN
        dialog.join_lines_box.click()

    def check_joined(dialog: ImportDialog) -> None:
        assert dialog.file_pane.fixed_view.toPlainText() == BROKEN.replace("\n", " ")

    import_and_record(tmp_path / "a.pdf", acts=(check, check_joined))
    assert stored_texts(window) == [BROKEN.replace("\n", " ")]


def test_lines_of_a_pdf_stay_apart_without_a_request(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.pdf").write_bytes(write_pdf(BROKEN))
    import_and_record(tmp_path / "a.pdf", acts=(lambda _dialog: None,))
    assert stored_texts(window) == [BROKEN]


def test_lines_of_a_text_file_are_no_matter_of_the_page(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(BROKEN, encoding="utf-8")
    assert "preview" not in import_and_record(tmp_path / "a.txt", acts=())
    assert stored_texts(window) == [BROKEN]


def test_columns_that_mark_no_articles_are_cut_on_request(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.conll"
    path.write_text("".join(f"جملة O\n{number} B-DATE\n\n" for number in range(201)), encoding="utf-8")
    summaries: list[str] = []

    def tick(dialog: ImportDialog) -> None:
        assert dialog.cut_box.text() == "Cut 201 sentences of files that mark no articles into articles of"
        assert not dialog.cut_box.isChecked()
        assert not dialog.cut_size_box.isEnabled()
        summaries.append(dialog._summary_label.text())
        dialog.cut_box.click()

    def change_size(dialog: ImportDialog) -> None:
        assert dialog.cut_box.isChecked()
        summaries.append(dialog._summary_label.text())
        dialog.cut_size_box.setFocus()
        dialog.cut_size_box.selectAll()
        QTest.keyClicks(dialog.cut_size_box, "100")
        QTest.keyClick(dialog.cut_size_box, Qt.Key.Key_Tab)

    def check_sizes(dialog: ImportDialog) -> None:
        summaries.append(dialog._summary_label.text())
        dialog.accept()

    assert "preview" in import_and_record(path, acts=(tick, change_size, check_sizes))
    assert [summary.split(" · ")[1] for summary in summaries] == ["1 article", "11 articles", "3 articles"]
    assert [text.count("\n") + 1 for text in stored_texts(window)] == [100, 100, 1]


def test_the_box_that_cuts_is_only_where_a_file_marks_no_articles(
    window: Window, foreign_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    visible: list[bool] = []

    def look(dialog: ImportDialog) -> None:
        visible.append(dialog.cut_box.isVisible())
        dialog.reject()

    import_and_record(foreign_path, acts=(look,))
    assert visible == [False]


def test_beginning_of_a_text_with_direction_marks_is_shown_from_right_to_left(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.conll"
    path.write_text("\u200eزارت\u200e O\nالوزارة B-ORG\n", encoding="utf-8")
    directions: list[Qt.LayoutDirection] = []

    def look(dialog: ImportDialog) -> None:
        directions.append(dialog.file_pane.original_view.document().defaultTextOption().textDirection())
        dialog.reject()

    import_and_record(path, acts=(look,))
    assert directions == [Qt.LayoutDirection.RightToLeft]


def test_corrections_of_a_layer_are_brought_back_if_chosen_and_undone(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    session = window.session
    assert session.corpus
    article = session.article
    assert article
    session.tag("DATE", 0, 4)
    session.tag("PLAN", 5, 8)
    before = list(session.spans)
    path = tmp_path / "corrected.jsonl"

    def correct(end: int, *more: int) -> None:
        spans = [{"start": start, "end": end, "label": "DATE", "annotator": session.annotator} for start in (0, *more)]
        path.write_text(json.dumps({"text": article.text, "spans": spans}), encoding="utf-8")

    correct(4, 1)
    span = {"start": 5, "end": 8, "label": "PLAN", "annotator": session.annotator}
    record = json.loads(path.read_text(encoding="utf-8"))
    record["spans"].append(span)
    path.write_text(json.dumps(record), encoding="utf-8")
    assert import_and_record(path) == []  # only a span is new
    with_addition = list(session.spans)
    assert len(with_addition) == 3

    correct(3)
    labels: list[str] = []

    def choose(dialog: ImportDialog) -> None:
        assert dialog.replace_box.isVisible()
        assert not dialog.replace_box.isChecked()
        labels.append(strip_isolates(dialog.replace_box.text()))
        dialog.replace_box.setChecked(True)
        dialog.accept()

    assert import_and_record(path, acts=(choose,)) == ["preview"]
    assert labels == ["Bring back corrections in 1 article that is already present; otherwise spans are only added"]
    assert [(span.uid, span.label, span.start, span.end) for span in session.spans] == [(before[0].uid, "DATE", 0, 3)]
    session.undo()
    assert list(session.spans) == with_addition


# Encodings and offsets


def choose(box: QComboBox, data: str | None) -> None:
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def test_the_encoding_of_a_text_is_chosen_and_previewed_at_once(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode("cp720"))
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "خبر"}), encoding="utf-8")

    def choose_encoding(dialog: ImportDialog) -> None:
        pane = dialog.file_pane
        assert pane.encoding_box.isVisible()
        assert not pane.offsets_box.isVisible()
        assert pane.encoding_box.currentText() == "automatic"
        assert not pane.original_view.isVisible()
        choose(pane.encoding_box, "cp720")

    def check(dialog: ImportDialog) -> None:
        assert dialog.file_pane.encoding_box.currentText() == "DOS 720"
        assert dialog.file_pane.original_view.toPlainText() == TEXT
        assert "2 articles" in dialog._summary_label.text()

    assert import_and_record(tmp_path, acts=(choose_encoding, check)) == ["preview"]
    assert stored_texts(window) == [TEXT, "خبر"]


def test_a_wrong_encoding_can_be_taken_back(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("c1;c2\nعنوان;قال يوسف\n".encode("cp1256"))

    def check_result(dialog: ImportDialog) -> None:
        assert dialog.file_pane.encoding_box.isVisible()
        assert "0 articles" in dialog._summary_label.text()
        choose(dialog.file_pane.encoding_box, None)

    acts = (
        lambda dialog: pick(dialog, "text", "c2"),
        lambda dialog: choose(dialog.file_pane.encoding_box, "utf-8"),
        check_result,
        lambda dialog: choose(dialog.file_pane.encoding_box, "cp1256"),
        lambda dialog: pick(dialog, "text", "c2"),
    )
    import_and_record(path, acts=acts)
    assert stored_texts(window) == ["قال يوسف"]


def test_what_the_offsets_of_doccano_count_is_chosen(
    window: Window, tmp_path: Path, import_and_record: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "💉 وزارة الصحة", "label": [[3, 14, "INSTITUTION"]]}), encoding="utf-8")

    def choose_unit(dialog: ImportDialog) -> None:
        assert dialog.file_pane.offsets_box.isVisible()
        assert dialog.file_pane.offsets_box.currentText() == "automatic"
        choose(dialog.file_pane.offsets_box, "codepoints")

    def check(dialog: ImportDialog) -> None:
        assert dialog.file_pane.offsets_box.isVisible()
        choose(dialog.file_pane.offsets_box, "utf16")

    import_and_record(path, acts=(choose_unit, check))
    assert window.session.corpus
    [span] = window.session.corpus.spans(window.session.corpus.article(3).uid)
    assert (span.start, span.end) == (2, 13)
