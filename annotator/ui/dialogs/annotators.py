"""Lists the annotators of a corpus: to look at their work, or to work as one of them."""

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidgetItem, QWidget

from annotator.i18n import _, format_number
from annotator.model.annotator_names import clean_name
from annotator.model.limits import MAX_ANNOTATOR_LENGTH
from annotator.store.queries.annotators import AnnotatorSummary
from annotator.ui.widgets.bidi_text import isolate, plain_label
from annotator.ui.widgets.controls import align_numbers, create_button, create_button_box, create_tree, top_rows
from annotator.ui.widgets.layouts import vbox

_NAME_ROLE: Final = Qt.ItemDataRole.UserRole


class AnnotatorsDialog(QDialog):
    """Offers the annotators, and a field for another name; `user` works here, and `viewed` is whose layers are shown.

    Once accepted, `action` says whether to view the layers of `name` or to work as `name`.
    """

    def __init__(self, parent: QWidget, annotators: Sequence[AnnotatorSummary], user: str, viewed: str) -> None:
        super().__init__(parent)
        self.action: Literal["view", "work"] = "view"
        self._user, self._viewed = user, viewed
        self.setWindowTitle(_("Annotators"))
        self.resize(520, 400)
        self.tree = create_tree([_("Name"), _("Articles done"), _("Spans")], _("Annotators"), stretched=0)
        align_numbers(self.tree.headerItem(), (1, 2))
        names = {summary.name for summary in annotators}
        for summary in [*([] if user in names else [AnnotatorSummary(user, 0, 0)]), *annotators]:
            self._add_row(summary)
        self.field = QLineEdit()
        self.field.setMaxLength(MAX_ANNOTATOR_LENGTH)
        self.field.setPlaceholderText(_("Another name"))
        self.field.setAccessibleName(_("Another name"))
        self._view_button = create_button(_("Look at the work"), lambda: self._finish("view"), is_auto_default=True)
        self._work_button = create_button("", lambda: self._finish("work"), is_auto_default=True)
        self.tree.currentItemChanged.connect(self._on_row_selected)
        self.tree.itemActivated.connect(lambda _row: self._view_button.click())
        self.field.textEdited.connect(self._on_typed)
        heading = plain_label(_("You work here as {name}.").format(name=isolate(user)), wraps=True)
        buttons = create_button_box(self, self._work_button, accept=self._view_button)
        vbox(heading, (self.tree, 1), self.field, buttons, spacing=10, parent=self)
        self._select_row(viewed)

    @property
    def name(self) -> str:
        """The typed name, else the one in the list."""
        row = self.tree.currentItem()
        return clean_name(self.field.text()) or (row.data(0, _NAME_ROLE) if row else "")

    def _add_row(self, summary: AnnotatorSummary) -> None:
        name = isolate(summary.name)
        title = _("{name} (you)").format(name=name) if summary.name == self._user else name
        row = QTreeWidgetItem(self.tree, [title, format_number(summary.done), format_number(summary.spans)])
        row.setData(0, _NAME_ROLE, summary.name)
        align_numbers(row, (1, 2))

    def _select_row(self, name: str) -> None:
        """Select the row with this name, or none."""
        row = next((row for row in top_rows(self.tree) if row.data(0, _NAME_ROLE) == name), None)
        self.tree.setCurrentItem(row)  # type: ignore[arg-type]  # PySide6's annotation lacks None
        self._update_buttons()

    def _on_row_selected(self, row: QTreeWidgetItem | None) -> None:
        if row and clean_name(self.field.text()) != row.data(0, _NAME_ROLE):
            self.field.clear()
        self._update_buttons()

    def _on_typed(self) -> None:
        self._select_row(clean_name(self.field.text()))

    def _update_buttons(self) -> None:
        is_listed = self.tree.currentItem() is not None
        self._view_button.setEnabled(is_listed and self.name != self._viewed)
        self._view_button.setText(_("Back to my work") if self.name == self._user else _("Look at the work"))
        self._work_button.setEnabled(bool(self.name) and self.name != self._user)
        name = isolate(self.name) if self._work_button.isEnabled() else "…"
        self._work_button.setText(_("Work as {name}").format(name=name))
        # Enter does what is possible: looking before working.
        (self._view_button if is_listed else self._work_button).setDefault(True)

    def _finish(self, action: Literal["view", "work"]) -> None:
        self.action = action
        self.accept()
