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
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _, format_number, ngettext, pgettext
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import LabelMapping
from annotator.jobs.imports.preview import FilePreview, preview_files
from annotator.ui.dialogs.import_file_preview import FilePreviewPane, format_title
from annotator.ui.dialogs.import_labels import LabelMappingForm
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, plain_label, tooltip

_PATH_ROLE: Final = Qt.ItemDataRole.UserRole


class ImportDialog(QDialog):
    """Shows the previews of files and asks how to import them.

    Changed read options cause a new preview in the background.
    """

    def __init__(self, parent: QWidget, session: Session, tasks: TaskRunner, previews: Sequence[FilePreview]) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._previews = {preview.path: preview for preview in previews}
        self.setWindowTitle(_("Import"))
        self.resize(1080, 640)
        self._summary_label = plain_label()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(
            [_("File"), _("Format"), _("Articles"), _("Already present"), _("Spans"), _("Skipped"), _("Fixed")]
        )
        self.tree.setAccessibleName(_("Files"))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.file_pane = FilePreviewPane()
        self.file_pane.read_options_chosen.connect(self._change_read_options)
        files_column = QVBoxLayout()
        files_column.setSpacing(12)
        files_column.addWidget(self.tree, 2)
        files_column.addWidget(self.file_pane, 3)
        self.fix_order_box = QCheckBox()
        self.fix_order_box.setChecked(True)
        self.fix_order_box.toggled.connect(self._toggle_fix_order)
        self.label_form = LabelMappingForm(session.labels)
        self._warning_label = plain_label(name="warning")
        self._warning_label.setWordWrap(True)
        self._warning_label.hide()
        buttons = QDialogButtonBox()
        self._import_button = buttons.addButton(pgettext("button", "Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._import_button.setObjectName("primary")
        self._import_button.setDefault(True)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self._summary_label)
        main_row = QHBoxLayout()
        main_row.setSpacing(24)
        main_row.addLayout(files_column, 3)
        main_row.addWidget(self.label_form, 2)
        column.addLayout(main_row, 1)
        column.addWidget(self.fix_order_box)
        column.addWidget(self._warning_label)
        column.addWidget(buttons)
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

    def reject(self) -> None:
        """Close without an import; while reading files, stop that instead."""
        if self._tasks.is_busy:
            self._tasks.stop()
        else:
            super().reject()

    def _add_items(self) -> None:
        for preview in self._previews.values():
            item = QTreeWidgetItem(self.tree)
            item.setData(0, _PATH_ROLE, preview.path)
            self._fill_item(item, preview)
        self._hide_empty_columns()

    def _hide_empty_columns(self) -> None:
        """Hide columns that are empty in every row."""
        items = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        for column in range(self.tree.columnCount()):
            self.tree.setColumnHidden(column, not any(item and item.text(column) for item in items))

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
        for column, count in enumerate(counts, 2):
            item.setText(column, format_number(count) if count or column == 2 else "")

    def _update_summary(self) -> None:
        """Describe the amount of data and show the choices it needs."""
        previews = list(self._previews.values())
        articles = sum(preview.articles for preview in previews)
        new_uids: set[str] = set().union(*(preview.new_uids for preview in previews))
        spans = sum(preview.spans for preview in previews)
        parts = [
            ngettext("{count} file", "{count} files", len(previews)).format(count=format_number(len(previews))),
            ngettext("{count} article", "{count} articles", articles).format(count=format_number(articles)),
        ]
        if known_count := articles - len(new_uids):
            text = ngettext(
                "{count} of them already present or duplicate",
                "{count} of them already present or duplicate",
                known_count,
            )
            parts.append(text.format(count=format_number(known_count)))
        if spans:
            parts.append(ngettext("{count} span", "{count} spans", spans).format(count=format_number(spans)))
        self._summary_label.setText(" · ".join(parts))
        text_count = sum(preview.not_logical for preview in previews)
        label = ngettext(
            "Fix {count} text with presentation forms or lines in visual order, as in PDFs",
            "Fix {count} texts with presentation forms or lines in visual order, as in PDFs",
            text_count,
        )
        self.fix_order_box.setText(label.format(count=format_number(text_count)))
        self.fix_order_box.setVisible(text_count > 0)
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

    def _preview_again(self, options_by_path: Mapping[Path, ReadOptions]) -> None:
        corpus = self._session.corpus
        if not corpus or not options_by_path:
            return
        annotator = self._session.annotator
        self._set_busy(True)
        self._warning_label.hide()
        self._tasks.run_on_corpus(
            _("Reading the files"),
            corpus.path,
            lambda corpus: preview_files(corpus, options_by_path, annotator, options_by_path),
            self._on_previewed,
            failed=self._show_warning,
            aborted=self._refresh,
            owner=self,
        )

    def _on_previewed(self, previews: Iterable[FilePreview]) -> None:
        self._previews |= {preview.path: preview for preview in previews}
        self._refresh()

    def _show_warning(self, text: str) -> None:
        self._warning_label.setText(text)
        self._warning_label.show()

    def _refresh(self) -> None:
        """Show the current previews after a background job."""
        self._set_busy(False)
        for row in range(self.tree.topLevelItemCount()):
            item: Any = self.tree.topLevelItem(row)
            self._fill_item(item, self._previews[item.data(0, _PATH_ROLE)])
        self._hide_empty_columns()
        is_fixed = [preview.options.logical for preview in self._previews.values() if preview.not_logical]
        with QSignalBlocker(self.fix_order_box):
            self.fix_order_box.setChecked(all(is_fixed))
        self._update_summary()
        self._show_file(self.tree.currentItem())

    def _set_busy(self, busy: bool) -> None:
        for widget in (self._import_button, self.file_pane, self.fix_order_box, self.label_form):
            widget.setEnabled(not busy)
