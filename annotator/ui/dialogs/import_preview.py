"""What an import would find, before anything is stored: the files, and what there is to be decided."""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
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

from annotator.i18n import _, ngettext, number, pgettext
from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.importer import Naming
from annotator.jobs.imports.preview import Look, look
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.dialogs.import_file_preview import FileView, format_title
from annotator.ui.dialogs.import_labels import LabelChoices
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolated, left_to_right, plain_label, tooltip

_AT: Final = Qt.ItemDataRole.UserRole


class ImportDialog(QDialog):
    """Shows what was found in files, and asks what becomes of it. A file that is to be read otherwise is looked at
    anew, in the background."""

    def __init__(self, parent: QWidget, session: Session, background: Background, looks: Sequence[Look]) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._looks = {each.path: each for each in looks}
        self.setWindowTitle(_("Import"))
        self.resize(1080, 640)
        self._summary = plain_label()
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(
            [_("File"), _("Format"), _("Articles"), _("Here already"), _("Spans"), _("Not taken"), _("Put right")]
        )
        self.tree.setAccessibleName(_("Files"))
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.file = FileView()
        self.file.chosen.connect(self._read_otherwise)
        found = QVBoxLayout()
        found.setSpacing(12)
        found.addWidget(self.tree, 2)
        found.addWidget(self.file, 3)
        self.logical = QCheckBox()
        self.logical.setChecked(True)
        self.logical.toggled.connect(self._put_right)
        self.labels = LabelChoices(session.labels)
        self._warning = plain_label(name="warning")
        self._warning.setWordWrap(True)
        self._warning.hide()
        buttons = QDialogButtonBox()
        self._go = buttons.addButton(pgettext("button", "Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setObjectName("primary")
        self._go.setDefault(True)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(self._summary)
        beside = QHBoxLayout()
        beside.setSpacing(24)
        beside.addLayout(found, 3)
        beside.addWidget(self.labels, 2)
        column.addLayout(beside, 1)
        column.addWidget(self.logical)
        column.addWidget(self._warning)
        column.addWidget(buttons)
        self._list()
        self._fit()
        self.tree.currentItemChanged.connect(lambda item, _before: self._show(item))
        first = next((at for at, each in enumerate(looks) if each.open), 0)
        self.tree.setCurrentIndex(self.tree.model().index(first, 0))

    def ways(self) -> Mapping[Path, Way]:
        """How each file is to be read."""
        return {path: each.way for path, each in self._looks.items()}

    def naming(self) -> Naming:
        """What becomes of the labels that the corpus lacks."""
        return self.labels.naming()

    def reject(self) -> None:
        """Close without an import; while files are looked at, stop that."""
        if self._background.busy:
            self._background.stop()
        else:
            super().reject()

    def _list(self) -> None:
        for each in self._looks.values():
            item = QTreeWidgetItem(self.tree)
            item.setData(0, _AT, each.path)
            self._fill(item, each)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Show the columns that have something to say."""
        items = [self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())]
        for column in range(self.tree.columnCount()):
            self.tree.setColumnHidden(column, not any(item and item.text(column) for item in items))

    def _fill(self, item: QTreeWidgetItem, each: Look) -> None:
        item.setText(0, isolated(each.path.name))
        item.setToolTip(0, tooltip(left_to_right(each.path)))
        item.setText(1, isolated(format_title(each.format)))
        counts = (each.articles, each.articles - len(each.new), each.spans, each.refused, each.repaired)
        for column, count in enumerate(counts, 2):
            item.setText(column, number(count) if count or column == 2 else "")

    def _fit(self) -> None:
        """Say how much it is, and ask what there is to be asked."""
        looks = list(self._looks.values())
        articles = sum(each.articles for each in looks)
        new: set[str] = set().union(*(each.new for each in looks))
        spans = sum(each.spans for each in looks)
        said = [
            ngettext("{count} file", "{count} files", len(looks)).format(count=number(len(looks))),
            ngettext("{count} article", "{count} articles", articles).format(count=number(articles)),
        ]
        if known := articles - len(new):
            twice = ngettext("{count} of them here already or twice", "{count} of them here already or twice", known)
            said.append(twice.format(count=number(known)))
        if spans:
            said.append(ngettext("{count} span", "{count} spans", spans).format(count=number(spans)))
        self._summary.setText(" · ".join(said))
        texts = sum(each.illogical for each in looks)
        asked = ngettext(
            "Put {count} text right that has letters in presentation forms or lines in visual order, as PDFs do",
            "Put {count} texts right that have letters in presentation forms or lines in visual order, as PDFs do",
            texts,
        )
        self.logical.setText(asked.format(count=number(texts)))
        self.logical.setVisible(texts > 0)
        lacking: Counter[str] = Counter()
        for each in looks:
            lacking.update(each.labels)
        self.labels.ask(dict(lacking.most_common()))

    def _show(self, item: QTreeWidgetItem | None) -> None:
        if item:
            self.file.show_look(self._looks[item.data(0, _AT)])

    def _read_otherwise(self, way: Way) -> None:
        """Look at the files that are selected once more, to be read in this way."""
        self._look_again({item.data(0, _AT): way for item in self.tree.selectedItems()})

    def _put_right(self, on: bool) -> None:
        self._look_again({path: replace(each.way, logical=on) for path, each in self._looks.items() if each.illogical})

    def _look_again(self, ways: Mapping[Path, Way]) -> None:
        corpus = self._session.corpus
        if not corpus or not ways:
            return
        source, annotator = corpus.path, self._session.annotator

        def job() -> Generator[tuple[int, int], None, list[Look]]:
            with Corpus.open(source) as opened:
                return (yield from look(opened, ways, annotator, ways))

        self._busy(True)
        self._background.run(_("Looking at the files"), job, self._looked, self._failed, self)

    def _looked(self, found: Iterable[Look]) -> None:
        self._looks |= {each.path: each for each in found}
        self._warning.hide()
        self._refresh()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Cancelled | CorpusError):
            raise error
        self._warning.setText(str(error))
        self._warning.setVisible(isinstance(error, CorpusError))
        self._refresh()

    def _refresh(self) -> None:
        """Show what is known now, after something was looked at or was not."""
        self._busy(False)
        for at in range(self.tree.topLevelItemCount()):
            item: Any = self.tree.topLevelItem(at)
            self._fill(item, self._looks[item.data(0, _AT)])
        self._fit_columns()
        right = [each.way.logical for each in self._looks.values() if each.illogical]
        with QSignalBlocker(self.logical):
            self.logical.setChecked(all(right))
        self._fit()
        self._show(self.tree.currentItem())

    def _busy(self, busy: bool) -> None:
        for widget in (self._go, self.file, self.logical, self.labels):
            widget.setEnabled(not busy)
