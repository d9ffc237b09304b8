"""Take what comes and goes: menus, popups, tooltips, messages, bars, questions, and what is wrong with a field."""

import json
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Final

from guide_pictures import create_labels_dialog, grab, grab_dialog, select_span, wait_for_job
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QHelpEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QProgressDialog, QWidget
from team_pictures import begin_to_adjudicate
from team_states import take_open_modal
from window_driver import finish, point_at

from annotator.i18n import _
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.model import records
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.recovery.salvage import salvage
from annotator.ui import app
from annotator.ui.actions.keymap import Keymap
from annotator.ui.central.command_palette import CommandPalette
from annotator.ui.commands.table import MENUS
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.error_report import ErrorReportDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.results import RecoveryResultDialog
from annotator.ui.panels.corpus_switcher import CorpusSwitcher
from annotator.ui.session.notice import Notice
from annotator.ui.welcome.welcome_page import WelcomePage
from annotator.ui.widgets import file_dialogs

TakeState = Callable[[app.ApplicationController], QPixmap]
_REST: Final = 600  # milliseconds after which the bar beside a selection is there
_PROGRESS_DELAY: Final = 600  # milliseconds after which the progress of a job is shown
_PAGE_SIZE: Final = 4096  # bytes of a page of a corpus
_UNTOUCHED: Final = 7
"""The index of an article that nobody has worked on."""


# Menus and popups


def _take_menu(index: int) -> TakeState:
    """Return a function that takes a menu of the menu bar, opened."""

    def take(controller: app.ApplicationController) -> QPixmap:
        bar = controller.window.menuBar()
        bar.setActiveAction(bar.actions()[index])
        return _grab_with_popups(controller.window)

    return take


def _take_switcher(controller: app.ApplicationController) -> QPixmap:
    """Take the list of recent corpora, opened at the name of the corpus."""
    switcher = controller.window.menuBar().cornerWidget()
    assert isinstance(switcher, CorpusSwitcher)
    switcher.menu().popup(switcher.mapToGlobal(QPoint(0, switcher.height())))
    return _grab_with_popups(controller.window)


def _take_article_menu(controller: app.ApplicationController) -> QPixmap:
    """Take the context menu of an article in the list."""
    controller.window.panel_layout.show_side("articles")
    QTest.qWait(60)
    articles = controller.window.articles_sidebar.article_list
    _open_context_menu(articles.viewport(), QPoint(articles.width() // 2, 30))
    return _grab_with_popups(controller.window)


def _take_suggestion_menu(controller: app.ApplicationController) -> QPixmap:
    """Take the context menu of a suggestion."""
    window = controller.window
    controller.session.open_article(_UNTOUCHED)
    _wait_for_suggestions(controller)
    first = window.suggestions.visible[0]
    QTest.keyClick(window.view, Qt.Key.Key_Return)
    _open_context_menu(window.view.viewport(), point_at(controller, first.start, after=True))
    return _grab_with_popups(window)


def _take_field_menu(controller: app.ApplicationController) -> QPixmap:
    """Take the context menu of a text field."""
    controller.window.panel_layout.show_side("articles")
    QTest.qWait(60)
    field = controller.window.articles_sidebar.search_line
    field.setText("وزارة")
    field.selectAll()
    _open_context_menu(field, field.rect().center())
    return _grab_with_popups(controller.window)


def _take_filter(controller: app.ApplicationController) -> QPixmap:
    """Take the popup that filters the articles."""
    controller.window.panel_layout.show_side("articles")
    QTest.qWait(60)
    controller.window.articles_sidebar.state_filter.showPopup()
    return _grab_with_popups(controller.window)


def _take_formats(controller: app.ApplicationController) -> QPixmap:
    """Take the popup with the formats of an export."""
    dialog = ExportDialog(controller.window, controller.session, controller.window.tasks)
    grab_dialog(dialog)
    dialog.findChildren(QComboBox)[0].showPopup()
    return _grab_with_popups(dialog)


def _take_tooltip(controller: app.ApplicationController) -> QPixmap:
    """Take the tooltip of a span."""
    span = select_span(controller, "أمس الاثنين")
    controller.session.select(None)
    viewport = controller.window.view.viewport()
    point = point_at(controller, span.start + 2, after=False)
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, point, viewport.mapToGlobal(point)))
    return _grab_with_popups(controller.window)


