"""The label set of the open corpus, edited as a whole: nothing is changed before it is applied."""

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _
from annotator.model.colours import next_ready
from annotator.model.label_changes import Entry, change, entries, loaded, shown_faults, without
from annotator.model.labels import KEYS, BadLabelSet, Label, LabelSet, decode, encode, same_key
from annotator.model.records import new_uid
from annotator.paths import extend_path, resolve_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.label_set import change_labels, usage
from annotator.ui.actions.keyboard import portable
from annotator.ui.dialogs.label_deletion import LabelLeaving
from annotator.ui.dialogs.label_form import LabelForm
from annotator.ui.dialogs.label_list import LabelList
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import left_to_right, plain_label
from annotator.ui.widgets.theme import Theme

_FILTER: Final = "TOML (*.toml)"


class LabelsDialog(QDialog):
    """Edits the labels of `corpus`, and is accepted once they are changed there: read them anew then."""

    def __init__(self, parent: QWidget, corpus: Corpus, background: Background, theme: Theme) -> None:
        """Raises CorpusError."""
        super().__init__(parent)
        self._path, self._background = corpus.path, background
        self._corpus_files = corpus.files()
        self._before, self._usage = corpus.labels(), usage(corpus)
        self.entries = entries(self._before)
        self._current = self.entries[0].uid if self.entries else ""
        self._warned = False  # that leaving would drop what was changed
        self.setWindowTitle(_("Labels"))
        self.resize(940, 640)
        self.list = LabelList(theme)
        self.list.chosen.connect(self._choose)
        self.list.ordered.connect(self._order)
        self.form = LabelForm(theme)
        self.form.edited.connect(self._edit)
        self.leaving = LabelLeaving(theme)
        self.leaving.decided.connect(self._decide)
        self.leaving.kept.connect(self._keep)
        self._pages = QStackedWidget()
        for page in (QWidget(), self.form, self.leaving):
            self._pages.addWidget(page)
        self.said = plain_label()
        self.said.setWordWrap(True)
        self.applying = _button(_("Apply"), self.apply)
        self.applying.setObjectName("primary")
        self._body = QWidget()
        columns = QHBoxLayout(self._body)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(20)
        columns.addWidget(self._side())
        columns.addWidget(self._pages, 1)
        end = QHBoxLayout()
        end.addWidget(self.said, 1)
        end.addWidget(self.applying)
        end.addWidget(_button(_("Cancel"), self.cancel))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 16)
        column.setSpacing(14)
        column.addWidget(self._body, 1)
        column.addLayout(end)
        self._refresh()
        self.list.setFocus()

    def reject(self) -> None:
        """Close without a change, what was edited only when asked twice; while a change is at work, stop it."""
        if self._background.busy:
            self._background.stop()
        elif self.entries != entries(self._before) and not self._warned:
            self._warned = True
            self._warn(_("What you changed is not applied yet. Press Escape once more to drop it."))
        else:
            super().reject()

    def cancel(self) -> None:
        """Close without a change at once; while one is at work, stop it."""
        self._warned = True
        self.reject()

    # What is done to the labels

    def add(self) -> None:
        """A new label after the others, with a name, a key and a colour that are free."""
        labels = self._left()
        names = {label.name for label in labels.labels} | {entry.origin for entry in self.entries}
        number = next(number for number in range(1, len(names) + 2) if f"LABEL{number}" not in names)
        used = {_same(label.key) for label in labels.labels if label.key}
        key = next((key for key in KEYS if key not in used), None)
        entry = Entry(new_uid(), Label(f"LABEL{number}", {}, next_ready(labels), key))
        self._current = entry.uid
        self._take([*self.entries, entry])
        self.form.start()

    def delete(self) -> None:
        """Delete the current label; one of the corpus first says what is to become of its spans."""
        at = self._place()
        left = without(self.entries, self._current)
        if left and self._current not in {entry.uid for entry in left}:
            self._current = left[min(at, len(left) - 1)].uid
        self._take(left)
        self.leaving.start()

    def load(self, path: Path) -> None:
        """Take the labels in this TOML file in: those with a name that is here change, others are added."""
        if self._is_corpus(path):
            return
        try:
            labels = decode(path.read_bytes(), str(path))
        except OSError as error:
            self._warn(_("The file could not be read: {error}").format(error=error.strerror or error))
        except BadLabelSet as bad:
            self._warn(str(bad))
        else:
            self._take(loaded(self.entries, labels))

    def save(self, path: Path) -> None:
        """Write the labels as they are here into a TOML file."""
        if self._is_corpus(path):
            return
        try:
            path.write_bytes(encode(self._left()))
        except OSError as error:
            self._warn(_("The file could not be written: {error}").format(error=error.strerror or error))
        else:
            self._tell(_("The labels are in “{path}”.").format(path=left_to_right(path.name)))

    def apply(self) -> None:
        """Change the corpus, in the background, and close."""
        made, path = change(self._before, self.entries, self._usage), self._path

        def job() -> Generator[tuple[int, int], None, None]:
            with Corpus.open(path) as opened:
                yield from change_labels(opened, made)

        self._body.setEnabled(False)
        self.applying.setEnabled(False)
        self._tell("")
        self._background.run(_("Changing the labels"), job, lambda _outcome: self.accept(), self._failed, self)

    # How it is done

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(270)
        self.adding = _button(_("Add"), self.add)
        self.deleting = _button(_("Delete"), self.delete)
        self.loading = _button(_("Load…"), self._ask_load)
        self.loading.setToolTip(_("Take labels in from a file"))
        self.saving = _button(_("Save…"), self._ask_save)
        self.saving.setToolTip(_("Write these labels to a file, for another corpus"))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        for pair in ((self.adding, self.deleting), (self.loading, self.saving)):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button, 1)
            column.addLayout(row)
        return side

    def _choose(self, uid: str) -> None:
        self._current = uid
        self._refresh()

    def _order(self, uids: list[str]) -> None:
        by_uid = {entry.uid: entry for entry in self.entries}
        self._take([by_uid[uid] for uid in uids])

    def _edit(self, label: Label) -> None:
        self._put(lambda entry: replace(entry, label=label))

    def _decide(self, instead: str) -> None:
        self._put(lambda entry: replace(entry, instead=instead))

    def _keep(self) -> None:
        self._put(lambda entry: replace(entry, deleted=False, instead=None))
        self.list.setFocus()

    def _put(self, changed: Callable[[Entry], Entry]) -> None:
        self._take(changed(entry) if entry.uid == self._current else entry for entry in self.entries)

    def _take(self, edited: Iterable[Entry]) -> None:
        self.entries = list(edited)
        self._warned = False
        self._tell("")
        self._refresh()

    def _refresh(self) -> None:
        faults = list(shown_faults(self.entries, self._usage, _same))
        self.list.show_entries(
            self.entries, self._usage, {self.entries[fault.at].uid for fault in faults if self.entries}, self._current
        )
        entry = next((entry for entry in self.entries if entry.uid == self._current), None)
        if entry is None:
            self._pages.setCurrentIndex(0)
        elif entry.deleted:
            self.leaving.show_entry(entry, self.entries, self._usage.get(entry.origin or "", 0))
            self._pages.setCurrentWidget(self.leaving)
        else:
            self.form.show_label(entry.label)
            self.form.show_faults(fault for fault in faults if fault.at == self._place())
            self._pages.setCurrentWidget(self.form)
        self.deleting.setEnabled(entry is not None and not entry.deleted)
        self.saving.setEnabled(not faults)
        self.applying.setEnabled(not faults and self.entries != entries(self._before))

    def _failed(self, error: Exception) -> None:
        self._body.setEnabled(True)
        self._refresh()
        if isinstance(error, CorpusError):
            self._warn(str(error))
        elif not isinstance(error, Cancelled):
            raise error

    def _warn(self, text: str) -> None:
        self._say(text, "warning")

    def _tell(self, text: str) -> None:
        """Say this; if it is nothing, what has to be known before a label of the corpus is deleted."""
        if not text and any(entry.deleted for entry in self.entries):
            text = _("A deletion cannot be undone, and neither can what was done before with a deleted label.")
        self._say(text, "quiet")

    def _say(self, text: str, name: str) -> None:
        self.said.setText(text)
        self.said.setObjectName(name)
        self.said.style().polish(self.said)

    def _is_corpus(self, path: Path) -> bool:
        """Return whether a file is the open corpus, which only SQLite may open (see file_dialogs), and say so."""
        is_corpus = resolve_path(path) in self._corpus_files
        if is_corpus:
            self._warn(_("“{path}” is the corpus itself.").format(path=left_to_right(path.name)))
        return is_corpus

    def _place(self) -> int:
        return next((at for at, entry in enumerate(self.entries) if entry.uid == self._current), -1)

    def _left(self) -> LabelSet:
        return LabelSet(tuple(entry.label for entry in self.entries if not entry.deleted))

    def _ask_load(self) -> None:
        name = file_dialogs.choose_file(self, _("Take labels in from a file"), str(self._path.parent), _FILTER)
        if name:
            self.load(extend_path(Path(name)))

    def _ask_save(self) -> None:
        proposed = str(self._path.with_suffix(".toml"))
        name = file_dialogs.choose_target(self, _("Write the labels to a file"), proposed, _FILTER)
        if name:
            self.save(extend_path(Path(name)))


def _same(key: str) -> str:
    """One form for all that is the same key, on keyboards of the other script too."""
    return portable(key) or same_key(key)


def _button(text: str, clicked: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)  # Enter in a field is no answer to the whole
    button.clicked.connect(clicked)
    return button
