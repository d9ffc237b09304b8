"""The dialog that tags all occurrences of a span's words in one step."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.jobs.occurrences import Occurrence, find_in_article, find_in_corpus, label_occurrences
from annotator.model.display_names import article_title
from annotator.model.labels import Label
from annotator.model.records import Span, Suggestion
from annotator.text.proclitics import normalise_form
from annotator.ui.article.excerpt import paint_excerpt
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate, leading_side, plain_label, tooltip
from annotator.ui.widgets.controls import add_group_row, create_button, create_button_box
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.theme import Theme, current_theme

OCCURRENCE_ROLE: Final = Qt.ItemDataRole.UserRole
"""The role of the occurrence that an OccurrenceDelegate paints."""
_MAX_CONTEXT: Final = 42  # code points of the sentence before a hit, which must stay visible
_HEIGHT: Final = 34
_SIZE: Final = 16.0
_NOTE_SIZE: Final = 12.0
_NOTE_GAP: Final = 14.0  # pixels between a sentence and the note on it
_Index = QModelIndex | QPersistentModelIndex


def open_dialog(context: WindowContext, *, in_corpus: bool = False) -> None:
    """Open the dialog on the selected span's words, in the article or the corpus."""
    session, span = context.session, context.session.selection
    if not session.article or not session.corpus or not session.can_edit():
        return
    if not span:
        session.notified.emit(_("Select a span first."))
        return
    dialog = OccurrencesDialog(context.window, session, context.tasks, span, context.suggestion_model.visible)
    if in_corpus:
        dialog.search_corpus()
    run_dialog(dialog)


class OccurrenceDelegate(QStyledItemDelegate):
    """Paints a hit in its label's colour, in its sentence."""

    def __init__(self, label: Label | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = label

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        hit: Occurrence | None = index.data(OCCURRENCE_ROLE)
        if hit is None:
            return
        style_option = QStyleOptionViewItem(option)
        self.initStyleOption(style_option, index)  # reserves the space of the checkbox
        style = option.widget.style()
        rect = QRectF(style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, style_option, option.widget))
        before = _shorten_context(hit.before)
        text = (before + hit.words + hit.after).replace("\n", " ")
        theme = current_theme()
        mark = theme.fill_colour(self._label, 1.6) if self._label else QColor(theme.selection)
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        ink = QColor(theme.ink if enabled else theme.faint)
        if note := _note_on(hit):
            rect = self._paint_note(painter, rect, note, theme)
        paint_excerpt(painter, rect, text, (len(before), len(before) + len(hit.words)), _SIZE, ink, mark)

    def _paint_note(self, painter: QPainter, rect: QRectF, note: str, theme: Theme) -> QRectF:
        """Paint a note at the end of a row, and return the rest of its rectangle."""
        font = fonts.interface_font(_NOTE_SIZE)
        width = QFontMetricsF(font).horizontalAdvance(note) + _NOTE_GAP
        is_rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        area = QRectF(rect.left() if is_rtl else rect.right() - width, rect.top(), width, rect.height())
        painter.setFont(font)
        painter.setPen(QColor(theme.dim))
        painter.drawText(area, leading_side(is_rtl=not is_rtl) | Qt.AlignmentFlag.AlignVCenter, note)
        return rect.adjusted(width if is_rtl else 0, 0, 0 if is_rtl else -width, 0)


