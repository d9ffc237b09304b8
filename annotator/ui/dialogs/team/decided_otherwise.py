"""Lists what was decided otherwise than an annotator has it, with the reasons; each place can be opened."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTreeWidgetItem, QWidget

from annotator.i18n import _, count_phrase
from annotator.jobs.adjudication import list_decided_otherwise
from annotator.model.display_names import article_title
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.team.adjudication import DecidedOtherwise
from annotator.team.disagreements import CandidateSpan
from annotator.ui.dialogs.team.decision_reason import cause_title
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import elide_middle, format_value, isolate, plain_label, tooltip
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import create_button, create_button_box, create_tree
from annotator.ui.widgets.layouts import vbox
from annotator.ui.widgets.modal import run_dialog

_INDEX_ROLE: Final = Qt.ItemDataRole.UserRole
Differences = Sequence[tuple[AnnotatedArticle, DecidedOtherwise]]


def open_dialog(context: WindowContext) -> None:
    """List the differences of who works here, if a corpus is open, and open the place that is chosen."""
    session = context.session
    if not session.corpus:
        return
    annotator = session.current.user

    def show(differences: Differences) -> None:
        if not differences:
            session.notified.emit(_("Nothing was decided otherwise than you have it."))
            return
        dialog = run_dialog(DecidedOtherwiseDialog(context.window, differences, session.labels))
        if dialog and dialog.chosen:
            annotated, difference = dialog.chosen
            if session.annotator != annotator:
                session.switch_annotator(annotator)
            session.open_by_id(annotated.article.id, difference.decision.start)

    context.tasks.run_on_corpus(
        _("Looking at what was decided"),
        session.corpus.path,
        partial(list_decided_otherwise, annotator=annotator),
        show,
        readonly=True,
    )


class DecidedOtherwiseDialog(QDialog):
    """Has a row for each difference: the article, what the annotator has, what was decided, and why."""

    def __init__(self, parent: QWidget, differences: Differences, labels: LabelSet) -> None:
        super().__init__(parent)
        self._differences = differences
        self.setWindowTitle(_("Decided otherwise"))
        self.resize(960, 460)
        headings = [_("Article"), _("Yours"), _("Decided"), _("Reason")]
        self.tree = create_tree(headings, _("Decided otherwise"))
        for index, (annotated, difference) in enumerate(differences):
            text = annotated.article.text
            cells = [
                isolate(article_title(annotated.article, annotated.zones)),
                describe_spans(text, difference.own, labels),
                describe_spans(text, difference.decided, labels),
                " · ".join(filter(None, (cause_title(difference.decision.cause), difference.decision.reason))),
            ]
            row = QTreeWidgetItem(self.tree, cells)
            row.setData(0, _INDEX_ROLE, index)
            for column, cell in enumerate(cells):
                row.setToolTip(column, tooltip(cell))
        ColumnFitter(self.tree)
        if first := self.tree.topLevelItem(0):
            self.tree.setCurrentItem(first)
        self.tree.itemActivated.connect(lambda _row: self.accept())
        count = count_phrase(
            "{count} decision differs from what you have.",
            "{count} decisions differ from what you have.",
            len(differences),
        )
        go = create_button(_("Go there"), self.accept, is_auto_default=True)
        vbox(plain_label(count, "heading"), (self.tree, 1), create_button_box(self, accept=go), spacing=10, parent=self)

    @property
    def chosen(self) -> tuple[AnnotatedArticle, DecidedOtherwise] | None:
        """The difference of the current row."""
        row = self.tree.currentItem()
        return self._differences[row.data(0, _INDEX_ROLE)] if row else None


def describe_spans(text: str, spans: Iterable[CandidateSpan], labels: LabelSet, *, max_words: int | None = None) -> str:
    """Return the labels, words and values of spans of a text; that there are none, if so.

    `max_words` is the greatest number of characters of a span's words.
    """
    parts = []
    for span in spans:
        label, words = labels.find(span.label), " ".join(text[span.start : span.end].split())
        words = elide_middle(words, max_words) if max_words else words
        title = label.localised_title() if label else span.label
        value = isolate(format_value(span.value)) if span.value else ""
        fact = " ".join(filter(None, (isolate(words), value)))
        parts.append(_("{name}: {fact}").format(name=title, fact=fact))
    return " · ".join(parts) or _("No span here")
