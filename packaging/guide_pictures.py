"""Take the pictures of the annotator's guide: a function each, in a window on the corpus that `pictures` makes."""

import random
import shutil
from collections.abc import Callable
from contextlib import chdir
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from window_driver import create_sample_corpus, finish, point_at

from annotator.cli.terminal import reorder_for_display
from annotator.i18n import _
from annotator.jobs.imports.preview import preview_files
from annotator.model.date_display import format_date_value
from annotator.model.labels import default_labels
from annotator.model.progress import Work
from annotator.model.records import DONE, Span
from annotator.store import backups
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui import app
from annotator.ui.actions.keymap import Keymap
from annotator.ui.central.command_palette import CommandPalette
from annotator.ui.commands.table import MENUS
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.labels.labels_dialog import LabelsDialog
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.dialogs.work_progress import WorkProgressDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.calendar_popup import CalendarPopup
from annotator.ui.widgets.modal import fit_to_screen

PLAN: Final = "الخطة الوطنية لدعم القراءة 2024-2028"
_PDF_TEXT: Final = "أعلنت وزارة الثقافة، أمس، «خطة دعم القراءة 2024-2028».\nوتشمل الخطة مكتبات في وجدة وفاس وطنجة."
_FOREIGN_CONLL: Final = "زارت O\nالكاتبة O\nليلى B-PERS\nمكتبة B-ORG\nطنجة I-ORG\nيوم B-DATE\nالجمعة I-DATE\n. O\n"
_UNTOUCHED: Final = 7
"""The index of an article that nobody has worked on."""
_SUGGESTED: Final = 5
"""The index of an article in which spans of other articles are suggested."""
_BACKUP_NAMES: Final = (
    "2026-11-25 14-31-08",
    "2026-11-24 16-02-45 before restore",
    "2026-11-24 09-12-30",
    "2026-11-23 10-40-11",
    "2026-11-19 08-55-02 before version 3",
    "2026-11-15 17-20-54",
)
"""The names of the backups."""
LAST_DAY: Final = date(2026, 11, 25)  # of the work that the page of progress shows
_MARGIN: Final = 14  # pixels beside lines of the article


def _take_welcome(controller: app.ApplicationController) -> QPixmap:
    """Take the page that a first start shows, which lists no corpora."""
    assert controller.session.corpus
    controller.open_corpus(
        Corpus.open(create_sample_corpus(controller.session.corpus.path.with_name("samples.corpus")))
    )
    controller.window.settings.save(recent_corpora={})
    controller.window.welcome_commands.show_welcome()
    return grab(controller.window)


def _take_caret(controller: app.ApplicationController) -> QPixmap:
    """Take the word that the caret is on."""
    controller.session.open_article(_UNTOUCHED)
    start, end = _find_words(controller, "مغربية نسخت في القرنين")
    controller.window.view.move_to(start)
    return _grab_lines(controller, start, end)


def _take_selection(controller: app.ApplicationController) -> QPixmap:
    """Take some words selected by keys."""
    controller.session.open_article(_UNTOUCHED)
    view = controller.window.view
    start, end = _find_words(controller, "المكتبة الوطنية للمملكة المغربية")
    view.move_to(start)
    for _word in range(4):
        QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    return _grab_lines(controller, start, end)


def _take_nested(controller: app.ApplicationController) -> QPixmap:
    """Take a selected span with its handles, and others inside it."""
    span = select_span(controller, "خارطة طريق وزارة التربية الوطنية لتجويد التعلمات 2023-2027")
    return _grab_lines(controller, span.start, span.end)


def _take_suggestions(controller: app.ApplicationController) -> QPixmap:
    """Take the suggestions in an article, learnt from other articles, with the first one selected."""
    controller.session.open_article(_SUGGESTED)
    _wait_for_suggestions(controller)
    QTest.keyClick(controller.window.view, Qt.Key.Key_Return)
    return grab(controller.window)


def _take_issues(controller: app.ApplicationController) -> QPixmap:
    """Take the issues that the check of the labels raises, once some spans are wrong."""
    session, window = controller.session, controller.window
    window.settings.save(selection_bar=False)  # it comes after a rest, and would be in some pictures
    quoted = select_span(controller, "برنامج «ساعة للكتاب»")
    session.resize(quoted, quoted.start, quoted.end - 1)
    session.describe(select_span(controller, "شتنبر المقبل"), "09/2024", "")
    bank = select_span(controller, "البنك الدولي")
    session.resize(bank, bank.start + 2, bank.end)
    window.issue_commands.check_labels()
    wait_for_job(window.tasks)
    window.issue_commands.step(1)
    _wait_for_suggestions(controller)
    return grab(window)


def _take_value(controller: app.ApplicationController) -> QPixmap:
    """Take the card of the selected span while its value is typed in words."""
    card = controller.window.labels_sidebar.span_card
    span = select_span(controller, "أمس الاثنين")
    controller.window.tagging_commands.edit_value()
    card.value_field.setText(format_date_value(span.value or ""))
    return grab(card)


