"""The export dialog with its report, and tasks with their progress."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QMessageBox, QProgressDialog, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, strip_isolates

from annotator import i18n
from annotator.jobs.export import exporter
from annotator.jobs.imports.importer import ImportResult
from annotator.model.article_builder import build_article
from annotator.model.reasons import Code
from annotator.model.records import DONE, Refusal, Repair
from annotator.store.errors import CorpusError
from annotator.store.queries import article_list
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.results import ImportResultDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets import file_dialogs
from annotator.ui.window import Window


def choose_option(dialog: ExportDialog, text: str) -> None:
    """Choose the option with this text in the only combo box that has it."""
    [box] = [box for box in dialog.findChildren(QComboBox) if box.findText(text) >= 0]
    box.setCurrentText(text)


def items(root: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = [child for row in range(root.childCount()) if (child := root.child(row))]
    return [item for child in children for item in (child, *items(child))]


def export(window: Window, qtbot: QtBot, path: Path, *choices: str) -> ExportDialog:
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    for choice in choices:
        choose_option(dialog, choice)
    dialog.write(path)
    with qtbot.waitSignal(window.tasks.finished):
        pass
    return dialog


def middle(widget: QWidget, dialog: QWidget) -> int:
    """Return how far below the dialog's top the middle of a widget is."""
    return widget.mapTo(dialog, widget.rect().center()).y()


