"""The preview of an import, with its decisions, before anything is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number, pgettext
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import LabelMapping
from annotator.jobs.imports.preview import FilePreview, preview_files
from annotator.ui.dialogs.import_file_preview import FilePreviewPane, format_title
from annotator.ui.dialogs.import_labels import LabelMappingForm
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, plain_label, tooltip
from annotator.ui.widgets.controls import create_button, create_button_box, create_tree
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.scrolling import FittingScrollArea

_PATH_ROLE: Final = Qt.ItemDataRole.UserRole


class ImportDialog(TaskDialog):
    """Shows the previews of files and asks how to import them.

    Changed read options cause a new preview in the background.
    """

    def __init__(self, parent: QWidget, session: Session, tasks: TaskRunner, previews: Sequence[FilePreview]) -> None:
        super().__init__(parent, tasks)
        self._session = session
        self._previews = {preview.path: preview for preview in previews}
        self.setWindowTitle(_("Import"))
        self.resize(1080, 640)
        self._summary_label = plain_label()
        self.tree = create_tree(
            [_("File"), _("Format"), _("Articles"), _("Already present"), _("Spans"), _("Skipped"), _("Fixed")],
            _("Files"),
            stretched=0,
        )
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.file_pane = FilePreviewPane()
        self.file_pane.read_options_chosen.connect(self._change_read_options)
        self.fix_order_box = QCheckBox()
        self.fix_order_box.setChecked(True)
        self.fix_order_box.toggled.connect(self._toggle_fix_order)
        self.join_lines_box = QCheckBox()
        self.join_lines_box.toggled.connect(self._toggle_join_lines)
        self.label_form = LabelMappingForm(session.labels)
        import_button = create_button(pgettext("button", "Import"), self.accept, is_auto_default=True)
        buttons = create_button_box(self, accept=import_button, reject=_("Cancel"))
        files = vbox((self.tree, 2), (self.file_pane, 3), spacing=12)
        content = QWidget()
        hbox((files, 3), (self.label_form, 2), spacing=24, margins=0, parent=content)
        parts = (
            self._summary_label,
            (FittingScrollArea(content), 1),
            self.fix_order_box,
            self.join_lines_box,
            self.warning_label,
            buttons,
        )
        vbox(*parts, spacing=12, parent=self)
        self.task_widgets = (import_button, self.file_pane, self.fix_order_box, self.join_lines_box, self.label_form)
        self._add_items()
        self._update_summary()
        self.tree.currentItemChanged.connect(lambda item, _before: self._show_file(item))
        first = next((index for index, preview in enumerate(previews) if preview.needs_decision), 0)
        self.tree.setCurrentIndex(self.tree.model().index(first, 0))

    def read_options(self) -> Mapping[Path, ReadOptions]:
        """Return each file's read options."""
        return {path: preview.options for path, preview in self._previews.items()}

    def label_mapping(self) -> LabelMapping:
        """Return the mapping of labels that the corpus lacks."""
        return self.label_form.mapping()

    def _add_items(self) -> None:
        for preview in self._previews.values():
            item = QTreeWidgetItem(self.tree)
            item.setData(0, _PATH_ROLE, preview.path)
            self._fill_item(item, preview)
        self._hide_empty_columns()

    def _hide_empty_columns(self) -> None:
        """Hide columns that are empty in every row."""
        items = [self.tree.topLevelItem(index) for index in range(self.tree.topLevelItemCount())]
        for index in range(self.tree.columnCount()):
            self.tree.setColumnHidden(index, not any(item and item.text(index) for item in items))

    def _fill_item(self, item: QTreeWidgetItem, preview: FilePreview) -> None:
        item.setText(0, isolate(preview.path.name))
        item.setToolTip(0, tooltip(isolate_ltr(preview.path)))
        item.setText(1, isolate(format_title(preview.format)))
        counts = (
            preview.articles,
            preview.articles - len(preview.new_uids),
            preview.spans,
            preview.refusal_count,
            preview.repair_count,
        )
        for index, count in enumerate(counts, 2):
            item.setText(index, format_number(count) if count or index == 2 else "")

    def _update_summary(self) -> None:
        """Describe the amount of data and show the choices it needs."""
        previews = list(self._previews.values())
        articles = sum(preview.articles for preview in previews)
        new_uids: set[str] = set().union(*(preview.new_uids for preview in previews))
        spans = sum(preview.spans for preview in previews)
        parts = [
            count_phrase("{count} file", "{count} files", len(previews)),
            count_phrase("{count} article", "{count} articles", articles),
        ]
        if known_count := articles - len(new_uids):
            text = count_phrase(
                "{count} of them already present or duplicate",
                "{count} of them already present or duplicate",
                known_count,
            )
            parts.append(text)
        if spans:
            parts.append(count_phrase("{count} span", "{count} spans", spans))
        self._summary_label.setText(" · ".join(parts))
        text_count = sum(preview.not_logical for preview in previews)
        text = count_phrase(
            "Fix {count} text with presentation forms or lines in visual order, as in PDFs",
            "Fix {count} texts with presentation forms or lines in visual order, as in PDFs",
            text_count,
        )
        self.fix_order_box.setText(text)
        self.fix_order_box.setVisible(text_count > 0)
        broken_count = sum(preview.broken_lines for preview in previews)
        text = count_phrase(
            "Join {count} line that was broken to fit the page",
            "Join {count} lines that were broken to fit the page",
            broken_count,
        )
        self.join_lines_box.setText(text)
        self.join_lines_box.setVisible(broken_count > 0)
        unknown_labels: Counter[str] = Counter()
        for preview in previews:
            unknown_labels.update(preview.unknown_labels)
        self.label_form.show_unknown_labels(dict(unknown_labels.most_common()))

    def _show_file(self, item: QTreeWidgetItem | None) -> None:
        if item:
            self.file_pane.show_preview(self._previews[item.data(0, _PATH_ROLE)])

    def _change_read_options(self, options: ReadOptions) -> None:
        """Preview the selected files again with these options."""
        self._preview_again({item.data(0, _PATH_ROLE): options for item in self.tree.selectedItems()})

    def _toggle_fix_order(self, is_checked: bool) -> None:
        self._preview_again(
            {
                path: replace(preview.options, logical=is_checked)
                for path, preview in self._previews.items()
                if preview.not_logical
            }
        )

    def _toggle_join_lines(self, is_checked: bool) -> None:
        self._preview_again(
            {
                path: replace(preview.options, joins_lines=is_checked)
                for path, preview in self._previews.items()
                if preview.broken_lines
            }
        )

    def _preview_again(self, options_by_path: Mapping[Path, ReadOptions]) -> None:
        corpus = self._session.corpus
        if not corpus or not options_by_path:
            return
        annotator = self._session.current.user
        self.run_on_corpus(
            _("Reading the files"),
            corpus.path,
            lambda corpus: preview_files(corpus, options_by_path, annotator, options_by_path),
            self._on_previewed,
            self._refresh,
        )

    def _on_previewed(self, previews: Iterable[FilePreview]) -> None:
        self._previews |= {preview.path: preview for preview in previews}
        self._refresh()

    def _refresh(self) -> None:
        """Show the current previews after a task."""
        for index in range(self.tree.topLevelItemCount()):
            item: Any = self.tree.topLevelItem(index)
            self._fill_item(item, self._previews[item.data(0, _PATH_ROLE)])
        self._hide_empty_columns()
        is_fixed = [preview.options.logical for preview in self._previews.values() if preview.not_logical]
        with QSignalBlocker(self.fix_order_box):
            self.fix_order_box.setChecked(all(is_fixed))
        are_joined = [preview.options.joins_lines for preview in self._previews.values() if preview.broken_lines]
        with QSignalBlocker(self.join_lines_box):
            self.join_lines_box.setChecked(bool(are_joined) and all(are_joined))
        self._update_summary()
        self._show_file(self.tree.currentItem())
