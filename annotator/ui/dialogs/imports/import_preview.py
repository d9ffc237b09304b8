"""The preview of an import, with its decisions, before anything is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QTreeWidgetItem, QWidget

from annotator.i18n import _, count_phrase, ngettext, pgettext
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.jobs.imports.preview import FilePreview, preview_files
from annotator.model.label_twins import describe_label_twin, find_label_twins
from annotator.ui.dialogs.imports.import_file_list import FileList, path_of
from annotator.ui.dialogs.imports.import_file_preview import FilePreviewPane
from annotator.ui.dialogs.imports.import_labels import LabelMappingForm
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_button, create_button_box, create_number_box
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.scrolling import FittingScrollArea, leave_room_on_low_screens
from annotator.ui.widgets.single_bar import keep_single_bar

_WIDTH: Final = 1080  # pixels
_MIN_WIDTH: Final = 860  # pixels of a screen that has room for the labels beside the files
_MAX_HEIGHT: Final = 720  # pixels
_SENTENCES: Final = 20
"""Sentences of an article, about as many as in one of a newspaper."""
_MAX_SENTENCES: Final = 999


class ImportDialog(TaskDialog):
    """Shows the previews of files and asks how to import them.

    Changed read options cause a new preview in the background.
    """

    def __init__(self, parent: QWidget, session: Session, tasks: TaskRunner, previews: Sequence[FilePreview]) -> None:
        super().__init__(parent, tasks)
        self._session = session
        self._previews = {preview.path: preview for preview in previews}
        self.setWindowTitle(_("Import"))
        self._summary_label = plain_label()
        self.tree = FileList()
        self.file_pane = FilePreviewPane()
        self.file_pane.read_options_chosen.connect(self._change_read_options)
        self.fix_order_box = QCheckBox()
        self.fix_order_box.setChecked(True)
        self.fix_order_box.toggled.connect(self._toggle_fix_order)
        self.join_lines_box = QCheckBox()
        self.join_lines_box.toggled.connect(self._toggle_join_lines)
        self.cut_box = QCheckBox()
        self.cut_box.toggled.connect(self._cut_into_articles)
        self.cut_size_box = create_number_box(1, _MAX_SENTENCES, _SENTENCES, _("Sentences in an article"))
        self.cut_size_box.setKeyboardTracking(False)  # each number reads the files again
        self.cut_size_box.valueChanged.connect(lambda _size: self._cut_into_articles(is_checked=True))
        self.replace_box = QCheckBox()
        self._cut_row = QWidget()
        self._sentences_label = plain_label()
        hbox(self.cut_box, self.cut_size_box, self._sentences_label, None, margins=0, parent=self._cut_row)
        self.label_form = LabelMappingForm(session.labels)
        import_button = create_button(pgettext("button", "Import"), self.accept, is_auto_default=True)
        buttons = create_button_box(self, accept=import_button, reject=_("Cancel"))
        files = vbox((self.tree, 1), self.file_pane, spacing=12)
        content = QWidget()
        columns = hbox((files, 3), (self.label_form, 2), spacing=24, margins=0, parent=content)
        if self.screen().availableSize().width() < _MIN_WIDTH:
            columns.setDirection(QBoxLayout.Direction.TopToBottom)
        leave_room_on_low_screens(content)
        area = FittingScrollArea(content)
        keep_single_bar(area)
        parts = (
            self._summary_label,
            (area, 1),
            self.fix_order_box,
            self.join_lines_box,
            self._cut_row,
            self.replace_box,
            self.warning_label,
            buttons,
        )
        vbox(*parts, spacing=12, parent=self)
        boxes = (self.fix_order_box, self.join_lines_box, self._cut_row, self.replace_box)
        self.task_widgets = (import_button, self.file_pane, *boxes, self.label_form)
        self.tree.show_files(previews)
        self._update_summary()
        self.tree.currentItemChanged.connect(lambda item, _before: self._show_file(item))
        first = next((index for index, preview in enumerate(previews) if preview.needs_decision), 0)
        self.tree.setCurrentIndex(self.tree.model().index(first, 0))
        self.resize(_WIDTH, min(self.sizeHint().height(), _MAX_HEIGHT))

    def read_options(self) -> Mapping[Path, ReadOptions]:
        """Return each file's read options."""
        return {path: preview.options for path, preview in self._previews.items()}

    def label_mapping(self) -> LabelMapping:
        """Return the mapping of labels that the corpus lacks."""
        return self.label_form.mapping()

    def replaces_layers(self) -> bool:
        """Return whether layers of articles that the corpus has become what the files say."""
        return self.replace_box.isChecked() and any(preview.corrected for preview in self._previews.values())

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
        _offer(self.fix_order_box, text, text_count)
        line_count = sum(preview.broken_lines for preview in previews)
        text = count_phrase(
            "Join {count} line that was broken to fit the page",
            "Join {count} lines that were broken to fit the page",
            line_count,
        )
        _offer(self.join_lines_box, text, line_count)
        sentence_count = sum(preview.undivided_sentences for preview in previews)
        text = count_phrase(
            "Cut {count} sentence of a file that marks no articles into articles of",
            "Cut {count} sentences of files that mark no articles into articles of",
            sentence_count,
        )
        _offer(self.cut_box, text, sentence_count)
        corrected_count = sum(preview.corrected for preview in previews)
        text = count_phrase(
            "Bring back corrections in {count} article that is already present; otherwise spans are only added",
            "Bring back corrections in {count} articles that are already present; otherwise spans are only added",
            corrected_count,
        )
        _offer(self.replace_box, text, corrected_count)
        self._cut_row.setVisible(sentence_count > 0)
        self.cut_size_box.setEnabled(self.cut_box.isChecked())
        self._sentences_label.setText(ngettext("sentence each", "sentences each", self.cut_size_box.value()))
        unknown_labels, label_counts = Counter[str](), Counter[str]()
        for preview in previews:
            unknown_labels.update(preview.unknown_labels)
            label_counts.update(preview.label_counts)
        questions = {
            rare: describe_label_twin(rare, twin, label_counts) for rare, twin in find_label_twins(label_counts).items()
        }
        self.label_form.show_unknown_labels(dict(unknown_labels.most_common()), questions)

    def _show_file(self, item: QTreeWidgetItem | None) -> None:
        if item:
            self.file_pane.show_preview(self._previews[path_of(item)])

    def _change_read_options(self, options: ReadOptions) -> None:
        """Preview the selected files again with these options."""
        self._preview_again({path_of(item): options for item in self.tree.selectedItems()})

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

    def _cut_into_articles(self, is_checked: bool) -> None:
        size = self.cut_size_box.value() if is_checked else None
        self._preview_again(
            {
                path: replace(preview.options, sentences_per_article=size)
                for path, preview in self._previews.items()
                if preview.undivided_sentences
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
        previews = self._previews.values()
        self.tree.show_files(previews)
        _tick(self.fix_order_box, [preview.options.logical for preview in previews if preview.not_logical])
        _tick(self.join_lines_box, [preview.options.joins_lines for preview in previews if preview.broken_lines])
        cut_sizes = [preview.options.sentences_per_article for preview in previews if preview.undivided_sentences]
        _tick(self.cut_box, [size is not None for size in cut_sizes])
        self._update_summary()
        self._show_file(self.tree.currentItem())


def _offer(box: QCheckBox, text: str, count: int) -> None:
    """Show a box with this text if there is anything that it changes."""
    box.setText(text)
    box.setVisible(count > 0)


def _tick(box: QCheckBox, choices: Sequence[bool]) -> None:
    """Tick a box if all files that it concerns are read as it says."""
    with QSignalBlocker(box):
        box.setChecked(bool(choices) and all(choices))
