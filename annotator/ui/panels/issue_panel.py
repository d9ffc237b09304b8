"""The sidebar of issues, shown in place of the articles."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from annotator.checks.all_checks import KINDS, kind_title
from annotator.i18n import _, format_number
from annotator.model.labels import LabelSet
from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.panels.sidebars import Sidebar
from annotator.ui.session.issues import IssueModel
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import add_arabic_mark, elide, plain_label, tooltip
from annotator.ui.widgets.theme import current_theme

if TYPE_CHECKING:
    from annotator.jobs.checking import ArticleIssue

_ISSUE_ROLE: Final = Qt.ItemDataRole.UserRole
_HEIGHT: Final = 48
_WORDS_SIZE, _KIND_SIZE = 13.5, 12.0  # pixels
_Index = QModelIndex | QPersistentModelIndex


class IssueItemModel(QStringListModel):
    """A row per issue, counted in C++ as in ArticleModel."""

    def __init__(self, issues: IssueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._issues = issues
        issues.changed.connect(self._reset)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        article_issue = self._issues.visible[index.row()]
        issue = article_issue.issue
        if role == _ISSUE_ROLE:
            return article_issue
        words = " ".join(article_issue.text.split())
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (words, kind_title(issue.kind), issue.message)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip("\n".join(filter(None, (words, issue.message))))
        return None

    def _reset(self) -> None:
        count = len(self._issues.visible)
        if count != self.rowCount():
            self.setStringList([""] * count)


class IssueDelegate(QStyledItemDelegate):
    """Paints an issue: a dot of the label's colour, the words, and the kind of issue below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels = LabelSet(())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        article_issue: ArticleIssue = index.data(_ISSUE_ROLE)
        label = self.labels.find(article_issue.issue.label)
        theme, is_rtl = current_theme(), option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(theme.highlight if is_selected else theme.window))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        dot = QPointF(rect.right() - 14 if is_rtl else rect.left() + 14, rect.top() + 15)
        colour = theme.line_colour(label) if label else QColor(theme.faint)
        painter.setBrush(colour if article_issue.issue.span else Qt.BrushStyle.NoBrush)
        painter.setPen(colour)
        painter.drawEllipse(dot, 4, 4)
        text_rect = rect.adjusted(10, 4, -28, -5) if is_rtl else rect.adjusted(28, 4, -10, -5)
        half = text_rect.height() / 2
        ink, dim = QColor(theme.ink), QColor(theme.dim)
        for line_index, (text, size, pen) in enumerate(
            ((add_arabic_mark(index.data()), _WORDS_SIZE, ink), (kind_title(article_issue.issue.kind), _KIND_SIZE, dim))
        ):
            font = fonts.interface_font(size)
            painter.setFont(font)
            painter.setPen(pen)
            side = Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft
            flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
            line = QRectF(text_rect.left(), text_rect.top() + line_index * half, text_rect.width(), half)
            painter.drawText(line, flags, elide(text, QFontMetricsF(font), text_rect.width()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, rect.adjusted(0, 1, 0, -1), 8)
        painter.restore()


class IssueList(QListView):
    """The list of issues; a click or Enter goes to one."""

    issue_clicked = Signal(object)

    def __init__(self, issues: IssueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._issues = issues
        self._model, self.delegate = IssueItemModel(issues, self), IssueDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self.delegate)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("Issues"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.issue_clicked.emit(index.data(_ISSUE_ROLE)))
        self.activated.connect(lambda index: self.issue_clicked.emit(index.data(_ISSUE_ROLE)))
        issues.changed.connect(self._select_current)
        issues.current_changed.connect(self._select_current)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._select_current()  # the arrow keys moved the selection without going to an issue

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._issues.visible:
            paint_hint(self, _("No issues found."))

    def _select_current(self) -> None:
        row = self._issues.current_index()
        if row < 0:
            self.clearSelection()
        else:
            index = self._model.index(row)
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self.viewport().update()


class IssuePanel(Sidebar):
    """The list of issues with a filter by kind."""

    def __init__(self, issues: IssueModel) -> None:
        super().__init__()
        self._issues = issues
        self.issue_list = IssueList(issues)
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Filter issues"))
        self.kind.setObjectName("filter")
        self.kind.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._position_label = plain_label(name="quiet")
        head = QHBoxLayout()
        head.addWidget(plain_label(_("Issues"), "heading"))
        head.addStretch()
        head.addWidget(self._position_label)
        self.column.addLayout(head)
        self.column.addWidget(self.kind)
        self.column.addWidget(self.issue_list, 1)
        self.kind.activated.connect(lambda _index: issues.set_kind(self.kind.currentData()))
        issues.changed.connect(self._update_kinds)
        issues.current_changed.connect(self._update_position)
        self.hide()

    def _update_kinds(self) -> None:
        """Offer the kinds of the current issues with their numbers."""
        counts, selected_kind = self._issues.counts, self._issues.kind
        kinds = [kind for kind in KINDS if counts[kind] > 0 or kind == selected_kind]
        if [self.kind.itemData(index) for index in range(self.kind.count())] != [None, *kinds]:
            self.kind.clear()
            for kind in (None, *kinds):
                self.kind.addItem("", kind)
        for index, kind in enumerate((None, *kinds)):
            name = kind_title(kind) if kind else _("All issues")
            count = counts[kind] if kind else sum(counts.values())
            self.kind.setItemText(index, _("{name}: {fact}").format(name=name, fact=format_number(count)))
        self.kind.setCurrentIndex(self.kind.findData(selected_kind) if selected_kind else 0)
        self._update_position()

    def _update_position(self) -> None:
        row, count = self._issues.current_index(), len(self._issues.visible)
        text = (
            _("{place} of {count}").format(place=format_number(row + 1), count=format_number(count)) if row >= 0 else ""
        )
        self._position_label.setText(text or format_number(count))
