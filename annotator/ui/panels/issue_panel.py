"""The sidebar of issues, shown in place of the articles."""

from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout

from annotator.checks.all_checks import KINDS, kind_title
from annotator.i18n import _, format_number
from annotator.ui.panels.row_list import Index, Row, RowDelegate, RowList
from annotator.ui.panels.sidebars import Sidebar
from annotator.ui.session.issues import IssueModel
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import add_arabic_mark, plain_label, tooltip
from annotator.ui.widgets.controls import create_combo_box

_ISSUE_ROLE: Final = Qt.ItemDataRole.UserRole


class IssueItemModel(QStringListModel):
    """A row per issue, counted in C++ as in ArticleModel."""

    def __init__(self, issues: IssueModel) -> None:
        super().__init__()
        self._issues = issues
        issues.changed.connect(self._reset)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
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


class IssueDelegate(RowDelegate):
    """Paints an issue: a dot of the label's colour, the words, and the kind of issue below."""

    HEIGHT = 48

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def paint_row(self, row: Row, index: Index) -> None:
        issue = index.data(_ISSUE_ROLE).issue
        theme, label, area = row.theme, self._session.labels.find(issue.label), row.area(28, 10, 4, 5)
        colour = theme.line_colour(label) if label else QColor(theme.faint)
        row.paint_dot(row.point(14, 15), colour if issue.span else None, colour)
        half = area.height() / 2
        words = add_arabic_mark(index.data())
        direction = row.content_direction(words)
        row.paint_line(area.adjusted(0, 0, 0, -half), words, fonts.interface_font(13.5), theme.ink, direction=direction)
        row.paint_line(area.adjusted(0, half, 0, 0), kind_title(issue.kind), fonts.interface_font(12), theme.dim)


class IssueList(RowList):
    """The list of issues; a click or Enter goes to one."""

    issue_clicked = Signal(object)

    def __init__(self, session: Session, issues: IssueModel) -> None:
        super().__init__(_("Issues"), IssueItemModel(issues), IssueDelegate(session))
        self._issues = issues
        session.on_change(self.viewport().update, "labels")
        issues.changed.connect(self._update)
        issues.current_changed.connect(self._update)

    def use_row(self, row: int) -> None:
        self.issue_clicked.emit(self._issues.visible[row])

    def current_row(self) -> int:
        return self._issues.current_index()

    def empty_text(self) -> str:
        return _("No issues found.")

    def _update(self) -> None:
        self.show_current_row()
        self.viewport().update()


class IssuePanel(Sidebar):
    """The list of issues with a filter by kind."""

    def __init__(self, session: Session, issues: IssueModel) -> None:
        super().__init__()
        self._issues = issues
        self.issue_list = IssueList(session, issues)
        self.kind = create_combo_box({})
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