def _take_label_tooltip(controller: app.ApplicationController) -> QPixmap:
    """Take the tooltip of a label."""
    row = controller.window.label_panel.rows[2]
    point = row.rect().center()
    QApplication.sendEvent(row, QHelpEvent(QEvent.Type.ToolTip, point, row.mapToGlobal(point)))
    return _grab_with_popups(controller.window)


def _take_selection_bar(controller: app.ApplicationController) -> QPixmap:
    """Take the buttons beside selected words."""
    controller.session.open_article(_UNTOUCHED)
    view = controller.window.view
    for _word in range(3):
        QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.qWait(_REST)
    return grab(controller.window)


# Messages and bars


def _take_undo_message(controller: app.ApplicationController) -> QPixmap:
    """Take the message on a step, with the button that undoes it."""
    controller.session.set_state(records.DONE)
    controller.session.open_article(_UNTOUCHED)
    _wait_for_suggestions(controller)
    controller.window.action("done").trigger()
    return grab(controller.window)


def _take_folder_message(controller: app.ApplicationController) -> QPixmap:
    """Take the message on a file, with the button that opens its folder."""
    path = Path("/home/sanae/Documents/أخبار/news 2026-11-25 14-31.corpus")
    text = _("A complete copy was saved as “{path}”.").format(path=path)
    controller.session.announced.emit(Notice(text, folder=path.parent))
    return grab(controller.window)


def _take_error_message(controller: app.ApplicationController) -> QPixmap:
    """Take the message on something that cannot be done."""
    controller.session.failed.emit(_("There is nothing to undo."))
    return grab(controller.window)


def _take_unsaved(controller: app.ApplicationController) -> QPixmap:
    """Take the bar on a change that cannot be written, as another program locks the file."""
    with _locked(controller):
        controller.session.set_state(records.FLAGGED)
        return grab(controller.window)


def _take_unsaved_question(controller: app.ApplicationController) -> QPixmap:
    """Take the question whether to close a corpus in spite of an unsaved change."""
    with _locked(controller):
        controller.session.set_state(records.FLAGGED)
        return take_open_modal(controller.window.corpus_commands.confirm_leave)


def _take_no_hits(controller: app.ApplicationController) -> QPixmap:
    """Take words that neither the article nor the corpus has."""
    window = controller.window
    window.articles_sidebar.start_search("مدرسة الفلك")
    controller.session.set_article_filter(ArticleFilter(None, "مدرسة الفلك"))
    window.find_bar.start_search()
    window.find_bar.search_line.insert("مدرسة الفلك")
    return grab(window)


def _take_palette(words: str) -> TakeState:
    """Return a function that takes the command palette with these words."""

    def take(controller: app.ApplicationController) -> QPixmap:
        controller.window.action("show_palette").trigger()
        [palette] = controller.window.findChildren(CommandPalette)
        palette.field.setText(words)
        QTest.qWait(400)  # articles are looked up after the typing
        return grab(controller.window)

    return take


def _take_no_issues(controller: app.ApplicationController) -> QPixmap:
    """Take the bar and the list of issues without any."""
    controller.window.issue_commands.check_labels()
    wait_for_job(controller.window.tasks)
    return grab(controller.window)


def _take_hint(controller: app.ApplicationController) -> QPixmap:
    """Take the hint for a newcomer in the status line."""
    controller.window.welcome_commands.show_welcome()
    controller.session.open_article(_UNTOUCHED)
    return grab(controller.window)


# Pages and layouts


def _take_finished(controller: app.ApplicationController) -> QPixmap:
    """Take the page at the end of the list."""
    session, window = controller.session, controller.window
    for number in tuple(session.articles.numbers):
        session.open_by_id(number)
        if session.article_state not in (records.FLAGGED, records.SKIPPED):
            session.set_state(records.DONE)
    session.leave_article(is_finished=True)
    page = window._central_widget.finished_page  # noqa: SLF001
    while not page.grid.count():  # the work is counted in the background
        QTest.qWait(20)
    QTest.qWait(60)  # until its rows have their places
    return grab(window)