def test_export_shows_the_outcome_of_each_changed_span(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path
) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    start, end = stretch("لأحزاب")
    session.tag("INSTITUTION", start + 1, end)
    session.set_state(DONE)
    path = tmp_path / "out.conll"
    dialog = export(window, qtbot, path)
    assert dialog.report
    report = json.loads((tmp_path / "out.conll.report.json").read_text(encoding="utf-8"))
    assert (report["spans"], report["written"], report["verified"]) == (3, 1, True)
    rows = [item.text(0).strip("\u2068\u2069\u061c") for item in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Widened to the whole word (1)", "أحزاب", "Left out because of overlaps (1)", "2024-2030"]
    assert "لأحزاب _ _ B-INSTITUTION\n" in path.read_text(encoding="utf-8")


def test_activating_a_report_row_selects_its_span(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path
) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    session.open_article(1)
    dialog = export(window, qtbot, tmp_path / "out.conll", "All articles")
    row = items(dialog.tree.invisibleRootItem())[-1]
    dialog.tree.itemActivated.emit(row, 0)
    assert session.current_index() == 0
    assert session.selection
    assert session.selection.label == "DATE"


def test_options_take_effect_in_the_file(window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    path = tmp_path / "out.conll"
    export(window, qtbot, path, "All articles", "Keep the shortest", "CoNLL 2002: two columns, tag in the second")
    text = path.read_text(encoding="utf-8")
    assert "2024-2030 B-DATE\n" in text
    assert "PLAN" not in text


def test_split_export_makes_a_folder_and_counts_each_part(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    session.tag("DATE", *stretch("2024-2030"))
    tasks = window.tasks
    dialog = ExportDialog(window, session, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    choose_option(dialog, "All articles")
    parts = dialog._split_options
    assert (dialog.options().split, parts.seed_box.isVisible()) == (None, False)
    parts.enabled_box.click()
    assert parts.seed_box.isVisible()
    needed = parts.minimumSizeHint().height()
    qtbot.waitUntil(lambda: parts.height() >= needed)  # the new fields do not cover those below
    label, box = dialog._form.labelForField(parts), parts.enabled_box
    assert middle(label, dialog) == middle(box, dialog)
    assert dialog.options().split == {"train": 80, "dev": 10, "test": 10}
    parts.dev_box.setValue(0)
    parts.test_box.setValue(50)
    parts.seed_box.setValue(7)
    assert (dialog.options().split, dialog.options().seed) == ({"train": 50, "test": 50}, 7)
    assert parts._train_label.text() == "50%"
    dialog.show_preview()
    with qtbot.waitSignal(tasks.finished):
        pass
    assert dialog._summary_label.text().startswith("The part train would have no article")
    assert not dialog._export_button.isVisible()
    parts.seed_box.setValue(4)
    dialog.show_preview()
    with qtbot.waitSignal(tasks.finished):
        pass
    lines = [strip_isolates(line) for line in dialog._summary_label.text().split("\n")]
    assert [line.partition(":")[0] for line in lines[2:4]] == ["Training", "Test"]
    assert lines[4:] == ["⚠ The part test has no span labelled DATE."]
    assert sum("1 span unchanged · Date 1" in line for line in lines[2:]) == 1
    monkeypatch.setattr(file_dialogs, "choose_folder", lambda *_: str(tmp_path))
    with qtbot.waitSignal(tasks.finished):
        QTest.mouseClick(dialog._export_button, Qt.MouseButton.LeftButton)
    assert dialog.report
    assert session.corpus
    folder = tmp_path / f"{session.corpus.path.stem}-conll2003"
    assert sorted(path.name for path in folder.iterdir()) == ["test.conll", "train.conll"]


def test_training_part_is_never_empty(window: Window, qtbot: QtBot) -> None:
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    parts = dialog._split_options
    parts.enabled_box.click()
    parts.dev_box.setValue(100)
    parts.test_box.setValue(100)
    assert dialog.options().split == {"train": 1, "dev": 89, "test": 10}


def test_preview_recommends_a_format_for_nested_spans_and_a_click_takes_it(
    window: Window, stretch: Stretch, qtbot: QtBot
) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    dialog = ExportDialog(window, session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    choose_option(dialog, "All articles")
    dialog.show_preview()
    qtbot.waitUntil(dialog._nested_row.isVisible)
    qtbot.waitUntil(dialog._nested_button.isEnabled)
    assert dialog._outcome_bar.isVisible()
    assert dialog._nested_label.text().startswith("1 span would be left out because it overlaps another.")
    with qtbot.waitSignal(window.tasks.finished):
        dialog._nested_button.click()
    assert dialog.options().format == "nested"
    assert "2 spans unchanged" in dialog._summary_label.text()
    assert not dialog._nested_row.isVisible()


def test_preview_recommends_no_format_for_spans_that_are_kept_beside(
    window: Window, stretch: Stretch, qtbot: QtBot
) -> None:
    pytest.importorskip("spacy")
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    dialog = ExportDialog(window, session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    for choice in ("All articles", "spaCy: training documents (DocBin)"):
        choose_option(dialog, choice)
    with qtbot.waitSignal(window.tasks.finished):
        dialog.show_preview()
    assert "1 span unchanged" in dialog._summary_label.text()
    assert not dialog._nested_row.isVisible()


def test_export_says_how_many_articles_were_removed(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.action("toggle_removed").trigger()
    dialog = export(window, qtbot, tmp_path / "out.conll", "All articles")
    assert dialog.report
    assert (dialog.report.articles, dialog.report.removed) == (1, 1)
    assert "1 article removed" in dialog._summary_label.text()


def test_export_without_done_articles_reports_it_and_writes_nothing(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = export(window, qtbot, tmp_path / "out.conll")
    assert dialog.report is None
    assert "mark articles as done first" in dialog.warning_label.text()
    assert not list(tmp_path.glob("out*"))


def test_preview_without_done_articles_offers_all_of_them(window: Window, qtbot: QtBot) -> None:
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog._all_button.isVisible()
    with qtbot.waitSignal(window.tasks.finished):
        dialog.show_preview()
    assert dialog.focusWidget() is dialog._all_button
    assert "mark articles as done first" in dialog._summary_label.text()
    with qtbot.waitSignal(window.tasks.finished):
        dialog._all_button.click()
    assert "2 articles" in dialog._summary_label.text()
    assert dialog._export_button.isVisible()
    assert not dialog._all_button.isVisible()


def test_export_asks_for_the_person_and_not_for_the_program(window: Window, qtbot: QtBot) -> None:
    i18n.set_language("ar")
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    titles = {label.text() for label in dialog.findChildren(QLabel)}
    assert "الواسم" in titles
    assert i18n._("Annotator") not in titles


@pytest.mark.parametrize("answer", ["Replace", "Cancel"])
def test_file_that_is_no_export_is_replaced_only_after_confirmation(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, answer: str
) -> None:
    window.session.tag("DATE", *stretch("2024-2030"))
    path = tmp_path / "notes.conll"
    path.write_text("mine")
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    choose_option(dialog, "All articles")
    questions: list[str] = []

    def press() -> None:
        box = dialog.findChild(QMessageBox)
        if box is None:
            QTimer.singleShot(20, press)
            return
        questions.append(box.text())
        [button] = [button for button in box.buttons() if button.text().replace("&", "") == answer]
        button.click()

    press()
    dialog.write(path)
    qtbot.waitUntil(lambda: bool(questions) and not window.tasks.is_busy)
    assert "already exists and is not an export" in questions[0]
    assert (dialog.report is not None) == (answer == "Replace")
    assert (path.read_text(encoding="utf-8") == "mine") == (answer == "Cancel")
    assert dialog._preview_button.isEnabled()


@pytest.mark.parametrize("is_installed", [True, False])
def test_format_is_offered_only_if_its_package_is_installed(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, is_installed: bool
) -> None:
    monkeypatch.setattr("annotator.optional_packages.is_installed", lambda package: is_installed)
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    boxes = dialog.findChildren(QComboBox)
    assert any(box.findText("spaCy: training documents (DocBin)") >= 0 for box in boxes) == is_installed
    (formats,) = (box for box in boxes if box.findData("doccano") >= 0)
    (schemes,) = (box for box in boxes if box.findData("iobes") >= 0)
    assert schemes.isEnabled()
    if is_installed:
        formats.setCurrentIndex(formats.findData("spacy"))
        assert not schemes.isEnabled()
        formats.setCurrentIndex(formats.findData("huggingface"))
        assert schemes.isEnabled()


def test_failed_export_shows_one_sentence_and_can_be_repeated(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot, tmp_path / "none" / "out.conll")
    assert dialog.report is None
    assert "none" in dialog.warning_label.text()
    assert dialog._export_button.isEnabled()
    assert not (tmp_path / "none").exists()


def test_refusals_and_repairs_are_shown_with_file_line_and_reason(window: Window, qtbot: QtBot) -> None:
    refusals = [
        Refusal("/news/2024/a.jsonl", 3, "not JSON", Code.INVALID_JSON),
        Refusal("b.txt", 0, "empty", Code.NO_TEXT),
    ]
    dialog = ImportResultDialog(
        window,
        "1 article",
        ImportResult(1, 0, 0, refusals, [Repair("c.conll", 7, "I-A after O", Code.MISSING_SPAN_START)]),
    )
    qtbot.addWidget(dialog)
    rows = items(dialog.tree.invisibleRootItem())
    assert [[row.text(column).strip("\u2066\u2069") for column in range(3)] for row in rows] == [
        ["Skipped: 2", "", ""],
        ["a.jsonl", "3", "not JSON"],
        ["b.txt", "", "empty"],
        ["Repaired and imported: 1", "", ""],
        ["c.conll", "7", "I-A after O"],
    ]
    [first, *_others] = items(dialog.tree.invisibleRootItem())[1:]
    assert "/news/2024/a.jsonl" in first.toolTip(0)


def test_progress_of_a_finished_job_is_not_shown_over_the_next_dialog(window: Window, qtbot: QtBot) -> None:
    seen: list[bool] = []

    def quick() -> Generator[tuple[int, int], None, None]:
        yield 0, 3
        yield 2, 3

    def ask(_outcome: object) -> None:
        """Keep the event loop running, as a dialog does that asks for an answer."""
        qtbot.wait(700)  # longer than the delay after which a job's progress is shown
        seen.extend(progress.isVisible() for progress in window.findChildren(QProgressDialog))

    tasks = TaskRunner(window)
    with qtbot.waitSignal(tasks.finished):
        tasks.run("Working", quick, ask)
    assert seen
    assert not any(seen)


def test_job_reports_result_failure_and_cancellation(window: Window, qtbot: QtBot) -> None:
    tasks = TaskRunner(window)
    outcomes: list[object] = []
    closed: list[bool] = []

    def fine() -> Generator[tuple[int, int], None, str]:
        yield 1, 2
        return "done"

    def broken() -> Generator[tuple[int, int], None, str]:
        yield 0, 1
        raise RuntimeError("broken")

    def endless() -> Generator[tuple[int, int], None, None]:
        try:
            while True:
                yield 0, 0
        finally:
            closed.append(True)

    def refused() -> Generator[tuple[int, int], None, str]:
        yield 0, 1
        raise CorpusError("It is refused.")

    tasks.notified.connect(outcomes.append)
    for job in (fine, refused, lambda: "at once"):
        with qtbot.waitSignal(tasks.finished):
            tasks.run("Working", job, outcomes.append, failed=outcomes.append, aborted=lambda: outcomes.append(None))
    assert outcomes == ["done", None, "It is refused.", "at once"]
    with qtbot.capture_exceptions() as exceptions, qtbot.waitSignal(tasks.finished):
        tasks.run("Working", broken, outcomes.append, failed=outcomes.append, aborted=lambda: outcomes.append(None))
    assert outcomes[4:] == [None]
    assert [kind for kind, _error, _trace in exceptions] == [RuntimeError]
    with qtbot.waitSignal(tasks.finished):
        tasks.run("Working", endless, outcomes.append, failed=outcomes.append, cancelled_text="It was cancelled.")
        assert tasks.is_busy
        QTimer.singleShot(100, tasks.stop)
    assert outcomes[5:] == ["It was cancelled."]
    assert closed == [True]
    assert not tasks.is_busy


def test_stopped_export_leaves_no_file(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "folder"
    target.mkdir()

    def export_until_stopped(*arguments: Any, **options: Any) -> Iterator[tuple[int, int]]:
        with closing(exporter.export(*arguments, **options)) as steps:
            for step in steps:
                yield step
                while any(target.iterdir()):
                    yield step

    monkeypatch.setattr("annotator.ui.dialogs.export.export", export_until_stopped)
    window.session.tag("DATE", *stretch("أمس"))
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    choose_option(dialog, "All articles")
    with qtbot.waitSignal(window.tasks.finished):
        dialog.write(target / "out.conll")
        qtbot.waitUntil(lambda: any(target.iterdir()))
        window.tasks.stop()
    assert dialog.report is None
    assert list(target.iterdir()) == []


def test_closing_the_dialog_stops_a_running_export_first(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    tasks = window.tasks
    dialog = ExportDialog(window, window.session, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(tasks.finished):
        dialog.write(tmp_path / "out.conll")
        dialog.reject()
        assert dialog.isVisible()
    dialog.reject()
    assert not dialog.isVisible()


def test_format_of_whole_articles_disables_the_tagging_options(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    tasks = window.tasks
    dialog = ExportDialog(window, window.session, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    fields = (dialog._scheme_box, dialog._zones_box, dialog._flatten_box, dialog._boundary_box)
    assert all(field.isEnabled() for field in fields)
    assert dialog._annotator_box.findText("Everyone") == -1
    dialog._format_box.setCurrentIndex(dialog._format_box.findData("jsonl"))
    assert not any(field.isEnabled() for field in fields)
    assert dialog._annotator_box.currentData() == "Sanae"
    dialog._annotator_box.setCurrentIndex(dialog._annotator_box.findText("Everyone"))
    dialog._state_box.setCurrentIndex(1)
    with qtbot.waitSignal(tasks.finished):
        dialog.write(tmp_path / "out.jsonl")
    assert dialog.report
    assert (dialog.report.spans, dialog.report.written, dialog.report.annotator) == (1, 1, None)
    assert '"label":"DATE"' in (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    dialog._format_box.setCurrentIndex(0)
    assert all(field.isEnabled() for field in fields)
    assert dialog._annotator_box.currentData() == "Sanae"


def test_preview_shows_the_outcome_of_each_span_and_writes_nothing(
    window: Window,
    stretch: Stretch,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    opened_urls: list[str],
) -> None:
    session, tasks = window.session, window.tasks
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    dialog = ExportDialog(window, session, tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(tasks.finished):
        QTest.mouseClick(dialog._preview_button, Qt.MouseButton.LeftButton)
    assert "mark articles as done first" in dialog._summary_label.text()
    assert not dialog._export_button.isVisible()
    QTest.mouseClick(dialog._back_button, Qt.MouseButton.LeftButton)
    choose_option(dialog, "All articles")
    with qtbot.waitSignal(tasks.finished):
        QTest.mouseClick(dialog._preview_button, Qt.MouseButton.LeftButton)
    assert "Nothing has been written yet" in dialog._summary_label.text()
    assert "1 span unchanged" in dialog._summary_label.text()
    rows = [item.text(0).strip("\u2068\u2069\u061c") for item in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Left out because of overlaps (1)", "2024-2030"]
    assert dialog.report is None
    path = tmp_path / "out.conll"
    monkeypatch.setattr(file_dialogs, "choose_save_path", lambda *_: str(path))
    with qtbot.waitSignal(tasks.finished):
        QTest.mouseClick(dialog._export_button, Qt.MouseButton.LeftButton)
    assert "was written and verified" in dialog._summary_label.text()
    assert len(items(dialog.tree.invisibleRootItem())) == 2
    assert path.exists()
    assert not any(button.isVisible() for button in (dialog._preview_button, dialog._export_button))
    assert dialog._outcome_bar.accessibleName() == "Unchanged: 1, Left out: 1"
    QTest.mouseClick(dialog._folder_button, Qt.MouseButton.LeftButton)
    assert [Path(QUrl(url).toLocalFile()) for url in opened_urls] == [tmp_path]
    QTest.mouseClick(dialog._back_button, Qt.MouseButton.LeftButton)
    assert dialog._preview_button.isVisible()
    assert not dialog._folder_button.isVisible()


def test_name_without_a_suffix_gets_that_of_the_format(
    window: Window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    written: list[Path] = []
    monkeypatch.setattr(dialog, "write", written.append)
    for typed in ("train", "train.txt", ""):
        monkeypatch.setattr(file_dialogs, "choose_save_path", lambda *_, name=typed: name and str(tmp_path / name))
        dialog._choose_target()
    assert [path.name for path in written] == ["train.conll", "train.txt"]


def test_formats_of_inception_ask_for_the_layer(window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog._layer_field.isVisible()
    choose_option(dialog, "UIMA CAS (XMI): a folder with one file per article")
    choose_option(dialog, "All articles")
    assert dialog._layer_field.isVisible()
    assert dialog.options().layer == ""
    QTest.keyClicks(dialog._layer_field, "custom.Span")
    with qtbot.waitSignal(window.tasks.finished):
        QTest.mouseClick(dialog._preview_button, Qt.MouseButton.LeftButton)
    assert dialog.warning_label.isVisible()
    assert dialog.warning_label.text().startswith("“custom.Span” is not a layer; write TYPE|LABEL")
    QTest.keyClicks(dialog._layer_field, "|label ")
    with qtbot.waitSignal(window.tasks.finished):
        dialog.write(tmp_path / "out")
    assert dialog.report
    assert (dialog.report.layer, dialog.report.written) == ("custom.Span|label", 1)
    assert ':Span xmi:id="' in (tmp_path / "out" / "article-00001.xmi").read_text(encoding="utf-8")
    choose_option(dialog, "brat: a folder with two files per article")
    assert not dialog._layer_field.isVisible()
    assert dialog.options().layer == ""


def test_format_with_a_file_per_article_asks_for_the_parent_of_its_folder(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, tasks = window.session, window.tasks
    assert session.corpus
    session.tag("DATE", *stretch("أمس"))
    name = f"{session.corpus.path.stem}-brat"
    parent = tmp_path / "place"
    parent.mkdir()
    titles: list[str] = []
    for answer_path in (parent, parent / name, None):
        dialog = ExportDialog(window, session, tasks)
        qtbot.addWidget(dialog)
        dialog.show()
        choose_option(dialog, "brat: a folder with two files per article")
        choose_option(dialog, "All articles")
        assert not any(
            box.isEnabled()
            for box in (dialog._scheme_box, dialog._zones_box, dialog._flatten_box, dialog._boundary_box)
        )
        with qtbot.waitSignal(tasks.finished):
            QTest.mouseClick(dialog._preview_button, Qt.MouseButton.LeftButton)

        def answer(_parent: object, title: str, _directory: str, answer_path: Path | None = answer_path) -> str:
            titles.append(title)
            return str(answer_path) if answer_path else ""

        monkeypatch.setattr(file_dialogs, "choose_folder", answer)
        if not answer_path:
            QTest.mouseClick(dialog._export_button, Qt.MouseButton.LeftButton)
            assert not tasks.is_busy
            assert dialog.report is None
            break
        with qtbot.waitSignal(tasks.finished):
            QTest.mouseClick(dialog._export_button, Qt.MouseButton.LeftButton)
        assert dialog.report
        assert (dialog.report.written, dialog.report.verified) == (1, True)
        assert {path.name for path in parent.iterdir()} == {name, f"{name}.report.json"}
    assert titles == [f"Choose where to create the folder “{name}”"] * 3
    assert (parent / name / "annotation.conf").exists()
    assert len(list((parent / name).glob("*.ann"))) == len(list((parent / name).glob("*.txt"))) > 0


def test_omitted_article_is_listed_and_its_row_opens_it(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    assert session.corpus
    session.corpus.add(build_article("مقال فيه \x1f محرف"))
    number = max(summary.id for summary in article_list.load_all_summaries(session.corpus))
    dialog = export(
        window, qtbot, tmp_path / "out", "UIMA CAS (XMI): a folder with one file per article", "All articles"
    )
    head, row = items(dialog.tree.invisibleRootItem())
    assert head.text(0) == "Articles left out (1)"
    assert [row.text(column) for column in range(4)] == [
        f"Article {number}",
        "",
        "The text contains a character that XML does not allow: U+001F.",
        "—",
    ]
    dialog.tree.itemActivated.emit(row, 0)
    assert session.article
    assert session.article.id == number


def test_report_shows_the_first_of_many_entries_and_counts_the_rest(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.dialogs.export._MAX_ENTRIES", 1)
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    for part in ("2024-2030", "الخطة"):
        session.tag("DATE", *stretch(part))
    dialog = export(window, qtbot, tmp_path / "out.conll", "All articles")
    rows = [row.text(0).strip("\u2068\u2069") for row in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Left out because of overlaps (2)", "الخطة", "and 1 more"]
