"""What can be measured of looks: in every dialog, menu and size of the window, in each language and theme.

No widget is outside its window, no text is cut that has room, no target is too small, and nothing of Qt's is English.
"""

import json
from collections.abc import Callable, Generator
from datetime import date
from functools import partial
from itertools import pairwise, product
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QProgressBar,
    QProgressDialog,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QStyle,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot
from ui.actions.test_panel_focus import DIALOGS

from annotator import settings
from annotator.generators import finish
from annotator.i18n import LANGUAGES, _, current_language
from annotator.jobs.imports.preview import preview_files
from annotator.model.progress import Work
from annotator.model.records import DONE, FLAGGED, SKIPPED, Suggestion
from annotator.store.backups import create_backup, list_backups
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import AnnotatorSummary
from annotator.store.queries.suggestion_statistics import SuggestionCounts, SuggestionStatistics
from annotator.ui import app
from annotator.ui.central.finished_page import FinishedPage
from annotator.ui.central.text_button import TextButton
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.annotator_name import AnnotatorNameDialog
from annotator.ui.dialogs.annotators import AnnotatorsDialog
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.dialogs.suggestion_statistics import SuggestionStatisticsDialog
from annotator.ui.dialogs.team.conflicts import ConflictsDialog
from annotator.ui.dialogs.team.decided_otherwise import DecidedOtherwiseDialog
from annotator.ui.dialogs.work_progress import WorkProgressDialog
from annotator.ui.panels.side_handle import SideHandle
from annotator.ui.session.notice import Notice
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.elided_label import ElidedLabel
from annotator.ui.widgets.modal import ROLE, MessageBox, fit_to_screen
from annotator.ui.widgets.scrolling import FittingScrollArea
from annotator.ui.widgets.theme import current_theme
from annotator.ui.window import Window

CreateController = Callable[[settings.Settings], app.ApplicationController]
MIN_TARGET = 24  # pixels, WCAG 2.2 (2.5.8)
WINDOW_SIZES = (1920, 1080), (1366, 768), (1093, 614), (1024, 600), (911, 512), (683, 350), (512, 400)
"""Screens of 1920, 1366 and 1024 pixels, and 1366 and 1024 at 125, 150 and 200 %; one without the frame."""
QT_ENGLISH = {
    *(
        "OK",
        "&OK",
        "Cancel",
        "&Cancel",
        "Yes",
        "&Yes",
        "No",
        "&No",
        "Close",
        "&Close",
        "Open",
        "&Open",
        "Save",
        "&Save",
    ),
    *("Look in:", "&Look in:", "Files of type:", "Files of &type:", "File &name:", "File name:", "Computer", "Folder"),
    *("Name", "Size", "Type", "Date Modified", "Directory:", "Choose", "&Choose"),
    *("All Files (*)", "Back", "Forward", "Parent Directory", "Create New Folder"),
}


QUICK = ("ar", "light"), ("fr", "light"), ("en", "dark")
"""Each language and each theme once. The rest of them is slow."""


@pytest.fixture(
    params=[
        pytest.param(pair, id="-".join(pair), marks=() if pair in QUICK else pytest.mark.slow)
        for pair in product(LANGUAGES, ("light", "dark"))
    ]
)
def window(
    request: pytest.FixtureRequest, create_controller: CreateController, corpus_path: Path, qtbot: QtBot
) -> Window:
    """Return the window of the whole program in a language and a theme, with a selected span."""
    language, theme = request.param
    controller = create_controller(settings.Settings(language=language, theme=theme, annotator="Sanae"))
    controller.open_corpus(Corpus.open(corpus_path))
    with qtbot.waitExposed(controller.window):
        controller.window.show()
    assert controller.session.tag("PLAN", 17, 21)
    return controller.window