def _take_recent(controller: app.ApplicationController) -> QPixmap:
    """Take the page that a later start shows, with the corpora used before."""
    names = "أخبار المغرب.corpus", "news 2025.corpus"
    folder = controller.session.corpus.path.parent if controller.session.corpus else Path()
    for name in names:
        (folder / name).touch()
    controller.window.settings.save(recent_corpora={str(folder / name): "2026-11-25T14:31:08Z" for name in names})
    controller.window.welcome_commands.show_welcome()
    return grab(controller.window)


def _take_drag(controller: app.ApplicationController) -> QPixmap:
    """Take the page that a first start shows, while a file is dragged over it."""
    controller.window.settings.save(recent_corpora={})
    controller.window.welcome_commands.show_welcome()
    [page] = controller.window.findChildren(WelcomePage)
    _drag_over(page)
    return grab(controller.window)


def _take_drag_over_article(controller: app.ApplicationController) -> QPixmap:
    """Take the window while a file is dragged over it."""
    _drag_over(controller.window)
    return grab(controller.window)


def _take_focus_mode(controller: app.ApplicationController) -> QPixmap:
    """Take the window with nothing but the article."""
    controller.window.panel_layout.set_focused(True)
    controller.window.toast.hide()
    return grab(controller.window)


def _take_sides(side: str) -> TakeState:
    """Return a function that takes the window with this side open, over the other where there is no room for both."""

    def take(controller: app.ApplicationController) -> QPixmap:
        select_span(controller, "أمس الاثنين")
        controller.window.panel_layout.show_side(side)  # type: ignore[arg-type]
        QTest.qWait(100)
        return grab(controller.window)

    return take


def _take_zoomed(controller: app.ApplicationController) -> QPixmap:
    """Take the window with large letters."""
    for _step in range(5):
        controller.window.action("zoom_in").trigger()
    select_span(controller, "أمس الاثنين")
    return grab(controller.window)


def _take_removed(controller: app.ApplicationController) -> QPixmap:
    """Take an article that was removed from the list."""
    controller.session.remove_article()
    controller.window.action("show_removed").trigger()
    controller.session.open_article(0)
    return grab(controller.window)


# Fields


def _take_title_field(controller: app.ApplicationController) -> QPixmap:
    """Take the title of the article while it is edited."""
    controller.window.action("edit_title").trigger()
    return grab(controller.window)


def _take_date_field(controller: app.ApplicationController) -> QPixmap:
    """Take the date of the article with a text that is none."""
    controller.window.action("edit_date").trigger()
    field = controller.window.article_header.date.field
    field.clear()
    QTest.keyClicks(field, "2024-13")
    QTest.keyClick(field, Qt.Key.Key_Return)
    return _grab_and_leave(controller.window, field)


def _take_wrong_value(controller: app.ApplicationController) -> QPixmap:
    """Take the card of a date with a value that is none."""
    select_span(controller, "أمس الاثنين")
    controller.window.tagging_commands.edit_value()
    field = controller.window.labels_sidebar.span_card.value_field
    field.clear()
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    return _grab_and_leave(controller.window, field)


def _take_key_recording(controller: app.ApplicationController) -> QPixmap:
    """Take the list of keys while it waits for one."""
    dialog = KeysDialog(controller.window, Keymap(MENUS, {}, controller.session.labels.labels))
    grab_dialog(dialog)
    dialog.tree.setFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    return grab(dialog)


def _take_key_conflict(controller: app.ApplicationController) -> QPixmap:
    """Take the list of keys after a key that something else has."""
    dialog = KeysDialog(controller.window, Keymap(MENUS, {}, controller.session.labels.labels))
    grab_dialog(dialog)
    dialog.tree.setFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tree, Qt.Key.Key_1)
    return grab(dialog)


