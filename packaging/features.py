"""What the annotator's guide has pictures of: a function each, in a window on the corpus that `pictures` makes."""

import shutil
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Final

from demo import place, samples
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from annotator.cli.terminal import reorder_for_display
from annotator.jobs.imports.preview import preview_files
from annotator.model.labels import default_labels
from annotator.model.records import DONE, Span
from annotator.store import backups
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui import app
from annotator.ui.actions.table import Keymap
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_preview import ImportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.labels import LabelsDialog
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.session.background import BackgroundJobs
from annotator.ui.widgets.theme import LIGHT

PLAN: Final = "الخطة الوطنية لدعم القراءة 2024-2028"
_FROM_A_PDF: Final = "أعلنت وزارة الثقافة، أمس، «خطة دعم القراءة 2024-2028».\nوتشمل الخطة مكتبات في وجدة وفاس وطنجة."
_FROM_ANOTHER: Final = "زارت O\nالكاتبة O\nليلى B-PERS\nمكتبة B-ORG\nطنجة I-ORG\nيوم B-DATE\nالجمعة I-DATE\n. O\n"
_UNTOUCHED: Final = 7
"""The place of an article that nothing was done to."""
_TAUGHT: Final = 5
"""The place of an article in which what others hold is suggested."""
_DAYS: Final = (
    "2026-11-25 14-31-08",
    "2026-11-24 16-02-45 before restore",
    "2026-11-24 09-12-30",
    "2026-11-23 10-40-11",
    "2026-11-19 08-55-02 before version 3",
    "2026-11-15 17-20-54",
)
"""The names of backups."""
_CROPPED: Final = 14  # pixels beside lines of the article


def _welcome(desk: app.ApplicationController) -> QPixmap:
    """What a first start shows."""
    assert desk.session.corpus
    desk.open_corpus(Corpus.open(samples(desk.session.corpus.path.with_name("samples.corpus"))))
    desk.window.welcome_commands.show_welcome()
    return grabbed(desk.window)


def _caret(desk: app.ApplicationController) -> QPixmap:
    """The word that the caret stands on."""
    desk.session.open_article(_UNTOUCHED)
    start, end = _stretch(desk, "مغربية نسخت في القرنين")
    desk.window.view.move_to(start)
    return _lines(desk, start, end)


def _selection(desk: app.ApplicationController) -> QPixmap:
    """Some words selected by keys."""
    desk.session.open_article(_UNTOUCHED)
    view = desk.window.view
    start, end = _stretch(desk, "المكتبة الوطنية للمملكة المغربية")
    view.move_to(start)
    for _word in range(4):
        QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    return _lines(desk, start, end)


def _nested(desk: app.ApplicationController) -> QPixmap:
    """A selected span with its handles, and others inside it."""
    span = select(desk, "خارطة طريق وزارة التربية الوطنية لتجويد التعلمات 2023-2027")
    return _lines(desk, span.start, span.end)


def _suggestions(desk: app.ApplicationController) -> QPixmap:
    """What is suggested in an article of which other ones have taught something, and a chosen one."""
    desk.session.open_article(_TAUGHT)
    _settle(desk)
    QTest.keyClick(desk.window.view, Qt.Key.Key_Return)
    return grabbed(desk.window)


def _issues(desk: app.ApplicationController) -> QPixmap:
    """What is asked about labels, once some are not what they should be."""
    session, window = desk.session, desk.window
    quoted = select(desk, "برنامج «ساعة للكتاب»")
    session.resize(quoted, quoted.start, quoted.end - 1)
    session.describe(select(desk, "شتنبر المقبل"), "09/2024", "")
    bank = select(desk, "البنك الدولي")
    session.resize(bank, bank.start + 2, bank.end)
    window.issue_commands.check_labels()
    _wait(window.corpus_commands.background)
    window.issue_commands.next_issue()
    _settle(desk)
    return grabbed(window)


def _value(desk: app.ApplicationController) -> QPixmap:
    """The card of the selected span while its value is typed."""
    select(desk, "أمس الاثنين")
    desk.window.tagging_commands.edit_value()
    return grabbed(desk.window.labels_sidebar.span_card)