def statistics_dialog(window: Window) -> QDialog:
    labels = window.session.labels
    counts = {label.name: [SuggestionCounts(4, 1, 2, 3)] * 20 for label in labels.labels}
    return SuggestionStatisticsDialog(window, SuggestionStatistics([1] * 20, counts), labels)


def progress_dialog(window: Window) -> QDialog:
    labels, today = window.session.labels, date(2026, 11, 25)
    work = Work({label.name: 5 for label in labels.labels}, 15, 2, 3, 4, seconds=200)
    return WorkProgressDialog(window, {"Sanae": {today: work}}, "Sanae", labels, today)


def conflicts_dialog(window: Window) -> QDialog:
    return ConflictsDialog(window, [], "Sanae", lambda _conflict: pytest.fail("there is none"), lambda *_choice: False)


def import_dialog(window: Window) -> QDialog:
    """Return the dialog with all that it can ask of one file, and a label that the corpus lacks."""
    corpus = window.session.corpus
    assert corpus
    path = corpus.path.with_name("doccano.jsonl")
    path.write_text(json.dumps({"text": "💉 وزارة الصحة", "label": [[3, 14, "ORG"]]}), encoding="utf-8")
    dialog = ImportDialog(window, window.session, window.tasks, finish(preview_files(corpus, [path])))
    [file_preview] = dialog._previews.values()
    assert file_preview.has_encoding
    assert file_preview.guesses_offsets
    return dialog