def _take_label_faults(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog of the labels with a name, a key and a colour that cannot be."""
    dialog = create_labels_dialog(controller)
    grab_dialog(dialog)
    form = dialog.form
    for field, text in ((form.name_field, "a label"), (form.key_field, "2")):
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
    form.light_button.changed.emit("#ffe88a")
    return grab(dialog)


# Dialogs


def _take_split(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog of an export that is split into parts."""
    dialog = ExportDialog(controller.window, controller.session, controller.window.tasks)
    dialog._split_options.enabled_box.setChecked(True)  # noqa: SLF001
    return grab_dialog(dialog)


def _take_job(controller: app.ApplicationController) -> QPixmap:
    """Take the progress of a job."""

    def work() -> Generator[tuple[int, int], None, None]:
        for count in range(1_000):
            time.sleep(0.01)
            yield count * 4, 1_000

    tasks = controller.window.tasks
    tasks.run(_("Checking the labels"), work, lambda _none: None)
    QTest.qWait(_PROGRESS_DELAY)
    [dialog] = controller.window.findChildren(QProgressDialog)
    picture = grab(dialog)
    tasks.stop()
    wait_for_job(tasks)
    return picture


def _take_import_result(controller: app.ApplicationController) -> QPixmap:
    """Take the list of what an import left out or found doubtful."""
    corpus = controller.session.corpus
    assert corpus
    folder = corpus.path.with_name("doubtful")
    folder.mkdir()
    (folder / "news.txt").write_bytes("أعلنت وزارة الصحة أمس خطة العمل".encode("cp720"))
    (folder / "empty.txt").touch()
    line = json.dumps({"text": "💉 أعلنت وزارة الصحة", "label": [[8, 19, "INSTITUTION"]]}, ensure_ascii=False)
    (folder / "doccano.jsonl").write_text(f"{line}\n{{\n", encoding="utf-8", newline="\n")
    outcome = finish(import_paths(corpus, [folder], ImportOptions(annotator=controller.session.annotator)))
    return take_open_modal(lambda: controller.window.corpus_commands._imported(outcome))  # noqa: SLF001


def _take_damage(controller: app.ApplicationController) -> QPixmap:
    """Take the question how to recover a damaged corpus."""
    corpus = controller.session.corpus
    assert corpus
    return take_open_modal(
        lambda: controller.window.backup_commands.offer_recovery(str(corpus.path), "row 12 missing from index")
    )


def _take_recovered(controller: app.ApplicationController) -> QPixmap:
    """Take the list of what could not be recovered of a damaged corpus."""
    corpus = controller.session.corpus
    assert corpus
    corpus.checkpoint()
    damaged = corpus.path.with_name("damaged.corpus")
    content = bytearray(corpus.path.read_bytes())
    third = len(content) // 3 // _PAGE_SIZE * _PAGE_SIZE
    content[third : third + 8 * _PAGE_SIZE] = bytes(8 * _PAGE_SIZE)
    damaged.write_bytes(content)
    result = finish(salvage(damaged, damaged.with_name("recovered.corpus")))
    return grab_dialog(RecoveryResultDialog(controller.window, result))


def _take_error_report(controller: app.ApplicationController) -> QPixmap:
    """Take the report of an error of the program."""
    headline, path = _("An unexpected error occurred."), Path("/home/sanae/.local/state/annotator/2026-11-25.txt")
    dialog = ErrorReportDialog(
        controller.window, headline, "Traceback\n  File …", path, Path("/home/sanae/أخبار.corpus")
    )
    dialog.report_button.click()
    return grab_dialog(dialog)


def _take_about(tab: int) -> TakeState:
    """Return a function that takes this page of what is said about the program."""

    def take(controller: app.ApplicationController) -> QPixmap:
        dialog = AboutDialog(controller.window)
        dialog.tabs.setCurrentIndex(tab)
        return grab_dialog(dialog)

    return take


def _take_new_annotator(controller: app.ApplicationController) -> QPixmap:
    """Take the question whether somebody new begins to work."""
    commands = controller.window.annotator_commands
    return take_open_modal(lambda: commands._confirm_new("سنا", ["سناء"]))  # noqa: SLF001


def _take_reason(controller: app.ApplicationController) -> QPixmap:
    """Take the question why a disagreement was decided so."""
    begin_to_adjudicate(controller)
    commands = controller.window.adjudication_commands
    commands.choose(1)
    return take_open_modal(commands.edit_reason)


def _take_file_dialog(controller: app.ApplicationController) -> QPixmap:
    """Take the program's own dialog for files, which it has where the system has none."""
    corpus = controller.session.corpus
    assert corpus
    filters = controller.window.corpus_commands._file_filter()  # noqa: SLF001
    dialog = file_dialogs._dialog(  # noqa: SLF001
        controller.window, "", str(corpus.path.parent), filters, QFileDialog.FileMode.ExistingFile
    )
    return grab_dialog(dialog)


TRANSIENT_STATES: Final[dict[str, TakeState]] = {
    **{f"menu-{menu.name}": _take_menu(index) for index, menu in enumerate(menu for menu in MENUS if menu.in_bar)},
    "switcher": _take_switcher,
    "article-menu": _take_article_menu,
    "suggestion-menu": _take_suggestion_menu,
    "field-menu": _take_field_menu,
    "filter": _take_filter,
    "formats": _take_formats,
    "tooltip": _take_tooltip,
    "label-tooltip": _take_label_tooltip,
    "selection-bar": _take_selection_bar,
    "undo-message": _take_undo_message,
    "folder-message": _take_folder_message,
    "error-message": _take_error_message,
    "unsaved": _take_unsaved,
    "unsaved-question": _take_unsaved_question,
    "no-hits": _take_no_hits,
    "palette-article": _take_palette("الوكالة"),
    "palette-nothing": _take_palette("xyzxyz"),
    "palette-empty": _take_palette(""),
    "no-issues": _take_no_issues,
    "hint": _take_hint,
    "finished": _take_finished,
    "recent": _take_recent,
    "drag-welcome": _take_drag,
    "drag-window": _take_drag_over_article,
    "focus-mode": _take_focus_mode,
    "side-articles": _take_sides("articles"),
    "side-labels": _take_sides("labels"),
    "zoomed": _take_zoomed,
    "removed": _take_removed,
    "title-field": _take_title_field,
    "date-field": _take_date_field,
    "wrong-value": _take_wrong_value,
    "key-recording": _take_key_recording,
    "key-conflict": _take_key_conflict,
    "label-faults": _take_label_faults,
    "split": _take_split,
    "job": _take_job,
    "import-result": _take_import_result,
    "damage": _take_damage,
    "recovered": _take_recovered,
    "error-report": _take_error_report,
    "about": _take_about(0),
    "components": _take_about(1),
    "new-annotator": _take_new_annotator,
    "reason": _take_reason,
    "file-dialog": _take_file_dialog,
}
"""The function that takes each state, by its name."""


def _wait_for_suggestions(controller: app.ApplicationController) -> None:
    while controller.window.suggestions.is_busy:
        QTest.qWait(20)


def _locked(controller: app.ApplicationController) -> "closing[sqlite3.Connection]":
    """Lock the corpus, as another program would, until the connection is closed."""
    assert controller.session.corpus
    connection = sqlite3.connect(controller.session.corpus.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return closing(connection)


def _grab_and_leave(window: QWidget, field: QWidget) -> QPixmap:
    """Take the window, then give up what was typed in the field, or the window would ask about it when it closes."""
    picture = grab(window)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    return picture


def _open_context_menu(widget: QWidget, point: QPoint) -> None:
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, point, widget.mapToGlobal(point)))


def _drag_over(widget: QWidget) -> None:
    """Drag a file over the widget."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/home/sanae/news.txt")])
    button, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(widget.rect().center(), Qt.DropAction.CopyAction, data, button, modifiers)
    widget.dragEnterEvent(event)  # by the application, it would be left at once: no mouse is over it


def _grab_with_popups(window: QWidget) -> QPixmap:
    """Take a window with the menus, lists and tooltips that are open over it, and close these."""
    picture = grab(window)
    kinds = Qt.WindowType.Popup, Qt.WindowType.ToolTip
    popups = [
        widget for widget in QApplication.topLevelWidgets() if widget.isVisible() and widget.windowType() in kinds
    ]
    if not popups:
        raise SystemExit("nothing is open over the window")
    with QPainter(picture) as painter:
        for popup in popups:
            painter.drawPixmap(window.mapFromGlobal(popup.pos()), popup.grab())
    for popup in popups:
        popup.close()
    return picture