def _menu(desk: app.ApplicationController) -> QPixmap:
    """What a right click on a span offers."""
    view = desk.window.view
    span = select(desk, "خطة لدعم القراءة")
    point = place(desk, span.start + 2, after=False)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(reason, point, view.viewport().mapToGlobal(point)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    picture, shown = grabbed(desk.window), menu.grab()
    painter = QPainter(picture)
    painter.drawPixmap(desk.window.mapFromGlobal(menu.pos()), shown)
    painter.end()
    menu.close()
    return picture


def _sticky(desk: app.ApplicationController) -> QPixmap:
    """A label that sticks, and what it has just tagged."""
    desk.session.open_article(6)
    desk.window.label_panel.rows()[1].click()
    view = desk.window.view
    start, end = _stretch(desk, "المديرية العامة للأرصاد الجوية")
    view.select(start, end)
    view.selection_finished.emit()
    return grabbed(desk.window)


def _occurrences(desk: app.ApplicationController) -> QPixmap:
    """Every place that says what a span says."""
    background, span = desk.window.corpus_commands.background, select(desk, "البنك الدولي")
    dialog = OccurrencesDialog(desk.window, desk.session, background, span, LIGHT)
    dialog.search_corpus()
    _wait(background)
    return _shown(dialog)


def _find(desk: app.ApplicationController) -> QPixmap:
    """Words that are found in the article."""
    desk.window.find_bar.start_search()
    desk.window.find_bar.search_line.insert("القراءة")
    return grabbed(desk.window)


def _search(desk: app.ApplicationController) -> QPixmap:
    """Words that are found in the corpus."""
    side = desk.window.articles_sidebar
    side.start_search("الوكالة الوطنية")
    desk.session.set_article_filter(ArticleFilter(None, side.search_line.text()))
    desk.session.open_article(0)
    side.search_line.setFocus()
    side.search_line.end(False)
    return grabbed(desk.window)


def _guideline(desk: app.ApplicationController) -> QPixmap:
    """Labelling guidelines, beside the article."""
    select(desk, PLAN)
    desk.window.toggle_guidelines()
    return grabbed(desk.window)


def _labels(desk: app.ApplicationController) -> QPixmap:
    """The labels while they are edited."""
    return _shown(_labels_dialog(desk))


def _leaving(desk: app.ApplicationController) -> QPixmap:
    """What is asked when a label is deleted."""
    dialog = _labels_dialog(desk)
    dialog.show()
    dialog.delete()
    return _shown(dialog)


def _keys(desk: app.ApplicationController) -> QPixmap:
    """The sheet of all keys."""
    return _shown(KeysDialog(desk.window, Keymap({}, desk.session.labels.labels)))


def _export(desk: app.ApplicationController) -> QPixmap:
    """What is asked before an export."""
    return _shown(ExportDialog(desk.window, desk.session, desk.window.corpus_commands.background))


def _import(desk: app.ApplicationController) -> QPixmap:
    """What is asked before an import."""
    corpus, background = desk.session.corpus, desk.window.corpus_commands.background
    assert corpus
    folder = corpus.path.parent / "new"
    folder.mkdir()
    (folder / "news.txt").write_text(reorder_for_display(_FROM_A_PDF), encoding="utf-8", newline="\n")
    (folder / "wojood.conll").write_text(_FROM_ANOTHER, encoding="utf-8", newline="\n")
    steps = preview_files(corpus, [folder])
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return _shown(ImportDialog(desk.window, desk.session, background, end.value))


def _report(desk: app.ApplicationController) -> QPixmap:
    """What an export tells afterwards."""
    corpus, background = desk.session.corpus, desk.window.corpus_commands.background
    assert corpus
    desk.session.set_state(DONE)
    dialog = ExportDialog(desk.window, desk.session, background)
    dialog.show()
    with chdir(corpus.path.parent):  # a picture tells nothing of the machine that it was taken on
        dialog.write(Path("news.conll"))
        _wait(background)
    return _shown(dialog)


def _backups(desk: app.ApplicationController) -> QPixmap:
    """The backups of some days, and what the last one holds."""
    assert desk.session.corpus
    path, background = desk.session.corpus.path, desk.window.corpus_commands.background
    for _count in backups.create_backup(path):
        pass
    [made] = backups.list_backups(path)
    for name in _DAYS:
        shutil.copy(made.path, made.path.with_name(f"{name}.corpus"))
    made.path.unlink()
    dialog = BackupsDialog(desk.window, background, path.stem, backups.list_backups(path))
    _wait(background)
    return _shown(dialog)


def _no_spans(desk: app.ApplicationController) -> QPixmap:
    """An article without spans."""
    desk.session.open_article(_UNTOUCHED)
    return grabbed(desk.window)


def _no_articles(desk: app.ApplicationController) -> QPixmap:
    """A corpus without articles."""
    assert desk.session.corpus
    desk.open_corpus(Corpus.create(desk.session.corpus.path.with_name("new.corpus"), default_labels()))
    return grabbed(desk.window)


def _no_corpus(desk: app.ApplicationController) -> QPixmap:
    """No corpus."""
    desk.session.close()
    desk.session.corpus_opened.emit()
    desk.session.article_opened.emit(0)
    return grabbed(desk.window)


FEATURES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "welcome": _welcome,
    "caret": _caret,
    "selection": _selection,
    "nested": _nested,
    "suggestions": _suggestions,
    "issues": _issues,
    "value": _value,
    "menu": _menu,
    "sticky": _sticky,
    "occurrences": _occurrences,
    "find": _find,
    "search": _search,
    "guideline": _guideline,
    "labels": _labels,
    "label-deletion": _leaving,
    "keys": _keys,
    "import": _import,
    "export": _export,
    "export-report": _report,
    "backups": _backups,
    "no-spans": _no_spans,
    "no-articles": _no_articles,
    "no-corpus": _no_corpus,
}
"""How each picture of the guide is taken in a window on that corpus, and its name without the language."""