@pytest.mark.usefixtures("set_theme")
@pytest.mark.parametrize("screen_size", [QSize(1024, 600), QSize(683, 400)], ids=["1024x600", "1024x600 at 150 %"])
def test_every_dialog_fits_a_small_screen(
    window: Window, corpus_path: Path, screen_size: QSize, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return screen_size

    monkeypatch.setattr(QWidget, "screen", lambda _widget: Screen())
    room = screen_size - QSize(8, 44)  # without a frame
    finish(create_backup(corpus_path))
    session = window.session
    dialogs = [open_dialog(window) for open_dialog in DIALOGS]
    dialogs += [import_dialog(window), statistics_dialog(window), progress_dialog(window), conflicts_dialog(window)]
    dialogs += [
        AboutDialog(window),
        AnnotatorNameDialog(window, "Sanae"),
        AnnotatorsDialog(window, [AnnotatorSummary("Omar", 1, 2)], "Sanae", "Sanae"),
        BackupsDialog(window, window.tasks, "news", list_backups(corpus_path)),
        DecidedOtherwiseDialog(window, [], session.labels),
        MessageBox(QMessageBox.Icon.Warning, window, "“/a/b.corpus”", {window.action("quit").text(): ROLE.AcceptRole}),
    ]
    if not file_dialogs._NATIVE:
        modes = (QFileDialog.FileMode.ExistingFiles, QFileDialog.FileMode.Directory)
        dialogs += [file_dialogs._dialog(window, "", str(corpus_path.parent), "", mode) for mode in modes]
    faults = {}
    for dialog in dialogs:
        if not isinstance(dialog, QFileDialog):  # its least size is Qt's
            fit_to_screen(dialog)
        dialog.show()
        dialog.resize(dialog.size().boundedTo(room))
        QTest.qWait(30)
        qtbot.waitUntil(lambda: not window.tasks.is_busy)
        name = type(dialog).__name__
        if isinstance(dialog, AboutDialog | BackupsDialog):
            assert not dialog.findChildren(FittingScrollArea), f"{name} has lists that scroll"
        needed = dialog.minimumSizeHint().expandedTo(dialog.minimumSize())
        if needed.boundedTo(room) != needed:
            faults[name] = [f"needs {needed.toTuple()}"]
        else:
            for _attempt in range(20):  # until the screen has given it this size
                faults[name] = find_faults(dialog)
                if dialog.size() == dialog.size().boundedTo(room) and not faults[name]:
                    break
                QTest.qWait(30)
        dialog.close()
        dialog.deleteLater()
    assert {name: lines for name, lines in faults.items() if lines} == {}


@pytest.mark.usefixtures("set_theme")
def test_progress_of_a_job_has_its_button_where_dialogs_have_theirs(window: Window, qtbot: QtBot) -> None:
    def work() -> Generator[tuple[int, int], None, None]:
        while True:
            yield 1, 3

    window.tasks.run("الخطة", work, lambda _none: None)
    [progress] = window.findChildren(QProgressDialog)
    qtbot.waitUntil(progress.isVisible)
    button, bar = progress.findChild(QPushButton), progress.findChild(QProgressBar)
    assert button
    assert bar
    QTest.keyClick(progress, Qt.Key.Key_Return)
    assert progress.isVisible(), "Enter, which accepts suggestions, cancels no job"
    is_rtl = progress.layoutDirection() == Qt.LayoutDirection.RightToLeft
    sides = button.geometry().left(), button.geometry().right()
    expected = bar.geometry().left() if is_rtl else bar.geometry().right()
    window.tasks.stop()
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    assert abs(sides[0 if is_rtl else 1] - expected) <= 1


def test_report_of_an_export_fits_a_small_screen(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(683, 400)

    monkeypatch.setattr(QWidget, "screen", lambda _widget: Screen())
    session = window.session
    assert session.tag("DATE", 17, 21)  # within another span: a format that keeps both is recommended
    for _article in range(3):
        session.set_state(DONE)
        session.open_relative(1)
    dialog = ExportDialog(window, window.session, window.tasks)
    fit_to_screen(dialog)
    dialog.show()
    dialog._split_options.enabled_box.setChecked(True)  # the report has a line for each part
    dialog._preview_button.click()
    qtbot.waitUntil(lambda: dialog._pages.currentIndex() == 1 and not window.tasks.is_busy)
    QTest.qWait(100)
    assert dialog.height() <= 400 - 44
    assert find_faults(dialog) == []
    dialog.close()


@pytest.mark.usefixtures("set_theme")
def test_window_fits_every_screen(window: Window) -> None:
    faults = {}
    for size in WINDOW_SIZES:
        window.resize(*size)
        for _attempt in range(20):  # until the layout has settled
            QTest.qWait(30)
            faults[size] = find_faults(window)
            if not faults[size]:
                break
        assert window.size().toTuple() == size
    assert {size: lines for size, lines in faults.items() if lines} == {}


@pytest.mark.usefixtures("set_theme")
def test_window_with_a_save_error_fits_small_screens(window: Window) -> None:
    bar, path = window._central_widget.save_error_bar, "/home/sanae/Documents/أخبار المغرب/news.corpus"
    window.session._writer.set_error(_("“{path}” is locked by another program.").format(path=path))
    faults = {}
    for size in WINDOW_SIZES:
        window.resize(*size)
        for _attempt in range(20):
            QTest.qWait(30)
            faults[size] = find_faults(window)
            if not faults[size]:
                break
        assert window.size().toTuple() == size
        line_count = len(bar.message_label.lines(bar.message_label.width()))  # type: ignore[attr-defined]
        assert line_count <= (2 if size[0] > 600 else 4), size
    assert {size: lines for size, lines in faults.items() if lines} == {}


@pytest.mark.usefixtures("set_theme")
def test_window_with_every_bar_fits_small_screens(window: Window) -> None:
    session, bar = window.session, window.issue_commands.bar
    window.find_bar.start_search("الصحة")
    bar._show_hint("2", "قال المصدر إن الخطة " * 9, has_issues=True)
    bar.show()
    session.switch_annotator("Omar")
    window.note_field.setText("قال المصدر إن الخطة " * 9)
    window.note_field.commit()
    session.switch_annotator("Sanae")
    session.switch_annotator("Omar", edits=False)
    faults = {}
    for size in WINDOW_SIZES[3:]:
        window.resize(*size)
        for _attempt in range(20):
            QTest.qWait(30)
            faults[size] = find_faults(window)
            if not faults[size]:
                break
    assert all(part.isVisible() for part in (window.find_bar, window.layer_bar, bar, window.note_field))
    assert {size: lines for size, lines in faults.items() if lines} == {}


@pytest.mark.usefixtures("set_theme")
def test_window_fits_small_screens_with_either_sidebar_and_much_to_say(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    suggestions = tuple(Suggestion(start, start + 1, "DATE", "dates", 0.99) for start in range(1, 15))
    window.suggestions._set_undecided(suggestions)
    window.session.set_state(DONE)
    faults = {}
    for size in WINDOW_SIZES[3:]:
        window.resize(*size)
        for side in ("articles", "labels"):
            window.panel_layout.show_side(side)
            for _attempt in range(20):
                QTest.qWait(30)
                faults[size, side] = find_faults(window)
                if not faults[size, side]:
                    break
            assert window.size().toTuple() == size
    assert {key: lines for key, lines in faults.items() if lines} == {}


@pytest.mark.usefixtures("set_theme")
def test_low_window_leaves_room_for_labels_and_spans(window: Window, qtbot: QtBot) -> None:
    panel, card = window.span_panel, window.labels_sidebar.span_card
    window.session.select(None)
    for size, count in (((1024, 600), 6), ((911, 512), 3)):
        window.resize(*size)
        window.panel_layout.show_side("labels")
        qtbot.waitUntil(lambda count=count: panel.height() >= count * panel.sizeHintForRow(0))  # type: ignore[misc]
        assert not card.value_field.isVisible(), "there is no span to which a value could belong"
        assert all(not row.visibleRegion().isEmpty() for row in window.label_panel.rows)
    window.session.select(window.session.spans[0])
    qtbot.waitUntil(card.value_field.isVisible)


@pytest.mark.usefixtures("set_theme")
@pytest.mark.parametrize("size", [(1024, 600), (683, 350)])
def test_card_without_a_selection_is_as_high_as_its_text_in_a_low_window(
    window: Window, qtbot: QtBot, size: tuple[int, int]
) -> None:
    card = window.labels_sidebar.span_card
    window.resize(*size)
    window.panel_layout.show_side("labels")
    window.session.select(None)
    qtbot.waitUntil(lambda: not card.value_field.isVisible())
    labels = [label for label in card.findChildren(QLabel) if label.isVisible() and label.text()]
    assert len(labels) == 2

    def is_as_high_as_text() -> bool:
        needed = sum(label.heightForWidth(label.width()) for label in labels)
        return 0 < card.height() - needed <= 20

    qtbot.waitUntil(is_as_high_as_text)
    window.session.select(window.session.spans[0])
    qtbot.waitUntil(card.value_field.isVisible)


@pytest.mark.usefixtures("set_theme")
def test_lowest_window_has_one_scroll_bar_beside_labels_and_spans(window: Window, qtbot: QtBot) -> None:
    panel, sidebar = window.span_panel, window.labels_sidebar
    for start in range(1, 25, 2):
        window.session.tag("PLAN", start, start + 1)
    assert len(window.session.spans) > 9
    window.session.select(window.session.spans[0])
    window.resize(683, 400)
    window.panel_layout.show_side("labels")
    page = next(area for area in sidebar.findChildren(QScrollArea) if area.isAncestorOf(sidebar.span_card))
    qtbot.waitUntil(lambda: page.verticalScrollBar().isVisible() and not find_faults(window))
    assert not sidebar.span_card.value_field.visibleRegion().isEmpty(), "what is worked on is in view"
    assert panel.height() >= len(window.session.spans) * panel.sizeHintForRow(0)
    window.activateWindow()
    panel.setFocus()
    qtbot.waitUntil(panel.hasFocus)
    for _span in window.session.spans:
        QTest.keyClick(panel, Qt.Key.Key_Down)
    row = panel.visualRect(panel.currentIndex())
    assert panel.currentIndex().row() == len(window.session.spans) - 1
    assert panel.viewport().visibleRegion().boundingRect().contains(row), "the page follows the arrow keys"
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: not page.verticalScrollBar().isVisible())
    assert panel.mapTo(window, QPoint()).y() < sidebar.span_card.mapTo(window, QPoint()).y()


@pytest.mark.usefixtures("set_theme")
def test_low_window_leaves_the_room_to_lines_of_text(window: Window, qtbot: QtBot) -> None:
    button, viewport = window._central_widget.buttons[0], window.view.viewport()
    height = button.height()

    def has_room(count: int) -> bool:
        """Return whether the letters of so many lines are seen."""
        line, lane = window.view.page().lines[-1], window.view.page().spacing.lane
        return viewport.height() >= count * (line.bottom - line.top + lane) - lane

    for size, count in (((683, 400), 6), ((1024, 600), 8)):
        window.resize(*size)
        qtbot.waitUntil(lambda count=count: has_room(count))  # type: ignore[misc]
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: button.height() == height)  # a window that is higher has its margins again


@pytest.mark.usefixtures("set_theme")
def test_issue_bar_leaves_out_its_keys_before_it_cuts_a_sentence(window: Window) -> None:
    window.resize(1366, 768)
    bar = window.issue_commands.bar
    bar.show()
    details, buttons = bar._details_label, [*bar._buttons.values()]
    whole_without_keys = 0
    for count in range(1, 40):
        bar._show_hint("2", "الخطة " * count, has_issues=True)
        bar._show_buttons(fix=True, dismiss=True, following=True)
        QTest.qWait(5)
        is_whole = details.heightForWidth(details.width()) <= details.height()
        has_keys = any(button.key_text() in button.text() for button in buttons)
        assert is_whole or not has_keys, count
        whole_without_keys += is_whole and not has_keys
    assert whole_without_keys >= 2


@pytest.mark.usefixtures("set_theme")
def test_buttons_of_a_bar_are_of_one_height(window: Window) -> None:
    bar = window.issue_commands.bar
    bar._show_hint("2", "الخطة", has_issues=True)
    bar._show_buttons(fix=True, dismiss=True, following=True)
    bar.show()
    for size in ((1366, 768), (1024, 600)):
        window.resize(*size)
        QTest.qWait(60)
        heights = {button.height() for button in (*bar._buttons.values(), bar.close_button)}
        assert len(heights) == 1, (size, heights)


@pytest.mark.usefixtures("set_theme")
def test_message_has_room_around_its_button(window: Window) -> None:
    window.resize(1366, 768)
    window.session.announced.emit(Notice(_("This article no longer counts as done."), folder=Path("/")))
    QTest.qWait(60)
    toast, button = window.toast, window.toast._folder_button
    assert button.height() <= toast.height() - 2 * 5, (button.height(), toast.height())


@pytest.mark.usefixtures("set_theme")
def test_message_covers_no_text(window: Window) -> None:
    session, toast, central = window.session, window.toast, window._central_widget
    messages: tuple[Callable[[], object], ...] = (
        lambda: session.notified.emit(_("Suggestions hidden")),
        lambda: session.failed.emit(_("There is nothing to undo.")),
        lambda: session.announced.emit(Notice(_("This article no longer counts as done."), is_undoable=True)),
        lambda: window.panel_layout.set_focused(True),
        lambda: window.panel_layout.set_focused(False),
    )
    for size in WINDOW_SIZES[:-1]:
        window.resize(*size)
        for show in messages:
            show()
            QTest.qWait(40)
            assert toast.isVisible()
            assert not toast.geometry().intersects(central.pages.geometry()), (size, toast.message())
            assert central.rect().contains(toast.geometry())


@pytest.mark.usefixtures("set_theme")
def test_buttons_of_the_finished_page_are_not_cut(window: Window, qtbot: QtBot) -> None:
    session, page = window.session, window._central_widget.finished_page
    for state in (FLAGGED, SKIPPED):
        session.set_state(state)
        session.open_relative(1)
    session.leave_article(is_finished=True)
    for size in WINDOW_SIZES:
        window.resize(*size)
        QTest.qWait(60)
        qtbot.waitUntil(partial(check_finished_page, page, size))  # a layout may take several rounds


def check_finished_page(page: FinishedPage, size: tuple[int, int]) -> None:
    buttons = [button for button in page._buttons if button.isVisible()]
    assert len(buttons) == 4
    for button in buttons:
        left = button.mapTo(page, QPoint()).x()
        assert left >= 0, (size, button.text())
        assert left + button.sizeHint().width() <= page.width(), (size, button.text())
    rows: dict[int, list[QPushButton]] = {}
    for button in buttons:
        rows.setdefault(button.mapTo(page, QPoint()).y(), []).append(button)
    for row, following in pairwise(rows.values()):
        needed = sum(button.width() + 8 for button in (*row, following[0]))
        assert needed > page.width() - 2 * 32, (size, following[0].text(), "has room beside the one above it")
    top, bottom = (widget.mapTo(page, QPoint()).y() for widget in (page._title, page.export_button))
    assert top >= 0, size  # although the area shows the button, which has the focus
    assert bottom + page.export_button.height() <= page.height(), size


@pytest.mark.usefixtures("set_theme")
def test_menu_that_is_higher_than_the_screen_has_one_column(window: Window) -> None:
    menu = window._actions.menus["corpus"]
    menu.popup(QPoint())
    rows = [menu.actionGeometry(action) for action in menu.actions() if not action.isSeparator()]
    assert menu.style().styleHint(QStyle.StyleHint.SH_Menu_Scrollable, None, menu) == 1
    menu.close()
    assert len({(row.left(), row.width()) for row in rows}) == 1


@pytest.mark.usefixtures("set_theme")
def test_menus_have_rows_of_one_height_and_round_corners(window: Window) -> None:
    for menu in filter(QMenu.actions, window._actions.menus.values()):
        heights = {menu.actionGeometry(action).height() for action in menu.actions() if not action.isSeparator()}
        assert all(30 <= height <= 32 for height in heights), menu.title()
        menu.popup(QPoint())
        assert not menu.mask().contains(QPoint(0, 0))
        assert menu.mask().contains(menu.rect().center())
        menu.close()
    assert all(action.isChecked() for action in map(window.action, ("toggle_articles", "toggle_labels")))


@pytest.mark.parametrize("is_awaited", [False, True])
def test_message_box_with_a_long_text_is_inside_a_small_screen(
    is_awaited: bool, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(683, 400)

    monkeypatch.setattr(MessageBox, "screen", lambda _box: Screen())
    box = MessageBox(QMessageBox.Icon.Warning, None, "خبر. " * 9, {"OK": ROLE.AcceptRole}, information="خبر. " * 900)
    qtbot.addWidget(box)
    if is_awaited:
        QTimer.singleShot(0, box, box.accept)
        box.ask()
    box.open()
    qtbot.waitUntil(lambda: 200 < box.height() <= 400 - 44)
    assert box.findChildren(QScrollArea)
    assert find_faults(box) == []


@pytest.mark.usefixtures("set_theme")
def test_rows_of_a_popup_are_as_high_as_those_of_a_menu(window: Window) -> None:
    box = window.articles_sidebar.state_filter
    box.showPopup()
    popup = box.view().window()
    assert not popup.mask().contains(QPoint(0, 0))
    assert popup.mask().contains(popup.rect().center())
    box.hidePopup()
    assert 30 <= box.view().sizeHintForRow(0) <= 34
    image = grab_check_box(window)
    assert current_theme().edge in image, "an empty box has a frame that can be seen"


def grab_check_box(window: Window) -> set[str]:
    """Return the colours of an empty check box."""
    box = QCheckBox("", window)
    box.resize(box.sizeHint())
    image = box.grab().toImage()
    box.deleteLater()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.usefixtures("set_theme")
def test_page_that_scrolls_has_its_room_beside_the_scroll_bar(window: Window) -> None:
    dialog = progress_dialog(window)
    dialog.resize(940, 400)
    dialog.show()
    QTest.qWait(60)
    area = next(area for area in dialog.findChildren(QScrollArea) if area.isVisible() and area.widget())
    bar = area.verticalScrollBar()
    assert bar.isVisible()
    tiles = [frame for frame in area.findChildren(QFrame) if frame.objectName() == "card"]
    edges = [QRect(tile.mapTo(area, QPoint()), tile.size()) for tile in tiles]
    bar_area = QRect(bar.mapTo(area, QPoint()), bar.size())
    is_rtl = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
    room = min(tile.left() for tile in edges) - bar_area.right() if is_rtl else 0
    room = room or bar_area.left() - max(tile.right() for tile in edges)
    dialog.close()
    assert room >= 8


@pytest.mark.usefixtures("set_theme")
def test_dialog_that_scrolls_has_its_room_beside_the_scroll_bar(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(683, 400)

    monkeypatch.setattr(QWidget, "screen", lambda _widget: Screen())
    dialog = conflicts_dialog(window)
    fit_to_screen(dialog)
    dialog.show()
    QTest.qWait(60)
    [area] = [area for area in dialog.findChildren(QScrollArea) if area.isVisible()]
    bar, [table] = area.verticalScrollBar(), area.findChildren(QTreeWidget)
    edge = table.mapTo(area, QPoint())
    is_rtl = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
    room = edge.x() - bar.width() if is_rtl else area.width() - bar.width() - edge.x() - table.width()
    is_scrolling, empty_height = bar.isVisible(), table.height() - table.minimumHeight()
    dialog.close()
    assert is_scrolling
    assert room >= 8
    assert empty_height == 0  # above the versions to choose from


def find_faults(top: QWidget) -> list[str]:
    """Describe what is wrong with the visible widgets of a window."""
    faults = []
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not top or isinstance(widget, QMenu):
            continue
        name = f"{type(widget).__name__} {widget.objectName()} “{text_of(widget)}”"
        area = QRect(widget.mapTo(top, QPoint()), widget.size())
        if not is_scrolled(widget) and not top.rect().contains(area):
            faults.append(f"outside: {name} {area.getRect()}")
        if is_cut(widget):
            faults.append(f"cut: {name} {widget.size().toTuple()} of {widget.sizeHint().toTuple()}")
        if is_target(widget) and min(widget.width(), widget.height()) < MIN_TARGET:
            faults.append(f"small: {name} {widget.size().toTuple()}")
        if isinstance(widget, QTreeWidget) and (columns := misaligned_columns(widget)):
            faults.append(f"heading not over its column: {name} {columns}")
        if is_scrolled_twice(widget):
            faults.append(f"a scroll bar beside another: {name}")
        if isinstance(top, QDialog) and isinstance(widget, QScrollArea) and bar_room(widget) < 4:
            faults.append(f"too near its scroll bar: {name}")
        if is_elided_in_vain(widget):
            faults.append(f"elided: {name} {widget.width()} of {widget.sizeHint().width()}")
        if current_language() != "en" and text_of(widget) in QT_ENGLISH:
            faults.append(f"English: {name}")
    return faults


def is_scrolled(widget: QWidget) -> bool:
    """Return whether a widget is in a scroll area, which shows a part of it."""
    parent = widget.parentWidget()
    while parent:
        if isinstance(parent, QAbstractScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def is_scrolled_twice(widget: QWidget) -> bool:
    """Return whether a widget has a scroll bar in a scroll area that has one, too: it is not clear what moves which."""
    parent: QWidget | None = widget
    count = 0
    while parent:
        count += isinstance(parent, QAbstractScrollArea) and parent.verticalScrollBar().isVisible()
        parent = parent.parentWidget()
    return isinstance(widget, QAbstractScrollArea) and widget.verticalScrollBar().isVisible() and count > 1


def bar_room(area: QScrollArea) -> int:
    """Return the least room between the scroll bar, if there is one, and what can be clicked, in pixels."""
    bar = area.verticalScrollBar()
    if not bar.isVisible():
        return 100
    is_rtl = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
    bar_edge = bar.mapTo(area, QPoint(bar.width() if is_rtl else 0, 0)).x()
    rooms = [100]
    for widget in area.findChildren(QWidget):
        if (
            widget.isVisible()
            and widget.window() is area.window()
            and (is_target(widget) or isinstance(widget, QFrame))
        ):
            left = widget.mapTo(area, QPoint()).x()
            is_bare = isinstance(widget, QLabel | QStackedWidget) or widget.objectName() == "qt_scrollarea_viewport"
            if not is_bare and not (isinstance(widget, QFrame) and widget.frameShape() == QFrame.Shape.NoFrame):
                rooms.append(left - bar_edge if is_rtl else bar_edge - left - widget.width())
    return min(rooms)


def is_target(widget: QWidget) -> bool:
    """Return whether a widget is a button or a field of the program, and not one that Qt puts inside another control.

    A handle is as high as the window, and has a key. Fields are targets, too.
    """
    if isinstance(widget, QComboBox | QAbstractSpinBox | QLineEdit):
        return not isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
    is_button = isinstance(widget, QAbstractButton) and not isinstance(widget, SideHandle)
    return is_button and not isinstance(widget.parentWidget(), QAbstractScrollArea | QComboBox | QLineEdit)


def is_cut(widget: QWidget) -> bool:
    """Return whether a text has less room than it needs."""
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
        return widget.height() < widget.heightForWidth(widget.width())
    if isinstance(widget, QPushButton | QCheckBox | QLabel) and text_of(widget):
        return widget.width() < widget.sizeHint().width() and not is_elided(widget)
    return False


def misaligned_columns(tree: QTreeWidget) -> list[int]:
    """Return the columns of a table whose first row is aligned to another side than the heading."""
    row = tree.topLevelItem(0)
    if row is None or tree.isHeaderHidden():
        return []
    sides = (Qt.AlignmentFlag.AlignHorizontal_Mask, Qt.AlignmentFlag.AlignLeading)
    heading = tree.headerItem()

    def side(item: QTreeWidgetItem, column: int) -> Qt.AlignmentFlag:
        return (Qt.AlignmentFlag(item.textAlignment(column)) & sides[0]) or sides[1]

    return [column for column in range(tree.columnCount()) if side(row, column) != side(heading, column)]


def is_elided_in_vain(widget: QWidget) -> bool:
    """Return whether a label that ends its text by itself does so although it has room for all of it."""
    if isinstance(widget, ElidedLabel):
        return QLabel.text(widget) != widget.text() and widget.width() >= widget.sizeHint().width()
    if isinstance(widget, TextButton):  # beside another that has more room than its text needs
        others = [other for other in widget.window().findChildren(TextButton) if other.isVisible()]
        excess = sum(max(0, other.width() - other.sizeHint().width()) for other in others)
        missing = widget.sizeHint().width() - widget.width()
        return 0 < missing <= excess
    return False


def is_elided(widget: QWidget) -> bool:
    """Return whether a label ends its text by itself where there is no room, and shows all of it in a tooltip."""
    return isinstance(widget, QLabel) and bool(widget.toolTip())


def text_of(widget: QWidget) -> str:
    """Return the text that a widget shows, if it is of a simple kind."""
    if isinstance(widget, QAbstractButton | QLabel):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""
