"""The sidebar of the issues, shown instead of the articles while the labels are checked."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from annotator.checks.issue import KINDS, kind_title
from annotator.i18n import _, format_number
from annotator.ui.panels.issue_list import IssueList
from annotator.ui.panels.sidebars import Sidebar
from annotator.ui.session.issues import IssueModel
from annotator.ui.widgets.bidi_text import plain_label


class IssuePanel(Sidebar):
    """The list of issues, and a filter by kind."""

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
        """Offer the kinds of the current issues, each with its number of issues."""
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