def _labels_dialog(desk: app.ApplicationController) -> LabelsDialog:
    assert desk.session.corpus
    return LabelsDialog(desk.window, desk.session.corpus, desk.window.corpus_commands.background, LIGHT)


def _stretch(desk: app.ApplicationController, words: str) -> tuple[int, int]:
    """Where these words stand in the open article."""
    assert desk.session.article
    start = desk.session.article.text.index(words)
    return start, start + len(words)


def select(desk: app.ApplicationController, words: str) -> Span:
    """Select the span that says this."""
    text = desk.session.article.text if desk.session.article else ""
    span = next(span for span in desk.session.spans if text[span.start : span.end] == words)
    desk.session.select(span)
    return span


def _lines(desk: app.ApplicationController, start: int, end: int) -> QPixmap:
    """The lines of the article from `start` to `end`, with what is marked on them."""
    view = desk.window.view
    view.reveal(start, end)
    segments = view.page().segments(start, end)
    top = view.map_from_page(0, segments[0].line.top).toPoint().y() - 4
    bottom = view.map_from_page(0, segments[-1].line.bottom).toPoint().y() + 20  # where names are
    left, right = view.map_from_page(0, 0).toPoint().x(), view.map_from_page(view.page().width, 0).toPoint().x()
    QTest.qWait(30)
    return view.viewport().grab(QRect(QPoint(left - _CROPPED, top), QPoint(right + _CROPPED, bottom)))


def _settle(desk: app.ApplicationController) -> None:
    """Until the suggesters have answered."""
    while desk.window.suggestions.is_busy:
        QTest.qWait(20)


def _wait(background: BackgroundJobs) -> None:
    """Until the job at work there has handed over its outcome."""
    while background.is_busy:
        QTest.qWait(20)


def _shown(dialog: QDialog) -> QPixmap:
    dialog.show()
    dialog.activateWindow()
    if not QTest.qWaitForWindowActive(dialog, 10_000):
        raise SystemExit("a dialog never became the active window")
    return grabbed(dialog)


def grabbed(widget: QWidget) -> QPixmap:
    """A picture of it, once nothing is waiting."""
    QTest.qWait(60)  # what waits for an idle moment: lines out of sight, places to scroll to
    return widget.grab()
