"""How good the suggestions have become, by label: so that one knows when to trust them."""

from collections.abc import Sequence
from functools import reduce
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

from annotator.i18n import _, ngettext, number
from annotator.model.labels import LabelSet
from annotator.store.queries.suggestion_statistics import Quality, Tally
from annotator.ui.widgets.bidi_text import percent, plain_label
from annotator.ui.widgets.suggestion_chart import QualityChart, brushes, hundredths
from annotator.ui.widgets.theme import Theme

_NUMBERS: Final = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class QualityDialog(QDialog):
    """A picture for each label that has been suggested or used, and the same as numbers."""

    def __init__(self, parent: QWidget, found: Quality, labels: LabelSet, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("How good the suggestions are"))
        self.charts = [
            QualityChart(label, found.sizes, found.tallies[label.name], theme)
            for label in labels.labels
            if label.name in found.tallies
        ]
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        if self.charts:
            self._build(layout, found, labels, theme)
            self.resize(820, min(740, 390 + 110 * len(self.charts)))
        else:
            layout.addWidget(
                _paragraph(
                    _(
                        "Once you have done some articles, this shows for each label how many of a hundred suggestions "
                        "you accepted, how many you rejected, and how many spans nothing had suggested: so you see "
                        "when the suggestions can be trusted."
                    )
                )
            )
            self.resize(520, 160)
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _build(self, layout: QVBoxLayout, found: Quality, labels: LabelSet, theme: Theme) -> None:
        layout.addWidget(
            _paragraph(
                _(
                    "The articles that you have done, in their order from the side where reading begins. A column "
                    "shows, of a hundred of your decisions about a label, how many were which."
                )
            )
        )
        legend = QHBoxLayout()
        for at, text in enumerate((_("accepted as suggested"), _("rejected"), _("missed: labelled by hand"))):
            legend.addWidget(_Swatch(at, theme))
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
        self.table = _table(found, labels)
        layout.addWidget(self.table)


class _Swatch(QWidget):
    """What one kind of decision looks like in the pictures."""

    def __init__(self, kind: int, theme: Theme) -> None:
        super().__init__()
        self._kind, self._colour = kind, QColor(theme.dim)
        self.setFixedSize(QSize(22, 14))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._colour, 1))
        painter.setBrush(brushes(self._colour)[self._kind])
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


def _table(found: Quality, labels: LabelSet) -> QTreeWidget:
    table = QTreeWidget()
    table.setRootIsDecorated(False)
    table.setAccessibleName(_("The same as numbers"))
    heads = [_("Label"), _("Articles"), _("Decisions"), _("Accepted"), _("Rejected"), _("Missed")]
    table.setHeaderLabels(heads)
    for column in range(2, len(heads)):
        table.headerItem().setTextAlignment(column, _NUMBERS)
    articles, late = sum(found.sizes), found.sizes[-1] if found.sizes else 0
    for label in labels.labels:
        tallies = found.tallies.get(label.name)
        if tallies:
            _add(table, label.shown(), _("all {count}").format(count=number(articles)), tallies)
            _add(table, label.shown(), _last(late), tallies[-1:])
    for column in range(table.columnCount()):
        table.resizeColumnToContents(column)
    table.header().setStretchLastSection(False)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setFixedHeight(170)
    return table


def _last(count: int) -> str:
    return ngettext("the last one", "the last {count}", count).format(count=number(count))


def _add(table: QTreeWidget, label: str, articles: str, tallies: Sequence[Tally]) -> None:
    tally = reduce(Tally.plus, tallies)
    of_hundred = [percent(share / 100) for share in hundredths(tally)]
    row = QTreeWidgetItem(table, [label, articles, number(tally.total), *of_hundred])
    for column in range(2, row.columnCount()):
        row.setTextAlignment(column, _NUMBERS)


def _paragraph(text: str) -> QWidget:
    label = plain_label(text)
    label.setWordWrap(True)
    return label
