"""The editor of the open corpus's label set, applied as a whole."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtWidgets import (
    QStackedWidget,
    QWidget,
)

from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.jobs.label_changes import change_labels_safely
from annotator.model.colours import next_palette_colour
from annotator.model.label_changes import (
    LabelEntry,
    build_change,
    delete_entry,
    describe_value_changes,
    find_entry_faults,
    list_entries,
    merge_label_set,
)
from annotator.model.labels import DEFAULT_KEYS, InvalidLabelSet, Label, LabelSet, encode, normalise_key, read_label_set
from annotator.model.records import new_uid
from annotator.open_databases import is_open_here
from annotator.paths import extend_path, resolve_path
from annotator.store.corpus import Corpus
from annotator.store.label_set import count_spans, count_values
from annotator.ui.actions.keyboard import to_portable
from annotator.ui.dialogs.labels.label_deletion import LabelDeletionForm
from annotator.ui.dialogs.labels.label_form import LabelForm
from annotator.ui.dialogs.labels.label_list import LabelList
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolate_ltr, plain_label
from annotator.ui.widgets.controls import create_button, make_primary, set_style_name
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.scrolling import FittingScrollArea, set_scrolled_margins
from annotator.ui.widgets.single_bar import keep_single_bar

_FILTER: Final = "TOML (*.toml)"


def open_dialog(context: WindowContext) -> None:
    """Open the dialog, if a corpus is, and read the labels again. Raises CorpusError."""
    corpus = context.session.corpus
    if corpus and run_dialog(LabelsDialog(context.window, corpus, context.tasks)):
        context.session.reload()


class LabelsDialog(TaskDialog):
    """Edits the labels of `corpus`; once accepted, they must be read again."""

    def __init__(self, parent: QWidget, corpus: Corpus, tasks: TaskRunner) -> None:
        """Read the labels and their use. Raises CorpusError."""
        super().__init__(parent, tasks)
        self._path = corpus.path
        self._corpus_files = corpus.database_paths()
        self._original, self._usage, self._values = corpus.labels(), count_spans(corpus), count_values(corpus)
        self.entries = list_entries(self._original)
        self._current = self.entries[0].uid if self.entries else ""
        self._has_warned = False  # that closing would discard the edits
        self.setWindowTitle(_("Labels"))
        self.resize(940, 640)
        self.list = LabelList()
        self.list.entry_selected.connect(self._select)
        self.list.reordered.connect(self._reorder)
        self.form = LabelForm()
        self.form.edited.connect(self._edit)
        self.deletion_form = LabelDeletionForm()
        self.deletion_form.replacement_chosen.connect(self._set_replacement)
        self.deletion_form.deletion_cancelled.connect(self._cancel_deletion)
        self._pages = QStackedWidget()
        for page in (QWidget(), self.form, self.deletion_form):
            self._pages.addWidget(page)
        set_scrolled_margins(self.form, 0)
        set_scrolled_margins(self.deletion_form, 6)
        self.message_label = plain_label(wraps=True)
        self.apply_button = create_button(_("Apply"), self.apply)
        make_primary(self.apply_button, is_default=False)
        self._body = QWidget()
        area = FittingScrollArea(self._pages)
        keep_single_bar(area)
        hbox((self._build_sidebar(), 1), (area, 2), spacing=14, margins=0, parent=self._body)
        self.task_widgets = (self._body, self.apply_button)
        end = hbox((self.message_label, 1), self.apply_button, create_button(_("Cancel"), self.cancel))
        vbox((self._body, 1), end, spacing=14, parent=self).setContentsMargins(14, 16, 14, 14)
        self._refresh()
        self.list.setFocus()

    def reject(self) -> None:
        """Close without applying, but warn once if edits are lost; during a change, stop it instead."""
        is_changed = self.entries != list_entries(self._original)
        if is_changed and not self._has_warned and not self._tasks.is_busy:
            self._has_warned = True
            self.show_warning(_("Your changes have not been applied. Press Escape again to discard them."))
        else:
            super().reject()

    def cancel(self) -> None:
        """Close without applying or warning; during a change, stop it instead."""
        self._has_warned = True
        self.reject()

    # Editing

    def add(self) -> None:
        """Append a label with an unused name, key and colour."""
        labels = self._remaining_labels()
        names = {label.name for label in labels.labels} | {entry.origin for entry in self.entries}
        number = next(number for number in range(1, len(names) + 2) if f"LABEL{number}" not in names)
        used = {_normalized_key(label.key) for label in labels.labels if label.key}
        key = next((key for key in DEFAULT_KEYS if key not in used), None)
        entry = LabelEntry(new_uid(), Label(f"LABEL{number}", {}, next_palette_colour(labels), key))
        self._current = entry.uid
        self._set_entries([*self.entries, entry])
        self.form.focus_first_field()

    def delete(self) -> None:
        """Delete the current label; if in the corpus, ask about its spans."""
        index = self._current_index()
        remaining = delete_entry(self.entries, self._current)
        if remaining and self._current not in {entry.uid for entry in remaining}:
            self._current = remaining[min(index, len(remaining) - 1)].uid
        self._set_entries(remaining)
        self.deletion_form.focus_first_field()

    def load(self, path: Path) -> None:
        """Merge a TOML file's labels: those of the same name change, others are added."""
        if self._is_corpus(path):
            return
        try:
            labels = read_label_set(path)
        except OSError as error:
            self.show_warning(_("The file could not be read: {error}").format(error=explain_os_error(error)))
        except InvalidLabelSet as bad:
            self.show_warning(str(bad))
        else:
            self._set_entries(merge_label_set(self.entries, labels))

    def save(self, path: Path) -> None:
        """Write the edited labels to a TOML file."""
        if self._is_corpus(path):
            return
        try:
            path.write_bytes(encode(self._remaining_labels()))
        except OSError as error:
            self.show_warning(_("The file could not be written: {error}").format(error=explain_os_error(error)))
        else:
            self._show_hint(_("Labels saved to “{path}”.").format(path=isolate_ltr(path.name)))

    def apply(self) -> None:
        """Change the corpus in the background, then close."""
        label_change = build_change(self._original, self.entries, self._usage)
        self._show_hint("")
        self.run_on_corpus(
            _("Changing the labels"),
            self._path,
            lambda corpus: change_labels_safely(corpus, label_change),
            lambda _outcome: self.accept(),
            self._refresh,
        )

    # Implementation

    def _build_sidebar(self) -> QWidget:
        side = QWidget()
        side.setMaximumWidth(270)
        self.add_button = create_button(_("Add"), self.add)
        self.delete_button = create_button(_("Delete"), self.delete)
        self.load_button = create_button(_("Load…"), self._choose_and_load)
        self.load_button.setToolTip(_("Load labels from a file"))
        self.save_button = create_button(_("Save…"), self._choose_and_save)
        self.save_button.setToolTip(_("Save these labels to a file, for use in another corpus"))
        editing = hbox((self.add_button, 1), (self.delete_button, 1))
        files = hbox((self.load_button, 1), (self.save_button, 1))
        vbox((self.list, 1), editing, files, margins=0, parent=side)
        return side

    def _select(self, uid: str) -> None:
        self._current = uid
        self._refresh()

    def _reorder(self, uids: list[str]) -> None:
        by_uid = {entry.uid: entry for entry in self.entries}
        self._set_entries([by_uid[uid] for uid in uids])

    def _edit(self, label: Label) -> None:
        self._update_current(lambda entry: replace(entry, label=label))

    def _set_replacement(self, instead: str) -> None:
        self._update_current(lambda entry: replace(entry, replacement=instead))

    def _cancel_deletion(self) -> None:
        self._update_current(lambda entry: replace(entry, is_deleted=False, replacement=None))
        self.list.setFocus()

    def _update_current(self, edit: Callable[[LabelEntry], LabelEntry]) -> None:
        self._set_entries(edit(entry) if entry.uid == self._current else entry for entry in self.entries)

    def _set_entries(self, entries: Iterable[LabelEntry]) -> None:
        self.entries = list(entries)
        self._has_warned = False
        self._show_hint("")
        self._refresh()

    def _refresh(self) -> None:
        faults = list(find_entry_faults(self.entries, self._usage, _normalized_key))
        self.list.show_entries(
            self.entries,
            self._usage,
            {self.entries[fault.index].uid for fault in faults if self.entries},
            self._current,
        )
        entry = next((entry for entry in self.entries if entry.uid == self._current), None)
        if entry is None:
            self._pages.setCurrentIndex(0)
        elif entry.is_deleted:
            self.deletion_form.show_entry(entry, self.entries, self._usage.get(entry.origin or "", 0))
            self._pages.setCurrentWidget(self.deletion_form)
        else:
            self.form.show_label(entry.label)
            self.form.show_faults(fault for fault in faults if fault.index == self._current_index())
            self._pages.setCurrentWidget(self.form)
        self.delete_button.setEnabled(entry is not None and not entry.is_deleted)
        self.save_button.setEnabled(not faults)
        self.apply_button.setEnabled(not faults and self.entries != list_entries(self._original))

    def show_warning(self, text: str) -> None:
        """Show a warning beside the buttons."""
        self._show_message(text, "warning")

    def _show_hint(self, text: str) -> None:
        """Show a hint; if "", what deletions and new names do, if anything."""
        self._show_message(text or "\n".join(self._describe_consequences()), "quiet")

    def _describe_consequences(self) -> Iterator[str]:
        """Yield what becomes of values under a new name, and that deletions cannot be undone."""
        yield from describe_value_changes(self.entries, self._values, isolate_ltr)
        if any(entry.is_deleted for entry in self.entries):
            yield _(
                "Deleting a label cannot be undone, nor can earlier steps in articles that used it. The way back is "
                "the backup that is made before."
            )

    def _show_message(self, text: str, name: str) -> None:
        self.message_label.setText(text)
        set_style_name(self.message_label, name)

    def _is_corpus(self, path: Path) -> bool:
        """Return whether a file is the open corpus, which only SQLite may open (see file_dialogs); warn if so."""
        is_corpus = resolve_path(path) in self._corpus_files or is_open_here(path)
        if is_corpus:
            self.show_warning(_("“{path}” is the corpus itself.").format(path=isolate_ltr(path.name)))
        return is_corpus

    def _current_index(self) -> int:
        return next((index for index, entry in enumerate(self.entries) if entry.uid == self._current), -1)

    def _remaining_labels(self) -> LabelSet:
        return LabelSet(tuple(entry.label for entry in self.entries if not entry.is_deleted))

    def _choose_and_load(self) -> None:
        name = file_dialogs.choose_file(self, _("Load labels from a file"), str(self._path.parent), _FILTER)
        if name:
            self.load(extend_path(Path(name)))

    def _choose_and_save(self) -> None:
        proposed = str(self._path.with_suffix(".toml"))
        name = file_dialogs.choose_save_path(self, _("Save the labels to a file"), proposed, _FILTER)
        if name:
            self.save(extend_path(Path(name)))


def _normalized_key(key: str) -> str:
    """Return one form for all characters of a physical key, Latin or Arabic."""
    return to_portable(key) or normalise_key(key)