class OccurrencesDialog(TaskDialog):
    """Lists the occurrences of the words of `span`, to tag the ticked ones.

    Those that may be another word, or are inside a longer name, one of the open article's `suggestions` perhaps, are
    not ticked at first.
    """

    def __init__(
        self,
        parent: QWidget,
        session: Session,
        tasks: TaskRunner,
        span: Span,
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        super().__init__(parent, tasks)
        self._session, self._span, self._suggestions = session, span, suggestions
        self._label = session.labels.find(span.label)
        self._searches_corpus = False
        self._rows: list[QTreeWidgetItem] = []
        self.setWindowTitle(_("Tag all occurrences"))
        self.resize(860, 560)
        self._summary_label, self._details_label = plain_label(), plain_label(name="quiet", wraps=True)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(_("Occurrences"))
        self.tree.setItemDelegate(OccurrenceDelegate(self._label, self.tree))
        # Counts once when all rows of an article are ticked together.
        self._count_timer = QTimer(self, singleShot=True, interval=0)
        self._count_timer.timeout.connect(self._update_counts)
        self.tree.itemChanged.connect(lambda _item, _column: self._count_timer.start())
        self._taa_box = QCheckBox(_("ة and ه are the same letter"))
        self._taa_box.toggled.connect(lambda _on: self._search())
        self._corpus_box = QCheckBox(_("In the whole corpus"))
        self._corpus_box.toggled.connect(self._set_scope)
        self._tag_button = create_button("", self._tag, is_auto_default=True)
        buttons = create_button_box(self, accept=self._tag_button, reject=_("Cancel"))
        self.task_widgets = (self._corpus_box, self._taa_box, self._tag_button)
        options = hbox(self._corpus_box, self._taa_box, None)
        vbox(self._summary_label, options, (self.tree, 1), self._details_label, buttons, parent=self)
        session.failed.connect(self.show_warning)
        self._search()
        self.tree.setFocus()

    def search_corpus(self) -> None:
        """Search the whole corpus."""
        self._corpus_box.setChecked(True)

    def ticked_occurrences(self) -> list[Occurrence]:
        """Return the occurrences to tag, in the order of their articles."""
        ticked = (row for row in self._rows if row.checkState(0) == Qt.CheckState.Checked and not row.isDisabled())
        return [row.data(0, OCCURRENCE_ROLE) for row in ticked]

    def show_warning(self, text: str) -> None:
        """Show a warning in place of the details."""
        self._details_label.setText(text)

    def _set_scope(self, is_checked: bool) -> None:
        self._searches_corpus = is_checked
        self._search()

    def _search(self) -> None:
        """Search again, in the article or the corpus."""
        session, article, span, taa = self._session, self._session.article, self._span, self._taa_box.isChecked()
        if not article or not session.corpus:
            return
        words = normalise_form(article.text, span.start, span.end, taa=taa)
        if not self._searches_corpus:
            title = article_title(article, session.zones)
            self._show_occurrences(
                find_in_article(
                    article,
                    title,
                    session.spans,
                    words,
                    taa=taa,
                    label=span.label,
                    suggestions=self._suggestions,
                )
            )
            return
        annotator, suggestions = session.annotator, {article.id: self._suggestions}
        self.tree.setFocus()  # otherwise Cancel gets the focus, and a second Enter would press it
        self.run_on_corpus(
            _("Searching the corpus"),
            session.corpus.path,
            lambda corpus: find_in_corpus(corpus, annotator, words, taa=taa, label=span.label, suggestions=suggestions),
            self._show_occurrences,
            lambda: self._corpus_box.setChecked(False),  # searches the article again
        )

    def _show_occurrences(self, occurrences: list[Occurrence]) -> None:
        """Show these occurrences, ticked unless there is a doubt; those with the label already are disabled."""
        self.tree.blockSignals(True)
        self.tree.clear()
        self._rows.clear()
        for (_number, heading), hits in groupby(occurrences, lambda hit: (hit.number, hit.title)):
            head = add_group_row(self.tree, isolate(heading))
            head.setToolTip(0, tooltip(heading))
            for hit in hits:
                self._add_row(head, hit)
            head.setExpanded(True)
        self.tree.blockSignals(False)
        first = next((row for row in self._rows if not row.isDisabled()), None)
        if first:
            self.tree.setCurrentItem(first)
        self._update_counts()

    def _add_row(self, head: QTreeWidgetItem, hit: Occurrence) -> None:
        item = QTreeWidgetItem(head)
        self._rows.append(item)
        item.setData(0, OCCURRENCE_ROLE, hit)
        sentence = hit.before + hit.words + hit.after
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, sentence)
        note = _note_on(hit)
        item.setToolTip(0, tooltip("\n".join(filter(None, (note, isolate(hit.longer_name), sentence)))))
        if note:
            item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, note)
        if self._span.label in hit.labels:
            item.setCheckState(0, Qt.CheckState.Checked)
            item.setDisabled(True)
        else:
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(0, Qt.CheckState.Unchecked if note else Qt.CheckState.Checked)

    def _update_counts(self) -> None:
        count, row_count = len(self.ticked_occurrences()), len(self._rows)
        labelled = sum(row.isDisabled() for row in self._rows)
        hits = [row.data(0, OCCURRENCE_ROLE) for row in self._rows if not row.isDisabled()]
        inside = sum(bool(hit.longer_name) for hit in hits)
        unsure = sum(not hit.is_certain and not hit.longer_name for hit in hits)
        text = ngettext("{count} occurrence of “{words}”.", "{count} occurrences of “{words}”.", row_count)
        article = self._session.article
        words = article.text[self._span.start : self._span.end] if article else ""
        self._summary_label.setText(text.format(count=format_number(row_count), words=" ".join(words.split())))
        details = []
        if labelled:
            details.append(count_phrase("{count} already has the label.", "{count} already have the label.", labelled))
        if unsure:
            text = count_phrase(
                "{count} may be another word and is not ticked.",
                "{count} may be other words and are not ticked.",
                unsure,
            )
            details.append(text)
        if inside:
            text = count_phrase(
                "{count} is inside a longer name and is not ticked.",
                "{count} are inside longer names and are not ticked.",
                inside,
            )
            details.append(text)
        details.append(_("Press Space to tick or untick an occurrence. A single undo reverts all."))
        self._details_label.setText(" ".join(details))
        label_title = self._label.localised_title() if self._label else self._span.label
        text = ngettext("Tag {count} occurrence as {label}", "Tag {count} occurrences as {label}", count)
        self._tag_button.setText(text.format(count=format_number(count), label=label_title))
        self._tag_button.setEnabled(count > 0 and not self._tasks.is_busy)

    def _tag(self) -> None:
        session, label, occurrences = self._session, self._span.label, self.ticked_occurrences()
        if not session.corpus or not session.article:
            return
        if all(occurrence.number == session.article.id for occurrence in occurrences):
            before = session.pending_step
            if session.tag_all(label, [(occurrence.start, occurrence.end) for occurrence in occurrences]):
                self._report_and_accept(len(occurrences))
            elif session.pending_step and session.pending_step is not before:
                self.accept()  # the bar above the article says that the step is pending
            return
        annotator, actor, article_uid = session.annotator, session.adjudicator or None, session.article.uid
        self.tree.setFocus()
        self.run_on_corpus(
            _("Tagging"),
            session.corpus.path,
            lambda corpus: label_occurrences(corpus, annotator, label, occurrences, article_uid, actor=actor),
            self._on_corpus_tagged,
        )

    def _on_corpus_tagged(self, count: int) -> None:
        self._session.reload()
        self._report_and_accept(count)

    def _report_and_accept(self, count: int) -> None:
        text = count_phrase("{count} occurrence tagged in one step", "{count} occurrences tagged in one step", count)
        self._session.announced.emit(Notice(text, is_undoable=True))
        self.accept()


def _note_on(hit: Occurrence) -> str:
    """Return why an occurrence is not ticked at first; "" if it is."""
    if hit.longer_name:
        return _("Inside a longer name")
    return "" if hit.is_certain else _("May be another word")


def _shorten_context(before: str) -> str:
    """Return the last whole words before a hit."""
    if len(before) <= _MAX_CONTEXT:
        return before
    cut = before.find(" ", len(before) - _MAX_CONTEXT)
    return "…" + before[cut + 1 if cut >= 0 else len(before) :]
