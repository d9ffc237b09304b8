"""Statistics of each label's suggestions, which show when to trust them."""

from collections.abc import Sequence
from functools import partial, reduce
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHeaderView,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number
from annotator.model.labels import LabelSet
from annotator.store.queries.suggestion_statistics import (
    SuggestionCounts,
    SuggestionStatistics,
    collect_suggestion_statistics,
)
from annotator.ui.session.sync_state import find_reader
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import format_percent, plain_label
from annotator.ui.widgets.controls import align_numbers, create_button_box, create_tree
from annotator.ui.widgets.layouts import Item, hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.scrolling import leave_room_on_low_screens
from annotator.ui.widgets.suggestion_chart import SuggestionChart, brushes, percentages
from annotator.ui.widgets.theme import current_theme

_WIDTH: Final = 820  # pixels
_MIN_HEIGHT: Final = 480  # pixels, if the screen has so many
_SURROUNDINGS: Final = 170  # pixels above and below the charts and the table


def open_dialog(context: WindowContext) -> None:
    """Collect the statistics of the open corpus, if any, and show them."""
    window, session = context.window, context.session
    if session.corpus:
        reader = find_reader(session.sync, session.current.user)
        context.tasks.run_on_corpus(
            _("Collecting statistics"),
            session.corpus.path,
            partial(collect_suggestion_statistics, annotator=session.annotator, reader=reader),
            lambda statistics: run_dialog(SuggestionStatisticsDialog(window, statistics, session.labels)),
            readonly=True,
        )


class SuggestionStatisticsDialog(QDialog):
    """Shows a chart for each label suggested or used, and the same figures as a table."""

    def __init__(self, parent: QWidget, statistics: SuggestionStatistics, labels: LabelSet) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Suggestion statistics"))
        self.charts = [
            SuggestionChart(label, statistics.bin_sizes, statistics.counts_by_label[label.name])
            for label in labels.labels
            if label.name in statistics.counts_by_label
        ]
        if self.charts:
            items = self._build(statistics, labels)
        else:
            explanation = _(
                "Once some articles are done, this shows for each label the percentages of suggestions "
                "accepted, corrected and rejected and of spans that were not suggested, so you can see when the "
                "suggestions can be trusted."
            )
            items = [plain_label(explanation, wraps=True)]
            self.resize(520, 160)
        vbox(*items, create_button_box(self), spacing=10, parent=self)

    def _build(self, statistics: SuggestionStatistics, labels: LabelSet) -> list[Item]:
        """Build the explanation, the legend, the charts and the table."""
        explanation = _(
            "Your done articles, in reading order. Each column shows the percentages of your decisions about a label."
        )
        if not self.charts[0].has_columns:
            explanation = _("Your done articles. Each bar shows the percentages of your decisions about a label.")
        kinds = (_("accepted as suggested"), _("corrected"), _("rejected"), _("missed: labelled by hand"))
        legend = QGridLayout()
        legend.setHorizontalSpacing(28)
        legend.setColumnStretch(len(kinds), 1)
        columns = len(kinds) if self.screen().availableSize().width() > _WIDTH else 2
        for kind, text in enumerate(kinds):
            legend.addLayout(hbox(_Swatch(kind), plain_label(text), None, spacing=10), *divmod(kind, columns))
        self.table = _create_table(statistics, labels)
        content = QWidget()
        vbox(*self.charts, 10, self.table, None, margins=0, parent=content)
        leave_room_on_low_screens(content)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(content)
        height = self.screen().availableSize().height()
        room = max(height * 3 // 4, min(height, _MIN_HEIGHT))
        self.resize(_WIDTH, min(content.sizeHint().height() + _SURROUNDINGS, room))
        return [plain_label(explanation, wraps=True), legend, (area, 1)]


class _Swatch(QWidget):
    """The charts' pattern for one kind of decision."""

    def __init__(self, kind: int) -> None:
        super().__init__()
        self._kind = kind
        self.setFixedSize(QSize(22, 14))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            colour = QColor(current_theme().dim)
            painter.setPen(QPen(colour, 1))
            painter.setBrush(brushes(colour)[self._kind])
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def _create_table(statistics: SuggestionStatistics, labels: LabelSet) -> QTreeWidget:
    headings = [_("Label"), _("Articles"), _("Decisions"), _("Accepted"), _("Corrected"), _("Rejected"), _("Missed")]
    table = create_tree(headings, _("The same figures as a table"))
    align_numbers(table.headerItem(), range(2, len(headings)))
    articles, last_count = sum(statistics.bin_sizes), statistics.bin_sizes[-1] if statistics.bin_sizes else 0
    for label in labels.labels:
        tallies = statistics.counts_by_label.get(label.name)
        if tallies:
            of_articles = count_phrase("the only one", "all {count}", articles)
            _add_row(table, label.localised_title(), of_articles, tallies)
            if len(tallies) == 1:
                continue
            last = count_phrase("the last one", "the last {count}", last_count)
            _add_row(table, label.localised_title(), last, tallies[-1:])
    for index in range(table.columnCount()):
        table.resizeColumnToContents(index)
    table.header().setStretchLastSection(False)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # all rows are shown
    table.setFixedHeight(table.sizeHintForRow(0) * table.topLevelItemCount() + table.header().sizeHint().height() + 20)
    return table


def _add_row(table: QTreeWidget, label: str, articles: str, tallies: Sequence[SuggestionCounts]) -> None:
    tally = reduce(SuggestionCounts.plus, tallies)
    of_hundred = [format_percent(share / 100) for share in percentages(tally)]
    item = QTreeWidgetItem(table, [label, articles, format_number(tally.total), *of_hundred])
    align_numbers(item, range(2, item.columnCount()))