def _take_calendar(controller: app.ApplicationController) -> QPixmap:
    """Take the calendar of the value of the selected span."""
    window = controller.window
    select_span(controller, "أمس الاثنين")
    window.tagging_commands.edit_value()
    QTest.qWait(60)  # for the layout: the calendar is beside the field
    window.labels_sidebar.span_card.value_field.open_calendar()
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, CalendarPopup)
    picture = grab(popup)
    popup.close()
    return picture


def _take_menu(controller: app.ApplicationController) -> QPixmap:
    """Take the context menu of a span."""
    view = controller.window.view
    span = select_span(controller, "خطة لدعم القراءة")
    point = point_at(controller, span.start + 2, after=False)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, point, view.viewport().mapToGlobal(point)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    picture, menu_picture = grab(controller.window), menu.grab()
    painter = QPainter(picture)
    painter.drawPixmap(controller.window.mapFromGlobal(menu.pos()), menu_picture)
    painter.end()
    menu.close()
    return picture


def _take_sticky(controller: app.ApplicationController) -> QPixmap:
    """Take a sticky label, and the span that it has just tagged."""
    controller.session.open_article(6)
    controller.window.label_panel.rows[1].click()
    view = controller.window.view
    start, end = _find_words(controller, "المديرية العامة للأرصاد الجوية")
    view.select(start, end)
    view.selection_finished.emit()
    return grab(controller.window)


def _take_occurrences(controller: app.ApplicationController) -> QPixmap:
    """Take the other occurrences of a span's words."""
    tasks, span = controller.window.tasks, select_span(controller, "البنك الدولي")
    dialog = OccurrencesDialog(controller.window, controller.session, tasks, span)
    dialog.search_corpus()
    wait_for_job(tasks)
    return grab_dialog(dialog)


def _take_find(controller: app.ApplicationController) -> QPixmap:
    """Take words found in the article."""
    controller.window.find_bar.start_search()
    controller.window.find_bar.search_line.insert("القراءة")
    return grab(controller.window)


def _take_search(controller: app.ApplicationController) -> QPixmap:
    """Take words found in the corpus."""
    side = controller.window.articles_sidebar
    side.start_search("الوكالة الوطنية")
    controller.session.set_article_filter(ArticleFilter(None, side.search_line.text()))
    controller.session.open_article(0)
    side.search_line.setFocus()
    side.search_line.end(False)
    return grab(controller.window)


def _take_guideline(controller: app.ApplicationController) -> QPixmap:
    """Take the guidelines beside the article."""
    select_span(controller, PLAN)
    controller.window.action("toggle_guidelines").trigger()
    return grab(controller.window)


