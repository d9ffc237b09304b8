"""Statistics of each label's suggestions, which show when to trust them."""

from collections.abc import Sequence
from functools import partial, reduce
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _, format_number, ngettext
from annotator.model.labels import LabelSet
from annotator.store.queries.suggestion_statistics import (
    SuggestionCounts,
    SuggestionStatistics,
    collect_suggestion_statistics,
)
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import format_percent, plain_label
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.suggestion_chart import SuggestionChart, brushes, percentages
from annotator.ui.widgets.theme import current_theme

_NUMBERS: Final = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


def open_dialog(context: WindowContext) -> None:
    """Collect the statistics of the open corpus, if any, and show them."""
    window, session = context.window, context.session
    if session.corpus:
        context.tasks.run_on_corpus(
            _("Collecting statistics"),
            session.corpus.path,
            partial(collect_suggestion_statistics, annotator=session.annotator),
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
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        if self.charts:
            self._build(layout, statistics, labels)
            self.resize(820, min(740, 390 + 110 * len(self.charts)))
        else:
            layout.addWidget(
                _paragraph(
                    _(
                        "Once some articles are done, this shows for each label the percentages of suggestions "
                        "accepted and rejected and of spans that were not suggested, so you can see when the "
                        "suggestions can be trusted."
                    )
                )
            )
            self.resize(520, 160)
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _build(self, layout: QVBoxLayout, statistics: SuggestionStatistics, labels: LabelSet) -> None:
        layout.addWidget(
            _paragraph(
                _(
                    "Your done articles, in reading order. Each column shows the percentages of your decisions "
                    "about a label."
                )
            )
        )
        legend = QHBoxLayout()
        for kind, text in enumerate((_("accepted as suggested"), _("rejected"), _("missed: labelled by hand"))):
            legend.addWidget(_Swatch(kind))
            legend.addWidget(plain_label(text))
            legend.addSpacing(14)
        legend.addStretch()
        layout.addLayout(legend)
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        for chart in self.charts:
            rows.addWidget(chart)
        rows.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(column)
        layout.addWidget(area, 1)
        self.table = _create_table(statistics, labels)
        layout.addWidget(self.table)


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
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAccessibleName(_("The same figures as a table"))
    headings = [_("Label"), _("Articles"), _("Decisions"), _("Accepted"), _("Rejected"), _("Missed")]
    table.setHeaderLabels(headings)
    for column in range(2, len(headings)):
        table.headerItem().setTextAlignment(column, _NUMBERS)
    articles, last_count = sum(statistics.bin_sizes), statistics.bin_sizes[-1] if statistics.bin_sizes else 0
    for label in labels.labels:
        tallies = statistics.counts_by_label.get(label.name)
        if tallies:
            _add_row(table, label.localised_title(), _("all {count}").format(count=format_number(articles)), tallies)
            _add_row(table, label.localised_title(), _last_articles_text(last_count), tallies[-1:])
    for column in range(table.columnCount()):
        table.resizeColumnToContents(column)
    table.header().setStretchLastSection(False)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setFixedHeight(170)
    return table


def _last_articles_text(count: int) -> str:
    return ngettext("the last one", "the last {count}", count).format(count=format_number(count))


def _add_row(table: QTreeWidget, label: str, articles: str, tallies: Sequence[SuggestionCounts]) -> None:
    tally = reduce(SuggestionCounts.plus, tallies)
    of_hundred = [format_percent(share / 100) for share in percentages(tally)]
    row = QTreeWidgetItem(table, [label, articles, format_number(tally.total), *of_hundred])
    for column in range(2, row.columnCount()):
        row.setTextAlignment(column, _NUMBERS)


def _paragraph(text: str) -> QWidget:
    label = plain_label(text)
    label.setWordWrap(True)
    return label