def _take_labels(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog that edits the labels."""
    return grab_dialog(create_labels_dialog(controller))


def _take_label_deletion(controller: app.ApplicationController) -> QPixmap:
    """Take the question that the deletion of a label asks."""
    dialog = create_labels_dialog(controller)
    dialog.show()
    dialog.delete()
    return grab_dialog(dialog)


def _take_keys(controller: app.ApplicationController) -> QPixmap:
    """Take the sheet of all keys."""
    return grab_dialog(KeysDialog(controller.window, Keymap(MENUS, {}, controller.session.labels.labels)))


def _take_palette(controller: app.ApplicationController) -> QPixmap:
    """Take the command palette with a word in the language of the window."""
    controller.window.action("show_palette").trigger()
    [palette] = controller.window.findChildren(CommandPalette)
    palette.field.setText(_("Labels"))
    QTest.qWait(300)  # articles are looked up after the typing
    return grab(controller.window)


def _take_export(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog before an export."""
    return grab_dialog(ExportDialog(controller.window, controller.session, controller.window.tasks))


def _take_import(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog before an import."""
    corpus, tasks = controller.session.corpus, controller.window.tasks
    assert corpus
    folder = corpus.path.parent / "new"
    folder.mkdir()
    (folder / "news.txt").write_text(reorder_for_display(_PDF_TEXT), encoding="utf-8", newline="\n")
    (folder / "wojood.conll").write_text(_FOREIGN_CONLL, encoding="utf-8", newline="\n")
    preview = finish(preview_files(corpus, [folder]))
    return grab_dialog(ImportDialog(controller.window, controller.session, tasks, preview))


def _take_export_report(controller: app.ApplicationController) -> QPixmap:
    """Take the report after an export."""
    corpus, tasks = controller.session.corpus, controller.window.tasks
    assert corpus
    controller.session.set_state(DONE)
    dialog = ExportDialog(controller.window, controller.session, tasks)
    dialog.show()
    with chdir(corpus.path.parent):  # a picture shows no path of the machine that it was taken on
        dialog.write(Path("news.conll"))
        wait_for_job(tasks)
    return grab_dialog(dialog)


def _take_backups(controller: app.ApplicationController) -> QPixmap:
    """Take the backups of some days, and the contents of the last one."""
    assert controller.session.corpus
    path, tasks = controller.session.corpus.path, controller.window.tasks
    for _count in backups.create_backup(path):
        pass
    [backup] = backups.list_backups(path)
    for name in _BACKUP_NAMES:
        shutil.copy(backup.path, backup.path.with_name(f"{name}.corpus"))
    backup.path.unlink()
    dialog = BackupsDialog(controller.window, tasks, path.stem, backups.list_backups(path))
    wait_for_job(tasks)
    return grab_dialog(dialog)


def _take_progress(controller: app.ApplicationController) -> QPixmap:
    """Take the page of progress."""
    return grab_dialog(create_progress(controller))


def create_progress(controller: app.ApplicationController) -> WorkProgressDialog:
    """Create the page of progress on the work of two months."""
    numbers = random.Random(1)
    labels, user = controller.session.labels, controller.session.current.user
    works = {
        LAST_DAY - timedelta(days=days): Work(
            {label.name: numbers.randint(5, 40) for label in labels.labels},
            *(numbers.randint(20, 60), numbers.randint(2, 8), numbers.randint(2, 12), numbers.randint(1, 6)),
            seconds=numbers.randint(200, 400),
        )
        for days in range(60)
        if (LAST_DAY - timedelta(days=days)).weekday() < 5
    }
    return WorkProgressDialog(controller.window, {user: works}, user, labels, LAST_DAY)


def _take_no_spans(controller: app.ApplicationController) -> QPixmap:
    """Take an article without spans."""
    controller.session.open_article(_UNTOUCHED)
    return grab(controller.window)


def _take_no_articles(controller: app.ApplicationController) -> QPixmap:
    """Take a corpus without articles."""
    assert controller.session.corpus
    controller.open_corpus(Corpus.create(controller.session.corpus.path.with_name("new.corpus"), default_labels()))
    return grab(controller.window)


def _take_no_corpus(controller: app.ApplicationController) -> QPixmap:
    """Take the window without a corpus."""
    controller.session.close()
    return grab(controller.window)


GUIDE_PICTURES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "welcome": _take_welcome,
    "caret": _take_caret,
    "selection": _take_selection,
    "nested": _take_nested,
    "suggestions": _take_suggestions,
    "issues": _take_issues,
    "value": _take_value,
    "calendar": _take_calendar,
    "menu": _take_menu,
    "sticky": _take_sticky,
    "occurrences": _take_occurrences,
    "find": _take_find,
    "search": _take_search,
    "guideline": _take_guideline,
    "labels": _take_labels,
    "label-deletion": _take_label_deletion,
    "keys": _take_keys,
    "palette": _take_palette,
    "import": _take_import,
    "export": _take_export,
    "export-report": _take_export_report,
    "backups": _take_backups,
    "progress": _take_progress,
    "no-spans": _take_no_spans,
    "no-articles": _take_no_articles,
    "no-corpus": _take_no_corpus,
}
"""The function that takes each picture of the guide, by the picture's name without the language."""


def create_labels_dialog(controller: app.ApplicationController) -> LabelsDialog:
    assert controller.session.corpus
    return LabelsDialog(controller.window, controller.session.corpus, controller.window.tasks)


def _find_words(controller: app.ApplicationController, words: str) -> tuple[int, int]:
    """Return the start and end of these words in the open article."""
    assert controller.session.article
    start = controller.session.article.text.index(words)
    return start, start + len(words)


def select_span(controller: app.ApplicationController, words: str) -> Span:
    """Select the span with these words and return it."""
    text = controller.session.article.text if controller.session.article else ""
    span = next(span for span in controller.session.spans if text[span.start : span.end] == words)
    controller.session.select(span)
    return span


def _grab_lines(controller: app.ApplicationController, start: int, end: int) -> QPixmap:
    """Take the lines of the article from `start` to `end`, with the marks on them."""
    view = controller.window.view
    view.reveal(start, end)
    segments = view.page().segments(start, end)
    top = view.map_from_page(0, segments[0].line.top).toPoint().y() - 4
    bottom = view.map_from_page(0, segments[-1].line.bottom).toPoint().y() + 20  # with the names of the labels
    left_edge, right_edge = (
        view.map_from_page(0, 0).toPoint().x(),
        view.map_from_page(view.page().width, 0).toPoint().x(),
    )
    QTest.qWait(30)
    return view.viewport().grab(QRect(QPoint(left_edge - _MARGIN, top), QPoint(right_edge + _MARGIN, bottom)))


def _wait_for_suggestions(controller: app.ApplicationController) -> None:
    """Wait until the suggesters have answered."""
    while controller.window.suggestions.is_busy:
        QTest.qWait(20)


def wait_for_job(tasks: TaskRunner) -> None:
    """Wait until the job in the background has delivered its result."""
    while tasks.is_busy:
        QTest.qWait(20)


def grab_dialog(dialog: QDialog) -> QPixmap:
    fit_to_screen(dialog)
    dialog.show()
    dialog.activateWindow()
    if not QTest.qWaitForWindowActive(dialog, 10_000):
        raise SystemExit("a dialog never became the active window")
    return grab(dialog)


def grab(widget: QWidget) -> QPixmap:
    """Take a picture of a widget, once nothing is pending."""
    QTest.qWait(60)  # for what runs when the program is idle: the layout of hidden lines, scrolling
    return widget.grab()
